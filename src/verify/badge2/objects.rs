//! The parts of a badge: badge class, issuer, key, revocation list. Each is read where it stands.

use jiff::Timestamp;

use crate::json::{self, Value};

use super::super::{
    judge::Ask,
    report::{Check, CheckId},
    sources::NotFetched,
};

/// A part, as it stands at its address.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) value: Value<'static>,
    /// When it was read; `None` if it stands in the badge itself.
    pub(super) as_of: Option<Timestamp>,
}

/// What a badge is about, and who says so.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) class: Read,
    pub(super) issuer: Read,
}

impl Read {
    /// The part's id.
    pub(super) fn id(&self) -> &str {
        text(&self.value, "id").unwrap_or_default()
    }
}

/// Text under a name.
pub(super) fn text<'v>(value: &'v Value<'_>, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}

/// Reads badge class and issuer of an assertion.
pub(super) async fn read(ask: Ask<'_>, assertion: &Value<'_>) -> Result<Told, Check> {
    let badge = assertion.get("badge").ok_or_else(|| missing("`badge`"))?;
    let class = part(ask, badge, "badge class").await?;
    let issuer = class
        .value
        .get("issuer")
        .ok_or_else(|| missing("an issuer"))?;
    let issuer = part(ask, issuer, "issuer").await?;
    Ok(Told { class, issuer })
}

/// A part that is named by its address, or written out. One that is written out is read at its
/// address too, if it has one, and what stands there counts.
pub(super) async fn part(ask: Ask<'_>, named: &Value<'_>, what: &str) -> Result<Read, Check> {
    let id = match named {
        Value::String(id) => id.as_ref(),
        object if object.members().is_some() => text(object, "id").unwrap_or_default(),
        _ => return Err(missing(&format!("its {what}"))),
    };
    if !id.starts_with("https://") {
        return match named {
            Value::String(_) => Err(unknown(&format!(
                "The address of its {what} does not begin with https://, so it was not read."
            ))),
            object => Ok(Read {
                value: object.clone().into_owned(),
                as_of: None,
            }),
        };
    }
    at(ask, id, what).await
}

/// The part at an address, which must say that it is the one.
pub(super) async fn at(ask: Ask<'_>, id: &str, what: &str) -> Result<Read, Check> {
    let found = match ask.sources.document(id).await {
        Ok(found) => found,
        Err(why) => return Err(not_fetched(why, what)),
    };
    let value = match json::parse(&found.text) {
        Ok(value) if value.members().is_some() => value.into_owned(),
        _ => {
            return Err(unknown(&format!(
                "What stands at the address of its {what} is none."
            )));
        }
    };
    if text(&value, "id") != Some(id) {
        let sentence = format!("What stands at the address of its {what} says that it is another.");
        return Err(Check::fail(
            CheckId::KeyBinding,
            "hosted_id_mismatch",
            sentence,
        ));
    }
    Ok(Read {
        value,
        as_of: Some(found.as_of),
    })
}

fn not_fetched(why: NotFetched, what: &str) -> Check {
    unknown(&match why {
        NotFetched::Elsewhere => {
            format!("Its {what} stands on another server, and was not looked up there.")
        }
        NotFetched::Missing | NotFetched::Gone => {
            format!("Its {what} should stand at an address of its own, and does not any more.")
        }
        _ => format!("The address of its {what} gave no usable answer. Try again later."),
    })
}

fn unknown(sentence: &str) -> Check {
    Check::unknown(CheckId::KeyBinding, "part_not_fetched", sentence)
}

fn missing(what: &str) -> Check {
    Check::fail(
        CheckId::Schema,
        "malformed",
        format!("The badge does not name {what}, as Open Badges 2.0 asks."),
    )
}
