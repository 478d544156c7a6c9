//! The loop, from roster to award, on both engines.

mod awards;
mod corrections;
mod learners;
mod pages;
mod world;
