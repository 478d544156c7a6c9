//! The loop, from roster to award, on both engines.

mod awards;
mod bucket;
mod corrections;
mod guardians;
mod forms;
mod learners;
mod pages;
pub(crate) mod reminders;
pub(crate) mod world;
