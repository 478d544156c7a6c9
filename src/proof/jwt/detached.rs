//! Tokens without their payload (RFC 7515, appendix F): of a credential that is kept as a document,
//! the token is kept as `header..signature`, because its payload follows from the document.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{JwtError, claims};
use crate::json::{self, Value};

const PARTS: JwtError = JwtError::Form("a token has three parts between two dots");

/// A token of ours without its payload: `header..signature`.
///
/// # Errors
/// [`JwtError::Form`] for what has not three parts.
pub fn detach(token: &str) -> Result<String, JwtError> {
    let (header, rest) = token.split_once('.').ok_or(PARTS)?;
    let (_, signature) = rest.split_once('.').ok_or(PARTS)?;
    Ok(format!("{header}..{signature}"))
}

/// The whole token again, with the payload that [`prepare`](super::prepare) makes of the credential
/// in `document`, whose embedded proof is no part of it. A token that has its payload stays as it is.
///
/// Whether the signature fits shows when the token is verified.
///
/// # Errors
/// [`JwtError::Form`] for what has not three parts; else those of [`prepare`](super::prepare).
pub fn attach<'t>(token: &'t str, document: &Value<'_>) -> Result<Cow<'t, str>, JwtError> {
    let (header, rest) = token.split_once('.').ok_or(PARTS)?;
    let (payload, signature) = rest.split_once('.').ok_or(PARTS)?;
    if !payload.is_empty() {
        return Ok(Cow::Borrowed(token));
    }
    let mut credential = document.clone();
    credential.remove("proof");
    let text = json::text(&claims::payload(credential)?);
    let mut whole = String::with_capacity(token.len() + text.len() / 3 * 4 + 4);
    whole.push_str(header);
    whole.push('.');
    URL_SAFE_NO_PAD.encode_string(text, &mut whole);
    whole.push('.');
    whole.push_str(signature);
    Ok(Cow::Owned(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{keys::SigningKey, proof::jwt};

    const CREDENTIAL: &str = r#"{"id":"https://lab.example/c/1","type":["VerifiableCredential"],"issuer":{"id":"did:key:z6Mk","name":"Lab é"},"validFrom":"2026-03-01T10:00:00Z","validUntil":"2027-03-01T10:00:00Z","credentialSubject":{"id":"did:example:s","x":1.50}}"#;

    fn key() -> SigningKey {
        SigningKey::from_seed(&[7; 32])
    }

    #[test]
    fn a_token_comes_back_byte_for_byte() {
        let mut document = json::parse(CREDENTIAL).expect("JSON");
        let token = jwt::sign(&document, "did:key:z6Mk#k", &key()).expect("signed");
        let kept = detach(&token).expect("three parts");
        assert!(kept.len() < 180 && kept.contains(".."), "{kept}");
        document.set("proof", Value::Object(vec![("type".into(), "any".into())]));
        let read = json::parse(&json::text(&document))
            .expect("JSON")
            .into_owned();
        assert_eq!(attach(&kept, &read), Ok(token.clone().into()));
        assert_eq!(attach(&token, &read), Ok(token.as_str().into()));
    }

    #[test]
    fn what_stands_here_holds_for_every_token_that_was_ever_kept() {
        let document = json::parse(CREDENTIAL).expect("JSON");
        let token = jwt::sign(&document, "did:key:z6Mk#k", &key()).expect("signed");
        assert_eq!(token, PINNED);
        let kept = detach(PINNED).expect("three parts");
        assert_eq!(attach(&kept, &document), Ok(PINNED.into()));
    }

    #[test]
    fn what_is_no_token_is_an_error() {
        let document = json::parse(CREDENTIAL).expect("JSON");
        for text in ["", "a", "a.b"] {
            assert_eq!(detach(text), Err(PARTS), "{text}");
            assert_eq!(attach(text, &document), Err(PARTS), "{text}");
        }
        let without = json::parse(r#"{"id":"x"}"#).expect("JSON");
        assert!(matches!(
            attach("a..b", &without),
            Err(JwtError::Claim { .. })
        ));
    }

    /// What was signed with these bytes once: whatever makes payloads later must make the same ones,
    /// or no token that is kept without its own fits any more.
    const PINNED: &str = "eyJhbGciOiJFZERTQSIsImtpZCI6ImRpZDprZXk6ejZNayNrIn0.eyJpZCI6Imh0dHBzOi8vbGFiLmV4YW1w\
        bGUvYy8xIiwidHlwZSI6WyJWZXJpZmlhYmxlQ3JlZGVudGlhbCJdLCJpc3N1ZXIiOnsiaWQiOiJkaWQ6a2V5\
        Ono2TWsiLCJuYW1lIjoiTGFiIMOpIn0sInZhbGlkRnJvbSI6IjIwMjYtMDMtMDFUMTA6MDA6MDBaIiwidmFs\
        aWRVbnRpbCI6IjIwMjctMDMtMDFUMTA6MDA6MDBaIiwiY3JlZGVudGlhbFN1YmplY3QiOnsiaWQiOiJkaWQ6\
        ZXhhbXBsZTpzIiwieCI6MS41fSwiaXNzIjoiZGlkOmtleTp6Nk1rIiwianRpIjoiaHR0cHM6Ly9sYWIuZXhh\
        bXBsZS9jLzEiLCJuYmYiOjE3NzIzNTkyMDAsInN1YiI6ImRpZDpleGFtcGxlOnMiLCJleHAiOjE4MDM4OTUy\
        MDB9.Mxl4udLETrtLXSkwZAMgPdub4kyC7yjwGYc40p6Ttk8KPH5RAJ9nLd_PoYZyRNB91G5Y8ri8ttAlEdw\
        8JtKWCA";
}
