//! A whole run of the server.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests speak to the program over a socket"
)]

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::program::{
    ASSESSOR, DESCRIPTION, EMAIL, EVIDENCE, NAME, NARRATIVE, Program, REFERENCE, REFUSE_TWICE,
};
use crate::support::{
    db::{Temp, on_both},
    site::{memo, percent},
};

/// Somebody who asks, and remembers every answer.
struct Visitor {
    client: Client,
    origin: String,
    key: String,
    answers: Vec<(String, u16, String)>,
}

impl Visitor {
    fn at(origin: &str, key: &str) -> Visitor {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none());
        Visitor {
            client: client.build().expect("a client"),
            origin: origin.to_owned(),
            key: key.to_owned(),
            answers: Vec::new(),
        }
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.origin))
    }

    async fn send(&mut self, request: RequestBuilder) -> (u16, String) {
        let answer = request.send().await.expect("an answer");
        let (path, status) = (answer.url().path().to_owned(), answer.status().as_u16());
        let text = String::from_utf8_lossy(&answer.bytes().await.expect("a body")).into_owned();
        self.answers.push((path, status, text.clone()));
        (status, text)
    }

    async fn get(&mut self, path: &str) -> (u16, String) {
        self.send(self.ask(Method::GET, path)).await
    }

    async fn keyed(&mut self, path: &str) -> (u16, String) {
        self.send(self.ask(Method::GET, path).bearer_auth(&self.key))
            .await
    }

    /// Posts any bytes with the organisation's key.
    async fn post(&mut self, path: &str, body: impl Into<String>) -> (u16, String) {
        let request = self.ask(Method::POST, path).bearer_auth(&self.key);
        self.send(
            request
                .header("content-type", "application/json")
                .body(body.into()),
        )
        .await
    }

    async fn issue(&mut self, key: &str, order: &Value) -> (u16, String) {
        let request = self
            .ask(Method::POST, "/api/v1/credentials")
            .bearer_auth(&self.key);
        self.send(request.header("idempotency-key", key).json(order))
            .await
    }
}

/// An order full of what must not be told.
fn order(achievement: &str, reference: &str, description: &str) -> Value {
    json!({
        "achievement": achievement,
        "learner": {"reference": reference, "name": NAME, "email": EMAIL},
        "date": "2026-03-01",
        "levels": {"Uses evidence": "Advanced", "Explains clearly": "Proficient"},
        "assessor": {"role": "Reviewer", "qualification": "Licence", "name": ASSESSOR},
        "evidence": [{"name": EVIDENCE, "description": description}],
        "narrative": NARRATIVE,
    })
}

on_both! {
    fn j1_a_whole_web_run_tells_nothing_of_a_learner(temp) {
        let mut program = Program::over(temp);
        let key = program.init();
        let achievement = publish(&mut program, temp).await;
        let serving = program.serve();
        let mut visitor = Visitor::at(&serving.origin, &key);

        let id = what_is_asked_well(&mut visitor, &achievement).await;
        what_is_asked_badly(&mut visitor, &achievement, &id).await;
        let (token, links) = shared(&mut program, &mut visitor, &id).await;
        names_and_checks(&mut visitor, &id).await;
        a_store_that_refuses(temp, &mut visitor, &achievement, &id).await;

        let log = program.stop(serving);
        let answers = std::mem::take(&mut visitor.answers);
        let logged = log.lines().filter(|line| line.contains("answered")).count();
        assert_eq!(logged, answers.len(), "every request has its line");
        for part in ["insert into people", "already there (", "/p/{token}/evidence/{id}", "sqlx::query"] {
            assert!(log.contains(part), "no `{part}` in the log");
        }
        let failed: Vec<_> = answers.iter().filter(|(_, status, _)| *status >= 500).collect();
        assert!(failed.len() >= 4, "{failed:?}");
        for (path, status, body) in &failed {
            program.hear(&format!("the {status} of {path}"), body);
        }
        let evidence = links.rsplit('/').next().expect("an id");
        program.silent(&[&key, &key[4..], &token, evidence]);
    }
}

/// Publishes the achievement beside the server, as the command line does.
async fn publish(program: &mut Program<'_>, temp: &Temp) -> String {
    program.write("memo.json", memo().to_string());
    program.write(
        "first.csv",
        "learner,date,level: Uses evidence,level: Explains clearly,assessor_role,evidence\n\
         S-1,2026-02-01,Advanced,Proficient,Reviewer,Memo\n",
    );
    program.run(0, &["issue", "memo.json", "first.csv", "--out", "badges"]);
    let ids = temp.texts("select achievement_id from achievements").await;
    ids.first().expect("an achievement").clone()
}

async fn what_is_asked_well(visitor: &mut Visitor, achievement: &str) -> String {
    let order = order(achievement, REFERENCE, DESCRIPTION);
    let (status, document) = visitor.issue("canary-request-1", &order).await;
    assert_eq!(status, 201, "{document}");
    let (status, again) = visitor.issue("canary-request-1", &order).await;
    assert_eq!((status, &again), (200, &document));
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let id = document["id"].as_str().and_then(|id| id.rsplit('/').next());
    let id = id.expect("an id").to_owned();
    for path in ["", ".json", ".jwt", ".png", ".svg", "/qr.svg"] {
        assert_eq!(
            visitor.get(&format!("/c/{id}{path}")).await.0,
            200,
            "{path}"
        );
    }
    for path in [
        "/",
        "/verify",
        "/privacy",
        "/docs",
        "/api/openapi.json",
        "/health/ready",
    ] {
        assert_eq!(visitor.get(path).await.0, 200, "{path}");
    }
    let record = format!("/api/v1/credentials/{id}");
    assert_eq!(visitor.keyed(&record).await.0, 200);
    let evidence = document["evidence"][0]["id"].as_str().expect("a link");
    let evidence = evidence.rsplit('/').next().expect("an id");
    let (status, text) = visitor.keyed(&format!("/evidence/{evidence}")).await;
    assert!(status == 200 && text.contains(DESCRIPTION), "{text}");
    for change in ["suspend", "reinstate"] {
        let body = json!({ "change": change }).to_string();
        assert_eq!(visitor.post(&format!("{record}/status"), body).await.0, 200);
    }
    id
}

async fn what_is_asked_badly(visitor: &mut Visitor, achievement: &str, id: &str) {
    let good = order(achievement, REFERENCE, DESCRIPTION);
    let with = |pointer: &str, value: Value| {
        let mut order = good.clone();
        *order.pointer_mut(pointer).expect("a place") = value;
        order
    };
    let mut unknown = good.clone();
    unknown["learner"]["Canary member"] = json!("Canary value");
    for (key, order, status) in [
        (
            "canary-request-1",
            with("/narrative", json!("Another canary")),
            422,
        ),
        (
            "canary-request-2",
            with("/levels/Uses evidence", json!("Developing")),
            422,
        ),
        (
            "canary-request-2",
            with("/levels", json!({"Canary level": "Canary"})),
            422,
        ),
        (
            "canary-request-2",
            with("/date", json!("1st of canary")),
            422,
        ),
        (
            "canary-request-2",
            with("/learner/email", json!("canary")),
            422,
        ),
        (
            "canary-request-2",
            with("/narrative", json!(format!("Well done, {NAME}"))),
            422,
        ),
        (
            "canary-request-2",
            with("/learner/name", json!({"canary": NAME})),
            400,
        ),
        ("canary-request-2", with("/evidence", json!("canary")), 400),
        (
            "canary-request-2",
            with("/achievement", json!("canaryAAAAAAAAAAAAAAAA")),
            404,
        ),
        (
            "canary-request-2",
            with("/narrative", json!("A different canary comment")),
            409,
        ),
        ("canary-request-2", unknown, 400),
        (&"canary".repeat(50), good.clone(), 400),
    ] {
        let (found, text) = visitor.issue(key, &order).await;
        assert_eq!(found, status, "{order}: {text}");
    }
    for body in [
        format!("{{\"learner\": \"{NAME}\""),
        NAME.to_owned(),
        format!("{{\"{NAME}\": 1, \"{NAME}\": 2}}"),
        format!("{{\"learner\": \"{NAME}\u{1}\"}}"),
    ] {
        assert_eq!(
            visitor.post("/api/v1/credentials", body.clone()).await.0,
            400,
            "{body}"
        );
        let change = format!("/api/v1/credentials/{id}/status");
        assert_eq!(visitor.post(&change, body).await.0, 400);
    }
    let bare = visitor.ask(Method::POST, "/api/v1/credentials").json(&good);
    assert_eq!(visitor.send(bare).await.0, 401);
    let wrong = visitor.ask(Method::POST, "/api/v1/credentials");
    let wrong = wrong.bearer_auth("skm_canary").json(&good);
    assert_eq!(visitor.send(wrong).await.0, 401);
    let in_address = format!("/c/{id}?key={}&name=canary", visitor.key);
    assert_eq!(visitor.get(&in_address).await.0, 400);
    let form = visitor.ask(Method::POST, &format!("/c/{id}"));
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(visitor.send(form.body("canary=canary&%ff")).await.0, 400);
    for path in [
        "/canary",
        "/c/canary",
        "/c/canaryAAAAAAAAAAAAAAAA.json",
        "/evidence/canary",
        "/%ffcanary",
        "/c/%ffcanary",
        "/issuers/canary/did.json",
        "/status/canary",
    ] {
        let (status, _) = visitor.keyed(path).await;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
}

/// A portfolio, made at the command line, and everything behind its link.
async fn shared(program: &mut Program<'_>, visitor: &mut Visitor, id: &str) -> (String, String) {
    let made = program.asked(0, &["portfolio", "new", "For summer jobs", id]);
    let link = made
        .out
        .split_whitespace()
        .find_map(|word| word.split_once("/p/"));
    let token = link.expect("a link").1.to_owned();
    let (status, page) = visitor.get(&format!("/p/{token}")).await;
    assert_eq!(status, 200, "{page}");
    let start = format!("/p/{token}/evidence/");
    let rest = page.split(&start).nth(1).expect("a link to the evidence");
    let evidence = format!("{start}{}", rest.split('"').next().expect("an id"));
    let (status, text) = visitor.get(&evidence).await;
    assert!(status == 200 && text.contains(EVIDENCE), "{text}");
    assert_eq!(visitor.get(&format!("/p/{token}/qr.svg")).await.0, 200);
    for wrong in [
        "/p/canaryAAAAAAAAAAAAAAAA".to_owned(),
        format!("/p/{token}x"),
        format!("/p/{token}/canary"),
        format!("/p/{token}/evidence/canary"),
        format!("/p/{token}/qr.canary"),
        format!("/portfolio/{token}"),
        format!("/{token}?token={token}"),
    ] {
        assert_eq!(visitor.get(&wrong).await.0, 404, "{wrong}");
    }
    let post = visitor.ask(Method::POST, &format!("/p/{token}"));
    assert_eq!(visitor.send(post).await.0, 405);
    (token, evidence)
}

/// What visitors type and bring.
async fn names_and_checks(visitor: &mut Visitor, id: &str) {
    for (name, says) in [
        (NAME, "Yes, that name matches."),
        ("Canary Else", "does not match"),
    ] {
        let form = visitor.ask(Method::POST, &format!("/c/{id}"));
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        let (status, page) = visitor
            .send(form.body(format!("name={}", percent(name))))
            .await;
        assert!(status == 200 && page.contains(says), "{page}");
    }
    let brought = json!({
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:key:zCanary", "name": NAME},
        "credentialSubject": {"name": NAME, "id": "mailto:zyx.canary@school.example"},
    });
    for body in [
        brought.to_string(),
        format!("{{\"name\": \"{NAME}\""),
        NAME.to_owned(),
        format!("https://canary.example/{NAME}"),
    ] {
        visitor.post("/api/v1/verify", body.clone()).await;
        let part = reqwest::multipart::Part::text(body).file_name("canary.json");
        let form = reqwest::multipart::Form::new().part("file", part);
        let upload = visitor.ask(Method::POST, "/verify").multipart(form);
        visitor.send(upload).await;
    }
    // Several at once, and the receipt over them, which goes out and comes back.
    let part = |text: &str| {
        let part = reqwest::multipart::Part::text(text.to_owned());
        part.file_name(format!("{NAME}.json"))
    };
    let form = reqwest::multipart::Form::new();
    let form = form
        .part("credential", part(&brought.to_string()))
        .part("credential", part(NAME));
    let many = visitor.ask(Method::POST, "/api/v1/verify/many?receipt=true");
    let (status, answer) = visitor.send(many.multipart(form)).await;
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let receipt = answer["receipt"].to_string();
    assert!(
        receipt.contains(NAME),
        "the visitor's own file name: {receipt}"
    );
    assert_eq!(visitor.post("/api/v1/receipts", receipt).await.0, 200);
    let form = reqwest::multipart::Form::new();
    let form = form
        .part("file", part(&brought.to_string()))
        .part("file", part(NAME));
    let page = visitor.ask(Method::POST, "/verify").multipart(form);
    assert_eq!(visitor.send(page).await.0, 200);
    let frame = visitor
        .ask(Method::POST, "/verify/frame")
        .body(format!("\u{89}PNG {NAME}"));
    assert_eq!(visitor.send(frame).await.0, 400);
}

/// The database refuses a row, loses a table, and gives back what was not signed.
async fn a_store_that_refuses(temp: &Temp, visitor: &mut Visitor, achievement: &str, id: &str) {
    temp.sql(REFUSE_TWICE).await.expect("an index");
    let twice = order(achievement, "CANARY-2", DESCRIPTION);
    let (status, text) = visitor.issue("canary-request-3", &twice).await;
    assert_eq!(status, 500, "{text}");
    temp.sql("drop index forced_once").await.expect("no index");

    // A message of the engine may quote what it was given, such as one from a trigger.
    let quoting: &[&str] = match temp.url {
        None => &["create trigger forced before insert on evidence begin \
                   select raise(abort, 'In the canary''s own words'); end"],
        Some(_) => &[
            // What the trigger says is the trigger's doing: not for the server's own log.
            "create function forced() returns trigger language plpgsql set log_min_messages = panic as \
             $$ begin raise exception 'no room for %', upper(new.description); end $$",
            "create trigger forced before insert on evidence for each row execute function forced()",
        ],
    };
    for statement in quoting {
        temp.sql(statement).await.expect("a trigger");
    }
    let (status, text) = visitor.issue("canary-request-4", &twice).await;
    assert_eq!(status, 500, "{text}");
    let drop = if temp.url.is_none() {
        "drop trigger forced"
    } else {
        "drop trigger forced on evidence"
    };
    temp.sql(drop).await.expect("no trigger");

    temp.sql("alter table evidence rename to evidence_away")
        .await
        .expect("renamed");
    let (status, text) = visitor.issue("canary-request-5", &twice).await;
    assert_eq!(status, 500, "{text}");
    temp.sql("alter table evidence_away rename to evidence")
        .await
        .expect("renamed");
    let (status, text) = visitor.issue("canary-request-5", &twice).await;
    assert_eq!(status, 201, "{text}");

    let damage = format!(
        "update credentials set document = replace(document, 'Canary', 'CANARY') where credential_id = '{id}'"
    );
    temp.sql(&damage).await.expect("damaged");
    assert_eq!(visitor.get(&format!("/c/{id}")).await.0, 503);
    assert_eq!(visitor.get(&format!("/c/{id}.json")).await.0, 503);
}
