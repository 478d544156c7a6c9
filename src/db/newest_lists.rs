//! Status lists of other issuers, and the newest of each that was ever read.

use super::{Db, Error, Ts};

#[derive(sqlx::FromRow)]
struct Newest {
    valid_from: Ts,
}

impl Db {
    /// Notes that the list at `url` was read at `at`, as it holds from `valid_from`: from when the
    /// newest one holds that was ever read there. Across organisations: lists of strangers.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn note_list(&self, url: &str, valid_from: Ts, at: Ts) -> Result<Ts, Error> {
        let known: Option<Newest> = self
            .read("select valid_from from newest_lists where url = $1")
            .bind(url.to_owned())
            .opt()
            .await?;
        if let Some(known) = known
            && known.valid_from >= valid_from
        {
            return Ok(known.valid_from);
        }
        self.write(
            "insert into newest_lists (url, valid_from, read_at) values ($1, $2, $3) \
             on conflict (url) do update set valid_from = excluded.valid_from, \
             read_at = excluded.read_at where newest_lists.valid_from < excluded.valid_from",
        )
        .bind(url.to_owned())
        .bind(valid_from)
        .bind(at)
        .run()
        .await?;
        Ok(valid_from)
    }

    /// Forgets lists that last got newer before `before`: how many.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_lists(&self, before: Ts) -> Result<u64, Error> {
        self.write("delete from newest_lists where read_at < $1")
            .bind(before)
            .run()
            .await
    }
}
