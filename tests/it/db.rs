//! The store: every function, on both engines.

mod credentials;
mod issuers;
mod people;
mod requests;
mod status;
mod tenancy;
mod times;
mod world;
