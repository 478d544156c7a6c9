//! Credentials: what was signed of what was promised.

use std::collections::HashSet;

use super::{Db, Error, Many, Promise, Tenant, Ts, plain::words, promises::still_pending};
use crate::ids::{AchievementId, CredentialId, IssuerId, JobId, PersonId};

words! {
    /// How far a credential has come.
    CredentialState, "state of a credential" {
        /// Promised: everything that shapes its bytes is fixed.
        Pending = "pending",
        /// Signed and stored.
        Issued = "issued",
        /// Cannot be signed as promised; the row says why.
        Failed = "failed",
    }
}

/// A credential as it stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CredentialRow {
    /// Who issues it.
    pub issuer_id: IssuerId,
    /// What was promised.
    #[sqlx(flatten)]
    pub promise: Promise,
    /// SHA-256 of the unsigned document that was checked before signing.
    pub unsigned_sha256: Option<Vec<u8>>,
    /// How far it has come.
    pub state: CredentialState,
    /// Why it failed.
    pub problem: Option<String>,
    /// The signed credential, byte for byte.
    pub document: Option<String>,
    /// SHA-256 of `document`.
    pub document_sha256: Option<Vec<u8>>,
    /// The same credential as a compact JWT, whose payload may be left out: `document` says it.
    pub jwt: Option<String>,
    /// When it was stored.
    pub issued_at: Option<Ts>,
}

/// What signing made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Which credential.
    pub credential_id: CredentialId,
    /// The key that signed.
    pub key_id: String,
    /// SHA-256 of the unsigned document.
    pub unsigned_sha256: Vec<u8>,
    /// The signed credential, byte for byte.
    pub document: String,
    /// SHA-256 of `document`.
    pub document_sha256: Vec<u8>,
    /// The same credential as a compact JWT, whose payload may be left out: `document` says it.
    pub jwt: Option<String>,
}

/// What was stored now.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Stored {
    /// Which credential.
    pub credential_id: CredentialId,
    /// Of which batch.
    pub batch: Option<String>,
    /// Whose it is, if we know.
    pub person_id: Option<PersonId>,
    /// What it is about.
    pub achievement_id: AchievementId,
}

/// How many credentials are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Promised.
    pub pending: i64,
    /// Signed.
    pub issued: i64,
    /// Given up.
    pub failed: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select issuer_id, credential_id, public_id, achievement_id, person_id, \
             recipient_hash, issue_event, batch, status_list_id, status_index, key_id, \
             valid_from, valid_until, proof_created, order_sealed, unsigned_sha256, state, \
             problem, document, document_sha256, jwt, issued_at from credentials where ",
            $rest
        )
    };
}

macro_rules! count {
    ($rest:literal) => {
        concat!(
            "select count(*) filter (where state = 'pending') as pending, \
             count(*) filter (where state = 'issued') as issued, \
             count(*) filter (where state = 'failed') as failed \
             from credentials where issuer_id = $1",
            $rest
        )
    };
}

/// Issues a promise, if the key that signed is still the promise's and still the one that signs.
/// Its last words are a question about the key's row.
macro_rules! issue {
    ($rest:literal) => {
        concat!(
            "update credentials set state = 'issued', unsigned_sha256 = $3, document = $4, \
             document_sha256 = $5, jwt = $6, issued_at = $7 \
             where issuer_id = $1 and credential_id = $2 and key_id = $8 and ",
            still_pending!(),
            " and exists (select 1 from issuer_keys k where k.issuer_id = $1 and k.key_id = $8 \
             and k.state = 'active'",
            $rest
        )
    };
}

/// Issues the promises that `n` has signed.
const STORE: &str = concat!(
    "update credentials set state = 'issued', unsigned_sha256 = n_unsigned, \
     document = n_document, document_sha256 = n_sha256, jwt = n_jwt, issued_at = n_at from n \
     where issuer_id = n_issuer and credential_id = n_id and key_id = n_key and ",
    still_pending!(),
    " returning credential_id, batch, person_id, achievement_id"
);

impl Tenant<'_> {
    /// The credential with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn credential(&mut self, id: &CredentialId) -> Result<Option<CredentialRow>, Error> {
        Ok(self.credentials(std::slice::from_ref(id)).await?.pop())
    }

    /// The credentials with these ids, in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn credentials(&mut self, ids: &[CredentialId]) -> Result<Vec<CredentialRow>, Error> {
        self.read_in(select!("issuer_id = $1 and credential_id in"), ids)
            .await
    }

    /// Up to `limit` credentials that are still to be signed, of a batch or of all.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn pending(
        &mut self,
        batch: Option<&str>,
        limit: i64,
    ) -> Result<Vec<CredentialRow>, Error> {
        match batch {
            Some(batch) => self
                .read(select!(
                    "issuer_id = $1 and state = 'pending' and batch = $2 \
                     order by credential_id limit $3"
                ))
                .bind(batch.to_owned()),
            None => self.read(select!(
                "issuer_id = $1 and state = 'pending' order by credential_id limit $2"
            )),
        }
        .bind(limit)
        .all()
        .await
    }

    /// Up to `limit` credentials of a batch that are still to be signed, those after `last` in the
    /// order of their ids.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn pending_after(
        &mut self,
        batch: &JobId,
        last: Option<&CredentialId>,
        limit: i64,
    ) -> Result<Vec<CredentialRow>, Error> {
        self.read(select!(
            "issuer_id = $1 and state = 'pending' and batch = $2 and credential_id > $3 \
             order by credential_id limit $4"
        ))
        .bind(batch.clone())
        .bind(last.map_or_else(String::new, ToString::to_string))
        .bind(limit)
        .all()
        .await
    }

    /// Up to `limit` credentials that are still to be signed and that no worker looks after.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forsaken(&mut self, limit: i64) -> Result<Vec<CredentialRow>, Error> {
        self.read(select!(
            "issuer_id = $1 and state = 'pending' and not exists (select 1 from jobs j \
             where j.issuer_id = $1 and j.job_id = credentials.batch \
             and j.state in ('waiting', 'paused')) order by credential_id limit $2"
        ))
        .bind(limit)
        .all()
        .await
    }

    /// Up to `limit` credentials that are signed, those after `last` in the order of their ids.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn issued_after(
        &mut self,
        last: Option<&CredentialId>,
        limit: i64,
    ) -> Result<Vec<CredentialRow>, Error> {
        self.read(select!(
            "issuer_id = $1 and state = 'issued' and credential_id > $2 \
             order by credential_id limit $3"
        ))
        .bind(last.map_or_else(String::new, ToString::to_string))
        .bind(limit)
        .all()
        .await
    }

    /// How many credentials are in each state.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn counts(&mut self) -> Result<Counts, Error> {
        let counts = self.read(count!("")).opt().await?;
        counts.ok_or(Error::NoRow)
    }

    /// How far a batch has come.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn batch_count(&mut self, batch: &str) -> Result<Counts, Error> {
        let counts = self
            .read(count!(" and batch = $2"))
            .bind(batch.to_owned())
            .opt()
            .await?;
        counts.ok_or(Error::NoRow)
    }

    /// Stores what signing made; only a pending credential becomes issued, and only once.
    /// `false`: it was issued before with these very bytes.
    ///
    /// The key must be the promise's and the one that signs, until this is lasting: on Postgres the
    /// key's row is locked, so that the key cannot be replaced or taken back in between.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such credential, it failed, other bytes are stored, or the
    /// key has changed since it was signed: read it again, and sign again what is pending.
    pub async fn store_signed(&mut self, signed: &Signed, at: Ts) -> Result<bool, Error> {
        let rows = self
            .write_locking(issue!(" for share)"), issue!(")"))
            .bind(signed.credential_id.clone())
            .bind(signed.unsigned_sha256.clone())
            .bind(signed.document.clone())
            .bind(signed.document_sha256.clone())
            .bind(signed.jwt.clone())
            .bind(at)
            .bind(signed.key_id.clone())
            .run()
            .await?;
        if rows == 1 {
            return Ok(true);
        }
        let there = self.credential(&signed.credential_id).await?;
        match there.and_then(|row| row.document) {
            Some(document) if document == signed.document => Ok(false),
            _ => Err(Error::NoRow),
        }
    }

    /// As [`Tenant::store_signed`], for many: those that are stored now, each with its batch. Use a
    /// transaction.
    ///
    /// # Errors
    /// As [`Tenant::store_signed`], for all of them.
    pub async fn store_many(&mut self, signed: &[Signed], at: Ts) -> Result<Vec<Stored>, Error> {
        let active: Vec<String> = self
            .write_locking(
                "select key_id from issuer_keys where issuer_id = $1 and state = 'active' for share",
                "select key_id from issuer_keys where issuer_id = $1 and state = 'active'",
            )
            .scalars()
            .await?;
        if signed.iter().any(|one| !active.contains(&one.key_id)) {
            return Err(Error::NoRow);
        }
        let all = || signed.iter();
        let many = Many::over(STORE)
            .text("n_issuer", all().map(|_| self.issuer_id().to_string()))
            .text("n_id", all().map(|s| s.credential_id.to_string()))
            .text("n_key", all().map(|s| s.key_id.clone()))
            .bytes("n_unsigned", all().map(|s| s.unsigned_sha256.clone()))
            .text("n_document", all().map(|s| s.document.clone()))
            .bytes("n_sha256", all().map(|s| s.document_sha256.clone()))
            .text("n_jwt", all().map(|s| s.jwt.clone()))
            .time("n_at", all().map(|_| at));
        let stored: Vec<Stored> = self.insert_returning(many).await?;
        if stored.len() < signed.len() {
            let there: HashSet<&CredentialId> = stored.iter().map(|s| &s.credential_id).collect();
            let rest = all().filter(|one| !there.contains(&one.credential_id));
            self.stored_before(&rest.collect::<Vec<_>>()).await?;
        }
        Ok(stored)
    }

    /// Whether these were issued before with these very bytes.
    async fn stored_before(&mut self, signed: &[&Signed]) -> Result<(), Error> {
        let ids: Vec<CredentialId> = signed.iter().map(|s| s.credential_id.clone()).collect();
        let rows = self.credentials(&ids).await?;
        let same = |one: &&Signed| {
            let row = rows
                .iter()
                .find(|row| row.promise.credential_id == one.credential_id);
            row.and_then(|row| row.document.as_deref()) == Some(&one.document)
        };
        if signed.iter().all(same) {
            Ok(())
        } else {
            Err(Error::NoRow)
        }
    }
}

impl Db {
    /// The credential with this id, of whichever organisation. Across organisations: the id is
    /// what a stranger's QR code holds.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn credential_anywhere(
        &self,
        id: &CredentialId,
    ) -> Result<Option<CredentialRow>, Error> {
        self.read(select!("credential_id = $1"))
            .bind(id.clone())
            .opt()
            .await
    }

    /// The credential with this `id` of its own, of whichever organisation. Across organisations:
    /// a stranger who brings a credential names it so.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn credential_by_public_id(&self, id: &str) -> Result<Option<CredentialRow>, Error> {
        self.read(select!("public_id = $1 order by credential_id limit 1"))
            .bind(id.to_owned())
            .opt()
            .await
    }

    /// The organisations that have credentials still to be signed that no worker looks after.
    /// Across organisations: for the rounds.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn issuers_with_pending(&self) -> Result<Vec<IssuerId>, Error> {
        self.read(
            "select distinct issuer_id from credentials c where state = 'pending' \
             and not exists (select 1 from jobs j where j.issuer_id = c.issuer_id \
             and j.job_id = c.batch and j.state in ('waiting', 'paused'))",
        )
        .scalars()
        .await
    }
}
