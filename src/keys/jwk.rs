//! Keys as JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037 §2): Ed25519, P-256, P-384, P-521 and
//! RSA.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{Inner, KeyError, Kind, PublicKey, nist};
use crate::json::{self, Value};

/// Members that only a private or a shared key has.
const PRIVATE_MEMBERS: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// The longest number of an RSA key in base64url: 8192 bits, and some more to say why not.
const MAX_NUMBER: usize = 1400;

impl PublicKey {
    /// Reads a public JWK.
    ///
    /// `use` must be `sig`, `alg` must fit the kind of key and `key_ops` must contain `verify`,
    /// where they are given. Other members have no meaning here.
    ///
    /// # Errors
    /// [`KeyError::Private`] if a private member is present, [`KeyError::OtherKind`] for a known
    /// kind of key (or a known algorithm of RSA keys) that is not used, [`KeyError::UnknownKind`]
    /// for a `kty` or `crv` nobody here has heard of, [`KeyError::Malformed`], or what is wrong with
    /// the key itself.
    pub fn from_jwk(jwk: &Value<'_>) -> Result<PublicKey, KeyError> {
        if jwk.members().is_none() {
            return Err(KeyError::Malformed("a JWK is a JSON object"));
        }
        if PRIVATE_MEMBERS.iter().any(|name| jwk.get(name).is_some()) {
            return Err(KeyError::Private);
        }
        let kind = kind(jwk)?;
        usage(jwk, kind)?;
        match kind {
            Kind::Ed25519 => {
                let sentence = "x of an Ed25519 JWK is 32 bytes in base64url without padding";
                PublicKey::from_bytes(&number(jwk, "x", sentence)?)
            }
            Kind::P256 => {
                let sentence = "x and y of a P-256 JWK are 32 bytes in base64url without padding";
                let (x, y) = (number(jwk, "x", sentence)?, number(jwk, "y", sentence)?);
                PublicKey::p256(&uncompressed::<32>(x, y))
            }
            Kind::P384 => {
                let sentence = "x and y of a P-384 JWK are 48 bytes in base64url without padding";
                let (x, y) = (number(jwk, "x", sentence)?, number(jwk, "y", sentence)?);
                PublicKey::p384(&uncompressed::<48>(x, y))
            }
            Kind::P521 => {
                let sentence = "x and y of a P-521 JWK are 66 bytes in base64url without padding";
                let (x, y) = (number(jwk, "x", sentence)?, number(jwk, "y", sentence)?);
                PublicKey::p521(&uncompressed::<66>(x, y))
            }
            Kind::Rsa => {
                let sentence = "n and e of an RSA JWK are numbers in base64url without padding";
                let n = bytes(jwk, "n").ok_or(KeyError::Malformed(sentence))?;
                let e = bytes(jwk, "e").ok_or(KeyError::Malformed(sentence))?;
                let key = PublicKey::rsa(&n, &e)?;
                match other_algorithm(jwk) {
                    Some(other) => Err(KeyError::OtherKind(other)),
                    None => Ok(key),
                }
            }
        }
    }

    /// The public JWK with the members that make the key, and no others: `kty`, `crv`, `x` and
    /// `y`, or `kty`, `n` and `e`.
    #[must_use]
    pub fn to_jwk(&self) -> Value<'static> {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let point = |crv: &str, point: &[u8]| {
            let (x, y) = nist::coordinates(point);
            let members = [("kty", "EC".to_owned()), ("crv", crv.to_owned())];
            let coordinates = [("x", text(x)), ("y", text(y))];
            members.into_iter().chain(coordinates).collect()
        };
        let members: Vec<(&'static str, String)> = match &self.0 {
            Inner::Ed25519(key) => vec![
                ("kty", "OKP".to_owned()),
                ("crv", "Ed25519".to_owned()),
                ("x", text(key.as_bytes())),
            ],
            Inner::P256(key) => point("P-256", key),
            Inner::P384(key) => point("P-384", key),
            Inner::P521(key) => point("P-521", key),
            Inner::Rsa(key) => vec![
                ("kty", "RSA".to_owned()),
                ("n", text(key.n())),
                ("e", text(key.e())),
            ],
        };
        let member = |(name, text)| (Cow::Borrowed(name), Value::from(text));
        Value::Object(members.into_iter().map(member).collect())
    }

    /// The SHA-256 JWK thumbprint in base64url, 43 characters: over the members that make the key
    /// in alphabetical order (RFC 7638 §3.2, RFC 8037 §A.3).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(json::canonical(&self.to_jwk())))
    }
}

fn text<'v>(jwk: &'v Value<'_>, name: &str) -> Option<&'v str> {
    jwk.get(name).and_then(Value::as_str)
}

fn bytes(jwk: &Value<'_>, name: &str) -> Option<Vec<u8>> {
    let text = text(jwk, name).filter(|text| text.len() <= MAX_NUMBER)?;
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A number of exactly `N` bytes.
fn number<const N: usize>(
    jwk: &Value<'_>,
    name: &str,
    sentence: &'static str,
) -> Result<[u8; N], KeyError> {
    bytes(jwk, name)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(KeyError::Malformed(sentence))
}

fn uncompressed<const N: usize>(x: [u8; N], y: [u8; N]) -> Vec<u8> {
    [&[4][..], &x, &y].concat()
}

/// Algorithms of RSA keys that are good and not used here (RFC 7518 §3.1).
const OTHER_RSA: &[&str] = &["RS384", "RS512", "PS256", "PS384", "PS512"];

fn kind(jwk: &Value<'_>) -> Result<Kind, KeyError> {
    let named = |name| text(jwk, name).filter(|name| !name.is_empty());
    match (named("kty"), named("crv")) {
        (Some("OKP"), Some("Ed25519")) => Ok(Kind::Ed25519),
        (Some("OKP"), Some("Ed448")) => Err(KeyError::OtherKind("Ed448")),
        (Some("OKP"), Some("X25519")) => Err(KeyError::OtherKind("X25519")),
        (Some("EC"), Some("P-256")) => Ok(Kind::P256),
        (Some("EC"), Some("P-384")) => Ok(Kind::P384),
        (Some("EC"), Some("P-521")) => Ok(Kind::P521),
        (Some("EC"), Some("secp256k1")) => Err(KeyError::OtherKind("secp256k1")),
        (Some("RSA"), None) if jwk.get("crv").is_none() => Ok(Kind::Rsa),
        (Some("oct"), _) => Err(KeyError::Malformed("an oct JWK is a shared secret")),
        (Some("OKP" | "EC"), Some(_)) => Err(KeyError::UnknownKind),
        (Some("OKP" | "EC" | "RSA"), _) | (None, _) => Err(KeyError::Malformed(
            "kty and crv of the JWK do not name a kind of key",
        )),
        (Some(_), _) => Err(KeyError::UnknownKind),
    }
}

/// The algorithm of an RSA key that is good and not used here.
fn other_algorithm(jwk: &Value<'_>) -> Option<&'static str> {
    let alg = text(jwk, "alg")?;
    OTHER_RSA.iter().find(|other| **other == alg).copied()
}

fn usage(jwk: &Value<'_>, kind: Kind) -> Result<(), KeyError> {
    let fits = |name: &str, allowed: &[&str]| match jwk.get(name) {
        None => true,
        Some(value) => value.as_str().is_some_and(|text| allowed.contains(&text)),
    };
    if !fits("use", &["sig"]) {
        return Err(KeyError::Malformed("the JWK is not for signatures (use)"));
    }
    let is_other = kind == Kind::Rsa && other_algorithm(jwk).is_some();
    if !is_other && !fits("alg", kind.algorithms()) {
        return Err(KeyError::Malformed(match kind {
            Kind::Ed25519 => "alg of the JWK does not fit an Ed25519 key",
            Kind::P256 => "alg of the JWK does not fit a P-256 key",
            Kind::P384 => "alg of the JWK does not fit a P-384 key",
            Kind::P521 => "alg of the JWK does not fit a P-521 key",
            Kind::Rsa => "alg of the JWK is not RS256, the one that RSA keys are used with here",
        }));
    }
    match jwk.get("key_ops") {
        Some(operations) if !operations.one_or_many().contains(&Value::from("verify")) => Err(
            KeyError::Malformed("the JWK is not for verifying (key_ops)"),
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn rfc8037_example_has_its_thumbprint() {
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{X}"}}"#);
        let key = PublicKey::from_jwk(&json::parse(&jwk).expect("json")).expect("a key");
        assert_eq!(
            key.thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
        assert_eq!(json::text(&key.to_jwk()), jwk);
    }

    #[test]
    fn what_is_no_public_ed25519_key_is_refused() {
        let malformed = KeyError::Malformed;
        let no_kind = "kty and crv of the JWK do not name a kind of key";
        let encoding = "x of an Ed25519 JWK is 32 bytes in base64url without padding";
        for (members, why) in [
            (
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{X}","d":"AA""#),
                KeyError::Private,
            ),
            (
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{X}=""#),
                malformed(encoding),
            ),
            (
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{X}A""#),
                malformed(encoding),
            ),
            (
                r#""kty":"OKP","crv":"Ed25519","x":5"#.into(),
                malformed(encoding),
            ),
            (
                r#""kty":"RSA","n":"AQAB","e":"AQAB""#.into(),
                KeyError::Weak("an RSA key has 2048 to 8192 bits"),
            ),
            (
                r#""kty":"RSA","crv":"P-256","n":"AQAB","e":"AQAB""#.into(),
                malformed(no_kind),
            ),
            (r#""kty":"EC""#.into(), malformed(no_kind)),
            (r#""kty":"","crv":"P-256""#.into(), malformed(no_kind)),
            (r#""kty":7,"crv":"P-256""#.into(), malformed(no_kind)),
            (r#""crv":"Ed25519""#.into(), malformed(no_kind)),
            (
                r#""kty":"EC","crv":"P-256","x":"AA","y":"AA""#.into(),
                malformed("x and y of a P-256 JWK are 32 bytes in base64url without padding"),
            ),
            (
                r#""kty":"EC","crv":"secp256k1""#.into(),
                KeyError::OtherKind("secp256k1"),
            ),
            (
                r#""kty":"oct""#.into(),
                malformed("an oct JWK is a shared secret"),
            ),
            (
                r#""kty":"EC","crv":"brainpoolP256r1","x":"AA","y":"AA""#.into(),
                KeyError::UnknownKind,
            ),
            (
                r#""kty":"AKP","alg":"ML-DSA-44","pub":"AA""#.into(),
                KeyError::UnknownKind,
            ),
            (
                format!(
                    r#""kty":"RSA","alg":"PS256","n":"{}","e":"AQAB""#,
                    "_".repeat(342)
                ),
                KeyError::Malformed(
                    "n and e of an RSA JWK are numbers in base64url without padding",
                ),
            ),
            (
                format!(
                    r#""kty":"RSA","alg":"PS256","n":"{}w","e":"AQAB""#,
                    "_".repeat(341)
                ),
                KeyError::OtherKind("PS256"),
            ),
            (
                r#""kty":"RSA","alg":"PS256","n":"AQAB","e":"AQAB""#.into(),
                KeyError::Weak("an RSA key has 2048 to 8192 bits"),
            ),
            (
                r#""kty":"RSA","alg":"HS256","n":"AQAB","e":"AQAB""#.into(),
                malformed("alg of the JWK is not RS256, the one that RSA keys are used with here"),
            ),
            (
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{X}","use":"enc""#),
                malformed("the JWK is not for signatures (use)"),
            ),
            (
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{X}","alg":"ES256""#),
                malformed("alg of the JWK does not fit an Ed25519 key"),
            ),
            (
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{X}","key_ops":["sign"]"#),
                malformed("the JWK is not for verifying (key_ops)"),
            ),
        ] {
            let text = format!("{{{members}}}");
            let jwk = json::parse(&text).expect("json");
            assert_eq!(PublicKey::from_jwk(&jwk), Err(why), "{text}");
        }
    }
}
