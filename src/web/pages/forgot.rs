//! `/sign-in/forgot`: a letter with a link to choose another password. The answer says nothing of
//! whether anybody works here with an address, and comes after the same time.

use std::time::Duration;

use askama::Template;
use axum::{
    Extension, Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    letters,
    mail::Reach,
    web::{
        Site,
        answer::{self, NEVER},
        error::WebError,
        fields::Fields,
        frame::Frame,
        site::Asker,
    },
    who::guess,
};

/// How long every answer takes, so that none tells by its time what it did.
const AFTER: Duration = Duration::from_millis(300);

/// The form, and what is said when it was sent.
#[derive(Debug, Template)]
#[template(path = "pages/forgot.html")]
pub(crate) struct ForgotPage {
    frame: Frame,
    reach: Reach,
    sent: bool,
}

impl ForgotPage {
    fn new(reach: Reach, sent: bool) -> ForgotPage {
        let frame = Frame::new(
            "Forgot your password?",
            "For people who work for an organisation.",
        );
        ForgotPage {
            frame: frame.within("/sign-in"),
            reach,
            sent,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/sign-in/forgot", get(form).post(asked))
        .route("/sign-in/forgot/sent", get(sent))
}

async fn form(State(site): State<Site>) -> Result<Response, WebError> {
    answer::page(&ForgotPage::new(Reach::of(site.config()), false), NEVER)
}

async fn asked(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    fields: Fields,
) -> Result<Response, WebError> {
    let address = fields.get("address");
    site.limits().guessers.take(from, site.now())?;
    guess::take_letter(site.app(), address).await?;
    let (done, ()) = tokio::join!(
        letters::forgotten(site.app(), address),
        tokio::time::sleep(AFTER)
    );
    done?;
    Ok(Redirect::to("/sign-in/forgot/sent").into_response())
}

async fn sent(State(site): State<Site>) -> Result<Response, WebError> {
    answer::page(&ForgotPage::new(Reach::of(site.config()), true), NEVER)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let html = |reach, sent| ForgotPage::new(reach, sent).render().expect("renders");
    vec![
        ("forgot", html(Reach::Everybody, false)),
        ("forgot-sent", html(Reach::Everybody, true)),
        ("forgot-folder", html(Reach::Folder, true)),
        ("forgot-nobody", html(Reach::Nobody, false)),
    ]
}
