//! `/api/v1/attempts`: what is tried, and handed in.

use std::collections::HashMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use serde::{Deserialize, Serialize};

use crate::{
    db::AttemptKind,
    ids::{AttemptId, PersonId},
    program::{By, attempt, evidence, review, score, second},
    web::{
        Site,
        api::{
            body,
            programs::{Made, made},
            refused::{Faulty, NoKey, Unreadable},
        },
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::{Scope, Who},
};

/// What is to be tried.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAttempt {
    /// The learner's id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    learner: String,
    /// The achievement's id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    achievement: String,
    /// `practice`, `diagnostic` or `performance`: only the last can be awarded.
    #[schema(example = "performance")]
    kind: String,
    /// At which lab.
    #[serde(default)]
    lab: Option<String>,
    /// In which program, where it is at no lab.
    #[serde(default)]
    program: Option<String>,
}

/// Levels, by the names or ids of the criteria.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Levels {
    /// The name, points or id of the level of each criterion.
    #[schema(example = json!({"Uses evidence": "Advanced"}))]
    pub(super) levels: HashMap<String, String>,
    /// What is written about a criterion.
    #[serde(default)]
    notes: HashMap<String, String>,
}

/// A piece of evidence: a link or a note.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEvidence {
    /// What it is called; never signed.
    #[serde(default)]
    #[schema(example = "My memo")]
    name: String,
    /// An address on the web.
    #[serde(default)]
    #[schema(example = "https://docs.example/memo")]
    link: Option<String>,
    /// A text.
    #[serde(default)]
    note: Option<String>,
}

/// One criterion of an attempt.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CriterionView {
    /// Its name.
    #[schema(example = "Uses evidence")]
    name: String,
    /// The lowest level that is a pass.
    #[schema(example = "Proficient")]
    required: String,
    /// Whether this round asks for it.
    asked: bool,
    /// The learner's own level.
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<String>,
    /// What the tutor proposes.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<String>,
    /// What the reviewer gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<String>,
    /// What the tutor wrote beside it.
    #[serde(rename = "proposedNote", skip_serializing_if = "String::is_empty")]
    proposed_note: String,
    /// What the reviewer wrote beside it.
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

/// What was decided about an attempt.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AnswerView {
    /// In which round.
    round: i64,
    /// `first`: the reviewer's, which counts; `second`: somebody read it again.
    #[schema(example = "first")]
    reading: &'static str,
    /// `approve` or `return`.
    #[schema(example = "return")]
    decision: &'static str,
    /// Who: a member's id, or an API key's.
    reviewer: String,
    /// What was written: feedback to the learner, or a second reader's remark to colleagues.
    #[schema(example = "Say who decides.")]
    feedback: String,
    /// When.
    #[schema(example = "2026-03-02T10:00:00Z")]
    at: String,
}

impl From<&attempt::Answer> for AnswerView {
    fn from(one: &attempt::Answer) -> AnswerView {
        AnswerView {
            round: one.round,
            reading: one.reading.as_str(),
            decision: one.decision.as_str(),
            reviewer: one.reviewer.clone(),
            feedback: one.feedback.clone(),
            at: one.at.to_string(),
        }
    }
}

/// An attempt.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttemptView {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// The learner's id.
    learner: String,
    /// The achievement's id.
    achievement: String,
    /// `practice`, `diagnostic` or `performance`.
    #[schema(example = "performance")]
    kind: &'static str,
    /// `open`, `submitted`, `returned`, `approved` or `withdrawn`.
    #[schema(example = "submitted")]
    state: &'static str,
    /// 1, and one more with each return.
    round: i64,
    /// When it was handed in last.
    #[serde(skip_serializing_if = "Option::is_none")]
    submitted_at: Option<String>,
    /// Until when an answer is promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    /// The credential that came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
    /// How each criterion stands; left out of lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    criteria: Vec<CriterionView>,
    /// What was decided so far, the oldest first; left out of lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<AnswerView>,
    /// How many pieces of evidence there are; left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<usize>,
}

impl AttemptView {
    pub(super) fn of(row: &crate::db::AttemptRow) -> AttemptView {
        AttemptView {
            id: row.attempt_id.to_string(),
            learner: row.person_id.to_string(),
            achievement: row.achievement_id.to_string(),
            kind: row.kind.as_str(),
            state: row.state.as_str(),
            round: row.round,
            submitted_at: row.submitted_at.map(|at| at.to_string()),
            due_at: row.due_at.map(|at| at.to_string()),
            credential: row.credential_id.as_ref().map(ToString::to_string),
            criteria: Vec::new(),
            answers: Vec::new(),
            evidence: None,
        }
    }

    /// Whoever is to read it again does not see yet what the first reader gave.
    fn whole(who: &Who, view: &attempt::View) -> AttemptView {
        let blind = second::is_for(who, view);
        let criteria = view.cards.iter().zip(&view.notes).map(|(card, notes)| {
            let level = |given: &Option<crate::program::card::Given>| {
                given.as_ref().map(|given| card.level(given).to_owned())
            };
            CriterionView {
                name: card.criterion.name.clone(),
                required: card.required().to_owned(),
                asked: card.asked,
                own: level(&card.own),
                proposed: level(&card.proposed),
                decided: level(&card.decided).filter(|_| !blind),
                proposed_note: notes.0.clone(),
                note: match blind {
                    true => String::new(),
                    false => notes.1.clone(),
                },
            }
        });
        AttemptView {
            criteria: criteria.collect(),
            answers: (view.answers.iter())
                .filter(|_| !blind)
                .map(AnswerView::from)
                .collect(),
            evidence: Some(view.evidence.len()),
            ..AttemptView::of(&view.row)
        }
    }
}

/// Open an attempt, or find the one that is running.
#[utoipa::path(post, path = "/api/v1/attempts", operation_id = "open_attempt", tag = "Labs and attempts",
    request_body = NewAttempt,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "It was made.", body = Made),
        (status = 403, description = "The key may not open attempts.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such learner, achievement, lab or program in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It cannot be tried there.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn open(
    State(site): State<Site>,
    Keyed(who): Keyed,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Propose)?;
    let new: NewAttempt = body::shaped(&sent)?;
    let kind: AttemptKind = new
        .kind
        .parse()
        .map_err(|_| fault("/kind", "is practice, diagnostic or performance"))?;
    let lab = new
        .lab
        .as_deref()
        .map(|lab| id_of(lab, "lab"))
        .transpose()?;
    let program = new
        .program
        .as_deref()
        .map(|one| id_of(one, "program"))
        .transpose()?;
    let open = attempt::Open {
        person: id_of::<PersonId>(&new.learner, "learner")?,
        achievement: id_of(&new.achievement, "achievement")?,
        kind,
        lab,
        program,
    };
    Ok(made(&attempt::open(site.app(), &by(&who), &open).await?))
}

/// Read an attempt.
#[utoipa::path(get, path = "/api/v1/attempts/{id}", operation_id = "read_attempt", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The attempt as it is now.", body = AttemptView),
        (status = 403, description = "The key may not look at learners.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attempt in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<AttemptView>, WebError> {
    who.may(Scope::Read)?;
    one(&site, &who, &id).await
}

/// Propose levels. A reviewer decides.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/scores", operation_id = "propose_scores", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = Levels,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The attempt as it is now.", body = AttemptView),
        (status = 403, description = "The key may not propose.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attempt in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is decided.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn scores(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<AttemptView>, WebError> {
    who.may(Scope::Propose)?;
    let mut said: Levels = body::shaped(&sent)?;
    let marks = said
        .levels
        .into_iter()
        .map(|(criterion, level)| score::Mark {
            note: said.notes.remove(&criterion).unwrap_or_default(),
            criterion,
            level,
        });
    let marks: Vec<score::Mark> = marks.collect();
    score::put(site.app(), &by(&who), &attempt_id(&id)?, &marks).await?;
    one(&site, &who, &id).await
}

/// Add a link or a note as evidence.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/notes", operation_id = "add_evidence", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = NewEvidence,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "It was made.", body = Made),
        (status = 403, description = "The key may not propose.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attempt in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is handed in.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn add_evidence(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Propose)?;
    let new: NewEvidence = body::shaped(&sent)?;
    let piece = match (new.link, new.note) {
        (Some(link), None) => evidence::New::Link(link),
        (None, Some(note)) => evidence::New::Note(note),
        _ => return Err(fault("/link", "is needed, or a note: one of the two")),
    };
    let added = evidence::add(site.app(), &by(&who), &attempt_id(&id)?, &new.name, piece).await?;
    Ok(made(&added))
}

/// Add a file as evidence.
///
/// A JPEG or PNG picture, a PDF or a plain text of at most 10 MB. What is not seen in it (where a photo was
/// taken, who wrote a document) is removed.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/evidence", operation_id = "add_file", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body(content = String, content_type = "application/octet-stream", description = "The bytes of the file."),
    security(("api_key" = [])),
    responses(
        (status = 201, description = "It was made.", body = Made),
        (status = 403, description = "The key may not propose.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attempt in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is handed in.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn add_file(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Propose)?;
    let file = evidence::New::File(sent.to_vec());
    Ok(made(
        &evidence::add(site.app(), &by(&who), &attempt_id(&id)?, "", file).await?,
    ))
}

/// Hand an attempt in.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/submit", operation_id = "submit_attempt", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The attempt as it is now.", body = AttemptView),
        (status = 403, description = "The key may not propose.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attempt in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It cannot be done now; `detail` says why.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn submit(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<AttemptView>, WebError> {
    who.may(Scope::Propose)?;
    attempt::submit(site.app(), &by(&who), &attempt_id(&id)?).await?;
    one(&site, &who, &id).await
}

/// Give an attempt up.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/withdraw", operation_id = "withdraw_attempt", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The attempt as it is now.", body = AttemptView),
        (status = 403, description = "The key may not propose.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attempt in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It cannot be done now; `detail` says why.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn withdraw(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<AttemptView>, WebError> {
    who.may(Scope::Propose)?;
    attempt::withdraw(site.app(), &by(&who), &attempt_id(&id)?).await?;
    one(&site, &who, &id).await
}

fn by(who: &Who) -> By {
    By::Staff(who.clone())
}

pub(super) async fn one(site: &Site, who: &Who, id: &str) -> Result<Json<AttemptView>, WebError> {
    let view = review::view(site.app(), who, &attempt_id(id)?).await?;
    Ok(Json(AttemptView::whole(who, &view)))
}

pub(super) fn fault(pointer: &str, sentence: &str) -> WebError {
    let fault = crate::web::problem::FaultLine {
        pointer: pointer.to_owned(),
        detail: sentence.to_owned(),
    };
    WebError::faulty(vec![fault])
}

pub(super) fn id_of<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, WebError> {
    text.parse().map_err(|_| WebError::no_such(what))
}

pub(super) fn attempt_id(text: &str) -> Result<AttemptId, WebError> {
    id_of(text, "attempt")
}
