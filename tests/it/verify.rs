//! The verifier: what is good is green, what is wrong is red, and what could not be checked is
//! neither. The rows of the threat table have files of their own beside this one.

use skillmark::{
    bake,
    clock::Timestamp,
    did,
    json::{self, Value},
    keys::SigningKey,
    proof::{self, ProofOptions, jwt},
    status::{List, ListCredential, Purpose},
    verify::{self, Check, CheckId, Known, Options, Outcome, Recipient, Report, Verdict},
};

use crate::credential::{SAMPLES, sample};

/// The seed of the W3C vectors, whose did:key issues our samples.
pub(crate) const SEED: &str = "c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6";

/// The issuer of the samples: V in the threat table.
pub(crate) fn issuer_key() -> SigningKey {
    let mut seed = [0; 32];
    for (i, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&SEED[2 * i..2 * i + 2], 16).expect("hex");
    }
    SigningKey::from_seed(&seed)
}

/// Somebody else: K in the threat table.
pub(crate) fn other_key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// When the tests ask.
pub(crate) fn now() -> Timestamp {
    at("2026-04-01T12:00:00Z")
}

/// When the tests' proofs were made.
pub(crate) fn created() -> Timestamp {
    at("2026-03-01T10:00:05Z")
}

pub(crate) fn suite(name: &str) -> &'static dyn proof::Suite {
    proof::suite(name).expect("a suite")
}

/// `document` signed by `key` under `method`.
pub(crate) fn signed_as(
    document: &Value<'static>,
    name: &str,
    key: &SigningKey,
    method: &str,
) -> Value<'static> {
    let options = ProofOptions::new(method, created());
    proof::secure(document.clone(), suite(name), &options, key).expect("signs")
}

/// `document` signed by its own issuer.
pub(crate) fn signed(document: &Value<'static>, name: &str) -> Value<'static> {
    let key = issuer_key();
    signed_as(document, name, &key, &did::key::method_url(&key.public()))
}

/// The status lists that the samples name, with these bits set, signed by their issuer.
pub(crate) fn lists(set: &[usize]) -> Known {
    let url = "https://skillmark.example/status/7rZc3cR1TnWl0dXyqk8wVA";
    let list = signed(&status_list(url, set), "eddsa-rdfc-2022");
    Known::nothing().with_status_list(url, json::text(&list), at("2026-04-01T11:59:00Z"))
}

/// The list credential at `url`, unsigned, with these bits set.
pub(crate) fn status_list(url: &str, set: &[usize]) -> Value<'static> {
    let mut list = List::new(0);
    for index in set {
        list.set(*index, true).expect("in range");
    }
    ListCredential {
        kind: skillmark::status::Kind::Bitstring,
        url: url.to_owned(),
        issuer: did::key::did(&issuer_key().public()).to_string(),
        purposes: vec![Purpose::Revocation],
        list,
        valid_from: Some(at("2026-03-01T00:00:00Z")),
        valid_until: None,
        ttl_ms: None,
    }
    .to_json()
}

pub(crate) fn check_text(sources: &Known, text: &str) -> Report {
    let report = verify::verify_known(sources, text.as_bytes(), &Options::default(), now());
    crate::support::report::holds(&report);
    report
}

pub(crate) fn check(document: &Value) -> Report {
    check_text(&lists(&[]), &json::text(document))
}

/// The outcome and reason of one check, and the verdict.
pub(crate) fn told(report: &Report, id: CheckId) -> (Verdict, Outcome, Option<&'static str>) {
    let check = report.check(id).unwrap_or_else(|| panic!("{report:#?}"));
    (report.verdict, check.outcome, check.reason)
}

#[test]
fn every_sample_signed_in_every_way_is_valid() {
    for name in SAMPLES {
        for suite in ["eddsa-rdfc-2022", "eddsa-jcs-2022"] {
            let report = check(&signed(&sample(name), suite));
            assert_eq!(
                report.verdict,
                Verdict::Valid,
                "{name} {suite}: {report:#?}"
            );
            assert!(report.claim.expect("a claim").verified().is_some());
        }
        let key = issuer_key();
        let token =
            jwt::sign(&sample(name), &did::key::method_url(&key.public()), &key).expect("signs");
        let report = check_text(&lists(&[]), &token);
        assert_eq!(report.verdict, Verdict::Valid, "{name} jwt: {report:#?}");
    }
}

#[test]
fn a_report_is_asserted_whole() {
    let report = check(&signed(&sample("percent"), "eddsa-rdfc-2022"));
    let lines: Vec<String> = report
        .checks
        .iter()
        .map(
            |Check {
                 id,
                 outcome,
                 sentence,
                 ..
             }| format!("{id:?} {outcome:?}: {sentence}"),
        )
        .collect();
    assert_eq!(
        lines,
        [
            "Parse Pass: The document can be read, in one way only.",
            "Format Pass: This is an Open Badges 3.0 credential, written as JSON.",
            "Context Pass: Every vocabulary it uses is known here.",
            "JsonldSafe Pass: Nothing in it has a second meaning.",
            "Type Pass: It says that it is an Open Badges credential.",
            "Schema Pass: It has the form that Open Badges 3.0 asks for.",
            "Subject Pass: It says whose it is, by an identifier.",
            "Proof Pass: The text is exactly what was signed (eddsa-rdfc-2022).",
            "KeyBinding Pass: The issuer is known only by this key; the key and the issuer's identifier are one.",
            "Refresh Skipped: It does not say where to find a newer version.",
            "Status Skipped: It names no list in which it could be taken back.",
            "ValidFrom Pass: It holds since 1 March 2026, 10:00 UTC.",
            "ValidUntil Pass: It holds until 1 March 2028, 10:00 UTC.",
            "Recipient Skipped: You have not said to whom it should belong.",
            "Endorsements Skipped: Nobody else has endorsed it.",
        ]
    );
    assert_eq!(
        report.sentence,
        "Signed by Harbour Tutoring (did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2); nothing in it was changed, it says nothing about being taken back, and it has not expired."
    );
    assert_eq!(
        report.trust.sentence,
        "No list of trusted issuers was used: whether to trust the issuer is yours to say."
    );
    let json = serde_json::to_value(&report).expect("json");
    assert_eq!(json["verdict"], "valid");
    assert_eq!(json["checks"][2]["id"], "context");
    assert_eq!(json["checked_at"], "2026-04-01T12:00:00Z");
    assert_eq!(json["claim"]["scores"][0]["value"], "92.5");
}

#[test]
fn h15_both_ends_are_inclusive() {
    let until = |second: &str| {
        let mut document = sample("percent");
        document.set("validUntil", Value::from(second.to_owned()));
        told(
            &check(&signed(&document, "eddsa-jcs-2022")),
            CheckId::ValidUntil,
        )
    };
    let good = (Verdict::Valid, Outcome::Pass, None);
    assert_eq!(until("2026-04-01T12:00:00Z"), good);
    assert_eq!(until("2026-04-01T12:00:01Z"), good);
    assert_eq!(
        until("2026-04-01T11:59:59Z"),
        (Verdict::Invalid, Outcome::Fail, Some("expired"))
    );
    let from = |second: &str| {
        let mut document = sample("percent");
        document.set("validFrom", Value::from(second.to_owned()));
        told(
            &check(&signed(&document, "eddsa-jcs-2022")),
            CheckId::ValidFrom,
        )
    };
    let early = (Verdict::Invalid, Outcome::Fail, Some("not_yet_valid"));
    assert_eq!(from("2026-04-01T12:00:00Z"), good);
    assert_eq!(from("2026-04-01T12:00:01Z"), good);
    assert_eq!(from("2026-04-01T12:05:00Z"), good);
    assert_eq!(from("2026-04-01T12:05:01Z"), early);
}

#[test]
fn h14_odd_dates_are_never_valid() {
    for date in [
        "2016-12-31T23:59:60Z",
        "2026-03-01T10:00:00",
        "10000-01-01T00:00:00Z",
        "2026-03-01t10:00:00z",
        "0000-01-01T00:00:00Z",
        "2026-02-30T10:00:00Z",
    ] {
        let mut document = sample("percent");
        document.set("validFrom", Value::from(date));
        let report = check(&signed(&document, "eddsa-jcs-2022"));
        assert_eq!(
            told(&report, CheckId::ValidFrom),
            (Verdict::Invalid, Outcome::Fail, Some("malformed_date")),
            "{date}"
        );
    }
}

#[test]
fn a_recipient_is_compared_only_when_asked() {
    let text = json::text(&signed(&sample("adult-email"), "eddsa-rdfc-2022"));
    let ask = |recipient: Recipient| {
        let options = Options {
            recipient: Some(recipient),
            ..Options::default()
        };
        let report = verify::verify_known(&Known::nothing(), text.as_bytes(), &options, now());
        told(&report, CheckId::Recipient)
    };
    let good = (Verdict::Valid, Outcome::Pass, None);
    assert_eq!(ask(Recipient::email("jjefferson18@example.com")), good);
    assert_eq!(ask(Recipient::email(" JJefferson18@Example.com ")), good);
    assert_eq!(
        ask(Recipient::email("other@example.com")),
        (Verdict::Invalid, Outcome::Fail, Some("other_recipient"))
    );
    assert_eq!(
        ask(Recipient::name("J. Jefferson")),
        (
            Verdict::CannotTell,
            Outcome::Unknown,
            Some("recipient_not_said")
        )
    );
}

#[test]
fn pictures_tokens_and_links_lead_to_the_same_answer() {
    let document = signed(&sample("simple"), "eddsa-rdfc-2022");
    let text = json::text(&document);
    let link = "https://skillmark.example/c/AAAAAAAAAAAAAAAAAAAAAA";
    let sources = Known::nothing().with_credential(link, text.clone(), now());
    let picture = bake::picture::Picture {
        achievement: "Bowline",
        issuer: "Harbour",
        month: "",
        level: None,
    };
    let svg = bake::bake(picture.svg().as_bytes(), &text).expect("bakes");
    let png = bake::bake(&picture.png(128).expect("draws"), &text).expect("bakes");
    let qr = bake::qr::Qr::of(link).expect("fits").png(6);
    for (what, bytes) in [
        ("json", text.clone().into_bytes()),
        ("with a mark", format!("\u{feff}{text}\n").into_bytes()),
        ("svg", svg),
        ("png", png),
        ("qr", qr),
        ("link", link.as_bytes().to_vec()),
    ] {
        let report = verify::verify_known(&sources, &bytes, &Options::default(), now());
        assert_eq!(
            report.verdict,
            Verdict::Valid,
            "{what}: {}",
            report.sentence
        );
    }
    let elsewhere = check_text(&Known::nothing(), link);
    assert_eq!(
        told(&elsewhere, CheckId::Parse),
        (
            Verdict::CannotTell,
            Outcome::Unknown,
            Some("link_not_fetched")
        )
    );
}

#[test]
fn what_is_not_read_yet_is_named_and_never_green() {
    let cases = [
        (
            r#"{"@context":"https://www.w3.org/ns/credentials/v2","type":"EnvelopedVerifiableCredential","id":"data:application/vc+sd-jwt,e.e.e~"}"#,
            "This is an envelope with an SD-JWT. Skillmark does not read that yet, so it was not checked.",
        ),
        (
            "openid-credential-offer://?credential_offer_uri=https://wallet.example/1",
            "This is an offer for a wallet (OpenID4VCI). Skillmark does not read that yet, so it was not checked.",
        ),
    ];
    for (text, sentence) in cases {
        let report = check_text(&Known::nothing(), text);
        assert_eq!(
            told(&report, CheckId::Format),
            (Verdict::CannotTell, Outcome::Unknown, Some("not_read_yet"))
        );
        assert_eq!(
            report.check(CheckId::Format).expect("a check").sentence,
            sentence
        );
    }
}

#[test]
fn a_credential_about_something_else_is_not_called_a_badge() {
    let list = signed(
        &status_list("https://skillmark.example/status/x", &[]),
        "eddsa-rdfc-2022",
    );
    let report = check(&list);
    assert_eq!(
        told(&report, CheckId::Type),
        (
            Verdict::CannotTell,
            Outcome::Unknown,
            Some("other_credential")
        )
    );
    assert_eq!(told(&report, CheckId::Proof).1, Outcome::Pass);
    assert_eq!(report.claim, None);
}

#[test]
fn the_rubric_is_told_in_order_with_the_level_reached() {
    let mut document = sample("rich-rubric");
    let levels = document
        .pointer_mut("/credentialSubject/achievement/resultDescription/0/rubricCriterionLevel")
        .expect("levels");
    if let Value::Array(levels) = levels {
        levels.reverse();
    }
    let report = check(&signed(&document, "eddsa-rdfc-2022"));
    let claimed = report.claim.expect("a claim");
    let achieved = claimed
        .verified()
        .expect("verified")
        .get()
        .achieved()
        .expect("an achievement");
    let purpose = &achieved.rubric[0];
    let told: Vec<_> = purpose
        .levels
        .iter()
        .map(|l| (l.name.as_str(), l.reached, l.required))
        .collect();
    assert_eq!((purpose.name.as_str(), purpose.ordered), ("Purpose", true));
    assert_eq!(
        told,
        [
            ("Not yet", false, false),
            ("Nearly", false, false),
            ("Meets", false, true),
            ("Exceeds", true, false)
        ]
    );
    assert_eq!(achieved.rubric.len(), 3);
    assert_eq!(
        achieved.evidence[0].digest.as_deref(),
        Some("zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e")
    );
    assert_eq!(
        achieved
            .assessor
            .as_ref()
            .and_then(|a| a.description.as_deref()),
        Some("Reviewer; state licence in English, grades 7 to 12")
    );
}

#[test]
fn nothing_about_the_person_is_in_the_claim() {
    for name in ["full", "adult-email", "rich-rubric"] {
        let document = signed(&sample(name), "eddsa-rdfc-2022");
        let report = check(&document);
        let text = serde_json::to_string(&report).expect("json");
        for pointer in [
            "/credentialSubject/id",
            "/credentialSubject/identifier/0/identityHash",
        ] {
            if let Some(person) = document.pointer(pointer).and_then(Value::as_str) {
                assert!(!text.contains(person), "{name} {pointer}");
            }
        }
    }
}

#[test]
fn a_wrong_schema_is_seen_though_the_signature_is_good() {
    let mut document = sample("full");
    document.set("proof", Value::Array(Vec::new()));
    document.remove("proof");
    // The compact form is not what the strict schema asks for that it names; it means the same.
    let evidence = document.pointer("/evidence/0").expect("evidence").clone();
    document.set("evidence", evidence);
    let report = check(&signed(&document, "eddsa-rdfc-2022"));
    assert_eq!(
        told(&report, CheckId::Schema),
        (Verdict::Valid, Outcome::Pass, None)
    );
    assert_eq!(report.warnings[0].code, "compact_form");
    // A list where the schema wants one object is another form.
    let status = document.get("credentialStatus").expect("a status").clone();
    document.set("credentialStatus", Value::Array(vec![status]));
    let report = check(&signed(&document, "eddsa-rdfc-2022"));
    assert_eq!(
        told(&report, CheckId::Schema),
        (Verdict::Invalid, Outcome::Fail, Some("schema_mismatch"))
    );
}

/// What `verify` returns can cross threads, as every entrance needs.
#[test]
fn verifying_may_move_between_threads() {
    fn is_send<T: Send>(_: T) {}
    let known = Known::nothing();
    is_send(verify::verify(&known, b"{}", &Options::default(), now()));
}
