//! `/health/live` and `/health/ready`: for whoever watches the service.

use axum::{Json, extract::State};
use serde::Serialize;

use crate::web::{Site, error::WebError, problem::Problem};

/// How the service is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
    /// `skillmark`: `skillmark doctor` tells by it whose address this is.
    program: &'static str,
}

/// Whether the program runs.
///
/// Always `ok` while it does. Nothing is looked up.
#[utoipa::path(get, path = "/health/live", operation_id = "live", tag = "Health",
    responses((status = 200, description = "It runs.", body = Health)))]
pub(crate) async fn live() -> Json<Health> {
    Json(Health {
        status: "ok",
        program: "skillmark",
    })
}

/// How the service is, looked up.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Ready {
    /// `ok`.
    status: &'static str,
    /// Whether new credentials can be signed. Without it, checking and showing still work.
    signing: bool,
}

/// Whether the service can answer.
#[utoipa::path(get, path = "/health/ready", operation_id = "ready", tag = "Health",
    responses(
        (status = 200, description = "It can; `signing` says whether it can also issue.", body = Ready),
        (status = 503, description = "The database does not answer.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn ready(State(site): State<Site>) -> Result<Json<Ready>, WebError> {
    site.app().db.ping().await?;
    Ok(Json(Ready {
        status: "ok",
        signing: site.app().custody.ready().is_ok(),
    }))
}
