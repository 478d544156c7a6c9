//! Issuing: what may be issued, to whom, and what exactly is signed.
//!
//! The path of every credential is the same: an [`achievement`] that passed the publish check, a
//! row (from a CSV: [`plan`], or one by itself), an [`order`] in which every choice is fixed, the
//! unsigned credential.

// What may be issued: the publish check.
pub mod achievement;
// The rows of a batch, looked at before the store is.
mod ahead;
// A large batch, and the second person who says yes.
pub mod approval;
// Is everything still what was issued?
pub mod audit;
// What a reviewer's decision becomes.
pub mod award;
// Issuing many.
pub mod batch;
// Batches as those see them who started them.
pub mod batches;
// Many statuses at once, by two people.
pub mod bulk;
// What one cell of a sheet says.
pub mod cell;
mod columns;
// What is not as it should be.
pub mod checkup;
// "Confirm the name you were given": match or no match.
pub mod confirm;
// Fixing a mistake: one credential takes another's place.
pub mod correct;
// Whether the web address is theirs.
pub mod domain;
// "You earned it": the learner is told.
mod earned;
// When a credential ends if nobody says otherwise.
mod ends;
mod error;
// From promise to credential: build, lint, sign, verify, store.
pub mod fulfil;
// Signing what somebody else wrote.
pub mod given;
// Who issues: DID, DID document, Profile.
pub mod identity;
// The organisation: made, described, given keys.
pub mod issuer;
// VC-JOSE-COSE with keys from files.
pub mod jose;
// The life of signing keys: made, put to use, replaced, taken back.
pub mod keys;
// The only way to a signature.
pub mod lint;
// The status list as published.
pub mod list;
// Issuing without any database.
pub mod offline;
// Issuing one.
pub mod one;
// Everything one credential will say, and the unsigned credential.
pub mod order;
mod own;
// The people credentials are about, sealed.
pub mod people;
// The badge's picture, with the credential inside.
pub mod picture;
// A CSV of learners, read into rows.
pub mod plan;
// The intent, written down before anything is signed.
pub mod promise;
// Publishing achievements.
pub mod publish;
// What is past its time is deleted.
mod recheck;
pub mod retention;
// Why a status was changed, for the organisation alone.
pub mod reasons;
// Rows of a file that were issued before.
pub mod repeats;
// Revoke, suspend, reinstate.
pub mod revoke;
// What a running service does by itself, again and again.
pub mod rounds;
// What is scored, and the level that is a pass.
pub mod rubric;
pub(crate) mod sheet;
// What stands on this service, for the verifier.
pub mod sources;
pub(crate) mod text;
// The other form of a stored credential.
mod token;

pub use achievement::{Achievement, Kind};
pub(crate) use ends::after_months;
pub use error::Error;
pub use order::Order;
pub use token::token;

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// A JSON pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// What is wrong, in plain words.
    pub sentence: String,
}

impl Fault {
    pub(crate) fn new(pointer: impl Into<String>, sentence: impl Into<String>) -> Fault {
        Fault {
            pointer: pointer.into(),
            sentence: sentence.into(),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&self.sentence)
        } else {
            write!(f, "{}: {}", self.pointer, self.sentence)
        }
    }
}
