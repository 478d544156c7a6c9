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
mod mutation;
mod node;
mod peers_contexts;
mod proof;
mod qr;
mod rdf;
mod rdf_oracle;
mod rdf_threats;
mod schema;
mod status;
mod support;

mod browser;
mod canary;
mod cli;
mod outbound;
mod outbound_peers;
mod readme;
mod tidy;
mod verify;
mod verify_keys;
mod verify_meaning;
mod verify_names;
mod verify_status;
mod verify_tokens;
mod web;
