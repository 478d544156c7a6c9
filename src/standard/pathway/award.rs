//! What follows from a decision: the stack is awarded by itself, and suspended when a part of it is
//! taken back, until the part is back or somebody decides.
//!
//! A stack that was awarded stays awarded when a part *ends*: it was earned. Only what is revoked or
//! suspended is asked about again. One that was ended, or has expired, is awarded again for what was
//! earned since ([`super::again`]).

use super::{
    Pathway,
    again::{Had, due},
    decide::{Decision, Holding, Wanted, decide},
    reading::{had, holding, steps, wanted},
    stack,
};
use crate::app::App;
use crate::db::{self, StackAwardRow, StackRow, StackState, StatusState, Tenant};
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
    let mut done = Reconsidered::default();
    for award in rows.stack_awards_of(person).await? {
        match award.state {
            StackState::Held => {
                if let Some(id) = check_award(app, &mut rows, &award, &held).await? {
                    done.suspended.push(id);
                }
            }
            StackState::Waiting => check_waiting(app, &mut rows, &award, &held).await?,
            StackState::Ended => {}
        }
    }
    let awards = rows.stack_awards_of(person).await?;
    let expired = rows.expired_stacks_of(person, app.now().into()).await?;
    for stack in stacks.iter().filter(|stack| stack.ended_at.is_none()) {
        let of = |award: &&StackAwardRow| award.pathway_id == stack.pathway_id;
        let award = awards.iter().find(of);
        let expired = expired.iter().find(|(id, _)| *id == stack.pathway_id);
        let had = had(award, expired.map(|(_, since)| *since));
        if had == Had::Good {
            continue;
        }
        if let Some(id) = award_one(app, &mut rows, stack, person, (&held, award, had)).await? {
            done.awarded.push(id);
        }
    }
    Ok(done)
}

async fn read(
    rows: &mut Tenant<'_>,
    id: &PathwayId,
    version: i64,
) -> Result<(Pathway, Vec<Wanted>), Error> {
    let read = versions::version_in::<Pathway>(rows, id.as_str(), version).await?;
    let found = steps(rows, &read.document).await?;
    let wanted = wanted(&read.document, &found);
    Ok((read.document, wanted))
}

/// Whether the parts of a stack add up, also those that have ended since.
async fn adds_up(
    app: &App,
    rows: &mut Tenant<'_>,
    award: &StackAwardRow,
    held: &[Holding],
) -> Result<Decision, Error> {
    let (pathway, wanted) = read(rows, &award.pathway_id, award.version).await?;
    let lasting = held.iter().cloned().map(|held| Holding {
        until: None,
        ..held
    });
    let lasting: Vec<Holding> = lasting.collect();
    Ok(decide(
        &wanted,
        pathway.needed as usize,
        &lasting,
        app.now(),
    ))
}

/// The rule of a pathway, which suspends and reinstates what it awarded.
fn rule(award: &StackAwardRow) -> Who {
    let issuer = award.issuer_id.clone();
    Who::appointed(issuer, award.pathway_id.as_str(), &[Scope::Revoke])
}

/// Notes that a stack itself was revoked: there is nothing left to decide.
async fn was_revoked(app: &App, award: &StackAwardRow) -> Result<(), Error> {
    let reason = Some("the stack itself was revoked".to_owned());
    let action = "pathway.end_stack";
    move_award(app, &rule(award), award, StackState::Ended, reason, action).await
}

/// Suspends a stack whose parts do not add up any more, unless somebody decided to keep it.
async fn check_award(
    app: &App,
    rows: &mut Tenant<'_>,
    award: &StackAwardRow,
    held: &[Holding],
) -> Result<Option<CredentialId>, Error> {
    let id = &award.credential_id;
    let status = rows.status_of(id).await?.map(|status| status.state);
    if status == Some(StatusState::Revoked) {
        was_revoked(app, award).await?;
        return Ok(None);
    }
    let decision = adds_up(app, rows, award, held).await?;
    if decision.met || award.reason == Some(kept(&decision.sentence())) {
        return Ok(None);
    }
    match revoke::change(app, &rule(award), id, Change::Suspend).await {
        Err(Error::Conflict(_)) => {
            was_revoked(app, award).await?;
            return Ok(None);
        }
        other => other?,
    };
    let by_hand = status == Some(StatusState::Suspended);
    let reason = Some(waits(&decision, by_hand));
    let action = "pathway.suspend";
    move_award(
        app,
        &rule(award),
        award,
        StackState::Waiting,
        reason,
        action,
    )
    .await?;
    Ok(Some(id.clone()))
}

/// Looks at a stack that waits again: it is back when its parts are, and says what is lacking now.
async fn check_waiting(
    app: &App,
    rows: &mut Tenant<'_>,
    award: &StackAwardRow,
    held: &[Holding],
) -> Result<(), Error> {
    let decision = adds_up(app, rows, award, held).await?;
    let by_hand = award
        .reason
        .as_ref()
        .is_some_and(|reason| reason.ends_with(BY_HAND));
    if !decision.met {
        let reason = waits(&decision, by_hand);
        if award.reason.as_ref() == Some(&reason) {
            return Ok(());
        }
        let action = "pathway.suspend";
        let reason = Some(reason);
        return move_award(
            app,
            &rule(award),
            award,
            StackState::Waiting,
            reason,
            action,
        )
        .await;
    }
    // What somebody suspended by hand is theirs to reinstate.
    if !by_hand {
        match revoke::change(app, &rule(award), &award.credential_id, Change::Reinstate).await {
            Err(Error::Conflict(_)) => return was_revoked(app, award).await,
            other => other?,
        };
    }
    let action = "pathway.reinstate";
    move_award(app, &rule(award), award, StackState::Held, None, action).await
}

/// The end of the reason of a stack that somebody had suspended before the rule did.
const BY_HAND: &str = " The stack was suspended by hand before.";

/// Why a stack waits.
fn waits(decision: &Decision, by_hand: bool) -> String {
    let by_hand = if by_hand { BY_HAND } else { "" };
    format!("{}{by_hand}", decision.sentence())
}

/// The reason of a stack that somebody kept although this stands against it: as long as nothing else
/// does, nobody is asked again.
pub(super) fn kept(against: &str) -> String {
    let against = against.strip_suffix(BY_HAND).unwrap_or(against);
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
    (held, before, had): (&[Holding], Option<&StackAwardRow>, Had),
) -> Result<Option<CredentialId>, Error> {
    let now = app.now();
    let (pathway, wanted) = read(rows, &stack.pathway_id, stack.version).await?;
    let Some(due) = due(&wanted, pathway.needed as usize, held, had, now) else {
        return Ok(None);
    };
    let Some(learner) = learner(app, rows, person).await? else {
        return Ok(None);
    };
    let row = rows.achievement(&stack.achievement_id).await?;
    let achievement = publish::read(&row.ok_or(Error::NotFound("achievement"))?)?;
    let row = stack::row(&achievement, learner, &due);
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
    note(
        app,
        &rule,
        &award,
        before.map(|before| &before.credential_id),
    )
    .await
}

/// Notes that a stack was awarded, if nobody was faster.
async fn note(
    app: &App,
    rule: &Who,
    award: &StackAwardRow,
    before: Option<&CredentialId>,
) -> Result<Option<CredentialId>, Error> {
    let id = &award.credential_id;
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(rule.issuer());
    let noted = match before {
        Some(before) if before == id => return Ok(None),
        Some(before) => rows.renew_stack_award(before, award).await,
        None => rows.add_stack_award(award).await,
    };
    match noted {
        Err(db::Error::Duplicate(_) | db::Error::NoRow) => return Ok(None),
        other => other?,
    }
    rows.log(&[rule.did(app, "pathway.award", id.as_str(), app.now())])
        .await?;
    tx.commit().await?;
    Ok(Some(id.clone()))
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
