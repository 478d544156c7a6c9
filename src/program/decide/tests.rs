//! What may be decided, case by case.

use super::*;
use crate::clock::{SystemChance, Timestamp};
use crate::db::{ScoreRow, Voice};
use crate::ids::{AttemptId, IssuerId, PersonId};
use crate::program::card;

const WELD: &str = include_str!("../../../tests/it/issue/weld.json");

fn weld() -> Achievement {
    Achievement::parse(WELD.as_bytes()).expect("good")
}

fn row(round: i64) -> AttemptRow {
    let person = PersonId::random(&SystemChance);
    let at: Timestamp = "2026-03-01T12:00:00Z".parse().expect("a time");
    AttemptRow {
        issuer_id: IssuerId::random(&SystemChance),
        attempt_id: AttemptId::random(&SystemChance),
        sealed_for: person.clone(),
        person_id: person,
        achievement_id: weld().id().clone(),
        program_id: None,
        lab_id: None,
        kind: AttemptKind::Performance,
        state: AttemptState::Submitted,
        round,
        opened_at: at.into(),
        opened_by: "tutor".to_owned(),
        submitted_at: Some(at.into()),
        due_at: None,
        decided_at: None,
        decided_by: None,
        second_reading: None,
        credential_id: None,
        edition: 1,
    }
}

fn judgement(decision: Decision, levels: &[(usize, &str)], feedback: &str) -> Judgement {
    let weld = weld();
    let id = |at: &usize| weld.criteria()[*at].id.clone();
    Judgement {
        decision,
        levels: levels
            .iter()
            .map(|(at, level)| (id(at), (*level).to_owned()))
            .collect(),
        notes: HashMap::new(),
        feedback: feedback.to_owned(),
    }
}

fn judge(row: &AttemptRow, scores: &[ScoreRow], judgement: &Judgement) -> Result<Decided, String> {
    let weld = weld();
    let cards = card::cards(&weld, scores, row.round);
    decide(row, &weld, &cards, &["tutor"], "reviewer", judgement).map_err(|e| e.to_string())
}

/// The level at `place` of a criterion, as a reviewer gave it in the first round.
fn given(row: &AttemptRow, at: usize, place: usize) -> ScoreRow {
    let weld = weld();
    let criterion = &weld.criteria()[at];
    ScoreRow {
        attempt_id: row.attempt_id.clone(),
        round: 1,
        voice: Voice::First,
        criterion: criterion.id.clone(),
        level: criterion.levels[place].id.clone(),
        actor: "reviewer".to_owned(),
        at: row.opened_at,
        note_sealed: None,
    }
}

#[test]
fn a_return_names_what_is_not_met_and_a_retake_asks_for_that_alone() {
    let weld = weld();
    let names: Vec<&str> = weld
        .criteria()
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let lowest = weld.criteria()[1].levels[0].name.clone();
    let first = row(1);
    let back = judgement(
        Decision::Return,
        &[(0, "expert"), (1, &lowest)],
        "Wear the mask.",
    );
    let decided = judge(&first, &[], &back).expect("returned");
    assert_eq!(decided.not_met, [names[1]]);
    assert_eq!(decided.outcomes, []);

    let again = row(2);
    let before = [
        given(&again, 0, weld.criteria()[0].levels.len() - 1),
        given(&again, 1, 0),
    ];
    let approve = judgement(Decision::Approve, &[(1, "competent")], "");
    let decided = judge(&again, &before, &approve).expect("approved");
    assert_eq!(decided.scores.len(), 1);
    let reached: Vec<Option<String>> = decided.outcomes.into_iter().map(|one| one.level).collect();
    assert_eq!(
        reached[0],
        Some(before[0].level.clone()),
        "met in the first round"
    );
    assert_eq!(reached.len(), 2);

    let twice = judgement(Decision::Approve, &[(0, "expert"), (1, "competent")], "");
    assert_eq!(
        judge(&again, &before, &twice),
        Err(format!(
            "/levels/{}: was met before and is not asked for again",
            names[0]
        ))
    );
}

#[test]
fn every_fault_of_a_decision_is_named() {
    let weld = weld();
    let names: Vec<&str> = weld
        .criteria()
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let lowest = weld.criteria()[1].levels[0].name.clone();
    let cases = [
        (
            judgement(Decision::Approve, &[(0, "expert")], ""),
            format!("/levels/{}: is missing: the level reached", names[1]),
        ),
        (
            judgement(Decision::Approve, &[(0, "expert"), (1, "godlike")], ""),
            format!("/levels/{}: is none of the levels", names[1]),
        ),
        (
            judgement(Decision::Approve, &[(0, "expert"), (1, &lowest)], ""),
            format!(
                "/decision: not every criterion is met ({}): return it",
                names[1]
            ),
        ),
        (
            judgement(Decision::Return, &[(0, "expert"), (1, &lowest)], " "),
            "/feedback: is missing: say what is still to do".to_owned(),
        ),
        (
            judgement(Decision::Return, &[(0, "expert"), (1, "competent")], "x"),
            "/decision: every criterion is met: approve it, or score the one that is not"
                .to_owned(),
        ),
    ];
    for (judgement, sentence) in cases {
        assert_eq!(judge(&row(1), &[], &judgement), Err(sentence));
    }
    let mut stranger = judgement(Decision::Approve, &[(0, "expert"), (1, "competent")], "");
    let long = "é".repeat(61);
    stranger.notes.insert(long.clone(), "x".to_owned());
    assert_eq!(
        judge(&row(1), &[], &stranger),
        Err(format!(
            "/notes/{}…: is no criterion of the rubric",
            "é".repeat(60)
        ))
    );
    stranger.notes.clear();
    stranger
        .levels
        .insert("urn:x".to_owned(), "expert".to_owned());
    assert_eq!(
        judge(&row(1), &[], &stranger),
        Err("/levels/urn:x: is no criterion of the rubric".to_owned())
    );
}

#[test]
fn nobody_decides_on_what_they_had_a_hand_in_or_what_does_not_wait() {
    let weld = weld();
    let approve = judgement(Decision::Approve, &[(0, "expert"), (1, "competent")], "");
    let cards = card::cards(&weld, &[], 1);
    let own = decide(
        &row(1),
        &weld,
        &cards,
        &["tutor", "reviewer"],
        "reviewer",
        &approve,
    );
    assert_eq!(
        own.map_err(|e| e.to_string()),
        Err("you had a hand in this attempt, so somebody else decides on it".to_owned())
    );
    for state in [
        AttemptState::Open,
        AttemptState::Returned,
        AttemptState::Approved,
        AttemptState::Withdrawn,
    ] {
        let other = AttemptRow { state, ..row(1) };
        assert_eq!(
            judge(&other, &[], &approve),
            Err("this attempt does not wait for a decision".to_owned())
        );
    }
}

#[test]
fn a_sample_is_drawn_by_the_id_alone() {
    let ids: Vec<AttemptId> = (0..2_000)
        .map(|_| AttemptId::random(&SystemChance))
        .collect();
    let drawn = |percent| ids.iter().filter(|id| is_drawn(id, percent)).count();
    assert_eq!((drawn(0), drawn(100)), (0, 2_000));
    assert!((120..280).contains(&drawn(10)), "{}", drawn(10));
    assert!(ids.iter().all(|id| is_drawn(id, 10) == is_drawn(id, 10)));
}
