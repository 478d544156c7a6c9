//! Signing in with a passkey: the button on `/sign-in`.

use axum::{
    Extension, Json, Router, extract::State, http::HeaderMap, response::Response, routing::post,
};
use serde_json::Value;

use crate::{
    web::{
        Site,
        desk::passkeys::out,
        error::WebError,
        fields::Fields,
        guess::Guess,
        pages::sign_in::{SignInPage, again, client, entered, leave, next},
        signed::Session,
        site::Asker,
    },
    who::{self, passkey},
};

/// The routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/sign-in/passkey", post(shown))
        .route("/sign-in/passkey/challenge", post(asked))
}

async fn asked(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
) -> Result<Json<Value>, WebError> {
    site.limits().guessers.has(&from, site.now())?;
    Ok(out(&passkey::begin_sign_in(site.app()).await?))
}

async fn shown(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    session: Option<Session>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let next = next(fields.get("next"));
    let guess = Guess::count(&site, Some(from), None).await?;
    let (token, answer) = (fields.get("token"), fields.get("answer"));
    let client = client(&headers);
    let tried = passkey::finish_sign_in(site.app(), token, answer, &client).await;
    guess.ended(&tried).await;
    match tried {
        Ok(signed) => {
            leave(&site, session).await?;
            Ok(entered(&site, &signed, next))
        }
        Err(who::Error::Wrong) => again(&SignInPage::new(&site, WRONG, "", next)),
        Err(error) => Err(error.into()),
    }
}

const WRONG: &str = "That passkey is not known here, or not any more.";
