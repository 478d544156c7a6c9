//! How each criterion of an attempt stands: pure.

use crate::db::{ScoreRow, Voice};
use crate::issue::{Achievement, rubric::Criterion};

/// A level somebody gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its place among the levels, lowest first.
    pub place: usize,
    /// In which round.
    pub round: i64,
    /// Who: an actor of the audit log.
    pub actor: String,
    /// What is written about it, sealed.
    pub note_sealed: Option<Vec<u8>>,
}

/// One criterion of the rubric, and what was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The criterion.
    pub criterion: Criterion,
    /// The learner's own level, the last one.
    pub own: Option<Given>,
    /// What a tutor proposes, the last one.
    pub proposed: Option<Given>,
    /// What a reviewer gave, the last one.
    pub decided: Option<Given>,
    /// What a second reader gave, the last one.
    pub second: Option<Given>,
    /// Whether this round still asks for it: no earlier round met it.
    pub asked: bool,
}

impl Card {
    /// Whether a reviewer found it met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.decided
            .as_ref()
            .is_some_and(|given| self.criterion.passes(given.place))
    }

    /// The name of a given level.
    #[must_use]
    pub fn level(&self, given: &Given) -> &str {
        let level = self.criterion.levels.get(given.place);
        level.map_or("", |level| &level.name)
    }

    /// The name of the lowest level that is a pass.
    #[must_use]
    pub fn required(&self) -> &str {
        let place = self.criterion.required.unwrap_or_default();
        let level = self.criterion.levels.get(place);
        level.map_or("", |level| &level.name)
    }
}

/// A card for each criterion of the rubric, in its order, as they stand in `round`.
#[must_use]
pub fn cards(achievement: &Achievement, scores: &[ScoreRow], round: i64) -> Vec<Card> {
    let rubric = achievement.criteria().iter().filter(|one| one.is_rubric());
    rubric
        .map(|criterion| card(criterion, scores, round))
        .collect()
}

fn card(criterion: &Criterion, scores: &[ScoreRow], round: i64) -> Card {
    let last = |voice: Voice| {
        let of = scores
            .iter()
            .filter(|row| row.voice == voice && row.criterion == criterion.id);
        let row = of.max_by_key(|row| row.round)?;
        Some(Given {
            place: criterion.level(&row.level)?,
            round: row.round,
            actor: row.actor.clone(),
            note_sealed: row.note_sealed.clone(),
        })
    };
    let decided = last(Voice::First);
    let met_before = decided
        .as_ref()
        .is_some_and(|given| given.round < round && criterion.passes(given.place));
    Card {
        criterion: criterion.clone(),
        own: last(Voice::Own),
        proposed: last(Voice::Proposed),
        second: last(Voice::Second),
        decided,
        asked: !met_before,
    }
}
