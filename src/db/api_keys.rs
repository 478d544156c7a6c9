//! Secrets that programs show: only their hash is here.

use super::{Db, Error, Tenant, Ts, issuers::one};
use crate::ids::{ApiKeyId, IssuerId};

/// An API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiKeyRow {
    /// The organisation it speaks for.
    pub issuer_id: IssuerId,
    /// Which key it is.
    pub api_key_id: ApiKeyId,
    /// What the organisation calls it.
    pub name: String,
    /// SHA-256 of the secret: 32 bytes.
    pub secret_hash: Vec<u8>,
    /// What it may do: words with a space between.
    pub scopes: String,
    /// When it was made.
    pub created_at: Ts,
    /// When it stops working by itself.
    pub expires_at: Option<Ts>,
    /// When it was taken back.
    pub revoked_at: Option<Ts>,
    /// The member who made it, or the key of nobody through which it was made; `None`: the operator.
    pub made_by: Option<String>,
    /// The key through which it was made, if it was.
    pub made_with: Option<ApiKeyId>,
}

impl Tenant<'_> {
    /// Adds an API key; `row.issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the secret or the id is in use.
    pub async fn add_api_key(&mut self, row: &ApiKeyRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into api_keys (issuer_id, api_key_id, name, secret_hash, scopes, created_at, \
             expires_at, revoked_at, made_by, made_with) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(row.api_key_id.clone())
        .bind(row.name.clone())
        .bind(row.secret_hash.clone())
        .bind(row.scopes.clone())
        .bind(row.created_at)
        .bind(row.expires_at)
        .bind(row.revoked_at)
        .bind(row.made_by.clone())
        .bind(row.made_with.clone())
        .run()
        .await?;
        Ok(())
    }

    /// All API keys, oldest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn api_keys(&mut self) -> Result<Vec<ApiKeyRow>, Error> {
        self.read(
            "select issuer_id, api_key_id, name, secret_hash, scopes, created_at, expires_at, \
             revoked_at, made_by, made_with from api_keys where issuer_id = $1 \
             order by created_at, api_key_id",
        )
        .all()
        .await
    }

    /// Takes an API key back.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such key or it was taken back before.
    pub async fn revoke_api_key(&mut self, id: &ApiKeyId, at: Ts) -> Result<(), Error> {
        let rows = self
            .write(
                "update api_keys set revoked_at = $3 \
                 where issuer_id = $1 and api_key_id = $2 and revoked_at is null",
            )
            .bind(id.clone())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// Takes back every API key that somebody made: which.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn revoke_keys_of(&mut self, maker: &str, at: Ts) -> Result<Vec<ApiKeyId>, Error> {
        self.write(
            "update api_keys set revoked_at = $3 \
             where issuer_id = $1 and made_by = $2 and revoked_at is null returning api_key_id",
        )
        .bind(maker.to_owned())
        .bind(at)
        .scalars()
        .await
    }
}

impl Db {
    /// The API key whose secret has this SHA-256, also if it has expired or was taken back.
    /// Across organisations: it is the secret that says which one is asking.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn api_key_by_hash(&self, secret_hash: &[u8]) -> Result<Option<ApiKeyRow>, Error> {
        self.read(
            "select issuer_id, api_key_id, name, secret_hash, scopes, created_at, expires_at, \
             revoked_at, made_by, made_with from api_keys where secret_hash = $1",
        )
        .bind(secret_hash.to_vec())
        .opt()
        .await
    }
}
