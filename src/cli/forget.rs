//! `skillmark forget`: delete what is past its time.

use super::{Failure, Screen, Settings};
use crate::{
    app::App,
    config::limits::{
        KEEP_AUDIT_DAYS, KEEP_ENDED_PORTFOLIOS_DAYS, KEEP_REQUESTS_DAYS, KEEP_WORK_DAYS,
    },
    issue::retention,
};

/// Delete what is past its time, as the privacy page promises
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark forget               `skillmark serve` does the same by itself, every hour

Credentials, their status and people are never deleted by this; for a person there is
skillmark people erase.")]
pub(super) struct Forget {}

impl Forget {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let app = App::open(settings).await?;
        let done = retention::forget(&app).await;
        app.db.close().await;
        screen.line(format_args!("Deleted: {}.", done?))?;
        screen.line(format_args!(
            "Kept are keys of requests for {KEEP_REQUESTS_DAYS} days, portfolios until {KEEP_ENDED_PORTFOLIOS_DAYS} \
             days after their end, what came of letters and batches for {KEEP_WORK_DAYS} days, and the log for {KEEP_AUDIT_DAYS} days."
        ))?;
        Ok(0)
    }
}
