//! Why a status was changed: written down sealed, for the organisation alone (threat E16).

use super::{Error, Fault};
use crate::app::App;
use crate::clock::Timestamp;
use crate::custody::Purpose;
use crate::db::{AuditRow, CredentialRow, StatusReasonRow, Tenant};
use crate::ids::CredentialId;
use crate::who::{Scope, Who};

/// The most characters of a reason.
pub const CHARS: usize = 1_000;

/// A reason, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What was done: `revoke`, `suspend`, `reinstate`.
    pub change: String,
    /// Why; empty once the learner is erased.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Checks a reason: trimmed, plain text.
///
/// # Errors
/// [`Error::Faults`].
pub fn checked(reason: &str) -> Result<String, Error> {
    let reason = reason.replace("\r\n", "\n").trim().to_owned();
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if reason.chars().count() > CHARS || reason.chars().any(odd) {
        let sentence = format!("is a text of at most {CHARS} characters");
        return Err(Error::Faults(vec![Fault::new("/reason", sentence)]));
    }
    Ok(reason)
}

/// Writes a reason down beside the audit line that says who did it. An empty one is not written.
pub(super) async fn keep(
    app: &App,
    rows: &mut Tenant<'_>,
    line: &AuditRow,
    id: &CredentialId,
    (change, reason): (&str, &str),
) -> Result<(), Error> {
    if reason.is_empty() {
        return Ok(());
    }
    let credential = rows.credential(id).await?;
    let person = credential.and_then(|row: CredentialRow| row.promise.person_id);
    let known = match &person {
        Some(person) => rows.person(person).await?,
        None => None,
    };
    let issuer = rows.issuer_id().clone();
    let (name, chance) = (line.audit_id.as_str(), app.chance.as_ref());
    let key = known
        .as_ref()
        .and_then(|row| Some((row, row.key_sealed.as_ref()?)));
    let (sealed, sealed_for) = match key {
        Some((row, key)) => {
            let key = app.custody.person_key(&issuer, &row.person_id, key)?;
            let sealed = key.seal(name, Purpose::Reason, reason.as_bytes(), chance);
            (sealed, Some(row.person_id.clone()))
        }
        None => {
            let text = reason.as_bytes();
            (
                app.custody
                    .seal(&issuer, name, Purpose::Reason, text, chance)?,
                None,
            )
        }
    };
    rows.add_status_reasons(&[StatusReasonRow {
        audit_id: line.audit_id.clone(),
        credential_id: id.clone(),
        change: change.to_owned(),
        reason_sealed: Some(sealed),
        sealed_for,
        changed_at: line.at,
    }])
    .await?;
    Ok(())
}

/// Why a credential's status was changed, the newest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `revoke`.
pub async fn of(app: &App, who: &Who, id: &CredentialId) -> Result<Vec<Reason>, Error> {
    who.may(Scope::Revoke)?;
    let mut rows = app.db.of(who.issuer());
    let mut reasons = Vec::new();
    for row in rows.status_reasons(id).await? {
        reasons.push(Reason {
            reason: open(app, &mut rows, &row).await?,
            change: row.change,
            at: row.changed_at.into(),
        });
    }
    Ok(reasons)
}

async fn open(app: &App, rows: &mut Tenant<'_>, row: &StatusReasonRow) -> Result<String, Error> {
    let Some(sealed) = &row.reason_sealed else {
        return Ok(String::new());
    };
    let issuer = rows.issuer_id().clone();
    let name = row.audit_id.as_str();
    let text = match &row.sealed_for {
        None => app.custody.unseal(&issuer, name, Purpose::Reason, sealed)?,
        Some(person) => {
            let known = rows.person(person).await?.and_then(|row| row.key_sealed);
            let Some(key) = known else {
                return Ok(String::new());
            };
            let key = app.custody.person_key(&issuer, person, &key)?;
            key.unseal(name, Purpose::Reason, sealed)?
        }
    };
    Ok(String::from_utf8_lossy(&text).into_owned())
}
