//! Passwords: Argon2id, and how many of them are worked on at once.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::{Error, Fault};
use crate::clock::{Chance, random};

/// Fewest characters (NIST SP 800-63B-4 §3.1.1.2: 15 where it is the only factor, 8 at the least).
pub(super) const FEWEST: usize = 12;
/// Most characters: more is no mistake of anybody's.
const MOST: usize = 256;

/// How many passwords are worked on at once: each takes 19 MiB and a core.
const AT_WORK: usize = 2;
/// How many more may wait for that; whoever comes then is asked to come again.
const WAITING: usize = 24;

/// What is verified when there is no account or no password, so that it takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2tpbGxtYXJrLW5vYm9keQ$3jLBkCyh2rK4M3wUOGmoH31CbeXP/PY3XdESjgCwPX4";

/// Where everybody queues whose password is to be looked at. Held by the entrance.
#[derive(Debug, Clone)]
pub struct Door {
    queue: Arc<Semaphore>,
    work: Arc<Semaphore>,
}

impl Default for Door {
    fn default() -> Door {
        Door {
            queue: Arc::new(Semaphore::new(AT_WORK + WAITING)),
            work: Arc::new(Semaphore::new(AT_WORK)),
        }
    }
}

impl Door {
    /// Runs work on a password in turn, away from the threads that answer. Its place is taken until
    /// it is done, also when whoever asked has gone.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wait already (K4).
    async fn through<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let place = self.queue.clone().try_acquire_owned();
        let place = place.map_err(|_| Error::Busy)?;
        let turn = self.work.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Error::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _held = (place, turn);
            work()
        });
        done.await
            .map_err(|_| Error::Internal("work on a password panicked".to_owned()))
    }

    /// The password as it is kept: a PHC string.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub(super) async fn keep(&self, password: &str, chance: &dyn Chance) -> Result<String, Error> {
        let salt: [u8; 16] = random(chance);
        let password = Zeroizing::new(password.to_owned());
        let made = self.through(move || {
            let made = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            made.map(|phc| phc.to_string())
        });
        made.await?
            .map_err(|_| Error::Internal("a password could not be kept".to_owned()))
    }

    /// Whether this is the password that is kept. Without one it is not, and takes as long.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub(super) async fn fits(&self, password: &str, kept: Option<&str>) -> Result<bool, Error> {
        let password = Zeroizing::new(password.to_owned());
        let is_kept = kept.is_some();
        let kept = kept.unwrap_or(NOBODY).to_owned();
        let same = self.through(move || {
            let argon = Argon2::default();
            argon
                .verify_password(password.as_bytes(), kept.as_str())
                .is_ok()
        });
        Ok(same.await? && is_kept)
    }
}

/// What is wrong with a password that somebody chooses.
pub(super) fn fault(password: &str, about_them: &[&str]) -> Option<Fault> {
    let length = password.chars().count();
    let sentence = if length < FEWEST {
        format!("is too short: choose {FEWEST} characters or more, for example four words")
    } else if length > MOST {
        format!("is too long: {MOST} characters at most")
    } else if is_easy(password, about_them) {
        "is too easy to guess: do not use your name, your address, or one thing repeated".to_owned()
    } else {
        return None;
    };
    Some(Fault::new("password", sentence))
}

/// Whether a password is made of what everybody tries first.
fn is_easy(password: &str, about_them: &[&str]) -> bool {
    const COMMON: [&str; 10] = [
        "password",
        "passwort",
        "qwerty",
        "123456",
        "letmein",
        "welcome",
        "iloveyou",
        "admin",
        "skillmark",
        "abcdef",
    ];
    let mut rest = password.to_lowercase();
    let words = about_them.iter().flat_map(|about| {
        about
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() > 3)
            .map(str::to_lowercase)
    });
    for word in words.chain(COMMON.map(str::to_owned)) {
        rest = rest.replace(&word, "");
    }
    let mut different: Vec<char> = rest.chars().collect();
    different.sort_unstable();
    different.dedup();
    different.len() < 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    #[tokio::test]
    async fn a_password_is_kept_as_argon2id() {
        let door = Door::default();
        let kept = door.keep("four plain wet words", &SystemChance).await;
        let kept = kept.expect("kept");
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        let fits = async |text: &str, kept: Option<&str>| door.fits(text, kept).await;
        assert_eq!(fits("four plain wet words", Some(&kept)).await, Ok(true));
        assert_eq!(fits("four plain wet word", Some(&kept)).await, Ok(false));
        assert_eq!(fits("four plain wet words", None).await, Ok(false));
    }

    #[tokio::test]
    async fn k4_a_place_is_taken_until_the_work_is_done_also_when_nobody_waits() {
        use std::sync::mpsc;
        let door = Door::default();
        let mut ends = Vec::new();
        for _ in 0..AT_WORK {
            let ((end, ends_it), (begin, begun)) = (mpsc::channel::<()>(), mpsc::channel());
            let door = door.clone();
            let work = tokio::spawn(async move {
                let work = move || {
                    begin.send(()).expect("somebody counts");
                    ends_it.recv().is_ok()
                };
                door.through(work).await
            });
            while begun.try_recv().is_err() {
                tokio::task::yield_now().await;
            }
            work.abort();
            assert!(work.await.is_err(), "nobody waits for it");
            ends.push(end);
        }
        assert_eq!(door.work.available_permits(), 0);
        assert_eq!(door.queue.available_permits(), WAITING);
        for end in ends {
            end.send(()).expect("it works still");
        }
        assert_eq!(door.through(|| 7).await, Ok(7));
    }

    #[test]
    fn what_stands_in_for_nobody_can_be_verified() {
        use argon2::password_hash::phc::PasswordHash;
        let parsed = PasswordHash::new(NOBODY).expect("a PHC string");
        assert_eq!(parsed.params.to_string(), "m=19456,t=2,p=1");
    }

    #[test]
    fn easy_passwords_are_told() {
        let about = ["Ana María Lee", "ana.maria@harbour.example"];
        for easy in [
            "short",
            "aaaaaaaaaaaaaaaa",
            "passwordpassword",
            "Password123456!",
            "maria.harbour.example1",
            "121212121212",
        ] {
            assert!(fault(easy, &about).is_some(), "{easy}");
        }
        for good in [
            "four plain wet words",
            "xK9#mm2!pQ7zR",
            "påfyll av grønn te",
        ] {
            assert_eq!(fault(good, &about), None, "{good}");
        }
        assert!(fault(&"x1y2z3".repeat(100), &about).is_some());
    }
}
