//! `/api/v1/reviews`: what waits, and what is decided.

use std::collections::HashMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use serde::{Deserialize, Serialize};

use crate::{
    db::Decision,
    program::{attempt, decide::Judgement, qualification, review, second},
    web::{
        Site,
        api::{
            attempts::{AttemptView, attempt_id, fault, one},
            body,
            programs::{Made, made},
            refused::{Faulty, NoKey, Unreadable},
        },
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::Scope,
};

/// What is decided.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDecision {
    /// `approve` or `return`.
    #[schema(example = "return")]
    decision: String,
    /// The level of every criterion that is asked for, by its name or id.
    #[schema(example = json!({"Uses evidence": "Advanced", "Explains clearly": "Developing"}))]
    levels: HashMap<String, String>,
    /// What is written about a criterion.
    #[serde(default)]
    notes: HashMap<String, String>,
    /// What the learner reads; needed to return it.
    #[serde(default)]
    #[schema(example = "Say who decides.")]
    feedback: String,
}

/// What came of a decision.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Decided {
    /// If it was awarded: the credential's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
    /// If it was returned: the criteria that are not met.
    #[schema(example = json!(["Explains clearly"]))]
    not_met: Vec<String>,
}

/// What waits for a reviewer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReviewQueue {
    /// How many wait.
    count: i64,
    /// How many of them longer than was promised.
    late: i64,
    /// The oldest two hundred, oldest first.
    attempts: Vec<AttemptView>,
}

/// A qualification.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Qualification {
    /// Whose: a member's id, or an API key's.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    reviewer: String,
    /// In which role they assess; signed into credentials.
    #[schema(example = "Career skills reviewer")]
    role: String,
    /// What it is called; signed into credentials.
    #[schema(example = "State teaching licence")]
    title: String,
    /// The last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-06-30")]
    valid_until: Option<String>,
}

/// List what waits for a reviewer, the oldest first.
#[utoipa::path(get, path = "/api/v1/reviews", operation_id = "list_reviews", tag = "Labs and attempts",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "What waits.", body = ReviewQueue),
        (status = 403, description = "The key may not look at learners.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn queue(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<ReviewQueue>, WebError> {
    who.may(Scope::Read)?;
    let queue = review::queue(site.app(), &who).await?;
    let attempts = queue
        .waiting
        .iter()
        .map(|listed| AttemptView::of(&listed.row))
        .collect();
    Ok(Json(ReviewQueue {
        count: queue.count,
        late: queue.late,
        attempts,
    }))
}

/// Decide on an attempt.
///
/// Approving a performance issues the credential. Returning it begins the next round, which asks only for
/// what is not met. Whoever had a hand in the attempt does not decide.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/decision", operation_id = "decide_attempt", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = NewDecision,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "What came of it.", body = Decided),
        (status = 403, description = "The key may not review.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attempt in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It does not wait, or you may not decide on it; `detail` says why.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn decide(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<Decided>, WebError> {
    who.may(Scope::Review)?;
    let said: NewDecision = body::shaped(&sent)?;
    let decision: Decision = said
        .decision
        .parse()
        .map_err(|_| fault("/decision", "is approve or return"))?;
    let id = attempt_id(&id)?;
    let view = review::view(site.app(), &who, &id).await?;
    let judgement = Judgement {
        decision,
        levels: by_id(&view, said.levels),
        notes: by_id(&view, said.notes),
        feedback: said.feedback,
    };
    let done = review::decide(site.app(), &who, &id, &judgement).await?;
    Ok(Json(Decided {
        credential: done.credential.map(|id| id.to_string()),
        not_met: done.not_met,
    }))
}

/// How often two readers came to the same.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgreementView {
    /// Over how many days it is counted.
    #[schema(example = 180)]
    days: i64,
    /// Attempts that were read twice.
    read_twice: usize,
    /// Criteria that were scored twice.
    criteria: usize,
    /// Of these, how many got the same level.
    same: usize,
    /// Of these, how many both found met, or both not.
    alike: usize,
}

/// What waits for a second reader.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SecondReadings {
    /// The oldest two hundred, oldest first. Whoever decided on one does not read it again.
    attempts: Vec<AttemptView>,
    /// How often two readers came to the same so far.
    agreement: AgreementView,
}

/// List what waits for a second reader, with how often two readers agree.
#[utoipa::path(get, path = "/api/v1/second-readings", operation_id = "list_second_readings", tag = "Labs and attempts",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "What waits.", body = SecondReadings),
        (status = 403, description = "The key may not review, or not read.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn second_readings(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<SecondReadings>, WebError> {
    who.may(Scope::Review)?;
    let waiting = second::waiting(site.app(), &who).await?;
    let found = second::agreement(site.app(), &who).await?;
    let attempts = waiting.iter().map(|listed| AttemptView::of(&listed.row));
    Ok(Json(SecondReadings {
        attempts: attempts.collect(),
        agreement: AgreementView {
            days: second::AGREEMENT_DAYS,
            read_twice: found.read_twice,
            criteria: found.criteria,
            same: found.same,
            alike: found.alike,
        },
    }))
}

/// What a second reader gives.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReading {
    /// The level of every criterion, by its name or id.
    #[schema(example = json!({"Uses evidence": "Advanced", "Explains clearly": "Proficient"}))]
    levels: HashMap<String, String>,
    /// A remark to colleagues; the learner never reads it.
    #[serde(default)]
    #[schema(example = "The talk was short.")]
    remark: String,
}

/// Read a decision again: a level for every criterion.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/second-reading", operation_id = "read_attempt_again", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = NewReading,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The attempt as it is now.", body = AttemptView),
        (status = 403, description = "The key may not review.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attempt in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is not to be read again, or not by you.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn read_again(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<AttemptView>, WebError> {
    who.may(Scope::Review)?;
    let said: NewReading = body::shaped(&sent)?;
    let attempt = attempt_id(&id)?;
    let view = review::view(site.app(), &who, &attempt).await?;
    let levels = by_id(&view, said.levels);
    second::read(site.app(), &who, &attempt, &levels, &said.remark).await?;
    one(&site, &who, &id).await
}

/// Write a reviewer's qualification down.
#[utoipa::path(post, path = "/api/v1/qualifications", operation_id = "add_qualification", tag = "Labs and attempts",
    request_body = Qualification,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "It was made.", body = Made),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn add_qualification(
    State(site): State<Site>,
    Keyed(who): Keyed,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Manage)?;
    let said: Qualification = body::shaped(&sent)?;
    let said = qualification::Said {
        reviewer: said.reviewer,
        role: said.role,
        title: said.title,
        valid_until: said.valid_until,
    };
    Ok(made(&qualification::add(site.app(), &who, &said).await?))
}

/// What is said by the criteria's names, by their ids.
fn by_id(view: &attempt::View, said: HashMap<String, String>) -> HashMap<String, String> {
    let criteria = view.achievement.criteria();
    let id = |name: String| {
        let named = criteria.iter().find(|one| one.name == name);
        named.map_or(name, |one| one.id.clone())
    };
    said.into_iter()
        .map(|(name, value)| (id(name), value))
        .collect()
}
