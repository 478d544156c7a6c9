//! Evidence in a bucket of S3: PyPI `moto`, which checks every signature.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use skillmark::{
    clock::Stopwatch,
    config::{Config, FilesPlace},
    files::{self, Error, Files},
    issue::{people, retention},
    program::{self, evidence},
};

use super::world::World;
use crate::{
    cli::Desk,
    support::db::{Temp, on_both},
};

const SAID: &[u8] = b"Canary: I baked the bread.\n";

on_both! {
    fn evidence_goes_to_a_bucket_and_out_of_it(temp) {
        let mut bucket = Bucket::start();
        let config = Config { files: Some(bucket.place()), ..temp.config() };
        let world = World::with(config, "Riverside Tutoring").await;
        let app = &world.app;
        assert_eq!(app.files.check().await, Ok(()));
        assert_eq!(bucket.list(), [""; 0], "the look leaves nothing behind");

        let id = world.opened(0).await;
        let add = async |bytes: &[u8]| {
            let file = evidence::New::File(bytes.to_vec());
            evidence::add(app, &world.ana(), &id, "My bread", file).await.expect("added")
        };
        let text = add(SAID).await;
        let picture = add(PICTURE).await;
        let mut names = temp.texts("select file from attempt_evidence").await;
        names.sort();
        let kept: Vec<String> = names.iter().map(|name| format!("school/{name}")).collect();
        assert_eq!(bucket.list(), kept);
        // What stands there is sealed, and what comes back is what was handed in.
        for name in &kept {
            let bytes = bucket.read(name);
            assert!(!bytes.windows(6).any(|part| part == b"Canary") && !bytes.starts_with(b"\x89PNG"));
        }
        let read = evidence::file(app, &world.ana(), &text).await.expect("hers");
        assert_eq!(read, ("text/plain; charset=utf-8".to_owned(), SAID.to_vec()));
        let (media_type, bytes) = evidence::file(app, &world.ana(), &picture).await.expect("hers");
        assert_eq!(media_type, "image/png");
        assert!(bytes.starts_with(b"\x89PNG"));

        // Taken away: deleted in the next round, once.
        evidence::remove(app, &world.ana(), &id, &picture).await.expect("removed");
        assert_eq!(retention::forget(app).await.expect("forgotten").files, 1);
        let name = temp.texts("select file from attempt_evidence").await.remove(0);
        assert_eq!(bucket.list(), [format!("school/{name}")]);
        assert_eq!(retention::forget(app).await.expect("forgotten").files, 0);

        // Erased: what is left of it goes as well.
        people::erase(app, &world.boss, "u-1").await.expect("erased");
        assert_eq!(retention::forget(app).await.expect("forgotten").files, 1);
        assert_eq!(bucket.list(), [""; 0]);
    }

    fn a_file_whose_record_was_never_made_is_deleted_after_a_day(temp) {
        let world = World::new(temp).await;
        let (app, issuer) = (&world.app, world.boss.issuer());
        // As a crash leaves it between the file and its record.
        let name = files::name_of(issuer, b"sealed");
        let until = world.app.now().checked_add(jiff::SignedDuration::from_hours(24)).expect("a time");
        app.db.of(issuer).file_is_coming(&name, until.into()).await.expect("noted");
        app.files.put(&name, b"sealed".to_vec()).await.expect("kept");
        assert_eq!(retention::forget(app).await.expect("forgotten").files, 0);
        assert_eq!(app.files.get(&name).await, Ok(b"sealed".to_vec()));
        world.clock.advance(24 * 3_600);
        assert_eq!(retention::forget(app).await.expect("forgotten").files, 1);
        assert_eq!(app.files.get(&name).await, Err(Error::Missing));
        assert_eq!(temp.number("select count(*) from forgotten_files").await, 0);

        // A record that is made leaves no note, and its file stays.
        let id = world.opened(0).await;
        let file = evidence::New::File(SAID.to_vec());
        let piece = evidence::add(app, &world.ana(), &id, "", file).await.expect("added");
        assert_eq!(temp.number("select count(*) from forgotten_files").await, 0);
        world.clock.advance(48 * 3_600);
        assert_eq!(retention::forget(app).await.expect("forgotten").files, 0);
        evidence::file(app, &world.ana(), &piece).await.expect("still there");
    }
}

async fn what_is_lost_and_who_is_not_let_in_is_said_plainly(temp: &Temp) {
    let mut bucket = Bucket::start();
    let config = |place: FilesPlace| Config {
        files: Some(place),
        ..temp.config()
    };
    let files = Files::open(&config(bucket.place())).expect("opened");
    files.put("a/b", vec![1]).await.expect("kept");
    files.put("a/b", vec![2]).await.expect("kept again");
    assert_eq!(files.get("a/b").await, Ok(vec![2]));
    bucket.lose("school/a/b");
    assert_eq!(files.get("a/b").await, Err(Error::Missing));
    for _ in 0..2 {
        assert_eq!(files.delete("a/b").await, Ok(()), "as often as you like");
    }

    let denied = "the bucket does not let this key in: the key or its secret is wrong, or it may not do this";
    for (key, secret) in [
        (bucket.key.as_str(), "hunter2"),
        ("AKIANOBODYATALL00000", "hunter2"),
    ] {
        let files = Files::open(&config(bucket.with(key, secret, &bucket.name))).expect("opened");
        let answers = [
            files.put("a/b", vec![1]).await,
            files.get("a/b").await.map(drop),
            files.delete("a/b").await,
            files.check().await,
        ];
        for answer in answers {
            assert_eq!(answer, Err(Error::Denied));
        }
        assert_eq!(Error::Denied.to_string(), denied);
        assert!(!format!("{files:?}").contains("hunter2"));
    }
    let elsewhere = bucket.with(&bucket.key, &bucket.secret, "nowhere");
    let files = Files::open(&config(elsewhere)).expect("opened");
    assert_eq!(files.check().await, Err(Error::NoBucket));
    assert_eq!(files.get("a/b").await, Err(Error::NoBucket));

    // Nobody is there: said in time, without the secret; nothing is written down of what was added.
    let world = World::with(config(bucket.place()), "Riverside Tutoring").await;
    let id = world.opened(0).await;
    let secret = bucket.secret.clone();
    drop(bucket);
    let began = Stopwatch::start();
    let file = evidence::New::File(SAID.to_vec());
    let added = evidence::add(&world.app, &world.ana(), &id, "", file).await;
    let Err(program::Error::Store(Error::Unavailable(why))) = added else {
        panic!("{added:?}");
    };
    assert!(!why.contains(&secret) && !why.contains("Canary"), "{why}");
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(
        temp.number("select count(*) from attempt_evidence").await,
        0
    );
}

#[tokio::test]
async fn the_doctor_looks_into_the_bucket_and_tells_no_secret() {
    let mut bucket = Bucket::start();
    let desk = Desk::new();
    let run = |place: &str, command: &str| {
        desk.run(&[command, "--listen", "127.0.0.1:0", "--files", place])
    };
    let init = [
        "init",
        "--name",
        "Harbour",
        "--web",
        "https://harbour.example",
    ];
    desk.run(&init).is(0);
    let shown = bucket.place().to_string();
    let good = bucket.address(&bucket.key, &bucket.secret);
    run(&good, "doctor")
        .is(0)
        .says(&format!("  ok    files: {shown}"));
    assert_eq!(bucket.list(), [""; 0]);
    let bad = bucket.address(&bucket.key, "hunter2");
    let seen = run(&bad, "doctor")
        .is(1)
        .says("  FAIL  files: the bucket does not let this key in")
        .says("        Next: ");
    assert!(!seen.all().contains("hunter2"), "{}", seen.all());
    let seen = run(&good, "config")
        .is(0)
        .says(&format!("SKILLMARK_FILES={shown}"));
    assert!(!seen.all().contains(&bucket.secret));
}

const PICTURE: &[u8] = include_bytes!("../../pictures/credential.png");

/// The bucket.
struct Bucket {
    child: Child,
    ask: ChildStdin,
    answers: std::io::Lines<BufReader<ChildStdout>>,
    endpoint: String,
    region: String,
    name: String,
    key: String,
    secret: String,
}

impl Bucket {
    #[expect(clippy::disallowed_methods, reason = "the peer is a Python program")]
    fn start() -> Bucket {
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
        let python = peers.join("python/bin/python");
        assert!(
            python.exists(),
            "tests/peers/python is missing: run tests/run"
        );
        let mut child = Command::new(python)
            .arg(peers.join("s3.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python runs");
        let ask = child.stdin.take().expect("a pipe was asked for");
        let output = child.stdout.take().expect("a pipe was asked for");
        let mut answers = BufReader::new(output).lines();
        let first = answers.next();
        let first = first.expect("tests/peers/python has no moto, or an old one: run tests/run");
        let said: Value = serde_json::from_str(&first.expect("text")).expect("JSON");
        let word = |name: &str| said[name].as_str().expect("a text").to_owned();
        Bucket {
            child,
            ask,
            answers,
            endpoint: word("endpoint"),
            region: word("region"),
            name: word("bucket"),
            key: word("key"),
            secret: word("secret"),
        }
    }

    /// As settings name it, with what may go wrong.
    fn with(&self, key: &str, secret: &str, name: &str) -> FilesPlace {
        let escape = |text: &str| text.replace('/', "%2F");
        let (key, secret) = (escape(key), escape(secret));
        let (region, endpoint) = (&self.region, &self.endpoint);
        let address =
            format!("s3://{key}:{secret}@{name}/school?region={region}&endpoint={endpoint}");
        address.parse().expect("an address")
    }

    fn place(&self) -> FilesPlace {
        self.with(&self.key, &self.secret, &self.name)
    }

    fn address(&self, key: &str, secret: &str) -> String {
        let secret = secret.replace('/', "%2F");
        self.with(key, "***", &self.name)
            .to_string()
            .replace("***", &secret)
    }

    fn question(&mut self, text: &str) -> Value {
        writeln!(self.ask, "{text}").expect("asked");
        let line = self.answers.next().expect("an answer").expect("text");
        serde_json::from_str(&line).expect("JSON")
    }

    /// What is in it, by name.
    fn list(&mut self) -> Vec<String> {
        serde_json::from_value(self.question("list")).expect("names")
    }

    fn read(&mut self, name: &str) -> Vec<u8> {
        let said = self.question(&format!("read {name}"));
        STANDARD
            .decode(said.as_str().expect("base64"))
            .expect("base64")
    }

    fn lose(&mut self, name: &str) {
        self.question(&format!("lose {name}"));
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

on_both!(what_is_lost_and_who_is_not_let_in_is_said_plainly,);
