//! The store: every function, on both engines.

mod access;
mod credentials;
mod engine;
mod issuers;
mod order;
mod people;
mod programs;
mod requests;
mod standards;
mod status;
mod tenancy;
mod times;
mod work;
mod world;
