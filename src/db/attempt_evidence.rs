//! What a learner handed in with an attempt. Words are sealed; files are kept elsewhere.

use super::{Db, Error, Tenant, Ts, issuers::one, plain::words};
use crate::ids::{AttemptId, EvidenceId, IssuerId};

words! {
    /// What was handed in.
    EvidenceKind, "kind of evidence" {
        /// An address.
        Link = "link",
        /// A text.
        Note = "note",
        /// A file.
        File = "file",
    }
}

/// A piece of evidence of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AttemptEvidenceRow {
    /// Its id.
    pub evidence_id: EvidenceId,
    /// Of which attempt.
    pub attempt_id: AttemptId,
    /// In which round it was added.
    pub round: i64,
    /// What it is.
    pub kind: EvidenceKind,
    /// Its name, and the link or note, under the learner's key.
    pub body_sealed: Vec<u8>,
    /// Where a file is kept.
    pub file: Option<String>,
    /// What kind of file.
    pub media_type: Option<String>,
    /// How many bytes can be downloaded.
    pub bytes: Option<i64>,
    /// The SHA-256 of what can be downloaded.
    pub sha256: Option<Vec<u8>>,
    /// Who added it: an actor of the audit log.
    pub added_by: String,
    /// When.
    pub added_at: Ts,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select evidence_id, attempt_id, round, kind, body_sealed, file, media_type, bytes, \
             sha256, added_by, added_at from attempt_evidence where issuer_id = $1 ",
            $rest
        )
    };
}

impl Tenant<'_> {
    /// Adds a piece of evidence.
    ///
    /// # Errors
    /// [`Error::Missing`] if the attempt is not this organisation's.
    pub async fn add_attempt_evidence(&mut self, row: &AttemptEvidenceRow) -> Result<(), Error> {
        self.write(
            "insert into attempt_evidence (issuer_id, evidence_id, attempt_id, round, kind, \
             body_sealed, file, media_type, bytes, sha256, added_by, added_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(row.evidence_id.clone())
        .bind(row.attempt_id.clone())
        .bind(row.round)
        .bind(row.kind)
        .bind(row.body_sealed.clone())
        .bind(row.file.clone())
        .bind(row.media_type.clone())
        .bind(row.bytes)
        .bind(row.sha256.clone())
        .bind(row.added_by.clone())
        .bind(row.added_at)
        .run()
        .await?;
        Ok(())
    }

    /// The evidence of an attempt, in the order in which it was added.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn evidence_of_attempt(
        &mut self,
        id: &AttemptId,
    ) -> Result<Vec<AttemptEvidenceRow>, Error> {
        self.read(select!(
            "and attempt_id = $2 order by added_at, evidence_id"
        ))
        .bind(id.clone())
        .all()
        .await
    }

    /// One piece of evidence.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn attempt_evidence(
        &mut self,
        id: &EvidenceId,
    ) -> Result<Option<AttemptEvidenceRow>, Error> {
        self.read(select!("and evidence_id = $2"))
            .bind(id.clone())
            .opt()
            .await
    }

    /// Takes a piece of evidence away; its file is deleted later. Use a transaction.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such piece.
    pub async fn remove_attempt_evidence(&mut self, id: &EvidenceId) -> Result<(), Error> {
        self.write(
            "insert into forgotten_files (issuer_id, file) select issuer_id, file \
             from attempt_evidence where issuer_id = $1 and evidence_id = $2 \
             and file is not null",
        )
        .bind(id.clone())
        .run()
        .await?;
        let rows = self
            .write("delete from attempt_evidence where issuer_id = $1 and evidence_id = $2")
            .bind(id.clone())
            .run()
            .await?;
        one(rows)
    }

    /// Notes that a file is about to be kept: if nothing refers to it at `until`, it is deleted.
    ///
    /// # Errors
    /// [`Error`] if the database could not do it.
    pub async fn file_is_coming(&mut self, file: &str, until: Ts) -> Result<(), Error> {
        self.write(
            "insert into forgotten_files (issuer_id, file, coming_until) values ($1, $2, $3)",
        )
        .bind(file.to_owned())
        .bind(until)
        .run()
        .await?;
        Ok(())
    }

    /// Notes that something refers to a file that was on its way. Use the transaction that refers.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it came too late, and may be deleted already.
    pub async fn file_has_come(&mut self, file: &str) -> Result<(), Error> {
        let rows = self
            .write("delete from forgotten_files where issuer_id = $1 and file = $2")
            .bind(file.to_owned())
            .run()
            .await?;
        one(rows)
    }
}

impl Db {
    /// Files that nothing refers to any more, or that did not come in time. Across organisations:
    /// for the round that deletes them.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forgotten_files(
        &self,
        now: Ts,
        limit: i64,
    ) -> Result<Vec<(IssuerId, String)>, Error> {
        self.read(
            "select issuer_id, file from forgotten_files \
             where coming_until is null or coming_until <= $1 order by file limit $2",
        )
        .bind(now)
        .bind(limit)
        .all()
        .await
    }

    /// Forgets that a file is to be deleted: it is.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn file_is_deleted(&self, issuer: &IssuerId, file: &str) -> Result<(), Error> {
        self.write("delete from forgotten_files where issuer_id = $1 and file = $2")
            .bind(issuer.clone())
            .bind(file.to_owned())
            .run()
            .await?;
        Ok(())
    }
}
