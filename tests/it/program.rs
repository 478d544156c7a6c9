//! The loop, from roster to award, on both engines.

mod awards;
mod learners;
mod world;
