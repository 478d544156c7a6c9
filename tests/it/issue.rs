//! Issuing, on both engines.

mod lab;
mod reliability;
