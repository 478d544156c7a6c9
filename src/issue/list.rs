//! The status list as strangers fetch it.
//!
//! The database knows at once what was revoked; the list follows on a schedule, so that its
//! versions do not tell who was revoked when (threat E15). Issuing a credential takes a place in
//! a list but changes none of its bits, so the published bytes stay the same (threat E12).

use std::collections::HashSet;

use jiff::SignedDuration;

use super::{Error, identity, keys, lint, own};
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::Origin;
use crate::db::{self, IssuerKeyRow, KeyState, StatusDocumentRow, StatusListRow};
use crate::ids::{IssuerId, StatusListId};
use crate::json::Value;
use crate::proof::ProofOptions;
use crate::status::{List, ListCredential, Purpose};

/// For how long a published list may be relied on.
pub const VALID_FOR: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How old a published list may get before it is published anew, changed or not.
pub const RENEW_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// For how long a copy may be used before it is fetched again.
pub const TTL_MS: u64 = 300_000;

/// The address of a list, which is the `id` of its credential.
#[must_use]
pub fn url(origin: &Origin, list: &StatusListId) -> String {
    origin.join(&format!("/status/{list}"))
}

/// Publishes every list that changed, and every list that would run out. Call it on a schedule,
/// at most a minute apart: several changes between two calls appear in one version. How many were
/// published.
///
/// # Errors
/// The first list that could not be published; the others were still tried.
pub async fn publish_due(app: &App) -> Result<usize, Error> {
    let now = app.now();
    let renew = now.checked_sub(RENEW_AFTER).unwrap_or(now);
    let mut due = app.db.stale_status_lists().await?;
    due.extend(app.db.status_lists_published_before(renew.into()).await?);
    let mut seen = HashSet::new();
    due.retain(|row| seen.insert(row.status_list_id.clone()));
    let mut published = 0;
    let mut first_error = None;
    for row in due {
        match publish(app, &row, now).await {
            Ok(()) => published += 1,
            Err(error) => {
                tracing::error!(list = %row.status_list_id, %error, "a status list was not published");
                first_error = first_error.or(Some(error));
            }
        }
    }
    first_error.map_or(Ok(published), Err)
}

/// Publishes every list of an organisation: after its key changed.
///
/// # Errors
/// As [`publish_due`].
pub async fn publish_all(app: &App, issuer: &IssuerId) -> Result<(), Error> {
    let now = app.now();
    for row in app.db.of(issuer).status_lists().await? {
        publish(app, &row, now).await?;
    }
    Ok(())
}

/// Publishes a list for the first time, if it never was: before the first credential that names it
/// is handed out.
///
/// # Errors
/// As [`publish_due`].
pub async fn ensure(app: &App, issuer: &IssuerId, list: &StatusListId) -> Result<(), Error> {
    if app.db.status_document(list).await?.is_some() {
        return Ok(());
    }
    let row = app.db.of(issuer).status_list(list).await?;
    publish(app, &row.ok_or(Error::NotFound("status list"))?, app.now()).await
}

/// A list as it is this moment, signed: the published one, or if something changed since, one made
/// for this answer. So whoever verifies here is told the truth at once.
///
/// # Errors
/// As [`publish_due`].
pub async fn current(app: &App, list: &StatusListId) -> Result<Option<String>, Error> {
    let Some(published) = app.db.status_document(list).await? else {
        return Ok(None);
    };
    let row = app.db.of(&published.issuer_id).status_list(list).await?;
    match row {
        Some(row) if row.changes > published.changes && app.custody.ready().is_ok() => {
            Ok(Some(make(app, &row, app.now()).await?))
        }
        _ => Ok(Some(published.document)),
    }
}

/// Rebuilds, signs, verifies and stores one list.
async fn publish(app: &App, row: &StatusListRow, now: Timestamp) -> Result<(), Error> {
    let document = make(app, row, now).await?;
    let last = app.db.status_document(&row.status_list_id).await?;
    let next = StatusDocumentRow {
        issuer_id: row.issuer_id.clone(),
        status_list_id: row.status_list_id.clone(),
        version: last.map_or(1, |last| last.version + 1),
        changes: row.changes,
        document,
        published_at: now.into(),
    };
    match app.db.of(&row.issuer_id).publish_status(&next).await {
        // Another process published this version first; what it did not know is still due.
        Ok(()) | Err(db::Error::Duplicate(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Rebuilds, signs and verifies one list. `row` was read before the bits are: a change in between
/// is in the list, and counted the next time.
async fn make(app: &App, row: &StatusListRow, now: Timestamp) -> Result<String, Error> {
    let mut of = app.db.of(&row.issuer_id);
    let keys = of.keys().await?;
    let active = keys.iter().find(|key| key.state == KeyState::Active);
    let active = active.ok_or_else(|| Error::Key("there is no key that signs".to_owned()))?;
    let bits = of.status_bits(&row.status_list_id).await?;
    let document = document(&app.config.public_url, row, &bits, &active.did, now)?;
    sign(app, document, active, &keys, now)
}

fn document(
    origin: &Origin,
    row: &StatusListRow,
    bits: &[i64],
    did: &str,
    now: Timestamp,
) -> Result<Value<'static>, Error> {
    let fault = |_| Error::Internal("a status list has a place beyond its end".to_owned());
    let entries = usize::try_from(row.entries).map_err(|_| fault(()))?;
    let mut list = List::new(entries);
    for bit in bits {
        let place = usize::try_from(*bit).map_err(|_| fault(()))?;
        list.set(place, true).map_err(|_| fault(()))?;
    }
    let credential = ListCredential {
        url: url(origin, &row.status_list_id),
        issuer: did.to_owned(),
        purposes: vec![Purpose::of(&row.purpose)],
        list,
        valid_from: Some(now),
        valid_until: now.checked_add(VALID_FOR).ok(),
        ttl_ms: Some(TTL_MS),
    };
    Ok(credential.to_json())
}

fn sign(
    app: &App,
    document: Value<'static>,
    key: &IssuerKeyRow,
    all: &[IssuerKeyRow],
    now: Timestamp,
) -> Result<String, Error> {
    let method = identity::verification_method(&key.did, &key.key_id);
    let linted =
        lint::envelope(document, &ProofOptions::new(method, now)).map_err(Error::Faults)?;
    let signed = linted.sign(&keys::open(app, key)?);
    own::verify_list(&signed.document, &identity::document_of(&key.did, all), now)
        .map_err(Error::SelfCheck)?;
    Ok(signed.document)
}
