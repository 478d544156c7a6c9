//! Attempts: what a learner tried, and how far it has come.

use super::{Error, Tenant, Ts, issuers::one, plain::words};
use crate::ids::{AchievementId, AttemptId, CredentialId, IssuerId, LabId, PersonId, ProgramId};

words! {
    /// What an attempt is for.
    AttemptKind, "kind of attempt" {
        /// To learn: feedback, never an award.
        Practice = "practice",
        /// To see where somebody stands: never an award.
        Diagnostic = "diagnostic",
        /// To show what somebody can do: may be awarded.
        Performance = "performance",
    }
}

words! {
    /// How far an attempt has come.
    AttemptState, "state of an attempt" {
        /// Being worked on.
        Open = "open",
        /// Handed in; waits for a reviewer.
        Submitted = "submitted",
        /// Not yet: comes back with what is still to do.
        Returned = "returned",
        /// Every criterion is met.
        Approved = "approved",
        /// Given up.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// Why somebody reads a decision again.
    SecondReading, "reason for a second reading" {
        /// It was drawn.
        Sample = "sample",
        /// Whoever decided has lost the right to.
        Again = "again",
    }
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AttemptRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// Its id.
    pub attempt_id: AttemptId,
    /// The learner.
    pub person_id: PersonId,
    /// Whose key opens what is sealed under it: the learner as it was opened for.
    pub sealed_for: PersonId,
    /// What for.
    pub achievement_id: AchievementId,
    /// In which program.
    pub program_id: Option<ProgramId>,
    /// At which lab.
    pub lab_id: Option<LabId>,
    /// What kind.
    pub kind: AttemptKind,
    /// How far.
    pub state: AttemptState,
    /// 1, and one more with each return.
    pub round: i64,
    /// When it was opened.
    pub opened_at: Ts,
    /// By whom: an actor of the audit log.
    pub opened_by: String,
    /// When it was handed in last.
    pub submitted_at: Option<Ts>,
    /// Until when an answer is promised.
    pub due_at: Option<Ts>,
    /// When it was decided last.
    pub decided_at: Option<Ts>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Why it is read again, if it is.
    pub second_reading: Option<SecondReading>,
    /// The credential that came of it.
    pub credential_id: Option<CredentialId>,
    /// Counts changes.
    pub edition: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select issuer_id, attempt_id, person_id, sealed_for, achievement_id, program_id, \
             lab_id, kind, state, round, opened_at, opened_by, submitted_at, due_at, decided_at, \
             decided_by, second_reading, credential_id, edition from attempts \
             where issuer_id = $1 ",
            $rest
        )
    };
}

impl Tenant<'_> {
    /// Adds an attempt; `row.issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if one of this kind, learner and achievement is running;
    /// [`Error::Missing`] if anything it names is not this organisation's (G9).
    pub async fn add_attempt(&mut self, row: &AttemptRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into attempts (issuer_id, attempt_id, person_id, sealed_for, achievement_id, \
             program_id, lab_id, kind, state, round, opened_at, opened_by, edition) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(row.attempt_id.clone())
        .bind(row.person_id.clone())
        .bind(row.sealed_for.clone())
        .bind(row.achievement_id.clone())
        .bind(row.program_id.clone())
        .bind(row.lab_id.clone())
        .bind(row.kind)
        .bind(row.state)
        .bind(row.round)
        .bind(row.opened_at)
        .bind(row.opened_by.clone())
        .bind(row.edition)
        .run()
        .await?;
        Ok(())
    }

    /// Writes how far an attempt has come. `row` was read at its edition; afterwards it is one
    /// edition further.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it was changed since it was read.
    pub async fn set_attempt(&mut self, row: &AttemptRow) -> Result<(), Error> {
        let rows = self
            .write(
                "update attempts set state = $4, round = $5, submitted_at = $6, due_at = $7, \
                 decided_at = $8, decided_by = $9, second_reading = $10, credential_id = $11, \
                 edition = edition + 1 \
                 where issuer_id = $1 and attempt_id = $2 and edition = $3",
            )
            .bind(row.attempt_id.clone())
            .bind(row.edition)
            .bind(row.state)
            .bind(row.round)
            .bind(row.submitted_at)
            .bind(row.due_at)
            .bind(row.decided_at)
            .bind(row.decided_by.clone())
            .bind(row.second_reading)
            .bind(row.credential_id.clone())
            .run()
            .await?;
        one(rows)
    }

    /// The attempt with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempt(&mut self, id: &AttemptId) -> Result<Option<AttemptRow>, Error> {
        self.read(select!("and attempt_id = $2"))
            .bind(id.clone())
            .opt()
            .await
    }

    /// As [`attempt`](Self::attempt), held until the transaction ends: nobody scores, adds or decides
    /// meanwhile. Use a transaction.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn hold_attempt(&mut self, id: &AttemptId) -> Result<Option<AttemptRow>, Error> {
        self.write_locking(
            select!("and attempt_id = $2 for update"),
            select!("and attempt_id = $2"),
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// Notes who had a hand in an attempt; again, nothing changes.
    ///
    /// # Errors
    /// [`Error::Missing`] if the attempt is not this organisation's.
    pub async fn add_hand(&mut self, id: &AttemptId, hand: &str) -> Result<(), Error> {
        self.write(
            "insert into attempt_hands (issuer_id, attempt_id, hand) values ($1, $2, $3) \
             on conflict (issuer_id, attempt_id, hand) do nothing",
        )
        .bind(id.clone())
        .bind(hand.to_owned())
        .run()
        .await?;
        Ok(())
    }

    /// Everybody of the organisation who had a hand in an attempt.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn hands(&mut self, id: &AttemptId) -> Result<Vec<String>, Error> {
        self.read(
            "select hand from attempt_hands where issuer_id = $1 and attempt_id = $2 order by hand",
        )
        .bind(id.clone())
        .scalars()
        .await
    }

    /// The attempt that is running, if one is.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn running_attempt(
        &mut self,
        person: &PersonId,
        achievement: &AchievementId,
        kind: AttemptKind,
    ) -> Result<Option<AttemptRow>, Error> {
        self.read(select!(
            "and person_id = $2 and achievement_id = $3 and kind = $4 \
             and state in ('open', 'submitted', 'returned')"
        ))
        .bind(person.clone())
        .bind(achievement.clone())
        .bind(kind)
        .opt()
        .await
    }

    /// A learner's attempts, the newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempts_of(&mut self, person: &PersonId) -> Result<Vec<AttemptRow>, Error> {
        self.read(select!(
            "and person_id = $2 order by opened_at desc, attempt_id"
        ))
        .bind(person.clone())
        .all()
        .await
    }

    /// The attempts of a lab, the oldest first: those begun there, and of whoever is expected those
    /// that are running, wherever they began, for what is on offer.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempts_at(&mut self, lab: &LabId) -> Result<Vec<AttemptRow>, Error> {
        self.read(select!(
            "and (lab_id = $2 or (state in ('open', 'submitted', 'returned') \
             and person_id in (select l.person_id from lab_learners l \
             where l.issuer_id = $1 and l.lab_id = $2) \
             and achievement_id in (select o.achievement_id from lab_offers o \
             where o.issuer_id = $1 and o.lab_id = $2))) order by opened_at, attempt_id"
        ))
        .bind(lab.clone())
        .all()
        .await
    }

    /// What waits for a reviewer, the oldest first; after `after` in that order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempts_waiting(&mut self, limit: i64) -> Result<Vec<AttemptRow>, Error> {
        self.read(select!(
            "and state = 'submitted' order by submitted_at, attempt_id limit $2"
        ))
        .bind(limit)
        .all()
        .await
    }

    /// How many wait for a reviewer, and how many of them past `now`'s promise.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempts_waiting_count(&mut self, now: Ts) -> Result<(i64, i64), Error> {
        let counts: Option<(i64, i64)> = self
            .read(
                "select count(*) as a, count(*) filter (where due_at < $2) as b from attempts \
                 where issuer_id = $1 and state = 'submitted'",
            )
            .bind(now)
            .opt()
            .await?;
        Ok(counts.unwrap_or_default())
    }

    /// Performances that were returned until `then` and not handed in again since, the oldest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempts_returned(&mut self, then: Ts) -> Result<Vec<AttemptRow>, Error> {
        self.read(select!(
            "and state = 'returned' and kind = 'performance' and decided_at <= $2 \
             order by decided_at, attempt_id"
        ))
        .bind(then)
        .all()
        .await
    }

    /// How many wait past `now`'s promise that `reviewer` had no hand in.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempts_late_for(&mut self, reviewer: &str, now: Ts) -> Result<i64, Error> {
        let counted: Vec<i64> = self
            .read(
                "select count(*) from attempts where issuer_id = $1 and state = 'submitted' \
                 and due_at < $3 and not exists (select 1 from attempt_hands h \
                 where h.issuer_id = $1 and h.attempt_id = attempts.attempt_id and h.hand = $2)",
            )
            .bind(reviewer.to_owned())
            .bind(now)
            .scalars()
            .await?;
        Ok(counted.first().copied().unwrap_or_default())
    }

    /// Decided attempts that somebody is to read again and nobody has, the oldest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempts_to_read_again(&mut self, limit: i64) -> Result<Vec<AttemptRow>, Error> {
        self.read(select!(
            "and second_reading is not null and state = 'approved' and not exists \
             (select 1 from attempt_reviews r where r.issuer_id = $1 \
             and r.attempt_id = attempts.attempt_id and r.round = attempts.round \
             and r.reading = 'second' and r.decided_at >= attempts.decided_at) \
             order by decided_at, attempt_id limit $2"
        ))
        .bind(limit)
        .all()
        .await
    }

    /// What somebody approved, the newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempts_approved_by(&mut self, reviewer: &str) -> Result<Vec<AttemptRow>, Error> {
        self.read(select!(
            "and decided_by = $2 and state = 'approved' order by decided_at desc, attempt_id"
        ))
        .bind(reviewer.to_owned())
        .all()
        .await
    }

    /// The attempt that a credential came of.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempt_behind(&mut self, id: &CredentialId) -> Result<Option<AttemptRow>, Error> {
        self.read(select!("and credential_id = $2"))
            .bind(id.clone())
            .opt()
            .await
    }
}
