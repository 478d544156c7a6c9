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
        let value = place.value.clone();
        let mut report = Box::pin(judge::object(ask, value, judge::Place::Endorsing)).await;
        if !is_about(place) {
            mark_as_misplaced(&mut report);
        }
        found.push(Endorsement {
            pointer: place.pointer.clone(),
            report: Box::new(report),
        });
    }
    (summary(&found, document), found)
}

/// Finds endorsements without looking into them.
fn find<'v, 'a>(value: &'v Value<'a>, pointer: &mut String, places: &mut Vec<Place<'v, 'a>>) {
    let here = pointer.len();
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                json::push_step(pointer, &i.to_string());
                find(item, pointer, places);
                pointer.truncate(here);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                json::push_step(pointer, name);
                if name == "endorsement" {
                    collect(value, member, pointer, places);
                } else if name != "proof" {
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
fn is_about(place: &Place<'_, '_>) -> bool {
    let about = place
        .value
        .pointer("/credentialSubject/id")
        .and_then(Value::as_str);
    has_type(place.value, "EndorsementCredential") && about.is_some() && about == place.carrier
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

fn summary(found: &[Endorsement], document: &Value) -> Check {
    let id = CheckId::Endorsements;
    let tokens = document.get("endorsementJwt").is_some();
    let good = found.iter().filter(|e| e.report.is_valid()).count();
    let bad = found
        .iter()
        .filter(|e| e.report.verdict == Verdict::Invalid)
        .count();
    match found.len() {
        0 if tokens => Check::unknown(
            id,
            "endorsement_tokens",
            "Its endorsements are written as tokens, which are not read yet.",
        ),
        0 => Check::skipped(id, "Nobody else has endorsed it."),
        1 if good == 1 => Check::pass(id, "It carries one endorsement, which is real."),
        n if good == n => Check::pass(
            id,
            format!("It carries {n} endorsements, and all are real."),
        ),
        n if bad > 0 => Check::new(
            id,
            Outcome::Fail,
            format!("It carries {n} endorsements; {bad} of them must not be relied on."),
        ),
        n => Check::new(
            id,
            Outcome::Unknown,
            format!("It carries {n} endorsements; {good} of them could be verified."),
        ),
    }
}
