//! `skillmark revoke`: take a credential back for good.

use super::{Failure, Screen, Settings, credentials};
use crate::issue::revoke::Change;

/// Take credentials back for good
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark revoke https://badges.example/c/J8bqZpW3kXoN1dT4vA9sYg
  skillmark suspend J8bqZpW3kXoN1dT4vA9sYg       for now; `reinstate` undoes it")]
pub(super) struct Revoke {
    /// Links or ids of credentials.
    #[arg(required = true, value_name = "CREDENTIAL")]
    credentials: Vec<String>,
}

impl Revoke {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        credentials::change(settings, &self.credentials, Change::Revoke, screen).await
    }
}
