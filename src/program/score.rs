//! The levels that somebody gives before anything is decided: the learner, and the tutor.

use super::{By, Error, attempt, card, sealed, sealed::shortened};
use crate::app::App;
use crate::db::{AttemptState, ScoreRow, Voice};
use crate::ids::AttemptId;
use crate::issue::{Fault, publish};
use crate::who::Scope;

/// A level for one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The criterion's id or name.
    pub criterion: String,
    /// The level's name, points or id; empty takes back what was given in this round.
    pub level: String,
    /// What is written about it.
    pub note: String,
}

/// Writes levels down: the learner's own view, or the tutor's proposal. What was there before is
/// replaced, and an empty level takes it back; doing it again changes nothing.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`]; [`Error::Conflict`] once it is
/// decided; [`Error::Faults`].
pub async fn put(app: &App, by: &By, id: &AttemptId, marks: &[Mark]) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(by.issuer());
    let row = attempt::hold(&mut rows, id).await?;
    by.may(Scope::Propose, &row.person_id)?;
    let (voice, while_in): (Voice, &[AttemptState]) = match by {
        By::Staff(_) => (
            Voice::Proposed,
            &[
                AttemptState::Open,
                AttemptState::Returned,
                AttemptState::Submitted,
            ],
        ),
        By::Learner(..) => (Voice::Own, &[AttemptState::Open, AttemptState::Returned]),
    };
    if !while_in.contains(&row.state) {
        return Err(Error::conflict(
            "this attempt is not open for scores any more",
        ));
    }
    let achievement = rows.achievement(&row.achievement_id).await?;
    let achievement = publish::read(&achievement.ok_or(Error::NotFound("achievement"))?)?;
    let scores = rows.scores(std::slice::from_ref(id)).await?;
    let cards = card::cards(&achievement, &scores, row.round);
    let key = sealed::key_to_write(app, &mut rows, &row.sealed_for).await?;
    let (written, taken_back) = read(&cards, marks)?;
    let score = |(card, place, note): (&card::Card, usize, String)| {
        let row_name = note_row(id, row.round, voice, &card.criterion.id);
        ScoreRow {
            attempt_id: id.clone(),
            round: row.round,
            voice,
            criterion: card.criterion.id.clone(),
            level: card.criterion.levels[place].id.clone(),
            actor: by.actor().to_owned(),
            at: now.into(),
            note_sealed: (!note.is_empty()).then(|| sealed::seal(app, &key, &row_name, &note)),
        }
    };
    let is_written = !written.is_empty();
    let written: Vec<ScoreRow> = written.into_iter().map(score).collect();
    rows.put_scores(&written).await?;
    let mut removed = 0;
    for criterion in taken_back {
        removed += rows.take_score(id, row.round, voice, criterion).await?;
    }
    let did = |action| by.did(app, action, id.as_str(), now);
    let lines = [
        is_written.then(|| did("attempt.score")),
        (removed > 0).then(|| did("attempt.unscore")),
    ];
    let lines: Vec<_> = lines.into_iter().flatten().collect();
    if lines.is_empty() {
        return Ok(());
    }
    attempt::touched(&mut rows, by, id).await?;
    rows.log(&lines).await?;
    tx.commit().await?;
    Ok(())
}

/// A level that is to be written: the card, the level's place, what is written about it.
type Written<'c> = (&'c card::Card, usize, String);

/// What is to be written, and which criteria's levels are taken back.
fn read<'c>(
    cards: &'c [card::Card],
    marks: &[Mark],
) -> Result<(Vec<Written<'c>>, Vec<&'c str>), Error> {
    let (mut faults, mut written, mut taken_back) = (Vec::new(), Vec::new(), Vec::new());
    for mark in marks {
        let named = |card: &&card::Card| {
            card.criterion.id == mark.criterion
                || card.criterion.name.to_lowercase() == mark.criterion.trim().to_lowercase()
        };
        let Some(card) = cards.iter().find(named) else {
            faults.push(no_criterion(&mark.criterion));
            continue;
        };
        if mark.level.trim().is_empty() {
            taken_back.push(card.criterion.id.as_str());
            continue;
        }
        let at = format!("/{}", card.criterion.name);
        let Some(place) = card.criterion.level(&mark.level) else {
            faults.push(Fault::new(at, "is none of the levels"));
            continue;
        };
        if !card.asked {
            faults.push(Fault::new(at, "was met before and is not asked for again"));
        }
        let note = sealed::note(&card.criterion.name, &mark.note)?;
        written.push((card, place, note));
    }
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    Ok((written, taken_back))
}

fn no_criterion(name: &str) -> Fault {
    let sentence = format!("“{}” is no criterion of the rubric", shortened(name));
    Fault::new("/criterion", sentence)
}

/// What the note of a score is sealed for.
pub(super) fn note_row(id: &AttemptId, round: i64, voice: Voice, criterion: &str) -> String {
    format!("{id}/{round}/{voice}/{criterion}").replace('|', "/")
}
