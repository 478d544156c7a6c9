//! `/evidence/{id}`: where the link signed with each piece of evidence leads. It opens to staff only.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;

use crate::{
    ids::EvidenceId,
    web::{Site, error::WebError, key::Keyed, problem::Problem},
    who::Scope,
};

/// A piece of evidence, as the organisation recorded it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Evidence {
    /// Its id.
    id: String,
    /// The credential it belongs to.
    credential: String,
    /// What it is.
    name: String,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// SHA-256 of the work as a multibase multihash, as it stands in the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// Such as `image/jpeg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
}

/// Read what a piece of evidence is.
///
/// The link signed with each piece of evidence leads here. It opens only to the organisation that
/// issued the credential. Everybody else is told the same, whether there is something or not.
#[utoipa::path(get, path = "/evidence/{id}", operation_id = "read_evidence", tag = "Credentials",
    params(("id" = String, Path, description = "The end of the evidence's link: 22 characters.")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The record.", body = Evidence),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Not evidence of this organisation.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn read(
    State(site): State<Site>,
    key: Result<Keyed, WebError>,
    Path(id): Path<String>,
) -> Result<Json<Evidence>, WebError> {
    let Keyed(who) = key.map_err(WebError::private)?;
    who.may(Scope::Read)?;
    let id: EvidenceId = id.parse().map_err(|_| WebError::not_found())?;
    let row = site
        .app()
        .db
        .of(who.issuer())
        .evidence(&id)
        .await?
        .ok_or_else(WebError::not_found)?;
    Ok(Json(Evidence {
        id: row.evidence_id.to_string(),
        credential: row.credential_id.to_string(),
        name: row.name,
        description: row.description,
        digest: row.digest,
        media_type: row.media_type,
    }))
}
