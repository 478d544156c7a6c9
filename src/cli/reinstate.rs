//! `skillmark reinstate`: let a suspended credential stand again.

use super::{Failure, Screen, Settings, credentials};
use crate::issue::revoke::Change;

/// Let suspended credentials stand again
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark reinstate https://badges.example/c/J8bqZpW3kXoN1dT4vA9sYg")]
pub(super) struct Reinstate {
    /// Links or ids of credentials.
    #[arg(required = true, value_name = "CREDENTIAL")]
    credentials: Vec<String>,
}

impl Reinstate {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        credentials::change(settings, &self.credentials, Change::Reinstate, screen).await
    }
}
