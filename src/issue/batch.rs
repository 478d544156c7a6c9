//! Issuing many: promised in one transaction, signed 500 at a time.
//!
//! A batch is work (`queue::ISSUE`): a worker signs it, and whoever started it sees how far it has
//! come, holds it, lets it go on, or cancels what is not signed yet ([`super::batches`]).

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

use futures_util::future::join_all;
use tokio::sync::Mutex;

use super::approval::Approval;
use super::fulfil::{self, AT_ONCE, Wrap};
use super::plan::Row;
use super::promise::{self, Answer, Terms};
use super::{Error, ahead, batches, ends, list, publish};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, Counts, CredentialRow, JobState};
use crate::ids::{AchievementId, CredentialId, IssuerId, JobId};
use crate::queue::{self, Work};
use crate::who::{Scope, Who};

/// How long a batch belongs to whoever said last that they work on it: seconds.
pub const HOLD_SECONDS: i64 = 20;

/// What a batch was promised as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The batch, which is also the id of its work.
    pub batch: JobId,
    /// Each row's line and what became of it, in the order of the file.
    pub rows: Vec<(u64, Answer)>,
}

impl Started {
    /// How many rows were promised now.
    #[must_use]
    pub fn promised(&self) -> usize {
        self.rows
            .iter()
            .filter(|(_, answer)| matches!(answer, Answer::New(_)))
            .count()
    }

    /// How many were there before.
    #[must_use]
    pub fn repeated(&self) -> usize {
        self.rows.len() - self.promised()
    }
}

/// Who signs a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// Whoever starts it, with [`work`]; a worker only if they are not heard of for a while.
    Own,
    /// The next worker that is free.
    Workers,
}

/// Promises every row, in one transaction, to be signed by whoever calls ([`work`]). What makes more
/// than one person may have signed alone ([`super::approval::ALONE`]) is held until a second one
/// says yes.
///
/// # Errors
/// [`Error::Refused`] without the scope `issue`, [`Error::Faults`] if one of the credentials would
/// have any: then none is promised.
pub async fn start(
    app: &App,
    who: &Who,
    achievement: &AchievementId,
    rows: &[Row],
    valid_until: Option<Timestamp>,
) -> Result<Started, Error> {
    start_for(app, who, achievement, rows, valid_until, Hands::Own).await
}

/// As [`start`], to be signed by `hands`.
///
/// # Errors
/// As [`start`].
pub async fn start_for(
    app: &App,
    who: &Who,
    achievement: &AchievementId,
    rows: &[Row],
    valid_until: Option<Timestamp>,
    hands: Hands,
) -> Result<Started, Error> {
    who.may(Scope::Issue)?;
    let mut tries = 0;
    loop {
        tries += 1;
        match try_start(app, who, achievement, rows, (valid_until, hands)).await {
            // Another request added one of the same people at the same moment.
            Err(Error::Db(db::Error::Duplicate(_))) if tries < 4 => {}
            answer => return answer,
        }
    }
}

async fn try_start(
    app: &App,
    who: &Who,
    achievement: &AchievementId,
    rows: &[Row],
    (valid_until, hands): (Option<Timestamp>, Hands),
) -> Result<Started, Error> {
    let now = app.now();
    let batch = JobId::random(app.chance.as_ref());
    let looked = ahead::look(app, who, achievement, rows, (valid_until, now)).await?;
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(who.issuer());
    let achievement = publish::load(&mut of, achievement).await?;
    let valid_until = ends::ends(&mut of, achievement.id(), valid_until, now).await?;
    let name = batch.to_string();
    let terms = Terms {
        who,
        achievement: &achievement,
        valid_until,
        batch: Some(&name),
        occasion: None,
        checked: looked.still_holds(&mut of, valid_until).await?,
        now,
    };
    let answers = promise::write(app, &mut tx, &terms, rows).await?;
    let lines = rows.iter().map(|row| row.line);
    let started = Started {
        batch,
        rows: lines.zip(answers).collect(),
    };
    let mut of = tx.of(who.issuer());
    let approval = Approval::of(&mut of, who, started.promised(), now).await?;
    let about = achievement.id().as_str();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let work = Work {
        actor: who.actor(),
        parts: (count(started.promised()), count(started.repeated())),
        ..Work::new(queue::ISSUE, about, now)
    };
    let mut row = work.row(&of, started.batch.clone(), now);
    if let Some(approval) = approval {
        row.state = JobState::Paused;
        row.details = approval.text()?;
    } else if hands == Hands::Own {
        row.lease = Some(who.actor().to_owned());
        row.leased_until = Some(until(now));
    }
    of.add_job(&row).await?;
    of.log(&[who.did(app, "batch.start", &name, now)]).await?;
    tx.commit().await?;
    Ok(started)
}

fn until(now: Timestamp) -> db::Ts {
    later(now, HOLD_SECONDS)
}

fn later(now: Timestamp, seconds: i64) -> db::Ts {
    let at = now.as_second().saturating_add(seconds);
    Timestamp::from_second(at).unwrap_or(now).into()
}

/// Signs what is left of a batch, 500 at a time, and tells `progress` after each time; stops if the
/// batch is held or cancelled. Doing it again, or twice at once, is safe.
///
/// # Errors
/// As [`fulfil::fulfil`]: nothing is lost, call again.
pub async fn work(
    app: &App,
    issuer: &IssuerId,
    batch: &JobId,
    progress: &mut (dyn FnMut(Counts) + Send),
) -> Result<Counts, Error> {
    work_with(app, issuer, batch, Arc::new(fulfil::plainly), progress).await
}

/// As [`work`], as long as `going` says so.
///
/// # Errors
/// As [`work`].
pub async fn work_while(
    app: &App,
    issuer: &IssuerId,
    batch: &JobId,
    going: &(dyn Fn() -> bool + Send + Sync),
) -> Result<Counts, Error> {
    let wrap: Arc<Wrap> = Arc::new(fulfil::plainly);
    parts(app, issuer, batch, wrap, (going, &mut |_| {})).await
}

/// [`work`], with what signs given.
///
/// # Errors
/// As [`work`].
pub async fn work_with(
    app: &App,
    issuer: &IssuerId,
    batch: &JobId,
    wrap: Arc<Wrap>,
    progress: &mut (dyn FnMut(Counts) + Send),
) -> Result<Counts, Error> {
    parts(app, issuer, batch, wrap, (&|| true, progress)).await
}

type Manner<'a> = (
    &'a (dyn Fn() -> bool + Send + Sync),
    &'a mut (dyn FnMut(Counts) + Send),
);

/// How many parts of a batch are worked on beside each other: while as many as there are cores wait
/// for the store, as many are signed; never so many that others find no connection.
fn lanes() -> usize {
    (2 * cores()).min(6)
}

/// How many things can be worked on at the same time.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

async fn parts(
    app: &App,
    issuer: &IssuerId,
    batch: &JobId,
    wrap: Arc<Wrap>,
    (going, progress): Manner<'_>,
) -> Result<Counts, Error> {
    let shared = Shared {
        last: Mutex::new(None),
        progress: std::sync::Mutex::new(progress),
    };
    let lane = || Box::pin(lane(app, issuer, batch, &wrap, (going, &shared)));
    let ended = join_all((0..lanes()).map(|_| lane())).await;
    ended.into_iter().collect::<Result<(), Error>>()?;
    let counts = counts(app, issuer, batch).await?;
    if counts.pending == 0 {
        batches::end(app, issuer, batch).await?;
    }
    Ok(counts)
}

/// What the lanes of one batch share.
struct Shared<'a> {
    /// The last credential that one of them took up; held while the next ones are read.
    last: Mutex<Option<CredentialId>>,
    progress: std::sync::Mutex<&'a mut (dyn FnMut(Counts) + Send)>,
}

/// Takes up one part after the other; the error of the first row that cannot be signed.
async fn lane(
    app: &App,
    issuer: &IssuerId,
    batch: &JobId,
    wrap: &Arc<Wrap>,
    (going, shared): (&(dyn Fn() -> bool + Send + Sync), &Shared<'_>),
) -> Result<(), Error> {
    let mut stuck = Ok(());
    while going() && still_on(app, issuer, batch).await? {
        let mut last = shared.last.lock().await;
        let mut of = app.db.of(issuer);
        let rows = of.pending_after(batch, last.as_ref(), at_once()).await?;
        let Some(end) = rows.last() else {
            break;
        };
        *last = Some(end.promise.credential_id.clone());
        drop(last);
        stuck = stuck.and(some(app, issuer, rows, wrap).await?);
        let counts = counts(app, issuer, batch).await?;
        let mut progress = shared
            .progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        progress(counts);
    }
    stuck
}

/// Whether the batch is still to be worked on. Its lease is drawn out once a quarter of it has
/// passed: to say so before every part would queue up twice for the one writer of SQLite.
async fn still_on(app: &App, issuer: &IssuerId, batch: &JobId) -> Result<bool, Error> {
    let mut of = app.db.of(issuer);
    let Some(job) = of.job(batch).await? else {
        return Ok(false);
    };
    let now = app.now();
    let fresh = later(now, HOLD_SECONDS - HOLD_SECONDS / 4);
    if job.leased_until.is_some_and(|end| end < fresh) {
        return Ok(of.keep_job(batch, until(now)).await?);
    }
    Ok(job.state == JobState::Waiting)
}

/// Signs these rows. If one of them stands in the way of all, each is signed by itself: the inner
/// error is that of the first one that cannot be.
async fn some(
    app: &App,
    issuer: &IssuerId,
    rows: Vec<CredentialRow>,
    wrap: &Arc<Wrap>,
) -> Result<Result<(), Error>, Error> {
    let lists: HashSet<_> = rows.iter().map(|row| &row.promise.status_list_id).collect();
    for list in lists {
        list::ensure(app, issuer, list).await?;
    }
    match fulfil::keep(app, issuer, rows.clone(), Arc::clone(wrap)).await {
        Ok(_) => return Ok(Ok(())),
        // That says nothing of a row.
        Err(error) if error.passes() => return Err(error),
        Err(error) if rows.len() == 1 => return Ok(Err(error)),
        Err(_) => {}
    }
    let mut stuck = Ok(());
    for row in rows {
        let kept = fulfil::keep(app, issuer, vec![row], Arc::clone(wrap)).await;
        stuck = stuck.and(kept.map(|_| ()));
    }
    Ok(stuck)
}

/// How far a batch has come.
async fn counts(app: &App, issuer: &IssuerId, batch: &JobId) -> Result<Counts, Error> {
    let job = app.db.of(issuer).job(batch).await?;
    let job = job.ok_or(Error::NotFound("batch"))?;
    Ok(Counts {
        pending: job.total - job.done - job.failed - job.cancelled,
        issued: job.done,
        failed: job.failed + job.cancelled,
    })
}

/// Takes up every promise that was left unkept and that no worker looks after, of all
/// organisations: after a crash, at start-up and now and then. How many were kept. What stands in
/// the way of one organisation is logged, and holds no other up.
///
/// # Errors
/// [`Error::Db`] if the database could not answer.
pub async fn resume(app: &App) -> Result<usize, Error> {
    let mut kept = 0;
    for issuer in app.db.issuers_with_pending().await? {
        match resume_one(app, &issuer, &mut kept).await {
            Err(error @ Error::Db(db::Error::Unavailable(_))) => return Err(error),
            Err(error) => {
                tracing::error!(%issuer, %error, "an organisation's promises could not be kept");
            }
            Ok(()) => {}
        }
    }
    Ok(kept)
}

async fn resume_one(app: &App, issuer: &IssuerId, kept: &mut usize) -> Result<(), Error> {
    loop {
        let rows = app.db.of(issuer).forsaken(at_once()).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let count = rows.len();
        for row in &rows {
            list::ensure(app, issuer, &row.promise.status_list_id).await?;
        }
        fulfil::keep(app, issuer, rows, Arc::new(fulfil::plainly)).await?;
        *kept += count;
    }
}

fn at_once() -> i64 {
    i64::try_from(AT_ONCE).unwrap_or(i64::MAX)
}
