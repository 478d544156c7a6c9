//! How many credentials an organisation promised on a day.

use super::{Error, Tenant};

impl Tenant<'_> {
    /// Counts `more` credentials as promised on this day (as `2026-03-01`): how many that makes. Use
    /// the transaction of the promise: what is not promised is not counted.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn count_promised(&mut self, day: &str, more: i64) -> Result<i64, Error> {
        let counted: Vec<i64> = self
            .write(
                "insert into issue_days (issuer_id, day, promised) values ($1, $2, $3) \
                 on conflict (issuer_id, day) \
                 do update set promised = issue_days.promised + excluded.promised \
                 returning promised",
            )
            .bind(day.to_owned())
            .bind(more)
            .scalars()
            .await?;
        counted.into_iter().next().ok_or(Error::NoRow)
    }
}
