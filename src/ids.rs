//! Names for things: one newtype per kind of id, so that one can never stand for another.
//!
//! Public ids are 128 random bits in base64url without padding: 22 characters, safe in a URL and
//! not guessable. None is drawn with a `-` in front, which a command line would take for an option.
//! Internal rows have ids made the same way; nothing about a person can be read off any id.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::clock::{Chance, random};

/// Bytes as names of things hold them: lower-case hexadecimal, two digits for each byte.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {what}: expected 22 characters of A-Z, a-z, 0-9, - or _")]
pub struct IdError {
    what: &'static str,
}

fn check(text: &str, what: &'static str) -> Result<(), IdError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| IdError { what })?;
    if bytes.len() == 16 {
        Ok(())
    } else {
        Err(IdError { what })
    }
}

/// 63 of 64 draws will do, so that an id still holds 127.97 bits that nobody can guess.
fn draw(chance: &dyn Chance) -> String {
    loop {
        let text = URL_SAFE_NO_PAD.encode(random::<16>(chance));
        if !text.starts_with('-') {
            return text;
        }
    }
}

/// The first 128 bits of a SHA-256, and of the next one while they would begin with `-`.
fn derive(what: &str, cause: &str) -> String {
    let text = |n: u32| {
        let digest = Sha256::digest(format!("{what}|{cause}|{n}").as_bytes());
        URL_SAFE_NO_PAD.encode(&digest[..16])
    };
    let mut texts = (0..).map(text);
    texts
        .find(|text| !text.starts_with('-'))
        .unwrap_or_default()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A new random id: 128 bits, drawn again while the text would begin with `-`.
            #[must_use]
            pub fn random(chance: &dyn Chance) -> $name {
                $name(draw(chance))
            }

            /// The id of what has this cause: the same cause never makes two. As hard to guess as
            /// the cause is.
            #[must_use]
            pub fn derived(cause: &str) -> $name {
                $name(derive($what, cause))
            }

            /// The id as it is written in URLs and stored: 22 characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<$name, IdError> {
                $name::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<$name, IdError> {
                check(&text, $what)?;
                Ok($name(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    )*};
}

ids! {
    /// An organisation that issues: the tenant, first in every key of the database.
    IssuerId, "an issuer id";
    /// A credential, as in `/c/{id}`.
    CredentialId, "a credential id";
    /// An achievement: what a credential is about.
    AchievementId, "an achievement id";
    /// A person we keep a sealed record of: a learner, an assessor.
    PersonId, "a person id";
    /// A status list, as in `/status/{id}`.
    StatusListId, "a status list id";
    /// The public half of an API key: which key it is, not the secret.
    ApiKeyId, "an API key id";
    /// A portfolio: credentials that a learner chose to show together.
    PortfolioId, "a portfolio id";
    /// Work promised for later.
    JobId, "a job id";
    /// A stored evidence record.
    EvidenceId, "an evidence id";
    /// A line of the audit log.
    AuditId, "an audit id";
    /// Somebody who signs in, whatever organisations they belong to.
    AccountId, "an account id";
    /// Somebody who works for one organisation: an account's place in it.
    MemberId, "a member id";
    /// One sign-in, by which it can be ended from another device.
    SessionId, "a session id";
    /// A link that lets somebody in once.
    InvitationId, "an invitation id";
    /// Where members may sign in from instead.
    ProviderId, "a sign-in provider id";
    /// A competency map.
    MapId, "a competency map id";
    /// An achievement that is being written, and all its published editions.
    DraftId, "a draft id";
    /// A rubric.
    RubricId, "a rubric id";
    /// What an employer says of an achievement.
    EndorsementId, "an endorsement id";
    /// A pathway.
    PathwayId, "a pathway id";
    /// A program: learners, a term, a school.
    ProgramId, "a program id";
    /// A lab: one session of a program.
    LabId, "a lab id";
    /// What a learner tried.
    AttemptId, "an attempt id";
    /// A letter to somebody.
    LetterId, "a letter id";
    /// An address that is told of what happens here.
    WebhookId, "a webhook id";
    /// With what right somebody reviews.
    QualificationId, "a qualification id";
    /// A change of many credentials at once.
    BulkId, "an id of a change of many";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    #[test]
    fn a_random_id_reads_back() {
        let id = CredentialId::random(&SystemChance);
        assert_eq!(id.as_str().len(), 22);
        assert_eq!(id.to_string().parse::<CredentialId>(), Ok(id));
    }

    #[test]
    fn one_cause_has_one_id() {
        let id = LetterId::derived("x|1");
        assert_eq!(id, LetterId::derived("x|1"));
        assert_ne!(id, LetterId::derived("x|2"));
        assert_ne!(id.as_str(), JobId::derived("x|1").as_str());
        assert_eq!(id.to_string().parse::<LetterId>(), Ok(id));
    }

    #[test]
    fn no_id_looks_like_an_option() {
        for n in 0..2_000 {
            let id = CredentialId::random(&SystemChance);
            assert!(!id.as_str().starts_with('-'), "{id}");
            let id = CredentialId::derived(&n.to_string());
            assert!(!id.as_str().starts_with('-'), "{id}");
        }
        // One from elsewhere is still an id.
        assert!("-8bqZpW3kXoN1dT4vA9sYg".parse::<CredentialId>().is_ok());
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in [
            "",
            "short",
            "AAAAAAAAAAAAAAAAAAAAAB",
            "AAAAAAAAAAAAAAAAAAAAA=",
            "../../../../etc/passwd",
        ] {
            assert_eq!(
                text.parse::<CredentialId>().map_err(|e| e.to_string()),
                Err(
                    "not a credential id: expected 22 characters of A-Z, a-z, 0-9, - or _"
                        .to_owned()
                ),
                "{text}"
            );
        }
    }
}
