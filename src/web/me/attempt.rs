//! `/me/attempts/{id}`: my attempt: what I hand in, my own view, what the reviewer says.

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use super::show::{self, Adding, Criterion, Piece, Said};
use crate::{
    db::AttemptState,
    ids::AttemptId,
    program::{By, attempt, evidence, score},
    web::{
        Site,
        answer::{self, NEVER},
        desk::attempts::Line,
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        said,
        signed::SignedLearner,
        site::EVIDENCE_READ,
        text::Text,
        told::Told,
    },
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "me/attempt.html")]
pub(crate) struct MyAttemptPage {
    frame: Frame,
    me: Text,
    id: String,
    achievement: Text,
    meaning: Text,
    task: Text,
    required: Text,
    line: Line,
    state: &'static str,
    open: bool,
    over: bool,
    credential: String,
    criteria: Vec<Criterion>,
    evidence: Vec<Piece>,
    round: i64,
    said: Vec<Said>,
    adding: Adding,
    told: Vec<Told>,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    let files = Router::new()
        .route("/me/attempts/{id}/evidence", post(add))
        .layer(DefaultBodyLimit::max(EVIDENCE_READ));
    Router::new()
        .route("/me/attempts/{id}", get(shown))
        .route("/me/attempts/{id}/own", post(own))
        .route("/me/attempts/{id}/submit", post(submit))
        .route("/me/attempts/{id}/withdraw", post(withdraw))
        .route("/me/attempts/{id}/evidence/{piece}/remove", post(remove))
        .route("/me/files/{id}", get(file))
        .merge(files)
}

async fn shown(
    State(site): State<Site>,
    signed: SignedLearner,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    answer::page(&page(&site, &signed, &id).await?, NEVER)
}

async fn page(site: &Site, signed: &SignedLearner, id: &str) -> Result<MyAttemptPage, WebError> {
    let (by, person) = super::learner(site, signed).await?;
    let view = attempt::view(site.app(), &by, &said::id(id)?).await?;
    let state = view.row.state;
    let listed = attempt::Listed {
        row: view.row.clone(),
        achievement: view.achievement.name().to_owned(),
        learner: String::new(),
    };
    let mut criteria = Criterion::all(&view, false);
    for (criterion, card) in criteria.iter_mut().zip(&view.cards) {
        // What the tutor proposes is between tutor and reviewer.
        criterion.proposed = Text::default();
        criterion.proposed_note = String::new();
        criterion.second = Text::default();
        let own = card.own.as_ref().map(|given| card.level(given).to_owned());
        criterion.choose(&own.unwrap_or_default(), "");
    }
    Ok(MyAttemptPage {
        frame: Frame::new("My attempt", "For the learner whose attempt it is."),
        me: super::called(site, (&by, &person)).await?,
        id: id.to_owned(),
        achievement: Text::new(view.achievement.name()),
        meaning: Text::new(view.achievement.meaning()),
        task: Text::new(view.achievement.task().unwrap_or_default()),
        required: Text::new(view.achievement.evidence_required().unwrap_or_default()),
        line: Line::of(&listed, site.now()),
        state: state.as_str(),
        open: matches!(state, AttemptState::Open | AttemptState::Returned),
        over: matches!(state, AttemptState::Approved | AttemptState::Withdrawn),
        credential: view
            .row
            .credential_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        criteria,
        evidence: view
            .evidence
            .iter()
            .map(|piece| Piece::of(piece, "/me/files/"))
            .collect(),
        round: view.row.round,
        said: view.answers.iter().map(|one| Said::of(one, "")).collect(),
        adding: Adding::default(),
        told: Vec::new(),
    })
}

fn back(id: &str) -> Response {
    Redirect::to(&format!("/me/attempts/{id}")).into_response()
}

async fn finish(
    site: &Site,
    signed: &SignedLearner,
    id: &str,
    done: Result<(), crate::program::Error>,
) -> Result<Response, WebError> {
    match done {
        Ok(()) => Ok(back(id)),
        Err(error) => {
            let told = said::told(error, &[])?;
            let page = page(site, signed, id).await?;
            again(&MyAttemptPage { told, ..page })
        }
    }
}

async fn own(
    State(site): State<Site>,
    signed: SignedLearner,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let (by, _) = super::learner(&site, &signed).await?;
    let done = see(&site, &by, &said::id(&id)?, &fields).await;
    finish(&site, &signed, &id, done).await
}

/// Keeps how the learner sees it: every level that was chosen.
async fn see(
    site: &Site,
    by: &By,
    id: &AttemptId,
    fields: &Fields,
) -> Result<(), crate::program::Error> {
    let view = attempt::view(site.app(), by, id).await?;
    let marks = view.cards.iter().enumerate().filter_map(|(at, card)| {
        let level = fields.get(&format!("level-{at}"));
        (!level.is_empty()).then(|| score::Mark {
            criterion: card.criterion.id.clone(),
            level: level.to_owned(),
            note: String::new(),
        })
    });
    let marks: Vec<score::Mark> = marks.collect();
    if marks.is_empty() {
        return Ok(());
    }
    score::put(site.app(), by, id, &marks).await
}

async fn add(
    State(site): State<Site>,
    signed: SignedLearner,
    Path(id): Path<String>,
    parts: Multipart,
) -> Result<Response, WebError> {
    let (by, _) = super::learner(&site, &signed).await?;
    let (adding, read) = Adding::read(parts).await?;
    let told = match read {
        Ok((name, new)) => {
            match evidence::add(site.app(), &by, &said::id(&id)?, &name, new).await {
                Ok(_) => return Ok(back(&id)),
                Err(error) => said::told(error, show::FIELDS)?,
            }
        }
        Err(one) => vec![one],
    };
    let page = page(&site, &signed, &id).await?;
    again(&MyAttemptPage {
        told,
        adding,
        ..page
    })
}

async fn remove(
    State(site): State<Site>,
    signed: SignedLearner,
    Path((id, piece)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let (by, _) = super::learner(&site, &signed).await?;
    let done = evidence::remove(site.app(), &by, &said::id(&id)?, &said::id(&piece)?).await;
    finish(&site, &signed, &id, done).await
}

async fn submit(
    State(site): State<Site>,
    signed: SignedLearner,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let (by, _) = super::learner(&site, &signed).await?;
    let attempt = said::id(&id)?;
    // The button stands below the levels: what was chosen there is not lost by handing in.
    let done = match see(&site, &by, &attempt, &fields).await {
        Ok(()) => attempt::submit(site.app(), &by, &attempt).await,
        refused => refused,
    };
    finish(&site, &signed, &id, done).await
}

async fn withdraw(
    State(site): State<Site>,
    signed: SignedLearner,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let (by, _) = super::learner(&site, &signed).await?;
    let done = attempt::withdraw(site.app(), &by, &said::id(&id)?).await;
    finish(&site, &signed, &id, done).await
}

async fn file(
    State(site): State<Site>,
    signed: SignedLearner,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let (by, _) = super::learner(&site, &signed).await?;
    let (kind, bytes) = evidence::file(site.app(), &by, &said::id(&id)?).await?;
    Ok(attachment(&kind, bytes))
}

/// A file that was handed in: saved, never shown as a page, under a name of ours (threat F17).
pub(crate) fn attachment(kind: &str, bytes: Vec<u8>) -> Response {
    let (kind, name) = match kind {
        "image/jpeg" => ("image/jpeg", "evidence.jpg"),
        "image/png" => ("image/png", "evidence.png"),
        "application/pdf" => ("application/pdf", "evidence.pdf"),
        _ => ("text/plain; charset=utf-8", "evidence.txt"),
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
    let saved = format!("attachment; filename=\"{name}\"");
    if let Ok(saved) = HeaderValue::from_str(&saved) {
        headers.insert(header::CONTENT_DISPOSITION, saved);
    }
    response
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = |open: bool, credential: &str| MyAttemptPage {
        frame: Frame::new("My attempt", "For the learner whose attempt it is."),
        me: "Bo Ek".into(),
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        achievement: "Explain a decision with data".into(),
        meaning: "Can turn numbers into a clear recommendation.".into(),
        task: "Read a week of sales and defend one change.".into(),
        required: "A memo and a talk.".into(),
        line: Line::sample(),
        state: if open { "returned" } else { "approved" },
        open,
        over: !open,
        credential: credential.to_owned(),
        criteria: show::sample_criteria(),
        evidence: show::sample_evidence(),
        round: 2,
        said: show::sample_said(),
        adding: Adding::default(),
        told: Vec::new(),
    };
    vec![
        ("me-attempt", page(true, "").render().expect("renders")),
        (
            "me-attempt-met",
            page(false, "Zr4XfLk2Qp8sVb1NwYt6Ag")
                .render()
                .expect("renders"),
        ),
    ]
}
