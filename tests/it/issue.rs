//! Issuing, on both engines.

mod batch;
mod crash;
mod domain;
mod forgetting;
pub(crate) mod lab;
mod organisation;
mod races;
mod reliability;
mod share;
mod status;
