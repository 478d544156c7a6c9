//! The `skillmark` program: hands its arguments to the library and exits with the answer.

use std::process::ExitCode;

fn main() -> ExitCode {
    skillmark::cli::run(std::env::args_os())
}
