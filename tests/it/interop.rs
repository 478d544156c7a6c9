//! Independent software takes our credentials, and we take theirs; nobody takes a changed one.
//!
//! The peers are npm `@digitalbazaar/vc`, `@digitalcredentials/verifier-core` and `jose`, run by the scripts in
//! `tests/peers`. All of them bring their own JSON-LD, their own canonicalisation and their own Ed25519.

use serde_json::{Value, json};
use skillmark::{
    did,
    json::text,
    keys::SigningKey,
    proof::{self, ProofOptions, jwt},
    status::{self, List, ListCredential},
    verify::{self, Known, Options, Verdict},
};

use crate::credential::{SAMPLES, sample};
use crate::node;

/// The published seed of the W3C test vectors, whose did:key the samples name as their issuer.
const SEED: &str = "c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6";
const CREATED: &str = "2026-03-02T08:00:00Z";

fn key() -> SigningKey {
    let byte = |at: usize| u8::from_str_radix(&SEED[2 * at..2 * at + 2], 16).expect("hex");
    SigningKey::from_seed(&std::array::from_fn(byte))
}

fn secured(document: &skillmark::json::Value<'_>, suite: &str) -> Value {
    let options = ProofOptions::new(
        did::key::method_url(&key().public()),
        CREATED.parse().expect("a date"),
    );
    let suite = proof::suite(suite).expect("a suite");
    let signed = proof::secure(document.clone(), suite, &options, &key()).expect("signable");
    serde_json::from_str(&text(&signed)).expect("JSON")
}

/// The twelve samples, signed by us.
fn ours(suite: &str) -> Vec<Value> {
    SAMPLES.map(|name| secured(&sample(name), suite)).into()
}

/// The status list that the samples name, signed by us, with one bit set or none.
fn status_list(set: Option<usize>) -> Value {
    let mut list = List::new(status::MIN_ENTRIES);
    if let Some(index) = set {
        list.set(index, true).expect("an entry of the list");
    }
    let credential = ListCredential {
        kind: status::Kind::Bitstring,
        url: STATUS_LIST.to_owned(),
        issuer: did::key::did(&key().public()).to_string(),
        purposes: vec![status::Purpose::Revocation],
        valid_from: "2026-03-01T00:00:00Z".parse().ok(),
        valid_until: None,
        ttl_ms: None,
        list,
    };
    secured(&credential.to_json(), "eddsa-rdfc-2022")
}

const STATUS_LIST: &str = "https://skillmark.example/status/7rZc3cR1TnWl0dXyqk8wVA";

fn ask(script: &str, credentials: &[Value], list: &Value) -> Vec<Value> {
    let question = json!({
        "credentials": credentials,
        "documents": { STATUS_LIST: list },
        "registered": [did::key::did(&key().public()).as_str()],
    });
    let Value::Array(answers) = node::run(script, &[], &question.to_string()) else {
        panic!("{script} answers with a list");
    };
    assert_eq!(answers.len(), credentials.len());
    answers
}

/// A credential with another name in it.
fn changed(credential: &Value) -> Value {
    let mut credential = credential.clone();
    let name = "/credentialSubject/achievement/name";
    match credential.pointer_mut(name) {
        Some(name) => *name = "Something greater".into(),
        None => credential["name"] = "Something greater".into(),
    }
    credential
}

#[test]
fn digital_bazaar_verifies_what_we_issue_and_looks_at_our_status_list() {
    for suite in ["eddsa-rdfc-2022", "eddsa-jcs-2022"] {
        let list = status_list(None);
        let ours = ours(suite);
        for (credential, answer) in ours.iter().zip(ask("verify.mjs", &ours, &list)) {
            let bits: &[bool] = if credential.get("credentialStatus").is_some() {
                &[false]
            } else {
                &[]
            };
            assert_eq!(
                answer,
                json!({ "verified": true, "bits": bits }),
                "{suite} {credential}"
            );
        }
        let changed: Vec<Value> = ours.iter().map(changed).collect();
        for answer in ask("verify.mjs", &changed, &list) {
            let reason = "Invalid signature.; Verification error(s).";
            assert_eq!(answer, json!({ "verified": false, "reason": reason }));
        }
        let revoked = SAMPLES
            .iter()
            .position(|name| *name == "rich-rubric")
            .expect("a sample");
        let answer = ask(
            "verify.mjs",
            &ours[revoked..=revoked],
            &status_list(Some(94_567)),
        );
        assert_eq!(answer, [json!({ "verified": true, "bits": [true] })]);
    }
}

#[test]
fn the_credentials_consortium_verifies_what_we_issue() {
    let list = status_list(None);
    let ours = ours("eddsa-rdfc-2022");
    for (credential, answer) in ours.iter().zip(ask("verify-dcc.mjs", &ours, &list)) {
        let mut log =
            json!({ "valid_signature": true, "expiration": true, "registered_issuer": true });
        if credential.get("credentialStatus").is_some() {
            log["revocation_status"] = true.into();
        }
        // It knows a schema for the newer of the two type names only.
        let named = credential["type"]
            .as_array()
            .expect("types")
            .contains(&"AchievementCredential".into());
        let schema = if named {
            json!(["NO_SCHEMA"])
        } else {
            json!([true])
        };
        assert_eq!(
            answer,
            json!({ "log": log, "schema": schema }),
            "{credential}"
        );
    }
    let changed: Vec<Value> = ours.iter().map(changed).collect();
    for answer in ask("verify-dcc.mjs", &changed, &list) {
        assert_eq!(
            answer,
            json!({ "errors": ["invalid_signature: The signature is not valid."] })
        );
    }
    let revoked = SAMPLES
        .iter()
        .position(|name| *name == "rich-rubric")
        .expect("a sample");
    let answer = ask(
        "verify-dcc.mjs",
        &ours[revoked..=revoked],
        &status_list(Some(94_567)),
    );
    assert_eq!(answer[0]["log"]["revocation_status"], false);
}

#[test]
fn digital_bazaar_refuses_a_status_list_that_was_changed() {
    let mut list = status_list(None);
    list["credentialSubject"]["encodedList"] =
        status_list(Some(5))["credentialSubject"]["encodedList"].clone();
    let rich = secured(&sample("rich-rubric"), "eddsa-rdfc-2022");
    let answer = ask("verify.mjs", &[rich], &list);
    assert_eq!(answer[0]["verified"], false);
    let reason = answer[0]["reason"].as_str().expect("a reason");
    assert!(
        reason.starts_with(r#""BitstringStatusListCredential" not verified"#),
        "{reason}"
    );
}

#[test]
fn jose_verifies_our_tokens() {
    let method = did::key::method_url(&key().public());
    let mut tokens = Vec::new();
    for name in SAMPLES {
        tokens.push(Value::from(
            jwt::sign(&sample(name), &method, &key()).expect("signable"),
        ));
    }
    for (name, answer) in SAMPLES
        .iter()
        .zip(ask("verify-jose.mjs", &tokens, &Value::Null))
    {
        let mut payload: Value = serde_json::from_str(&text(&sample(name))).expect("JSON");
        payload["iss"] = did::key::did(&key().public()).as_str().into();
        payload["jti"] = payload["id"].clone();
        payload["nbf"] = seconds(&payload["validFrom"]);
        if payload.pointer("/credentialSubject/id").is_some() {
            payload["sub"] = payload["credentialSubject"]["id"].clone();
        }
        if payload.get("validUntil").is_some() {
            payload["exp"] = seconds(&payload["validUntil"]);
        }
        let header = json!({ "alg": "EdDSA", "kid": method });
        assert_eq!(
            answer,
            json!({ "verified": true, "header": header, "payload": payload }),
            "{name}"
        );
    }

    let changed: Vec<Value> = tokens
        .iter()
        .map(|token| with_another_letter(token.as_str().expect("text")).into())
        .collect();
    for answer in ask("verify-jose.mjs", &changed, &Value::Null) {
        let reason = "ERR_JWS_SIGNATURE_VERIFICATION_FAILED: signature verification failed";
        assert_eq!(answer, json!({ "verified": false, "reason": reason }));
    }
}

fn seconds(date: &Value) -> Value {
    let date: jiff::Timestamp = date.as_str().expect("text").parse().expect("a date");
    date.as_second().into()
}

/// A token with another letter in the middle of its payload.
fn with_another_letter(token: &str) -> String {
    let dots: Vec<usize> = token.match_indices('.').map(|(at, _)| at).collect();
    let middle = usize::midpoint(dots[0], dots[1]);
    let other = if &token[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &token[..middle], &token[middle + 1..])
}

/// The twelve samples as npm issues them: `rdfc`, `jcs` and `jwt` each.
fn theirs() -> Vec<Value> {
    let credentials =
        SAMPLES.map(|name| -> Value { serde_json::from_str(&text(&sample(name))).expect("JSON") });
    let question = json!({ "seed": SEED, "created": CREATED, "credentials": credentials });
    let Value::Array(answers) = node::run("issue.mjs", &[], &question.to_string()) else {
        panic!("issue.mjs answers with a list");
    };
    answers
}

/// What our verifier says of `input`, with our status list at hand.
fn verdict(input: &str, list: &Value) -> (Verdict, String) {
    let at = |text: &str| text.parse().expect("a time");
    let known = Known::nothing().with_status_list(STATUS_LIST, list.to_string(), at(CREATED));
    let report = verify::verify_known(
        &known,
        input.as_bytes(),
        &Options::default(),
        at("2026-04-01T00:00:00Z"),
    );
    (report.verdict, report.sentence)
}

#[test]
fn we_verify_what_npm_issues_and_sign_it_the_same() {
    let list = status_list(None);
    for (name, theirs) in SAMPLES.iter().zip(theirs()) {
        for (form, suite) in [("rdfc", "eddsa-rdfc-2022"), ("jcs", "eddsa-jcs-2022")] {
            let (good, sentence) = verdict(&theirs[form].to_string(), &list);
            assert_eq!(good, Verdict::Valid, "{name} {suite} {sentence}");
            let (bad, sentence) = verdict(&changed(&theirs[form]).to_string(), &list);
            assert_eq!(bad, Verdict::Invalid, "{name} {suite} {sentence}");
            // Ed25519 is deterministic, so the same options must give the same proof.
            assert_eq!(
                theirs[form]["proof"],
                secured(&sample(name), suite)["proof"][0],
                "{name} {suite}"
            );
        }
        let token = theirs["jwt"].as_str().expect("a token");
        let (good, sentence) = verdict(token, &list);
        assert_eq!(good, Verdict::Valid, "{name} jwt {sentence}");
        let (bad, sentence) = verdict(&with_another_letter(token), &list);
        assert_eq!(bad, Verdict::Invalid, "{name} jwt {sentence}");
    }
}

#[test]
fn a_status_list_of_npm_revokes_for_us() {
    // npm signs the list; our verifier and theirs read the same bit out of it.
    let unsigned = |set| {
        let mut list = status_list(set);
        list.as_object_mut().expect("an object").remove("proof");
        list
    };
    let question = json!({ "seed": SEED, "created": CREATED, "credentials": [unsigned(None), unsigned(Some(94_567))] });
    let lists = node::run("issue.mjs", &[], &question.to_string());
    let rich = secured(&sample("rich-rubric"), "eddsa-rdfc-2022");
    for (list, expected) in [
        (&lists[0]["rdfc"], Verdict::Valid),
        (&lists[1]["rdfc"], Verdict::Invalid),
    ] {
        let (verdict, sentence) = verdict(&rich.to_string(), list);
        assert_eq!(verdict, expected, "{sentence}");
    }
}

/// An issuer that is a did:web, with the document that our service publishes for it.
const ISSUER: &str = "did:web:skillmark.example:issuers:1";

fn issuer_document() -> Value {
    let public = key().public();
    let url = format!("{ISSUER}#{}", public.to_multikey());
    let mut document = did::Document::new(ISSUER);
    document.add_for(
        did::VerificationMethod::multikey(url, ISSUER, public),
        &[did::Purpose::AssertionMethod],
    );
    serde_json::from_str(&text(&document.to_json())).expect("JSON")
}

#[test]
fn both_find_our_key_through_did_web() {
    let mut rich = sample("rich-rubric");
    rich.remove("credentialStatus");
    rich.pointer_mut("/issuer")
        .expect("an issuer")
        .set("id", ISSUER.into());
    let method = format!("{ISSUER}#{}", key().public().to_multikey());
    let options = ProofOptions::new(&method, CREATED.parse().expect("a date"));
    let suite = proof::suite("eddsa-rdfc-2022").expect("a suite");
    let signed = proof::secure(rich.clone(), suite, &options, &key()).expect("signable");
    let signed: Value = serde_json::from_str(&text(&signed)).expect("JSON");

    let url = did::web::url(&did::Did::parse(ISSUER).expect("a DID")).expect("an address");
    let mut stranger = issuer_document();
    stranger["assertionMethod"] = json!([]);
    for (document, good) in [(issuer_document(), true), (stranger, false)] {
        let question = json!({
            "credentials": [signed],
            "documents": { ISSUER: document, &url: document },
            "registered": [ISSUER],
        })
        .to_string();
        let answer = node::run("verify.mjs", &[], &question);
        assert_eq!(answer[0]["verified"], good, "{answer}");
        let answer = node::run("verify-dcc.mjs", &[], &question);
        assert_eq!(
            answer[0].pointer("/log/valid_signature") == Some(&true.into()),
            good,
            "{answer}"
        );

        let token = jwt::sign(&rich, &method, &key()).expect("signable");
        let question =
            json!({ "credentials": [token], "documents": { ISSUER: document } }).to_string();
        let answer = node::run("verify-jose.mjs", &[], &question);
        assert_eq!(answer[0]["verified"], good, "{answer}");
    }
}
