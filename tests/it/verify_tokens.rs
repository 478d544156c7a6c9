//! Threats C: compact tokens. Whatever the header says, the issuer's own key decides.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use skillmark::{
    did,
    json::{self, Value},
    keys::SigningKey,
    proof::jwt,
    verify::{CheckId, Form, Known, Outcome, Report, Unreadable, Verdict},
};

use crate::{
    credential::sample,
    verify::{check_text, issuer_key, lists, other_key, told},
    verify_keys::verify_asking,
};

fn method() -> String {
    did::key::method_url(&issuer_key().public())
}

/// The claims and credential of a good token for the simple sample.
fn payload() -> Value<'static> {
    let token = jwt::sign(&sample("percent"), &method(), &issuer_key()).expect("signs");
    let part = token.split('.').nth(1).expect("a payload");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    json::parse_bytes(&bytes).expect("json").into_owned()
}

/// A token with this header and payload, signed by `key` whatever they say.
fn token(header: &str, payload: &Value, key: &SigningKey) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(header), encode(&json::text(payload)));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn check(text: &str) -> Report {
    check_text(&lists(&[]), text)
}

fn with_header(header: &str) -> Report {
    check(&token(header, &payload(), &issuer_key()))
}

/// An issuer whose key would have to be looked up.
const WEB: &str = "did:web:issuer.example";

/// A token with this header for a credential of [`WEB`], and everything that checking it asks for.
fn asked_of_web(header: &str) -> (Report, Vec<String>) {
    let mut document = sample("percent");
    document.set("issuer", Value::from(WEB));
    let url = format!("{WEB}#{}", issuer_key().public().to_multikey());
    let good = jwt::sign(&document, &url, &issuer_key()).expect("signs");
    let part = good.split('.').nth(1).expect("a payload");
    let payload = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let payload = json::parse_bytes(&payload).expect("json");
    verify_asking(&token(header, &payload, &issuer_key()))
}

fn web_key() -> String {
    format!("{WEB}#{}", issuer_key().public().to_multikey())
}

#[test]
fn a_good_token_is_valid_and_says_its_form() {
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, method());
    let report = with_header(&header);
    assert_eq!(
        (report.verdict, report.form),
        (Verdict::Valid, Some(Form::OpenBadgesJwt)),
        "{report:#?}"
    );
    let jose = format!(r#"{{"alg":"EdDSA","kid":"{}","typ":"vc+jwt"}}"#, method());
    let report = check(&token(&jose, &sample("percent"), &issuer_key()));
    assert_eq!(
        (report.verdict, report.form),
        (Verdict::Valid, Some(Form::JoseCose)),
        "{report:#?}"
    );
}

#[test]
fn c1_alg_none() {
    for alg in [
        r#""none""#,
        r#""None""#,
        r#""nOnE""#,
        r#""NONE""#,
        r#""""#,
        r#"["EdDSA"]"#,
        "null",
        "0",
    ] {
        let report = with_header(&format!(r#"{{"alg":{alg},"kid":"{}"}}"#, method()));
        assert_eq!(
            told(&report, CheckId::Proof),
            (Verdict::Invalid, Outcome::Fail, Some("token_header")),
            "{alg}"
        );
        let header = format!(r#"{{"alg":{alg},"kid":"{}"}}"#, web_key());
        let (report, asked) = asked_of_web(&header);
        assert_eq!((report.verdict, asked), (Verdict::Invalid, vec![]), "{alg}");
    }
    let (_, asked) = asked_of_web(&format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, web_key()));
    assert_eq!(asked, [WEB], "a good header leads to the issuer");
    let (report, asked) = asked_of_web(&format!(r#"{{"kid":"{}"}}"#, web_key()));
    assert_eq!((report.verdict, asked), (Verdict::Invalid, vec![]));
    assert_eq!(
        with_header(r#"{"kid":"did:key:z#z"}"#).verdict,
        Verdict::Invalid
    );
    let good = token(
        &format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, method()),
        &payload(),
        &issuer_key(),
    );
    let unsigned = &good[..=good.rfind('.').expect("a dot")];
    assert_eq!(check(unsigned).verdict, Verdict::Invalid);
}

#[test]
fn c2_alg_confusion() {
    use hmac::{Hmac, KeyInit, Mac};
    let public = issuer_key().public();
    let jwk = json::text(&public.to_jwk());
    for secret in [
        public.as_bytes(),
        jwk.as_bytes(),
        public.to_multikey().as_bytes(),
    ] {
        let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, method());
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encode(&header), encode(&json::text(&payload())));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).expect("a key");
        mac.update(signed.as_bytes());
        let forged = format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        );
        assert_eq!(told(&check(&forged), CheckId::Proof).0, Verdict::Invalid);
    }
}

#[test]
fn c3_embedded_key() {
    let jwk = |key: &SigningKey| json::text(&key.public().to_jwk());
    let forged = format!(r#"{{"alg":"EdDSA","jwk":{}}}"#, jwk(&other_key()));
    let report = check(&token(&forged, &payload(), &other_key()));
    assert_eq!(
        told(&report, CheckId::KeyBinding),
        (Verdict::Invalid, Outcome::Fail, Some("issuer_key_mismatch"))
    );
    // Beside the right kid it is refused too, and the issuer's own key may be brought along.
    let both = format!(
        r#"{{"alg":"EdDSA","kid":"{}","jwk":{}}}"#,
        method(),
        jwk(&other_key())
    );
    assert_eq!(with_header(&both).verdict, Verdict::Invalid);
    let own = format!(r#"{{"alg":"EdDSA","jwk":{}}}"#, jwk(&issuer_key()));
    assert_eq!(with_header(&own).verdict, Verdict::Valid);
    assert_eq!(
        told(&with_header(r#"{"alg":"EdDSA"}"#), CheckId::KeyBinding),
        (Verdict::Invalid, Outcome::Fail, Some("no_key_named"))
    );
}

#[test]
fn c4_pointers_to_keys_are_ignored() {
    for pointer in [
        r#""jku":"http://169.254.169.254/""#,
        r#""x5u":"https://evil.test/jwks""#,
        r#""x5c":["AA"]"#,
        r#""jku":"https://evil.test/jwks","x5u":"http://169.254.169.254/""#,
    ] {
        // The issuer is asked, and nobody that the header points to.
        let header = format!(r#"{{"alg":"EdDSA","kid":"{}",{pointer}}}"#, web_key());
        assert_eq!(asked_of_web(&header).1, [WEB], "{pointer}");
        let header = format!(r#"{{"alg":"EdDSA","kid":"{}",{pointer}}}"#, method());
        assert_eq!(
            verify_asking(&token(&header, &payload(), &issuer_key())).1,
            [""; 0]
        );
        let report = with_header(&format!(
            r#"{{"alg":"EdDSA","kid":"{}",{pointer}}}"#,
            method()
        ));
        assert_eq!(report.verdict, Verdict::Valid);
        assert!(
            report
                .check(CheckId::Proof)
                .expect("a check")
                .sentence
                .contains("was ignored")
        );
    }
}

#[test]
fn c5_kid_is_no_path_and_no_query() {
    let long = "k".repeat(8192);
    for kid in [
        "../../../../dev/null",
        "' OR 1=1--",
        "file:///etc/passwd",
        "https://victim.test@evil.test/k",
        "https://evil.test/key#1",
        "did:web:evil.test#1",
        &long,
    ] {
        let report = with_header(&format!(r#"{{"alg":"EdDSA","kid":{kid:?}}}"#));
        assert_eq!(report.verdict, Verdict::Invalid, "{kid}");
        let (report, asked) = asked_of_web(&format!(r#"{{"alg":"EdDSA","kid":{kid:?}}}"#));
        assert_eq!((report.verdict, asked), (Verdict::Invalid, vec![]), "{kid}");
    }
}

#[test]
fn c6_kid_host_is_not_the_issuer() {
    let other = did::key::method_url(&other_key().public());
    let header = format!(r#"{{"alg":"EdDSA","kid":"{other}"}}"#);
    assert_eq!(
        told(
            &check(&token(&header, &payload(), &other_key())),
            CheckId::KeyBinding
        ),
        (Verdict::Invalid, Outcome::Fail, Some("issuer_key_mismatch"))
    );
}

#[test]
fn c8_critical_members() {
    for member in [r#""crit":["exp"]"#, r#""crit":[]"#, r#""b64":false"#] {
        let report = with_header(&format!(
            r#"{{"alg":"EdDSA","kid":"{}",{member}}}"#,
            method()
        ));
        assert_eq!(
            told(&report, CheckId::Proof),
            (Verdict::Invalid, Outcome::Fail, Some("token_header")),
            "{member}"
        );
    }
}

#[test]
fn c9_claims_disagree() {
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, method());
    for (claim, value) in [
        ("iss", Value::from("did:web:evil.test")),
        ("sub", Value::from("urn:uuid:other")),
        ("jti", Value::from("urn:uuid:other")),
        ("nbf", Value::Number(1.0)),
        ("exp", Value::Number(4_102_444_800.0)),
    ] {
        let mut changed = payload();
        changed.set(claim, value);
        assert_eq!(
            told(
                &check(&token(&header, &changed, &issuer_key())),
                CheckId::Proof
            ),
            (Verdict::Invalid, Outcome::Fail, Some("claim_mismatch")),
            "{claim}"
        );
    }
}

#[test]
fn c10_other_tokens() {
    for typ in ["at+jwt", "session", "openid4vci-proof+jwt"] {
        let report = with_header(&format!(
            r#"{{"alg":"EdDSA","kid":"{}","typ":"{typ}"}}"#,
            method()
        ));
        assert_eq!(report.verdict, Verdict::Invalid, "{typ}");
    }
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, method());
    let session =
        json::parse(r#"{"iss":"did:web:a.test","sub":"ana","exp":4102444800}"#).expect("json");
    assert_eq!(
        check(&token(&header, &session, &issuer_key())).verdict,
        Verdict::Invalid
    );
}

#[test]
fn c11_c12_encodings() {
    let good = token(
        &format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, method()),
        &payload(),
        &issuer_key(),
    );
    let parts: Vec<&str> = good.split('.').collect();
    let forms = [
        format!("{}=.{}.{}", parts[0], parts[1], parts[2]),
        format!("{}.{}.{}==", parts[0], parts[1], parts[2]),
        format!("{}. {}.{}", parts[0], parts[1], parts[2]),
        format!("{}+.{}.{}", parts[0], parts[1], parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}.{}", parts[2]),
        format!("{good}.{}.{}", parts[2], parts[2]),
        flip_last_bit(&good),
    ];
    for form in forms {
        let report = check(&form);
        assert_eq!(report.verdict, Verdict::Invalid, "{form}");
        assert_eq!(report.unreadable, Some(Unreadable::Malformed), "{form}");
    }
    let two = format!(r#"{{"payload":"{}","signatures":[{{}},{{}}]}}"#, parts[1]);
    assert_eq!(check(&two).verdict, Verdict::Invalid);
}

/// The last character of 64 bytes in base64url carries two bits that must be zero.
fn flip_last_bit(token: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let at = ALPHABET.find(last).expect("base64url");
    format!("{rest}{}", &ALPHABET[at + 1..at + 2])
}

#[test]
fn every_changed_character_of_a_token_is_refused() {
    let good = token(
        &format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, method()),
        &payload(),
        &issuer_key(),
    );
    for at in (0..good.len()).step_by(7) {
        let other = if &good[at..=at] == "A" { "B" } else { "A" };
        let mut changed = good.clone();
        changed.replace_range(at..=at, other);
        let report = check_text(&Known::nothing(), &changed);
        assert_eq!(report.verdict, Verdict::Invalid, "{at}");
    }
}

#[test]
fn an_algorithm_that_is_not_read_yet_leaves_it_open() {
    let report = with_header(&format!(r#"{{"alg":"PS512","kid":"{}"}}"#, method()));
    assert_eq!(
        told(&report, CheckId::Proof),
        (
            Verdict::CannotTell,
            Outcome::Unknown,
            Some("unsupported_proof")
        )
    );
}

/// A key of secp256k1, RSA-PSS or a curve of tomorrow: neither it nor its signature is checked here,
/// and nothing speaks against them.
#[test]
fn what_is_not_supported_leaves_it_open() {
    const SECP: &str = r#"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#;
    const FUTURE: &str = r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}"#;
    let pss = format!(
        r#"{{"kty":"RSA","alg":"PS256","n":"{}w","e":"AQAB"}}"#,
        "_".repeat(341)
    );
    let open = (
        Verdict::CannotTell,
        Outcome::Unknown,
        Some("INVALID_VERIFICATION_METHOD"),
    );
    for (alg, jwk) in [("ES256K", SECP), ("ML-DSA-44", FUTURE), ("PS256", &pss)] {
        let report = with_header(&format!(r#"{{"alg":"{alg}","jwk":{jwk}}}"#));
        assert_eq!(told(&report, CheckId::KeyBinding), open, "{alg}");
        // The header says a way of signing that is checked here: then that is no key for it.
        let report = with_header(&format!(r#"{{"alg":"EdDSA","jwk":{jwk}}}"#));
        assert_eq!(
            told(&report, CheckId::KeyBinding),
            (Verdict::Invalid, Outcome::Fail, Some("issuer_key_mismatch")),
            "{alg}"
        );
        // An issuer that is such a key.
        let did = format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(jwk));
        assert_eq!(
            issued_by(&did, &format!("{did}#0"), alg),
            (
                Verdict::CannotTell,
                Outcome::Unknown,
                Some("issuer_identifier")
            ),
            "{alg}"
        );
    }
    // The same in a form that such keys cannot have.
    for (alg, jwk) in [
        ("ES256K", r#"{"kty":"EC","x":"AA","y":"AA"}"#),
        (
            "PS256",
            r#"{"kty":"RSA","alg":"PS256","n":"AQAB","e":"AQAB"}"#,
        ),
        ("ES256K", r#"{"kty":"oct","alg":"HS256","k":"AA"}"#),
        (
            "ES256K",
            r#"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA","d":"AA"}"#,
        ),
    ] {
        let report = with_header(&format!(r#"{{"alg":"{alg}","jwk":{jwk}}}"#));
        assert_eq!(
            told(&report, CheckId::KeyBinding),
            (Verdict::Invalid, Outcome::Fail, Some("issuer_key_mismatch")),
            "{jwk}"
        );
        let did = format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(jwk));
        assert_eq!(
            issued_by(&did, &format!("{did}#0"), alg),
            (Verdict::Invalid, Outcome::Fail, Some("issuer_identifier")),
            "{jwk}"
        );
    }
}

/// did:key of a kind that is not used; a weak one is wrong.
#[test]
fn a_did_key_of_another_kind_leaves_it_open() {
    let did = |prefix: [u8; 2], len: usize| {
        let mut bytes = vec![0xff; len + 2];
        bytes[..2].copy_from_slice(&prefix);
        format!("did:key:z{}", bs58::encode(bytes).into_string())
    };
    let (rsa, secp) = ([0x85, 0x24], [0xe7, 0x01]);
    for (did, alg, verdict, outcome) in [
        (
            did(secp, 33),
            "ES256K",
            Verdict::CannotTell,
            Outcome::Unknown,
        ),
        (
            did(rsa, 270),
            "RS256",
            Verdict::CannotTell,
            Outcome::Unknown,
        ),
        (
            did(rsa, 526),
            "PS256",
            Verdict::CannotTell,
            Outcome::Unknown,
        ),
        (did(secp, 32), "ES256K", Verdict::Invalid, Outcome::Fail),
        (did(rsa, 140), "RS256", Verdict::Invalid, Outcome::Fail),
        (
            did([0x77, 0x01], 32),
            "ES256K",
            Verdict::Invalid,
            Outcome::Fail,
        ),
    ] {
        let url = format!("{did}#{}", &did["did:key:".len()..]);
        let answer = issued_by(&did, &url, alg);
        assert_eq!(
            answer,
            (verdict, outcome, Some("issuer_identifier")),
            "{did:.40}"
        );
    }
}

/// What is told of the key of a token that `issuer` would have signed.
fn issued_by(issuer: &str, kid: &str, alg: &str) -> (Verdict, Outcome, Option<&'static str>) {
    let mut document = sample("percent");
    document.set("issuer", Value::from(issuer.to_owned()));
    let header = format!(r#"{{"alg":"{alg}","typ":"vc+jwt","kid":"{kid}"}}"#);
    told(
        &check(&token(&header, &document, &issuer_key())),
        CheckId::KeyBinding,
    )
}
