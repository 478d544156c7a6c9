//! What stands around every page: headers, limits, errors.

use std::collections::BTreeSet;

use super::super::support::{
    db::Engine,
    html::{self, Piece},
    site::{Answer, Site},
};

/// Pages that need nothing to be there, and what goes wrong.
const PLACES: &[(&str, u16)] = &[
    ("/", 200),
    ("/privacy", 200),
    ("/verify", 200),
    ("/docs", 200),
    ("/nothing", 404),
    ("/c/AAAAAAAAAAAAAAAAAAAAAA", 404),
    ("/p/AAAAAAAAAAAAAAAAAAAAAA", 404),
    (
        "/p/AAAAAAAAAAAAAAAAAAAAAA/evidence/AAAAAAAAAAAAAAAAAAAAAA",
        404,
    ),
    ("/issuers/AAAAAAAAAAAAAAAAAAAAAA", 404),
    ("/evidence/AAAAAAAAAAAAAAAAAAAAAA", 401),
];

async fn public_site() -> Site {
    Site::with(Engine::Sqlite, |config| {
        config.public_url = "https://badges.example".parse().expect("an address");
        // Every page is asked for, several times.
        config.rate_burst = 10_000;
    })
    .await
}

/// The router's own list of its paths.
fn routes(site: &Site) -> BTreeSet<String> {
    let told = format!("{:?}", site.router);
    let paths = told.split("RouteId(").filter_map(|part| {
        let (_, rest) = part.split_once("): \"")?;
        let path = rest.split('"').next()?;
        path.starts_with('/').then(|| path.to_owned())
    });
    paths.collect()
}

/// Every path of the router, with what is there in place of its parameters, and those that go
/// wrong: all that answers people with a page.
async fn every_page(site: &Site) -> Vec<Answer> {
    let provider = site.provider("Riverside Tutoring").await;
    let id = provider.issue("S-1042").await;
    let mut of = site.app.db.of(provider.who.issuer());
    let records = of.evidence_of(&id.parse().expect("an id")).await;
    let evidence = records.expect("evidence")[0].evidence_id.to_string();
    let portfolio = provider.portfolio("Mine", &[&id]).await;
    let token = portfolio.rsplit('/').next().expect("a token").to_owned();
    let issuer = provider.who.issuer().to_string();
    let paths = routes(site);
    assert!(paths.contains("/c/{id}") && paths.len() > 20, "{paths:?}");
    let mut pages = Vec::new();
    for path in paths {
        let subject = match path.split('/').nth(1) {
            Some("issuers") => &issuer,
            _ if path.contains("evidence") => &evidence,
            _ => &id,
        };
        let real = path
            .replace("{token}", &token)
            .replace("{id}", subject)
            .replace("{file}", "qr.png")
            .replace("{part}", "qr.png");
        pages.push(site.get(&real).await);
        // The same path with nothing there, and in a way that nobody may go.
        let nothing = path.replace('{', "AAAAAAAAAAAAAAAAAAAAA").replace('}', "");
        pages.push(site.get(&nothing).await);
        let wrong = site.ask("DELETE", &real).header("accept", "text/html");
        pages.push(wrong.send().await);
    }
    let name = [("name", "Nobody")];
    pages.push(site.form(&format!("/c/{id}"), &name).await);
    pages.push(site.upload("/verify", "text", b"{}").await);
    pages.push(site.upload("/verify", "text", b"").await);
    pages.push(site.get("/nothing/at/all").await);
    pages.push(site.get("/?next=https://evil.test").await);
    pages.retain(|page| page.header("content-type").starts_with("text/html"));
    for status in [200, 400, 401, 404, 405] {
        let there = pages.iter().any(|page| page.status == status);
        assert!(there, "no page with {status}");
    }
    assert!(pages.iter().filter(|page| page.status == 200).count() >= 9);
    pages
}

#[tokio::test]
async fn k8_every_page_carries_every_header() {
    let site = public_site().await;
    for answer in every_page(&site).await {
        let path = answer.path.as_str();
        for (name, value) in [
            (
                "content-security-policy",
                "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'",
            ),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            (
                "strict-transport-security",
                "max-age=63072000; includeSubDomains",
            ),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            let all: Vec<_> = answer.headers.get_all(name).iter().collect();
            assert_eq!(all, [value], "{path}: {name}");
        }
        let camera = if path == "/verify" {
            "camera=(self)"
        } else {
            "camera=()"
        };
        assert!(
            answer.header("permissions-policy").starts_with(camera),
            "{path}"
        );
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn j3_no_page_tells_where_its_reader_came_from() {
    let site = public_site().await;
    let mut outbound = 0;
    for answer in every_page(&site).await {
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        for piece in html::read(&answer.text()) {
            let Piece::Tag(tag, attributes) = piece else {
                continue;
            };
            let value = |name: &str| {
                let found = attributes.iter().find(|(given, _)| given == name);
                found.map_or("", |(_, value)| value.as_str())
            };
            // A page may say otherwise than its header.
            assert_eq!(value("referrerpolicy"), "", "{}", answer.path);
            assert_ne!(value("name"), "referrer", "{}", answer.path);
            let elsewhere = value("href").contains("://") || value("href").starts_with("//");
            if elsewhere {
                assert_eq!(tag, "a", "{}", answer.path);
                let rel: Vec<&str> = value("rel").split(' ').collect();
                assert!(rel.contains(&"noreferrer"), "{}: {rel:?}", answer.path);
                outbound += 1;
            }
        }
    }
    assert!(outbound >= 3, "{outbound} links lead elsewhere");
}

#[tokio::test]
async fn j5_only_pages_about_nobody_may_be_listed() {
    let site = public_site().await;
    for (path, _) in PLACES {
        let listed = ["/", "/privacy", "/verify", "/docs"].contains(path);
        let robots = site.get(path).await.header("x-robots-tag").to_owned();
        assert_eq!(
            robots,
            if listed { "" } else { "noindex, noarchive" },
            "{path}"
        );
    }
}

#[tokio::test]
async fn on_loopback_browsers_are_not_told_to_use_tls_for_ever() {
    let site = Site::new(Engine::Sqlite).await;
    assert_eq!(site.get("/").await.header("strict-transport-security"), "");
}

#[tokio::test]
async fn f20_nothing_leads_elsewhere() {
    let site = public_site().await;
    // Where to go next is never taken from an address.
    for path in [
        "/?next=https://evil.test",
        "/verify?next=//evil.test",
        "/verify?next=/%5Cevil.test",
        "/privacy?a=b&next=%68ttps%3A%2F%2Fevil.test",
        "/verify?return=https://evil.test",
        "/verify?return=/%5cevil.test",
        "/c/AAAAAAAAAAAAAAAAAAAAAA?return_to=//evil.test",
        "//evil.test",
        "///evil.test",
        "/%5Cevil.test",
        "/%2Fevil.test",
    ] {
        let answer = site.get(path).await;
        answer.is(400).hides("evil.test");
        assert_eq!(answer.header("location"), "", "{path}");
    }
    // Other words in an address, and ways within this site, mean nothing and harm nothing.
    for path in [
        "/verify?url=https://evil.test",
        "/?utm_source=x",
        "/?next=/verify",
    ] {
        let answer = site.get(path).await;
        answer.is(200).hides("evil.test");
        assert_eq!(answer.header("location"), "", "{path}");
    }
}

#[tokio::test]
async fn f20_no_page_can_be_framed() {
    let site = public_site().await;
    for answer in every_page(&site).await {
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{}", answer.path);
        assert_eq!(answer.header("x-frame-options"), "DENY", "{}", answer.path);
    }
}

#[tokio::test]
async fn g16_the_host_header_and_forwarded_addresses_are_not_believed() {
    let site = Site::with(Engine::Sqlite, |config| config.rate_burst = 50).await;
    let page = site
        .ask("GET", "/")
        .header("host", "evil.test")
        .header("x-forwarded-host", "evil.test")
        .send()
        .await;
    page.is(200).hides("evil.test");
    let mut refused = 0;
    for n in 0..100u8 {
        let answer = site
            .ask("GET", "/privacy")
            .header("x-forwarded-for", &format!("1.2.3.{n}"))
            .send()
            .await;
        refused += u32::from(answer.status == 429);
    }
    assert!(refused >= 50, "{refused}");
    let answer = site.get("/privacy").await;
    answer.is(429).shows("Please wait a little");
    assert!(
        answer
            .header("retry-after")
            .parse::<u32>()
            .expect("seconds")
            >= 1
    );
    site.ask("GET", "/privacy")
        .from([198, 51, 100, 7])
        .send()
        .await
        .is(200);
}

#[tokio::test]
async fn g11_a_key_in_the_address_is_refused() {
    let site = Site::new(Engine::Sqlite).await;
    let answer = site
        .ask("GET", "/api/v1/credentials/x?key=skm_abc")
        .send()
        .await;
    answer.is(400);
    assert_eq!(answer.json()["type"], "/docs#key_in_address");
    answer.hides("skm_abc");
}

#[tokio::test]
async fn k5_a_body_past_the_limit_is_not_read() {
    let site = Site::new(Engine::Sqlite).await;
    let answer = site
        .ask("POST", "/verify")
        .body(
            "multipart/form-data; boundary=x",
            vec![b'a'; 2 * 1024 * 1024 + 1],
        )
        .send()
        .await;
    answer.is(413).shows("Too large");
}

#[tokio::test]
async fn k7_unknown_suffixes_and_paths_are_nothing_and_not_kept() {
    let site = Site::new(Engine::Sqlite).await;
    for path in [
        "/c/AAAAAAAAAAAAAAAAAAAAAA.css",
        "/c/AAAAAAAAAAAAAAAAAAAAAA/x.png",
        "/verify.css",
        "/privacy/x.js",
        "/assets/other.css",
        "/c/..%2f..%2fetc%2fpasswd",
    ] {
        let answer = site.get(path).await;
        answer.is(404);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn programs_get_problem_documents_and_people_get_pages() {
    let site = Site::new(Engine::Sqlite).await;
    let problem = site.ask("GET", "/api/v1/nothing").send().await;
    assert_eq!(
        problem.is(404).header("content-type"),
        "application/problem+json"
    );
    let told = problem.json();
    assert_eq!(told["status"], 404);
    assert_eq!(told["title"], "Nothing here");
    assert_eq!(told["request_id"], problem.header("x-request-id"));
    let asked = site
        .ask("GET", "/nothing")
        .header("accept", "application/json")
        .send()
        .await;
    assert_eq!(asked.header("content-type"), "application/problem+json");
    let wrong = site.ask("DELETE", "/privacy").send().await;
    wrong.is(405).shows("<h1>Not in that way</h1>");
    assert_eq!(wrong.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn assets_are_known_by_their_tag() {
    let site = Site::new(Engine::Sqlite).await;
    for path in [
        "/assets/site.css",
        "/assets/scan.js",
        "/assets/mark.svg",
        "/api/openapi.json",
    ] {
        let first = site.get(path).await;
        let tag = first.is(200).header("etag").to_owned();
        assert!(tag.starts_with('"'), "{path}");
        let again = site
            .ask("GET", path)
            .header("if-none-match", &tag)
            .send()
            .await;
        again.is(304);
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), tag);
    }
}

#[tokio::test]
async fn every_endpoint_is_described_and_readable() {
    let site = Site::new(Engine::Sqlite).await;
    let document = site.get("/api/openapi.json").await.json();
    assert!(
        document["openapi"]
            .as_str()
            .expect("a version")
            .starts_with("3.1")
    );
    let page = site.get("/docs").await.text();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (verb, operation) in item.as_object().expect("verbs") {
            for part in ["summary", "operationId"] {
                let text = operation[part].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "{verb} {path} has no {part}");
            }
            assert!(
                page.contains(&format!(
                    "id=\"{}\"",
                    operation["operationId"].as_str().expect("id")
                )),
                "{verb} {path}"
            );
        }
    }
}

#[tokio::test]
async fn the_service_says_how_it_is() {
    let site = Site::new(Engine::Sqlite).await;
    site.ask("GET", "/health/live").send().await.is(200);
    let ready = site.ask("GET", "/health/ready").send().await;
    assert_eq!(
        ready.is(200).json(),
        serde_json::json!({"status": "ok", "signing": true})
    );
    assert_eq!(ready.header("cache-control"), "no-cache");
}
