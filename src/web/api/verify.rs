//! `POST /api/v1/verify`: is this credential real?

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::web::{Site, answer::NEVER, check, error::WebError, problem::Problem};

/// Check a credential.
///
/// Send it as it is: JSON, a JWT, a PNG or SVG with a credential inside, a photo of our QR code, a
/// page or PDF with our link in it, or a link to a credential. It may be an Open Badges 3.0 or 2.0 badge, an endorsement, a learner record
/// (CLR 2.0) or a presentation; what it holds is answered one by one in `children`. The answer is 200 with a report, whatever the verdict: `valid`,
/// `invalid` or `cannot_tell`. Only `valid` means that everything was checked and is good. The
/// issuer's keys and status list are read where they stand, within seconds; where that fails the answer is
/// `cannot_tell`. What you send is not kept.
#[utoipa::path(post, path = "/api/v1/verify", operation_id = "verify", tag = "Checking",
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "The credential: JSON or JWT up to 256 KB, a picture up to 2 MB."),
    responses(
        (status = 200, description = "The report: `verdict`, `sentence`, and `checks`, each with `id`, `outcome` and `sentence`. `children` and `endorsements` have a `pointer` and a `report` of their own each; `warnings` have a `code` and a `sentence` for what is not quite as the standard has it, and was read all the same.", body = Object),
        (status = 400, description = "Nothing that can be read: not JSON, a name twice in one object, no code in the picture.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than is read.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn verify(State(site): State<Site>, body: Bytes) -> Result<Response, WebError> {
    let report = check::bytes(&site, body).await?;
    let mut response = Json(report).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
    Ok(response)
}
