//! `/api/v1/reviewers`: who may decide, with which qualification, and whose decisions are read again.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};

use crate::{
    db::QualificationRow,
    program::qualification::{self, Standing},
    web::{
        Site,
        api::{
            attempts::{AttemptView, id_of},
            body,
            refused::{NoKey, Unreadable},
        },
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::Scope,
};

/// A qualification that was written down.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HeldQualification {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// In which role they assess.
    #[schema(example = "Career skills reviewer")]
    role: String,
    /// What it is called.
    #[schema(example = "State teaching licence")]
    title: String,
    /// Until when it holds; left out: without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-07-01T00:00:00Z")]
    valid_until: Option<String>,
}

impl From<QualificationRow> for HeldQualification {
    fn from(row: QualificationRow) -> HeldQualification {
        HeldQualification {
            id: row.qualification_id.to_string(),
            role: row.role,
            title: row.title,
            valid_until: row.valid_until.map(|at| at.to_string()),
        }
    }
}

/// A reviewer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReviewerView {
    /// A member's id, or an API key's.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// Whether they may decide at this moment.
    may_decide: bool,
    /// Whether somebody suspended their right to.
    suspended: bool,
    /// Their qualifications.
    qualifications: Vec<HeldQualification>,
}

impl From<Standing> for ReviewerView {
    fn from(one: Standing) -> ReviewerView {
        let qualifications = one.qualifications.into_iter();
        ReviewerView {
            id: one.reviewer,
            may_decide: one.may_decide,
            suspended: one.suspended,
            qualifications: qualifications.map(HeldQualification::from).collect(),
        }
    }
}

/// The reviewers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Reviewers {
    /// Everybody of whom a qualification was written down.
    reviewers: Vec<ReviewerView>,
}

/// Whether a reviewer may decide.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewerState {
    /// Whether the right to decide is suspended from now on.
    #[schema(example = true)]
    suspended: bool,
}

/// What is read again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReadAgain {
    /// How many decisions wait for a second reader now.
    #[schema(example = 3)]
    attempts: usize,
}

/// List the reviewers.
#[utoipa::path(get, path = "/api/v1/reviewers", operation_id = "list_reviewers", tag = "Labs and attempts",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Everybody of whom a qualification was written down.", body = Reviewers),
        (status = 403, description = "The key may not read.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<Reviewers>, WebError> {
    let all = qualification::all(site.app(), &who).await?;
    let reviewers = all.into_iter().map(ReviewerView::from).collect();
    Ok(Json(Reviewers { reviewers }))
}

/// Suspend a reviewer's right to decide, or give it back.
#[utoipa::path(post, path = "/api/v1/reviewers/{id}/state", operation_id = "suspend_reviewer", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The reviewer.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = ReviewerState,
    security(("api_key" = [])),
    responses(
        (status = 204, description = "So it is."),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such reviewer in your organisation.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey
    ))]
pub(crate) async fn suspend(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Manage)?;
    let said: ReviewerState = body::shaped(&sent)?;
    qualification::suspend(site.app(), &who, &id, said.suspended).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have everything read again that a reviewer approved.
#[utoipa::path(post, path = "/api/v1/reviewers/{id}/again", operation_id = "read_reviewer_again", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The reviewer.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "What waits now.", body = ReadAgain),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such reviewer in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn read_again(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<ReadAgain>, WebError> {
    let attempts = qualification::read_again(site.app(), &who, &id).await?;
    Ok(Json(ReadAgain { attempts }))
}

/// What a reviewer approved.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ApprovedAttempts {
    /// The attempts, those decided last first.
    attempts: Vec<AttemptView>,
}

/// List what a reviewer approved, such as one whose qualification lapsed.
#[utoipa::path(get, path = "/api/v1/reviewers/{id}/approved", operation_id = "list_approved", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The reviewer.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Those decided last first, each with its credential.", body = ApprovedAttempts),
        (status = 403, description = "The key may not look at learners.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such reviewer in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn approved(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<ApprovedAttempts>, WebError> {
    who.may(Scope::Read)?;
    let all = qualification::approved(site.app(), &who, &id).await?;
    let attempts = all.iter().map(|listed| AttemptView::of(&listed.row));
    Ok(Json(ApprovedAttempts {
        attempts: attempts.collect(),
    }))
}

/// End a qualification. What was decided with it stays.
#[utoipa::path(delete, path = "/api/v1/qualifications/{id}", operation_id = "end_qualification", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The qualification.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "It holds no more."),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such qualification in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn end(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Manage)?;
    qualification::end(site.app(), &who, &id_of(&id, "qualification")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
