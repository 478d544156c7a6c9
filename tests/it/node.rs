//! Runs a script of `tests/peers` in node, with the npm packages of its lock file.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers")
}

/// What `node <script> <arguments>` prints when `input` is on its standard input; its last line too if it fails.
pub(crate) fn run(script: &str, arguments: &[&str], input: &str) -> serde_json::Value {
    let text = text(script, arguments, input);
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{script} printed no JSON ({e}): {text}"))
}

/// As [`run`], the text itself.
#[expect(clippy::disallowed_methods, reason = "the peers are node programs")]
pub(crate) fn text(script: &str, arguments: &[&str], input: &str) -> String {
    assert!(
        peers().join("node_modules").exists(),
        "tests/peers/node_modules is missing: run tests/run"
    );
    let mut child = Command::new("node")
        .arg("--no-warnings")
        .arg(peers().join(script))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node is missing: run tests/run");
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    let input = input.to_owned();
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("node was started");
    let _ = writer.join().expect("the writer does not panic");
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8(output.stdout).expect("node prints UTF-8");
    assert!(!text.is_empty(), "{script} printed nothing: {errors}");
    text
}
