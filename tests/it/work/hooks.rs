//! Telling other programs: with the cause, signed as the standard says, tried again, and silent
//! about learners.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use skillmark::{
    app::App,
    db::{DeliveryState, JobState, WebhookState},
    hooks::{self, Error},
    ids::IssuerId,
    issue::{
        issuer,
        revoke::{self, Change},
    },
    jobs,
    who::Scope,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    issue::lab::Lab,
    node,
    support::{
        db::{Engine, Temp, on_both},
        site::Site,
    },
};

/// Somebody who listens on this machine, answers each with the next status, and keeps what came.
struct Listener {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

/// Writes messages of this organisation down.
async fn tell(app: &App, issuer: &IssuerId, ids: &[&str]) {
    let mut tx = app.db.begin().await.expect("begun");
    let mut rows = tx.of(issuer);
    let told = hooks::tell(&mut rows, app, "batch.ended", ids).await;
    told.expect("written down");
    tx.commit().await.expect("committed");
}

impl Listener {
    async fn start(statuses: &[u16]) -> Listener {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        Listener::at(listener, statuses)
    }

    fn at(listener: TcpListener, statuses: &[u16]) -> Listener {
        let address = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (kept, statuses) = (Arc::clone(&heard), statuses.to_vec());
        tokio::spawn(async move {
            for n in 0.. {
                let (mut stream, _) = listener.accept().await.expect("somebody");
                let mut text = String::new();
                let mut bytes = [0; 4096];
                loop {
                    let length = stream.read(&mut bytes).await.expect("words");
                    text += &String::from_utf8_lossy(&bytes[..length]);
                    let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                        let length = head
                            .lines()
                            .find_map(|line| line.strip_prefix("content-length: "));
                        length.and_then(|length| length.parse().ok()) == Some(body.len())
                    });
                    if whole || length == 0 {
                        break;
                    }
                }
                kept.lock().expect("unharmed").push(text);
                let status = statuses.get(n).or(statuses.last()).copied().unwrap_or(200);
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.expect("answered");
            }
        });
        Listener {
            url: format!("http://{address}/told"),
            heard,
        }
    }

    /// What came: the headers of the standard, and the body.
    fn heard(&self) -> Vec<Value> {
        let all = self.heard.lock().expect("unharmed");
        all.iter()
            .map(|text| {
                let (head, body) = text.split_once("\r\n\r\n").expect("whole");
                let header = |name: &str| {
                    let line = head
                        .lines()
                        .find_map(|line| line.strip_prefix(&format!("{name}: ")));
                    line.unwrap_or_default().to_owned()
                };
                json!({
                    "id": header("webhook-id"),
                    "timestamp": header("webhook-timestamp"),
                    "signature": header("webhook-signature"),
                    "body": body,
                })
            })
            .collect()
    }
}

on_both! {
    fn what_happens_is_told_with_its_cause_and_names_ids_alone(temp) {
        let lab = Lab::open(temp).await;
        let listener = Listener::start(&[200]).await;
        let events = ["credential.issued", "credential.revoked"];
        let (hook, secret) = hooks::add(&lab.app, &lab.who, &listener.url, &events).await.expect("named");
        let issued = lab.issue("zyx-canary").await;
        revoke::change(&lab.app, &lab.who, &issued.id, Change::Suspend).await.expect("suspended");
        revoke::change(&lab.app, &lab.who, &issued.id, Change::Revoke).await.expect("revoked");
        assert_eq!(jobs::run_due(&lab.app).await, Ok(2), "nobody asked for the suspension");
        let heard = listener.heard();
        let bodies: Vec<Value> = (heard.iter())
            .map(|one| serde_json::from_str(one["body"].as_str().expect("text")).expect("JSON"))
            .collect();
        let told = |event: &str| json!({"type": event, "timestamp": "2026-03-02T10:00:00Z", "data": {"id": issued.id.as_str()}});
        assert_eq!(bodies.len(), 2);
        for event in events {
            assert!(bodies.contains(&told(event)), "{bodies:?}");
        }
        // The secret is shown once, stands nowhere in the clear, and prints as ***.
        let row = hooks::all(&lab.app, &lab.who).await.expect("read").remove(0);
        let raw = secret.reveal();
        assert!(raw.starts_with("whsec_") && format!("{secret:?}").contains("***"));
        assert!(!format!("{row:?}").contains(&raw));
        let log = hooks::log(&lab.app, &lab.who, &hook, 9).await.expect("read");
        assert!(log.iter().all(|one| one.state == DeliveryState::Delivered && one.status == Some(200)));
    }

    fn what_is_not_taken_is_told_again_with_the_same_words(temp) {
        let lab = Lab::open(temp).await;
        let listener = Listener::start(&[500, 429, 204, 410]).await;
        let (hook, _) = hooks::add(&lab.app, &lab.who, &listener.url, &["credential.issued"]).await.expect("named");
        lab.issue("s-1").await;
        for seconds in [0, 5, 60] {
            lab.clock.advance(seconds);
            assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
            assert_eq!(jobs::run_due(&lab.app).await, Ok(0), "not before its time");
        }
        let heard = listener.heard();
        assert_eq!(heard.len(), 3);
        assert!(heard.iter().all(|one| one["id"] == heard[0]["id"] && one["body"] == heard[0]["body"]));
        assert_ne!(heard[0]["timestamp"], heard[2]["timestamp"]);
        let row = hooks::log(&lab.app, &lab.who, &hook, 9).await.expect("read").remove(0);
        assert_eq!((row.state, row.attempts, row.status), (DeliveryState::Delivered, 3, Some(204)));
        // Once more, because somebody asks; the answer says "never again".
        hooks::again(&lab.app, &lab.who, &row.delivery_id).await.expect("again");
        assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
        assert_eq!(listener.heard()[3]["id"], heard[0]["id"]);
        assert_eq!(hooks::all(&lab.app, &lab.who).await.expect("read")[0].state, WebhookState::Off);
        lab.issue("s-2").await;
        assert_eq!(jobs::run_due(&lab.app).await, Ok(0));
    }

    fn h10_a_message_that_is_refused_holds_no_other_up(temp) {
        let lab = Lab::open(temp).await;
        let listener = Listener::start(&[400, 200, 200, 400, 200]).await;
        let (hook, _) = hooks::add(&lab.app, &lab.who, &listener.url, &["batch.ended"]).await.expect("named");
        tell(&lab.app, lab.who.issuer(), &["a", "b", "c"]).await;
        assert_eq!(jobs::run_due(&lab.app).await, Ok(1), "one piece of work tells all three");
        let states = async || {
            let log = hooks::log(&lab.app, &lab.who, &hook, 9).await.expect("read");
            let delivered = log.iter().filter(|one| one.state == DeliveryState::Delivered).count();
            let waits = log.into_iter().find(|one| one.state == DeliveryState::Waiting);
            (delivered, waits.map(|one| (one.attempts, one.problem)))
        };
        let why = Some("it answered 400".to_owned());
        assert_eq!(states().await, (2, Some((1, why.clone()))));
        lab.clock.advance(5);
        assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
        assert_eq!(states().await, (2, Some((2, why))));
        // What happens meanwhile is told at once.
        tell(&lab.app, lab.who.issuer(), &["d"]).await;
        assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
        assert_eq!((states().await.0, listener.heard().len()), (3, 5));
        lab.clock.advance(60);
        jobs::run_due(&lab.app).await.expect("told");
        assert_eq!(states().await, (4, None));
        assert_eq!(jobs::run_due(&lab.app).await, Ok(0), "and nothing is left to do");
        lab.clock.advance(86_400);
        assert_eq!(jobs::run_due(&lab.app).await, Ok(0));
    }

    fn h10_an_address_that_cannot_be_reached_is_left_alone_for_longer_each_time(temp) {
        let lab = Lab::open(temp).await;
        // Nobody listens there: a port that was free a moment ago.
        let url = {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            format!("http://{}/told", listener.local_addr().expect("an address"))
        };
        let (hook, _) = hooks::add(&lab.app, &lab.who, &url, &["batch.ended"]).await.expect("named");
        let ids: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        tell(&lab.app, lab.who.issuer(), &ids).await;
        let tried = async || {
            let log = hooks::log(&lab.app, &lab.who, &hook, 99).await.expect("read");
            log.iter().map(|one| one.attempts).sum::<i64>()
        };
        for (n, seconds) in [0, 5, 60, 300, 1_800, 7_200, 18_000, 36_000].into_iter().enumerate() {
            lab.clock.advance((seconds - 1).max(0));
            if seconds > 0 {
                assert_eq!(jobs::run_due(&lab.app).await, Ok(0), "it is left alone");
                lab.clock.advance(1);
            }
            jobs::run_due(&lab.app).await.expect("tried");
            assert_eq!(tried().await, n as i64 + 1, "fifty that wait cost one try");
            if n == 1 {
                // What happens meanwhile waits with the others.
                tell(&lab.app, lab.who.issuer(), &["new"]).await;
                jobs::run_due(&lab.app).await.expect("looked");
                assert_eq!(tried().await, 2);
            }
        }
        // More than a day after they happened they are given up, and say why.
        lab.clock.advance(45_000);
        jobs::run_due(&lab.app).await.expect("tried");
        let log = hooks::log(&lab.app, &lab.who, &hook, 99).await.expect("read");
        assert_eq!(log.len(), 51);
        let why = Some("given up: it could not be told for more than a day");
        assert!(log.iter().all(|one| one.state == DeliveryState::Failed && one.problem.as_deref() == why), "{log:?}");
        // One is told again because somebody asks: it is tried at once, and answered now.
        let address = url.trim_start_matches("http://").trim_end_matches("/told");
        let there = Listener::at(TcpListener::bind(address).await.expect("the port"), &[200]);
        hooks::again(&lab.app, &lab.who, &log[0].delivery_id).await.expect("again");
        hooks::turn(&lab.app, &lab.who, &hook, WebhookState::On).await.expect("on");
        jobs::run_due(&lab.app).await.expect("told");
        assert_eq!(there.heard().len(), 1);
        let row = hooks::all(&lab.app, &lab.who).await.expect("read").remove(0);
        assert_eq!((row.failures, row.rests_until), (0, None));
    }

    fn h10_addresses_that_never_answer_hold_up_nobody_else(temp) {
        let lab = Lab::open(temp).await;
        // Twenty addresses that take the connection and say nothing, each with a message.
        let silent = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}/told", silent.local_addr().expect("an address"));
        for _ in 0..20 {
            hooks::add(&lab.app, &lab.who, &url, &["batch.ended"]).await.expect("named");
        }
        tell(&lab.app, lab.who.issuer(), &["a"]).await;
        let other = issuer::init(&lab.app, &crate::issue::lab::welders()).await.expect("another");
        let other = skillmark::who::Who::operator(other.issuer.issuer_id);
        let listener = Listener::start(&[200]).await;
        hooks::add(&lab.app, &other, &listener.url, &["batch.ended"]).await.expect("named");
        tell(&lab.app, other.issuer(), &["b"]).await;
        let batch = crate::work::batches::start(&lab, &crate::work::batches::learners(1)).await;
        let workers = jobs::start(&lab.app, 1);
        let signed = async || crate::work::batches::seen(&lab, &batch).await.state == JobState::Done;
        while listener.heard().is_empty() || !signed().await {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        // Not one of the silent ones was done with by then: nobody waited for them.
        let mut tried = 0;
        for hook in hooks::all(&lab.app, &lab.who).await.expect("read") {
            let log = hooks::log(&lab.app, &lab.who, &hook.webhook_id, 9).await.expect("read");
            tried += log.iter().map(|one| one.attempts).sum::<i64>();
        }
        assert_eq!(tried, 0);
        drop(workers);
    }

    fn an_address_that_may_not_be_told_is_refused_with_every_fault(temp) {
        let lab = Lab::open(temp).await;
        let refused = hooks::add(&lab.app, &lab.who, "https://10.0.0.1/", &["credential.issued", "moon"]).await;
        let Err(Error::Faults(faults)) = refused else { panic!("refused") };
        assert_eq!(faults.iter().map(|(field, _)| *field).collect::<Vec<_>>(), ["url", "events"]);
        let (hook, _) = hooks::add(&lab.app, &lab.who, "https://hooks.example.com/", &["credential.issued"]).await.expect("named");
        // Another organisation's is as unknown as any (G8).
        let made = issuer::init(&lab.app, &crate::issue::lab::welders()).await;
        let other = skillmark::who::Who::operator(made.expect("another").issuer.issuer_id);
        assert_eq!(hooks::remove(&lab.app, &other, &hook).await, Err(Error::NotFound("webhook")));
        assert_eq!(hooks::log(&lab.app, &other, &hook, 9).await, Err(Error::NotFound("webhook")));
        hooks::remove(&lab.app, &lab.who, &hook).await.expect("removed");
        assert_eq!(hooks::all(&lab.app, &lab.who).await, Ok(vec![]));
    }
}

/// The standard's own library believes our signature, and no other.
#[tokio::test]
async fn another_program_believes_the_signature() {
    let temp = Temp::new(Engine::Sqlite).await;
    let lab = Lab::open(&temp).await;
    // The library refuses what is older than five minutes: the clock is the machine's.
    let now = skillmark::clock::Clock::now(&skillmark::clock::SystemClock);
    lab.clock
        .advance(now.as_second() - lab.app.now().as_second());
    let listener = Listener::start(&[200]).await;
    let added = hooks::add(&lab.app, &lab.who, &listener.url, &["credential.issued"]);
    let (_, secret) = added.await.expect("named");
    lab.issue("s-1").await;
    jobs::run_due(&lab.app).await.expect("told");
    let message = listener.heard().remove(0);
    let mut changed = message.clone();
    changed["body"] = json!(
        message["body"]
            .as_str()
            .expect("text")
            .replace("issued", "revoked")
    );
    let question = json!({"secret": secret.reveal(), "messages": [message, changed]});
    let answers =
        tokio::task::spawn_blocking(move || node::run("webhooks.mjs", &[], &question.to_string()));
    assert_eq!(answers.await.expect("asked"), json!([true, false]));
}

#[tokio::test]
async fn webhooks_and_batches_through_the_api() {
    let site = Site::new(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let scopes = [Scope::Manage];
    let made = issuer::new_api_key(&site.app, &provider.who, "manager", &scopes, None).await;
    let manager = made.expect("a key").1.reveal().to_owned();
    let wanted = json!({"url": "https://hooks.example.com/x", "events": ["batch.ended"]});
    let ask = |method: &str, path: &str| site.ask(method, path).key(&manager);
    let made = ask("POST", "/api/v1/webhooks").json(&wanted).send().await;
    let made = made.is(201).json();
    assert!(
        made["secret"]
            .as_str()
            .expect("shown")
            .starts_with("whsec_")
    );
    let faulty = json!({"url": "https://10.0.0.1/", "events": []});
    ask("POST", "/api/v1/webhooks")
        .json(&faulty)
        .send()
        .await
        .is(422);
    let extra =
        json!({"url": "https://hooks.example.com/x", "events": ["batch.ended"], "secret": "x"});
    ask("POST", "/api/v1/webhooks")
        .json(&extra)
        .send()
        .await
        .is(400);
    let listed = ask("GET", "/api/v1/webhooks").send().await.is(200).json();
    assert_eq!(listed["webhooks"][0]["secret"], Value::Null);
    site.ask("GET", "/api/v1/webhooks")
        .key(&provider.key)
        .send()
        .await
        .is(403);

    let csv = "learner,date,level: Uses evidence,level: Explains clearly,assessor_role,evidence\nS-1,2026-03-01,Advanced,Proficient,Reviewer,Memo\n";
    let path = format!("/api/v1/batches?achievement={}", provider.achievement);
    let send = async |path: &str, csv: &str| {
        site.ask("POST", path)
            .key(&provider.key)
            .body("text/csv", csv.as_bytes().to_vec())
            .send()
            .await
    };
    let checked = send(&format!("{path}&check=true"), csv).await;
    assert_eq!(
        checked.is(200).json(),
        json!({"ready": 1, "repeated_rows": []})
    );
    let faults = send(&path, &csv.replace("2026-03-01", "2027-03-01")).await;
    assert_eq!(
        faults.is(422).json()["faults"].as_array().map(Vec::len),
        Some(1)
    );
    let batch = send(&path, csv).await.is(202).json();
    assert_eq!((&batch["total"], &batch["waiting"]), (&json!(1), &json!(1)));
    let one = format!("/api/v1/batches/{}", batch["id"].as_str().expect("an id"));
    let change = async |to: &str| {
        let ask = site.ask("POST", &format!("{one}/state")).key(&provider.key);
        ask.json(&json!({"change": to})).send().await
    };
    assert_eq!(change("pause").await.is(200).json()["state"], "paused");
    assert_eq!(jobs::run_due(&site.app).await, Ok(0));
    assert_eq!(change("resume").await.is(200).json()["state"], "waiting");
    assert_eq!(
        jobs::run_due(&site.app).await,
        Ok(2),
        "the batch, and telling that it ended"
    );
    change("cancel").await.is(409);
    change("explode").await.is(400);
    let read = site.ask("GET", &one).key(&provider.key).send().await;
    assert_eq!(read.is(200).json()["issued"], 1);
    let other = site.provider("Hillside Tutoring").await;
    site.ask("GET", &one).key(&other.key).send().await.is(404);
    let all = site
        .ask("GET", "/api/v1/batches")
        .key(&provider.key)
        .send()
        .await;
    assert_eq!(
        all.is(200).json()["batches"].as_array().map(Vec::len),
        Some(1)
    );
    // The message waits: nobody can be reached in a test.
    let id = made["id"].as_str().expect("an id");
    let told = ask("GET", &format!("/api/v1/webhooks/{id}/deliveries"))
        .send()
        .await;
    let told = told.is(200).json();
    assert_eq!(
        (
            &told["deliveries"][0]["event"],
            &told["deliveries"][0]["state"]
        ),
        (&json!("batch.ended"), &json!("waiting"))
    );
    let message = told["deliveries"][0]["id"].as_str().expect("an id");
    ask("POST", &format!("/api/v1/deliveries/{message}/again"))
        .send()
        .await
        .is(202);
    ask("DELETE", &format!("/api/v1/webhooks/{id}"))
        .send()
        .await
        .is(204);
    ask("DELETE", &format!("/api/v1/webhooks/{id}"))
        .send()
        .await
        .is(404);
}

#[tokio::test]
async fn g17_a_day_has_a_limit_and_what_is_beyond_it_is_not_promised() {
    let site = Site::with(Engine::Sqlite, |config| config.issue_quota = 3).await;
    let provider = site.provider("Riverside Tutoring").await;
    let other = site.provider("Hillside Tutoring").await;
    for learner in ["S-1", "S-2"] {
        provider.issue(learner).await;
    }
    let csv = "learner,date,level: Uses evidence,level: Explains clearly,assessor_role,evidence\nS-3,2026-03-01,Advanced,Proficient,Reviewer,Memo\nS-4,2026-03-01,Advanced,Proficient,Reviewer,Memo\n";
    let path = format!("/api/v1/batches?achievement={}", provider.achievement);
    let ask = site.ask("POST", &path).key(&provider.key);
    let refused = ask.body("text/csv", csv.as_bytes().to_vec()).send().await;
    assert_eq!(refused.is(429).json()["type"], "/docs#quota");
    provider.issue("S-3").await;
    provider
        .send("/api/v1/credentials", &provider.order("S-4"))
        .await
        .is(429);
    // The same again is no more; another organisation has a day of its own; and so has tomorrow.
    provider
        .send("/api/v1/credentials", &provider.order("S-3"))
        .await
        .is(200);
    other.issue("S-4").await;
    site.clock.advance(86_400);
    provider.issue("S-4").await;
}

#[tokio::test]
async fn g10_one_idempotency_key_in_two_organisations_is_two_requests() {
    let site = Site::new(Engine::Sqlite).await;
    let (ours, theirs) = (
        site.provider("Riverside").await,
        site.provider("Hillside").await,
    );
    let mut bodies = Vec::new();
    for provider in [&ours, &theirs] {
        let ask = site.ask("POST", "/api/v1/credentials").key(&provider.key);
        let ask = ask
            .header("idempotency-key", "the same")
            .json(&provider.order("S-1"));
        bodies.push(ask.send().await.is(201).json());
    }
    assert_ne!(bodies[0]["id"], bodies[1]["id"]);
    assert_ne!(bodies[0]["issuer"]["id"], bodies[1]["issuer"]["id"]);
}
