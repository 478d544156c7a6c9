//! VC-JOSE-COSE on this machine: credentials and presentations as tokens, signed and checked with
//! keys from files. No database, no network.

use std::borrow::Cow;

use super::{Error, Fault, lint};
use crate::clock::Timestamp;
use crate::credential;
use crate::custody::JwkFile;
use crate::did::{Document, Purpose, VerificationMethod};
use crate::json::{self, Value};
use crate::proof::{ProofOptions, jwt};
use crate::rdf::{self, contexts};
use crate::verify::{self, Known, Options, Report};

pub use crate::proof::jwt::Held;

/// Signs a document as a `vc+jwt` or `vp+jwt` token, after lint.
///
/// # Errors
/// [`Error::Faults`], also if the document names another issuer or holder than the key's controller,
/// or has members of its own that no vocabulary defines;
/// [`Error::Custody`] without a private half; [`Error::SelfCheck`] if the token does not verify.
pub fn issue(
    document: &Value<'_>,
    held: Held,
    key: &JwkFile,
    now: Timestamp,
) -> Result<String, Error> {
    let spelled = match credential::is_badge(document) {
        true => document.clone(),
        false => contexts::spell_out(document)
            .map(Cow::into_owned)
            .map_err(|fault| Error::Faults(vec![Fault::new(fault.pointer, fault.sentence)]))?,
    };
    let member = match held {
        Held::Credential => "issuer",
        Held::Presentation => "holder",
    };
    let fault = |sentence: String| {
        Err(Error::Faults(vec![Fault::new(
            format!("/{member}"),
            sentence,
        )]))
    };
    let kid = match (named(&spelled, member), &key.controller) {
        (Some(named), Some(controller)) if *controller != named => {
            return fault(format!(
                "The key is controlled by {controller}, and not by this {member}."
            ));
        }
        // Without `iss` a key is named by its whole address (VC-JOSE-COSE §3.2.1).
        _ if key.kid.contains(':') => key.kid.clone(),
        (Some(named), _) => format!("{named}#{}", key.kid),
        (None, _) => return fault(format!("There must be a `{member}`: whose key is it?")),
    };
    let unknown = extensions(&spelled);
    if !unknown.is_empty() {
        return Err(Error::Faults(unknown));
    }
    let options = ProofOptions::new(kid, now);
    let linted = match held {
        Held::Credential => lint::given_token(spelled.into_owned(), key.algorithm(), &options),
        Held::Presentation => {
            lint::presentation_token(spelled.into_owned(), key.algorithm(), &options)
        }
    };
    let token = linted.map_err(Error::Faults)?.sign_with(key)?;
    let read = jwt::read(&token).and_then(|token| token.verify(&key.public));
    read.map_err(|error| Error::SelfCheck(error.to_string()))?;
    Ok(token)
}

/// The members of the document itself that no vocabulary defines: only that of the examples, in
/// which any word has a meaning. Nobody who reads the credential could know what they say.
fn extensions(document: &Value<'_>) -> Vec<Fault> {
    let Some(named) = document.get("@context") else {
        return Vec::new();
    };
    let is_example = |context: &Value<'_>| {
        let mut examples = contexts::EXAMPLES.iter();
        examples.any(|example| context.as_str() == Some(example.url))
    };
    let defining = named.one_or_many().iter();
    let defining: Vec<_> = defining.filter(|one| !is_example(one)).cloned().collect();
    let kinds = ["VerifiableCredential", "VerifiablePresentation"];
    let members = document.members().into_iter().flatten();
    members
        .filter(|(name, _)| !["@context", "id", "type", "proof"].contains(&name.as_ref()))
        .filter_map(|(name, value)| {
            let mut pointer = String::new();
            json::push_step(&mut pointer, name);
            let refused = kinds.iter().all(|kind| {
                let alone = Value::Object(vec![
                    ("@context".into(), Value::Array(defining.clone())),
                    ("type".into(), Value::from(*kind)),
                    (name.clone(), value.clone()),
                ]);
                rdf::canonicalize(&alone).is_err_and(|fault| fault.pointer == pointer)
            });
            refused.then(|| Fault::new(pointer, "no vocabulary defines it"))
        })
        .collect()
}

/// Who a document says has made it.
fn named(document: &Value<'_>, member: &str) -> Option<String> {
    let named = document.get(member)?;
    let id = match named {
        Value::String(id) => Some(id.as_ref()),
        object => object.get("id").and_then(Value::as_str),
    };
    id.map(str::to_owned)
}

/// Why a text cannot be checked with a key at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is not signed in this way.
    #[error("this is no token: nobody has signed it in this way")]
    NoToken,
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// It is a credential where a presentation is wanted, or the other way round.
    #[error("the token holds {0}")]
    OtherKind(&'static str),
    /// The key is of another kind than the signature.
    #[error("the token says it is signed with {0}, which this key does not sign with")]
    OtherAlgorithm(String),
}

/// Checks a token with the one key that may have signed it: as that of its controller or, if the
/// file names none, of whoever the token says has made it.
///
/// Everything is checked that is checked of any credential; nobody else is asked, so a status list
/// or the key of another issuer stays unknown.
///
/// # Errors
/// [`Refused`]; a token that can be read has a report, whatever the verdict.
pub fn verify(text: &str, held: Held, key: &JwkFile, now: Timestamp) -> Result<Report, Refused> {
    let text = text.trim();
    if !jwt::looks_like(text) {
        return Err(Refused::NoToken);
    }
    let unreadable = |error: jwt::JwtError| Refused::Unreadable(error.to_string());
    let token = jwt::read(text).map_err(unreadable)?;
    let algorithm = token.header.algorithm_name();
    if !key.public.kind().algorithms().contains(&algorithm) {
        return Err(Refused::OtherAlgorithm(algorithm.to_owned()));
    }
    let by = match (token.presentation().map_err(unreadable)?, held) {
        (Some(_), Held::Credential) => return Err(Refused::OtherKind("a presentation")),
        (None, Held::Presentation) => return Err(Refused::OtherKind("no presentation")),
        (Some(shown), Held::Presentation) => {
            named(&shown.presentation, "holder").or(shown.holder.clone())
        }
        (None, Held::Credential) => {
            named(&token.claims().map_err(unreadable)?.credential, "issuer")
        }
    };
    let controller = key.controller.clone().or(by).unwrap_or_default();
    let document = json::text(&document(key, &controller).to_json());
    let known = Known::nothing().with_issuer(&controller, document, now);
    let options = Options {
        any_credential: true,
        ..Options::default()
    };
    Ok(verify::verify_known(&known, text.as_bytes(), &options, now))
}

/// A document of the controller that lists the one key.
fn document(key: &JwkFile, controller: &str) -> Document {
    let id = match key.kid.contains(':') {
        true => key.kid.clone(),
        false => format!("{controller}#{}", key.kid),
    };
    let mut method = VerificationMethod::json_web_key(id, controller, key.public.clone());
    method.key_id = key.key_id.clone();
    let mut document = Document::new(controller);
    document.add_for(method, &[Purpose::AssertionMethod, Purpose::Authentication]);
    document
}
