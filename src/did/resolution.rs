//! DID resolution and DID URL dereferencing for identifiers that hold their own key (DID Resolution
//! 1.0 §4 and §5, did:key 0.7 §3): what was found, or which of the named errors it is. How an answer
//! is written is for those who answer.

use super::{Did, DidError, Resolved, split_fragment};
use crate::{
    json::Value,
    keys::{KeyError, Kind, PublicKey},
};

/// How the key of a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyFormat {
    /// `Multikey`.
    #[default]
    Multikey,
    /// `JsonWebKey2020`.
    JsonWebKey,
    /// `Ed25519VerificationKey2020`.
    Ed25519,
}

/// What a resolver may be asked besides the identifier (did:key §3.1.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// `publicKeyFormat`, as it was written.
    pub key_format: Option<String>,
}

/// What an identifier leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The DID document.
    pub document: Value<'static>,
    /// The part of it that a DID URL names by its fragment.
    pub part: Option<Value<'static>>,
}

/// Why an identifier leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is no DID, or no did:key.
    InvalidDid,
    /// It is no DID URL that leads anywhere: it has a path or a query, or what a URL may not have.
    InvalidDidUrl,
    /// It is a DID of another method.
    MethodNotSupported,
    /// Its key is too long or too short for its kind.
    InvalidPublicKeyLength,
    /// Its key is not one that may be used.
    InvalidPublicKey,
    /// Its key, or the wanted way to write it, is of no kind that is known.
    UnsupportedPublicKeyType,
    /// The wanted way to write the key is for experiments.
    InvalidPublicKeyType,
    /// Its document has no such part.
    NotFound,
}

/// Looks up a DID, or a DID URL with a fragment.
///
/// # Errors
/// [`Fault`].
pub fn resolve(url: &str, options: &Options) -> Result<Found, Fault> {
    let (base, fragment) = split_fragment(url);
    let is_url = base.starts_with("did:") && base.contains(['/', '?', ';']);
    if is_url || fragment.is_some_and(|fragment| !is_fragment(fragment)) {
        return Err(Fault::InvalidDidUrl);
    }
    let did = Did::parse(base).map_err(|_| Fault::InvalidDid)?;
    if did.method() != "key" {
        return Err(Fault::MethodNotSupported);
    }
    if !did.id().starts_with('z') || did.id().contains([':', '%']) {
        return Err(Fault::InvalidDid);
    }
    let key = PublicKey::from_multikey(did.id()).map_err(|error| key_fault(&error))?;
    let format = format(options, key.kind())?;
    let document = match did.resolve() {
        Ok(Resolved::Document(document)) => document.to_json(),
        Ok(Resolved::At(_)) => return Err(Fault::MethodNotSupported),
        Err(DidError::Key(error)) => return Err(key_fault(&error)),
        Err(_) => return Err(Fault::InvalidDid),
    };
    let document = written(document, &key, format);
    let part = match fragment {
        None => None,
        Some(_) => Some(part(&document, url).ok_or(Fault::NotFound)?),
    };
    Ok(Found { document, part })
}

/// RFC 3986 §3.5, without escapes: no key of ours needs one.
fn is_fragment(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&b);
    !text.is_empty() && text.bytes().all(allowed)
}

fn key_fault(error: &KeyError) -> Fault {
    match error {
        // Only what is wrong with a length says how many bytes there should be.
        KeyError::Malformed(sentence) if sentence.ends_with(" bytes") => {
            Fault::InvalidPublicKeyLength
        }
        KeyError::Malformed(_) => Fault::InvalidDid,
        KeyError::OtherKind(_) | KeyError::UnknownKind => Fault::UnsupportedPublicKeyType,
        _ => Fault::InvalidPublicKey,
    }
}

fn format(options: &Options, kind: Kind) -> Result<KeyFormat, Fault> {
    match options.key_format.as_deref() {
        None | Some("Multikey") => Ok(KeyFormat::Multikey),
        Some("JsonWebKey2020" | "JsonWebKey") => Ok(KeyFormat::JsonWebKey),
        Some("Ed25519VerificationKey2020") if kind == Kind::Ed25519 => Ok(KeyFormat::Ed25519),
        Some("Ed25519VerificationKey2018" | "X25519KeyAgreementKey2019") => {
            Err(Fault::InvalidPublicKeyType)
        }
        Some(_) => Err(Fault::UnsupportedPublicKeyType),
    }
}

/// The document with its one key in another form.
fn written(mut document: Value<'static>, key: &PublicKey, format: KeyFormat) -> Value<'static> {
    let (kind, context, name, value) = match format {
        KeyFormat::Multikey => return document,
        KeyFormat::JsonWebKey => (
            "JsonWebKey2020",
            "https://w3id.org/security/suites/jws-2020/v1",
            "publicKeyJwk",
            key.to_jwk(),
        ),
        KeyFormat::Ed25519 => (
            "Ed25519VerificationKey2020",
            "https://w3id.org/security/suites/ed25519-2020/v1",
            "publicKeyMultibase",
            key.to_multikey().into(),
        ),
    };
    let contexts = vec!["https://www.w3.org/ns/did/v1".into(), context.into()];
    document.set("@context", Value::Array(contexts));
    if let Some(Value::Array(methods)) = document.get_mut("verificationMethod") {
        for method in methods {
            method.set("type", kind.into());
            method.remove("publicKeyMultibase");
            method.set(name, value.clone());
        }
    }
    document
}

fn part(document: &Value<'static>, url: &str) -> Option<Value<'static>> {
    let methods = document.get("verificationMethod")?.one_or_many();
    let found = methods
        .iter()
        .find(|method| method.get("id").and_then(Value::as_str) == Some(url));
    found.cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b";

    fn fault(url: &str) -> Option<Fault> {
        resolve(url, &Options::default()).err()
    }

    #[test]
    fn each_identifier_that_leads_nowhere_says_why() {
        for (url, expected) in [
            (format!("did:key:{KEY}"), None),
            (format!("did:key:{KEY}#{KEY}"), None),
            ("not-a-did".to_owned(), Some(Fault::InvalidDid)),
            ("did:example".to_owned(), Some(Fault::InvalidDid)),
            (format!("notDid:key:{KEY}"), Some(Fault::InvalidDid)),
            (format!("did:key:-4:{KEY}"), Some(Fault::InvalidDid)),
            (format!("did:key:1:{KEY}"), Some(Fault::InvalidDid)),
            (format!("did:key:{}", &KEY[1..]), Some(Fault::InvalidDid)),
            ("did:key:@".to_owned(), Some(Fault::InvalidDid)),
            ("did:key:z0OIl".to_owned(), Some(Fault::InvalidDid)),
            (
                format!("did:experimental:{KEY}"),
                Some(Fault::MethodNotSupported),
            ),
            (
                "did:web:a.example".to_owned(),
                Some(Fault::MethodNotSupported),
            ),
            (
                "did:key:zTjsVPtY".to_owned(),
                Some(Fault::InvalidPublicKeyLength),
            ),
            (
                format!("did:key:{KEY}/^bar^/?query=`#{KEY}"),
                Some(Fault::InvalidDidUrl),
            ),
            (
                format!("did:key:{KEY}?service=a"),
                Some(Fault::InvalidDidUrl),
            ),
            (format!("did:key:{KEY}#"), Some(Fault::InvalidDidUrl)),
            (format!("did:key:{KEY}#z6Mk"), Some(Fault::NotFound)),
        ] {
            assert_eq!(fault(&url), expected, "{url}");
        }
    }

    #[test]
    fn the_key_is_written_as_it_is_wanted() {
        for (wanted, expected) in [
            ("Multikey", Ok(Some("Multikey"))),
            ("JsonWebKey2020", Ok(Some("JsonWebKey2020"))),
            (
                "Ed25519VerificationKey2020",
                Ok(Some("Ed25519VerificationKey2020")),
            ),
            (
                "Ed25519VerificationKey2018",
                Err(Fault::InvalidPublicKeyType),
            ),
            ("unknown", Err(Fault::UnsupportedPublicKeyType)),
        ] {
            let options = Options {
                key_format: Some(wanted.to_owned()),
            };
            let found = resolve(&format!("did:key:{KEY}#{KEY}"), &options);
            let found = found.as_ref().map(|found| {
                let part = found.part.as_ref().expect("a part");
                part.get("type").and_then(Value::as_str)
            });
            assert_eq!(found, expected.as_ref().copied(), "{wanted}");
        }
    }
}
