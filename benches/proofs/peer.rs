//! npm's figures on the same documents, from `tests/peers/bench.mjs`.

use std::path::Path;
use std::process::Command;

use crate::measure::Peers;

/// Runs the npm packages in node; `tests/run` installs them.
#[expect(clippy::disallowed_methods, reason = "the peers are node programs")]
pub(crate) fn figures() -> Peers {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("node")
        .arg("--no-warnings")
        .arg(root.join("tests/peers/bench.mjs"))
        .args(["small", "rich"].map(|name| root.join(format!("benches/documents/{name}.json"))))
        .output()
        .expect("node is missing: run tests/run");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let rows: Vec<serde_json::Value> =
        serde_json::from_slice(&output.stdout).expect("node prints JSON");
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().expect("text").to_owned();
    let number = |row: &serde_json::Value, name: &str| row[name].as_f64().expect("a number");
    rows.iter()
        .map(|row| {
            let key = (text(row, "document"), text(row, "suite"));
            (key, (number(row, "issue_us"), number(row, "verify_us")))
        })
        .collect()
}
