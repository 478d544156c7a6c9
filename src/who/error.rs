//! Why something with people and access was not done.

use super::Refusal;
use crate::{custody, db};

/// A fault in what somebody filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field, as forms and the API call it.
    pub field: &'static str,
    /// What is wrong with it: the end of a sentence that begins with the field.
    pub sentence: String,
}

impl Fault {
    /// A fault of `field`.
    #[must_use]
    pub fn new(field: &'static str, sentence: impl Into<String>) -> Fault {
        Fault {
            field,
            sentence: sentence.into(),
        }
    }
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// They may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was filled in has faults: all of them.
    #[error("what was filled in has faults")]
    Faults(Vec<Fault>),
    /// There is no such thing in this organisation; which kind of thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A link that let somebody in once and does not any more.
    #[error("this link was used, or is too old")]
    Gone,
    /// Something stands in the way.
    #[error("{0}")]
    Conflict(String),
    /// The address, the password or the code is not right: nobody learns which.
    #[error("the address or the password is not right")]
    Wrong,
    /// Too many wrong ones; worth trying again after so many seconds.
    #[error("too many wrong tries")]
    TooOften(u32),
    /// Too many want to sign in at this moment.
    #[error("too many people sign in at this moment")]
    Busy,
    /// The keys that names and addresses are sealed with cannot be used.
    #[error(transparent)]
    Custody(#[from] custody::Fault),
    /// The database could not.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// Holds to no faults.
    ///
    /// # Errors
    /// [`Error::Faults`] if there are any.
    pub(super) fn unless(faults: Vec<Fault>) -> Result<(), Error> {
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::Faults(faults))
        }
    }
}
