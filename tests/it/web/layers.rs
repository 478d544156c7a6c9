//! What stands around every page: headers, limits, errors.

use super::super::support::{db::Engine, site::Site};

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
    })
    .await
}

#[tokio::test]
async fn k8_f20_j3_every_page_carries_every_header() {
    let site = public_site().await;
    for (path, status) in PLACES {
        let answer = site.get(path).await;
        answer.is(*status);
        assert!(
            answer.header("content-type").starts_with("text/html"),
            "{path}"
        );
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
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
        let camera = if *path == "/verify" {
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
    for path in [
        "/?next=https://evil.test",
        "/verify?return=//evil.test",
        "//evil.test",
        "/%5Cevil.test",
        "/verify?url=https://evil.test",
    ] {
        let answer = site.get(path).await;
        assert!(
            [200, 404].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        assert_eq!(answer.header("location"), "", "{path}");
        answer.hides("evil.test");
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
