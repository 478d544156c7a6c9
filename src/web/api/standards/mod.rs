//! `/api/v1/…` for what is taught and what counts: achievements as they are written, maps, rubrics,
//! pathways, employers.

pub(crate) mod drafts;
pub(crate) mod employers;
pub(crate) mod maps;
pub(crate) mod pathways;
pub(crate) mod rubrics;

use serde::{Deserialize, Serialize};

use crate::{
    issue::{Error, Fault},
    standard::versions::{Numbered, Version, Versioned},
    web::problem::{FaultLine, Problem},
};

/// What every one of these may be refused with.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "it only describes answers")]
pub(crate) enum Refused {
    /// No API key, or not a good one.
    #[response(status = 401, content_type = "application/problem+json")]
    Key(Problem),
    /// The key may not do this.
    #[response(status = 403, content_type = "application/problem+json")]
    Scope(Problem),
    /// There is no such thing in your organisation.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// Something stands in the way; above all, somebody changed it since you read it.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// It has faults, and `faults` lists all of them.
    #[response(status = 422, content_type = "application/problem+json")]
    Faults(Problem),
}

/// One version of a document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Kept<T> {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// 1, 2, 3 …
    version: i64,
    /// How often this version was written; name it when you write it again.
    changes: i64,
    /// When it was last written.
    changed_at: String,
    /// Since when something rests on this version: the next change makes the next version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pinned_at: Option<String>,
    /// What it says.
    document: T,
}

impl<T: Versioned> From<Version<T>> for Kept<T> {
    fn from(version: Version<T>) -> Kept<T> {
        Kept {
            id: version.id,
            version: version.version,
            changes: version.changes,
            changed_at: version.changed_at.to_string(),
            pinned_at: version.pinned_at.map(|at| at.to_string()),
            document: version.document,
        }
    }
}

/// A version that was asked for by its number.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Edition<T> {
    /// Whether a newer version took its place.
    old: bool,
    /// The number of the newest version.
    newest: i64,
    /// Where the newest version is read.
    #[schema(example = "/api/v1/rubrics/Zr4XfLk2Qp8sVb1NwYt6Ag")]
    newest_at: String,
    /// The version that was asked for.
    kept: Kept<T>,
}

impl<T: Versioned> Edition<T> {
    /// `place`: where all of its kind are, such as `/api/v1/rubrics`.
    pub(crate) fn new(found: Numbered<T>, place: &str) -> Edition<T> {
        Edition {
            old: found.is_old(),
            newest: found.newest,
            newest_at: format!("{place}/{}", found.version.id),
            kept: found.version.into(),
        }
    }
}

/// A document that is written again.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rewritten<T> {
    /// The version you read.
    pub(crate) version: i64,
    /// Its count of changes when you read it.
    pub(crate) changes: i64,
    /// What it is to say.
    pub(crate) document: T,
}

/// Everything of a kind.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct All<T> {
    /// The newest version of each, by name.
    pub(crate) all: Vec<Kept<T>>,
}

/// Faults as lines.
pub(crate) fn lines(faults: Vec<Fault>) -> Vec<FaultLine> {
    let line = |fault: Fault| FaultLine {
        pointer: fault.pointer,
        detail: fault.sentence,
    };
    faults.into_iter().map(line).collect()
}

/// Reads an id out of an address.
pub(crate) fn id<T: std::str::FromStr>(text: &str, what: &'static str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound(what))
}
