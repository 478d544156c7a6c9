//! The HTTP face: what every answer carries, what is refused, what strangers see.

mod claims;
mod confirm;
pub(crate) mod hostile;
mod layers;
mod memory;
mod openapi;
mod programs;
mod server;
mod strangers;
mod threats;
mod trust;
mod verbs;
