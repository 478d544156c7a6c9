//! Guesses at passwords, codes and links, counted before they are looked at: of many at once, no
//! more than there are left are looked at.
//!
//! What is guessed about somebody is counted in the database ([`guess`]); whose address it came from
//! is written down nowhere, so that is counted by each process for itself.

use std::net::IpAddr;

use crate::{
    web::{Site, error::WebError},
    who::{self, guess},
};

/// A guess that was counted.
pub(crate) struct Guess<'s> {
    site: &'s Site,
    from: Option<IpAddr>,
    about: Option<Vec<u8>>,
}

impl<'s> Guess<'s> {
    /// Counts a guess from an address, and about somebody.
    ///
    /// # Errors
    /// 429 with the seconds until there is one again.
    pub(crate) async fn count(
        site: &'s Site,
        from: Option<IpAddr>,
        about: Option<Vec<u8>>,
    ) -> Result<Guess<'s>, WebError> {
        if let Some(from) = from {
            site.limits().guessers.take(from, site.now())?;
        }
        let guess = Guess { site, from, about };
        if let Some(about) = &guess.about
            && let Err(refused) = guess::take(site.app(), about).await
        {
            guess.give_the_address_back();
            return Err(refused.into());
        }
        Ok(guess)
    }

    /// Counts it no more unless it was wrong: what was right costs nothing, and neither does what
    /// nobody looked at.
    pub(crate) async fn ended<T>(self, tried: &Result<T, who::Error>) {
        if matches!(tried, Err(who::Error::Wrong | who::Error::NotFound(_))) {
            return;
        }
        self.give_the_address_back();
        if let Some(about) = &self.about
            && let Err(cause) = guess::give_back(self.site.app(), about).await
        {
            tracing::warn!(%cause, "a guess that was right stays counted");
        }
    }

    /// As [`Guess::ended`], of a link: one that never was any is wrong.
    pub(crate) async fn was_a_link(self, was_one: bool) {
        let tried = match was_one {
            true => Ok(()),
            false => Err(who::Error::NotFound("link")),
        };
        self.ended(&tried).await;
    }

    fn give_the_address_back(&self) {
        if let Some(from) = self.from {
            self.site.limits().guessers.give_back(&from);
        }
    }
}
