//! What is written about a learner, sealed with the learner's key and opened again.

use super::Error;
use crate::app::App;
use crate::custody::{PersonKey, Purpose};
use crate::db::{PersonRow, Tenant};
use crate::ids::PersonId;
use crate::issue;

/// The key of a learner. `None` once the learner is erased.
pub(super) async fn key(
    app: &App,
    rows: &mut Tenant<'_>,
    person: &PersonId,
) -> Result<Option<PersonKey>, Error> {
    let row = rows.person(person).await?;
    let row = row.ok_or(Error::NotFound("learner"))?;
    of(app, &row)
}

/// The key in a person's row.
pub(super) fn of(app: &App, row: &PersonRow) -> Result<Option<PersonKey>, Error> {
    let Some(sealed) = &row.key_sealed else {
        return Ok(None);
    };
    Ok(Some(app.custody.person_key(
        &row.issuer_id,
        &row.person_id,
        sealed,
    )?))
}

/// As [`key`], for writing: nothing is written about who was erased.
pub(super) async fn key_to_write(
    app: &App,
    rows: &mut Tenant<'_>,
    person: &PersonId,
) -> Result<PersonKey, Error> {
    let key = key(app, rows, person).await?;
    key.ok_or_else(|| Error::conflict("this learner was erased"))
}

/// A text for one row.
pub(super) fn seal(app: &App, key: &PersonKey, row: &str, text: &str) -> Vec<u8> {
    key.seal(row, Purpose::Attempt, text.as_bytes(), app.chance.as_ref())
}

/// The text of one row; empty where there is none or the learner is erased.
pub(super) fn open(
    key: Option<&PersonKey>,
    row: &str,
    sealed: Option<&Vec<u8>>,
) -> Result<String, Error> {
    let (Some(key), Some(sealed)) = (key, sealed) else {
        return Ok(String::new());
    };
    let text = key.unseal(row, Purpose::Attempt, sealed)?;
    String::from_utf8(text.to_vec())
        .map_err(|_| Error::Issue(issue::Error::Internal("a note is no text".to_owned())))
}

/// The most characters of what somebody writes about an attempt.
pub(super) const NOTE_CHARS: usize = 4_000;

/// The most characters of a name that a fault repeats.
const REPEATED: usize = 60;

/// A name that somebody sent, as a fault repeats it.
pub(super) fn shortened(name: &str) -> String {
    let mut characters = name.trim().chars().filter(|c| !c.is_control());
    let start: String = characters.by_ref().take(REPEATED).collect();
    match characters.next() {
        Some(_) => format!("{start}…"),
        None => start,
    }
}

/// Checks what somebody wrote: trimmed, no control characters but line ends.
pub(super) fn note(field: &str, text: &str) -> Result<String, Error> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > NOTE_CHARS {
        return Err(Error::field(
            field,
            format!("is longer than {NOTE_CHARS} characters"),
        ));
    }
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        return Err(Error::field(field, "has a character that is not text"));
    }
    Ok(text)
}

/// Checks one line that somebody typed: trimmed, 1 to `most` characters unless it may be empty.
pub(super) fn line(
    faults: &mut Vec<issue::Fault>,
    field: &str,
    text: &str,
    most: usize,
    needed: bool,
) -> String {
    let text = text.trim();
    let mut fault =
        |sentence: String| faults.push(issue::Fault::new(format!("/{field}"), sentence));
    if needed && text.is_empty() {
        fault("is missing".to_owned());
    }
    if text.chars().count() > most {
        fault(format!("is longer than {most} characters"));
    }
    if text.chars().any(char::is_control) {
        fault("has a character that is not text".to_owned());
    }
    text.to_owned()
}
