//! Open Badges 2.0: hosted badges, which are true because they stand at an address of their
//! issuer's, and signed ones (Open Badges 2.0 §Assertion Verification).
//!
//! Of a hosted badge only what stands at its address counts; the copy that was given merely names
//! it. Badge class and issuer are read at theirs.

mod answer;
mod objects;
mod pem;
mod scope;
mod signed;
mod translate;

use jiff::Timestamp;

use crate::{
    credential::has_type,
    did::is_absolute,
    json::{self, Value},
    proof::jwt,
};

use self::answer::Answering;
use super::{
    judge::Ask,
    report::{Check, CheckId, Form, Report},
    short::{short, unreadable},
    sources::NotFetched,
};

/// The context of Open Badges 2.0.
pub(super) const CONTEXT: &str = "https://w3id.org/openbadges/v2";

/// Whether a JSON document is a badge of Open Badges 2.0 or before, or a part of one.
pub(super) fn is_one(document: &Value) -> bool {
    let contexts = document.get("@context").map(Value::one_or_many);
    let of_ours = contexts.unwrap_or_default().iter().any(|context| {
        context
            .as_str()
            .is_some_and(|url| url.starts_with("https://w3id.org/openbadges/"))
    });
    let old = document.get("verify").is_some() && document.get("badge").is_some();
    !has_type(document, "VerifiableCredential")
        && (of_ours || old || has_type(document, "Assertion"))
}

/// What was baked into a picture: an address, JSON or a token.
pub(super) async fn baked(ask: Ask<'_>, text: &str) -> Report {
    if jwt::looks_like(text) {
        return Box::pin(signed::token(ask, text)).await;
    }
    if !text.starts_with('{') {
        return Box::pin(hosted(ask, text, None)).await;
    }
    match json::parse(text) {
        Ok(value) => Box::pin(object(ask, &value)).await,
        Err(error) => unreadable(&super::input::json_fault(&error), ask),
    }
}

/// An assertion in JSON.
pub(super) async fn object(ask: Ask<'_>, document: &Value<'_>) -> Report {
    if let Some(check) = unfit(document) {
        return short(check, ask);
    }
    let kind = document.pointer("/verification/type");
    let kinds = kind.map(Value::one_or_many).unwrap_or_default();
    let is = |names: [&str; 2]| {
        let mut found = kinds.iter().filter_map(Value::as_str);
        found.any(|kind| names.contains(&kind))
    };
    let id = document
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if is(["hosted", "HostedBadge"]) || (kinds.is_empty() && is_absolute(id)) {
        return hosted(ask, id, Some(document)).await;
    }
    let check = if is(["signed", "SignedBadge"]) {
        Check::fail(
            CheckId::Proof,
            "no_proof",
            "This badge is a signed one, and its signature is missing: check the token or the picture that it came in.",
        )
    } else {
        Check::fail(
            CheckId::Schema,
            "malformed",
            "It does not say how it can be verified.",
        )
    };
    short(check, ask)
}

/// What cannot be verified, and what to do about it.
fn unfit(document: &Value) -> Option<Check> {
    let is = |name| has_type(document, name);
    if document.get("verify").is_some() || document.get("uid").is_some() {
        let sentence = "This is a badge in a format from before 2018 (Open Badges 1), which is not read any more. Ask whoever issued it for a newer one, or open the page that it links to.";
        return Some(Check::unknown(CheckId::Format, "open_badges_1", sentence));
    }
    let part = [
        "BadgeClass",
        "Issuer",
        "Profile",
        "CryptographicKey",
        "RevocationList",
    ];
    if part.iter().any(|name| is(name)) && !is("Assertion") {
        let sentence = "This is a part of an Open Badges 2.0 badge, not the badge itself: nobody is said to have earned it.";
        return Some(Check::unknown(CheckId::Format, "not_a_badge", sentence));
    }
    None
}

/// A hosted badge at `id`, of which `copy` was given.
async fn hosted(ask: Ask<'_>, id: &str, copy: Option<&Value<'_>>) -> Report {
    if !id.starts_with("https://") {
        let sentence = "A badge that is verified by its address must have one that begins with https://; this one has not.";
        let check = Check::unknown(CheckId::Proof, "not_hosted", sentence);
        return short(check, ask);
    }
    let found = match ask.sources.document(id).await {
        Ok(found) => found,
        Err(why) => return not_there(why, ask),
    };
    let assertion = match json::parse(&found.text) {
        Ok(value) if value.members().is_some() => value,
        _ => {
            let sentence = "What stands at the badge's address is no badge.";
            let check = Check::unknown(CheckId::Proof, "hosted_unreadable", sentence);
            return short(check.of_age(Some(found.as_of)), ask);
        }
    };
    let mut answer = Answering::begin(Form::HostedBadge, &assertion);
    if assertion.get("revoked") == Some(&Value::Bool(true)) {
        answer.status(revoked(Some(found.as_of)));
    } else {
        let sentence = "It still stands at its address, and is not marked as taken back.";
        answer.status(Check::pass(CheckId::Status, sentence).of_age(Some(found.as_of)));
    }
    answer.push(stands_there(id, &assertion, copy, found.as_of));
    if answer.is_wrong() {
        return answer.report(ask, &assertion, None).await;
    }
    if let Some(check) = unfit(&assertion) {
        return short(check, ask);
    }
    let told = match objects::read(ask, &assertion).await {
        Ok(told) => told,
        Err(check) => {
            answer.push(check);
            return answer.report(ask, &assertion, None).await;
        }
    };
    answer.push(scope::check(id, &told.issuer));
    answer.parts(&told);
    answer.report(ask, &assertion, Some(&told)).await
}

/// Whether what stands at an address is this very badge, and says what the copy says.
fn stands_there(id: &str, there: &Value, copy: Option<&Value<'_>>, as_of: Timestamp) -> Check {
    if there.get("id").and_then(Value::as_str) != Some(id) {
        let sentence = "What stands at the badge's address says that it is another badge.";
        return Check::fail(CheckId::Proof, "hosted_id_mismatch", sentence);
    }
    let changed = copy.and_then(|copy| {
        let names = [
            "recipient",
            "issuedOn",
            "expires",
            "badge",
            "narrative",
            "evidence",
        ];
        names
            .into_iter()
            .find(|name| said(copy, name) != said(there, name))
    });
    if let Some(name) = changed {
        let sentence = format!(
            "The copy you were given does not say what stands at the badge's address: `{name}` is another."
        );
        return Check::fail(CheckId::Proof, "copy_differs", sentence);
    }
    let sentence = "It stands at its own address, and says there what it says here.";
    Check::pass(CheckId::Proof, sentence).of_age(Some(as_of))
}

/// What a badge says under a name. A badge class may be written out or only named.
fn said(badge: &Value, name: &str) -> Option<String> {
    let value = badge.get(name)?;
    match (name, value.get("id")) {
        ("badge", Some(id)) => Some(json::canonical(id)),
        _ => Some(json::canonical(value)),
    }
}

fn revoked(as_of: Option<Timestamp>) -> Check {
    Check::fail(CheckId::Status, "revoked", "The issuer has taken it back.").of_age(as_of)
}

/// Nothing could be read at the badge's address.
fn not_there(why: NotFetched, ask: Ask<'_>) -> Report {
    let check = match why {
        NotFetched::Gone => revoked(Some(ask.now)),
        NotFetched::Missing => Check::unknown(
            CheckId::Proof,
            "not_hosted",
            "Nothing stands at the badge's own address any more, so nothing says that it is real.",
        ),
        NotFetched::Elsewhere => Check::unknown(
            CheckId::Proof,
            "hosted_not_fetched",
            "This badge is real only if it stands at its own address, on another server; it was not looked up there.",
        ),
        _ => Check::unknown(
            CheckId::Proof,
            "hosted_unavailable",
            "The badge's own address gave no usable answer. Try again later; do not treat this as proof.",
        ),
    };
    short(check, ask)
}

/// A token whose payload is an assertion; `None` if it is something else.
pub(super) async fn token(ask: Ask<'_>, text: &str) -> Option<Report> {
    let is_one = signed::payload(text).is_some_and(|payload| is_one(&payload));
    match is_one {
        true => Some(Box::pin(signed::token(ask, text)).await),
        false => None,
    }
}
