//! API keys: what programs show.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Scope;
use crate::clock::{Chance, Timestamp, random};
use crate::db::ApiKeyRow;
use crate::ids::{ApiKeyId, IssuerId};

/// What every API key begins with, so that a leaked one can be searched for.
pub const PREFIX: &str = "skm_";

/// An API key, shown once when it is made.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new random one.
    #[must_use]
    pub fn random(chance: &dyn Chance) -> Secret {
        Secret(format!(
            "{PREFIX}{}",
            URL_SAFE_NO_PAD.encode(random::<32>(chance))
        ))
    }

    /// The text to hand over: the only way to see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// The row of a new API key, and its secret.
#[must_use]
pub fn new_api_key(
    issuer: &IssuerId,
    name: &str,
    scopes: &[Scope],
    expires: Option<Timestamp>,
    now: Timestamp,
    chance: &dyn Chance,
) -> (ApiKeyRow, Secret) {
    let secret = Secret::random(chance);
    let row = ApiKeyRow {
        issuer_id: issuer.clone(),
        api_key_id: ApiKeyId::random(chance),
        name: name.to_owned(),
        secret_hash: super::hash(secret.reveal()),
        scopes: scopes
            .iter()
            .map(|scope| scope.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        created_at: now.into(),
        expires_at: expires.map(Into::into),
        revoked_at: None,
        made_by: None,
        made_with: None,
    };
    (row, secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    #[test]
    fn g11_a_key_has_256_bits_and_is_stored_as_a_hash() {
        let issuer = IssuerId::random(&SystemChance);
        let now = Timestamp::UNIX_EPOCH;
        let (row, secret) = new_api_key(
            &issuer,
            "lms",
            &[Scope::Issue, Scope::Read],
            None,
            now,
            &SystemChance,
        );
        assert_eq!(secret.reveal().len(), PREFIX.len() + 43);
        assert_eq!(row.secret_hash.len(), 32);
        assert_eq!(row.scopes, "issue read");
        let shown = format!("{row:?} {secret:?}");
        assert!(!shown.contains(secret.reveal()), "{shown}");
    }
}
