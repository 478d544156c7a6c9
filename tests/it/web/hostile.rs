//! Words that want to be more than words.

use serde_json::{Value, json};

use super::super::support::{
    db::Engine,
    site::{Site, memo},
};

/// What people try to have run.
const CORPUS: &[&str] = &[
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "\" onload=\"alert(1)",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](https://evil.test/x.png)",
    "<math><mi xlink:href=javascript:alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<style>@import url(//evil.test)</style>",
    "<link rel=stylesheet href=//evil.test>",
    "<base href=//evil.test>",
    "<meta http-equiv=refresh content=0;url=//evil.test>",
    "<form action=//evil.test>",
    "<object data=//evil.test>",
    "<textarea autofocus onfocus=alert(1)>",
    "]]><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "-->\"<script>alert(1)</script>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u{202e}<script>alert(1)</script>",
];

/// An achievement whose every word is `words`.
fn spoiled(words: &str) -> Value {
    let mut file = memo();
    for pointer in [
        "/meaning",
        "/task",
        "/evidenceRequired",
        "/name",
        "/criteria/narrative",
        "/tag/0",
        "/alignment/0/targetName",
        "/alignment/0/targetFramework",
    ] {
        *file.pointer_mut(pointer).expect("a member") = json!(words);
    }
    for n in 0..2 {
        for level in 0..4 {
            *file
                .pointer_mut(&format!(
                    "/resultDescription/{n}/rubricCriterionLevel/{level}/description"
                ))
                .expect("a member") = json!(words);
        }
    }
    file
}

/// Nothing in `html` can run or fetch: every tag is one of ours.
#[track_caller]
fn is_harmless(html: &str, words: &str) {
    let lower = html.to_lowercase();
    for tag in [
        "<script>",
        "<iframe",
        "<object",
        "<embed",
        "<base",
        "<style",
        "<math",
        "<animate",
        "<details",
        "<meta http-equiv",
        "<form action",
    ] {
        assert!(!lower.contains(tag), "{words}: {tag}");
    }
    for start in lower.match_indices('<').map(|(at, _)| at) {
        let tag = &lower[start
            ..lower[start..]
                .find('>')
                .map_or(lower.len(), |end| start + end)];
        let bare: String = tag.split('"').step_by(2).collect();
        assert!(!bare.contains(" on"), "{words}: {tag}");
        for attribute in ["href=\"javascript", "href=\"data", "src=\"http", "src=\"//"] {
            assert!(!tag.contains(attribute), "{words}: {tag}");
        }
    }
}

#[tokio::test]
async fn f12_f14_words_stay_words_on_every_page() {
    let site = Site::new(Engine::Sqlite).await;
    let mut issued_count = 0;
    for (n, words) in CORPUS.iter().enumerate() {
        let visible: String = words.chars().filter(|c| *c != '\u{202e}').collect();
        let mut provider = site.provider(&visible).await;
        // What the publish check refuses cannot be on a page either.
        let file = spoiled(&visible);
        if skillmark::issue::Achievement::parse(file.to_string().as_bytes()).is_err() {
            continue;
        }
        provider.publish(&file).await;
        issued_count += 1;
        let mut order = provider.order(&format!("S-{n}"));
        order["evidence"][0]["name"] = json!(visible);
        order["evidence"][0]["description"] = json!(visible);
        order["assessor"]["role"] = json!(visible);
        let issued = provider.send("/api/v1/credentials", &order).await;
        let id = issued
            .is(201)
            .header("location")
            .rsplit('/')
            .next()
            .expect("an id")
            .to_owned();
        let portfolio = provider.portfolio(&visible, &[&id]).await;
        let shown = [
            site.get(&format!("/c/{id}")).await,
            site.get(&portfolio).await,
            site.get(&format!("/issuers/{}", provider.who.issuer()))
                .await,
            site.upload("/verify", "text", &issued.body).await,
        ];
        for page in shown {
            page.is(200);
            is_harmless(&page.text(), words);
        }
    }
    assert!(issued_count >= 25, "only {issued_count} were issued");
}

#[tokio::test]
async fn f9_words_stay_words_in_pictures() {
    let site = Site::new(Engine::Sqlite).await;
    let mut provider = site.provider("</text><script>alert(1)</script>").await;
    let mut file = memo();
    file["name"] = json!("</text><script>alert(1)</script> ]]> \"x");
    provider.publish(&file).await;
    let id = provider.issue("S-1042").await;
    let json = site.get(&format!("/c/{id}.json")).await;
    for path in [format!("/c/{id}/picture.svg"), format!("/c/{id}.svg")] {
        let svg = site.get(&path).await;
        let outside = svg.is(200).text();
        let outside = match (outside.find("<![CDATA["), outside.rfind("]]>")) {
            (Some(from), Some(to)) => format!("{}{}", &outside[..from], &outside[to..]),
            _ => outside,
        };
        assert!(!outside.contains("<script"), "{outside}");
        assert!(svg.header("content-security-policy").contains("sandbox"));
        assert!(!svg.header("content-security-policy").contains("script"));
    }
    let baked = site.get(&format!("/c/{id}.svg")).await;
    let inside = skillmark::bake::extract(&baked.body)
        .expect("a credential")
        .text;
    let (inside, signed): (Value, Value) =
        (serde_json::from_str(&inside).expect("json"), json.json());
    assert_eq!(inside, signed);
}

#[tokio::test]
async fn j4_no_page_asks_anything_of_anybody_else() {
    let site = Site::new(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let id = provider.issue("S-1042").await;
    let mut todo = vec![
        "/".to_owned(),
        format!("/c/{id}"),
        provider.portfolio("Mine", &[&id]).await,
    ];
    let mut seen = Vec::new();
    while let Some(path) = todo.pop() {
        if seen.contains(&path) {
            continue;
        }
        let page = site.get(&path).await;
        page.is(200);
        seen.push(path.clone());
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        assert!(
            page.header("content-security-policy")
                .starts_with("default-src 'self'"),
            "{path}"
        );
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        let html = page.text();
        for attribute in ["src=\"", "href=\"", "action=\""] {
            for (at, _) in html.match_indices(attribute) {
                let value = html[at + attribute.len()..]
                    .split('"')
                    .next()
                    .expect("a value");
                let before = html[..at].rsplit('<').next().expect("a tag");
                let is_link = before.starts_with("a ");
                if value.starts_with('/') {
                    let path = value
                        .split(['#', '?'])
                        .next()
                        .expect("a path")
                        .replace("&amp;", "&");
                    todo.push(path);
                } else if !value.starts_with('#') {
                    assert!(is_link, "{path} asks for {value}");
                    assert!(
                        value.starts_with("mailto:")
                            || html[at..]
                                .split('>')
                                .next()
                                .expect("a tag")
                                .contains("noreferrer"),
                        "{path}: {value}"
                    );
                }
            }
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
}
