//! Letters: written with their cause, sent at least once, silent about what they must not say.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
};

use serde_json::{Value, json};
use skillmark::{
    config::Config,
    db::{LetterState, LetterTextRow},
    ids::LetterId,
    issue::people,
    jobs,
    letters::{self, Error, Letter},
    mail::Mail,
};

use crate::{
    issue::lab::Lab,
    program::{reminders::DAY, world::World},
    support::{
        copy::dump,
        db::{Engine, Temp, on_both},
    },
};

const ADDRESS: &str = "zyx.canary@school.example";

/// Writes a letter of the lab to somebody, in a transaction of its own.
async fn write(lab: &Lab<'_>, letter: &Letter<'_>) -> Result<LetterId, Error> {
    let mut tx = lab.app.db.begin().await.expect("begun");
    let id = letters::send(&mut tx.of(lab.who.issuer()), &lab.app, letter).await?;
    tx.commit().await.expect("kept");
    Ok(id)
}

fn earned<'a>(values: &'a [(&'a str, &'a str)]) -> Letter<'a> {
    Letter {
        kind: letters::EARNED,
        to: ADDRESS,
        person: None,
        values,
        id: None,
    }
}

const VALUES: &[(&str, &str)] = &[
    ("link", "https://badges.example/c/x"),
    ("achievement", "Weld"),
];

fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.join("mail")) else {
        return Vec::new();
    };
    let read = |entry: std::io::Result<fs::DirEntry>| {
        fs::read_to_string(entry.expect("an entry").path()).expect("a letter")
    };
    entries.map(read).collect()
}

on_both! {
    fn a_letter_is_sent_after_its_cause_and_not_without_it(temp) {
        let lab = Lab::open(temp).await;
        let mut tx = lab.app.db.begin().await.expect("begun");
        letters::send(&mut tx.of(lab.who.issuer()), &lab.app, &earned(VALUES)).await.expect("written");
        tx.rollback().await.expect("undone");
        assert_eq!(jobs::run_due(&lab.app).await, Ok(0));

        let id = write(&lab, &earned(VALUES)).await.expect("written");
        assert!(!String::from_utf8_lossy(&dump(temp)).contains(ADDRESS), "it is sealed");
        assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
        let sent = files(temp.folder.path());
        assert_eq!(sent.len(), 1);
        assert!(sent[0].contains(&format!("Message-ID: <{id}@localhost>")), "{}", sent[0]);
        assert!(sent[0].contains("https://badges.example/c/x"), "{}", sent[0]);
        let log = letters::log(&lab.app, &lab.who, 9).await.expect("read");
        assert_eq!((log.len(), log[0].state, &log[0].letter_sealed), (1, LetterState::Sent, &None));
    }

    fn h12_a_letter_is_sent_again_with_the_same_id_and_never_not_at_all(temp) {
        let lab = Lab::open(temp).await;
        let id = write(&lab, &earned(VALUES)).await.expect("written");
        // Sent, and killed before it was noted: the row still waits.
        let row = lab.app.db.of(lab.who.issuer()).letter(&id).await.expect("read").expect("there");
        letters::deliver(&lab.app, lab.who.issuer(), &id).await.expect("sent");
        let first = files(temp.folder.path());
        temp.sql("update letters set state = 'waiting', finished_at = null").await.expect("as it was");
        let sealed = skillmark::ids::hex(row.letter_sealed.as_deref().expect("sealed"));
        let bytes = if temp.url.is_some() { format!("decode('{sealed}', 'hex')") } else { format!("x'{sealed}'") };
        temp.sql(&format!("update letters set letter_sealed = {bytes}")).await.expect("as it was");
        assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
        let second = files(temp.folder.path());
        let line = |text: &str| text.lines().find(|line| line.starts_with("Message-ID")).map(str::to_owned);
        assert_eq!((first.len(), second.len()), (1, 1), "one file: the id names it");
        assert_eq!(line(&first[0]), line(&second[0]));
        assert_eq!(letters::log(&lab.app, &lab.who, 9).await.expect("read")[0].state, LetterState::Sent);
        // The same cause again writes no second letter.
        let same = Letter { id: Some(id.clone()), ..earned(VALUES) };
        assert_eq!(write(&lab, &same).await, Ok(id));
        assert_eq!(jobs::run_due(&lab.app).await, Ok(0));
    }

    fn a_letter_of_an_erased_learner_is_not_sent(temp) {
        let lab = Lab::open(temp).await;
        lab.issue("s-1").await;
        let person = temp.number("select count(*) from people").await;
        assert_eq!(person, 1);
        let hash = lab.app.custody.lookup_hash(lab.who.issuer(), "s-1").expect("hashed");
        let row = lab.app.db.of(lab.who.issuer()).people_by_lookup(&[hash]).await.expect("read").remove(0);
        let letter = Letter { person: Some(&row.person_id), ..earned(VALUES) };
        write(&lab, &letter).await.expect("written");
        people::erase(&lab.app, &lab.who, "s-1").await.expect("erased");
        jobs::run_due(&lab.app).await.expect("worked");
        assert_eq!(files(temp.folder.path()), Vec::<String>::new());
        assert_eq!(temp.number("select count(*) from letters where letter_sealed is not null").await, 0);
        let refused = write(&lab, &Letter { person: Some(&row.person_id), ..earned(VALUES) }).await;
        assert_eq!(refused, Err(Error::NotFound("learner")));
    }

    fn an_organisation_says_it_in_its_own_words(temp) {
        let lab = Lab::open(temp).await;
        let (app, who) = (&lab.app, &lab.who);
        let set = async |body: &str| letters::set_text(app, who, letters::EARNED, ("Moin", body)).await;
        let Err(Error::Faults(faults)) = set("Your grade: {grade}").await else { panic!("refused") };
        assert_eq!(faults.len(), 2);
        set("Moin from {organisation}\n\n{link}").await.expect("set");
        let preview = letters::preview(app, who, letters::EARNED, ("Moin", "{organisation} {link}")).await;
        assert_eq!(preview, Ok(("Moin".to_owned(), "Weld Lab http://localhost:8080/example".to_owned())));
        write(&lab, &earned(VALUES)).await.expect("written");
        jobs::run_due(app).await.expect("sent");
        assert!(files(temp.folder.path())[0].contains("Moin from Weld Lab"));
        letters::reset_text(app, who, letters::EARNED).await.expect("reset");
        let texts = letters::texts(app, who).await.expect("read");
        assert!(texts.iter().all(|text| text.changed.is_none()));
    }

    fn g12_words_that_take_a_way_in_elsewhere_are_neither_kept_nor_sent(temp) {
        let lab = Lab::open(temp).await;
        let (app, who) = (&lab.app, &lab.who);
        let evil = "Hi\n\nhttps://evil.test/?u={link}";
        let set = letters::set_text(app, who, letters::RESET, ("Sign in", evil)).await;
        let Err(Error::Faults(faults)) = set else { panic!("refused") };
        assert_eq!(faults.len(), 2);
        // They were kept before anybody looked.
        let row = LetterTextRow {
            kind: "reset".to_owned(),
            subject: "Sign in".to_owned(),
            body: evil.to_owned(),
            changed_at: app.now().into(),
        };
        app.db.of(who.issuer()).set_letter_text(&row).await.expect("kept");
        let link = [("link", "https://badges.example/invitation/x")];
        write(&lab, &Letter { kind: letters::RESET, ..earned(&link) }).await.expect("written");
        jobs::run_due(app).await.expect("sent");
        let sent = files(temp.folder.path()).remove(0);
        assert!(!sent.contains("evil") && sent.contains("https://badges.example/invitation/x"), "{sent}");
        let reset = async || {
            let texts = letters::texts(app, who).await.expect("read");
            texts.into_iter().find(|text| text.kind == letters::RESET).expect("there")
        };
        let text = reset().await;
        assert_eq!((text.body.as_str(), text.changed), (letters::RESET.body, None));
        assert_eq!(text.unfit.map(|own| (own.body, own.faults)), Some((evil.to_owned(), faults)));
        letters::set_text(app, who, letters::RESET, ("Sign in", "Hi\n\n{link}")).await.expect("set");
        let text = reset().await;
        assert_eq!((text.body.as_str(), text.unfit), ("Hi\n\n{link}", None));
    }

    fn a_letter_that_nobody_takes_is_tried_again_and_given_up(temp) {
        let mut lab = Lab::open(temp).await;
        // A file where the folder should be.
        fs::write(temp.folder.path().join("taken"), "").expect("written");
        lab.app.mail = Arc::new(Mail::Folder(temp.folder.path().join("taken/mail")));
        write(&lab, &earned(VALUES)).await.expect("written");
        let mut tries = 0;
        while lab.app.db.of(lab.who.issuer()).letters(1).await.expect("read")[0].state == LetterState::Waiting {
            tries += jobs::run_due(&lab.app).await.expect("worked");
            lab.clock.advance(3_600);
            assert!(tries < 20);
        }
        assert_eq!(tries, 9);
        let row = lab.app.db.of(lab.who.issuer()).letters(1).await.expect("read").remove(0);
        assert_eq!((row.state, row.letter_sealed), (LetterState::Failed, None));
        let why = row.problem.expect("a reason");
        assert!(why.starts_with("given up after 9 tries: the folder: "), "{why}");
    }
}

/// No letter has a place for a result, a level, feedback, evidence or anybody's name (threat J15).
#[test]
fn j15_no_letter_has_a_place_for_a_result_or_a_name() {
    for kind in letters::KINDS {
        for (place, _) in kind.places {
            let harmless = ["link", "organisation", "achievement", "count"].contains(place);
            assert!(harmless, "{} has a place for {place}", kind.word);
        }
        let text = format!("{} {}", kind.subject, kind.body).to_lowercase();
        for word in text.split(|c: char| !c.is_alphabetic()) {
            let telling = [
                "grade",
                "level",
                "score",
                "points",
                "passed",
                "failed",
                "met",
                "badge",
                "evidence",
                "rubric",
                "criterion",
                "criteria",
                "name",
            ];
            assert!(!telling.contains(&word), "{} says {word}", kind.word);
        }
    }
}

/// A server of another maker takes our letters: whole, with the same Message-ID when one is sent
/// again, and with a password only where it is wanted.
#[tokio::test]
async fn another_program_takes_our_letters() {
    let temp = Temp::new(Engine::Sqlite).await;
    let mut lab = Lab::open(&temp).await;
    let mut server = Server::start();
    let url = format!("smtp://me:se%40cret@127.0.0.1:{}", server.port);
    let config = Config {
        mail: Some(url.parse().expect("an address")),
        mail_from: Some("letters@weld.example".to_owned()),
        ..temp.config()
    };
    lab.app.mail = Arc::new(Mail::of(&config));
    lab.app.config = Arc::new(config);
    let id = write(&lab, &earned(VALUES)).await.expect("written");
    assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
    let letter = server.next();
    assert_eq!(letter["from"], "letters@weld.example");
    assert_eq!(letter["to"], json!([ADDRESS]));
    assert_eq!(letter["login"], "me:se@cret");
    let headers = &letter["headers"];
    assert_eq!(headers["Message-ID"], format!("<{id}@localhost>"));
    assert_eq!(headers["From"], "Weld Lab <letters@weld.example>");
    assert_eq!(headers["Subject"], "You earned it");
    for part in ["text/plain", "text/html"] {
        let text = letter["parts"][part].as_str().expect(part);
        assert!(text.contains("https://badges.example/c/x"), "{text}");
    }
    // An address that the server does not know is given up at once, and its words are not kept.
    let unknown = Letter {
        to: "nobody@school.example",
        ..earned(VALUES)
    };
    write(&lab, &unknown).await.expect("written");
    jobs::run_due(&lab.app).await.expect("tried");
    let row = letters::log(&lab.app, &lab.who, 9).await.expect("read");
    let failed = row
        .iter()
        .find(|row| row.state == LetterState::Failed)
        .expect("given up");
    assert_eq!(
        failed.problem.as_deref(),
        Some("the mail server answered 550")
    );
}

/// A reminder's Message-ID is made of its cause: sent again after a crash, it is the same letter.
#[tokio::test]
async fn h12_a_reminder_has_the_same_message_id_however_often_it_is_sent() {
    let temp = Temp::new(Engine::Sqlite).await;
    let mut world = World::new(&temp).await;
    let attempt = world.returned(0).await;
    let mut server = Server::start();
    let url = format!("smtp://me:secret@127.0.0.1:{}", server.port);
    let config = Config {
        mail: Some(url.parse().expect("an address")),
        mail_from: Some("letters@riverside.example".to_owned()),
        ..temp.config()
    };
    world.app.mail = Arc::new(Mail::of(&config));
    world.app.config = Arc::new(config);
    // That something came back was told at once.
    jobs::run_due(&world.app).await.expect("sent");
    assert_eq!(server.next()["headers"]["Subject"], "Feedback for you");
    world.clock.advance(7 * DAY + 3 * 3_600);
    jobs::put_down(&world.app).await.expect("put down");
    assert_eq!(jobs::run_due(&world.app).await, Ok(2));
    let first = server.next();
    let id = LetterId::derived(&format!("attempt|{attempt}|2|0"));
    assert_eq!(first["headers"]["Message-ID"], format!("<{id}@localhost>"));
    assert_eq!(first["headers"]["Subject"], "Something is waiting for you");
    assert_eq!(first["to"], json!(["ana@school.example"]));
    // Cut off between sending and noting it: everything but the note of the letter is undone.
    for sql in [
        "delete from letters where kind = 'reminder'",
        "delete from jobs",
    ] {
        temp.sql(sql).await.expect("undone");
    }
    jobs::put_down(&world.app).await.expect("put down");
    assert_eq!(jobs::run_due(&world.app).await, Ok(2));
    let second = server.next();
    assert_eq!(
        second["headers"]["Message-ID"],
        first["headers"]["Message-ID"]
    );
}

/// The server: PyPI aiosmtpd, which prints each letter as a line of JSON.
struct Server {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Server {
    #[expect(clippy::disallowed_methods, reason = "the peer is a Python program")]
    fn start() -> Server {
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
        let python = peers.join("python/bin/python");
        assert!(
            python.exists(),
            "tests/peers/python is missing: run tests/run"
        );
        let mut child = Command::new(python)
            .arg(peers.join("smtp.py"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("python runs");
        let output = child.stdout.take().expect("a pipe was asked for");
        let mut lines = BufReader::new(output).lines();
        let port = lines.next().expect("a line").expect("text");
        Server {
            child,
            lines,
            port: port.parse().expect("a port"),
        }
    }

    /// The next letter that came.
    fn next(&mut self) -> Value {
        let line = self.lines.next().expect("a letter").expect("text");
        serde_json::from_str(&line).expect("JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
