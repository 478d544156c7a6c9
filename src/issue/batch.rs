//! Issuing many: promised in one transaction, signed 500 at a time.

use std::sync::Arc;

use super::fulfil::{self, AT_ONCE, Wrap};
use super::plan::Row;
use super::promise::{self, Answer, Terms};
use super::{Error, ends, list, publish};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, Counts};
use crate::ids::{AchievementId, CredentialId, IssuerId, JobId};
use crate::who::{Scope, Who};

/// What a batch was promised as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The batch.
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

/// Promises every row, in one transaction.
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
    who.may(Scope::Issue)?;
    let mut tries = 0;
    loop {
        tries += 1;
        match try_start(app, who, achievement, rows, valid_until).await {
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
    valid_until: Option<Timestamp>,
) -> Result<Started, Error> {
    let now = app.now();
    let batch = JobId::random(app.chance.as_ref());
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
        now,
    };
    let answers = promise::write(app, &mut tx, &terms, rows).await?;
    tx.of(who.issuer())
        .log(&[who.did(app, "batch.start", &name, now)])
        .await?;
    tx.commit().await?;
    let lines = rows.iter().map(|row| row.line);
    Ok(Started {
        batch,
        rows: lines.zip(answers).collect(),
    })
}

/// Signs what is left of a batch, 500 at a time, and tells `progress` after each time. Doing it
/// again, or twice at once, is safe.
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
    let batch = batch.to_string();
    loop {
        let rows = app.db.of(issuer).pending(Some(&batch), at_once()).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            list::ensure(app, issuer, &row.promise.status_list_id).await?;
        }
        fulfil::keep(app, issuer, rows, Arc::clone(&wrap)).await?;
        progress(app.db.of(issuer).batch_count(&batch).await?);
    }
    Ok(app.db.of(issuer).batch_count(&batch).await?)
}

/// Takes up every promise that was left unkept, of all organisations: after a crash, at start-up
/// and now and then. How many were kept.
///
/// # Errors
/// As [`fulfil::fulfil`].
pub async fn resume(app: &App) -> Result<usize, Error> {
    let mut kept = 0;
    for issuer in app.db.issuers_with_pending().await? {
        loop {
            let rows = app.db.of(&issuer).pending(None, at_once()).await?;
            if rows.is_empty() {
                break;
            }
            let ids: Vec<CredentialId> = rows
                .iter()
                .map(|row| row.promise.credential_id.clone())
                .collect();
            for row in &rows {
                list::ensure(app, &issuer, &row.promise.status_list_id).await?;
            }
            fulfil::keep(app, &issuer, rows, Arc::new(fulfil::plainly)).await?;
            kept += ids.len();
        }
    }
    Ok(kept)
}

fn at_once() -> i64 {
    i64::try_from(AT_ONCE).unwrap_or(i64::MAX)
}
