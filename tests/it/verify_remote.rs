//! Credentials of strangers: what is fetched for them, what never is, and what is said when it
//! cannot be had (threats D14 to D18, E7 to E9).

use skillmark::{
    issue::sources::{self, Own},
    json::{self, Value},
    verify::{CheckId, Outcome, Report, Verdict},
};

use crate::{
    support::{
        db::{Engine, on_both},
        elsewhere::{Elsewhere, LIST, ask, judge},
        peers::{Cert, Peer, World, address, answer, response},
        site::Site,
    },
    verify::{at, told},
};

const GOOD: (Verdict, Outcome, Option<&str>) = (Verdict::Valid, Outcome::Pass, None);

fn status(report: &Report) -> (Verdict, Outcome, Option<&'static str>) {
    told(report, CheckId::Status)
}

#[tokio::test(start_paused = true)]
async fn a_stranger_s_credential_is_checked_whole() {
    for (foreign, keys) in [
        (Elsewhere::did_web(), "issuer.test/.well-known/did.json"),
        (Elsewhere::https(), "issuer.test/issuers/7"),
    ] {
        let report = foreign.verify(&foreign.badge()).await;
        assert_eq!(status(&report), GOOD, "{report:#?}");
        let read = report.check(CheckId::KeyBinding).expect("a check").as_of;
        assert_eq!(read, Some(at("2026-03-01T12:00:00Z")));
        // The list is signed with the same keys, which are not read twice.
        assert_eq!(foreign.world.questions(), [keys, "issuer.test/status/1"]);
        foreign.publishes(&[8], "2026-03-02T00:00:00Z");
        let report = foreign.verify(&foreign.badge()).await;
        assert_eq!(
            status(&report),
            (Verdict::Invalid, Outcome::Fail, Some("revoked"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_leads_to_a_credential() {
    let foreign = Elsewhere::did_web();
    let (world, badge) = (&foreign.world, foreign.badge());
    world.page("school.test", "/c/1", "application/vc", &badge);
    world.page(
        "school.test",
        "/c/2",
        "application/vc+jwt",
        "eyJhbGciOiJub25lIn0.e30.",
    );
    world.page("school.test", "/c/3", "text/html", "<p>A badge</p>");
    world.page("school.test", "/c/4", "application/json", "{}");
    let told = async |path: &str| {
        let report = foreign.verify(&format!("https://school.test{path}")).await;
        (report.verdict, report.reason)
    };
    assert_eq!(told("/c/1").await, (Verdict::Valid, None));
    assert_eq!(told("/c/2").await.0, Verdict::Invalid);
    assert_eq!(
        told("/c/3").await,
        (Verdict::CannotTell, Some("link_unreachable"))
    );
    assert_eq!(told("/c/4").await.0, Verdict::Invalid);
    assert_eq!(
        told("/c/5").await,
        (Verdict::CannotTell, Some("link_unreachable"))
    );
    let first = &world.asked()[0];
    let accept = first.lines().find(|line| line.starts_with("accept: "));
    assert_eq!(
        accept,
        Some(
            "accept: application/vc, application/vc+jwt, application/vc+ld+json, \
             application/ld+json, application/json, application/jwt, image/png, image/svg+xml, text/html, application/pdf"
        )
    );
    assert_eq!(told("").await.1, Some("link_unreachable"));
    let report = foreign.verify("http://school.test/c/1").await;
    assert_eq!(report.reason, Some("link_unreachable"));
}

/// The world in which the issuer's address fails in one way.
fn failing(how: usize) -> Elsewhere {
    let foreign = Elsewhere::silent();
    let world = &foreign.world;
    let host = "issuer.test";
    match how {
        0 => world.peer(host, address(1), Peer::Refuses),
        1 => world.peer(host, address(1), Peer::Filtered),
        2 => world.name(host, &[&["10.0.0.1".parse().expect("an address")]]),
        3 => world.says(host, address(1), answer("text/html", b"<p>Sign in</p>")),
        4 => world.says(host, address(1), response(500, "content-length: 0", b"")),
        5 => world.says(host, address(1), answer("application/json", b"[]")),
        6 => {
            let config = world.tls(host, Cert::SelfSigned);
            world.peer(
                host,
                address(1),
                Peer::Speaks(config, std::sync::Arc::new(|_| vec![])),
            );
        }
        _ => {}
    }
    foreign
}

#[tokio::test(start_paused = true)]
async fn d14_an_issuer_that_cannot_be_asked_is_told_in_one_way() {
    let reports: Vec<String> = {
        let mut reports = Vec::new();
        for how in 0..8 {
            let foreign = failing(how);
            let report = foreign.verify(&foreign.badge()).await;
            reports.push(serde_json::to_string(&report).expect("json"));
        }
        reports
    };
    assert!(reports.iter().all(|report| *report == reports[0]));
    let report: serde_json::Value = serde_json::from_str(&reports[0]).expect("json");
    assert_eq!(report["verdict"], "cannot_tell");
    assert_eq!(report["reason"], "issuer_unreachable");
    assert_eq!(
        report["sentence"],
        "We cannot tell whether this is real. The issuer's web address gave no usable answer. \
         Try again later; do not treat this as proof."
    );
}

/// The same four through the API: status and body are alike. (This waits for real.)
#[tokio::test]
async fn d14_the_api_says_no_more() {
    let mut asking = tokio::task::JoinSet::new();
    for how in 0..4 {
        asking.spawn(async move {
            let foreign = failing(how);
            let site = Site::online(Engine::Sqlite, &foreign.world).await;
            let badge = foreign.badge();
            let asked = site
                .ask("POST", "/api/v1/verify")
                .body("application/json", badge);
            let answer = asked.send().await;
            (answer.status, answer.text())
        });
    }
    let answers = asking.join_all().await;
    assert_eq!(answers[0].0, 200);
    assert!(
        answers[0].1.contains("issuer_unreachable"),
        "{}",
        answers[0].1
    );
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test(start_paused = true)]
async fn d15_a_credential_that_names_many_hosts() {
    let foreign = Elsewhere::did_web();
    let entry = |i: usize| {
        let text = format!(
            r#"{{"id":"https://host{i}.test/1#8","type":"BitstringStatusListEntry",
            "statusPurpose":"revocation","statusListIndex":"8",
            "statusListCredential":"https://host{i}.test/1"}}"#
        );
        json::parse(&text).expect("json").into_owned()
    };
    for (entries, connects) in [(50, 1), (6, 6)] {
        let list = Value::Array((0..entries).map(entry).collect());
        let world = Elsewhere::did_web().world;
        for i in 0..entries {
            world.page(&format!("host{i}.test"), "/1", "application/vc", "{}");
        }
        let badge = foreign.badge_with(|badge| badge.set("credentialStatus", list));
        let report = judge(&world.fetcher(), &badge).await;
        assert_eq!(report.verdict, Verdict::CannotTell);
        assert_eq!(world.connects().len(), connects, "{entries}");
    }
}

#[tokio::test(start_paused = true)]
async fn d15_a_thousand_verifications_of_one_issuer() {
    let foreign = Elsewhere::did_web();
    let (fetcher, badge) = (foreign.world.fetcher(), foreign.badge());
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (fetcher, badge) = (fetcher.clone(), badge.clone());
        asking.spawn(async move { judge(&fetcher, &badge).await.verdict });
    }
    let verdicts = asking.join_all().await;
    assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Valid));
    assert_eq!(foreign.world.connects().len(), 2, "the keys and the list");
}

#[tokio::test(start_paused = true)]
async fn d16_nothing_but_the_keys_before_the_signature() {
    let foreign = Elsewhere::did_web();
    let badge = foreign.badge_with(|badge| {
        let more = json::parse(
            r#"{"credentialSchema":[{"id":"https://evil.test/s","type":"1EdTechJsonSchemaValidator2019"}],
            "refreshService":{"id":"https://evil.test/r","type":"1EdTechCredentialRefresh"},
            "image":{"id":"https://evil.test/i","type":"Image"},
            "endorsement":[{"type":["VerifiableCredential","EndorsementCredential"],"issuer":"https://evil.test/e"}]}"#,
        )
        .expect("json")
        .into_owned();
        for (name, value) in more.members().into_iter().flatten() {
            badge.set(name.clone(), value.clone());
        }
    });
    let forged = badge.replace("https://evil.test/i", "https://evil.test/j");
    assert_ne!(forged, badge);
    let report = foreign.verify(&forged).await;
    assert_eq!(told(&report, CheckId::Proof).1, Outcome::Fail);
    assert_eq!(
        foreign.world.questions(),
        ["issuer.test/.well-known/did.json"]
    );
    assert_eq!(foreign.world.dns(), 1);
}

#[tokio::test]
async fn d17_what_we_issued_is_read_in_this_process() {
    let world = World::new();
    let site = Site::online_with(Engine::Sqlite, &world, |config| {
        config.public_url = "https://skillmark.example".parse().expect("an origin");
    })
    .await;
    let provider = site.provider("Riverside").await;
    let id = provider.issue("CRL-01").await;
    let document = site.get(&format!("/c/{id}.json")).await;
    let issuer = document.json()["issuer"]["id"]
        .as_str()
        .expect("an issuer")
        .to_owned();
    assert!(issuer.starts_with("did:web:skillmark.example"), "{issuer}");
    let link = format!("https://skillmark.example/c/{id}");
    for sent in [document.text(), link] {
        let asked = site.ask("POST", "/api/v1/verify").body("text/plain", sent);
        assert_eq!(asked.send().await.json()["verdict"], "valid");
    }
    site.get(&format!("/c/{id}")).await.is(200);
    // What is not ours, and pretends to be.
    let lost = "https://skillmark.example/somewhere/else";
    let asked = site.ask("POST", "/api/v1/verify").body("text/plain", lost);
    assert_eq!(asked.send().await.json()["reason"], "link_unreachable");
    assert_eq!((world.dns(), world.connects()), (0, vec![]));
}

#[tokio::test(start_paused = true)]
async fn e7_a_list_that_its_issuer_did_not_sign() {
    let foreign = Elsewhere::did_web();
    let list = foreign.list_text(&[], "2026-03-01T00:00:00Z");
    for changed in [
        list.replace("2026-03-01T00:00:00Z", "2026-03-01T00:00:01Z"),
        list.replace("\"proof\"", "\"prof\""),
        list.replace(foreign.id, "did:web:evil.test"),
    ] {
        assert_ne!(changed, list);
        foreign
            .world
            .page("issuer.test", "/status/1", "application/vc", &changed);
        let report = foreign.verify(&foreign.badge()).await;
        let reason = Some("status_list_not_verified");
        assert_eq!(
            status(&report),
            (Verdict::CannotTell, Outcome::Unknown, reason)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn e8_a_list_that_cannot_be_read() {
    for page in [
        response(500, "content-length: 0", b""),
        response(404, "content-length: 0", b""),
        answer("text/html", b"<p>"),
        answer("application/vc", b"not JSON"),
    ] {
        let foreign = Elsewhere::did_web();
        foreign.world.page_says("issuer.test", "/status/1", page);
        let report = foreign.verify(&foreign.badge()).await;
        let reason = Some("status_unavailable");
        assert_eq!(
            status(&report),
            (Verdict::CannotTell, Outcome::Unknown, reason)
        );
        assert_eq!(
            report.check(CheckId::Proof).map(|check| check.outcome),
            Some(Outcome::Pass)
        );
    }
}

on_both! {
    fn e9_an_old_list_after_a_newer_one(temp) {
        let foreign = Elsewhere::did_web();
        let mut app = temp.app().await;
        // Each reader is new: what it remembers is in the database.
        let mut read = async || {
            app.outbound = Some(foreign.world.fetcher());
            let sources = sources::all(Own::new(&app, app.now()));
            status(&ask(&sources, &foreign.badge()).await)
        };
        foreign.publishes(&[], "2026-03-01T00:00:00Z");
        assert_eq!(read().await, GOOD);
        foreign.publishes(&[8], "2026-03-02T00:00:00Z");
        let revoked = (Verdict::Invalid, Outcome::Fail, Some("revoked"));
        assert_eq!(read().await, revoked);
        foreign.publishes(&[], "2026-03-01T00:00:00Z");
        let stale = (Verdict::CannotTell, Outcome::Unknown, Some("status_stale"));
        assert_eq!(read().await, stale);
        foreign.publishes(&[], "2026-03-02T00:00:00Z");
        assert_eq!(read().await, GOOD);
        assert_eq!(temp.number("select count(*) from list_notes").await, 1);
    }

    fn e9_a_list_is_forgotten_when_it_is_long_gone(temp) {
        let noted = async |from: &str, read: &str| {
            temp.db.note_list(LIST, at(from).into(), at(read).into()).await.expect("noted")
        };
        let first = noted("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z").await;
        assert_eq!(first, at("2026-03-01T00:00:00Z").into());
        let older = noted("2026-02-01T00:00:00Z", "2026-03-02T01:00:00Z").await;
        assert_eq!(older, first);
        assert_eq!(temp.db.forget_lists(at("2026-03-01T01:00:00Z").into()).await, Ok(0));
        assert_eq!(temp.db.forget_lists(at("2026-03-01T01:00:01Z").into()).await, Ok(1));
    }

    fn e9_made_up_lists_push_out_only_those_of_their_own_site(temp) {
        let note = async |url: String, seconds: i64| {
            let read = at("2026-03-01T00:00:00Z") + jiff::SignedDuration::from_secs(seconds);
            let newer = at("2026-03-02T00:00:00Z");
            temp.db.note_list(&url, newer.into(), read.into()).await.expect("noted")
        };
        let older = async |url: String| {
            let older = at("2026-03-01T00:00:00Z");
            let newest = temp.db.note_list(&url, older.into(), at("2026-03-03T00:00:00Z").into());
            newest.await.expect("noted") == at("2026-03-02T00:00:00Z").into()
        };
        note(LIST.to_owned(), 0).await;
        for n in 0..2_001_i64 {
            note(format!("https://{n}.evil.test/list"), n).await;
        }
        assert_eq!(temp.number("select count(*) from list_notes").await, 1_801);
        assert!(older(LIST.to_owned()).await, "others are remembered");
        assert!(older("https://2000.evil.test/list".to_owned()).await, "so are the newest");
        assert!(!older("https://0.evil.test/list".to_owned()).await, "the oldest are not");
    }
}

#[tokio::test]
async fn nothing_is_fetched_when_the_settings_say_so() {
    let foreign = Elsewhere::did_web();
    let temp = crate::support::db::Temp::new(Engine::Sqlite).await;
    let mut config = temp.config();
    config.no_fetch = false;
    assert!(temp.app_with(config.clone()).await.outbound.is_some());
    config.no_fetch = true;
    let app = temp.app_with(config).await;
    assert!(app.outbound.is_none());
    let sources = sources::all(Own::new(&app, app.now()));
    let report = ask(&sources, &foreign.badge()).await;
    assert_eq!(report.reason, Some("issuer_not_fetched"));
    let report = ask(&sources, "https://issuer.test/c/1").await;
    assert_eq!(report.reason, Some("link_not_fetched"));
}

/// More checks than there are places wait for a host that never speaks; others go by.
#[tokio::test]
async fn a_slow_issuer_holds_nobody_up() {
    let foreign = Elsewhere::silent();
    foreign.world.peer("issuer.test", address(1), Peer::Silent);
    let site = Site::online(Engine::Sqlite, &foreign.world).await;
    let provider = site.provider("Riverside").await;
    let ours = provider.issue("CRL-01").await;
    let ours = site.get(&format!("/c/{ours}.json")).await.text();
    let verify = async |sent: &str| {
        let asked = site
            .ask("POST", "/api/v1/verify")
            .body("text/plain", sent.to_owned());
        asked.send().await.json()["verdict"].clone()
    };
    let badge = foreign.badge();
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut one = Box::pin(verify(&badge));
        let started = tokio::time::timeout(std::time::Duration::from_millis(50), &mut one).await;
        assert!(started.is_err(), "it waits");
        slow.push(one);
    }
    tokio::select! {
        biased;
        _ = &mut slow[0] => panic!("ours had to wait"),
        verdict = verify(&ours) => assert_eq!(verdict, "valid"),
    }
}

/// An open redirect must not let somebody else say what an issuer's keys are (digest: no redirect
/// off the host).
#[tokio::test(start_paused = true)]
async fn a6_keys_do_not_come_from_another_host() {
    for host in ["evil.test", "issuer.test"] {
        let foreign = Elsewhere::https();
        let keys = json::text(&foreign.key_document());
        let moved = format!("location: https://{host}/d\r\ncontent-length: 0");
        let world = &foreign.world;
        world.page(host, "/d", "application/json", &keys);
        world.page_says("issuer.test", "/issuers/7", response(302, &moved, b""));
        let report = foreign.verify(&foreign.badge()).await;
        let expected = match host {
            "issuer.test" => Verdict::Valid,
            _ => Verdict::CannotTell,
        };
        assert_eq!(report.verdict, expected, "{host}: {report:#?}");
        let asked = world.questions().contains(&"evil.test/d".to_owned());
        assert!(!asked, "{:?}", world.questions());
    }
}

/// An open redirect of the issuer's site must not make somebody else's page a badge of the issuer.
#[tokio::test(start_paused = true)]
async fn d20_what_a_redirect_leads_to_does_not_stand_there() {
    const BADGE: &str = "https://victim.test/go";
    let badge = r#"{"@context":"https://w3id.org/openbadges/v2","type":"Assertion",
        "id":"https://victim.test/go","badge":"https://victim.test/class",
        "recipient":{"type":"email","hashed":false,"identity":"a@b.test"},
        "issuedOn":"2026-01-01T00:00:00Z","verification":{"type":"hosted"}}"#;
    let class = r#"{"@context":"https://w3id.org/openbadges/v2","type":"BadgeClass",
        "id":"https://victim.test/class","name":"Welder","description":"Welds.",
        "image":"https://victim.test/i.png","criteria":{"narrative":"Weld."},
        "issuer":"https://victim.test/issuer"}"#;
    let issuer = r#"{"@context":"https://w3id.org/openbadges/v2","type":"Profile",
        "id":"https://victim.test/issuer","name":"Victim","url":"https://victim.test",
        "email":"a@victim.test"}"#;
    let json = "application/json";
    let told = async |moved: &str| {
        let world = World::new();
        world.page("victim.test", "/class", json, class);
        world.page("victim.test", "/issuer", json, issuer);
        for host in ["evil.test", "victim.test"] {
            world.page(host, "/elsewhere", json, badge);
            world.page(host, "/class", json, class);
        }
        match moved {
            "" => world.page("victim.test", "/go", json, badge),
            to => {
                let head = format!("location: {to}\r\ncontent-length: 0");
                world.page_says("victim.test", "/go", response(302, &head, b""));
            }
        }
        let report = judge(&world.fetcher(), BADGE).await;
        let by_badge = judge(&world.fetcher(), badge).await;
        assert_eq!(by_badge.verdict, report.verdict, "{moved}: {by_badge:#?}");
        (by_badge.verdict, by_badge.reason)
    };
    assert_eq!(told("").await, (Verdict::Valid, None));
    for moved in [
        "https://evil.test/elsewhere",
        "https://victim.test/elsewhere",
    ] {
        let open = (Verdict::CannotTell, Some("hosted_unavailable"));
        assert_eq!(told(moved).await, open, "{moved}");
    }
}
