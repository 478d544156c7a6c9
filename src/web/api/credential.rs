//! `GET /api/v1/credentials/{id}` and `POST /api/v1/credentials/{id}/status`.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    db::StatusState,
    ids::CredentialId,
    issue::{
        self,
        bulk::{self, Asked},
        list,
        revoke::{self, Change},
    },
    web::{Site, api::body, error::WebError, key::Keyed, problem::Problem, stored::Stored},
    who::{Scope, Who},
};

/// A credential of your organisation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Credential {
    /// Its id.
    id: String,
    /// Its page, the address in its QR code.
    page: String,
    /// `ok`, `suspended` or `revoked`, as it is this moment.
    status: &'static str,
    /// Since when it has this status.
    status_since: String,
    /// When it was signed.
    issued_at: Option<String>,
    /// The signed credential.
    #[schema(value_type = Object)]
    credential: Value,
    /// The same as a compact JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt: Option<String>,
}

/// What to do.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    /// For now: it can be undone.
    Suspend,
    /// Undo a suspension.
    Reinstate,
    /// For good.
    Revoke,
}

/// A change of status.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"change": "suspend", "reason": "Two learners were mixed up."}))]
pub(crate) struct StatusChange {
    /// `suspend`, `reinstate` or `revoke`.
    change: Action,
    /// Why, for your organisation alone: kept sealed, and never public. At most 1,000 characters.
    #[serde(default)]
    reason: Option<String>,
}

/// What a credential's status is now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Status {
    /// `ok`, `suspended` or `revoked`.
    status: &'static str,
    /// The id of the change, if it waits for a second person: nothing has changed yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<String>,
}

/// Read a credential.
///
/// For the organisation that issued it: the signed credential, and its status as it is this moment.
#[utoipa::path(get, path = "/api/v1/credentials/{id}", operation_id = "read_credential", tag = "Credentials",
    params(("id" = String, Path, description = "The end of the credential's address: 22 characters.")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The credential.", body = Credential),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such credential in your organisation.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<Credential>, WebError> {
    who.may(Scope::Read)?;
    let stored = Stored::find(&site, &id).await?;
    if stored.row.issuer_id != *who.issuer() {
        return Err(WebError::not_found());
    }
    let id = &stored.row.promise.credential_id;
    let entry = revoke::status(site.app(), &who, id).await?;
    Ok(Json(Credential {
        id: id.to_string(),
        page: site.link(&format!("/c/{id}")),
        status: word(entry.state),
        status_since: entry.changed_at.to_string(),
        issued_at: stored.row.issued_at.map(|at| at.to_string()),
        credential: stored.json()?,
        jwt: issue::token(&stored.row)?,
    }))
}

/// Suspend, reinstate or revoke a credential.
///
/// Pages and this API tell the new status at once; the status list that other verifiers read
/// follows within a minute. Revoking cannot be undone. Asking again changes nothing. Above a hundred
/// changes within 24 hours, whoever made the key may not go on alone: the change waits until a second
/// person says yes at the desk.
#[utoipa::path(post, path = "/api/v1/credentials/{id}/status", operation_id = "change_status", tag = "Credentials",
    params(("id" = String, Path, description = "The end of the credential's address: 22 characters.")),
    request_body = StatusChange,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The status it has now.", body = Status),
        (status = 202, description = "It waits for a second person; the status is as it was.", body = Status),
        (status = 400, description = "Not JSON of this shape.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not revoke.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such credential in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is revoked, for good.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The reason is too long, or no text.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn change_status(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Revoke)?;
    let id: CredentialId = id.parse().map_err(|_| WebError::not_found())?;
    let asked: StatusChange = body::shaped(&body)?;
    let change = match asked.change {
        Action::Suspend => Change::Suspend,
        Action::Reinstate => Change::Reinstate,
        Action::Revoke => Change::Revoke,
    };
    let reason = asked.reason.as_deref().unwrap_or_default();
    let all = std::slice::from_ref(&id);
    let waits = match bulk::ask(site.app(), &who, change, all, reason).await? {
        Asked::Done(_) => None,
        Asked::Waiting(bulk) => Some(bulk.to_string()),
    };
    let code = match waits {
        Some(_) => StatusCode::ACCEPTED,
        None => StatusCode::OK,
    };
    site.memory().forget();
    if let Err(cause) = list::publish_due(site.app()).await {
        // The worker tries again within a minute; the register knows already.
        tracing::warn!(%cause, "a status list could not be published yet");
    }
    let state = standing(&site, &who, &id).await?;
    let status = word(state);
    Ok((code, Json(Status { status, waits })).into_response())
}

/// The status as it is this moment; whoever may change it may know it.
async fn standing(site: &Site, who: &Who, id: &CredentialId) -> Result<StatusState, WebError> {
    let entry = site.app().db.of(who.issuer()).status_of(id).await?;
    let entry = entry.ok_or_else(WebError::not_found)?;
    Ok(entry.state)
}

fn word(state: StatusState) -> &'static str {
    match state {
        StatusState::Ok => "ok",
        StatusState::Suspended => "suspended",
        StatusState::Revoked => "revoked",
    }
}
