//! Independent software takes our credentials, and we take theirs; nobody takes a changed one.
//!
//! The peers are npm `@digitalbazaar/vc`, `@digitalcredentials/verifier-core` and `jose`, run by the scripts in
//! `tests/peers`. All of them bring their own JSON-LD, their own canonicalisation and their own Ed25519.

use serde_json::{Value, json};
use skillmark::{
    did,
    json::{parse, text},
    keys::SigningKey,
    proof::{self, ProofOptions},
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
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use std::io::Write as _;

    let mut bits = vec![0_u8; 131_072 / 8];
    if let Some(index) = set {
        bits[index / 8] |= 0x80 >> (index % 8);
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&bits).expect("memory");
    let encoded = URL_SAFE_NO_PAD.encode(gzip.finish().expect("memory"));
    let credential = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": STATUS_LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did::key::did(&key().public()).as_str(),
        "validFrom": "2026-03-01T00:00:00Z",
        "credentialSubject": {
            "id": format!("{STATUS_LIST}#list"),
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": format!("u{encoded}"),
        },
    })
    .to_string();
    secured(&parse(&credential).expect("JSON"), "eddsa-rdfc-2022")
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
            let status = credential.get("credentialStatus").map(|_| true);
            assert_eq!(answer, json!({ "verified": true, "status": status }), "{suite} {credential}");
        }
        let changed: Vec<Value> = ours.iter().map(changed).collect();
        for answer in ask("verify.mjs", &changed, &list) {
            let reason = "Invalid signature.; Verification error(s).";
            assert_eq!(answer, json!({ "verified": false, "reason": reason }));
        }
        let revoked = SAMPLES.iter().position(|name| *name == "rich-rubric").expect("a sample");
        let answer = ask("verify.mjs", &ours[revoked..=revoked], &status_list(Some(94_567)));
        assert_eq!(answer, [json!({ "verified": false, "reason": "the status bit is set" })]);
    }
}

#[test]
fn the_credentials_consortium_verifies_what_we_issue() {
    let list = status_list(None);
    let ours = ours("eddsa-rdfc-2022");
    for (credential, answer) in ours.iter().zip(ask("verify-dcc.mjs", &ours, &list)) {
        let mut log = json!({ "valid_signature": true, "expiration": true, "registered_issuer": true });
        if credential.get("credentialStatus").is_some() {
            log["revocation_status"] = true.into();
        }
        // It knows a schema for the newer of the two type names only.
        let named = credential["type"].as_array().expect("types").contains(&"AchievementCredential".into());
        let schema = if named { json!(["NO_SCHEMA"]) } else { json!([true]) };
        assert_eq!(answer, json!({ "log": log, "schema": schema }), "{credential}");
    }
    let changed: Vec<Value> = ours.iter().map(changed).collect();
    for answer in ask("verify-dcc.mjs", &changed, &list) {
        assert_eq!(answer, json!({ "errors": ["invalid_signature: The signature is not valid."] }));
    }
    let revoked = SAMPLES.iter().position(|name| *name == "rich-rubric").expect("a sample");
    let answer = ask("verify-dcc.mjs", &ours[revoked..=revoked], &status_list(Some(94_567)));
    assert_eq!(answer[0]["log"]["revocation_status"], false);
}
