//! `/api/v1/drafts`: achievements as they are written, and their editions.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};

use super::{Refused, id, lines};
use crate::{
    standard::{
        achievement::{self, Edition, Written},
        draft::Draft,
        picture,
    },
    web::{Site, api::body, error::WebError, key::Keyed, problem::FaultLine},
    who::Scope,
};

/// An achievement as it is being written.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DraftAnswer {
    /// Its id, the same for every edition.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// How often it was written; name it when you write it again.
    changes: i64,
    /// When it was last written.
    changed_at: String,
    /// Whether something was written since the last edition, or there is none.
    unpublished: bool,
    /// What it says.
    draft: Draft,
    /// Its published editions, newest first.
    editions: Vec<EditionAnswer>,
}

/// A published edition.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EditionAnswer {
    /// The published achievement, for `achievement` in an order.
    achievement: String,
    /// 1, 2, 3 …
    edition: i64,
    /// How often a learner may try; missing: as often as they like.
    #[serde(skip_serializing_if = "Option::is_none")]
    tries: Option<u32>,
    /// Days between one try and the next.
    cool_down_days: u32,
    /// Months after which a credential ends; missing: it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_months: Option<u32>,
    /// When it was published.
    published_at: String,
}

impl From<&Edition> for EditionAnswer {
    fn from(edition: &Edition) -> EditionAnswer {
        EditionAnswer {
            achievement: edition.achievement.to_string(),
            edition: edition.edition,
            tries: edition.policy.tries,
            cool_down_days: edition.policy.cool_down_days,
            valid_months: edition.policy.valid_months,
            published_at: edition.published_at.to_string(),
        }
    }
}

impl From<Written> for DraftAnswer {
    fn from(written: Written) -> DraftAnswer {
        DraftAnswer {
            unpublished: written.is_ahead(),
            id: written.id.to_string(),
            changes: written.changes,
            changed_at: written.changed_at.to_string(),
            editions: written.editions.iter().map(EditionAnswer::from).collect(),
            draft: written.draft,
        }
    }
}

/// Everything that is being written.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Drafts {
    /// By name.
    drafts: Vec<DraftAnswer>,
}

/// List the achievements that are being written.
///
/// Each with its published editions.
#[utoipa::path(get, path = "/api/v1/drafts", operation_id = "list_drafts", tag = "Achievements",
    security(("api_key" = [])),
    responses((status = 200, description = "All of them, by name.", body = Drafts), Refused))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<Drafts>, WebError> {
    let all = achievement::list(site.app(), &who).await?;
    Ok(Json(Drafts {
        drafts: all.into_iter().map(DraftAnswer::from).collect(),
    }))
}

/// Begin an achievement.
///
/// Everything but its name may be missing until it is published.
#[utoipa::path(post, path = "/api/v1/drafts", operation_id = "create_draft", tag = "Achievements",
    request_body = Draft,
    security(("api_key" = [])),
    responses((status = 201, description = "It is kept.", body = DraftAnswer), Refused))]
pub(crate) async fn create(
    State(site): State<Site>,
    Keyed(who): Keyed,
    body: Bytes,
) -> Result<(StatusCode, Json<DraftAnswer>), WebError> {
    who.may(Scope::Standards)?;
    let draft: Draft = body::shaped(&body)?;
    let written = achievement::create(site.app(), &who, &draft).await?;
    Ok((StatusCode::CREATED, Json(written.into())))
}

/// Read an achievement that is being written.
///
/// With its published editions.
#[utoipa::path(get, path = "/api/v1/drafts/{id}", operation_id = "read_draft", tag = "Achievements",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 200, description = "It.", body = DraftAnswer), Refused))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<Json<DraftAnswer>, WebError> {
    let written = achievement::open(site.app(), &who, &id(&named, "achievement")?).await?;
    Ok(Json(written.into()))
}

/// An achievement that is written again.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RewrittenDraft {
    /// The count of changes when you read it.
    changes: i64,
    /// What it is to say.
    draft: Draft,
}

/// Write an achievement again.
///
/// Its published editions stay as they are.
#[utoipa::path(put, path = "/api/v1/drafts/{id}", operation_id = "save_draft", tag = "Achievements",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    request_body = RewrittenDraft,
    security(("api_key" = [])),
    responses((status = 200, description = "It is kept.", body = DraftAnswer), Refused))]
pub(crate) async fn save(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
    body: Bytes,
) -> Result<Json<DraftAnswer>, WebError> {
    who.may(Scope::Standards)?;
    let sent: RewrittenDraft = body::shaped(&body)?;
    let id = id(&named, "achievement")?;
    let written = achievement::save(site.app(), &who, &id, sent.changes, &sent.draft).await?;
    Ok(Json(written.into()))
}

/// Throw a draft away.
///
/// Only one that was never published.
#[utoipa::path(delete, path = "/api/v1/drafts/{id}", operation_id = "discard_draft", tag = "Achievements",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 204, description = "It is gone."), Refused))]
pub(crate) async fn discard(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<StatusCode, WebError> {
    achievement::discard(site.app(), &who, &id(&named, "achievement")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What publishing now would bring.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CheckAnswer {
    /// What stands in the way.
    faults: Vec<FaultLine>,
    /// What is worth another look, and does not stand in the way.
    warnings: Vec<FaultLine>,
    /// The number the next edition would have.
    edition: i64,
    /// The unsigned credential that a learner would get, with sample results.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    credential: Option<serde_json::Value>,
}

/// Check an achievement before publishing it.
///
/// Everything that stands in the way, what is worth another look, and the exact credential that a
/// learner would get. Nothing is stored.
#[utoipa::path(get, path = "/api/v1/drafts/{id}/check", operation_id = "check_draft", tag = "Achievements",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 200, description = "What publishing would bring.", body = CheckAnswer), Refused))]
pub(crate) async fn check(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<Json<CheckAnswer>, WebError> {
    let found = achievement::check(site.app(), &who, &id(&named, "achievement")?).await?;
    Ok(Json(CheckAnswer {
        faults: lines(found.faults),
        warnings: lines(found.warnings),
        edition: found.edition,
        credential: found.credential.as_ref().map(serde_json::Value::from),
    }))
}

/// Publish an achievement that is being written.
///
/// As its next edition, which never changes.
#[utoipa::path(post, path = "/api/v1/drafts/{id}/publish", operation_id = "publish_draft", tag = "Achievements",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 201, description = "The edition.", body = EditionAnswer), Refused))]
pub(crate) async fn publish(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<(StatusCode, Json<EditionAnswer>), WebError> {
    let edition = achievement::publish(site.app(), &who, &id(&named, "achievement")?).await?;
    Ok((StatusCode::CREATED, Json((&edition).into())))
}

/// A picture that was taken in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PictureAnswer {
    /// Its id, for `upload` in a draft's `picture`.
    id: String,
    /// Its address.
    url: String,
}

/// Upload a picture for an achievement.
///
/// PNG or JPEG, up to 2 MB. It is drawn anew, 512 pixels wide and high: nothing of the file but its
/// pixels is kept.
#[utoipa::path(post, path = "/api/v1/pictures", operation_id = "upload_picture", tag = "Achievements",
    request_body(content = Vec<u8>, content_type = "image/png", description = "A PNG or JPEG, up to 2 MB."),
    security(("api_key" = [])),
    responses((status = 201, description = "It is kept.", body = PictureAnswer), Refused))]
pub(crate) async fn upload(
    State(site): State<Site>,
    Keyed(who): Keyed,
    body: Bytes,
) -> Result<(StatusCode, Json<PictureAnswer>), WebError> {
    let id = picture::upload(site.app(), &who, body.to_vec()).await?;
    let url = picture::url(site.app(), &id);
    Ok((StatusCode::CREATED, Json(PictureAnswer { id, url })))
}
