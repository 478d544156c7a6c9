//! The real binary: what it prints, what it leaves behind, and the exit code it ends with.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the program itself"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own, and the program run inside it with nothing from the environment.
pub(crate) struct Desk {
    folder: TempDir,
}

/// What one run came to.
pub(crate) struct Done {
    code: i32,
    out: String,
    err: String,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk {
            folder: TempDir::new().expect("a folder"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skillmark"));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        let output = self.command(arguments).output().expect("the program");
        Done {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Done {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(input).expect("written");
        drop(pipe);
        let output = child.wait_with_output().expect("the program");
        Done {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// Writes the achievement and CSV of these tests.
    pub(crate) fn with_class(self) -> Desk {
        fs::write(self.path("knots.json"), ACHIEVEMENT).expect("written");
        fs::write(self.path("class.csv"), CLASS).expect("written");
        self
    }

    /// Issues the class without a database, into the folder `badges`.
    fn issue_offline(&self, format: &str) -> Done {
        self.run(&[
            "issue",
            "knots.json",
            "class.csv",
            "--offline",
            "--issuer-name",
            "Harbour",
            "--out",
            "badges",
            "--format",
            format,
        ])
    }
}

impl Done {
    /// What stood on the standard output.
    pub(crate) fn out(&self) -> &str {
        &self.out
    }

    /// Everything that was said.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    #[track_caller]
    pub(crate) fn is(self, code: i32) -> Done {
        assert_eq!(self.code, code, "\n{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Done {
        let all = self.all();
        assert!(all.contains(text), "no `{text}` in:\n{all}");
        self
    }
}

const ACHIEVEMENT: &str = r#"{
  "kind": "performance",
  "name": "Knots for the Quay",
  "meaning": "Can tie a boat up so that it stays.",
  "task": "Tie three knots.",
  "evidenceRequired": "A photo of each knot.",
  "criteria": { "narrative": "All three hold." },
  "resultDescription": [{
    "name": "Hold",
    "requiredLevel": "Holds",
    "rubricCriterionLevel": [
      { "name": "Slips", "points": "1" },
      { "name": "Holds", "points": "2" },
      { "name": "Holds in a storm", "points": "3" }
    ]
  }]
}"#;

const CLASS: &str = "\
learner,name,date,level: Hold,assessor_role,evidence
A-1,Ana Example,2026-02-20,Holds,Harbour master,Photos
A-2,Ben Example,2026-02-20,Holds in a storm,Harbour master,Photos
";

#[test]
fn every_command_has_help_with_examples() {
    let desk = Desk::new();
    let definition = skillmark::cli::definition();
    let mut commands = 0;
    let mut waiting: Vec<(Vec<&str>, &clap::Command)> = vec![(Vec::new(), &definition)];
    while let Some((path, command)) = waiting.pop() {
        for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
            waiting.push(([&path[..], &[inner.get_name()]].concat(), inner));
        }
        let help = desk.run(&[&path[..], &["--help"]].concat()).is(0);
        let example = format!("Examples:\n  skillmark {}", path.first().unwrap_or(&""));
        assert!(help.out.contains(example.trim_end()), "{}", help.out);
        assert!(help.out.contains("--rate-burst"), "{path:?}");
        assert!(!help.out.contains("\\\""), "{path:?}: {}", help.out);
        let short = desk.run(&[&path[..], &["-h"]].concat()).is(0);
        assert!(!short.out.contains("--rate-burst"), "{path:?}");
        assert!(command.get_about().is_some(), "{path:?}");
        commands += 1;
    }
    assert_eq!(commands, 1 + 22 + 1 + 5 + 3 + 5 + 2 + 3 + 2 + 4 + 1);
    desk.run(&["--help"]).is(0).says("Examples:").says("demo");
    desk.run(&["--version"]).is(0).says("skillmark ");
    definition.clone().debug_assert();
}

#[test]
fn what_is_not_understood_ends_with_64() {
    let desk = Desk::new().with_class();
    desk.run(&[]).is(64).says("Usage:");
    desk.run(&["nonsense"]).is(64);
    desk.run(&["verify"]).is(64);
    desk.run(&["verify", "x", "--public-url", "http://badges.example"])
        .is(64)
        .says("must be https://");
    desk.run(&["revoke", "not-an-id"])
        .is(64)
        .says("`not-an-id`");
    desk.run(&["issue", "knots.json", "class.csv", "--format", "png"])
        .is(64)
        .says("--out");
    desk.run(&["issue", "knots.json", "class.csv", "--offline"])
        .is(64)
        .says("--issuer-name");
    desk.run(&["demo", "--public-url", "https://badges.example"])
        .is(64)
        .says("this machine");
    assert!(!desk.has("skillmark-data"));
}

#[test]
fn what_cannot_be_read_or_written_ends_with_74() {
    let desk = Desk::new().with_class();
    desk.run(&["verify", "gone.json"]).is(74).says("gone.json");
    desk.run(&["verify", "."]).is(74);
    desk.run(&["issue", "gone.json", "class.csv"])
        .is(74)
        .says("gone.json");
    fs::write(desk.path("badges"), "a file").expect("written");
    desk.issue_offline("json").is(74).says("badges");
    fs::write(desk.path("blocked"), "a file").expect("written");
    desk.run(&["migrate", "--data", "blocked/data"]).is(74);
}

#[test]
fn issued_without_a_database_and_verified_in_every_form() {
    for format in ["json", "jwt", "png", "svg"] {
        let desk = Desk::new().with_class();
        desk.issue_offline(format).is(0).says("2 files in badges");
        for number in [1, 2] {
            let file = format!("badges/{number}.{format}");
            desk.run(&["verify", &file])
                .is(0)
                .says("VALID  Signed by Harbour")
                .says("Knots for the Quay");
            let bytes = fs::read(desk.path(&file)).expect("a file");
            desk.run_with_input(&["verify", "-"], &bytes).is(0);
        }
        assert!(!desk.has("badges/3.json"));
        assert!(!desk.has("skillmark-data"), "neither command makes a store");
    }
}

#[test]
fn lines_of_json_hold_nothing_about_the_learner() {
    let desk = Desk::new().with_class();
    let done = desk
        .run(&[
            "issue",
            "knots.json",
            "class.csv",
            "--offline",
            "--issuer-name",
            "Harbour",
        ])
        .is(0);
    let credentials: Vec<Value> = done
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(credentials.len(), 2);
    for word in ["Ana", "Ben", "A-1", "A-2"] {
        assert!(!done.out.contains(word), "{word}");
    }
    let subject = |i: usize| credentials[i]["credentialSubject"]["id"].clone();
    assert_ne!(subject(0), subject(1));
}

#[test]
fn a_changed_credential_ends_with_1_and_says_why() {
    let desk = Desk::new().with_class();
    desk.issue_offline("json").is(0);
    let text = fs::read_to_string(desk.path("badges/1.json")).expect("a file");
    fs::write(desk.path("changed.json"), text.replace("Quay", "Ship")).expect("written");
    desk.run(&["verify", "changed.json"])
        .is(1)
        .says("NOT VALID")
        .says("WRONG    Signature");
    let report = desk.run(&["verify", "changed.json", "--json"]).is(1);
    let report: Value = serde_json::from_str(&report.out).expect("JSON");
    assert_eq!(report["verdict"], "invalid");
    fs::write(desk.path("noise.json"), "{").expect("written");
    desk.run(&["verify", "noise.json"]).is(1);
}

#[test]
fn d21_there_is_no_switch_for_unsafe_fetching() {
    let desk = Desk::new();
    let public = "--public-url=https://badges.example";
    for switch in [
        "--insecure-allow-loopback",
        "--allow-loopback",
        "--insecure",
    ] {
        desk.run(&["serve", public, switch]).is(64);
        desk.run(&["verify", switch, "badge.json"]).is(64);
    }
}

#[test]
fn offline_nobody_is_asked() {
    let desk = Desk::new().with_class();
    for arguments in [
        &["verify", "https://school.invalid/c/1", "--offline"][..],
        &["verify", "https://school.invalid/c/1", "--no-fetch"],
    ] {
        let said = "nothing is fetched from there";
        desk.run(arguments).is(2).says(said);
    }
    // A name that cannot be is refused before anybody is asked.
    let said = "led to no credential";
    desk.run(&["verify", "https://school.invalid/c/1"])
        .is(2)
        .says(said);
}

#[test]
fn a_stranger_s_text_does_not_reach_the_terminal_raw() {
    let desk = Desk::new();
    let evil = r#"{"type":["VerifiableCredential"],"issuer":{"id":"did:key:z","name":"A\u001b[31mB\u202eC"}}"#;
    let done = desk.run_with_input(&["verify", "-"], evil.as_bytes());
    assert!(!done.out.contains(['\u{1b}', '\u{202e}']), "{}", done.out);
}

#[test]
fn a_csv_with_faults_is_refused_whole() {
    let desk = Desk::new().with_class();
    let wrong = CLASS
        .replace("Holds in a storm", "Slips")
        .replace("2026-02-20,Holds", "20.2.,Holds");
    fs::write(desk.path("class.csv"), wrong).expect("written");
    desk.issue_offline("json")
        .is(1)
        .says("line 2, column 3 (date)")
        .says("line 3, column 4 (level: Hold)")
        .says("Nothing was issued.");
    assert!(!desk.has("badges"));
    fs::write(
        desk.path("knots.json"),
        ACHIEVEMENT.replace("\"task\"", "\"tusk\""),
    )
    .expect("written");
    desk.run(&["issue", "knots.json", "class.csv", "--check"])
        .is(1)
        .says("/tusk")
        .says("/task");
}

#[test]
fn i13_an_example_key_is_refused_for_a_public_address() {
    let desk = Desk::new().with_class();
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("keys-example/issuer-1.json");
    let key = key.to_str().expect("a path");
    let arguments = |url: &'static str| {
        vec![
            "issue",
            "knots.json",
            "class.csv",
            "--offline",
            "--issuer-name",
            "Harbour",
            "--key",
            key,
            "--public-url",
            url,
        ]
    };
    desk.run(&arguments("http://localhost:8080"))
        .is(0)
        .says("Everybody has this key");
    desk.run(&arguments("https://badges.example"))
        .is(1)
        .says("example key");
}

#[test]
fn an_organisation_from_init_to_revocation() {
    let desk = Desk::new().with_class();
    desk.run(&["issue", "knots.json", "class.csv"])
        .is(1)
        .says("skillmark init");
    let made = desk
        .run(&[
            "init",
            "--name",
            "Harbour",
            "--web",
            "https://harbour.example",
        ])
        .is(0)
        .says("API key        skm_")
        .says("DNS TXT")
        .says("Next: skillmark issue");
    assert!(made.out.contains("did:key:z6Mk"), "{}", made.out);
    desk.run(&["init", "--name", "X", "--web", "nowhere"])
        .is(64)
        .says("--web");

    desk.run(&["issue", "knots.json", "class.csv", "--out", "badges"])
        .is(0)
        .says("Issued 2 credentials");
    desk.run(&["issue", "knots.json", "class.csv", "--out", "again"])
        .is(0)
        .says("Issued 0 credentials; 2 were issued before");
    let first = fs::read_to_string(desk.path("badges/1.json")).expect("a file");
    assert_eq!(
        first,
        fs::read_to_string(desk.path("again/1.json")).expect("a file")
    );

    let credential: Value = serde_json::from_str(&first).expect("JSON");
    let link = credential["id"].as_str().expect("an id");
    desk.run(&["verify", "badges/1.json"]).is(0);
    desk.run(&["verify", link]).is(0);
    let bare = link.rsplit('/').next().expect("an id");
    desk.run(&["verify", bare]).is(0);
    desk.run(&["suspend", link]).is(0).says("is suspended");
    desk.run(&["verify", "badges/1.json"])
        .is(1)
        .says("The issuer has suspended it for now.");
    desk.run(&["reinstate", link]).is(0).says("stands");
    desk.run(&["verify", "badges/1.json"]).is(0);
    desk.run(&["revoke", link])
        .is(0)
        .says("is revoked for good");
    desk.run(&["reinstate", link]).is(1).says("for good");
    desk.run(&["verify", "badges/1.json"]).is(1);
    desk.run(&["verify", "badges/2.json"]).is(0);

    // Elsewhere, without our store, nobody can know whether it was taken back.
    let elsewhere = Desk::new();
    fs::write(elsewhere.path("badge.json"), &first).expect("written");
    elsewhere
        .run(&["verify", "badge.json"])
        .is(2)
        .says("CANNOT TELL")
        .says("unknown  Status");
}

#[test]
fn i5_what_an_old_key_signed_stays_good() {
    let desk = Desk::new().with_class();
    desk.run(&[
        "init",
        "--name",
        "Harbour",
        "--web",
        "https://harbour.example",
    ])
    .is(0);
    desk.run(&["issue", "knots.json", "class.csv", "--out", "badges"])
        .is(0);
    desk.run(&["keys", "list"]).is(0).says("signs since");
    desk.run(&["keys", "rotate"])
        .is(0)
        .says("signs from now on");
    desk.run(&["keys", "list"]).is(0).says("retired since");
    desk.run(&["verify", "badges/1.json"]).is(0);
    let public = desk.run(&["keys", "public"]).is(0);
    let document: Value = serde_json::from_str(&public.out).expect("JSON");
    let keys = document["verificationMethod"].as_array().expect("keys");
    assert_eq!(keys.len(), 2);
    assert!(!public.out.contains("secret"));
}

/// What a did:key signed is no longer told as good by whoever revoked the key.
#[test]
fn i6_a_revoked_key_is_told_at_the_terminal() {
    let desk = Desk::new().with_class();
    desk.run(&[
        "init",
        "--name",
        "Harbour",
        "--web",
        "https://harbour.example",
    ])
    .is(0);
    desk.run(&["issue", "knots.json", "class.csv", "--out", "badges"])
        .is(0);
    let first = fs::read_to_string(desk.path("badges/1.json")).expect("a file");
    let credential: Value = serde_json::from_str(&first).expect("JSON");
    let key = credential["issuer"]["id"].as_str().expect("an issuer");
    let key = key.strip_prefix("did:key:").expect("a did:key");
    // In the very second in which it signed, a key counts as revoked before.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    desk.run(&["keys", "rotate"]).is(0);
    desk.run(&["verify", "badges/1.json"]).is(0);
    desk.run(&["keys", "revoke", key]).is(0);
    let link = credential["id"].as_str().expect("an id");
    for input in ["badges/1.json", link] {
        desk.run(&["verify", input])
            .is(2)
            .says("CANNOT TELL")
            .says("The issuer revoked this key on");
    }
    // Taken back besides: our register knows, whatever became of the key.
    desk.run(&["revoke", link]).is(0);
    for input in ["badges/1.json", link] {
        desk.run(&["verify", input])
            .is(1)
            .says("NOT VALID")
            .says("The issuer has taken it back.");
    }
}

#[test]
fn a_portfolio_is_made_listed_and_taken_back() {
    let desk = Desk::new().with_class();
    desk.run(&[
        "init",
        "--name",
        "Harbour",
        "--web",
        "https://harbour.example",
    ])
    .is(0);
    let issued = desk.run(&["issue", "knots.json", "class.csv"]).is(0);
    let first: Value =
        serde_json::from_str(issued.out.lines().next().expect("a line")).expect("JSON");
    let link = first["id"].as_str().expect("an id");
    let made = desk
        .run(&["portfolio", "new", "Spring", link, "--days", "7"])
        .is(0)
        .says("http://localhost:8080/p/");
    let id = made
        .out
        .split_whitespace()
        .nth(3)
        .expect("an id")
        .trim_end_matches(';')
        .to_owned();
    desk.run(&["portfolio", "list"])
        .is(0)
        .says(&format!("{id}  Spring  until"));
    desk.run(&["portfolio", "revoke", &id]).is(0);
    desk.run(&["portfolio", "list"]).is(0).says("taken back");
    desk.run(&["portfolio", "revoke", &id]).is(1);
}

#[test]
fn every_setting_says_where_it_came_from() {
    let desk = Desk::new();
    let database = "postgres://me:hunter2@db/x";
    let arguments = ["config", "--rate-burst", "7", "--database-url", database];
    let output = desk
        .command(&arguments)
        .env("SKILLMARK_LISTEN", "0.0.0.0:8081")
        .env("SKILLMARK_RATE_BURST", "9")
        .env("SKILLMARK_KEK_FILE", "/keys/kek")
        .output()
        .expect("the program");
    let shown = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<&str> = shown.lines().collect();
    for (help, setting) in lines.chunks(2).map(|pair| (pair[0], pair[1])) {
        let expected = match setting.trim_start_matches("# ") {
            "SKILLMARK_RATE_BURST=7" | "SKILLMARK_DATABASE_URL=postgres://me:***@db/x" => "flag",
            "SKILLMARK_LISTEN=0.0.0.0:8081" | "SKILLMARK_KEK_FILE=/keys/kek" => "environment",
            _ => "default",
        };
        assert!(help.starts_with("# "), "{help}");
        assert!(help.ends_with(&format!(" ({expected})")), "{help}");
    }
    for (source, settings) in [("flag", 2), ("environment", 2)] {
        assert_eq!(shown.matches(&format!(" ({source})\n")).count(), settings);
    }
    // The flags may stand before the command, too, and what was shown is read back.
    let before = desk.run(&["--rate-burst", "7", "config"]).is(0);
    assert!(
        before
            .out
            .contains("counts as one (flag)\nSKILLMARK_RATE_BURST=7\n")
    );
    assert!(!desk.has("skillmark-data"));
}

#[test]
fn what_is_past_its_time_is_deleted() {
    let desk = Desk::new();
    desk.run(&["forget"])
        .is(0)
        .says("Deleted: keys of requests: 0; ended portfolios: 0; notes of status lists: 0; lines of the log: 0; files: 0; ended work: 0; ended sessions: 0.");
}

/// What stands behind `name` on a line of its own.
fn value_of(done: &Done, name: &str) -> String {
    let line = done
        .out
        .lines()
        .find_map(|line| line.trim().strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in\n{}", done.out))
        .trim()
        .to_owned()
}

#[test]
fn achievements_are_published_once_and_listed_with_their_ids() {
    let desk = Desk::new().with_class();
    desk.run(&["achievements", "publish", "knots.json"])
        .is(1)
        .says("skillmark init");
    desk.run(&[
        "init",
        "--name",
        "Harbour",
        "--web",
        "https://harbour.example",
    ])
    .is(0);
    desk.run(&["achievements", "list"])
        .is(0)
        .says("Nothing is published yet.");
    let first = desk
        .run(&["achievements", "publish", "knots.json"])
        .is(0)
        .says("Published \"Knots for the Quay\".");
    let id = value_of(&first, "id");
    assert_eq!(id.len(), 22, "{id}");
    desk.run(&["achievements", "publish", "knots.json"])
        .is(0)
        .says("was published before")
        .says(&id);
    desk.run(&["achievements", "list"])
        .is(0)
        .says(&format!("{id}  performance  Knots for the Quay"));
    desk.run(&["issue", "knots.json", "class.csv", "--out", "badges"])
        .is(0)
        .says(&format!("The achievement's id, for programs: {id}"));
    fs::write(
        desk.path("knots.json"),
        ACHIEVEMENT.replace("\"task\"", "\"tusk\""),
    )
    .expect("written");
    desk.run(&["achievements", "publish", "knots.json"])
        .is(1)
        .says("/tusk");
    desk.run(&["achievements", "publish", "gone.json"]).is(74);
}

/// A key works until another process takes it back, and then not for one second more.
#[tokio::test]
async fn g11_a_revoked_api_key_is_401_within_a_second() {
    let desk = Desk::new();
    desk.run(&[
        "init",
        "--name",
        "Harbour",
        "--web",
        "https://harbour.example",
    ])
    .is(0);
    desk.run(&["api-keys", "new", "x", "--scopes", "root"])
        .is(64)
        .says("expected one of issue, revoke, read, publish, manage, propose, review, standards, programs, log");
    desk.run(&["api-keys", "new", "x"]).is(64).says("--scopes");
    desk.run(&[
        "api-keys",
        "new",
        "x",
        "--scopes",
        "read",
        "--expires",
        "2020-01-01",
    ])
    .is(64)
    .says("expires is a time that has passed");
    let made = desk
        .run(&["api-keys", "new", "School system", "--scopes", "read,issue"])
        .is(0)
        .says("shown this once");
    let (key, id) = (value_of(&made, "API key  "), value_of(&made, "id"));
    assert!(key.starts_with("skm_"), "{key}");
    let listed = desk
        .run(&["api-keys", "list"])
        .is(0)
        .says(&format!(
            "{id}  School system  (read issue)  until it is taken back"
        ))
        .says("first  (issue revoke read publish)");
    assert!(!listed.out.contains("skm_"), "{}", listed.out);

    let mut serving = Serving::with(&desk, &["serve", "--listen", "127.0.0.1:0"]);
    let line = serving.until("Serving http://localhost:8080 on ");
    let address = line.split(". ").next().expect("an address");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let url = format!("http://{address}/api/v1/achievements");
    let ask = async || {
        let answer = client.get(&url).bearer_auth(&key).send().await;
        answer.expect("an answer").status().as_u16()
    };
    assert_eq!(ask().await, 200);
    desk.run(&["api-keys", "revoke", &id]).is(0);
    assert_eq!(ask().await, 401);
    desk.run(&["api-keys", "list"]).is(0).says("taken back");
    desk.run(&["api-keys", "revoke", &id])
        .is(1)
        .says("no such API key");
}

#[test]
fn a_status_list_is_taken_elsewhere() {
    let desk = Desk::new().with_class();
    let web = "https://harbour.example";
    desk.run(&["init", "--name", "Harbour", "--web", web]).is(0);
    desk.run(&["issue", "knots.json", "class.csv", "--out", "badges"])
        .is(0);
    let first = fs::read_to_string(desk.path("badges/1.json")).expect("a file");
    let credential: Value = serde_json::from_str(&first).expect("JSON");
    let link = credential["id"].as_str().expect("an id");
    let list = credential["credentialStatus"]["statusListCredential"].as_str();
    let list = list.expect("a list");
    let printed = desk.run(&["status", link]).is(0).out;
    assert_eq!(desk.run(&["status", list]).is(0).out, printed);
    let value: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(value["id"], list);

    let elsewhere = Desk::new();
    fs::write(elsewhere.path("badge.json"), &first).expect("written");
    fs::write(elsewhere.path("list.json"), &printed).expect("written");
    let verify = ["verify", "badge.json", "--status", "list.json"];
    elsewhere
        .run(&verify)
        .is(0)
        .says("VALID  Signed by Harbour");
    desk.run(&["revoke", link]).is(0);
    let printed = desk.run(&["status", link]).is(0).out;
    fs::write(elsewhere.path("list.json"), &printed).expect("written");
    elsewhere
        .run(&verify)
        .is(1)
        .says("The issuer has taken it back.");

    desk.run(&["status", "https://elsewhere.example/status/x"])
        .is(64);
    desk.run(&["status", "http://localhost:8080/status/x"])
        .is(64)
        .says("status list");
    for nothing in [
        "AAAAAAAAAAAAAAAAAAAAAA",
        "http://localhost:8080/status/AAAAAAAAAAAAAAAAAAAAAA",
    ] {
        desk.run(&["status", nothing]).is(1).says("there is no");
    }
}

/// A demo that serves, stopped when dropped.
pub(crate) struct Serving {
    child: Child,
    lines: BufReader<ChildStdout>,
    told: String,
}

impl Serving {
    pub(crate) fn start(desk: &Desk) -> Serving {
        Serving::with(desk, &["demo", "--listen", "127.0.0.1:0"])
    }

    /// As [`Serving::start`], with another command.
    fn with(desk: &Desk, arguments: &[&str]) -> Serving {
        let mut child = desk
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program");
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        Serving {
            child,
            lines,
            told: String::new(),
        }
    }

    /// Reads until a line begins with `start`; the rest of that line.
    pub(crate) fn until(&mut self, start: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("text");
            assert!(read > 0, "it stopped after:\n{}", self.told);
            self.told += &line;
            if let Some(rest) = line.trim().strip_prefix(start) {
                return rest.to_owned();
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_demo_issues_verifies_serves_and_runs_again() {
    let desk = Desk::new();
    let mut demo = Serving::start(&desk);
    let verdict = demo.until("VALID");
    assert!(verdict.contains("Career Readiness Lab"), "{verdict}");
    let link = format!("http://localhost{}", demo.until("http://localhost"));
    let place = demo.until("Open ");
    let origin = place
        .split_whitespace()
        .next()
        .expect("an address")
        .to_owned();
    assert!(link.starts_with(&format!("{origin}/c/")), "{link} {origin}");
    let port = origin.rsplit(':').next().expect("a port");
    let folder = format!("skillmark-data/demo-{port}");

    let page = get(&link).await;
    assert!(page.contains("Interview Conversation"));
    assert!(!page.contains("Castellanos"), "the page never says whose");
    let credential = get(&format!("{link}.json")).await;
    fs::write(desk.path("badge.json"), &credential).expect("written");
    let value: Value = serde_json::from_str(&credential).expect("JSON");
    let list = value["credentialStatus"]["statusListCredential"]
        .as_str()
        .expect("a list");
    fs::write(desk.path("list.json"), get(list).await).expect("written");
    desk.run(&[
        "doctor",
        "--data",
        &folder,
        "--listen",
        &format!("127.0.0.1:{port}"),
    ])
    .is(0)
    .says(&format!(
        "ok    address: a Skillmark server answers at 127.0.0.1:{port}"
    ))
    .says("Nothing fails.");
    drop(demo);

    desk.run(&["verify", "badge.json"]).is(2);
    desk.run(&["verify", "badge.json", "--status", "list.json"])
        .is(0);
    desk.run(&["revoke", &link, "--data", &folder])
        .is(64)
        .says("--public-url");
    desk.run(&["revoke", &link, "--data", &folder, "--public-url", &origin])
        .is(0);
    desk.run(&[
        "demo",
        "--no-serve",
        "--listen",
        &format!("127.0.0.1:{port}"),
    ])
    .is(0)
    .says("Issued 0 credentials; 30 were issued before")
    .says("NOT VALID");
}

async fn get(url: &str) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let answer = reqwest::get(url).await.expect("an answer");
    assert_eq!(answer.status(), 200, "{url}");
    answer.text().await.expect("text")
}

#[test]
fn a_receipt_is_signed_where_a_service_s_data_is_and_nowhere_else() {
    let desk = Desk::new();
    fs::write(desk.path("noise.txt"), "hello there").expect("written");
    let refused = desk.run(&["verify", "noise.txt", "--receipt", "found.json"]);
    refused.is(64).says("there is no service's data here");
    // A service signs only what it found by itself.
    for own in ["--issuer", "--status"] {
        let brought = [
            "verify",
            "noise.txt",
            own,
            "noise.txt",
            "--receipt",
            "found.json",
        ];
        desk.run(&brought).is(64).says("cannot be used with");
    }
    assert!(!desk.has("found.json"));
    desk.run(&[
        "init",
        "--name",
        "Harbour Tutoring",
        "--web",
        "https://harbour.example",
    ])
    .is(0);
    fs::create_dir(desk.path("secret-folder")).expect("made");
    fs::write(desk.path("secret-folder/noise.txt"), "hello there").expect("written");
    for (file, start) in [
        ("found.json", "{"),
        ("found.pdf", "%PDF-1.7"),
        ("found.csv", "\u{feff}number"),
    ] {
        desk.run(&[
            "verify",
            "secret-folder/noise.txt",
            "noise.txt",
            "--receipt",
            file,
        ])
        .is(1);
        let bytes = fs::read(desk.path(file)).expect("a receipt");
        assert!(bytes.starts_with(start.as_bytes()), "{file}");
        assert!(
            !String::from_utf8_lossy(&bytes).contains("secret-folder"),
            "{file}"
        );
    }
    for file in ["found.json", "found.pdf"] {
        let told = desk.run(&["verify", file]).is(0);
        assert!(
            told.out()
                .contains("This receipt was made by this service (localhost:8080) on"),
            "{}",
            told.out()
        );
        assert!(
            told.out()
                .contains("What was found then (not checked again now)"),
            "{}",
            told.out()
        );
    }
    // Elsewhere it is somebody's who is known only by a key.
    let told = desk
        .run(&["verify", "found.json", "--data", "nowhere", "--offline"])
        .is(0);
    assert!(told.out().contains("known only by a key"), "{}", told.out());
    desk.run(&["receipts", "rotate"])
        .is(0)
        .says("signs receipts from now on");
    desk.run(&["verify", "found.json"]).is(0);
    let list = desk.run(&["receipts", "list"]).is(0);
    let retired = list
        .out()
        .lines()
        .find(|line| line.contains("retired"))
        .expect("the first key");
    let key = retired.split(' ').next().expect("a key");
    desk.run(&["receipts", "revoke", key]).is(0);
    // Revoked in the second in which it signed, or after it.
    let told = desk.run(&["verify", "found.json"]).says("revoked this key");
    assert_ne!(told.code, 0);
    desk.run(&["receipts", "revoke", key]).is(1);
    desk.run(&["receipts", "public"])
        .is(0)
        .says("VerificationReceipts");
}
