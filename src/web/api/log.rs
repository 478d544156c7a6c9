//! `GET /api/v1/log`: who did what, when, on behalf of whom.

use axum::{
    Json,
    extract::{RawQuery, State},
};
use serde::Serialize;

use crate::{
    db::AuditRow,
    web::{
        Site,
        desk::log::{Asked, older},
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::{Scope, log},
};

/// A line of the log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LogLine {
    /// The line's id.
    id: String,
    /// When.
    at: String,
    /// Who: the id of a person or an API key, or `cli`, `support`, `service`.
    actor: String,
    /// What, such as `credential.issue`.
    #[schema(example = "credential.issue")]
    action: String,
    /// To what: an id.
    subject: String,
    /// For whom, if not for themselves: the id of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf: Option<String>,
    /// Why, where somebody had to say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl LogLine {
    fn of(row: AuditRow) -> LogLine {
        LogLine {
            id: row.audit_id.to_string(),
            at: row.at.to_string(),
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            on_behalf: row.on_behalf,
            reason: row.reason,
        }
    }
}

/// A page of the log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LogOut {
    /// At most 50 lines, newest first.
    lines: Vec<LogLine>,
    /// The `cursor` of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Read the audit log.
///
/// Newest first, 50 lines at a time.
#[utoipa::path(get, path = "/api/v1/log", operation_id = "read_log", tag = "People and access",
    params(
        ("person" = Option<String>, Query, description = "Only what this one did, or what was done for them: an id."),
        ("action" = Option<String>, Query, description = "Only this kind of action."),
        ("from" = Option<String>, Query, description = "From this day on (UTC), such as 2026-11-22."),
        ("until" = Option<String>, Query, description = "Up to this day, itself included."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "A page of the log.", body = LogOut),
        (status = 400, description = "A day that is none, or a cursor that is not of this list.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read the log.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    RawQuery(query): RawQuery,
) -> Result<Json<LogOut>, WebError> {
    who.may(Scope::Log)?;
    let asked = Asked::read(query.as_deref().unwrap_or_default())?;
    let filter = asked.filter(&site, who.issuer())?;
    let found = log::log(site.app(), &who, &filter).await?;
    let last = found.lines.last().filter(|_| found.more);
    let next = last
        .map(|last| older(&site, who.issuer(), last))
        .transpose()?;
    let lines = found.lines.into_iter().map(LogLine::of).collect();
    Ok(Json(LogOut { lines, next }))
}
