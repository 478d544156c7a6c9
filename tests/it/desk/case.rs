//! Exported maps and rubrics name their parts by addresses of ours: each answers anybody, once
//! something rests on it.

use serde_json::Value;
use skillmark::who::Role;

use super::standards::{a_rubric, an_achievement, led};
use crate::support::{
    db::on_both,
    site::{Answer, Site},
};

/// Every address below `base` that stands in a package.
fn addresses(package: &Value, base: &str) -> Vec<String> {
    match package {
        Value::Object(members) => members
            .values()
            .flat_map(|inner| addresses(inner, base))
            .collect(),
        Value::Array(items) => items
            .iter()
            .flat_map(|inner| addresses(inner, base))
            .collect(),
        Value::String(text) if text.starts_with(base) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Asks for a public address as a program does.
async fn ask(site: &Site, path: &str) -> Answer {
    let ask = site.ask("GET", path).header("accept", "application/json");
    ask.send().await
}

/// Holds every address of a package to answering anybody.
async fn answers(site: &Site, package: &Value, start: &str) {
    let mut all = addresses(package, start);
    all.sort_unstable();
    all.dedup();
    assert!(all.len() > 4, "{all:?}");
    for uri in &all {
        let path = uri
            .strip_prefix("http://localhost:8080")
            .expect("an address of ours");
        let data = ask(site, path).await;
        data.is(200);
        assert_eq!(
            data.header("cache-control"),
            "public, max-age=86400",
            "{uri}"
        );
        assert_eq!(data.header("access-control-allow-origin"), "*", "{uri}");
        assert!(data.header("set-cookie").is_empty(), "{uri}");
        let data = data.json();
        let whole = &data["CFDocument"]["uri"];
        let named = if whole.is_null() { &data["uri"] } else { whole };
        assert_eq!(named, uri.trim_end_matches(".json"), "{uri}");
        let page = site.get(path).await;
        if page.status == 303 {
            let place = page.header("location").to_owned();
            let (page, fragment) = place.split_once('#').expect("a place on the page");
            let id = format!("id=\"{fragment}\"");
            site.get(page).await.is(200).shows(&id);
        } else {
            page.is(200);
        }
    }
}

on_both! {
    fn every_address_of_an_exported_map_or_rubric_answers_anybody(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        let key = provider.make_key(&[skillmark::who::Scope::Read]).await;
        let map = led(&teacher.form("/desk/maps", &[
            ("name", "Data"), ("s0_name", "Read a chart"), ("s0_jobs", "51-4121.00 | Welders | Read drawings"),
            ("s1_name", "Plan"), ("s1_standards", "State | 7.2 | Argue | https://state.example/7.2"),
        ]).await);
        let rubric = a_rubric(&teacher).await;
        let package = teacher.get(&format!("/desk/maps/{map}/case.json")).await.is(200).json();
        let scored = site.ask("GET", &format!("/api/v1/rubrics/{rubric}/case")).key(&key).send().await.is(200).json();
        let start = format!("http://localhost:8080/maps/{map}/1");
        assert_eq!(package["CFDocument"]["uri"], start.as_str());
        // It may still change, so nobody else reads it: as if it were not there.
        let (there, nowhere) = (format!("/maps/{map}/1"), "/maps/Zr4XfLk2Qp8sVb1NwYt6Ag/1".to_owned());
        let hidden = [there.clone(), format!("{there}.json"), format!("{there}/skill-1"), format!("/rubrics/{rubric}/1"), nowhere];
        for path in &hidden {
            ask(&site, path).await.is(404);
            site.get(path).await.is(404).hides("Read a chart");
        }
        an_achievement(&teacher, &rubric, "Explain", Some(&format!("{map}|1|Read a chart"))).await;
        answers(&site, &package, &start).await;
        answers(&site, &scored, &format!("http://localhost:8080/rubrics/{rubric}/1")).await;
        assert_eq!(ask(&site, &format!("{there}.json")).await.json(), package);
        site.get(&there).await.is(200).shows("Read a chart").shows("must know now").shows("Harbour Tutoring (unverified organisation)")
            .shows("rel=\"nofollow noreferrer noopener\"");
        site.get(&format!("/rubrics/{rubric}/1")).await.is(200).shows("a pass from “Proficient”");
        for odd in ["/skill-3", "/skill-1-9", "/", "/%00", "/..%2f1"] {
            ask(&site, &format!("{there}{odd}")).await.is(404);
        }
        for odd in ["0", "2", "x", "1.xml", "-1", "9999999999999999999", "%00", "%ff"] {
            let answer = ask(&site, &format!("/maps/{map}/{odd}")).await;
            assert!([400, 404].contains(&answer.status), "{odd}: {}", answer.status);
        }
    }
}
