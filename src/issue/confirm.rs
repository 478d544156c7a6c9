//! "Confirm the name you were given": match or no match, never the name (threat J9).
//!
//! Whoever holds a credential's link may type the name they were given. The answer is yes or no,
//! takes the same time either way, and may be asked for a few times an hour.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use sha2::{Digest as _, Sha256};

use super::people;
use crate::app::App;
use crate::clock::Timestamp;
use crate::ids::CredentialId;

/// Tries in an hour, for one credential from one address.
pub const TRIES: usize = 5;
/// Tries in an hour for one credential, from all addresses together: a limit for those who have
/// many.
pub const TRIES_IN_ALL: usize = 20;
const HOUR_SECONDS: i64 = 3_600;

/// Who tried when, in the last hour: every try drops what is older. Held by the entrance that asks,
/// in memory.
#[derive(Debug, Default)]
pub struct Tries(Mutex<HashMap<CredentialId, Vec<(IpAddr, i64)>>>);

impl Tries {
    /// Counts a try; `false` if there were too many in the last hour.
    pub fn take(&self, credential: &CredentialId, from: IpAddr, now: Timestamp) -> bool {
        let now = now.as_second();
        let mut all = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.retain(|_, tries| {
            tries.retain(|(_, at)| now - at < HOUR_SECONDS);
            !tries.is_empty()
        });
        let tries = all.entry(credential.clone()).or_default();
        let here = tries.iter().filter(|(address, _)| *address == from).count();
        let allowed = here < TRIES && tries.len() < TRIES_IN_ALL;
        if allowed {
            tries.push((from, now));
        }
        allowed
    }
}

/// The answer to "is this the name?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// It is the name the credential was issued to.
    Yes,
    /// It is not, or no name is known, or there is no such credential: nobody learns which.
    No,
    /// Asked too often; ask again in an hour.
    TooOften,
}

/// Whether a credential was issued to the name that somebody was given.
///
/// # Errors
/// If the name could not be read: [`super::Error::Custody`] or [`super::Error::Db`].
pub async fn confirm(
    app: &App,
    tries: &Tries,
    credential: &CredentialId,
    from: IpAddr,
    given: &str,
) -> Result<Confirmed, super::Error> {
    if !tries.take(credential, from, app.now()) {
        return Ok(Confirmed::TooOften);
    }
    let known = name_of(app, credential).await?.unwrap_or_default();
    Ok(if same_name(given, &known) {
        Confirmed::Yes
    } else {
        Confirmed::No
    })
}

/// Whether there is a name to compare with.
///
/// # Errors
/// As [`confirm`].
pub async fn offered(app: &App, credential: &CredentialId) -> Result<bool, super::Error> {
    Ok(name_of(app, credential).await?.is_some())
}

/// The name of whoever a credential is about, if it is known. It is compared, and never shown.
async fn name_of(app: &App, id: &CredentialId) -> Result<Option<String>, super::Error> {
    let Some(row) = app.db.credential_anywhere(id).await? else {
        return Ok(None);
    };
    let Some(person) = row.promise.person_id else {
        return Ok(None);
    };
    let Some(person) = app.db.of(&row.issuer_id).person(&person).await? else {
        return Ok(None);
    };
    Ok(people::open(app, &person)?.and_then(|details| details.name))
}

/// Whether two names are the same, read as people do: case, accents, punctuation, spaces and the
/// order of the words do not matter. The comparison takes the same time for any two names of the
/// same lengths.
#[must_use]
pub fn same_name(given: &str, known: &str) -> bool {
    let (given, known) = (normal(given), normal(known));
    let a = Sha256::digest(given.as_bytes());
    let b = Sha256::digest(known.as_bytes());
    let difference = a.iter().zip(&b).fold(0, |all, (x, y)| all | (x ^ y));
    difference == 0 && !known.is_empty()
}

/// A name as it is compared: its words in alphabetical order.
#[must_use]
pub fn normal(name: &str) -> String {
    let mut words = words(name);
    words.sort_unstable();
    words.join(" ")
}

/// The words of a text, without case, accents and punctuation, in their order.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter(|c| !matches!(c, '\u{300}'..='\u{36F}' | '\'' | '’' | 'ʼ' | '.'))
        .flat_map(without_accent)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    plain.split_whitespace().map(str::to_owned).collect()
}

/// Latin letters with accents, and the letters people type for them.
const FOLDED: &[(&str, &str)] = &[
    ("àáâãäåāăąǎ", "a"),
    ("çćĉċč", "c"),
    ("ďđð", "d"),
    ("èéêëēĕėęě", "e"),
    ("ĝğġģ", "g"),
    ("ĥħ", "h"),
    ("ìíîïĩīĭįı", "i"),
    ("ĵ", "j"),
    ("ķ", "k"),
    ("ĺļľŀł", "l"),
    ("ñńņň", "n"),
    ("òóôõöøōŏőǒ", "o"),
    ("ŕŗř", "r"),
    ("śŝşšș", "s"),
    ("ţťŧț", "t"),
    ("ùúûüũūŭůűųǔ", "u"),
    ("ŵ", "w"),
    ("ýÿŷ", "y"),
    ("źżž", "z"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("ß", "ss"),
    ("þ", "th"),
];

fn without_accent(c: char) -> impl Iterator<Item = char> {
    let folded = FOLDED
        .iter()
        .find(|(letters, _)| !c.is_ascii() && letters.contains(c));
    let rest = folded.map_or("", |(_, plain)| plain).chars();
    rest.chain(folded.is_none().then_some(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    #[test]
    fn j9_names_are_compared_as_people_read_them() {
        for (given, known) in [
            ("  ana   LEE ", "Ana Lee"),
            ("Lee, Ana", "Ana Lee"),
            ("Jose O'Neill", "José O’Neill"),
            ("Jose\u{301} Garcia", "José García"),
            ("Strasse-Muller", "Straße Müller"),
            ("Łukasz Żółć", "lukasz zolc"),
            ("李 小龙", "李 小龙"),
        ] {
            assert!(same_name(given, known), "{given} / {known}");
        }
        for (given, known) in [
            ("Ana", "Ana Lee"),
            ("", ""),
            ("", "Ana"),
            (" . ", "."),
            ("Anna Lee", "Ana Lee"),
        ] {
            assert!(!same_name(given, known), "{given} / {known}");
        }
    }

    #[test]
    fn j9_the_sixth_try_in_an_hour_is_refused() {
        let tries = Tries::default();
        let credential = CredentialId::random(&SystemChance);
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).expect("a time");
        let from = |n: u8| IpAddr::from([192, 0, 2, n]);
        let answers: Vec<bool> = (0..6)
            .map(|n| tries.take(&credential, from(1), at(n)))
            .collect();
        assert_eq!(answers, [true, true, true, true, true, false]);
        assert!(tries.take(&credential, from(2), at(10)), "another address");
        assert!(
            tries.take(&CredentialId::random(&SystemChance), from(1), at(10)),
            "another credential"
        );
        assert!(!tries.take(&credential, from(1), at(3_599)));
        assert!(tries.take(&credential, from(1), at(3_601)), "an hour later");

        let crowd: usize = (0..100u8)
            .filter(|n| tries.take(&credential, from(100 + n), at(20_000)))
            .count();
        assert_eq!(crowd, TRIES_IN_ALL);
    }
}
