//! Issuing, on both engines.

mod batch;
pub(crate) mod lab;
mod organisation;
mod races;
mod reliability;
mod share;
mod status;
