//! `/api/v1/achievements/{id}/employers`: who was asked about an edition, and what they said.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;

use super::{Refused, id};
use crate::{
    standard::employer::{self, Asked, Invitation},
    web::{Site, api::body, error::WebError, key::Keyed},
    who::Scope,
};

/// An employer who was asked.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Employer {
    /// The invitation.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// `invited`, `started`, `commented`, `endorsed`, `declined` or `withdrawn`.
    state: &'static str,
    /// Until when the link works.
    expires_at: String,
    /// When anything last changed.
    changed_at: String,
    /// The employer; missing once forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    /// What they said.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// The signed EndorsementCredential.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    endorsement: Option<serde_json::Value>,
}

impl From<Asked> for Employer {
    fn from(asked: Asked) -> Employer {
        let document = asked.document.as_deref();
        let (organisation, comment) = asked
            .details
            .map(|details| (details.organisation, details.comment))
            .unzip();
        Employer {
            id: asked.id.to_string(),
            state: asked.state.as_str(),
            expires_at: asked.expires_at.to_string(),
            changed_at: asked.changed_at.to_string(),
            organisation,
            comment,
            endorsement: document.and_then(|text| serde_json::from_str(text).ok()),
        }
    }
}

/// Everybody who was asked.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Employers {
    /// Newest first.
    employers: Vec<Employer>,
}

/// List the employers who were asked about an edition.
///
/// With what they said.
#[utoipa::path(get, path = "/api/v1/achievements/{id}/employers", operation_id = "list_employers", tag = "Employers",
    params(("id" = String, Path, description = "The published achievement: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 200, description = "All of them.", body = Employers), Refused))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<Json<Employers>, WebError> {
    let asked = employer::asked(site.app(), &who, &id(&named, "achievement")?).await?;
    Ok(Json(Employers {
        employers: asked.into_iter().map(Employer::from).collect(),
    }))
}

/// A link for an employer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EmployerLink {
    /// The invitation.
    id: String,
    /// The link, shown this once. It starts once.
    link: String,
}

/// Ask an employer about an edition.
///
/// You hand the link over yourself, so what they endorse says that the address was not confirmed by
/// a letter.
#[utoipa::path(post, path = "/api/v1/achievements/{id}/employers", operation_id = "ask_employer", tag = "Employers",
    params(("id" = String, Path, description = "The published achievement: 22 characters.")),
    request_body = Invitation,
    security(("api_key" = [])),
    responses((status = 201, description = "The link.", body = EmployerLink), Refused))]
pub(crate) async fn invite(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<EmployerLink>), WebError> {
    who.may(Scope::Standards)?;
    let sent: Invitation = body::shaped(&body)?;
    let about = id(&named, "achievement")?;
    let (id, token) = employer::invite(site.app(), &who, &about, &sent, false).await?;
    let link = site.link(&format!("/employer/{}", token.reveal()));
    let id = id.to_string();
    Ok((StatusCode::CREATED, Json(EmployerLink { id, link })))
}

/// Take an invitation or an endorsement back.
///
/// The endorsement is revoked wherever it is carried, and who was asked is forgotten.
#[utoipa::path(post, path = "/api/v1/employers/{id}/withdraw", operation_id = "withdraw_employer", tag = "Employers",
    params(("id" = String, Path, description = "The invitation's id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 204, description = "It is taken back."), Refused))]
pub(crate) async fn withdraw(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<StatusCode, WebError> {
    employer::withdraw(site.app(), &who, &id(&named, "invitation")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
