//! Whether the store answers, and whether it is whole.

use super::{Db, Error, Tenant, Ts};
use crate::ids::StatusListId;

/// What an organisation promised and has not signed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Unfinished {
    /// How many credentials are still to be signed.
    pub pending: i64,
    /// When the oldest of them was promised.
    pub oldest: Option<Ts>,
    /// How many were given up.
    pub failed: i64,
    /// Why one of them was; nothing of a person.
    pub problem: Option<String>,
}

impl Tenant<'_> {
    /// What this organisation promised and has not signed.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn unfinished(&mut self) -> Result<Unfinished, Error> {
        let found = self
            .read(
                "select count(*) filter (where state = 'pending') as pending, \
                 min(case when state = 'pending' then proof_created end) as oldest, \
                 count(*) filter (where state = 'failed') as failed, \
                 max(problem) as problem \
                 from credentials where issuer_id = $1 and state <> 'issued'",
            )
            .opt()
            .await?;
        found.ok_or(Error::NoRow)
    }

    /// When the first of the bits that are set was set, of those set at `since` or later.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn first_bit_since(
        &mut self,
        list: &StatusListId,
        since: Ts,
    ) -> Result<Option<Ts>, Error> {
        let found: Vec<Ts> = self
            .read(
                "select changed_at from status_entries where issuer_id = $1 \
                 and status_list_id = $2 and state <> 'ok' and changed_at >= $3 \
                 order by changed_at limit 1",
            )
            .bind(list.clone())
            .bind(since)
            .scalars()
            .await?;
        Ok(found.into_iter().next())
    }
}

impl Db {
    /// Asks the store for an answer, any answer.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like if it does not answer.
    pub async fn ping(&self) -> Result<(), Error> {
        self.read("select cast(1 as bigint)")
            .scalars::<i64>()
            .await
            .map(|_| ())
    }

    /// In which ways the server's own log may write down what stands in rows (threat J2): one
    /// sentence for each, none if it is discreet. SQLite has no log.
    ///
    /// # Errors
    /// [`Error`] if the store could not answer.
    pub async fn talkative(&self) -> Result<Vec<String>, Error> {
        if let Db::Sqlite { .. } = self {
            return Ok(Vec::new());
        }
        // Only Postgres has these settings.
        let verbose = "select name from pg_settings where name = 'log_error_verbosity' and setting <> 'terse'";
        let values = "select name from pg_settings where name = 'log_parameter_max_length' \
             and setting <> '0' and exists (select 1 from pg_settings s where \
             (s.name = 'log_statement' and s.setting <> 'none') \
             or (s.name in ('log_min_duration_statement', 'log_min_duration_sample') and s.setting <> '-1') \
             or (s.name = 'log_transaction_sample_rate' and s.setting <> '0'))";
        let mut found = Vec::new();
        for (question, wish) in [
            (verbose, "it quotes a row that it refuses; set it to terse"),
            (values, "it quotes the values of statements; set it to 0"),
        ] {
            let names: Vec<String> = self.read(question).scalars().await?;
            found.extend(names.iter().map(|name| format!("{name}: {wish}")));
        }
        Ok(found)
    }

    /// Looks through the whole store for damage: one sentence for each place, none if it is
    /// whole. It reads everything, so it takes time.
    ///
    /// # Errors
    /// [`Error`] if the store could not answer.
    pub async fn damage(&self) -> Result<Vec<String>, Error> {
        match self {
            // Only SQLite can look at its own pages in a statement; a Postgres cluster has
            // pg_checksums and pg_amcheck for that.
            // A connection that only reads does not know the checks of a table: a row that breaks
            // one is not found, pages and indexes are.
            Db::Postgres { .. } => Ok(Vec::new()),
            Db::Sqlite { .. } => {
                let found: Vec<String> = self.read("pragma integrity_check").scalars().await?;
                Ok(found.into_iter().filter(|line| line != "ok").collect())
            }
        }
    }
}
