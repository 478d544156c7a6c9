//! What is taught and what counts: competency maps, achievements with their editions, rubrics,
//! pathways, and what employers say of them.
//!
//! Everything here is a document that somebody writes and saves. Saving refuses only what cannot be
//! kept; what stands in the way of publishing or activating is said by `check`, all of it at once.
//! What others rest on never changes: a published achievement is an edition, and a map, rubric or
//! pathway that is in use has a version that is pinned.

// Achievements: written, checked, published in editions.
pub mod achievement;
// Standards and job tasks that something is aligned to.
pub mod alignment;
// CASE, the exchange format of standards.
pub mod case;
// An achievement as it is being written.
pub mod draft;
// Employers: invited, asked, endorsing.
pub mod employer;
// What a competency map holds.
pub mod map;
// Competency maps as CSV.
pub mod map_csv;
// Pathways: steps that add up to a stack.
pub mod pathway;
// Pictures of achievements.
pub mod picture;
// Rubrics: criteria and levels.
pub mod rubric;
// Documents in versions: written, pinned, written anew.
pub mod versions;

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use crate::issue::{Error, Fault, text::check_text};
use crate::json::{self, Value};

/// The longest single line, in characters.
pub const LINE_CHARS: usize = 200;
/// The longest text, in characters.
pub const TEXT_CHARS: usize = 5_000;
/// The longest document as JSON, in bytes.
pub const DOCUMENT_BYTES: usize = 200 * 1024;

/// A `urn:uuid:` that follows from what it is about (RFC 9562 version 8).
fn decided_uri(about: &str) -> String {
    let digest = Sha256::digest(about);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    let uuid = uuid::Builder::from_custom_bytes(bytes).into_uuid();
    uuid.urn().to_string()
}

/// A document as the text it is kept in.
fn written<T: Serialize>(document: &T) -> Result<String, Error> {
    serde_json::to_string(document)
        .map_err(|_| Error::Internal("a document cannot be written".to_owned()))
}

/// A document from the text it is kept in.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text)
        .map_err(|_| Error::Internal("a stored document cannot be read".to_owned()))
}

/// What keeps any document from being saved: characters that are no text, and too much of it.
fn unfit<T: Serialize>(document: &T) -> Vec<Fault> {
    let mut faults = Vec::new();
    let value = serde_json::to_value(document).unwrap_or_default();
    let value = Value::from(value);
    check_text(&value, &mut faults);
    if json::text(&value).len() > DOCUMENT_BYTES {
        let sentence = format!("is longer than {} KB in all", DOCUMENT_BYTES / 1024);
        faults.push(Fault::new("", sentence));
    }
    faults
}

/// Faults of single texts, each with its place.
#[derive(Debug, Default)]
struct Texts(Vec<Fault>);

impl Texts {
    fn fault(&mut self, pointer: impl Into<String>, sentence: impl Into<String>) {
        self.0.push(Fault::new(pointer, sentence));
    }

    /// One line that may be empty.
    fn line(&mut self, pointer: &str, text: &str) {
        if text.contains(['\n', '\r']) {
            self.fault(pointer, "is one line");
        }
        if text.chars().count() > LINE_CHARS {
            self.fault(pointer, format!("is longer than {LINE_CHARS} characters"));
        }
    }

    /// One line that must be there; `what`: what is missing.
    fn name(&mut self, pointer: &str, text: &str, what: &str) {
        if text.trim().is_empty() {
            self.fault(pointer, format!("is missing: {what}"));
        }
        self.line(pointer, text);
    }

    /// A text that may be empty.
    fn text(&mut self, pointer: &str, text: &str) {
        if text.chars().count() > TEXT_CHARS {
            self.fault(pointer, format!("is longer than {TEXT_CHARS} characters"));
        }
    }

    /// No more than so many.
    fn most(&mut self, pointer: &str, count: usize, most: usize, what: &str) {
        if count > most {
            self.fault(pointer, format!("has {count} {what}, at most {most}"));
        }
    }

    fn done(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Faults(self.0))
        }
    }
}
