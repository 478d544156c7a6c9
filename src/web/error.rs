//! What went wrong, in words chosen for the reader; the cause stays in the log.
//!
//! A handler answers a [`WebError`]. The outermost layer, [`explain`], turns it (and every other
//! error answer, such as an unknown path) into a page for people or a problem document (RFC 9457)
//! for programs, with the request's id in both.

use askama::Template;
use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::web::{Site, pages::error::ErrorPage};
use crate::{db, issue, who};

/// An answer that is an error: a status and one plain sentence for whoever asked.
#[derive(Debug, Clone)]
pub(crate) struct WebError {
    status: StatusCode,
    code: &'static str,
    detail: String,
    faults: Vec<FaultLine>,
    retry_after: Option<u32>,
}

/// Every kind of problem: the end of its `type`, and when it is told. `/docs` lists them.
pub(crate) const CODES: &[(&str, &str)] = &[
    ("unreadable", "What was sent cannot be read."),
    (
        "malformed",
        "What was sent is not JSON, not a JWT and not a picture that can be taken apart.",
    ),
    ("duplicate_key", "One JSON object has the same name twice."),
    ("nothing_found", "A picture or text without a credential."),
    ("not_json", "The body is not JSON."),
    (
        "wrong_shape",
        "The body is JSON, but not of the shape described here.",
    ),
    ("not_a_picture", "The body is not a PNG or JPEG picture."),
    ("form", "A form did not arrive whole."),
    ("nothing", "Nothing was sent."),
    (
        "idempotency_key",
        "The Idempotency-Key has not 1 to 200 plain characters.",
    ),
    (
        "key_in_address",
        "An API key stands in the address, where logs keep it.",
    ),
    (
        "leads_elsewhere",
        "The address names another site as the place to go to.",
    ),
    ("key_missing", "There is no API key, or not a good one."),
    ("scope_missing", "The API key is good, but not for this."),
    ("not_allowed", "This is not allowed."),
    (
        "not_found",
        "There is nothing here, or not in your organisation.",
    ),
    ("wrong_method", "The address is right, the method is not."),
    ("too_slow", "The request took longer than 20 seconds."),
    (
        "conflict",
        "Something stands in the way; the sentence says what.",
    ),
    (
        "issued_otherwise",
        "The learner has this achievement of this date already, with other results.",
    ),
    (
        "no_signing_key",
        "The organisation has no key to sign with; whoever runs it can make one.",
    ),
    (
        "idempotency_key_reused",
        "The Idempotency-Key was used for another request before.",
    ),
    (
        "too_large",
        "More than is read: 256 KB of text, 2 MB of a picture.",
    ),
    ("wrong_type", "This kind of content is not read here."),
    (
        "faults",
        "It could be read, and has faults; `faults` lists all of them.",
    ),
    (
        "too_many",
        "Too many requests; `Retry-After` says how many seconds to wait.",
    ),
    ("internal", "A fault of ours. It has been written down."),
    ("busy", "The service is busy or being repaired."),
    (
        "unavailable",
        "What is stored is damaged, and is not shown until it is repaired.",
    ),
    (
        "signing_unavailable",
        "Nothing can be signed at the moment.",
    ),
];

/// One fault in what was sent.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct FaultLine {
    /// Where: a JSON pointer, or a line and column; empty for the whole.
    pub(crate) pointer: String,
    /// What is wrong there, in one sentence.
    pub(crate) detail: String,
}

impl WebError {
    /// An error whose `code` names its kind (`unknown_credential`) and whose `detail` says it in a sentence.
    #[must_use]
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
    ) -> WebError {
        debug_assert!(
            CODES.iter().any(|(known, _)| *known == code),
            "{code} is not described"
        );
        WebError {
            status,
            code,
            detail: detail.into(),
            faults: Vec::new(),
            retry_after: None,
        }
    }

    /// 400: what was sent cannot be read.
    #[must_use]
    pub(crate) fn unreadable(code: &'static str, detail: impl Into<String>) -> WebError {
        WebError::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 404: there is nothing here, and no hint whether there ever was.
    #[must_use]
    pub(crate) fn not_found() -> WebError {
        plain(StatusCode::NOT_FOUND)
    }

    /// The same error, told to a person who followed a link into what is private.
    #[must_use]
    pub(crate) fn private(self) -> WebError {
        let detail = "This work is private. The organisation that issued the credential can open it with its API key, or share it with you in a portfolio.";
        if self.status == StatusCode::UNAUTHORIZED {
            WebError {
                detail: detail.to_owned(),
                ..self
            }
        } else {
            self
        }
    }

    /// 404 in an organisation's own rooms: there is no such `thing`.
    #[must_use]
    pub(crate) fn no_such(thing: &str) -> WebError {
        WebError::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("There is no such {thing} in your organisation."),
        )
    }

    /// 422: it could be read, and has these faults.
    #[must_use]
    pub(crate) fn faulty(faults: Vec<FaultLine>) -> WebError {
        let detail = match faults.len() {
            1 => "There is a fault in what was sent; nothing was issued.".to_owned(),
            n => format!("There are {n} faults in what was sent; nothing was issued."),
        };
        WebError {
            faults,
            ..WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "faults", detail)
        }
    }

    /// 413: more than is read.
    #[must_use]
    pub(crate) fn too_large() -> WebError {
        plain(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// 429: too many requests; `seconds` until it is worth trying again.
    #[must_use]
    pub(crate) fn too_many(seconds: u32) -> WebError {
        WebError {
            retry_after: Some(seconds),
            ..plain(StatusCode::TOO_MANY_REQUESTS)
        }
    }

    /// 503: not now; `seconds` until it is worth trying again.
    fn later(seconds: u32, code: &'static str, detail: &str) -> WebError {
        WebError {
            retry_after: Some(seconds),
            ..WebError::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
        }
    }

    /// 503: what is stored is not what was signed; it is not shown (threat H16).
    #[must_use]
    pub(crate) fn damaged() -> WebError {
        WebError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "This credential is temporarily unavailable. We cannot say whether it is good.",
        )
    }

    /// 500, with `cause` written to the log and not shown. Causes must not quote what was sent.
    #[must_use]
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> WebError {
        tracing::error!(cause = %cause, "a request failed");
        plain(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The sentence for whoever asked.
    #[must_use]
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The status it is answered with.
    #[must_use]
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<db::Error> for WebError {
    fn from(error: db::Error) -> WebError {
        match &error {
            db::Error::Unavailable(cause) => {
                tracing::error!(%cause, "the database is not available");
                WebError {
                    retry_after: Some(10),
                    ..plain(StatusCode::SERVICE_UNAVAILABLE)
                }
            }
            _ => WebError::internal(&error),
        }
    }
}

impl From<issue::Error> for WebError {
    fn from(error: issue::Error) -> WebError {
        use issue::Error;
        let conflict = |code, detail: String| WebError::new(StatusCode::CONFLICT, code, detail);
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Faults(faults) => {
                let line = |fault: issue::Fault| FaultLine {
                    pointer: fault.pointer,
                    detail: fault.sentence,
                };
                WebError::faulty(faults.into_iter().map(line).collect())
            }
            Error::Rows(faults) => {
                let line = |fault: issue::plan::Fault| FaultLine {
                    pointer: String::new(),
                    detail: fault.to_string(),
                };
                WebError::faulty(faults.into_iter().map(line).collect())
            }
            Error::NotFound(thing) => WebError::no_such(thing),
            Error::Conflict(sentence) => conflict("conflict", format!("{sentence}.")),
            Error::Key(sentence) => conflict("no_signing_key", format!("{sentence}.")),
            Error::IssuedOtherwise(_) => conflict("issued_otherwise", format!("{error}.")),
            Error::KeyReused => WebError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                format!("{error}."),
            ),
            Error::Custody(cause) => {
                tracing::error!(%cause, "nothing can be signed");
                WebError::later(
                    60,
                    "signing_unavailable",
                    "Nothing can be signed at the moment. Checking and showing still work.",
                )
            }
            Error::Unfinished(cause) => {
                tracing::error!(%cause, "a promised credential could not be stored");
                WebError::later(
                    10,
                    "busy",
                    "The credential is promised, and could not be stored yet. Send the same request again: it will not be issued twice.",
                )
            }
            Error::Db(cause) => cause.into(),
            Error::SelfCheck(_) | Error::Internal(_) => WebError::internal(&error),
        }
    }
}

impl From<who::Refusal> for WebError {
    fn from(refusal: who::Refusal) -> WebError {
        match refusal {
            who::Refusal::Unknown => plain(StatusCode::UNAUTHORIZED),
            who::Refusal::Scope(_) => WebError::new(
                StatusCode::FORBIDDEN,
                "scope_missing",
                format!("{refusal}."),
            ),
            who::Refusal::Db(error) => error.into(),
        }
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A problem document, RFC 9457.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem: `/problems/` and a name.
    #[serde(rename = "type")]
    #[schema(example = "/docs#unknown_credential")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened, in one plain sentence.
    detail: String,
    /// The faults in what was sent, if it could be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<FaultLine>,
    /// The number to give when asking about this.
    request_id: String,
}

/// Marks an answer that is an error and explains itself already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown;

/// Turns every error answer into a page or a problem document, and writes one line about every
/// request: which route and how it went, never the address itself, which may be a secret.
pub(crate) async fn explain(State(site): State<Site>, request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let for_programs = wants_problem(request.uri().path(), request.headers());
    let id = site.request_id();
    let mut response = next.run(request).await;
    let status = response.status();
    let wrong = status.is_client_error() || status.is_server_error();
    if wrong && response.extensions().get::<Shown>().is_none() {
        response = render(response, for_programs, &id);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    let milliseconds = started.elapsed().as_millis();
    tracing::debug!(%method, route, status = status.as_u16(), %milliseconds, request_id = id, "answered");
    response
}

fn render(mut response: Response, for_programs: bool, id: &str) -> Response {
    let error = response
        .extensions_mut()
        .remove::<WebError>()
        .unwrap_or_else(|| plain(response.status()));
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut out = if for_programs {
        problem(&error, id)
    } else {
        page(&error, id)
    };
    *out.status_mut() = error.status;
    let headers = out.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    if let Some(allow) = allow {
        headers.insert(header::ALLOW, allow);
    }
    if let Some(seconds) = error.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if error.status == StatusCode::UNAUTHORIZED {
        headers.insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"skillmark\""),
        );
    }
    out
}

fn problem(error: &WebError, id: &str) -> Response {
    let problem = Problem {
        kind: format!("/docs#{}", error.code),
        title: title(error.status),
        status: error.status.as_u16(),
        detail: error.detail.clone(),
        faults: error.faults.clone(),
        request_id: id.to_owned(),
    };
    (
        [(header::CONTENT_TYPE, "application/problem+json")],
        Json(problem),
    )
        .into_response()
        .with_type("application/problem+json")
}

fn page(error: &WebError, id: &str) -> Response {
    let page = ErrorPage::new(
        error.status.as_u16(),
        title(error.status),
        &error.detail,
        id,
    );
    match page.render() {
        Ok(html) => axum::response::Html(html).into_response(),
        Err(_) => title(error.status).into_response(),
    }
}

trait WithType {
    fn with_type(self, value: &'static str) -> Self;
}

impl WithType for Response {
    fn with_type(mut self, value: &'static str) -> Response {
        self.headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
        self
    }
}

/// Programs get problem documents: on the API's paths, and wherever they ask for JSON before HTML.
fn wants_problem(path: &str, headers: &HeaderMap) -> bool {
    let file = [".json", ".jwt"].iter().any(|end| path.ends_with(end));
    let machine = file
        || ["/api/", "/status/", "/health/", "/verify/frame"]
            .iter()
            .any(|start| path.starts_with(start));
    machine || super::negotiate::prefers_json(headers)
}

/// The fixed words for a status that came without its own.
fn plain(status: StatusCode) -> WebError {
    let (code, detail) = match status {
        StatusCode::UNAUTHORIZED => ("key_missing", "This needs an API key that is still good."),
        StatusCode::FORBIDDEN => ("not_allowed", "This is not allowed."),
        StatusCode::NOT_FOUND => (
            "not_found",
            "There is nothing at this address. It may have been mistyped, or taken away.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("wrong_method", "This address cannot be used in that way.")
        }
        StatusCode::REQUEST_TIMEOUT => (
            "too_slow",
            "What you sent did not arrive in time. Please try again.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "too_large",
            "That is more than we read: 2 MB for a picture, 256 KB for text.",
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("wrong_type", "This kind of content is not read here.")
        }
        StatusCode::TOO_MANY_REQUESTS => (
            "too_many",
            "That was a lot at once. Please wait a little and try again.",
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "busy",
            "We are busy or repairing something. Please try again in a minute.",
        ),
        status if status.is_client_error() => ("unreadable", "We could not read what was sent."),
        _ => (
            "internal",
            "Something went wrong on our side. It has been written down, and nothing of yours was lost.",
        ),
    };
    WebError::new(status, code, detail)
}

/// A status in a few words.
fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "An API key is needed",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Nothing here",
        StatusCode::METHOD_NOT_ALLOWED => "Not in that way",
        StatusCode::REQUEST_TIMEOUT => "That took too long",
        StatusCode::CONFLICT => "Already different",
        StatusCode::PAYLOAD_TOO_LARGE => "Too large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "Not that kind",
        StatusCode::UNPROCESSABLE_ENTITY => "It has faults",
        StatusCode::TOO_MANY_REQUESTS => "Please wait a little",
        StatusCode::SERVICE_UNAVAILABLE => "Not available at the moment",
        status if status.is_client_error() => "We could not read that",
        _ => "Our fault",
    }
}
