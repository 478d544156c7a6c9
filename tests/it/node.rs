//! Runs a script of `tests/peers` in node, with the npm packages of its lock file.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
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
pub(crate) fn text(script: &str, arguments: &[&str], input: &str) -> String {
    let mut child = command(script)
        .args(arguments)
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

#[expect(clippy::disallowed_methods, reason = "the peers are node programs")]
fn command(script: &str) -> Command {
    assert!(
        peers().join("node_modules").exists(),
        "tests/peers/node_modules is missing: run tests/run"
    );
    let mut command = Command::new("node");
    command
        .arg("--no-warnings")
        .arg(peers().join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// A script that answers each line with a line, for as long as it is kept.
pub(crate) struct Peer {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts `node <script>`.
    pub(crate) fn start(script: &str) -> Peer {
        let mut child = command(script)
            .spawn()
            .expect("node is missing: run tests/run");
        let answers = BufReader::new(child.stdout.take().expect("a pipe was asked for"));
        Peer { child, answers }
    }

    /// What the script answers to `line`, which holds no line break.
    pub(crate) fn ask(&mut self, line: &str) -> serde_json::Value {
        let stdin = self.child.stdin.as_mut().expect("a pipe was asked for");
        writeln!(stdin, "{line}").expect("the script reads");
        let mut answer = String::new();
        self.answers
            .read_line(&mut answer)
            .expect("the script answers");
        serde_json::from_str(&answer).unwrap_or_else(|e| panic!("no JSON ({e}): {answer:?}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
