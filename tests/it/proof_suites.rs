//! The cryptosuites that are read and not made: published values, and every way they must fail.

use std::fs;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use skillmark::{
    json::{self, Value},
    keys::{Kind, PublicKey},
    proof::{self, Expected, ProofError, Secured, Suite},
};

use crate::{
    proof::{badge, hex, in_full_iris, text},
    support::foreign::{self, Foreign},
};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
const OLD_CONTEXT: &str = "https://w3id.org/security/suites/ed25519-2020/v1";

pub(crate) fn vector(path: &str) -> Value<'static> {
    let text = fs::read_to_string(format!("{VECTORS}/{path}.json")).expect(path);
    json::parse(&text).expect(path).into_owned()
}

fn suite_of(name: &str) -> &'static dyn Suite {
    proof::suite(name).expect(name)
}

/// The badge with the context that a suite needs.
fn badge_for(suite: &dyn Suite) -> Value<'static> {
    let mut badge = badge();
    if suite.proof_type() != "DataIntegrityProof" {
        let Some(Value::Array(contexts)) = badge.get_mut("@context") else {
            panic!("contexts")
        };
        contexts.push(OLD_CONTEXT.into());
    }
    badge
}

fn verdict(document: Value<'_>, key: &PublicKey) -> Result<(), ProofError> {
    Secured::read(document)?.check(0, key, &Expected::CREDENTIAL)
}

/// Every key with every suite that it goes with.
fn pairs() -> Vec<(Foreign, &'static dyn Suite)> {
    let makers: [fn() -> Foreign; 3] = [foreign::ed25519, foreign::p256, foreign::p384];
    makers
        .iter()
        .flat_map(|make| make().suites().into_iter().map(|suite| (make(), suite)))
        .collect()
}

#[test]
fn published_values_hold() {
    let mut count = 0;
    for folder in ["ecdsa", "ed25519-signature-2020"] {
        for entry in fs::read_dir(format!("{VECTORS}/{folder}")).expect(folder) {
            let name = entry.expect("an entry").file_name();
            let name = name.to_string_lossy().into_owned();
            let Some(name) = name.strip_suffix(".json") else {
                continue;
            };
            published(&vector(&format!("{folder}/{name}")), name);
            count += 1;
        }
    }
    assert_eq!(count, 7);
}

fn published(case: &Value<'_>, name: &str) {
    let key = PublicKey::from_multikey(text(case, "/publicKeyMultibase")).expect("a key");
    let signed = case.get("signedDocument").expect("signed");
    let mut document = match case.get("inFullIris") {
        Some(document) => document.clone().into_owned(),
        None if name.contains("jcs") => signed.clone().into_owned(),
        None => in_full_iris(signed),
    };
    document.set(
        "proof",
        signed.get("proof").expect("a proof").clone().into_owned(),
    );

    let secured = Secured::read(document.clone()).expect("a proof");
    let hash = secured.hash(0, key.kind()).expect(name);
    let (of_proof, of_document) = hash.split_at(hash.len() / 2);
    assert_eq!(hex(of_proof), text(case, "/proofHash"), "{name}");
    assert_eq!(hex(of_document), text(case, "/documentHash"), "{name}");
    assert_eq!(verdict(document.clone(), &key), Ok(()), "{name}");

    document.set("name", "Alumna Credential".into());
    assert_eq!(
        verdict(document, &key),
        Err(ProofError::Signature),
        "{name}"
    );
}

#[test]
fn every_suite_is_tried_with_every_key_it_goes_with() {
    let tried: Vec<String> = pairs()
        .iter()
        .map(|(key, suite)| format!("{} {}", key.kind().name(), suite.name()))
        .collect();
    insta::assert_snapshot!(tried.join("\n"), @r"
    Ed25519 eddsa-rdfc-2022
    Ed25519 eddsa-jcs-2022
    Ed25519 eddsa-2022
    Ed25519 Ed25519Signature2020
    P-256 ecdsa-rdfc-2019
    P-256 ecdsa-jcs-2019
    P-384 ecdsa-rdfc-2019
    P-384 ecdsa-jcs-2019
    ");
}

#[test]
fn every_foreign_suite_refuses_one_flipped_bit_and_every_changed_text() {
    for (key, suite) in pairs() {
        let signed = key.secure(&badge_for(suite), suite);
        assert_eq!(verdict(signed.clone(), &key.public), Ok(()), "{suite:?}");

        let secured = Secured::read(signed.clone()).expect("a proof");
        let hash = secured.hash(0, key.kind()).expect("a hash");
        let value = text(&signed, "/proof/0/proofValue").to_owned();
        let bytes = bs58::decode(&value[1..]).into_vec().expect("base58");
        for bit in 0..bytes.len() * 8 {
            let mut broken = bytes.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let told = key.public.verify(&hash, &broken);
            assert!(told.is_err(), "{suite:?} bit {bit} of the signature");
        }
        for bit in 0..hash.len() * 8 {
            let mut other = hash.to_vec();
            other[bit / 8] ^= 1 << (bit % 8);
            let told = key.public.verify(&other, &bytes);
            assert!(told.is_err(), "{suite:?} bit {bit} of the hash");
        }

        let mut texts = Vec::new();
        signed.walk(&mut |pointer, value| {
            if value.as_str().is_some() {
                texts.push(pointer.to_owned());
            }
        });
        assert!(texts.len() > 15, "{texts:?}");
        for pointer in texts {
            let mut changed = signed.clone();
            let value = changed.pointer_mut(&pointer).expect("a text");
            *value = format!("{}x", value.as_str().expect("text")).into();
            let told = verdict(changed, &key.public);
            assert!(told.is_err(), "{suite:?} {pointer}");
        }
    }
}

/// Each suite with each kind of key it does not go with, and each proof under each other name.
#[test]
fn a9_suite_confusion() {
    for (key, suite) in pairs() {
        let signed = key.secure(&badge_for(suite), suite);
        for other in foreign::all() {
            if !suite.kinds().contains(&other.kind()) {
                let why = ProofError::KeyKind {
                    suite: suite.name(),
                    kind: other.kind(),
                };
                assert_eq!(verdict(signed.clone(), &other.public), Err(why));
            }
        }
        for named in proof::SUITES {
            // The two names of one suite differ in what is signed, so none may stand for another.
            if named.name() == suite.name() {
                continue;
            }
            let mut renamed = signed.clone();
            let proof = renamed.pointer_mut("/proof/0").expect("a proof");
            proof.set("type", named.proof_type().into());
            proof.remove("cryptosuite");
            if named.proof_type() == "DataIntegrityProof" {
                proof.set("cryptosuite", named.name().into());
            }
            let told = verdict(renamed, &key.public);
            assert!(told.is_err(), "{suite:?} named {named:?}");
        }
    }
    // A proof may not have two names.
    let key = foreign::ed25519();
    let old = suite_of("Ed25519Signature2020");
    let mut signed = key.secure(&badge_for(old), old);
    let proof = signed.pointer_mut("/proof/0").expect("a proof");
    proof.set("cryptosuite", "eddsa-rdfc-2022".into());
    assert_eq!(
        verdict(signed, &key.public),
        Err(ProofError::Malformed {
            pointer: "/proof/0/cryptosuite".into(),
            sentence: "does not belong in a proof of this type"
        })
    );
    // Nor is the name of the older type a cryptosuite.
    let mut signed = key.secure(&badge_for(old), old);
    let proof = signed.pointer_mut("/proof/0").expect("a proof");
    proof.set("type", "DataIntegrityProof".into());
    proof.set("cryptosuite", "Ed25519Signature2020".into());
    assert!(matches!(
        verdict(signed, &key.public),
        Err(ProofError::Malformed { .. })
    ));
}

#[test]
fn a7_values_of_another_length() {
    for (key, suite) in pairs() {
        let signed = key.secure(&badge_for(suite), suite);
        let value = text(&signed, "/proof/0/proofValue").to_owned();
        let bytes = bs58::decode(&value[1..]).into_vec().expect("base58");
        let z = |bytes: &[u8]| format!("z{}", bs58::encode(bytes).into_string());
        let longer = [&bytes[..], &[0]].concat();
        for value in [
            z(&bytes[1..]),
            z(&longer),
            z(&vec![0; bytes.len()]),
            z(&[7; 64]),
            z(&[7; 96]),
            format!("u{}", &value[1..]),
            format!("z0{}", &value[2..]),
            format!("z{}", "2".repeat(100_000)),
            String::new(),
        ] {
            let mut changed = signed.clone();
            let proof = changed.pointer_mut("/proof/0").expect("a proof");
            proof.set("proofValue", value.clone().into());
            let told = verdict(changed, &key.public);
            assert!(told.is_err(), "{suite:?} {value:.100}");
        }
    }
}

/// A chain through three suites and three keys: each later proof covers the earlier ones.
#[test]
fn chains_may_mix_suites() {
    let links = [
        (foreign::p384(), "ecdsa-rdfc-2019"),
        (foreign::p256(), "ecdsa-jcs-2019"),
        (foreign::ed25519(), "eddsa-rdfc-2022"),
    ];
    let document = badge();
    let mut proofs: Vec<Value<'static>> = Vec::new();
    for (at, (key, name)) in links.iter().enumerate() {
        let suite = suite_of(name);
        let mut beneath = document.clone();
        let mut proof = key.prove(&beneath, suite, &key.method());
        proof.remove("proofValue");
        proof.set("id", format!("urn:proof:{at}").into());
        if at > 0 {
            proof.set("previousProof", format!("urn:proof:{}", at - 1).into());
            beneath.set("proof", Value::Array(vec![proofs[at - 1].clone()]));
        }
        proofs.push(key.seal(&beneath, proof, suite));
    }
    let with = |proofs: &[Value<'static>]| {
        let mut document = document.clone();
        document.set("proof", Value::Array(proofs.to_vec()));
        Secured::read(document).expect("proofs")
    };
    let secured = with(&proofs);
    assert_eq!(secured.ancestors(2), Ok(vec![0, 1]));
    for (at, (key, _)) in links.iter().enumerate() {
        let told = secured.check(at, &key.public, &Expected::CREDENTIAL);
        assert_eq!(told, Ok(()), "{at}");
    }
    // A change in a proof shows in the one that covers it, and in that one only.
    let mut changed = proofs.clone();
    changed[0].set("created", "2026-03-01T10:00:06Z".into());
    let secured = with(&changed);
    let told: Vec<bool> = (0..3)
        .map(|at| {
            let told = secured.check(at, &links[at].0.public, &Expected::CREDENTIAL);
            told.is_ok()
        })
        .collect();
    assert_eq!(told, [false, false, true]);
    let secured = with(&proofs[1..]);
    assert!(matches!(secured.ancestors(0), Err(ProofError::Chain(_))));
}

#[test]
fn suites_that_are_only_read_make_nothing() {
    let key = skillmark::keys::SigningKey::from_seed(&[1; 32]);
    let at = "2026-03-01T10:00:00Z".parse().expect("a time");
    let options = proof::ProofOptions::new("did:web:issuer.test#k", at);
    for suite in &proof::SUITES[2..] {
        assert_eq!(
            proof::secure(badge(), *suite, &options, &key),
            Err(ProofError::OnlyRead(suite.name()))
        );
    }
    for suite in &proof::SUITES[..2] {
        assert_eq!(suite.kinds(), [Kind::Ed25519]);
    }
}

/// Selective disclosure: every published value, and what a holder must not do to it.
#[test]
fn published_disclosures_hold() {
    for name in ["employ", "prc"] {
        let case = vector(&format!("ecdsa-sd/w3c-{name}"));
        let key = PublicKey::from_multikey(text(&case, "/publicKeyMultibase")).expect("a key");
        let mut document = case.get("inFullIris").expect("a document").clone();
        let secured = Secured::read(document.clone()).expect("a proof");
        let hash = secured.hash(0, key.kind()).expect(name);
        assert_eq!(hex(&hash[..32]), text(&case, "/proofHash"));
        let proof_key = PublicKey::p256(&hash[34..67]).expect("a key");
        assert_eq!(proof_key.to_multikey(), text(&case, "/proofKeyMultibase"));
        assert_eq!(hex(&hash[67..]), text(&case, "/mandatoryHash"));
        assert_eq!(verdict(document.clone(), &key), Ok(()), "{name}");
        assert!(secured.proof(0).expect("a proof").suite.is_selective());

        // Only the issuer's key will do, and of its kind.
        let told = verdict(document.clone(), &proof_key);
        assert_eq!(told, Err(ProofError::Signature));
        let told = verdict(document.clone(), &foreign::ed25519().public);
        assert!(matches!(told, Err(ProofError::KeyKind { .. })));

        // Every text is bound, and every 7th byte of the value.
        let mut texts = Vec::new();
        document.walk(&mut |pointer, value| {
            if value.as_str().is_some() && pointer != "/proof/proofValue" {
                texts.push(pointer.to_owned());
            }
        });
        for pointer in texts {
            let mut changed = document.clone();
            let value = changed.pointer_mut(&pointer).expect("a text");
            *value = format!("{}x", value.as_str().expect("text")).into();
            assert!(verdict(changed, &key).is_err(), "{name} {pointer}");
        }
        let value = text(&document, "/proof/proofValue")[1..].to_owned();
        let bytes = URL_SAFE_NO_PAD.decode(value).expect("base64url");
        for at in (0..bytes.len()).step_by(7) {
            let mut broken = bytes.clone();
            broken[at] ^= 1;
            let mut changed = document.clone();
            let proof = changed.get_mut("proof").expect("a proof");
            let text = format!("u{}", URL_SAFE_NO_PAD.encode(broken));
            proof.set("proofValue", text.into());
            assert!(verdict(changed, &key).is_err(), "{name} byte {at}");
        }
        // Leaving out a statement that the value still counts, or adding one.
        for member in ["validUntil", "issuer"] {
            let mut changed = document.clone();
            changed.remove(member).expect("a member");
            assert!(verdict(changed, &key).is_err(), "{name} {member}");
        }
        let mut more = document.clone();
        more.set("name", "Somebody".into());
        assert_eq!(
            verdict(more, &key),
            Err(ProofError::Signature),
            "a statement that nobody signed"
        );
        // The issuer's value for the holder is no proof.
        let base = text(&case, "/baseProofValue").to_owned();
        let proof = document.get_mut("proof").expect("a proof");
        proof.set("proofValue", base.into());
        assert!(matches!(
            verdict(document, &key),
            Err(ProofError::Malformed { .. })
        ));
    }
}
