//! Awards for taking part: to whoever was at a lab, many at once.
//!
//! Nobody writes down who came to a lab, so somebody says who did. From there on it is a batch as
//! any other: with its quota, its second person, and nobody given the same twice.

use std::collections::HashSet;

use super::learner::{self, Learner};
use super::{Error, may_look};
use crate::app::App;
use crate::db::{LabRow, Tenant};
use crate::ids::{AchievementId, LabId, PersonId};
use crate::issue::batch::{self, Hands, Started};
use crate::issue::plan::Row;
use crate::issue::{Achievement, Kind, publish};
use crate::who::{Scope, Who};

/// Who would be given what.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The lab.
    pub lab: LabRow,
    /// What for taking part.
    pub achievement: Achievement,
    /// Who is expected, by name.
    pub expected: Vec<Learner>,
    /// Of these, who was there: an attempt of theirs began there.
    pub seen: Vec<PersonId>,
    /// Who was chosen and has it of that day already: nobody is given it twice.
    pub before: Vec<PersonId>,
}

/// What giving these learners an achievement for taking part would do.
///
/// # Errors
/// [`Error::Refused`] without the scope `issue`; [`Error::NotFound`], also for what is not on offer;
/// [`Error::Conflict`] for what is not given for taking part, for a lab that is yet to be held, and
/// for somebody who is not expected there.
pub async fn plan(
    app: &App,
    who: &Who,
    id: &LabId,
    offer: &AchievementId,
    chosen: &[PersonId],
) -> Result<Plan, Error> {
    who.may(Scope::Issue)?;
    may_look(who)?;
    let mut rows = app.db.of(who.issuer());
    let lab = rows.lab(id).await?.ok_or(Error::NotFound("lab"))?;
    if !rows.lab_offers(id).await?.contains(offer) {
        return Err(Error::NotFound("achievement at this lab"));
    }
    let achievement = rows.achievement(offer).await?;
    let achievement = publish::read(&achievement.ok_or(Error::NotFound("achievement"))?)?;
    if achievement.kind() != Kind::Participation {
        return Err(Error::conflict(
            "this achievement is awarded when a reviewer approves an attempt, not for taking part",
        ));
    }
    if *lab.held_at > app.now() {
        return Err(Error::conflict("this lab is yet to be held"));
    }
    let expected = rows.lab_learners(id).await?;
    let strange = chosen.iter().any(|person| !expected.contains(person));
    if strange {
        return Err(Error::conflict(
            "somebody who was chosen is not on the lab's roster",
        ));
    }
    let attempts = rows.attempts_at(id).await?;
    let here = attempts
        .iter()
        .filter(|row| row.lab_id.as_ref() == Some(id));
    let seen: HashSet<PersonId> = here.map(|row| row.person_id.clone()).collect();
    Ok(Plan {
        before: before(&mut rows, &lab, offer, chosen).await?,
        expected: learner::these(app, &mut rows, &expected).await?,
        seen: seen.into_iter().collect(),
        achievement,
        lab,
    })
}

/// Who of these has it of that day already.
async fn before(
    rows: &mut Tenant<'_>,
    lab: &LabRow,
    offer: &AchievementId,
    chosen: &[PersonId],
) -> Result<Vec<PersonId>, Error> {
    let people = rows.people(chosen).await?;
    let hashes = people.iter().filter_map(|row| row.lookup_hash.clone());
    let hashes: Vec<Vec<u8>> = hashes.collect();
    let day = lab.held_at.to_string();
    let promised = rows.promised_to(offer, &hashes).await?;
    let has = |hash: &Vec<u8>| {
        let mut own = promised.iter().filter(|one| one.recipient_hash == *hash);
        own.any(|one| one.issue_event == day)
    };
    let have = people
        .into_iter()
        .filter(|row| row.lookup_hash.as_ref().is_some_and(has));
    Ok(have.map(|row| row.person_id).collect())
}

/// Gives these learners an achievement for taking part, on the day of the lab: a batch that workers
/// sign.
///
/// # Errors
/// As [`plan`]; [`Error::Faults`] if nobody is chosen, or what is awarded has a fault; as
/// [`batch::start_for`].
pub async fn award(
    app: &App,
    who: &Who,
    id: &LabId,
    offer: &AchievementId,
    chosen: &[PersonId],
) -> Result<Started, Error> {
    let plan = plan(app, who, id, offer, chosen).await?;
    let chosen: HashSet<&PersonId> = chosen.iter().collect();
    let there = plan
        .expected
        .iter()
        .filter(|one| chosen.contains(&one.person));
    let row = |(line, one): (u64, &Learner)| Row {
        line,
        learner: one.details.learner(),
        awarded: *plan.lab.held_at,
        outcomes: Vec::new(),
        assessor: None,
        evidence: Vec::new(),
        narrative: None,
    };
    let rows: Vec<Row> = (1..).zip(there).map(row).collect();
    if rows.is_empty() {
        return Err(Error::field("learners", "are missing: say who was there"));
    }
    Ok(batch::start_for(app, who, offer, &rows, None, Hands::Workers).await?)
}
