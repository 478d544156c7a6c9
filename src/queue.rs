//! Work promised for later.
//!
//! Work is a row, written in the transaction of its cause: either both are there or neither. A
//! worker ([`crate::db::Db::claim_job`]) takes what is due, says every few seconds that it is
//! still at it, and does it at least once: all work here may be done twice. Who does it stands in
//! `jobs`; here is only how it is put down.

use jiff::SignedDuration;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, JobRow, JobState, Tenant};
use crate::ids::JobId;

/// Sign what a batch promised; about the batch.
pub const ISSUE: &str = "credentials.issue";
/// Send a letter; about the letter.
pub const LETTER: &str = "letter.send";
/// Tell an address what waits for it; about the address.
pub const WEBHOOK: &str = "webhook.deliver";
/// Look what a learner's pathways come to now; about the learner.
pub const RECONSIDER: &str = "pathway.reconsider";

/// Look once a day who is to be reminded; about the day.
pub const REMIND: &str = "reminders.look";

/// Every kind of work.
pub const KINDS: &[&str] = &[ISSUE, LETTER, WEBHOOK, RECONSIDER, REMIND];

/// Work to put down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work<'a> {
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// The id of what it is about.
    pub about: &'a str,
    /// What else it needs to know; nothing of a person.
    pub details: String,
    /// Who asked for it, as in the audit log.
    pub actor: &'a str,
    /// Not before this.
    pub after: Timestamp,
    /// How many parts it has, and how many were there before.
    pub parts: (i64, i64),
}

impl<'a> Work<'a> {
    /// Work without parts, to be done as soon as may be.
    #[must_use]
    pub fn new(kind: &'static str, about: &'a str, now: Timestamp) -> Work<'a> {
        Work {
            kind,
            about,
            details: "{}".to_owned(),
            actor: "service",
            after: now,
            parts: (0, 0),
        }
    }

    /// The row of this work.
    #[must_use]
    pub fn row(&self, rows: &Tenant<'_>, id: JobId, now: Timestamp) -> JobRow {
        JobRow {
            issuer_id: rows.issuer_id().clone(),
            job_id: id,
            kind: self.kind.to_owned(),
            about: self.about.to_owned(),
            details: self.details.clone(),
            actor: self.actor.to_owned(),
            state: JobState::Waiting,
            attempts: 0,
            run_after: self.after.into(),
            lease: None,
            leased_until: None,
            total: self.parts.0,
            done: 0,
            failed: 0,
            cancelled: 0,
            repeated: self.parts.1,
            problem: None,
            created_at: now.into(),
            finished_at: None,
        }
    }
}

/// Puts work down in the caller's transaction.
///
/// # Errors
/// [`db::Error`] if the database could not answer.
pub async fn put(
    rows: &mut Tenant<'_>,
    app: &App,
    kind: &'static str,
    about: &str,
) -> Result<JobId, db::Error> {
    put_after(rows, app, kind, about, app.now()).await
}

/// As [`put`], before everything of its kind that waits already: its time lies a day back.
///
/// # Errors
/// As [`put`].
pub async fn put_first(
    rows: &mut Tenant<'_>,
    app: &App,
    kind: &'static str,
    about: &str,
) -> Result<JobId, db::Error> {
    let now = app.now();
    let first = now.checked_sub(SignedDuration::from_hours(24));
    put_after(rows, app, kind, about, first.unwrap_or(now)).await
}

async fn put_after(
    rows: &mut Tenant<'_>,
    app: &App,
    kind: &'static str,
    about: &str,
    after: Timestamp,
) -> Result<JobId, db::Error> {
    let (id, now) = (JobId::random(app.chance.as_ref()), app.now());
    let work = Work {
        after,
        ..Work::new(kind, about, now)
    };
    let row = work.row(rows, id.clone(), now);
    rows.add_job(&row).await?;
    Ok(id)
}

/// As [`put`], the same work about each of many.
///
/// # Errors
/// As [`put`]; then none is put down.
pub async fn put_all(
    rows: &mut Tenant<'_>,
    app: &App,
    kind: &'static str,
    about: &[&str],
) -> Result<(), db::Error> {
    let now = app.now();
    let row = |about: &&str| {
        let id = JobId::random(app.chance.as_ref());
        Work::new(kind, about, now).row(rows, id, now)
    };
    let all: Vec<JobRow> = about.iter().map(row).collect();
    if all.is_empty() {
        return Ok(());
    }
    rows.add_jobs(&all).await
}

/// As [`put`], unless the same work waits already: for work that looks at how things stand when
/// it is done.
///
/// # Errors
/// [`db::Error`] if the database could not answer.
pub async fn put_once(
    rows: &mut Tenant<'_>,
    app: &App,
    kind: &'static str,
    about: &str,
) -> Result<(), db::Error> {
    if !rows.job_waits(kind, about).await? {
        put(rows, app, kind, about).await?;
    }
    Ok(())
}

/// Puts work down that is done once for its cause, however often and by however many it is put
/// down; whether it was not there before.
///
/// # Errors
/// [`db::Error`] if the database could not answer.
pub async fn put_for(
    rows: &mut Tenant<'_>,
    app: &App,
    kind: &'static str,
    about: &str,
) -> Result<bool, db::Error> {
    let (issuer, now) = (rows.issuer_id().clone(), app.now());
    let id = JobId::derived(&format!("{issuer}|{kind}|{about}"));
    let row = Work::new(kind, about, now).row(rows, id, now);
    rows.add_job_once(&row).await
}
