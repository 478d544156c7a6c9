//! `GET /api/v1/credentials/{id}` and `POST /api/v1/credentials/{id}/status`.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    db::StatusState,
    ids::CredentialId,
    issue::{
        list,
        revoke::{self, Change},
    },
    web::{Site, api::body, error::WebError, key::Keyed, problem::Problem, stored::Stored},
    who::Scope,
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
#[schema(example = json!({"change": "suspend"}))]
pub(crate) struct StatusChange {
    /// `suspend`, `reinstate` or `revoke`.
    change: Action,
}

/// What a credential's status is now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Status {
    /// `ok`, `suspended` or `revoked`.
    status: &'static str,
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
        jwt: stored.row.jwt.clone(),
    }))
}

/// Suspend, reinstate or revoke a credential.
///
/// Pages and this API tell the new status at once; the status list that other verifiers read
/// follows within a minute. Revoking cannot be undone. Asking again changes nothing.
#[utoipa::path(post, path = "/api/v1/credentials/{id}/status", operation_id = "change_status", tag = "Credentials",
    params(("id" = String, Path, description = "The end of the credential's address: 22 characters.")),
    request_body = StatusChange,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The status it has now.", body = Status),
        (status = 400, description = "Not JSON of this shape.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not revoke.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such credential in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is revoked, for good.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn change_status(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Status>, WebError> {
    who.may(Scope::Revoke)?;
    let id: CredentialId = id.parse().map_err(|_| WebError::not_found())?;
    let asked: StatusChange = body::shaped(&body)?;
    let change = match asked.change {
        Action::Suspend => Change::Suspend,
        Action::Reinstate => Change::Reinstate,
        Action::Revoke => Change::Revoke,
    };
    let state = revoke::change(site.app(), &who, &id, change).await?;
    site.memory().forget();
    if let Err(cause) = list::publish_due(site.app()).await {
        // The worker tries again within a minute; the register knows already.
        tracing::warn!(%cause, "a status list could not be published yet");
    }
    Ok(Json(Status {
        status: word(state),
    }))
}

fn word(state: StatusState) -> &'static str {
    match state {
        StatusState::Ok => "ok",
        StatusState::Suspended => "suspended",
        StatusState::Revoked => "revoked",
    }
}
