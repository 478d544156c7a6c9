//! Controlled identifier documents: which keys speak for an identifier, and for what
//! (Controlled Identifiers 1.0; the DID documents of DID Core are of the same shape).

use std::borrow::Cow;

use jiff::Timestamp;

use super::{Did, MAX_BYTES, split_fragment};
use crate::{
    credential::dates,
    json::{Members, Value},
    keys::{KeyError, PublicKey},
};

/// What a key may be used for: the verification relationships of CID 1.0 §2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Saying something: signing a credential.
    AssertionMethod,
    /// Showing who one is: signing a presentation.
    Authentication,
    /// Agreeing on a secret.
    KeyAgreement,
    /// Using a right.
    CapabilityInvocation,
    /// Passing a right on.
    CapabilityDelegation,
}

impl Purpose {
    /// Every purpose, in the order documents are written.
    pub const ALL: [Purpose; 5] = [
        Purpose::AssertionMethod,
        Purpose::Authentication,
        Purpose::KeyAgreement,
        Purpose::CapabilityInvocation,
        Purpose::CapabilityDelegation,
    ];

    /// The name in documents and in `proofPurpose`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Purpose::AssertionMethod => "assertionMethod",
            Purpose::Authentication => "authentication",
            Purpose::KeyAgreement => "keyAgreement",
            Purpose::CapabilityInvocation => "capabilityInvocation",
            Purpose::CapabilityDelegation => "capabilityDelegation",
        }
    }
}

/// A key in a document, and who controls it (CID 1.0 §2.2).
#[derive(Debug, Clone, PartialEq)]
pub struct VerificationMethod {
    /// Its absolute URL.
    pub id: String,
    /// How the key is written: `Multikey`, `JsonWebKey`, or another type.
    pub kind: String,
    /// Who may change it; only methods controlled by the document itself are used.
    pub controller: String,
    /// The key, or why it cannot be used.
    pub key: Result<PublicKey, KeyError>,
    /// From when on it must not be used.
    pub expires: Option<Timestamp>,
    /// Since when it must not be used.
    pub revoked: Option<Timestamp>,
}

/// Whether a key was good when a proof says it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// In force.
    Good,
    /// Past its `expires`.
    Expired(Timestamp),
    /// Revoked before the proof says it was made.
    Revoked(Timestamp),
    /// Revoked after the proof says it was made. The thief of a key can write any date, so this
    /// alone is not proof of anything.
    RevokedSince(Timestamp),
}

impl VerificationMethod {
    /// A method that writes its key as a Multikey.
    #[must_use]
    pub fn multikey(id: String, controller: &str, key: PublicKey) -> VerificationMethod {
        VerificationMethod::new(id, "Multikey", controller, key)
    }

    /// A method that writes its key as a JSON Web Key.
    #[must_use]
    pub fn json_web_key(id: String, controller: &str, key: PublicKey) -> VerificationMethod {
        VerificationMethod::new(id, "JsonWebKey", controller, key)
    }

    fn new(id: String, kind: &str, controller: &str, key: PublicKey) -> VerificationMethod {
        VerificationMethod {
            id,
            kind: kind.to_owned(),
            controller: controller.to_owned(),
            key: Ok(key),
            expires: None,
            revoked: None,
        }
    }

    /// The key.
    ///
    /// # Errors
    /// [`DocumentError::Key`] if it cannot be used.
    pub fn public_key(&self) -> Result<&PublicKey, DocumentError> {
        self.key.as_ref().map_err(|e| DocumentError::Key(e.clone()))
    }

    /// Whether the key was in force at `created`.
    #[must_use]
    pub fn state_at(&self, created: Timestamp) -> KeyState {
        match (self.revoked, self.expires) {
            (Some(at), _) if at <= created => KeyState::Revoked(at),
            (Some(at), _) => KeyState::RevokedSince(at),
            (None, Some(at)) if at <= created => KeyState::Expired(at),
            _ => KeyState::Good,
        }
    }
}

/// A controlled identifier document: an identifier and its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The identifier: a DID or an https URL.
    pub id: String,
    /// Other names of the same subject.
    pub also_known_as: Vec<String>,
    methods: Vec<VerificationMethod>,
    /// Which method URLs may be used for what.
    listed: Vec<(Purpose, String)>,
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

    /// Reads a document. Members it does not know are left to others.
    ///
    /// # Errors
    /// [`DocumentError::Document`]. A key of an unknown kind is not an error here.
    pub fn parse(value: &Value<'_>) -> Result<Document, DocumentError> {
        let id = value
            .get("id")
            .and_then(Value::as_str)
            .filter(|id| is_absolute(id) && !id.contains('#'))
            .ok_or(DocumentError::Document(
                "its id is not a DID or https address",
            ))?;
        let mut document = Document::new(id);
        for name in many(value, "alsoKnownAs") {
            let name = name
                .as_str()
                .ok_or(DocumentError::Document("alsoKnownAs holds more than texts"))?;
            document.also_known_as.push(name.to_owned());
        }
        for method in many(value, "verificationMethod") {
            document.read_method(method)?;
        }
        for purpose in Purpose::ALL {
            for entry in many(value, purpose.name()) {
                let url = match entry {
                    Value::String(reference) => absolute(id, reference),
                    embedded => document.read_method(embedded)?,
                };
                document.listed.push((purpose, url));
            }
        }
        Ok(document)
    }

    /// Reads one method, adds it and says its URL.
    fn read_method(&mut self, value: &Value<'_>) -> Result<String, DocumentError> {
        let text = |name: &str| {
            value
                .get(name)
                .and_then(Value::as_str)
                .ok_or(DocumentError::Document(
                    "a method lacks its id, type or controller",
                ))
        };
        let date = |name: &str| {
            let Some(value) = value.get(name) else {
                return Ok(None);
            };
            let at = value.as_str().and_then(|text| dates::stamp(text).ok());
            at.map(Some).ok_or(DocumentError::Document(
                "expires or revoked of a method is not a date and time",
            ))
        };
        let id = absolute(&self.id, text("id")?);
        if self.methods.iter().any(|method| method.id == id) {
            return Err(DocumentError::Document("it names a method twice"));
        }
        let kind = text("type")?;
        self.methods.push(VerificationMethod {
            id: id.clone(),
            kind: kind.to_owned(),
            controller: text("controller")?.to_owned(),
            key: read_key(value, kind),
            expires: date("expires")?,
            revoked: date("revoked")?,
        });
        Ok(id)
    }

    /// The document as JSON: a DID document or, for an https identifier, a CID document.
    ///
    /// Methods whose key cannot be used are left out. An issuer's profile members may be added.
    #[must_use]
    pub fn to_json(&self) -> Value<'static> {
        let mut members: Members<'static> = vec![
            ("@context".into(), texts(self.contexts())),
            ("id".into(), self.id.clone().into()),
        ];
        if !self.also_known_as.is_empty() {
            members.push(("alsoKnownAs".into(), texts(self.also_known_as.clone())));
        }
        let methods = self.methods.iter().filter_map(method_json);
        members.push(("verificationMethod".into(), Value::Array(methods.collect())));
        for purpose in Purpose::ALL {
            let urls = self.listed.iter().filter(|(listed, _)| *listed == purpose);
            let urls: Vec<Value<'static>> = urls.map(|(_, url)| url.clone().into()).collect();
            if !urls.is_empty() {
                members.push((purpose.name().into(), Value::Array(urls)));
            }
        }
        Value::Object(members)
    }

    fn contexts(&self) -> Vec<String> {
        let mut contexts = if self.id.starts_with("did:") {
            vec!["https://www.w3.org/ns/did/v1"]
        } else {
            return vec!["https://www.w3.org/ns/cid/v1".to_owned()];
        };
        let uses = |kind: &str| self.methods.iter().any(|method| method.kind == kind);
        if uses("Multikey") {
            contexts.push("https://w3id.org/security/multikey/v1");
        }
        if uses("JsonWebKey") {
            contexts.push("https://w3id.org/security/jwk/v1");
        }
        contexts.into_iter().map(str::to_owned).collect()
    }
}

fn texts(texts: Vec<String>) -> Value<'static> {
    Value::Array(texts.into_iter().map(Value::from).collect())
}

fn method_json(method: &VerificationMethod) -> Option<Value<'static>> {
    let key = method.key.as_ref().ok()?;
    let mut members: Members<'static> = vec![
        ("id".into(), method.id.clone().into()),
        ("type".into(), method.kind.clone().into()),
        ("controller".into(), method.controller.clone().into()),
    ];
    members.push(match method.kind.as_str() {
        "JsonWebKey" => ("publicKeyJwk".into(), key.to_jwk()),
        _ => ("publicKeyMultibase".into(), key.to_multikey().into()),
    });
    for (name, at) in [("expires", method.expires), ("revoked", method.revoked)] {
        if let Some(at) = at {
            members.push((Cow::Borrowed(name), dates::text(at).into()));
        }
    }
    Some(Value::Object(members))
}

/// The items of a member that may be absent, one value or an array.
fn many<'v, 'a>(value: &'v Value<'a>, name: &str) -> &'v [Value<'a>] {
    value.get(name).map_or(&[], Value::one_or_many)
}

fn absolute(document_id: &str, reference: &str) -> String {
    if reference.starts_with('#') {
        format!("{document_id}{reference}")
    } else {
        reference.to_owned()
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
    let is_web = scheme == "https" || (scheme == "http" && super::web::is_loopback(host));
    is_web && !host.is_empty() && !authority.contains('@')
}

/// Reads the key of a method by its type. The key forms must not be mixed.
fn read_key(method: &Value<'_>, kind: &str) -> Result<PublicKey, KeyError> {
    if [
        "secretKeyMultibase",
        "secretKeyJwk",
        "privateKeyMultibase",
        "privateKeyJwk",
    ]
    .iter()
    .any(|name| method.get(name).is_some())
    {
        return Err(KeyError::Private);
    }
    match (
        kind,
        method.get("publicKeyMultibase"),
        method.get("publicKeyJwk"),
    ) {
        (_, Some(_), Some(_)) => Err(KeyError::Malformed("a method has one key, not two")),
        ("Multikey" | "Ed25519VerificationKey2020", Some(Value::String(text)), None) => {
            PublicKey::from_multikey(text)
        }
        ("JsonWebKey" | "JsonWebKey2020", None, Some(jwk)) => PublicKey::from_jwk(jwk),
        ("Ed25519VerificationKey2018", ..) => {
            Err(KeyError::OtherKind("Ed25519VerificationKey2018"))
        }
        _ => Err(KeyError::Malformed(
            "the type and the key of a method do not fit",
        )),
    }
}
