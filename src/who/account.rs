//! Accounts: an address and ways to prove that it is oneself. Nothing of it lies open.

use serde::{Deserialize, Serialize};

use super::Error;
use crate::app::App;
use crate::clock::Timestamp;
use crate::custody::{AccountKey, AccountPurpose};
use crate::db::AccountRow;
use crate::ids::AccountId;

/// Most characters of an address (RFC 5321 §4.5.3.1.3).
const MOST: usize = 254;

#[derive(Serialize, Deserialize)]
struct Details {
    address: String,
}

/// A new account with this address and no way in yet.
pub(super) fn new(app: &App, address: &str, now: Timestamp) -> Result<AccountRow, Error> {
    let chance = app.chance.as_ref();
    let account_id = AccountId::random(chance);
    let (key, key_sealed) = app.custody.new_account_key(&account_id, chance)?;
    let details = Details {
        address: address.trim().to_owned(),
    };
    let details = serde_json::to_vec(&details).map_err(|_| unreadable())?;
    Ok(AccountRow {
        details_sealed: key.seal(AccountPurpose::Details, &details, chance),
        account_id,
        key_sealed,
        kek_id: app.custody.kek_id()?.to_owned(),
        lookup_hash: app.custody.account_hash(address)?,
        password: None,
        totp_sealed: None,
        totp_step: 0,
        created_at: now.into(),
        proven_at: None,
    })
}

/// The account of an address, if it has one.
pub(super) async fn find(app: &App, address: &str) -> Result<Option<AccountRow>, Error> {
    let hash = app.custody.account_hash(address)?;
    Ok(app.db.account_by_lookup(&hash).await?)
}

/// The account with this id, which must be there.
pub(super) async fn get(app: &App, id: &AccountId) -> Result<AccountRow, Error> {
    let found = app.db.account(id).await?;
    found.ok_or(Error::NotFound("account"))
}

/// Opens an account's key.
pub(super) fn key(app: &App, row: &AccountRow) -> Result<AccountKey, Error> {
    Ok(app.custody.account_key(&row.account_id, &row.key_sealed)?)
}

/// The e-mail address of an account.
///
/// # Errors
/// [`Error::Custody`] if it does not open.
pub fn address_of(app: &App, row: &AccountRow) -> Result<String, Error> {
    let text = key(app, row)?.unseal(AccountPurpose::Details, &row.details_sealed)?;
    let details: Details = serde_json::from_slice(&text).map_err(|_| unreadable())?;
    Ok(details.address)
}

fn unreadable() -> Error {
    Error::Internal("the details of an account cannot be read".to_owned())
}

/// Why this is no e-mail address that anything could be sent to; the end of a sentence.
pub(super) fn address_fault(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Some("is missing");
    }
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c);
    let parts: Vec<&str> = text.split('@').collect();
    let whole = matches!(parts[..], [name, place] if !name.is_empty() && is_domain(place));
    if text.chars().count() > MOST {
        Some("is longer than an e-mail address can be")
    } else if !whole || text.contains(odd) {
        Some("is not an e-mail address such as ana@school.example")
    } else {
        None
    }
}

fn is_domain(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    labels.len() > 1
        && labels.iter().all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_what_is_none() {
        for good in [
            "ana@school.example",
            " a.b+c@x-y.z.example ",
            "ana@öl.example",
        ] {
            assert_eq!(address_fault(good), None, "{good}");
        }
        for bad in [
            "",
            "ana",
            "ana@",
            "@school.example",
            "ana@school",
            "a b@school.example",
            "a@b@school.example",
            "ana@school..example",
            "Ana <ana@school.example>",
            "ana@school.example\nBcc: x@y.example",
        ] {
            assert!(address_fault(bad).is_some(), "{bad}");
        }
        assert!(address_fault(&format!("{}@x.example", "a".repeat(260))).is_some());
    }
}
