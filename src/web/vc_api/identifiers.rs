//! `GET /1.0/identifiers/{did}`: what a did:key leads to, in the form that `Accept` asks for.
//!
//! | `Accept` | answer |
//! |---|---|
//! | `application/did-resolution`, `*/*`, nothing | a resolution result (DID Resolution 1.0 §4.4) |
//! | `application/did-url-dereferencing` | a dereferencing result (§5.4) |
//! | `application/ld+json` | the older result: error names in one word, under DID Core 1.0 §7.1 |
//! | `application/did`, `application/did+ld+json`, `application/did+json`, `application/json` | the document, or the part that a fragment names, alone |
//!
//! Anything else is 406.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::gate::Asking;
use crate::{
    did::resolution::{self, Fault, Found, Options},
    json::{self, Value},
    web::{Site, error::Shown},
};

/// What may stand behind the `?`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wish {
    public_key_format: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Result,
    Dereferencing,
    Older,
    Bare(&'static str),
}

const RESULT: &str = "application/did-resolution";
const DEREFERENCING: &str = "application/did-url-dereferencing";
const OLDER: &str = "application/ld+json;profile=\"https://w3id.org/did-resolution\"";

pub(super) async fn read(
    State(_): State<Site>,
    _asking: Asking,
    Path(url): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Response {
    let form = form(&headers, url.contains('#'));
    let options = Options {
        key_format: wish.public_key_format,
    };
    let found = resolution::resolve(&url, &options);
    let Some(form) = form else {
        let told = told(
            "REPRESENTATION_NOT_SUPPORTED",
            "This form is not made here.",
        );
        return answer(
            StatusCode::NOT_ACCEPTABLE,
            RESULT,
            &result(None, Some(told)),
        );
    };
    match found {
        Ok(found) => good(form, found),
        Err(fault) => bad(form, fault, url.contains('#')),
    }
}

/// The first form in `Accept` that is made here.
fn form(headers: &HeaderMap, is_url: bool) -> Option<Form> {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    let whole = if is_url {
        Form::Dereferencing
    } else {
        Form::Result
    };
    let Some(accept) = accept else {
        return Some(whole);
    };
    accept.split(',').take(32).find_map(|part| {
        let kind = part.split(';').next()?.trim().to_ascii_lowercase();
        match kind.as_str() {
            "*/*" | "application/*" => Some(whole),
            RESULT => Some(Form::Result),
            DEREFERENCING => Some(Form::Dereferencing),
            "application/ld+json" => Some(Form::Older),
            "application/did" => Some(Form::Bare("application/did")),
            "application/did+ld+json" => Some(Form::Bare("application/did+ld+json")),
            "application/did+json" => Some(Form::Bare("application/did+json")),
            "application/json" => Some(Form::Bare("application/json")),
            _ => None,
        }
    })
}

fn good(form: Form, found: Found) -> Response {
    let part = found.part.clone().unwrap_or_else(|| found.document.clone());
    let ok = StatusCode::OK;
    match form {
        Form::Result => answer(ok, RESULT, &result(Some(found.document), None)),
        Form::Dereferencing => answer(ok, DEREFERENCING, &dereferenced(Some(part), None)),
        Form::Older => answer(ok, OLDER, &older(part, None, false)),
        Form::Bare(kind) => answer(ok, kind, &part),
    }
}

fn bad(form: Form, fault: Fault, is_url: bool) -> Response {
    let (status, name, older_name, detail) = words(fault);
    match form {
        Form::Older => {
            let about_url = fault == Fault::InvalidDidUrl
                || is_url && matches!(fault, Fault::InvalidPublicKeyType | Fault::NotFound);
            // DID Core 1.0 §7.1: what was not found is empty.
            let nothing = Value::Object(Vec::new());
            answer(status, OLDER, &older(nothing, Some(older_name), about_url))
        }
        Form::Dereferencing => answer(
            status,
            DEREFERENCING,
            &dereferenced(None, Some(told(name, detail))),
        ),
        Form::Result | Form::Bare(_) => {
            answer(status, RESULT, &result(None, Some(told(name, detail))))
        }
    }
}

/// The status, the error's name, its older name, and a sentence.
fn words(fault: Fault) -> (StatusCode, &'static str, &'static str, &'static str) {
    let wrong = StatusCode::BAD_REQUEST;
    match fault {
        Fault::InvalidDid => (wrong, "INVALID_DID", "invalidDid", "This is no did:key."),
        Fault::InvalidDidUrl => (
            wrong,
            "INVALID_DID_URL",
            "invalidDidUrl",
            "This DID URL leads nowhere.",
        ),
        Fault::MethodNotSupported => (
            StatusCode::NOT_IMPLEMENTED,
            "METHOD_NOT_SUPPORTED",
            "methodNotSupported",
            "Only did:key is looked up here.",
        ),
        Fault::InvalidPublicKeyLength => (
            wrong,
            "INVALID_PUBLIC_KEY_LENGTH",
            "invalidPublicKeyLength",
            "The key in it is too long or too short for its kind.",
        ),
        Fault::InvalidPublicKey => (
            wrong,
            "INVALID_PUBLIC_KEY",
            "invalidPublicKey",
            "The key in it may not be used.",
        ),
        Fault::UnsupportedPublicKeyType => (
            wrong,
            "UNSUPPORTED_PUBLIC_KEY_TYPE",
            "unsupportedPublicKeyType",
            "Keys of this kind, or this way to write them, are not known here.",
        ),
        Fault::InvalidPublicKeyType => (
            wrong,
            "INVALID_PUBLIC_KEY_TYPE",
            "invalidPublicKeyType",
            "This way to write a key is for experiments.",
        ),
        Fault::NotFound => (
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "notFound",
            "The document has no such part.",
        ),
    }
}

/// An error of the standard (DID Resolution 1.0 §10), as RFC 9457 has it.
fn told(name: &str, detail: &'static str) -> Value<'static> {
    // The first five are registered; those about keys are did:key's own.
    let base = match name {
        "INVALID_PUBLIC_KEY"
        | "INVALID_PUBLIC_KEY_LENGTH"
        | "INVALID_PUBLIC_KEY_TYPE"
        | "UNSUPPORTED_PUBLIC_KEY_TYPE" => "https://w3id.org/security#",
        _ => "https://www.w3.org/ns/did#",
    };
    object([
        ("type", format!("{base}{name}").into()),
        ("title", name.to_lowercase().replace('_', " ").into()),
        ("detail", detail.into()),
    ])
}

fn result(document: Option<Value<'static>>, error: Option<Value<'static>>) -> Value<'static> {
    object([
        ("didResolutionMetadata", metadata(RESULT, error)),
        ("didDocument", document.unwrap_or(Value::Null)),
        ("didDocumentMetadata", Value::Object(Vec::new())),
    ])
}

fn dereferenced(part: Option<Value<'static>>, error: Option<Value<'static>>) -> Value<'static> {
    object([
        ("dereferencingMetadata", metadata(DEREFERENCING, error)),
        ("contentStream", part.unwrap_or(Value::Null)),
        ("contentMetadata", Value::Object(Vec::new())),
    ])
}

fn metadata(kind: &'static str, error: Option<Value<'static>>) -> Value<'static> {
    match error {
        None => object([("contentType", kind.into())]),
        Some(error) => object([("error", error)]),
    }
}

fn older(document: Value<'static>, error: Option<&'static str>, about_url: bool) -> Value<'static> {
    let metadata = match error {
        None => object([("contentType", "application/did+ld+json".into())]),
        Some(name) => object([("error", name.into())]),
    };
    let name = match about_url {
        true => "didDereferencingMetadata",
        false => "didResolutionMetadata",
    };
    object([
        ("@context", "https://w3id.org/did-resolution/v1".into()),
        ("didDocument", document),
        (name, metadata),
        ("didDocumentMetadata", Value::Object(Vec::new())),
    ])
}

fn object<const N: usize>(members: [(&'static str, Value<'static>); N]) -> Value<'static> {
    let members = members
        .into_iter()
        .map(|(name, value)| (name.into(), value));
    Value::Object(members.collect())
}

fn answer(status: StatusCode, kind: &'static str, body: &Value<'_>) -> Response {
    let mut response = (status, json::text(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    response.extensions_mut().insert(Shown);
    response
}
