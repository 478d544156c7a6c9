//! No id for two things: as linked data, objects with one id are one object with the members of
//! both, and which member stood where is not signed.

use std::collections::HashMap;

use crate::json::{self, Value};

use super::{Kind, class::Walk, has_type};

/// Reports ids that stand for two things within one document, the endorsements it carries included:
/// a holder could move members from one to the other (`validUntil` to the subject of an endorsement
/// of this credential) under the same `eddsa-rdfc-2022` signature.
pub(super) fn check(document: &Value, walk: &mut Walk) {
    look(document, "", None, &mut HashMap::new(), walk);
}

type Seen<'v> = HashMap<&'v str, &'v Value<'v>>;

/// A value; it stands in the object `parent` under the member `under`, through lists.
fn look<'v>(
    value: &'v Value<'v>,
    under: &str,
    parent: Option<&'v Value<'v>>,
    seen: &mut Seen<'v>,
    walk: &mut Walk,
) {
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk.at_index(i, |walk| {
                    look(item, under, parent, seen, walk);
                });
            }
        }
        Value::Object(members) => {
            if !is_reference(value, under) && !says_its_own(value, under, parent) {
                compare(value, seen, walk);
            }
            for (name, member) in members {
                // A proof stands in a graph of its own, and names other proofs.
                if name != "@context" && name != "proof" {
                    walk.at(name, |walk| look(member, name, Some(value), seen, walk));
                }
            }
        }
        _ => {}
    }
}

/// Whether an object only names something: an id, or an id and what sort of thing it is. A result
/// is never only named, and neither is an issuer whom another object tells more about.
fn is_reference(object: &Value, under: &str) -> bool {
    let told_here = under == "issuer" || has_type(object, "Result");
    has_only(object, &["id", "type"]) && !told_here
}

/// The two objects that share the id of what they are about, and say what it cannot say: the
/// subject of an endorsement, and criteria that stand where their achievement does.
fn says_its_own(object: &Value, under: &str, parent: Option<&Value>) -> bool {
    let Some(parent) = parent else {
        return false;
    };
    match under {
        "credentialSubject" => {
            has_type(parent, "EndorsementCredential")
                && has_only(object, &["id", "type", "endorsementComment"])
        }
        "criteria" => {
            parent.get("id") == object.get("id")
                && parent.get("narrative").is_none()
                && has_only(object, &["id", "type", "narrative"])
        }
        _ => false,
    }
}

fn has_only(object: &Value, names: &[&str]) -> bool {
    object
        .members()
        .is_some_and(|members| members.iter().all(|(name, _)| names.contains(&&**name)))
}

fn compare<'v>(object: &'v Value<'v>, seen: &mut Seen<'v>, walk: &mut Walk) {
    let Some(id) = object.get("id").and_then(Value::as_str) else {
        return;
    };
    let Some(earlier) = seen.get(id).copied() else {
        seen.insert(id, object);
        return;
    };
    let is_result =
        |o: &Value| has_type(o, "ResultDescription") || has_type(o, "RubricCriterionLevel");
    if is_result(object) || is_result(earlier) {
        walk.at("id", |walk| {
            walk.wrong(
                Kind::Rule,
                "This id already stands for something else here.",
            );
        });
    } else if told(earlier) != told(object) {
        walk.at("id", |walk| {
            walk.wrong(
                Kind::Structure,
                "Two different objects share this id, and would be read as one.",
            );
        });
    }
}

/// What an object says, in one way of writing. Its endorsements are no part of it: each is signed
/// by itself, for this id, wherever it stands. Neither are an endorsement's proofs.
fn told(object: &Value) -> String {
    json::canonical_without(object, &["endorsement", "endorsementJwt", "proof"])
}
