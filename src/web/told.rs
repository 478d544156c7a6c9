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
    },
};

/// One thing that is wrong or worth another look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// Where, in words; empty for the whole.
    pub(crate) place: String,
    /// What, in a sentence.
    pub(crate) sentence: String,
}

impl Told {
    /// Something about the whole.
    pub(crate) fn whole(sentence: impl Into<String>) -> Told {
        Told {
            place: String::new(),
            sentence: sentence.into(),
        }
    }

    /// Every fault, in the words of a form.
    #[must_use]
    pub(crate) fn all(faults: &[Fault]) -> Vec<Told> {
        let told = |fault: &Fault| Told {
            place: place(&fault.pointer),
            sentence: fault.sentence.clone(),
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
    let text = parts.join(", ");
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => text,
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
}
