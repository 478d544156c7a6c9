//! `/api/v1/batches`: issue many from a CSV, see how far that has come, hold it, cancel it.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    db::JobRow,
    ids::{AchievementId, JobId},
    issue::{
        Error,
        approval::Approval,
        batch::{self, Hands},
        batches::{self, Turn},
        cell,
        plan::{self, Limits},
        publish,
        repeats::{self, Before, Repeat},
    },
    web::{Site, api::body, error::WebError, key::Keyed, problem::Problem},
    who::Scope,
};

/// How many batches a list shows.
const NEWEST: i64 = 100;

/// A batch, as it stands this moment. The parts always add up: `total` is what is waiting and what
/// came out in each way.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Batch {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// The achievement that is issued.
    achievement: String,
    /// `waiting` (also while it is worked on), `paused`, `done`, `failed` or `cancelled`.
    #[schema(example = "waiting")]
    state: &'static str,
    /// How many credentials it has.
    #[schema(example = 4000)]
    total: i64,
    /// How many are signed.
    #[schema(example = 1500)]
    issued: i64,
    /// How many could not be signed.
    failed: i64,
    /// How many were cancelled before they were signed.
    cancelled: i64,
    /// How many are still to be signed.
    #[schema(example = 2500)]
    waiting: i64,
    /// How many rows of the file had been issued before, and are not in `total`.
    repeated: i64,
    /// Where it makes more than 1,000 credentials that one person started within a day: `needed`
    /// while it waits until a second person says yes, then `given`.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<&'static str>,
    /// What went wrong the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// When it was started.
    created_at: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
}

impl From<JobRow> for Batch {
    fn from(row: JobRow) -> Batch {
        let word = |one: Approval| if one.waits() { "needed" } else { "given" };
        Batch {
            approval: Approval::read(&row).map(word),
            id: row.job_id.to_string(),
            achievement: row.about,
            state: row.state.as_str(),
            total: row.total,
            issued: row.done,
            failed: row.failed,
            cancelled: row.cancelled,
            waiting: row.total - row.done - row.failed - row.cancelled,
            repeated: row.repeated,
            problem: row.problem,
            created_at: row.created_at.to_string(),
            finished_at: row.finished_at.map(|at| at.to_string()),
        }
    }
}

/// A row of the file that was issued before, and is not issued again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RepeatedRow {
    /// The line of the file.
    #[schema(example = 3)]
    line: u64,
    /// Your reference of the learner, as it stands there.
    #[schema(example = "u-17")]
    learner: String,
    /// The credential that was issued: its address. Of one that was corrected, that of the one that
    /// took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://badges.example/c/AAAAAAAAAAAAAAAAAAAAAA")]
    credential: Option<String>,
    /// Where an earlier line of the same file says it already: that line.
    #[serde(skip_serializing_if = "Option::is_none")]
    line_before: Option<u64>,
    /// Whether levels, results, assessor, evidence or words differ from that. They are not issued:
    /// correct the credential instead.
    differs: bool,
}

impl RepeatedRow {
    fn all(site: &Site, repeats: Vec<Repeat>) -> Vec<RepeatedRow> {
        let one = |repeat: Repeat| {
            let (credential, line_before) = match repeat.before {
                Before::Credential(id) => (Some(site.link(&format!("/c/{id}"))), None),
                Before::Line(line) => (None, Some(line)),
            };
            RepeatedRow {
                line: repeat.line,
                learner: repeat.reference,
                credential,
                line_before,
                differs: repeat.differs,
            }
        };
        repeats.into_iter().map(one).collect()
    }
}

/// What a file without a fault would become.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Checked {
    /// How many credentials would be issued.
    #[schema(example = 4000)]
    ready: usize,
    /// Each row that was issued before.
    repeated_rows: Vec<RepeatedRow>,
}

/// A batch that was started now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StartedBatch {
    /// The batch.
    #[serde(flatten)]
    batch: Batch,
    /// Each row that was issued before.
    repeated_rows: Vec<RepeatedRow>,
}

/// The newest batches.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Batches {
    /// The batches, newest first.
    batches: Vec<Batch>,
}

/// What a file is to become.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The id of the achievement.
    #[param(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    achievement: String,
    /// When the credentials end: a date.
    valid_until: Option<String>,
    /// Only look for faults, and start nothing.
    #[serde(default)]
    check: bool,
}

/// Issue many from a CSV.
///
/// Send the file as the command line takes it: a row for each learner, with the columns `learner`,
/// `date`, one `level: <criterion>` for each criterion, `assessor_role` and `evidence`. A file with a
/// single fault is refused whole, with all its faults. Workers sign it from then on; above 1,000
/// credentials within a day, in one file or several, not before a second person says yes. Sending
/// the same file again issues nobody a second one: each row that was issued before is named, with the
/// credential, and whether the row says something else.
#[utoipa::path(post, path = "/api/v1/batches", operation_id = "start_batch", tag = "Batches",
    params(Asked),
    request_body(content = String, content_type = "text/csv", description = "The file: 5 MB, 5,000 rows."),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "With `check`: no fault, and nothing was started.", body = Checked),
        (status = 202, description = "Promised: workers sign it.", body = StartedBatch),
        (status = 400, description = "The query cannot be read.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not issue.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such achievement in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The file has faults, and `faults` lists all of them.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "As many as are issued in a day, or too many requests.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn start(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Query(asked): Query<Asked>,
    file: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Issue)?;
    let app = site.app();
    let id: AchievementId =
        (asked.achievement.parse()).map_err(|_| WebError::no_such("achievement"))?;
    let until = match asked.valid_until.as_deref().map(cell::parse_date) {
        None => None,
        Some(Some(date)) => Some(date),
        Some(None) => {
            return Err(WebError::unreadable(
                "wrong_shape",
                "valid_until is no date such as 2030-12-31.",
            ));
        }
    };
    let achievement = publish::by_hand(app, &who, &id).await?;
    let now = site.now();
    let rows = site.heavy(move || plan::read(&file, &achievement, Limits::PAGE, now));
    let rows = rows.await?.map_err(Error::Rows)?;
    if asked.check {
        let repeats = repeats::among(app, &who, &id, &rows).await?;
        let checked = Checked {
            ready: rows.len() - repeats.len(),
            repeated_rows: RepeatedRow::all(&site, repeats),
        };
        return Ok(Json(checked).into_response());
    }
    let started = batch::start_for(app, &who, &id, &rows, until, Hands::Workers).await?;
    let row = app.db.of(who.issuer()).job(&started.batch).await?;
    let row = row.ok_or_else(|| WebError::no_such("batch"))?;
    let repeats = repeats::of(app, &who, &rows, &started).await?;
    let started = StartedBatch {
        batch: row.into(),
        repeated_rows: RepeatedRow::all(&site, repeats),
    };
    Ok((StatusCode::ACCEPTED, Json(started)).into_response())
}

/// List the newest batches of your organisation.
#[utoipa::path(get, path = "/api/v1/batches", operation_id = "list_batches", tag = "Batches",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The newest hundred, newest first.", body = Batches),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<Batches>, WebError> {
    let rows = batches::newest(site.app(), &who, NEWEST).await?;
    let batches = rows.into_iter().map(Batch::from).collect();
    Ok(Json(Batches { batches }))
}

/// Read how far a batch has come.
#[utoipa::path(get, path = "/api/v1/batches/{id}", operation_id = "read_batch", tag = "Batches",
    params(("id" = String, Path, description = "The batch.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The batch, as it stands this moment.", body = Batch),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such batch in your organisation.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<Batch>, WebError> {
    let row = batches::one(site.app(), &who, &self::id(&id)?).await?;
    Ok(Json(row.into()))
}

/// What is asked of a batch.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// `pause`, `resume`, `cancel`, or `approve`: yes, as the second person that a large batch waits
    /// for.
    #[schema(example = "pause")]
    change: String,
}

/// Hold a batch, let it go on, cancel what is not signed yet, or say yes to a large one as the
/// second person.
///
/// What is signed stays. Asking again changes nothing.
#[utoipa::path(post, path = "/api/v1/batches/{id}/state", operation_id = "change_batch", tag = "Batches",
    params(("id" = String, Path, description = "The batch.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = Change,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The batch, as it stands now.", body = Batch),
        (status = 400, description = "The body cannot be read.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not issue.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such batch in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It has ended, it waits for a second person, or that person is whoever started it.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn change(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<Batch>, WebError> {
    who.may(Scope::Issue)?;
    let change: Change = body::shaped(&sent)?;
    let turn = Turn::of(&change.change).ok_or_else(|| {
        let detail = "change is none of pause, resume, cancel and approve.";
        WebError::unreadable("wrong_shape", detail)
    })?;
    let row = batches::turn(site.app(), &who, &self::id(&id)?, turn).await?;
    Ok(Json(row.into()))
}

fn id(text: &str) -> Result<JobId, WebError> {
    text.parse().map_err(|_| WebError::no_such("batch"))
}
