//! What a stranger sees of a credential, and what not.

use serde_json::json;
use skillmark::{db::DidMethod, issue::keys};

use super::super::support::{
    db::{Engine, on_both},
    site::{Answer, Site},
};

/// Words that belong to people and stand on no public page.
const PRIVATE: &[&str] = &[
    "Ana",
    "María",
    "Lee",
    "canary",
    "S-1042",
    "Secretname",
    "urn:uuid:",
];

on_both! {
    fn a_credential_is_shown_with_its_answer_first(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        let page = site.get(&format!("/c/{id}")).await;
        page.is(200)
            .shows("Real and still good")
            .shows("Checked 1 March 2026, 12:00 UTC")
            .shows("<h1 dir=\"auto\">Explain a decision with data</h1>")
            .shows("Can turn numbers into a clear recommendation.")
            .shows("Level reached")
            .shows("Career skills reviewer")
            .shows("State teaching licence")
            .shows("One-page memo")
            .shows("Unverified organisation")
            .shows("riverside.example")
            .shows("March 2026")
            .shows("badges@riverside.example");
        let text = page.text();
        assert!(text.find("Real and still good") < text.find("<h1"), "the answer comes first");
        assert_eq!(text.matches("Level reached").count(), 2);
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-robots-tag"), "noindex, noarchive");
        for word in PRIVATE {
            page.hides(word);
        }
    }

    fn j14_a_page_dates_an_award_by_its_month(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        site.clock.advance(40 * 24 * 3_600);
        let page = site.get(&format!("/c/{id}")).await;
        page.is(200).shows("In force since March 2026.").shows("Checked 10 April 2026").hides("1 March");
    }

    fn every_form_of_a_credential_is_the_bytes_that_were_signed(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let issued = provider.send("/api/v1/credentials", &provider.order("S-1042")).await;
        let id = issued.is(201).header("location").rsplit('/').next().expect("an id").to_owned();
        let json = site.get(&format!("/c/{id}.json")).await;
        assert_eq!(json.is(200).body, issued.body);
        for (suffix, kind) in [
            ("json", "application/vc+ld+json"),
            ("jwt", "application/vc+jwt"),
            ("png", "image/png"),
            ("svg", "image/svg+xml"),
        ] {
            let file = site.get(&format!("/c/{id}.{suffix}")).await;
            assert_eq!(file.is(200).header("content-type"), kind);
            // What was signed never changes; the drawing around it may, with the program.
            let kept = if matches!(suffix, "png" | "svg") { "public, max-age=86400" } else { "public, max-age=31536000, immutable" };
            assert_eq!(file.header("cache-control"), kept);
            assert_eq!(file.header("access-control-allow-origin"), "*");
            let again = site.ask("GET", &format!("/c/{id}.{suffix}")).header("if-none-match", file.header("etag")).send().await;
            again.is(304);
            let report = site.ask("POST", "/api/v1/verify").body("application/octet-stream", file.body.clone()).send().await;
            assert_eq!(report.is(200).json()["verdict"], "valid", "{suffix}: {}", report.text());
            let page = site.upload("/verify", "file", &file.body).await;
            page.is(200).shows("Real and still good").shows("Explain a decision with data");
        }
        for part in ["qr.svg", "qr.png", "picture.svg"] {
            site.get(&format!("/c/{id}/{part}")).await.is(200);
        }
        for wrong in [format!("/c/{id}.exe"), format!("/c/{id}/x.png"), format!("/c/{id}.json.png")] {
            assert_eq!(site.get(&wrong).await.is(404).header("cache-control"), "no-store");
        }
    }

    fn the_qr_code_holds_the_link_and_nothing_else(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        let link = format!("http://localhost:8080/c/{id}");
        let qr = site.get(&format!("/c/{id}/qr.png")).await;
        assert_eq!(skillmark::bake::qr::read(&qr.body).expect("a picture"), std::slice::from_ref(&link));
        let frame = site.ask("POST", "/verify/frame").body("image/png", qr.body.clone()).send().await;
        assert_eq!(frame.is(200).json(), json!({ "text": link }));
        // Whichever way our link comes in, it leads to our page.
        for answer in [site.upload("/verify", "file", &qr.body).await, site.upload("/verify", "text", link.as_bytes()).await] {
            assert_eq!(answer.is(303).header("location"), format!("/c/{id}"));
        }
        site.ask("POST", "/verify/frame").body("image/png", "no picture").send().await.is(400);
    }

    fn pages_say_at_once_that_a_credential_is_suspended_or_revoked(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        let page = format!("/c/{id}");
        provider.change(&id, "suspend").await.is(200);
        site.get(&page).await.is(200).shows("Suspended for now").hides("Real and still good");
        let json = site.get(&format!("{page}.json")).await.body;
        site.upload("/verify", "file", &json).await.is(200).shows("Suspended for now").hides("Taken back");
        let report = site.ask("POST", "/api/v1/verify").body("application/json", json).send().await.json();
        assert_eq!((&report["verdict"], &report["reason"]), (&json!("invalid"), &json!("suspended")));
        provider.change(&id, "reinstate").await.is(200);
        site.get(&page).await.is(200).shows("Real and still good");
        provider.change(&id, "revoke").await.is(200);
        site.get(&page).await.is(200).shows("Taken back").hides("Real and still good");
        provider.change(&id, "reinstate").await.is(409);
        let json = site.get(&format!("{page}.json")).await;
        let report = site.ask("POST", "/api/v1/verify").body("application/json", json.body).send().await.json();
        assert_eq!((&report["verdict"], &report["reason"]), (&json!("invalid"), &json!("revoked")));
    }

    fn i3_without_the_key_encryption_key_a_revocation_is_told_everywhere_at_once(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        let (key, portfolio) = (provider.key.clone(), provider.portfolio("Mine", &[&id]).await);
        let site = site.without_kek().await;
        site.get(&format!("/c/{id}")).await.is(200).shows("Real and still good");
        for (change, word, page_says) in [("suspend", "suspended", "Suspended for now"), ("revoke", "revoked", "Taken back")] {
            let path = format!("/api/v1/credentials/{id}/status");
            site.ask("POST", &path).key(&key).json(&json!({ "change": change })).send().await.is(200);
            told_everywhere(&site, &id, &key, &portfolio, word, page_says).await;
        }
    }

    fn i6_a_revocation_is_told_also_when_the_key_was_revoked(temp) {
        for method in [DidMethod::Key, DidMethod::Web] {
            let site = Site::on(temp).await;
            let provider = site.provider_known_by("Riverside Tutoring", method).await;
            let id = provider.issue("S-1042").await;
            let portfolio = provider.portfolio("Mine", &[&id]).await;
            let keys = keys::list(&site.app, provider.who.issuer()).await.expect("keys");
            site.clock.advance(86_400);
            keys::revoke(&site.app, &provider.who, &keys[0].key_id).await.expect("revoked");
            site.get(&format!("/c/{id}")).await.is(200).shows("Cannot tell");
            provider.change(&id, "revoke").await.is(200);
            told_everywhere(&site, &id, &provider.key, &portfolio, "revoked", "Taken back").await;
        }
    }

    fn i6_what_a_revoked_key_signed_is_not_green(temp) {
        for method in [DidMethod::Key, DidMethod::Web] {
            let site = Site::on(temp).await;
            let provider = site.provider_known_by("Riverside Tutoring", method).await;
            let id = provider.issue("S-1042").await;
            let page = format!("/c/{id}");
            let json = site.get(&format!("{page}.json")).await.body;
            let keys = keys::list(&site.app, provider.who.issuer()).await.expect("keys");
            site.clock.advance(86_400);
            keys::rotate(&site.app, &provider.who).await.expect("rotated");
            site.get(&page).await.is(200).shows("Real and still good");
            keys::revoke(&site.app, &provider.who, &keys[0].key_id).await.expect("revoked");
            let sentence = "The issuer revoked this key on 2 March 2026, 12:00 UTC; whether it signed this before then cannot be told.";
            for answer in [site.get(&page).await, site.upload("/verify", "file", &json).await] {
                answer.is(200).shows("Cannot tell").shows(sentence).hides("Real and still good");
            }
            let report = site.ask("POST", "/api/v1/verify").body("application/json", json).send().await.json();
            assert_eq!((&report["verdict"], &report["reason"]), (&json!("cannot_tell"), &json!("key_revoked")));
        }
    }

    fn j9_the_name_is_confirmed_and_never_told(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        let page = format!("/c/{id}");
        site.get(&page).await.shows("Confirm the name you were given");
        site.form(&page, &[("name", "ana maria LEE")]).await.is(200).shows("Yes, that name matches.");
        let wrong = site.form(&page, &[("name", "<b>Bob</b>")]).await;
        wrong.is(200).shows("No, that name does not match.").hides("Bob").hides("Ana");
        for _ in 0..3 {
            site.form(&page, &[("name", "Bob")]).await.is(200);
        }
        let sixth = site.form(&page, &[("name", "Ana María Lee")]).await;
        assert!(!sixth.is(429).header("retry-after").is_empty());
        site.clock.advance(3_601);
        site.form(&page, &[("name", "Ana María Lee")]).await.is(200).shows("Yes, that name matches.");
    }

    fn a_name_that_cannot_be_opened_is_no_answer(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let page = format!("/c/{}", provider.issue("S-1042").await);
        temp.sql("update people set details_sealed = key_sealed").await.expect("changed");
        site.get(&page).await.is(200).shows("Real and still good").hides("Confirm the name you were given");
        let refused = site.form(&page, &[("name", "Ana María Lee")]).await;
        refused.is(503).shows("Names cannot be compared at the moment.").hides("does not match");
        assert_eq!(refused.header("retry-after"), "60");
    }

    fn j5_a_portfolio_shows_what_was_chosen_and_only_to_who_has_the_link(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (first, second) = (provider.issue("S-1042").await, provider.issue("S-1043").await);
        let path = provider.portfolio("For summer jobs", &[&first]).await;
        let page = site.get(&path).await;
        page.is(200).shows("<h1 dir=\"auto\">For summer jobs</h1>").shows("Real and still good").shows(&first).hides(&second);
        for word in PRIVATE {
            page.hides(word);
        }
        for (name, value) in [("cache-control", "no-store"), ("x-robots-tag", "noindex, noarchive"), ("referrer-policy", "no-referrer")] {
            assert_eq!(page.header(name), value);
        }
        page.shows("content=\"Skillmark\"").shows("Proof of what someone can do, that anyone can check.");
        let qr = site.get(&format!("{path}/qr.png")).await;
        assert_eq!(skillmark::bake::qr::read(&qr.body).expect("a picture"), [format!("http://localhost:8080{path}")]);
        site.clock.advance(31 * 24 * 3_600);
        let expired = site.get(&path).await;
        let unknown = site.get("/p/AAAAAAAAAAAAAAAAAAAAAA").await;
        assert_eq!(nameless(expired.is(404)), nameless(unknown.is(404)));
        expired.shows("<h1>This link does not work</h1>").shows("Ask whoever shared the portfolio with you for a new one.");
        site.get(&format!("{path}/qr.png")).await.is(404);
    }

    fn j5_evidence_opens_through_the_link_that_shows_its_credential(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (first, second) = (provider.issue("S-1042").await, provider.issue("S-1043").await);
        let path = provider.portfolio("For summer jobs", &[&first]).await;
        let record = async |id: &str| {
            let id = id.parse().expect("an id");
            let rows = site.app.db.of(provider.who.issuer()).evidence_of(&id).await.expect("read");
            (rows[0].evidence_id.to_string(), rows[0].digest.clone().expect("a digest"))
        };
        let ((mine, digest), (foreign, _)) = (record(&first).await, record(&second).await);
        let link = format!("{path}/evidence/{mine}");
        site.get(&path).await.is(200).shows(&format!("<a dir=\"auto\" href=\"{link}\">One-page memo</a>"));
        let page = site.get(&link).await;
        page.is(200).shows("<h1 dir=\"auto\">One-page memo</h1>").shows("Recommends one change.").shows(&digest);
        for word in PRIVATE {
            page.hides(word);
        }
        for (name, value) in [("cache-control", "no-store"), ("x-robots-tag", "noindex, noarchive"), ("referrer-policy", "no-referrer")] {
            assert_eq!(page.header(name), value);
        }
        let nothing = site.get("/p/AAAAAAAAAAAAAAAAAAAAAA").await;
        for wrong in [
            format!("{path}/evidence/{foreign}"),
            format!("{path}/evidence/AAAAAAAAAAAAAAAAAAAAAA"),
            format!("{path}/evidence/x"),
            format!("/p/AAAAAAAAAAAAAAAAAAAAAA/evidence/{mine}"),
        ] {
            let answer = site.get(&wrong).await;
            assert_eq!(nameless(answer.is(404)), nameless(&nothing), "{wrong}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        site.clock.advance(31 * 24 * 3_600);
        assert_eq!(nameless(site.get(&link).await.is(404)), nameless(&nothing));
    }

    fn k6_an_organisation_answers_people_and_programs_at_one_address(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let path = format!("/issuers/{}", provider.who.issuer());
        let html = site.get(&path).await;
        html.is(200).shows("<h1 dir=\"auto\">Riverside Tutoring</h1>").shows("Unverified organisation");
        assert_eq!(html.header("content-type"), "text/html; charset=utf-8");
        let json = site.ask("GET", &path).header("accept", "application/json").send().await;
        assert_eq!(json.is(200).header("content-type"), "application/json");
        assert_eq!(json.json()["name"], "Riverside Tutoring");
        // A cache that has one of them asks again for the other: what it keeps goes by both headers.
        for answer in [&html, &json] {
            let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
            assert_eq!(vary, ["accept", "accept-encoding"]);
            assert_eq!(answer.header("cache-control"), "public, max-age=30");
        }
        // What has one form only goes by its compression alone.
        let other = site.get("/privacy").await;
        assert_eq!(other.headers.get_all("vary").iter().collect::<Vec<_>>(), ["accept-encoding"]);
        let missing = site.ask("GET", &format!("{path}/x.json")).send().await;
        missing.is(404);
    }

    fn h16_a_damaged_credential_is_never_an_answer(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        temp.sql(&format!("update credentials set document = replace(document, 'Proficient', 'Proficiemt') where credential_id = '{id}'")).await.expect("damage");
        for path in [format!("/c/{id}"), format!("/c/{id}.json"), format!("/c/{id}.png")] {
            site.get(&path).await.is(503).shows("temporarily unavailable").hides("Real and still good");
        }
    }

    fn d17_our_own_list_and_keys_are_read_in_process(temp) {
        let site = Site::over(temp, |config| config.public_url = "https://badges.example".parse().expect("an address")).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        site.get(&format!("/c/{id}")).await.is(200).shows("Real and still good");
        let credential = site.get(&format!("/c/{id}.json")).await.json();
        let list = credential["credentialStatus"]["statusListCredential"].as_str().expect("a list");
        let list = site.get(list.strip_prefix("https://badges.example").expect("ours")).await;
        assert_eq!(list.is(200).header("cache-control"), "public, max-age=30");
        assert_eq!(list.header("content-type"), "application/vc");
        assert_eq!(list.json()["type"][1], "BitstringStatusListCredential");
        let did = site.get(&format!("/issuers/{}/did.json", provider.who.issuer())).await;
        assert_eq!(did.is(200).json()["id"], format!("did:web:badges.example:issuers:{}", provider.who.issuer()));
        assert_eq!(did.json()["id"], credential["issuer"]["id"]);
    }
}

/// Holds the page, the portfolio, the check of the file, and both APIs to one answer.
async fn told_everywhere(
    site: &Site,
    id: &str,
    key: &str,
    portfolio: &str,
    word: &str,
    page_says: &str,
) {
    let json = site
        .get(&format!("/c/{id}.json"))
        .await
        .is(200)
        .body
        .clone();
    for page in [
        site.get(&format!("/c/{id}")).await,
        site.get(portfolio).await,
        site.upload("/verify", "file", &json).await,
    ] {
        page.is(200)
            .shows(page_says)
            .hides("Real and still good")
            .hides("Cannot tell");
    }
    let api = format!("/api/v1/credentials/{id}");
    let known = site.ask("GET", &api).key(key).send().await;
    assert_eq!(known.is(200).json()["status"], word);
    let asked = site.ask("POST", "/api/v1/verify");
    let report = asked.body("application/json", json).send().await.json();
    assert_eq!(
        (&report["verdict"], &report["reason"]),
        (&json!("invalid"), &json!(word))
    );
}

/// An error page without the number of the request.
fn nameless(answer: &Answer) -> String {
    answer.text().replace(answer.header("x-request-id"), "")
}

#[tokio::test]
async fn f19_what_stands_in_the_query_is_not_shown() {
    let site = Site::new(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let id = provider.issue("S-1042").await;
    for path in [
        format!("/c/{id}?name=Alice&grade=Excellent&status=Forged"),
        "/verify?name=Alice&grade=Excellent&status=Forged".to_owned(),
    ] {
        site.get(&path)
            .await
            .is(200)
            .hides("Alice")
            .hides("Excellent")
            .hides("Forged");
    }
}

#[tokio::test]
async fn f21_pictures_of_strangers_are_not_loaded() {
    let site = Site::new(Engine::Sqlite).await;
    let sent = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:1b6c8a9c-0f5e-4c8e-9a27-0d3f0a7e0001",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "x", "validFrom": "2026-01-01T00:00:00Z",
        "image": {"id": "https://evil.test/x.png", "type": "Image"},
        "issuer": {"id": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "type": ["Profile"], "name": "X", "image": {"id": "https://evil.test/y.png", "type": "Image"}},
        "credentialSubject": {"id": "urn:uuid:1b6c8a9c-0f5e-4c8e-9a27-0d3f0a7e0002", "type": ["AchievementSubject"], "achievement": {
            "id": "urn:uuid:1b6c8a9c-0f5e-4c8e-9a27-0d3f0a7e0003", "type": ["Achievement"], "name": "Y", "description": "z",
            "image": {"id": "https://evil.test/z.png", "type": "Image"},
            "criteria": {"narrative": "![](https://evil.test/p.gif) <img src=https://evil.test/q.gif>"}}}
    });
    let page = site
        .upload("/verify", "text", sent.to_string().as_bytes())
        .await;
    page.is(200).hides("Real and still good");
    for attribute in ["src=\"http", "src=https", "url(", "srcset"] {
        let safe = page.text().replace("&lt;img src=https", "");
        assert!(!safe.contains(attribute), "{attribute}: {safe}");
    }
}
