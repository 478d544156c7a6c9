//! The header of a token: what it may say, and what it may not.

use super::JwtError;
use crate::{
    did,
    json::{self, Value},
    keys::{KeyError, Kind, PublicKey},
};

/// Algorithms that are trusted, but not checked by this version.
const NOT_YET: &[&str] = &[
    "ES512",
    "ES256K",
    "PS256",
    "PS384",
    "PS512",
    "RS384",
    "RS512",
    "Ed448",
    "ML-DSA-44",
    "ML-DSA-65",
    "ML-DSA-87",
];

/// The kinds of key whose signatures are checked.
const KINDS: [Kind; 5] = [Kind::Ed25519, Kind::P256, Kind::P384, Kind::P521, Kind::Rsa];

/// Members that point to keys elsewhere: never followed (threat C4).
const POINTERS: &[&str] = &["jku", "x5u", "x5c", "x5t", "x5t#S256"];

/// How a token says it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Algorithm {
    /// `EdDSA` or `Ed25519`, `ES256`, `ES384`, `RS256`: the one way in which keys of this kind sign.
    Of(Kind),
    /// A trusted algorithm that this version does not check.
    NotSupportedYet(String),
}

/// What the header of a token says, as far as it may be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// The key it claims: a DID URL, an https address, a fragment, or a plain name. Nothing is
    /// proven by its text.
    pub kid: Option<String>,
    /// A key it brings along; worth nothing unless the issuer publishes the same one (C3).
    pub jwk: Option<Result<PublicKey, KeyError>>,
    /// Its `typ`, as written.
    pub typ: Option<String>,
    /// Members that would lead to keys elsewhere and were ignored.
    pub ignored: Vec<&'static str>,
}

impl Header {
    /// Reads a header. The algorithm comes first: nothing else is looked at before it is one that
    /// is trusted (threat C1).
    pub(super) fn read(bytes: &[u8]) -> Result<Header, JwtError> {
        let header = json::parse_bytes(bytes).map_err(|error| JwtError::Json {
            part: "header",
            error,
        })?;
        if header.members().is_none() {
            return Err(JwtError::Form(
                "the header of the token is not a JSON object",
            ));
        }
        let algorithm = algorithm(&header)?;
        // RFC 7515 §4.1.11 and RFC 7797: what must be understood is not understood here.
        for member in ["crit", "b64", "enc", "zip"] {
            if header.get(member).is_some() {
                let sentence = "is not supported, so the token cannot be trusted";
                return Err(JwtError::Header { member, sentence });
            }
        }
        let has = |name: &&&str| header.get(name).is_some();
        Ok(Header {
            algorithm,
            kid: kid(&header)?,
            jwk: header.get("jwk").map(PublicKey::from_jwk),
            typ: typ(&header)?,
            ignored: POINTERS.iter().filter(has).copied().collect(),
        })
    }

    /// The usual name of the algorithm, for sentences.
    #[must_use]
    pub fn algorithm_name(&self) -> &str {
        match &self.algorithm {
            Algorithm::Of(kind) => kind.algorithms()[0],
            Algorithm::NotSupportedYet(name) => name,
        }
    }

    /// Whether the token says it is a VC-JOSE-COSE credential.
    pub(super) fn is_vc_jwt(&self) -> bool {
        let typ = self.typ.as_deref().map(without_prefix);
        typ.is_some_and(|typ| typ.eq_ignore_ascii_case("vc+jwt"))
    }

    /// Whether the token says it is a VC-JOSE-COSE presentation.
    pub(super) fn is_vp_jwt(&self) -> bool {
        let typ = self.typ.as_deref().map(without_prefix);
        typ.is_some_and(|typ| typ.eq_ignore_ascii_case("vp+jwt"))
    }
}

fn algorithm(header: &Value<'_>) -> Result<Algorithm, JwtError> {
    let refuse = |sentence| JwtError::Header {
        member: "alg",
        sentence,
    };
    match header.get("alg").map(Value::as_str) {
        Some(Some(name)) => match KINDS.iter().find(|kind| kind.algorithms().contains(&name)) {
            Some(kind) => Ok(Algorithm::Of(*kind)),
            None if NOT_YET.contains(&name) => Ok(Algorithm::NotSupportedYet(name.to_owned())),
            None => Err(refuse("is not an algorithm that is trusted")),
        },
        _ => Err(refuse("must be text")),
    }
}

/// A key is named by a DID URL, an https address, a fragment, or a short plain name (C5).
fn kid(header: &Value<'_>) -> Result<Option<String>, JwtError> {
    let refuse = |sentence| {
        Err(JwtError::Header {
            member: "kid",
            sentence,
        })
    };
    let kid = match header.get("kid").map(Value::as_str) {
        None => return Ok(None),
        Some(None) => return refuse("must be text"),
        Some(Some(kid)) => kid,
    };
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let name = kid.strip_prefix('#').unwrap_or(kid);
    let is_name = !name.is_empty() && name.bytes().all(is_plain);
    if kid.len() > did::MAX_BYTES {
        refuse("is too long")
    } else if is_name || did::is_absolute(kid) {
        Ok(Some(kid.to_owned()))
    } else {
        refuse("is not a DID URL, an https address or a plain name")
    }
}

/// Only types that credentials have: another of our tokens is not a credential (C10).
fn typ(header: &Value<'_>) -> Result<Option<String>, JwtError> {
    let refuse = |sentence| {
        Err(JwtError::Header {
            member: "typ",
            sentence,
        })
    };
    match header.get("typ").map(Value::as_str) {
        None => Ok(None),
        Some(None) => refuse("must be text"),
        Some(Some(typ)) => {
            let known = ["JWT", "vc+jwt", "vc+ld+jwt", "vp+jwt"];
            let plain = without_prefix(typ);
            if known.iter().any(|known| plain.eq_ignore_ascii_case(known)) {
                Ok(Some(typ.to_owned()))
            } else {
                refuse("is not the type of a credential")
            }
        }
    }
}

fn without_prefix(typ: &str) -> &str {
    typ.strip_prefix("application/").unwrap_or(typ)
}
