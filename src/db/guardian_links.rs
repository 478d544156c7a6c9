//! Links by which a guardian reads what is kept for a learner: only hashes are here.

use super::{Db, Error, Tenant, Ts, issuers::one};
use crate::ids::{IssuerId, PersonId};

/// A guardian's link.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GuardianLinkRow {
    /// The organisation.
    pub issuer_id: IssuerId,
    /// The learner whose guardian has it.
    pub person_id: PersonId,
    /// SHA-256 of its secret: 32 bytes.
    pub token_hash: Vec<u8>,
    /// Keyed hash of what was known of the guardian when it was made.
    pub contact_hash: Vec<u8>,
    /// When it was made.
    pub created_at: Ts,
    /// When it stops working.
    pub expires_at: Ts,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select issuer_id, person_id, token_hash, contact_hash, created_at, expires_at \
             from guardian_links where ",
            $rest
        )
    };
}

impl Tenant<'_> {
    /// Makes a guardian's link, in place of the one before, if that one was made at `before` or
    /// earlier; whether it was. Of two at once, one is made.
    ///
    /// # Errors
    /// [`Error::Missing`] if the learner is not this organisation's.
    pub async fn put_guardian_link(
        &mut self,
        row: &GuardianLinkRow,
        before: Ts,
    ) -> Result<bool, Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        let rows = self
            .write(
                "insert into guardian_links \
                 (issuer_id, person_id, token_hash, contact_hash, created_at, expires_at) \
                 values ($1, $2, $3, $4, $5, $6) on conflict (issuer_id, person_id) do update set \
                 token_hash = excluded.token_hash, contact_hash = excluded.contact_hash, \
                 created_at = excluded.created_at, expires_at = excluded.expires_at \
                 where guardian_links.created_at <= $7",
            )
            .bind(row.person_id.clone())
            .bind(row.token_hash.clone())
            .bind(row.contact_hash.clone())
            .bind(row.created_at)
            .bind(row.expires_at)
            .bind(before)
            .run()
            .await?;
        Ok(rows == 1)
    }

    /// The link of a learner's guardian, also if it has ended.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn guardian_link(
        &mut self,
        person: &PersonId,
    ) -> Result<Option<GuardianLinkRow>, Error> {
        self.read(select!("issuer_id = $1 and person_id = $2"))
            .bind(person.clone())
            .opt()
            .await
    }

    /// Ends the link of a learner's guardian at `at`. Its row stays, so that ending it is no way to
    /// send letters faster.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is none that still works.
    pub async fn end_guardian_link(&mut self, person: &PersonId, at: Ts) -> Result<(), Error> {
        let rows = self
            .write(
                "update guardian_links set expires_at = $3 \
                 where issuer_id = $1 and person_id = $2 and expires_at > $3",
            )
            .bind(person.clone())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// How many guardians were sent a link after `then`.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn guardian_links_since(&mut self, then: Ts) -> Result<i64, Error> {
        let counted: Vec<i64> = self
            .read("select count(*) from guardian_links where issuer_id = $1 and created_at > $2")
            .bind(then)
            .scalars()
            .await?;
        Ok(counted.first().copied().unwrap_or_default())
    }
}

impl Db {
    /// The guardian's link whose secret has this SHA-256, also if it has ended. Across
    /// organisations: the secret is all that a visitor has.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn guardian_link_by_hash(
        &self,
        hash: &[u8],
    ) -> Result<Option<GuardianLinkRow>, Error> {
        self.read(select!("token_hash = $1"))
            .bind(hash.to_vec())
            .opt()
            .await
    }

    /// Forgets guardians' links that ended before `then`. Across organisations: for the round that
    /// keeps what the privacy page promises.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_guardian_links(&self, then: Ts) -> Result<u64, Error> {
        self.write("delete from guardian_links where expires_at < $1")
            .bind(then)
            .run()
            .await
    }
}
