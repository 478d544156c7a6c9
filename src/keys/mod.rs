//! Keys and signatures: Ed25519, in the text forms that credentials use.
//!
//! A [`PublicKey`] is a point that was checked once, at the border: canonical encoding, not of
//! small order. Verification is strict (`RFC 8032` with the checks of "Taming the many EdDSAs"),
//! so that two verifiers never disagree about one signature.

mod jwk;
mod known_bad;
mod multibase;
mod signing;

use std::{fmt, hash};

use ed25519_dalek::{Signature, VerifyingKey};

pub use known_bad::{KNOWN_BAD, known_bad};
pub use multibase::{signature_from_multibase, signature_to_multibase};
pub use signing::SigningKey;

/// An Ed25519 signature: `R` and `S`, always 64 bytes (RFC 8032 §5.1.6).
pub type SignatureBytes = [u8; 64];

/// An Ed25519 public key that may be used: canonically encoded and not of small order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// Why a text or a set of bytes is not a key or a signature we use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not written as the standard says; the sentence says what is wrong.
    #[error("{0}")]
    Malformed(&'static str),
    /// The bytes are no point of the curve, or not its only encoding.
    #[error("the 32 bytes are not the canonical encoding of an Ed25519 public key")]
    NotAPoint,
    /// A point of small order: it would accept signatures that nobody made.
    #[error("the public key is a point of small order and proves nothing")]
    SmallOrder,
    /// A well-known kind of key that this version does not use; the name of the kind.
    #[error("keys of kind {0} are not supported yet")]
    OtherKind(&'static str),
    /// A private key where a public one belongs.
    #[error("the key contains its private part")]
    Private,
    /// The two halves of a key pair do not belong together.
    #[error("the public half does not belong to the secret half")]
    Mismatch,
    /// The signature does not fit the key and the message.
    #[error("the signature does not match")]
    Signature,
}

impl PublicKey {
    /// Reads the 32 bytes of a compressed point (RFC 8032 §5.1.2).
    ///
    /// # Errors
    /// [`KeyError::NotAPoint`] or [`KeyError::SmallOrder`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<PublicKey, KeyError> {
        if !is_canonical(bytes) {
            return Err(KeyError::NotAPoint);
        }
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPoint)?;
        if key.is_weak() {
            return Err(KeyError::SmallOrder);
        }
        Ok(PublicKey(key))
    }

    /// The 32 bytes of the compressed point.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Checks `signature` over `message` strictly: `S` below the group order, `R` and the key not
    /// of small order, no cofactor.
    ///
    /// # Errors
    /// [`KeyError::Signature`].
    pub fn verify_strict(
        &self,
        message: &[u8],
        signature: &SignatureBytes,
    ) -> Result<(), KeyError> {
        self.0
            .verify_strict(message, &Signature::from_bytes(signature))
            .map_err(|_| KeyError::Signature)
    }
}

/// Whether `y` is below the field prime 2^255 − 19. The other encoding with two texts, x = 0 with
/// the sign bit set, only occurs at points of small order.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    bytes[31] & 0x7f != 0x7f || bytes[1..31].iter().any(|byte| *byte != 0xff) || bytes[0] < 0xed
}

impl hash::Hash for PublicKey {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.to_multikey())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a8_small_order_and_non_canonical_keys_are_refused() {
        let mut one = [0; 32];
        one[0] = 1;
        assert_eq!(PublicKey::from_bytes(&one), Err(KeyError::SmallOrder));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(KeyError::SmallOrder));

        let mut minus_one = [0xff; 32];
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        assert_eq!(PublicKey::from_bytes(&minus_one), Err(KeyError::SmallOrder));

        for low in 0xed..=0xff {
            for top in [0x7f, 0xff] {
                let mut above = [0xff; 32];
                (above[0], above[31]) = (low, top);
                assert_eq!(PublicKey::from_bytes(&above), Err(KeyError::NotAPoint));
            }
        }

        let mut negative_zero = one;
        negative_zero[31] = 0x80;
        assert!(PublicKey::from_bytes(&negative_zero).is_err());
    }
}
