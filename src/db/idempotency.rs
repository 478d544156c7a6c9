//! Answers given under an `Idempotency-Key`.

use super::{Db, Error, Tenant, Ts, issuers::one};

/// What is known about a key when a request arrives with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Never seen: answer, and [`Tenant::keep_answer`] in the same transaction.
    New,
    /// The same request is being answered by somebody else, or was cut off.
    InProgress,
    /// The same request was answered: with this status and these bytes.
    Answered {
        /// The HTTP status.
        status: i64,
        /// The body, byte for byte.
        body: Vec<u8>,
    },
    /// The key came with another request before.
    Reused,
}

#[derive(sqlx::FromRow)]
struct Kept {
    request_hash: Vec<u8>,
    response_status: Option<i64>,
    response_body: Option<Vec<u8>>,
}

impl Tenant<'_> {
    /// Claims a key for a request, both as SHA-256. In a transaction the second of two requests
    /// at once waits here until the first has ended, and then gets its answer.
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
        let kept: Option<Kept> = self
            .read(
                "select request_hash, response_status, response_body from idempotency \
                 where issuer_id = $1 and key_hash = $2",
            )
            .bind(key_hash.to_vec())
            .opt()
            .await?;
        Ok(match kept {
            Some(kept) if kept.request_hash != request_hash => Claim::Reused,
            Some(Kept {
                response_status: Some(status),
                response_body: Some(body),
                ..
            }) => Claim::Answered { status, body },
            _ => Claim::InProgress,
        })
    }

    /// Keeps the answer given under a claimed key.
    ///
    /// # Errors
    /// [`Error::NoRow`] if the key was not claimed or has its answer.
    pub async fn keep_answer(
        &mut self,
        key_hash: &[u8],
        status: i64,
        body: &[u8],
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update idempotency set response_status = $3, response_body = $4 \
                 where issuer_id = $1 and key_hash = $2 and response_status is null",
            )
            .bind(key_hash.to_vec())
            .bind(status)
            .bind(body.to_vec())
            .run()
            .await?;
        one(rows)
    }

    /// Gives a claimed key back, so that the request may be tried again.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn release_claim(&mut self, key_hash: &[u8]) -> Result<(), Error> {
        self.write(
            "delete from idempotency \
             where issuer_id = $1 and key_hash = $2 and response_status is null",
        )
        .bind(key_hash.to_vec())
        .run()
        .await?;
        Ok(())
    }
}

impl Db {
    /// Forgets the keys that came before `then`, with their answers: how many. Across
    /// organisations: for the round that keeps what the privacy page promises.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_answers(&self, then: Ts) -> Result<u64, Error> {
        self.write("delete from idempotency where created_at < $1")
            .bind(then)
            .run()
            .await
    }
}
