//! `/api/v1/credentials/{id}/correction`: a credential with a mistake, issued anew as it should be.

use std::collections::BTreeMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    ids::CredentialId,
    issue::{
        cell::parse_date,
        correct::{self, Right, Wrong},
        order::{Assessor, Outcome},
    },
    web::{
        Site,
        api::{
            body,
            refused::{Faulty, NoKey, Unreadable},
        },
        error::WebError,
        key::Keyed,
        problem::{FaultLine, Problem},
    },
    who::{Scope, Who},
};

/// What a credential says, as far as it can be put right.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Correctable {
    /// The achievement's id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    achievement: String,
    /// When the award was made.
    #[schema(example = "2026-03-01T00:00:00Z")]
    awarded: String,
    /// The level reached in each criterion, by their names.
    #[schema(example = json!({"Uses evidence": "Proficient"}))]
    levels: BTreeMap<String, String>,
    /// In which role somebody assessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Career skills reviewer")]
    assessor_role: Option<String>,
    /// With which qualification.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "State teaching licence")]
    assessor_qualification: Option<String>,
    /// What is said about this award.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Recommends opening the store earlier.")]
    narrative: Option<String>,
}

/// What a credential should say. What is left out stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Correction {
    /// When the award was made: a day, or a time with its offset.
    #[serde(default)]
    #[schema(example = "2026-03-01")]
    awarded: Option<String>,
    /// Levels, by the names or ids of the criteria. Each is a pass.
    #[serde(default)]
    #[schema(example = json!({"Uses evidence": "Advanced"}))]
    levels: BTreeMap<String, String>,
    /// In which role somebody assessed.
    #[serde(default)]
    assessor_role: Option<String>,
    /// With which qualification; empty: none is said.
    #[serde(default)]
    assessor_qualification: Option<String>,
    /// What is said about this award; empty: nothing.
    #[serde(default)]
    narrative: Option<String>,
    /// Why: for your organisation alone.
    #[schema(example = "The level of another learner was typed.")]
    reason: String,
}

/// The credential that took the place of the one with the mistake.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Corrected {
    /// Its id.
    #[schema(example = "AAAAAAAAAAAAAAAAAAAAAA")]
    id: String,
    /// Its page. The old link leads there as well.
    #[schema(example = "https://badges.example/c/AAAAAAAAAAAAAAAAAAAAAA")]
    page: String,
}

/// Read what a credential says, to put it right.
#[utoipa::path(get, path = "/api/v1/credentials/{id}/correction", operation_id = "read_correctable", tag = "Credentials",
    params(("id" = String, Path, description = "The credential.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "What it says.", body = Correctable),
        (status = 403, description = "The key may not both issue and revoke.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such credential in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is revoked or suspended, or you had a hand in the attempt that it came of; `detail` says which.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<Correctable>, WebError> {
    let wrong = wrong(&site, &who, &id).await?.1;
    let assessor = wrong.order.assessor.as_ref();
    Ok(Json(Correctable {
        achievement: wrong.achievement.id().to_string(),
        awarded: wrong.order.awarded.to_string(),
        levels: levels(&wrong),
        assessor_role: assessor.map(|one| one.role.clone()),
        assessor_qualification: assessor.and_then(|one| one.qualification.clone()),
        narrative: wrong.order.narrative.clone(),
    }))
}

fn levels(wrong: &Wrong) -> BTreeMap<String, String> {
    let named = wrong.order.outcomes.iter().filter_map(|outcome| {
        let criteria = wrong.achievement.criteria();
        let criterion = criteria.iter().find(|one| one.id == outcome.description)?;
        let level = criterion.level(outcome.level.as_deref()?)?;
        Some((criterion.name.clone(), criterion.levels[level].name.clone()))
    });
    named.collect()
}

/// Issue a credential anew as it should be.
///
/// The one with the mistake is revoked and says so wherever it is checked; whoever opens its link is
/// led to the new one. The reason stays with your organisation.
#[utoipa::path(post, path = "/api/v1/credentials/{id}/correction", operation_id = "correct_credential", tag = "Credentials",
    params(("id" = String, Path, description = "The credential.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = Correction,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "The new credential.", body = Corrected),
        (status = 403, description = "The key may not both issue and revoke.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such credential in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is revoked or suspended, its learner was erased, or you had a hand in the attempt that it came of; `detail` says which.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn correct(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Revoke)?;
    let said: Correction = body::shaped(&sent)?;
    let (id, wrong) = wrong(&site, &who, &id).await?;
    let right = right(&wrong, &said)?;
    let new = correct::correct(site.app(), &who, &id, &right, &said.reason).await?;
    site.memory().forget();
    let corrected = Corrected {
        page: site.link(&format!("/c/{new}")),
        id: new.to_string(),
    };
    Ok((StatusCode::CREATED, Json(corrected)).into_response())
}

async fn wrong(site: &Site, who: &Who, id: &str) -> Result<(CredentialId, Wrong), WebError> {
    who.may(Scope::Issue)?;
    who.may(Scope::Revoke)?;
    let id = id.parse().map_err(|_| WebError::no_such("credential"))?;
    let wrong = correct::read(site.app(), who, &id).await?;
    Ok((id, wrong))
}

/// What the credential says, with what is said anew.
fn right(wrong: &Wrong, said: &Correction) -> Result<Right, WebError> {
    let order = &wrong.order;
    let mut faults = Vec::new();
    let mut fault = |pointer: String, detail: &str| {
        let detail = detail.to_owned();
        faults.push(FaultLine { pointer, detail });
    };
    let mut awarded = order.awarded;
    if let Some(text) = &said.awarded {
        match parse_date(text) {
            Some(at) => awarded = at,
            None => fault("/awarded".to_owned(), "is no date: write 2026-03-01"),
        }
    }
    let mut outcomes = order.outcomes.clone();
    for (name, level) in &said.levels {
        let at = format!("/levels/{name}");
        let mut rubric = wrong
            .achievement
            .criteria()
            .iter()
            .filter(|one| one.is_rubric());
        let Some(criterion) = rubric.find(|one| one.name == *name || one.id == *name) else {
            fault(at, "is no criterion of this achievement");
            continue;
        };
        let Some(place) = criterion.level(level) else {
            fault(at, "is none of the levels");
            continue;
        };
        let reached = Some(criterion.levels[place].id.clone());
        let mut had = outcomes.iter_mut();
        match had.find(|one| one.description == criterion.id) {
            Some(outcome) => outcome.level = reached,
            None => outcomes.push(Outcome {
                description: criterion.id.clone(),
                level: reached,
                value: None,
            }),
        }
    }
    if !faults.is_empty() {
        return Err(WebError::faulty(faults));
    }
    let given = |text: &Option<String>, before: Option<&String>| match text {
        None => before.cloned(),
        Some(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
    };
    let before = order.assessor.as_ref();
    let role = given(&said.assessor_role, before.map(|one| &one.role));
    let assessor = role.map(|role| Assessor {
        role,
        qualification: given(
            &said.assessor_qualification,
            before.and_then(|one| one.qualification.as_ref()),
        ),
        name: before.and_then(|one| one.name.clone()),
    });
    Ok(Right {
        awarded,
        outcomes,
        assessor,
        narrative: given(&said.narrative, order.narrative.as_ref()),
    })
}
