//! Why something could not be issued, changed or shown: said once for every service of this room.

use super::{Fault, keys::KeyFault, plan};
use crate::{custody, db, ids::CredentialId, letters, who::Refusal};

/// Why an issuing service did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Whoever asks may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A document has faults; nothing was signed.
    #[error("{}", join(.0))]
    Faults(Vec<Fault>),
    /// A CSV has faults; nothing was stored.
    #[error("{}", join(.0))]
    Rows(Vec<plan::Fault>),
    /// There is no such thing in this organisation.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Something else stands in the way; the sentence says what.
    #[error("{0}")]
    Conflict(String),
    /// This learner has this achievement from this date already, with other results.
    #[error("the learner has this achievement of this date already, with other results: {0}")]
    IssuedOtherwise(CredentialId),
    /// An `Idempotency-Key` came a second time with another request (threat H2).
    #[error("the Idempotency-Key was used for another request before")]
    KeyReused,
    /// As many as an organisation may issue in a day were promised (threat G17).
    #[error("your organisation may issue {0} credentials a day; today's are used up")]
    Quota(i64),
    /// What was signed does not verify: it was not stored (threat H9). A fault of ours.
    #[error("a signed document did not verify and was not stored: {0}")]
    SelfCheck(String),
    /// The keeper of keys cannot sign or open.
    #[error(transparent)]
    Custody(#[from] custody::Fault),
    /// There is no key to sign with.
    #[error("{0}")]
    Key(String),
    /// The database could not do it.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// A promise stands and could not be kept now (threat H6): ask again, with the same request.
    #[error("the credential is promised and could not be stored yet: {0}")]
    Unfinished(db::Error),
    /// Anything else: a fault of ours.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// Whether it is about the moment, not about what was asked: the same may work later.
    #[must_use]
    pub fn passes(&self) -> bool {
        use custody::Fault::{BadKek, NoKek, OtherKek};
        matches!(
            self,
            Error::Db(db::Error::Unavailable(_))
                | Error::Custody(NoKek(_) | BadKek { .. } | OtherKek(_))
                | Error::Key(_)
        )
    }
}

fn join<T: ToString>(faults: &[T]) -> String {
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

impl From<letters::Error> for Error {
    fn from(error: letters::Error) -> Error {
        match error {
            letters::Error::Refused(refusal) => Error::Refused(refusal),
            letters::Error::NotFound(what) => Error::NotFound(what),
            letters::Error::Custody(cause) => Error::Custody(cause),
            letters::Error::Db(cause) => Error::Db(cause),
            letters::Error::Faults(_) | letters::Error::Needed(_) | letters::Error::Unreadable => {
                Error::Internal(error.to_string())
            }
        }
    }
}

impl From<KeyFault> for Error {
    fn from(fault: KeyFault) -> Error {
        match fault {
            KeyFault::Custody(cause) => Error::Custody(cause),
            KeyFault::Store(error) => Error::Db(error),
            KeyFault::Refused(refusal) => Error::Refused(refusal),
            KeyFault::NoIssuer => Error::NotFound("organisation"),
            KeyFault::NoSuchKey => Error::NotFound("key that could be taken back"),
            KeyFault::NoActiveKey | KeyFault::Destroyed(_) => Error::Key(fault.to_string()),
            // The address was chosen by whoever makes the organisation.
            KeyFault::NoDid(_) => Error::Conflict(fault.to_string()),
            KeyFault::Lists(_) => Error::Internal(fault.to_string()),
        }
    }
}
