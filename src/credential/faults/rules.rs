//! What the members of one object must be together: contexts, dates, who the subject is.

use crate::{credential::dates, json::Value};

use super::{Kind, MAX_PROOFS, class::Walk, structure::ENVELOPE};

pub(super) const VC_1: &str = "https://www.w3.org/2018/credentials/v1";
const VC_2: &str = "https://www.w3.org/ns/credentials/v2";

/// The data model's context first, then that of Open Badges (digest of both: VCDM 2.0 §4.3, Open
/// Badges 3.0 §B.1.1); no context twice.
pub(super) fn badge_context(credential: &Value, walk: &mut Walk) {
    any_context(credential, walk);
    let Some(contexts) = credential.get("@context") else {
        return;
    };
    let second = contexts.one_or_many().get(1).and_then(Value::as_str);
    if !second.is_some_and(is_badge_context) {
        walk.at("@context", |walk| {
            walk.at("1", |walk| {
                walk.wrong(
                    Kind::Shape,
                    "The second context must be that of Open Badges 3.0.",
                );
            });
        });
    }
}

/// The context of CLR 2.0 second, and that of Open Badges 3.0, whose terms it uses, after it.
pub(super) fn record_context(record: &Value, walk: &mut Walk) {
    any_context(record, walk);
    let Some(contexts) = record.get("@context").map(Value::one_or_many) else {
        return;
    };
    let is_clr = |url: &str| {
        url.strip_prefix("https://purl.imsglobal.org/spec/clr/v2p0/context")
            .and_then(|rest| rest.strip_suffix(".json"))
            .is_some_and(|version| version.is_empty() || version.starts_with("-2."))
    };
    let second = contexts.get(1).and_then(Value::as_str);
    let mut rest = contexts.iter().skip(2).filter_map(Value::as_str);
    if !second.is_some_and(is_clr) || !rest.any(is_badge_context) {
        walk.at("@context", |walk| {
            walk.wrong(
                Kind::Shape,
                "The second context must be that of CLR 2.0, and that of Open Badges 3.0 must follow.",
            );
        });
    }
}

pub(super) fn any_context(credential: &Value, walk: &mut Walk) {
    let contexts = credential
        .get("@context")
        .map(Value::one_or_many)
        .unwrap_or_default();
    walk.at("@context", |walk| {
        if !matches!(contexts.first().and_then(Value::as_str), Some(VC_1 | VC_2)) {
            walk.at("0", |walk| {
                walk.wrong(
                    Kind::Shape,
                    "The first context must be that of Verifiable Credentials.",
                );
            });
        }
        for (i, context) in contexts.iter().enumerate() {
            if contexts[..i].contains(context) {
                walk.at_index(i, |walk| {
                    walk.wrong(Kind::Shape, "This context is named twice.");
                });
            }
        }
    });
}

/// `…/context.json`, or `…/context-3.n.n.json`.
fn is_badge_context(url: &str) -> bool {
    url.strip_prefix("https://purl.imsglobal.org/spec/ob/v3p0/context")
        .and_then(|rest| rest.strip_suffix(".json"))
        .is_some_and(|version| {
            version.is_empty()
                || version.strip_prefix("-3.").is_some_and(|numbers| {
                    matches!(numbers.as_bytes(), [a, b'.', b] if a.is_ascii_digit() && b.is_ascii_digit())
                })
        })
}

pub(super) fn order_of_dates(credential: &Value, walk: &mut Walk) {
    in_order(credential, "validFrom", "validUntil", walk);
    in_order(credential, "issuanceDate", "expirationDate", walk);
}

pub(super) fn order_of_activity(subject: &Value, walk: &mut Walk) {
    in_order(subject, "activityStartDate", "activityEndDate", walk);
}

fn in_order(object: &Value, first: &str, last: &str, walk: &mut Walk) {
    let at = |name| dates::stamp(object.get(name)?.as_str()?).ok();
    if let (Some(from), Some(until)) = (at(first), at(last))
        && from > until
    {
        walk.at(last, |walk| {
            walk.wrong(Kind::Date, format!("`{last}` is before `{first}`."));
        });
    }
}

pub(super) fn count_of_proofs(credential: &Value, walk: &mut Walk) {
    let proofs = credential
        .get("proof")
        .map_or(0, |proof| proof.one_or_many().len());
    if proofs > MAX_PROOFS {
        walk.at("proof", |walk| {
            walk.wrong(
                Kind::Range,
                format!("There are {proofs} proofs; at most {MAX_PROOFS} are read."),
            );
        });
    }
}

/// A presentation shows what others say. What only a credential has, it would say in the name of
/// whomever it likes.
pub(super) fn shows_and_says_nothing(presentation: &Value, walk: &mut Walk) {
    let own = ["verifiableCredential", "termsOfUse"];
    for name in ENVELOPE.iter().filter(|name| !own.contains(name)) {
        if presentation.get(name).is_some() {
            walk.at(name, |walk| {
                walk.wrong(
                    Kind::Structure,
                    format!("A presentation may not have `{name}`: only a credential has it."),
                );
            });
        }
    }
}

pub(super) fn subject_is_named(subject: &Value, walk: &mut Walk) {
    let identifiers = subject
        .get("identifier")
        .map_or(0, |i| i.one_or_many().len());
    if subject.get("id").is_none() && identifiers == 0 {
        walk.wrong(
            Kind::Missing,
            "The subject must have an `id` or an `identifier`: whose badge is it?",
        );
    }
}

pub(super) fn criteria_say_something(criteria: &Value, walk: &mut Walk) {
    if criteria.get("id").is_none() && criteria.get("narrative").is_none() {
        walk.wrong(
            Kind::Missing,
            "The criteria must have an `id` or a `narrative`: what has one to do?",
        );
    }
}

/// `sha256$` and 64, or `md5$` and 32 hexadecimal digits (Open Badges 3.0 §B.4.2).
pub(super) fn hash_is_a_hash(identity: &Value, walk: &mut Walk) {
    let hash = identity.get("identityHash").and_then(Value::as_str);
    let (Some(Value::Bool(true)), Some(hash)) = (identity.get("hashed"), hash) else {
        return;
    };
    let hex = |digits: &str, count| {
        digits.len() == count && digits.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let weak = match hash.split_once('$') {
        Some(("sha256", digits)) if hex(digits, 64) => return,
        Some(("md5", digits)) if hex(digits, 32) => true,
        _ => false,
    };
    walk.at("identityHash", |walk| {
        if weak {
            walk.unwise(Kind::Rule, "MD5 hides an identifier badly: use sha256.");
        } else {
            walk.wrong(
                Kind::Shape,
                "`identityHash` must be sha256$ and 64 hexadecimal digits.",
            );
        }
    });
}
