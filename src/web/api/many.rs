//! `POST /api/v1/verify/many`: are these credentials real?

use std::time::Duration;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{FromRequest as _, Multipart, Query, Request, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

use super::verify::Wish;
use crate::{
    verify::{Answered, Given},
    web::{
        Site,
        answer::NEVER,
        error::WebError,
        places::Turn,
        problem::Problem,
        question::Question,
        receipts,
        several::{self, Several},
        site::Asker,
    },
};

/// How long all of them may take: the answer is made within the time of a request.
const WITHIN: Duration = Duration::from_secs(16);

/// An answer for each, and a receipt over all of them where one was asked for.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Answers {
    /// In the order given.
    answers: Vec<Answered>,
    /// What was found, signed by this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    receipt: Option<Value>,
}

/// Check many credentials.
///
/// Up to 50, of 16 MB together: a form (`multipart/form-data`) with several parts `credential`, a ZIP archive, text with a link
/// on each line, or a JSON array of texts, each a link, a JWT or the text of a credential. A form may ask more, as for
/// one. Each is checked by itself, beside the others; what is not done within 16 seconds is `cannot_tell` with the
/// reason `out_of_time`, and nothing is lost. Each counts as one request. With `?receipt=true` there is one signed
/// receipt over all of them; send it to `/api/v1/receipts` for a PDF or a table.
#[utoipa::path(post, path = "/api/v1/verify/many", operation_id = "verify_many", tag = "Checking",
    params(Wish),
    request_body(
        description = "The credentials.",
        content((Vec<u8> = "application/zip"), (Vec<String> = "application/json"), (String = "text/plain"), (super::verify::Form = "multipart/form-data"))),
    responses(
        (status = 200, description = "An answer for each, in the order given: `name`, the digests of what was read, and `report` as for one.", body = Answers),
        (status = 400, description = "Nothing that can be taken apart.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than is checked at once.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Others are checking many just now, or no receipt can be signed.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn verify(
    State(site): State<Site>,
    Query(wish): Query<Wish>,
    Extension(asker): Extension<Asker>,
    Extension(turn): Extension<Turn>,
    request: Request,
) -> Result<Response, Response> {
    let question = read(&site, request).await?;
    let answered = async {
        let place = turn.place()?;
        let given = several::unpack(&site, question.given.clone()).await?;
        if given.is_empty() {
            return Err(WebError::unreadable("nothing", "Nothing was sent."));
        }
        several::pay(&site, asker, given.len())?;
        let question = Question { given, ..question };
        let answers = Several::start(&site, question, WITHIN, Some(place))
            .whole()
            .await;
        let receipt = match wish.receipt {
            true => Some(receipts::sign(&site, &answers).await?),
            false => None,
        };
        let receipt = receipt.map(|signed| Value::from(&signed.document));
        Ok(Answers { answers, receipt })
    };
    let answers = answered.await.map_err(IntoResponse::into_response)?;
    let mut response = Json(answers).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
    Ok(response)
}

async fn read(site: &Site, request: Request) -> Result<Question, Response> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let parts = Multipart::from_request(request, site).await;
        let parts = parts.map_err(IntoResponse::into_response)?;
        let question = Question::read(site, parts).await;
        let question = question.map_err(IntoResponse::into_response)?;
        return match question.fault {
            Some(error) => Err(error.into_response()),
            None => Ok(question),
        };
    }
    let is_json = kind.starts_with("application/json");
    let body = Bytes::from_request(request, site).await;
    let mut question = Question::plain(site, &body.map_err(IntoResponse::into_response)?);
    let is_list = |given: &Given| given.bytes.trim_ascii_start().starts_with(b"[");
    if is_json && question.given.iter().all(is_list) {
        question.given = listed(&question.given).map_err(IntoResponse::into_response)?;
    }
    Ok(question)
}

/// The texts of a JSON array.
fn listed(given: &[Given]) -> Result<Vec<Given>, WebError> {
    let bytes = given.first().map_or(&[][..], |given| &given.bytes);
    let texts: Vec<String> = serde_json::from_slice(bytes).map_err(|_| {
        let detail = "Send a JSON array of texts: each a link, a JWT or the text of a credential.";
        WebError::unreadable("wrong_shape", detail)
    })?;
    let given = |text: String| {
        let one = Given {
            name: String::new(),
            bytes: text.into_bytes(),
        };
        let name = one.link().unwrap_or_default().to_owned();
        Given { name, ..one }
    };
    Ok(texts.into_iter().map(given).collect())
}
