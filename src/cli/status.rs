//! `skillmark status`: a signed status list, for verifying without a network.

use super::{Failure, Screen, Settings, credentials};
use crate::{app::App, config::Origin, ids::StatusListId, issue::list};

/// Print the signed status list that says whether a credential was taken back
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark status https://badges.example/c/J8bqZpW3kXoN1dT4vA9sYg > list.json
  skillmark verify badge.json --status list.json          elsewhere, without a network

A list holds the bits of very many credentials and says nothing else about any. It may be relied on
for a week.")]
pub(super) struct Status {
    /// Link or id of a credential, or the link of its list.
    #[arg(value_name = "CREDENTIAL|LIST", allow_hyphen_values = true)]
    of: String,
}

impl Status {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let asked = Asked::read(&self.of, &settings.public_url)?;
        let app = App::open(settings).await?;
        let found = document(&app, &asked).await;
        app.db.close().await;
        screen.line(found?)?;
        Ok(0)
    }
}

/// What a list was asked for by.
enum Asked {
    Credential(crate::ids::CredentialId),
    List(StatusListId),
}

impl Asked {
    fn read(text: &str, origin: &Origin) -> Result<Asked, Failure> {
        match text.strip_prefix(&origin.join("/status/")) {
            Some(list) => list
                .parse()
                .map(Asked::List)
                .map_err(|_| Failure::usage(format!("`{text}` is not the link of a status list"))),
            None => credentials::id(text, origin).map(Asked::Credential),
        }
    }
}

async fn document(app: &App, asked: &Asked) -> Result<String, Failure> {
    let list = match asked {
        Asked::List(list) => list.clone(),
        Asked::Credential(id) => {
            let row = app.db.credential_anywhere(id).await?;
            let row =
                row.ok_or_else(|| Failure::refused(format!("there is no credential {id} here")))?;
            row.promise.status_list_id
        }
    };
    let current = list::current(app, &list).await?;
    let current = current.ok_or_else(|| {
        Failure::refused(format!("there is no published status list {list} here"))
    })?;
    Ok(current.document)
}
