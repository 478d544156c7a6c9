//! The parts of a batch, credentials that were promised together: how many came out, and how.

use super::{Error, Tenant, Ts};
use crate::ids::{CredentialId, JobId};

impl Tenant<'_> {
    /// How many parts of such work somebody began after `then` for which nobody else was asked:
    /// its `details` say nothing. What was cancelled does not count. The work was put down together
    /// with a line of the audit log about it.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn parts_alone(
        &mut self,
        kind: &str,
        principal: &str,
        then: Ts,
    ) -> Result<i64, Error> {
        let counts: Vec<i64> = self
            .read(
                "select cast(coalesce(sum(j.total - j.cancelled), 0) as bigint) from jobs j \
                 where j.issuer_id = $1 and j.kind = $2 and j.created_at > $4 \
                 and j.details = '{}' and exists (select 1 from audit a \
                 where a.issuer_id = j.issuer_id and a.subject = j.job_id and a.at = j.created_at \
                 and coalesce(a.on_behalf, a.actor) = $3)",
            )
            .bind(kind.to_owned())
            .bind(principal.to_owned())
            .bind(then)
            .scalars()
            .await?;
        Ok(counts.first().copied().unwrap_or_default())
    }

    /// Counts parts that came out, in the transaction that makes them so; a step further, the
    /// tries begin anew. Without such work nothing happens.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn count_job(&mut self, id: &str, done: i64, failed: i64) -> Result<(), Error> {
        self.write(
            "update jobs set done = done + $3, failed = failed + $4, attempts = 0 \
             where issuer_id = $1 and job_id = $2",
        )
        .bind(id.to_owned())
        .bind(done)
        .bind(failed)
        .run()
        .await
        .map(|_| ())
    }

    /// Gives up every part of a batch that is not signed: how many. What is `free` may be promised
    /// to the same people again.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn give_up_batch(
        &mut self,
        batch: &JobId,
        problem: &str,
        free: bool,
    ) -> Result<i64, Error> {
        let sql = if free {
            "update credentials set state = 'failed', problem = $3, recipient_hash = null, \
             order_sealed = null where issuer_id = $1 and batch = $2 and state = 'pending'"
        } else {
            "update credentials set state = 'failed', problem = $3 \
             where issuer_id = $1 and batch = $2 and state = 'pending'"
        };
        let rows = self.write(sql).bind(batch.clone()).bind(problem.to_owned());
        Ok(i64::try_from(rows.run().await?).unwrap_or(i64::MAX))
    }

    /// Some credentials of a batch that came out, first those that failed: each with why, if so.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn batch_parts(
        &mut self,
        batch: &JobId,
        limit: i64,
    ) -> Result<Vec<(CredentialId, Option<String>)>, Error> {
        let mut parts: Vec<(CredentialId, Option<String>)> = Vec::new();
        // Two questions, each of which stops when it has enough: one that sorts would read all.
        for state in ["failed", "issued"] {
            let room = limit - i64::try_from(parts.len()).unwrap_or(limit);
            let found = self
                .read(
                    "select credential_id, problem from credentials \
                     where issuer_id = $1 and batch = $2 and state = $3 limit $4",
                )
                .bind(batch.clone())
                .bind(state.to_owned())
                .bind(room)
                .all()
                .await?;
            parts.extend::<Vec<_>>(found);
        }
        Ok(parts)
    }
}
