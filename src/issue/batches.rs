//! Batches as those see them who started them: how far each has come; hold, go on, cancel.

use super::Error;
use super::approval::Approval;
use crate::app::App;
use crate::db::{self, JobRow, JobState};
use crate::hooks;
use crate::ids::{CredentialId, IssuerId, JobId};
use crate::queue;
use crate::who::{Scope, Who};

/// Why a credential was not signed whose batch was cancelled.
pub const CANCELLED: &str = "cancelled before it was signed";

/// How often a change is tried again while a worker stores what it signed.
const TRIES: usize = 16;

/// What can be asked of a batch that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Sign no more for now.
    Pause,
    /// Go on.
    Resume,
    /// Give up what is not signed yet.
    Cancel,
    /// Say yes, as the second person that a large batch waits for.
    Approve,
}

impl Turn {
    /// The word in addresses and in the audit log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Turn::Pause => "pause",
            Turn::Resume => "resume",
            Turn::Cancel => "cancel",
            Turn::Approve => "approve",
        }
    }

    /// What `word` asks for.
    #[must_use]
    pub fn of(word: &str) -> Option<Turn> {
        [Turn::Pause, Turn::Resume, Turn::Cancel, Turn::Approve]
            .into_iter()
            .find(|turn| turn.as_str() == word)
    }
}

/// The newest batches, newest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn newest(app: &App, who: &Who, limit: i64) -> Result<Vec<JobRow>, Error> {
    who.may(Scope::Read)?;
    Ok(app.db.of(who.issuer()).jobs(queue::ISSUE, limit).await?)
}

/// One batch, as it stands this moment.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn one(app: &App, who: &Who, id: &JobId) -> Result<JobRow, Error> {
    who.may(Scope::Read)?;
    let row = app.db.of(who.issuer()).job(id).await?;
    row.filter(|row| row.kind == queue::ISSUE)
        .ok_or(Error::NotFound("batch"))
}

/// Some credentials of a batch, first those that could not be signed: each with why, if it could
/// not.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn credentials(
    app: &App,
    who: &Who,
    id: &JobId,
    limit: i64,
) -> Result<Vec<(CredentialId, Option<String>)>, Error> {
    who.may(Scope::Read)?;
    Ok(app.db.of(who.issuer()).batch_parts(id, limit).await?)
}

/// Holds a batch, lets it go on, cancels what is not signed yet, or says yes to it as the second
/// person; what is signed stays. Asking again changes nothing. The batch as it stands then.
///
/// # Errors
/// [`Error::Refused`] without the scope `issue`; [`Error::NotFound`]; [`Error::Conflict`] if it has
/// ended, waits for a second person, or that second person is the first.
pub async fn turn(app: &App, who: &Who, id: &JobId, turn: Turn) -> Result<JobRow, Error> {
    who.may(Scope::Issue)?;
    let mut tries = 0;
    loop {
        tries += 1;
        match try_turn(app, who, id, turn).await {
            // A worker changed it since it was read, or stands in the way for a moment.
            Err(Error::Db(db::Error::NoRow | db::Error::Unavailable(_))) if tries < TRIES => {}
            answer => return answer,
        }
    }
}

async fn try_turn(app: &App, who: &Who, id: &JobId, turn: Turn) -> Result<JobRow, Error> {
    let row = app.db.of(who.issuer()).job(id).await?;
    let row = row.filter(|row| row.kind == queue::ISSUE);
    let row = row.ok_or(Error::NotFound("batch"))?;
    let approval = Approval::read(&row);
    match (turn, row.state) {
        (Turn::Approve, JobState::Waiting) => return Ok(row),
        (Turn::Pause, JobState::Paused)
        | (Turn::Resume, JobState::Waiting)
        | (Turn::Cancel, JobState::Cancelled) => return Ok(row),
        (_, JobState::Waiting | JobState::Paused) => {}
        (_, JobState::Done | JobState::Failed | JobState::Cancelled) => {
            return Err(Error::Conflict("the batch has ended".to_owned()));
        }
    }
    let waits = approval.filter(Approval::waits);
    if turn == Turn::Resume && waits.is_some() {
        return Err(Error::Conflict(
            "this batch waits until a second person says yes".to_owned(),
        ));
    }
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    match turn {
        Turn::Approve => {
            let Some(waits) = waits else {
                return Ok(row);
            };
            let given = waits.given(&mut rows, who).await?.text()?;
            let (from, to) = (JobState::Paused, JobState::Waiting);
            rows.detail_job(id, &row.details, &given).await?;
            rows.turn_job(id, from, to, now.into()).await?;
        }
        Turn::Pause => {
            let (from, to) = (JobState::Waiting, JobState::Paused);
            rows.turn_job(id, from, to, now.into()).await?;
        }
        Turn::Resume => {
            let (from, to) = (JobState::Paused, JobState::Waiting);
            rows.turn_job(id, from, to, now.into()).await?;
        }
        Turn::Cancel => {
            // The parts first and then the batch, as a worker stores them.
            let lost = rows.give_up_batch(id, CANCELLED, true).await?;
            rows.end_job(id, JobState::Cancelled, (lost, None), now.into())
                .await?;
            hooks::tell(&mut rows, app, "batch.ended", &[id.as_str()]).await?;
        }
    }
    let action = format!("batch.{}", turn.as_str());
    rows.log(&[who.did(app, &action, id.as_str(), now)]).await?;
    let row = rows.job(id).await?.ok_or(Error::NotFound("batch"))?;
    tx.commit().await?;
    Ok(row)
}

/// Ends a batch whose parts all came out.
pub(super) async fn end(app: &App, issuer: &IssuerId, id: &JobId) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(issuer);
    let now = app.now().into();
    match rows.end_job(id, JobState::Done, (0, None), now).await {
        // It has ended: it was cancelled, or another worker was first.
        Err(db::Error::NoRow) => return Ok(()),
        answer => answer?,
    }
    hooks::tell(&mut rows, app, "batch.ended", &[id.as_str()]).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives up what is left of a batch that could not be signed however often it was tried.
///
/// # Errors
/// [`Error::Db`].
pub async fn give_up(app: &App, row: &JobRow, why: &str) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(&row.issuer_id);
    let lost = rows.give_up_batch(&row.job_id, why, false).await?;
    let end = if lost == 0 {
        JobState::Done
    } else {
        JobState::Failed
    };
    match rows
        .end_job(&row.job_id, end, (lost, Some(why)), now.into())
        .await
    {
        Err(db::Error::NoRow) => return Ok(()),
        answer => answer?,
    }
    let id = row.job_id.as_str();
    hooks::tell(&mut rows, app, "batch.ended", &[id]).await?;
    tx.commit().await?;
    Ok(())
}
