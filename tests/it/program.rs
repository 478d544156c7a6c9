//! The loop, from roster to award, on both engines.

mod awards;
mod bucket;
mod corrections;
mod learners;
mod pages;
mod world;
