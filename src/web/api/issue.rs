//! `POST /api/v1/credentials`: issue one.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    config::limits::DOCUMENT_BYTES,
    ids::AchievementId,
    issue::{one, plan, publish},
    json,
    web::{
        Site,
        answer::NEVER,
        api::order::Order,
        error::{FaultLine, Problem, WebError},
        key::Keyed,
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
        (status = 400, description = "Not JSON, or not of this shape.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not issue.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such achievement.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The learner has this achievement of this date already, with other results; or there is no key to sign with.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than is read.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The order has faults, and `faults` lists all of them; or the `Idempotency-Key` came with another body before (`idempotency_key_reused`).", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests with this key.", body = Problem, content_type = "application/problem+json"),
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
    let order = read(&body)?;
    let id: AchievementId = order
        .achievement
        .parse()
        .map_err(|_| WebError::no_such("achievement"))?;
    let achievement = publish::achievement(site.app(), &who, &id).await?;
    let row = order.row(&achievement, site.now())?;
    let valid_until = order.valid_until.as_deref().map(until).transpose()?;
    let request = one::Request {
        achievement: id,
        row,
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

/// Reads the body strictly: a name twice in one object is refused before serde sees it.
fn read(body: &[u8]) -> Result<Order, WebError> {
    if body.len() > DOCUMENT_BYTES {
        return Err(WebError::too_large());
    }
    let value = json::parse_bytes(body).map_err(|error| {
        WebError::unreadable(
            "not_json",
            format!("The body is not JSON that we read: {error}."),
        )
    })?;
    serde_json::from_value(serde_json::Value::from(&value)).map_err(|error| {
        WebError::unreadable(
            "wrong_shape",
            format!("The body has not the right shape: {}.", shape(&error)),
        )
    })
}

/// Serde's words quote what was sent; only those about names of members are passed on.
fn shape(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let safe = text.starts_with("missing field") || text.starts_with("duplicate field");
    if safe {
        text
    } else if text.starts_with("unknown field") {
        "it has a member that is not known".to_owned()
    } else {
        "a member is of the wrong type".to_owned()
    }
}

fn until(text: &str) -> Result<jiff::Timestamp, WebError> {
    plan::parse_date(text).ok_or_else(|| {
        let fault = FaultLine {
            pointer: "/validUntil".to_owned(),
            detail: "is no date".to_owned(),
        };
        WebError::faulty(vec![fault])
    })
}
