//! Credentials as compact JWTs: Open Badges 3.0 §8.2, W3C VC-JOSE-COSE, and the VC-JWT of VCDM 1.1.
//!
//! We write one form, which pleases the first two: the header is `{"alg":"EdDSA","kid":…}` and the
//! payload is the credential with `iss`, `jti`, `nbf`, `sub` and `exp`. We read all three.

mod claims;
mod detached;
mod header;
mod presentation;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

pub use claims::{Claims, Form};
pub use detached::{attach, detach};
pub use header::{Algorithm, Header};
pub use presentation::Presentation;

use crate::{
    json::{self, Value},
    keys::{PublicKey, SigningKey},
};

/// The longest token that is read, in bytes: a document of [`json::MAX_BYTES`] in base64url, with
/// a header and a signature.
pub const MAX_BYTES: usize = json::MAX_BYTES / 3 * 4 + 16 * 1024;

/// Why a token cannot be made, or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// More bytes than are read.
    #[error("the token has {0} bytes; at most {MAX_BYTES} are read")]
    TooLarge(usize),
    /// Not a compact JWS of three parts in strict base64url; the sentence says what is wrong.
    #[error("{0}")]
    Form(&'static str),
    /// The header or the payload is not JSON that has one meaning.
    #[error("the {part} of the token: {error}")]
    Json {
        /// `header` or `payload`.
        part: &'static str,
        /// What is wrong, and where.
        error: json::ParseError,
    },
    /// A member of the header that must not be there, or not so.
    #[error("{member} in the header of the token: {sentence}")]
    Header {
        /// The member.
        member: &'static str,
        /// What is wrong.
        sentence: &'static str,
    },
    /// A good way to sign that this version does not check: neither good nor bad.
    #[error("tokens signed with {0} are not supported yet")]
    NotSupportedYet(String),
    /// A claim is missing, or says something else than the credential.
    #[error("the claim {claim} {sentence}")]
    Claim {
        /// The claim: `iss`, `sub`, `jti`, `nbf`, `exp` or `vc`.
        claim: &'static str,
        /// What is wrong.
        sentence: &'static str,
    },
    /// The signature does not fit the token and the key.
    #[error("the signature does not fit: the token was changed, or signed with another key")]
    Signature,
}

impl JwtError {
    /// The problem type of RFC 9457 (VCDM 2.0 §7.2).
    #[must_use]
    pub fn problem(&self) -> &'static str {
        match self {
            JwtError::TooLarge(_) | JwtError::Form(_) | JwtError::Json { .. } => {
                "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"
            }
            JwtError::Claim { .. } => "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR",
            JwtError::Header { .. } | JwtError::NotSupportedYet(_) | JwtError::Signature => {
                "https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR"
            }
        }
    }

    /// Whether this says nothing about the token: it could not be checked.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, JwtError::NotSupportedYet(_))
    }
}

/// Everything of a token but the signature: its header and payload, ready to be signed.
///
/// `kid` is the URL of the key in the issuer's document. The claims are taken from the
/// credential: `iss` from its issuer, `jti` from its id, `nbf` from `validFrom` (whole seconds),
/// `sub` from the subject's id if it has one, `exp` from `validUntil` if it has one.
///
/// # Errors
/// [`JwtError::Claim`] if the credential lacks its issuer, id or `validFrom`, or has an unreadable
/// date.
pub fn prepare(credential: &Value<'_>, kid: &str) -> Result<String, JwtError> {
    let header = Value::Object(vec![
        ("alg".into(), "EdDSA".into()),
        ("kid".into(), kid.into()),
    ]);
    Ok(parts(&header, &claims::payload(credential.clone())?))
}

/// What a VC-JOSE-COSE token holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// A credential: `vc+jwt`.
    Credential,
    /// A presentation: `vp+jwt`.
    Presentation,
}

impl Held {
    /// Its `typ` and `cty`.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Held::Credential => ("vc+jwt", "vc"),
            Held::Presentation => ("vp+jwt", "vp"),
        }
    }
}

/// Everything of a VC-JOSE-COSE token but the signature: the document as it is, under a header that
/// says what it is (VC-JOSE-COSE §3.1). `alg` is the algorithm of the key that `kid` names.
#[must_use]
pub fn prepare_jose(document: &Value<'_>, held: Held, alg: &str, kid: &str) -> String {
    let (typ, cty) = held.names();
    let header = Value::Object(vec![
        ("alg".into(), alg.into()),
        ("kid".into(), kid.into()),
        ("typ".into(), typ.into()),
        ("cty".into(), cty.into()),
    ]);
    parts(&header, document)
}

fn parts(header: &Value<'_>, payload: &Value<'_>) -> String {
    let mut token = String::with_capacity(1024);
    URL_SAFE_NO_PAD.encode_string(json::text(header), &mut token);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(json::text(payload), &mut token);
    token
}

/// Puts the signature over the bytes of a prepared token behind it.
#[must_use]
pub fn finish(mut prepared: String, signature: &[u8]) -> String {
    prepared.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut prepared);
    prepared
}

/// Makes and signs a token. The same arguments always give the same bytes.
///
/// # Errors
/// Those of [`prepare`].
pub fn sign(credential: &Value<'_>, kid: &str, key: &SigningKey) -> Result<String, JwtError> {
    let prepared = prepare(credential, kid)?;
    let signature = key.sign(prepared.as_bytes());
    Ok(finish(prepared, &signature))
}

/// A token that was taken apart, but not checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Token<'t> {
    /// Its header.
    pub header: Header,
    /// What is signed: header and payload as they stand in the token.
    signed: &'t str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// Whether a text looks like a compact token: three or more parts between dots, and no JSON.
#[must_use]
pub fn looks_like(text: &str) -> bool {
    text.starts_with("eyJ") && text.contains('.')
}

/// Takes a compact token apart. The algorithm is looked at before anything else is decoded.
///
/// # Errors
/// Every fault of [`JwtError`] but `Claim` and `Signature`. An algorithm that is good but not
/// checked here is no error before [`Token::verify`].
pub fn read(token: &str) -> Result<Token<'_>, JwtError> {
    if token.len() > MAX_BYTES {
        return Err(JwtError::TooLarge(token.len()));
    }
    let (signed, signature) = split(token)?;
    let (header, payload) = signed.split_once('.').unwrap_or((signed, ""));
    let header = Header::read(&decode(header)?)?;
    Ok(Token {
        header,
        signed,
        payload: decode(payload)?,
        signature: decode(signature)?,
    })
}

/// The part that is signed, and the signature.
fn split(token: &str) -> Result<(&str, &str), JwtError> {
    if token.starts_with('{') {
        return Err(JwtError::Form(
            "a token in JSON form is not read, only the compact form",
        ));
    }
    match token.bytes().filter(|byte| *byte == b'.').count() {
        2 => {}
        4 => return Err(JwtError::Form("encrypted tokens are not read")),
        _ => return Err(JwtError::Form("a token has three parts between two dots")),
    }
    match token.rsplit_once('.') {
        Some((_, "")) => Err(JwtError::Form("the token has no signature")),
        Some(parts) => Ok(parts),
        None => Err(JwtError::Form("a token has three parts between two dots")),
    }
}

/// Strict base64url: no padding, no white space, no other alphabet, no left-over bits (C11).
fn decode(part: &str) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| JwtError::Form("a part of the token is not base64url without padding"))
}

impl Token<'_> {
    /// Checks the signature against a key. The kind of key decides how, and the header must agree
    /// with it (threat C2).
    ///
    /// # Errors
    /// [`JwtError::Signature`]; [`JwtError::Header`] for a key of another kind than the header
    /// says; [`JwtError::NotSupportedYet`] for an algorithm that is not checked.
    pub fn verify(&self, key: &PublicKey) -> Result<(), JwtError> {
        match &self.header.algorithm {
            Algorithm::NotSupportedYet(name) => Err(JwtError::NotSupportedYet(name.clone())),
            Algorithm::Of(kind) if *kind != key.kind() => Err(JwtError::Header {
                member: "alg",
                sentence: "does not fit the issuer's key",
            }),
            Algorithm::Of(_) => key
                .verify(self.signed.as_bytes(), &self.signature)
                .map_err(|_| JwtError::Signature),
        }
    }

    /// Reads the payload: the credential in it, and whether the claims beside it agree.
    ///
    /// # Errors
    /// [`JwtError::Json`] or [`JwtError::Claim`].
    pub fn claims(&self) -> Result<Claims<'_>, JwtError> {
        let payload = json::parse_bytes(&self.payload).map_err(|error| JwtError::Json {
            part: "payload",
            error,
        })?;
        Claims::read(payload, &self.header)
    }
}
