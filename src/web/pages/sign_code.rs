//! `/sign-in/code`: the one-time code of somebody whose password was right.

use askama::Template;
use axum::{
    Extension, Router,
    extract::State,
    http::Uri,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    db::Stage,
    web::{
        Site,
        answer::{self, NEVER},
        error::WebError,
        fields::Fields,
        frame::Frame,
        guess::Guess,
        pages::sign_in::{again, asked_next, next, with_cookie},
        signed::Session,
        site::Asker,
    },
    who,
};

/// The form.
#[derive(Debug, Template)]
#[template(path = "pages/sign_code.html")]
pub(crate) struct CodePage {
    frame: Frame,
    fault: &'static str,
    next: String,
}

impl CodePage {
    fn new(fault: &'static str, next: &str) -> CodePage {
        let frame = Frame::new("One more step", "For people who work for an organisation.");
        CodePage {
            frame: frame.within("/sign-in"),
            fault,
            next: next.to_owned(),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/sign-in/code", get(form).post(sent))
}

async fn form(uri: Uri, session: Option<Session>) -> Result<Response, WebError> {
    let next = asked_next(&uri);
    match session {
        Some(Session(row)) if row.stage == Stage::Code => {
            answer::page(&CodePage::new("", &next), NEVER)
        }
        _ => Ok(Redirect::to("/sign-in").into_response()),
    }
}

async fn sent(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    session: Option<Session>,
    fields: Fields,
) -> Result<Response, WebError> {
    let Some(Session(row)) = session else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let id = row.account_id.as_ref().map(|id| id.as_str().as_bytes());
    let key = id.unwrap_or_default().to_vec();
    let guess = Guess::count(&site, Some(from), Some(key)).await?;
    let next = next(fields.get("next"));
    let tried = who::give_code(site.app(), &row, fields.get("code")).await;
    guess.ended(&tried).await;
    match tried {
        Ok(token) => Ok(with_cookie(&site, &token, next)),
        Err(who::Error::Wrong) => again(&CodePage::new(WRONG, next)),
        Err(error) => Err(error.into()),
    }
}

const WRONG: &str = "That code is not right, or was used before. Wait for the next one.";

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let html = |fault| CodePage::new(fault, "/desk").render().expect("renders");
    vec![("sign-code", html("")), ("sign-code-wrong", html(WRONG))]
}
