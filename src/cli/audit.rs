//! `skillmark audit`: is everything that was issued still what was issued?

use super::{
    Failure, Screen, Settings, failure::REFUSED, issue::progress, screen::plain, with_app,
};
use crate::{
    app::App,
    ids::IssuerId,
    issue::audit::{self, Mismatch, Subject, Summary, Told},
};

/// Read every stored credential again: document, signature, key and status as they were issued
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark audit                    exit code 0, or 1 with a line for everything that differs
  skillmark audit > differences.txt  from time to time, and after a copy was brought back

It changes nothing and needs no private key. `skillmark doctor` is the quick look at everything
else.")]
pub(super) struct Audit {
    /// Only this organisation.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    organisation: Option<IssuerId>,
}

impl Audit {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let summary = with_app(settings, async |app| self.look(app, screen).await).await?;
        sum_up(&summary, screen)?;
        Ok(if summary.mismatches == 0 { 0 } else { REFUSED })
    }

    async fn look(&self, app: &App, screen: &Screen) -> Result<Summary, Failure> {
        let mut issuers = app.db.issuers().await?;
        if let Some(id) = &self.organisation {
            issuers.retain(|row| row.issuer_id == *id);
            if issuers.is_empty() {
                return Err(Failure::refused(format!("there is no organisation {id}"))
                    .hint("`skillmark keys list` names those there are."));
            }
        }
        let bar = progress(0);
        let mut unsaid = Ok(());
        let mut told = |told| match told {
            Told::Organisation { credentials } => bar.inc_length(credentials),
            Told::Looked(count) => bar.inc(count),
            Told::Mismatch(mismatch) => {
                let said = bar.suspend(|| screen.line(line(&mismatch)));
                if unsaid.is_ok() {
                    unsaid = said;
                }
            }
        };
        let done = audit::run(app, &issuers, &mut told).await;
        bar.finish_and_clear();
        unsaid?;
        Ok(done?)
    }
}

fn line(mismatch: &Mismatch) -> String {
    // A damaged document may say anything.
    let sentence = plain(&mismatch.sentence);
    match &mismatch.of {
        Subject::Credential(id) => format!("credential {id}: {sentence}"),
        Subject::StatusList(id) => format!("status list {id}: {sentence}"),
    }
}

fn sum_up(summary: &Summary, screen: &Screen) -> Result<(), Failure> {
    let looked = format!(
        "Looked at {}, {} and {}",
        counted(summary.credentials, "credential"),
        counted(summary.lists, "status list"),
        counted(summary.organisations, "organisation")
    );
    if summary.mismatches == 0 {
        screen.line(format_args!("{looked}: everything is as it was issued."))?;
    } else {
        let differ = counted(summary.different, "credential");
        let found = counted(summary.mismatches, "difference");
        screen.line(format_args!("{looked}: {found}, in {differ}."))?;
        screen.note(
            "Next: bring what was changed back from a copy (a signature cannot be made anew for it),\n\
             and look for who or what changed it.",
        );
    }
    if summary.pending + summary.failed > 0 {
        screen.note(format_args!(
            "Promised and not signed: {}. `skillmark doctor` says more.",
            summary.pending + summary.failed
        ));
    }
    Ok(())
}

fn counted(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
