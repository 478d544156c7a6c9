//! What a service of the loop refuses, as sentences above the form that is shown again; and forms
//! with a file.

use axum::{extract::Multipart, http::StatusCode};

use crate::{
    issue::Fault,
    program::Error,
    web::{Site, error::WebError, question::unreadable},
    who::{self, Who},
};

/// The sentences of a refusal that somebody can do something about.
///
/// # Errors
/// Everything else is no matter of the form.
pub(crate) fn sentences(error: Error) -> Result<Vec<String>, WebError> {
    match error {
        Error::Faults(faults) => Ok(faults.iter().map(sentence).collect()),
        Error::Rows(faults) => Ok(faults.iter().map(ToString::to_string).collect()),
        Error::Conflict(sentence) => Ok(vec![started(&sentence)]),
        Error::TooOften { sentence, .. } => Ok(vec![started(sentence)]),
        Error::File(refused) => Ok(vec![started(&refused.to_string())]),
        other => Err(other.into()),
    }
}

/// `/gradeBand` and `is missing` as `Grade band is missing.`
fn sentence(fault: &Fault) -> String {
    let field = fault.pointer.rsplit('/').next().unwrap_or_default();
    let mut words = String::new();
    for c in field.chars() {
        if c.is_uppercase() && words.ends_with(char::is_lowercase) {
            words.push(' ');
            words.extend(c.to_lowercase());
        } else {
            words.push(c);
        }
    }
    if words == "decision" {
        return started(&fault.sentence);
    }
    started(format!("{words} {}", fault.sentence).trim())
}

/// A sentence with a capital and a full stop.
fn started(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let stop = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", chars.as_str())
}

/// The fields of a form with a file: the texts by name, and the file.
#[derive(Default)]
pub(crate) struct Sent {
    texts: Vec<(String, String)>,
    /// The bytes of the file; empty if none was chosen.
    pub(crate) file: Vec<u8>,
}

impl Sent {
    /// Reads a form of parts; the file stands in the field `file`.
    ///
    /// # Errors
    /// 400 if it is no such form or a text is none; 413 if it is too large.
    pub(crate) async fn read(mut parts: Multipart) -> Result<Sent, WebError> {
        let mut sent = Sent::default();
        while let Some(part) = parts
            .next_field()
            .await
            .map_err(|error| unreadable(&error))?
        {
            let name = part.name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(|error| unreadable(&error))?;
            if name == "file" {
                sent.file = bytes.to_vec();
                continue;
            }
            let text = String::from_utf8(bytes.to_vec())
                .ok()
                .filter(|text| !text.contains('\0'));
            let text = text.ok_or_else(|| {
                WebError::unreadable("form", "A field of the form is no text that we read.")
            })?;
            sent.texts.push((name, text));
        }
        Ok(sent)
    }

    /// A text; empty if there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.texts.iter().find(|(there, _)| there == name);
        found.map_or("", |(_, text)| text.as_str())
    }
}

/// The names of colleagues by their ids in the log.
pub(crate) struct Names(Vec<(String, String)>);

impl Names {
    /// Of everybody who works or worked here.
    ///
    /// # Errors
    /// If the database could not answer.
    pub(crate) async fn read(site: &Site, who: &Who) -> Result<Names, WebError> {
        let people = who::people(site.app(), who).await.map_err(WebError::from)?;
        let names = people
            .into_iter()
            .map(|one| (one.row.member_id.to_string(), one.row.name));
        Ok(Names(names.collect()))
    }

    /// Everybody's id and name.
    pub(crate) fn all(&self) -> &[(String, String)] {
        &self.0
    }

    /// What to call an actor.
    pub(crate) fn of(&self, actor: &str) -> String {
        let found = self.0.iter().find(|(id, _)| id == actor);
        match (found, actor) {
            (Some((_, name)), _) => name.clone(),
            (None, "learner") => "the learner".to_owned(),
            (None, "cli") => "the operator".to_owned(),
            (None, "") => String::new(),
            (None, _) => "a program".to_owned(),
        }
    }
}

/// A piece of an address that is no id: there is nothing here.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, WebError> {
    text.parse().map_err(|_| {
        WebError::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is nothing at this address. It may have been mistyped, or taken away.",
        )
    })
}
