//! No id for two things: as linked data, objects with one id are one object with the members of
//! both, and which member stood where is not signed.

use std::collections::HashMap;

use crate::json::Value;

use super::{Kind, class::Walk, has_type};

/// Reports ids that stand for two things within one document. Endorsements are documents of their
/// own and are not looked into.
pub(super) fn check(document: &Value, walk: &mut Walk) {
    look(document, &mut HashMap::new(), true, walk);
}

fn look<'v>(
    value: &'v Value,
    seen: &mut HashMap<&'v str, &'v Value<'v>>,
    top: bool,
    walk: &mut Walk,
) {
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk.at(&i.to_string(), |walk| look(item, seen, false, walk));
            }
        }
        Value::Object(members) if top || !has_type(value, "EndorsementCredential") => {
            compare(value, seen, walk);
            for (name, member) in members {
                // An endorsement's subject names the thing endorsed, and a proof names other proofs.
                if name != "@context" && name != "proof" {
                    walk.at(name, |walk| look(member, seen, false, walk));
                }
            }
        }
        _ => {}
    }
}

fn compare<'v>(object: &'v Value, seen: &mut HashMap<&'v str, &'v Value<'v>>, walk: &mut Walk) {
    let members = object.members().map_or(0, Vec::len);
    let Some(id) = object
        .get("id")
        .and_then(Value::as_str)
        .filter(|_| members > 1)
    else {
        return;
    };
    let Some(earlier) = seen.insert(id, object) else {
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
    } else if earlier != object {
        walk.at("id", |walk| {
            walk.unwise(
                Kind::Rule,
                "Two different objects share this id, and would be read as one.",
            );
        });
    }
}
