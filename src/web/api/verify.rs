//! `POST /api/v1/verify`: is this credential real?

use axum::{
    body::Bytes,
    extract::{FromRequest as _, Multipart, Query, Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    config::limits,
    ids::hex,
    verify::Report,
    web::{
        Site, answer::NEVER, check, error::WebError, problem::Problem, question::Question, receipts,
    },
};

/// The parts of a form that asks more than whether it is real.
#[derive(utoipa::ToSchema)]
#[schema(as = verify::Form)]
#[expect(
    dead_code,
    reason = "it describes a body; the parts are read one by one"
)]
pub(crate) struct Form {
    /// The credential: a file, or its text.
    #[schema(value_type = String, format = Binary)]
    credential: Vec<u8>,
    /// A list of issuers you trust, up to eight of them: text with a DID, an https address or a domain on each line,
    /// JSON, or a registry of the Digital Credentials Consortium.
    trust: Option<Vec<String>>,
    /// A name or an e-mail address: whose it should be.
    recipient: Option<String>,
    /// What a presentation must answer.
    challenge: Option<String>,
    /// For whom a presentation must have been made; may stand more than once.
    domain: Option<Vec<String>>,
    /// `true`: ask once for a newer version, where the credential says.
    refresh: Option<bool>,
    /// `true`: ask no other server. What is not kept here is then `cannot_tell`.
    no_fetch: Option<bool>,
}

/// What the answer shall hold besides the report.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wish {
    /// Whether a signed receipt is wanted.
    #[serde(default)]
    pub(super) receipt: bool,
}

/// The report, and a receipt where one was asked for.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = verify::Answer)]
pub(crate) struct Answer {
    #[serde(flatten)]
    report: Report,
    /// What was found, signed by this service: a credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    receipt: Option<Value>,
}

/// Check a credential.
///
/// Send it as it is: JSON, a JWT, a PNG or SVG with a credential inside, a photo of our QR code, a
/// page or PDF with our link in it, or a link to a credential. It may be an Open Badges 3.0 or 2.0 badge, an endorsement, a learner record
/// (CLR 2.0) or a presentation; what it holds is answered one by one in `children`. The answer is 200 with a report, whatever the verdict: `valid`,
/// `invalid` or `cannot_tell`. Only `valid` means that everything was checked and is good. The
/// issuer's keys and status list are read where they stand, within seconds; where that fails the answer is
/// `cannot_tell`. What you send is not kept.
///
/// To ask more, send a form (`multipart/form-data`) with the part `credential` and any of `trust`, `recipient`, `challenge`,
/// `domain`, `refresh` and `no_fetch`. None of them may stand in the address, where logs would keep it. `trust` says
/// whether a list names the issuer; it never changes the verdict.
///
/// With `?receipt=true` the answer has a member `receipt`: what was found, signed by this service, with
/// its time and the digest of what was read. Keep it; it can be checked here like a credential, and
/// its `claim.kind` is then `receipt`: a `valid` receipt is no valid badge.
#[utoipa::path(post, path = "/api/v1/verify", operation_id = "verify", tag = "Checking",
    params(Wish),
    request_body(
        description = "The credential: JSON or JWT up to 256 KB, a picture up to 2 MB. Or a form.",
        content((Vec<u8> = "application/octet-stream"), (Form = "multipart/form-data"))),
    responses(
        (status = 200, description = "The report: `verdict`, `sentence`, and `checks`, each with `id`, `outcome` and `sentence`. `children` and `endorsements` have a `pointer` and a `report` of their own each; `warnings` have a `code` and a `sentence` for what is not quite as the standard has it, and was read all the same. `technical` says what was signed with which key, and `trust` which list names the issuer.", body = Answer),
        (status = 400, description = "Nothing that can be read: not JSON, a name twice in one object, no code in the picture, a list of issuers with faults.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "No receipt can be signed just now.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than is read.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn verify(
    State(site): State<Site>,
    Query(wish): Query<Wish>,
    request: Request,
) -> Result<Response, Response> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    let question = if is_form {
        let parts = Multipart::from_request(request, &site).await;
        let parts = parts.map_err(IntoResponse::into_response)?;
        let read = Question::read(&site, parts).await;
        read.map_err(IntoResponse::into_response)?
    } else {
        let body = Bytes::from_request(request, &site).await;
        let body = body.map_err(IntoResponse::into_response)?;
        if !wish.receipt {
            let answer = plain(&site, body).await;
            return answer.map_err(IntoResponse::into_response);
        }
        Question::plain(&site, &body)
    };
    if let Some(error) = question.fault.clone() {
        return Err(error.into_response());
    }
    let answered = check::question(&site, question).await;
    let answered = answered.map_err(IntoResponse::into_response)?;
    let receipt = match wish.receipt {
        true => {
            let signed = receipts::sign(&site, std::slice::from_ref(&answered)).await;
            let signed = signed.map_err(IntoResponse::into_response)?;
            Some(Value::from(&signed.document))
        }
        false => None,
    };
    let report = answered.report;
    let written = written(&Answer { report, receipt });
    written.map(json).map_err(IntoResponse::into_response)
}

/// The answer to the plain question: from memory, if these very bytes were asked about lately, hold
/// a good credential of ours, and nothing has changed.
async fn plain(site: &Site, body: Bytes) -> Result<Response, WebError> {
    let now = site.now();
    let moment = site.memory().moment(now);
    let moment = moment.filter(|_| body.len() <= limits::DOCUMENT_BYTES);
    let Some(moment) = moment else {
        let (bytes, _) = check::plain(site, body, written).await?;
        return Ok(json(bytes));
    };
    let key = format!("verify {}", hex(&Sha256::digest(&body)));
    if let Some(known) = site.memory().recall(moment, &key, now) {
        return Ok(json(known));
    }
    let (bytes, still) = check::plain(site, body, written).await?;
    if let Some(end) = still {
        site.memory().keep(moment, key, bytes.clone(), now, end);
    }
    Ok(json(bytes))
}

fn written<T: Serialize>(answer: &T) -> Result<Bytes, WebError> {
    let bytes = serde_json::to_vec(answer);
    bytes
        .map(Bytes::from)
        .map_err(|cause| WebError::internal(&cause))
}

fn json(body: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, NEVER),
    ];
    (headers, body).into_response()
}
