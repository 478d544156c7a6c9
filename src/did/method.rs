//! A key in a document: what it may be used for, and whether it was in force.

use jiff::Timestamp;

use super::DocumentError;
use crate::keys::{KeyError, PublicKey};

/// What a key may be used for: the verification relationships of CID 1.0 §2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Saying something: signing a credential.
    AssertionMethod,
    /// Showing who one is: signing a presentation.
    Authentication,
    /// Agreeing on a secret.
    KeyAgreement,
    /// Using a right.
    CapabilityInvocation,
    /// Passing a right on.
    CapabilityDelegation,
}

impl Purpose {
    /// Every purpose, in the order documents are written.
    pub const ALL: [Purpose; 5] = [
        Purpose::AssertionMethod,
        Purpose::Authentication,
        Purpose::KeyAgreement,
        Purpose::CapabilityInvocation,
        Purpose::CapabilityDelegation,
    ];

    /// The name in documents and in `proofPurpose`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Purpose::AssertionMethod => "assertionMethod",
            Purpose::Authentication => "authentication",
            Purpose::KeyAgreement => "keyAgreement",
            Purpose::CapabilityInvocation => "capabilityInvocation",
            Purpose::CapabilityDelegation => "capabilityDelegation",
        }
    }
}

/// A key in a document, and who controls it (CID 1.0 §2.2).
#[derive(Debug, Clone, PartialEq)]
pub struct VerificationMethod {
    /// Its absolute URL.
    pub id: String,
    /// How the key is written: `Multikey`, `JsonWebKey`, or another type.
    pub kind: String,
    /// Who may change it; only methods controlled by the document itself are used.
    pub controller: String,
    /// The key, or why it cannot be used.
    pub key: Result<PublicKey, KeyError>,
    /// The `kid` of its JSON Web Key: another name of the same key.
    pub key_id: Option<String>,
    /// From when on it must not be used.
    pub expires: Option<Timestamp>,
    /// Since when it must not be used.
    pub revoked: Option<Timestamp>,
}

/// Whether a key was good when a proof says it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// In force.
    Good,
    /// Past its `expires`.
    Expired(Timestamp),
    /// Revoked before the proof says it was made.
    Revoked(Timestamp),
    /// Revoked after the proof says it was made. The thief of a key can write any date, so this
    /// alone is not proof of anything.
    RevokedSince(Timestamp),
}

impl VerificationMethod {
    /// A method that writes its key as a Multikey.
    #[must_use]
    pub fn multikey(id: String, controller: &str, key: PublicKey) -> VerificationMethod {
        VerificationMethod::new(id, "Multikey", controller, key)
    }

    /// A method that writes its key as a JSON Web Key.
    #[must_use]
    pub fn json_web_key(id: String, controller: &str, key: PublicKey) -> VerificationMethod {
        VerificationMethod::new(id, "JsonWebKey", controller, key)
    }

    fn new(id: String, kind: &str, controller: &str, key: PublicKey) -> VerificationMethod {
        VerificationMethod {
            id,
            kind: kind.to_owned(),
            controller: controller.to_owned(),
            key: Ok(key),
            key_id: None,
            expires: None,
            revoked: None,
        }
    }

    /// The key.
    ///
    /// # Errors
    /// [`DocumentError::Key`] if it cannot be used.
    pub fn public_key(&self) -> Result<&PublicKey, DocumentError> {
        self.key.as_ref().map_err(|e| DocumentError::Key(e.clone()))
    }

    /// Whether the key was in force at `created`.
    #[must_use]
    pub fn state_at(&self, created: Timestamp) -> KeyState {
        match (self.revoked, self.expires) {
            (Some(at), _) if at <= created => KeyState::Revoked(at),
            (Some(at), _) => KeyState::RevokedSince(at),
            (None, Some(at)) if at <= created => KeyState::Expired(at),
            _ => KeyState::Good,
        }
    }
}
