//! The loop, from roster to award, on both engines.

mod awards;
mod bucket;
mod corrections;
mod forms;
mod guardians;
mod learners;
mod pages;
mod reach;
pub(crate) mod reminders;
mod sessions;
mod taking_part;
mod ways_in;
pub(crate) mod world;
