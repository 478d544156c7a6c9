//! Revoked or not, one bit each: W3C Bitstring Status List 1.0.
//!
//! A credential holds an [`Entry`]: the address of a list, and a place in it. The list is itself a
//! signed credential ([`ListCredential`]) that holds a [`List`] of at least 131,072 bits, so that
//! whoever fetches it does not say which credential is being looked up.
//!
//! Fetching the list and checking its proof, its issuer and its dates are the caller's.

mod document;
mod entry;
mod list;

use std::fmt;

pub use document::{ListCredential, Status, is_list};
pub use entry::{Entry, Kind, Named, entries};
pub use list::{List, MAX_BYTES, MIN_ENTRIES, MIN_OLD_ENTRIES};

/// What a list is about (Bitstring Status List §2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Set: taken back for good.
    Revocation,
    /// Set: not to be relied on for now; may be unset.
    Suspension,
    /// Set: a newer credential exists. Says nothing against this one.
    Refresh,
    /// A number that stands for a text. Says nothing against this credential.
    Message,
    /// A purpose that the standard does not define.
    Other(String),
}

impl Purpose {
    /// The purpose of a name.
    #[must_use]
    pub fn of(name: &str) -> Purpose {
        match name {
            "revocation" => Purpose::Revocation,
            "suspension" => Purpose::Suspension,
            "refresh" => Purpose::Refresh,
            "message" => Purpose::Message,
            other => Purpose::Other(other.to_owned()),
        }
    }

    /// The name in `statusPurpose`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Purpose::Revocation => "revocation",
            Purpose::Suspension => "suspension",
            Purpose::Refresh => "refresh",
            Purpose::Message => "message",
            Purpose::Other(name) => name,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a status cannot be told. None of these means "not revoked".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    /// A status of a type that is not read here.
    #[error("a status of type {0:?} is not supported")]
    UnknownType(String),
    /// The entry lacks something or has it in a wrong form.
    #[error("{member} of the status entry {sentence}")]
    Entry {
        /// The member of `credentialStatus`.
        member: &'static str,
        /// What is wrong.
        sentence: &'static str,
    },
    /// The index is not a place in the list.
    #[error("statusListIndex is not a place in the status list")]
    Range,
    /// The list is too short to hide who is looked up.
    #[error("the status list has {0} entries; a list has at least 131072")]
    Length(usize),
    /// The list credential cannot be used.
    #[error("the status list {0}")]
    List(&'static str),
}

impl StatusError {
    /// The problem type of RFC 9457 (Bitstring Status List §3.5).
    #[must_use]
    pub fn problem(&self) -> &'static str {
        match self {
            StatusError::Entry { .. } => {
                "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"
            }
            StatusError::Range => "https://www.w3.org/ns/credentials/status-list#RANGE_ERROR",
            StatusError::Length(_) => {
                "https://www.w3.org/ns/credentials/status-list#STATUS_LIST_LENGTH_ERROR"
            }
            StatusError::UnknownType(_) | StatusError::List(_) => {
                "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR"
            }
        }
    }
}

/// The problem type of a list that could not be fetched, for whoever fetches.
pub const RETRIEVAL_PROBLEM: &str =
    "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR";
