//! The OpenAPI document tells of every answer: each endpoint is asked wrongly in every way that any
//! request can be wrong. (Every other answer that a test gets is held against it, too: see
//! `support::openapi`.)

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::support::{
    db::Engine,
    openapi,
    site::{Ask, Site},
};

/// Every endpoint: its method, a path that fits its template, and whether it wants a key.
fn endpoints(document: &Value) -> Vec<(String, String, String, bool)> {
    let mut all = Vec::new();
    for (template, item) in document["paths"].as_object().expect("paths") {
        let path = template
            .replace("{form}", "json")
            .replace("{id}", "AAAAAAAAAAAAAAAAAAAAAA")
            .replace("{kind}", "earned")
            .replace("{learner}", "AAAAAAAAAAAAAAAAAAAAAA")
            .replace("{piece}", "AAAAAAAAAAAAAAAAAAAAAA")
            .replace("{version}", "1")
            .replace("{list}", "AAAAAAAAAAAAAAAAAAAAAA");
        assert!(!path.contains('{'), "{path}");
        for method in ["get", "post", "put", "patch", "delete"] {
            if let Some(operation) = item.get(method) {
                let keyed = operation["security"].is_array();
                all.push((template.clone(), method.to_uppercase(), path.clone(), keyed));
            }
        }
    }
    all
}

#[tokio::test]
async fn every_endpoint_tells_of_what_any_request_may_be_answered() {
    let site = Site::with(Engine::Sqlite, |config| config.rate_burst = 4).await;
    let provider = site.provider("Riverside Tutoring").await;
    let document = openapi::document(&site.router).await;
    let mut told: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    let all = endpoints(document);
    assert!(all.len() >= 12, "{all:#?}");
    for (n, (template, method, path, keyed)) in all.iter().enumerate() {
        let home = [198, 51, 100, u8::try_from(n).expect("few")];
        let ask = |path: &str| {
            site.ask(method, path)
                .from(home)
                .header("accept", "application/json")
        };
        // `send` fails for an answer that is not declared, or not as it comes.
        let mut seen = async |ask: Ask<'_>| {
            let answer = ask.send().await;
            if answer.status >= 400 {
                let kind = answer.json()["type"].as_str().expect("a type").to_owned();
                assert!(kind.starts_with("/docs#"), "{kind}");
            }
            told.entry(format!("{method} {template}"))
                .or_default()
                .insert(answer.status);
        };
        seen(ask(path)).await;
        seen(ask(path).key(&provider.key).body("application/json", "{")).await;
        seen(ask(&format!("{path}?key=skm_x"))).await;
        // Where many are checked or issued at once, more is taken.
        let many = ["/many", "/batches", "/roster", "/roster/plan", "/evidence"]
            .iter()
            .any(|end| path.ends_with(end));
        let most = if many { 17 } else { 2 };
        let large = vec![b' '; most * 1024 * 1024 + 1];
        let ask_much = ask(path).key(&provider.key);
        seen(ask_much.body("application/json", large)).await;
        // Camera frames have a bucket six times as large.
        for _ in 0..25 {
            seen(ask(path)).await;
        }
        let statuses = &told[&format!("{method} {template}")];
        for always in [400, 413, 429] {
            assert!(
                statuses.contains(&always),
                "{method} {template}: {statuses:?}"
            );
        }
        assert_eq!(
            statuses.contains(&401),
            *keyed,
            "{method} {template}: {statuses:?}"
        );
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_told_of_everywhere() {
    let site = Site::new(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let document = openapi::document(&site.router).await;
    site.app.db.close().await;
    let mut down = 0;
    for (template, method, path, _) in endpoints(document) {
        let ask = site
            .ask(&method, &path)
            .header("accept", "application/json");
        let answer = ask
            .key(&provider.key)
            .json(&provider.order("S-1"))
            .send()
            .await;
        if answer.status == 503 {
            assert_eq!(answer.header("retry-after"), "10", "{method} {template}");
            assert_eq!(answer.json()["type"], "/docs#busy", "{method} {template}");
            down += 1;
        }
        assert_ne!(answer.status, 500, "{method} {template}: {}", answer.text());
    }
    assert!(down >= 9, "{down}");
}

#[tokio::test]
async fn every_kind_of_problem_has_a_place_with_a_sentence() {
    let site = Site::new(Engine::Sqlite).await;
    let page = site.get("/docs").await;
    let page = page.is(200).text();
    let (_, list) = page.split_once("id=\"problems\"").expect("the list");
    let kinds: Vec<&str> = list.split("<dt id=\"").skip(1).collect();
    assert!(kinds.len() >= 25, "{}", kinds.len());
    let mut names = BTreeSet::new();
    for kind in kinds {
        let (name, rest) = kind.split_once('"').expect("a name");
        assert!(names.insert(name), "{name} twice");
        assert_eq!(page.matches(&format!("id=\"{name}\"")).count(), 1, "{name}");
        let (_, sentence) = rest.split_once("<dd>").expect("a sentence");
        let (sentence, _) = sentence.split_once("</dd>").expect("its end");
        assert!(
            sentence.ends_with('.') && sentence.len() > 15,
            "{name}: {sentence}"
        );
    }
    let problem = site.ask("GET", "/api/v1/credentials/x").send().await;
    let kind = problem.is(401).json()["type"]
        .as_str()
        .expect("a type")
        .to_owned();
    let name = kind.strip_prefix("/docs#").expect("a place on the page");
    assert!(names.contains(name), "{name}");
}
