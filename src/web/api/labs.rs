//! `/api/v1/labs`: sessions, who is expected and what is entered there.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    db::LabRow,
    ids::LabId,
    program::{lab, link, score, taking_part},
    web::{
        Site,
        api::{
            attempts::{AttemptView, id_of, one as attempt},
            batches::Batch,
            body,
            learners::{LearnerView, learner_id},
            programs::{Made, made},
            refused::{Faulty, NoKey, Unreadable},
        },
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::{Scope, Who},
};

/// A lab.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLab {
    /// The program it belongs to; whoever is in it is expected.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    program: String,
    /// Its name.
    #[schema(example = "Data lab")]
    name: String,
    /// The day it is held.
    #[schema(example = "2026-03-02")]
    held: String,
    /// The ids of what can be earned there.
    #[schema(example = json!(["Zr4XfLk2Qp8sVb1NwYt6Ag"]))]
    offers: Vec<String>,
}

/// A lab in a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ListedLab {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// The program it belongs to.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    program: String,
    /// Its name.
    #[schema(example = "Data lab")]
    name: String,
    /// When it is held.
    #[schema(example = "2026-03-02T00:00:00Z")]
    held: String,
    /// Whether it is closed: then nothing is begun there.
    closed: bool,
}

impl From<LabRow> for ListedLab {
    fn from(row: LabRow) -> ListedLab {
        ListedLab {
            id: row.lab_id.to_string(),
            program: row.program_id.to_string(),
            name: row.name,
            held: row.held_at.to_string(),
            closed: row.closed_at.is_some(),
        }
    }
}

/// The labs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Labs {
    /// Those held last first.
    labs: Vec<ListedLab>,
}

/// A lab with its roster.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Lab {
    /// The lab.
    #[serde(flatten)]
    lab: ListedLab,
    /// The ids of what can be earned there.
    #[schema(example = json!(["Zr4XfLk2Qp8sVb1NwYt6Ag"]))]
    offers: Vec<String>,
    /// Who is expected, by name.
    learners: Vec<LearnerView>,
    /// The attempts begun there, and those under way of who is expected, for what is on offer.
    attempts: Vec<AttemptView>,
}

/// Whether a lab is open.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabState {
    /// Whether it is closed from now on.
    #[schema(example = true)]
    closed: bool,
}

/// One cell of the grid of learners and criteria.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabCell {
    /// The learner's id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    learner: String,
    /// The achievement's id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    achievement: String,
    /// The name or id of the criterion.
    #[schema(example = "Uses evidence")]
    criterion: String,
    /// The name, points or id of the level; empty takes the proposal back.
    #[schema(example = "Advanced")]
    level: String,
    /// What is written about it.
    #[serde(default)]
    note: String,
}

/// List the labs.
#[utoipa::path(get, path = "/api/v1/labs", operation_id = "list_labs", tag = "Labs and attempts",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Those held last first.", body = Labs),
        (status = 403, description = "The key may not read.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<Labs>, WebError> {
    let rows = lab::all(site.app(), &who).await?;
    let labs = rows.into_iter().map(ListedLab::from).collect();
    Ok(Json(Labs { labs }))
}

/// Make a lab.
///
/// Whoever is in the program is expected there.
#[utoipa::path(post, path = "/api/v1/labs", operation_id = "make_lab", tag = "Labs and attempts",
    request_body = NewLab,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "It was made.", body = Made),
        (status = 403, description = "The key may not hold labs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such program or achievement in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The program has ended: open it again first.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn make(
    State(site): State<Site>,
    Keyed(who): Keyed,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Propose)?;
    let new: NewLab = body::shaped(&sent)?;
    let offers = new.offers.iter().map(|id| id_of(id, "achievement"));
    let offers: Result<Vec<_>, _> = offers.collect();
    let said = lab::Said {
        program: id_of(&new.program, "program")?,
        name: new.name,
        held: new.held,
        offers: offers?,
    };
    Ok(made(&lab::make(site.app(), &who, &said).await?))
}

/// Read a lab: who is expected, what can be earned, what was tried.
#[utoipa::path(get, path = "/api/v1/labs/{id}", operation_id = "read_lab", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The lab.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The lab.", body = Lab),
        (status = 403, description = "The key may not look at learners.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such lab in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<Lab>, WebError> {
    who.may(Scope::Read)?;
    whole(&site, &who, &lab_id(&id)?).await
}

async fn whole(site: &Site, who: &Who, id: &LabId) -> Result<Json<Lab>, WebError> {
    let lab = lab::one(site.app(), who, id).await?;
    Ok(Json(Lab {
        lab: lab.row.into(),
        offers: lab.offers.iter().map(|one| one.id().to_string()).collect(),
        learners: lab.learners.into_iter().map(LearnerView::from).collect(),
        attempts: lab.attempts.iter().map(AttemptView::of).collect(),
    }))
}

/// Close a lab, or open it again.
///
/// While it is closed nothing is begun there.
#[utoipa::path(post, path = "/api/v1/labs/{id}/state", operation_id = "close_lab", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The lab.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = LabState,
    security(("api_key" = [])),
    responses(
        (status = 204, description = "So it is."),
        (status = 403, description = "The key may not hold labs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such lab in your organisation.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey
    ))]
pub(crate) async fn close(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Propose)?;
    let said: LabState = body::shaped(&sent)?;
    lab::close(site.app(), &who, &lab_id(&id)?, said.closed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What can be earned at a lab.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabOffers {
    /// The ids of the achievements, in the order in which they are shown.
    #[schema(example = json!(["Zr4XfLk2Qp8sVb1NwYt6Ag"]))]
    offers: Vec<String>,
}

/// Say anew what can be earned at a lab.
///
/// What is under way goes on, also where it is not on offer any more.
#[utoipa::path(put, path = "/api/v1/labs/{id}/offers", operation_id = "offer_at_lab", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The lab.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = LabOffers,
    security(("api_key" = [])),
    responses(
        (status = 204, description = "So it is."),
        (status = 403, description = "The key may not hold labs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such lab or achievement in your organisation.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn offer(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Propose)?;
    let said: LabOffers = body::shaped(&sent)?;
    let offers = said.offers.iter().map(|id| id_of(id, "achievement"));
    let offers = offers.collect::<Result<Vec<_>, _>>()?;
    lab::offer(site.app(), &who, &lab_id(&id)?, &offers).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Expect a learner at a lab.
#[utoipa::path(put, path = "/api/v1/labs/{id}/learners/{learner}", operation_id = "expect_at_lab", tag = "Labs and attempts",
    params(
        ("id" = String, Path, description = "The lab.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag"),
        ("learner" = String, Path, description = "The learner.", example = "AAAAAAAAAAAAAAAAAAAAAA")
    ),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "The learner is on the roster."),
        (status = 403, description = "The key may not hold labs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such lab or learner in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn expect(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(ids): Path<(String, String)>,
) -> Result<StatusCode, WebError> {
    set(&site, &who, ids, true).await
}

/// Expect a learner at a lab no more. What was tried there stays.
#[utoipa::path(delete, path = "/api/v1/labs/{id}/learners/{learner}", operation_id = "excuse_from_lab", tag = "Labs and attempts",
    params(
        ("id" = String, Path, description = "The lab.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag"),
        ("learner" = String, Path, description = "The learner.", example = "AAAAAAAAAAAAAAAAAAAAAA")
    ),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "The learner is not on the roster any more."),
        (status = 403, description = "The key may not hold labs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such lab in your organisation, or the learner is not expected there.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn excuse(
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
    on: bool,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Propose)?;
    let (id, learner) = (lab_id(&id)?, learner_id(&learner)?);
    lab::set(site.app(), who, &id, &learner, on).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A learner's link from a lab.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LabLink {
    /// The learner's id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    learner: String,
    /// The organisation's reference.
    #[schema(example = "u-17")]
    reference: String,
    /// The address that lets this learner in, and opens the lab. It is shown only now.
    #[schema(example = "https://badges.example/me/in/x?to=/me/labs/Zr4XfLk2Qp8sVb1NwYt6Ag")]
    link: String,
}

/// The links of a lab.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LabLinks {
    /// A link for each learner who is expected, by name.
    links: Vec<LabLink>,
    /// How many days they work.
    #[schema(example = 30)]
    days: i64,
}

/// Make a link for each learner who is expected at a lab.
///
/// Each lets its learner in without an account and opens the lab, such as behind a code on a printed
/// card. Links from before go on working.
#[utoipa::path(post, path = "/api/v1/labs/{id}/links", operation_id = "make_lab_links", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The lab.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 201, description = "The links.", body = LabLinks),
        (status = 403, description = "The key may not propose.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such lab in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Nobody is expected there.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn links(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    who.may(Scope::Propose)?;
    let id = lab_id(&id)?;
    let made = link::make_for_lab(site.app(), &who, &id).await?;
    let links = made.into_iter().map(|(learner, token)| LabLink {
        learner: learner.person.to_string(),
        reference: learner.details.reference,
        link: site.link(&format!("/me/in/{}?to=/me/labs/{id}", token.reveal())),
    });
    let links = LabLinks {
        links: links.collect(),
        days: link::DAYS,
    };
    Ok((StatusCode::CREATED, Json(links)).into_response())
}

/// Who took part in a lab.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TookPart {
    /// What is given for taking part: the id of an achievement on offer.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    achievement: String,
    /// The ids of those who were there, of whom the lab expects.
    #[schema(example = json!(["Zr4XfLk2Qp8sVb1NwYt6Ag"]))]
    learners: Vec<String>,
    /// Only say what it would do.
    #[serde(default)]
    check: bool,
}

/// What awarding those who took part would do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TookPartPlan {
    /// The ids of those who would be given it.
    #[schema(example = json!(["Zr4XfLk2Qp8sVb1NwYt6Ag"]))]
    new: Vec<String>,
    /// The ids of those who have it of that day already: nobody is given it twice.
    #[schema(example = json!([]))]
    before: Vec<String>,
}

/// Award those who took part in a lab.
///
/// Dated the day of the lab. Workers sign it from then on, as any other batch: with the day's quota and
/// its second person. Nobody is given the same twice.
#[utoipa::path(post, path = "/api/v1/labs/{id}/taking-part", operation_id = "award_taking_part", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The lab.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = TookPart,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "With `check`: what it would do.", body = TookPartPlan),
        (status = 202, description = "Promised: workers sign it.", body = Batch),
        (status = 403, description = "The key may not issue, or not look at learners.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such lab in your organisation, or no such achievement at it.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is not given for taking part, the lab is yet to be held, or somebody is not expected there; `detail` says which.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "As many as are issued in a day, or too many requests.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn taking_part(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Issue)?;
    let said: TookPart = body::shaped(&sent)?;
    let (app, lab) = (site.app(), lab_id(&id)?);
    let offer = id_of(&said.achievement, "achievement")?;
    let chosen = said.learners.iter().map(|id| learner_id(id));
    let chosen = chosen.collect::<Result<Vec<_>, _>>()?;
    if said.check {
        let plan = taking_part::plan(app, &who, &lab, &offer, &chosen).await?;
        let (before, new) = chosen
            .iter()
            .map(ToString::to_string)
            .partition(|id| plan.before.iter().any(|one| one.as_str() == id));
        return Ok(Json(TookPartPlan { new, before }).into_response());
    }
    let started = taking_part::award(app, &who, &lab, &offer, &chosen).await?;
    let row = app.db.of(who.issuer()).job(&started.batch).await?;
    let row = row.ok_or_else(|| WebError::no_such("batch"))?;
    Ok((StatusCode::ACCEPTED, Json(Batch::from(row))).into_response())
}

/// Enter one cell of the grid: a tutor's proposal for one learner and criterion.
///
/// An attempt is opened if none is running. An empty level takes a proposal of this round back.
/// Sending it again changes nothing.
#[utoipa::path(post, path = "/api/v1/labs/{id}/scores", operation_id = "enter_at_lab", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The lab.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = LabCell,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The attempt as it is now.", body = AttemptView),
        (status = 403, description = "The key may not propose.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such lab, learner or achievement in your organisation, or no attempt under way of which something could be taken back.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It cannot be tried there; `detail` says why.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn enter(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<AttemptView>, WebError> {
    who.may(Scope::Propose)?;
    let cell: LabCell = body::shaped(&sent)?;
    let (id, learner) = (lab_id(&id)?, learner_id(&cell.learner)?);
    let offer = id_of(&cell.achievement, "achievement")?;
    let mark = score::Mark {
        criterion: cell.criterion,
        level: cell.level,
        note: cell.note,
    };
    let entered = lab::enter(site.app(), &who, &id, &learner, &offer, &mark).await?;
    attempt(&site, &who, entered.as_str()).await
}

fn lab_id(text: &str) -> Result<LabId, WebError> {
    id_of(text, "lab")
}
