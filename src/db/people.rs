//! People we keep a sealed record of.

use super::{Error, Tenant, Ts, issuers::one, promises::still_pending};
use crate::ids::{IssuerId, PersonId};

/// A person. Nothing of this can be read without the key-encryption key.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PersonRow {
    /// The organisation that knows the person.
    pub issuer_id: IssuerId,
    /// The record's id: random, never shown to a stranger.
    pub person_id: PersonId,
    /// The person's own key under the key-encryption key; `None` once erased.
    pub key_sealed: Option<Vec<u8>>,
    /// Which key-encryption key sealed it.
    pub kek_id: String,
    /// Name, e-mail address and the like under the person's key; `None` once erased.
    pub details_sealed: Option<Vec<u8>>,
    /// Keyed hash of what the organisation finds the person by; `None` once erased.
    pub lookup_hash: Option<Vec<u8>>,
    /// When the record was made.
    pub created_at: Ts,
    /// When the person was erased.
    pub erased_at: Option<Ts>,
}

const SELECT: &str = "select issuer_id, person_id, key_sealed, kek_id, details_sealed, \
     lookup_hash, created_at, erased_at from people where issuer_id = $1 and person_id in";
const SELECT_BY_HASH: &str = "select issuer_id, person_id, key_sealed, kek_id, details_sealed, \
     lookup_hash, created_at, erased_at from people where issuer_id = $1 and lookup_hash in";

impl Tenant<'_> {
    /// Adds people; every `issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if one of them is known by that lookup hash: then none is added.
    pub async fn add_people(&mut self, rows: &[PersonRow]) -> Result<(), Error> {
        debug_assert!(rows.iter().all(|row| &row.issuer_id == self.issuer_id()));
        let many = self
            .many("people", rows.len())
            .text("person_id", rows.iter().map(|r| r.person_id.to_string()))
            .bytes("key_sealed", rows.iter().map(|r| r.key_sealed.clone()))
            .text("kek_id", rows.iter().map(|r| r.kek_id.clone()))
            .bytes(
                "details_sealed",
                rows.iter().map(|r| r.details_sealed.clone()),
            )
            .bytes("lookup_hash", rows.iter().map(|r| r.lookup_hash.clone()))
            .time("created_at", rows.iter().map(|r| r.created_at))
            .time("erased_at", rows.iter().map(|r| r.erased_at));
        self.insert(many).await?;
        Ok(())
    }

    /// The person with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn person(&mut self, id: &PersonId) -> Result<Option<PersonRow>, Error> {
        Ok(self.people(std::slice::from_ref(id)).await?.pop())
    }

    /// The people with these ids, in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn people(&mut self, ids: &[PersonId]) -> Result<Vec<PersonRow>, Error> {
        self.read_in(SELECT, ids).await
    }

    /// The people with these lookup hashes, in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn people_by_lookup(&mut self, hashes: &[Vec<u8>]) -> Result<Vec<PersonRow>, Error> {
        self.read_in(SELECT_BY_HASH, hashes).await
    }

    /// Everybody who is known and was not erased, in the order in which they became known.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn everybody(&mut self) -> Result<Vec<PersonRow>, Error> {
        self.read(
            "select issuer_id, person_id, key_sealed, kek_id, details_sealed, lookup_hash, \
             created_at, erased_at from people where issuer_id = $1 and erased_at is null \
             and person_id not in (select m.person_id from merged_people m where m.issuer_id = $1) \
             order by created_at, person_id",
        )
        .all()
        .await
    }

    /// As [`Tenant::people_by_lookup`], and holds them until the transaction ends: nobody is erased
    /// while something is promised to them. Use a transaction.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn hold_people(&mut self, hashes: &[Vec<u8>]) -> Result<Vec<PersonRow>, Error> {
        let held = "for no key update";
        self.read_in_where(SELECT_BY_HASH, None::<String>, hashes, held)
            .await
    }

    /// Writes new details of a person, sealed under the person's key.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such person or the person was erased.
    pub async fn set_person_details(&mut self, id: &PersonId, sealed: &[u8]) -> Result<(), Error> {
        let rows = self
            .write(
                "update people set details_sealed = $3 \
                 where issuer_id = $1 and person_id = $2 and erased_at is null",
            )
            .bind(id.clone())
            .bind(sealed.to_vec())
            .run()
            .await?;
        one(rows)
    }

    /// Erases a person: key, details, hashes, the orders of their credentials, the records of their
    /// evidence and their portfolios. What was promised and is not signed yet is given up, and says
    /// `problem`. The signed credentials, which never held the person, and their status stay. Use a
    /// transaction.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such person or the person was erased before.
    pub async fn erase_person(
        &mut self,
        id: &PersonId,
        problem: &str,
        at: Ts,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update people set key_sealed = null, details_sealed = null, lookup_hash = null, \
                 erased_at = $3 where issuer_id = $1 and person_id = $2 and erased_at is null",
            )
            .bind(id.clone())
            .bind(at)
            .run()
            .await?;
        one(rows)?;
        let given_up: Vec<(Option<String>,)> = self
            .write(concat!(
                "update credentials set state = 'failed', problem = $3 \
                 where issuer_id = $1 and person_id = $2 and ",
                still_pending!(),
                " returning batch"
            ))
            .bind(id.clone())
            .bind(problem.to_owned())
            .all()
            .await?;
        for batch in given_up.into_iter().filter_map(|(batch,)| batch) {
            self.count_job(&batch, 0, 1).await?;
        }
        for statement in WITH_THE_PERSON.iter().copied() {
            self.write(statement).bind(id.clone()).run().await?;
        }
        self.revise().await
    }
}

/// What goes with a person. Another person's rows stay, and so does what is nobody's that we know.
/// Of attempts stay ids, levels and times: nothing that was written, nothing that was handed in.
const WITH_THE_PERSON: &[&str] = &[
    "delete from sessions where issuer_id = $1 and person_id = $2",
    "update credentials set recipient_hash = null, order_sealed = null \
     where issuer_id = $1 and person_id = $2",
    "delete from evidence where issuer_id = $1 and credential_id in \
     (select credential_id from credentials where issuer_id = $1 and person_id = $2)",
    "delete from portfolio_members where issuer_id = $1 and portfolio_id in \
     (select portfolio_id from portfolios where issuer_id = $1 and person_id = $2)",
    "delete from portfolios where issuer_id = $1 and person_id = $2",
    "insert into forgotten_files (issuer_id, file) select e.issuer_id, e.file \
     from attempt_evidence e join attempts a \
     on a.issuer_id = e.issuer_id and a.attempt_id = e.attempt_id \
     where e.issuer_id = $1 and a.sealed_for = $2 and e.file is not null",
    "delete from attempt_evidence where issuer_id = $1 and attempt_id in \
     (select attempt_id from attempts where issuer_id = $1 and sealed_for = $2)",
    "update attempt_scores set note_sealed = null where issuer_id = $1 and attempt_id in \
     (select attempt_id from attempts where issuer_id = $1 and sealed_for = $2)",
    "update attempt_reviews set feedback_sealed = null where issuer_id = $1 and attempt_id in \
     (select attempt_id from attempts where issuer_id = $1 and sealed_for = $2)",
    "update attempts set state = 'withdrawn', edition = edition + 1 where issuer_id = $1 \
     and sealed_for = $2 and state in ('open', 'submitted', 'returned')",
    "update status_reasons set reason_sealed = null where issuer_id = $1 and sealed_for = $2",
    "delete from learner_links where issuer_id = $1 and person_id = $2",
    "delete from guardian_links where issuer_id = $1 and person_id = $2",
    "delete from program_learners where issuer_id = $1 and person_id = $2",
    "delete from lab_learners where issuer_id = $1 and person_id = $2",
    "delete from pathway_awards where issuer_id = $1 and person_id = $2",
    "update letters set letter_sealed = null, state = 'failed', problem = 'the learner was erased' \
     where issuer_id = $1 and person_id = $2 and state = 'waiting'",
];
