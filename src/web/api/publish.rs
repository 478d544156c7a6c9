//! `POST /api/v1/achievements`: publish one.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    issue::{Achievement, Error, publish},
    web::{
        Site,
        api::{achievements::Published, body},
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::Scope,
};

/// Publish an achievement.
///
/// Send it as in a file: the Open Badges 3.0 `Achievement` with `kind`, `meaning`, `task` and
/// `evidenceRequired`. From then on it never changes; publishing the same again changes nothing.
/// The `id` in the answer is what an order names as its `achievement`.
#[utoipa::path(post, path = "/api/v1/achievements", operation_id = "publish_achievement", tag = "Achievements",
    request_body(content = Object, content_type = "application/json",
        description = "The achievement, up to 256 KB.",
        example = json!({
            "kind": "participation",
            "name": "Open Workshop",
            "meaning": "Took part in an afternoon at the workshop.",
            "criteria": {"narrative": "Was there from beginning to end."}
        })),
    security(("api_key" = [])),
    responses(
        (status = 201, description = "Published.", body = Published),
        (status = 200, description = "It was published before.", body = Published),
        (status = 400, description = "Not JSON, or a name twice in one object.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not publish.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Another achievement with this id was published before.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The achievement has faults, and `faults` lists all of them.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn publish(
    State(site): State<Site>,
    Keyed(who): Keyed,
    body: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Publish)?;
    let file = body::strict(&body)?;
    let achievement = Achievement::read(&file).map_err(Error::Faults)?;
    let new = publish::publish(site.app(), &who, &achievement).await?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let row = publish::row(site.app(), &who, achievement.id()).await?;
    Ok((status, Json(Published::of(row)?)).into_response())
}
