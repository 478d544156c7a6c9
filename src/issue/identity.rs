//! Who issues: the DID, the issuer's DID document, its Open Badges Profile.
//!
//! `/issuers/{id}/did.json` lists every key that ever signed for the organisation. A retired key
//! stays in `assertionMethod`, so that what it signed keeps verifying; a revoked one stays visible,
//! marked, and is listed for nothing.

use crate::config::Origin;
use crate::db::{DidMethod, IssuerKeyRow, IssuerRow, KeyState};
use crate::did::{self, Did, DidError, Purpose, VerificationMethod};
use crate::ids::IssuerId;
use crate::json::Value;
use crate::keys::PublicKey;

use super::order::{CONTEXTS, IssuerProfile};

/// The page of an organisation: its Open Badges Profile for programs.
#[must_use]
pub fn page(origin: &Origin, issuer: &IssuerId) -> String {
    origin.join(&format!("/issuers/{issuer}"))
}

/// The `did:web` of an organisation under this service's address.
///
/// # Errors
/// If the host of this service's address is one that a `did:web` cannot name (an IPv6 address):
/// then only `did:key` is possible.
pub fn did_web(origin: &Origin, issuer: &IssuerId) -> Result<Did, DidError> {
    did::web::did_of(&page(origin, issuer))
}

/// The kind of DID to use when nobody chose: `did:key` on loopback, so that a demo badge verifies
/// anywhere; `did:web` elsewhere, so that keys can change.
#[must_use]
pub fn default_method(origin: &Origin) -> DidMethod {
    if origin.is_loopback() {
        DidMethod::Key
    } else {
        DidMethod::Web
    }
}

/// The DID that a key of this organisation signs for.
///
/// # Errors
/// As [`did_web`].
pub fn did_for(
    method: DidMethod,
    origin: &Origin,
    issuer: &IssuerId,
    key: &PublicKey,
) -> Result<Did, DidError> {
    match method {
        DidMethod::Key => Ok(did::key::did(key)),
        DidMethod::Web => did_web(origin, issuer),
    }
}

/// The `verificationMethod` of proofs: the DID, `#`, and the key itself (threat I7: an id like
/// `#key-0` could be used for a second key).
#[must_use]
pub fn verification_method(did: &str, key_id: &str) -> String {
    format!("{did}#{key_id}")
}

/// The DID document at `/issuers/{id}/did.json`.
///
/// Its `alsoKnownAs` names the organisation's page, and every `did:key` the organisation signed
/// under: with `did:key` a new key is a new DID, and this document is where they come together.
///
/// # Errors
/// As [`did_web`].
pub fn did_document(
    origin: &Origin,
    issuer: &IssuerId,
    keys: &[IssuerKeyRow],
) -> Result<did::Document, DidError> {
    let did = did_web(origin, issuer)?;
    let mut document = did::Document::new(did.as_str());
    document.also_known_as.push(page(origin, issuer));
    for key in keys.iter().filter(|key| key.did != did.as_str()) {
        document.also_known_as.push(key.did.clone());
    }
    add_keys(&mut document, keys);
    Ok(document)
}

/// The document of a DID this organisation signed under, as a verifier needs it: for `did:web`
/// what `/issuers/{id}/did.json` says.
#[must_use]
pub fn document_of(did: &str, keys: &[IssuerKeyRow]) -> did::Document {
    let mut document = did::Document::new(did);
    add_keys(&mut document, keys);
    document
}

fn add_keys(document: &mut did::Document, keys: &[IssuerKeyRow]) {
    for key in keys {
        let Ok(public) = PublicKey::from_multikey(&key.key_id) else {
            continue;
        };
        let id = verification_method(&document.id, &key.key_id);
        let mut method = VerificationMethod::multikey(id, &document.id, public);
        method.revoked = key.revoked_at.map(Into::into);
        if key.state == KeyState::Revoked {
            document.add(method);
        } else {
            document.add_for(method, &[Purpose::AssertionMethod]);
        }
    }
}

/// The Open Badges Profile at `/issuers/{id}`, which is also a controlled identifier document.
#[must_use]
pub fn profile_document(origin: &Origin, row: &IssuerRow, keys: &[IssuerKeyRow]) -> Value<'static> {
    let page = page(origin, &row.issuer_id);
    let mut document = did::Document::new(&page);
    document.also_known_as.push(row.did.clone());
    add_keys(&mut document, keys);
    let mut json = document.to_json();
    json.set(
        "@context",
        Value::Array(vec![
            Value::from("https://www.w3.org/ns/cid/v1"),
            Value::from(CONTEXTS[1]),
        ]),
    );
    let profile = Value::from(profile(row).document());
    for (name, value) in profile.members().into_iter().flatten() {
        if name != "id" {
            json.set(name.clone(), value.clone());
        }
    }
    json
}

/// The organisation as it stands in credentials. A contact that is no e-mail address and a logo
/// that is no https address stay out of signed documents.
#[must_use]
pub fn profile(row: &IssuerRow) -> IssuerProfile {
    let web = |text: &String| text.starts_with("https://") || text.starts_with("http://");
    IssuerProfile {
        id: row.did.clone(),
        name: row.name.clone(),
        url: Some(row.web_address.clone()).filter(web),
        email: row.contact.clone().filter(|text| text.contains('@')),
        image: row.logo.clone().filter(web),
        names_assessors: row.name_assessors,
    }
}

/// What an organisation publishes to prove that its web address is its own. Until it is found
/// there, every page says "unverified organisation".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainProof {
    /// The host it is about.
    pub host: String,
    /// The name of the DNS TXT record.
    pub record_name: String,
    /// Its value.
    pub record_value: String,
    /// Or: the address of a file.
    pub file_url: String,
    /// Its content.
    pub file_content: String,
}

/// The two ways to prove a web address; `None` if it has no host.
#[must_use]
pub fn domain_proof(web_address: &str, token: &str) -> Option<DomainProof> {
    let rest = web_address.split_once("://")?.1;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    let value = format!("skillmark-domain={token}");
    (!host.is_empty()).then(|| DomainProof {
        host: host.to_owned(),
        record_name: format!("_skillmark.{host}"),
        record_value: value.clone(),
        file_url: format!("https://{host}/.well-known/skillmark-domain"),
        file_content: value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Ts;
    use crate::json;
    use crate::keys::SigningKey;

    fn row(origin: &Origin) -> IssuerRow {
        let issuer_id: IssuerId = "AAAAAAAAAAAAAAAAAAAAAA".parse().expect("an id");
        IssuerRow {
            did: did_web(origin, &issuer_id)
                .expect("a DID")
                .as_str()
                .to_owned(),
            issuer_id,
            name: "Weld Lab".to_owned(),
            web_address: "https://weld.example".to_owned(),
            logo: Some("data:image/png;base64,AAAA".to_owned()),
            contact: Some("hello@weld.example".to_owned()),
            did_method: DidMethod::Web,
            domain_token: "t".to_owned(),
            domain_proven_at: None,
            name_assessors: false,
            created_at: at(),
        }
    }

    fn at() -> Ts {
        "2026-03-01T00:00:00Z"
            .parse::<crate::clock::Timestamp>()
            .expect("a time")
            .into()
    }

    fn key(seed: u8, state: KeyState) -> IssuerKeyRow {
        let public = SigningKey::from_seed(&[seed; 32]).public();
        IssuerKeyRow {
            issuer_id: "AAAAAAAAAAAAAAAAAAAAAA".parse().expect("an id"),
            key_id: public.to_multikey(),
            did: did::key::did(&public).as_str().to_owned(),
            state,
            seed_sealed: None,
            kek_id: String::new(),
            created_at: at(),
            activated_at: None,
            retired_at: None,
            revoked_at: (state == KeyState::Revoked).then(at),
        }
    }

    #[test]
    fn i5_the_document_lists_every_key_and_trusts_all_but_revoked_ones() {
        let origin: Origin = "https://badges.example:8443".parse().expect("an origin");
        let keys = [
            key(2, KeyState::Retired),
            key(3, KeyState::Active),
            key(4, KeyState::Revoked),
        ];
        let issuer = &keys[0].issuer_id;
        let document = did_document(&origin, issuer, &keys).expect("a document");
        assert_eq!(
            document.id,
            "did:web:badges.example%3A8443:issuers:AAAAAAAAAAAAAAAAAAAAAA"
        );
        assert_eq!(
            document.also_known_as[0],
            "https://badges.example:8443/issuers/AAAAAAAAAAAAAAAAAAAAAA"
        );
        assert_eq!(
            &document.also_known_as[1..],
            keys.each_ref().map(|key| key.did.clone())
        );
        let url = |key: &IssuerKeyRow| verification_method(&document.id, &key.key_id);
        let usable = keys
            .each_ref()
            .map(|key| document.method(&url(key), Purpose::AssertionMethod).is_ok());
        assert_eq!(usable, [true, true, false]);
        let read = did::Document::parse(&document.to_json()).expect("reads back");
        assert_eq!(read.methods().len(), 3);
        assert!(read.methods()[2].revoked.is_some());
    }

    #[test]
    fn the_profile_is_also_a_key_document() {
        let origin: Origin = "https://badges.example".parse().expect("an origin");
        let profile = profile_document(&origin, &row(&origin), &[key(2, KeyState::Active)]);
        insta::assert_snapshot!(json::text(&profile), @r##"{"@context":["https://www.w3.org/ns/cid/v1","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],"id":"https://badges.example/issuers/AAAAAAAAAAAAAAAAAAAAAA","alsoKnownAs":["did:web:badges.example:issuers:AAAAAAAAAAAAAAAAAAAAAA"],"verificationMethod":[{"id":"https://badges.example/issuers/AAAAAAAAAAAAAAAAAAAAAA#z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH","type":"Multikey","controller":"https://badges.example/issuers/AAAAAAAAAAAAAAAAAAAAAA","publicKeyMultibase":"z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH"}],"assertionMethod":["https://badges.example/issuers/AAAAAAAAAAAAAAAAAAAAAA#z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH"],"type":["Profile"],"name":"Weld Lab","url":"https://weld.example","email":"hello@weld.example"}"##);
    }

    #[test]
    fn an_address_without_a_name_has_no_did_web() {
        let origin: Origin = "http://[::1]:8080".parse().expect("an origin");
        assert!(did_web(&origin, &key(2, KeyState::Active).issuer_id).is_err());
        assert_eq!(default_method(&origin), DidMethod::Key);
    }

    #[test]
    fn g19_a_domain_is_proven_by_a_record_or_a_file() {
        assert_eq!(
            domain_proof("https://weld.example/about", "abc"),
            Some(DomainProof {
                host: "weld.example".to_owned(),
                record_name: "_skillmark.weld.example".to_owned(),
                record_value: "skillmark-domain=abc".to_owned(),
                file_url: "https://weld.example/.well-known/skillmark-domain".to_owned(),
                file_content: "skillmark-domain=abc".to_owned(),
            })
        );
        assert_eq!(domain_proof("weld.example", "abc"), None);
    }
}
