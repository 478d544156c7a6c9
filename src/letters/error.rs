//! Why a letter was not written or changed.

use crate::{custody, db, who::Refusal};

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `subject` or `body`.
    pub field: &'static str,
    /// What is wrong, in plain words.
    pub sentence: String,
}

/// Why a letter was not written or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Whoever asks may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The text has faults; nothing was kept.
    #[error("the letter has faults")]
    Faults(Vec<Fault>),
    /// Without this letter somebody could not come in: it is always sent.
    #[error("the letter \"{0}\" is always sent: it is somebody's only way in")]
    Needed(&'static str),
    /// There is no such thing in this organisation.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was sealed is not a letter. A fault of ours.
    #[error("a letter cannot be read or written")]
    Unreadable,
    /// The keeper of keys cannot seal or open.
    #[error(transparent)]
    Custody(#[from] custody::Fault),
    /// The database could not do it.
    #[error(transparent)]
    Db(#[from] db::Error),
}
