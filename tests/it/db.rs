//! The store: every function, on both engines.

mod credentials;
mod engine;
mod issuers;
mod order;
mod people;
mod requests;
mod status;
mod tenancy;
mod times;
mod world;
