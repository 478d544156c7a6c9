//! What a file is refused for, all of it at once.

use super::{Kind, MEANING_CHARS, OURS, TEXT_CHARS};
use crate::credential;
use crate::issue::{Fault, order::CONTEXTS};
use crate::json::{self, Value};
use crate::rdf;

const STANDARD: &[&str] = &[
    "@context",
    "id",
    "type",
    "name",
    "description",
    "criteria",
    "achievementType",
    "alignment",
    "creator",
    "creditsAvailable",
    "fieldOfStudy",
    "humanCode",
    "image",
    "inLanguage",
    "otherIdentifier",
    "related",
    "resultDescription",
    "specialization",
    "tag",
    "version",
];

/// What a credential with this achievement would be refused for: the rules of the data model, and
/// members that no context defines, which nobody would sign.
pub(super) fn by_the_standard(document: &Value<'_>) -> Vec<Fault> {
    let faults: Vec<Fault> = credential::achievement_faults(document)
        .into_iter()
        .map(|fault| Fault::new(fault.pointer, fault.sentence))
        .collect();
    if !faults.is_empty() {
        return faults;
    }
    let mut alone = document.clone();
    let contexts = CONTEXTS.map(Value::from).to_vec();
    alone.set("@context", Value::Array(contexts));
    match rdf::canonicalize(&alone) {
        Ok(_) => Vec::new(),
        Err(fault) => vec![Fault::new(fault.pointer, fault.sentence)],
    }
}

pub(super) fn read_kind(file: &Value<'_>, faults: &mut Vec<Fault>) -> Option<Kind> {
    match file.get("kind").map(Value::as_str) {
        Some(Some("performance")) => Some(Kind::Performance),
        Some(Some("participation")) => Some(Kind::Participation),
        _ => {
            faults.push(Fault::new("/kind", "kind is \"performance\" (a skill was shown) or \"participation\" (somebody took part)"));
            None
        }
    }
}

/// Checks the members every achievement has; answers its `meaning`.
pub(super) fn check_members(file: &Value<'_>, faults: &mut Vec<Fault>) -> String {
    for (name, _) in file.members().into_iter().flatten() {
        if !STANDARD.contains(&name.as_ref()) && !OURS.contains(&name.as_ref()) {
            let mut pointer = String::new();
            json::push_step(&mut pointer, name);
            faults.push(Fault::new(
                pointer,
                "is no member of an Open Badges 3.0 achievement",
            ));
        }
    }
    need(file, "name", "say what it is called", faults);
    let meaning = need(
        file,
        "meaning",
        "say in one line what it means, so that a parent, a teacher and an employer understand",
        faults,
    );
    if meaning.contains(['\n', '\r']) || meaning.chars().count() > MEANING_CHARS {
        faults.push(Fault::new(
            "/meaning",
            format!("is one line of at most {MEANING_CHARS} characters"),
        ));
    }
    if file.get("description").is_some() {
        need(
            file,
            "description",
            "say what it is about, or leave it out",
            faults,
        );
    }
    let narrative = file.pointer("/criteria/narrative").and_then(Value::as_str);
    if narrative.is_none_or(|text| text.trim().is_empty()) {
        faults.push(Fault::new(
            "/criteria/narrative",
            "is missing: say how the achievement is earned",
        ));
    }
    meaning
}

pub(super) fn check_performance(file: &Value<'_>, faults: &mut Vec<Fault>) {
    need(file, "task", "say what the learner does to show it", faults);
    need(
        file,
        "evidenceRequired",
        "say what the learner hands in",
        faults,
    );
}

fn need(file: &Value<'_>, member: &str, what: &str, faults: &mut Vec<Fault>) -> String {
    let text = file.get(member).and_then(Value::as_str).unwrap_or_default();
    if text.trim().is_empty() {
        faults.push(Fault::new(
            format!("/{member}"),
            format!("is missing: {what}"),
        ));
    } else if text.chars().count() > TEXT_CHARS {
        faults.push(Fault::new(
            format!("/{member}"),
            format!("is longer than {TEXT_CHARS} characters"),
        ));
    }
    text.to_owned()
}
