//! Sealing: XChaCha20-Poly1305 (RFC 8439, with the 192-bit nonce of draft-irtf-cfrg-xchacha).
//!
//! A sealed value is a random nonce of 24 bytes and the ciphertext with its tag of 16. What it
//! belongs to goes in as associated data, `v1|organisation|row|purpose`, so that a value copied
//! to another row, column or organisation does not open (I2).

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use zeroize::Zeroizing;

use super::{Custody, Fault};
use crate::{
    clock::{Chance, random},
    ids::IssuerId,
};

const NONCE_BYTES: usize = 24;

/// What a sealed value is for: part of what it is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The seed of an issuer's signing key.
    IssuerSigning,
    /// The key of a person.
    PersonKey,
    /// What is known about a person, under the person's key.
    PersonDetails,
    /// The secret that a sign-in provider gave us.
    SignInSecret,
    /// The order of a credential.
    Order,
    /// Words of an attempt: evidence, notes, feedback.
    Attempt,
    /// A file that was handed in.
    File,
    /// Why a status was changed.
    Reason,
    /// What an employer said of an achievement, and who it was.
    Endorsement,
    /// A letter: to whom, and what it says.
    Letter,
    /// The secret that signs what a webhook is told.
    WebhookSecret,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Purpose::IssuerSigning => "issuer-signing",
            Purpose::PersonKey => "person-key",
            Purpose::PersonDetails => "person-details",
            Purpose::SignInSecret => "sign-in-secret",
            Purpose::Order => "order",
            Purpose::Attempt => "attempt",
            Purpose::File => "file",
            Purpose::Reason => "reason",
            Purpose::Endorsement => "endorsement",
            Purpose::Letter => "letter",
            Purpose::WebhookSecret => "webhook-secret",
        }
    }
}

/// What a value is bound to. Ids and Multikeys have no `|` in them.
pub(super) fn bound_to(issuer: &IssuerId, row: &str, purpose: Purpose) -> String {
    format!("v1|{issuer}|{row}|{}", purpose.word())
}

/// What the seed of the service's own key for receipts is bound to. No organisation is called
/// `service`: their ids have 22 characters.
pub(super) fn bound_to_service(row: &str) -> String {
    format!("v1|service|{row}|receipt-signing")
}

pub(super) fn seal(key: &[u8; 32], bound: &str, plain: &[u8], chance: &dyn Chance) -> Vec<u8> {
    let nonce: [u8; NONCE_BYTES] = random(chance);
    let payload = Payload {
        msg: plain,
        aad: bound.as_bytes(),
    };
    // Sealing fails only for texts of 256 GiB.
    let ciphertext = XChaCha20Poly1305::new(key.into())
        .encrypt(XNonce::from_slice(&nonce), payload)
        .unwrap_or_default();
    [nonce.as_slice(), &ciphertext].concat()
}

pub(super) fn open(
    key: &[u8; 32],
    bound: &str,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let (nonce, ciphertext) = sealed
        .split_at_checked(NONCE_BYTES)
        .ok_or(Fault::Tampered)?;
    let payload = Payload {
        msg: ciphertext,
        aad: bound.as_bytes(),
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(XNonce::from_slice(nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| Fault::Tampered)
}

impl Custody {
    /// Seals `plain` for one row of an organisation and one purpose.
    ///
    /// # Errors
    /// As [`Custody::ready`].
    pub fn seal(
        &self,
        issuer: &IssuerId,
        row: &str,
        purpose: Purpose,
        plain: &[u8],
        chance: &dyn Chance,
    ) -> Result<Vec<u8>, Fault> {
        let bound = bound_to(issuer, row, purpose);
        Ok(seal(&self.kek()?.sealing, &bound, plain, chance))
    }

    /// Opens what [`Custody::seal`] sealed for the same row and purpose.
    ///
    /// # Errors
    /// [`Fault::Tampered`] if it was changed, moved, or sealed under another key-encryption key;
    /// else as [`Custody::ready`].
    pub fn unseal(
        &self,
        issuer: &IssuerId,
        row: &str,
        purpose: Purpose,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        open(
            &self.kek()?.sealing,
            &bound_to(issuer, row, purpose),
            sealed,
        )
    }
}
