//! Scores of attempts, and decisions about them.

use super::{Error, Tenant, Ts, plain::words};
use crate::ids::AttemptId;

words! {
    /// Whose score it is.
    Voice, "voice" {
        /// The learner's own.
        Own = "self",
        /// The tutor's proposal.
        Proposed = "proposed",
        /// The reviewer's: it counts.
        First = "first",
        /// The second reader's.
        Second = "second",
    }
}

words! {
    /// Which reading a decision came of.
    Reading, "reading" {
        /// The reviewer's.
        First = "first",
        /// The second reader's.
        Second = "second",
    }
}

words! {
    /// What was decided.
    Decision, "decision" {
        /// Every criterion is met.
        Approve = "approve",
        /// Not yet.
        Return = "return",
    }
}

/// The level somebody gave one criterion in one round.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ScoreRow {
    /// Of which attempt.
    pub attempt_id: AttemptId,
    /// In which round.
    pub round: i64,
    /// Whose.
    pub voice: Voice,
    /// The id of the result description.
    pub criterion: String,
    /// The id of the level, or a plain value.
    pub level: String,
    /// Who: an actor of the audit log.
    pub actor: String,
    /// When.
    pub at: Ts,
    /// What is written about it, under the learner's key.
    pub note_sealed: Option<Vec<u8>>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReviewRow {
    /// About which attempt.
    pub attempt_id: AttemptId,
    /// In which round.
    pub round: i64,
    /// Which reading.
    pub reading: Reading,
    /// What.
    pub decision: Decision,
    /// Who.
    pub reviewer: String,
    /// The written feedback, under the learner's key.
    pub feedback_sealed: Option<Vec<u8>>,
    /// When.
    pub decided_at: Ts,
}

const SCORES: &str = "select attempt_id, round, voice, criterion, level, actor, at, note_sealed \
     from attempt_scores where issuer_id = $1 and attempt_id in";
const REVIEWS: &str = "select attempt_id, round, reading, decision, reviewer, feedback_sealed, \
     decided_at from attempt_reviews where issuer_id = $1 and attempt_id in";

impl Tenant<'_> {
    /// Writes scores; one that was there (same attempt, round, voice, criterion) is replaced. Use a
    /// transaction.
    ///
    /// # Errors
    /// [`Error::Missing`] if an attempt is not this organisation's.
    pub async fn put_scores(&mut self, rows: &[ScoreRow]) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let many = self
            .many("attempt_scores", rows.len())
            .text("attempt_id", rows.iter().map(|r| r.attempt_id.to_string()))
            .number("round", rows.iter().map(|r| r.round))
            .text("voice", rows.iter().map(|r| r.voice.to_string()))
            .text("criterion", rows.iter().map(|r| r.criterion.clone()))
            .text("level", rows.iter().map(|r| r.level.clone()))
            .text("actor", rows.iter().map(|r| r.actor.clone()))
            .time("at", rows.iter().map(|r| r.at))
            .bytes("note_sealed", rows.iter().map(|r| r.note_sealed.clone()))
            .tail(
                "on conflict (issuer_id, attempt_id, round, voice, criterion) do update set \
                 level = excluded.level, actor = excluded.actor, at = excluded.at, \
                 note_sealed = excluded.note_sealed",
            );
        self.insert(many).await?;
        Ok(())
    }

    /// Takes a score back: how many there were, one or none. Use a transaction.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn take_score(
        &mut self,
        id: &AttemptId,
        round: i64,
        voice: Voice,
        criterion: &str,
    ) -> Result<u64, Error> {
        self.write(
            "delete from attempt_scores where issuer_id = $1 and attempt_id = $2 and round = $3 \
             and voice = $4 and criterion = $5",
        )
        .bind(id.clone())
        .bind(round)
        .bind(voice)
        .bind(criterion.to_owned())
        .run()
        .await
    }

    /// The scores of these attempts, in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn scores(&mut self, attempts: &[AttemptId]) -> Result<Vec<ScoreRow>, Error> {
        self.read_in(SCORES, attempts).await
    }

    /// Writes a decision down; a second reading takes the place of an earlier one of the same round.
    ///
    /// # Errors
    /// [`Error::Missing`] if the attempt is not this organisation's.
    pub async fn put_review(&mut self, row: &ReviewRow) -> Result<(), Error> {
        self.write(
            "insert into attempt_reviews (issuer_id, attempt_id, round, reading, decision, \
             reviewer, feedback_sealed, decided_at) values ($1, $2, $3, $4, $5, $6, $7, $8) \
             on conflict (issuer_id, attempt_id, round, reading) do update set \
             decision = excluded.decision, reviewer = excluded.reviewer, \
             feedback_sealed = excluded.feedback_sealed, decided_at = excluded.decided_at",
        )
        .bind(row.attempt_id.clone())
        .bind(row.round)
        .bind(row.reading)
        .bind(row.decision)
        .bind(row.reviewer.clone())
        .bind(row.feedback_sealed.clone())
        .bind(row.decided_at)
        .run()
        .await?;
        Ok(())
    }

    /// The decisions about these attempts, in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn reviews(&mut self, attempts: &[AttemptId]) -> Result<Vec<ReviewRow>, Error> {
        self.read_in(REVIEWS, attempts).await
    }

    /// The attempts that were read twice since `since`.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempts_read_twice(&mut self, since: Ts) -> Result<Vec<AttemptId>, Error> {
        self.read(
            "select distinct attempt_id from attempt_reviews where issuer_id = $1 \
             and reading = 'second' and decided_at >= $2 order by attempt_id",
        )
        .bind(since)
        .scalars()
        .await
    }
}
