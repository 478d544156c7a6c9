//! Two records that turned out to be one learner.

use super::{Error, Tenant, Ts};
use crate::ids::PersonId;

/// One record that is found as another.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MergedRow {
    /// The record that is no longer used.
    pub person_id: PersonId,
    /// The one that is found in its place.
    pub into_person_id: PersonId,
}

/// What moves with a learner. `$2` is the record that goes, `$3` the one that stays.
const MOVED: [&str; 12] = [
    "update learner_links set person_id = $3 where issuer_id = $1 and person_id = $2",
    "delete from guardian_links where issuer_id = $1 and person_id = $2 and person_id <> $3",
    "update merged_people set into_person_id = $3 where issuer_id = $1 and into_person_id = $2",
    // Whoever is in a program by one of the two is in it.
    "update program_learners set left_at = null where issuer_id = $1 and person_id = $3 \
     and exists (select 1 from program_learners o where o.issuer_id = $1 \
     and o.program_id = program_learners.program_id and o.person_id = $2 and o.left_at is null)",
    "update program_learners set person_id = $3 where issuer_id = $1 and person_id = $2 \
     and not exists (select 1 from program_learners o where o.issuer_id = $1 \
     and o.program_id = program_learners.program_id and o.person_id = $3)",
    "delete from program_learners where issuer_id = $1 and person_id = $2 and person_id <> $3",
    "update lab_learners set person_id = $3 where issuer_id = $1 and person_id = $2 \
     and not exists (select 1 from lab_learners o where o.issuer_id = $1 \
     and o.lab_id = lab_learners.lab_id and o.person_id = $3)",
    "delete from lab_learners where issuer_id = $1 and person_id = $2 and person_id <> $3",
    "update attempts set person_id = $3, edition = edition + 1 \
     where issuer_id = $1 and person_id = $2",
    "update credentials set person_id = $3 where issuer_id = $1 and person_id = $2",
    "update portfolios set person_id = $3 where issuer_id = $1 and person_id = $2",
    // Where both have a stack of one pathway, that of the record that stays is looked after.
    "update pathway_awards set person_id = $3 where issuer_id = $1 and person_id = $2 \
     and not exists (select 1 from pathway_awards o where o.issuer_id = $1 \
     and o.pathway_id = pathway_awards.pathway_id and o.person_id = $3)",
];

/// From then on the two are one recipient too; what both were given for the same occasion stays
/// two credentials.
const SAME_RECIPIENT: &str = "update credentials set recipient_hash = $3 \
     where issuer_id = $1 and recipient_hash = $2 and not exists (select 1 from credentials o \
     where o.issuer_id = $1 and o.recipient_hash = $3 \
     and o.achievement_id = credentials.achievement_id and o.issue_event = credentials.issue_event)";

impl Tenant<'_> {
    /// Makes two records one: everything of `from` becomes `into`'s. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if both have an attempt running at the same thing, or `from` was merged
    /// before.
    pub async fn merge_people(
        &mut self,
        (from, from_hash): (&PersonId, &[u8]),
        (into, into_hash): (&PersonId, &[u8]),
        at: Ts,
    ) -> Result<(), Error> {
        for statement in MOVED {
            self.write(statement)
                .bind(from.clone())
                .bind(into.clone())
                .run()
                .await?;
        }
        self.write(SAME_RECIPIENT)
            .bind(from_hash.to_vec())
            .bind(into_hash.to_vec())
            .run()
            .await?;
        self.write(
            "insert into merged_people (issuer_id, person_id, into_person_id, merged_at) \
             values ($1, $2, $3, $4)",
        )
        .bind(from.clone())
        .bind(into.clone())
        .bind(at)
        .run()
        .await?;
        Ok(())
    }

    /// Which of these records are found as others.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn merged(&mut self, people: &[PersonId]) -> Result<Vec<MergedRow>, Error> {
        self.read_in(
            "select person_id, into_person_id from merged_people \
             where issuer_id = $1 and person_id in",
            people,
        )
        .await
    }

    /// The records that are found as this one.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn merged_into(&mut self, person: &PersonId) -> Result<Vec<PersonId>, Error> {
        self.read(
            "select person_id from merged_people where issuer_id = $1 and into_person_id = $2 \
             order by person_id",
        )
        .bind(person.clone())
        .scalars()
        .await
    }
}
