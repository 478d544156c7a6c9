//! What is not as it should be in one organisation. Looking changes nothing.

use super::{Error, identity, keys, list, own};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{IssuerKeyRow, StatusDocumentRow, StatusListRow};
use crate::ids::{IssuerId, StatusListId};
use crate::json;
use crate::status::ListCredential;

/// A published status list, and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListState {
    /// The list.
    pub list: StatusListId,
    /// How it is.
    pub is: ListIs,
}

/// How a published status list is; the worst that is true of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListIs {
    /// It was never published, and credentials name it.
    Unpublished,
    /// It does not verify, or says otherwise than our records: the sentence says how.
    Wrong(String),
    /// This many changes are not in it.
    Behind {
        /// How many.
        changes: i64,
        /// When the first of them was made; `None`: bits were cleared only.
        since: Option<Timestamp>,
    },
    /// It should have been renewed by now; it holds until then.
    Late(Timestamp),
    /// It says what we know, and holds until then.
    Good(Timestamp),
}

/// Opens every seed that is kept, wipes it, and tells of those that do not open, with their keys.
#[must_use]
pub fn shut_keys(app: &App, rows: &[IssuerKeyRow]) -> Vec<(String, keys::KeyFault)> {
    let kept = rows.iter().filter(|row| row.seed_sealed.is_some());
    let shut = kept.filter_map(|row| Some((row.key_id.clone(), keys::open(app, row).err()?)));
    shut.collect()
}

/// How every status list of an organisation is.
///
/// # Errors
/// [`Error::Db`].
pub async fn lists(
    app: &App,
    issuer: &IssuerId,
    keys: &[IssuerKeyRow],
) -> Result<Vec<ListState>, Error> {
    let mut states = Vec::new();
    for row in app.db.of(issuer).status_lists().await? {
        states.push(ListState {
            list: row.status_list_id.clone(),
            is: look_at_rest(app, row, keys).await?,
        });
    }
    Ok(states)
}

/// How often something that changes while it is looked at is looked at again.
pub(super) const TRIES: usize = 20;

/// How a list is, and not how half of a change is: what is wrong with it is so before and after.
async fn look_at_rest(
    app: &App,
    mut row: StatusListRow,
    keys: &[IssuerKeyRow],
) -> Result<ListIs, Error> {
    for _ in 1..TRIES {
        let is = look(app, &row, keys).await?;
        if !matches!(is, ListIs::Wrong(_)) {
            return Ok(is);
        }
        let mut of = app.db.of(&row.issuer_id);
        match of.status_list(&row.status_list_id).await? {
            Some(again) if again.changes != row.changes => row = again,
            _ => return Ok(is),
        }
    }
    look(app, &row, keys).await
}

async fn look(app: &App, row: &StatusListRow, keys: &[IssuerKeyRow]) -> Result<ListIs, Error> {
    let now = app.now();
    let Some(published) = app.db.status_document(&row.status_list_id).await? else {
        return Ok(ListIs::Unpublished);
    };
    let said = match read(&published, keys, now) {
        Ok(said) => said,
        Err(sentence) => return Ok(ListIs::Wrong(sentence)),
    };
    let mut of = app.db.of(&row.issuer_id);
    if row.changes > published.changes {
        let since = of.first_bit_since(&row.status_list_id, published.published_at);
        return Ok(ListIs::Behind {
            changes: row.changes - published.changes,
            since: since.await?.map(Into::into),
        });
    }
    let known = of.status_bits(&row.status_list_id).await?;
    let set = (0..said.list.len()).filter(|place| said.list.get(*place) == Ok(true));
    if !set.map(|place| place as i64).eq(known) {
        let sentence = "its bits are others than our records say";
        return Ok(ListIs::Wrong(sentence.to_owned()));
    }
    let until = said.valid_until.unwrap_or(Timestamp::MAX);
    let renew = now.checked_sub(list::RENEW_AFTER * 2).unwrap_or(now);
    Ok(if *published.published_at < renew {
        ListIs::Late(until)
    } else {
        ListIs::Good(until)
    })
}

/// Reads a list as a stranger does, with the keys as they are today.
fn read(
    published: &StatusDocumentRow,
    keys: &[IssuerKeyRow],
    now: Timestamp,
) -> Result<ListCredential, String> {
    let document = json::parse(&published.document).map_err(|error| error.to_string())?;
    let said = ListCredential::read(&document).map_err(|error| error.to_string())?;
    let issuer = identity::document_of(&said.issuer, keys);
    own::verify_list(&published.document, &issuer, now)?;
    Ok(said)
}
