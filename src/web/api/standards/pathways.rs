//! `/api/v1/pathways`: pathways.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};

use serde::{Deserialize, Serialize};

use super::{All, Kept, Refused, Rewritten, id, lines};
use crate::{
    ids::PathwayId,
    issue::Error,
    standard::{
        pathway::{
            Pathway,
            award::{self, Candidate, Settle},
        },
        versions,
    },
    web::{Site, api::body, error::WebError, key::Keyed, problem::FaultLine},
    who::Scope,
};

/// List your pathways.
///
/// The newest version of each, by name.
#[utoipa::path(get, path = "/api/v1/pathways", operation_id = "list_pathways", tag = "Pathways",
    security(("api_key" = [])),
    responses((status = 200, description = "All of them.", body = All<Pathway>), Refused))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<All<Pathway>>, WebError> {
    let all = versions::list::<Pathway>(site.app(), &who).await?;
    Ok(Json(All {
        all: all.into_iter().map(Kept::from).collect(),
    }))
}

/// Begin a pathway.
///
/// It may be half written; what it still lacks is said when it is used.
#[utoipa::path(post, path = "/api/v1/pathways", operation_id = "create_pathway", tag = "Pathways",
    request_body = Pathway,
    security(("api_key" = [])),
    responses((status = 201, description = "It is kept, as version 1.", body = Kept<Pathway>), Refused))]
pub(crate) async fn create(
    State(site): State<Site>,
    Keyed(who): Keyed,
    body: Bytes,
) -> Result<(StatusCode, Json<Kept<Pathway>>), WebError> {
    who.may(Scope::Standards)?;
    let document: Pathway = body::shaped(&body)?;
    let id = PathwayId::random(site.app().chance.as_ref());
    let kept = versions::create(site.app(), &who, id.as_str(), &document).await?;
    Ok((StatusCode::CREATED, Json(kept.into())))
}

/// Read a pathway.
///
/// The newest version.
#[utoipa::path(get, path = "/api/v1/pathways/{id}", operation_id = "read_pathway", tag = "Pathways",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 200, description = "The newest version.", body = Kept<Pathway>), Refused))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<Json<Kept<Pathway>>, WebError> {
    let found = versions::newest::<Pathway>(site.app(), &who, &named).await?;
    Ok(Json(found.into()))
}

/// Write a pathway again.
///
/// Name the version and the count of changes that you read. Where something rests on the version,
/// this makes the next one.
#[utoipa::path(put, path = "/api/v1/pathways/{id}", operation_id = "save_pathway", tag = "Pathways",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    request_body = Rewritten<Pathway>,
    security(("api_key" = [])),
    responses((status = 200, description = "It is kept.", body = Kept<Pathway>), Refused))]
pub(crate) async fn save(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
    body: Bytes,
) -> Result<Json<Kept<Pathway>>, WebError> {
    who.may(Scope::Standards)?;
    let sent: Rewritten<Pathway> = body::shaped(&body)?;
    let named: PathwayId = id(&named, "pathway")?;
    let seen = (sent.version, sent.changes);
    let kept = versions::save(site.app(), &who, named.as_str(), seen, &sent.document).await?;
    Ok(Json(kept.into()))
}

/// Somebody and how they stand.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Standing {
    /// The learner, by our own id.
    person: String,
    /// Why, in a sentence.
    because: String,
}

impl From<&Candidate> for Standing {
    fn from(one: &Candidate) -> Standing {
        Standing {
            person: one.person.to_string(),
            because: one.decision.sentence(),
        }
    }
}

/// What would happen if the newest version were in force.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DryRun {
    /// The version.
    version: i64,
    /// What stands in the way of activating it.
    faults: Vec<FaultLine>,
    /// How many learners would get the stack now.
    would_count: usize,
    /// Who they are, at most 500.
    would: Vec<Standing>,
    /// Who has some of the steps, the nearest first, at most 500.
    on_the_way: Vec<Standing>,
    /// How many have the stack already.
    have: usize,
}

/// Try a pathway out.
///
/// Who would get the stack of the newest version now, and why. Nothing is stored.
#[utoipa::path(get, path = "/api/v1/pathways/{id}/dry-run", operation_id = "try_pathway", tag = "Pathways",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 200, description = "What would happen.", body = DryRun), Refused))]
pub(crate) async fn dry_run(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<Json<DryRun>, WebError> {
    let app = site.app();
    let version = versions::newest::<Pathway>(app, &who, &named)
        .await?
        .version;
    let run = award::dry_run(app, &who, &id(&named, "pathway")?, version).await?;
    Ok(Json(DryRun {
        version,
        faults: lines(run.faults),
        would_count: run.would_count,
        would: run.would.iter().map(Standing::from).collect(),
        on_the_way: run.on_the_way.iter().map(Standing::from).collect(),
        have: run.have,
    }))
}

/// Which version to put in force.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"version": 1}))]
pub(crate) struct Activation {
    /// The version you tried out.
    version: i64,
}

/// What activating brought.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Activated {
    /// The achievement of the stack credential.
    achievement: String,
    /// How many learners were awarded it now.
    awarded: usize,
    /// How many are left: workers award them, one after the other.
    left: usize,
}

/// How many stacks are awarded in one request; workers award the others.
const AT_ONCE: usize = 100;

/// Put a pathway in force.
///
/// From now on the stack is awarded by itself. Of those who have met it already 100 are awarded in this
/// request, and the others by the workers.
#[utoipa::path(post, path = "/api/v1/pathways/{id}/activate", operation_id = "activate_pathway", tag = "Pathways",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    request_body = Activation,
    security(("api_key" = [])),
    responses((status = 200, description = "It is in force.", body = Activated), Refused))]
pub(crate) async fn activate(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
    body: Bytes,
) -> Result<Json<Activated>, WebError> {
    who.may(Scope::Publish)?;
    let sent: Activation = body::shaped(&body)?;
    let pathway: PathwayId = id(&named, "pathway")?;
    let app = site.app();
    let stacks = award::activations(app, &who, &pathway).await?;
    let in_force = stacks.iter().find(|stack| stack.ended_at.is_none());
    let achievement = match in_force.filter(|stack| stack.version == sent.version) {
        Some(stack) => stack.achievement_id.clone(),
        None => award::activate(app, &who, &pathway, sent.version).await?,
    };
    let (awarded, left) = award::catch_up(app, &who, &pathway, AT_ONCE).await?;
    Ok(Json(Activated {
        achievement: achievement.to_string(),
        awarded,
        left,
    }))
}

/// End a pathway.
///
/// It awards nothing new; what it awarded stays.
#[utoipa::path(post, path = "/api/v1/pathways/{id}/end", operation_id = "end_pathway", tag = "Pathways",
    params(("id" = String, Path, description = "Its id: 22 characters.")),
    security(("api_key" = [])),
    responses((status = 204, description = "It is not in force any more."), Refused))]
pub(crate) async fn end(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
) -> Result<StatusCode, WebError> {
    award::end(site.app(), &who, &id(&named, "pathway")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A decision about a stack that waits.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"person": "AAAAAAAAAAAAAAAAAAAAAA", "decision": "keep"}))]
pub(crate) struct Settlement {
    /// The learner, by our own id.
    person: String,
    /// `keep` or `end`.
    decision: Choice,
}

/// What is decided.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Choice {
    /// The suspension is undone.
    Keep,
    /// It is revoked, for good.
    End,
}

/// Decide about a stack that waits.
///
/// A stack is suspended when a part of it is taken back, until the part is back or somebody decides.
#[utoipa::path(post, path = "/api/v1/pathways/{id}/settle", operation_id = "settle_stack", tag = "Pathways",
    params(("id" = String, Path, description = "The pathway's id: 22 characters.")),
    request_body = Settlement,
    security(("api_key" = [])),
    responses((status = 204, description = "It is decided."), Refused))]
pub(crate) async fn settle(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(named): Path<String>,
    body: Bytes,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Revoke)?;
    let sent: Settlement = body::shaped(&body)?;
    let person = sent.person.parse();
    let person = person.map_err(|_| Error::NotFound("stack that waits"))?;
    let choice = match sent.decision {
        Choice::Keep => Settle::Keep,
        Choice::End => Settle::End,
    };
    award::settle(site.app(), &who, &id(&named, "pathway")?, &person, choice).await?;
    Ok(StatusCode::NO_CONTENT)
}
