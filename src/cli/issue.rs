//! `skillmark issue`: an achievement and a CSV in, signed credentials out.

use std::{
    fs,
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    Failure, Screen, Settings, achievements,
    deliver::{Delivery, Format, Output},
    organisation::Organisation,
};
use crate::{
    app::App,
    clock::{Clock as _, SystemChance, SystemClock, random},
    custody,
    ids::CredentialId,
    issue::{
        self, Achievement, batch, cell, offline, picture,
        plan::{self, Limits},
        publish,
    },
    keys::{SigningKey, known_bad},
    who::Who,
};

/// Issue credentials to the learners of a CSV
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark issue welding.json learners.csv --check          say every fault, issue nothing
  skillmark issue welding.json learners.csv > badges.jsonl   one signed credential a line
  skillmark issue welding.json learners.csv --out badges/ --format png
  skillmark issue welding.json learners.csv --offline --issuer-name 'Harbour Tutoring' --out badges/

With --offline no database is used or made: credentials get no status (they can never be taken
back), and their id is a urn:uuid. Issuing the same file again is safe: nobody gets a second one
(offline, everything is signed anew).

The achievement is an Open Badges 3.0 Achievement with four members more: kind, meaning, task,
evidenceRequired. The CSV has the columns learner, date, one `level: <criterion>` for each criterion
of the rubric, assessor_role and evidence; name, email, adult, recipient, narrative if you like.
A file with a single fault is refused whole.")]
pub(super) struct Issue {
    /// The achievement: a JSON file.
    #[arg(value_name = "ACHIEVEMENT")]
    achievement: PathBuf,
    /// The learners: a CSV file.
    #[arg(value_name = "CSV")]
    csv: PathBuf,
    /// Only look for faults.
    #[arg(long)]
    check: bool,
    /// Write into this folder, one file for each credential, instead of the standard output.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// In which form.
    #[arg(long, value_enum, default_value = "json", value_name = "FORMAT")]
    format: Format,
    /// When the credentials end: a date.
    #[arg(long, value_name = "DATE", value_parser = date)]
    valid_until: Option<Timestamp>,
    /// Use no database.
    #[arg(long)]
    offline: bool,
    /// Offline: the issuer's name.
    #[arg(long, value_name = "NAME", requires = "offline")]
    issuer_name: Option<String>,
    /// Offline: the issuer's web address.
    #[arg(long, value_name = "URL", requires = "offline")]
    issuer_url: Option<String>,
    /// Offline: a file with the private key (a Multikey); without it, a key that is used this once.
    #[arg(long, value_name = "FILE", requires = "offline")]
    key: Option<PathBuf>,
    #[command(flatten)]
    organisation: Organisation,
}

/// A date of the command line.
pub(super) fn date(text: &str) -> Result<Timestamp, String> {
    cell::parse_date(text).ok_or_else(|| "write a date such as 2030-12-31".to_owned())
}

impl Issue {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let output = Output::new(self.out.clone(), self.format)?;
        let achievement = achievements::read(&self.achievement)?;
        let csv = read(&self.csv)?;
        let rows = plan::read(&csv, &achievement, Limits::NONE, SystemClock.now())
            .map_err(|faults| Failure::faults(&self.csv, &faults).hint("Nothing was issued."))?;
        if self.check {
            screen.line(format_args!(
                "No fault: {} credentials for \"{}\" can be issued.",
                rows.len(),
                achievement.name()
            ))?;
            return Ok(0);
        }
        let delivery = Delivery::begin(output, screen)?;
        if self.offline {
            self.offline(&settings, &achievement, &rows, delivery, screen)?;
        } else {
            self.online(settings, &achievement, &csv, delivery, screen)
                .await?;
        }
        Ok(0)
    }

    async fn online(
        &self,
        settings: Settings,
        achievement: &Achievement,
        csv: &[u8],
        mut delivery: Delivery<'_>,
        screen: &Screen,
    ) -> Result<(), Failure> {
        let app = App::open(settings).await?;
        let who = self.organisation.operator(&app).await?;
        publish::publish(&app, &who, achievement).await?;
        let issued = issue_csv(&app, &who, achievement, csv, self.valid_until).await?;
        for chunk in issued.rows.chunks(50) {
            let ids: Vec<CredentialId> = chunk.iter().map(|(_, id)| id.clone()).collect();
            for row in app.db.of(who.issuer()).credentials(&ids).await? {
                if let Some(document) = &row.document {
                    let own = match delivery.is_of_pictures() {
                        true => picture::own(&app, document).await?,
                        false => None,
                    };
                    let token = issue::token(&row)?;
                    delivery.take(document, token.as_deref(), own.as_deref())?;
                }
            }
        }
        delivery.finish()?;
        screen.note(format_args!(
            "{issued}. Take one back with: skillmark revoke <link>"
        ));
        screen.note(format_args!(
            "The achievement's id, for programs: {}",
            achievement.id()
        ));
        app.db.close().await;
        Ok(())
    }

    fn offline(
        &self,
        settings: &Settings,
        achievement: &Achievement,
        rows: &[plan::Row],
        mut delivery: Delivery<'_>,
        screen: &Screen,
    ) -> Result<(), Failure> {
        let name = self.issuer_name.as_deref().ok_or_else(|| {
            Failure::usage("offline, the issuer's name is needed: --issuer-name 'Harbour Tutoring'")
        })?;
        let key = self.signing_key(settings, screen)?;
        let issuer = offline::Issuer::new(name, self.issuer_url.clone(), key);
        let now = SystemClock.now();
        let bar = progress(rows.len());
        for row in rows {
            let signed = issuer.issue(achievement, row, self.valid_until, now, &SystemChance)?;
            delivery.take(&signed.document, signed.jwt.as_deref(), None)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        delivery.finish()?;
        screen.note(format_args!(
            "Issued {} credentials as {}. Check one with: skillmark verify FILE",
            rows.len(),
            issuer.did()
        ));
        Ok(())
    }

    fn signing_key(&self, settings: &Settings, screen: &Screen) -> Result<SigningKey, Failure> {
        let Some(path) = &self.key else {
            screen.note("The signing key is made for this run and forgotten after it.");
            let seed = Zeroizing::new(random::<32>(&SystemChance));
            return Ok(SigningKey::from_seed(&seed));
        };
        let key = custody::read_key_file(&read(path)?)
            .map_err(|fault| Failure::usage(format!("{}: {fault}", path.display())))?;
        if let Some(place) = known_bad(&key.public()) {
            if !settings.is_loopback() {
                return Err(Failure::refused(format!(
                    "{} is a published example key ({place}); with a public address it is refused",
                    path.display()
                )));
            }
            screen.note(format_args!(
                "Everybody has this key ({place}): what it signs proves nothing."
            ));
        }
        Ok(key)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::file(path, &error))
}

/// What became of a CSV.
pub(super) struct IssuedRows {
    /// Each row's line and credential, in the order of the file.
    pub(super) rows: Vec<(u64, CredentialId)>,
    /// How many are new.
    pub(super) new: usize,
    /// How many could not be signed.
    pub(super) failed: usize,
}

impl std::fmt::Display for IssuedRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let before = self.rows.len() - self.new;
        write!(f, "Issued {} credentials", self.new - self.failed)?;
        if before > 0 {
            write!(f, "; {before} were issued before")?;
        }
        if self.failed > 0 {
            write!(f, "; {} could not be signed", self.failed)?;
        }
        Ok(())
    }
}

/// Issues every row of a CSV by the way every credential goes, with a progress bar.
pub(super) async fn issue_csv(
    app: &App,
    who: &Who,
    achievement: &Achievement,
    csv: &[u8],
    valid_until: Option<Timestamp>,
) -> Result<IssuedRows, Failure> {
    let rows = plan::read(csv, achievement, Limits::NONE, app.now()).map_err(issue::Error::Rows)?;
    let started = batch::start(app, who, achievement.id(), &rows, valid_until).await?;
    let bar = progress(started.promised());
    let count = batch::work(app, who.issuer(), &started.batch, &mut |count| {
        bar.set_position(u64::try_from(count.issued + count.failed).unwrap_or_default());
    })
    .await?;
    bar.finish_and_clear();
    Ok(IssuedRows {
        new: started.promised(),
        failed: usize::try_from(count.failed).unwrap_or_default(),
        rows: started
            .rows
            .iter()
            .map(|(line, answer)| (*line, answer.id().clone()))
            .collect(),
    })
}

/// How many a second, without a fraction.
fn rate(state: &ProgressState, into: &mut dyn std::fmt::Write) {
    // A bar that cannot be drawn stops nothing.
    let _ = write!(into, "{:.0} a second", state.per_sec());
}

/// A bar on the standard error; nothing where that is not a terminal.
pub(super) fn progress(total: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("  {bar:40} {pos} of {len} credentials, {rate}");
    let bar = ProgressBar::new(total as u64);
    match style {
        Ok(style) => bar.with_style(style.with_key("rate", rate)),
        Err(_) => bar,
    }
}
