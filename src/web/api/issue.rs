//! `POST /api/v1/credentials`: issue one.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    ids::AchievementId,
    issue::{cell, one, publish},
    web::{
        Site,
        answer::NEVER,
        api::{body, order::Order},
        error::WebError,
        key::Keyed,
        problem::{FaultLine, Problem},
    },
    who::Scope,
};

/// Issue a credential.
///
/// The answer is the signed credential. Send an `Idempotency-Key`: the same request with the same
/// key gives the same bytes, however often it is sent; a key is remembered for 30 days. With one or
/// without, the same learner, achievement and date give the same credential.
#[utoipa::path(post, path = "/api/v1/credentials", operation_id = "issue", tag = "Credentials",
    params(("Idempotency-Key" = Option<String>, Header, description = "A word of your own for this request, up to 200 characters.")),
    request_body = Order,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "Issued: the signed credential, byte for byte. `Location` is its page.", body = Object, content_type = "application/vc+ld+json"),
        (status = 200, description = "It was issued before; these are the same bytes.", body = Object, content_type = "application/vc+ld+json"),
        (status = 400, description = "Not JSON, a name twice in one object, or not of this shape.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not issue.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such achievement.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The learner has this achievement of this date already, with other results; or there is no key to sign with.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than is read.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The order has faults, and `faults` lists all of them; or the `Idempotency-Key` came with another body before (`idempotency_key_reused`).", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nothing can be signed or stored now. `Retry-After` says when to send the same request again; it is not issued twice.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn issue(
    State(site): State<Site>,
    Keyed(who): Keyed,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Issue)?;
    let key = idempotency_key(&headers)?.map(|key| one::Key::new(key, &body));
    let order: Order = body::shaped(&body)?;
    let id: AchievementId = order
        .achievement
        .parse()
        .map_err(|_| WebError::no_such("achievement"))?;
    let achievement = publish::by_hand(site.app(), &who, &id).await?;
    let row = order.row(&achievement, site.now())?;
    let valid_until = order.valid_until.as_deref().map(until).transpose()?;
    let request = one::Request {
        achievement: id,
        row,
        person: None,
        valid_until,
        key,
    };
    let issued = one::issue(site.app(), &who, &request).await?;
    let status = if issued.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let mut response = (status, issued.document).into_response();
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/vc+ld+json"),
    );
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
    if let Ok(page) = HeaderValue::from_str(&site.link(&format!("/c/{}", issued.id))) {
        out.insert(header::LOCATION, page);
    }
    Ok(response)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, WebError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= 200 => Ok(Some(key)),
        _ => Err(WebError::unreadable(
            "idempotency_key",
            "The Idempotency-Key has 1 to 200 plain characters.",
        )),
    }
}

fn until(text: &str) -> Result<jiff::Timestamp, WebError> {
    cell::parse_date(text).ok_or_else(|| {
        let fault = FaultLine {
            pointer: "/validUntil".to_owned(),
            detail: "is no date".to_owned(),
        };
        WebError::faulty(vec![fault])
    })
}
