//! The desk: who comes in, as what, and who does not.

mod account;
mod case;
pub(crate) mod hostile;
mod log;
pub(crate) mod matrix;
mod people;
mod provider;
mod sign_in;
mod standards;
mod texts;
mod ways_in;
