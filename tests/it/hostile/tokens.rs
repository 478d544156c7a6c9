//! Threats C: compact tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use skillmark::{
    did,
    json::{self, Value},
    keys::SigningKey,
    proof::jwt,
};

use super::make::*;

fn payload() -> Value<'static> {
    let token = jwt::sign(&plain(), &own_method(), &issuer_key()).expect("signs");
    let part = token.split('.').nth(1).expect("a payload");
    json::parse_bytes(&BASE64.decode(part).expect("base64url"))
        .expect("json")
        .into_owned()
}

/// A token with this header and payload, signed by `key` whatever they say.
pub(crate) fn token(header: &str, payload: &Value, key: &SigningKey) -> String {
    let signed = format!(
        "{}.{}",
        BASE64.encode(header),
        BASE64.encode(json::text(payload))
    );
    let signature = BASE64.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn header(members: &str) -> String {
    format!("{{{members}}}")
}

/// A header of the issuer's own key with more in it.
fn with(members: &str) -> String {
    header(&format!(
        r#""alg":"EdDSA","kid":"{}"{members}"#,
        own_method()
    ))
}

pub(crate) fn add(cases: &mut Cases) {
    let mut put = |name: &str, header: &str| {
        cases.bytes(
            &format!("{name}.jwt"),
            token(header, &payload(), &issuer_key()),
        );
    };
    put("c00-good", &with(""));
    for (name, alg) in [
        ("none", r#""none""#),
        ("none-capitals", r#""NONE""#),
        ("none-mixed", r#""nOnE""#),
        ("empty", r#""""#),
        ("list", r#"["EdDSA"]"#),
        ("null", "null"),
        ("number", "0"),
        ("hs256", r#""HS256""#),
        ("rsa15", r#""RSA1_5""#),
    ] {
        put(
            &format!("c01-alg-{name}"),
            &header(&format!(r#""alg":{alg},"kid":"{}""#, own_method())),
        );
    }
    put(
        "c01-alg-missing",
        &header(&format!(r#""kid":"{}""#, own_method())),
    );
    put("c01-alg-twice", &with(r#","alg":"none""#));
    for (name, members) in [
        ("c04-good-jku", r#","jku":"http://169.254.169.254/""#),
        ("c04-good-x5u", r#","x5u":"https://evil.test/jwks""#),
        ("c04-good-x5c", r#","x5c":["AA"]"#),
        ("c08-crit", r#","crit":["exp"]"#),
        ("c08-crit-empty", r#","crit":[]"#),
        ("c08-b64", r#","b64":false"#),
        ("c08-zip", r#","zip":"DEF""#),
        ("c10-access-token", r#","typ":"at+jwt""#),
        ("c10-typ-number", r#","typ":7"#),
        ("c10-oid4vci-proof", r#","typ":"openid4vci-proof+jwt""#),
    ] {
        put(name, &with(members));
    }
    for (name, kid) in [
        ("path", "../../../../dev/null".to_owned()),
        ("sql", "' OR 1=1--".to_owned()),
        ("file", "file:///etc/passwd".to_owned()),
        ("user", "https://victim.test@evil.test/k".to_owned()),
        ("long", "k".repeat(8192)),
        ("newline", "did:key:z\\nz".to_owned()),
    ] {
        put(
            &format!("c05-kid-{name}"),
            &header(&format!(r#""alg":"EdDSA","kid":"{kid}""#)),
        );
    }
    put("c05-no-kid", &header(r#""alg":"EdDSA""#));
    put("c05-kid-list", &header(r#""alg":"EdDSA","kid":["a"]"#));
    forged(cases);
    claims(cases);
    encodings(cases);
    kinds(cases);
}

fn forged(cases: &mut Cases) {
    let own_jwk = json::text(&issuer_key().public().to_jwk());
    let jwk = json::text(&other_key().public().to_jwk());
    let mut put = |name: &str, header: &str, key: &SigningKey| {
        cases.bytes(&format!("{name}.jwt"), token(header, &payload(), key));
    };
    put(
        "c03-forgers-jwk",
        &header(&format!(r#""alg":"EdDSA","jwk":{jwk}"#)),
        &other_key(),
    );
    put(
        "c03-forgers-jwk-beside-kid",
        &with(&format!(r#","jwk":{jwk}"#)),
        &issuer_key(),
    );
    put(
        "c03-good-own-jwk",
        &header(&format!(r#""alg":"EdDSA","jwk":{own_jwk}"#)),
        &issuer_key(),
    );
    let secret = format!(
        r#""alg":"EdDSA","jwk":{}"#,
        own_jwk.replacen('{', r#"{"d":"AA","#, 1)
    );
    put("c03-private-jwk", &header(&secret), &issuer_key());
    let kid = did::key::method_url(&other_key().public());
    put(
        "c06-forgers-kid",
        &header(&format!(r#""alg":"EdDSA","kid":"{kid}""#)),
        &other_key(),
    );
    put("c06-forged-with-own-kid", &with(""), &other_key());
    put(
        "c06-kid-of-evil-site",
        &header(r#""alg":"EdDSA","kid":"https://evil.test/key#1""#),
        &other_key(),
    );
    let mac = |secret: &[u8]| {
        use hmac::{Hmac, KeyInit, Mac};
        let head = header(&format!(r#""alg":"HS256","kid":"{}""#, own_method()));
        let signed = format!(
            "{}.{}",
            BASE64.encode(head),
            BASE64.encode(json::text(&payload()))
        );
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).expect("a key");
        mac.update(signed.as_bytes());
        format!("{signed}.{}", BASE64.encode(mac.finalize().into_bytes()))
    };
    cases.bytes(
        "c02-mac-with-public-key.jwt",
        mac(issuer_key().public().as_bytes()),
    );
    cases.bytes("c02-mac-with-public-jwk.jwt", mac(own_jwk.as_bytes()));
}

fn claims(cases: &mut Cases) {
    for (name, value) in [
        ("iss", Value::from("did:web:evil.test")),
        ("sub", Value::from("urn:uuid:other")),
        ("jti", Value::from("urn:uuid:other")),
        ("nbf", Value::Number(1.0)),
        ("good-exp", Value::Number(4_102_444_800.0)),
        ("vc", Value::from("x")),
    ] {
        let mut changed = payload();
        changed.set(name.trim_start_matches("good-").to_owned(), value);
        cases.bytes(
            &format!("c09-{name}.jwt"),
            token(&with(""), &changed, &issuer_key()),
        );
    }
    let session = read(r#"{"iss":"did:web:a.test","sub":"ana","exp":4102444800}"#);
    cases.bytes("c10-session.jwt", token(&with(""), &session, &issuer_key()));
    for (name, payload) in [("list", "[]"), ("text", "\"x\""), ("empty", "")] {
        let signed = format!("{}.{}", BASE64.encode(with("")), BASE64.encode(payload));
        let signature = BASE64.encode(issuer_key().sign(signed.as_bytes()));
        cases.bytes(
            &format!("c09-payload-{name}.jwt"),
            format!("{signed}.{signature}"),
        );
    }
}

fn encodings(cases: &mut Cases) {
    let good = token(&with(""), &payload(), &issuer_key());
    let parts: Vec<&str> = good.split('.').collect();
    let (head, body, tail) = (parts[0], parts[1], parts[2]);
    for (name, text) in [
        ("padding", format!("{head}.{body}.{tail}==")),
        ("space", format!("{head}. {body}.{tail}")),
        (
            "newline",
            format!("{head}.{}\n{}.{tail}", &body[..9], &body[9..]),
        ),
        ("plus", format!("{head}.{body}+.{tail}")),
        ("two-parts", format!("{head}.{body}")),
        ("four-parts", format!("{good}.{tail}")),
        ("no-signature", format!("{head}.{body}.")),
        ("no-payload", format!("{head}..{tail}")),
        ("only-dots", "..".to_owned()),
        ("many-dots", ".".repeat(200_000)),
        ("short-signature", format!("{head}.{body}.{}", &tail[..40])),
        (
            "changed-payload",
            format!("{head}.{}A{}.{tail}", &body[..20], &body[21..]),
        ),
    ] {
        cases.bytes(&format!("c11-{name}.jwt"), text);
    }
    let two = format!(
        r#"{{"payload":"{body}","signatures":[{{"protected":"{head}","signature":"{tail}"}},{{}}]}}"#
    );
    cases.bytes("c11-json-form.json", two);
    let jwe = BASE64.encode(r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#);
    cases.bytes(
        "c12-jwe-bomb.jwt",
        format!("{jwe}..AAAA.{}.AAAA", BASE64.encode(noise(100_000))),
    );
    let large = BASE64.encode(noise(600_000));
    cases.bytes("c12-large.jwt", format!("{head}.{large}.{tail}"));
    let deep = BASE64.encode("[".repeat(100_000));
    cases.bytes("c12-deep-header.jwt", format!("{deep}.{body}.{tail}"));
    cases.bytes("c12-deep-payload.jwt", format!("{head}.{deep}.{tail}"));
}

/// An issuer that is a key, and a token signed in its name by nobody.
fn claimed_by(did: &str, fragment: &str, alg: &str, signature: &[u8]) -> String {
    let head = header(&format!(
        r#""alg":"{alg}","typ":"vc+jwt","kid":"{did}#{fragment}""#
    ));
    let payload = json::text(&by(did));
    format!(
        "{}.{}.{}",
        BASE64.encode(head),
        BASE64.encode(payload),
        BASE64.encode(signature)
    )
}

/// The order of the group of P-256, big end first.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn kinds(cases: &mut Cases) {
    let p256 = "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169";
    let did = format!("did:key:{p256}");
    let one = [[0; 31].as_slice(), &[1]].concat();
    for (name, signature) in [
        ("zeros", vec![0; 64]),
        ("r-is-order", [&ORDER[..], &one].concat()),
        ("s-is-order", [&one[..], &ORDER].concat()),
        ("r-is-zero", [&[0; 32][..], &one].concat()),
        ("der", vec![0x30, 6, 2, 1, 0, 2, 1, 0]),
        ("empty", vec![]),
    ] {
        cases.bytes(
            &format!("c07-es256-{name}.jwt"),
            claimed_by(&did, p256, "ES256", &signature),
        );
    }
    let rsa = |n: &[u8], e: &str, alg: &str| {
        let n = BASE64.encode(n);
        let jwk = format!(r#"{{"kty":"RSA","alg":"{alg}","n":"{n}","e":"{e}"}}"#);
        format!("did:jwk:{}", BASE64.encode(jwk))
    };
    for (name, bytes, e, alg) in [
        ("rsa-1024", 128, "AQAB", "RS256"),
        ("rsa-exponent-3", 256, "Aw", "RS256"),
        ("rsa-exponent-1", 256, "AQ", "RS256"),
        ("rsa-pss-1024", 128, "AQAB", "PS256"),
        ("not-supported-rsa-pss", 256, "AQAB", "PS256"),
    ] {
        let did = rsa(&vec![0xff; bytes], e, alg);
        cases.bytes(
            &format!("c13-{name}.jwt"),
            claimed_by(&did, "0", alg, &vec![1; bytes]),
        );
    }
    for (name, prefix, len, alg) in [
        ("did-key-rsa-1024", [0x85, 0x24], 140, "RS256"),
        ("not-supported-did-key-rsa", [0x85, 0x24], 270, "RS256"),
        (
            "not-supported-did-key-secp256k1",
            [0xe7, 0x01],
            33,
            "ES256K",
        ),
        ("did-key-unknown", [0x77, 0x01], 33, "EdDSA"),
        ("did-key-off-curve", [0x80, 0x24], 33, "ES256"),
    ] {
        let key = multibase(&prefix, &vec![0xff; len]);
        let text = claimed_by(&format!("did:key:{key}"), &key, alg, &[1; 64]);
        cases.bytes(&format!("c13-{name}.jwt"), text);
    }
}
