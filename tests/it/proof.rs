//! Data Integrity proofs: the published values step by step, and every way they must fail.

use std::fs;

use skillmark::{
    clock::Timestamp,
    did::Purpose,
    json::{self, Value},
    keys::{self, Kind, PublicKey, SigningKey},
    proof::{self, Expected, ProofError, ProofOptions, SUITES, Secured},
    rdf,
};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/eddsa");

fn vector(name: &str) -> Value<'static> {
    let text = fs::read_to_string(format!("{VECTORS}/{name}.json")).expect(name);
    json::parse(&text).expect(name).into_owned()
}

pub(crate) fn text<'v>(value: &'v Value<'_>, pointer: &str) -> &'v str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .expect(pointer)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
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
pub(crate) fn in_full_iris(value: &Value<'_>) -> Value<'static> {
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
pub(crate) fn badge() -> Value<'static> {
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
    let many = Value::Array(vec![first.clone().into(); 9]);
    assert_eq!(
        verdict("/proof/2/previousProof", many, 2),
        Err(ProofError::Chain(
            "previousProof names more proofs than are read"
        ))
    );
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
    for suite in &SUITES[..2] {
        let key = signer();
        let signed = proof::secure(badge(), *suite, &options(), &key).expect("signed");
        let secured = Secured::read(signed.clone()).expect("a proof");
        let hash = secured.hash(0, Kind::Ed25519).expect("a hash");
        let signature = secured.proof(0).and_then(|proof| proof.signature());
        let signature = signature.expect("a signature");
        assert_eq!(
            secured.check(0, &key.public(), &Expected::CREDENTIAL),
            Ok(())
        );
        for bit in 0..512 {
            let mut broken = signature;
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(
                key.public().verify(&hash, &broken).is_err(),
                "{suite:?} bit {bit}"
            );
            let mut other = hash.to_vec();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(
                key.public().verify(&other, &signature).is_err(),
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

fn signed_badge() -> Value<'static> {
    proof::secure(badge(), SUITES[0], &options(), &signer()).expect("signed")
}

/// What is said of the badge with its proof's `member` changed; `None` takes it away.
fn with_member(member: &str, value: Option<Value<'static>>) -> Result<(), ProofError> {
    let mut signed = signed_badge();
    let proof = signed.pointer_mut("/proof/0").expect("a proof");
    match value {
        Some(value) => proof.set(member.to_owned(), value),
        None => drop(proof.remove(member)),
    }
    Secured::read(signed)?.check(0, &signer().public(), &Expected::CREDENTIAL)
}

fn malformed(pointer: &str, sentence: &'static str) -> Result<(), ProofError> {
    Err(ProofError::Malformed {
        pointer: pointer.to_owned(),
        sentence,
    })
}

#[test]
fn a4_login_proof_as_credential() {
    for suite in &SUITES[..2] {
        let mut login = options();
        login.purpose = Purpose::Authentication;
        login.challenge = Some("42".into());
        login.domain = vec!["issuer.test".into(), "api.issuer.test".into()];
        let signed = proof::secure(badge(), *suite, &login, &signer()).expect("signed");
        let secured = Secured::read(signed).expect("a proof");
        let key = signer().public();
        let error = secured
            .check(0, &key, &Expected::CREDENTIAL)
            .expect_err("a login");
        assert_eq!(error, ProofError::Purpose("authentication".into()));
        assert_eq!(
            error.problem(),
            "https://w3id.org/security#PROOF_VERIFICATION_ERROR"
        );

        let expect = |domain: &[&str], challenge| {
            let expected = Expected {
                purpose: Purpose::Authentication,
                domain: Some(domain),
                challenge: Some(challenge),
            };
            secured.check(0, &key, &expected)
        };
        assert_eq!(expect(&["api.issuer.test", "issuer.test"], "42"), Ok(()));
        assert_eq!(expect(&["issuer.test"], "42"), Err(ProofError::Domain));
        let others = ["api.issuer.test", "issuer.test", "x"];
        assert_eq!(expect(&others, "42"), Err(ProofError::Domain));
        assert_eq!(expect(&others[..2], "43"), Err(ProofError::Challenge));
    }
}

#[test]
fn a7_malformed_proof_values() {
    let good = text(&signed_badge(), "/proof/0/proofValue").to_owned();
    let long = "the base58btc text is too long";
    let digits = "not base58btc: the digits are 1-9, A-Z, a-z without 0, O, I, l";
    for (value, why) in [
        (
            format!("u{}", &good[1..]),
            "expected base58btc, beginning with z",
        ),
        (good[1..].to_owned(), "expected base58btc, beginning with z"),
        (format!("{good}1"), long),
        (good.replacen(&good[5..6], "0", 1), digits),
        (good.replacen(&good[5..6], "l", 1), digits),
        (good[..80].to_owned(), "the signature has 64 bytes"),
    ] {
        let verdict = with_member("proofValue", Some(value.clone().into()));
        assert_eq!(verdict, malformed("/proof/0/proofValue", why), "{value}");
    }
    // 64 zero bytes, and the same S plus the group order: well formed, and wrong.
    let mut s_plus_order = keys::signature_from_multibase(&good).expect("a signature");
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, add) in s_plus_order[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    for signature in [[0; 64], s_plus_order] {
        let value = keys::signature_to_multibase(&signature);
        assert_eq!(
            with_member("proofValue", Some(value.into())),
            Err(ProofError::Signature)
        );
    }
}

#[test]
fn a9_suite_confusion() {
    let unknown = "not a kind of proof that is trusted";
    for name in ["EDDSA-RDFC-2022", "eddsa-rdfc-2022 ", "", "ecdsa-rdfc-2018"] {
        let verdict = with_member("cryptosuite", Some(name.into()));
        assert_eq!(
            verdict,
            malformed("/proof/0/cryptosuite", unknown),
            "{name}"
        );
    }
    for name in [
        "Ed25519Signature2018",
        "RsaSignature2018",
        "dataintegrityproof",
    ] {
        let verdict = with_member("type", Some(name.into()));
        assert_eq!(verdict, malformed("/proof/0/type", unknown), "{name}");
    }
    let error = with_member("cryptosuite", Some("bbs-2023".into())).expect_err("bbs");
    assert_eq!(error, ProofError::NotSupportedYet("bbs-2023".into()));
    assert!(error.is_unknown());
    let list = Value::Array(vec!["DataIntegrityProof".into()]);
    assert_eq!(
        with_member("type", Some(list)),
        malformed("/proof/0/type", "must be text")
    );

    // The signature of one suite under the name of the other.
    for (made, named) in [(SUITES[0], SUITES[1]), (SUITES[1], SUITES[0])] {
        let mut signed = proof::secure(badge(), made, &options(), &signer()).expect("signed");
        let proof = signed.pointer_mut("/proof/0").expect("a proof");
        proof.set("cryptosuite", named.name().into());
        let secured = Secured::read(signed).expect("a proof");
        let verdict = secured.check(0, &signer().public(), &Expected::CREDENTIAL);
        assert_eq!(verdict, Err(ProofError::Signature));
    }
    // A key of another curve does not go with these suites.
    let other = PublicKey::from_multikey("zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv");
    for suite in &SUITES[..2] {
        let signed = proof::secure(badge(), *suite, &options(), &signer()).expect("signed");
        let secured = Secured::read(signed).expect("a proof");
        assert_eq!(
            secured.check(0, other.as_ref().expect("a key"), &Expected::CREDENTIAL),
            Err(ProofError::KeyKind {
                suite: suite.name(),
                kind: Kind::P256
            })
        );
    }
}

#[test]
fn a10_absent_or_absurd_proofs() {
    let read = |proof: Option<Value<'static>>| {
        let mut signed = signed_badge();
        match proof {
            Some(proof) => signed.set("proof", proof),
            None => drop(signed.remove("proof")),
        }
        let secured = Secured::read(signed)?;
        secured.check(0, &signer().public(), &Expected::CREDENTIAL)
    };
    let one = signed_badge().pointer("/proof/0").expect("a proof").clone();
    assert_eq!(read(Some(one.clone())), Ok(()));
    assert_eq!(read(Some(Value::Array(vec![one.clone(); 8]))), Ok(()));
    assert_eq!(read(None), Err(ProofError::NoProof));
    assert_eq!(read(Some(Value::Null)), Err(ProofError::NoProof));
    assert_eq!(read(Some(Value::Array(vec![]))), Err(ProofError::NoProof));
    assert_eq!(
        read(Some(Value::Array(vec![one; 9]))),
        Err(ProofError::TooMany(9))
    );
    let lacks = "a proof must have this";
    assert_eq!(
        read(Some(Value::Object(vec![]))),
        malformed("/proof/type", lacks)
    );
    let object = "a proof is a JSON object";
    assert_eq!(read(Some("z6Mk".into())), malformed("/proof", object));
    assert_eq!(
        read(Some(Value::Array(vec![Value::Null]))),
        malformed("/proof/0", object)
    );
    assert_eq!(
        Secured::read(Value::Array(vec![]))
            .map(|_| ())
            .map_err(|e| e.problem()),
        Err("https://www.w3.org/TR/vc-data-model#PARSING_ERROR")
    );
    for member in [
        "type",
        "cryptosuite",
        "created",
        "verificationMethod",
        "proofPurpose",
        "proofValue",
    ] {
        let pointer = format!("/proof/0/{member}");
        assert_eq!(with_member(member, None), malformed(&pointer, lacks));
        assert_eq!(
            with_member(member, Some(Value::Null)),
            malformed(&pointer, "must be text")
        );
    }
    let date = "must be a date and time such as 2026-03-01T10:00:00Z";
    for member in ["created", "expires"] {
        let verdict = with_member(member, Some("2026-03-01".into()));
        assert_eq!(verdict, malformed(&format!("/proof/0/{member}"), date));
    }
    let texts = "must be text, or a list of texts";
    let verdict = with_member("previousProof", Some(Value::Number(1.0)));
    assert_eq!(verdict, malformed("/proof/0/previousProof", texts));
    // What is added to a proof is signed too, or refused.
    assert_eq!(
        with_member("nonce", Some("1".into())),
        Err(ProofError::Signature)
    );
    let undefined = with_member("undefinedTerm", Some("1".into())).expect_err("undefined");
    assert_eq!(
        undefined.problem(),
        "https://w3id.org/security#DATA_LOSS_DETECTION_ERROR"
    );
    assert!(
        undefined.to_string().starts_with("/proof/undefinedTerm"),
        "{undefined}"
    );
}

#[test]
fn no_more_than_eight_proofs_are_made() {
    let mut signed = badge();
    for _ in 0..8 {
        signed = proof::secure(signed, SUITES[1], &options(), &signer()).expect("signed");
    }
    let error = proof::secure(signed, SUITES[1], &options(), &signer());
    assert_eq!(error, Err(ProofError::TooMany(9)));
}

#[test]
fn jcs_contexts_may_be_added_at_the_end_only() {
    let jcs = proof::suite("eddsa-jcs-2022").expect("a suite");
    let signed = proof::secure(badge(), jcs, &options(), &signer()).expect("signed");
    let with_contexts = |contexts: &[&str]| {
        let mut signed = signed.clone();
        let contexts = contexts.iter().map(|c| Value::from((*c).to_owned()));
        signed.set("@context", Value::Array(contexts.collect()));
        let secured = Secured::read(signed).expect("a proof");
        secured.check(0, &signer().public(), &Expected::CREDENTIAL)
    };
    let vc = "https://www.w3.org/ns/credentials/v2";
    let ob = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
    assert_eq!(with_contexts(&[vc, ob]), Ok(()));
    assert_eq!(with_contexts(&[vc, ob, "https://example.org/more"]), Ok(()));
    for contexts in [
        &[vc][..],
        &[ob, vc],
        &["https://example.org/more", vc, ob],
        &[],
    ] {
        assert_eq!(
            with_contexts(contexts),
            Err(ProofError::Context),
            "{contexts:?}"
        );
    }
}

#[test]
fn an_unknown_context_is_unknown_and_not_wrong() {
    let mut document = badge();
    *document.pointer_mut("/@context/1").expect("a context") = "https://example.org/c".into();
    let rdfc = proof::suite("eddsa-rdfc-2022").expect("a suite");
    let error = proof::secure(document, rdfc, &options(), &signer()).expect_err("unknown");
    assert!(error.is_unknown(), "{error}");
    assert_eq!(
        error.problem(),
        "https://w3id.org/security#PROOF_TRANSFORMATION_ERROR"
    );
}
