//! What a credential is: Open Badges 3.0 on the W3C Verifiable Credentials Data Model 2.0.

pub mod dates;
mod faults;
pub mod identity;
mod model;
pub mod schema;
pub mod uri;

pub use faults::{
    Fault, Kind, MAX_ENDORSEMENTS, MAX_PROOFS, Weight, achievement_faults, envelope_faults, faults,
    generic_faults, has_type, is_badge, is_version_1, presentation_faults, profile_faults,
    record_faults,
};
pub(crate) use model::is_extension;
pub use model::*;
