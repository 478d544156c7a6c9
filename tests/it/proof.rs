//! Data Integrity proofs: the published values step by step, and every way they must fail.

use std::fs;

use skillmark::{
    clock::Timestamp,
    json::{self, Value},
    keys::{PublicKey, SigningKey},
    proof::{self, Expected, ProofError, ProofOptions, SUITES, Secured},
    rdf,
};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/eddsa");

fn vector(name: &str) -> Value<'static> {
    let text = fs::read_to_string(format!("{VECTORS}/{name}.json")).expect(name);
    json::parse(&text).expect(name).into_owned()
}

fn text<'v>(value: &'v Value<'_>, pointer: &str) -> &'v str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .expect(pointer)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// The key a proof in a test names: all use did:key or an issuer's `#z6Mk…`.
fn key_of(proof: &proof::Proof<'_>) -> PublicKey {
    let (_, multikey) = proof
        .verification_method
        .split_once('#')
        .expect("a fragment");
    PublicKey::from_multikey(multikey).expect("a key")
}

/// The same statements without the context that only the published examples use: its terms are
/// written out. What eddsa-rdfc-2022 signs stays the same.
fn in_full_iris(value: &Value<'_>) -> Value<'static> {
    const EXAMPLES: &str = "https://www.w3.org/ns/credentials/examples";
    let text = json::text(value)
        .replace(&format!(",\"{EXAMPLES}/v2\""), "")
        .replace(
            "\"AlumniCredential\"",
            &format!("\"{EXAMPLES}#AlumniCredential\""),
        )
        .replace("\"alumniOf\"", &format!("\"{EXAMPLES}#alumniOf\""));
    json::parse(&text).expect("json").into_owned()
}

/// The document of a case over contexts that we know.
fn document_of(name: &str, case: &Value<'_>) -> Value<'static> {
    let document = case
        .get("document")
        .expect("a document")
        .clone()
        .into_owned();
    match name {
        "w3c-rdfc-alumni" => in_full_iris(&document),
        "w3c-rdfc-employment" => case
            .get("inFullIris")
            .expect("a rewriting")
            .clone()
            .into_owned(),
        _ => document,
    }
}

/// Options that give the proof in `value` again.
fn options_of(value: &Value<'_>) -> ProofOptions {
    let mut options = ProofOptions::new(
        text(value, "/verificationMethod"),
        at(text(value, "/created")),
    );
    options.id = value.get("id").and_then(Value::as_str).map(str::to_owned);
    options.previous_proof = value.get("previousProof").map_or(Vec::new(), |previous| {
        let names = previous.one_or_many().iter();
        names
            .map(|name| name.as_str().expect("a name").to_owned())
            .collect()
    });
    options
}

/// Checks the proof and everything it builds on.
fn check(secured: &Secured<'_>, index: usize) -> Result<(), ProofError> {
    for at in secured.ancestors(index)?.into_iter().chain([index]) {
        let key = key_of(&secured.proof(at)?);
        secured.check(at, &key, &Expected::CREDENTIAL)?;
    }
    Ok(())
}

/// A small badge that every suite can sign.
fn badge() -> Value<'static> {
    json::parse(
        r#"{"@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id":"urn:uuid:6a3f2f0e-5b5e-4d52-8a4e-9b7d3a1f0c11","type":["VerifiableCredential","OpenBadgeCredential"],
        "issuer":{"id":"https://issuer.test/1","type":["Profile"],"name":"Issuer"},"validFrom":"2026-03-01T10:00:00Z",
        "credentialSubject":{"id":"urn:uuid:0d0e2c3f-8d0c-4a37-b56b-6e6f1a0c2b22","type":["AchievementSubject"],
        "achievement":{"id":"https://issuer.test/a/1","type":["Achievement"],"name":"Welding","description":"Joins steel",
        "criteria":{"narrative":"A joint that holds"}}}}"#,
    )
    .expect("json")
}

fn signer() -> SigningKey {
    SigningKey::from_seed(&[0x51; 32])
}

fn options() -> ProofOptions {
    let key = signer().public();
    ProofOptions::new(
        skillmark::did::key::method_url(&key),
        at("2026-03-01T10:00:00Z"),
    )
}

#[test]
fn published_values_come_out_step_by_step() {
    let mut cases = Vec::new();
    for entry in fs::read_dir(VECTORS).expect("vectors") {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        let Some(name) = name
            .strip_suffix(".json")
            .filter(|name| !name.contains("chains"))
        else {
            continue;
        };
        let case = vector(name);
        let suite = proof::suite(text(&case, "/proofOptions/cryptosuite")).expect("a suite");
        let document = document_of(name, &case);
        let key = SigningKey::from_multikey(text(&case, "/secretKeyMultibase")).expect("a key");
        assert_eq!(
            key.public().to_multikey(),
            text(&case, "/publicKeyMultibase")
        );
        if suite.name() == "eddsa-rdfc-2022" {
            let canonical = rdf::canonicalize(&document).expect(name);
            assert_eq!(canonical, text(&case, "/canonicalDocument"), "{name}");
        }

        let options = options_of(case.get("proofOptions").expect("options"));
        let prepared = proof::prepare(document.clone(), suite, &options).expect(name);
        let hash = format!(
            "{}{}",
            text(&case, "/proofHash"),
            text(&case, "/documentHash")
        );
        assert_eq!(hex(prepared.hash()), hash, "{name}");
        let signature = key.sign(prepared.hash());
        assert_eq!(hex(&signature), text(&case, "/signature"), "{name}");
        let signed = prepared.finish(&signature);
        assert_eq!(
            text(&signed, "/proof/0/proofValue"),
            text(&case, "/proofValue")
        );
        assert_eq!(
            proof::secure(document.clone(), suite, &options, &key),
            Ok(signed.clone())
        );

        let mut published = document;
        let proof = case
            .pointer("/signedDocument/proof")
            .expect("a proof")
            .clone();
        published.set("proof", proof);
        for signed in [signed, published] {
            let secured = Secured::read(signed).expect(name);
            assert_eq!(
                secured.check(0, &key.public(), &Expected::CREDENTIAL),
                Ok(()),
                "{name}"
            );
        }
        cases.push(name.to_owned());
    }
    cases.sort();
    assert_eq!(
        cases,
        [
            "1edtech-rdfc-clr",
            "1edtech-rdfc-ob",
            "rubric-jcs",
            "rubric-rdfc",
            "w3c-jcs-alumni",
            "w3c-rdfc-alumni",
            "w3c-rdfc-employment"
        ]
    );
}

#[test]
fn published_sets_and_chains_hold() {
    let published = vector("w3c-sets-and-chains");
    for (name, ancestors) in [
        ("signedProofSet1", &[&[][..]][..]),
        ("signedProofSet2", &[&[], &[]]),
        ("signedProofChain1", &[&[], &[], &[0, 1]]),
        ("signedProofChain2", &[&[], &[], &[0, 1], &[0, 1, 2]]),
    ] {
        let signed = in_full_iris(published.get(name).expect(name));
        let secured = Secured::read(signed.clone()).expect(name);
        assert_eq!(secured.raw_proofs().len(), ancestors.len());
        for (index, expected) in ancestors.iter().enumerate() {
            assert_eq!(
                secured.ancestors(index).as_deref(),
                Ok(*expected),
                "{name} {index}"
            );
            assert_eq!(check(&secured, index), Ok(()), "{name} {index}");
        }
        assert_eq!(secured.into_value(), signed);
    }
}

#[test]
fn published_sets_and_chains_come_out_again() {
    let published = vector("w3c-sets-and-chains");
    let rdfc = proof::suite("eddsa-rdfc-2022").expect("a suite");
    let mut document = in_full_iris(published.get("unsigned").expect("unsigned"));
    for (i, (config, signed)) in [
        ("proofSetConfig1", "signedProofSet1"),
        ("proofSetConfig2", "signedProofSet2"),
        ("proofChainConfig1", "signedProofChain1"),
        ("proofChainConfig2", "signedProofChain2"),
    ]
    .into_iter()
    .enumerate()
    {
        let secret = format!("/keyPairs/keyPair{}/privateKeyMultibase", i + 1);
        let key = SigningKey::from_multikey(text(&published, &secret)).expect("a key");
        let options = options_of(published.get(config).expect(config));
        document = proof::secure(document, rdfc, &options, &key).expect(config);
        let expected = published
            .get(signed)
            .expect(signed)
            .get("proof")
            .expect("proofs");
        let proofs = document
            .get("proof")
            .and_then(Value::items)
            .expect("proofs");
        assert_eq!(proofs.len(), expected.one_or_many().len());
        for (ours, theirs) in proofs.iter().zip(expected.one_or_many()) {
            assert_eq!(json::canonical(ours), json::canonical(theirs), "{signed}");
        }
    }
}

#[test]
fn broken_chains_are_refused() {
    let published = vector("w3c-sets-and-chains");
    let chain = in_full_iris(published.get("signedProofChain2").expect("a chain"));
    let verdict = |pointer: &str, value: Value<'static>, index: usize| {
        let mut chain = chain.clone();
        *chain.pointer_mut(pointer).expect(pointer) = value;
        check(&Secured::read(chain).expect("proofs"), index)
    };
    let missing = Err(ProofError::Chain("previousProof names no proof here"));
    let twice = Err(ProofError::Chain("two proofs have the same id"));
    let circle = Err(ProofError::Chain(
        "the proofs build on one another in a circle",
    ));
    let first = text(&chain, "/proof/0/id").to_owned();
    let third = text(&chain, "/proof/2/id").to_owned();
    assert_eq!(
        verdict("/proof/3/previousProof", "urn:uuid:none".into(), 3),
        missing
    );
    assert_eq!(verdict("/proof/1/id", first.clone().into(), 2), twice);
    assert_eq!(
        verdict("/proof/2/previousProof", third.clone().into(), 2),
        circle
    );
    assert_eq!(verdict("/proof/2/previousProof", third.into(), 3), circle);
    // A changed or a dropped ancestor breaks what builds on it.
    assert_eq!(
        verdict("/proof/0/created", "2023-02-24T23:36:39Z".into(), 3),
        Err(ProofError::Signature)
    );
    assert_eq!(
        verdict("/proof/2/previousProof", first.into(), 2),
        Err(ProofError::Signature)
    );
}

#[test]
fn every_suite_refuses_one_flipped_bit() {
    for suite in SUITES {
        let key = signer();
        let signed = proof::secure(badge(), *suite, &options(), &key).expect("signed");
        let secured = Secured::read(signed.clone()).expect("a proof");
        let hash = secured.hash(0).expect("a hash");
        let signature = secured.proof(0).expect("a proof").signature;
        assert_eq!(
            secured.check(0, &key.public(), &Expected::CREDENTIAL),
            Ok(())
        );
        for bit in 0..512 {
            let mut broken = signature;
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(
                key.public().verify_strict(&hash, &broken).is_err(),
                "{suite:?} bit {bit}"
            );
            let mut other = hash;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(
                key.public().verify_strict(&other, &signature).is_err(),
                "{suite:?} bit {bit}"
            );
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
            let mut bytes = value.as_str().expect("text").as_bytes().to_vec();
            *bytes.last_mut().expect("a character") ^= 1;
            *value = Value::from(String::from_utf8(bytes).expect("ASCII"));
            let secured = Secured::read(changed).expect("a proof");
            let verdict = secured.check(0, &key.public(), &Expected::CREDENTIAL);
            assert!(verdict.is_err(), "{suite:?} {pointer}");
        }
    }
}
