//! The entry in a credential: which list, which place.

use std::borrow::Cow;

use super::{Purpose, StatusError};
use crate::{
    did,
    json::{Members, Value},
};

/// Which standard an entry and its list follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Bitstring Status List 1.0: `BitstringStatusListEntry`.
    Bitstring,
    /// Its forerunner, Status List 2021: `StatusList2021Entry`.
    StatusList2021,
}

/// One status of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A place in a list of bits.
    Place(Entry),
    /// A list that names what was taken back (`1EdTechRevocationList`), at this address.
    Revocations(String),
}

/// A `BitstringStatusListEntry` (Bitstring Status List §2.1) or a `StatusList2021Entry`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which of them.
    pub kind: Kind,
    /// Whether the index was written as a JSON number, which the standard does not have.
    pub numeric_index: bool,
    /// What the list is about.
    pub purpose: Purpose,
    /// The place in the list, counted in entries from 0.
    pub index: u64,
    /// The address of the list credential.
    pub list: String,
    /// How many bits an entry has: 1 to 32.
    pub size: u32,
    /// What the numbers mean: value and text, where the entry says so.
    pub messages: Vec<(u32, String)>,
}

/// Every status of a credential, read one by one: one that cannot be read must not hide the
/// others, nor be passed over.
#[must_use]
pub fn entries(credential: &Value<'_>) -> Vec<Result<Named, StatusError>> {
    let statuses = credential.get("credentialStatus");
    let statuses = statuses.map_or(&[][..], Value::one_or_many);
    statuses.iter().map(named).collect()
}

fn named(status: &Value<'_>) -> Result<Named, StatusError> {
    if !has_kind(status, "1EdTechRevocationList") {
        return Entry::read(status).map(Named::Place);
    }
    let list = status.get("id").and_then(Value::as_str);
    match list.filter(|list| did::is_absolute(list)) {
        Some(list) => Ok(Named::Revocations(list.to_owned())),
        None => Err(StatusError::Entry {
            member: "id",
            sentence: "must be the https address of the list",
        }),
    }
}

impl Entry {
    /// An entry of one bit.
    #[must_use]
    pub fn new(purpose: Purpose, list: impl Into<String>, index: u64) -> Entry {
        Entry {
            kind: Kind::Bitstring,
            numeric_index: false,
            purpose,
            index,
            list: list.into(),
            size: 1,
            messages: Vec::new(),
        }
    }

    /// The entry as it stands in a credential; its id is the list's address, `#` and the index.
    #[must_use]
    pub fn to_json(&self) -> Value<'static> {
        let member = |name, text: String| (Cow::Borrowed(name), Value::from(text));
        let members: Members<'static> = vec![
            member("id", format!("{}#{}", self.list, self.index)),
            member("type", "BitstringStatusListEntry".into()),
            member("statusPurpose", self.purpose.name().into()),
            member("statusListIndex", self.index.to_string()),
            member("statusListCredential", self.list.clone()),
        ];
        Value::Object(members)
    }

    /// Reads one item of `credentialStatus`.
    ///
    /// # Errors
    /// [`StatusError::UnknownType`], [`StatusError::Range`] for an index that is neither a canonical
    /// decimal text nor a whole JSON number, [`StatusError::Entry`] for the rest.
    pub fn read(status: &Value<'_>) -> Result<Entry, StatusError> {
        let kind = kind(status)?;
        let text = |member: &'static str| {
            let found = status.get(member).and_then(Value::as_str);
            found.ok_or(StatusError::Entry {
                member,
                sentence: "must be text",
            })
        };
        let list = text("statusListCredential")?;
        if !did::is_absolute(list) {
            let sentence = "must be an https address";
            return Err(StatusError::Entry {
                member: "statusListCredential",
                sentence,
            });
        }
        if status.get("id").and_then(Value::as_str) == Some(list) {
            let sentence = "must not be the address of the list";
            return Err(StatusError::Entry {
                member: "id",
                sentence,
            });
        }
        let size = match kind {
            Kind::Bitstring => size(status)?,
            Kind::StatusList2021 => 1,
        };
        Ok(Entry {
            kind,
            numeric_index: matches!(status.get("statusListIndex"), Some(Value::Number(_))),
            purpose: Purpose::of(text("statusPurpose")?),
            index: index(status.get("statusListIndex"))?,
            list: list.to_owned(),
            messages: match kind {
                Kind::Bitstring => messages(status, size)?,
                Kind::StatusList2021 => Vec::new(),
            },
            size,
        })
    }
}

fn has_kind(status: &Value<'_>, name: &str) -> bool {
    let kinds = status.get("type").map_or(&[][..], Value::one_or_many);
    kinds.iter().any(|kind| kind.as_str() == Some(name))
}

fn kind(status: &Value<'_>) -> Result<Kind, StatusError> {
    if has_kind(status, "BitstringStatusListEntry") {
        return Ok(Kind::Bitstring);
    }
    if has_kind(status, "StatusList2021Entry") {
        return Ok(Kind::StatusList2021);
    }
    let kinds = status.get("type").map_or(&[][..], Value::one_or_many);
    let name = kinds.first().and_then(Value::as_str).unwrap_or_default();
    Err(StatusError::UnknownType(name.to_owned()))
}

/// A decimal number with one spelling: no sign, no leading zero, no exponent (threat E3). A whole
/// JSON number is read too, because the field writes it so; whoever reads it says so.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range was checked"
)]
fn index(value: Option<&Value<'_>>) -> Result<u64, StatusError> {
    if let Some(Value::Number(number)) = value {
        let whole = number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(number);
        return whole.then_some(*number as u64).ok_or(StatusError::Range);
    }
    let text = value.and_then(Value::as_str).ok_or(StatusError::Range)?;
    let is_canonical =
        text == "0" || (text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0'));
    text.parse()
        .ok()
        .filter(|_| is_canonical)
        .ok_or(StatusError::Range)
}

/// A whole number of 1 to 32; 1 where nothing is said.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range was checked"
)]
fn size(status: &Value<'_>) -> Result<u32, StatusError> {
    match status.get("statusSize") {
        None => Ok(1),
        Some(Value::Number(size)) if size.fract() == 0.0 && (1.0..=32.0).contains(size) => {
            Ok(*size as u32)
        }
        Some(_) => Err(StatusError::Entry {
            member: "statusSize",
            sentence: "must be a whole number of 1 to 32",
        }),
    }
}

/// The texts of `statusMessage`, which an entry of more than one bit must have.
fn messages(status: &Value<'_>, size: u32) -> Result<Vec<(u32, String)>, StatusError> {
    let fault = |sentence| StatusError::Entry {
        member: "statusMessage",
        sentence,
    };
    let Some(messages) = status.get("statusMessage") else {
        return match size {
            1 => Ok(Vec::new()),
            _ => Err(fault("is missing")),
        };
    };
    let read = |message: &Value<'_>| {
        let value = message.get("status")?.as_str()?.strip_prefix("0x")?;
        let text = message.get("message")?.as_str()?;
        Some((u32::from_str_radix(value, 16).ok()?, text.to_owned()))
    };
    let messages: Option<Vec<_>> = messages.one_or_many().iter().map(read).collect();
    messages.ok_or(fault("must be a list of status (0x…) and message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn read(members: &str) -> Result<Entry, StatusError> {
        let text = format!(
            r#"{{"type":"BitstringStatusListEntry","statusPurpose":"revocation","statusListCredential":"https://a.test/s"{members}}}"#
        );
        Entry::read(&json::parse(&text).expect("json"))
    }

    #[test]
    fn e3_an_index_has_one_spelling() {
        for index in [
            r#""abc""#,
            r#""-1""#,
            r#""+1""#,
            r#""1e3""#,
            r#""0x10""#,
            r#"" 5""#,
            r#""5 ""#,
            r#""05""#,
            r#""00""#,
            r#""5.0""#,
            r#""""#,
            "null",
            "5.5",
            "-1",
            "1e300",
            "[5]",
            r#""99999999999999999999""#,
            r#""٥""#,
        ] {
            let entry = read(&format!(r#","statusListIndex":{index}"#));
            assert_eq!(entry, Err(StatusError::Range), "{index}");
        }
        assert_eq!(read(""), Err(StatusError::Range));
        let numeric = read(r#","statusListIndex":5"#).expect("an entry");
        assert_eq!((numeric.index, numeric.numeric_index), (5, true));
        for (index, value) in [
            ("0", 0),
            ("94567", 94567),
            ("18446744073709551615", u64::MAX),
        ] {
            let entry = read(&format!(r#","statusListIndex":"{index}""#));
            assert_eq!(entry.map(|e| e.index), Ok(value));
        }
    }

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        let entry = Entry::new(Purpose::Suspension, "https://a.test/s/1", 42);
        assert_eq!(
            json::text(&entry.to_json()),
            r#"{"id":"https://a.test/s/1#42","type":"BitstringStatusListEntry","statusPurpose":"suspension","statusListIndex":"42","statusListCredential":"https://a.test/s/1"}"#
        );
        assert_eq!(Entry::read(&entry.to_json()), Ok(entry));
    }

    #[test]
    fn what_is_not_an_entry_is_refused() {
        let index = r#","statusListIndex":"1""#;
        for (more, member, sentence) in [
            (
                r#","statusSize":0"#,
                "statusSize",
                "must be a whole number of 1 to 32",
            ),
            (
                r#","statusSize":1.5"#,
                "statusSize",
                "must be a whole number of 1 to 32",
            ),
            (
                r#","statusSize":"2""#,
                "statusSize",
                "must be a whole number of 1 to 32",
            ),
            (
                r#","statusSize":33"#,
                "statusSize",
                "must be a whole number of 1 to 32",
            ),
            (r#","statusSize":2"#, "statusMessage", "is missing"),
            (
                r#","statusMessage":[{"status":"1"}]"#,
                "statusMessage",
                "must be a list of status (0x…) and message",
            ),
            (
                r#","id":"https://a.test/s""#,
                "id",
                "must not be the address of the list",
            ),
        ] {
            assert_eq!(
                read(&format!("{index}{more}")),
                Err(StatusError::Entry { member, sentence })
            );
        }
        let messages = r#","statusSize":2,"statusMessage":[{"status":"0x0","message":"ok"},{"status":"0x3","message":"late"}]"#;
        assert_eq!(
            read(&format!("{index}{messages}")).map(|e| e.messages),
            Ok(vec![(0, "ok".into()), (3, "late".into())])
        );
    }
}
