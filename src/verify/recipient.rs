//! Was it made out to the person somebody names? Asked only if the reader gives a name or address.

use crate::{
    credential::{
        IdentifierType, IdentityObject,
        identity::{self, Match},
    },
    json::Value,
};

use super::report::{Check, CheckId};

/// Whom the reader believes the holder to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// What sort of identifier it is: `emailAddress`, `name`, ….
    pub kind: IdentifierType,
    /// It, as typed.
    pub identifier: String,
}

impl Recipient {
    /// The holder of an e-mail address.
    #[must_use]
    pub fn email(address: impl Into<String>) -> Recipient {
        Recipient {
            kind: IdentifierType::from("emailAddress"),
            identifier: address.into(),
        }
    }

    /// A person by name.
    #[must_use]
    pub fn name(name: impl Into<String>) -> Recipient {
        Recipient {
            kind: IdentifierType::from("name"),
            identifier: name.into(),
        }
    }
}

/// Compares what the reader gave with the identifiers of the subject.
pub(super) fn check(document: &Value, asked: Option<&Recipient>) -> Check {
    let id = CheckId::Recipient;
    let Some(asked) = asked else {
        return Check::skipped(id, "You have not said to whom it should belong.");
    };
    let identifiers: Vec<IdentityObject> = document
        .pointer("/credentialSubject/identifier")
        .map(Value::one_or_many)
        .unwrap_or_default()
        .iter()
        .filter_map(|one| serde_json::from_value(one.into()).ok())
        .collect();
    match identity::matches(&asked.identifier, &asked.kind, &identifiers) {
        Match::Same => Check::pass(id, "It was made out to the person you named."),
        Match::SameByWeakHash => Check::pass(
            id,
            "It was made out to the person you named, though by an old kind of hash (MD5).",
        ),
        Match::Other => Check::fail(
            id,
            "other_recipient",
            "It was made out to somebody else than the person you named.",
        ),
        Match::NotSaid => Check::unknown(
            id,
            "recipient_not_said",
            "It does not name its holder in this way, so the person you named cannot be compared.",
        ),
    }
}
