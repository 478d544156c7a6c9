//! What waits while somebody signs in: a challenge to a passkey, or a visit to another provider. Each
//! is answered once.

use super::{Error, Ts, Tx};
use crate::ids::AccountId;

/// Something that waits to be answered.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SignInTry {
    /// SHA-256 of what the answer comes with: 32 bytes.
    pub token_hash: Vec<u8>,
    /// Whose new passkey it is for; `None`: for signing in.
    pub account_id: Option<AccountId>,
    /// What has to be known when the answer comes, in JSON.
    pub state: String,
    /// When it is too late for an answer.
    pub expires_at: Ts,
}

impl Tx {
    /// Adds a challenge. The tenant is nobody: who signs in has not said yet for whom.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn add_sign_in_try(&mut self, row: &SignInTry) -> Result<(), Error> {
        self.query(
            "insert into sign_in_tries (token_hash, account_id, state, expires_at) \
             values ($1, $2, $3, $4)",
        )
        .bind(row.token_hash.clone())
        .bind(row.account_id.clone())
        .bind(row.state.clone())
        .bind(row.expires_at)
        .run()
        .await?;
        Ok(())
    }

    /// Takes a challenge out: only one of two who try at once gets it.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn take_sign_in_try(&mut self, hash: &[u8]) -> Result<Option<SignInTry>, Error> {
        self.query(
            "delete from sign_in_tries where token_hash = $1 \
             returning token_hash, account_id, state, expires_at",
        )
        .bind(hash.to_vec())
        .opt()
        .await
    }

    /// Forgets the challenges that nobody answered in time.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_sign_in_tries(&mut self, now: Ts) -> Result<u64, Error> {
        self.query("delete from sign_in_tries where expires_at <= $1")
            .bind(now)
            .run()
            .await
    }
}
