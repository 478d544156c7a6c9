//! Labs: a session with its roster and what can be earned there, and the grid of all that was scored.

use super::card::{self, Card};
use super::learner::{self, Learner};
use super::{By, Error, attempt, may_look, roster, run, score, sealed::line};
use crate::app::App;
use crate::db::{AttemptKind, AttemptRow, AttemptState, LabRow, ScoreRow, Tenant};
use crate::ids::{AchievementId, AttemptId, LabId, PersonId, ProgramId};
use crate::issue::{self, Achievement, Fault, Kind, cell::parse_date, publish};
use crate::who::{Scope, Who};

/// The most achievements on offer at one lab.
pub const OFFERS: usize = 12;

/// A lab, as somebody typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The program it belongs to.
    pub program: ProgramId,
    /// Its name.
    pub name: String,
    /// When it is held: `2026-03-01`, or a time with its offset.
    pub held: String,
    /// What can be earned, in this order.
    pub offers: Vec<AchievementId>,
}

/// Makes a lab; whoever is in the program is on its roster.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`]; [`Error::Faults`];
/// [`Error::Conflict`] in a program that has ended.
pub async fn make(app: &App, who: &Who, said: &Said) -> Result<LabId, Error> {
    who.may(Scope::Propose)?;
    let now = app.now();
    let mut faults = Vec::new();
    let name = line(&mut faults, "name", &said.name, run::NAME_CHARS, true);
    let held = parse_date(said.held.trim());
    if held.is_none() {
        faults.push(Fault::new("/held", "is no day: write 2026-03-01"));
    }
    check_offers(&said.offers, &mut faults);
    let Some(held) = held.filter(|_| faults.is_empty()) else {
        return Err(Error::Faults(faults));
    };
    let row = LabRow {
        issuer_id: who.issuer().clone(),
        lab_id: LabId::random(app.chance.as_ref()),
        program_id: said.program.clone(),
        name,
        held_at: held.into(),
        created_at: now.into(),
        closed_at: None,
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    run::going(&mut rows, &said.program).await?;
    achievements(&mut rows, &said.offers).await?;
    not_by_a_pathway(&mut rows, who, &said.offers).await?;
    rows.add_lab(&row).await?;
    rows.offer_at_lab(&row.lab_id, &said.offers).await?;
    let inside = rows.program_learners(&said.program).await?;
    let inside = inside.into_iter().filter(|one| one.left_at.is_none());
    let inside: Vec<PersonId> = inside.map(|one| one.person_id).collect();
    rows.add_to_lab(&row.lab_id, &inside).await?;
    rows.log(&[who.did(app, "lab.make", row.lab_id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(row.lab_id)
}

/// Says anew what can be earned.
///
/// # Errors
/// As [`make`].
pub async fn offer(app: &App, who: &Who, id: &LabId, all: &[AchievementId]) -> Result<(), Error> {
    who.may(Scope::Propose)?;
    let now = app.now();
    let mut faults = Vec::new();
    check_offers(all, &mut faults);
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.lab(id).await?.ok_or(Error::NotFound("lab"))?;
    achievements(&mut rows, all).await?;
    not_by_a_pathway(&mut rows, who, all).await?;
    rows.offer_at_lab(id, all).await?;
    rows.log(&[who.did(app, "lab.offer", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

fn check_offers(all: &[AchievementId], faults: &mut Vec<Fault>) {
    let mut different = all.to_vec();
    different.sort();
    different.dedup();
    if different.len() < all.len() {
        faults.push(Fault::new("/offers", "names an achievement twice"));
    }
    if all.len() > OFFERS {
        let sentence = format!("has more than {OFFERS} achievements");
        faults.push(Fault::new("/offers", sentence));
    }
}

/// What a pathway awards by itself is earned at no lab.
async fn not_by_a_pathway(
    rows: &mut Tenant<'_>,
    who: &Who,
    all: &[AchievementId],
) -> Result<(), Error> {
    match publish::only_by_its_pathway(rows, who, all).await {
        Err(issue::Error::Faults(_)) => {
            let sentence = format!("names one that {}", publish::STACK);
            Err(Error::field("offers", sentence))
        }
        other => Ok(other?),
    }
}

async fn achievements(
    rows: &mut Tenant<'_>,
    ids: &[AchievementId],
) -> Result<Vec<Achievement>, Error> {
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let row = rows.achievement(id).await?;
        all.push(publish::read(&row.ok_or(Error::NotFound("achievement"))?)?);
    }
    Ok(all)
}

/// Puts a learner on the roster, or takes one off it.
///
/// # Errors
/// [`Error::Refused`]; [`Error::NotFound`].
pub async fn set(
    app: &App,
    who: &Who,
    id: &LabId,
    person: &PersonId,
    on: bool,
) -> Result<(), Error> {
    who.may(Scope::Propose)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.lab(id).await?.ok_or(Error::NotFound("lab"))?;
    let person = learner::find(app, &mut rows, person).await?.person;
    if on {
        rows.add_to_lab(id, std::slice::from_ref(&person)).await?;
    } else {
        match rows.take_from_lab(id, &person).await {
            Err(crate::db::Error::NoRow) => return Err(Error::NotFound("learner at this lab")),
            other => other?,
        }
    }
    let action = if on { "lab.expect" } else { "lab.excuse" };
    rows.log(&[who.did(app, action, person.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Closes a lab, or opens it again: while it is closed nothing is begun there.
///
/// # Errors
/// [`Error::Refused`]; [`Error::NotFound`].
pub async fn close(app: &App, who: &Who, id: &LabId, closed: bool) -> Result<(), Error> {
    who.may(Scope::Propose)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    match rows.close_lab(id, closed.then(|| now.into())).await {
        Err(crate::db::Error::NoRow) => return Err(Error::NotFound("lab")),
        other => other?,
    }
    let action = if closed { "lab.close" } else { "lab.reopen" };
    rows.log(&[who.did(app, action, id.as_str(), now)]).await?;
    tx.commit().await?;
    Ok(())
}

/// All labs, those held last first.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn all(app: &App, who: &Who) -> Result<Vec<LabRow>, Error> {
    who.may(Scope::Read)?;
    Ok(app.db.of(who.issuer()).labs().await?)
}

/// A lab with everything that its page shows.
#[derive(Debug, Clone)]
pub struct Lab {
    /// Its row.
    pub row: LabRow,
    /// The name of its program.
    pub program: String,
    /// What can be earned.
    pub offers: Vec<Achievement>,
    /// Who is expected, by name.
    pub learners: Vec<Learner>,
    /// The attempts begun there, and those under way of who is expected, for what is on offer.
    pub attempts: Vec<AttemptRow>,
    /// Who is in the program and not on the roster, by name.
    pub others: Vec<Learner>,
}

/// One lab.
///
/// # Errors
/// [`Error::Refused`] for who does not work with learners; [`Error::NotFound`].
pub async fn one(app: &App, who: &Who, id: &LabId) -> Result<Lab, Error> {
    may_look(who)?;
    let mut rows = app.db.of(who.issuer());
    let row = rows.lab(id).await?.ok_or(Error::NotFound("lab"))?;
    let program = rows.program(&row.program_id).await?;
    let offers = rows.lab_offers(id).await?;
    let expected = rows.lab_learners(id).await?;
    let learners = learner::these(app, &mut rows, &expected).await?;
    let mut others = roster::learners(app, who, &row.program_id).await?;
    others.retain(|one| !expected.contains(&one.person));
    Ok(Lab {
        program: program.map(|program| program.name).unwrap_or_default(),
        offers: achievements(&mut rows, &offers).await?,
        attempts: rows.attempts_at(id).await?,
        learners,
        others,
        row,
    })
}

/// One line of the grid: a learner and how each criterion stands.
#[derive(Debug, Clone)]
pub struct GridLine {
    /// The learner.
    pub learner: Learner,
    /// The attempt that is under way, wherever it began, or else the last that was met here.
    pub attempt: Option<AttemptRow>,
    /// The criteria, in the order of the rubric.
    pub cards: Vec<Card>,
}

/// The grid of learners × criteria for one achievement at a lab.
///
/// # Errors
/// [`Error::Refused`]; [`Error::NotFound`].
pub async fn grid(
    app: &App,
    who: &Who,
    id: &LabId,
    offer: &AchievementId,
) -> Result<(Achievement, Vec<GridLine>), Error> {
    let lab = one(app, who, id).await?;
    let achievement = lab.offers.into_iter().find(|one| one.id() == offer);
    let achievement = achievement.ok_or(Error::NotFound("achievement at this lab"))?;
    let mut mine: Vec<AttemptRow> = (lab.attempts.into_iter())
        .filter(|row| row.achievement_id == *offer && row.kind == AttemptKind::Performance)
        .filter(|row| row.state != AttemptState::Withdrawn)
        .collect();
    // The one that is running stands last: it is where an entry goes.
    mine.sort_by_key(|row| (row.state != AttemptState::Approved, row.opened_at));
    let ids: Vec<AttemptId> = mine.iter().map(|row| row.attempt_id.clone()).collect();
    let scores = app.db.of(who.issuer()).scores(&ids).await?;
    let line = |learner: Learner| {
        let attempt = mine
            .iter()
            .rfind(|row| row.person_id == learner.person)
            .cloned();
        let own: Vec<ScoreRow> = (scores.iter())
            .filter(|score| {
                attempt
                    .as_ref()
                    .is_some_and(|row| row.attempt_id == score.attempt_id)
            })
            .cloned()
            .collect();
        let round = attempt.as_ref().map_or(1, |row| row.round);
        GridLine {
            cards: card::cards(&achievement, &own, round),
            attempt,
            learner,
        }
    };
    let lines = lab.learners.into_iter().map(line).collect();
    Ok((achievement, lines))
}

/// One cell of the grid: a tutor's proposal for one learner and criterion. An attempt is opened if
/// none is running, but not to take something back. Sending it again changes nothing, so that a
/// flaky network loses and doubles nothing.
///
/// # Errors
/// As [`attempt::open`] and [`score::put`]; [`Error::NotFound`] if there is nothing to take back.
pub async fn enter(
    app: &App,
    who: &Who,
    id: &LabId,
    person: &PersonId,
    offer: &AchievementId,
    mark: &score::Mark,
) -> Result<AttemptId, Error> {
    let by = By::Staff(who.clone());
    let open = attempt::Open {
        person: person.clone(),
        achievement: offer.clone(),
        kind: AttemptKind::Performance,
        lab: Some(id.clone()),
        program: None,
    };
    if mark.level.trim().is_empty() && !is_running(app, who, &open).await? {
        return Err(Error::NotFound("attempt under way"));
    }
    let attempt = attempt::open(app, &by, &open).await?;
    score::put(app, &by, &attempt, std::slice::from_ref(mark)).await?;
    Ok(attempt)
}

async fn is_running(app: &App, who: &Who, open: &attempt::Open) -> Result<bool, Error> {
    let mut rows = app.db.of(who.issuer());
    let person = learner::now_known_as(&mut rows, &open.person).await?;
    let running = rows.running_attempt(&person, &open.achievement, open.kind);
    Ok(running.await?.is_some())
}

/// A lab as its station shows it to a learner.
#[derive(Debug, Clone)]
pub struct Station {
    /// The lab.
    pub row: LabRow,
    /// What can be tried there.
    pub offers: Vec<Achievement>,
}

/// The labs that expect a learner, those held last first.
///
/// # Errors
/// [`Error::Db`].
pub async fn expecting(app: &App, by: &By, person: &PersonId) -> Result<Vec<LabRow>, Error> {
    by.may(Scope::Propose, person)?;
    let mut rows = app.db.of(by.issuer());
    let mut labs = rows.labs_of(person).await?;
    labs.retain(|lab| lab.closed_at.is_none());
    Ok(labs)
}

/// What a learner sees at a lab that expects them.
///
/// # Errors
/// [`Error::NotFound`] for any other lab.
pub async fn station(app: &App, by: &By, person: &PersonId, id: &LabId) -> Result<Station, Error> {
    let labs = expecting(app, by, person).await?;
    let row = labs.into_iter().find(|row| row.lab_id == *id);
    let row = row.ok_or(Error::NotFound("lab"))?;
    let mut rows = app.db.of(by.issuer());
    let offers = rows.lab_offers(id).await?;
    let mut offers = achievements(&mut rows, &offers).await?;
    offers.retain(|one| one.kind() == Kind::Performance);
    Ok(Station { row, offers })
}
