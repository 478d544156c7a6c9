//! Achievements: drafts that are edited freely, and editions that never change.

// What stands in the way, and the edition that comes of it.
mod publish;
// The credential that a learner would get.
mod sample;

use super::{draft::Draft, read, unfit, written};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, DraftRow, EditionRow, Tenant};
use crate::ids::{AchievementId, DraftId, IssuerId};
use crate::issue::Error;
use crate::who::{Scope, Who};

pub use publish::{Check, check, drawing, publish};

/// What is promised with an edition beside the document that is signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// How often a learner may try; `None`: as often as they like.
    pub tries: Option<u32>,
    /// Days between one try and the next.
    pub cool_down_days: u32,
    /// Months after which a credential ends; `None`: it does not.
    pub valid_months: Option<u32>,
}

impl Policy {
    fn of(row: &EditionRow) -> Policy {
        let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Policy {
            tries: row.tries.map(number),
            cool_down_days: number(row.cool_down_days),
            valid_months: row.valid_months.map(number),
        }
    }
}

/// An achievement as it is being written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Its id, the same for every edition.
    pub id: DraftId,
    /// How often it was written: to be named when it is written again.
    pub changes: i64,
    /// When it was last written.
    pub changed_at: Timestamp,
    /// What it says.
    pub draft: Draft,
    /// Its published editions, newest first.
    pub editions: Vec<Edition>,
}

impl Written {
    /// Whether something was written since the last edition, or there is none.
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        self.editions
            .first()
            .is_none_or(|last| last.draft != self.draft)
    }
}

/// A published edition.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition {
    /// The published achievement.
    pub achievement: AchievementId,
    /// 1, 2, 3 …
    pub edition: i64,
    /// The draft as it was then.
    pub draft: Draft,
    /// What is promised with it.
    pub policy: Policy,
    /// When it was published.
    pub published_at: Timestamp,
}

impl Edition {
    fn of(row: &EditionRow) -> Result<Edition, Error> {
        Ok(Edition {
            achievement: row.achievement_id.clone(),
            edition: row.edition,
            draft: read(&row.draft)?,
            policy: Policy::of(row),
            published_at: *row.published_at,
        })
    }
}

/// The policy of a published achievement; one that was published without a draft has none, which is
/// any number of tries at any time.
///
/// # Errors
/// [`Error::Db`].
pub async fn policy(
    app: &App,
    issuer: &IssuerId,
    achievement: &AchievementId,
) -> Result<Policy, Error> {
    let found = app.db.of(issuer).edition(achievement).await?;
    Ok(found.as_ref().map(Policy::of).unwrap_or_default())
}

/// Everything that is being written, by name, each with its editions.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn list(app: &App, who: &Who) -> Result<Vec<Written>, Error> {
    who.may(Scope::Read)?;
    let mut rows = app.db.of(who.issuer());
    let drafts = rows.drafts().await?;
    let editions = rows.editions().await?;
    drafts
        .into_iter()
        .map(|row| assemble(row, &editions))
        .collect()
}

/// The published editions that are scored with a version of a rubric, by name, each with the
/// achievement that it is an edition of.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn scored_with(
    app: &App,
    who: &Who,
    (rubric, version): (&str, i64),
) -> Result<Vec<(DraftId, Edition)>, Error> {
    let rests = |edition: &Edition| {
        let named = edition.draft.rubric.as_ref();
        named.is_some_and(|one| one.id.as_str() == rubric && i64::from(one.version) == version)
    };
    let mut found = Vec::new();
    for written in list(app, who).await? {
        let editions = written.editions.into_iter().filter(|one| rests(one));
        found.extend(editions.map(|edition| (written.id.clone(), edition)));
    }
    Ok(found)
}

/// What is being written under this id.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn open(app: &App, who: &Who, id: &DraftId) -> Result<Written, Error> {
    who.may(Scope::Read)?;
    open_in(&mut app.db.of(who.issuer()), id).await
}

async fn open_in(rows: &mut Tenant<'_>, id: &DraftId) -> Result<Written, Error> {
    let row = rows
        .draft(id)
        .await?
        .ok_or(Error::NotFound("achievement"))?;
    let editions = rows.editions().await?;
    assemble(row, &editions)
}

fn assemble(row: DraftRow, editions: &[EditionRow]) -> Result<Written, Error> {
    let own = editions
        .iter()
        .filter(|edition| edition.draft_id == row.draft_id);
    Ok(Written {
        draft: read(&row.document)?,
        editions: own.map(Edition::of).collect::<Result<_, _>>()?,
        changes: row.changes,
        changed_at: *row.changed_at,
        id: row.draft_id,
    })
}

/// Begins an achievement.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::Faults`] if it cannot be kept.
pub async fn create(app: &App, who: &Who, draft: &Draft) -> Result<Written, Error> {
    who.may(Scope::Standards)?;
    fit(draft)?;
    let now = app.now();
    let row = DraftRow {
        issuer_id: who.issuer().clone(),
        draft_id: DraftId::random(app.chance.as_ref()),
        name: draft.name.clone(),
        document: written(draft)?,
        changes: 1,
        created_at: now.into(),
        changed_at: now.into(),
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.add_draft(&row).await?;
    let line = who.did(app, "achievement.save", row.draft_id.as_str(), now);
    rows.log(&[line]).await?;
    tx.commit().await?;
    assemble(row, &[])
}

/// Writes an achievement anew. Its editions stay as they are. `seen`: the count of changes that the
/// writer had before them.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::Faults`]; [`Error::NotFound`];
/// [`Error::Conflict`] if somebody else wrote it since.
pub async fn save(
    app: &App,
    who: &Who,
    id: &DraftId,
    seen: i64,
    draft: &Draft,
) -> Result<Written, Error> {
    who.may(Scope::Standards)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let there = rows
        .draft(id)
        .await?
        .ok_or(Error::NotFound("achievement"))?;
    fit(draft)?;
    let row = DraftRow {
        name: draft.name.clone(),
        document: written(draft)?,
        changes: seen,
        changed_at: now.into(),
        ..there
    };
    match rows.rewrite_draft(&row).await {
        Err(db::Error::NoRow) => {
            return Err(Error::Conflict(
                "somebody changed this achievement since you opened it: open it again and compare"
                    .to_owned(),
            ));
        }
        other => other?,
    }
    let line = who.did(app, "achievement.save", id.as_str(), now);
    rows.log(&[line]).await?;
    let saved = open_in(&mut rows, id).await?;
    tx.commit().await?;
    Ok(saved)
}

/// Throws a draft away that was never published.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::NotFound`]; [`Error::Conflict`] if it
/// was published: what learners earned keeps its history.
pub async fn discard(app: &App, who: &Who, id: &DraftId) -> Result<(), Error> {
    who.may(Scope::Standards)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.draft(id)
        .await?
        .ok_or(Error::NotFound("achievement"))?;
    match rows.discard_draft(id).await {
        Err(db::Error::NoRow) => {
            return Err(Error::Conflict(
                "it was published, and what was published stays".to_owned(),
            ));
        }
        other => other?,
    }
    let line = who.did(app, "achievement.discard", id.as_str(), now);
    rows.log(&[line]).await?;
    tx.commit().await?;
    Ok(())
}

fn fit(draft: &Draft) -> Result<(), Error> {
    let mut faults = draft.faults();
    faults.extend(unfit(draft));
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Faults(faults))
    }
}
