//! Threats B: what JSON-LD would make of it, and how much work that is.

use serde_json::json as j;
use skillmark::json::{self, Value};

use super::make::*;

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const ACHIEVEMENT: &str = "/credentialSubject/achievement";

pub(crate) fn add(cases: &mut Cases) {
    contexts(cases);
    terms(cases);
    work(cases);
}

fn contexts(cases: &mut Cases) {
    let evil = "https://evil.test/ctx.json";
    for (name, context) in [
        ("b02-inline", j!([V2, OB, {"name": "https://evil.test/n"}])),
        ("b02-inline-alone", j!({"name": "https://evil.test/n"})),
        (
            "b03-vocab",
            j!([V2, {"@vocab": "https://w3id.org/security/undefinedTerm#"}, OB]),
        ),
        ("b04-swapped", j!([OB, V2])),
        ("b04-without-first", j!([OB])),
        ("b04-twice", j!([V2, V2, OB])),
        ("b04-none", j!([])),
        ("b04-null", j!(null)),
        ("b05-http", j!(["http://www.w3.org/ns/credentials/v2", OB])),
        ("b05-slash", j!([format!("{V2}/"), OB])),
        ("b05-fragment", j!([format!("{V2}#"), OB])),
        (
            "b05-capitals",
            j!(["HTTPS://WWW.W3.ORG/ns/credentials/v2", OB]),
        ),
        (
            "b05-cyrillic",
            j!(["https://www.w3.org/n\u{0455}/credentials/v2", OB]),
        ),
        ("b06-remote", j!([V2, OB, evil])),
        (
            "b06-remote-inside",
            j!([V2, OB, "http://169.254.169.254/latest/meta-data/"]),
        ),
        ("b06-file", j!([V2, OB, "file:///etc/passwd"])),
        (
            "b14-unknown-version",
            j!([
                V2,
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.9.json"
            ]),
        ),
    ] {
        cases.json(
            &format!("{name}-sealed"),
            &sealed(|d| set(d, "", "@context", context.clone())),
        );
        if name.starts_with("b02") || name.starts_with("b04") {
            cases.json(name, &broken(|d| set(d, "", "@context", context)));
        }
    }
    cases.json(
        "b04-missing",
        &sealed(|d| {
            d.remove("@context");
        }),
    );
    let scoped = |d: &mut Value<'static>| set(d, "/credentialSubject", "@context", j!([OB]));
    cases.json("b07-scoped", &sealed(scoped));
    let many: Vec<String> = (0..1000)
        .map(|n| format!("https://evil.test/{n}"))
        .collect();
    let context = j!([&[V2.to_owned(), OB.to_owned()][..], &many].concat());
    cases.json(
        "b06-thousand-remote",
        &sealed(|d| set(d, "", "@context", context)),
    );
}

fn terms(cases: &mut Cases) {
    let grade = |d: &mut Value<'static>| set(d, "/credentialSubject", "grade", "A+".into());
    cases.json("b01-undefined-term-added", &broken(grade));
    cases.json("b01-good-undefined-term-sealed", &sealed(grade));
    for keyword in [
        "@nest",
        "@reverse",
        "@import",
        "@propagate",
        "@base",
        "@index",
        "@json",
        "@value",
        "@language",
        "@set",
        "@none",
    ] {
        let name = format!("b08-{}", &keyword[1..]);
        cases.json(
            &name,
            &sealed(|d| set(d, "/credentialSubject", keyword, j!({"name": "x"}))),
        );
    }
    for (name, id) in [
        ("path", "../admin"),
        ("fragment", "#x"),
        ("empty", ""),
        ("blank", "_:b0"),
        ("spaces", "urn:a b"),
        ("good-script", "javascript:alert(1)"),
    ] {
        cases.json(
            &format!("b09-id-{name}"),
            &sealed(|d| set(d, ACHIEVEMENT, "id", id.into())),
        );
    }
    let quads = "x\" .\n<urn:a> <urn:b> \"y\u{7f}\u{8}\u{c}";
    let mut injected = plain();
    set(&mut injected, ACHIEVEMENT, "name", quads.into());
    cases.json("b15-good-quotes", &signed(&injected, RDFC));
    cases.json(
        "b15-brackets-in-id",
        &sealed(|d| set(d, ACHIEVEMENT, "id", "urn:a> <urn:b".into())),
    );
    cases.json(
        "b16-two-types",
        &sealed(|d| set(d, "/credentialSubject", "@type", "Person".into())),
    );
    cases.json(
        "b16-two-ids",
        &sealed(|d| set(d, "", "@id", "urn:uuid:other".into())),
    );
}

fn work(cases: &mut Cases) {
    // A signature that would fit no canonical form: the work is what counts.
    cases.json(
        "b10-entangled",
        &broken(|d| set(d, "", "evidence", j!(entangled_by(10)))),
    );
    let ring: Vec<_> = (0..3000)
        .map(|n| j!({"id": format!("_:e{n}"), "https://example.com/next": {"id": format!("_:e{}", (n + 1) % 3000)}}))
        .collect();
    cases.json(
        "b10-ring",
        &broken(|d| set(d, "", "https://example.com/ring", j!(ring))),
    );
    let leaf = j!({"https://example.com/leaf": "x"});
    let hub = j!({"https://example.com/of": vec![leaf; 2000]});
    cases.json(
        "b10-hubs",
        &broken(|d| set(d, "", "https://example.com/hub", j!([hub, hub]))),
    );
    let list = j!({"@list": vec!["same"; 3000]});
    cases.json(
        "b10-long-list",
        &broken(|d| set(d, "", "https://example.com/list", list)),
    );
    // The same eight times over: each proof would be checked by itself.
    let mut eight = broken(|d| set(d, "", "evidence", j!(entangled_by(9))));
    let proof = eight.pointer("/proof/0").expect("a proof").clone();
    eight.set("proof", Value::Array(vec![proof; 8]));
    cases.json("b10-entangled-eight-proofs", &eight);

    let same = vec![j!({"type": ["Evidence"], "name": "x"}); 1500];
    cases.json(
        "b10-identical-nodes",
        &broken(|d| set(d, "", "evidence", j!(same))),
    );
    let same =
        vec![j!({"type": ["IdentifierEntry"], "identifier": "x", "identifierType": "name"}); 1500];
    cases.json(
        "b10-identical-identifiers",
        &broken(|d| set(d, "/issuer", "otherIdentifier", j!(same))),
    );
    let names =
        vec![j!({"type": ["Alignment"], "targetName": "x", "targetUrl": "https://a.test/x"}); 1200];
    cases.json(
        "b10-identical-alignments",
        &broken(|d| set(d, ACHIEVEMENT, "alignment", j!(names))),
    );
    cases.bytes(
        "b11-brackets.json",
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
    );
    cases.bytes("b11-braces.json", "{\"a\":".repeat(40_000));
    let nested = |depth: usize| (0..depth).fold(j!("x"), |inner, _| j!({"name": inner}));
    cases.json(
        "b11-depth-60",
        &sealed(|d| set(d, "", "evidence", nested(60))),
    );
    cases.bytes("b11-depth-65.json", nested(65).to_string());
    let text = json::text(&good());
    let tags: Vec<String> = (0..10_001).map(|n| format!("t{n}")).collect();
    cases.json(
        "b12-quads",
        &broken(|d| set(d, ACHIEVEMENT, "tag", j!(tags))),
    );
    let long = text.replacen("Tie a bowline", &"x".repeat(1024 * 1024), 1);
    cases.bytes("b12-narrative-1-mib.json", long);
    let just = text.replacen(
        "Tie a bowline",
        &"x".repeat(257 * 1024 - text.len() + 13),
        1,
    );
    assert_eq!(just.len(), 257 * 1024);
    cases.bytes("b12-257-kib.json", just);
    cases.bytes(
        "b12-spaces-3-mib.json",
        format!("{}{text}", " ".repeat(3 << 20)),
    );
    let members: String = (0..20_000).map(|n| format!("\"m{n}\":1,")).collect();
    cases.bytes("b12-members.json", format!("{{{members}\"z\":0}}"));
    let numbers = vec!["1e300"; 40_000].join(",");
    cases.bytes("b12-numbers.json", format!("{{\"type\":[{numbers}]}}"));
}

/// Nodes without a name, each pointing at all others.
fn entangled_by(count: usize) -> Vec<serde_json::Value> {
    (0..count)
        .map(|n| {
            let others: Vec<_> = (0..count)
                .filter(|other| *other != n)
                .map(|other| j!({"id": format!("_:e{other}")}))
                .collect();
            j!({"id": format!("_:e{n}"), "type": "Evidence", "https://example.com/beside": others})
        })
        .collect()
}
