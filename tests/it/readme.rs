//! The README, done as it says: its files written, its commands run, in its order.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the program itself"
)]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

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

/// A server started by the README, stopped when dropped.
struct Serving {
    child: Child,
    address: String,
    _out: BufReader<ChildStdout>,
}

impl Serving {
    /// As the README says, on a port that is free.
    fn start(folder: &Path) -> Serving {
        let mut child = program(folder)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        out.read_line(&mut line).expect("text");
        let place = line.split(" on ").nth(1).expect("an address");
        Serving {
            child,
            address: format!("http://{}", place.split(". ").next().expect("an address")),
            _out: out,
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skillmark"));
    command.current_dir(folder).env_clear();
    command
}

/// What is behind a name on a line of its own.
fn value(said: &str, name: &str) -> Option<String> {
    let line = said.lines().find_map(|line| line.trim().strip_prefix(name));
    line.map(|rest| rest.trim().to_owned())
}

/// Runs a `curl` line of the README in a shell, against the server that was started.
fn curl(line: &str, folder: &Path, serving: &Serving, key: &str) -> serde_json::Value {
    let line = line.replace("http://localhost:8080", &serving.address);
    let output = Command::new("sh")
        .args([
            "-c",
            &format!("{line} --silent --show-error --fail-with-body"),
        ])
        .current_dir(folder)
        .env("KEY", key)
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{said}\n{errors}");
    serde_json::from_str(&said).expect("JSON")
}

#[test]
fn the_files_and_commands_of_the_readme_work() {
    let temp = TempDir::new().expect("a folder");
    let folder = temp.path();
    let (mut done, mut answers) = (Vec::new(), Vec::new());
    let (mut serving, mut key) = (None, String::new());
    for block in blocks() {
        if let Some((_, name)) = block.info.split_once(' ') {
            fs::write(folder.join(name), block.text).expect("a file");
        }
        for line in block.text.lines().filter(|_| block.info == "sh") {
            if line.starts_with("curl ") {
                let serving = serving.as_ref().expect("a server");
                answers.push(curl(line, folder, serving, &key));
            } else if line == "skillmark serve" {
                serving = Some(Serving::start(folder));
            } else if line.starts_with("skillmark ") && !line.contains("serve") {
                let output = program(folder).args(&words(line)[1..]).output();
                let output = output.expect("the program");
                let errors = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.code(), Some(0), "{line}\n{errors}");
                let said = String::from_utf8_lossy(&output.stdout);
                if line.starts_with("skillmark verify") {
                    assert!(
                        said.starts_with("VALID  Signed by Harbour Tutoring"),
                        "{line}\n{said}"
                    );
                }
                if line.starts_with("skillmark achievements publish") {
                    let id = value(&said, "id").expect("an id");
                    assert!(
                        README.contains(&format!("\"achievement\": \"{id}\"")),
                        "{id}"
                    );
                }
                key = value(&said, "API key").unwrap_or(key);
                done.push(line);
            }
        }
    }
    assert_eq!(done.len(), 8, "{done:#?}");
    let [issued, listed] = &answers[..] else {
        panic!("{answers:#?}");
    };
    let name = "/credentialSubject/achievement/name";
    assert_eq!(issued.pointer(name), Some(&"Reading a Drawing".into()));
    assert_eq!(listed["achievements"][0]["name"], "Reading a Drawing");
}
