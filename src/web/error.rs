//! What went wrong, in words chosen for the reader; the cause stays in the log.
//!
//! A handler answers a [`WebError`]. The outermost layer, [`explain`], turns it (and every other
//! error answer, such as an unknown path) into a page for people or a problem document (RFC 9457)
//! for programs, with the request's id in both.

use crate::clock::Stopwatch;
use crate::web::{
    Site,
    pages::error::{ErrorPage, on_from},
    problem::{CODES, FaultLine, Problem, plain_words, title},
    text::capital,
};
use crate::{db, files, hooks, issue, letters, program, who};
use askama::Template;
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// An answer that is an error: a status and one plain sentence for whoever asked.
#[derive(Debug, Clone)]
pub(crate) struct WebError {
    status: StatusCode,
    code: &'static str,
    detail: String,
    faults: Vec<FaultLine>,
    retry_after: Option<u32>,
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

    /// 404: a link that is none, ended or was taken back, which all look the same; `then` says what
    /// helps whoever followed it.
    #[must_use]
    pub(crate) fn dead_link(then: &str) -> WebError {
        let detail = format!(
            "It may have ended, or have been taken back, or a part of it was lost when it was copied. {then}"
        );
        WebError::new(StatusCode::NOT_FOUND, "dead_link", detail)
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
            1 => "There is a fault in what was sent; nothing was done.".to_owned(),
            n => format!("There are {n} faults in what was sent; nothing was done."),
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

    /// 413: more than is checked at once.
    #[must_use]
    pub(crate) fn too_many_at_once(detail: String) -> WebError {
        WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
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
    #[must_use]
    pub(crate) fn later(seconds: u32, code: &'static str, detail: &str) -> WebError {
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
            // Until the next day, in seconds: at most.
            Error::Quota(_) => WebError {
                retry_after: Some(86_400),
                ..WebError::new(StatusCode::TOO_MANY_REQUESTS, "quota", format!("{error}."))
            },
            Error::Db(cause) => cause.into(),
            Error::SelfCheck(_) | Error::Internal(_) => WebError::internal(&error),
        }
    }
}

impl From<program::Error> for WebError {
    fn from(error: program::Error) -> WebError {
        use program::Error;
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Faults(faults) => issue::Error::Faults(faults).into(),
            Error::Rows(faults) => issue::Error::Rows(faults).into(),
            Error::NotFound(thing) => WebError::no_such(thing),
            Error::Conflict(sentence) => issue::Error::Conflict(sentence).into(),
            Error::TooOften { sentence, seconds } => WebError {
                retry_after: Some(seconds),
                ..WebError::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too_often",
                    self::sentence(sentence),
                )
            },
            Error::File(files::Refused::Large | files::Refused::Pixels) => WebError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("{error}."),
            ),
            Error::File(_) => {
                let detail = error.to_string();
                WebError::faulty(vec![FaultLine {
                    pointer: "/file".to_owned(),
                    detail,
                }])
            }
            Error::Store(cause) => {
                tracing::error!(%cause, "a file could not be kept or fetched");
                WebError::later(
                    10,
                    "busy",
                    "The place where files are kept does not answer. Please try again in a minute.",
                )
            }
            Error::Issue(cause) => cause.into(),
            Error::Db(cause) => cause.into(),
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
            who::Refusal::Role(_) => {
                let text = refusal.to_string();
                WebError::new(StatusCode::FORBIDDEN, "role_missing", sentence(&text))
            }
            who::Refusal::Db(error) => error.into(),
        }
    }
}

impl From<who::Error> for WebError {
    fn from(error: who::Error) -> WebError {
        use who::Error;
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Faults(faults) => {
                let line = |fault: who::Fault| FaultLine {
                    pointer: format!("/{}", fault.field),
                    detail: format!("{}.", fault.sentence),
                };
                WebError::faulty(faults.into_iter().map(line).collect())
            }
            Error::NotFound(thing) => WebError::no_such(thing),
            Error::Gone => plain(StatusCode::GONE),
            Error::Conflict(text) => {
                WebError::new(StatusCode::CONFLICT, "conflict", sentence(&text))
            }
            Error::Wrong => {
                let text = error.to_string();
                WebError::new(StatusCode::FORBIDDEN, "wrong_sign_in", sentence(&text))
            }
            Error::TooOften(seconds) => WebError::too_many(seconds),
            Error::Busy => WebError::later(5, "busy", &sentence(&error.to_string())),
            Error::Custody(cause) => {
                tracing::error!(%cause, "nobody can sign in");
                WebError::later(60, "busy", "Nobody can sign in at the moment.")
            }
            Error::Db(cause) => cause.into(),
            Error::Internal(_) => WebError::internal(&error),
        }
    }
}

/// An error's words as a sentence.
fn sentence(text: &str) -> String {
    capital(text) + "."
}

impl From<letters::Error> for WebError {
    fn from(error: letters::Error) -> WebError {
        use letters::Error;
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Faults(faults) => {
                let line = |fault: letters::Fault| FaultLine {
                    pointer: format!("/{}", fault.field),
                    detail: fault.sentence,
                };
                WebError::faulty(faults.into_iter().map(line).collect())
            }
            Error::NotFound(thing) => WebError::no_such(thing),
            Error::Needed(_) => {
                let text = sentence(&error.to_string());
                WebError::new(StatusCode::CONFLICT, "conflict", text)
            }
            Error::Custody(cause) => issue::Error::Custody(cause).into(),
            Error::Db(cause) => cause.into(),
            Error::Unreadable => WebError::internal(&error),
        }
    }
}

impl From<hooks::Error> for WebError {
    fn from(error: hooks::Error) -> WebError {
        use hooks::Error;
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Faults(faults) => {
                let line = |(field, sentence): (&str, String)| FaultLine {
                    pointer: format!("/{field}"),
                    detail: sentence,
                };
                WebError::faulty(faults.into_iter().map(line).collect())
            }
            Error::NotFound(thing) => WebError::no_such(thing),
            Error::Custody(cause) => issue::Error::Custody(cause).into(),
            Error::Db(cause) => cause.into(),
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

/// Marks an answer that is an error and explains itself already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown;

/// Turns every error answer into a page or a problem document, and writes one line about every
/// request: which route and how it went, never the address itself, which may be a secret.
pub(crate) async fn explain(State(site): State<Site>, request: Request, next: Next) -> Response {
    let started = Stopwatch::start();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let for_programs = wants_problem(request.uri().path(), request.headers());
    let on = on_from(request.uri().path());
    let id = site.request_id();
    let mut response = next.run(request).await;
    let status = response.status();
    let wrong = status.is_client_error() || status.is_server_error();
    if wrong && response.extensions().get::<Shown>().is_none() {
        response = render(response, (for_programs, on), &id);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    let milliseconds = started.elapsed().as_millis();
    tracing::debug!(%method, route, status = status.as_u16(), %milliseconds, request_id = id, "answered");
    response
}

fn render(
    mut response: Response,
    (for_programs, on): (bool, (&'static str, &'static str)),
    id: &str,
) -> Response {
    let error = response
        .extensions_mut()
        .remove::<WebError>()
        .unwrap_or_else(|| plain(response.status()));
    let allow = response.headers().get(header::ALLOW).cloned();
    let cookies = response.headers().get_all(header::SET_COOKIE).iter();
    let cookies: Vec<HeaderValue> = cookies.cloned().collect();
    let mut out = if for_programs {
        let problem = Problem::new(error.status, error.code, &error.detail, &error.faults, id);
        problem.into_response()
    } else {
        page(&error, on, id)
    };
    *out.status_mut() = error.status;
    let headers = out.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    if let Some(allow) = allow {
        headers.insert(header::ALLOW, allow);
    }
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
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

fn page(error: &WebError, on: (&'static str, &'static str), id: &str) -> Response {
    let line = |fault: &FaultLine| {
        let place = fault.pointer.trim_start_matches('/');
        format!("{place} {}", fault.detail).trim().to_owned()
    };
    let faults = error.faults.iter().map(line).collect();
    let page = ErrorPage::new(
        error.status.as_u16(),
        title(error.status, error.code),
        (&error.detail, faults),
        on,
        id,
    );
    match page.render() {
        Ok(html) => axum::response::Html(html).into_response(),
        Err(_) => title(error.status, error.code).into_response(),
    }
}

/// Programs get problem documents: on the API's paths, and wherever they ask for JSON before HTML.
fn wants_problem(path: &str, headers: &HeaderMap) -> bool {
    let file = [".json", ".jwt"].iter().any(|end| path.ends_with(end));
    let machine = file
        || ["/api/", "/status/", "/health/", "/verify/frame"]
            .iter()
            .chain(&super::vc_api::PATHS)
            .any(|start| path.starts_with(start));
    machine || super::negotiate::prefers_json(headers)
}

/// The error of a status that came without its own words.
fn plain(status: StatusCode) -> WebError {
    let (code, detail) = plain_words(status);
    WebError::new(status, code, detail)
}
