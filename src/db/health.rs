//! Whether the store answers, and whether it is whole.

use super::{Db, Error};

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

    /// Looks through the whole store for damage: one sentence for each place, none if it is
    /// whole. It reads everything, so it takes time.
    ///
    /// # Errors
    /// [`Error`] if the store could not answer.
    pub async fn damage(&self) -> Result<Vec<String>, Error> {
        match self {
            // Only SQLite can look at its own pages in a statement; a Postgres cluster has
            // pg_checksums and pg_amcheck for that.
            Db::Postgres { .. } => Ok(Vec::new()),
            Db::Sqlite { .. } => {
                let found: Vec<String> = self.read("pragma integrity_check").scalars().await?;
                Ok(found.into_iter().filter(|line| line != "ok").collect())
            }
        }
    }
}
