//! The life of an organisation's signing keys: made, put to use, replaced, taken back.
//!
//! One key signs at a time. A replaced key loses its seed in the same transaction in which its
//! successor begins to sign; its public half stays in the organisation's documents for ever, so
//! that what it signed keeps verifying (threat I5). A key's id is the key itself (I7).

use super::identity::did_for;
use crate::{
    app::App,
    custody::{self, NewKey},
    db::{self, DidMethod, IssuerKeyRow, IssuerRow, KeyState, Ts},
    did::DidError,
    ids::IssuerId,
    keys::SigningKey,
    who::{Refusal, Scope, Who},
};

/// Why a key could not be made, used, replaced or taken back.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// Whoever asks may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such organisation.
    #[error("there is no such organisation")]
    NoIssuer,
    /// The organisation has no key that signs.
    #[error("this organisation has no key that signs; make one with `skillmark keys new`")]
    NoActiveKey,
    /// The organisation has no such key, or it has been taken back before.
    #[error("this organisation has no such key that could be taken back")]
    NoSuchKey,
    /// The seed of the key was destroyed.
    #[error("the key {0} no longer signs: its private half was destroyed")]
    Destroyed(String),
    /// The address of this service has no did:web.
    #[error("this service's address cannot be a did:web: {0}")]
    NoDid(#[from] DidError),
    /// The keeper of keys refused.
    #[error("the keys are not available: {0}")]
    Custody(#[from] custody::Fault),
    /// The key is changed, and a status list could not be published under the new one yet; it
    /// will be tried again.
    #[error("the key is changed; a status list will be published under it later: {0}")]
    Lists(String),
    /// The database could not answer.
    #[error("the store could not answer: {0}")]
    Store(#[from] db::Error),
}

/// The keys of an organisation, oldest first, revoked and retired ones too.
///
/// # Errors
/// [`KeyFault::Store`].
pub async fn list(app: &App, issuer: &IssuerId) -> Result<Vec<IssuerKeyRow>, KeyFault> {
    Ok(app.db.of(issuer).keys().await?)
}

/// Makes the first key of an organisation that is about to be written, and gives `issuer` the DID
/// the key signs for. The caller stores both in one transaction.
///
/// # Errors
/// [`KeyFault::Custody`] or [`KeyFault::NoDid`].
pub fn first(app: &App, issuer: &mut IssuerRow) -> Result<IssuerKeyRow, KeyFault> {
    let key = app
        .custody
        .new_key(&issuer.issuer_id, app.chance.as_ref())?;
    begin_with(app, issuer, key)
}

/// As [`first`], with a key that was made elsewhere.
///
/// # Errors
/// As [`first`]; an example key is refused on a public address (I13).
pub fn first_adopted(
    app: &App,
    issuer: &mut IssuerRow,
    key: &SigningKey,
) -> Result<IssuerKeyRow, KeyFault> {
    let chance = app.chance.as_ref();
    let key = app.custody.adopt_key(&issuer.issuer_id, key, chance)?;
    begin_with(app, issuer, key)
}

fn begin_with(app: &App, issuer: &mut IssuerRow, key: NewKey) -> Result<IssuerKeyRow, KeyFault> {
    let row = row(app, issuer, key, KeyState::Active)?;
    issuer.did.clone_from(&row.did);
    Ok(row)
}

/// Makes a new key: it signs at once if none does, else it waits for [`rotate`], so that its
/// public half can spread before its first use.
///
/// # Errors
/// [`KeyFault`].
pub async fn new(app: &App, who: &Who) -> Result<IssuerKeyRow, KeyFault> {
    who.may(Scope::Manage)?;
    let key = app.custody.new_key(who.issuer(), app.chance.as_ref())?;
    add(app, who, key).await
}

/// Takes in a key that was made elsewhere, as [`new`] does with its own. Example keys are taken
/// only while the public address is this machine (I13).
///
/// # Errors
/// [`KeyFault`].
pub async fn adopt(app: &App, who: &Who, key: &SigningKey) -> Result<IssuerKeyRow, KeyFault> {
    who.may(Scope::Manage)?;
    let chance = app.chance.as_ref();
    let key = app.custody.adopt_key(who.issuer(), key, chance)?;
    add(app, who, key).await
}

async fn add(app: &App, who: &Who, key: NewKey) -> Result<IssuerKeyRow, KeyFault> {
    let issuer = who.issuer();
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(issuer);
    let organisation = of.issuer().await?.ok_or(KeyFault::NoIssuer)?;
    let active = of.active_key().await?.is_some();
    let state = if active {
        KeyState::Pending
    } else {
        KeyState::Active
    };
    let row = row(app, &organisation, key, state)?;
    of.add_key(&row).await?;
    if !active {
        of.set_issuer_did(&row.did).await?;
    }
    of.log(&[who.did(app, "key.new", &row.key_id, app.now())])
        .await?;
    tx.commit().await?;
    if !active {
        publish_lists(app, issuer).await?;
    }
    Ok(row)
}

/// Lists that were signed with a key that is gone may not be believed any more.
async fn publish_lists(app: &App, issuer: &IssuerId) -> Result<(), KeyFault> {
    let published = super::list::publish_all(app, issuer).await;
    published.map_err(|error| KeyFault::Lists(error.to_string()))
}

/// Whether a new key is a new DID for this organisation: so with `did:key`.
#[must_use]
pub fn changes_did(issuer: &IssuerRow) -> bool {
    issuer.did_method == DidMethod::Key
}

/// Replaces the key that signs: by the waiting one if there is one, else by a new one. The old
/// seed is destroyed. The new key.
///
/// What is promised and not signed yet moves to the new key, and the status lists are published
/// under it at once. With `did:key` a new key is a new DID ([`changes_did`]): strangers will see a
/// new issuer, and elsewhere than here the status of older credentials can no longer be told from
/// lists that the new key signs. `did:web` has no such trouble.
///
/// # Errors
/// [`KeyFault`].
pub async fn rotate(app: &App, who: &Who) -> Result<IssuerKeyRow, KeyFault> {
    who.may(Scope::Manage)?;
    let issuer = who.issuer();
    let made = app.custody.new_key(issuer, app.chance.as_ref())?;
    let now = Ts::from(app.now());
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(issuer);
    let organisation = of.issuer().await?.ok_or(KeyFault::NoIssuer)?;
    let keys = of.keys().await?;
    let old = in_state(&keys, KeyState::Active).ok_or(KeyFault::NoActiveKey)?;
    of.retire_key(&old.key_id, now).await?;
    let next = match in_state(&keys, KeyState::Pending) {
        Some(next) => next.clone(),
        None => {
            let next = row(app, &organisation, made, KeyState::Pending)?;
            of.add_key(&next).await?;
            next
        }
    };
    of.activate_key(&next.key_id, now).await?;
    of.set_issuer_did(&next.did).await?;
    of.log(&[who.did(app, "key.rotate", &next.key_id, *now)])
        .await?;
    tx.commit().await?;
    publish_lists(app, issuer).await?;
    Ok(IssuerKeyRow {
        state: KeyState::Active,
        activated_at: Some(now),
        ..next
    })
}

/// Takes a key back: its seed is destroyed, and nothing it signed is to be believed any more.
/// An organisation whose active key is taken back signs nothing until [`new`].
///
/// With `did:web` everybody sees it in the organisation's document. A `did:key` is its own document:
/// nobody else can learn of it, so revoke what was signed with it, too.
///
/// # Errors
/// [`KeyFault::NoSuchKey`]; other [`KeyFault`].
pub async fn revoke(app: &App, who: &Who, key_id: &str) -> Result<(), KeyFault> {
    who.may(Scope::Manage)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(who.issuer());
    match of.revoke_key(key_id, now.into()).await {
        Err(db::Error::NoRow) => return Err(KeyFault::NoSuchKey),
        other => other?,
    }
    of.log(&[who.did(app, "key.revoke", key_id, now)]).await?;
    tx.commit().await?;
    Ok(())
}

/// Opens a stored key, to sign with and drop.
///
/// # Errors
/// [`KeyFault::Destroyed`] if the key is retired or revoked; [`KeyFault::Custody`].
pub fn open(app: &App, row: &IssuerKeyRow) -> Result<SigningKey, KeyFault> {
    let sealed =
        (row.seed_sealed.as_deref()).ok_or_else(|| KeyFault::Destroyed(row.key_id.clone()))?;
    let key = app
        .custody
        .signing_key(&row.issuer_id, &row.key_id, sealed, &row.kek_id)?;
    Ok(key)
}

fn in_state(keys: &[IssuerKeyRow], state: KeyState) -> Option<&IssuerKeyRow> {
    keys.iter().find(|key| key.state == state)
}

fn row(
    app: &App,
    issuer: &IssuerRow,
    key: NewKey,
    state: KeyState,
) -> Result<IssuerKeyRow, KeyFault> {
    let now = Ts::from(app.now());
    let origin = &app.config.public_url;
    let did = did_for(issuer.did_method, origin, &issuer.issuer_id, &key.public)?;
    Ok(IssuerKeyRow {
        issuer_id: issuer.issuer_id.clone(),
        key_id: key.key_id,
        did: did.to_string(),
        state,
        seed_sealed: Some(key.seed_sealed),
        kek_id: key.kek_id,
        created_at: now,
        activated_at: (state == KeyState::Active).then_some(now),
        retired_at: None,
        revoked_at: None,
    })
}
