//! For engineers: what was signed, with which key, and where that key came from. All of it falls
//! out of the checks; nothing is computed for it alone.

use jiff::Timestamp;
use serde::Serialize;

use crate::{keys::PublicKey, proof::HashData};

use super::{
    binding::Controller,
    report::{Form, Report},
};

/// What a check of a signature saw, as far as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Technical)]
pub struct Technical {
    /// The cryptosuite of the proof, or the algorithm of the token.
    pub suite: Option<String>,
    /// The method URL that the proof or token names. Alone it proves nothing.
    pub verification_method: Option<String>,
    /// When the signature says that it was made.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub created: Option<Timestamp>,
    /// What was signed; absent for a token, whose own text is signed as it stands.
    pub signed: Option<SignedHashes>,
    /// Which document lists the key; absent if none was found.
    pub key: Option<KeyPath>,
    /// The status lists that were read.
    pub status: Vec<StatusRead>,
}

/// The digests that a Data Integrity proof signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = report::SignedHashes)]
pub struct SignedHashes {
    /// `sha-256` or `sha-384`.
    pub algorithm: &'static str,
    /// Of the proof's options in their canonical form: hex.
    pub options: String,
    /// Of the document in its canonical form, without its proof: hex. For `ecdsa-sd-2023`, of its
    /// mandatory statements.
    pub document: String,
}

/// From the issuer to the key, as it was followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = report::KeyPath)]
pub struct KeyPath {
    /// The document that lists the key: its id.
    pub document: String,
    /// How it was found: `did:key`, `did:jwk`, `did:web`, `https`, or `jwks` for the key set of the
    /// issuer's web site.
    pub found_by: &'static str,
    /// When it was read; absent if it follows from the identifier.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
    /// The method in it: a URL.
    pub method: String,
    /// The kind of the key: `Ed25519`, `P-256`, ….
    pub kind: &'static str,
    /// The key: a Multikey.
    pub key: String,
}

/// A place in a status list, and what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = report::StatusRead)]
pub struct StatusRead {
    /// The address of the list.
    pub list: String,
    /// The place in it, from 0; absent for a list that names credentials.
    pub index: Option<u64>,
    /// What the list is about: `revocation`, `suspension`, ….
    pub purpose: String,
    /// The value there; absent if it could not be read.
    pub value: Option<u32>,
    /// When the list was read; absent if it was not.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
}

impl SignedHashes {
    pub(super) fn of(hash: &HashData) -> SignedHashes {
        SignedHashes {
            algorithm: hash.algorithm(),
            options: hex(hash.of_options()),
            document: hex(hash.of_document()),
        }
    }
}

impl KeyPath {
    pub(super) fn of(controller: &Controller, method: &str, key: &PublicKey) -> KeyPath {
        KeyPath {
            document: controller.document.id.clone(),
            found_by: match controller.is_set {
                true => "jwks",
                false => controller.method,
            },
            as_of: controller.as_of,
            method: method.to_owned(),
            kind: key.kind().name(),
            key: key.to_multikey(),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// One line for an engineer: what it is, and it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// What it is: `Suite`, `Key`, ….
    pub label: &'static str,
    /// It; it may come from a stranger.
    pub value: String,
}

/// What a report tells an engineer, in the order of the checks. Pages and the command line show the
/// same lines.
#[must_use]
pub fn details(report: &Report) -> Vec<Detail> {
    let mut lines = Lines::default();
    let technical = &report.technical;
    lines.add("Form", report.form.map(|form| form.words().to_owned()));
    lines.add("Suite", technical.suite.clone());
    lines.add("Signed on", technical.created.map(|at| at.to_string()));
    if let Some(signed) = &technical.signed {
        let with = |digest: &str| Some(format!("{} {digest}", signed.algorithm));
        lines.add("Canonical document", with(&signed.document));
        lines.add("Proof options", with(&signed.options));
    } else if technical.suite.is_some() && report.form.is_some_and(Form::is_token) {
        let own = "the token's own text: header and payload as they stand";
        lines.add("What was signed", Some(own.to_owned()));
    }
    lines.add("Names the method", technical.verification_method.clone());
    if let Some(key) = &technical.key {
        let read = key.as_of.map_or_else(
            || "follows from the identifier".to_owned(),
            |at| format!("as of {at}"),
        );
        let document = format!("{} ({}, {read})", key.document, key.found_by);
        lines.add("Key document", Some(document));
        lines.add("Method in it", Some(key.method.clone()));
        lines.add("Key", Some(format!("{} {}", key.kind, key.key)));
    }
    for read in &technical.status {
        lines.add("Status list", Some(read.words()));
    }
    for check in &report.checks {
        if let Some(reason) = check.reason {
            let (title, sentence) = (check.id.title(), &check.sentence);
            let problem = check
                .problem
                .map_or(String::new(), |url| format!(", {url}"));
            let told = format!("{title}: {sentence} ({reason}{problem})");
            lines.add("Finding", Some(told));
        }
    }
    for fault in &report.faults {
        let place = match fault.pointer.as_str() {
            "" => "the whole",
            pointer => pointer,
        };
        lines.add("Fault", Some(format!("{place}: {}", fault.sentence)));
    }
    lines.add("Checked at", Some(report.checked_at.to_string()));
    lines.0
}

#[derive(Default)]
struct Lines(Vec<Detail>);

impl Lines {
    fn add(&mut self, label: &'static str, value: Option<String>) {
        self.0.extend(value.map(|value| Detail { label, value }));
    }
}

impl StatusRead {
    fn words(&self) -> String {
        let place = self
            .index
            .map_or(String::new(), |at| format!(", place {at}"));
        let value = match self.value {
            Some(value) => format!("{} = {value}", self.purpose),
            None => format!("{} could not be read", self.purpose),
        };
        let age = self
            .as_of
            .map_or(String::new(), |at| format!(" (as of {at})"));
        format!("{}{place}: {value}{age}", self.list)
    }
}
