//! The worker: every kind of work, and the loop.
//!
//! `skillmark serve` works beside answering, `skillmark work` does nothing else; any number of both
//! may run at once. Work is taken with a lease, and a worker says every few seconds that it still
//! lives; of one that was killed, another takes the work over when the lease ends. What fails is
//! tried again later, each time after a longer while, and given up after so many tries that came
//! no step further (threat H10). Those who sign wait for nobody else's machine: letters and messages
//! have workers of their own ([`Lane`]), and one organisation never has all of them.
//!
//! What is to be done once a day is put down by whichever process comes first ([`put_down`]).
//!
//! To add a kind of work: one constant in [`crate::queue`] and one line in [`KINDS`].

mod daily;
mod kinds;
mod worker;

pub use daily::{HOUR, put_down};
pub use kinds::{KINDS, Kind, Lane, Outcome, Soon, Task};
pub use worker::{Workers, run_due, start};
