//! `/verify/frame`: a camera frame in, what its QR code says out. The frame is read and dropped.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    bake::qr,
    web::{Site, answer::NEVER, error::WebError, problem::Problem},
};

/// Longest frame that is read: a grey picture of 400 pixels is a tenth of it.
const FRAME_BYTES: usize = 256 * 1024;

/// What a QR code says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Found {
    /// Its text.
    text: String,
}

/// Read the QR code in a camera frame.
///
/// For our own page, while a visitor scans. The frame is a small PNG or JPEG; it is read in memory
/// and dropped.
#[utoipa::path(post, path = "/verify/frame", operation_id = "read_frame", tag = "Checking",
    request_body(content = Vec<u8>, content_type = "image/jpeg", description = "A PNG or JPEG, up to 256 KB."),
    responses(
        (status = 200, description = "There is a code, and this is what it says.", body = Found),
        (status = 204, description = "There is none."),
        (status = 400, description = "Not a picture.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than is read.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn read(State(site): State<Site>, frame: Bytes) -> Result<Response, WebError> {
    if frame.len() > FRAME_BYTES {
        return Err(WebError::too_large());
    }
    let codes = site.heavy(move || qr::read(&frame)).await?;
    let codes = codes.map_err(|_| {
        WebError::unreadable(
            "not_a_picture",
            "This is not a PNG or JPEG picture that we can read.",
        )
    })?;
    let mut response = match codes.into_iter().next() {
        Some(text) => Json(Found { text }).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
    Ok(response)
}
