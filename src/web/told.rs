//! A form that is refused, shown again: what is wrong, each with the name of its place.

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use crate::{
    issue::{Error, Fault},
    web::{
        answer::{self, NEVER},
        error::{Shown, WebError},
        text::capital,
    },
};

/// One thing that is wrong or worth another look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Where, in words; empty for the whole.
    pub(crate) place: String,
    /// What, in a sentence.
    pub(crate) sentence: String,
    /// The id of the field it is about, where the forms have one; empty otherwise.
    pub(crate) field: String,
}

impl Told {
    /// Something about the whole.
    pub(crate) fn whole(sentence: impl Into<String>) -> Told {
        Told {
            sentence: sentence.into(),
            ..Told::default()
        }
    }

    /// Every fault, in the words of a form.
    #[must_use]
    pub(crate) fn all(faults: &[Fault]) -> Vec<Told> {
        let told = |fault: &Fault| Told {
            place: place(&fault.pointer),
            sentence: fault.sentence.clone(),
            field: field(&fault.pointer),
        };
        faults.iter().map(told).collect()
    }

    /// What a form can be shown again with.
    ///
    /// # Errors
    /// Anything that is no fault of the form.
    pub(crate) fn of(error: Error) -> Result<Vec<Told>, WebError> {
        match error {
            Error::Faults(faults) => Ok(Told::all(&faults)),
            Error::Rows(faults) => {
                let told = |fault: crate::issue::plan::Fault| Told::whole(fault.to_string());
                Ok(faults.into_iter().map(told).collect())
            }
            Error::Conflict(sentence) => Ok(vec![Told::whole(format!("{sentence}."))]),
            other => Err(other.into()),
        }
    }
}

/// What is wrong in the field of this id, in a sentence; empty if nothing is.
pub(crate) fn at<'t>(told: &'t [Told], field: &str) -> &'t str {
    let found = told.iter().find(|one| one.field == field);
    found.map_or("", |one| one.sentence.as_str())
}

/// Whether it is about what was typed, and not about what was asked for.
pub(crate) fn of_a_form(told: &[Told]) -> bool {
    told.iter()
        .any(|one| !one.field.is_empty() || !one.place.is_empty())
}

/// The attribute of a field in which something is wrong; empty if nothing is.
pub(crate) fn mark(told: &[Told], field: &str) -> &'static str {
    if at(told, field).is_empty() {
        ""
    } else {
        " aria-invalid=\"true\""
    }
}

/// A page that shows a form again.
///
/// # Errors
/// A template that cannot be written is our fault.
pub(crate) fn again(page: &impl askama::Template) -> Result<Response, WebError> {
    let mut response = answer::page(page, NEVER)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response.extensions_mut().insert(Shown);
    Ok(response.into_response())
}

/// `/skills/0/standards/1/url` as people read it: `Skill 1, standard 2, url`.
fn place(pointer: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for step in pointer.split('/').skip(1) {
        match step.parse::<usize>() {
            Ok(n) => {
                if let Some(last) = parts.last_mut() {
                    *last = format!("{} {}", singular(last), n + 1);
                }
            }
            Err(_) => parts.push(step.replace('_', " ")),
        }
    }
    capital(&parts.join(", "))
}

/// The id that the field of a pointer has in the forms of maps, rubrics, achievements and pathways;
/// empty if none is about it alone.
fn field(pointer: &str) -> String {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    match steps.as_slice() {
        ["skills", i, "name"] => format!("s{i}n"),
        ["skills", i, "statement"] => format!("s{i}s"),
        ["skills", i, "priority"] => format!("s{i}p"),
        ["skills", i, "standards", ..] => format!("s{i}t"),
        ["skills", i, "jobs", ..] => format!("s{i}j"),
        ["levels", j, "name"] => format!("l{j}n"),
        ["levels", j, "points"] => format!("l{j}p"),
        ["criteria", i, "name"] => format!("c{i}n"),
        ["criteria", i, "required"] => format!("c{i}r"),
        ["criteria", i, "descriptors", j] => format!("c{i}d{j}"),
        ["steps", i, ..] => format!("p{i}"),
        ["evidence_required"] => "evidence".to_owned(),
        ["cool_down_days"] => "cool".to_owned(),
        ["valid_months"] => "months".to_owned(),
        ["class_unit"] => "unit".to_owned(),
        ["standards" | "jobs" | "tags", ..] => steps[0].to_owned(),
        [
            "name" | "summary" | "meaning" | "description" | "criteria" | "task" | "rubric"
            | "tries" | "language" | "map" | "needed" | "organisation" | "person" | "email"
            | "days",
        ] => steps[0].to_owned(),
        _ => String::new(),
    }
}

fn singular(word: &str) -> String {
    match word {
        "criteria" => "criterion".to_owned(),
        word => word.strip_suffix('s').unwrap_or(word).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_words() {
        for (pointer, words) in [
            ("", ""),
            ("/name", "Name"),
            ("/evidence_required", "Evidence required"),
            ("/skills/0/standards/1/url", "Skill 1, standard 2, url"),
            ("/criteria/2/descriptors/0", "Criterion 3, descriptor 1"),
            ("/steps/4", "Step 5"),
        ] {
            assert_eq!(place(pointer), words);
        }
    }

    #[test]
    fn faults_lead_to_the_fields_they_are_about() {
        for (pointer, id) in [
            ("", ""),
            ("/name", "name"),
            ("/evidence_required", "evidence"),
            ("/skills/0/standards/1/url", "s0t"),
            ("/skills/3/name", "s3n"),
            ("/criteria", "criteria"),
            ("/criteria/2/descriptors/0", "c2d0"),
            ("/levels/1/points", "l1p"),
            ("/steps/4/achievement", "p4"),
            ("/picture/upload", ""),
        ] {
            assert_eq!(field(pointer), id, "{pointer}");
        }
    }
}
