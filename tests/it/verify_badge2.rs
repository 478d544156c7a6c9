//! Open Badges 2.0: the examples of its specification, hosted; what stands at the badge's address
//! counts, and only where its issuer has a say.

use std::fs;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    rsa::{KeyPairComponents, PublicKeyComponents},
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use sha2::{Digest as _, Sha256};
use skillmark::{
    bake,
    json::{self, Value},
    verify::{
        self, CheckId, Form, Known, NotFetched, Options, Outcome, Recipient, Report, Verdict,
    },
};

use crate::verify::{at, told};

const BADGE: &str = "https://example.org/beths-robotics-badge.json";
const CLASS: &str = "https://example.org/robotics-badge.json";
const ISSUER: &str = "https://example.org/organization.json";

fn vector(name: &str) -> Value<'static> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/ob2/");
    let text = fs::read_to_string(format!("{folder}{name}.json")).expect("a vector");
    json::parse(&text).expect("json").into_owned()
}

/// Between the issue and the end of the examples.
fn then() -> skillmark::clock::Timestamp {
    at("2017-03-01T12:00:00Z")
}

fn hosting(documents: &[(&str, &Value<'static>)]) -> Known {
    documents
        .iter()
        .fold(Known::nothing(), |known, (url, document)| {
            known.with_document(url, json::text(document), at("2017-03-01T11:59:00Z"))
        })
}

fn all() -> Known {
    hosting(&[
        (BADGE, &vector("hosted-assertion")),
        (CLASS, &vector("badge-class")),
        (ISSUER, &vector("issuer")),
    ])
}

/// Everything hosted, with the assertion changed so.
fn with_assertion(edit: impl FnOnce(&mut Value<'static>)) -> (Known, Value<'static>) {
    let mut assertion = vector("hosted-assertion");
    edit(&mut assertion);
    let text = json::text(&assertion);
    (all().with_document(BADGE, text, then()), assertion)
}

fn ask(known: &Known, document: &Value) -> Report {
    let text = json::text(document);
    let report = verify::verify_known(known, text.as_bytes(), &Options::default(), then());
    crate::support::report::holds(&report);
    report
}

#[test]
fn a_hosted_badge_is_valid_where_it_stands() {
    let report = ask(&all(), &vector("hosted-assertion"));
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.form, Some(Form::HostedBadge));
    assert_eq!(
        report.sentence,
        "Published by An Example Badge Issuer (example.org); it stands at the issuer's own address, it has not been taken back, and it has not expired."
    );
    let lines: Vec<_> = report.checks.iter().map(|c| (c.id, c.outcome)).collect();
    assert_eq!(
        lines,
        [
            (CheckId::Parse, Outcome::Pass),
            (CheckId::Format, Outcome::Pass),
            (CheckId::Context, Outcome::Pass),
            (CheckId::Schema, Outcome::Pass),
            (CheckId::Subject, Outcome::Pass),
            (CheckId::Proof, Outcome::Pass),
            (CheckId::KeyBinding, Outcome::Pass),
            (CheckId::Refresh, Outcome::Skipped),
            (CheckId::Status, Outcome::Pass),
            (CheckId::ValidFrom, Outcome::Pass),
            (CheckId::ValidUntil, Outcome::Pass),
            (CheckId::Recipient, Outcome::Skipped),
            (CheckId::Endorsements, Outcome::Skipped),
        ]
    );
    let claim = report.claim.expect("a claim");
    let said = claim.verified().expect("verified").get();
    let said = said.achieved().expect("an achievement");
    assert_eq!(said.name, "Awesome Robotics Badge");
    assert_eq!(
        said.criteria_url.as_deref(),
        Some("https://example.org/robotics-badge.html")
    );
    assert_eq!(
        said.evidence[0].url.as_deref(),
        Some("https://example.org/beths-robot-work.html")
    );
    assert_eq!(
        report.issuer.expect("an issuer").domain.as_deref(),
        Some("example.org")
    );
}

#[test]
fn badge_class_and_issuer_written_out_are_read_where_they_stand() {
    let mut assertion = vector("embedded-assertion");
    let known = all().with_document(BADGE, json::text(&assertion), then());
    let report = ask(&known, &assertion);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let class = assertion.pointer_mut("/badge").expect("a class");
    class.set("name", "Master of Robotics".into());
    let known = all().with_document(BADGE, json::text(&assertion), then());
    let claim = ask(&known, &assertion).claim.expect("a claim");
    let said = claim.claim().achieved().expect("an achievement");
    assert_eq!(
        said.name, "Awesome Robotics Badge",
        "what stands there counts"
    );
}

#[test]
fn what_is_gone_or_marked_is_taken_back() {
    let gone = all().without_document(BADGE, NotFetched::Gone);
    let revoked = (Verdict::Invalid, Outcome::Fail, Some("revoked"));
    let document = vector("hosted-assertion");
    assert_eq!(told(&ask(&gone, &document), CheckId::Status), revoked);
    let marked = all().with_document(BADGE, json::text(&vector("revoked-assertion")), then());
    assert_eq!(told(&ask(&marked, &document), CheckId::Status), revoked);
    for (why, reason) in [
        (NotFetched::Missing, "not_hosted"),
        (NotFetched::Elsewhere, "hosted_not_fetched"),
        (NotFetched::Unavailable, "hosted_unavailable"),
    ] {
        let report = ask(&all().without_document(BADGE, why), &document);
        assert_eq!(
            (report.verdict, report.reason),
            (Verdict::CannotTell, Some(reason))
        );
    }
}

#[test]
fn dates_are_held_to() {
    let text = json::text(&vector("hosted-assertion"));
    let on = |day: &str| {
        verify::verify_known(&all(), text.as_bytes(), &Options::default(), at(day)).reason
    };
    assert_eq!(on("2017-06-30T23:59:59Z"), None);
    assert_eq!(on("2017-07-01T00:00:00Z"), Some("expired"));
    assert_eq!(on("2016-12-01T00:00:00Z"), Some("not_yet_valid"));
    let (known, assertion) = with_assertion(|a| a.set("issuedOn", "2016-12-31".into()));
    let report = ask(&known, &assertion);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.warnings[0].code, "date_without_offset");
    let (known, assertion) = with_assertion(|a| a.set("issuedOn", "soon".into()));
    assert_eq!(ask(&known, &assertion).reason, Some("malformed_date"));
}

#[test]
fn a_copy_that_says_something_else_is_not_that_badge() {
    let forged = {
        let mut copy = vector("hosted-assertion");
        let recipient = copy.get_mut("recipient").expect("a recipient");
        recipient.set("identity", "thief@evil.test".into());
        recipient.set("hashed", Value::Bool(false));
        copy
    };
    let report = ask(&all(), &forged);
    assert_eq!(
        told(&report, CheckId::Proof),
        (Verdict::Invalid, Outcome::Fail, Some("copy_differs"))
    );
    let mut longer = vector("hosted-assertion");
    longer.set("expires", "2099-01-01T00:00:00Z".into());
    assert_eq!(ask(&all(), &longer).reason, Some("copy_differs"));
}

#[test]
fn d20_a_badge_stands_where_its_issuer_has_a_say() {
    let evil = "https://evil.test/a";
    let scope = (
        Verdict::Invalid,
        Outcome::Fail,
        Some("outside_issuer_scope"),
    );
    // An assertion elsewhere that names the victim's badge class, and so the victim.
    let mut assertion = vector("hosted-assertion");
    assertion.set("id", evil.into());
    let known = all().with_document(evil, json::text(&assertion), then());
    assert_eq!(told(&ask(&known, &assertion), CheckId::KeyBinding), scope);
    // And with a badge class of the forger's, naming the victim as its issuer.
    let mut class = vector("badge-class");
    class.set("id", "https://evil.test/class".into());
    assertion.set("badge", "https://evil.test/class".into());
    let known = all()
        .with_document(evil, json::text(&assertion), then())
        .with_document("https://evil.test/class", json::text(&class), then());
    assert_eq!(told(&ask(&known, &assertion), CheckId::KeyBinding), scope);
    // A look-alike of what the issuer allows.
    let mut issuer = vector("issuer");
    let rules = r#"{"startsWith":"https://example.org"}"#;
    issuer.set("verification", json::parse(rules).expect("json"));
    let alike = "https://example.org.evil.test/a";
    let mut assertion = vector("hosted-assertion");
    assertion.set("id", alike.into());
    let known = all()
        .with_document(ISSUER, json::text(&issuer), then())
        .with_document(alike, json::text(&assertion), then());
    assert_eq!(told(&ask(&known, &assertion), CheckId::KeyBinding), scope);
    // After redirects, what came says that it is another.
    let known = all().with_document(evil, json::text(&vector("hosted-assertion")), then());
    let mut copy = vector("hosted-assertion");
    copy.set("id", evil.into());
    assert_eq!(
        told(&ask(&known, &copy), CheckId::Proof),
        (Verdict::Invalid, Outcome::Fail, Some("hosted_id_mismatch"))
    );
    // An issuer that is written out, and has no address, has no say anywhere.
    let mut nameless = vector("embedded-assertion");
    let issuer = nameless.pointer_mut("/badge/issuer").expect("an issuer");
    issuer.set("id", "urn:uuid:1".into());
    nameless
        .pointer_mut("/badge")
        .expect("one")
        .set("id", "urn:uuid:2".into());
    let known = all().with_document(BADGE, json::text(&nameless), then());
    assert_eq!(told(&ask(&known, &nameless), CheckId::KeyBinding), scope);
}

#[test]
fn parts_that_cannot_be_read_leave_it_open() {
    for (url, why) in [
        (CLASS, NotFetched::Unavailable),
        (ISSUER, NotFetched::Missing),
    ] {
        let known = all().without_document(url, why);
        let report = ask(&known, &vector("hosted-assertion"));
        assert_eq!(
            (report.verdict, report.reason),
            (Verdict::CannotTell, Some("part_not_fetched")),
            "{url}"
        );
    }
}

fn hashed(address: &str, salt: &str) -> String {
    let digest = Sha256::digest(format!("{address}{salt}"));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256${hex}")
}

#[test]
fn a_recipient_is_compared_by_its_hash_or_as_written() {
    let made_out = |identity: String, hashed: bool| {
        with_assertion(|assertion| {
            let recipient = assertion.get_mut("recipient").expect("a recipient");
            recipient.set("identity", identity.into());
            recipient.set("hashed", Value::Bool(hashed));
        })
    };
    let ask = |(known, document): (Known, Value<'static>), address: &str| {
        let options = Options {
            recipient: Some(Recipient::email(address)),
            ..Options::default()
        };
        let text = json::text(&document);
        let report = verify::verify_known(&known, text.as_bytes(), &options, then());
        (told(&report, CheckId::Recipient), report.warnings.len())
    };
    let good = (Verdict::Valid, Outcome::Pass, None);
    let beth = "beth@example.org";
    let salted = || made_out(hashed(beth, "deadsea"), true);
    assert_eq!(ask(salted(), beth), (good, 0));
    let other = (Verdict::Invalid, Outcome::Fail, Some("other_recipient"));
    assert_eq!(ask(salted(), "eve@example.org"), (other, 0));
    assert_eq!(ask(made_out(beth.to_owned(), false), beth), (good, 0));
    // md5 of beth@example.orgdeadsea
    let md5 = "md5$b2c0c0a4d1fb6a3c9d9b3a8c7d2e6f10".to_owned();
    let (told, warnings) = ask(made_out(md5, true), beth);
    assert_eq!((told, warnings), (other, 1));
}

#[test]
fn pictures_of_open_badges_2_are_opened() {
    let svg = |inside: &str| {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="http://openbadges.org">{inside}</svg>"#
        )
    };
    let by_address = svg(&format!(r#"<openbadges:assertion verify="{BADGE}"/>"#));
    assert!(bake::extract(by_address.as_bytes()).is_ok());
    let written = svg(&format!(
        r#"<openbadges:assertion><![CDATA[{}]]></openbadges:assertion>"#,
        json::text(&vector("hosted-assertion"))
    ));
    for picture in [by_address, written] {
        let options = Options::default();
        let report = verify::verify_known(&all(), picture.as_bytes(), &options, then());
        assert_eq!(report.verdict, Verdict::Valid, "{picture}: {report:#?}");
    }
}

#[test]
fn open_badges_1_is_refused_kindly() {
    let old = r#"{"uid":"abc123","recipient":"sha256$c7ef","badge":"https://example.org/b.json",
        "verify":{"type":"hosted","url":"https://example.org/a.json"},"issuedOn":1359217910}"#;
    let report = ask(&all(), &json::parse(old).expect("json"));
    assert_eq!(
        (report.verdict, report.reason),
        (Verdict::CannotTell, Some("open_badges_1"))
    );
    assert!(
        report
            .sentence
            .contains("Ask whoever issued it for a newer one")
    );
    let report = ask(&all(), &vector("badge-class"));
    assert_eq!(report.reason, Some("not_a_badge"));
    let report = ask(&all(), &vector("signed-assertion"));
    assert_eq!(report.reason, Some("no_proof"));
}

// ── signed badges ───────────────────────────────────────────────────────────

const KEY: &str = "https://example.org/publicKey.json";
const LIST: &str = "https://example.org/revocationList.json";

fn number(jwk: &Value, name: &str) -> Vec<u8> {
    let text = jwk.get(name).and_then(Value::as_str).expect("a number");
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

/// The test key of the JWT vectors.
fn jwk() -> Value<'static> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/vectors/jwt/rsa-2048.json"
    );
    let text = fs::read_to_string(path).expect("a key");
    json::parse(&text).expect("json").into_owned()
}

/// Any DER element.
fn der(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![kind];
    match length {
        0..=127 => out.push(length as u8),
        128..=255 => out.extend([0x81, length as u8]),
        _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    out.extend(content);
    out
}

/// The public half of the test key, as Open Badges 2.0 publishes keys.
fn pem() -> String {
    let key = jwk();
    let integer = |name| der(2, &[vec![0], number(&key, name)].concat());
    let numbers = der(0x30, &[integer("n"), integer("e")].concat());
    let rsa = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0];
    let info = [der(0x30, &rsa), der(3, &[vec![0], numbers].concat())].concat();
    let body = STANDARD.encode(der(0x30, &info));
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
}

fn key_document(owner: &str) -> String {
    let pem = pem().replace('\n', "\\n");
    format!(
        r#"{{"@context":"https://w3id.org/openbadges/v2","type":"CryptographicKey","id":"{KEY}","owner":"{owner}","publicKeyPem":"{pem}"}}"#
    )
}

fn sign(assertion: &Value) -> String {
    let key = jwk();
    let [n, e, d, p, q, dp, dq, qi] =
        ["n", "e", "d", "p", "q", "dp", "dq", "qi"].map(|name| number(&key, name));
    let pair = RsaKeyPair::from_components(&KeyPairComponents {
        public_key: PublicKeyComponents { n, e },
        d,
        p,
        q,
        dP: dp,
        dQ: dq,
        qInv: qi,
    })
    .expect("a key");
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let head = encode(br#"{"alg":"RS256"}"#);
    let text = format!("{head}.{}", encode(json::text(assertion).as_bytes()));
    let mut signature = vec![0; 256];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .expect("signs");
    format!("{text}.{}", encode(&signature))
}

fn publishing(assertion: &Value) -> (Known, String) {
    let list = vector("revocation-list");
    let known = all()
        .with_document(KEY, key_document(ISSUER), then())
        .with_document(LIST, json::text(&list), then());
    (known, sign(assertion))
}

fn ask_token(known: &Known, token: &str) -> Report {
    verify::verify_known(known, token.as_bytes(), &Options::default(), then())
}

#[test]
fn a_signed_badge_is_valid_by_its_issuers_key() {
    let (known, token) = publishing(&vector("signed-assertion"));
    let report = ask_token(&known, &token);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.form, Some(Form::SignedBadge));
    assert_eq!(
        report.sentence,
        "Signed by An Example Badge Issuer (example.org); nothing in it was changed, it has not been taken back, and it has no end date."
    );
    // Without the address of its key, its issuer's profile tells.
    let mut nameless = vector("signed-assertion");
    nameless
        .get_mut("verification")
        .expect("a rule")
        .remove("creator");
    let report = ask_token(&known, &sign(&nameless));
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    // One character changed.
    let mut changed = token.into_bytes();
    let at = changed.len() - 30;
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("text");
    assert_eq!(
        ask_token(&known, &changed).reason,
        Some("signature_mismatch")
    );
}

#[test]
fn a_signed_badge_on_its_issuers_list_is_taken_back() {
    for id in [
        "urn:uuid:3c574c87-b96f-4f06-8eb5-68a29335b60e",
        "urn:uuid:e79a6c18-787e-4868-8e65-e6a4530fb418",
        "abc123",
    ] {
        let mut assertion = vector("signed-assertion");
        assertion.set("id", id.into());
        let (known, token) = publishing(&assertion);
        let report = ask_token(&known, &token);
        assert_eq!(
            told(&report, CheckId::Status),
            (Verdict::Invalid, Outcome::Fail, Some("revoked")),
            "{id}"
        );
    }
    let (known, token) = publishing(&vector("signed-assertion"));
    let silent = known.without_document(LIST, NotFetched::Unavailable);
    let report = ask_token(&silent, &token);
    assert_eq!(
        told(&report, CheckId::Status),
        (
            Verdict::CannotTell,
            Outcome::Unknown,
            Some("status_unavailable")
        )
    );
}

#[test]
fn a2_a_signed_badge_with_somebody_elses_key_is_forged() {
    let mismatch = (Verdict::Invalid, Outcome::Fail, Some("issuer_key_mismatch"));
    // The key stands with the forger, and claims to be the issuer's.
    let evil = "https://evil.test/key.json";
    let mut assertion = vector("signed-assertion");
    let rule = assertion.get_mut("verification").expect("a rule");
    rule.set("creator", evil.into());
    let (known, token) = publishing(&assertion);
    let document = key_document(ISSUER).replace(KEY, evil);
    let known = known.with_document(evil, document, then());
    assert_eq!(
        told(&ask_token(&known, &token), CheckId::KeyBinding),
        mismatch
    );
    // The key is listed, but owned by another.
    let (known, token) = publishing(&vector("signed-assertion"));
    let known = known.with_document(KEY, key_document("https://evil.test/"), then());
    assert_eq!(
        told(&ask_token(&known, &token), CheckId::KeyBinding),
        mismatch
    );
    // The issuer's profile stands only in the badge, where the forger wrote it.
    let mut written = vector("signed-assertion");
    let class = format!(
        r#"{{"type":"BadgeClass","id":"urn:uuid:c","name":"x","issuer":{{"id":"urn:uuid:i","name":"Harvard","publicKey":"{KEY}"}}}}"#
    );
    written.set("badge", json::parse(&class).expect("json").into_owned());
    let (known, token) = publishing(&written);
    let known = known.with_document(KEY, key_document("urn:uuid:i"), then());
    assert_eq!(
        told(&ask_token(&known, &token), CheckId::KeyBinding),
        mismatch
    );
    // No key that can be trusted.
    let (known, token) = publishing(&vector("signed-assertion"));
    let weak = key_document(ISSUER).replace("BEGIN PUBLIC KEY", "BEGIN CERTIFICATE");
    let report = ask_token(&known.with_document(KEY, weak, then()), &token);
    assert_eq!(report.reason, Some("weak_or_malformed_key"));
}
