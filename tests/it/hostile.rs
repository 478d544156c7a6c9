//! The hostile files: what each of them must come out as, whole, told by the program itself; within
//! 64 MiB, and with no work that one document may not make.
//!
//! `tests/hostile/expected.tsv` has a line for each file: its name, the verdict, the first check that
//! decided it, and the reason. Files up to 8 KiB stand in `tests/hostile/files`; larger ones are made
//! here, as the small ones once were. To add one: a line in a generator below, then
//! `cargo nextest run --run-ignored only hostile_write`, then the line in the table, by hand.
#![expect(
    clippy::disallowed_methods,
    reason = "every file is given to the program itself"
)]

mod addresses;
mod forms;
mod lists;
mod make;
mod meaning;
mod pictures;
mod proofs;
mod texts;
mod tokens;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use make::{Case, Cases};
use tempfile::TempDir;

/// What one file may take: 64 MiB of memory of its own.
const MEMORY_KIB: usize = 64 * 1024;
/// Files up to this size are kept as files.
const KEPT_BYTES: usize = 8 * 1024;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile")
}

fn all() -> Vec<Case> {
    let mut cases = Cases::default();
    proofs::add(&mut cases);
    meaning::add(&mut cases);
    tokens::add(&mut cases);
    addresses::add(&mut cases);
    lists::add(&mut cases);
    pictures::add(&mut cases);
    texts::add(&mut cases);
    forms::add(&mut cases);
    cases.0
}

/// The cases on disk, and how the program is asked about one of them.
struct Laid {
    temp: TempDir,
    cases: Vec<Case>,
}

impl Laid {
    fn out() -> Laid {
        let temp = TempDir::new().expect("a folder");
        let cases = all();
        for case in &cases {
            let kept = folder().join("files").join(&case.name);
            match fs::read(&kept) {
                Ok(bytes) => fs::write(temp.path().join(&case.name), bytes),
                Err(_) => fs::write(temp.path().join(&case.name), &case.bytes),
            }
            .expect("written");
            if let Some(list) = &case.list {
                let path = temp.path().join(format!("{}.list", case.name));
                fs::write(path, list).expect("written");
            }
        }
        for (name, document) in make::issuers() {
            fs::write(temp.path().join(name), document).expect("written");
        }
        Laid { temp, cases }
    }

    /// What the program is asked about a case.
    fn arguments(&self, case: &Case) -> Vec<String> {
        let path = |name: &str| self.temp.path().join(name).to_string_lossy().into_owned();
        let mut words = vec![
            "verify".to_owned(),
            "--offline".to_owned(),
            "--json".to_owned(),
        ];
        for (name, _) in make::issuers() {
            words.extend(["--issuer".to_owned(), path(name)]);
        }
        if case.list.is_some() {
            words.extend(["--status".to_owned(), path(&format!("{}.list", case.name))]);
        }
        words.push(path(&case.name));
        words
    }

    /// Runs `first`, then the program, then what it is asked about `case`.
    fn run(&self, first: &[&str], program: &str, case: &Case) -> Output {
        let mut command = Command::new(first[0]);
        command
            .args(&first[1..])
            .arg(program)
            .args(self.arguments(case))
            .env_clear()
            .env("SKILLMARK_DATA_DIR", self.temp.path().join("none"))
            .current_dir(self.temp.path());
        command.output().expect("started")
    }
}

/// The verdict, the first check that decided it, and the reason, between tabs.
fn told(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(several) = answer.as_array() {
        let lines = several.iter().map(|one| {
            let name = one["name"].as_str().unwrap_or_default();
            format!("{name:?}: {}", line(&one["report"]).replace('\t', " "))
        });
        return format!("several\t-\t{}", lines.collect::<Vec<_>>().join("; "));
    }
    if answer["verdict"].is_string() {
        return line(&answer);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(64) => format!("refused\t-\t{}", said.trim()),
        code => format!("crashed\t{code:?}\t{}", said.trim()),
    }
}

fn line(report: &serde_json::Value) -> String {
    let checks = report["checks"].as_array().map_or(&[][..], Vec::as_slice);
    let outcome = match report["verdict"].as_str() {
        Some("invalid") => "fail",
        _ => "unknown",
    };
    let decides = checks
        .iter()
        .find(|check| check["decides"] == true && check["outcome"] == outcome);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let (id, reason) = decides.map_or(("-".to_owned(), "-".to_owned()), |check| {
        (text(&check["id"]), text(&check["reason"]))
    });
    assert_eq!(reason, text(&report["reason"]), "{report:#}");
    format!("{}\t{id}\t{reason}", text(&report["verdict"]))
}

fn expected() -> BTreeMap<String, String> {
    let table = fs::read_to_string(folder().join("expected.tsv")).expect("the table");
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let split = |line: &str| {
        let (name, rest) = line.split_once('\t').expect("a name");
        (name.to_owned(), rest.to_owned())
    };
    lines.map(split).collect()
}

/// What the program says of every case, two at a time.
fn ask_all(laid: &Laid, ask: impl Fn(&Case) -> String + Sync) -> BTreeMap<String, String> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) = laid.cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let answer = ask(case);
                    let mut found = found.lock().expect("unharmed");
                    assert!(
                        found.insert(case.name.clone(), answer).is_none(),
                        "{} twice",
                        case.name
                    );
                }
            });
        }
    });
    found.into_inner().expect("unharmed")
}

/// The shell forbids the program more memory than that: what asks for more gets none and dies.
fn within(kib: usize) -> String {
    format!("ulimit -d {kib} && exec \"$@\"")
}

/// So started, the program is under that limit; and one that hangs is ended.
fn limited(limit: &str) -> [&str; 6] {
    ["timeout", "60", "sh", "-c", limit, "sh"]
}

#[test]
fn every_hostile_file_comes_out_as_expected_within_its_memory() {
    let laid = Laid::out();
    let program = env!("CARGO_BIN_EXE_skillmark");
    let limit = within(MEMORY_KIB);
    let told = ask_all(&laid, |case| {
        told(&laid.run(&limited(&limit), program, case))
    });
    let expected = expected();
    let mut wrong = Vec::new();
    for (name, told) in &told {
        if expected.get(name) != Some(told) {
            wrong.push(format!("{name}\t{told}"));
        }
    }
    let is_missing = |name: &&String| !told.contains_key(*name);
    wrong.extend(
        expected
            .keys()
            .filter(is_missing)
            .map(|name| format!("{name}\tis not made")),
    );
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert!(expected.len() >= 200, "there are {}", expected.len());
}

#[test]
fn the_memory_limit_bites() {
    let limit = within(MEMORY_KIB);
    let copy = |bytes: &str| {
        let [first, rest @ ..] = limited(&limit);
        let mut command = Command::new(first);
        command
            .args(rest)
            .args(["dd", "if=/dev/zero", "of=/dev/null", "count=1"]);
        command
            .arg(format!("bs={bytes}"))
            .output()
            .expect("started")
            .status
            .success()
    };
    assert!(copy("48M"));
    assert!(!copy("64M"));
}

#[test]
fn the_kept_files_are_those_that_are_made() {
    let cases = all();
    let kept = fs::read_dir(folder().join("files")).expect("the files");
    let mut kept: Vec<String> = kept
        .map(|file| {
            file.expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    kept.sort();
    let mut made: Vec<&str> = Vec::new();
    for case in cases.iter().filter(|case| case.bytes.len() <= KEPT_BYTES) {
        made.push(&case.name);
        let bytes = fs::read(folder().join("files").join(&case.name)).unwrap_or_default();
        assert_eq!(bytes, case.bytes, "{} is another file", case.name);
    }
    made.sort_unstable();
    assert_eq!(kept, made);
    // Only what is named so is a good credential, kept beside the others so that they differ by what
    // they are named after, and not by more.
    for (name, told) in expected() {
        let good = told.starts_with("valid");
        assert_eq!(name.contains("-good"), good, "{name}");
    }
}

#[test]
#[ignore = "writes the files up to 8 KiB anew"]
fn hostile_write() {
    for case in all() {
        let path = folder().join("files").join(&case.name);
        if case.bytes.len() <= KEPT_BYTES {
            fs::write(path, &case.bytes).expect("written");
        }
    }
}

/// What every file costs: processor time and the most memory at once, measured by `time` (GNU).
/// `SKILLMARK_BIN` names a release build.
#[test]
#[ignore = "measures; needs /usr/bin/time and a release build"]
fn hostile_measure() {
    let laid = Laid::out();
    let program = std::env::var("SKILLMARK_BIN").unwrap_or("target/release/skillmark".into());
    let program = fs::canonicalize(program).expect("SKILLMARK_BIN: a release build");
    let mut costs: Vec<(u64, u64, &str)> = Vec::new();
    for case in &laid.cases {
        let format = ["/usr/bin/time", "-f", "%U %S %M"];
        let output = laid.run(&format, &program.to_string_lossy(), case);
        let said = String::from_utf8_lossy(&output.stderr);
        let mut numbers = said.lines().last().unwrap_or_default().split(' ');
        let mut number = || {
            numbers
                .next()
                .and_then(|n| n.parse::<f64>().ok())
                .expect("figures")
        };
        let cpu_ms = ((number() + number()) * 1000.0).round() as u64;
        costs.push((cpu_ms, number() as u64, &case.name));
    }
    costs.sort_unstable();
    println!("{} files, user and system time together:", costs.len());
    for (cpu_ms, kib, name) in costs.iter().rev().take(5) {
        println!("{cpu_ms:>6} ms {kib:>8} KiB  {name}");
    }
    costs.sort_unstable_by_key(|cost| cost.1);
    println!("most memory:");
    for (cpu_ms, kib, name) in costs.iter().rev().take(5) {
        println!("{cpu_ms:>6} ms {kib:>8} KiB  {name}");
    }
}
