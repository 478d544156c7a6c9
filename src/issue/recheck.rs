//! Is a stored credential still what was issued? Pure; every difference is a sentence.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{identity, list, own, token};
use crate::clock::Timestamp;
use crate::config::Origin;
use crate::credential::dates;
use crate::db::{CredentialRow, IssuerKeyRow, KeyState, StatusEntryRow, StatusState, Ts};
use crate::ids::{StatusListId, hex};
use crate::json::{self, Value};
use crate::status::{self, List, Named};

/// What an organisation's credentials are held against.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) origin: Origin,
    pub(super) keys: Vec<IssuerKeyRow>,
    /// The keys as if none had been taken back: a signature is good or not whatever came later.
    pub(super) signed_with: Vec<IssuerKeyRow>,
    /// The lists as published; one that cannot be read is not among them.
    pub(super) lists: BTreeMap<StatusListId, Published>,
    pub(super) now: Timestamp,
}

/// A published list, and when.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) list: List,
    pub(super) at: Ts,
    /// How many changes it knows of.
    pub(super) changes: i64,
}

/// Everything in which a credential differs from what was issued; empty if nothing.
pub(super) fn differences(
    row: &CredentialRow,
    entry: Option<&StatusEntryRow>,
    records: &Records,
) -> Vec<String> {
    let mut found = Vec::new();
    let Some(text) = &row.document else {
        return vec!["it counts as issued and has no document".to_owned()];
    };
    key(row, entry, records, &mut found);
    status_of(row, entry, records, &mut found);
    let digest = Sha256::digest(text.as_bytes());
    if row.document_sha256.as_deref() != Some(digest.as_slice()) {
        let stored = row.document_sha256.as_deref().map_or_else(String::new, hex);
        found.push(format!(
            "its document was changed: its SHA-256 is {}, that of what was signed was {stored}",
            hex(&digest)
        ));
    }
    match json::parse(text) {
        Ok(document) => members(row, &document, records, &mut found),
        Err(error) => found.push(format!("its document cannot be read: {error}")),
    }
    let token = token(row).unwrap_or_else(|error| {
        found.push(format!("its JWT does not verify: {error}"));
        None
    });
    for (form, text) in [("document", Some(text)), ("JWT", token.as_ref())] {
        let Some(text) = text else { continue };
        let issuer = identity::document_of(&did(row, records), &records.signed_with);
        if let Err(sentence) = own::verify_signed(text, &issuer, records.now) {
            found.push(format!("its {form} does not verify: {sentence}"));
        }
    }
    found
}

/// The DID that the credential's key signs for.
fn did(row: &CredentialRow, records: &Records) -> String {
    let key = records
        .keys
        .iter()
        .find(|key| key.key_id == row.promise.key_id);
    key.map_or_else(String::new, |key| key.did.clone())
}

fn key(
    row: &CredentialRow,
    entry: Option<&StatusEntryRow>,
    records: &Records,
    found: &mut Vec<String>,
) {
    let id = &row.promise.key_id;
    let Some(key) = records.keys.iter().find(|key| key.key_id == *id) else {
        return found.push(format!("its key {id} is none of the organisation's"));
    };
    let is_revoked = entry.is_some_and(|entry| entry.state == StatusState::Revoked);
    match key.state {
        KeyState::Pending => found.push(format!("its key {id} has never signed")),
        KeyState::Revoked if !is_revoked => found.push(format!(
            "its key {id} was taken back, so that nobody believes it: issue it again, or revoke it"
        )),
        KeyState::Active | KeyState::Retired | KeyState::Revoked => {}
    }
    let end = key.retired_at.or(key.revoked_at);
    if let (Some(end), Some(issued)) = (end, row.issued_at)
        && issued > end
    {
        let (issued, end) = (dates::text(*issued), dates::text(*end));
        found.push(format!(
            "it was stored at {issued}, and its key signed nothing after {end}"
        ));
    }
}

/// The place that was promised, the place that is kept, and the bit that strangers see.
fn status_of(
    row: &CredentialRow,
    entry: Option<&StatusEntryRow>,
    records: &Records,
    found: &mut Vec<String>,
) {
    let Some(entry) = entry else {
        return found.push("it has no status".to_owned());
    };
    let (list, place) = (&row.promise.status_list_id, row.promise.status_index);
    if (&entry.status_list_id, entry.status_index) != (list, place) {
        return found.push(format!(
            "its status is kept at place {} of list {}, and place {place} of list {list} was promised",
            entry.status_index, entry.status_list_id
        ));
    }
    let Some(published) = records.lists.get(list) else {
        return;
    };
    // What was changed after the list was published is not in it yet.
    if entry.changed_at > published.at {
        return;
    }
    let kept = entry.state != StatusState::Ok;
    let shown = usize::try_from(place).map(|place| published.list.get(place));
    if !matches!(shown, Ok(Ok(bit)) if bit == kept) {
        let says = if kept { "is clear" } else { "is set" };
        found.push(format!(
            "it is {} here, and its bit in the published list {list} {says}",
            entry.state.as_str()
        ));
    }
}

/// What the document says, against what was promised before it was signed.
fn members(row: &CredentialRow, document: &Value<'_>, records: &Records, found: &mut Vec<String>) {
    let promise = &row.promise;
    let did = did(row, records);
    let proof = document.get("proof").map_or(&Value::Null, |proof| {
        proof.one_or_many().first().unwrap_or(&Value::Null)
    });
    let text = |value: Option<&Value<'_>>| value.and_then(Value::as_str).map(str::to_owned);
    let issuer = document.get("issuer");
    let issuer = text(issuer).or_else(|| text(issuer?.get("id")));
    let date = |at: Ts| Some(dates::text(*at));
    let method = identity::verification_method(&did, &promise.key_id);
    let pairs = [
        (
            "id",
            text(document.get("id")),
            Some(promise.public_id.clone()),
        ),
        ("issuer", issuer, Some(did)),
        (
            "validFrom",
            text(document.get("validFrom")),
            date(promise.valid_from),
        ),
        (
            "validUntil",
            text(document.get("validUntil")),
            promise.valid_until.and_then(date),
        ),
        (
            "proof's date",
            text(proof.get("created")),
            date(promise.proof_created),
        ),
        (
            "proof's key",
            text(proof.get("verificationMethod")),
            Some(method),
        ),
    ];
    for (name, says, promised) in pairs {
        if says != promised {
            let shown = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
            let (says, promised) = (shown(says), shown(promised));
            found.push(format!("its {name} is {says}, and {promised} was promised"));
        }
    }
    if !names_place(document, row, &records.origin) {
        found.push("its credentialStatus is not the place that was promised".to_owned());
    }
    let mut unsigned = document.clone();
    unsigned.remove("proof");
    let digest = Sha256::digest(json::text(&unsigned));
    if row.unsigned_sha256.as_deref() != Some(digest.as_slice()) {
        found.push("it is not the document that was checked before it was signed".to_owned());
    }
}

fn names_place(document: &Value<'_>, row: &CredentialRow, origin: &Origin) -> bool {
    let promise = &row.promise;
    match status::entries(document).as_slice() {
        [Ok(Named::Place(entry))] => {
            entry.list == list::url(origin, &promise.status_list_id)
                && i64::try_from(entry.index) == Ok(promise.status_index)
        }
        _ => false,
    }
}
