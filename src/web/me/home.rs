//! `/me` and `/me/labs/{id}`: where a learner begins.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    db::AttemptKind,
    program::{attempt, lab},
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
        text::{self, Text},
    },
};

/// The learner's own page.
#[derive(Debug, Template)]
#[template(path = "me/home.html")]
pub(crate) struct MyPage {
    frame: Frame,
    me: Text,
    attempts: Vec<Line>,
    labs: Vec<(String, Text, String)>,
}

/// A station.
#[derive(Debug, Template)]
#[template(path = "me/lab.html")]
pub(crate) struct StationPage {
    frame: Frame,
    me: Text,
    id: String,
    name: Text,
    day: String,
    offers: Vec<(String, Text, Text)>,
    faults: Vec<String>,
}

/// The pages' routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/me", get(mine))
        .route("/me/labs/{id}", get(station).post(begin))
}

async fn mine(State(site): State<Site>, signed: SignedLearner) -> Result<Response, WebError> {
    let (by, person) = super::learner(&site, &signed).await?;
    let attempts = attempt::of_learner(site.app(), &by, &person).await?;
    let labs = lab::expecting(site.app(), &by, &person).await?;
    let line = |listed: &attempt::Listed| Line {
        learner: Text::default(),
        ..Line::of(listed, site.now())
    };
    let page = MyPage {
        frame: frame("My attempts"),
        me: super::called(&site, (&by, &person)).await?,
        attempts: attempts.iter().map(line).collect(),
        labs: (labs.iter())
            .map(|row| {
                (
                    row.lab_id.to_string(),
                    Text::new(&row.name),
                    text::day(*row.held_at),
                )
            })
            .collect(),
    };
    answer::page(&page, NEVER)
}

fn frame(title: &str) -> Frame {
    Frame::new(title, "For a learner who is signed in.")
}

async fn station(
    State(site): State<Site>,
    signed: SignedLearner,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let page = station_page(&site, &signed, &id).await?;
    answer::page(&page, NEVER)
}

async fn station_page(
    site: &Site,
    signed: &SignedLearner,
    id: &str,
) -> Result<StationPage, WebError> {
    let (by, person) = super::learner(site, signed).await?;
    let station = lab::station(site.app(), &by, &person, &said::id(id)?).await?;
    Ok(StationPage {
        frame: frame("A lab"),
        me: super::called(site, (&by, &person)).await?,
        id: id.to_owned(),
        name: Text::new(&station.row.name),
        day: text::day(*station.row.held_at),
        offers: (station.offers.iter())
            .map(|one| {
                (
                    one.id().to_string(),
                    Text::new(one.name()),
                    Text::new(one.meaning()),
                )
            })
            .collect(),
        faults: Vec::new(),
    })
}

async fn begin(
    State(site): State<Site>,
    signed: SignedLearner,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let (by, person) = super::learner(&site, &signed).await?;
    let open = attempt::Open {
        person,
        achievement: said::id(fields.get("achievement"))?,
        kind: match fields.get("kind") {
            "practice" => AttemptKind::Practice,
            "diagnostic" => AttemptKind::Diagnostic,
            _ => AttemptKind::Performance,
        },
        lab: Some(said::id(&id)?),
        program: None,
    };
    match attempt::open(site.app(), &by, &open).await {
        Ok(attempt) => Ok(Redirect::to(&format!("/me/attempts/{attempt}")).into_response()),
        Err(error) => {
            let faults = said::sentences(error)?;
            let page = station_page(&site, &signed, &id).await?;
            again(&StationPage { faults, ..page })
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let id = "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned();
    let mine = |attempts, labs| MyPage {
        frame: frame("My attempts"),
        me: "Bo Ek".into(),
        attempts,
        labs,
    };
    let labs = vec![(id.clone(), "Data lab".into(), "2 March 2026".to_owned())];
    let station = StationPage {
        frame: frame("A lab"),
        me: "Bo Ek".into(),
        id: id.clone(),
        name: "Data lab".into(),
        day: "2 March 2026".to_owned(),
        offers: vec![(
            id,
            "Explain a decision with data".into(),
            "Can turn numbers into a clear recommendation.".into(),
        )],
        faults: Vec::new(),
    };
    vec![
        (
            "me",
            mine(vec![Line::sample()], labs).render().expect("renders"),
        ),
        (
            "me-empty",
            mine(Vec::new(), Vec::new()).render().expect("renders"),
        ),
        ("me-lab", station.render().expect("renders")),
    ]
}
