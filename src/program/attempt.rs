//! Attempts: opened, handed in, given up; and everything about one, for whoever may see it.

use jiff::SignedDuration;

use super::card::{self, Card};
use super::evidence::{self, Piece};
use super::learner::{self, Learner};
use super::{By, Error, decide, may_look, retake, run, sealed};
use crate::app::App;
use crate::clock::Timestamp;
use crate::custody::PersonKey;
use crate::db::{self, AttemptKind, AttemptRow, AttemptState, Decision, Reading, Tenant};
use crate::hooks;
use crate::ids::{AchievementId, AttemptId, LabId, PersonId, ProgramId};
use crate::issue::{Achievement, Kind, publish};
use crate::who::Scope;

/// What is to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// By whom.
    pub person: PersonId,
    /// What.
    pub achievement: AchievementId,
    /// To learn, to see where one stands, or to show it.
    pub kind: AttemptKind,
    /// At which lab.
    pub lab: Option<LabId>,
    /// In which program, where it is at no lab.
    pub program: Option<ProgramId>,
}

/// Opens an attempt, or finds the one that is running. Learners open theirs at a lab that expects
/// them, for what is on offer there.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`]; [`Error::Conflict`] for what
/// is not tried but given for taking part, for what a pathway awards by itself, and for what was
/// earned before.
pub async fn open(app: &App, by: &By, open: &Open) -> Result<AttemptId, Error> {
    by.may(Scope::Propose, &open.person)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(by.issuer());
    let person = learner::find(app, &mut rows, &open.person).await?.person;
    let running = rows
        .running_attempt(&person, &open.achievement, open.kind)
        .await?;
    let program = place(&mut rows, by, open, (&person, running.is_some())).await?;
    if let Some(running) = running {
        return Ok(running.attempt_id);
    }
    if open.kind == AttemptKind::Performance {
        retake::may_open(&mut rows, &person, &open.achievement, now).await?;
    }
    let achievement = rows.achievement(&open.achievement).await?;
    let achievement = publish::read(&achievement.ok_or(Error::NotFound("achievement"))?)?;
    if !rows
        .stacks_among(std::slice::from_ref(&open.achievement))
        .await?
        .is_empty()
    {
        return Err(Error::conflict(format!("this {}", publish::STACK)));
    }
    if achievement.kind() == Kind::Participation {
        return Err(Error::conflict(
            "this achievement is given for taking part: there is nothing to try",
        ));
    }
    let row = AttemptRow {
        issuer_id: by.issuer().clone(),
        attempt_id: AttemptId::random(app.chance.as_ref()),
        sealed_for: person.clone(),
        person_id: person,
        achievement_id: open.achievement.clone(),
        program_id: program,
        lab_id: open.lab.clone(),
        kind: open.kind,
        state: AttemptState::Open,
        round: 1,
        opened_at: now.into(),
        opened_by: by.actor().to_owned(),
        submitted_at: None,
        due_at: None,
        decided_at: None,
        decided_by: None,
        second_reading: None,
        credential_id: None,
        edition: 1,
    };
    match rows.add_attempt(&row).await {
        Err(db::Error::Duplicate(_)) => {
            drop(tx);
            let mut rows = app.db.of(by.issuer());
            let running = rows
                .running_attempt(&row.person_id, &open.achievement, open.kind)
                .await?;
            let running = running.ok_or(Error::NotFound("attempt"))?;
            return Ok(running.attempt_id);
        }
        other => other?,
    }
    touched(&mut rows, by, &row.attempt_id).await?;
    rows.log(&[by.did(app, "attempt.open", row.attempt_id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(row.attempt_id)
}

/// The program an attempt belongs to; whether it may be opened where it is to be.
async fn place(
    rows: &mut Tenant<'_>,
    by: &By,
    open: &Open,
    (person, is_running): (&PersonId, bool),
) -> Result<Option<ProgramId>, Error> {
    let Some(lab) = &open.lab else {
        if let By::Learner(..) = by {
            return Err(Error::NotFound("lab"));
        }
        match &open.program {
            // What was begun goes on.
            Some(program) if is_running => {
                let found = rows.program(program).await?;
                found.ok_or(Error::NotFound("program"))?;
            }
            Some(program) => {
                run::going(rows, program).await?;
            }
            None => {}
        }
        return Ok(open.program.clone());
    };
    let row = rows.lab(lab).await?.ok_or(Error::NotFound("lab"))?;
    if !rows.lab_learners(lab).await?.contains(person) {
        return Err(match by {
            By::Learner(..) => Error::NotFound("lab"),
            By::Staff(_) => Error::conflict("this learner is not on the lab's roster"),
        });
    }
    if !rows.lab_offers(lab).await?.contains(&open.achievement) {
        return Err(Error::NotFound("achievement at this lab"));
    }
    // What was begun there goes on: something may still be on its way from a device.
    if row.closed_at.is_some() && !is_running {
        return Err(Error::conflict("this lab is closed"));
    }
    Ok(Some(row.program_id))
}

/// Hands an attempt in. A performance has evidence.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`]; [`Error::Conflict`] if it is
/// not open, nothing is handed in, or the achievement's retake policy says not yet or not again.
pub async fn submit(app: &App, by: &By, id: &AttemptId) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(by.issuer());
    let row = hold(&mut rows, id).await?;
    by.may(Scope::Propose, &row.person_id)?;
    retake::may_hand_in(&mut rows, &row, now).await?;
    let evidence = rows.evidence_of_attempt(id).await?;
    let days = match &row.program_id {
        Some(program) => rows
            .program(program)
            .await?
            .map(|program| program.turnaround_days),
        None => None,
    };
    let days = days.unwrap_or(run::TURNAROUND_DAYS);
    let after = submitted(row, evidence.len(), now, days)?;
    change(&mut rows, &after).await?;
    touched(&mut rows, by, id).await?;
    rows.log(&[by.did(app, "attempt.submit", id.as_str(), now)])
        .await?;
    hooks::tell(&mut rows, app, "attempt.submitted", &[id.as_str()]).await?;
    tx.commit().await?;
    Ok(())
}

/// An attempt that is handed in now; an answer is promised within `days`.
fn submitted(
    row: AttemptRow,
    evidence: usize,
    now: Timestamp,
    days: i64,
) -> Result<AttemptRow, Error> {
    match row.state {
        AttemptState::Open | AttemptState::Returned => {}
        AttemptState::Submitted => {
            return Err(Error::conflict("this attempt is handed in already"));
        }
        AttemptState::Approved | AttemptState::Withdrawn => {
            return Err(Error::conflict("this attempt is over"));
        }
    }
    if row.kind == AttemptKind::Performance && evidence == 0 {
        return Err(Error::conflict(
            "add some evidence first: a file, a link or a note about what was done",
        ));
    }
    let due = now.checked_add(SignedDuration::from_hours(24 * days));
    Ok(AttemptRow {
        state: AttemptState::Submitted,
        submitted_at: Some(now.into()),
        due_at: due.ok().map(Into::into),
        ..row
    })
}

/// Gives an attempt up.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`]; [`Error::Conflict`] if it is
/// over.
pub async fn withdraw(app: &App, by: &By, id: &AttemptId) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(by.issuer());
    let row = find(&mut rows, id).await?;
    by.may(Scope::Propose, &row.person_id)?;
    if matches!(row.state, AttemptState::Approved | AttemptState::Withdrawn) {
        return Err(Error::conflict("this attempt is over"));
    }
    let after = AttemptRow {
        state: AttemptState::Withdrawn,
        ..row
    };
    change(&mut rows, &after).await?;
    rows.log(&[by.did(app, "attempt.withdraw", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Writes an attempt's next state, unless somebody was faster.
pub(super) async fn change(rows: &mut Tenant<'_>, after: &AttemptRow) -> Result<(), Error> {
    match rows.set_attempt(after).await {
        Err(db::Error::NoRow) => Err(Error::conflict(
            "somebody else changed this attempt a moment ago: look at it again",
        )),
        other => Ok(other?),
    }
}

pub(super) async fn find(rows: &mut Tenant<'_>, id: &AttemptId) -> Result<AttemptRow, Error> {
    rows.attempt(id).await?.ok_or(Error::NotFound("attempt"))
}

/// As [`find`], and nobody else writes about it until the transaction ends.
pub(super) async fn hold(rows: &mut Tenant<'_>, id: &AttemptId) -> Result<AttemptRow, Error> {
    let row = rows.hold_attempt(id).await?;
    row.ok_or(Error::NotFound("attempt"))
}

/// Notes that somebody of the organisation had a hand in it.
pub(super) async fn touched(rows: &mut Tenant<'_>, by: &By, id: &AttemptId) -> Result<(), Error> {
    if let Some(hand) = by.hand() {
        rows.add_hand(id, hand).await?;
    }
    Ok(())
}

/// A decision, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// In which round.
    pub round: i64,
    /// Which reading.
    pub reading: Reading,
    /// What was decided.
    pub decision: Decision,
    /// Who decided: an actor of the audit log.
    pub reviewer: String,
    /// What was written.
    pub feedback: String,
    /// When.
    pub at: Timestamp,
}

/// Everything about one attempt.
#[derive(Debug, Clone)]
pub struct View {
    /// Its row.
    pub row: AttemptRow,
    /// Whose it is; `None` once they are erased.
    pub learner: Option<Learner>,
    /// What for.
    pub achievement: Achievement,
    /// How each criterion stands. What a second reader gave is not for learners.
    pub cards: Vec<Card>,
    /// What is written about each criterion, in the order of the cards: proposed, decided.
    pub notes: Vec<(String, String)>,
    /// What was handed in.
    pub evidence: Vec<Piece>,
    /// What was decided so far, the oldest first. Second readings are not for learners.
    pub answers: Vec<Answer>,
    /// Everybody of the organisation who had a hand in it, in whatever round.
    pub hands: Vec<String>,
    /// Everybody of the organisation who was shown the learner's link, and could be in with it while
    /// this was worked on.
    pub shown: Vec<String>,
}

impl View {
    /// Holds to it that nobody decides on what they did themselves, or could have done.
    ///
    /// # Errors
    /// [`Error::Conflict`].
    pub fn is_not_of(&self, reviewer: &str) -> Result<(), Error> {
        let hands: Vec<&str> = self.hands.iter().map(String::as_str).collect();
        decide::own_hands(&hands, reviewer)?;
        if self.shown.iter().any(|one| one == reviewer) {
            return Err(Error::conflict(
                "you were shown this learner's own link, which was good meanwhile, so somebody else decides on it",
            ));
        }
        Ok(())
    }
}

/// Everything about one attempt, for its learner or whoever works with learners.
///
/// # Errors
/// [`Error::Refused`]; [`Error::NotFound`].
pub async fn view(app: &App, by: &By, id: &AttemptId) -> Result<View, Error> {
    let mut rows = app.db.of(by.issuer());
    let row = find(&mut rows, id).await?;
    match by {
        By::Staff(who) => may_look(who)?,
        By::Learner(..) => by.may(Scope::Propose, &row.person_id)?,
    }
    let mut view = view_in(app, &mut rows, row).await?;
    if let By::Learner(..) = by {
        view.answers
            .retain(|answer| answer.reading == Reading::First);
        for card in &mut view.cards {
            card.second = None;
        }
    }
    Ok(view)
}

pub(super) async fn view_in(
    app: &App,
    rows: &mut Tenant<'_>,
    row: AttemptRow,
) -> Result<View, Error> {
    let id = row.attempt_id.clone();
    let achievement = rows.achievement(&row.achievement_id).await?;
    let achievement = publish::read(&achievement.ok_or(Error::NotFound("achievement"))?)?;
    let scores = rows.scores(std::slice::from_ref(&id)).await?;
    let cards = card::cards(&achievement, &scores, row.round);
    let key = sealed::key(app, rows, &row.sealed_for).await?;
    let mut answers = Vec::new();
    for review in rows.reviews(std::slice::from_ref(&id)).await? {
        let name = feedback_row(&id, review.round, review.reading);
        answers.push(Answer {
            feedback: sealed::open(key.as_ref(), &name, review.feedback_sealed.as_ref())?,
            round: review.round,
            reading: review.reading,
            decision: review.decision,
            reviewer: review.reviewer,
            at: review.decided_at.into(),
        });
    }
    answers.sort_by_key(|answer| (answer.round, answer.at, answer.reading == Reading::Second));
    let notes = (cards.iter())
        .map(|card| open_notes(key.as_ref(), &id, card))
        .collect::<Result<_, _>>()?;
    let learner = match learner::find(app, rows, &row.person_id).await {
        Err(Error::NotFound(_)) => None,
        found => Some(found?),
    };
    let worked_on = (row.opened_at, row.submitted_at.unwrap_or(row.opened_at));
    Ok(View {
        shown: rows.link_hands(&row.person_id, worked_on).await?,
        evidence: evidence::open_all(key.as_ref(), rows.evidence_of_attempt(&id).await?)?,
        row,
        learner,
        achievement,
        cards,
        notes,
        answers,
        hands: rows.hands(&id).await?,
    })
}

fn open_notes(
    key: Option<&PersonKey>,
    id: &AttemptId,
    card: &Card,
) -> Result<(String, String), Error> {
    let note = |voice, given: &Option<card::Given>| match given {
        None => Ok(String::new()),
        Some(given) => {
            let name = super::score::note_row(id, given.round, voice, &card.criterion.id);
            sealed::open(key, &name, given.note_sealed.as_ref())
        }
    };
    Ok((
        note(db::Voice::Proposed, &card.proposed)?,
        note(db::Voice::First, &card.decided)?,
    ))
}

/// What the feedback of a decision is sealed for.
pub(super) fn feedback_row(id: &AttemptId, round: i64, reading: Reading) -> String {
    format!("{id}/{round}/{reading}")
}

/// An attempt in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its row.
    pub row: AttemptRow,
    /// What for: the achievement's name.
    pub achievement: String,
    /// What to call the learner; empty once they are erased.
    pub learner: String,
}

/// The attempts of a learner, the newest first.
///
/// # Errors
/// [`Error::Refused`].
pub async fn of_learner(app: &App, by: &By, person: &PersonId) -> Result<Vec<Listed>, Error> {
    match by {
        By::Staff(who) => may_look(who)?,
        By::Learner(..) => by.may(Scope::Propose, person)?,
    }
    let mut rows = app.db.of(by.issuer());
    let person = learner::now_known_as(&mut rows, person).await?;
    let attempts = rows.attempts_of(&person).await?;
    listed(app, &mut rows, attempts).await
}

/// Attempts with the names that lists show.
pub(super) async fn listed(
    app: &App,
    rows: &mut Tenant<'_>,
    attempts: Vec<AttemptRow>,
) -> Result<Vec<Listed>, Error> {
    let mut people: Vec<PersonId> = attempts.iter().map(|row| row.person_id.clone()).collect();
    people.sort();
    people.dedup();
    let learners = learner::these(app, rows, &people).await?;
    let achievements = rows.achievements().await?;
    let name = |id: &AchievementId| {
        let found = achievements.iter().find(|row| row.achievement_id == *id);
        found.map(|row| row.name.clone()).unwrap_or_default()
    };
    let called = |id: &PersonId| {
        let found = learners.iter().find(|one| one.person == *id);
        found.map(|one| one.called().to_owned()).unwrap_or_default()
    };
    let listed = attempts.into_iter().map(|row| Listed {
        achievement: name(&row.achievement_id),
        learner: called(&row.person_id),
        row,
    });
    Ok(listed.collect())
}
