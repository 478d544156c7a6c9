//! Credentials with a mistake, and the ones that took their places.

use super::{Error, Tenant, Ts};
use crate::ids::CredentialId;

/// A credential whose place another one took.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SupersededRow {
    /// The one with the mistake.
    pub credential_id: CredentialId,
    /// The one that took its place.
    pub by_credential_id: CredentialId,
    /// When.
    pub superseded_at: Ts,
}

impl Tenant<'_> {
    /// Says that a credential took another one's place, also in portfolios. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if another one did before; [`Error::Missing`] if one of the two is not
    /// this organisation's.
    pub async fn supersede(&mut self, row: &SupersededRow) -> Result<(), Error> {
        self.write(
            "insert into superseded (issuer_id, credential_id, by_credential_id, superseded_at) \
             values ($1, $2, $3, $4)",
        )
        .bind(row.credential_id.clone())
        .bind(row.by_credential_id.clone())
        .bind(row.superseded_at)
        .run()
        .await?;
        // Where the old one is shown, the new one is.
        self.write(
            "update portfolio_members set credential_id = $3 \
             where issuer_id = $1 and credential_id = $2",
        )
        .bind(row.credential_id.clone())
        .bind(row.by_credential_id.clone())
        .run()
        .await?;
        Ok(())
    }

    /// What took a credential's place.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn superseded(&mut self, id: &CredentialId) -> Result<Option<SupersededRow>, Error> {
        self.read(
            "select credential_id, by_credential_id, superseded_at from superseded \
             where issuer_id = $1 and credential_id = $2",
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// What took the places of those of these credentials that were corrected, in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn superseded_among(
        &mut self,
        ids: &[CredentialId],
    ) -> Result<Vec<SupersededRow>, Error> {
        self.read_in(
            "select credential_id, by_credential_id, superseded_at from superseded \
             where issuer_id = $1 and credential_id in",
            ids,
        )
        .await
    }

    /// Whose place a credential took.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn supersedes(&mut self, id: &CredentialId) -> Result<Option<SupersededRow>, Error> {
        self.read(
            "select credential_id, by_credential_id, superseded_at from superseded \
             where issuer_id = $1 and by_credential_id = $2",
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// Those of these credentials that took another one's place.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn superseding(&mut self, ids: &[CredentialId]) -> Result<Vec<SupersededRow>, Error> {
        self.read_in(
            "select credential_id, by_credential_id, superseded_at from superseded \
             where issuer_id = $1 and by_credential_id in",
            ids,
        )
        .await
    }
}
