//! Revoke, suspend, reinstate.
//!
//! A credential has one status entry. Suspending sets its bit and can be undone; revoking sets it
//! for good. The database knows at once, and the pages and the API read it there; the list that
//! strangers fetch follows within a minute ([`super::list`]).

use super::{Error, reasons};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, StatusEntryRow, StatusState, Tenant};
use crate::hooks;
use crate::ids::CredentialId;
use crate::queue;
use crate::who::{Scope, Who};

/// What to do with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Set the bit for now.
    Suspend,
    /// Clear the bit of a suspended credential.
    Reinstate,
    /// Set the bit for good.
    Revoke,
}

impl Change {
    /// The word in the audit log and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Suspend => "suspend",
            Change::Reinstate => "reinstate",
            Change::Revoke => "revoke",
        }
    }

    pub(super) fn result(self) -> StatusState {
        match self {
            Change::Suspend => StatusState::Suspended,
            Change::Reinstate => StatusState::Ok,
            Change::Revoke => StatusState::Revoked,
        }
    }
}

/// How often a change is tried again when others change the same credential.
const TRIES: usize = 16;

/// Changes the status of a credential and says what it is now. Asking again changes nothing.
///
/// No reason is stored where strangers could read it (threat E16).
///
/// # Errors
/// [`Error::Refused`] without the scope `revoke`; [`Error::NotFound`] for another organisation's
/// credential; [`Error::Conflict`] for a revoked one: that cannot be undone.
pub async fn change(
    app: &App,
    who: &Who,
    id: &CredentialId,
    change: Change,
) -> Result<StatusState, Error> {
    who.may(Scope::Revoke)?;
    let mut tries = 0;
    loop {
        tries += 1;
        match try_change(app, who, id, change).await {
            // Somebody else changed it since it was read: look what it is now.
            Err(Error::Db(db::Error::NoRow)) if tries < TRIES => {}
            answer => return answer,
        }
    }
}

async fn try_change(
    app: &App,
    who: &Who,
    id: &CredentialId,
    change: Change,
) -> Result<StatusState, Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    if change_in(app, &mut rows, who, id, change, "", now).await? {
        tx.commit().await?;
    }
    Ok(change.result())
}

/// Changes the status of a credential in the caller's transaction, for a reason that only the
/// organisation reads; whether it was another one before.
pub(super) async fn change_in(
    app: &App,
    rows: &mut Tenant<'_>,
    who: &Who,
    id: &CredentialId,
    change: Change,
    reason: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let entry = rows
        .status_of(id)
        .await?
        .ok_or(Error::NotFound("credential"))?;
    let to = change.result();
    if entry.state == to {
        return Ok(false);
    }
    if entry.state == StatusState::Revoked {
        return Err(Error::Conflict(
            "the credential is revoked, for good".to_owned(),
        ));
    }
    rows.change_status(id, entry.state, to, now.into()).await?;
    let action = format!("credential.{}", change.as_str());
    let line = who.did(app, &action, id.as_str(), now);
    rows.log(std::slice::from_ref(&line)).await?;
    reasons::keep(app, rows, &line, id, (change.as_str(), reason)).await?;
    follow(app, rows, id, change).await?;
    Ok(true)
}

/// What follows from a change of status, in the same transaction: others are told, and where there
/// are pathways, the learner's are looked at again.
pub(super) async fn follow(
    app: &App,
    rows: &mut Tenant<'_>,
    id: &CredentialId,
    change: Change,
) -> Result<(), Error> {
    let event = match change {
        Change::Suspend => "credential.suspended",
        Change::Reinstate => "credential.reinstated",
        Change::Revoke => "credential.revoked",
    };
    hooks::tell(rows, app, event, &[id.as_str()]).await?;
    if rows.pathway_stacks().await?.is_empty() {
        return Ok(());
    }
    let row = rows.credential(id).await?;
    if let Some(person) = row.and_then(|row| row.promise.person_id) {
        queue::put_once(rows, app, queue::RECONSIDER, person.as_str()).await?;
    }
    Ok(())
}

/// The status of a credential, as it is this moment.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Db`].
pub async fn status(app: &App, who: &Who, id: &CredentialId) -> Result<StatusEntryRow, Error> {
    who.may(Scope::Read)?;
    let entry = app.db.of(who.issuer()).status_of(id).await?;
    entry.ok_or(Error::NotFound("credential"))
}
