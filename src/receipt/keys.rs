//! The keys that sign receipts: made on first use, replaced, taken back, published.
//!
//! They stand in a document of their own, `/receipts/did.json`, which says that they are for receipts
//! only. A retired key stays in it, so that what it signed keeps verifying.

use super::Error;
use crate::{
    app::App,
    clock::Timestamp,
    config::Origin,
    custody::ReceiptKey,
    db::{self, ReceiptKeyRow, ReceiptKeyState, Ts},
    did::{self, Did, DidError, Purpose, VerificationMethod},
    json::{self, Value},
    keys::PublicKey,
    verify::{Known, receipt::SERVICE_TYPE},
};

/// The `did:web` under which this service signs receipts.
///
/// # Errors
/// If this service's host is one that a `did:web` cannot name.
pub fn did(origin: &Origin) -> Result<Did, DidError> {
    did::web::did_of(&origin.join("/receipts"))
}

/// The identifier that a receipt of this service names: a `did:key` on this machine alone, so that a
/// receipt of a demo can be read anywhere; else its `did:web`.
pub(super) fn issuer(app: &App, key: &PublicKey) -> Result<String, DidError> {
    let origin = &app.config.public_url;
    Ok(match origin.is_loopback() {
        true => did::key::did(key).as_str().to_owned(),
        false => did(origin)?.as_str().to_owned(),
    })
}

/// The document of the keys that sign receipts, under the identifier `did`: what
/// `/receipts/did.json` says.
#[must_use]
pub fn document(origin: &Origin, did: &str, keys: &[ReceiptKeyRow]) -> Value<'static> {
    let mut document = did::Document::new(did);
    for key in keys {
        let Ok(public) = PublicKey::from_multikey(&key.key_id) else {
            continue;
        };
        let mut method = VerificationMethod::multikey(format!("{did}#{}", key.key_id), did, public);
        method.revoked = key.revoked_at.map(Into::into);
        if key.state == ReceiptKeyState::Revoked {
            document.add(method);
        } else {
            document.add_for(method, &[Purpose::AssertionMethod]);
        }
    }
    let mut json = document.to_json();
    json.set(
        "service",
        Value::Array(vec![Value::Object(vec![
            ("id".into(), format!("{did}#receipts").into()),
            ("type".into(), SERVICE_TYPE.into()),
            ("serviceEndpoint".into(), origin.join("/verify").into()),
        ])]),
    );
    json
}

/// Every key, oldest first.
///
/// # Errors
/// [`Error::Store`].
pub async fn list(app: &App) -> Result<Vec<ReceiptKeyRow>, Error> {
    Ok(app.db.receipt_keys().await?)
}

/// The key that signs now. If there is none, one is made; of two who make one at the same moment,
/// one takes the other's.
pub(super) async fn active(app: &App) -> Result<ReceiptKeyRow, Error> {
    if let Some(row) = app.db.active_receipt_key().await? {
        return Ok(row);
    }
    let row = new(app)?;
    let mut tx = app.db.begin().await?;
    match tx.add_receipt_key(&row).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(row)
        }
        Err(db::Error::Duplicate(_)) => {
            tx.rollback().await?;
            let other = app.db.active_receipt_key().await?;
            other.ok_or(Error::NoSuchKey)
        }
        Err(error) => Err(error.into()),
    }
}

fn new(app: &App) -> Result<ReceiptKeyRow, Error> {
    let key = app.custody.new_receipt_key(app.chance.as_ref())?;
    Ok(ReceiptKeyRow {
        key_id: key.key_id,
        state: ReceiptKeyState::Active,
        seed_sealed: Some(key.seed_sealed),
        kek_id: key.kek_id,
        created_at: app.now().into(),
        retired_at: None,
        revoked_at: None,
    })
}

pub(super) fn open(app: &App, row: &ReceiptKeyRow) -> Result<ReceiptKey, Error> {
    let seed = row.seed_sealed.as_deref().unwrap_or_default();
    Ok(app.custody.receipt_key(&row.key_id, seed, &row.kek_id)?)
}

/// Replaces the key that signs receipts by a new one. The old seed is destroyed; what it signed
/// stays good. The new key.
///
/// # Errors
/// [`Error`].
pub async fn rotate(app: &App) -> Result<ReceiptKeyRow, Error> {
    let row = new(app)?;
    let mut tx = app.db.begin().await?;
    tx.retire_receipt_key(Ts::from(app.now())).await?;
    tx.add_receipt_key(&row).await?;
    tx.commit().await?;
    Ok(row)
}

/// Declares that nothing this key signed is to be believed any more.
///
/// # Errors
/// [`Error::NoSuchKey`]; [`Error::Store`].
pub async fn revoke(app: &App, key_id: &str) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    match tx.revoke_receipt_key(key_id, app.now().into()).await {
        Err(db::Error::NoRow) => return Err(Error::NoSuchKey),
        other => other?,
    }
    tx.commit().await?;
    Ok(())
}

/// Our own keys, as what a verifier knows.
pub(super) struct Ours {
    pub(super) sources: Known,
    names: Vec<String>,
}

impl Ours {
    /// Whether this identifier is one of this service.
    pub(super) fn names(&self, issuer: &str) -> bool {
        self.names.iter().any(|name| name == issuer)
    }
}

pub(super) fn known(app: &App, keys: &[ReceiptKeyRow], now: Timestamp) -> Ours {
    let origin = &app.config.public_url;
    let good = keys
        .iter()
        .filter(|key| key.state != ReceiptKeyState::Revoked);
    let mut names: Vec<String> = good.map(|key| format!("did:key:{}", key.key_id)).collect();
    let mut sources = Known::nothing();
    if let Ok(did) = did(origin) {
        let text = json::text(&document(origin, did.as_str(), keys));
        sources = sources.with_issuer(did.as_str(), text, now);
        names.push(did.as_str().to_owned());
    }
    Ours { sources, names }
}
