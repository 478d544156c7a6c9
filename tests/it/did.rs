//! Identifiers and their documents: the published did:key table, and what may not be believed.

use std::fs;

use skillmark::{
    did::{Did, DidError, Document, DocumentError, KeyState, Purpose, Resolved, key},
    json::{self, Value},
    keys::{KeyError, Kind, PublicKey, SigningKey},
};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/did-key");

fn read(name: &str) -> String {
    fs::read_to_string(format!("{VECTORS}/{name}")).expect(name)
}

fn document_of(did: &str) -> Document {
    match Did::parse(did).expect(did).resolve().expect(did) {
        Resolved::Document(document) => *document,
        Resolved::At(url) => panic!("{did} is at {url}"),
    }
}

/// A document about `id`; `methods` and the rest are JSON.
fn document(id: &str, rest: &str) -> Result<Document, DocumentError> {
    let text = format!(r#"{{"id":"{id}",{rest}}}"#);
    Document::parse(&json::parse(&text).expect("json"))
}

fn victim() -> (SigningKey, String) {
    let key = SigningKey::from_seed(&[0x56; 32]);
    let multikey = key.public().to_multikey();
    (key, multikey)
}

fn attacker() -> String {
    SigningKey::from_seed(&[0x4b; 32]).public().to_multikey()
}

#[test]
fn did_keys_lead_to_the_published_keys() {
    let mut cases = 0;
    for line in read("ed25519.tsv").lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [did, seed, public] = columns[..] else {
            panic!("three columns in {line}")
        };
        let bytes = |hex: &str| -> [u8; 32] {
            let byte = |i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex");
            std::array::from_fn(byte)
        };
        let expected = PublicKey::from_bytes(&bytes(public)).expect("a key");
        assert_eq!(SigningKey::from_seed(&bytes(seed)).public(), expected);
        assert_eq!(key::did(&expected).as_str(), did);

        let document = document_of(did);
        let url = key::method_url(&expected);
        for purpose in Purpose::ALL {
            let found = document.method(&url, purpose).map(|m| m.key.clone());
            match purpose {
                Purpose::KeyAgreement => {
                    assert_eq!(found, Err(DocumentError::Relationship(purpose)));
                }
                _ => assert_eq!(found, Ok(Ok(expected.clone())), "{did}"),
            }
        }
        cases += 1;
    }
    assert_eq!(cases, 5);
}

/// P-256, P-384 and P-521 as did:key and as did:jwk.
#[test]
fn published_nist_keys() {
    let table = include_str!("../vectors/did-key/nist.tsv");
    let mut kinds = Vec::new();
    for line in table.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [did, crv, x, y] = columns[..] else {
            panic!("four columns in {line}")
        };
        let jwk = format!(r#"{{"kty":"EC","crv":"{crv}","x":"{x}","y":"{y}"}}"#);
        let key = PublicKey::from_jwk(&json::parse(&jwk).expect("json"));
        let key = key.expect("a key");
        assert_eq!(json::text(&key.to_jwk()), jwk);
        assert_eq!(key::did(&key).as_str(), did);
        assert_eq!(
            PublicKey::from_multikey(&key.to_multikey()),
            Ok(key.clone())
        );
        kinds.push(key.kind());

        let as_jwk = skillmark::did::jwk::did(&key).to_string();
        for (did, url) in [
            (did, key::method_url(&key)),
            (&*as_jwk, format!("{as_jwk}#0")),
        ] {
            let document = document_of(did);
            let method = document.method(&url, Purpose::AssertionMethod);
            assert_eq!(method.expect("a method").key, Ok(key.clone()), "{did}");
            assert!(document.method(&url, Purpose::KeyAgreement).is_err());
        }
    }
    assert_eq!(
        kinds,
        [
            Kind::P256,
            Kind::P256,
            Kind::P384,
            Kind::P384,
            Kind::P521,
            Kind::P521
        ]
    );
}

/// RSA keys are read as JWKs; their did:key is only ever written.
#[test]
fn published_rsa_keys() {
    for line in include_str!("../vectors/did-key/rsa.tsv").lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [did, n, e] = columns[..] else {
            panic!("three columns in {line}")
        };
        let jwk = format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
        let key = PublicKey::from_jwk(&json::parse(&jwk).expect("json")).expect("a key");
        assert_eq!(key.kind(), Kind::Rsa);
        assert_eq!(json::text(&key.to_jwk()), jwk);
        assert_eq!(key::did(&key).as_str(), did);
        let refused = Did::parse(did).map(|did| did.resolve());
        assert!(matches!(refused, Ok(Err(DidError::Key(_)))), "{refused:?}");

        let as_jwk = skillmark::did::jwk::did(&key).to_string();
        let document = document_of(&as_jwk);
        let method = document.method(&format!("{as_jwk}#0"), Purpose::AssertionMethod);
        assert_eq!(method.expect("a method").key, Ok(key));
    }
}

/// Every way in which documents write keys (digest of CID 1.0 §2.2), and mixtures of them.
#[test]
fn keys_of_documents_in_every_form() {
    let p256 = "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv";
    let ed25519 = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
    let jwk = json::text(&PublicKey::from_multikey(p256).expect("a key").to_jwk());
    let key_of = |kind: &str, key: &str| {
        let text = format!(
            r##"{{"id":"did:web:a.test","verificationMethod":[{{"id":"#k","type":"{kind}",
            "controller":"did:web:a.test",{key}}}],"assertionMethod":["#k"]}}"##
        );
        let document = Document::parse(&json::parse(&text).expect("json")).expect("a document");
        let method = document.method("did:web:a.test#k", Purpose::AssertionMethod);
        method.expect("a method").key.clone()
    };
    let multibase = |key: &str| format!(r#""publicKeyMultibase":"{key}""#);
    let as_jwk = format!(r#""publicKeyJwk":{jwk}"#);
    for kind in ["JsonWebKey", "JsonWebKey2020"] {
        assert_eq!(key_of(kind, &as_jwk), PublicKey::from_multikey(p256));
        assert!(key_of(kind, &multibase(p256)).is_err());
    }
    for key in [p256, ed25519] {
        assert_eq!(
            key_of("Multikey", &multibase(key)),
            PublicKey::from_multikey(key)
        );
    }
    let older = "Ed25519VerificationKey2020";
    assert_eq!(
        key_of(older, &multibase(ed25519)),
        PublicKey::from_multikey(ed25519)
    );
    assert_eq!(
        key_of(older, &multibase(p256)),
        Err(KeyError::Malformed(
            "an Ed25519VerificationKey2020 holds an Ed25519 key"
        ))
    );
    assert_eq!(
        key_of("Multikey", &format!("{as_jwk},{}", multibase(p256))),
        Err(KeyError::Malformed("a method has one key, not two"))
    );
}

#[test]
fn did_keys_of_other_kinds_are_told_apart_from_nonsense() {
    let error = |did: &str| {
        let error = Did::parse(did).expect(did).resolve().expect_err(did);
        std::error::Error::source(&error).map(ToString::to_string)
    };
    assert_eq!(
        error("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme").as_deref(),
        Some("keys of kind secp256k1 are not supported yet")
    );
    assert_eq!(
        error("did:key:z6Mk").as_deref(),
        Some("not a known Multikey")
    );
}

#[test]
fn a_document_reads_back_as_it_was_written() {
    let (key, multikey) = victim();
    let id = "did:web:badges.example:issuers:7f3c";
    let mut document = Document::new(id);
    document.also_known_as = vec!["https://badges.example/issuers/7f3c".into()];
    let method = |multikey: &str| {
        skillmark::did::VerificationMethod::multikey(
            format!("{id}#{multikey}"),
            id,
            PublicKey::from_multikey(multikey).expect("a key"),
        )
    };
    document.add_for(method(&multikey), &[Purpose::AssertionMethod]);
    let mut leaked = method(&attacker());
    leaked.revoked = Some("2026-03-01T00:00:00Z".parse().expect("a time"));
    document.add(leaked.clone());

    insta::assert_snapshot!(json::text(&document.to_json()), @r##"{"@context":["https://www.w3.org/ns/did/v1","https://w3id.org/security/multikey/v1"],"id":"did:web:badges.example:issuers:7f3c","alsoKnownAs":["https://badges.example/issuers/7f3c"],"verificationMethod":[{"id":"did:web:badges.example:issuers:7f3c#z6MkofZ1WuSJkd6UMyevdzsBVrhCtmpcq53cWATRc3jRYAxJ","type":"Multikey","controller":"did:web:badges.example:issuers:7f3c","publicKeyMultibase":"z6MkofZ1WuSJkd6UMyevdzsBVrhCtmpcq53cWATRc3jRYAxJ"},{"id":"did:web:badges.example:issuers:7f3c#z6MknyZhxYKizGbyKw4ZhfNgock231itYRvj3xcyCT6Pqj6A","type":"Multikey","controller":"did:web:badges.example:issuers:7f3c","publicKeyMultibase":"z6MknyZhxYKizGbyKw4ZhfNgock231itYRvj3xcyCT6Pqj6A","revoked":"2026-03-01T00:00:00Z"}],"assertionMethod":["did:web:badges.example:issuers:7f3c#z6MkofZ1WuSJkd6UMyevdzsBVrhCtmpcq53cWATRc3jRYAxJ"]}"##);
    assert_eq!(Document::parse(&document.to_json()), Ok(document.clone()));
    assert_eq!(
        document
            .method(&format!("{id}#{multikey}"), Purpose::AssertionMethod)
            .map(|m| m.public_key().cloned()),
        Ok(Ok(key.public()))
    );
    assert_eq!(
        document.method(&leaked.id, Purpose::AssertionMethod),
        Err(DocumentError::Relationship(Purpose::AssertionMethod))
    );
}

#[test]
fn a1_fragment_as_key() {
    let (_, v) = victim();
    let k = attacker();
    let asked = |document: &Document, url: &str| {
        document
            .method(url, Purpose::AssertionMethod)
            .map(|_| ())
            .map_err(|e| e.name())
    };
    for id in ["https://victim.test/issuer", "did:web:victim.test"] {
        let methods = format!(
            r##""verificationMethod":[{{"id":"#{v}","type":"Multikey","controller":"{id}","publicKeyMultibase":"{v}"}}],"assertionMethod":["#{v}"]"##
        );
        let document = document(id, &methods).expect("a document");
        assert_eq!(asked(&document, &format!("{id}#{v}")), Ok(()));
        assert_eq!(
            asked(&document, &format!("{id}#{k}")),
            Err("INVALID_VERIFICATION_METHOD")
        );
    }
    let document = document_of(&format!("did:key:{v}"));
    for (url, error) in [
        (format!("did:key:{v}#{k}"), "INVALID_VERIFICATION_METHOD"),
        (format!("did:key:{v}"), "INVALID_VERIFICATION_METHOD"),
        (format!("did:key:{v}#"), "INVALID_VERIFICATION_METHOD_URL"),
        (format!("#{v}"), "INVALID_VERIFICATION_METHOD_URL"),
        (String::new(), "INVALID_VERIFICATION_METHOD_URL"),
        (
            format!("did:key:{k}#{k}"),
            "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID",
        ),
    ] {
        assert_eq!(asked(&document, &url), Err(error), "{url}");
    }
}

#[test]
fn a3_key_outside_its_relationship() {
    let (_, v) = victim();
    let id = "did:web:victim.test";
    let method = format!(
        r#"{{"id":"{id}#{v}","type":"Multikey","controller":"{id}","publicKeyMultibase":"{v}"}}"#
    );
    for rest in [
        format!(r#""verificationMethod":[{method}],"authentication":["{id}#{v}"]"#),
        format!(r#""authentication":[{method}]"#),
        format!(r#""verificationMethod":[{method}]"#),
    ] {
        let document = document(id, &rest).expect("a document");
        let error = document.method(&format!("{id}#{v}"), Purpose::AssertionMethod);
        assert_eq!(
            error.map_err(|e| e.name()),
            Err("INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD")
        );
    }
    let embedded = document(id, &format!(r#""assertionMethod":{method}"#)).expect("a document");
    assert!(
        embedded
            .method(&format!("{id}#{v}"), Purpose::AssertionMethod)
            .is_ok()
    );
}

#[test]
fn a5_method_controlled_elsewhere() {
    let (_, v) = victim();
    let id = "did:web:victim.test";
    let url = format!("{id}#{v}");
    let document = document(
        id,
        &format!(
            r#""verificationMethod":[{{"id":"{url}","type":"Multikey","controller":"did:web:evil.test","publicKeyMultibase":"{v}"}}],"assertionMethod":["{url}"]"#
        ),
    )
    .expect("a document");
    let error = document
        .method(&url, Purpose::AssertionMethod)
        .expect_err("foreign");
    assert_eq!(error, DocumentError::Controller("did:web:evil.test".into()));
    assert_eq!(error.name(), "INVALID_VERIFICATION_METHOD");
}

#[test]
fn a6_document_about_someone_else() {
    let evil = document("did:web:evil.test", r#""verificationMethod":[]"#).expect("a document");
    let error = evil
        .method("did:web:victim.test#key", Purpose::AssertionMethod)
        .expect_err("another id");
    assert_eq!(
        error.problem(),
        "https://w3id.org/security#INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID"
    );
}

#[test]
fn a8_keys_that_prove_nothing() {
    let id = "did:web:victim.test";
    let multikey = |bytes: [u8; 32]| {
        let mut all = vec![0xed, 0x01];
        all.extend(bytes);
        format!("z{}", bs58::encode(all).into_string())
    };
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut minus_one = [0xff; 32];
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    let mut above_the_field = [0xff; 32];
    (above_the_field[0], above_the_field[31]) = (0xf1, 0x7f);
    for (bytes, why) in [
        (identity, KeyError::SmallOrder),
        (minus_one, KeyError::SmallOrder),
        (above_the_field, KeyError::NotAPoint),
    ] {
        let document = document(
            id,
            &format!(
                r##""assertionMethod":[{{"id":"#k","type":"Multikey","controller":"{id}","publicKeyMultibase":"{}"}}]"##,
                multikey(bytes)
            ),
        )
        .expect("a document");
        let method = document
            .method(&format!("{id}#k"), Purpose::AssertionMethod)
            .expect("a method");
        let error = method.public_key().expect_err("no key");
        assert_eq!(error, DocumentError::Key(why));
        assert_eq!(error.name(), "INVALID_VERIFICATION_METHOD");
    }
}

#[test]
fn documents_that_cannot_be_relied_on_are_refused() {
    let method = |more: &str| {
        format!(
            r##""verificationMethod":[{{"id":"#k","type":"Multikey","controller":"did:web:a.test"{more}}}]"##
        )
    };
    let twice = format!(
        r##"{},"authentication":[{{"id":"did:web:a.test#k","type":"Multikey","controller":"x"}}]"##,
        method("")
    );
    for (id, rest, why) in [
        (
            "not a did",
            method(""),
            "its id is not a DID or https address",
        ),
        (
            "did:web:a.test#k",
            method(""),
            "its id is not a DID or https address",
        ),
        (
            "http://a.test/",
            method(""),
            "its id is not a DID or https address",
        ),
        (
            "https://u@a.test/",
            method(""),
            "its id is not a DID or https address",
        ),
        ("did:web:a.test", twice, "it names a method twice"),
        (
            "did:web:a.test",
            method(r#","revoked":"yesterday""#),
            "expires or revoked of a method is not a date and time",
        ),
        (
            "did:web:a.test",
            r#""assertionMethod":[5]"#.into(),
            "a method lacks its id, type or controller",
        ),
    ] {
        assert_eq!(
            document(id, &rest),
            Err(DocumentError::Document(why)),
            "{id} {rest}"
        );
    }
    assert!(Document::parse(&Value::Null).is_err());
    let methods: Vec<String> = (0..257)
        .map(|i| format!(r##"{{"id":"#{i}","type":"x","controller":"y"}}"##))
        .collect();
    let many = |count| format!(r#""verificationMethod":[{}]"#, methods[..count].join(","));
    assert!(document("did:web:a.test", &many(256)).is_ok());
    assert_eq!(
        document("did:web:a.test", &many(257)),
        Err(DocumentError::Document("it has more than 256 keys"))
    );
}

#[test]
fn i7_a_key_is_in_force_until_it_expires_or_is_revoked() {
    let (key, v) = victim();
    let at = |text: &str| text.parse().expect("a time");
    let mut method = skillmark::did::VerificationMethod::multikey(
        format!("did:web:a.test#{v}"),
        "did:web:a.test",
        key.public(),
    );
    let early = at("2026-01-01T00:00:00Z");
    let late = at("2026-06-01T00:00:00Z");
    let end = at("2026-03-01T00:00:00Z");
    assert_eq!(method.state_at(late), KeyState::Good);
    method.expires = Some(end);
    assert_eq!(method.state_at(early), KeyState::Good);
    assert_eq!(method.state_at(end), KeyState::Expired(end));
    method.revoked = Some(end);
    assert_eq!(method.state_at(early), KeyState::RevokedSince(end));
    assert_eq!(method.state_at(late), KeyState::Revoked(end));
}
