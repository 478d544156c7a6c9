//! The private half: made from a seed, wiped when dropped, never printed.

use std::fmt;

use ed25519_dalek::Signer;
use zeroize::Zeroizing;

use super::{Inner, PublicKey, SignatureBytes};

/// An Ed25519 signing key. Its seed is overwritten when it is dropped, and `Debug` prints `***`.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a 32-byte seed (RFC 8032 §5.1.5). The caller wipes its own copy.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> SigningKey {
        SigningKey(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The seed, to be sealed; the copy is wiped when dropped.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(Inner::Ed25519(self.0.verifying_key()))
    }

    /// Signs `message` (pure Ed25519). The same key and message always give the same 64 bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> SignatureBytes {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i9_debug_prints_nothing_of_the_seed() {
        let key = SigningKey::from_seed(&[0xca; 32]);
        assert_eq!(format!("{key:?}"), "SigningKey(***)");
        assert_eq!(format!("{key:#?}"), "SigningKey(***)");
    }

    #[test]
    fn what_is_signed_verifies_and_is_the_same_each_time() {
        let key = SigningKey::from_seed(&[7; 32]);
        let signature = key.sign(b"skill");
        assert_eq!(signature, key.sign(b"skill"));
        assert_eq!(key.public().verify(b"skill", &signature), Ok(()));
        assert!(key.public().verify(b"skilL", &signature).is_err());
        assert_eq!(
            PublicKey::from_multikey(&key.public().to_multikey()),
            Ok(key.public())
        );
    }
}
