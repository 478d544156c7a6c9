//! Credentials of ours as they were stored, whole.

use sha2::{Digest, Sha256};

use crate::{
    db::{CredentialRow, CredentialState, IssuerRow},
    ids::{CredentialId, IssuerId},
    web::{Site, error::WebError},
};

/// A signed credential, its bytes just as they were stored.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// The row.
    pub(crate) row: CredentialRow,
    /// The signed document, byte for byte.
    pub(crate) document: String,
}

impl Stored {
    /// The credential with this id.
    ///
    /// # Errors
    /// 404 for what is no id, unknown or not signed yet; 503 when the stored bytes are not the
    /// ones that were signed (threat H16): damage must never look like an answer.
    pub(crate) async fn find(site: &Site, id: &str) -> Result<Stored, WebError> {
        let id: CredentialId = id.parse().map_err(|_| WebError::not_found())?;
        let row = site.app().db.credential_anywhere(&id).await?;
        let row = row
            .filter(|row| row.state == CredentialState::Issued)
            .ok_or_else(WebError::not_found)?;
        let document = row.document.clone().ok_or_else(WebError::not_found)?;
        let digest = Sha256::digest(document.as_bytes());
        if row.document_sha256.as_deref() != Some(digest.as_slice()) {
            tracing::error!(credential = %id, "a stored credential is damaged");
            return Err(WebError::damaged());
        }
        Ok(Stored { row, document })
    }

    /// The document as JSON.
    ///
    /// # Errors
    /// 503 if it is not JSON, which only damage can bring about.
    pub(crate) fn json(&self) -> Result<serde_json::Value, WebError> {
        serde_json::from_str(&self.document).map_err(|_| WebError::damaged())
    }
}

/// The organisation of ours that has, or had, this identifier.
///
/// # Errors
/// If the database could not answer.
pub(crate) async fn issuer_known_by(site: &Site, did: &str) -> Result<Option<IssuerRow>, WebError> {
    let keys = site.app().db.keys_of_did(did).await?;
    match keys.first() {
        Some(key) => Ok(Some(issuer(site, &key.issuer_id).await?)),
        None => Ok(None),
    }
}

/// The organisation with this id.
///
/// # Errors
/// 404 if there is none.
pub(crate) async fn issuer(site: &Site, id: &IssuerId) -> Result<IssuerRow, WebError> {
    site.app()
        .db
        .of(id)
        .issuer()
        .await?
        .ok_or_else(WebError::not_found)
}
