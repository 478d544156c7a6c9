//! Which web addresses were proven, and when it was last looked.

use super::{Db, Error, Tenant, Ts, issuers::one, plain::words};
use crate::ids::IssuerId;

words! {
    /// Where the proof of a web address was found.
    DomainWay, "way to prove a domain" {
        /// In a TXT record.
        Dns = "dns",
        /// In a file under `/.well-known/`.
        File = "file",
    }
}

/// What is known of a web address that was proven once.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DomainCheckRow {
    /// The host that was proven.
    pub host: String,
    /// Where the proof was last found.
    pub way: DomainWay,
    /// The last look, whatever it found.
    pub checked_at: Ts,
    /// Looks in a row that found nothing.
    pub failures: i64,
    /// The first of them.
    pub failing_since: Option<Ts>,
}

#[derive(sqlx::FromRow)]
struct Due {
    issuer_id: IssuerId,
}

impl Tenant<'_> {
    /// What is known of the organisation's web address; `None` if it was never proven.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn domain_check(&mut self) -> Result<Option<DomainCheckRow>, Error> {
        self.read(
            "select host, way, checked_at, failures, failing_since from domain_checks \
             where issuer_id = $1",
        )
        .opt()
        .await
    }

    /// Notes that the proof was found at `at`. In a transaction with
    /// [`set_domain_proven`](Tenant::set_domain_proven).
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn note_domain_found(
        &mut self,
        host: &str,
        way: DomainWay,
        at: Ts,
    ) -> Result<(), Error> {
        self.write(
            "insert into domain_checks (issuer_id, host, way, checked_at, failures) \
             values ($1, $2, $3, $4, 0) on conflict (issuer_id) do update set \
             host = excluded.host, way = excluded.way, checked_at = excluded.checked_at, \
             failures = 0, failing_since = null",
        )
        .bind(host.to_owned())
        .bind(way)
        .bind(at)
        .run()
        .await?;
        Ok(())
    }

    /// Notes that nothing was found at `at`.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it was never proven.
    pub async fn note_domain_lost(&mut self, at: Ts) -> Result<(), Error> {
        let rows = self
            .write(
                "update domain_checks set checked_at = $2, failures = failures + 1, \
                 failing_since = coalesce(failing_since, $2) where issuer_id = $1",
            )
            .bind(at)
            .run()
            .await?;
        one(rows)
    }
}

impl Db {
    /// Organisations whose web address was once proven and last looked at no later than `before`,
    /// the longest waiting first. Across organisations: for the rounds.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn domains_due(&self, before: Ts, limit: i64) -> Result<Vec<IssuerId>, Error> {
        let due: Vec<Due> = self
            .read(
                "select issuer_id from domain_checks where checked_at <= $1 \
                 order by checked_at, issuer_id limit $2",
            )
            .bind(before)
            .bind(limit)
            .all()
            .await?;
        Ok(due.into_iter().map(|due| due.issuer_id).collect())
    }
}
