//! `/me/in/{token}`: a learner comes in with a link of their own. Looking at the link does nothing
//! (programs that preview links look too); the button lets in.

use askama::Template;
use axum::{
    Router,
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

/// Wrong and ended look the same: there is nothing here (threat J7).
async fn shown(State(site): State<Site>, Path(token): Path<String>) -> Result<Response, WebError> {
    let found = link::look(site.app(), &token).await?;
    found.ok_or_else(WebError::not_found)?;
    answer::page(&EnterPage::new(&token), NEVER)
}

async fn enter(
    State(site): State<Site>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
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
