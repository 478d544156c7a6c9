//! Credentials of issuers who sign with P-256, P-384 and RSA keys, embedded and as tokens: green if
//! good, and never when anything was changed or the key is somebody else's.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use skillmark::{
    json::{self, Value},
    proof,
    verify::{CheckId, Form, Known, Outcome, Verdict},
};

use crate::{
    credential::sample,
    support::foreign::{self, Foreign},
    verify::{check_text, now, told},
};

const SITE: &str = "https://issuer.test/issuers/1";
const SET: &str = "https://issuer.test/.well-known/jwks.json";

/// The simple sample, issued by `issuer`.
fn issued_by(issuer: &str) -> Value<'static> {
    let mut document = sample("simple");
    document.set("issuer", Value::from(issuer.to_owned()));
    document
}

/// What the key needs in the document to be used with a suite.
fn for_suite(issuer: &str, suite: &dyn proof::Suite) -> Value<'static> {
    let mut document = issued_by(issuer);
    if suite.proof_type() != "DataIntegrityProof" {
        let Some(Value::Array(contexts)) = document.get_mut("@context") else {
            panic!("contexts")
        };
        contexts.push("https://w3id.org/security/suites/ed25519-2020/v1".into());
    }
    document
}

fn verdict(text: &str) -> Verdict {
    check_text(&Known::nothing(), text).verdict
}

#[test]
fn every_foreign_key_and_suite_is_valid_and_every_change_is_not() {
    for key in [foreign::ed25519(), foreign::p256(), foreign::p384()] {
        for suite in key.suites() {
            let signed = key.secure(&for_suite(&key.did(), suite), suite);
            let report = check_text(&Known::nothing(), &json::text(&signed));
            assert_eq!(report.verdict, Verdict::Valid, "{suite:?}: {report:#?}");
            let proof = report.check(CheckId::Proof).expect("a check");
            let sentence = format!("The text is exactly what was signed ({}).", suite.name());
            assert_eq!(proof.sentence, sentence);

            let mut pointers = Vec::new();
            signed.walk(&mut |pointer, value| {
                if value.as_str().is_some() {
                    pointers.push(pointer.to_owned());
                }
            });
            for pointer in pointers {
                let mut changed = signed.clone();
                let value = changed.pointer_mut(&pointer).expect("a text");
                *value = format!("{}x", value.as_str().expect("text")).into();
                let told = verdict(&json::text(&changed));
                assert_ne!(told, Verdict::Valid, "{suite:?} {pointer}");
            }
        }
    }
}

/// A9: a P-256 key with an Ed25519 suite, and the other way round; A1: a key in a fragment.
#[test]
fn a9_keys_of_the_wrong_kind() {
    let (p256, ed25519) = (foreign::p256(), foreign::ed25519());
    for (issuer, suite) in [(&p256, "eddsa-rdfc-2022"), (&ed25519, "ecdsa-rdfc-2019")] {
        let suite = proof::suite(suite).expect("a suite");
        let document = issued_by(&issuer.did());
        let proof = issuer.prove(&document, suite, &issuer.method());
        let mut signed = document;
        signed.set("proof", proof);
        let report = check_text(&Known::nothing(), &json::text(&signed));
        assert_eq!(
            told(&report, CheckId::Proof),
            (Verdict::Invalid, Outcome::Fail, Some("malformed_proof")),
            "{report:#?}"
        );
    }
    let suite = proof::suite("ecdsa-rdfc-2019").expect("a suite");
    let victim = foreign::p384().did();
    let forged = issued_by(&victim);
    let url = format!("{victim}#{}", p256.public.to_multikey());
    let mut signed = forged.clone();
    signed.set("proof", p256.prove(&forged, suite, &url));
    let report = check_text(&Known::nothing(), &json::text(&signed));
    assert_eq!(
        told(&report, CheckId::KeyBinding),
        (
            Verdict::Invalid,
            Outcome::Fail,
            Some("INVALID_VERIFICATION_METHOD")
        )
    );
}

/// A key that exists and is not used here leaves it open; it is never called wrong, and never good.
#[test]
fn keys_of_unused_kinds_cannot_be_told() {
    let did = "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme";
    let suite = proof::suite("ecdsa-rdfc-2019").expect("a suite");
    let document = issued_by(did);
    let mut signed = document.clone();
    let url = format!("{did}#{}", &did["did:key:".len()..]);
    signed.set("proof", foreign::p256().prove(&document, suite, &url));
    let report = check_text(&Known::nothing(), &json::text(&signed));
    assert_eq!(
        told(&report, CheckId::KeyBinding),
        (
            Verdict::CannotTell,
            Outcome::Unknown,
            Some("issuer_identifier")
        )
    );
}

/// One good proof of the issuer is enough, whatever else stands there; a forger's is none.
#[test]
fn a11_proof_sets_of_mixed_suites() {
    let (issuer, forger) = (foreign::p256(), foreign::ed25519());
    let document = issued_by(&issuer.did());
    let ecdsa = proof::suite("ecdsa-jcs-2019").expect("a suite");
    let eddsa = proof::suite("eddsa-rdfc-2022").expect("a suite");
    let good = issuer.prove(&document, ecdsa, &issuer.method());
    let forged = forger.prove(&document, eddsa, &forger.method());
    let broken = |mut proof: Value<'static>| {
        proof.set("created", "2026-03-01T10:00:06Z".into());
        proof
    };
    let with = |proofs: Vec<Value<'static>>| {
        let mut document = document.clone();
        document.set("proof", Value::Array(proofs));
        check_text(&Known::nothing(), &json::text(&document))
    };
    let report = with(vec![broken(forged.clone()), good.clone()]);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(with(vec![forged.clone()]).verdict, Verdict::Invalid);
    let laundered = with(vec![forged.clone(), broken(good.clone())]);
    assert_eq!(
        told(&laundered, CheckId::Proof),
        (Verdict::Invalid, Outcome::Fail, Some("signature_mismatch"))
    );
    // The forger's good proof under the issuer's key is not the issuer's.
    let mut posing = forged;
    posing.set("verificationMethod", issuer.method().into());
    assert_eq!(with(vec![posing]).verdict, Verdict::Invalid);
    // A proof that builds on a broken one is no good proof.
    let mut first = broken(good);
    first.set("id", "urn:proof:1".into());
    let mut beneath = document.clone();
    beneath.set("proof", Value::Array(vec![first.clone()]));
    let mut second = issuer.prove(&document, ecdsa, &issuer.method());
    second.remove("proofValue");
    second.set("previousProof", "urn:proof:1".into());
    let second = issuer.seal(&beneath, second, ecdsa);
    assert_eq!(with(vec![first, second]).verdict, Verdict::Invalid);
}

fn header(alg: &str, rest: &str) -> Value<'static> {
    let text = format!(r#"{{"alg":"{alg}"{rest}}}"#);
    json::parse(&text).expect("json").into_owned()
}

fn alg(key: &Foreign) -> &'static str {
    key.kind().algorithms()[0]
}

/// The simple sample of `issuer` as the payload of a token in each of the three forms, with what
/// the header says of it.
fn payloads(issuer: &str) -> [(Form, &'static str, Value<'static>); 3] {
    let document = issued_by(issuer);
    let subject = document.pointer("/credentialSubject/id").cloned();
    let claims = |payload: &mut Value<'static>| {
        payload.set("iss", issuer.to_owned().into());
        payload.set("jti", document.get("id").expect("an id").clone());
        let valid_from = document.get("validFrom").and_then(Value::as_str);
        let at: skillmark::clock::Timestamp = valid_from.expect("a date").parse().expect("a time");
        #[expect(clippy::cast_precision_loss, reason = "a second of this century")]
        payload.set("nbf", Value::Number(at.as_second() as f64));
        if let Some(subject) = &subject {
            payload.set("sub", subject.clone());
        }
    };
    let mut open_badges = document.clone();
    claims(&mut open_badges);
    let mut older = Value::Object(Vec::new());
    claims(&mut older);
    let mut credential = document.clone();
    let valid_from = credential.remove("validFrom").expect("a date");
    credential.set("issuanceDate", valid_from);
    credential.set("name", "Bowline".into());
    let Some(Value::Array(contexts)) = credential.get_mut("@context") else {
        panic!("contexts")
    };
    contexts[0] = "https://www.w3.org/2018/credentials/v1".into();
    older.set("vc", credential);
    [
        (Form::OpenBadgesJwt, "", open_badges),
        (Form::JoseCose, r#","typ":"vc+jwt""#, document),
        (Form::Vcdm11Jwt, r#","typ":"JWT""#, older),
    ]
}

#[test]
fn tokens_of_every_kind_of_key_in_every_form() {
    for key in foreign::all() {
        for (form, typ, payload) in payloads(&key.did()) {
            let rest = format!(r#"{typ},"kid":"{}""#, key.method());
            let token = key.token(&header(alg(&key), &rest), &payload);
            let report = check_text(&Known::nothing(), &token);
            assert_eq!(report.verdict, Verdict::Valid, "{form:?}: {report:#?}");
            assert_eq!(report.form, Some(form));
            let sentence = format!(
                "The text is exactly what was signed (token, {}).",
                alg(&key)
            );
            assert_eq!(
                report.check(CheckId::Proof).expect("a check").sentence,
                sentence
            );
            // The key decides: no other algorithm may be claimed.
            for other in ["EdDSA", "ES256", "ES384", "RS256", "HS256", "none"] {
                if other != alg(&key) {
                    let token = key.token(&header(other, &rest), &payload);
                    assert_eq!(verdict(&token), Verdict::Invalid, "{other}");
                }
            }
        }
    }
}

/// Every 7th character of a token changed, its parts swapped, its signature emptied or zero.
#[test]
fn c11_changed_tokens_are_refused() {
    for key in foreign::all() {
        let (_, typ, payload) = &payloads(&key.did())[1];
        let rest = format!(r#"{typ},"kid":"{}""#, key.method());
        let token = key.token(&header(alg(&key), &rest), payload);
        for at in (0..token.len()).step_by(7) {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = match bytes[at] {
                b'.' => continue,
                b'A' => b'B',
                _ => b'A',
            };
            let changed = String::from_utf8(bytes).expect("text");
            assert_ne!(verdict(&changed), Verdict::Valid, "{} {at}", alg(&key));
        }
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        for forged in [
            Vec::new(),
            vec![0; bytes.len()],
            bytes[1..].to_vec(),
            [&bytes[..], &[0]].concat(),
        ] {
            let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(forged));
            assert_eq!(verdict(&forged), Verdict::Invalid);
        }
    }
}

/// A key that the header brings counts only if the issuer publishes it.
#[test]
fn c3_embedded_keys_of_every_kind() {
    let victim = foreign::p384();
    for key in foreign::all() {
        let jwk = json::text(&key.public.to_jwk());
        let rest = format!(r#","jwk":{jwk}"#);
        let (_, _, payload) = &payloads(&key.did())[0];
        let own = key.token(&header(alg(&key), &rest), payload);
        assert_eq!(verdict(&own), Verdict::Valid, "{}", alg(&key));
        if key.public == victim.public {
            continue;
        }
        let (_, _, payload) = &payloads(&victim.did())[0];
        for rest in [
            rest.clone(),
            format!(r#"{rest},"kid":"{}""#, victim.method()),
        ] {
            let forged = key.token(&header(alg(&key), &rest), payload);
            let report = check_text(&Known::nothing(), &forged);
            assert_eq!(
                told(&report, CheckId::KeyBinding),
                (Verdict::Invalid, Outcome::Fail, Some("issuer_key_mismatch"))
            );
        }
    }
}

/// A key set: `(kid, key)` each.
fn set_of(keys: &[(&str, &Foreign)]) -> String {
    let keys: Vec<String> = keys
        .iter()
        .map(|(kid, key)| {
            let mut jwk = key.public.to_jwk();
            if !kid.is_empty() {
                jwk.set("kid", Value::from((*kid).to_owned()));
            }
            json::text(&jwk)
        })
        .collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

/// A profile without keys at the issuer's address, as many Open Badges issuers have it.
fn profile() -> String {
    format!(r#"{{"id":"{SITE}","type":["Profile"],"name":"Issuer"}}"#)
}

fn token_of(key: &Foreign, kid: &str) -> String {
    let (_, _, payload) = &payloads(SITE)[0];
    key.token(&header(alg(key), &format!(r#","kid":"{kid}""#)), payload)
}

#[test]
fn keys_of_a_sites_key_set() {
    let (rsa, p256) = (foreign::rsa(), foreign::p256());
    let set = set_of(&[("https://issuer.test/keys/1", &rsa), ("second", &p256)]);
    let sites = [
        Known::nothing()
            .with_issuer(SITE, profile(), now())
            .with_issuer(SET, &*set, now()),
        Known::nothing()
            .with_issuer(SITE, "<html></html>", now())
            .with_issuer(SET, &*set, now()),
        Known::nothing().with_issuer(SET, &*set, now()),
    ];
    for known in sites {
        for token in [
            token_of(&rsa, "https://issuer.test/keys/1"),
            token_of(&p256, "second"),
            token_of(&p256, "#second"),
            token_of(&p256, &p256.public.thumbprint()),
            // A kid that the set does not know: every key that fits is tried.
            token_of(&rsa, "https://issuer.test/keys/elsewhere"),
        ] {
            let report = check_text(&known, &token);
            assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
            assert_eq!(
                report.check(CheckId::KeyBinding).expect("a check").sentence,
                "The key is in the key set that the issuer's web site publishes."
            );
        }
        let stranger = foreign::p384();
        for (token, reason) in [
            (token_of(&stranger, "second"), None),
            (token_of(&stranger, "https://issuer.test/keys/1"), None),
            (
                token_of(&stranger, "https://issuer.test/keys/3"),
                Some("INVALID_VERIFICATION_METHOD"),
            ),
            // C6: another site, whatever the set says.
            (
                token_of(&rsa, "https://evil.test/keys/1"),
                Some("issuer_key_mismatch"),
            ),
            (token_of(&rsa, "https://issuer.test@evil.test/keys/1"), None),
        ] {
            let report = check_text(&known, &token);
            assert_eq!(report.verdict, Verdict::Invalid, "{report:#?}");
            if reason.is_some() {
                assert_eq!(
                    report.check(CheckId::KeyBinding).expect("a check").reason,
                    reason
                );
            }
        }
    }
}

/// A document with keys has the last word, a set of another issuer none, and a set that could not
/// be read leaves it open.
#[test]
fn a_key_set_never_overrules_the_issuers_document() {
    let (issuer, other) = (foreign::p256(), foreign::rsa());
    let with_key = format!(
        r##"{{"id":"{SITE}","verificationMethod":[{{"id":"#k","type":"Multikey","controller":"{SITE}",
        "publicKeyMultibase":"{}"}}],"assertionMethod":["#k"]}}"##,
        issuer.public.to_multikey()
    );
    let set = set_of(&[("https://issuer.test/keys/1", &other)]);
    let both = Known::nothing()
        .with_issuer(SITE, with_key, now())
        .with_issuer(SET, &*set, now());
    assert_eq!(
        check_text(&both, &token_of(&issuer, "k")).verdict,
        Verdict::Valid
    );
    for kid in ["https://issuer.test/keys/1", "jwks-0", "k"] {
        let report = check_text(&both, &token_of(&other, kid));
        assert_eq!(report.verdict, Verdict::Invalid, "{kid}: {report:#?}");
    }

    let of_another = format!(
        r#"{{"iss":"https://issuer.test/issuers/2",{}"#,
        &set_of(&[("second", &issuer)])[1..]
    );
    let another = Known::nothing()
        .with_issuer(SITE, profile(), now())
        .with_issuer(SET, of_another, now());
    assert_eq!(
        told(
            &check_text(&another, &token_of(&issuer, "second")),
            CheckId::KeyBinding
        ),
        (
            Verdict::Invalid,
            Outcome::Fail,
            Some("INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID")
        )
    );
    let unread = Known::nothing().with_issuer(SITE, profile(), now());
    assert_eq!(
        told(
            &check_text(&unread, &token_of(&issuer, "second")),
            CheckId::KeyBinding
        ),
        (
            Verdict::CannotTell,
            Outcome::Unknown,
            Some("issuer_not_fetched")
        )
    );
    // A did:web has no site to fall back on.
    let (_, _, payload) = &payloads("did:web:issuer.test")[0];
    let token = issuer.token(&header("ES256", r#","kid":"second""#), payload);
    let known = Known::nothing().with_issuer(SET, set_of(&[("second", &issuer)]), now());
    assert_eq!(check_text(&known, &token).verdict, Verdict::CannotTell);
}
