//! Endorsements inside a document: each is verified on its own, and none changes the verdict about
//! what carries it (threat A19).

use crate::{
    credential::{self, has_type},
    json::{self, Value},
};

use super::{
    judge::{self, Ask},
    report::{Check, CheckId, Endorsement, Outcome, Report, Verdict},
};

/// An endorsement, and where it stands.
struct Place<'v, 'a> {
    pointer: String,
    value: &'v Value<'a>,
    /// The id of what carries it.
    carrier: Option<&'v str>,
}

/// Verifies each endorsement of a document, at most [`credential::MAX_ENDORSEMENTS`].
pub(super) async fn check(ask: Ask<'_>, document: &Value<'_>) -> (Check, Vec<Endorsement>) {
    let mut places = Vec::new();
    find(document, &mut String::new(), &mut places);
    let mut found = Vec::new();
    for place in places.iter().take(credential::MAX_ENDORSEMENTS) {
        let mut report = Box::pin(one(ask, place.value)).await;
        if !is_about(&report, place.carrier) {
            mark_as_misplaced(&mut report);
        }
        found.push(Endorsement {
            pointer: place.pointer.clone(),
            report: Box::new(report),
        });
    }
    (summary(&found, places.len()), found)
}

/// An endorsement as an object, or as a token.
async fn one(ask: Ask<'_>, value: &Value<'_>) -> Report {
    match value {
        Value::String(token) => judge::token_text(ask, token, judge::Place::Endorsing).await,
        object => judge::object(ask, object.clone(), judge::Place::Endorsing).await,
    }
}

/// Finds endorsements without looking into them.
fn find<'v, 'a>(value: &'v Value<'a>, pointer: &mut String, places: &mut Vec<Place<'v, 'a>>) {
    let here = pointer.len();
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                json::push_index(pointer, i);
                find(item, pointer, places);
                pointer.truncate(here);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                json::push_step(pointer, name);
                if matches!(name.as_ref(), "endorsement" | "endorsementJwt") {
                    collect(value, member, pointer, places);
                } else if !matches!(name.as_ref(), "proof" | "verifiableCredential") {
                    find(member, pointer, places);
                }
                pointer.truncate(here);
            }
        }
        _ => {}
    }
}

fn collect<'v, 'a>(
    carrier: &'v Value<'a>,
    list: &'v Value<'a>,
    pointer: &str,
    places: &mut Vec<Place<'v, 'a>>,
) {
    let carrier = carrier.get("id").and_then(Value::as_str);
    for (i, value) in list.one_or_many().iter().enumerate() {
        let pointer = match list {
            Value::Array(_) => format!("{pointer}/{i}"),
            _ => pointer.to_owned(),
        };
        places.push(Place {
            pointer,
            value,
            carrier,
        });
    }
}

/// Whether an endorsement is about what carries it.
fn is_about(report: &Report, carrier: Option<&str>) -> bool {
    let Some(document) = &report.document else {
        return true;
    };
    let about = document
        .pointer("/credentialSubject/id")
        .and_then(Value::as_str);
    has_type(document, "EndorsementCredential") && about.is_some() && about == carrier
}

fn mark_as_misplaced(report: &mut Report) {
    let sentence = "This endorsement is about something else than what it stands in.";
    let check = Check::fail(CheckId::Subject, "misplaced_endorsement", sentence);
    report.checks.retain(|old| old.id != CheckId::Subject);
    report.checks.push(check);
    report.verdict = Verdict::Invalid;
    report.reason = Some("misplaced_endorsement");
    report.sentence = format!("Do not rely on this. {sentence}");
    if let Some(claim) = report.claim.take() {
        report.claim = Some(super::Claimed::Unverified(claim.claim().clone()));
    }
}

fn summary(found: &[Endorsement], count: usize) -> Check {
    let id = CheckId::Endorsements;
    let good = found.iter().filter(|e| e.report.is_valid()).count();
    let bad = found
        .iter()
        .filter(|e| e.report.verdict == Verdict::Invalid)
        .count();
    match found.len() {
        0 => Check::skipped(id, "Nobody else has endorsed it."),
        n if count > n => Check::unknown(
            id,
            "too_many_endorsements",
            format!("It carries {count} endorsements; only the first {n} were looked at."),
        ),
        1 if good == 1 => Check::pass(id, "It carries one endorsement, which is real."),
        n if good == n => Check::pass(
            id,
            format!("It carries {n} endorsements, and all are real."),
        ),
        n if bad > 0 => Check::new(
            id,
            Outcome::Fail,
            format!("It carries {n} endorsements; {bad} of them must not be relied on."),
        )
        .because("endorsement_not_valid"),
        n => Check::new(
            id,
            Outcome::Unknown,
            format!("It carries {n} endorsements; {good} of them could be verified."),
        )
        .because("endorsement_not_checked"),
    }
}
