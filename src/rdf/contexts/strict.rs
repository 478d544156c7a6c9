//! What a credential may not do with contexts and keywords, although JSON-LD lets it (threats B).

use crate::json::{Members, Value};

use super::super::fault::{Fault, Kind, Path};
use super::{CREDENTIALS_V1, CREDENTIALS_V2, EXAMPLES, PINNED, known};

/// What may stand inside a credential with contexts of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Embedded<'o> {
    /// Names of members (`endorsement`, `verifiableCredential`) whose objects may be credentials:
    /// with an `@context` of their own, which is held to the same rules.
    pub members: &'o [&'o str],
    /// Names of outermost members to look past (`proof`).
    pub skip: &'o [&'o str],
    /// Whether the contexts for examples and tests count as known.
    pub examples: bool,
}

/// The keywords a credential may use, besides a top `@context`.
const ALLOWED: [&str; 7] = [
    "@id",
    "@type",
    "@value",
    "@language",
    "@direction",
    "@list",
    "@set",
];

/// Holds a credential to the strict rules: contexts are URLs from the pinned list, byte for byte,
/// the W3C credentials context first, none twice, none in a subtree; no keyword but those that
/// write values and lists.
///
/// # Errors
/// The first fault: [`Kind::UnknownContext`] for a context that may be good but is not known here,
/// [`Kind::RefusedContext`] for what can never be trusted, [`Kind::Keyword`].
pub fn check(document: &Value<'_>) -> Result<(), Fault> {
    check_with(document, Embedded::default())
}

/// [`check`], allowing credentials inside this one where `embedded` says so.
///
/// # Errors
/// As [`check`].
pub fn check_with(document: &Value<'_>, embedded: Embedded<'_>) -> Result<(), Fault> {
    let Value::Object(members) = document else {
        return Err(Path::Root.fault(Kind::Shape, "the document is not a JSON object"));
    };
    credential(members, embedded.skip, embedded, &Path::Root)
}

fn credential(
    members: &Members<'_>,
    skip: &[&str],
    embedded: Embedded<'_>,
    path: &Path<'_>,
) -> Result<(), Fault> {
    let Some((_, context)) = members.iter().find(|(key, _)| key == "@context") else {
        return Err(path.fault(Kind::RefusedContext, "there is no @context"));
    };
    list(context, embedded.examples, &Path::Key(path, "@context"))?;
    for (key, value) in members {
        if key != "@context" && !skip.contains(&key.as_ref()) {
            member(key, value, embedded, &Path::Key(path, key))?;
        }
    }
    Ok(())
}

fn list(context: &Value<'_>, examples: bool, path: &Path<'_>) -> Result<(), Fault> {
    let refuse = |path: &Path<'_>, sentence: &str| Err(path.fault(Kind::RefusedContext, sentence));
    let entries = context.one_or_many();
    if entries.is_empty() {
        return refuse(path, "the list of contexts is empty");
    }
    let mut unknown = None;
    for (at, entry) in entries.iter().enumerate() {
        let index = Path::Index(path, at);
        let here = match context {
            Value::Array(_) => &index,
            _ => path,
        };
        let Some(url) = entry.as_str() else {
            return refuse(
                here,
                "a context must be a URL; a context written into the document can change what it says",
            );
        };
        if at == 0 && url != CREDENTIALS_V2 && url != CREDENTIALS_V1 {
            return refuse(
                here,
                "the first context must be the W3C credentials context",
            );
        }
        if entries[..at].contains(entry) {
            return refuse(here, "this context stands twice");
        }
        let example = examples && EXAMPLES.iter().any(|pinned| pinned.url == url);
        if known(url).is_none() && !example {
            if looks_pinned(url) {
                return refuse(here, "this context looks like a known one and is not");
            }
            let sentence = format!("the context {url:?} is not known here, and none is fetched");
            unknown.get_or_insert_with(|| here.fault(Kind::UnknownContext, sentence));
        }
    }
    unknown.map_or(Ok(()), Err)
}

/// Whether a URL differs from a pinned one only in what is easily overlooked.
fn looks_pinned(url: &str) -> bool {
    let plain = |url: &str| {
        let url = url.trim().to_lowercase();
        let url = url
            .replacen("http://", "https://", 1)
            .replace("://www.", "://");
        url.trim_end_matches(['/', '#', '?']).to_owned()
    };
    !url.is_ascii() || PINNED.iter().any(|pinned| plain(pinned.url) == plain(url))
}

fn member(
    key: &str,
    value: &Value<'_>,
    embedded: Embedded<'_>,
    path: &Path<'_>,
) -> Result<(), Fault> {
    if key == "@context" {
        let sentence = "a context inside the document can change what it says";
        return Err(path.fault(Kind::RefusedContext, sentence));
    }
    if key.starts_with('@') && !ALLOWED.contains(&key) {
        let sentence = format!("the keyword {key:?} has no place in a credential");
        return Err(path.fault(Kind::Keyword, sentence));
    }
    inside(key, value, embedded, path)
}

/// A value and everything in it; `key` is the member it stands under, through arrays.
fn inside(
    key: &str,
    value: &Value<'_>,
    embedded: Embedded<'_>,
    path: &Path<'_>,
) -> Result<(), Fault> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| inside(key, item, embedded, &Path::Index(path, at))),
        Value::Object(members)
            if embedded.members.contains(&key) && value.get("@context").is_some() =>
        {
            credential(members, &[], embedded, path)
        }
        Value::Object(members) => members
            .iter()
            .try_for_each(|(key, value)| member(key, value, embedded, &Path::Key(path, key))),
        Value::String(text) if text == "@json" => {
            Err(path.fault(Kind::Keyword, "a JSON literal has no place in a credential"))
        }
        _ => Ok(()),
    }
}
