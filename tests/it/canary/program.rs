//! The program over a test's database, everything it ever said, and the words that must not be there.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the program itself"
)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::JoinHandle,
};

use crate::support::db::Temp;

/// What every word that belongs to a learner has in it, in some case of letters.
pub(crate) const CANARY: &str = "canary";
pub(crate) const NAME: &str = "Zyx-CANARY Mayfield";
pub(crate) const EMAIL: &str = "zyx.canary@school.example";
pub(crate) const REFERENCE: &str = "CANARY-1042";
pub(crate) const EVIDENCE: &str = "Canary memo";
pub(crate) const DESCRIPTION: &str = "In the canary's own words: a bracket from drawing seven.";
pub(crate) const NARRATIVE: &str = "A canary comment about this award.";
pub(crate) const ASSESSOR: &str = "Sam Canary-Secretname";

/// The program's folder and database, and all that it said.
pub(crate) struct Program<'t> {
    temp: &'t Temp,
    desk: tempfile::TempDir,
    said: Vec<(String, String)>,
}

/// What one run came to.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A running `skillmark serve`.
pub(crate) struct Serving {
    child: Child,
    pub(crate) origin: String,
    out: JoinHandle<String>,
    err: JoinHandle<String>,
}

impl<'t> Program<'t> {
    pub(crate) fn over(temp: &'t Temp) -> Program<'t> {
        Program {
            temp,
            desk: tempfile::tempdir().expect("a folder"),
            said: Vec::new(),
        }
    }

    /// Where its commands run and its files lie; not the data folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.desk.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("written");
    }

    /// A command that logs all there is to log.
    fn command(&self, arguments: &[&str]) -> Command {
        let scratch = self.path("tmp");
        fs::create_dir_all(&scratch).expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_skillmark"));
        command
            .args(arguments)
            .args(["--log", "trace"])
            .arg("--data")
            .arg(self.temp.folder.path())
            .current_dir(self.desk.path())
            .env_clear()
            .env("RUST_BACKTRACE", "full")
            .env("TMPDIR", scratch)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(url) = &self.temp.url {
            command.args(["--database-url", url]);
        }
        command
    }

    /// Runs a command that ends with `code`, and keeps what it said for [`Program::silent`].
    #[track_caller]
    pub(crate) fn run(&mut self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.asked(code, arguments);
        self.hear(&arguments.join(" "), &ran.out);
        self.hear(&arguments.join(" "), &ran.err);
        ran
    }

    /// Runs a command that was asked to show what is private: its standard output is not kept.
    #[track_caller]
    pub(crate) fn asked(&mut self, code: i32, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("the program");
        let ran = Ran {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        };
        self.hear(&arguments.join(" "), &ran.err);
        assert_eq!(ran.code, code, "{arguments:?}\n{}\n{}", ran.out, ran.err);
        ran
    }

    /// Makes the organisation; its API key is shown this once, because it was asked for.
    pub(crate) fn init(&mut self) -> String {
        let flags = ["--name", "Harbour", "--web", "https://harbour.example"];
        let made = self.asked(0, &[&["init"], &flags[..]].concat());
        let key = made
            .out
            .split_whitespace()
            .find(|w| w.starts_with("skm_") && w.len() > 40);
        key.expect("an API key").to_owned()
    }

    /// Starts the server on a free port.
    pub(crate) fn serve(&self) -> Serving {
        let mut child = self
            .command(&["serve", "--listen", "127.0.0.1:0", "--rate-burst", "10000"])
            .spawn()
            .expect("the program");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut err = child.stderr.take().expect("a pipe");
        let mut first = String::new();
        out.read_line(&mut first).expect("a line");
        let address = first.trim().rsplit(" on ").next().expect("an address");
        let address = address.split(". Stop").next().expect("an address");
        let origin = format!("http://{address}");
        Serving {
            child,
            origin,
            out: std::thread::spawn(move || {
                let _ = out.read_to_string(&mut first);
                first
            }),
            err: std::thread::spawn(move || {
                let mut all = String::new();
                let _ = err.read_to_string(&mut all);
                all
            }),
        }
    }

    /// Stops the server as an operator does, and hears all it said; its log comes back.
    pub(crate) fn stop(&mut self, mut serving: Serving) -> String {
        let id = rustix::process::Pid::from_child(&serving.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("told");
        serving.child.wait().expect("it ends");
        let out = serving.out.join().expect("read");
        let err = serving.err.join().expect("read");
        self.hear("serve", &out);
        self.hear("serve's log", &err);
        err
    }

    /// Keeps something that was said, to be searched at the end.
    pub(crate) fn hear(&mut self, place: &str, text: &str) {
        self.said.push((place.to_owned(), text.to_owned()));
    }

    /// Nothing of a learner and none of these secrets was said by anything.
    #[track_caller]
    pub(crate) fn silent(&self, secrets: &[&str]) {
        for (place, text) in &self.said {
            // Where the tests themselves were built may have any name.
            let text = text.replace(built_in(), "…");
            let lower = text.to_lowercase();
            for word in secrets.iter().copied().chain([CANARY]) {
                let found = text.find(word).or_else(|| lower.find(word));
                if let Some(at) = found {
                    let around = lower.get(at.saturating_sub(300)..(at + 100).min(lower.len()));
                    panic!("{place} says `{word}`: {around:?}");
                }
            }
        }
    }
}

/// The folder this was built in.
fn built_in() -> &'static str {
    let program = Path::new(env!("CARGO_BIN_EXE_skillmark"));
    program.parent().and_then(Path::to_str).expect("a folder")
}

/// What makes the database refuse a second piece of evidence with the same description: the words
/// with which PostgreSQL refuses it quote the row, unless told not to.
pub(crate) const REFUSE_TWICE: &str = "create unique index forced_once on evidence (description)";
