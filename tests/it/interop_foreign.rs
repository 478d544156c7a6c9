//! Credentials that independent software issued in ways we do not write are taken, and refused when
//! changed: npm `@digitalbazaar` cryptosuites with P-256 and P-384 keys, `Ed25519Signature2020`,
//! selective disclosure, and `jose` with EdDSA, ES256, ES384, ES512 and RS256.

use serde_json::{Value, json};
use skillmark::{
    json::{parse, text},
    keys::PublicKey,
    verify::{CheckId, Form, Known, Outcome, Report, Verdict},
};

use crate::{credential::sample, node, verify::check_text};

/// Those without ordered lists: the peers' selective disclosure cannot take a list apart.
const SAMPLES: [&str; 5] = [
    "simple",
    "rich-rubric",
    "unicode",
    "did-subject",
    "alignments",
];

/// What the peers made of each sample, without its status: a list has an issuer of its own.
fn issued() -> Vec<Value> {
    let credentials: Vec<Value> = SAMPLES
        .iter()
        .map(|name| {
            let mut credential = sample(name);
            credential.remove("credentialStatus");
            serde_json::from_str(&text(&credential)).expect("JSON")
        })
        .collect();
    let question = json!({
        "created": "2026-03-02T08:00:00Z",
        "credentials": credentials,
        "mandatory": ["/issuer", "/validFrom"],
        "selective": ["/id", "/credentialSubject/id", "/credentialSubject/achievement"],
    });
    let Value::Array(answers) = node::run("issue-foreign.mjs", &[], &question.to_string()) else {
        panic!("a list is expected");
    };
    assert_eq!(answers.len(), SAMPLES.len());
    answers
}

fn report(text: &str) -> Report {
    check_text(&Known::nothing(), text)
}

/// The members of an answer's object.
fn each<'v>(answer: &'v Value, name: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    answer[name].as_object().expect(name).iter()
}

#[test]
fn proofs_of_other_suites_by_other_software() {
    let mut ways = Vec::new();
    for (name, answer) in SAMPLES.iter().zip(issued()) {
        for (way, document) in each(&answer, "documents") {
            ways.push(way.clone());
            let good = report(&document.to_string());
            // These show no end and no status: they may have been left out.
            let expected = match way.as_str() {
                "ecdsa-sd-2023" => (Verdict::CannotTell, Some("may_be_withheld")),
                _ => (Verdict::Valid, None),
            };
            let proved = good.check(CheckId::Proof).map(|check| check.outcome);
            assert_eq!(proved, Some(Outcome::Pass), "{name} {way}: {good:#?}");
            assert_eq!(
                (good.verdict, good.reason),
                expected,
                "{name} {way}: {good:#?}"
            );

            let mut changed = document.clone();
            changed["credentialSubject"]["achievement"]["name"] = "Something greater".into();
            let told = report(&changed.to_string());
            assert_eq!(told.verdict, Verdict::Invalid, "{name} {way}");
            let mut later = document.clone();
            later["proof"]["created"] = "2026-03-02T08:00:01Z".into();
            let told = report(&later.to_string());
            assert_eq!(told.verdict, Verdict::Invalid, "{name} {way}");

            if way == "ecdsa-sd-2023" {
                let shown = document["credentialSubject"]
                    .as_object()
                    .expect("a subject");
                assert!(!shown.contains_key("result"), "{name}");
                let proof = good.check(CheckId::Proof).expect("a check");
                assert!(proof.sentence.contains("may have left parts out"));
                // A holder may leave more out, but not without its signatures saying so.
                let mut less = document.clone();
                let subject = less["credentialSubject"].as_object_mut();
                subject.expect("a subject").remove("id");
                assert_eq!(report(&less.to_string()).verdict, Verdict::Invalid);
            }
        }
    }
    ways.sort();
    ways.dedup();
    assert_eq!(
        ways,
        [
            "Ed25519Signature2020",
            "ecdsa-jcs-2019 P-256",
            "ecdsa-jcs-2019 P-384",
            "ecdsa-rdfc-2019 P-256",
            "ecdsa-rdfc-2019 P-384",
            "ecdsa-sd-2023",
        ]
    );
}

#[test]
fn tokens_of_jose_with_every_algorithm() {
    for (name, answer) in SAMPLES.iter().zip(issued()) {
        for (way, made) in each(&answer, "tokens") {
            let jwt = made["jwt"].as_str().expect("a token");
            let good = report(jwt);
            assert_eq!(good.verdict, Verdict::Valid, "{name} {way}: {good:#?}");
            let form = match way.split_once(' ') {
                Some((_, "jose")) => Form::JoseCose,
                Some((_, "vcdm 1.1")) => Form::Vcdm11Jwt,
                _ => Form::OpenBadgesJwt,
            };
            assert_eq!(good.form, Some(form), "{way}");

            let jwk = parse(&made["jwk"].to_string()).expect("JSON").into_owned();
            let key = PublicKey::from_jwk(&jwk).expect("a key");
            assert_eq!(Some(&*key.thumbprint()), made["thumbprint"].as_str());

            for at in [jwt.find('.').expect("a dot") + 9, jwt.len() - 9] {
                let mut bytes = jwt.to_owned().into_bytes();
                bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
                let changed = String::from_utf8(bytes).expect("text");
                assert_eq!(report(&changed).verdict, Verdict::Invalid, "{name} {way}");
            }
        }
    }
}
