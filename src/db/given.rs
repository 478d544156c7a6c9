//! Credentials that others wrote and an organisation only signed: which status places are theirs.

use super::{Error, Tenant, Ts};
use crate::ids::{CredentialId, IssuerId};

/// One status place of a credential that was only signed here.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GivenEntryRow {
    /// Who signed it.
    pub issuer_id: IssuerId,
    /// SHA-256 of the credential's own id: 32 bytes.
    pub given_hash: Vec<u8>,
    /// `revocation` or `suspension`.
    pub purpose: String,
    /// The name of its row in the status entries.
    pub credential_id: CredentialId,
    /// When it was given out.
    pub created_at: Ts,
}

impl Tenant<'_> {
    /// Notes a status place; `row.issuer_id` must be the handle's. Use the transaction in which
    /// the place was taken.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the credential has a place for this purpose.
    pub async fn add_given_entry(&mut self, row: &GivenEntryRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into given_entries (issuer_id, given_hash, purpose, credential_id, created_at) \
             values ($1, $2, $3, $4, $5)",
        )
        .bind(row.given_hash.clone())
        .bind(row.purpose.clone())
        .bind(row.credential_id.clone())
        .bind(row.created_at)
        .run()
        .await?;
        Ok(())
    }

    /// The status place of a credential for one purpose.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn given_entry(
        &mut self,
        given_hash: &[u8],
        purpose: &str,
    ) -> Result<Option<GivenEntryRow>, Error> {
        self.read(
            "select issuer_id, given_hash, purpose, credential_id, created_at \
             from given_entries where issuer_id = $1 and given_hash = $2 and purpose = $3",
        )
        .bind(given_hash.to_vec())
        .bind(purpose.to_owned())
        .opt()
        .await
    }
}
