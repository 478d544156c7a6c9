//! `/health/live` and `/health/ready`: for whoever watches the service.

use axum::{Json, extract::State};
use serde::Serialize;

use crate::web::Site;

/// How the service is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `ok`.
    status: &'static str,
}

/// Whether the program runs.
///
/// Always `ok` while it does. Nothing is looked up.
#[utoipa::path(get, path = "/health/live", operation_id = "live", tag = "Health",
    responses((status = 200, description = "It runs.", body = Health)))]
pub(crate) async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether the service can answer.
#[utoipa::path(get, path = "/health/ready", operation_id = "ready", tag = "Health",
    responses((status = 200, description = "It can.", body = Health)))]
pub(crate) async fn ready(State(_site): State<Site>) -> Json<Health> {
    Json(Health { status: "ok" })
}
