//! Identifiers that lead to keys: DIDs, and the documents they resolve to.
//!
//! Nothing is fetched here. A method either works the document out of the identifier itself
//! (did:key, did:jwk) or names the https address where it stands (did:web); the bytes come from
//! the caller, and [`Document::method`] decides which key in them may be used.

mod document;
mod document_json;
pub mod jwk;
pub mod jwks;
pub mod key;
mod method;
pub mod resolution;
pub mod web;

use std::fmt;

pub use document::{Document, DocumentError, is_absolute};
pub use method::{KeyState, Purpose, VerificationMethod};

/// How every DID method is resolved: one line each. A new method is a file and a line.
pub const METHODS: &[Method] = &[
    Method {
        name: "key",
        resolve: key::resolve,
    },
    Method {
        name: "jwk",
        resolve: jwk::resolve,
    },
    Method {
        name: "web",
        resolve: web::resolve,
    },
];

/// A DID method.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// The name between the first two colons.
    pub name: &'static str,
    /// Works out where the document of a DID of this method is.
    pub resolve: fn(&Did) -> Result<Resolved, DidError>,
}

/// Where a DID leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    /// The document follows from the DID alone.
    Document(Box<Document>),
    /// The document stands at this https address (http only on loopback).
    At(String),
}

/// A well-formed DID without path, query or fragment (DID Core §3.1), of at most 2,048 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Did {
    text: String,
    /// Where the method-specific id begins.
    id_at: usize,
}

/// Why a text is not a DID we can follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DidError {
    /// Not a DID, or not one of its method; the sentence says what is wrong.
    #[error("{0}")]
    Malformed(&'static str),
    /// A DID of a method that is not in [`METHODS`].
    #[error("the DID method {0:?} is not supported")]
    UnknownMethod(String),
    /// The key in the DID cannot be used.
    #[error("the key in the DID cannot be used")]
    Key(#[from] crate::keys::KeyError),
}

/// The longest DID or DID URL that is read, in bytes. A did:jwk holds a whole key.
pub const MAX_BYTES: usize = 2048;

impl Did {
    /// Reads a DID.
    ///
    /// # Errors
    /// [`DidError::Malformed`]; an unknown method is not an error yet.
    pub fn parse(text: &str) -> Result<Did, DidError> {
        if text.len() > MAX_BYTES {
            return Err(DidError::Malformed("a DID has at most 2048 bytes"));
        }
        let (method, id) = text
            .strip_prefix("did:")
            .and_then(|rest| rest.split_once(':'))
            .ok_or(DidError::Malformed("a DID is did:, a method, : and an id"))?;
        let is_method = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if method.is_empty() || !method.bytes().all(is_method) {
            return Err(DidError::Malformed("a DID method is written a-z, 0-9"));
        }
        if id.is_empty() || id.ends_with(':') {
            return Err(DidError::Malformed("the id of a DID must not end in :"));
        }
        if !is_id(id.as_bytes()) {
            return Err(DidError::Malformed(
                "the id of a DID is written A-Z, a-z, 0-9, . - _ : and %xx",
            ));
        }
        Ok(Did {
            id_at: "did::".len() + method.len(),
            text: text.to_owned(),
        })
    }

    /// The whole DID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The method: `key`, `web`, `jwk`, ….
    #[must_use]
    pub fn method(&self) -> &str {
        &self.text["did:".len()..self.id_at - 1]
    }

    /// The method-specific id: what stands behind the method's colon.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.text[self.id_at..]
    }

    /// Works out where the document is, by the method's rules.
    ///
    /// # Errors
    /// [`DidError::UnknownMethod`], or the method's own faults.
    pub fn resolve(&self) -> Result<Resolved, DidError> {
        let method = METHODS
            .iter()
            .find(|method| method.name == self.method())
            .ok_or_else(|| DidError::UnknownMethod(self.method().to_owned()))?;
        (method.resolve)(self)
    }
}

fn is_id(mut id: &[u8]) -> bool {
    while let [first, rest @ ..] = id {
        id = match first {
            b'%' => match rest {
                [high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    rest
                }
                _ => return false,
            },
            b'.' | b'-' | b'_' | b':' => rest,
            byte if byte.is_ascii_alphanumeric() => rest,
            _ => return false,
        };
    }
    true
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A DID URL or https URL split at its first `#`: the document, and the place in it.
#[must_use]
pub fn split_fragment(url: &str) -> (&str, Option<&str>) {
    match url.split_once('#') {
        Some((base, fragment)) => (base, Some(fragment)),
        None => (url, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dids_are_read_by_their_grammar() {
        let did = Did::parse("did:web:example.com%3A8443:issuers:7").expect("a DID");
        assert_eq!(
            (did.method(), did.id(), did.to_string().as_str()),
            (
                "web",
                "example.com%3A8443:issuers:7",
                "did:web:example.com%3A8443:issuers:7"
            )
        );
        for text in [
            "",
            "did",
            "did:",
            "did:web",
            "did:web:",
            "did::x",
            "did:WEB:x",
            "DID:web:x",
            "did:web:x#y",
            "did:web:x/y",
            "did:web:x?y",
            "did:web:x%4",
            "did:web:x%zz",
            "did:web:x:",
            "did:web:ü.example",
            "https://example.com",
            " did:web:x",
        ] {
            assert!(Did::parse(text).is_err(), "{text}");
        }
        assert!(Did::parse(&format!("did:jwk:{}", "A".repeat(2040))).is_ok());
        assert!(Did::parse(&format!("did:jwk:{}", "A".repeat(2041))).is_err());
    }

    #[test]
    fn an_unknown_method_is_named() {
        let did = Did::parse("did:ion:abc").expect("a DID");
        assert_eq!(did.resolve(), Err(DidError::UnknownMethod("ion".into())));
    }
}
