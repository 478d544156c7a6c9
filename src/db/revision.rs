//! Whether anything that public answers depend on has changed: one cheap question for all of them.

use super::{Db, Error, Tenant, issuers::one};

/// How much has changed. Two that are equal were read with nothing changed in between; an order
/// they have not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Revision {
    /// Changes of status, of all lists.
    pub statuses: i64,
    /// Changes of organisations, their keys and their people.
    pub issuers: i64,
    /// How many keys there are, of organisations and for receipts: none is ever deleted.
    pub keys: i64,
}

impl Db {
    /// How much has changed by now. Across organisations: an answer from memory may be about any.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn revision(&self) -> Result<Revision, Error> {
        let found = self.read(
            "select (select cast(coalesce(sum(changes), 0) as bigint) from status_lists) as statuses, \
             (select cast(coalesce(sum(revision), 0) as bigint) from issuers) as issuers, \
             (select count(*) from issuer_keys) + (select count(*) from receipt_keys) as keys",
        );
        found.opt().await?.ok_or(Error::NoRow)
    }
}

impl Tenant<'_> {
    /// Counts a change that public answers of this organisation depend on.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such organisation.
    pub(super) async fn revise(&mut self) -> Result<(), Error> {
        let rows = self
            .write("update issuers set revision = revision + 1 where issuer_id = $1")
            .run()
            .await?;
        one(rows)
    }
}
