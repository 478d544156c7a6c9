//! Links that let a learner in, of which only the hash of what they hold is here; and who of the
//! organisation was shown one.

use super::{Db, Error, Tenant, Ts};
use crate::ids::{IssuerId, PersonId};

/// A learner's link.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LearnerLinkRow {
    /// The organisation.
    pub issuer_id: IssuerId,
    /// Whom it lets in.
    pub person_id: PersonId,
    /// SHA-256 of its secret: 32 bytes.
    pub token_hash: Vec<u8>,
    /// When it was made.
    pub created_at: Ts,
    /// When it stops working.
    pub expires_at: Ts,
}

impl Tenant<'_> {
    /// Makes a learner's link, in place of the one before.
    ///
    /// # Errors
    /// [`Error::Missing`] if the learner is not this organisation's.
    pub async fn put_learner_link(&mut self, row: &LearnerLinkRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into learner_links (issuer_id, person_id, token_hash, created_at, expires_at) \
             values ($1, $2, $3, $4, $5) on conflict (issuer_id, person_id) do update set \
             token_hash = excluded.token_hash, created_at = excluded.created_at, \
             expires_at = excluded.expires_at",
        )
        .bind(row.person_id.clone())
        .bind(row.token_hash.clone())
        .bind(row.created_at)
        .bind(row.expires_at)
        .run()
        .await?;
        Ok(())
    }

    /// Notes who was shown a learner's link, from when, and until when they could be in with it.
    ///
    /// # Errors
    /// [`Error::Missing`] if the learner is not this organisation's.
    pub async fn add_link_hand(
        &mut self,
        person: &PersonId,
        hand: &str,
        (shown_at, until): (Ts, Ts),
    ) -> Result<(), Error> {
        self.write(
            "insert into learner_link_hands (issuer_id, person_id, hand, shown_at, until) \
             values ($1, $2, $3, $4, $5) \
             on conflict (issuer_id, person_id, hand, shown_at) do nothing",
        )
        .bind(person.clone())
        .bind(hand.to_owned())
        .bind(shown_at)
        .bind(until)
        .run()
        .await?;
        Ok(())
    }

    /// Who could be in with a learner's link at some time between these two; also with one of a
    /// record that became this one.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn link_hands(
        &mut self,
        person: &PersonId,
        (from, to): (Ts, Ts),
    ) -> Result<Vec<String>, Error> {
        self.read(
            "select distinct hand from learner_link_hands where issuer_id = $1 \
             and shown_at <= $4 and until > $3 and (person_id = $2 or person_id in \
             (select m.person_id from merged_people m \
             where m.issuer_id = $1 and m.into_person_id = $2)) order by hand",
        )
        .bind(person.clone())
        .bind(from)
        .bind(to)
        .scalars()
        .await
    }
}

impl Db {
    /// The link whose secret has this SHA-256, also if it has ended. Across organisations: the
    /// secret is all that a visitor has.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn learner_link_by_hash(&self, hash: &[u8]) -> Result<Option<LearnerLinkRow>, Error> {
        self.read(
            "select issuer_id, person_id, token_hash, created_at, expires_at from learner_links \
             where token_hash = $1",
        )
        .bind(hash.to_vec())
        .opt()
        .await
    }
}
