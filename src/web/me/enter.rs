//! `/me/in/{token}`: a learner comes in with a link of their own. Looking at the link does nothing
//! (programs that preview links look too); the button lets in.

use std::net::IpAddr;

use askama::Template;
use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    program::link,
    web::{
        Site,
        answer::{self, NEVER},
        cookie::Cookie,
        error::WebError,
        frame::Frame,
        guess::Guess,
        site::Asker,
    },
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "me/enter.html")]
pub(crate) struct EnterPage {
    frame: Frame,
    token: String,
}

impl EnterPage {
    fn new(token: &str) -> EnterPage {
        EnterPage {
            frame: Frame::new("Come in", "For a learner with a link of their own."),
            token: token.to_owned(),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/me/in/{token}", get(shown).post(enter))
}

/// A link that never was costs its guesser; one that ended by itself costs nobody (threat G12).
async fn guessed(site: &Site, from: IpAddr, token: &str) -> Result<(), WebError> {
    let guess = Guess::count(site, Some(from), None).await?;
    let was_one = link::was_one(site.app(), token).await;
    guess.was_a_link(!matches!(was_one, Ok(false))).await;
    was_one?;
    Ok(())
}

/// Wrong and ended look the same: there is nothing here (threat J7).
async fn shown(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    guessed(&site, from, &token).await?;
    let found = link::look(site.app(), &token).await?;
    found.ok_or_else(WebError::not_found)?;
    answer::page(&EnterPage::new(&token), NEVER)
}

async fn enter(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    guessed(&site, from, &token).await?;
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let session = match link::enter(site.app(), &token, agent.unwrap_or_default()).await {
        Err(crate::program::Error::NotFound(_)) => return Err(WebError::not_found()),
        other => other?,
    };
    let cookie = Cookie::Learner.set(site.config(), &session);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/me")).into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    vec![("me-enter", EnterPage::new("x").render().expect("renders"))]
}
