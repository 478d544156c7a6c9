//! `/me/in/{token}` and `/me/out`: a learner comes in with a link of their own, and signs out.
//! Looking at the link does nothing (programs that preview links look too); the button lets in.

use std::net::IpAddr;

use askama::Template;
use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    program::link,
    web::{
        Site,
        answer::{self, NEVER},
        cookie::Cookie,
        error::WebError,
        fields::Fields,
        frame::Frame,
        guess::Guess,
        signed,
        site::Asker,
    },
    who::session,
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "me/enter.html")]
pub(crate) struct EnterPage {
    frame: Frame,
    token: String,
    /// Where to go then; empty for the learner's own page.
    to: String,
}

impl EnterPage {
    fn new(token: &str, to: &str) -> EnterPage {
        EnterPage {
            frame: Frame::new("Come in", "For a learner with a link of their own."),
            token: token.to_owned(),
            to: signed::place(to).unwrap_or_default().to_owned(),
        }
    }
}

/// What is said to whoever has signed out.
#[derive(Debug, Template)]
#[template(path = "me/out.html")]
pub(crate) struct OutPage {
    frame: Frame,
}

impl OutPage {
    fn new() -> OutPage {
        OutPage {
            frame: Frame::new("Signed out", "For a learner who has signed out."),
        }
    }
}

/// The pages' routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/me/in/{token}", get(shown).post(enter))
        .route("/me/out", get(gone).post(out))
}

fn dead() -> WebError {
    WebError::dead_link("Ask your tutor for a new one: what you did is still there.")
}

/// A link that never was costs its guesser; one that ended by itself costs nobody (threat G12).
async fn guessed(site: &Site, from: IpAddr, token: &str) -> Result<(), WebError> {
    let guess = Guess::count(site, Some(from), None).await?;
    let was_one = link::was_one(site.app(), token).await;
    guess.was_a_link(!matches!(was_one, Ok(false))).await;
    was_one?;
    Ok(())
}

/// Wrong and ended look the same (threat J7).
async fn shown(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    Path(token): Path<String>,
    uri: Uri,
) -> Result<Response, WebError> {
    guessed(&site, from, &token).await?;
    let found = link::look(site.app(), &token).await?;
    found.ok_or_else(dead)?;
    let asked = Fields::read(uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
    answer::page(&EnterPage::new(&token, asked.get("to")), NEVER)
}

/// Lets a learner in, and leads to where they wanted to go. Whoever was in on this device is out.
async fn enter(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    Path(token): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    guessed(&site, from, &token).await?;
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let session = match link::enter(site.app(), &token, agent.unwrap_or_default()).await {
        Err(crate::program::Error::NotFound(_)) => return Err(dead()),
        other => other?,
    };
    leave(&site, &headers).await?;
    let wanted = Cookie::Place.read(site.config(), &headers);
    let wanted = signed::place(fields.get("to")).or(wanted.as_deref().and_then(signed::place));
    let to = wanted.unwrap_or("/me");
    let cookie = Cookie::Learner.set(site.config(), &session);
    Ok((
        AppendHeaders([
            (header::SET_COOKIE, cookie),
            (header::SET_COOKIE, no_place(&site)),
        ]),
        Redirect::to(to),
    )
        .into_response())
}

/// Ends the session that the browser holds.
async fn leave(site: &Site, headers: &HeaderMap) -> Result<(), WebError> {
    if let Some(row) = signed::learners(site, headers).await? {
        session::end(site.app(), &row).await?;
    }
    Ok(())
}

fn no_place(site: &Site) -> HeaderValue {
    Cookie::Place.clear(site.config())
}

async fn out(State(site): State<Site>, headers: HeaderMap) -> Result<Response, WebError> {
    leave(&site, &headers).await?;
    let cookie = Cookie::Learner.clear(site.config());
    Ok((
        AppendHeaders([
            (header::SET_COOKIE, cookie),
            (header::SET_COOKIE, no_place(&site)),
        ]),
        Redirect::to("/me/out"),
    )
        .into_response())
}

async fn gone() -> Result<Response, WebError> {
    answer::page(&OutPage::new(), NEVER)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    vec![
        (
            "me-enter",
            EnterPage::new("x", "").render().expect("renders"),
        ),
        ("me-out", OutPage::new().render().expect("renders")),
    ]
}
