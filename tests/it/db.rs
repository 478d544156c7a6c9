//! The store: every function, on both engines.

mod issuers;
