//! Guessing at passwords and codes: counted in the database, so that every process counts alike, and
//! before it is looked at, so that many at once are as many.

use super::Error;
use crate::app::App;
use crate::db::GuessRate;

/// Wrong passwords and codes for one account, from wherever they come: ten at once, then twenty an
/// hour.
pub const RATE: GuessRate = GuessRate {
    burst: 10,
    every: 180,
};

/// Takes one guess about somebody, before it is looked at. What was right is given back.
///
/// # Errors
/// [`Error::TooOften`] if there is none left.
pub async fn take(app: &App, about: &[u8]) -> Result<(), Error> {
    let now = app.now().as_second();
    let taken = app.db.take_guess(about, RATE, now).await?;
    taken.map_err(|seconds| Error::TooOften(u32::try_from(seconds).unwrap_or(u32::MAX)))
}

/// Letters with a way in again, to one address: three at once, then three an hour.
const LETTERS: GuessRate = GuessRate {
    burst: 3,
    every: 1_200,
};

/// Takes one letter with a way in again to an address, known or not: nobody's mailbox is filled by
/// others, and nobody learns by it who is known.
///
/// # Errors
/// [`Error::TooOften`] if there is none left.
pub async fn take_letter(app: &App, address: &str) -> Result<(), Error> {
    let about = app
        .custody
        .account_hash(&format!("letter|{}", address.trim()))?;
    let now = app.now().as_second();
    let taken = app.db.take_guess(&about, LETTERS, now).await?;
    taken.map_err(|seconds| Error::TooOften(u32::try_from(seconds).unwrap_or(u32::MAX)))
}

/// Gives a guess back: it was right, or nobody looked at it.
///
/// # Errors
/// [`Error::Db`].
pub async fn give_back(app: &App, about: &[u8]) -> Result<(), Error> {
    Ok(app.db.give_guess_back(about, RATE).await?)
}
