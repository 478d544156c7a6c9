//! `skillmark suspend`: take a credential back for now.

use super::{Failure, Screen, Settings, credentials};
use crate::issue::revoke::Change;

/// Take credentials back for now
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark suspend https://badges.example/c/J8bqZpW3kXoN1dT4vA9sYg
  skillmark reinstate J8bqZpW3kXoN1dT4vA9sYg     undoes it")]
pub(super) struct Suspend {
    /// Links or ids of credentials.
    #[arg(required = true, value_name = "CREDENTIAL")]
    credentials: Vec<String>,
}

impl Suspend {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        credentials::change(settings, &self.credentials, Change::Suspend, screen).await
    }
}
