//! Credentials as JWTs: three forms by another program, our one form, and every way to be fooled.

use std::fs;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use skillmark::{
    json::{self, Value},
    keys::{KeyError, Kind, PublicKey, SigningKey},
    proof::jwt::{self, Algorithm, Form, JwtError},
};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/jwt");
const KID: &str = "did:web:victim.test#k";

fn vector() -> Value<'static> {
    let text = fs::read_to_string(format!("{VECTORS}/rubric.json")).expect("a vector");
    json::parse(&text).expect("json").into_owned()
}

fn text<'v>(value: &'v Value<'_>, pointer: &str) -> &'v str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .expect(pointer)
}

fn signer() -> SigningKey {
    SigningKey::from_seed(&[0x56; 32])
}

/// A credential with everything that claims are taken from.
fn credential() -> Value<'static> {
    json::parse(
        r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"id":"urn:uuid:1","type":["VerifiableCredential"],
        "issuer":{"id":"did:web:victim.test","type":["Profile"]},"validFrom":"2026-03-01T10:00:00.9+01:00",
        "validUntil":"2027-03-01T10:00:00Z","credentialSubject":{"id":"urn:uuid:2"}}"#,
    )
    .expect("json")
}

/// A token over these texts, signed with the key of `signer`.
fn token(header: &str, payload: &str) -> String {
    let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
    let prepared = format!("{}.{}", encode(header), encode(payload));
    let signature = signer().sign(prepared.as_bytes());
    jwt::finish(prepared, &signature)
}

fn header(members: &str) -> String {
    token(&format!("{{{members}}}"), &payload_text())
}

/// The payload that we write for `credential`.
fn payload_text() -> String {
    let token = jwt::sign(&credential(), KID, &signer()).expect("a token");
    part(&token, 1)
}

fn part(token: &str, index: usize) -> String {
    let part = token.split('.').nth(index).expect("a part");
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("text")
}

/// Everything that the kernel checks of a token.
fn verdict(token: &str) -> Result<Form, JwtError> {
    let token = jwt::read(token)?;
    token.verify(&signer().public())?;
    Ok(token.claims()?.form)
}

#[test]
fn tokens_of_another_program_are_read_in_three_forms() {
    let vector = vector();
    let key = SigningKey::from_multikey(text(&vector, "/secretKeyMultibase")).expect("a key");
    for (name, form) in [
        ("/ob3", Form::OpenBadges),
        ("/joseCose", Form::JoseCose),
        ("/vcdm11", Form::Vcdm11),
    ] {
        let token = jwt::read(text(&vector, name)).expect(name);
        assert_eq!(token.header.algorithm, Algorithm::Of(Kind::Ed25519));
        assert_eq!(token.verify(&key.public()), Ok(()), "{name}");
        assert_eq!(token.verify(&signer().public()), Err(JwtError::Signature));
        let claims = token.claims().expect(name);
        assert_eq!(claims.form, form);
        assert_eq!(claims.signature_expires, None);
        let subject = "did:example:ebfeb1f712ebc6f1c276e12ec21";
        let mut expected = vector.get("document").expect("a document").clone();
        if form != Form::JoseCose {
            assert_eq!(text(&claims.credential, "/credentialSubject/id"), subject);
            let of = expected.get_mut("credentialSubject").expect("a subject");
            of.set("id", subject.into());
        }
        if form != Form::Vcdm11 {
            assert_eq!(
                json::canonical(&claims.credential),
                json::canonical(&expected)
            );
        }
    }
    let jwk = vector.get("jwk").expect("a jwk");
    let public = PublicKey::from_jwk(jwk).expect("a public key");
    assert_eq!(public, key.public());
    assert_eq!(public.thumbprint(), text(&vector, "/jwk/thumbprintSha256"));
}

#[test]
fn our_token_has_the_one_form_that_pleases_both() {
    let token = jwt::sign(&credential(), KID, &signer()).expect("a token");
    assert_eq!(
        jwt::sign(&credential(), KID, &signer()).as_ref(),
        Ok(&token)
    );
    assert_eq!(
        part(&token, 0),
        r#"{"alg":"EdDSA","kid":"did:web:victim.test#k"}"#
    );
    insta::assert_snapshot!(part(&token, 1), @r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"id":"urn:uuid:1","type":["VerifiableCredential"],"issuer":{"id":"did:web:victim.test","type":["Profile"]},"validFrom":"2026-03-01T10:00:00.9+01:00","validUntil":"2027-03-01T10:00:00Z","credentialSubject":{"id":"urn:uuid:2"},"iss":"did:web:victim.test","jti":"urn:uuid:1","nbf":1772355600,"sub":"urn:uuid:2","exp":1803895200}"#);
    let read = jwt::read(&token).expect("a token");
    assert_eq!(read.header.kid.as_deref(), Some(KID));
    assert_eq!(read.verify(&signer().public()), Ok(()));
    assert_eq!(
        read.claims().map(|claims| claims.credential),
        Ok(credential())
    );

    // A subject without an id has no `sub`, a credential without an end no `exp`.
    let mut short = credential();
    short.remove("validUntil");
    short
        .pointer_mut("/credentialSubject")
        .expect("a subject")
        .remove("id");
    let token = jwt::sign(&short, KID, &signer()).expect("a token");
    assert!(part(&token, 1).ends_with(r#""jti":"urn:uuid:1","nbf":1772355600}"#));
    assert_eq!(verdict(&token), Ok(Form::OpenBadges));
    for (member, claim) in [("issuer", "iss"), ("id", "jti"), ("validFrom", "nbf")] {
        let mut lacking = credential();
        lacking.remove(member);
        let error = jwt::sign(&lacking, KID, &signer()).expect_err(member);
        assert_eq!(
            error,
            JwtError::Claim {
                claim,
                sentence: "has nothing to be taken from"
            }
        );
    }
}

#[test]
fn every_changed_character_of_a_token_is_refused() {
    let token = jwt::sign(&credential(), KID, &signer()).expect("a token");
    assert_eq!(verdict(&token), Ok(Form::OpenBadges));
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        assert!(verdict(&changed).is_err(), "{at}");
    }
}

#[test]
fn c1_alg_none() {
    let refused = |sentence| {
        Err(JwtError::Header {
            member: "alg",
            sentence,
        })
    };
    for alg in [
        "none", "None", "nOnE", "NONE", "", "HS256", "eddsa", "EdDSA ", "RSA1_5",
    ] {
        assert_eq!(
            verdict(&header(&format!(r#""alg":"{alg}","kid":"{KID}""#))),
            refused("is not an algorithm that is trusted"),
            "{alg}"
        );
    }
    for alg in [r#""alg":["EdDSA"],"#, r#""alg":null,"#, r#""alg":5,"#, ""] {
        let verdict = verdict(&header(&format!(r#"{alg}"kid":"{KID}""#)));
        assert_eq!(verdict, refused("must be text"), "{alg}");
    }
    // The algorithm is looked at before anything else that the header says.
    let everything = r#""alg":"none","kid":5,"jwk":{},"crit":["exp"],"typ":5"#;
    assert_eq!(
        verdict(&header(everything)),
        refused("is not an algorithm that is trusted")
    );
    // No signature at all.
    let token = jwt::sign(&credential(), KID, &signer()).expect("a token");
    let (signed, _) = token.rsplit_once('.').expect("a signature");
    let none = Err(JwtError::Form("the token has no signature"));
    assert_eq!(verdict(&format!("{signed}.")), none);
    for wrong in [&[0; 63][..], &[0; 64], &[0; 65]] {
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(wrong));
        assert_eq!(verdict(&token), Err(JwtError::Signature));
    }
}

#[test]
fn c2_alg_confusion() {
    let key = signer().public();
    let mut der = vec![
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    der.extend(key.as_bytes());
    let pem = base64::engine::general_purpose::STANDARD.encode(der);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n");
    let jwk = json::text(&key.to_jwk());
    for secret in [key.as_bytes(), pem.as_bytes(), jwk.as_bytes()] {
        for alg in ["HS256", "EdDSA"] {
            let head = format!(r#"{{"alg":"{alg}","kid":"{KID}"}}"#);
            let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
            let prepared = format!("{}.{}", encode(&head), encode(&payload_text()));
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a secret");
            mac.update(prepared.as_bytes());
            let mac = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
            let verdict = verdict(&format!("{prepared}.{mac}"));
            assert!(verdict.is_err_and(|error| !error.is_unknown()), "{alg}");
        }
    }
}

#[test]
fn good_algorithms_of_later_are_unknown_and_not_wrong() {
    for alg in ["ES256K", "PS256", "RS512"] {
        let error = verdict(&header(&format!(r#""alg":"{alg}""#))).expect_err(alg);
        assert_eq!(error, JwtError::NotSupportedYet(alg.into()));
        assert!(error.is_unknown());
    }
    assert_eq!(verdict(&header(r#""alg":"Ed25519""#)), Ok(Form::OpenBadges));
    // The key decides, and it is an Ed25519 key.
    for alg in ["ES256", "ES384", "ES512", "RS256"] {
        let error = verdict(&header(&format!(r#""alg":"{alg}""#))).expect_err(alg);
        assert_eq!(
            error,
            JwtError::Header {
                member: "alg",
                sentence: "does not fit the issuer's key"
            }
        );
    }
}

#[test]
fn the_tokens_of_the_w3c_suite() {
    let keys = fs::read_to_string(format!("{VECTORS}/jose-keys.json")).expect("keys");
    let keys = json::parse(&keys).expect("json");
    let key = |name: &str| PublicKey::from_jwk(keys.get(name).expect(name));
    let mismatch = JwtError::Header {
        member: "alg",
        sentence: "does not fit the issuer's key",
    };
    for (name, with, verdict) in [
        ("credential-jose-minimal", "p256", Ok(())),
        ("credential-jose-minimal", "p384", Err(mismatch.clone())),
        ("credential-jose-minimal", "ed25519", Err(mismatch.clone())),
        (
            "credential-jose-unknown-extensions",
            "p256",
            Err(mismatch.clone()),
        ),
        ("credential-jose-unknown-extensions", "p521", Ok(())),
        (
            "credential-jose-bad-signature",
            "ed25519",
            Err(JwtError::Signature),
        ),
    ] {
        let text = fs::read_to_string(format!("{VECTORS}/{name}.txt")).expect(name);
        let token = jwt::read(text.trim_end()).expect(name);
        let key = key(with).expect(with);
        assert_eq!(token.verify(&key), verdict, "{name} {with}");
        assert_eq!(token.claims().map(|claims| claims.form), Ok(Form::JoseCose));
    }
}

/// `r` or `s` of zero, `s` at the group order, and other lengths, with the curve that `ring` leaves to us.
#[test]
fn c7_a_signature_of_p521_is_two_numbers_of_its_group() {
    let keys = fs::read_to_string(format!("{VECTORS}/jose-keys.json")).expect("keys");
    let keys = json::parse(&keys).expect("json");
    let key = PublicKey::from_jwk(keys.get("p521").expect("a key")).expect("a key");
    let token = fs::read_to_string(format!("{VECTORS}/credential-jose-unknown-extensions.txt"));
    let token = token.expect("a token");
    let (signed, signature) = token.trim_end().rsplit_once('.').expect("a signature");
    let good = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    assert_eq!(
        (good.len(), key.verify(signed.as_bytes(), &good)),
        (132, Ok(()))
    );
    let order = "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa\
                 51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409";
    let order: Vec<u8> = (0..66)
        .map(|at| u8::from_str_radix(&order[2 * at..2 * at + 2], 16).expect("hex"))
        .collect();
    let (r, s) = good.split_at(66);
    let mut wrong = vec![
        [r, &[0; 66]].concat(),
        [&[0; 66], s].concat(),
        [r, &order].concat(),
        [&order, s].concat(),
        vec![0; 132],
        vec![0xff; 132],
        [&good[..], &[0]].concat(),
        good[..131].to_vec(),
        Vec::new(),
    ];
    wrong.extend((0..132).step_by(5).map(|at| {
        let mut flipped = good.clone();
        flipped[at] ^= 1;
        flipped
    }));
    for signature in wrong {
        let verdict = key.verify(signed.as_bytes(), &signature);
        assert_eq!(verdict, Err(KeyError::Signature), "{signature:02x?}");
    }
}

#[test]
fn c4_keys_from_elsewhere_are_ignored() {
    for (member, value) in [
        ("jku", r#""http://169.254.169.254/""#),
        ("jku", r#""https://evil.test/jwks""#),
        ("x5u", r#""https://evil.test/x5u""#),
        ("x5c", r#"["MIIB"]"#),
    ] {
        let token = header(&format!(
            r#""alg":"EdDSA","kid":"{KID}","{member}":{value}"#
        ));
        let read = jwt::read(&token).expect(member);
        assert_eq!(read.header.ignored, [member]);
        assert_eq!(read.verify(&signer().public()), Ok(()));
    }
    // A key in the header is only shown: the caller must know it from elsewhere (C3).
    let jwk = json::text(&signer().public().to_jwk());
    let token = header(&format!(r#""alg":"EdDSA","jwk":{jwk}"#));
    let read = jwt::read(&token).expect("a token");
    assert_eq!(read.header.jwk, Some(Ok(signer().public())));
    let token = header(r#""alg":"EdDSA","jwk":{"kty":"OKP","d":"AA"}"#);
    assert_eq!(
        jwt::read(&token).map(|t| t.header.jwk),
        Ok(Some(Err(KeyError::Private)))
    );
}

#[test]
fn c5_kid_injection() {
    let wrong = "is not a DID URL, an https address or a plain name";
    let long = format!("did:web:{}", "a".repeat(8192));
    for (kid, sentence) in [
        ("../../../../dev/null", wrong),
        ("' OR 1=1--", wrong),
        ("file:///etc/passwd", wrong),
        ("https://victim.test@evil.test/k", wrong),
        ("http://victim.test/k", wrong),
        ("", wrong),
        ("#", wrong),
        ("did:web:victim.test#a b", wrong),
        (long.as_str(), "is too long"),
    ] {
        let verdict = verdict(&header(&format!(r#""alg":"EdDSA","kid":"{kid}""#)));
        assert_eq!(
            verdict,
            Err(JwtError::Header {
                member: "kid",
                sentence
            }),
            "{kid:.40}"
        );
    }
    for kid in [
        KID,
        "#k",
        "73voMXFNmNlOEpuYCSJlh8eN0dscykoO6gBukgRS1uU",
        "https://victim.test/k",
    ] {
        let verdict = verdict(&header(&format!(r#""alg":"EdDSA","kid":"{kid}""#)));
        assert_eq!(verdict, Ok(Form::OpenBadges), "{kid}");
    }
}

#[test]
fn c8_crit_and_b64() {
    for (member, value) in [
        ("crit", r#"["exp"]"#),
        ("crit", "[]"),
        ("b64", "false"),
        ("b64", "true"),
        ("zip", r#""DEF""#),
    ] {
        let sentence = "is not supported, so the token cannot be trusted";
        let verdict = verdict(&header(&format!(r#""alg":"EdDSA","{member}":{value}"#)));
        assert_eq!(verdict, Err(JwtError::Header { member, sentence }));
    }
}

/// A token of our form, with the claim set to this JSON, or taken away.
fn with_claim(claim: &str, value: Option<&str>) -> String {
    let payload = payload_text();
    let mut payload = json::parse(&payload).expect("json").into_owned();
    match value {
        Some(value) => payload.set(
            claim.to_owned(),
            json::parse(value).expect("json").into_owned(),
        ),
        None => drop(payload.remove(claim)),
    }
    token(
        &format!(r#"{{"alg":"EdDSA","kid":"{KID}"}}"#),
        &json::text(&payload),
    )
}

#[test]
fn c9_claim_disagreement() {
    let other = "says something else than the credential";
    let number = "must be a number of seconds since 1970";
    let never = "is not a time that exists";
    for (claim, value, sentence) in [
        ("iss", Some(r#""did:web:evil.test""#), other),
        ("sub", Some(r#""urn:uuid:3""#), other),
        ("jti", Some(r#""urn:uuid:3""#), other),
        ("nbf", Some("1772355601"), other),
        ("exp", Some("1803895201"), other),
        ("iss", Some("5"), other),
        ("iss", Some(r#"["did:web:victim.test"]"#), other),
        ("nbf", Some(r#""1772355600""#), number),
        ("exp", Some("1e300"), number),
        ("exp", Some("900000000000"), never),
        ("nbf", Some("-900000000000"), never),
        ("iss", None, "is missing"),
        ("sub", None, "is missing"),
        ("jti", None, "is missing"),
        ("nbf", None, "is missing"),
        ("vc", Some("{}"), "must not stand beside a credential"),
        ("vp", Some("{}"), "belongs to a presentation"),
    ] {
        let verdict = verdict(&with_claim(claim, value));
        assert_eq!(
            verdict.map(|_| ()),
            Err(JwtError::Claim {
                claim: name(claim),
                sentence
            })
        );
    }
    // `exp` may stand alone: then it is the end of the credential.
    assert_eq!(verdict(&with_claim("exp", None)), Ok(Form::OpenBadges));
    let alone = with_claim("validUntil", None);
    let token = jwt::read(&alone).expect("a token");
    let claims = token.claims().expect("claims");
    assert_eq!(
        text(&claims.credential, "/validUntil"),
        "2027-03-01T10:00:00Z"
    );
    // A `sub` for a subject that has no id would bind the badge to someone it does not name.
    let payload = payload_text().replace(r#"{"id":"urn:uuid:2"}"#, "{}");
    let verdict = verdict(&token_of(&payload));
    let sentence = "is not in the credential";
    assert_eq!(
        verdict,
        Err(JwtError::Claim {
            claim: "sub",
            sentence
        })
    );
}

fn token_of(payload: &str) -> String {
    token(&format!(r#"{{"alg":"EdDSA","kid":"{KID}"}}"#), payload)
}

fn name(claim: &str) -> &'static str {
    let all = ["iss", "sub", "jti", "nbf", "exp", "vc", "vp"];
    all.into_iter()
        .find(|known| *known == claim)
        .expect("a claim")
}

#[test]
fn vcdm11_claims_fill_in_what_the_credential_leaves_out() {
    let payload = r#"{"iss":"did:web:victim.test","sub":"urn:uuid:2","jti":"urn:uuid:1","nbf":1772355600,"exp":1803895200,
        "vc":{"@context":["https://www.w3.org/2018/credentials/v1"],"type":["VerifiableCredential"],"credentialSubject":{}}}"#;
    let text = token_of(payload);
    let token = jwt::read(&text).expect("a token");
    let claims = token.claims().expect("claims");
    assert_eq!(claims.form, Form::Vcdm11);
    insta::assert_snapshot!(json::text(&claims.credential), @r#"{"@context":["https://www.w3.org/2018/credentials/v1"],"type":["VerifiableCredential"],"credentialSubject":{"id":"urn:uuid:2"},"issuer":"did:web:victim.test","id":"urn:uuid:1","expirationDate":"2027-03-01T10:00:00Z","issuanceDate":"2026-03-01T09:00:00Z"}"#);
    for (from, to) in [
        ("1772355600", "-1"),
        (
            r#""vc":{"#,
            r#""vc":{"issuanceDate":"2026-03-01T09:00:01Z","#,
        ),
        (r#""vc":{"#, r#""vc":{"issuer":"did:web:evil.test","#),
        (r#""vc":{"#, r#""vc":{"id":"urn:uuid:9","#),
        (
            r#""credentialSubject":{}"#,
            r#""credentialSubject":{"id":"urn:uuid:9"}"#,
        ),
    ] {
        let token = token_of(&payload.replacen(from, to, 1));
        let claims = jwt::read(&token)
            .expect("a token")
            .claims()
            .map(|claims| claims.form);
        assert_eq!(claims.is_err(), to != "-1", "{to}");
    }
}

#[test]
fn the_signature_of_a_jose_cose_token_has_its_own_end() {
    let payload = payload_text();
    let plain = &payload[..payload.find(r#","iss""#).expect("claims")];
    let head = r#"{"alg":"EdDSA","typ":"vc+jwt","kid":"did:web:victim.test#k"}"#;
    let text = token(head, &format!("{plain},\"exp\":1772355700}}"));
    let token = jwt::read(&text).expect("a token");
    let claims = token.claims().expect("claims");
    assert_eq!(claims.form, Form::JoseCose);
    assert_eq!(claims.credential, credential());
    assert_eq!(
        claims.signature_expires.map(|at| at.to_string()).as_deref(),
        Some("2026-03-01T09:01:40Z")
    );
    // Years that cannot be told are refused, not taken for "no end" and "no beginning".
    for claim in [
        "\"exp\":-900000000000",
        "\"exp\":900000000000",
        "\"nbf\":900000000000",
    ] {
        let text = self::token(head, &format!("{plain},{claim}}}"));
        let token = jwt::read(&text).expect("a token");
        assert_eq!(
            token.claims().map(|_| ()),
            Err(JwtError::Claim {
                claim: name(&claim[1..4]),
                sentence: "is not a time that exists"
            })
        );
    }
}

#[test]
fn c10_token_type_confusion() {
    let refused = |sentence| {
        Err(JwtError::Header {
            member: "typ",
            sentence,
        })
    };
    for typ in ["at+jwt", "openid4vci-proof+jwt", "JOSE", "", "application/"] {
        let verdict = verdict(&header(&format!(r#""alg":"EdDSA","typ":"{typ}""#)));
        assert_eq!(verdict, refused("is not the type of a credential"), "{typ}");
    }
    // A presentation's token holds no credential of its own.
    assert_eq!(
        verdict(&header(r#""alg":"EdDSA","typ":"vp+jwt""#)),
        Err(JwtError::Claim {
            claim: "vp",
            sentence: "belongs to a presentation"
        })
    );
    assert_eq!(
        verdict(&header(r#""alg":"EdDSA","typ":5"#)),
        refused("must be text")
    );
    for typ in ["JWT", "jwt", "vc+jwt", "application/vc+jwt", "vc+ld+jwt"] {
        assert!(
            verdict(&header(&format!(r#""alg":"EdDSA","typ":"{typ}""#))).is_ok(),
            "{typ}"
        );
    }
    // A session or an API token holds no credential.
    let verdict = verdict(&token_of(
        r#"{"iss":"did:web:victim.test","sub":"ana","exp":1}"#,
    ));
    let sentence = "is missing: the token holds no credential";
    assert_eq!(
        verdict,
        Err(JwtError::Claim {
            claim: "vc",
            sentence
        })
    );
}

#[test]
fn c11_encoding_tricks() {
    let good = jwt::sign(&credential(), KID, &signer()).expect("a token");
    let parts: Vec<&str> = good.split('.').collect();
    let [head, body, signature] = parts[..] else {
        panic!("three parts")
    };
    let encoding = "a part of the token is not base64url without padding";
    let three = "a token has three parts between two dots";
    let left_over = {
        // 64 bytes leave four unused bits in the last character.
        let last = signature.as_bytes()[signature.len() - 1];
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let at = alphabet.iter().position(|c| *c == last).expect("a digit");
        format!(
            "{}{}",
            &signature[..signature.len() - 1],
            char::from(alphabet[at + 1])
        )
    };
    for (text, why) in [
        (format!("{head}.{body}.{signature}="), encoding),
        (format!("{head}.{body}.{signature}=="), encoding),
        (format!("{head}.{body}.{left_over}"), encoding),
        (format!(" {good}"), encoding),
        (format!("{good}\n"), encoding),
        (format!("{head}.{body}\n.{signature}"), encoding),
        (format!("{head}.{}+/.{signature}", &body[2..]), encoding),
        (format!("{head}.{body}"), three),
        (format!("{head}.{body}.{signature}.x"), three),
        (head.to_owned(), three),
        (String::new(), three),
        (
            format!(
                r#"{{"payload":"{body}","signatures":[{{"protected":"{head}","signature":"{signature}"}},{{"protected":"{head}","signature":"{signature}"}}]}}"#
            ),
            "a token in JSON form is not read, only the compact form",
        ),
    ] {
        assert_eq!(verdict(&text), Err(JwtError::Form(why)), "{text:.40}");
    }
    let duplicate = r#"{"alg":"EdDSA","alg":"none"}"#;
    let error = verdict(&token(duplicate, &payload_text())).expect_err("twice");
    assert!(
        error
            .to_string()
            .starts_with("the header of the token: line 1"),
        "{error}"
    );
    let payload = payload_text().replacen('{', r#"{"iss":"did:web:evil.test","#, 1);
    assert!(matches!(
        verdict(&token_of(&payload)),
        Err(JwtError::Json {
            part: "payload",
            ..
        })
    ));
    assert_eq!(
        verdict(&token("[]", "{}")),
        Err(JwtError::Form(
            "the header of the token is not a JSON object"
        ))
    );
}

#[test]
fn c12_encrypted_tokens_are_not_read() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#);
    let bomb = "A".repeat(200_000);
    assert_eq!(
        verdict(&format!("{header}..AAAA.{bomb}.AAAA")),
        Err(JwtError::Form("encrypted tokens are not read"))
    );
    let huge = "A".repeat(jwt::MAX_BYTES + 1);
    assert_eq!(verdict(&huge), Err(JwtError::TooLarge(jwt::MAX_BYTES + 1)));
}
