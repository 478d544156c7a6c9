//! `skillmark migrate`: bring the tables up to date.

use super::{Failure, Screen, Settings};
use crate::app::App;

/// Bring the database's tables up to date (every command that opens it does this too)
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark migrate
  skillmark migrate --database-url postgres://skillmark@db/skillmark")]
pub(super) struct Migrate {}

impl Migrate {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let app = App::open(settings).await?;
        screen.line(format_args!(
            "The tables are up to date ({}).",
            app.db.engine()
        ))?;
        app.db.close().await;
        Ok(0)
    }
}
