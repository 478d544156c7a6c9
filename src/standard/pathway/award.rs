//! What follows from a decision: the stack is awarded by itself, and suspended when a part of it is
//! taken back, until somebody decides.
//!
//! A stack that was awarded stays awarded when a part *ends*: it was earned. Only what is revoked or
//! suspended is asked about again.

use super::{
    Found, Pathway,
    decide::{Decision, Holding, decide},
    reading::{NAMED, called, everybody, holding, names, steps, wanted},
    stack,
};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, Kept, StackAwardRow, StackRow, StackState, Tenant};
use crate::ids::{AchievementId, CredentialId, IssuerId, PathwayId, PersonId};
use crate::issue::{
    Error, Fault,
    one::{self, Request},
    people,
    plan::{Learner, Wish},
    publish,
    revoke::{self, Change},
};
use crate::standard::{
    picture,
    versions::{self, Version},
};
use crate::who::{Scope, Who};

/// Somebody and how they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// What the organisation calls them: a name, or its own reference.
    pub called: String,
    /// How they stand.
    pub decision: Decision,
}

/// What would happen if a version of a pathway were in force now. Nothing is stored.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// What stands in the way of activating it.
    pub faults: Vec<Fault>,
    /// The steps, as they were found.
    pub steps: Vec<Option<Found>>,
    /// Who would get the stack now, at most 500.
    pub would: Vec<Candidate>,
    /// How many that would be in all.
    pub would_count: usize,
    /// Who has the stack already.
    pub have: usize,
    /// Who has some of the steps, the nearest first, at most 500.
    pub on_the_way: Vec<Candidate>,
}

/// A pathway and whether it is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The newest version.
    pub newest: Version<Pathway>,
    /// The version that awards, if one does.
    pub in_force: Option<i64>,
    /// How many stacks wait for a decision.
    pub waiting: usize,
    /// How many stacks stand.
    pub held: usize,
}

/// Every pathway, by name.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn list(app: &App, who: &Who) -> Result<Vec<Overview>, Error> {
    let all = versions::list::<Pathway>(app, who).await?;
    let mut rows = app.db.of(who.issuer());
    let stacks = rows.pathway_stacks().await?;
    let mut found = Vec::with_capacity(all.len());
    for newest in all {
        let id = id_of(&newest)?;
        let awards = rows.stack_awards(&id).await?;
        let count = |state| awards.iter().filter(|award| award.state == state).count();
        found.push(Overview {
            in_force: in_force(&stacks, &id).map(|stack| stack.version),
            waiting: count(StackState::Waiting),
            held: count(StackState::Held),
            newest,
        });
    }
    Ok(found)
}

fn id_of(version: &Version<Pathway>) -> Result<PathwayId, Error> {
    let id = version.id.parse();
    id.map_err(|_| Error::Internal("a pathway has no id".to_owned()))
}

fn in_force<'s>(stacks: &'s [StackRow], id: &PathwayId) -> Option<&'s StackRow> {
    stacks
        .iter()
        .find(|stack| stack.pathway_id == *id && stack.ended_at.is_none())
}

/// Every version of a pathway that was ever activated, newest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn activations(app: &App, who: &Who, id: &PathwayId) -> Result<Vec<StackRow>, Error> {
    who.may(Scope::Read)?;
    let mut stacks = app.db.of(who.issuer()).pathway_stacks().await?;
    stacks.retain(|stack| stack.pathway_id == *id);
    Ok(stacks)
}

/// What would happen if this version were in force now.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn dry_run(app: &App, who: &Who, id: &PathwayId, version: i64) -> Result<DryRun, Error> {
    who.may(Scope::Read)?;
    let now = app.now();
    let mut rows = app.db.of(who.issuer());
    let read = versions::version_in::<Pathway>(&mut rows, id.as_str(), version).await?;
    let pathway = read.document;
    let found = steps(&mut rows, &pathway).await?;
    let awards = rows.stack_awards(id).await?;
    let has = |person: &PersonId| awards.iter().any(|award| award.person_id == *person);
    let decided = everybody(&mut rows, &pathway, &found, now).await?;
    let (mut would, mut on_the_way) = (Vec::new(), Vec::new());
    for (person, decision) in decided {
        if has(&person) {
            continue;
        }
        if decision.met {
            would.push((person, decision));
        } else if decision.counted().next().is_some() {
            on_the_way.push((person, decision));
        }
    }
    Ok(DryRun {
        faults: pathway.check(&found),
        steps: found,
        would_count: would.len(),
        have: awards
            .iter()
            .filter(|award| award.state != StackState::Ended)
            .count(),
        would: called(app, &mut rows, would).await?,
        on_the_way: called(app, &mut rows, on_the_way).await?,
    })
}

/// Everybody who was awarded the stack, those who wait first, with what the organisation calls them.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn awarded(
    app: &App,
    who: &Who,
    id: &PathwayId,
) -> Result<Vec<(StackAwardRow, String)>, Error> {
    who.may(Scope::Read)?;
    let mut rows = app.db.of(who.issuer());
    let mut awards = rows.stack_awards(id).await?;
    awards.truncate(NAMED);
    let people = awards.iter().map(|award| award.person_id.clone());
    let names = names(app, &mut rows, people).await?;
    let name = |award: &StackAwardRow| names.get(&award.person_id).cloned().unwrap_or_default();
    Ok(awards
        .into_iter()
        .map(|award| (award.clone(), name(&award)))
        .collect())
}

// ── in force ────────────────────────────────────────────────────────────────

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
    rows.pin_version(Kept::Pathway, id.as_str(), version, now.into())
        .await?;
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

/// Awards the stack to those who have met a pathway in force, at most `most` of them: how many were
/// awarded and how many are left. Doing it again, or twice at once, is safe.
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
    for person in found.iter().take(most) {
        reconsider(app, issuer, person).await?;
        awarded += 1;
    }
    Ok((awarded, found.len() - awarded))
}

/// Who has met a version and has no stack of the pathway.
async fn dry_run_ids(
    app: &App,
    issuer: &IssuerId,
    id: &PathwayId,
    version: i64,
) -> Result<Vec<PersonId>, Error> {
    let mut rows = app.db.of(issuer);
    let read = versions::version_in::<Pathway>(&mut rows, id.as_str(), version).await?;
    let found = steps(&mut rows, &read.document).await?;
    let awards = rows.stack_awards(id).await?;
    let decided = everybody(&mut rows, &read.document, &found, app.now()).await?;
    let has = |person: &PersonId| awards.iter().any(|award| award.person_id == *person);
    let met = decided
        .into_iter()
        .filter(|(person, decision)| decision.met && !has(person));
    Ok(met.map(|(person, _)| person).collect())
}

// ── one person ──────────────────────────────────────────────────────────────

/// What became of somebody's pathways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconsidered {
    /// The stacks that were awarded now.
    pub awarded: Vec<CredentialId>,
    /// The stacks that were suspended now.
    pub suspended: Vec<CredentialId>,
}

/// Looks at every pathway again for one person, after something was awarded to them or taken back.
/// Doing it again changes nothing.
///
/// # Errors
/// As [`one::issue`] and [`revoke::change`]: nothing is lost, call again.
pub async fn reconsider(
    app: &App,
    issuer: &IssuerId,
    person: &PersonId,
) -> Result<Reconsidered, Error> {
    let mut rows = app.db.of(issuer);
    let stacks = rows.pathway_stacks().await?;
    if stacks.is_empty() {
        return Ok(Reconsidered::default());
    }
    let held = rows.holdings_of(person).await?;
    let held: Vec<Holding> = held
        .into_iter()
        .filter_map(holding)
        .map(|(_, held)| held)
        .collect();
    let awards = rows.stack_awards_of(person).await?;
    let mut done = Reconsidered::default();
    for award in awards
        .iter()
        .filter(|award| award.state == StackState::Held)
    {
        if let Some(id) = check_award(app, &mut rows, award, &held).await? {
            done.suspended.push(id);
        }
    }
    for stack in stacks.iter().filter(|stack| stack.ended_at.is_none()) {
        if awards
            .iter()
            .any(|award| award.pathway_id == stack.pathway_id)
        {
            continue;
        }
        if let Some(id) = award_one(app, &mut rows, stack, person, &held).await? {
            done.awarded.push(id);
        }
    }
    Ok(done)
}

async fn decision(
    rows: &mut Tenant<'_>,
    id: &PathwayId,
    version: i64,
    held: &[Holding],
    now: Timestamp,
) -> Result<(Pathway, Decision), Error> {
    let read = versions::version_in::<Pathway>(rows, id.as_str(), version).await?;
    let found = steps(rows, &read.document).await?;
    let wanted = wanted(&read.document, &found);
    let needed = read.document.needed as usize;
    Ok((read.document, decide(&wanted, needed, held, now)))
}

/// Suspends a stack whose parts do not add up any more, unless somebody decided to keep it.
async fn check_award(
    app: &App,
    rows: &mut Tenant<'_>,
    award: &StackAwardRow,
    held: &[Holding],
) -> Result<Option<CredentialId>, Error> {
    let now = app.now();
    let lasting: Vec<Holding> = held
        .iter()
        .cloned()
        .map(|held| Holding {
            until: None,
            ..held
        })
        .collect();
    let (_, decision) = decision(rows, &award.pathway_id, award.version, &lasting, now).await?;
    if decision.met || award.reason == Some(kept(&decision.sentence())) {
        return Ok(None);
    }
    let issuer = award.issuer_id.clone();
    let rule = Who::appointed(issuer.clone(), award.pathway_id.as_str(), &[Scope::Revoke]);
    let id = &award.credential_id;
    match revoke::change(app, &rule, id, Change::Suspend).await {
        // Somebody revoked it: there is nothing left to decide.
        Err(Error::Conflict(_)) => {
            let reason = Some("the stack itself was revoked".to_owned());
            move_award(
                app,
                &rule,
                award,
                StackState::Ended,
                reason,
                "pathway.end_stack",
            )
            .await?;
            return Ok(None);
        }
        other => other?,
    };
    let reason = Some(decision.sentence());
    move_award(
        app,
        &rule,
        award,
        StackState::Waiting,
        reason,
        "pathway.suspend",
    )
    .await?;
    Ok(Some(id.clone()))
}

/// The reason of a stack that somebody kept although this stands against it: as long as nothing else
/// does, nobody is asked again.
fn kept(against: &str) -> String {
    format!("Kept by decision. {against}")
}

async fn move_award(
    app: &App,
    who: &Who,
    award: &StackAwardRow,
    to: StackState,
    reason: Option<String>,
    action: &str,
) -> Result<(), Error> {
    let now = app.now();
    let row = StackAwardRow {
        state: to,
        reason,
        changed_at: now.into(),
        ..award.clone()
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    match rows.move_stack_award(award.state, &row).await {
        // Somebody else was first.
        Err(db::Error::NoRow) => return Ok(()),
        other => other?,
    }
    let line = who.did(app, action, award.credential_id.as_str(), now);
    rows.log(&[line]).await?;
    tx.commit().await?;
    Ok(())
}

/// Issues the stack of a pathway in force to somebody who meets it.
async fn award_one(
    app: &App,
    rows: &mut Tenant<'_>,
    stack: &StackRow,
    person: &PersonId,
    held: &[Holding],
) -> Result<Option<CredentialId>, Error> {
    let now = app.now();
    let (pathway, decision) = decision(rows, &stack.pathway_id, stack.version, held, now).await?;
    if !decision.met {
        return Ok(None);
    }
    let Some(learner) = learner(app, rows, person).await? else {
        return Ok(None);
    };
    let row = rows.achievement(&stack.achievement_id).await?;
    let achievement = publish::read(&row.ok_or(Error::NotFound("achievement"))?)?;
    let Some(row) = stack::row(&achievement, learner, &decision) else {
        return Ok(None);
    };
    let months = pathway.valid_months.map(i64::from);
    let request = Request {
        achievement: stack.achievement_id.clone(),
        row,
        person: Some(person.clone()),
        valid_until: months.and_then(|months| crate::issue::after_months(now, months)),
        key: None,
    };
    let issuer = stack.issuer_id.clone();
    let rule = Who::appointed(issuer.clone(), stack.pathway_id.as_str(), &[Scope::Issue]);
    let id = match one::issue(app, &rule, &request).await {
        Ok(issued) => issued.id,
        // It was issued before and not noted yet; its parts were others then.
        Err(Error::IssuedOtherwise(id)) => id,
        // Erased or merged meanwhile: their own record is looked at by work of its own.
        Err(Error::NotFound("learner")) => return Ok(None),
        Err(other) => return Err(other),
    };
    let award = StackAwardRow {
        issuer_id: issuer.clone(),
        pathway_id: stack.pathway_id.clone(),
        person_id: person.clone(),
        version: stack.version,
        credential_id: id.clone(),
        state: StackState::Held,
        reason: None,
        changed_at: now.into(),
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(&issuer);
    match rows.add_stack_award(&award).await {
        Err(db::Error::Duplicate(_)) => return Ok(None),
        other => other?,
    }
    rows.log(&[rule.did(app, "pathway.award", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// A person as the issuing services know a learner; `None` once erased.
async fn learner(
    app: &App,
    rows: &mut Tenant<'_>,
    person: &PersonId,
) -> Result<Option<Learner>, Error> {
    let Some(row) = rows.person(person).await? else {
        return Ok(None);
    };
    let details = people::open(app, &row)?;
    Ok(details.map(|details| Learner {
        reference: details.reference,
        name: details.name,
        email: details.email,
        adult: details.adult,
        wish: Wish::Nothing,
    }))
}

/// What somebody decides about a stack that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// It stands: the suspension is undone, and the same parts are not asked about again.
    Keep,
    /// It is revoked, for good.
    End,
}

/// Decides about a stack that was suspended because a part of it was taken back.
///
/// # Errors
/// [`Error::Refused`] without the scope `revoke`; [`Error::NotFound`] if nothing waits.
pub async fn settle(
    app: &App,
    who: &Who,
    id: &PathwayId,
    person: &PersonId,
    settle: Settle,
) -> Result<(), Error> {
    who.may(Scope::Revoke)?;
    let awards = app.db.of(who.issuer()).stack_awards(id).await?;
    let waits =
        |award: &&StackAwardRow| award.person_id == *person && award.state == StackState::Waiting;
    let award = awards
        .iter()
        .find(waits)
        .ok_or(Error::NotFound("stack that waits"))?;
    let credential = &award.credential_id;
    let reason = award.reason.clone().unwrap_or_default();
    match settle {
        Settle::Keep => {
            revoke::change(app, who, credential, Change::Reinstate).await?;
            let reason = Some(kept(&reason));
            move_award(app, who, award, StackState::Held, reason, "pathway.keep").await
        }
        Settle::End => {
            revoke::change(app, who, credential, Change::Revoke).await?;
            let reason = Some(format!("Ended by decision. {reason}"));
            move_award(
                app,
                who,
                award,
                StackState::Ended,
                reason,
                "pathway.end_stack",
            )
            .await
        }
    }
}
