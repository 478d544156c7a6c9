//! Comprehensive Learner Records (CLR 2.0): the record is verified as a credential, and each
//! credential in it alone.
//!
//! The record's own signature does not say which of its credentials said what: as linked data, equal
//! ids in two of them are one node. Only the credentials' own proofs do. So a record is valid only
//! if every credential in it is, and never lends its own green to one of them.

use std::borrow::Cow;

use crate::{credential::Fault, json::Value};

use super::{
    children,
    claim::{Associated, Recorded},
    judge::{Ask, Place},
    report::{Check, CheckId, Child, Verdict},
};

/// Where the credentials of a record stand.
const CHILDREN: &str = "/credentialSubject/verifiableCredential";

/// The record without its credentials: what it says itself.
pub(super) fn without_children<'d, 'a>(document: &'d Value<'a>) -> Cow<'d, Value<'a>> {
    if document.pointer(CHILDREN).is_none() {
        return Cow::Borrowed(document);
    }
    let mut own = document.clone();
    if let Some(subject) = own.get_mut("credentialSubject") {
        subject.remove("verifiableCredential");
    }
    Cow::Owned(own)
}

/// What is wrong with the list of credentials of a record.
pub(super) fn faults(document: &Value) -> Vec<Fault> {
    use crate::credential::{Kind, Weight};
    let count = document
        .pointer(CHILDREN)
        .map_or(0, |list| list.one_or_many().len());
    if count == 0 {
        return vec![Fault {
            pointer: CHILDREN.to_owned(),
            sentence: "A learner record must hold at least one credential.".to_owned(),
            kind: Kind::Missing,
            weight: Weight::Wrong,
        }];
    }
    children::faults(document, CHILDREN, false)
}

/// Verifies the credentials of a record, unless it stands inside another document or is already
/// known to be wrong.
pub(super) async fn children(
    ask: Ask<'_>,
    document: &Value<'_>,
    place: Place,
    verdict: Verdict,
) -> (Check, Vec<Child>) {
    let id = CheckId::Credentials;
    if place != Place::Alone {
        let sentence = "It stands inside another document; what it holds itself was not checked.";
        return (Check::unknown(id, "nested_record", sentence), Vec::new());
    }
    if verdict == Verdict::Invalid {
        let sentence = "Not looked at, because of what was found before.";
        return (Check::skipped(id, sentence), Vec::new());
    }
    let list = document.pointer(CHILDREN);
    let count = list.map_or(0, |list| list.one_or_many().len());
    let found = children::verify(ask, CHILDREN, list).await;
    (children::summary(&found, count), found)
}

/// What a record says itself; `None` if it does not have the members it needs.
pub(super) fn claim(document: &Value) -> Option<Recorded> {
    let text = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
    let subject = document.get("credentialSubject")?;
    let associations = subject.get("association").map(Value::one_or_many);
    let name_of = |id: &str| name_of(subject, id);
    Some(Recorded {
        id: text(document, "id")?,
        name: text(document, "name")?,
        partial: document.get("partial") == Some(&Value::Bool(true)),
        associations: associations
            .unwrap_or_default()
            .iter()
            .filter_map(|one| {
                let (source, target) = (text(one, "sourceId")?, text(one, "targetId")?);
                Some(Associated {
                    kind: text(one, "associationType")?,
                    source_name: name_of(&source),
                    target_name: name_of(&target),
                    source,
                    target,
                })
            })
            .collect(),
    })
}

/// The name of the achievement or credential of this id, wherever in the record it stands.
fn name_of(value: &Value, id: &str) -> Option<String> {
    match value {
        Value::Array(items) => items.iter().find_map(|item| name_of(item, id)),
        Value::Object(members) => {
            let is_it = value.get("id").and_then(Value::as_str) == Some(id);
            let name = value.get("name").and_then(Value::as_str);
            match name.filter(|_| is_it) {
                Some(name) => Some(name.to_owned()),
                None => members.iter().find_map(|(_, member)| name_of(member, id)),
            }
        }
        _ => None,
    }
}
