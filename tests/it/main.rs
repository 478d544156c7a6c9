//! Every integration test, one binary: a file per room, cases as files under `tests/vectors`.

mod credential;
mod custody;
mod db;
mod did;
mod faults;
mod interop;
mod issue;
mod json;
mod jwt;
mod keys;
mod node;
mod peers_contexts;
mod proof;
mod rdf;
mod rdf_oracle;
mod rdf_threats;
mod schema;
mod status;
mod support;
mod tidy;
mod verify;
mod web;
