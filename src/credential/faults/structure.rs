//! What would give a document a second meaning: keywords, contexts and proofs where they must not
//! stand, endorsements without end.

use crate::json::Value;

use super::{Kind, MAX_ENDORSEMENTS, class::Walk, has_type};

/// Reports what must not stand anywhere in a credential.
///
/// `@context` and `proof` belong to the document and to each endorsement it carries, nowhere else;
/// of the other JSON-LD keywords only a value's `@value`, `@language` and `@direction` may occur.
pub(super) fn check(document: &Value, walk: &mut Walk) {
    let mut endorsements = 0;
    look(document, Place::Document, &mut endorsements, walk);
    if endorsements > MAX_ENDORSEMENTS {
        walk.wrong(
            Kind::Range,
            format!("There are {endorsements} endorsements; at most {MAX_ENDORSEMENTS} are read."),
        );
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// The outermost object.
    Document,
    /// Within it.
    Inside,
    /// The outermost object of an endorsement.
    Endorsement,
    /// Within an endorsement.
    InsideEndorsement,
}

fn look(value: &Value, place: Place, endorsements: &mut usize, walk: &mut Walk) {
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk.at(&i.to_string(), |walk| look(item, place, endorsements, walk));
            }
        }
        Value::Object(members) => {
            let Some(place) = enter(value, place, endorsements, walk) else {
                return;
            };
            let whole = matches!(place, Place::Document | Place::Endorsement);
            let is_value = value.get("@value").is_some();
            let inside = match place {
                Place::Document | Place::Inside => Place::Inside,
                Place::Endorsement | Place::InsideEndorsement => Place::InsideEndorsement,
            };
            for (name, member) in members {
                walk.at(name, |walk| match name.as_ref() {
                    "@context" | "proof" if whole => {}
                    "@context" | "proof" => walk.wrong(
                        Kind::Structure,
                        format!("`{name}` may only stand at the top of a credential."),
                    ),
                    "@value" | "@language" | "@direction" if is_value => {}
                    keyword if is_keyword(keyword) => walk.wrong(
                        Kind::Structure,
                        format!("The keyword `{keyword}` may not be used in a credential."),
                    ),
                    _ => look(member, inside, endorsements, walk),
                });
            }
        }
        _ => {}
    }
}

/// Where an object stands, once it is known whether it is an endorsement; `None` for one that must
/// not be there at all.
fn enter(object: &Value, place: Place, endorsements: &mut usize, walk: &mut Walk) -> Option<Place> {
    let endorsement = has_type(object, "EndorsementCredential");
    match place {
        Place::Inside if endorsement => {
            *endorsements += 1;
            Some(Place::Endorsement)
        }
        Place::InsideEndorsement if endorsement => {
            walk.wrong(
                Kind::Structure,
                "An endorsement may not carry another endorsement.",
            );
            None
        }
        place => Some(place),
    }
}

/// `@` and letters: a keyword of JSON-LD, or what looks like one.
fn is_keyword(name: &str) -> bool {
    name.strip_prefix('@')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphabetic()))
}
