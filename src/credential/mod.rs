//! What a credential is: Open Badges 3.0 on the W3C Verifiable Credentials Data Model 2.0.

pub mod dates;
mod model;

pub use model::*;
