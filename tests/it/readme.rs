//! The README, done as it says: its files written, its commands run, in its order.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the program itself"
)]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use tempfile::TempDir;

const README: &str = include_str!("../../README.md");

/// One fenced block: what stands behind the fence, and what stands inside.
struct Block {
    info: &'static str,
    text: &'static str,
}

fn blocks() -> Vec<Block> {
    let mut found = Vec::new();
    let mut rest = README;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (info, body) = after.split_once('\n').expect("a line after the fence");
        let (text, next) = body.split_once("\n```").expect("the block ends");
        found.push(Block { info, text });
        rest = next;
    }
    found
}

/// Splits a command as a shell does, as far as the README needs it: blanks and single quotes.
fn words(line: &str) -> Vec<String> {
    line.split('\'')
        .enumerate()
        .flat_map(|(i, part)| {
            if i % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            }
        })
        .collect()
}

#[test]
fn the_first_screen_has_two_commands() {
    let commands: Vec<&str> = blocks()
        .iter()
        .filter(|block| block.info == "sh")
        .map(|block| block.text)
        .take(2)
        .collect();
    assert_eq!(commands, ["cargo run --release -- demo", "tests/run"]);
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run");
    let mode = fs::metadata(run).expect("tests/run").permissions().mode();
    assert_eq!(mode & 0o111, 0o111, "tests/run can be executed");
}

#[test]
fn the_files_and_commands_of_the_readme_work() {
    let folder = TempDir::new().expect("a folder");
    let mut done = Vec::new();
    for block in blocks() {
        if let Some((_, name)) = block.info.split_once(' ') {
            fs::write(folder.path().join(name), block.text).expect("a file");
        }
        let commands = block
            .text
            .lines()
            .filter(|line| block.info == "sh" && line.starts_with("skillmark "));
        // `serve` does not end; the browser tests hold it.
        for line in commands.filter(|line| !line.starts_with("skillmark serve")) {
            let output = Command::new(env!("CARGO_BIN_EXE_skillmark"))
                .args(&words(line)[1..])
                .current_dir(&folder)
                .env_clear()
                .output()
                .expect("the program");
            let errors = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{line}\n{errors}");
            let said = String::from_utf8_lossy(&output.stdout);
            if line.starts_with("skillmark verify") {
                assert!(
                    said.starts_with("VALID  Signed by Harbour Tutoring"),
                    "{line}\n{said}"
                );
            }
            done.push(line);
        }
    }
    assert_eq!(done.len(), 6, "{done:#?}");
}
