//! `/api/v1/achievements/{id}/employers`: who was asked about an edition, and what they said.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};

use super::{Refused, id};
use crate::{
    standard::employer::{self, Asked, By, Invitation},
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

/// Whom to ask, and how.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"employer": {"organisation": "Harbour Line Welding", "name": "Jo Doe", "email": "jo@harbourline.example"}}))]
pub(crate) struct Asking {
    /// Whom.
    employer: Invitation,
    /// You hand the link over yourself; missing: it goes in a letter, if the service sends any.
    #[serde(default)]
    by_hand: bool,
}

/// An employer who was asked.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EmployerLink {
    /// The invitation.
    id: String,
    /// The link, if you hand it over, or the service sends no letters: shown this once. It starts once.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// Ask an employer about an edition.
///
/// A letter takes the link to them, which confirms the address. If you hand the link over yourself,
/// as you do where the service has no mail server, what they endorse says that the address was not
/// confirmed.
#[utoipa::path(post, path = "/api/v1/achievements/{id}/employers", operation_id = "ask_employer", tag = "Employers",
    params(("id" = String, Path, description = "The published achievement: 22 characters.")),
    request_body = Asking,
    security(("api_key" = [])),
    responses((status = 201, description = "They are asked.", body = EmployerLink), Refused))]
pub(crate) async fn invite(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<EmployerLink>), WebError> {
    who.may(Scope::Standards)?;
    let sent: Asking = body::shaped(&body)?;
    let about = id(&named, "achievement")?;
    let by = if sent.by_hand { By::Hand } else { By::Letter };
    let sent = employer::invite(site.app(), &who, &about, &sent.employer, by).await?;
    let link = (sent.by == By::Hand).then(|| site.link(&employer::path(&sent.token)));
    let id = sent.id.to_string();
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
