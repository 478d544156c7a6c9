//! Why statuses were changed: for the organisation alone.

use super::{Error, Tenant, Ts};
use crate::ids::{AuditId, CredentialId, PersonId};

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StatusReasonRow {
    /// The audit line that says who did it.
    pub audit_id: AuditId,
    /// Whose status.
    pub credential_id: CredentialId,
    /// What was done: `revoke`, `suspend`, `reinstate`.
    pub change: String,
    /// Why, sealed.
    pub reason_sealed: Option<Vec<u8>>,
    /// Under whose key; `None`: the organisation's.
    pub sealed_for: Option<PersonId>,
    /// When.
    pub changed_at: Ts,
}

impl Tenant<'_> {
    /// Writes reasons down.
    ///
    /// # Errors
    /// [`Error::Missing`] if a credential is not this organisation's.
    pub async fn add_status_reasons(&mut self, rows: &[StatusReasonRow]) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let many = self
            .many("status_reasons", rows.len())
            .text("audit_id", rows.iter().map(|r| r.audit_id.to_string()))
            .text(
                "credential_id",
                rows.iter().map(|r| r.credential_id.to_string()),
            )
            .text("change", rows.iter().map(|r| r.change.clone()))
            .bytes(
                "reason_sealed",
                rows.iter().map(|r| r.reason_sealed.clone()),
            )
            .text(
                "sealed_for",
                rows.iter()
                    .map(|r| r.sealed_for.as_ref().map(PersonId::to_string)),
            )
            .time("changed_at", rows.iter().map(|r| r.changed_at));
        self.insert(many).await?;
        Ok(())
    }

    /// The reasons for changes of a credential, the newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn status_reasons(
        &mut self,
        id: &CredentialId,
    ) -> Result<Vec<StatusReasonRow>, Error> {
        self.read(
            "select audit_id, credential_id, change, reason_sealed, sealed_for, changed_at \
             from status_reasons where issuer_id = $1 and credential_id = $2 \
             order by changed_at desc, audit_id",
        )
        .bind(id.clone())
        .all()
        .await
    }
}
