//! Reading a decision again: a sample of all, and everything of who lost the right to decide.
//!
//! The second reader scores without having seen the first one's levels; how often the two agree is
//! the organisation's agreement rate.

use jiff::SignedDuration;

use super::attempt::{self, Listed, View};
use super::card::{self, Card};
use super::{Error, qualification, sealed};
use crate::app::App;
use crate::db::{AttemptState, Decision, Reading, ReviewRow, ScoreRow, SecondReading, Voice};
use crate::ids::{AchievementId, AttemptId};
use crate::issue::{Fault, publish};
use crate::who::{Scope, Who};

/// How many are listed.
const LISTED: i64 = 200;
/// Over how many days agreement is counted.
pub const AGREEMENT_DAYS: i64 = 180;

/// Decisions that wait for a second reading, the oldest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `review`.
pub async fn waiting(app: &App, who: &Who) -> Result<Vec<Listed>, Error> {
    who.may(Scope::Review)?;
    let mut rows = app.db.of(who.issuer());
    let waiting = rows.attempts_to_read_again(LISTED).await?;
    attempt::listed(app, &mut rows, waiting).await
}

/// Whether this decision waits for whoever asks to read it again: until they have, they are not shown
/// what the first reader gave.
#[must_use]
pub fn is_for(who: &Who, view: &View) -> bool {
    let row = &view.row;
    let own = view.is_not_of(who.principal()).is_err();
    let drawn = row.second_reading.is_some() && row.state == AttemptState::Approved;
    let since = |one: &attempt::Answer| row.decided_at.is_some_and(|decided| one.at >= *decided);
    let mut second = view
        .answers
        .iter()
        .filter(|one| one.reading == Reading::Second);
    who.may(Scope::Review).is_ok()
        && !own
        && drawn
        && row.decided_by.as_deref() != Some(who.principal())
        && !second.any(since)
}

/// As [`waiting`], without what whoever asks decided on or had a hand in: they do not read it again.
///
/// # Errors
/// As [`waiting`].
pub async fn waiting_for(app: &App, who: &Who) -> Result<Vec<Listed>, Error> {
    let mut mine = Vec::new();
    for listed in waiting(app, who).await? {
        let hands = app
            .db
            .of(who.issuer())
            .hands(&listed.row.attempt_id)
            .await?;
        let decided = listed.row.decided_by.as_deref() == Some(who.principal());
        if !decided && !hands.iter().any(|hand| hand == who.principal()) {
            mine.push(listed);
        }
    }
    Ok(mine)
}

/// Whether two readings came to the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Criteria with the same level in both.
    pub same: usize,
    /// Criteria that both found met, or both not met.
    pub alike: usize,
    /// All criteria.
    pub all: usize,
}

/// Reads a decision again: a level for every criterion, by id. What the credential says does not
/// change; where the two differ, somebody decides whether to correct it.
///
/// # Errors
/// [`Error::Refused`] without the scope `review`; [`Error::NotFound`]; [`Error::Conflict`] for the
/// first reader, for who had a hand in it, and for who may not decide; [`Error::Faults`].
pub async fn read(
    app: &App,
    who: &Who,
    id: &AttemptId,
    levels: &std::collections::HashMap<String, String>,
    remark: &str,
) -> Result<Compared, Error> {
    who.may(Scope::Review)?;
    let now = app.now();
    let remark = sealed::note("remark", remark)?;
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let row = attempt::hold(&mut rows, id).await?;
    if row.second_reading.is_none() {
        return Err(Error::conflict("this decision is not to be read again"));
    }
    if row.decided_by.as_deref() == Some(who.principal()) {
        return Err(Error::conflict(
            "you decided on it: somebody else reads it again",
        ));
    }
    let view = attempt::view_in(app, &mut rows, row).await?;
    view.is_not_of(who.principal())?;
    let is_read = |answer: &attempt::Answer| {
        answer.reading == Reading::Second && answer.round == view.row.round
    };
    if view.row.second_reading == Some(SecondReading::Sample) && view.answers.iter().any(is_read) {
        return Err(Error::conflict(
            "somebody has read this decision again already",
        ));
    }
    qualification::to_decide(&mut rows, who.principal(), now).await?;
    let given = places(&view.cards, levels)?;
    let round = view.row.round;
    let scores: Vec<ScoreRow> = (view.cards.iter().zip(&given))
        .map(|(card, place)| ScoreRow {
            attempt_id: id.clone(),
            round,
            voice: Voice::Second,
            criterion: card.criterion.id.clone(),
            level: card.criterion.levels[*place].id.clone(),
            actor: who.actor().to_owned(),
            at: now.into(),
            note_sealed: None,
        })
        .collect();
    rows.put_scores(&scores).await?;
    let met = (view.cards.iter().zip(&given)).all(|(card, place)| card.criterion.passes(*place));
    let key = sealed::key_to_write(app, &mut rows, &view.row.sealed_for).await?;
    let name = attempt::feedback_row(id, round, Reading::Second);
    rows.put_review(&ReviewRow {
        attempt_id: id.clone(),
        round,
        reading: Reading::Second,
        decision: if met {
            Decision::Approve
        } else {
            Decision::Return
        },
        reviewer: who.principal().to_owned(),
        feedback_sealed: (!remark.is_empty()).then(|| sealed::seal(app, &key, &name, &remark)),
        decided_at: now.into(),
    })
    .await?;
    rows.log(&[who.did(app, "attempt.reread", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(compare(&view.cards, &given))
}

fn places(
    cards: &[Card],
    levels: &std::collections::HashMap<String, String>,
) -> Result<Vec<usize>, Error> {
    let mut faults = Vec::new();
    let places = cards.iter().filter_map(|card| {
        let text = levels
            .get(&card.criterion.id)
            .map_or("", |text| text.trim());
        let place = card.criterion.level(text);
        if place.is_none() {
            let at = format!("/levels/{}", card.criterion.name);
            faults.push(Fault::new(at, "is missing, or none of the levels"));
        }
        place
    });
    let places: Vec<usize> = places.collect();
    if faults.is_empty() {
        Ok(places)
    } else {
        Err(Error::Faults(faults))
    }
}

fn compare(cards: &[Card], second: &[usize]) -> Compared {
    let mut compared = Compared {
        same: 0,
        alike: 0,
        all: 0,
    };
    for (card, second) in cards.iter().zip(second) {
        let Some(first) = &card.decided else { continue };
        let passes = |place| card.criterion.passes(place);
        compared.all += 1;
        compared.same += usize::from(first.place == *second);
        compared.alike += usize::from(passes(first.place) == passes(*second));
    }
    compared
}

/// How often two readers came to the same in the last [`AGREEMENT_DAYS`] days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Attempts that were read twice.
    pub read_twice: usize,
    /// Criteria that were scored twice.
    pub criteria: usize,
    /// Of these, with the same level.
    pub same: usize,
    /// Of these, found met by both or by neither.
    pub alike: usize,
}

impl Agreement {
    /// Of a hundred criteria, how many got the same level; `None` before the first.
    #[must_use]
    pub fn percent_same(&self) -> Option<usize> {
        (self.criteria > 0).then(|| self.same * 100 / self.criteria)
    }

    /// Of a hundred criteria, in how many both said met or both said not met.
    #[must_use]
    pub fn percent_alike(&self) -> Option<usize> {
        (self.criteria > 0).then(|| self.alike * 100 / self.criteria)
    }
}

/// Counts agreement.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn agreement(app: &App, who: &Who) -> Result<Agreement, Error> {
    who.may(Scope::Read)?;
    let since = app
        .now()
        .checked_sub(SignedDuration::from_hours(24 * AGREEMENT_DAYS));
    let since = since.unwrap_or(jiff::Timestamp::MIN);
    let mut rows = app.db.of(who.issuer());
    let ids = rows.attempts_read_twice(since.into()).await?;
    let scores = rows.scores(&ids).await?;
    let mut agreement = Agreement::default();
    let mut known: Vec<(AchievementId, crate::issue::Achievement)> = Vec::new();
    for id in &ids {
        let row = attempt::find(&mut rows, id).await?;
        if !known.iter().any(|(other, _)| *other == row.achievement_id) {
            let found = rows.achievement(&row.achievement_id).await?;
            let found = publish::read(&found.ok_or(Error::NotFound("achievement"))?)?;
            known.push((row.achievement_id.clone(), found));
        }
        let found = known.iter().find(|(other, _)| *other == row.achievement_id);
        let Some((_, achievement)) = found else {
            continue;
        };
        let own: Vec<ScoreRow> = scores
            .iter()
            .filter(|s| s.attempt_id == *id)
            .cloned()
            .collect();
        let cards = card::cards(achievement, &own, row.round);
        let second: Option<Vec<usize>> = cards
            .iter()
            .map(|card| Some(card.second.as_ref()?.place))
            .collect();
        let Some(second) = second else { continue };
        let compared = compare(&cards, &second);
        agreement.read_twice += 1;
        agreement.criteria += compared.all;
        agreement.same += compared.same;
        agreement.alike += compared.alike;
    }
    Ok(agreement)
}
