//! What a visitor adds to the question, on the page and through the API: whom they trust, whose it
//! should be, what a presentation must answer.

use std::sync::Arc;

use serde_json::json as object;
use skillmark::{
    db::DidMethod,
    json,
    verify::TrustList,
    web::{self, Site as Served},
};

use super::super::support::{
    db::{Engine, on_both},
    elsewhere::Elsewhere,
    site::Site,
};

/// A credential of ours, and whom it names as its issuer.
async fn badge(site: &Site, method: DidMethod) -> (Vec<u8>, String) {
    let provider = site.provider_known_by("Riverside Tutoring", method).await;
    let issued = provider
        .send("/api/v1/credentials", &provider.order("S-1042"))
        .await;
    let issuer = issued.is(201).json()["issuer"]["id"].clone();
    (
        issued.body.to_vec(),
        issuer.as_str().expect("an id").to_owned(),
    )
}

on_both! {
    fn a_visitor_names_whom_they_trust_and_nothing_is_kept(temp) {
        let site = Site::on(temp).await;
        let (badge, issuer) = badge(&site, DidMethod::Key).await;
        let ask = async |list: &str| {
            site.parts("/verify", &[("file", "a.json", &badge), ("trust", "", list.as_bytes())]).await
        };
        let page = ask("").await;
        page.is(200).shows("Real and still good").shows("No list used").shows("href=\"/verify\">Check another");
        let page = ask(&format!("{issuer} # The <b>college</b>")).await;
        page.is(200)
            .shows("Real and still good")
            .shows("On a list you use")
            .shows("The issuer is on the list “your list”, which calls it “The &#60;b&#62;college&#60;/b&#62;”.")
            .shows("Check another with the same list");
        assert_eq!(page.header("set-cookie"), "");
        assert_eq!(page.header("cache-control"), "no-store");
        let page = ask("other.example").await;
        page.is(200).shows("Real and still good").shows("Not on any list you use").shows("That says nothing about the signature.");
        let page = ask("other.example\nme@other.example").await;
        page.is(400)
            .shows("Your list of trusted issuers cannot be read, so nothing was checked: line 2, column 1: this is no DID, no https address and no domain.")
            .shows("me@other.example</textarea>")
            .hides("Real and still good");
        let again = site.parts("/verify", &[("trust", "", b"other.example"), ("again", "", b"1")]).await;
        again.is(200).shows("Is this credential real?").shows("other.example</textarea>");
        // A list as a file is called by its name.
        let list = format!("{{\"registry\": {{\"{issuer}\": {{\"name\": \"Riverside\"}}}}}}");
        let page = site.parts("/verify", &[("file", "a.json", &badge), ("trust", "registry.json", list.as_bytes())]).await;
        page.is(200).shows("The issuer is on the list “registry.json”, which calls it “Riverside”.");
        // Our own page could not answer what was added, so nobody is led there.
        let id = serde_json::from_slice::<serde_json::Value>(&badge).expect("json")["id"].clone();
        let link = id.as_str().expect("an id").as_bytes();
        let page = site.parts("/verify", &[("text", "", link), ("trust", "", issuer.as_bytes())]).await;
        page.is(200).shows("On a list you use");
    }

    fn the_api_is_asked_more_by_a_form(temp) {
        let site = Site::on(temp).await;
        let (badge, issuer) = badge(&site, DidMethod::Key).await;
        let path = "/api/v1/verify";
        let plain = site.ask("POST", path).body("application/json", badge.clone()).send().await;
        assert_eq!(plain.is(200).json()["trust"], object!({
            "trusted": null, "reason": "no_list",
            "sentence": "No list of trusted issuers was used: whether to trust the issuer is yours to say.",
            "lists": [], "named_by": []
        }));
        let form = site.parts(path, &[
            ("credential", "a.json", &badge),
            ("trust", "ours.txt", issuer.as_bytes()),
            ("trust", "", b"other.example"),
            ("recipient", "", b"somebody@else.example"),
        ]).await;
        let report = form.is(200).json();
        assert_eq!(report["trust"], object!({
            "trusted": true, "reason": "listed",
            "sentence": "The issuer is on the list “ours.txt”.",
            "lists": ["ours.txt", "your list"],
            "named_by": [{"list": "ours.txt", "by": "id", "called": null}]
        }));
        let recipient = report["checks"].as_array().expect("checks").iter().find(|check| check["id"] == "recipient");
        assert_eq!(recipient.expect("a check")["reason"], "recipient_not_said");
        assert_eq!(report["verdict"], "cannot_tell");
        let bad = site.parts(path, &[("credential", "", &badge), ("trust", "", b"\n  x y")]).await;
        assert_eq!(bad.is(400).json()["type"], "/docs#trust_list");
        assert_eq!(bad.json()["detail"], "Your list of trusted issuers cannot be read, so nothing was checked: line 2, column 3: one entry a line, without spaces; a remark begins with #.");
        // What is private is not read from the address.
        let asked = site.ask("POST", "/api/v1/verify?recipient=a@b.example&trust=other.example").body("application/json", badge).send().await;
        assert_eq!(asked.is(200).json()["trust"]["reason"], "no_list");
        assert_eq!(asked.json()["verdict"], "valid");
    }
}

#[tokio::test]
async fn the_operators_lists_count_for_every_visitor() {
    let site = Site::new(Engine::Sqlite).await;
    let (badge, issuer) = badge(&site, DidMethod::Key).await;
    let lists = [("Colleges", issuer.as_str()), ("Schools", "school.example")];
    let lists = lists.map(|(name, text)| Arc::new(TrustList::read(name, text).expect("a list")));
    let mut trusting = site;
    trusting.router = web::router(Served::new(trusting.app.clone()).trusting(lists.to_vec()));
    let page = trusting.get("/verify").await;
    page.is(200).shows("Colleges").shows("Schools");
    let page = trusting.upload("/verify", "file", &badge).await;
    page.is(200).shows("The issuer is on the list “Colleges”.");
    let report = trusting
        .ask("POST", "/api/v1/verify")
        .body("application/json", badge)
        .send()
        .await;
    assert_eq!(report.is(200).json()["trust"]["trusted"], true);
}

/// A did:key has no domain of its own; one that the organisation has proven counts, and only while
/// it is proven (threat G19).
#[tokio::test]
async fn a_proven_domain_counts_for_an_organisation_of_ours() {
    let site = Site::new(Engine::Sqlite).await;
    let (badge, _) = badge(&site, DidMethod::Key).await;
    let trust = async || {
        let parts: [(&str, &str, &[u8]); 2] = [
            ("credential", "", &badge),
            ("trust", "", b"riverside.example"),
        ];
        site.parts("/api/v1/verify", &parts).await.is(200).json()["trust"].clone()
    };
    assert_eq!(trust().await["reason"], "not_listed");
    // One is checked at a time: what would be passed over is refused.
    let two: [(&str, &str, &[u8]); 2] = [("credential", "", &badge), ("credential", "", &badge)];
    let refused = site.parts("/api/v1/verify", &two).await;
    assert_eq!(refused.is(400).json()["type"], "/docs#several");
    let issuers = site.app.db.issuers().await.expect("read");
    let mut ours = site.app.db.of(&issuers[0].issuer_id);
    let now = site.app.now();
    ours.set_domain_proven(Some(now.into())).await.expect("set");
    assert_eq!(
        trust().await,
        object!({
            "trusted": true, "reason": "listed",
            "sentence": "The issuer is at riverside.example, and on the list “your list”.",
            "lists": ["your list"],
            "named_by": [{"list": "your list", "by": "domain", "called": null}]
        })
    );
}

/// A name is what somebody chose; the domain where the keys stand is what one can go by.
#[tokio::test]
async fn f15_spoofed_names_stand_beside_the_domain_and_a_mark() {
    let elsewhere = Elsewhere::did_web();
    let site = Site::online(Engine::Sqlite, &elsewhere.world).await;
    let named = |name: &'static str| {
        elsewhere.badge_with(|document| {
            let issuer = document.get_mut("issuer").expect("an issuer");
            issuer.set("name", name.to_owned().into());
            document.set("description", "\u{202e}gnp.exe\u{2066}".to_owned().into());
        })
    };
    for (name, shown) in [
        ("H\u{430}rvard University", "H\u{430}rvard University"),
        ("Harvard\u{202e}gnp.exe\u{200b}", "Harvardgnp.exe"),
    ] {
        let page = site.upload("/verify", "file", named(name).as_bytes()).await;
        page.is(200)
            .shows("Real and still good")
            .shows(shown)
            .shows("Signed by issuer.test, under the name")
            .shows("<p class=\"small\">issuer.test</p>")
            .shows("Not a verified organisation")
            .shows("the issuer's keys stand there");
        // The receipt that the page can send back is data, and shown to nobody.
        let text = page.text();
        let shown = text
            .lines()
            .filter(|line| !line.contains("type=\"hidden\""));
        let hidden = ['\u{202e}', '\u{2066}', '\u{200b}'];
        assert!(shown.clone().count() > 50);
        for line in shown {
            assert!(!line.contains(hidden), "{line}");
        }
    }
}

/// Schemas are ours or none: what a credential names, refers to or writes out is never fetched or run.
#[tokio::test]
async fn f22_no_schema_of_a_stranger_is_read() {
    let elsewhere = Elsewhere::did_web();
    let site = Site::online(Engine::Sqlite, &elsewhere.world).await;
    let ask = async |schema: &'static str| {
        let text = elsewhere.badge_with(|document| {
            let schema = json::parse(schema).expect("json").into_owned();
            document.set("credentialSchema", json::Value::Array(vec![schema]));
            let a = "a".repeat(50);
            document.set("description", format!("{a}!").into());
        });
        let ask = site.ask("POST", "/api/v1/verify");
        let report = ask.body("application/json", text).send().await;
        report.is(200).json()
    };
    for schema in [
        r#"{"id": "http://169.254.169.254/", "type": "1EdTechJsonSchemaValidator2019"}"#,
        r#"{"id": "https://evil.test/schema.json", "type": "JsonSchema"}"#,
        r#"{"id": "https://evil.test/schema.json", "type": ["JsonSchema", "1EdTechJsonSchemaValidator2019"]}"#,
        // Written out, it is only data.
        r#"{"id": "https://evil.test/s", "type": "JsonSchema", "$ref": "http://169.254.169.254/", "pattern": "(a+)+$"}"#,
    ] {
        let report = ask(schema).await;
        let form = report["checks"]
            .as_array()
            .expect("checks")
            .iter()
            .find(|check| check["id"] == "schema");
        let sentence = form.expect("a check")["sentence"]
            .as_str()
            .expect("a sentence");
        assert!(
            report["verdict"] == "invalid"
                || sentence.ends_with(
                    "It names a schema that is not known here; that one was not checked."
                ),
            "{report:#}"
        );
    }
    let asked = elsewhere.world.asked();
    assert!(
        asked
            .iter()
            .all(|line| !line.contains("evil.test") && !line.contains("169.254")),
        "{asked:?}"
    );
    let connects = elsewhere.world.connects();
    assert!(
        connects
            .iter()
            .all(|at| at.to_string() != "169.254.169.254"),
        "{connects:?}"
    );
}
