//! Threats B: a document has one meaning, and only known words have any.

use skillmark::{
    json::{self, Value},
    verify::{CheckId, Known, Outcome, Unreadable, Verdict},
};

use crate::{
    credential::sample,
    verify::{check, check_text, signed, told},
    verify_keys::verify_counting,
};

const RDFC: &str = "eddsa-rdfc-2022";
const JCS: &str = "eddsa-jcs-2022";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const VC: &str = "https://www.w3.org/ns/credentials/v2";

/// The simple sample, signed as it was and then given other contexts.
fn with_contexts(contexts: &[Value<'static>]) -> Value<'static> {
    let mut document = signed(&sample("simple"), RDFC);
    document.set("@context", Value::Array(contexts.to_vec()));
    document
}

fn refused(document: &Value) {
    let (report, lookups) = verify_counting(document);
    let (verdict, outcome, _) = told(&report, CheckId::Context);
    assert_eq!(
        (verdict, outcome, lookups),
        (Verdict::Invalid, Outcome::Fail, 0),
        "{}",
        json::text(document.get("@context").unwrap_or(&Value::Null))
    );
}

#[test]
fn b1_undefined_term() {
    let mut document = signed(&sample("simple"), RDFC);
    document.set("grade", Value::from("A+"));
    let report = check(&document);
    assert_eq!(
        told(&report, CheckId::JsonldSafe),
        (
            Verdict::Invalid,
            Outcome::Fail,
            Some("DATA_LOSS_DETECTION_ERROR")
        )
    );
    assert_eq!(
        report.check(CheckId::JsonldSafe).expect("a check").problem,
        Some("https://w3id.org/security#DATA_LOSS_DETECTION_ERROR")
    );
}

#[test]
fn b2_b3_inline_contexts() {
    let inline = |text: &'static str| json::parse(text).expect("json");
    for context in [
        r#"{"name":"https://evil.test/n"}"#,
        r#"{"@vocab":"https://w3id.org/security/undefinedTerm#"}"#,
    ] {
        refused(&with_contexts(&[VC.into(), OB.into(), inline(context)]));
        refused(&with_contexts(&[VC.into(), inline(context), OB.into()]));
    }
}

#[test]
fn b4_order_of_contexts() {
    refused(&with_contexts(&[OB.into(), VC.into()]));
    refused(&with_contexts(&[OB.into()]));
    refused(&with_contexts(&[VC.into()]));
    refused(&with_contexts(&[VC.into(), OB.into(), OB.into()]));
    refused(&with_contexts(&[VC.into(), VC.into(), OB.into()]));
    refused(&with_contexts(&[]));
}

#[test]
fn b5_look_alikes() {
    for url in [
        "http://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/v2/",
        "https://www.w3.org/ns/credentials/v2#",
        "HTTPS://WWW.W3.ORG/ns/credentials/v2",
        "https://www.w3.org/nѕ/credentials/v2",
    ] {
        refused(&with_contexts(&[url.into(), OB.into()]));
    }
    refused(&with_contexts(&[
        VC.into(),
        "http://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json".into(),
    ]));
}

#[test]
fn b6_b14_unknown_contexts_are_not_fetched() {
    for url in [
        "https://evil.test/ctx.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.9.json",
    ] {
        let contexts = if url.contains("3.0.9") {
            vec![VC.into(), Value::from(url)]
        } else {
            vec![VC.into(), OB.into(), url.into()]
        };
        let (report, lookups) = verify_counting(&with_contexts(&contexts));
        assert_eq!(lookups, 0);
        assert_eq!(
            told(&report, CheckId::Context),
            (
                Verdict::CannotTell,
                Outcome::Unknown,
                Some("unknown_context")
            )
        );
        assert_eq!(told(&report, CheckId::Proof).1, Outcome::Unknown);
    }
}

#[test]
fn b14_every_known_version_verifies() {
    for version in ["-3.0.2", "-3.0.3"] {
        let url = format!("https://purl.imsglobal.org/spec/ob/v3p0/context{version}.json");
        let mut document = sample("simple");
        document.set("@context", Value::Array(vec![VC.into(), url.into()]));
        let report = check(&signed(&document, RDFC));
        assert_eq!(report.verdict, Verdict::Valid, "{version}");
    }
    // The first two published contexts contradict the final one of VCDM 2.0; they go with 1.1.
    for version in ["", "-3.0.1", "-3.0.2", "-3.0.3"] {
        let url = format!("https://purl.imsglobal.org/spec/ob/v3p0/context{version}.json");
        let mut old = sample("simple");
        let v1 = "https://www.w3.org/2018/credentials/v1";
        let security = "https://w3id.org/security/data-integrity/v2";
        old.set(
            "@context",
            Value::Array(vec![v1.into(), url.into(), security.into()]),
        );
        let date = old.remove("validFrom").expect("a date");
        old.set("issuanceDate", date);
        old.set("name", Value::from("An older badge"));
        let report = check(&signed(&old, RDFC));
        assert_eq!(report.verdict, Verdict::Valid, "{version}: {report:#?}");
    }
}

#[test]
fn b7_b8_contexts_and_keywords_inside() {
    for suite in [RDFC, JCS] {
        let mut document = signed(&sample("simple"), suite);
        let subject = document
            .pointer_mut("/credentialSubject")
            .expect("a subject");
        subject.set("@context", Value::Array(vec![OB.into()]));
        assert_eq!(check(&document).verdict, Verdict::Invalid);
    }
    for keyword in [
        "@nest",
        "@reverse",
        "@import",
        "@propagate",
        "@base",
        "@index",
        "@json",
        "@graph",
    ] {
        let mut document = sample("simple");
        document
            .pointer_mut("/credentialSubject")
            .expect("a subject")
            .set(keyword, Value::from("x"));
        let report = check(&signed(&document, JCS));
        assert_eq!(
            told(&report, CheckId::JsonldSafe),
            (Verdict::Invalid, Outcome::Fail, Some("second_meaning")),
            "{keyword}"
        );
    }
}

#[test]
fn b9_relative_identifiers() {
    for id in ["../admin", "#x", ""] {
        for place in ["", "/credentialSubject", "/credentialSubject/achievement"] {
            let mut document = sample("simple");
            document
                .pointer_mut(place)
                .expect("a place")
                .set("id", Value::from(id));
            assert_eq!(
                check(&signed(&document, JCS)).verdict,
                Verdict::Invalid,
                "{place} {id}"
            );
        }
    }
}

#[test]
fn b11_b12_nesting_and_size() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(
        check_text(&Known::nothing(), &deep).unreadable,
        Some(Unreadable::Malformed)
    );
    let deep = format!("{}1{}", r#"{"a":"#.repeat(65), "}".repeat(65));
    assert_eq!(
        check_text(&Known::nothing(), &deep).unreadable,
        Some(Unreadable::Malformed)
    );
    for bytes in [257 * 1024, 1024 * 1024] {
        let large = format!(r#"{{"narrative":"{}"}}"#, "x".repeat(bytes));
        assert_eq!(
            check_text(&Known::nothing(), &large).unreadable,
            Some(Unreadable::TooLarge)
        );
    }
}

#[test]
fn b12_quads() {
    let mut document = sample("simple");
    let tags = (0..10_001).map(|i| Value::from(format!("t{i}"))).collect();
    let achievement = document
        .pointer_mut("/credentialSubject/achievement")
        .expect("an achievement");
    achievement.set("tag", Value::Array(tags));
    let mut signed = signed(&sample("simple"), RDFC);
    document.set("proof", signed.remove("proof").expect("a proof"));
    assert_eq!(
        told(&check(&document), CheckId::JsonldSafe),
        (Verdict::Invalid, Outcome::Fail, Some("LIMIT_ERROR"))
    );
}

#[test]
fn b15_texts_stay_texts() {
    let mut document = sample("simple");
    let achievement = document
        .pointer_mut("/credentialSubject/achievement")
        .expect("an achievement");
    achievement.set(
        "name",
        Value::from("x\" .\n<urn:a> <urn:b> \"y\u{7f}\u{8}\u{c}"),
    );
    let report = check(&signed(&document, RDFC));
    assert_eq!(report.verdict, Verdict::Valid);
    let claim = report.claim.expect("a claim");
    let achieved = claim.claim().achieved().expect("an achievement");
    assert_eq!(achieved.name, "x\" .\n<urn:a> <urn:b> \"y\u{7f}\u{8}\u{c}");
}

#[test]
fn b16_two_names_for_one_member() {
    for suite in [RDFC, JCS] {
        for (keyword, value) in [("@type", "VerifiableCredential"), ("@id", "urn:x")] {
            let mut document = signed(&sample("simple"), suite);
            document.set(keyword, Value::from(value));
            assert_eq!(
                told(&check(&document), CheckId::JsonldSafe),
                (Verdict::Invalid, Outcome::Fail, Some("second_meaning"))
            );
        }
    }
}
