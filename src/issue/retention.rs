//! Forgetting: what the privacy page says is kept for a time is deleted when that time is over.

use jiff::SignedDuration;

use super::Error;
use crate::app::App;
use crate::config::limits::{
    KEEP_AUDIT_DAYS, KEEP_ENDED_PORTFOLIOS_DAYS, KEEP_NEWEST_LISTS_DAYS, KEEP_REQUESTS_DAYS,
    KEEP_WORK_DAYS,
};
use crate::db::Ts;

/// How many files one round deletes.
const FILES_AT_ONCE: i64 = 1_000;

/// How much was past its time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Which request an `Idempotency-Key` came with.
    pub requests: u64,
    /// Portfolios whose link had ended or was taken back.
    pub portfolios: u64,
    /// Notes of how new the status lists of strangers were.
    pub lists: u64,
    /// Lines of the audit log.
    pub lines: u64,
    /// Files that nothing referred to any more.
    pub files: u64,
    /// Records of work, letters, messages and guardians' links that had ended.
    pub work: u64,
    /// Sessions of people who were signed in.
    pub sessions: u64,
}

impl std::fmt::Display for Forgotten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Forgotten {
            requests,
            portfolios,
            lists,
            lines,
            files,
            work,
            sessions,
        } = self;
        write!(
            f,
            "keys of requests: {requests}; ended portfolios: {portfolios}; notes of status lists: {lists}; lines of the log: {lines}; files: {files}; ended work: {work}; ended sessions: {sessions}"
        )
    }
}

/// Deletes what is past its time, of all organisations. Doing it again changes nothing.
///
/// # Errors
/// [`Error::Db`]; what was deleted before stays deleted.
pub async fn forget(app: &App) -> Result<Forgotten, Error> {
    let ago = |days: i64| -> Ts {
        let now = app.now();
        let then = now.checked_sub(SignedDuration::from_hours(24 * days));
        // A clock at the beginning of time: nothing is old yet.
        then.unwrap_or(jiff::Timestamp::MIN).into()
    };
    Ok(Forgotten {
        requests: app.db.forget_requests(ago(KEEP_REQUESTS_DAYS)).await?,
        portfolios: app
            .db
            .forget_portfolios(ago(KEEP_ENDED_PORTFOLIOS_DAYS))
            .await?,
        lists: app.db.forget_lists(ago(KEEP_NEWEST_LISTS_DAYS)).await?,
        lines: app.db.forget_audit(ago(KEEP_AUDIT_DAYS)).await?,
        files: delete_files(app).await?,
        sessions: forget_sessions(app).await?,
        work: forget_work(app, ago(KEEP_WORK_DAYS)).await?,
    })
}

/// Who was signed in where is nobody's business once it is over.
async fn forget_sessions(app: &App) -> Result<u64, Error> {
    let now = app.now();
    let idle = SignedDuration::from_secs(crate::who::session::IDLE_SECONDS);
    let unseen = now.checked_sub(idle).unwrap_or(jiff::Timestamp::MIN);
    app.db.forget_guesses(now.as_second()).await?;
    Ok(app.db.forget_sessions(now.into(), unseen.into()).await?)
}

async fn forget_work(app: &App, then: Ts) -> Result<u64, Error> {
    let jobs = app.db.forget_jobs(then).await?;
    let letters = app.db.forget_letters(then).await?;
    let messages = app.db.forget_deliveries(then).await?;
    let links = app.db.forget_guardian_links(then).await?;
    Ok(jobs + letters + messages + links)
}

/// Deletes the files that nothing refers to any more; what cannot be deleted now is tried again.
async fn delete_files(app: &App) -> Result<u64, Error> {
    let mut deleted = 0;
    for (issuer, file) in app
        .db
        .forgotten_files(app.now().into(), FILES_AT_ONCE)
        .await?
    {
        if let Err(cause) = app.files.delete(&file).await {
            tracing::error!(%cause, "a file could not be deleted");
            break;
        }
        app.db.file_is_deleted(&issuer, &file).await?;
        deleted += 1;
    }
    Ok(deleted)
}
