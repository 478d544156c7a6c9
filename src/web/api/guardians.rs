//! `/api/v1/learners/{id}/guardian-link`: what a guardian reads, by a link of their own.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    mail::Reach,
    program::guardian,
    web::{
        Site,
        api::{learners::learner_id, refused::NoKey},
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::Scope,
};

/// A guardian's link that was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct GuardianLink {
    /// `letter`: it is in a letter to the guardian, and nowhere else; `link`: no mail server is set
    /// up, so hand it over.
    #[schema(example = "letter")]
    by: &'static str,
    /// The link, where it is to be handed over; it is not shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://badges.example/guardian/…")]
    link: Option<String>,
    /// Until when it works.
    #[schema(example = "2026-12-22T14:02:00Z")]
    until: String,
}

/// How it stands with a learner's guardian.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GuardianStanding {
    /// Why no link can be sent; left out where one can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "no guardian is written down for this learner")]
    why_not: Option<&'static str>,
    /// When the link that works was made; left out where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-22T14:02:00Z")]
    made: Option<String>,
    /// Until when it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-22T14:02:00Z")]
    until: Option<String>,
}

/// Read how it stands with a learner's guardian.
#[utoipa::path(get, path = "/api/v1/learners/{id}/guardian-link", operation_id = "read_guardian_link", tag = "Programs",
    params(("id" = String, Path, description = "The learner.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Whether a link can be sent, and whether one works.", body = GuardianStanding),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such learner in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<GuardianStanding>, WebError> {
    who.may(Scope::Programs)?;
    let standing = guardian::standing(site.app(), &who, &learner_id(&id)?).await?;
    Ok(Json(GuardianStanding {
        why_not: standing.why_not,
        made: standing.link.map(|(made, _)| made.to_string()),
        until: standing.link.map(|(_, until)| until.to_string()),
    }))
}

/// Send a learner's guardian the link to what is kept for the learner.
///
/// The link goes by letter to the one e-mail address that stands in `guardian`. It is for reading, and
/// takes the place of the one before; the learner's own link goes on working. Nothing goes to a
/// guardian by itself.
#[utoipa::path(post, path = "/api/v1/learners/{id}/guardian-link", operation_id = "send_guardian_link", tag = "Programs",
    params(("id" = String, Path, description = "The learner.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 201, description = "It is on its way, or to be handed over.", body = GuardianLink),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such learner in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The learner is of age, or no address of a guardian is known; `detail` says which.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "This guardian was given a link within the last hour, or a thousand guardians within a day; or too many requests.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn send(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    who.may(Scope::Programs)?;
    let sent = guardian::send(site.app(), &who, &learner_id(&id)?).await?;
    let link = sent.link.as_ref();
    let link = GuardianLink {
        by: match sent.reach {
            Reach::Everybody => "letter",
            Reach::Folder | Reach::Nobody => "link",
        },
        link: link.map(|token| site.link(&format!("/guardian/{}", token.reveal()))),
        until: sent.until.to_string(),
    };
    Ok((StatusCode::CREATED, Json(link)).into_response())
}

/// End the link of a learner's guardian.
#[utoipa::path(delete, path = "/api/v1/learners/{id}/guardian-link", operation_id = "end_guardian_link", tag = "Programs",
    params(("id" = String, Path, description = "The learner.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "It works no more."),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such learner in your organisation, or no link that works.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn end(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Programs)?;
    guardian::end(site.app(), &who, &learner_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
