//! The classes of Open Badges 3.0 as Rust types: what we write, and what we read from others.
//!
//! Reading is forgiving (a single value stands for a list of one, unknown members are kept, words
//! outside the standard's lists stay as they are); writing gives the strict form, with lists as
//! arrays and nothing empty. Whether a document is *right* is what
//! [`faults`](crate::credential::faults) tells.

mod achievement;
mod credential;
mod envelope;
mod form;
mod person;
mod result;
mod subject;
mod time;

pub use achievement::{Achievement, AchievementType, Alignment, Criteria, Related, TargetType};
pub use credential::{AchievementCredential, CONTEXTS, EndorsementCredential, EndorsementSubject};
pub use envelope::{CredentialStatus, Image, Proof, Typed};
pub(crate) use form::is_extension;
pub use form::{Extra, ReadError, Word};
pub use person::{
    Address, GeoCoordinates, IdentifierEntry, IdentifierType, IdentityObject, Profile, ProfileRef,
};
pub use result::{Result_, ResultDescription, ResultStatus, ResultType, RubricCriterionLevel};
pub use subject::{AchievementSubject, Evidence};
pub use time::DateTime;
