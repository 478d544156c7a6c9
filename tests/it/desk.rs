//! The desk: who comes in, as what, and who does not.

mod account;
mod case;
mod forms;
pub(crate) mod hostile;
mod log;
pub(crate) mod matrix;
mod people;
mod provider;
mod sign_in;
pub(crate) mod standards;
mod texts;
mod versions;
mod ways_in;
