//! `/desk/labs/{id}/station`: the sheet that hangs at a lab, with a code that opens *my attempt*.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};

use crate::{
    issue::Achievement,
    program::lab,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        frame::Frame,
        said,
        signed::Signed,
        text::{self, Text},
    },
};

/// Not in the navigation: a lab's page leads here.
pub(crate) const NAV: Option<Nav> = None;

/// The sheet. Nobody's name stands on it.
#[derive(Debug, Template)]
#[template(path = "desk/station.html")]
pub(crate) struct StationPage {
    frame: Frame,
    desk: Desk,
    id: String,
    name: Text,
    day: String,
    link: String,
    offers: Vec<(Text, Text)>,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/desk/labs/{id}/station", get(shown))
}

async fn shown(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let one = lab::one(site.app(), &signed.who, &said::id(&id)?).await?;
    let offer = |one: &Achievement| (Text::new(one.name()), Text::new(one.meaning()));
    let page = StationPage {
        frame: Desk::frame(format!("{}: sheet to hang up", one.row.name)),
        desk: Desk::new(&signed, "/desk/labs"),
        name: Text::new(&one.row.name),
        day: text::day(*one.row.held_at),
        link: site.link(&format!("/me/labs/{id}")),
        offers: one.offers.iter().map(offer).collect(),
        id,
    };
    answer::page(&page, NEVER)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = StationPage {
        frame: Desk::frame("Data lab: sheet to hang up"),
        desk: Desk::sample("/desk/labs"),
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Data lab".into(),
        day: "2 March 2026".to_owned(),
        link: "https://badges.example/me/labs/Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        offers: vec![(
            "Explain a decision with data".into(),
            "Can turn numbers into a clear recommendation.".into(),
        )],
    };
    vec![("desk-station", page.render().expect("renders"))]
}
