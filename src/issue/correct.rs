//! Fixing a mistake: a new credential takes the place of the one that has it.
//!
//! What was signed never changes. The old credential is revoked and says so wherever it is checked;
//! whoever opens its link is led to the new one.

use super::award;
use super::order::{Assessor, Order, Outcome};
use super::plan::Row;
use super::promise::{self, Terms};
use super::revoke::{self, Change};
use super::{Achievement, Error, Fault, people, publish, reasons};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{CredentialRow, CredentialState, StatusState, SupersededRow, Tenant};
use crate::ids::CredentialId;
use crate::who::{Scope, Who};

/// A credential as it can be corrected.
#[derive(Debug, Clone)]
pub struct Wrong {
    /// What it is about.
    pub achievement: Achievement,
    /// What it says.
    pub order: Order,
}

/// What it should say.
#[derive(Debug, Clone, PartialEq)]
pub struct Right {
    /// When the award was made.
    pub awarded: Timestamp,
    /// What was reached in each criterion.
    pub outcomes: Vec<Outcome>,
    /// Who assessed.
    pub assessor: Option<Assessor>,
    /// What is said about this award.
    pub narrative: Option<String>,
}

/// What a credential says, to be put right.
///
/// # Errors
/// [`Error::Refused`] without the scopes `issue` and `revoke`; [`Error::NotFound`];
/// [`Error::Conflict`] for one that is revoked or suspended, or whose learner was erased, and for
/// whoever had a hand in the attempt that it came of.
pub async fn read(app: &App, who: &Who, id: &CredentialId) -> Result<Wrong, Error> {
    who.may(Scope::Issue)?;
    who.may(Scope::Revoke)?;
    let mut rows = app.db.of(who.issuer());
    let (_, wrong) = find(app, &mut rows, id).await?;
    not_their_own(&mut rows, who, id).await?;
    Ok(wrong)
}

async fn find(
    app: &App,
    rows: &mut Tenant<'_>,
    id: &CredentialId,
) -> Result<(CredentialRow, Wrong), Error> {
    let row = rows.credential(id).await?;
    let row = row.filter(|row| row.state == CredentialState::Issued);
    let row = row.ok_or(Error::NotFound("credential"))?;
    let status = rows.status_of(id).await?;
    let barred = match status.map(|status| status.state) {
        Some(StatusState::Ok) => None,
        Some(StatusState::Suspended) => {
            Some("the credential is suspended: reinstate it first, then correct it")
        }
        Some(StatusState::Revoked) | None => {
            Some("the credential is revoked: what is taken back is not corrected")
        }
    };
    if let Some(sentence) = barred {
        return Err(Error::Conflict(sentence.to_owned()));
    }
    let issuer = rows.issuer_id().clone();
    let order = promise::open(app, &issuer, &row.promise)?;
    let achievement = publish::load(rows, &row.promise.achievement_id).await?;
    Ok((row, Wrong { achievement, order }))
}

/// Issues the credential as it should be, revokes the one with the mistake, and leads from the old
/// to the new: in one transaction.
///
/// # Errors
/// As [`read`]; [`Error::Faults`] for a level that is no pass, or if nothing is different.
pub async fn correct(
    app: &App,
    who: &Who,
    id: &CredentialId,
    right: &Right,
    reason: &str,
) -> Result<CredentialId, Error> {
    who.may(Scope::Issue)?;
    who.may(Scope::Revoke)?;
    let now = app.now();
    let reason = reasons::checked(reason)?;
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let (old, wrong) = find(app, &mut rows, id).await?;
    not_their_own(&mut rows, who, id).await?;
    check(&wrong, right, now)?;
    let person = old.promise.person_id.clone();
    let person = person.ok_or_else(|| Error::Conflict("nobody knows whose it is".to_owned()))?;
    let person = rows
        .person(&person)
        .await?
        .ok_or(Error::NotFound("learner"))?;
    let details = people::open(app, &person)?;
    let details = details.ok_or_else(|| Error::Conflict("the learner was erased".to_owned()))?;
    let order = Row {
        line: 0,
        learner: details.learner(),
        awarded: right.awarded,
        outcomes: right.outcomes.clone(),
        assessor: right.assessor.clone(),
        evidence: wrong.order.evidence.clone(),
        narrative: right.narrative.clone(),
    };
    if wrong.order.says_the_same(&order) {
        return Err(Error::Faults(vec![Fault::new("", "nothing is different")]));
    }
    let occasion = format!("{}{id}", promise::CORRECTS);
    let terms = Terms {
        who,
        achievement: &wrong.achievement,
        valid_until: old.promise.valid_until.map(Into::into),
        batch: None,
        occasion: Some(&occasion),
        checked: false,
        now,
    };
    let answers = promise::write(app, &mut tx, &terms, std::slice::from_ref(&order)).await?;
    let answer = answers.into_iter().next();
    let answer = answer.ok_or_else(|| Error::Internal("an award had no answer".to_owned()))?;
    let mut rows = tx.of(who.issuer());
    rows.supersede(&SupersededRow {
        credential_id: id.clone(),
        by_credential_id: answer.id().clone(),
        superseded_at: now.into(),
    })
    .await?;
    revoke::change_in(app, &mut rows, who, id, Change::Revoke, &reason, now).await?;
    rows.log(&[who.did(app, "credential.correct", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    award::sign(app, who.issuer(), answer.id()).await?;
    Ok(answer.id().clone())
}

/// A correction says of every criterion of the rubric which level was reached, and each is a pass.
fn check(wrong: &Wrong, right: &Right, now: Timestamp) -> Result<(), Error> {
    let mut faults = Vec::new();
    if right.awarded > now {
        faults.push(Fault::new("/awarded", "is in the future"));
    }
    for criterion in wrong
        .achievement
        .criteria()
        .iter()
        .filter(|one| one.is_rubric())
    {
        let outcome = right
            .outcomes
            .iter()
            .find(|one| one.description == criterion.id);
        let level = outcome.and_then(|one| one.level.as_deref());
        let place = level.and_then(|level| criterion.level(level));
        let sentence = match place {
            None => "is missing, or none of the levels",
            Some(place) if !criterion.passes(place) => {
                "is below the required level: revoke the credential instead"
            }
            Some(_) => continue,
        };
        faults.push(Fault::new(format!("/levels/{}", criterion.name), sentence));
    }
    if wrong.order.assessor.is_some() && right.assessor.is_none() {
        faults.push(Fault::new(
            "/assessor",
            "is missing: in which role somebody assessed",
        ));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Faults(faults))
    }
}

/// The credential that somebody who has this link is to see: the one that took its place, or itself.
///
/// # Errors
/// [`Error::Db`].
pub async fn newest(
    app: &App,
    issuer: &crate::ids::IssuerId,
    id: &CredentialId,
) -> Result<CredentialId, Error> {
    newest_in(&mut app.db.of(issuer), id).await
}

/// As [`newest`], with what is at hand.
pub(crate) async fn newest_in(
    rows: &mut Tenant<'_>,
    id: &CredentialId,
) -> Result<CredentialId, Error> {
    let mut newest = id.clone();
    while let Some(row) = rows.superseded(&newest).await? {
        newest = row.by_credential_id;
    }
    Ok(newest)
}

/// Nobody approves their own: whoever proposed, opened or handed in what a credential came of does
/// not say what it should have been.
async fn not_their_own(rows: &mut Tenant<'_>, who: &Who, id: &CredentialId) -> Result<(), Error> {
    let mut first = id.clone();
    while let Some(row) = rows.supersedes(&first).await? {
        first = row.credential_id;
    }
    let Some(attempt) = rows.attempt_behind(&first).await? else {
        return Ok(());
    };
    let hands = rows.hands(&attempt.attempt_id).await?;
    if hands.iter().any(|hand| hand == who.principal()) {
        return Err(Error::Conflict(
            "you had a hand in the attempt that it came of, so somebody else corrects it"
                .to_owned(),
        ));
    }
    Ok(())
}
