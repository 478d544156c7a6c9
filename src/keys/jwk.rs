//! Keys as JSON Web Keys: `{"kty":"OKP","crv":"Ed25519","x":…}` (RFC 8037 §2, RFC 7517).

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{KeyError, PublicKey};
use crate::json::Value;

/// Members that only a private or a shared key has.
const PRIVATE_MEMBERS: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

impl PublicKey {
    /// Reads a public JWK.
    ///
    /// `use` must be `sig`, `alg` must be `EdDSA` or `Ed25519` and `key_ops` must contain
    /// `verify`, where they are given. Other members have no meaning here.
    ///
    /// # Errors
    /// [`KeyError::Private`] if a private member is present, [`KeyError::OtherKind`] for EC, RSA
    /// and other OKP keys, [`KeyError::Malformed`], or the faults of [`PublicKey::from_bytes`].
    pub fn from_jwk(jwk: &Value<'_>) -> Result<PublicKey, KeyError> {
        if jwk.members().is_none() {
            return Err(KeyError::Malformed("a JWK is a JSON object"));
        }
        if PRIVATE_MEMBERS.iter().any(|name| jwk.get(name).is_some()) {
            return Err(KeyError::Private);
        }
        kind(jwk)?;
        usage(jwk)?;
        let bytes = text(jwk, "x")
            .and_then(|x| URL_SAFE_NO_PAD.decode(x).ok())
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or(KeyError::Malformed(
                "x of an Ed25519 JWK is 32 bytes in base64url without padding",
            ))?;
        PublicKey::from_bytes(&bytes)
    }

    /// The public JWK: `kty`, `crv` and `x`, nothing else.
    #[must_use]
    pub fn to_jwk(&self) -> Value<'static> {
        let member = |name, text: String| (Cow::Borrowed(name), Value::from(text));
        Value::Object(vec![
            member("kty", "OKP".into()),
            member("crv", "Ed25519".into()),
            member("x", URL_SAFE_NO_PAD.encode(self.as_bytes())),
        ])
    }

    /// The SHA-256 JWK thumbprint in base64url, 43 characters (RFC 7638, RFC 8037 §A.3).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.as_bytes());
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }
}

fn text<'v>(jwk: &'v Value<'_>, name: &str) -> Option<&'v str> {
    jwk.get(name).and_then(Value::as_str)
}

fn kind(jwk: &Value<'_>) -> Result<(), KeyError> {
    match (text(jwk, "kty"), text(jwk, "crv")) {
        (Some("OKP"), Some("Ed25519")) => Ok(()),
        (Some("OKP"), Some("Ed448")) => Err(KeyError::OtherKind("Ed448")),
        (Some("OKP"), Some("X25519")) => Err(KeyError::OtherKind("X25519")),
        (Some("EC"), Some("P-256")) => Err(KeyError::OtherKind("P-256")),
        (Some("EC"), Some("P-384")) => Err(KeyError::OtherKind("P-384")),
        (Some("EC"), Some("P-521")) => Err(KeyError::OtherKind("P-521")),
        (Some("EC"), Some("secp256k1")) => Err(KeyError::OtherKind("secp256k1")),
        (Some("RSA"), _) => Err(KeyError::OtherKind("RSA")),
        _ => Err(KeyError::Malformed(
            "kty and crv of the JWK name no known kind of key",
        )),
    }
}

fn usage(jwk: &Value<'_>) -> Result<(), KeyError> {
    let fits = |name: &str, allowed: &[&str]| match jwk.get(name) {
        None => true,
        Some(value) => value.as_str().is_some_and(|text| allowed.contains(&text)),
    };
    if !fits("use", &["sig"]) {
        return Err(KeyError::Malformed("the JWK is not for signatures (use)"));
    }
    if !fits("alg", &["EdDSA", "Ed25519"]) {
        return Err(KeyError::Malformed(
            "alg of the JWK does not fit an Ed25519 key",
        ));
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
                KeyError::OtherKind("RSA"),
            ),
            (
                r#""kty":"EC","crv":"P-256""#.into(),
                KeyError::OtherKind("P-256"),
            ),
            (
                r#""kty":"oct""#.into(),
                malformed("kty and crv of the JWK name no known kind of key"),
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
