//! The `skillmark` program: hands its arguments to the library and exits with the answer.
fn main() {}
