//! `skillmark people`: what is kept about learners.

use super::{Failure, Screen, Settings, organisation::Organisation, with_app};
use crate::{app::App, issue::people};

/// Erase what is kept about a learner
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark people erase S-1042         by the organisation's own reference, as in the CSV")]
pub(super) struct People {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    organisation: Organisation,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Destroy a learner's key, name, address, evidence records and portfolios, for good
    #[command(after_help = "Examples:\n  skillmark people erase S-1042")]
    Erase {
        /// The organisation's own reference for the learner.
        #[arg(value_name = "LEARNER")]
        learner: String,
    },
}

const ERASED: &str = "\
Erased: the name, the address, the key that opened them, the records of evidence and the
portfolios. What was promised and not signed yet is given up. Signed credentials stay, for they
never held the person; to take one back: skillmark revoke.
Backups made before today can still be read with the key file until they are deleted.";

impl People {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        with_app(settings, async |app| self.act(app, screen).await).await?;
        Ok(0)
    }

    async fn act(&self, app: &App, screen: &Screen) -> Result<(), Failure> {
        let who = self.organisation.operator(app).await?;
        let What::Erase { learner } = &self.what;
        people::erase(app, &who, learner).await?;
        screen.line(ERASED)
    }
}
