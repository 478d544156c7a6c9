//! `skillmark achievements`: what an organisation may issue.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Failure, Screen, Settings, organisation::Organisation, screen::plain};
use crate::{
    app::App,
    issue::{Achievement, publish},
};

/// Publish achievements, and show their ids
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark achievements publish welding.json
  skillmark achievements list

Programs issue a published achievement by its id: POST /api/v1/credentials. Publishing the same file
again changes nothing; what was published never changes.")]
pub(super) struct Achievements {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    organisation: Organisation,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Check an achievement file, publish it, and print its id
    #[command(after_help = "Examples:\n  skillmark achievements publish welding.json")]
    Publish {
        /// The achievement: a JSON file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Show everything that was published, with its id
    #[command(after_help = "Examples:\n  skillmark achievements list")]
    List,
}

impl Achievements {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let read = match &self.what {
            What::Publish { file } => Some(read(file)?),
            What::List => None,
        };
        let app = App::open(settings).await?;
        let done = match read {
            Some(achievement) => self.publish(&app, &achievement, screen).await,
            None => self.list(&app, screen).await,
        };
        app.db.close().await;
        done.map(|()| 0)
    }

    async fn publish(
        &self,
        app: &App,
        achievement: &Achievement,
        screen: &Screen,
    ) -> Result<(), Failure> {
        let who = self.organisation.operator(app).await?;
        let new = publish::publish(app, &who, achievement).await?;
        let name = plain(achievement.name());
        screen.title(match new {
            true => format!("Published \"{name}\"."),
            false => format!("\"{name}\" was published before."),
        })?;
        screen.pair("id", achievement.id())?;
        screen.line(
            "Next: skillmark issue FILE learners.csv, or POST /api/v1/credentials with this id.",
        )
    }

    async fn list(&self, app: &App, screen: &Screen) -> Result<(), Failure> {
        let who = self.organisation.operator(app).await?;
        let rows = publish::list(app, &who).await?;
        if rows.is_empty() {
            screen.line("Nothing is published yet. Next: skillmark achievements publish --help")?;
        }
        for row in rows {
            let (id, kind) = (&row.achievement_id, row.kind);
            screen.line(format_args!("{id}  {kind}  {}", plain(&row.name)))?;
        }
        Ok(())
    }
}

/// Reads and checks an achievement file.
pub(super) fn read(path: &Path) -> Result<Achievement, Failure> {
    let text = fs::read(path).map_err(|error| Failure::file(path, &error))?;
    Achievement::parse(&text)
        .map_err(|faults| Failure::faults(path, &faults).hint("Nothing was published or issued."))
}
