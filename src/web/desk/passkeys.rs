//! Passkeys, on the page of one's account.

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use serde_json::{Value, json};

use crate::{
    web::{
        Site,
        desk::{account::AccountPage, people::told},
        error::WebError,
        fields::Fields,
        pages::sign_in::again,
        signed::Signed,
    },
    who::{
        self,
        passkey::{self, Challenge},
    },
};

/// The routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk/account/passkeys", post(added))
        .route("/desk/account/passkeys/challenge", post(challenged))
        .route("/desk/account/passkeys/remove", post(removed))
}

/// A challenge, for the script that asks the browser.
pub(crate) fn out(challenge: &Challenge) -> Json<Value> {
    Json(json!({"token": challenge.token.reveal(), "publicKey": challenge.options}))
}

async fn challenged(State(site): State<Site>, signed: Signed) -> Result<Json<Value>, WebError> {
    let challenge = passkey::begin_adding(site.app(), signed.account()?).await?;
    Ok(out(&challenge))
}

async fn added(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let account = signed.account()?;
    let (token, name, answer) = (
        fields.get("token"),
        fields.get("name"),
        fields.get("answer"),
    );
    match passkey::finish_adding(site.app(), account, token, name, answer).await {
        Ok(()) => Ok(Redirect::to("/desk/account").into_response()),
        Err(error) => refused(&site, &signed, error).await,
    }
}

async fn removed(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let account = signed.account()?;
    match passkey::remove(site.app(), account, fields.get("id")).await {
        Ok(()) => Ok(Redirect::to("/desk/account").into_response()),
        Err(error) => refused(&site, &signed, error).await,
    }
}

async fn refused(site: &Site, signed: &Signed, error: who::Error) -> Result<Response, WebError> {
    let faults = told(error)?;
    again(&AccountPage::read(site, signed).await?.with(faults))
}
