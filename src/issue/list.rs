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
        match publish(app, &row.issuer_id, &row.status_list_id, now).await {
            Ok(done) => published += usize::from(done),
            Err(error) => {
                tracing::error!(list = %row.status_list_id, %error, "a status list was not published");
                first_error = first_error.or(Some(error));
            }
        }
    }
    first_error.map_or(Ok(published), Err)
}

/// Publishes every list of an organisation that its present key has not signed: after its key
/// changed.
///
/// # Errors
/// As [`publish_due`].
pub async fn publish_all(app: &App, issuer: &IssuerId) -> Result<(), Error> {
    let now = app.now();
    for row in app.db.of(issuer).status_lists().await? {
        publish(app, issuer, &row.status_list_id, now).await?;
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
    publish(app, issuer, list, app.now()).await?;
    Ok(())
}

/// A list as it is this moment, and since when it is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    /// The signed list credential, byte for byte.
    pub document: String,
    /// When it was published, or made for this answer.
    pub as_of: Timestamp,
}

/// A list as it is this moment, signed: the published one, or if something changed since, one made
/// for this answer. So whoever verifies here is told the truth at once. A published list that is
/// behind is never given instead: it would call a credential good that was taken back.
///
/// # Errors
/// As [`publish_due`]; [`Error::Custody`] if the published list is behind and nothing can be
/// signed.
pub async fn current(app: &App, list: &StatusListId) -> Result<Option<Current>, Error> {
    let Some(published) = app.db.status_document(list).await? else {
        return Ok(None);
    };
    let row = app.db.of(&published.issuer_id).status_list(list).await?;
    let row = row.ok_or(Error::NotFound("status list"))?;
    if row.changes <= published.changes {
        return Ok(Some(Current {
            document: published.document,
            as_of: published.published_at.into(),
        }));
    }
    app.custody.ready()?;
    let now = app.now();
    let keys = app.db.of(&row.issuer_id).keys().await?;
    let document = make(app, &row, active(&keys)?, &keys, now).await?;
    Ok(Some(Current {
        document,
        as_of: now,
    }))
}

/// How often a list is made anew when other processes publish it at the same moment.
const TRIES: usize = 16;

/// Publishes one list, unless another process has just published one as good. Whether this call
/// did.
async fn publish(
    app: &App,
    issuer: &IssuerId,
    list: &StatusListId,
    now: Timestamp,
) -> Result<bool, Error> {
    for _ in 0..TRIES {
        match try_publish(app, issuer, list, now).await {
            // Another process published this version first: look what it did not know.
            Err(Error::Db(db::Error::Duplicate(_))) => {}
            answer => return answer,
        }
    }
    Err(Error::Conflict(
        "other processes keep publishing this status list; it is tried again".to_owned(),
    ))
}

/// Rebuilds, signs, verifies and stores one list as the version after the last.
///
/// The order is the point. The last version is read first, then the count of changes, then the
/// bits: so this list knows all that the last one knew, or more. Should another process publish in
/// between, the number of the version is taken, and the store refuses this list.
async fn try_publish(
    app: &App,
    issuer: &IssuerId,
    list: &StatusListId,
    now: Timestamp,
) -> Result<bool, Error> {
    let last = app.db.status_document(list).await?;
    let mut of = app.db.of(issuer);
    let row = of.status_list(list).await?;
    let row = row.ok_or(Error::NotFound("status list"))?;
    let keys = of.keys().await?;
    let active = active(&keys)?;
    if last
        .as_ref()
        .is_some_and(|last| is_fresh(last, &row, active, now))
    {
        return Ok(false);
    }
    let document = make(app, &row, active, &keys, now).await?;
    let next = StatusDocumentRow {
        issuer_id: issuer.clone(),
        status_list_id: list.clone(),
        version: last.map_or(1, |last| last.version + 1),
        changes: row.changes,
        document,
        published_at: now.into(),
    };
    app.db.of(issuer).publish_status(&next).await?;
    Ok(true)
}

/// Whether a published list knows every change, will not run out soon, and names the key that
/// signs now.
fn is_fresh(
    last: &StatusDocumentRow,
    row: &StatusListRow,
    active: &IssuerKeyRow,
    now: Timestamp,
) -> bool {
    let renew = now.checked_sub(RENEW_AFTER).unwrap_or(now);
    last.changes >= row.changes
        && *last.published_at >= renew
        && last
            .document
            .contains(&identity::verification_method(&active.did, &active.key_id))
}

fn active(keys: &[IssuerKeyRow]) -> Result<&IssuerKeyRow, Error> {
    let active = keys.iter().find(|key| key.state == KeyState::Active);
    active.ok_or_else(|| Error::Key("there is no key that signs".to_owned()))
}

/// Rebuilds, signs and verifies one list. `row` was read before the bits are: a change in between
/// is in the list, and counted the next time.
async fn make(
    app: &App,
    row: &StatusListRow,
    active: &IssuerKeyRow,
    keys: &[IssuerKeyRow],
    now: Timestamp,
) -> Result<String, Error> {
    let bits = app
        .db
        .of(&row.issuer_id)
        .status_bits(&row.status_list_id)
        .await?;
    let document = document(&app.config.public_url, row, &bits, &active.did, now)?;
    sign(app, document, active, keys, now)
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
        kind: crate::status::Kind::Bitstring,
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
    let linted = lint::envelope(document, &ProofOptions::new(method, now)).map_err(|faults| {
        // We made it ourselves: nobody who asks can mend it.
        Error::Internal(format!("a status list has faults: {faults:?}"))
    })?;
    let signed = linted.sign(&keys::open(app, key)?);
    own::verify_list(&signed.document, &identity::document_of(&key.did, all), now)
        .map_err(Error::SelfCheck)?;
    Ok(signed.document)
}
