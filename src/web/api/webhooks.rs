//! `/api/v1/webhooks`: addresses that are told of what happens, and how telling them went.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    db::{DeliveryRow, WebhookRow, WebhookState},
    hooks,
    ids::WebhookId,
    web::{Site, api::body, error::WebError, key::Keyed, problem::Problem},
};

/// How many messages a log shows.
const NEWEST: i64 = 200;

/// An address that is told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Webhook {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// The address.
    #[schema(example = "https://lms.school.example/skillmark")]
    url: String,
    /// Which events it wants to hear of.
    #[schema(example = json!(["credential.issued", "credential.revoked"]))]
    events: Vec<String>,
    /// `on`, or `off`: it is not told.
    #[schema(example = "on")]
    state: &'static str,
    /// The secret that signs, when it is made and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: Option<String>,
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Webhook {
        Webhook {
            id: row.webhook_id.to_string(),
            url: row.url,
            events: row.events.split(' ').map(str::to_owned).collect(),
            state: row.state.as_str(),
            secret: None,
        }
    }
}

/// Every address.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Webhooks {
    /// The addresses, oldest first.
    webhooks: Vec<Webhook>,
}

/// An address to be told.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The address: https, of a public host.
    #[schema(example = "https://lms.school.example/skillmark")]
    url: String,
    /// Which events: `credential.issued`, `credential.suspended`, `credential.reinstated`,
    /// `credential.revoked`, `attempt.submitted`, `attempt.decided`, `batch.ended`.
    #[schema(example = json!(["credential.issued", "credential.revoked"]))]
    events: Vec<String>,
}

/// A message to an address.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Delivery {
    /// Its id, the `webhook-id` of every try.
    #[schema(example = "msg_Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// What happened.
    #[schema(example = "credential.issued")]
    event: String,
    /// The id of what it happened to.
    about: String,
    /// `waiting`, `delivered` or `failed`.
    #[schema(example = "delivered")]
    state: &'static str,
    /// How often it was tried.
    attempts: i64,
    /// The status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i64>,
    /// Why the last try was not good.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// When it happened.
    created_at: String,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Delivery {
        Delivery {
            id: row.delivery_id,
            event: row.event,
            about: row.about,
            state: row.state.as_str(),
            attempts: row.attempts,
            status: row.status,
            problem: row.problem,
            created_at: row.created_at.to_string(),
        }
    }
}

/// What an address was told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Deliveries {
    /// The messages, newest first.
    deliveries: Vec<Delivery>,
}

/// List the addresses that are told of what happens.
#[utoipa::path(get, path = "/api/v1/webhooks", operation_id = "list_webhooks", tag = "Webhooks",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Every address, oldest first.", body = Webhooks),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<Webhooks>, WebError> {
    let rows = hooks::all(site.app(), &who).await?;
    let webhooks = rows.into_iter().map(Webhook::from).collect();
    Ok(Json(Webhooks { webhooks }))
}

/// Tell an address of what happens from now on.
///
/// Every message is signed as Standard Webhooks 1.0 has it (`webhook-id`, `webhook-timestamp`,
/// `webhook-signature`), names ids and nothing of a learner, and is tried for more than a day. The
/// secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/webhooks", operation_id = "add_webhook", tag = "Webhooks",
    request_body = Wanted,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "It is told from now on.", body = Webhook),
        (status = 400, description = "The body cannot be read.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "What was asked for has faults, and `faults` lists all of them.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn add(
    State(site): State<Site>,
    Keyed(who): Keyed,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(crate::who::Scope::Manage)?;
    let wanted: Wanted = body::shaped(&sent)?;
    let events: Vec<&str> = wanted.events.iter().map(String::as_str).collect();
    let (id, secret) = hooks::add(site.app(), &who, &wanted.url, &events).await?;
    let made = Webhook {
        id: id.to_string(),
        url: wanted.url,
        events: wanted.events,
        state: "on",
        secret: Some(secret.reveal()),
    };
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Take an address away, with everything that it was told.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", operation_id = "remove_webhook", tag = "Webhooks",
    params(("id" = String, Path, description = "The webhook.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "It is not told any more."),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook in your organisation.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn remove(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    hooks::remove(site.app(), &who, &self::id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether an address is told.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turned {
    /// Whether it is told from now on.
    #[schema(example = true)]
    on: bool,
}

/// Tell an address no more, or again.
///
/// One that answered 410 is told no more until it is turned on again.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/state", operation_id = "turn_webhook", tag = "Webhooks",
    params(("id" = String, Path, description = "The webhook.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = Turned,
    security(("api_key" = [])),
    responses(
        (status = 204, description = "So it is."),
        (status = 400, description = "The body cannot be read.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook in your organisation.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn turn(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<StatusCode, WebError> {
    who.may(crate::who::Scope::Manage)?;
    let turned: Turned = body::shaped(&sent)?;
    let to = match turned.on {
        true => WebhookState::On,
        false => WebhookState::Off,
    };
    hooks::turn(site.app(), &who, &self::id(&id)?, to).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read what an address was told, and how that went.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", operation_id = "list_deliveries", tag = "Webhooks",
    params(("id" = String, Path, description = "The webhook.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The newest two hundred messages, newest first.", body = Deliveries),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook in your organisation.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn deliveries(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<Deliveries>, WebError> {
    let rows = hooks::log(site.app(), &who, &self::id(&id)?, NEWEST).await?;
    let deliveries = rows.into_iter().map(Delivery::from).collect();
    Ok(Json(Deliveries { deliveries }))
}

/// Tell a message once more: the same bytes, with the same `webhook-id`.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/again", operation_id = "repeat_delivery", tag = "Webhooks",
    params(("id" = String, Path, description = "The message.", example = "msg_Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 202, description = "It is told again soon.", body = Delivery),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such message in your organisation.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn again(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let row = hooks::again(site.app(), &who, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(Delivery::from(row))).into_response())
}

fn id(text: &str) -> Result<WebhookId, WebError> {
    text.parse().map_err(|_| WebError::no_such("webhook"))
}
