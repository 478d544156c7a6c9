//! Work promised for later: batches, letters and messages, and what they are when things are not well.

mod batches;
pub(crate) mod earned;
mod hooks;
mod letters;
mod queue;
mod unwell;
