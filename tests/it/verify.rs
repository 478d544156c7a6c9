//! The verifier: what is good is green, what is wrong is red, and what could not be checked is
//! neither. The rows of the threat table have files of their own beside this one.

use skillmark::{
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
const SEED: &str = "c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6";

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
    verify::verify_known(sources, text.as_bytes(), &Options::default(), now())
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
