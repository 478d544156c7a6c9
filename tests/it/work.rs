//! Work promised for later: batches, letters and what they are told.

mod batches;
mod letters;
mod queue;
