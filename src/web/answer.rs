//! Answers that are documents: a type, an ETag, a cache rule, and who may read them.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::web::error::WebError;

/// The cache rule of bytes that never change.
pub(crate) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// The cache rule of what may change within a minute: status lists, issuers' keys.
pub(crate) const SHORT: &str = "public, max-age=30";
/// The cache rule of what is drawn or written by rule: the rule may change with the program.
pub(crate) const DAY: &str = "public, max-age=86400";
/// The cache rule of what nobody may keep.
pub(crate) const NEVER: &str = "no-store";

/// A document on its way out.
#[derive(Debug)]
pub(crate) struct Document {
    kind: &'static str,
    body: Bytes,
    cache: &'static str,
    file_name: Option<&'static str>,
    open: bool,
    vary: bool,
}

impl Document {
    /// `body`, of media type `kind`; not cached until told.
    #[must_use]
    pub(crate) fn new(kind: &'static str, body: impl Into<Bytes>) -> Document {
        Document {
            kind,
            body: body.into(),
            cache: "no-cache",
            file_name: None,
            open: false,
            vary: false,
        }
    }

    /// The same, with a cache rule.
    #[must_use]
    pub(crate) fn cached(self, cache: &'static str) -> Document {
        Document { cache, ..self }
    }

    /// The same, saved under a name of ours when a browser downloads it.
    #[must_use]
    pub(crate) fn named(self, file_name: &'static str) -> Document {
        Document {
            file_name: Some(file_name),
            ..self
        }
    }

    /// The same, readable by scripts of every site: it is public and carries no cookie.
    #[must_use]
    pub(crate) fn open(self) -> Document {
        Document { open: true, ..self }
    }

    /// The same, one of several forms at one address.
    #[must_use]
    pub(crate) fn varied(self) -> Document {
        Document { vary: true, ..self }
    }

    /// The answer: 304 when the asker has these bytes already.
    pub(crate) fn answer(self, asked: &HeaderMap) -> Response {
        let tag = etag(&self.body);
        let known = asked
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok());
        let mut response = if known.is_some_and(|known| matches(known, &tag)) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.body.into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if self.open {
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_ORIGIN,
                HeaderValue::from_static("*"),
            );
            headers.insert(
                HeaderName::from_static("cross-origin-resource-policy"),
                HeaderValue::from_static("cross-origin"),
            );
        }
        if self.vary {
            headers.insert(header::VARY, HeaderValue::from_static("accept"));
        }
        let name = self
            .file_name
            .map(|name| format!("inline; filename=\"{name}\""));
        if let Some(name) = name.and_then(|name| HeaderValue::from_str(&name).ok()) {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        response
    }
}

/// A template as an answer with a cache rule.
///
/// # Errors
/// A template that cannot be written is our fault.
pub(crate) fn page(
    template: &impl askama::Template,
    cache: &'static str,
) -> Result<Response, WebError> {
    Ok(html(render(template)?, cache))
}

/// A template, written out.
///
/// # Errors
/// A template that cannot be written is our fault.
pub(crate) fn render(template: &impl askama::Template) -> Result<Bytes, WebError> {
    let html = template.render();
    html.map(Bytes::from)
        .map_err(|cause| WebError::internal(&cause))
}

/// A page that is written out, as an answer with a cache rule.
pub(crate) fn html(page: Bytes, cache: &'static str) -> Response {
    ([(header::CACHE_CONTROL, cache)], axum::response::Html(page)).into_response()
}

/// A strong tag: 96 bits of the SHA-256.
fn etag(body: &[u8]) -> String {
    format!(
        "\"{}\"",
        URL_SAFE_NO_PAD.encode(&Sha256::digest(body)[..12])
    )
}

fn matches(known: &str, tag: &str) -> bool {
    known
        .split(',')
        .any(|one| matches!(one.trim().trim_start_matches("W/"), one if one == tag || one == "*"))
}
