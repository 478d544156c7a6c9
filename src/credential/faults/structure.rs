//! What would give a document a second meaning: keywords, contexts and proofs where they must not
//! stand, second names for a member, a credential's own members elsewhere, endorsements without end.

use std::borrow::Cow;

use crate::json::{Members, Value};

use super::{Kind, MAX_ENDORSEMENTS, class::Walk, has_type};

/// Reports what must not stand anywhere in a credential.
///
/// `@context` and `proof` belong to the document and to each endorsement it carries, nowhere else;
/// of the other JSON-LD keywords only a value's `@value`, `@language` and `@direction` may occur.
/// A member has its plain name: as linked data an address in its place (`https://…#validUntil`, or
/// a class such as `Profile` for `creator`) says the same, but no reader here would see it.
pub(super) fn check(document: &Value, walk: &mut Walk) {
    let mut endorsements = 0;
    look(document, "", Place::Document, &mut endorsements, walk);
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

/// A value; `under` is the name of the member it stands under, through lists.
fn look(value: &Value, under: &str, place: Place, endorsements: &mut usize, walk: &mut Walk) {
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk.at_index(i, |walk| {
                    look(item, under, place, endorsements, walk);
                });
            }
        }
        Value::Object(members) => {
            let Some(place) = enter(value, under, place, endorsements, walk) else {
                return;
            };
            let whole = matches!(place, Place::Document | Place::Endorsement);
            let is_value = is_value(members);
            let inside = match place {
                Place::Document | Place::Inside => Place::Inside,
                Place::Endorsement | Place::InsideEndorsement => Place::InsideEndorsement,
            };
            for (name, member) in members {
                walk.at(name, |walk| match name.as_ref() {
                    "@context" if whole => {}
                    "proof" if whole => plain_names(member, walk),
                    "@context" | "proof" => only_at_the_top(name, walk),
                    envelope if !whole && ENVELOPE.contains(&envelope) => {
                        only_at_the_top(name, walk);
                    }
                    "@value" | "@language" | "@direction" if is_value => {}
                    keyword if is_keyword(keyword) => walk.wrong(
                        Kind::Structure,
                        format!("The keyword `{keyword}` may not be used in a credential."),
                    ),
                    name if !is_plain(name) => second_name(walk),
                    "type" if !whole => credential_types(member, walk),
                    name => look(member, name, inside, endorsements, walk),
                });
            }
        }
        _ => {}
    }
}

/// Whether an object is a text with its language, and nothing else beside (VCDM 2.0 §11.1).
fn is_value(members: &Members) -> bool {
    let is_part = |(name, member): &(Cow<str>, Value)| {
        let is_scalar = !matches!(member, Value::Object(_) | Value::Array(_));
        is_scalar && ["@value", "@language", "@direction"].contains(&name.as_ref())
    };
    members.iter().all(is_part) && members.iter().any(|(name, _)| name == "@value")
}

/// What only a credential has (VCDM 2.0 §4, 1.1 §4). Elsewhere it would say, as linked data, the
/// same about the object with the credential's id, and no reader would look there.
pub(super) const ENVELOPE: [&str; 12] = [
    "awardedDate",
    "credentialSchema",
    "credentialStatus",
    "credentialSubject",
    "expirationDate",
    "issuanceDate",
    "issuer",
    "refreshService",
    "termsOfUse",
    "validFrom",
    "validUntil",
    "verifiableCredential",
];

/// The types that only a credential has.
const ENVELOPE_TYPES: [&str; 5] = [
    "AchievementCredential",
    "EndorsementCredential",
    "OpenBadgeCredential",
    "VerifiableCredential",
    "VerifiablePresentation",
];

fn only_at_the_top(name: &str, walk: &mut Walk) {
    walk.wrong(
        Kind::Structure,
        format!("`{name}` may only stand at the top of a credential."),
    );
}

/// The types of what is no credential, as names or as addresses that end in them.
fn credential_types(types: &Value, walk: &mut Walk) {
    let found = types.one_or_many().iter().find_map(|name| {
        let name = name.as_str()?.rsplit(['#', '/', ':']).next()?;
        ENVELOPE_TYPES.contains(&name).then_some(name)
    });
    if let Some(name) = found {
        walk.wrong(
            Kind::Structure,
            format!("Only a credential has the type `{name}`."),
        );
    }
}

/// The members of proofs, whose keywords and sorts are read where they are checked.
fn plain_names(value: &Value, walk: &mut Walk) {
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk.at_index(i, |walk| plain_names(item, walk));
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                walk.at(name, |walk| match name.as_ref() {
                    "@context" => {}
                    name if name.starts_with('@') || !is_plain(name) => second_name(walk),
                    _ => plain_names(member, walk),
                });
            }
        }
        _ => {}
    }
}

fn second_name(walk: &mut Walk) {
    walk.wrong(
        Kind::Structure,
        "A member must have its plain name, not an address or the name of a class.",
    );
}

/// Whether a name can be that of a member: no IRI, compact IRI or class. No pinned context has two
/// such names for one IRI in one place.
fn is_plain(name: &str) -> bool {
    !name.contains(':') && !name.starts_with(|first: char| first.is_uppercase())
}

/// Where an object stands, once it is known whether it is an endorsement; `None` for one that must
/// not be there at all.
fn enter(
    object: &Value,
    under: &str,
    place: Place,
    endorsements: &mut usize,
    walk: &mut Walk,
) -> Option<Place> {
    let endorsement = under == "endorsement" && has_type(object, "EndorsementCredential");
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
