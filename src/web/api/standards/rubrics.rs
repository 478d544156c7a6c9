//! `/api/v1/rubrics`: rubrics.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};

use super::{All, Edition, Kept, Refused, Rewritten, id};
use crate::{
    ids::RubricId,
    standard::{
        case,
        rubric::Rubric,
        versions::{self, Versioned as _},
    },
    web::{Site, api::body, error::WebError, key::Keyed},
    who::Scope,
};

/// List your rubrics.
///
/// The newest version of each, by name.
#[utoipa::path(get, path = "/api/v1/rubrics", operation_id = "list_rubrics", tag = "Rubrics",
    security(("api_key" = [])),
    responses((status = 200, description = "All of them.", body = All<Rubric>), Refused))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<All<Rubric>>, WebError> {
    let all = versions::list::<Rubric>(site.app(), &who).await?;
    Ok(Json(All {
        all: all.into_iter().map(Kept::from).collect(),
    }))
}

/// Begin a rubric.
///
/// It may be half written; what it still lacks is said when it is used.
#[utoipa::path(post, path = "/api/v1/rubrics", operation_id = "create_rubric", tag = "Rubrics",
    request_body = Rubric,
    security(("api_key" = [])),
    responses((status = 201, description = "It is kept, as version 1.", body = Kept<Rubric>), Refused))]
pub(crate) async fn create(
    State(site): State<Site>,
    Keyed(who): Keyed,
    body: Bytes,
) -> Result<(StatusCode, Json<Kept<Rubric>>), WebError> {
    who.may(Scope::Standards)?;
    let document: Rubric = body::shaped(&body)?;
    let id = RubricId::random(site.app().chance.as_ref());
    let kept = versions::create(site.app(), &who, id.as_str(), &document).await?;
    Ok((StatusCode::CREATED, Json(kept.into())))
}

/// Read a rubric.
///
/// The newest version.
#[utoipa::path(get, path = "/api/v1/rubrics/{id}", operation_id = "read_rubric", tag = "Rubrics",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 200, description = "The newest version.", body = Kept<Rubric>), Refused))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<Json<Kept<Rubric>>, WebError> {
    let found = versions::newest::<Rubric>(site.app(), &who, &named).await?;
    Ok(Json(found.into()))
}

/// Read any version of a rubric.
///
/// What was published rests on the version that was the newest then. `old` says whether a newer one
/// took its place, and `newest_at` where that is read.
#[utoipa::path(get, path = "/api/v1/rubrics/{id}/versions/{version}", operation_id = "read_rubric_version", tag = "Rubrics",
    params(
        ("id" = String, Path, description = "Its id: 22 characters."),
        ("version" = i64, Path, description = "The number of the version: 1, 2, 3 …"),
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "That version.", body = Edition<Rubric>), Refused))]
pub(crate) async fn read_version(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path((named, number)): Path<(String, String)>,
) -> Result<Json<Edition<Rubric>>, WebError> {
    let number = id(&number, Rubric::WORD)?;
    let found = versions::numbered::<Rubric>(site.app(), &who, &named, number).await?;
    Ok(Json(Edition::new(found, "/api/v1/rubrics")))
}

/// Write a rubric again.
///
/// Name the version and the count of changes that you read. Where something rests on the version,
/// this makes the next one.
#[utoipa::path(put, path = "/api/v1/rubrics/{id}", operation_id = "save_rubric", tag = "Rubrics",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    request_body = Rewritten<Rubric>,
    security(("api_key" = [])),
    responses((status = 200, description = "It is kept.", body = Kept<Rubric>), Refused))]
pub(crate) async fn save(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
    body: Bytes,
) -> Result<Json<Kept<Rubric>>, WebError> {
    who.may(Scope::Standards)?;
    let sent: Rewritten<Rubric> = body::shaped(&body)?;
    let named: RubricId = id(&named, "rubric")?;
    let seen = (sent.version, sent.changes);
    let kept = versions::save(site.app(), &who, named.as_str(), seen, &sent.document).await?;
    Ok(Json(kept.into()))
}

/// Write a rubric out, as CASE.
///
/// A package with the rubric in `CFRubrics`.
#[utoipa::path(get, path = "/api/v1/rubrics/{id}/case", operation_id = "rubric_as_case", tag = "Rubrics",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 200, description = "The newest version, as a package.", body = Object), Refused))]
pub(crate) async fn as_case(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<Json<serde_json::Value>, WebError> {
    let found = versions::newest::<Rubric>(site.app(), &who, &named).await?;
    let base = site.link(&format!("/rubrics/{named}/{}", found.version));
    Ok(Json(case::write_rubric(
        &found.document,
        &base,
        found.changed_at,
    )))
}
