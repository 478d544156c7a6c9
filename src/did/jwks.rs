//! JSON Web Key Sets (RFC 7517 §5): how an https issuer of tokens may publish its keys.

use super::{Document, DocumentError, Purpose, VerificationMethod};
use crate::{json::Value, keys::PublicKey};

/// How many keys of one set are read.
const MAX_KEYS: usize = 64;

/// Where the keys of a web site stand: `/.well-known/jwks.json` of the issuer's own host. Only
/// whoever runs the site can put them there, so that no path on it speaks for another.
#[must_use]
pub fn address(issuer: &str) -> Option<String> {
    let (scheme, rest) = issuer.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{host}/.well-known/jwks.json"))
}

/// Whether two https addresses are on one site: the same scheme, host and port.
#[must_use]
pub fn same_site(one: &str, other: &str) -> bool {
    one.contains("://") && address(one).is_some() && address(one) == address(other)
}

/// Reads a set as the keys of `issuer`, all for signing. A key that cannot be used stays in it, and
/// says why.
///
/// # Errors
/// [`DocumentError::Document`]; [`DocumentError::DocumentId`] if the set says that it is another's
/// (`iss`, Open Badges 3.0 §8.2).
pub fn read(value: &Value<'_>, issuer: &str) -> Result<Document, DocumentError> {
    match value.get("iss").map(Value::as_str) {
        None => {}
        Some(Some(named)) if named == issuer => {}
        Some(named) => {
            return Err(DocumentError::DocumentId(
                named.unwrap_or_default().to_owned(),
            ));
        }
    }
    let Some(Value::Array(keys)) = value.get("keys") else {
        return Err(DocumentError::Document("its key set holds no keys"));
    };
    if keys.len() > MAX_KEYS {
        return Err(DocumentError::Document("its key set has more than 64 keys"));
    }
    let mut document = Document::new(issuer);
    for (at, jwk) in keys.iter().enumerate() {
        let kid = jwk.get("kid").and_then(Value::as_str);
        let method = VerificationMethod {
            id: format!("{issuer}#jwks-{at}"),
            kind: "JsonWebKey".to_owned(),
            controller: issuer.to_owned(),
            key: PublicKey::from_jwk(jwk),
            key_id: kid.map(str::to_owned),
            expires: None,
            revoked: None,
        };
        document.add_for(method, &[Purpose::AssertionMethod, Purpose::Authentication]);
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn the_address_is_that_of_the_whole_site() {
        let at = |issuer| address(issuer).expect("an address");
        let whole = "https://a.test/.well-known/jwks.json";
        assert_eq!(at("https://a.test"), whole);
        assert_eq!(at("https://a.test/issuers/1?x=/y"), whole);
        assert_eq!(
            at("https://a.test:8443/i"),
            "https://a.test:8443/.well-known/jwks.json"
        );
        assert_eq!(address("did:web:a.test"), None);
        assert!(same_site("https://a.test/1", "https://a.test/keys/2#k"));
        for other in [
            "https://b.test/1",
            "https://a.test:8443/1",
            "http://a.test/1",
            "https://a.test.b.test/1",
            "did:web:a.test",
        ] {
            assert!(!same_site("https://a.test/1", other), "{other}");
        }
        assert!(!same_site("did:web:a.test", "did:web:a.test"));
    }

    #[test]
    fn a_set_of_another_issuer_is_refused() {
        let of = |text: &str| read(&json::parse(text).expect("json"), "https://a.test/1");
        assert_eq!(of(r#"{"keys":[]}"#).map(|set| set.methods().len()), Ok(0));
        assert!(of(r#"{"iss":"https://a.test/1","keys":[]}"#).is_ok());
        for iss in [r#""https://a.test/2""#, "7"] {
            let text = format!(r#"{{"iss":{iss},"keys":[]}}"#);
            assert!(matches!(of(&text), Err(DocumentError::DocumentId(_))));
        }
        assert!(of(r#"{"kty":"RSA"}"#).is_err());
        let many = format!(r#"{{"keys":[{}{{}}]}}"#, "{},".repeat(64));
        assert!(of(&many).is_err());
    }
}
