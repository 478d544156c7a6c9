//! A verification as the VC-API tells it: 200 if it was verified, 400 with problem details if not.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    json::{self, Value},
    verify::{Check, CheckId, Outcome, Report},
    web::{answer::NEVER, error::Shown},
};

const DATA_MODEL: &str = "https://www.w3.org/TR/vc-data-model#";

/// The answer about one report; `document` under `member`, if it is wanted back.
pub(super) fn answer(
    report: &Report,
    member: &'static str,
    document: Option<&Value<'_>>,
) -> Response {
    let verified = report.is_valid();
    let mut answer = about(report);
    if let Some(document) = document {
        let name = match member {
            "verifiableCredential" => "credential",
            other => other,
        };
        answer.set(name, document.clone().into_owned());
    }
    if !report.children.is_empty() {
        let inside = report.children.iter().map(|child| {
            let mut one = about(&child.report);
            one.set("pointer", child.pointer.clone().into());
            one
        });
        let inside = Value::Array(inside.collect());
        let results = Value::Object(vec![("credentials".into(), inside)]);
        answer.set("results", results);
    }
    respond(verified, &answer)
}

/// The answer about what is not even of the right kind.
pub(super) fn refused(sentence: &str) -> Response {
    let problem = problem(
        &format!("{DATA_MODEL}MALFORMED_VALUE_ERROR"),
        "Type",
        sentence,
    );
    let answer = Value::Object(vec![
        ("verified".into(), Value::Bool(false)),
        ("problemDetails".into(), Value::Array(vec![problem])),
        (
            "errors".into(),
            Value::Array(vec![sentence.to_owned().into()]),
        ),
    ]);
    respond(false, &answer)
}

fn respond(verified: bool, answer: &Value<'_>) -> Response {
    let status = match verified {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let mut response = (status, json::text(answer)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
    response.extensions_mut().insert(Shown);
    response
}

/// What is told of one report. Whatever was not checked, although the verdict depends on it, is a
/// problem like what is wrong: only what was checked and is good is verified.
fn about(report: &Report) -> Value<'static> {
    let wrong: Vec<&Check> = report
        .checks
        .iter()
        .filter(|check| check.decides && matches!(check.outcome, Outcome::Fail | Outcome::Unknown))
        .collect();
    let mut problems: Vec<Value<'static>> = wrong
        .iter()
        .map(|check| problem(&kind(check), check.id.title(), &check.sentence))
        .collect();
    let mut errors: Vec<Value<'static>> = wrong
        .iter()
        .map(|check| check.sentence.clone().into())
        .collect();
    if !report.is_valid() && problems.is_empty() {
        let kind = format!("{DATA_MODEL}PARSING_ERROR");
        problems.push(problem(&kind, CheckId::Parse.title(), &report.sentence));
        errors.push(report.sentence.clone().into());
    }
    let sloppy = report.warnings.iter();
    let sloppy = sloppy.map(|warning| problem("about:blank", warning.code, &warning.sentence));
    let aside = report.checks.iter().filter(|check| {
        !check.decides && matches!(check.outcome, Outcome::Fail | Outcome::Unknown)
    });
    let aside = aside.map(|check| problem(&kind(check), check.id.title(), &check.sentence));
    let mut answer = Value::Object(vec![("verified".into(), Value::Bool(report.is_valid()))]);
    for (name, list) in [
        ("problemDetails", problems),
        ("errors", errors),
        ("warnings", sloppy.chain(aside).collect()),
    ] {
        if !list.is_empty() {
            answer.set(name, Value::Array(list));
        }
    }
    answer
}

fn problem(kind: &str, title: &str, detail: &str) -> Value<'static> {
    Value::Object(vec![
        ("type".into(), kind.to_owned().into()),
        ("title".into(), title.to_owned().into()),
        ("detail".into(), detail.to_owned().into()),
    ])
}

/// The problem type of the standards (VCDM 2.0 §7.2) for a check that names none itself.
fn kind(check: &Check) -> String {
    if let Some(problem) = check.problem {
        return problem.to_owned();
    }
    let name = match check.id {
        CheckId::Parse | CheckId::Format => "PARSING_ERROR",
        CheckId::Proof | CheckId::KeyBinding => "CRYPTOGRAPHIC_SECURITY_ERROR",
        CheckId::ValidFrom | CheckId::ValidUntil => "RANGE_ERROR",
        _ => "MALFORMED_VALUE_ERROR",
    };
    format!("{DATA_MODEL}{name}")
}
