//! Signing in with what a school has already, against npm `oidc-provider`.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the provider, which goes by the machine's own clock"
)]

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use skillmark::{
    outbound::{Call, call_here},
    who::{Role, Scope},
};

use super::people::secret;
use crate::support::{
    db::{Temp, on_both},
    site::{Answer, Provider, Site, Visitor, percent},
};

/// A running provider, stopped when dropped.
struct School {
    child: Child,
    origin: String,
}

impl School {
    fn open() -> School {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers");
        let mut child = Command::new("node")
            .args(["oidc.mjs", "http://localhost:8080/sign-in/with/done"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts: run tests/run");
        let out = child.stdout.take().expect("a pipe");
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        let origin = lines.into_iter().find(|line| line.starts_with("http://"));
        School {
            child,
            origin: origin.expect("an address"),
        }
    }

    /// What a browser is sent back to, when `address` signs in at the provider.
    async fn back(&self, to: &str, address: &str) -> String {
        let to = format!("{to}&login_hint={}", percent(address));
        let call = Call {
            url: format!("{}/drive?url={}", self.origin, percent(&to)),
            headers: Vec::new(),
            body: None,
        };
        let answer = call_here(&call).await.expect("driven");
        let place = String::from_utf8(answer.body).expect("text");
        let path = place.strip_prefix("http://localhost:8080");
        path.unwrap_or_else(|| panic!("{place}")).to_owned()
    }
}

impl Drop for School {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The organisation names the school; the path of the button.
async fn named(provider: &Provider<'_>, school: &School) -> String {
    let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
    let fields = [
        ("name", "School account"),
        ("address", &school.origin),
        ("client_id", "skillmark"),
        ("secret", "a-secret-of-the-test"),
    ];
    boss.form("/desk/providers", &fields)
        .await
        .leads_to("/desk/providers");
    let page = boss.get("/desk/providers").await;
    page.is(200)
        .shows("School account")
        .hides("a-secret-of-the-test");
    let door = format!("/sign-in/of/{}", provider.who.issuer());
    let text = boss.get(&door).await.is(200).shows("School account").text();
    let (_, rest) = text.split_once("href=\"/sign-in/with/").expect("a button");
    let path = rest.split('"').next().expect("its end");
    format!("/sign-in/with/{}", path.replace("&#38;", "&"))
}

/// Somebody presses the button, signs in at the school as `address`, and comes back.
async fn through(visitor: &Visitor<'_>, school: &School, button: &str, address: &str) -> Answer {
    let sent = visitor.get(button).await;
    let to = sent.is(303).header("location").to_owned();
    for part in [
        "code_challenge=",
        "code_challenge_method=S256",
        "nonce=",
        "state=",
        "scope=openid+email",
    ] {
        assert!(to.contains(part), "{part}: {to}");
    }
    let back = school.back(&to, address).await;
    visitor.get(&back).await
}

async fn a_school_lets_in_whom_an_organisation_invited_and_nobody_else(temp: &Temp) {
    let school = School::open();
    let site = Site::on(temp).await;
    let now = jiff::Timestamp::now().as_second() - site.app.now().as_second();
    site.clock.advance(now);
    let (ours, theirs) = (
        site.provider("Harbour Tutoring").await,
        site.provider("Riverside Tutoring").await,
    );
    let button = named(&ours, &school).await;
    // Nobody is made a member by it.
    let eve = site.visitor();
    through(&eve, &school, &button, "eve@school.example")
        .await
        .is(403)
        .shows("nobody here was invited");
    // Ana works for two organisations; this school speaks for one of them.
    for provider in [&ours, &theirs] {
        let boss = provider.member("Di Boss", &[Role::Administrator]).await;
        let fields = [
            ("address", "Ana@School.example"),
            ("name", "Ana"),
            ("role", "tutor"),
        ];
        secret(&boss.form("/desk/people", &fields).await.is(200).text());
    }
    let ana = site.visitor();
    through(&ana, &school, &button, "ana@school.example")
        .await
        .leads_to("/desk");
    ana.get("/desk")
        .await
        .is(200)
        .shows("Harbour Tutoring")
        .shows("Good to see you, Ana");
    let other = theirs.who.issuer().to_string();
    ana.form("/sign-in/organisation", &[("organisation", &other)])
        .await
        .is(404);
    ana.get("/desk/account").await.is(404);
    ana.form(
        "/desk/account/password",
        &[("password", "six more red words")],
    )
    .await
    .is(404);
    // An address that the school has not confirmed is nobody's.
    let boss = ours.member("Cy Boss", &[Role::Administrator]).await;
    let fields = [("address", "unsure@school.example"), ("role", "tutor")];
    boss.form("/desk/people", &fields).await.is(200);
    through(&site.visitor(), &school, &button, "unsure@school.example")
        .await
        .is(403);
    // What comes back counts once, in the browser that was sent, and as it was sent.
    let sent = ana.get(&button).await;
    let back = school
        .back(sent.header("location"), "ana@school.example")
        .await;
    let thief = site.visitor();
    thief.get(&back).await.is(403);
    ana.get(&back.replace("code=", "code=x")).await.is(403);
    ana.get(&back).await.is(403);
    // The log says so; and a provider that is taken away lets nobody in, nor stay.
    let key = ours.make_key(&[Scope::Log]).await;
    let log = site
        .ask("GET", "/api/v1/log?action=session.start")
        .key(&key)
        .send()
        .await
        .json();
    assert_eq!(log["lines"].as_array().map(Vec::len), Some(1));
    let page = boss.get("/desk/providers").await.text();
    let (_, rest) = page
        .split_once("action=\"/desk/providers/")
        .expect("a form");
    let path = format!(
        "/desk/providers/{}",
        rest.split('"').next().expect("its end")
    );
    boss.form(&path, &[]).await.leads_to("/desk/providers");
    ana.get("/desk").await.is(303);
    ana.get(&button).await.is(404);
    let wrong = [
        ("name", "x"),
        ("address", "http://127.0.0.1:9/"),
        ("client_id", "x"),
    ];
    boss.form("/desk/providers", &wrong)
        .await
        .is(422)
        .shows("does not answer with a configuration");
}

async fn a_program_names_a_school_too(temp: &Temp) {
    let school = School::open();
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    let key = provider.make_key(&[Scope::Manage]).await;
    let said = serde_json::json!({
        "name": "School account", "address": school.origin, "client_id": "skillmark", "secret": "a-secret-of-the-test",
    });
    let ask = site.ask("POST", "/api/v1/sign-in-providers").key(&key);
    let made = ask.json(&said).send().await;
    made.is(201).hides("a-secret-of-the-test");
    assert_eq!(made.json()["address"], school.origin.as_str());
    let listed = site.ask("GET", "/api/v1/sign-in-providers").key(&key);
    let listed = listed.send().await;
    listed.is(200).hides("a-secret-of-the-test");
    assert_eq!(listed.json()["providers"][0], made.json());
    let door = format!("/sign-in/of/{}", provider.who.issuer());
    site.get(&door).await.is(200).shows("School account");
}

on_both!(
    a_school_lets_in_whom_an_organisation_invited_and_nobody_else,
    a_program_names_a_school_too,
);
