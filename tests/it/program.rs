//! The loop, from roster to award, on both engines.

mod awards;
mod bucket;
mod corrections;
mod forms;
mod guardians;
mod learners;
mod pages;
pub(crate) mod reminders;
pub(crate) mod world;
