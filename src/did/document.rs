//! Controlled identifier documents: which keys speak for an identifier, and for what
//! (Controlled Identifiers 1.0; the DID documents of DID Core are of the same shape).

use jiff::Timestamp;

use super::{Did, MAX_BYTES, Purpose, VerificationMethod, split_fragment, web};
use crate::keys::KeyError;

/// A controlled identifier document: an identifier and its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The identifier: a DID or an https URL.
    pub id: String,
    /// Other names of the same subject.
    pub also_known_as: Vec<String>,
    pub(super) methods: Vec<VerificationMethod>,
    /// Which method URLs may be used for what.
    pub(super) listed: Vec<(Purpose, String)>,
}

/// Why a document gives no key for a verification method (CID 1.0 §3.3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The verification method is not an absolute URL.
    #[error("the verification method is not a DID URL or https address")]
    MethodUrl,
    /// Not a document of the right shape; the sentence says what is wrong.
    #[error("the issuer's document cannot be used: {0}")]
    Document(&'static str),
    /// The document is about another identifier than was asked for.
    #[error("the issuer's document is about {0:?}, not about the identifier that was asked for")]
    DocumentId(String),
    /// The document does not contain the method.
    #[error("the issuer's document does not contain this key")]
    NoMethod,
    /// The method is controlled by someone else.
    #[error("the key is controlled by {0:?}, not by the document it stands in")]
    Controller(String),
    /// The key itself cannot be used.
    #[error("the key cannot be used: {0}")]
    Key(KeyError),
    /// The method is not listed for the purpose.
    #[error("the key is not listed for the purpose {}", .0.name())]
    Relationship(Purpose),
}

impl DocumentError {
    /// The standard's name of the error.
    #[must_use]
    pub fn name(&self) -> &'static str {
        &self.problem()["https://w3id.org/security#".len()..]
    }

    /// The problem type of RFC 9457 that the standard gives the error.
    #[must_use]
    pub fn problem(&self) -> &'static str {
        match self {
            DocumentError::MethodUrl => "https://w3id.org/security#INVALID_VERIFICATION_METHOD_URL",
            DocumentError::Document(_) => {
                "https://w3id.org/security#INVALID_CONTROLLED_IDENTIFIER_DOCUMENT"
            }
            DocumentError::DocumentId(_) => {
                "https://w3id.org/security#INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID"
            }
            DocumentError::NoMethod | DocumentError::Controller(_) | DocumentError::Key(_) => {
                "https://w3id.org/security#INVALID_VERIFICATION_METHOD"
            }
            DocumentError::Relationship(_) => {
                "https://w3id.org/security#INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"
            }
        }
    }
}

impl Document {
    /// A document of an identifier, without keys.
    #[must_use]
    pub fn new(id: &str) -> Document {
        Document {
            id: id.to_owned(),
            also_known_as: Vec::new(),
            methods: Vec::new(),
            listed: Vec::new(),
        }
    }

    /// Adds a method without listing it for anything: how a revoked key stays visible.
    pub fn add(&mut self, method: VerificationMethod) {
        self.methods.push(method);
    }

    /// Adds a method and lists it for `purposes`.
    pub fn add_for(&mut self, method: VerificationMethod, purposes: &[Purpose]) {
        self.listed
            .extend(purposes.iter().map(|purpose| (*purpose, method.id.clone())));
        self.methods.push(method);
    }

    /// Adds a method and lists it for everything that signing keys do.
    pub(super) fn add_for_signing(&mut self, method: VerificationMethod) {
        let purposes = Purpose::ALL.map(|purpose| (purpose, method.id.clone()));
        self.listed.extend(
            purposes
                .into_iter()
                .filter(|(purpose, _)| *purpose != Purpose::KeyAgreement),
        );
        self.methods.push(method);
    }

    /// Marks every key as revoked at `at`: for an identifier that is its key, when its keeper has
    /// revoked the key.
    pub fn revoke(&mut self, at: Timestamp) {
        for method in &mut self.methods {
            method.revoked = Some(at);
        }
    }

    /// The key at `url` that is revoked and, as CID 1.0 §2.2 has it, listed for nothing any more.
    /// It may not be used; it tells why.
    #[must_use]
    pub fn withdrawn(&self, url: &str) -> Option<&VerificationMethod> {
        let listed = Purpose::ALL.iter().any(|purpose| self.lists(url, *purpose));
        let found = self.methods.iter().find(|method| method.id == url)?;
        (!listed && found.revoked.is_some() && found.controller == self.id).then_some(found)
    }

    /// The keys, in the order written.
    #[must_use]
    pub fn methods(&self) -> &[VerificationMethod] {
        &self.methods
    }

    /// Whether a method URL is listed for a purpose.
    #[must_use]
    pub fn lists(&self, url: &str, purpose: Purpose) -> bool {
        self.listed
            .iter()
            .any(|(listed, id)| *listed == purpose && id == url)
    }

    /// Retrieves a verification method for a purpose (CID 1.0 §3.3, steps 3 to 7): the document
    /// is about the URL without its fragment, contains the very URL, controls it, and lists it.
    ///
    /// A fragment that is itself a key proves nothing (threat A1). Whether the key was in force
    /// is [`VerificationMethod::state_at`]; whether it may be used, [`VerificationMethod::key`].
    ///
    /// # Errors
    /// The first step that fails.
    pub fn method(
        &self,
        url: &str,
        purpose: Purpose,
    ) -> Result<&VerificationMethod, DocumentError> {
        if !is_absolute(url) {
            return Err(DocumentError::MethodUrl);
        }
        if split_fragment(url).0 != self.id {
            return Err(DocumentError::DocumentId(self.id.clone()));
        }
        let method = self
            .methods
            .iter()
            .find(|method| method.id == url)
            .ok_or(DocumentError::NoMethod)?;
        if method.controller != self.id {
            return Err(DocumentError::Controller(method.controller.clone()));
        }
        if !self.lists(url, purpose) {
            return Err(DocumentError::Relationship(purpose));
        }
        Ok(method)
    }
}

/// Whether a text is a DID or an https URL (http on loopback), perhaps with a fragment, of at most
/// [`MAX_BYTES`].
#[must_use]
pub fn is_absolute(url: &str) -> bool {
    let (base, fragment) = split_fragment(url);
    if url.len() > MAX_BYTES
        || fragment == Some("")
        || url.bytes().any(|b| b <= b' ' || b == 0x7f || b == b'\\')
    {
        return false;
    }
    if base.starts_with("did:") {
        return Did::parse(base).is_ok();
    }
    let Some((scheme, rest)) = base.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default();
    let is_web = scheme == "https" || (scheme == "http" && web::is_loopback(host));
    is_web && !host.is_empty() && !authority.contains('@')
}
