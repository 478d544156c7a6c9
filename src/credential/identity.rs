//! Recipients by hash: whether a badge was made out to an address that somebody names.
//!
//! `identityHash` is `sha256$` and the hexadecimal digest of the identifier followed by the salt
//! (Open Badges 3.0 §B `IdentityHash`). The salt stands in the badge, so a hash hides an address
//! from a glance, not from somebody who guesses: treat it as personal data.

use md5::Md5;
use sha2::{Digest, Sha256};

use super::{IdentifierType, IdentityObject};
use crate::ids::hex;

/// How an identifier agrees with the recipient of a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It is the recipient's.
    Same,
    /// It is the recipient's, but by an MD5 hash, which can be forged.
    SameByWeakHash,
    /// The badge names the recipient in this way, and it is another.
    Other,
    /// The badge does not name the recipient in this way: nothing can be said.
    NotSaid,
}

/// A recipient named by the SHA-256 hash of `identifier` and `salt`.
///
/// White space around the identifier is cut, and the domain of an e-mail address is written in
/// lower case. The salt should be random, at least 128 bits.
#[must_use]
pub fn hashed(identifier: &str, identifier_type: IdentifierType, salt: &str) -> IdentityObject {
    let identifier = if identifier_type.0 == "emailAddress" {
        address(identifier)
    } else {
        identifier.trim().to_owned()
    };
    IdentityObject {
        kind: "IdentityObject".to_owned(),
        hashed: true,
        identity_hash: sha256(&identifier, salt),
        identity_type: identifier_type,
        salt: Some(salt.to_owned()),
    }
}

/// Whether `identifier`, of the type `identifier_type`, is that of one of the `recipients`.
///
/// It is tried as typed, without white space around it, with its domain in lower case, and all in
/// lower case.
#[must_use]
pub fn matches(
    identifier: &str,
    identifier_type: &IdentifierType,
    recipients: &[IdentityObject],
) -> Match {
    let trimmed = identifier.trim();
    let spellings = [
        identifier.to_owned(),
        trimmed.to_owned(),
        address(identifier),
        trimmed.to_lowercase(),
    ];
    recipients
        .iter()
        .filter(|recipient| recipient.identity_type == *identifier_type)
        .map(|recipient| {
            spellings
                .iter()
                .map(|spelling| compare(spelling, recipient))
                .find(|found| *found != Match::Other)
                .unwrap_or(Match::Other)
        })
        .reduce(|first, next| if first == Match::Other { next } else { first })
        .unwrap_or(Match::NotSaid)
}

fn compare(identifier: &str, recipient: &IdentityObject) -> Match {
    let salt = recipient.salt.as_deref().unwrap_or_default();
    let (hash, same) = match recipient.identity_hash.split_once('$') {
        _ if !recipient.hashed => (identifier.to_owned(), Match::Same),
        Some(("sha256", _)) => (sha256(identifier, salt), Match::Same),
        Some(("md5", _)) => (md5(identifier, salt), Match::SameByWeakHash),
        _ => return Match::Other,
    };
    let equal = if recipient.hashed {
        hash.eq_ignore_ascii_case(&recipient.identity_hash)
    } else {
        hash == recipient.identity_hash
    };
    if equal { same } else { Match::Other }
}

fn address(text: &str) -> String {
    match text.trim().rsplit_once('@') {
        Some((name, domain)) => format!("{name}@{}", domain.to_lowercase()),
        None => text.trim().to_owned(),
    }
}

fn sha256(identifier: &str, salt: &str) -> String {
    let digest = Sha256::new().chain_update(identifier).chain_update(salt);
    format!("sha256${}", hex(&digest.finalize()))
}

fn md5(identifier: &str, salt: &str) -> String {
    let digest = Md5::new().chain_update(identifier).chain_update(salt);
    format!("md5${}", hex(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTORS: &str = include_str!("../../tests/vectors/ob3-identity/identity-hash.json");

    fn email() -> IdentifierType {
        IdentifierType::from("emailAddress")
    }

    #[test]
    fn hashes_are_those_of_the_standard() {
        let vectors: serde_json::Value = serde_json::from_str(VECTORS).expect("json");
        let cases = vectors["cases"].as_array().expect("cases");
        for case in cases {
            let text = |name: &str| case[name].as_str().expect("text");
            let recipient = IdentityObject {
                identity_hash: text("identityHash").to_owned(),
                ..hashed(text("identifier"), email(), text("salt"))
            };
            let expected = if text("alg") == "md5" {
                Match::SameByWeakHash
            } else {
                assert_eq!(
                    hashed(text("identifier"), email(), text("salt")).identity_hash,
                    text("identityHash")
                );
                Match::Same
            };
            assert_eq!(
                matches(text("identifier"), &email(), &[recipient]),
                expected
            );
        }
        assert_eq!(cases.len(), 5);
    }

    #[test]
    fn spelling_does_not_hide_the_same_address() {
        let recipient = [hashed(" Ana@Harbour.Example ", email(), "salt")];
        for same in ["Ana@harbour.example", " Ana@HARBOUR.example"] {
            assert_eq!(matches(same, &email(), &recipient), Match::Same, "{same}");
        }
        let lower = [hashed("ana@harbour.example", email(), "salt")];
        assert_eq!(
            matches("Ana@Harbour.Example", &email(), &lower),
            Match::Same
        );
        assert_eq!(
            matches("ben@harbour.example", &email(), &lower),
            Match::Other
        );
    }

    #[test]
    fn another_type_of_identifier_says_nothing() {
        let recipient = [hashed("ana@harbour.example", email(), "salt")];
        let name = IdentifierType::from("name");
        assert_eq!(
            matches("ana@harbour.example", &name, &recipient),
            Match::NotSaid
        );
        assert_eq!(
            matches("ana@harbour.example", &email(), &[]),
            Match::NotSaid
        );
        let clear = IdentityObject {
            hashed: false,
            identity_hash: "Ana".to_owned(),
            identity_type: name.clone(),
            ..recipient[0].clone()
        };
        let both = [recipient[0].clone(), clear];
        assert_eq!(matches("Ana", &name, &both), Match::Same);
        assert_eq!(matches("Ben", &name, &both), Match::Other);
    }
}
