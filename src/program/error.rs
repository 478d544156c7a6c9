//! Why something in the loop was not done: said once for every service of this room.

use crate::{custody, db, files, issue, who::Refusal};

/// Why a service of this room did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Whoever asks may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was sent has faults: all of them, each with the field it is about.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<issue::Fault>),
    /// A CSV has faults; nothing was changed.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Rows(Vec<issue::plan::Fault>),
    /// There is no such thing in this organisation.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Something stands in the way; the sentence says what.
    #[error("{0}")]
    Conflict(String),
    /// It was done a short while ago, or often enough for now.
    #[error("{sentence}")]
    TooOften {
        /// What was done.
        sentence: &'static str,
        /// After how many seconds it is worth trying again.
        seconds: u32,
    },
    /// A file is not taken.
    #[error(transparent)]
    File(#[from] files::Refused),
    /// The place for files cannot be used.
    #[error(transparent)]
    Store(#[from] files::Error),
    /// Issuing did not do it.
    #[error(transparent)]
    Issue(issue::Error),
    /// The database could not do it.
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl Error {
    /// One fault, about a field.
    pub(super) fn field(name: &str, sentence: impl Into<String>) -> Error {
        Error::Faults(vec![issue::Fault::new(format!("/{name}"), sentence)])
    }

    /// Something stands in the way.
    pub(super) fn conflict(sentence: impl Into<String>) -> Error {
        Error::Conflict(sentence.into())
    }
}

impl From<issue::Error> for Error {
    fn from(error: issue::Error) -> Error {
        match error {
            issue::Error::Refused(refusal) => Error::Refused(refusal),
            issue::Error::NotFound(thing) => Error::NotFound(thing),
            issue::Error::Db(cause) => Error::Db(cause),
            issue::Error::Faults(faults) => Error::Faults(faults),
            issue::Error::Rows(rows) => Error::Rows(rows),
            issue::Error::Conflict(sentence) => Error::Conflict(sentence),
            other => Error::Issue(other),
        }
    }
}

impl From<custody::Fault> for Error {
    fn from(fault: custody::Fault) -> Error {
        Error::Issue(issue::Error::Custody(fault))
    }
}
