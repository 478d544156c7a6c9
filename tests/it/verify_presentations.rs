//! Presentations and enveloped credentials: who shows it, for what occasion, and each credential
//! inside by itself.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use skillmark::{
    did::{self, Purpose},
    json::{self, Value},
    keys::SigningKey,
    proof::{self, ProofOptions, jwt},
    verify::{self, CheckId, Claim, Claimed, Form, Options, Outcome, Report, Verdict},
};

use crate::{
    credential::sample,
    verify::{check, created, issuer_key, lists, now, other_key, signed, suite, told},
};

const RDFC: &str = "eddsa-rdfc-2022";
const JCS: &str = "eddsa-jcs-2022";
const V2: &str = "https://www.w3.org/ns/credentials/v2";
const V1: &str = "https://www.w3.org/2018/credentials/v1";

fn holder_key() -> SigningKey {
    SigningKey::from_seed(&[21; 32])
}

fn holder() -> String {
    did::key::did(&holder_key().public()).to_string()
}

fn kid() -> String {
    did::key::method_url(&holder_key().public())
}

/// A sample made out to the holder, signed by its issuer.
fn credential(name: &str) -> Value<'static> {
    let mut document = sample(name);
    let subject = document.get_mut("credentialSubject").expect("a subject");
    subject.set("id", Value::from(holder()));
    signed(&document, RDFC)
}

/// An unsigned presentation of these credentials.
fn presentation(credentials: Vec<Value<'static>>) -> Value<'static> {
    Value::Object(vec![
        ("@context".into(), Value::Array(vec![V2.into()])),
        (
            "type".into(),
            Value::Array(vec!["VerifiablePresentation".into()]),
        ),
        ("holder".into(), holder().into()),
        ("verifiableCredential".into(), Value::Array(credentials)),
    ])
}

fn options() -> ProofOptions {
    ProofOptions {
        purpose: Purpose::Authentication,
        challenge: Some("n-0S6_WzA2Mj".to_owned()),
        domain: vec!["school.example".to_owned()],
        ..ProofOptions::new(kid(), created())
    }
}

fn shown_as(document: &Value<'static>, options: &ProofOptions, name: &str) -> Value<'static> {
    proof::secure(document.clone(), suite(name), options, &holder_key()).expect("signs")
}

fn shown(document: &Value<'static>) -> Value<'static> {
    shown_as(document, &options(), RDFC)
}

/// Asks with this challenge and domain.
fn ask(text: &str, challenge: &str, domain: &str) -> Report {
    let options = Options {
        challenge: Some(challenge.to_owned()),
        domain: Some(vec![domain.to_owned()]),
        ..Options::default()
    };
    let report = verify::verify_known(&lists(&[]), text.as_bytes(), &options, now());
    crate::support::report::holds(&report);
    report
}

fn mine(document: &Value) -> Report {
    ask(&json::text(document), "n-0S6_WzA2Mj", "school.example")
}

#[test]
fn a_presentation_is_valid_with_every_credential_in_it() {
    for name in [RDFC, JCS] {
        let two = presentation(vec![credential("percent"), credential("simple")]);
        let report = mine(&shown_as(&two, &options(), name));
        assert_eq!(report.verdict, Verdict::Valid, "{name}: {report:#?}");
        assert_eq!(
            report.sentence,
            format!(
                "Presented by {}, and unchanged since. It holds 2 credentials; each was checked by itself and is good.",
                holder()
            )
        );
        let pointers: Vec<_> = report.children.iter().map(|c| c.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            ["/verifiableCredential/0", "/verifiableCredential/1"]
        );
        assert!(report.children.iter().all(|child| child.report.is_valid()));
        let binding = report.check(CheckId::HolderBinding).expect("a check");
        assert_eq!(binding.outcome, Outcome::Pass);
        let claimed = report.claim.as_ref().expect("a claim");
        assert!(claimed.verified().is_some());
        let Claim::Presentation(said) = claimed.claim() else {
            panic!("{claimed:#?}")
        };
        assert_eq!(said.challenge.as_deref(), Some("n-0S6_WzA2Mj"));
        assert_eq!((said.credentials, said.domain.len()), (2, 1));
        assert_eq!(report.warnings, []);
    }
}

#[test]
fn the_older_data_model_presents_too() {
    let mut document = presentation(vec![credential("percent")]);
    document.set(
        "@context",
        Value::Array(vec![
            V1.into(),
            "https://w3id.org/security/data-integrity/v2".into(),
        ]),
    );
    // As linked data, the contexts of both data models do not go together; as plain JSON they do.
    let report = mine(&shown_as(&document, &options(), JCS));
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.warnings[0].code, "old_data_model");
}

#[test]
fn another_challenge_or_domain_is_another_occasion() {
    let text = json::text(&shown(&presentation(vec![credential("percent")])));
    let bad = |reason| (Verdict::Invalid, Outcome::Fail, Some(reason));
    let replayed = ask(&text, "other", "school.example");
    assert_eq!(told(&replayed, CheckId::Proof), bad("wrong_challenge"));
    assert_eq!(
        replayed.check(CheckId::Proof).expect("a check").problem,
        Some("https://w3id.org/security#INVALID_CHALLENGE_ERROR")
    );
    let elsewhere = ask(&text, "n-0S6_WzA2Mj", "evil.test");
    assert_eq!(told(&elsewhere, CheckId::Proof), bad("wrong_domain"));
    assert!(elsewhere.children.is_empty(), "nothing is looked up for it");
    let unasked = check(&shown(&presentation(vec![credential("percent")])));
    assert_eq!(unasked.verdict, Verdict::Valid);
    assert_eq!(unasked.warnings[0].code, "no_challenge_expected");
}

#[test]
fn a4_an_assertion_is_no_presentation_and_the_other_way_round() {
    let document = presentation(vec![credential("percent")]);
    let asserted = ProofOptions {
        purpose: Purpose::AssertionMethod,
        ..options()
    };
    let report = mine(&shown_as(&document, &asserted, RDFC));
    assert_eq!(
        told(&report, CheckId::Proof),
        (Verdict::Invalid, Outcome::Fail, Some("wrong_purpose"))
    );
}

#[test]
fn somebody_elses_key_presents_nothing() {
    let document = presentation(vec![credential("percent")]);
    let thief = other_key();
    let options = ProofOptions {
        verification_method: did::key::method_url(&thief.public()),
        ..options()
    };
    let stolen = proof::secure(document, suite(RDFC), &options, &thief).expect("signs");
    let report = mine(&stolen);
    assert_eq!(
        told(&report, CheckId::KeyBinding),
        (Verdict::Invalid, Outcome::Fail, Some("issuer_key_mismatch"))
    );
    assert!(
        report.sentence.contains("than the presenter it names"),
        "{}",
        report.sentence
    );
    // Without a holder it is the thief who presents; it says so, and that it is not theirs.
    let mut nameless = stolen.clone();
    nameless.remove("holder");
    nameless.remove("proof");
    let nameless = proof::secure(nameless, suite(RDFC), &options, &thief).expect("signs");
    let report = mine(&nameless);
    assert_eq!(
        told(&report, CheckId::HolderBinding),
        (Verdict::CannotTell, Outcome::Unknown, Some("other_holder"))
    );
    // Who sets no challenge asks what is there, and not who.
    let report = check(&nameless);
    assert_eq!(report.verdict, Verdict::Valid);
    assert!(
        report
            .sentence
            .ends_with("1 of them were made out to somebody else than who presents them.")
    );
}

#[test]
fn a17_a_presentation_says_nothing_itself() {
    for (member, value) in [
        (
            "issuer",
            r#"{"id":"did:web:mit.test","type":["Profile"],"name":"A university"}"#,
        ),
        (
            "credentialSubject",
            r#"{"type":["AchievementSubject"],"achievement":{"id":"urn:x","type":["Achievement"],"name":"Doctor","description":"d","criteria":{"narrative":"n"}}}"#,
        ),
        ("validFrom", r#""2026-01-01T00:00:00Z""#),
        ("credentialStatus", "[]"),
    ] {
        let mut said = presentation(vec![]);
        said.set(member, json::parse(value).expect("JSON").into_owned());
        for report in [
            mine(&shown_as(&said, &options(), JCS)),
            check_text(&token(VP_JWT, &said)),
        ] {
            assert_eq!(report.verdict, Verdict::Invalid, "{member}: {report:#?}");
            let fault = report.faults.first().expect("a fault");
            assert_eq!(fault.pointer, format!("/{member}"));
            let claim = report.claim.as_ref().map(Claimed::claim);
            assert!(claim.is_none_or(|claim| claim.achieved().is_none()));
        }
    }
}

/// Two nodes without ids that mean the same, again and again: all that one canonicalisation may do,
/// for each of eight proofs of each of fifty credentials.
#[test]
fn b10_entangled_credentials_by_the_dozen_are_not_all_computed() {
    let alignment = r#"{"type":["Alignment"],"targetName":"t","targetUrl":"https://a.test/"}"#;
    let alignments = [alignment; 9].join(",");
    let related = format!(
        r#"{{"type":["Achievement"],"name":"n","description":"d","criteria":{{"narrative":"n"}},"alignment":[{alignments}]}}"#
    );
    let mut children = Vec::new();
    for at in 0..50 {
        let mut child = credential("simple");
        child.set(
            "id",
            Value::from(format!(
                "urn:uuid:0e9a3d40-1d5a-4c02-9f5e-7b6f3a0c2a{at:02}"
            )),
        );
        let subject = child.get_mut("credentialSubject").expect("a subject");
        let achievement = json::parse(&related).expect("JSON").into_owned();
        subject.set(
            "achievement",
            Value::Array(vec![achievement.clone(), achievement]),
        );
        let proof = child.pointer("/proof/0").expect("a proof").clone();
        child.set("proof", Value::Array(vec![proof; 8]));
        children.push(child);
    }
    let report = check(&shown_as(&presentation(children), &options(), JCS));
    let stopped = report.children.iter().filter(|child| {
        let proof = child.report.check(CheckId::Proof).expect("a check");
        proof.reason == Some("too_much_work")
    });
    assert!(stopped.count() >= 45, "{report:#?}");
}

#[test]
fn fifty_honest_credentials_are_not_too_much() {
    let names = ["percent", "simple", "letter-grade"];
    let children = (0..50).map(|at| {
        let mut document = sample(names[at % 3]);
        document.set(
            "id",
            Value::from(format!(
                "urn:uuid:0e9a3d40-1d5a-4c02-9f5e-7b6f3a0c2a{at:02}"
            )),
        );
        signed(&document, RDFC)
    });
    let report = check(&shown(&presentation(children.collect())));
    assert_eq!(report.verdict, Verdict::Valid, "{:?}", report.reason);
}

#[test]
fn a_challenge_in_a_proof_that_is_not_good_is_no_challenge() {
    let good = shown(&presentation(vec![credential("percent")]));
    let proof = good.pointer("/proof/0").expect("a proof").clone();
    let mut junk = proof.clone();
    junk.set("challenge", Value::from("another"));
    let mut both = good.clone();
    both.set("proof", Value::Array(vec![junk, proof]));
    let report = check(&both);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let Some(Claim::Presentation(said)) = report.claim.as_ref().map(Claimed::claim) else {
        panic!("a presentation");
    };
    assert_eq!(said.challenge.as_deref(), Some("n-0S6_WzA2Mj"));
}

#[test]
fn a13_a_presentation_token_from_the_future() {
    // Just beyond the five minutes by which clocks may differ.
    let late = now().as_second() + 301;
    for claim in ["nbf", "iat"] {
        for (at, expected) in [(late, Verdict::Invalid), (late - 1, Verdict::Valid)] {
            let mut jose = presentation(vec![credential("simple")]);
            jose.set(claim, Value::Number(at as f64));
            let report = check_text(&token(VP_JWT, &jose));
            assert_eq!(report.verdict, expected, "{claim} {at}");
            let reason = (expected == Verdict::Invalid).then_some("created_in_future");
            assert_eq!(report.reason, reason);
        }
    }
}

fn check_text(text: &str) -> Report {
    verify::verify_known(&lists(&[]), text.as_bytes(), &Options::default(), now())
}

#[test]
fn one_bad_credential_makes_the_presentation_bad() {
    let mut changed = credential("percent");
    changed.set("name", Value::from("Something greater"));
    let report = mine(&shown(&presentation(vec![credential("simple"), changed])));
    assert_eq!(
        told(&report, CheckId::Credentials),
        (
            Verdict::Invalid,
            Outcome::Fail,
            Some("credential_inside_not_valid")
        )
    );
    let verdicts: Vec<_> = report.children.iter().map(|c| c.report.verdict).collect();
    assert_eq!(verdicts, [Verdict::Valid, Verdict::Invalid]);
    // One that could not be checked leaves the whole open.
    let open = presentation(vec![credential("letter-grade")]);
    let text = json::text(&shown(&open));
    let options = Options {
        challenge: Some("n-0S6_WzA2Mj".to_owned()),
        ..Options::default()
    };
    let nothing = verify::Known::nothing();
    let report = verify::verify_known(&nothing, text.as_bytes(), &options, now());
    assert_eq!(
        told(&report, CheckId::Credentials),
        (
            Verdict::CannotTell,
            Outcome::Unknown,
            Some("credential_inside_not_checked")
        )
    );
}

#[test]
fn an_unsigned_presentation_is_never_valid() {
    let document = presentation(vec![credential("percent")]);
    let report = check(&document);
    assert_eq!(
        told(&report, CheckId::Proof),
        (Verdict::CannotTell, Outcome::Unknown, Some("not_signed"))
    );
    assert!(report.children[0].report.is_valid());
    assert_eq!(mine(&document).verdict, Verdict::Invalid);
}

#[test]
fn a_changed_presentation_is_seen() {
    let whole = shown(&presentation(vec![
        credential("percent"),
        credential("simple"),
    ]));
    let mut fewer = whole.clone();
    let list = fewer.get_mut("verifiableCredential").expect("a list");
    *list = Value::Array(list.one_or_many()[..1].to_vec());
    assert_eq!(mine(&fewer).reason, Some("signature_mismatch"));
    let mut text = whole.clone();
    let list = Value::Array(vec!["https://skillmark.example/c/1".into()]);
    text.set("verifiableCredential", list);
    let link = mine(&text);
    assert_eq!(
        told(&link, CheckId::Schema),
        (Verdict::Invalid, Outcome::Fail, Some("malformed"))
    );
    let mut twice = whole;
    let first = twice
        .pointer("/verifiableCredential/0")
        .expect("one")
        .clone();
    let list = Value::Array(vec![first.clone(), first]);
    twice.set("verifiableCredential", list);
    assert_eq!(mine(&twice).reason, Some("second_meaning"));
}

#[test]
fn presentations_do_not_nest() {
    let inner = shown(&presentation(vec![credential("percent")]));
    let report = mine(&shown(&presentation(vec![inner])));
    assert_eq!(report.verdict, Verdict::Invalid);
    assert_eq!(
        report.children[0].report.reason,
        Some("nested_presentation")
    );
}

/// A token with this header and payload, signed by the holder.
fn token(typ: &str, payload: &Value) -> String {
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}"{typ}}}"#, kid());
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(&header), encode(&json::text(payload)));
    let signature = URL_SAFE_NO_PAD.encode(holder_key().sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

const VP_JWT: &str = r#","typ":"vp+jwt""#;

fn envelope(kind: &str, media_type: &str, token: &str) -> Value<'static> {
    Value::Object(vec![
        ("@context".into(), V2.into()),
        ("id".into(), format!("data:{media_type},{token}").into()),
        ("type".into(), kind.to_owned().into()),
    ])
}

fn credential_token(name: &str) -> String {
    let key = issuer_key();
    let mut document = sample(name);
    let subject = document.get_mut("credentialSubject").expect("a subject");
    subject.set("id", Value::from(holder()));
    jwt::sign(&document, &did::key::method_url(&key.public()), &key).expect("signs")
}

#[test]
fn a_presentation_as_a_token_in_both_forms() {
    let sealed = envelope(
        "EnvelopedVerifiableCredential",
        "application/vc+jwt",
        &credential_token("percent"),
    );
    let mut jose = presentation(vec![credential("simple"), sealed]);
    jose.set("nonce", "n-0S6_WzA2Mj".into());
    jose.set("aud", "school.example".into());
    let good = token(VP_JWT, &jose);
    let report = ask(&good, "n-0S6_WzA2Mj", "school.example");
    assert_eq!(
        (report.verdict, report.form, report.children.len()),
        (Verdict::Valid, Some(Form::JoseCose), 2),
        "{report:#?}"
    );
    assert_eq!(
        report.children[1]
            .report
            .check(CheckId::Format)
            .expect("a check")
            .sentence,
        "This is an Open Badges 3.0 credential, written as a token in an envelope."
    );
    let other = ask(&good, "another", "school.example");
    assert_eq!(other.reason, Some("wrong_challenge"));
    let other = ask(&good, "n-0S6_WzA2Mj", "evil.test");
    assert_eq!(other.reason, Some("wrong_domain"));

    let wrapped = envelope(
        "EnvelopedVerifiablePresentation",
        "application/vp+jwt",
        &good,
    );
    assert_eq!(mine(&wrapped).verdict, Verdict::Valid);

    let mut old = presentation(vec![credential_token("percent").into()]);
    old.set("@context", Value::Array(vec![V1.into()]));
    let payload = Value::Object(vec![
        ("iss".into(), holder().into()),
        ("aud".into(), "school.example".into()),
        ("nonce".into(), "n-0S6_WzA2Mj".into()),
        ("vp".into(), old.clone()),
    ]);
    let report = ask(&token("", &payload), "n-0S6_WzA2Mj", "school.example");
    assert_eq!(
        (report.verdict, report.form, report.children.len()),
        (Verdict::Valid, Some(Form::Vcdm11Jwt), 1),
        "{report:#?}"
    );
    // VCDM 2.0 has no tokens among its credentials.
    old.set("@context", Value::Array(vec![V2.into()]));
    let payload = Value::Object(vec![("vp".into(), old)]);
    let report = ask(&token("", &payload), "n-0S6_WzA2Mj", "school.example");
    assert_eq!(told(&report, CheckId::Schema).1, Outcome::Fail);
}

#[test]
fn c10_a_presentation_token_is_no_credential() {
    let payload = presentation(vec![credential("simple")]);
    let as_credential = token(r#","typ":"vc+jwt""#, &payload);
    assert_eq!(
        ask(&as_credential, "n", "d").verdict,
        Verdict::Invalid,
        "a presentation under the type of a credential"
    );
    let as_presentation = token(VP_JWT, &sample("percent"));
    assert_eq!(
        ask(&as_presentation, "n", "d").reason,
        Some("claim_mismatch")
    );
    let both = Value::Object(vec![
        ("vp".into(), payload.clone()),
        ("vc".into(), sample("percent")),
    ]);
    assert_eq!(
        ask(&token("", &both), "n", "d").reason,
        Some("claim_mismatch")
    );
    let mut named = payload;
    named.set(
        "iss",
        did::key::did(&other_key().public()).to_string().into(),
    );
    let report = ask(&token(VP_JWT, &named), "n", "d");
    assert_eq!(report.verdict, Verdict::Invalid, "iss is not the holder");
}

#[test]
fn an_envelope_says_nothing_itself() {
    let kind = "EnvelopedVerifiableCredential";
    let good = envelope(kind, "application/vc+jwt", &credential_token("percent"));
    let report = check(&good);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let mut more = good.clone();
    more.set("name", "Something greater".into());
    assert_eq!(check(&more).reason, Some("malformed_envelope"));
    let mut two = good.clone();
    two.set(
        "type",
        Value::Array(vec![kind.into(), "VerifiableCredential".into()]),
    );
    assert_eq!(check(&two).reason, Some("malformed_envelope"));
    let mut typed = good;
    typed.set("id", "https://skillmark.example/c/1".into());
    assert_eq!(check(&typed).reason, Some("malformed_envelope"));
    let sd = envelope(kind, "application/vc+sd-jwt", "a.b.c~");
    assert_eq!(
        (check(&sd).verdict, check(&sd).reason),
        (Verdict::CannotTell, Some("not_read_yet"))
    );
    let vp = token(VP_JWT, &presentation(vec![]));
    let swapped = envelope(kind, "application/vc+jwt", &vp);
    assert_eq!(check(&swapped).reason, Some("malformed_envelope"));
}
