//! What somebody holds and we do not keep: 256 random bits, of which only the SHA-256 is stored.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::clock::{Chance, random};

/// The secret part of a cookie or a link: 43 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new random one.
    #[must_use]
    pub fn random(chance: &dyn Chance) -> Token {
        Token(URL_SAFE_NO_PAD.encode(random::<32>(chance)))
    }

    /// What somebody shows, if it can be a token at all.
    #[must_use]
    pub fn read(shown: &str) -> Option<Token> {
        let bytes = URL_SAFE_NO_PAD.decode(shown).ok()?;
        (bytes.len() == 32).then(|| Token(shown.to_owned()))
    }

    /// The text to hand over: the only way to see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it: 32 bytes.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        hash(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// The SHA-256 of a secret with enough chance in it.
pub(super) fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    #[test]
    fn a_token_has_256_bits_and_is_not_printed() {
        let token = Token::random(&SystemChance);
        assert_eq!(token.reveal().len(), 43);
        assert_eq!(token.hash().len(), 32);
        assert_eq!(format!("{token:?}"), "Token(***)");
        assert_eq!(Token::read(token.reveal()), Some(token));
        assert_eq!(Token::read("x"), None);
    }
}
