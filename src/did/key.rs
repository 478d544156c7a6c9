//! did:key: the identifier is the key. Ed25519, P-256 and P-384 keys are read.

use super::{Did, DidError, Document, Resolved, VerificationMethod};
use crate::keys::PublicKey;

/// The DID of a key: `did:key:z6Mk…`, `did:key:zDna…` or `did:key:z82…`.
#[must_use]
pub fn did(key: &PublicKey) -> Did {
    Did {
        text: format!("did:key:{}", key.to_multikey()),
        id_at: "did:key:".len(),
    }
}

/// The verification method of a key under its own DID: `did:key:z6Mk…#z6Mk…`.
#[must_use]
pub fn method_url(key: &PublicKey) -> String {
    let multikey = key.to_multikey();
    format!("did:key:{multikey}#{multikey}")
}

/// The document of a did:key: one Multikey method, good for every purpose but key agreement.
///
/// # Errors
/// [`DidError::Key`] if the identifier is no Multikey that may be used.
pub fn resolve(did: &Did) -> Result<Resolved, DidError> {
    let key = PublicKey::from_multikey(did.id())?;
    let id = format!("{did}#{}", did.id());
    let method = VerificationMethod::multikey(id, did.as_str(), key);
    let mut document = Document::new(did.as_str());
    document.add_for_signing(method);
    Ok(Resolved::Document(Box::new(document)))
}
