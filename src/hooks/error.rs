//! Why an address could not be named or told.

use crate::{custody, db, who::Refusal};

/// Why an address could not be named or told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Whoever asks may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was asked for has faults: a field and a sentence for each.
    #[error("the webhook has faults")]
    Faults(Vec<(&'static str, String)>),
    /// There is no such thing in this organisation.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The keeper of keys cannot seal or open.
    #[error(transparent)]
    Custody(#[from] custody::Fault),
    /// The database could not do it.
    #[error(transparent)]
    Db(#[from] db::Error),
}
