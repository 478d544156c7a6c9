//! Changing the status of many: above a hundred within a day a second person says yes (threat G17).
//!
//! What counts is what one person changed on their own word in the last 24 hours, at once or one by
//! one, on pages and by whatever API key they made. Asking for what is so already changes nothing and
//! counts nothing. The operator at the machine is not counted. A key that no member made asks for
//! nothing that waits for a second person: see [`super::approval`].

use std::collections::HashSet;

use jiff::SignedDuration;

use super::revoke::{self, Change};
use super::{Error, Fault, approval, reasons};
use crate::app::App;
use crate::clock::Timestamp;
use crate::custody::Purpose;
use crate::db::{self, BulkChange, BulkRow, BulkState, StatusEntryRow, StatusState, Tenant};
use crate::ids::{BulkId, CredentialId};
use crate::who::{Scope, Who};

/// How many one person may change alone within [`HOURS`] hours.
pub const ALONE: usize = 100;
/// For how long a change counts: one that is exactly so old does not any more.
pub const HOURS: i64 = 24;
/// How often a change is tried again when others change the same credential.
const TRIES: usize = 16;
/// How many may be changed at once.
pub const MOST: usize = 5_000;

/// What became of a change of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It is done: how many changed; the others were so already.
    Done(usize),
    /// It waits for a second person.
    Waiting(BulkId),
}

/// A change that waits, or waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// Its row.
    pub row: BulkRow,
    /// Which credentials.
    pub credentials: Vec<CredentialId>,
    /// Why.
    pub reason: String,
}

/// Changes the status of these credentials, all or none; above [`ALONE`] within [`HOURS`] hours it
/// waits for a second person.
///
/// # Errors
/// [`Error::Refused`] without the scope `revoke`; [`Error::Faults`] that name what is not this
/// organisation's, [`Error::NotFound`] if that was the only one; [`Error::Conflict`] for those that are
/// revoked, for none and for too many, and for a key of nobody where a second person would be asked.
pub async fn ask(
    app: &App,
    who: &Who,
    change: Change,
    credentials: &[CredentialId],
    reason: &str,
) -> Result<Asked, Error> {
    who.may(Scope::Revoke)?;
    let reason = reasons::checked(reason)?;
    let mut all = credentials.to_vec();
    all.sort();
    all.dedup();
    if all.is_empty() || all.len() > MOST {
        return Err(Error::Conflict(format!("name 1 to {MOST} credentials")));
    }
    let mut tries = 0;
    loop {
        tries += 1;
        match try_ask(app, who, change, &all, &reason).await {
            // Somebody else changed one since it was read: look what it is now.
            Err(Error::Db(db::Error::NoRow)) if tries < TRIES => {}
            answer => return answer,
        }
    }
}

async fn try_ask(
    app: &App,
    who: &Who,
    change: Change,
    all: &[CredentialId],
    reason: &str,
) -> Result<Asked, Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.hold_changes().await?;
    let statuses = rows.statuses_of(all).await?;
    all_known(all, &statuses)?;
    let new = statuses.iter().filter(|one| one.state != change.result());
    if may_alone(&mut rows, who, new.count(), now).await? {
        let changed = apply(app, &mut rows, who, (change, reason), all, now).await?;
        tx.commit().await?;
        return Ok(Asked::Done(changed));
    }
    approval::somebodys(who)?;
    let id = wait(app, &mut rows, who, (change, reason), all).await?;
    tx.commit().await?;
    Ok(Asked::Waiting(id))
}

/// How many credentials a refusal names.
const NAMED: usize = 5;

/// The first few of these, and how many more there are.
fn named(ids: &[&CredentialId]) -> String {
    let first: Vec<&str> = ids.iter().take(NAMED).map(|id| id.as_str()).collect();
    let first = first.join(", ");
    match ids.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Another organisation's credential is as unknown as one that never was (threat G8).
fn all_known(all: &[CredentialId], statuses: &[StatusEntryRow]) -> Result<(), Error> {
    let known: HashSet<&CredentialId> = statuses.iter().map(|one| &one.credential_id).collect();
    let unknown: Vec<&CredentialId> = all.iter().filter(|id| !known.contains(id)).collect();
    match unknown.as_slice() {
        [] => Ok(()),
        [_] if all.len() == 1 => Err(Error::NotFound("credential")),
        unknown => {
            let sentence = format!(
                "names what is no credential of your organisation: {}",
                named(unknown)
            );
            Err(Error::Faults(vec![Fault::new("/credentials", sentence)]))
        }
    }
}

/// What is revoked stays so.
fn all_possible(change: Change, statuses: &[StatusEntryRow]) -> Result<(), Error> {
    let stuck = statuses
        .iter()
        .filter(|one| one.state == StatusState::Revoked && change.result() != StatusState::Revoked);
    let mut stuck: Vec<&CredentialId> = stuck.map(|one| &one.credential_id).collect();
    stuck.sort();
    if stuck.is_empty() || statuses.len() == 1 {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "nothing was changed, for these are revoked, for good: {}",
        named(&stuck)
    )))
}

/// Whether somebody may change so many more on their own word.
async fn may_alone(
    rows: &mut Tenant<'_>,
    who: &Who,
    more: usize,
    now: Timestamp,
) -> Result<bool, Error> {
    if more == 0 || who.is_operator() {
        return Ok(true);
    }
    let since = now.checked_sub(SignedDuration::from_hours(HOURS));
    let since = since.unwrap_or(Timestamp::MIN);
    let before = rows.changed_alone(who.principal(), since.into()).await?;
    let before = usize::try_from(before).unwrap_or(usize::MAX);
    Ok(before.saturating_add(more) <= ALONE)
}

/// Writes down what is to be done when a second person says yes.
async fn wait(
    app: &App,
    rows: &mut Tenant<'_>,
    who: &Who,
    (change, reason): (Change, &str),
    all: &[CredentialId],
) -> Result<BulkId, Error> {
    let now = app.now();
    let id = BulkId::random(app.chance.as_ref());
    let (issuer, chance) = (who.issuer(), app.chance.as_ref());
    let text = reason.as_bytes();
    let sealed = app
        .custody
        .seal(issuer, id.as_str(), Purpose::Reason, text, chance)?;
    let row = BulkRow {
        bulk_id: id.clone(),
        change: match change {
            Change::Suspend => BulkChange::Suspend,
            Change::Reinstate => BulkChange::Reinstate,
            Change::Revoke => BulkChange::Revoke,
        },
        reason_sealed: Some(sealed),
        state: BulkState::Waiting,
        asked_by: who.principal().to_owned(),
        asked_at: now.into(),
        decided_by: None,
        decided_at: None,
    };
    rows.add_bulk_change(&row, all).await?;
    rows.log(&[who.did(app, "bulk.ask", id.as_str(), now)])
        .await?;
    Ok(id)
}

/// A second person says yes or no: how many credentials changed.
///
/// # Errors
/// [`Error::Refused`] without the scope `revoke`; [`Error::NotFound`]; [`Error::Conflict`] for whoever
/// asked, for what was decided before, and if a credential cannot be changed: then none is.
pub async fn decide(app: &App, who: &Who, id: &BulkId, yes: bool) -> Result<usize, Error> {
    who.may(Scope::Revoke)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let bulk = find(app, &mut rows, id).await?;
    // Whoever stands behind an API key is the same person.
    if yes && bulk.row.asked_by == who.principal() {
        return Err(Error::Conflict(
            "you asked for it, so somebody else says yes".to_owned(),
        ));
    }
    if yes && !who.is_person() {
        return Err(Error::Conflict(
            "a second person says yes, not a program".to_owned(),
        ));
    }
    if yes && approval::is_nobodys(&mut rows, &bulk.row.asked_by).await? {
        return Err(Error::Conflict(
            "nobody's key asked for it: say no, and ask for it as a member".to_owned(),
        ));
    }
    let state = if yes {
        BulkState::Done
    } else {
        BulkState::Declined
    };
    let decided = rows.decide_bulk_change(id, state, who.principal(), now.into());
    match decided.await {
        Err(db::Error::NoRow) => {
            return Err(Error::Conflict("this was decided before".to_owned()));
        }
        other => other?,
    }
    let mut changed = 0;
    if yes {
        let change = match bulk.row.change {
            BulkChange::Suspend => Change::Suspend,
            BulkChange::Reinstate => Change::Reinstate,
            BulkChange::Revoke => Change::Revoke,
        };
        let what = (change, bulk.reason.as_str());
        changed = apply(app, &mut rows, who, what, &bulk.credentials, now).await?;
    }
    let action = if yes { "bulk.confirm" } else { "bulk.decline" };
    rows.log(&[who.did(app, action, id.as_str(), now)]).await?;
    tx.commit().await?;
    Ok(changed)
}

async fn apply(
    app: &App,
    rows: &mut Tenant<'_>,
    who: &Who,
    (change, reason): (Change, &str),
    all: &[CredentialId],
    now: Timestamp,
) -> Result<usize, Error> {
    all_possible(change, &rows.statuses_of(all).await?)?;
    let mut changed = 0;
    for id in all {
        changed += usize::from(revoke::change_in(app, rows, who, id, change, reason, now).await?);
    }
    Ok(changed)
}

async fn find(app: &App, rows: &mut Tenant<'_>, id: &BulkId) -> Result<Bulk, Error> {
    let row = rows.bulk_change(id).await?;
    let row = row.ok_or(Error::NotFound("change of many"))?;
    open(app, rows, row).await
}

async fn open(app: &App, rows: &mut Tenant<'_>, row: BulkRow) -> Result<Bulk, Error> {
    let issuer = rows.issuer_id().clone();
    let reason = match &row.reason_sealed {
        None => String::new(),
        Some(sealed) => {
            let name = row.bulk_id.as_str();
            let text = app.custody.unseal(&issuer, name, Purpose::Reason, sealed)?;
            String::from_utf8_lossy(&text).into_owned()
        }
    };
    Ok(Bulk {
        credentials: rows.bulk_credentials(&row.bulk_id).await?,
        row,
        reason,
    })
}

/// The changes that wait, the newest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `revoke`.
pub async fn waiting(app: &App, who: &Who) -> Result<Vec<Bulk>, Error> {
    who.may(Scope::Revoke)?;
    let mut rows = app.db.of(who.issuer());
    let mut all = Vec::new();
    for row in rows.bulk_changes().await? {
        if row.state == BulkState::Waiting {
            all.push(open(app, &mut rows, row).await?);
        }
    }
    Ok(all)
}
