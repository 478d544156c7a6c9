//! `/api/v1/bulk-changes`: the status of many credentials at once, above a hundred within a day with a
//! second person.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{BulkId, CredentialId},
    issue::{
        bulk::{self, Asked, Bulk},
        revoke::Change,
    },
    web::{
        Site,
        api::{
            attempts::{fault, id_of},
            body,
            refused::{Faulty, NoKey, Unreadable},
        },
        error::WebError,
        key::Keyed,
        problem::{FaultLine, Problem},
    },
    who::Scope,
};

/// What is to be done with many.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBulkChange {
    /// `suspend`, `reinstate` or `revoke`.
    #[schema(example = "revoke")]
    change: String,
    /// The ids of the credentials: at most 5,000.
    #[schema(example = json!(["Zr4XfLk2Qp8sVb1NwYt6Ag"]))]
    credentials: Vec<String>,
    /// Why: for your organisation alone.
    #[schema(example = "The wrong roster was uploaded.")]
    reason: String,
}

/// What became of a change of many.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BulkChanged {
    /// How many changed; the others were so already.
    #[schema(example = 12)]
    changed: usize,
}

/// A change that waits for a second person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BulkChange {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// `suspend`, `reinstate` or `revoke`.
    #[schema(example = "revoke")]
    change: &'static str,
    /// The ids of the credentials.
    credentials: Vec<String>,
    /// Why.
    #[schema(example = "The wrong roster was uploaded.")]
    reason: String,
    /// Who asked for it: a member's id, or an API key's that nobody stands behind.
    #[schema(example = "AAAAAAAAAAAAAAAAAAAAAA")]
    asked_by: String,
    /// When.
    #[schema(example = "2026-03-01T12:00:00Z")]
    asked_at: String,
}

impl From<Bulk> for BulkChange {
    fn from(bulk: Bulk) -> BulkChange {
        BulkChange {
            id: bulk.row.bulk_id.to_string(),
            change: bulk.row.change.as_str(),
            credentials: bulk.credentials.iter().map(ToString::to_string).collect(),
            reason: bulk.reason,
            asked_by: bulk.row.asked_by,
            asked_at: bulk.row.asked_at.to_string(),
        }
    }
}

/// The changes that wait.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BulkChanges {
    /// The newest first.
    bulk_changes: Vec<BulkChange>,
}

/// What a change waits under.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BulkWaits {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
}

/// What a second person says.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkAnswer {
    /// Whether it is to be done.
    #[schema(example = true)]
    confirm: bool,
}

/// List the changes of many that wait for a second person.
#[utoipa::path(get, path = "/api/v1/bulk-changes", operation_id = "list_bulk_changes", tag = "Credentials",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The newest first.", body = BulkChanges),
        (status = 403, description = "The key may not revoke.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<BulkChanges>, WebError> {
    let all = bulk::waiting(site.app(), &who).await?;
    let bulk_changes = all.into_iter().map(BulkChange::from).collect();
    Ok(Json(BulkChanges { bulk_changes }))
}

/// Change the status of many credentials, all or none.
///
/// Up to a hundred change at once, with all that the same person changed within 24 hours. More wait
/// until a second person says yes: somebody else, also where API keys are used.
#[utoipa::path(post, path = "/api/v1/bulk-changes", operation_id = "change_many", tag = "Credentials",
    request_body = NewBulkChange,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "It is done.", body = BulkChanged),
        (status = 202, description = "It waits for a second person.", body = BulkWaits),
        (status = 403, description = "The key may not revoke.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The only one is no credential of your organisation; of several, `faults` names them.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Some are revoked for good, and `detail` names the first; or it is none or too many.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn ask(
    State(site): State<Site>,
    Keyed(who): Keyed,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Revoke)?;
    let said: NewBulkChange = body::shaped(&sent)?;
    let change = match said.change.as_str() {
        "suspend" => Change::Suspend,
        "reinstate" => Change::Reinstate,
        "revoke" => Change::Revoke,
        _ => return Err(fault("/change", "is suspend, reinstate or revoke")),
    };
    let all = credentials(&said.credentials)?;
    match bulk::ask(site.app(), &who, change, &all, &said.reason).await? {
        Asked::Done(changed) => {
            site.memory().forget();
            Ok(Json(BulkChanged { changed }).into_response())
        }
        Asked::Waiting(id) => {
            let id = id.to_string();
            Ok((StatusCode::ACCEPTED, Json(BulkWaits { id })).into_response())
        }
    }
}

/// The most faults that are named.
const FAULTS: usize = 10;

/// What was sent as ids; of what is none, the first few places.
fn credentials(sent: &[String]) -> Result<Vec<CredentialId>, WebError> {
    let read: Vec<Option<CredentialId>> = sent.iter().map(|id| id.parse().ok()).collect();
    let wrong = (0..read.len()).filter(|at| read[*at].is_none());
    let line = |at: usize| FaultLine {
        pointer: format!("/credentials/{at}"),
        detail: "is no id of a credential".to_owned(),
    };
    let faults: Vec<FaultLine> = wrong.take(FAULTS).map(line).collect();
    if faults.is_empty() {
        Ok(read.into_iter().flatten().collect())
    } else {
        Err(WebError::faulty(faults))
    }
}

/// Say yes or no to a change of many, as a second person.
#[utoipa::path(post, path = "/api/v1/bulk-changes/{id}/decision", operation_id = "decide_bulk_change", tag = "Credentials",
    params(("id" = String, Path, description = "The change.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = BulkAnswer,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "It is decided.", body = BulkChanged),
        (status = 403, description = "The key may not revoke.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such change of many in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "You asked for it yourself, or it was decided before; `detail` says which.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey
    ))]
pub(crate) async fn decide(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<BulkChanged>, WebError> {
    who.may(Scope::Revoke)?;
    let answer: BulkAnswer = body::shaped(&sent)?;
    let id: BulkId = id_of(&id, "change of many")?;
    let changed = bulk::decide(site.app(), &who, &id, answer.confirm).await?;
    site.memory().forget();
    Ok(Json(BulkChanged { changed }))
}
