//! `/api/v1/programs`: programs and their rosters.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    db::ProgramRow,
    ids::ProgramId,
    program::{
        roster::{self, Change},
        run,
    },
    web::{
        Site,
        api::{
            body,
            learners::{Learners, learner_id},
            refused::{Faulty, NoKey, Unreadable},
        },
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::{Scope, Who},
};

/// What was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Made {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    pub(crate) id: String,
}

pub(crate) fn made(id: &impl ToString) -> Response {
    let made = Made { id: id.to_string() };
    (StatusCode::CREATED, Json(made)).into_response()
}

/// What a program says of itself.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Said {
    /// Its name.
    #[schema(example = "Career skills")]
    name: String,
    /// The term.
    #[schema(example = "Spring 2026")]
    term: String,
    /// The school.
    #[schema(example = "Riverside Middle")]
    school: String,
    /// The grade band.
    #[serde(default)]
    #[schema(example = "6-8")]
    grade_band: String,
    /// The id of the pathway that is followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pathway: Option<String>,
    /// Which version of the pathway; the newest, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pathway_version: Option<i64>,
    /// Who looks after it: the id of a member; whoever makes it, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// Which money pays for it.
    #[serde(default)]
    #[schema(example = "Title I")]
    funding_stream: String,
    /// Days from handing in to an answer: 1 to 90, 7 if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turnaround_days: Option<i64>,
    /// Of a hundred decisions, how many are read again: 0 to 100, 10 if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    second_percent: Option<i64>,
}

impl Said {
    fn into_run(self) -> run::Said {
        run::Said {
            name: self.name,
            term: self.term,
            school: self.school,
            grade_band: self.grade_band,
            pathway: self.pathway,
            pathway_version: self.pathway_version,
            owner: self.owner,
            funding_stream: self.funding_stream,
            turnaround_days: self.turnaround_days,
            second_percent: self.second_percent,
        }
    }
}

/// A program.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Program {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// What it says of itself.
    #[serde(flatten)]
    said: Said,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
}

impl From<ProgramRow> for Program {
    fn from(row: ProgramRow) -> Program {
        Program {
            id: row.program_id.to_string(),
            said: Said {
                name: row.name,
                term: row.term,
                school: row.school,
                grade_band: row.grade_band,
                pathway: row.pathway_id.map(String::from),
                pathway_version: row.pathway_version,
                owner: row.owner,
                funding_stream: row.funding_stream,
                turnaround_days: Some(row.turnaround_days),
                second_percent: Some(row.second_percent),
            },
            ended_at: row.ended_at.map(|at| at.to_string()),
        }
    }
}

/// All programs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Programs {
    /// The newest first.
    programs: Vec<Program>,
}

/// What a roster changes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RosterPlan {
    /// Whether it was applied.
    applied: bool,
    /// Each line that changes something.
    changes: Vec<RosterChange>,
    /// The references of who is in the program and not in the file.
    missing: Vec<String>,
    /// Columns that say nothing to us.
    ignored: Vec<String>,
}

/// What one line of a roster changes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RosterChange {
    /// The line of the file.
    #[schema(example = 2)]
    line: u64,
    /// Your reference.
    #[schema(example = "u-17")]
    reference: String,
    /// `new`, `joins`, `changes` or `leaves`.
    #[schema(example = "new")]
    what: &'static str,
    /// Which details change, also of who joins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<&'static str>,
}

/// List programs.
#[utoipa::path(get, path = "/api/v1/programs", operation_id = "list_programs", tag = "Programs",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "All of them, the newest first.", body = Programs),
        (status = 403, description = "The key may not read.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<Programs>, WebError> {
    let rows = run::all(site.app(), &who).await?;
    let programs = rows.into_iter().map(Program::from).collect();
    Ok(Json(Programs { programs }))
}

/// Make a program.
#[utoipa::path(post, path = "/api/v1/programs", operation_id = "make_program", tag = "Programs",
    request_body = Said,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "It was made.", body = Made),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn make(
    State(site): State<Site>,
    Keyed(who): Keyed,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Programs)?;
    let said: Said = body::shaped(&sent)?;
    Ok(made(&run::make(site.app(), &who, &said.into_run()).await?))
}

/// Describe a program anew.
#[utoipa::path(put, path = "/api/v1/programs/{id}", operation_id = "describe_program", tag = "Programs",
    params(("id" = String, Path, description = "The program.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = Said,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "As it is now.", body = Program),
        (status = 403, description = "The key may not look after programs, or read.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such program in your organisation.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn describe(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<Program>, WebError> {
    who.may(Scope::Programs)?;
    let said: Said = body::shaped(&sent)?;
    let id = program_id(&id)?;
    run::describe(site.app(), &who, &id, &said.into_run()).await?;
    Ok(Json(run::one(site.app(), &who, &id).await?.into()))
}

/// Read a program.
#[utoipa::path(get, path = "/api/v1/programs/{id}", operation_id = "read_program", tag = "Programs",
    params(("id" = String, Path, description = "The program.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The program.", body = Program),
        (status = 403, description = "The key may not read.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such program in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<Program>, WebError> {
    who.may(Scope::Read)?;
    let row = run::one(site.app(), &who, &program_id(&id)?).await?;
    Ok(Json(row.into()))
}

/// Whether a program has ended.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgramState {
    /// Whether it has ended from now on.
    #[schema(example = true)]
    ended: bool,
}

/// End a program, or take it up again. What was begun in it goes on; nobody joins, and nothing new is
/// begun in it.
#[utoipa::path(post, path = "/api/v1/programs/{id}/state", operation_id = "end_program", tag = "Programs",
    params(("id" = String, Path, description = "The program.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = ProgramState,
    security(("api_key" = [])),
    responses(
        (status = 204, description = "So it is."),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such program in your organisation.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey
    ))]
pub(crate) async fn end(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Programs)?;
    let said: ProgramState = body::shaped(&sent)?;
    run::end(site.app(), &who, &program_id(&id)?, said.ended).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a learner join a program.
#[utoipa::path(put, path = "/api/v1/programs/{id}/learners/{learner}", operation_id = "join_program", tag = "Programs",
    params(
        ("id" = String, Path, description = "The program.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag"),
        ("learner" = String, Path, description = "The learner.", example = "AAAAAAAAAAAAAAAAAAAAAA")
    ),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "The learner is in the program."),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such program or learner in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The program has ended: open it again first.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn join(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(ids): Path<(String, String)>,
) -> Result<StatusCode, WebError> {
    set(&site, &who, ids, true).await
}

/// Let a learner leave a program. What was tried in it stays.
#[utoipa::path(delete, path = "/api/v1/programs/{id}/learners/{learner}", operation_id = "leave_program", tag = "Programs",
    params(
        ("id" = String, Path, description = "The program.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag"),
        ("learner" = String, Path, description = "The learner.", example = "AAAAAAAAAAAAAAAAAAAAAA")
    ),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "The learner has left."),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such program in your organisation, or the learner is not in it.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn leave(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(ids): Path<(String, String)>,
) -> Result<StatusCode, WebError> {
    set(&site, &who, ids, false).await
}

async fn set(
    site: &Site,
    who: &Who,
    (id, learner): (String, String),
    inside: bool,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Programs)?;
    let (id, learner) = (program_id(&id)?, learner_id(&learner)?);
    roster::set(site.app(), who, &id, &learner, inside).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List who is in a program.
#[utoipa::path(get, path = "/api/v1/programs/{id}/learners", operation_id = "list_program_learners", tag = "Programs",
    params(("id" = String, Path, description = "The program.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "By name.", body = Learners),
        (status = 403, description = "The key may not look at learners.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such program in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn learners(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<Learners>, WebError> {
    who.may(Scope::Read)?;
    Ok(Learners::of(
        roster::learners(site.app(), &who, &program_id(&id)?).await?,
    ))
}

/// Show what a roster would change.
///
/// A CSV; the columns of OneRoster's `users.csv` are understood. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/programs/{id}/roster/plan", operation_id = "plan_roster", tag = "Programs",
    params(("id" = String, Path, description = "The program.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body(content = String, content_type = "text/csv", description = "The roster, up to 5 MB and 5,000 rows.", example = "learner,name\nu-17,Bo Ek\n"),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "What changes.", body = RosterPlan),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such program in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The program has ended: open it again first.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn plan_roster(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<RosterPlan>, WebError> {
    who.may(Scope::Programs)?;
    let plan = roster::plan(site.app(), &who, &program_id(&id)?, &sent).await?;
    Ok(Json(RosterPlan::of(plan, false)))
}

/// Apply a roster.
///
/// Who is new is written down, who is named joins. Whoever is not named stays; of whoever leaves
/// nothing is written down.
#[utoipa::path(post, path = "/api/v1/programs/{id}/roster", operation_id = "apply_roster", tag = "Programs",
    params(("id" = String, Path, description = "The program.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body(content = String, content_type = "text/csv", description = "The roster, up to 5 MB and 5,000 rows.", example = "learner,name\nu-17,Bo Ek\n"),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "What changes.", body = RosterPlan),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such program in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The program has ended: open it again first.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn apply_roster(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<RosterPlan>, WebError> {
    who.may(Scope::Programs)?;
    let plan = roster::apply(site.app(), &who, &program_id(&id)?, &sent, false).await?;
    Ok(Json(RosterPlan::of(plan, true)))
}

impl RosterPlan {
    fn of(plan: roster::Plan, applied: bool) -> RosterPlan {
        let changes = plan.rows.into_iter().filter_map(|(row, change)| {
            let (what, details) = match change {
                Change::New => ("new", Vec::new()),
                Change::Joins(details) => ("joins", details),
                Change::Changes(details) => ("changes", details),
                Change::Leaves => ("leaves", Vec::new()),
                Change::Same => return None,
            };
            Some(RosterChange {
                line: row.line,
                reference: row.details.reference,
                what,
                details,
            })
        });
        RosterPlan {
            applied,
            changes: changes.collect(),
            missing: plan
                .missing
                .into_iter()
                .map(|one| one.details.reference)
                .collect(),
            ignored: plan.ignored,
        }
    }
}

fn program_id(text: &str) -> Result<ProgramId, WebError> {
    text.parse().map_err(|_| WebError::no_such("program"))
}
