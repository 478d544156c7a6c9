//! `/api/v1/maps`: competency maps.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, header},
};

use super::{All, Edition, Kept, Refused, Rewritten, id};
use crate::{
    ids::MapId,
    issue::Error,
    standard::{
        case,
        map::Map,
        map_csv,
        versions::{self, Versioned as _},
    },
    web::{Site, api::body, error::WebError, key::Keyed},
    who::Scope,
};

/// List your competency maps.
///
/// The newest version of each, by name.
#[utoipa::path(get, path = "/api/v1/maps", operation_id = "list_maps", tag = "Competency maps",
    security(("api_key" = [])),
    responses((status = 200, description = "All of them.", body = All<Map>), Refused))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<All<Map>>, WebError> {
    let all = versions::list::<Map>(site.app(), &who).await?;
    Ok(Json(All {
        all: all.into_iter().map(Kept::from).collect(),
    }))
}

/// Begin a competency map.
///
/// It may be half written; what it still lacks is said when it is used.
#[utoipa::path(post, path = "/api/v1/maps", operation_id = "create_map", tag = "Competency maps",
    request_body = Map,
    security(("api_key" = [])),
    responses((status = 201, description = "It is kept, as version 1.", body = Kept<Map>), Refused))]
pub(crate) async fn create(
    State(site): State<Site>,
    Keyed(who): Keyed,
    body: Bytes,
) -> Result<(StatusCode, Json<Kept<Map>>), WebError> {
    who.may(Scope::Standards)?;
    let document: Map = body::shaped(&body)?;
    let id = MapId::random(site.app().chance.as_ref());
    let kept = versions::create(site.app(), &who, id.as_str(), &document).await?;
    Ok((StatusCode::CREATED, Json(kept.into())))
}

/// Read a competency map.
///
/// The newest version.
#[utoipa::path(get, path = "/api/v1/maps/{id}", operation_id = "read_map", tag = "Competency maps",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 200, description = "The newest version.", body = Kept<Map>), Refused))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<Json<Kept<Map>>, WebError> {
    let found = versions::newest::<Map>(site.app(), &who, &named).await?;
    Ok(Json(found.into()))
}

/// Read any version of a competency map.
///
/// What was published rests on the version that was the newest then. `old` says whether a newer one
/// took its place, and `newest_at` where that is read.
#[utoipa::path(get, path = "/api/v1/maps/{id}/versions/{version}", operation_id = "read_map_version", tag = "Competency maps",
    params(
        ("id" = String, Path, description = "Its id: 22 characters."),
        ("version" = i64, Path, description = "The number of the version: 1, 2, 3 …"),
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "That version.", body = Edition<Map>), Refused))]
pub(crate) async fn read_version(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path((named, number)): Path<(String, String)>,
) -> Result<Json<Edition<Map>>, WebError> {
    let number = id(&number, Map::WORD)?;
    let found = versions::numbered::<Map>(site.app(), &who, &named, number).await?;
    Ok(Json(Edition::new(found, "/api/v1/maps")))
}

/// Write a competency map again.
///
/// Name the version and the count of changes that you read. Where something rests on the version,
/// this makes the next one.
#[utoipa::path(put, path = "/api/v1/maps/{id}", operation_id = "save_map", tag = "Competency maps",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    request_body = Rewritten<Map>,
    security(("api_key" = [])),
    responses((status = 200, description = "It is kept.", body = Kept<Map>), Refused))]
pub(crate) async fn save(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
    body: Bytes,
) -> Result<Json<Kept<Map>>, WebError> {
    who.may(Scope::Standards)?;
    let sent: Rewritten<Map> = body::shaped(&body)?;
    let named: MapId = id(&named, "competency map")?;
    let seen = (sent.version, sent.changes);
    let kept = versions::save(site.app(), &who, named.as_str(), seen, &sent.document).await?;
    Ok(Json(kept.into()))
}

/// Write a competency map out, as CASE.
///
/// A `CFPackage` of version 1.1.
#[utoipa::path(get, path = "/api/v1/maps/{id}/case", operation_id = "map_as_case", tag = "Competency maps",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 200, description = "The newest version, as a package.", body = Object), Refused))]
pub(crate) async fn as_case(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<Json<serde_json::Value>, WebError> {
    let found = versions::newest::<Map>(site.app(), &who, &named).await?;
    let base = site.link(&format!("/maps/{named}/{}", found.version));
    Ok(Json(case::write_map(
        &found.document,
        &base,
        found.changed_at,
    )))
}

/// Write a competency map out, as CSV.
///
/// The columns are those that are read again.
#[utoipa::path(get, path = "/api/v1/maps/{id}/csv", operation_id = "map_as_csv", tag = "Competency maps",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 200, description = "The newest version.", body = String, content_type = "text/csv"), Refused))]
pub(crate) async fn as_csv(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<([(header::HeaderName, &'static str); 1], String), WebError> {
    let found = versions::newest::<Map>(site.app(), &who, &named).await?;
    let csv = map_csv::write(&found.document);
    Ok(([(header::CONTENT_TYPE, "text/csv")], csv))
}

/// See what would be read from a CASE package.
///
/// Nothing is kept: send the map that comes back, with what you want of it, to `/api/v1/maps`.
#[utoipa::path(post, path = "/api/v1/maps/from-case", operation_id = "map_from_case", tag = "Competency maps",
    request_body(content = Object, content_type = "application/json", description = "A CFPackage of version 1.0 or 1.1, up to 2 MB."),
    security(("api_key" = [])),
    responses((status = 200, description = "The map of all items that are no headings.", body = Map), Refused))]
pub(crate) async fn from_case(
    State(site): State<Site>,
    Keyed(who): Keyed,
    body: Bytes,
) -> Result<Json<Map>, WebError> {
    who.may(Scope::Standards)?;
    let read = site.heavy(move || case::read(&body)).await?;
    Ok(Json(read.map_err(Error::Faults)?.map(&[])))
}

/// See what would be read from a CSV.
///
/// Nothing is kept: send the map that comes back to `/api/v1/maps`.
#[utoipa::path(post, path = "/api/v1/maps/from-csv", operation_id = "map_from_csv", tag = "Competency maps",
    request_body(content = String, content_type = "text/csv", description = "A column `skill`, and any of `statement`, `priority`, `standard_framework`, `standard_code`, `standard_name`, `standard_url`, `job_code`, `job_title`, `job_task`."),
    security(("api_key" = [])),
    responses((status = 200, description = "The map.", body = Map), Refused))]
pub(crate) async fn from_csv(
    State(site): State<Site>,
    Keyed(who): Keyed,
    body: Bytes,
) -> Result<Json<Map>, WebError> {
    who.may(Scope::Standards)?;
    let read = site.heavy(move || map_csv::read(&body)).await?;
    Ok(Json(Map {
        name: String::new(),
        summary: String::new(),
        skills: read.map_err(Error::Rows)?,
    }))
}
