//! `/sign-in/with/…`: there and back, for whoever signs in with what their school has.

use axum::{
    Extension, Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    ids::{IssuerId, ProviderId},
    web::{
        Site,
        cookie::Cookie,
        error::WebError,
        fields::Fields,
        guess::Guess,
        pages::sign_in::{asked_next, client, entered, leave},
        signed::Session,
        site::Asker,
    },
    who::{self, provider, support},
};

/// The routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/sign-in/support/{token}", get(help))
        .route("/sign-in/with/{issuer}/{id}", get(there))
        .route(provider::RETURN_PATH, get(back))
}

/// The operator looks in, by a link that works once.
async fn help(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    Path(token): Path<String>,
    session: Option<Session>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let guess = Guess::count(&site, Some(from), None).await?;
    let tried = support::enter(site.app(), &token, &client(&headers)).await;
    guess.ended(&tried).await;
    match tried {
        Ok(signed) => {
            leave(&site, session).await?;
            Ok(entered(&site, &signed, "/desk"))
        }
        Err(who::Error::NotFound(_)) => Err(WebError::dead_link(
            "Whoever looks after the service can make a new one.",
        )),
        Err(error) => Err(error.into()),
    }
}

async fn there(
    State(site): State<Site>,
    Path((issuer, id)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, WebError> {
    let issuer: IssuerId = issuer.parse().map_err(|_| WebError::not_found())?;
    let id: ProviderId = id.parse().map_err(|_| WebError::not_found())?;
    let sent = provider::begin(site.app(), &issuer, &id, &asked_next(&uri)).await;
    let sent = sent.map_err(|error| match error {
        who::Error::NotFound(_) => WebError::not_found(),
        other => other.into(),
    })?;
    let cookie = Cookie::Provider.set(site.config(), &sent.state);
    let headers = [
        (header::SET_COOKIE, cookie),
        (
            header::CACHE_CONTROL,
            header::HeaderValue::from_static("no-store"),
        ),
    ];
    Ok((headers, Redirect::to(&sent.to)).into_response())
}

async fn back(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    session: Option<Session>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let state = fields.get("state");
    let guess = Guess::count(&site, Some(from), None).await?;
    // What comes back has to come back to the browser that was sent.
    let held = Cookie::Provider.read(site.config(), &headers);
    let tried = if held.as_deref() == Some(state) && !fields.get("code").is_empty() {
        let client = client(&headers);
        provider::finish(site.app(), state, fields.get("code"), &client).await
    } else {
        Err(who::Error::Wrong)
    };
    guess.ended(&tried).await;
    match tried {
        Ok((signed, next)) => {
            leave(&site, session).await?;
            let mut response = entered(&site, &signed, &next);
            let over = Cookie::Provider.clear(site.config());
            response.headers_mut().append(header::SET_COOKIE, over);
            Ok(response)
        }
        Err(who::Error::Wrong) => Err(WebError::new(
            StatusCode::FORBIDDEN,
            "wrong_sign_in",
            REFUSED,
        )),
        Err(error) => Err(error.into()),
    }
}

const REFUSED: &str = "You could not be signed in: nobody here was invited by the e-mail address that your school told us and has confirmed, or it took too long. Ask an administrator to invite you by that address, and try again.";
