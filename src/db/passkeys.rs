//! Passkeys: public keys that people sign in with.

use super::{Db, Error, Ts, Tx, issuers::one};
use crate::ids::AccountId;

/// A passkey of an account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PasskeyRow {
    /// Whose it is.
    pub account_id: AccountId,
    /// The id that its authenticator chose, in base64url.
    pub passkey_id: String,
    /// What its owner calls it.
    pub name: String,
    /// The public key and its counter, in JSON.
    pub document: String,
    /// When it was made.
    pub created_at: Ts,
    /// When somebody last signed in with it.
    pub used_at: Option<Ts>,
}

impl Db {
    /// The passkeys of an account, oldest first. The tenant is nobody.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn passkeys(&self, account: &AccountId) -> Result<Vec<PasskeyRow>, Error> {
        self.read(
            "select account_id, passkey_id, name, document, created_at, used_at from passkeys \
             where account_id = $1 order by created_at, passkey_id",
        )
        .bind(account.clone())
        .all()
        .await
    }

    /// The passkey with this id. The tenant is nobody: it is the passkey that says who it is.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn passkey(&self, id: &str) -> Result<Option<PasskeyRow>, Error> {
        self.read(
            "select account_id, passkey_id, name, document, created_at, used_at from passkeys \
             where passkey_id = $1",
        )
        .bind(id.to_owned())
        .opt()
        .await
    }
}

impl Tx {
    /// Adds a passkey.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if it is known already.
    pub async fn add_passkey(&mut self, row: &PasskeyRow) -> Result<(), Error> {
        self.query(
            "insert into passkeys (account_id, passkey_id, name, document, created_at, used_at) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(row.account_id.clone())
        .bind(row.passkey_id.clone())
        .bind(row.name.clone())
        .bind(row.document.clone())
        .bind(row.created_at)
        .bind(row.used_at)
        .run()
        .await?;
        Ok(())
    }

    /// Notes that somebody signed in with a passkey, whose counter has moved.
    ///
    /// # Errors
    /// [`Error::NoRow`] if the account has no such passkey.
    pub async fn use_passkey(
        &mut self,
        account: &AccountId,
        id: &str,
        document: &str,
        at: Ts,
    ) -> Result<(), Error> {
        let rows = self
            .query(
                "update passkeys set document = $3, used_at = $4 \
                 where account_id = $1 and passkey_id = $2",
            )
            .bind(account.clone())
            .bind(id.to_owned())
            .bind(document.to_owned())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// Removes a passkey.
    ///
    /// # Errors
    /// [`Error::NoRow`] if the account has no such passkey.
    pub async fn remove_passkey(&mut self, account: &AccountId, id: &str) -> Result<(), Error> {
        let rows = self
            .query("delete from passkeys where account_id = $1 and passkey_id = $2")
            .bind(account.clone())
            .bind(id.to_owned())
            .run()
            .await?;
        one(rows)
    }

    /// Removes every passkey of an account.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn remove_passkeys(&mut self, account: &AccountId) -> Result<(), Error> {
        self.query("delete from passkeys where account_id = $1")
            .bind(account.clone())
            .run()
            .await?;
        Ok(())
    }
}
