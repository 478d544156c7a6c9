//! Documents as JSON: reading those of others, writing our own.

use std::borrow::Cow;

use super::{Document, DocumentError, Purpose, VerificationMethod, is_absolute};
use crate::{
    credential::dates,
    json::{Members, Value},
    keys::{KeyError, Kind, PublicKey},
};

/// How many keys of one document are read.
const MAX_METHODS: usize = 256;

impl Document {
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
        if self.methods.len() >= MAX_METHODS {
            return Err(DocumentError::Document("it has more than 256 keys"));
        }
        if self.methods.iter().any(|method| method.id == id) {
            return Err(DocumentError::Document("it names a method twice"));
        }
        let kind = text("type")?;
        self.methods.push(VerificationMethod {
            id: id.clone(),
            kind: kind.to_owned(),
            controller: text("controller")?.to_owned(),
            key: read_key(value, kind),
            key_id: value
                .pointer("/publicKeyJwk/kid")
                .and_then(Value::as_str)
                .map(str::to_owned),
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
        ("Multikey", Some(Value::String(text)), None) => PublicKey::from_multikey(text),
        ("Ed25519VerificationKey2020", Some(Value::String(text)), None) => {
            PublicKey::from_multikey(text).and_then(|key| match key.kind() {
                Kind::Ed25519 => Ok(key),
                _ => Err(KeyError::Malformed(
                    "an Ed25519VerificationKey2020 holds an Ed25519 key",
                )),
            })
        }
        ("JsonWebKey" | "JsonWebKey2020", None, Some(jwk)) => PublicKey::from_jwk(jwk),
        ("Ed25519VerificationKey2018", ..) => {
            Err(KeyError::OtherKind("Ed25519VerificationKey2018"))
        }
        ("Multikey" | "Ed25519VerificationKey2020" | "JsonWebKey" | "JsonWebKey2020", ..) => Err(
            KeyError::Malformed("the type and the key of a method do not fit"),
        ),
        _ => Err(KeyError::UnknownKind),
    }
}
