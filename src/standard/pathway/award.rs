//! What follows from a decision: the stack is awarded by itself, and suspended when a part of it is
//! taken back, until somebody decides.
//!
//! A stack that was awarded stays awarded when a part *ends*: it was earned. Only what is revoked or
//! suspended is asked about again.

use super::{
    Pathway,
    decide::{Decision, Holding, decide},
    reading::{holding, steps, wanted},
    stack,
};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, StackAwardRow, StackRow, StackState, Tenant};
use crate::ids::{CredentialId, IssuerId, PathwayId, PersonId};
use crate::issue::{
    Error,
    one::{self, Request},
    people,
    plan::{Learner, Wish},
    publish,
    revoke::{self, Change},
};
use crate::standard::versions;
use crate::who::{Scope, Who};

pub use super::{
    force::{activate, catch_up, end},
    look::{Candidate, DryRun, Overview, activations, awarded, dry_run, list},
    settle::{Settle, settle},
};

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
pub(super) fn kept(against: &str) -> String {
    format!("Kept by decision. {against}")
}

pub(super) async fn move_award(
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
        adult: details.adult == Some(true),
        wish: Wish::Nothing,
    }))
}
