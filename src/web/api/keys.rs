//! `/api/v1/api-keys`: what programs show.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    db::ApiKeyRow,
    issue::{self, issuer},
    web::{Site, api::body, error::WebError, key::Keyed, problem::Problem},
    who::Scope,
};

/// An API key, without its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ApiKeyOut {
    /// Which key it is.
    #[schema(example = "Qw3rT5yU7iO9pA1sD3fG5h")]
    id: String,
    /// What you call it.
    name: String,
    /// What it may do.
    scopes: Vec<String>,
    /// When it was made.
    created_at: String,
    /// When it stops working by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    /// The id of the person who made it; absent for whoever runs the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_by: Option<String>,
    /// The secret: told this once, when the key is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl ApiKeyOut {
    fn of(row: ApiKeyRow) -> ApiKeyOut {
        ApiKeyOut {
            id: row.api_key_id.to_string(),
            name: row.name,
            scopes: row.scopes.split(' ').map(str::to_owned).collect(),
            created_at: row.created_at.to_string(),
            expires_at: row.expires_at.map(|at| at.to_string()),
            revoked_at: row.revoked_at.map(|at| at.to_string()),
            made_by: row.made_by,
            secret: None,
        }
    }
}

/// Every API key.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ApiKeys {
    /// The keys, oldest first, also those that ended.
    api_keys: Vec<ApiKeyOut>,
}

/// A key to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKeyIn {
    /// What you call it: the program it is for.
    #[schema(example = "School system")]
    name: String,
    /// What it may do; no more than the key that makes it.
    #[schema(example = json!(["issue", "read"]))]
    scopes: Vec<String>,
    /// When it stops working by itself.
    #[serde(default)]
    #[schema(example = "2030-06-30T00:00:00Z")]
    expires: Option<String>,
}

/// List the API keys of your organisation.
#[utoipa::path(get, path = "/api/v1/api-keys", operation_id = "list_api_keys", tag = "People and access",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Every key, oldest first, without secrets.", body = ApiKeys),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage keys.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<ApiKeys>, WebError> {
    let rows = issuer::api_keys(site.app(), &who).await?;
    let api_keys = rows.into_iter().map(ApiKeyOut::of).collect();
    Ok(Json(ApiKeys { api_keys }))
}

/// Make an API key.
///
/// Its secret is in the answer, this once.
#[utoipa::path(post, path = "/api/v1/api-keys", operation_id = "make_api_key", tag = "People and access",
    request_body = NewKeyIn,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "Made.", body = ApiKeyOut),
        (status = 400, description = "Not JSON, or not of this shape.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage keys, or may not itself do what the new one should.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It has faults, and `faults` lists all of them.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn make(
    State(site): State<Site>,
    Keyed(who): Keyed,
    body: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Manage)?;
    let asked: NewKeyIn = body::shaped(&body)?;
    let mut faults = Vec::new();
    let mut scopes = Vec::new();
    for (n, word) in asked.scopes.iter().enumerate() {
        match word.parse() {
            Ok(scope) => scopes.push(scope),
            Err(sentence) => faults.push(issue::Fault::new(format!("/scopes/{n}"), sentence)),
        }
    }
    let expires = asked.expires.map(|text| text.parse::<Timestamp>());
    let expires = expires.transpose().unwrap_or_else(|_| {
        let sentence = "is no time such as 2030-06-30T00:00:00Z";
        faults.push(issue::Fault::new("/expires", sentence));
        None
    });
    if !faults.is_empty() {
        return Err(issue::Error::Faults(faults).into());
    }
    let made = issuer::new_api_key(site.app(), &who, &asked.name, &scopes, expires).await?;
    let out = ApiKeyOut {
        secret: Some(made.1.reveal().to_owned()),
        ..ApiKeyOut::of(made.0)
    };
    Ok((StatusCode::CREATED, Json(out)).into_response())
}

/// Take an API key back.
///
/// It stops working at once, and so do the keys that were made through it.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", operation_id = "revoke_api_key", tag = "People and access",
    params(("id" = String, Path, description = "The key's id.")),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "It works no more."),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage keys.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such key in your organisation that works.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn revoke(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Manage)?;
    let gone = || WebError::no_such("API key that could be revoked");
    let id = id.parse().map_err(|_| gone())?;
    issuer::revoke_api_key(site.app(), &who, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
