//! Every integration test, one binary: a file per room, cases as files under `tests/vectors`.

mod credential;
mod did;
mod json;
