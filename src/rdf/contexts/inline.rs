//! Contexts that are written into a document, spelled out.
//!
//! Such a context can change what a document says (threat B2), so none is ever read as one. Where any
//! credential will do, those that only name further types are written out instead: each of these
//! names is replaced by the address it stands for, and the context is gone. As linked data the
//! document says the same, to the last quad, and a proof over its meaning still holds.

use std::borrow::Cow;

use crate::json::{self, Value};

use super::{
    super::fault::{Fault, Kind, Path},
    EXAMPLES, PINNED,
};

/// The document without the contexts written into its `@context`, its types spelled out.
///
/// # Errors
/// [`Kind::RefusedContext`] for a context that does more than name types: that has keywords but
/// `@protected`, gives a name that another context of the document has or that is no plain word, or
/// an address that is none, or a name that is used as a member.
pub fn spell_out<'d, 'a>(document: &'d Value<'a>) -> Result<Cow<'d, Value<'a>>, Fault> {
    let contexts = document.get("@context");
    let contexts = contexts.map(Value::one_or_many).unwrap_or_default();
    if contexts.iter().all(|context| context.members().is_none()) {
        return Ok(Cow::Borrowed(document));
    }
    let (mut kept, mut names): (Vec<Value<'a>>, Vec<(String, String)>) = (Vec::new(), Vec::new());
    for (at, context) in contexts.iter().enumerate() {
        let list = Path::Key(&Path::Root, "@context");
        let here = Path::Index(&list, at);
        match context.members() {
            None => kept.push(context.clone()),
            Some(members) => {
                for (name, address) in members {
                    let here = Path::Key(&here, name);
                    if let Some(entry) = entry(name, address, &here)? {
                        add(&mut names, entry, &here)?;
                    }
                }
            }
        }
    }
    for url in kept.iter().filter_map(Value::as_str) {
        if let Some((name, _)) = names.iter().find(|(name, _)| defines(url, name)) {
            let sentence = format!("{name:?} has a meaning already");
            return Err(Path::Root.fault(Kind::RefusedContext, sentence));
        }
    }
    let mut spelled = document.clone();
    spelled.set("@context", Value::Array(kept));
    replace(&mut spelled, &names)?;
    Ok(Cow::Owned(spelled))
}

/// A name and its address; `None` for what says nothing.
fn entry(
    name: &str,
    value: &Value<'_>,
    path: &Path<'_>,
) -> Result<Option<(String, String)>, Fault> {
    let refuse = |sentence: &str| Err(path.fault(Kind::RefusedContext, sentence));
    if name == "@protected" && matches!(value, Value::Bool(_)) {
        return Ok(None);
    }
    let is_word = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    if !is_word(name) {
        return refuse("a context written into the document may only name types");
    }
    match value.as_str() {
        Some(address) if is_address(address) => Ok(Some((name.to_owned(), address.to_owned()))),
        _ => refuse("a type must stand for an https address"),
    }
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").unwrap_or_default();
    // A name whose address ends so is a prefix as well: `name:rest` would be read as another address.
    !rest.is_empty()
        && !rest.ends_with([':', '/', '?', '#', '[', ']', '@'])
        && rest
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
}

fn add(
    names: &mut Vec<(String, String)>,
    entry: (String, String),
    path: &Path<'_>,
) -> Result<(), Fault> {
    match names.iter().find(|(name, _)| *name == entry.0) {
        Some(known) if *known == entry => Ok(()),
        Some(_) => Err(path.fault(Kind::RefusedContext, "this name has two meanings")),
        None => {
            names.push(entry);
            Ok(())
        }
    }
}

/// Whether a pinned context says anything of `name`, wherever in it. A context for examples says
/// something of every word only where nobody else does.
fn defines(url: &str, name: &str) -> bool {
    let Some(pinned) = PINNED.iter().find(|pinned| pinned.url == url) else {
        return EXAMPLES.iter().all(|pinned| pinned.url != url);
    };
    let mut found = false;
    if let Ok(context) = json::parse(pinned.text) {
        context.walk(&mut |_, value| {
            let mut members = value.members().into_iter().flatten();
            found |= members.any(|(key, _)| key == name);
        });
    }
    found
}

/// Writes the addresses in place of the names, wherever they are types.
fn replace(value: &mut Value<'_>, names: &[(String, String)]) -> Result<(), Fault> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| replace(item, names)),
        Value::Object(members) => members.iter_mut().try_for_each(|(key, value)| {
            if names.iter().any(|(name, _)| key == name) {
                let sentence =
                    format!("{key:?} is the name of a type, and stands here as a member");
                return Err(Path::Root.fault(Kind::RefusedContext, sentence));
            }
            match key.as_ref() {
                "type" | "@type" => types(value, names),
                // A credential inside has contexts of its own.
                "verifiableCredential" => {}
                _ => return replace(value, names),
            }
            Ok(())
        }),
        _ => Ok(()),
    }
}

fn types(value: &mut Value<'_>, names: &[(String, String)]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| types(item, names)),
        Value::String(text) => {
            if let Some((_, address)) = names.iter().find(|(name, _)| text == name) {
                *text = Cow::Owned(address.clone());
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(contexts: &str, rest: &str) -> Result<String, String> {
        let text =
            format!(r#"{{"@context":["https://www.w3.org/ns/credentials/v2",{contexts}],{rest}}}"#);
        let document = json::parse(&text).expect("json");
        match spell_out(&document) {
            Ok(spelled) => Ok(json::text(&spelled)),
            Err(fault) => Err(fault.to_string()),
        }
    }

    #[test]
    fn b2_names_of_types_are_spelled_out_and_nothing_else() {
        let types = r#""type":["VerifiableCredential","T"],"evidence":{"type":"T"}"#;
        assert_eq!(
            spelled(r#"{"T":"https://a.example/#T"}"#, types).expect("fine"),
            r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","https://a.example/#T"],"evidence":{"type":"https://a.example/#T"}}"#
        );
        assert!(spelled(r#"{"@protected":true,"T":"https://a.example/#T"}"#, types).is_ok());
        for context in [
            r#"{"name":"https://a.example/#n"}"#,
            r#"{"VerifiableCredential":"https://a.example/#V"}"#,
            r#"{"alumniOf":{"@id":"https://a.example/#T"}}"#,
            r#"{"@vocab":"https://a.example/#"}"#,
            r#"{"@vocab":null}"#,
            r#"{"@base":"https://a.example/"}"#,
            r#"{"@import":"https://a.example/"}"#,
            r#"{"type":"@type"}"#,
            r#"{"T":"@id"}"#,
            r#"{"T":"https ://a#T"}"#,
            r#"{"T":"relative"}"#,
            // A prefix of other addresses, `T:x`.
            r#"{"T":"https://a.example/#"}"#,
            r#"{"T":"https://a.example/"}"#,
            r#"{"T":"https://a.example:"}"#,
            r#"{"a:b":"https://a.example/#T"}"#,
            r#"{"T":"https://a.example/#T"},{"T":"https://a.example/#U"}"#,
            r#"{"evidence":"https://a.example/#T"}"#,
            r#"{"T":"https://a.example/#T"},"https://unheard.example""#,
        ] {
            assert!(spelled(context, types).is_err(), "{context}");
        }
        let member = r#""type":["VerifiableCredential"],"credentialSubject":{"T":"x"}"#;
        assert!(spelled(r#"{"T":"https://a.example/#T"}"#, member).is_err());
    }

    #[test]
    fn a_document_without_such_contexts_is_left_as_it_is() {
        let document = json::parse(r#"{"@context":"https://a.example"}"#).expect("json");
        assert!(matches!(spell_out(&document), Ok(Cow::Borrowed(_))));
    }
}
