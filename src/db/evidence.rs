//! Evidence records: what was handed in, by name and digest.

use super::{Error, Tenant, Ts};
use crate::ids::{CredentialId, EvidenceId};

/// One piece of evidence of a credential.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct EvidenceRow {
    /// Its id, the end of the link in the credential.
    pub evidence_id: EvidenceId,
    /// The credential that carries it.
    pub credential_id: CredentialId,
    /// What it is.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// SHA-256 as a multibase multihash; `None` for what is not a file.
    pub digest: Option<String>,
    /// Such as `image/jpeg`.
    pub media_type: Option<String>,
    /// When it was recorded.
    pub created_at: Ts,
}

impl Tenant<'_> {
    /// Records evidence.
    ///
    /// # Errors
    /// [`Error::Missing`] if a credential is not this organisation's; then none is recorded.
    pub async fn add_evidence(&mut self, rows: &[EvidenceRow]) -> Result<(), Error> {
        let many = self
            .many("evidence", rows.len())
            .text(
                "evidence_id",
                rows.iter().map(|r| r.evidence_id.to_string()),
            )
            .text(
                "credential_id",
                rows.iter().map(|r| r.credential_id.to_string()),
            )
            .text("name", rows.iter().map(|r| r.name.clone()))
            .text("description", rows.iter().map(|r| r.description.clone()))
            .text("digest", rows.iter().map(|r| r.digest.clone()))
            .text("media_type", rows.iter().map(|r| r.media_type.clone()))
            .time("created_at", rows.iter().map(|r| r.created_at));
        self.insert(many).await?;
        Ok(())
    }

    /// The evidence of a credential, in the order of its ids.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn evidence_of(&mut self, id: &CredentialId) -> Result<Vec<EvidenceRow>, Error> {
        self.read(
            "select evidence_id, credential_id, name, description, digest, media_type, created_at \
             from evidence where issuer_id = $1 and credential_id = $2 order by evidence_id",
        )
        .bind(id.clone())
        .all()
        .await
    }

    /// The evidence with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn evidence(&mut self, id: &EvidenceId) -> Result<Option<EvidenceRow>, Error> {
        self.read(
            "select evidence_id, credential_id, name, description, digest, media_type, created_at \
             from evidence where issuer_id = $1 and evidence_id = $2",
        )
        .bind(id.clone())
        .opt()
        .await
    }
}
