//! What a reviewer may decide, and what follows: pure.

use std::collections::HashMap;

use super::{Error, card::Card, sealed::shortened};
use crate::db::{AttemptKind, AttemptRow, AttemptState, Decision};
use crate::issue::{Achievement, Fault, order::Outcome};

/// What a reviewer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Approve, or return.
    pub decision: Decision,
    /// The level of each criterion that is asked for: by id, as a name, points or id of the level.
    pub levels: HashMap<String, String>,
    /// What is written about a criterion, by id.
    pub notes: HashMap<String, String>,
    /// What the learner reads.
    pub feedback: String,
}

/// What follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The levels to write down: criterion id, level id, note.
    pub scores: Vec<(String, String, String)>,
    /// If approved: what was reached in every criterion, in this round or before.
    pub outcomes: Vec<Outcome>,
    /// If returned: the names of the criteria that are not met.
    pub not_met: Vec<String>,
}

/// Decides. `hands` are the actors who had a hand in the attempt.
///
/// # Errors
/// [`Error::Conflict`] if it does not wait for a decision or the reviewer had a hand in it;
/// [`Error::Faults`], all of them: a criterion without a level, a level that is none, an approval
/// with a criterion not met, a return without one or without feedback.
pub fn decide(
    row: &AttemptRow,
    achievement: &Achievement,
    cards: &[Card],
    hands: &[&str],
    reviewer: &str,
    judgement: &Judgement,
) -> Result<Decided, Error> {
    if row.state != AttemptState::Submitted {
        return Err(Error::conflict("this attempt does not wait for a decision"));
    }
    own_hands(hands, reviewer)?;
    let mut faults = Vec::new();
    let given = read(cards, judgement, &mut faults);
    unknown(cards, achievement, judgement, &mut faults);
    let not_met: Vec<String> = (given.iter())
        .filter(|(card, place)| !card.criterion.passes(*place))
        .map(|(card, _)| card.criterion.name.clone())
        .collect();
    fits(row, judgement, &not_met, &mut faults);
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let level = |card: &Card, place: usize| card.criterion.levels[place].id.clone();
    let scores = given.iter().map(|(card, place)| {
        let id = card.criterion.id.clone();
        let note = judgement.notes.get(&id).cloned().unwrap_or_default();
        (id, level(card, *place), note)
    });
    let reached = |card: &Card| {
        let now = given
            .iter()
            .find(|(other, _)| other.criterion.id == card.criterion.id);
        let before = card.decided.as_ref().map(|before| before.place);
        now.map(|(_, place)| *place).or(before)
    };
    let outcomes = cards.iter().filter_map(|card| {
        Some(Outcome {
            description: card.criterion.id.clone(),
            level: Some(level(card, reached(card)?)),
            value: None,
        })
    });
    let approved = judgement.decision == Decision::Approve;
    Ok(Decided {
        scores: scores.collect(),
        outcomes: if approved {
            outcomes.collect()
        } else {
            Vec::new()
        },
        not_met: if approved { Vec::new() } else { not_met },
    })
}

/// Whether the decision fits the levels.
fn fits(row: &AttemptRow, judgement: &Judgement, not_met: &[String], faults: &mut Vec<Fault>) {
    let mut fault = |at: &str, sentence: String| faults.push(Fault::new(at, sentence));
    match judgement.decision {
        Decision::Approve if !not_met.is_empty() && row.kind == AttemptKind::Performance => {
            let names = not_met.join(", ");
            fault(
                "/decision",
                format!("not every criterion is met ({names}): return it"),
            );
        }
        Decision::Return if not_met.is_empty() => fault(
            "/decision",
            "every criterion is met: approve it, or score the one that is not".to_owned(),
        ),
        Decision::Return if judgement.feedback.trim().is_empty() => {
            fault(
                "/feedback",
                "is missing: say what is still to do".to_owned(),
            );
        }
        _ => {}
    }
}

/// Nobody decides on what they opened, proposed or handed in.
///
/// # Errors
/// [`Error::Conflict`].
pub fn own_hands(hands: &[&str], reviewer: &str) -> Result<(), Error> {
    if hands.contains(&reviewer) {
        return Err(Error::conflict(
            "you had a hand in this attempt, so somebody else decides on it",
        ));
    }
    Ok(())
}

/// The level given for each criterion that is asked for.
fn read<'c>(
    cards: &'c [Card],
    judgement: &Judgement,
    faults: &mut Vec<Fault>,
) -> Vec<(&'c Card, usize)> {
    let mut given = Vec::new();
    for card in cards.iter().filter(|card| card.asked) {
        let at = format!("/levels/{}", card.criterion.name);
        let text = judgement
            .levels
            .get(&card.criterion.id)
            .map(|text| text.trim());
        match text.filter(|text| !text.is_empty()) {
            None => faults.push(Fault::new(at, "is missing: the level reached")),
            Some(text) => match card.criterion.level(text) {
                Some(place) => given.push((card, place)),
                None => faults.push(Fault::new(at, "is none of the levels")),
            },
        }
    }
    given
}

/// A level for what is not asked for would be lost: it is a mistake.
fn unknown(
    cards: &[Card],
    achievement: &Achievement,
    judgement: &Judgement,
    faults: &mut Vec<Fault>,
) {
    let levels = judgement.levels.keys().map(|id| ("levels", id));
    let notes = judgement.notes.keys().map(|id| ("notes", id));
    for (field, id) in levels.chain(notes) {
        let card = cards.iter().find(|card| card.criterion.id == *id);
        if card.is_some_and(|card| card.asked) {
            continue;
        }
        let named = achievement.criteria().iter().find(|one| one.id == *id);
        let (name, sentence) = match named {
            Some(criterion) => (
                criterion.name.clone(),
                "was met before and is not asked for again",
            ),
            None => (shortened(id), "is no criterion of the rubric"),
        };
        faults.push(Fault::new(format!("/{field}/{name}"), sentence));
    }
}

/// Whether a decision is one of those that somebody reads again: by its id, so that asking twice
/// gives one answer, and nobody can choose.
#[must_use]
pub fn is_drawn(id: &crate::ids::AttemptId, percent: i64) -> bool {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest([b"second reading|".as_slice(), id.as_str().as_bytes()].concat());
    let drawn = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    i64::from(drawn) * 100 < percent.clamp(0, 100) << 32
}

#[cfg(test)]
mod tests;
