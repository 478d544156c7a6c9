//! Threats B: what a document must not do to the meaning of what is signed.

use skillmark::{
    json::Value,
    rdf::{
        self, Fault, Kind,
        contexts::{self, CREDENTIALS_V2, Embedded},
        nquads::{self, Hash},
    },
};

const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// A small badge, to be spoilt.
fn badge() -> Value<'static> {
    Value::from(serde_json::json!({
        "@context": [CREDENTIALS_V2, OB],
        "id": "urn:uuid:8f2b0c0e-6d3a-4c4f-9b57-0a1c3b8e7d11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:example:i", "type": "Profile", "name": "Academy"},
        "validFrom": "2026-01-02T03:04:05Z",
        "name": "Welder",
        "credentialSubject": {
            "type": "AchievementSubject",
            "achievement": {
                "id": "urn:uuid:0b8c2c0e-6d3a-4c4f-9b57-0a1c3b8e7d11",
                "type": "Achievement",
                "name": "Welds",
                "description": "A fillet weld.",
                "criteria": {"narrative": "Weld."}
            }
        }
    }))
}

fn set(pointer: &str, key: &str, value: serde_json::Value) -> Value<'static> {
    let mut document = badge();
    document
        .pointer_mut(pointer)
        .expect(pointer)
        .set(key.to_owned(), Value::from(value));
    document
}

/// The strict rules and the canonical form, as a verifier asks for them.
fn read(document: &Value<'_>) -> Result<String, Fault> {
    contexts::check(document)?;
    rdf::canonicalize(document)
}

#[track_caller]
fn refused(document: &Value<'_>) -> (Kind, String) {
    let fault = read(document).expect_err("to be refused");
    (fault.kind, fault.pointer)
}

#[test]
fn the_badge_that_is_spoilt_below_is_good() {
    let lines = read(&badge()).expect("a good badge");
    assert_eq!(lines.lines().count(), 15, "{lines}");
}

#[test]
fn b1_undefined_term() {
    assert_eq!(
        refused(&set("", "grade", "A+".into())),
        (Kind::DataLoss, "/grade".into())
    );
    assert_eq!(Kind::DataLoss.code(), "DATA_LOSS_DETECTION_ERROR");
    assert_eq!(
        refused(&set(
            "/credentialSubject/achievement",
            "targetName",
            "x".into()
        )),
        (
            Kind::DataLoss,
            "/credentialSubject/achievement/targetName".into()
        ),
        "a term of another type"
    );
    assert_eq!(
        refused(&set("/credentialSubject", "type", "Learner".into())),
        (Kind::DataLoss, "/credentialSubject/type".into())
    );
    assert_eq!(
        refused(&set(
            "/credentialSubject/achievement",
            "name",
            serde_json::json!({"@value": null})
        )),
        (Kind::DataLoss, "/credentialSubject/achievement/name".into())
    );
}

#[test]
fn b2_inline_context() {
    let inline = serde_json::json!([CREDENTIALS_V2, OB, {"name": "https://evil.test/n"}]);
    let document = set("", "@context", inline);
    let expected = (Kind::RefusedContext, "/@context/2".to_owned());
    assert_eq!(refused(&document), expected);
    let fault = rdf::canonicalize(&document).expect_err("also without the strict rules");
    assert_eq!((fault.kind, fault.pointer), expected);
}

#[test]
fn b3_vocab_catch_all() {
    let vocab = serde_json::json!([
        CREDENTIALS_V2,
        {"@vocab": "https://w3id.org/security/undefinedTerm#"},
        OB
    ]);
    assert_eq!(
        refused(&set("", "@context", vocab)),
        (Kind::RefusedContext, "/@context/1".into())
    );
}

#[test]
fn b4_context_order() {
    for (list, at) in [
        (vec![OB, CREDENTIALS_V2], "/@context/0"),
        (vec![OB], "/@context/0"),
        (vec![CREDENTIALS_V2, OB, OB], "/@context/2"),
        (vec![CREDENTIALS_V2, OB, CREDENTIALS_V2], "/@context/2"),
        (vec![], "/@context"),
    ] {
        assert_eq!(
            refused(&set("", "@context", list.into())),
            (Kind::RefusedContext, at.into())
        );
    }
    let mut document = badge();
    document.remove("@context");
    assert_eq!(refused(&document), (Kind::RefusedContext, String::new()));
}

#[test]
fn b5_look_alike_context() {
    for first in [
        "http://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/v2/",
        "https://www.w3.org/ns/credentials/v2#",
        "HTTPS://WWW.W3.ORG/ns/credentials/v2",
        "https://www.w3.org/ns/\u{441}redentials/v2",
    ] {
        let list = serde_json::json!([first, OB]);
        assert_eq!(
            refused(&set("", "@context", list)),
            (Kind::RefusedContext, "/@context/0".into()),
            "{first}"
        );
    }
    for second in [
        "http://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json#",
        "https://PURL.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/\u{441}ontext-3.0.3.json",
    ] {
        let list = serde_json::json!([CREDENTIALS_V2, second]);
        assert_eq!(
            refused(&set("", "@context", list)),
            (Kind::RefusedContext, "/@context/1".into()),
            "{second}"
        );
    }
}

/// No code here can fetch; that the verifier opens no connection is asserted beside it.
#[test]
fn b6_remote_context() {
    let list = serde_json::json!([CREDENTIALS_V2, OB, "https://evil.test/ctx.json"]);
    assert_eq!(
        refused(&set("", "@context", list)),
        (Kind::UnknownContext, "/@context/2".into())
    );
}

#[test]
fn b7_context_in_a_subtree() {
    for context in [
        serde_json::json!(CREDENTIALS_V2),
        serde_json::json!([OB]),
        serde_json::json!({}),
        serde_json::json!(null),
    ] {
        assert_eq!(
            refused(&set("/credentialSubject", "@context", context)),
            (Kind::RefusedContext, "/credentialSubject/@context".into())
        );
    }
}

#[test]
fn b7_embedded_credentials_keep_the_rules() {
    let embedded = Embedded {
        members: &["endorsement"],
        skip: &["proof"],
        examples: false,
    };
    let endorsement = |context: serde_json::Value| {
        set(
            "",
            "endorsement",
            serde_json::json!([{"@context": context}]),
        )
    };
    let good = endorsement(serde_json::json!([CREDENTIALS_V2, OB]));
    assert_eq!(contexts::check_with(&good, embedded), Ok(()));
    assert_eq!(
        contexts::check(&good).expect_err("not by itself").kind,
        Kind::RefusedContext
    );
    let bad = endorsement(serde_json::json!([OB]));
    assert_eq!(
        contexts::check_with(&bad, embedded)
            .expect_err("order")
            .pointer,
        "/endorsement/0/@context/0"
    );
    let skipped = set("", "proof", serde_json::json!({"@context": "x"}));
    assert_eq!(contexts::check_with(&skipped, embedded), Ok(()));
}

#[test]
fn b8_keywords() {
    for keyword in [
        "@nest",
        "@reverse",
        "@import",
        "@propagate",
        "@base",
        "@index",
        "@json",
        "@graph",
        "@included",
        "@vocab",
        "@version",
        "@foo",
    ] {
        for pointer in ["", "/credentialSubject", "/credentialSubject/achievement"] {
            let document = set(pointer, keyword, serde_json::json!({"name": "x"}));
            let expected = (Kind::Keyword, format!("{pointer}/{keyword}"));
            assert_eq!(refused(&document), expected);
            let fault = rdf::canonicalize(&document).expect_err("also without the strict rules");
            assert_eq!((fault.kind, fault.pointer), expected);
        }
    }
    let literal = serde_json::json!({"@type": "@json", "@value": {"a": 1}});
    assert_eq!(
        refused(&set("", "name", literal)),
        (Kind::Keyword, "/name/@type".into())
    );
}

#[test]
fn b9_relative_iris() {
    for id in ["../admin", "#x", "", "name", "//h/p", "urn:a b"] {
        assert_eq!(
            refused(&set("", "id", id.into())),
            (Kind::RelativeIri, "/id".into()),
            "{id}"
        );
    }
    assert_eq!(
        refused(&set("", "issuer", "../admin".into())),
        (Kind::RelativeIri, "/issuer".into())
    );
    assert_eq!(
        refused(&set("", "id", "@type".into())),
        (Kind::Keyword, "/id".into())
    );
}

#[test]
fn b10_poison_graph() {
    let suite = |test: &str| {
        let path = format!(
            "{}/tests/vectors/rdfc10/{test}-in.nq",
            env!("CARGO_MANIFEST_DIR")
        );
        nquads::canonicalize(&std::fs::read_to_string(path).expect(test), Hash::Sha256)
    };
    assert_eq!(suite("test074"), Err(nquads::Error::Limit));
    for test in ["test044", "test045", "test046"] {
        assert_eq!(suite(test), suite(test), "{test}");
        assert!(suite(test).is_ok(), "{test}");
    }

    // The JSON-LD version: ten evidence nodes without an identity, each pointing at all others.
    let evidence: Vec<serde_json::Value> = (0..10)
        .map(|n| {
            let others: Vec<serde_json::Value> = (0..10)
                .filter(|other| *other != n)
                .map(|other| serde_json::json!({"id": format!("_:e{other}")}))
                .collect();
            serde_json::json!({
                "id": format!("_:e{n}"),
                "type": "Evidence",
                "https://example.com/beside": others
            })
        })
        .collect();
    assert_eq!(
        refused(&set("", "evidence", evidence.into())),
        (Kind::Limit, String::new())
    );
}

#[test]
fn b10_chains_end_before_the_stack_does() {
    let ring = |size: usize| {
        let nodes: Vec<serde_json::Value> = (0..size)
            .map(|n| {
                serde_json::json!({
                    "id": format!("_:e{n}"),
                    "https://example.com/next": {"id": format!("_:e{}", (n + 1) % size)}
                })
            })
            .collect();
        set("", "https://example.com/ring", nodes.into())
    };
    assert_eq!(read(&ring(20)).expect("a ring").lines().count(), 55);
    assert_eq!(refused(&ring(3000)), (Kind::Limit, String::new()));

    let same = |count: usize| {
        let values = vec!["same"; count];
        set(
            "",
            "https://example.com/list",
            serde_json::json!({"@list": values}),
        )
    };
    assert_eq!(read(&same(50)).expect("a list").lines().count(), 116);
    assert_eq!(refused(&same(3000)), (Kind::Limit, String::new()));
}

#[test]
fn b10_hubs_with_many_leaves() {
    let leaf = serde_json::json!({"https://example.com/leaf": "x"});
    let hub = serde_json::json!({"https://example.com/of": vec![leaf; 2000]});
    let hubs = set("", "https://example.com/hub", serde_json::json!([hub, hub]));
    assert_eq!(refused(&hubs), (Kind::Limit, String::new()));
}

#[test]
fn b12_statements_are_counted() {
    let tags = |count: usize| {
        let tags: Vec<String> = (0..count).map(|n| format!("t{n}")).collect();
        set("/credentialSubject/achievement", "tag", tags.into())
    };
    let lines = read(&tags(rdf::MAX_QUADS - 15)).expect("just enough");
    assert_eq!(lines.lines().count(), rdf::MAX_QUADS);
    assert_eq!(
        refused(&tags(rdf::MAX_QUADS - 14)),
        (Kind::Limit, String::new())
    );
}

#[test]
fn b13_pins_hold_at_start_up() {
    assert_eq!(contexts::self_check(), Ok(()));
}

#[test]
fn b14_every_version_has_its_context_and_others_are_unknown() {
    let ob = "https://purl.imsglobal.org/spec/ob/v3p0/context";
    for (first, second) in [
        (contexts::CREDENTIALS_V1, format!("{ob}.json")),
        (contexts::CREDENTIALS_V1, format!("{ob}-3.0.1.json")),
        (CREDENTIALS_V2, format!("{ob}-3.0.2.json")),
        (CREDENTIALS_V2, format!("{ob}-3.0.3.json")),
    ] {
        let mut document = set("", "@context", serde_json::json!([first, second]));
        if first == contexts::CREDENTIALS_V1 {
            document.remove("validFrom");
        }
        assert!(read(&document).is_ok(), "{second}: {:?}", read(&document));
    }
    let newer = serde_json::json!([CREDENTIALS_V2, format!("{ob}-3.0.9.json")]);
    assert_eq!(
        refused(&set("", "@context", newer)),
        (Kind::UnknownContext, "/@context/1".into())
    );
}

#[test]
fn b15_text_stays_text() {
    let text = "x\" .\n<urn:a> <urn:b> \"y\u{7f}\u{8}\u{c}\\";
    let before = read(&badge()).expect("good").lines().count();
    let lines = read(&set("", "name", text.into())).expect("text is text");
    assert_eq!(lines.lines().count(), before);
    assert!(
        lines.contains(r#"<https://schema.org/name> "x\" .\n<urn:a> <urn:b> \"y\u007F\b\f\\" ."#),
        "{lines}"
    );
    for id in ["urn:x> <urn:y", "urn:x\ny", "urn:x\u{7f}", "_:b\n<urn:x>"] {
        assert_eq!(
            refused(&set("", "id", id.into())),
            (Kind::RelativeIri, "/id".into()),
            "{id:?}"
        );
    }
}

#[test]
fn b16_two_members_for_one_meaning() {
    for (key, value) in [
        ("@type", serde_json::json!("Profile")),
        ("@id", serde_json::json!("urn:other")),
    ] {
        assert_eq!(
            refused(&set("", key, value)),
            (Kind::Collision, format!("/{key}"))
        );
    }
}

#[test]
fn numbers_near_zero_and_noncharacters_are_not_signed() {
    let credits = |n: serde_json::Value| set("/credentialSubject", "creditsEarned", n);
    for number in ["1e-7", "9.99e-7", "-1.5e-7"] {
        let number: serde_json::Value = serde_json::from_str(number).expect("a number");
        assert_eq!(
            refused(&credits(number)),
            (Kind::Number, "/credentialSubject/creditsEarned".into())
        );
    }
    assert!(read(&credits(serde_json::json!(0.000_001))).is_ok());
    assert_eq!(rdf::characters(&badge()), Ok(()));
    for bad in ["\u{fffe}", "a\u{ffff}", "\u{1fffe}", "\u{fdd0}"] {
        let fault = rdf::characters(&set("", "name", bad.into())).expect_err("no character");
        assert_eq!(
            (fault.kind, fault.pointer.as_str()),
            (Kind::Character, "/name")
        );
    }
    assert_eq!(
        rdf::characters(&set("", "name", "\u{fffd}😀".into())),
        Ok(())
    );
}

#[test]
fn language_tags_are_written_in_lower_case() {
    let tagged = serde_json::json!([
        {"@value": "Schweißer", "@language": "de-AT"},
        {"@value": "לחם", "@language": "HE", "@direction": "rtl"}
    ]);
    let lines = read(&set("", "name", tagged)).expect("tags");
    assert!(lines.contains("\"Schweißer\"@de-at ."), "{lines}");
    assert!(
        lines.contains("\"לחם\"^^<https://www.w3.org/ns/i18n#he_rtl> ."),
        "{lines}"
    );
}

#[test]
fn canonicalising_leaves_out_what_it_is_told_to() {
    let signed = set(
        "",
        "proof",
        serde_json::json!({"type": "DataIntegrityProof"}),
    );
    assert_eq!(
        rdf::canonicalize_without(&signed, &["proof"]),
        rdf::canonicalize(&badge())
    );
    assert_ne!(rdf::canonicalize(&signed), rdf::canonicalize(&badge()));
}
