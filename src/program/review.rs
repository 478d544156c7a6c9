//! The queue, oldest first; the decision; and the award.

use super::attempt::{self, Listed, View};
use super::decide::{self, Decided, Judgement};
use super::evidence::Piece;
use super::{By, Error, link, qualification, sealed};
use crate::app::App;
use crate::clock::Timestamp;
use crate::custody::PersonKey;
use crate::db::{
    AttemptKind, AttemptRow, AttemptState, Decision, EvidenceKind, QualificationRow, Reading,
    ReviewRow, ScoreRow, SecondReading, Tenant, Voice,
};
use crate::hooks;
use crate::ids::{AttemptId, CredentialId, hex};
use crate::issue::{
    award,
    order::{Assessor, Evidence, digest_multibase},
    plan::Row,
};
use crate::letters::{self, Letter};
use crate::who::{Scope, Who};

/// How many waiting attempts a list shows.
pub const LISTED: i64 = 200;

/// What waits for a reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The oldest [`LISTED`], oldest first.
    pub waiting: Vec<Listed>,
    /// How many wait.
    pub count: i64,
    /// How many of them longer than was promised.
    pub late: i64,
}

/// What waits, the oldest first.
///
/// # Errors
/// [`Error::Refused`] for who does not work with learners.
pub async fn queue(app: &App, who: &Who) -> Result<Queue, Error> {
    super::may_look(who)?;
    let mut rows = app.db.of(who.issuer());
    let (count, late) = rows.attempts_waiting_count(app.now().into()).await?;
    let waiting = rows.attempts_waiting(LISTED).await?;
    Ok(Queue {
        waiting: attempt::listed(app, &mut rows, waiting).await?,
        count,
        late,
    })
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// If approved: the credential.
    pub credential: Option<CredentialId>,
    /// If returned: the names of the criteria that are not met.
    pub not_met: Vec<String>,
}

/// Decides on an attempt that waits. Approving a performance issues the credential; returning it
/// begins the next round, which asks only for what is not met.
///
/// # Errors
/// [`Error::Refused`] without the scope `review`; [`Error::NotFound`]; [`Error::Conflict`] if it does
/// not wait, the reviewer had a hand in it, or may not decide for now; [`Error::Faults`].
pub async fn decide(
    app: &App,
    who: &Who,
    id: &AttemptId,
    judgement: &Judgement,
) -> Result<Done, Error> {
    who.may(Scope::Review)?;
    let now = app.now();
    let feedback = sealed::note("feedback", &judgement.feedback)?;
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let row = attempt::hold(&mut rows, id).await?;
    let view = attempt::view_in(app, &mut rows, row).await?;
    for (id, note) in &judgement.notes {
        let criterion = view.achievement.criteria().iter().find(|one| one.id == *id);
        let name = criterion.map_or_else(|| sealed::shortened(id), |one| one.name.clone());
        sealed::note(&format!("notes/{name}"), note)?;
    }
    let reviewer = who.principal();
    let right = qualification::to_decide(&mut rows, reviewer, now).await?;
    let (row, cards) = (&view.row, &view.cards);
    let hands: Vec<&str> = view.hands.iter().map(String::as_str).collect();
    let decided = decide::decide(row, &view.achievement, cards, &hands, reviewer, judgement)?;
    view.is_not_of(reviewer)?;
    let key = sealed::key_to_write(app, &mut rows, &row.sealed_for).await?;
    let percent = percent(&mut rows, row).await?;
    write(
        app,
        &mut rows,
        (who, now),
        &view.row,
        (&key, &decided, judgement, &feedback),
    )
    .await?;
    let credential = match (judgement.decision, row.kind) {
        (Decision::Approve, AttemptKind::Performance) => {
            let order = order(&view, &decided, &right, now)?;
            Some(award::promise(app, &mut tx, who, &view.achievement, &order, now).await?)
        }
        _ => None,
    };
    let mut rows = tx.of(who.issuer());
    let after = after(&view.row, judgement.decision, reviewer, now, percent);
    let after = AttemptRow {
        credential_id: credential.clone(),
        ..after
    };
    attempt::change(&mut rows, &after).await?;
    let action = match judgement.decision {
        Decision::Approve => "attempt.approve",
        Decision::Return => "attempt.return",
    };
    rows.log(&[who.did(app, action, id.as_str(), now)]).await?;
    hooks::tell(&mut rows, app, "attempt.decided", &[id.as_str()]).await?;
    if judgement.decision == Decision::Return {
        tell(app, &mut rows, &view, now).await?;
    }
    tx.commit().await?;
    if let Some(credential) = &credential {
        // The promise stands: what cannot be signed now is signed by the rounds.
        if let Err(cause) = award::sign(app, who.issuer(), credential).await {
            tracing::error!(%cause, %credential, "an approved credential is not signed yet");
        }
    }
    Ok(Done {
        credential,
        not_met: decided.not_met,
    })
}

/// Writes to the learner that there is something to read, and how to get to it; no more (J15).
async fn tell(app: &App, rows: &mut Tenant<'_>, view: &View, now: Timestamp) -> Result<(), Error> {
    let Some(learner) = &view.learner else {
        return Ok(());
    };
    let Some(to) = learner.details.letters_go_to() else {
        return Ok(());
    };
    match letters::goes_out(rows, app, letters::NOT_YET).await {
        Ok(true) => {}
        Ok(false) => return Ok(()),
        Err(cause) => return without(cause),
    }
    let token = link::make_in(app, rows, &learner.person, now).await?;
    let address = app
        .config
        .public_url
        .join(&format!("/me/in/{}", token.reveal()));
    let sent = letters::send(
        rows,
        app,
        &Letter {
            kind: letters::NOT_YET,
            to,
            person: Some(&learner.person),
            values: &[("link", &address), ("achievement", view.achievement.name())],
            id: None,
        },
    )
    .await;
    sent.map(|_| ()).or_else(without)
}

/// A letter that cannot be written holds no decision up.
fn without(cause: letters::Error) -> Result<(), Error> {
    match cause {
        letters::Error::Db(cause) => Err(Error::Db(cause)),
        cause => {
            tracing::error!(%cause, "a letter could not be written");
            Ok(())
        }
    }
}

async fn percent(rows: &mut Tenant<'_>, row: &AttemptRow) -> Result<i64, Error> {
    let program = match &row.program_id {
        Some(program) => rows.program(program).await?,
        None => None,
    };
    let percent = program.map(|program| program.second_percent);
    Ok(percent.unwrap_or(super::run::SECOND_PERCENT))
}

/// Writes scores and the decision down.
async fn write(
    app: &App,
    rows: &mut Tenant<'_>,
    (who, now): (&Who, Timestamp),
    row: &AttemptRow,
    (key, decided, judgement, feedback): (&PersonKey, &Decided, &Judgement, &str),
) -> Result<(), Error> {
    let (id, round) = (&row.attempt_id, row.round);
    let scores = decided.scores.iter().map(|(criterion, level, note)| {
        let name = super::score::note_row(id, round, Voice::First, criterion);
        let note = note.trim();
        ScoreRow {
            attempt_id: id.clone(),
            round,
            voice: Voice::First,
            criterion: criterion.clone(),
            level: level.clone(),
            actor: who.actor().to_owned(),
            at: now.into(),
            note_sealed: (!note.is_empty()).then(|| sealed::seal(app, key, &name, note)),
        }
    });
    let scores: Vec<ScoreRow> = scores.collect();
    rows.put_scores(&scores).await?;
    let name = attempt::feedback_row(id, round, Reading::First);
    rows.put_review(&ReviewRow {
        attempt_id: id.clone(),
        round,
        reading: Reading::First,
        decision: judgement.decision,
        reviewer: who.principal().to_owned(),
        feedback_sealed: (!feedback.is_empty()).then(|| sealed::seal(app, key, &name, feedback)),
        decided_at: now.into(),
    })
    .await?;
    Ok(())
}

/// The attempt as it stands after a decision.
fn after(
    row: &AttemptRow,
    decision: Decision,
    reviewer: &str,
    now: Timestamp,
    percent: i64,
) -> AttemptRow {
    let drawn = decide::is_drawn(&row.attempt_id, percent);
    let (state, round, second_reading) = match decision {
        Decision::Approve => (
            AttemptState::Approved,
            row.round,
            (drawn && row.kind == AttemptKind::Performance).then_some(SecondReading::Sample),
        ),
        Decision::Return => (AttemptState::Returned, row.round + 1, None),
    };
    AttemptRow {
        state,
        round,
        decided_at: Some(now.into()),
        decided_by: Some(reviewer.to_owned()),
        due_at: None,
        second_reading,
        ..row.clone()
    }
}

/// What is awarded: the levels reached, who assessed, and what was handed in.
fn order(
    view: &View,
    decided: &Decided,
    right: &QualificationRow,
    now: Timestamp,
) -> Result<Row, Error> {
    let learner = view.learner.as_ref();
    let learner = learner.ok_or_else(|| Error::conflict("this learner was erased"))?;
    Ok(Row {
        line: 0,
        learner: learner.details.learner(),
        awarded: now,
        outcomes: decided.outcomes.clone(),
        assessor: Some(Assessor {
            role: right.role.clone(),
            qualification: Some(right.title.clone()),
            name: None,
        }),
        evidence: view.evidence.iter().map(signed_as).collect(),
        narrative: None,
    })
}

/// What is signed of a piece of evidence: what kind of thing it is, and of a file its SHA-256. What
/// the learner called it is not: it may say who the learner is. Nor is the digest of a note or an
/// address: who guesses the few words finds them by it, also when the learner is long erased (J8).
fn signed_as(piece: &Piece) -> Evidence {
    let name = match (piece.kind, piece.media_type.as_deref()) {
        (EvidenceKind::Link, _) => "A page on the web",
        (EvidenceKind::Note, _) => "A note",
        (EvidenceKind::File, Some("image/jpeg")) => "A photo",
        (EvidenceKind::File, Some("image/png")) => "A picture",
        (EvidenceKind::File, Some("application/pdf")) => "A document",
        (EvidenceKind::File, _) => "A text",
    };
    Evidence {
        name: name.to_owned(),
        description: None,
        digest: (piece.sha256.as_ref()).and_then(|digest| digest_multibase(&hex(digest))),
    }
}

/// Everything about an attempt that waits, for whoever decides.
///
/// # Errors
/// As [`attempt::view`].
pub async fn view(app: &App, who: &Who, id: &AttemptId) -> Result<View, Error> {
    attempt::view(app, &By::Staff(who.clone()), id).await
}
