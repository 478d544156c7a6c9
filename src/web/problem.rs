//! Problem documents (RFC 9457): what programs are told when something went wrong, and the list of
//! every kind of problem there is.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// Every kind of problem: the end of its `type`, and when it is told. `/docs` lists them, each at
/// its own anchor: a `type` can be followed.
pub(crate) const CODES: &[(&str, &str)] = &[
    ("unreadable", "What was sent cannot be read."),
    (
        "malformed",
        "What was sent is not JSON, not a JWT and not a picture that can be taken apart.",
    ),
    ("duplicate_key", "One JSON object has the same name twice."),
    ("nothing_found", "A picture or text without a credential."),
    (
        "several",
        "More than one credential, where one is checked at a time.",
    ),
    ("not_json", "The body is not JSON."),
    (
        "wrong_shape",
        "The body is JSON, but not of the shape described here.",
    ),
    ("not_a_picture", "The body is not a PNG or JPEG picture."),
    ("form", "A form did not arrive whole."),
    ("nothing", "Nothing was sent."),
    (
        "trust_list",
        "A list of trusted issuers has faults; the sentence names the line and column.",
    ),
    (
        "idempotency_key",
        "The Idempotency-Key has not 1 to 200 plain characters.",
    ),
    (
        "key_in_address",
        "An API key stands in the address, where logs keep it.",
    ),
    ("address", "The address holds bytes that are no text."),
    (
        "leads_elsewhere",
        "The address names another site as the place to go to.",
    ),
    ("key_missing", "There is no API key, or not a good one."),
    ("scope_missing", "The API key is good, but not for this."),
    ("role_missing", "Somebody with another role may do this."),
    ("signed_out", "Nobody is signed in, or not any more."),
    (
        "wrong_sign_in",
        "The address, the password or the code is not right.",
    ),
    (
        "other_site",
        "The request was sent by a page of another site.",
    ),
    ("cursor", "What should say where a list goes on does not."),
    ("gone", "A link that worked once, and does not any more."),
    ("not_allowed", "This is not allowed."),
    (
        "not_found",
        "There is nothing here, or not in your organisation.",
    ),
    (
        "dead_link",
        "A link that was given to somebody, and that does not work: it has ended, or never was one.",
    ),
    ("wrong_method", "The address is right, the method is not."),
    ("too_slow", "The request took longer than 20 seconds."),
    (
        "quota",
        "As many credentials were issued today as one organisation may issue in a day.",
    ),
    (
        "too_often",
        "This was done a short while ago, or often enough for a day.",
    ),
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
    (
        "not_our_receipt",
        "It is no receipt of this service, or was changed since.",
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

/// A problem document, RFC 9457.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem: `/docs#` and its name. The link leads to a sentence about it.
    #[serde(rename = "type")]
    #[schema(example = "/docs#not_found")]
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

impl Problem {
    /// The document of one problem; `code` is one of [`CODES`].
    #[must_use]
    pub(crate) fn new(
        status: StatusCode,
        code: &str,
        detail: &str,
        faults: &[FaultLine],
        request_id: &str,
    ) -> Problem {
        Problem {
            kind: format!("/docs#{code}"),
            title: title(status, code),
            status: status.as_u16(),
            detail: detail.to_owned(),
            faults: faults.to_vec(),
            request_id: request_id.to_owned(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}

/// The fixed words for a status that came without its own.
pub(crate) fn plain_words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
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
        StatusCode::GONE => (
            "gone",
            "It was used, or is too old. Ask whoever gave it to you for a new one.",
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
    }
}

/// A status in a few words.
pub(crate) fn title(status: StatusCode, code: &str) -> &'static str {
    match status {
        _ if code == "dead_link" => "This link does not work",
        StatusCode::UNAUTHORIZED => "An API key is needed",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Nothing here",
        StatusCode::METHOD_NOT_ALLOWED => "Not in that way",
        StatusCode::REQUEST_TIMEOUT => "That took too long",
        StatusCode::CONFLICT => "Already different",
        StatusCode::GONE => "This link does not work any more",
        StatusCode::PAYLOAD_TOO_LARGE => "Too large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "Not that kind",
        StatusCode::UNPROCESSABLE_ENTITY => "It has faults",
        StatusCode::TOO_MANY_REQUESTS => "Please wait a little",
        StatusCode::SERVICE_UNAVAILABLE => "Not available at the moment",
        status if status.is_client_error() => "We could not read that",
        _ => "Our fault",
    }
}
