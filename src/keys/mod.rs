//! Keys and signatures, in the text forms that credentials use: Ed25519, which we sign with, and
//! P-256, P-384, P-521 and RSA, which others sign with.
//!
//! A [`PublicKey`] was checked once, at the border: a point of its curve, canonically encoded and
//! not of small order, or a modulus that is long enough. **Each kind of key has one way to sign**
//! ([`Kind`]), so what a header or a proof claims never chooses how a signature is checked.
//! Ed25519 is strict (`RFC 8032` with the checks of "Taming the many EdDSAs"), so that two
//! verifiers never disagree about one signature.

mod ed25519;
mod jwk;
mod known_bad;
mod multibase;
mod nist;
mod rsa;
mod signing;

use std::{fmt, hash, sync::Arc};

use ed25519_dalek::VerifyingKey;

pub use known_bad::{KNOWN_BAD, known_bad};
pub use multibase::{
    long_signature_from_multibase, signature_from_multibase, signature_to_multibase,
};
pub use signing::SigningKey;

/// An Ed25519 signature: `R` and `S`, always 64 bytes (RFC 8032 §5.1.6).
pub type SignatureBytes = [u8; 64];

/// A public key that may be used.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Inner);

#[derive(Clone, PartialEq, Eq)]
enum Inner {
    Ed25519(VerifyingKey),
    P256(nist::P256),
    P384(nist::P384),
    P521(nist::P521),
    Rsa(Arc<rsa::Rsa>),
}

/// A kind of key, and with it the one way it signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Ed25519: pure, over the message itself.
    Ed25519,
    /// ECDSA over P-256 and SHA-256.
    P256,
    /// ECDSA over P-384 and SHA-384.
    P384,
    /// ECDSA over P-521 and SHA-512: in tokens alone, since no cryptosuite has it.
    P521,
    /// RSASSA-PKCS1-v1_5 with SHA-256 and 2048 to 8192 bits.
    Rsa,
}

impl Kind {
    /// The name in sentences.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Ed25519 => "Ed25519",
            Kind::P256 => "P-256",
            Kind::P384 => "P-384",
            Kind::P521 => "P-521",
            Kind::Rsa => "RSA",
        }
    }

    /// The `alg` of its signatures in tokens and JWKs, the usual name first (RFC 7518 §3.1,
    /// RFC 8037 §3.1, RFC 9864 §2.2).
    #[must_use]
    pub fn algorithms(self) -> &'static [&'static str] {
        match self {
            Kind::Ed25519 => &["EdDSA", "Ed25519"],
            Kind::P256 => &["ES256"],
            Kind::P384 => &["ES384"],
            Kind::P521 => &["ES512"],
            Kind::Rsa => &["RS256"],
        }
    }

    /// How many bytes a signature has; `None` for RSA, where the key says.
    #[must_use]
    pub fn signature_bytes(self) -> Option<usize> {
        match self {
            Kind::Ed25519 | Kind::P256 => Some(64),
            Kind::P384 => Some(96),
            Kind::P521 => Some(132),
            Kind::Rsa => None,
        }
    }
}

/// Why a text or a set of bytes is not a key or a signature we use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not written as the standard says; the sentence says what is wrong.
    #[error("{0}")]
    Malformed(&'static str),
    /// The bytes are no point of the curve, or not its only encoding.
    #[error("the 32 bytes are not the canonical encoding of an Ed25519 public key")]
    NotAPoint,
    /// The bytes are no point of the named curve.
    #[error("the key is no point of the curve {0}")]
    OffCurve(&'static str),
    /// A point of small order: it would accept signatures that nobody made.
    #[error("the public key is a point of small order and proves nothing")]
    SmallOrder,
    /// A key that can be guessed; the sentence says what a good one has.
    #[error("the key is too weak: {0}")]
    Weak(&'static str),
    /// A well-known kind of key that this version does not use; the name of the kind.
    #[error("keys of kind {0} are not supported yet")]
    OtherKind(&'static str),
    /// A kind of key that is not known here, in a form that such keys may well have.
    #[error("this kind of key is not known here")]
    UnknownKind,
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

impl KeyError {
    /// Whether this says nothing against the key: only that its kind is not used here.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, KeyError::OtherKind(_) | KeyError::UnknownKind)
    }
}

impl PublicKey {
    /// Reads the 32 bytes of an Ed25519 key, a compressed point (RFC 8032 §5.1.2).
    ///
    /// # Errors
    /// [`KeyError::NotAPoint`] or [`KeyError::SmallOrder`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<PublicKey, KeyError> {
        ed25519::point(bytes).map(|key| PublicKey(Inner::Ed25519(key)))
    }

    /// Reads a point of P-256, compressed (33 bytes) or not (65; SEC 1 §2.3.3).
    ///
    /// # Errors
    /// [`KeyError::OffCurve`].
    pub fn p256(bytes: &[u8]) -> Result<PublicKey, KeyError> {
        nist::p256(bytes).map(|point| PublicKey(Inner::P256(point)))
    }

    /// Reads a point of P-384, compressed (49 bytes) or not (97).
    ///
    /// # Errors
    /// [`KeyError::OffCurve`].
    pub fn p384(bytes: &[u8]) -> Result<PublicKey, KeyError> {
        nist::p384(bytes).map(|point| PublicKey(Inner::P384(point)))
    }

    /// Reads a point of P-521, compressed (67 bytes) or not (133).
    ///
    /// # Errors
    /// [`KeyError::OffCurve`].
    pub fn p521(bytes: &[u8]) -> Result<PublicKey, KeyError> {
        nist::p521(bytes).map(|point| PublicKey(Inner::P521(point)))
    }

    /// Reads an RSA modulus and exponent, big end first, without leading zeros.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] or [`KeyError::Weak`] (threat C13).
    pub fn rsa(n: &[u8], e: &[u8]) -> Result<PublicKey, KeyError> {
        rsa::Rsa::new(n, e).map(|key| PublicKey(Inner::Rsa(Arc::new(key))))
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match &self.0 {
            Inner::Ed25519(_) => Kind::Ed25519,
            Inner::P256(_) => Kind::P256,
            Inner::P384(_) => Kind::P384,
            Inner::P521(_) => Kind::P521,
            Inner::Rsa(_) => Kind::Rsa,
        }
    }

    /// The key itself: 32 bytes of Ed25519, the uncompressed point of P-256 (65), P-384 (97) or
    /// P-521 (133), or the `RSAPublicKey` in DER.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Inner::Ed25519(key) => key.as_bytes(),
            Inner::P256(point) => point,
            Inner::P384(point) => point,
            Inner::P521(point) => point,
            Inner::Rsa(key) => key.der(),
        }
    }

    /// Checks `signature` over `message` in the one way that the kind of key has. Ed25519 is
    /// strict: `S` below the group order, `R` and the key not of small order, no cofactor. ECDSA
    /// signatures are `r` and `s` of fixed length, both above zero and below the group order.
    ///
    /// # Errors
    /// [`KeyError::Signature`], also for a signature of another length.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        match &self.0 {
            Inner::Ed25519(key) => {
                let signature = signature.try_into().map_err(|_| KeyError::Signature)?;
                ed25519::verify(key, message, signature)
            }
            Inner::P256(point) => nist::verify_p256(point, message, signature),
            Inner::P384(point) => nist::verify_p384(point, message, signature),
            Inner::P521(point) => nist::verify_p521(point, message, signature),
            Inner::Rsa(key) => key.verify(message, signature),
        }
    }
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
