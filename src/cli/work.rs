//! `skillmark work`: the workers alone, without pages.

use super::{Failure, Screen, Settings, serve};
use crate::{app::App, jobs, web};

/// Do the work that waits, without serving anything, until told to stop (ctrl-c)
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark work                    beside a server that was started with --workers 0
  skillmark work --workers 4        on a machine with more processors
  skillmark work --once             do what is due now, and end

Any number of these may run at once, on one database: no work is done twice.")]
pub(super) struct Work {
    /// Do what is due now, and end.
    #[arg(long)]
    once: bool,
}

impl Work {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        serve::log(&settings);
        let app = App::open(settings).await?;
        if self.once {
            jobs::put_down(&app).await?;
            let count = jobs::run_due(&app).await?;
            screen.line(format_args!("Done: {count} pieces of work."))?;
        } else {
            let workers = jobs::start(&app, app.config.workers.max(1).into());
            screen.line("Working. Stop with ctrl-c.")?;
            web::stop_signal().await;
            workers.stop().await;
        }
        app.db.close().await;
        Ok(0)
    }
}
