//! What a service of the loop refuses, as sentences above the form that is shown again; and forms
//! with a file.

use axum::{
    extract::{Multipart, multipart::Field},
    http::StatusCode,
};

use crate::{
    issue::Fault,
    program::Error,
    web::{Site, error::WebError, question::unreadable, text::capital, told::Told},
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

/// The fields of a form: their ids, and what is written beside them.
pub(crate) type Named = &'static [(&'static str, &'static str)];

/// As [`sentences`], each with the field of the form that it is about, if it is one of `fields`.
///
/// # Errors
/// As [`sentences`].
pub(crate) fn told(error: Error, fields: Named) -> Result<Vec<Told>, WebError> {
    match error {
        Error::Faults(faults) => Ok(faults.iter().map(|one| at_field(one, fields)).collect()),
        Error::File(refused) => Ok(vec![of_file(&refused.to_string())]),
        other => Ok(sentences(other)?.into_iter().map(Told::whole).collect()),
    }
}

/// What is wrong with the file.
pub(crate) fn of_file(sentence: &str) -> Told {
    Told {
        place: String::new(),
        sentence: started(sentence),
        field: "file".to_owned(),
    }
}

/// `/gradeBand` and `is missing` as what is told of the field `grade_band`.
fn at_field(fault: &Fault, fields: Named) -> Told {
    let id = words(fault).replace(' ', "_");
    // What stands further down is about a criterion, whatever that is called.
    let alone = fault.pointer.matches('/').count() == 1;
    match fields.iter().find(|(field, _)| alone && *field == id) {
        Some((field, label)) => Told {
            place: (*label).to_owned(),
            sentence: fault.sentence.clone(),
            field: (*field).to_owned(),
        },
        None => Told::whole(sentence(fault)),
    }
}

/// `/gradeBand` as `grade band`.
fn words(fault: &Fault) -> String {
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
    words
}

/// `/gradeBand` and `is missing` as `Grade band is missing.`
fn sentence(fault: &Fault) -> String {
    let words = words(fault);
    if words == "decision" {
        return started(&fault.sentence);
    }
    started(format!("{words} {}", fault.sentence).trim())
}

/// A sentence with a capital and a full stop.
fn started(text: &str) -> String {
    let stop = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    capital(text) + stop
}

/// The fields of a form with a file: the texts by name, and the file.
#[derive(Default)]
pub(crate) struct Sent {
    texts: Vec<(String, String)>,
    /// The bytes of the file; empty if none was chosen, or if it is too large.
    pub(crate) file: Vec<u8>,
    /// Whether the file has more bytes than are taken.
    pub(crate) too_large: bool,
}

impl Sent {
    /// Reads a form of parts; the file stands in the field `file`. Of it at most `most.0` bytes are
    /// taken, of all texts together `most.1`. What is typed below a larger file is read all the same.
    ///
    /// # Errors
    /// 400 if it is no such form or a text is none; 413 if the texts are larger, or all of it is.
    pub(crate) async fn read(mut parts: Multipart, most: (usize, usize)) -> Result<Sent, WebError> {
        let mut sent = Sent::default();
        let mut left = most.1;
        while let Some(mut part) = parts
            .next_field()
            .await
            .map_err(|error| unreadable(&error))?
        {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = name == "file";
            let read = take(&mut part, if is_file { most.0 } else { left }).await?;
            if is_file {
                sent.too_large = read.is_none();
                sent.file = read.unwrap_or_default();
                continue;
            }
            let bytes = read.ok_or_else(WebError::too_large)?;
            // A part without anything in it takes room too.
            let taken = bytes.len() + name.len() + 1;
            left = left.checked_sub(taken).ok_or_else(WebError::too_large)?;
            let text = String::from_utf8(bytes)
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

/// The bytes of a part, if they are at most `most`; it is read to its end either way.
async fn take(part: &mut Field<'_>, most: usize) -> Result<Option<Vec<u8>>, WebError> {
    let mut bytes = Some(Vec::new());
    while let Some(chunk) = part.chunk().await.map_err(|error| unreadable(&error))? {
        bytes = bytes.filter(|there| there.len() + chunk.len() <= most);
        if let Some(there) = &mut bytes {
            there.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
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

/// Holds the names of a form's fields to what its template writes beside them.
#[cfg(test)]
pub(crate) fn hold_to(template: &str, fields: Named) {
    for (id, label) in fields {
        let written = format!("<label for=\"{id}\">{label}");
        assert!(template.contains(&written), "{written}");
        assert!(template.contains(&format!("id=\"{id}\"")), "{id}");
        assert!(
            template.contains(&format!("told::mark(told, \"{id}\")")),
            "{id} is not marked"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_at_its_field_and_never_at_one_of_a_criterion_s_name() {
        const FORM: Named = &[("grade_band", "Grades"), ("note", "A note")];
        let at = |pointer: &str| {
            let told = at_field(&Fault::new(pointer, "is missing"), FORM);
            (told.place, told.sentence, told.field)
        };
        let text = |all: [&str; 3]| all.map(str::to_owned).into();
        assert_eq!(
            at("/gradeBand"),
            text(["Grades", "is missing", "grade_band"])
        );
        assert_eq!(at("/note"), text(["A note", "is missing", "note"]));
        assert_eq!(at("/levels/note"), text(["", "Note is missing.", ""]));
        assert_eq!(at("/schoolYear"), text(["", "School year is missing.", ""]));
    }
}
