//! Publishing achievements: from then on they never change.

use super::achievement::{Achievement, Kind};
use super::{Error, Fault};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{AchievementKind, AchievementRow, Tenant};
use crate::ids::AchievementId;
use crate::json;
use crate::who::{Scope, Who};

/// Publishes an achievement for an organisation; `false` if it was published before. Publishing
/// the same file again changes nothing.
///
/// # Errors
/// [`Error::Refused`] without the scope `publish`; [`Error::Conflict`] if another file with the same `id` was published: what credentials refer
/// to must not change under them.
pub async fn publish(app: &App, who: &Who, achievement: &Achievement) -> Result<bool, Error> {
    who.may(Scope::Publish)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(who.issuer());
    let new = add(app, who, &mut of, achievement, now).await?;
    if new {
        tx.commit().await?;
    }
    Ok(new)
}

/// The same inside somebody's transaction: writes the achievement and its audit line. The caller
/// has asked whether `who` may.
pub(crate) async fn add(
    app: &App,
    who: &Who,
    of: &mut Tenant<'_>,
    achievement: &Achievement,
    now: Timestamp,
) -> Result<bool, Error> {
    let file = json::text(achievement.file());
    let row = AchievementRow {
        issuer_id: who.issuer().clone(),
        achievement_id: achievement.id().clone(),
        name: achievement.name().to_owned(),
        kind: match achievement.kind() {
            Kind::Performance => AchievementKind::Performance,
            Kind::Participation => AchievementKind::Participation,
        },
        version: achievement.version().to_owned(),
        document: file.clone(),
        created_at: now.into(),
    };
    if !of.add_achievement(&row).await? {
        let there = of.achievement(achievement.id()).await?;
        if there.is_some_and(|there| there.document == file) {
            return Ok(false);
        }
        return Err(Error::Conflict(
            "an achievement with this id was published before, with other words: \
             give the new one another id"
                .to_owned(),
        ));
    }
    let line = who.did(app, "achievement.publish", achievement.id().as_str(), now);
    of.log(&[line]).await?;
    Ok(true)
}

/// Everything the organisation has published, oldest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::Db`].
pub async fn list(app: &App, who: &Who) -> Result<Vec<AchievementRow>, Error> {
    who.may(Scope::Read)?;
    Ok(app.db.of(who.issuer()).achievements().await?)
}

/// A published achievement.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn achievement(app: &App, who: &Who, id: &AchievementId) -> Result<Achievement, Error> {
    load(&mut app.db.of(who.issuer()), id).await
}

/// A published achievement that somebody wants to award: not one that a pathway awards by itself.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Faults`] for the credential at the end of a pathway.
pub async fn by_hand(app: &App, who: &Who, id: &AchievementId) -> Result<Achievement, Error> {
    let mut of = app.db.of(who.issuer());
    let achievement = load(&mut of, id).await?;
    only_by_its_pathway(&mut of, who, std::slice::from_ref(id)).await?;
    Ok(achievement)
}

/// Holds to it that the credential at the end of a pathway is awarded by that pathway and by nobody
/// else: it says that the parts were earned, and only the pathway has looked.
///
/// # Errors
/// [`Error::Faults`].
pub(crate) async fn only_by_its_pathway(
    of: &mut Tenant<'_>,
    who: &Who,
    ids: &[AchievementId],
) -> Result<(), Error> {
    let stacks = of.stacks_among(ids).await?;
    if stacks.iter().all(|(_, path)| path.as_str() == who.actor()) {
        return Ok(());
    }
    Err(Error::Faults(vec![Fault::new("/achievement", STACK)]))
}

/// Why a stack is not awarded by hand.
pub const STACK: &str = "is the credential at the end of a pathway, which awards it by itself as soon as its parts are earned: award the parts";

/// A published achievement, as it is stored.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn row(app: &App, who: &Who, id: &AchievementId) -> Result<AchievementRow, Error> {
    find(&mut app.db.of(who.issuer()), id).await
}

pub(crate) async fn load(of: &mut Tenant<'_>, id: &AchievementId) -> Result<Achievement, Error> {
    read(&find(of, id).await?)
}

async fn find(of: &mut Tenant<'_>, id: &AchievementId) -> Result<AchievementRow, Error> {
    let found = of.achievement(id).await?;
    found.ok_or(Error::NotFound("achievement"))
}

/// Reads a published achievement from its row.
///
/// # Errors
/// [`Error::Internal`] if it would not pass today's publish check: it did when it was published, so
/// the fault is ours.
pub fn read(row: &AchievementRow) -> Result<Achievement, Error> {
    Achievement::parse(row.document.as_bytes()).map_err(|faults| {
        let places: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        Error::Internal(format!(
            "the published achievement {} does not pass the check any more, at {places:?}",
            row.achievement_id
        ))
    })
}
