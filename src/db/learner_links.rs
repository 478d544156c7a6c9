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
    /// Adds a learner's link. Of the learner's links the newest `most` stay, of those that have not
    /// ended at `row.created_at`. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Missing`] if the learner is not this organisation's.
    pub async fn add_learner_link(&mut self, row: &LearnerLinkRow, most: i64) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "delete from learner_links where issuer_id = $1 and person_id = $2 \
             and (expires_at <= $3 or token_hash not in (select o.token_hash from learner_links o \
             where o.issuer_id = $1 and o.person_id = $2 and o.expires_at > $3 \
             order by o.created_at desc, o.token_hash limit $4))",
        )
        .bind(row.person_id.clone())
        .bind(row.created_at)
        .bind(most.saturating_sub(1))
        .run()
        .await?;
        self.write(
            "insert into learner_links (issuer_id, person_id, token_hash, created_at, expires_at) \
             values ($1, $2, $3, $4, $5)",
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

    /// When each of a learner's links that work at `now` ends, the last first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn learner_links(&mut self, person: &PersonId, now: Ts) -> Result<Vec<Ts>, Error> {
        self.read(
            "select expires_at from learner_links where issuer_id = $1 and person_id = $2 \
             and expires_at > $3 order by expires_at desc",
        )
        .bind(person.clone())
        .bind(now)
        .scalars()
        .await
    }

    /// Ends all of a learner's links, and whatever they let in: how many links there were. Use a
    /// transaction.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn end_learner_links(&mut self, person: &PersonId) -> Result<u64, Error> {
        self.write("delete from sessions where issuer_id = $1 and person_id = $2")
            .bind(person.clone())
            .run()
            .await?;
        self.write("delete from learner_links where issuer_id = $1 and person_id = $2")
            .bind(person.clone())
            .run()
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
