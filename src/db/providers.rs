//! Where members of an organisation may sign in from instead.

use super::{Error, Tenant, Ts, issuers::one};
use crate::ids::{IssuerId, ProviderId};

/// A sign-in provider (OpenID Connect).
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ProviderRow {
    /// The organisation that named it.
    pub issuer_id: IssuerId,
    /// Which one it is.
    pub provider_id: ProviderId,
    /// What the button says.
    pub name: String,
    /// The issuer's address.
    pub address: String,
    /// The name that we have there.
    pub client_id: String,
    /// The secret that we were given there, under the key-encryption key.
    pub secret_sealed: Option<Vec<u8>>,
    /// Which key-encryption key sealed it.
    pub kek_id: String,
    /// When it was named.
    pub created_at: Ts,
}

impl Tenant<'_> {
    /// Adds a provider; `row.issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn add_provider(&mut self, row: &ProviderRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into sign_in_providers (issuer_id, provider_id, name, address, client_id, \
             secret_sealed, kek_id, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.provider_id.clone())
        .bind(row.name.clone())
        .bind(row.address.clone())
        .bind(row.client_id.clone())
        .bind(row.secret_sealed.clone())
        .bind(row.kek_id.clone())
        .bind(row.created_at)
        .run()
        .await?;
        Ok(())
    }

    /// The providers, by name.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn providers(&mut self) -> Result<Vec<ProviderRow>, Error> {
        self.read(
            "select issuer_id, provider_id, name, address, client_id, secret_sealed, kek_id, \
             created_at from sign_in_providers where issuer_id = $1 \
             order by lower(name), provider_id",
        )
        .all()
        .await
    }

    /// The provider with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn provider(&mut self, id: &ProviderId) -> Result<Option<ProviderRow>, Error> {
        self.read(
            "select issuer_id, provider_id, name, address, client_id, secret_sealed, kek_id, \
             created_at from sign_in_providers where issuer_id = $1 and provider_id = $2",
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// Removes a provider, and ends the sessions that began with it. Use a transaction.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such provider.
    pub async fn remove_provider(&mut self, id: &ProviderId) -> Result<(), Error> {
        self.write("delete from sessions where issuer_id = $1 and provider_id = $2")
            .bind(id.clone())
            .run()
            .await?;
        let rows = self
            .write("delete from sign_in_providers where issuer_id = $1 and provider_id = $2")
            .bind(id.clone())
            .run()
            .await?;
        one(rows)
    }
}
