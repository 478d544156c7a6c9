//! Wrong passwords and codes, counted by whom they were for.

use super::{Db, Error};

/// How often somebody may guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuessRate {
    /// How many at once.
    pub burst: i64,
    /// After how many seconds there is one more.
    pub every: i64,
}

impl Db {
    /// Takes one guess about somebody; the answer is the seconds to wait if there was none. Of many
    /// at once, no more than there are get one.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn take_guess(
        &self,
        about: &[u8],
        rate: GuessRate,
        now: i64,
    ) -> Result<Result<(), i64>, Error> {
        let last = now + (rate.burst - 1) * rate.every;
        let taken = self
            .write(
                "insert into guesses (about, until) values ($1, $2) \
                 on conflict (about) do update set until = $3 + \
                 case when guesses.until > $4 then guesses.until else $4 end \
                 where guesses.until <= $5",
            )
            .bind(about.to_vec())
            .bind(now + rate.every)
            .bind(rate.every)
            .bind(now)
            .bind(last)
            .run()
            .await?;
        if taken > 0 {
            return Ok(Ok(()));
        }
        // From the place that decides, not from a replica of it.
        let mut tx = self.begin().await?;
        let until: Vec<i64> = tx
            .query("select until from guesses where about = $1")
            .bind(about.to_vec())
            .scalars()
            .await?;
        let until = until.first().copied().unwrap_or(last);
        Ok(Err((until - last).max(1)))
    }

    /// Gives a guess back that was none.
    ///
    /// # Errors
    /// [`Error`] if the database could not do it.
    pub async fn give_guess_back(&self, about: &[u8], rate: GuessRate) -> Result<(), Error> {
        self.write("update guesses set until = until - $2 where about = $1")
            .bind(about.to_vec())
            .bind(rate.every)
            .run()
            .await?;
        Ok(())
    }

    /// Forgets whom nobody has guessed about lately.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_guesses(&self, now: i64) -> Result<u64, Error> {
        self.write("delete from guesses where until <= $1")
            .bind(now)
            .run()
            .await
    }
}
