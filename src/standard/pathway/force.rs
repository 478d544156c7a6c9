//! Versions of a pathway that are put in force, awarded to who met them already, and ended.

use super::{
    Pathway,
    award::reconsider,
    look::in_force,
    reading::{Stand, everybody, steps},
    stack,
};
use crate::app::App;
use crate::db::{self, Kept, StackRow};
use crate::ids::{AchievementId, IssuerId, PathwayId, PersonId};
use crate::issue::{Error, Fault, publish};
use crate::queue;
use crate::standard::{picture, versions};
use crate::who::{Scope, Who};

/// Puts a version of a pathway in force: the stack's achievement is published, and what the pathway
/// rests on is pinned. [`catch_up`] then awards those who have met it already.
///
/// # Errors
/// [`Error::Refused`] without the scope `publish`; [`Error::Faults`] for all that stands in the way;
/// [`Error::Conflict`] if this version is or was in force.
pub async fn activate(
    app: &App,
    who: &Who,
    id: &PathwayId,
    version: i64,
) -> Result<AchievementId, Error> {
    who.may(Scope::Publish)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    // Pinned before it is read: what is read then is what stays.
    versions::pin(&mut rows, Kept::Pathway, id.as_str(), version, now).await?;
    let read = versions::version_in::<Pathway>(&mut rows, id.as_str(), version).await?;
    let pathway = read.document;
    let found = steps(&mut rows, &pathway).await?;
    let mut faults = pathway.check(&found);
    let png = match pathway.picture.png(&mut rows, &pathway.name).await {
        Ok(png) => png,
        Err(Error::Faults(more)) => {
            faults.extend(more);
            Vec::new()
        }
        Err(other) => return Err(other),
    };
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let picture_id = picture::id_of(&png);
    rows.add_picture(&picture_id, &png, now.into()).await?;
    let names: Vec<String> = found.into_iter().flatten().map(|step| step.name).collect();
    let uri = stack::uri(who.issuer(), id, version);
    let address = picture::url(app, &picture_id);
    let achievement = stack::achievement(&pathway, &names, &uri, &address, version);
    let achievement = achievement.map_err(Error::Faults)?;
    publish::add(app, who, &mut rows, &achievement, now).await?;
    if let Some(map) = &pathway.map {
        let pinned = rows.pin_version(Kept::Map, map.id.as_str(), map.version.into(), now.into());
        pinned.await.map_err(|error| match error {
            db::Error::NoRow => {
                let sentence = "there is no such version of a competency map";
                Error::Faults(vec![Fault::new("/map", sentence)])
            }
            other => Error::Db(other),
        })?;
    }
    let stack = StackRow {
        issuer_id: who.issuer().clone(),
        pathway_id: id.clone(),
        version,
        achievement_id: achievement.id().clone(),
        activated_at: now.into(),
        ended_at: None,
    };
    match rows.activate_pathway(&stack).await {
        Err(db::Error::Duplicate(_)) => {
            return Err(Error::Conflict(
                "this version was activated before".to_owned(),
            ));
        }
        other => other?,
    }
    rows.log(&[who.did(app, "pathway.activate", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(achievement.id().clone())
}

/// Ends a pathway: it awards nothing new, and what it awarded stays.
///
/// # Errors
/// [`Error::Refused`] without the scope `publish`; [`Error::NotFound`] if it is not in force.
pub async fn end(app: &App, who: &Who, id: &PathwayId) -> Result<(), Error> {
    who.may(Scope::Publish)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    match rows.end_pathway(id, now.into()).await {
        Err(db::Error::NoRow) => return Err(Error::NotFound("pathway in force")),
        other => other?,
    }
    rows.log(&[who.did(app, "pathway.end", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Awards the stack to those who have met a pathway in force: `most` of them now, the others by the
/// workers. How many were awarded and how many are left to the workers. Doing it again, or twice at
/// once, is safe.
///
/// # Errors
/// [`Error::Refused`] without the scope `publish`; [`Error::NotFound`] if it is not in force.
pub async fn catch_up(
    app: &App,
    who: &Who,
    id: &PathwayId,
    most: usize,
) -> Result<(usize, usize), Error> {
    who.may(Scope::Publish)?;
    let issuer = who.issuer();
    let mut rows = app.db.of(issuer);
    let stacks = rows.pathway_stacks().await?;
    let stack = in_force(&stacks, id).ok_or(Error::NotFound("pathway in force"))?;
    let version = stack.version;
    let found = dry_run_ids(app, issuer, id, version).await?;
    let mut awarded = 0;
    let (now, later) = found.split_at(most.min(found.len()));
    if !later.is_empty() {
        let mut tx = app.db.begin().await?;
        let mut rows = tx.of(issuer);
        for person in later {
            queue::put_once(&mut rows, app, queue::RECONSIDER, person.as_str()).await?;
        }
        tx.commit().await?;
    }
    for person in now {
        reconsider(app, issuer, person).await?;
        awarded += 1;
    }
    Ok((awarded, later.len()))
}

/// Whose the stack is by a version, and who does not have it.
async fn dry_run_ids(
    app: &App,
    issuer: &IssuerId,
    id: &PathwayId,
    version: i64,
) -> Result<Vec<PersonId>, Error> {
    let mut rows = app.db.of(issuer);
    let read = versions::version_in::<Pathway>(&mut rows, id.as_str(), version).await?;
    let found = steps(&mut rows, &read.document).await?;
    let decided = everybody(&mut rows, (id, &read.document), &found, app.now()).await?;
    let due = decided.into_iter();
    let due = due.filter(|(_, stand)| matches!(stand, Stand::Due(_)));
    Ok(due.map(|(person, _)| person).collect())
}
