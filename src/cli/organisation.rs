//! Which organisation a command is about.

use super::Failure;
use crate::{app::App, db::IssuerRow, ids::IssuerId, who::Who};

/// Which organisation a command is about.
#[derive(Debug, clap::Args)]
pub(super) struct Organisation {
    /// The organisation's id; not needed while there is only one.
    #[arg(long = "organisation", value_name = "ID", allow_hyphen_values = true)]
    id: Option<IssuerId>,
}

impl Organisation {
    /// Finds it.
    pub(super) async fn find(&self, app: &App) -> Result<IssuerRow, Failure> {
        let mut all = app.db.issuers().await?;
        if let Some(id) = &self.id {
            let found = all.into_iter().find(|row| row.issuer_id == *id);
            return found.ok_or_else(|| {
                Failure::refused(format!("there is no organisation {id}"))
                    .hint("`skillmark keys list` names those there are.")
            });
        }
        match (all.pop(), all.len()) {
            (None, _) => Err(Failure::refused("there is no organisation yet")
                .hint("Make one: skillmark init --name 'Our school' --web https://school.example")),
            (Some(only), 0) => Ok(only),
            (Some(last), others) => {
                all.push(last);
                let names: Vec<String> = all
                    .iter()
                    .map(|row| format!("\n  {}  {}", row.issuer_id, row.name))
                    .collect();
                Err(Failure::usage(format!(
                    "there are {} organisations; say which with --organisation:{}",
                    others + 1,
                    names.concat()
                )))
            }
        }
    }

    /// The operator, speaking for it.
    pub(super) async fn operator(&self, app: &App) -> Result<Who, Failure> {
        Ok(Who::operator(self.find(app).await?.issuer_id))
    }
}
