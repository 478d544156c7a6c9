//! `/desk/labs/{id}/cards`: a card for each learner who is expected, to print and cut up.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::post,
};
use jiff::SignedDuration;

use crate::{
    bake::qr::Qr,
    ids::LabId,
    program::{lab, link},
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, learners::Named},
        error::WebError,
        frame::Frame,
        said,
        signed::Signed,
        text::{self, Text},
    },
    who::Scope,
};

/// It stands behind the lab.
pub(crate) const NAV: Option<Nav> = None;

/// A card.
#[derive(Debug, Clone)]
struct Card {
    learner: Text,
    /// An SVG picture of ours.
    picture: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/cards.html")]
pub(crate) struct CardsPage {
    frame: Frame,
    desk: Desk,
    lab: String,
    name: Text,
    day: String,
    until: String,
    cards: Vec<Card>,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/desk/labs/{id}/cards", post(made))
}

/// Makes a link for each learner: looking at the page again is making them anew, so it is a form
/// that leads here and no address.
async fn made(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    let lab_id: LabId = said::id(&id)?;
    let one = lab::one(site.app(), &signed.who, &lab_id).await?;
    let links = link::make_for_lab(site.app(), &signed.who, &lab_id).await?;
    let mut cards = Vec::with_capacity(links.len());
    for (learner, token) in links {
        let path = format!("/me/in/{}?to=/me/labs/{lab_id}", token.reveal());
        cards.push(Card {
            learner: Named::of(&learner).name,
            picture: picture(&site.link(&path))?,
        });
    }
    let until = site.now() + SignedDuration::from_hours(24 * link::DAYS);
    let page = CardsPage {
        frame: Desk::frame("Cards for the learners"),
        desk: Desk::new(&signed, "/desk/labs"),
        lab: lab_id.to_string(),
        name: Text::new(&one.row.name),
        day: text::day(*one.row.held_at),
        until: text::day(until),
        cards,
    };
    answer::page(&page, NEVER)
}

fn picture(link: &str) -> Result<String, WebError> {
    let code = Qr::of(link).map_err(|cause| WebError::internal(&cause))?;
    Ok(code.inline())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let card = |learner: &str| Card {
        learner: learner.into(),
        picture: picture("https://badges.example/me/in/x").expect("a picture"),
    };
    let page = CardsPage {
        frame: Desk::frame("Cards for the learners"),
        desk: Desk::sample("/desk/labs"),
        lab: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Data lab".into(),
        day: "2 March 2026".to_owned(),
        until: "1 April 2026".to_owned(),
        cards: vec![card("Bo Ek"), card("u-18")],
    };
    vec![("desk-cards", page.render().expect("renders"))]
}
