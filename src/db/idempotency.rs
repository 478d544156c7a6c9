//! The `Idempotency-Key`s that requests came with.
//!
//! No answer is kept: what a request made is made once (the natural key of `credentials`), and what
//! was signed is stored byte for byte, so the same request finds the same bytes there.

use super::{Db, Error, Tenant, Ts};

/// What is known about a key when a request arrives with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Never seen.
    New,
    /// It came with the same request before.
    Again,
    /// It came with another request before.
    Reused,
}

impl Tenant<'_> {
    /// Claims a key for a request, both as SHA-256. In a transaction the second of two requests
    /// at once waits here until the first has ended.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn claim(
        &mut self,
        key_hash: &[u8],
        request_hash: &[u8],
        at: Ts,
    ) -> Result<Claim, Error> {
        let rows = self
            .write(
                "insert into idempotency (issuer_id, key_hash, request_hash, created_at) \
                 values ($1, $2, $3, $4) on conflict (issuer_id, key_hash) do nothing",
            )
            .bind(key_hash.to_vec())
            .bind(request_hash.to_vec())
            .bind(at)
            .run()
            .await?;
        if rows == 1 {
            return Ok(Claim::New);
        }
        let before: Vec<Vec<u8>> = self
            .read("select request_hash from idempotency where issuer_id = $1 and key_hash = $2")
            .bind(key_hash.to_vec())
            .scalars()
            .await?;
        // One that was forgotten at this very moment was this request's as well as any other's.
        let same = before.iter().all(|before| before == request_hash);
        Ok(if same { Claim::Again } else { Claim::Reused })
    }
}

impl Db {
    /// Forgets the keys that came before `then`: how many. Across
    /// organisations: for the round that keeps what the privacy page promises.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_requests(&self, then: Ts) -> Result<u64, Error> {
        self.write("delete from idempotency where created_at < $1")
            .bind(then)
            .run()
            .await
    }
}
