//! Processes that really end in the middle: another process issues, is killed there, and the
//! service is started anew over what it left behind.
#![expect(
    clippy::disallowed_methods,
    reason = "what is killed is a process of its own: this test program, started again"
)]

use std::{
    env,
    os::unix::process::ExitStatusExt as _,
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use skillmark::{
    app::App,
    clock::{Chance, FixedClock},
    config::Config,
    issue::{batch, fulfil::Wrap, keys, lint::Signer, one},
    keys::{SignatureBytes, SigningKey},
    verify::Verdict,
    who::Who,
};

use super::lab::{Lab, request};
use crate::support::{
    between::Between,
    chance::Seeded,
    copy::{found, spellings},
    db::{Temp, on_both},
};

/// Where the other process ends, as `place number`.
const PLACE: &str = "SKILLMARK_TEST_CRASH";
/// The folder and the database it works on, and for whom.
const FOLDER: &str = "SKILLMARK_TEST_CRASH_FOLDER";
const DATABASE: &str = "SKILLMARK_TEST_CRASH_DATABASE";
const ISSUER: &str = "SKILLMARK_TEST_CRASH_ISSUER";
/// What it prints when it was not killed.
const TOLD: &str = "told the caller";

/// The same numbers as any process that issues here, and an end at one of the draws.
struct Mortal(Seeded, AtomicUsize, Option<usize>);

impl Chance for Mortal {
    fn fill(&self, bytes: &mut [u8]) {
        if Some(self.1.fetch_add(1, Ordering::SeqCst)) == self.2 {
            std::process::abort();
        }
        self.0.fill(bytes);
    }
}

/// Signs, and dies before one of the signatures.
struct Dying(SigningKey, Arc<AtomicUsize>, Option<usize>);

impl Signer for Dying {
    fn sign(&self, message: &[u8]) -> SignatureBytes {
        if Some(self.1.fetch_add(1, Ordering::SeqCst)) == self.2 {
            std::process::abort();
        }
        self.0.sign(message)
    }
}

/// Panics with the key in its hand, and as a careless person would print it.
struct Panicking(SigningKey);

impl Signer for Panicking {
    fn sign(&self, _: &[u8]) -> SignatureBytes {
        panic!("a panic with {:?} in hand", self.0)
    }
}

/// Not a test of its own: what the other process does. It does nothing unless it is told where to
/// end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_process() {
    let Ok(place) = env::var(PLACE) else {
        return;
    };
    let (place, number) = place.split_once(' ').expect("a place and a number");
    let number: usize = number.parse().expect("a number");
    let at = |name: &str| (place == name).then_some(number);
    let text = |name: &str| env::var(name).expect("set by the test");
    let config = Config {
        data: text(FOLDER).into(),
        database_url: env::var(DATABASE)
            .ok()
            .map(|url| url.parse().expect("an address")),
        ..Config::default()
    };
    let (url, file) = (env::var(DATABASE).ok(), config.sqlite_file());
    let clock = Arc::new(FixedClock::at(
        "2026-03-02T10:00:00Z".parse().expect("a time"),
    ));
    let chance = Mortal(Seeded::new("issuing"), AtomicUsize::new(0), at("draw"));
    let app = App::open_with(config, clock, Arc::new(chance)).await;
    let app = app.expect("the program opens");
    let nth = at("statement").unwrap_or(usize::MAX);
    let between = Between::over(url.as_deref(), &file, &app, nth, || {
        Box::pin(async { std::process::abort() })
    });
    let app = between.await.app;

    let who = Who::operator(text(ISSUER).parse().expect("an id"));
    let signature = at("signature");
    let signed = Arc::new(AtomicUsize::new(0));
    let wrap: Arc<Wrap> = if place == "panic" {
        Arc::new(|key| Box::new(Panicking(key)))
    } else {
        Arc::new(move |key| Box::new(Dying(key, signed.clone(), signature)))
    };
    let answer = one::issue_with(&app, &who, &request("s-1", Some("key")), wrap).await;
    if place == "answer" {
        std::process::abort();
    }
    println!("{TOLD} {:?}", answer.map(|issued| issued.document));
}

/// Lets another process issue on this database, and end at a place.
fn issue_elsewhere(lab: &Lab<'_>, place: &str) -> Output {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command
        .args(["--exact", "issue::crash::the_other_process", "--nocapture"])
        .env(PLACE, place)
        .env(FOLDER, lab.temp.folder.path())
        .env(ISSUER, lab.who.issuer().as_str())
        .env("RUST_BACKTRACE", "full");
    match &lab.temp.url {
        Some(url) => command.env(DATABASE, url),
        None => command.env_remove(DATABASE),
    };
    command.output().expect("the other process")
}

fn told(output: &Output) -> bool {
    String::from_utf8_lossy(&output.stdout).contains(TOLD)
}

/// The service started anew: it takes up what was left, and the program that had no answer asks
/// again. What it is given, which is all there is.
async fn after_the_restart(lab: &Lab<'_>) -> String {
    let config = lab.temp.config();
    let app = App::open_with(config, lab.clock.clone(), Arc::new(Seeded::new("issuing")));
    let app = app.await.expect("the program opens");
    batch::resume(&app).await.expect("taken up");
    let issued = one::issue(&app, &lab.who, &request("s-1", Some("key"))).await;
    let issued = issued.expect("issued");
    for table in ["credentials", "status_entries", "people", "idempotency"] {
        assert_eq!(lab.count(table).await, 1, "{table}");
    }
    let lines = "select count(*) from audit where action = 'credential.issue'";
    assert_eq!(lab.temp.number(lines).await, 1);
    assert_eq!(lab.stored(&issued.id).await, issued.document);
    let report = lab.verify(&issued.document).await;
    assert_eq!(report.verdict, Verdict::Valid, "{report:?}");
    issued.document
}

/// Kills at every number of a place until there is none; how many there were.
async fn kill_at_every(temp: &Temp, place: &str, unkilled: &str) -> usize {
    for number in 0.. {
        let fresh = Temp::new(temp.engine()).await;
        let lab = Lab::open_with(&fresh, Arc::new(Seeded::new("lab"))).await;
        let output = issue_elsewhere(&lab, &format!("{place} {number}"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if told(&output) {
            return number;
        }
        assert_eq!(output.status.signal(), Some(6), "{place} {number}: {said}");
        let document = after_the_restart(&lab).await;
        assert_eq!(document, unkilled, "{place} {number}");
    }
    unreachable!("there are not that many places")
}

on_both! {
    fn h5_a_process_killed_anywhere_leaves_one_credential_and_the_same_bytes(temp) {
        let lab = Lab::open_with(temp, Arc::new(Seeded::new("lab"))).await;
        let output = issue_elsewhere(&lab, "nowhere 0");
        assert!(told(&output), "{output:?}");
        let unkilled = after_the_restart(&lab).await;
        let escaped = format!("{unkilled:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains(&escaped), "the other process issued it");

        // Before each statement and transaction: around the promise, the store and the list.
        let statements = kill_at_every(temp, "statement", &unkilled).await;
        assert!(statements >= 6, "{statements}");
        // Before each signature: after the lint, and between the proof and the token.
        assert_eq!(kill_at_every(temp, "signature", &unkilled).await, 2);
        // While the promise is being made: at each number that is drawn for it.
        let draws = kill_at_every(temp, "draw", &unkilled).await;
        assert!(draws >= 6, "{draws}");
        // With everything done, and nobody told.
        let fresh = Temp::new(temp.engine()).await;
        let lab = Lab::open_with(&fresh, Arc::new(Seeded::new("lab"))).await;
        assert_eq!(issue_elsewhere(&lab, "answer 0").status.signal(), Some(6));
        assert_eq!(after_the_restart(&lab).await, unkilled);
    }

    fn i9_a_panic_while_signing_tells_nothing_of_the_key(temp) {
        let lab = Lab::open(temp).await;
        let row = lab.app.db.of(lab.who.issuer()).active_key().await.expect("read").expect("a key");
        let key = keys::open(&lab.app, &row).expect("opens");
        let kek = std::fs::read_to_string(lab.app.config.kek_path()).expect("a key");
        let wanted: Vec<_> = spellings(key.seed().as_slice())
            .into_iter()
            .map(|(form, text)| (form.to_owned(), text))
            .chain([("the key-encryption key".to_owned(), kek.trim().as_bytes()[17..].to_vec())])
            .collect();
        let output = issue_elsewhere(&lab, "panic 0");
        let all = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        let said = String::from_utf8_lossy(&all);
        assert!(said.contains("a panic with SigningKey(***) in hand"), "{said}");
        assert!(said.contains("stack backtrace") && said.contains("signing was cut off"), "{said}");
        assert_eq!(found(&all, &wanted), Vec::<&str>::new());
        // The promise stands, and is kept when it is asked for again.
        assert_eq!(temp.number("select count(*) from credentials where state = 'pending'").await, 1);
        let issued = one::issue(&lab.app, &lab.who, &lab.request("s-1", Some("key"))).await;
        assert!(issued.is_ok(), "{issued:?}");
    }
}
