//! Words that want to be more than words, and credentials full of them (threats F12, F14).

use serde_json::{Map, Value, json};
use skillmark::{
    issue::{
        Achievement,
        issuer::{self, NewIssuer},
        publish,
    },
    who::Who,
};

use super::site::{Provider, Site};

/// What people try to have run.
pub(crate) const CORPUS: &[&str] = &[
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

/// The words of an order that are not free text, and what stands there instead.
const NOT_FREE: &[(&str, &str)] = &[
    ("date", "2026-03-01"),
    ("validUntil", "2027-03-01"),
    ("email", "ana.canary@school.example"),
    ("recipient", ""),
    (
        "digest",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ),
];

/// Pages of one credential whose every text is the same words.
#[derive(Debug)]
pub(crate) struct Spoilt {
    /// The signed credential.
    pub(crate) document: Vec<u8>,
    /// The paths of the pages that show it.
    pub(crate) pages: Vec<String>,
}

/// Issues a credential with `words` in every text of the organisation, the achievement and the
/// order, and in the label of a portfolio.
pub(crate) async fn spoil(site: &Site, words: &str) -> Spoilt {
    let new = NewIssuer {
        name: words.to_owned(),
        web_address: "https://riverside.example/tutoring".to_owned(),
        contact: Some("badges@riverside.example".to_owned()),
        name_assessors: true,
        ..NewIssuer::default()
    };
    let made = issuer::init(&site.app, &new)
        .await
        .expect("an organisation");
    let file = achievement(words).to_string();
    let achievement = Achievement::parse(file.as_bytes()).expect("an achievement");
    let provider = Provider {
        site,
        who: Who::operator(made.issuer.issuer_id.clone()),
        key: made.api_key.reveal().to_owned(),
        achievement: achievement.id().to_string(),
    };
    publish::publish(&site.app, &provider.who, &achievement)
        .await
        .expect("published");
    let api = site.get("/api/openapi.json").await.json();
    let mut order = order(&api, &schema_of_orders(&api), words);
    order["achievement"] = json!(provider.achievement);
    order["levels"] = json!({ format!("{words} 0"): format!("{words} 2") });
    order["values"] = json!({});
    // Words that the learner is called by would be signed nowhere.
    order["learner"]["name"] = json!("<b>Ana</b> María Lee");
    let answer = provider.send("/api/v1/credentials", &order).await;
    let location = answer.is(201).header("location").to_owned();
    let id = location.rsplit('/').next().expect("an id");
    let portfolio = provider.portfolio(words, &[id]).await;
    let records = site.app.db.of(provider.who.issuer());
    let id = id.parse().expect("an id");
    let records = { records }.evidence_of(&id).await.expect("evidence");
    let evidence = &records[0].evidence_id;
    Spoilt {
        document: answer.body.to_vec(),
        pages: vec![
            format!("/c/{id}"),
            format!("{portfolio}/evidence/{evidence}"),
            portfolio,
            format!("/issuers/{}", provider.who.issuer()),
        ],
    }
}

/// An achievement whose every text is `words`; where texts must differ, a number follows.
fn achievement(words: &str) -> Value {
    let levels: Vec<Value> = (0..4)
        .map(|n| json!({"name": format!("{words} {n}"), "points": n.to_string(), "description": words}))
        .collect();
    json!({
        "kind": "performance",
        "meaning": words, "task": words, "evidenceRequired": words,
        "name": words, "description": words,
        "criteria": {"narrative": words},
        "fieldOfStudy": words, "specialization": words, "humanCode": words, "version": words,
        "tag": [words],
        "alignment": [{
            "targetName": words, "targetDescription": words, "targetFramework": words,
            "targetCode": words, "targetUrl": "https://standards.example/6.SP.B.5"
        }],
        "resultDescription": [{
            "name": format!("{words} 0"),
            "requiredLevel": format!("{words} 1"),
            "rubricCriterionLevel": levels
        }]
    })
}

/// What the API takes to issue, as its own description says it.
fn schema_of_orders(api: &Value) -> Value {
    let body = &api["paths"]["/api/v1/credentials"]["post"]["requestBody"];
    body["content"]["application/json"]["schema"].clone()
}

/// An order made from its schema: `words` in every text, but for those in [`NOT_FREE`].
fn order(api: &Value, schema: &Value, words: &str) -> Value {
    let schema = resolved(api, schema);
    let kind = match &schema["type"] {
        Value::Array(kinds) => &kinds[0],
        kind => kind,
    };
    match kind.as_str() {
        Some("string") => json!(words),
        Some("boolean") => json!(false),
        Some("array") => json!([order(api, &schema["items"], words)]),
        Some("object") => {
            let members = schema["properties"].as_object().into_iter().flatten();
            let member = |(name, inner): (&String, &Value)| {
                let known = NOT_FREE.iter().find(|(known, _)| known == name);
                let value = match known {
                    Some((_, "")) => return None,
                    Some((_, value)) => json!(value),
                    None => order(api, inner, words),
                };
                Some((name.clone(), value))
            };
            members.filter_map(member).collect::<Map<_, _>>().into()
        }
        other => panic!("an order has a member of type {other:?}: {schema}"),
    }
}

/// Follows `$ref`, and takes what may be left out as given.
fn resolved<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(choices) = schema["oneOf"].as_array() {
        let given = choices.iter().find(|choice| choice["type"] != "null");
        return resolved(api, given.expect("a choice"));
    }
    match schema["$ref"].as_str() {
        Some(place) => {
            let pointer = place.strip_prefix('#').expect("a local reference");
            resolved(api, api.pointer(pointer).expect("a schema"))
        }
        None => schema,
    }
}
