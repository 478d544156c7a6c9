//! `/sign-in` and `/sign-out`: for whoever works for an organisation.

use askama::Template;
use axum::{
    Extension, Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    db::Stage,
    web::{
        Site,
        answer::{self, NEVER},
        cookie::Cookie,
        error::{Shown, WebError},
        fields::Fields,
        frame::Frame,
        signed::Session,
        site::Asker,
    },
    who::{self, SignedIn, session},
};

/// The form.
#[derive(Debug, Template)]
#[template(path = "pages/sign_in.html")]
pub(crate) struct SignInPage {
    frame: Frame,
    fault: String,
    address: String,
    next: String,
}

impl SignInPage {
    fn new(fault: &str, address: &str, next: &str) -> SignInPage {
        let frame = Frame::new("Sign in", "For people who work for an organisation.");
        SignInPage {
            frame: frame.within("/sign-in"),
            fault: fault.to_owned(),
            address: address.to_owned(),
            next: next.to_owned(),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/sign-in", get(form).post(sent))
        .route("/sign-out", post(out))
}

/// Where to go after signing in: a path of ours, or the desk.
pub(crate) fn next(asked: &str) -> &str {
    let odd = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
    let ours = asked.starts_with('/') && !asked.starts_with("//") && !asked.contains(odd);
    if ours { asked } else { "/desk" }
}

/// What `?next=` says.
pub(crate) fn asked_next(uri: &Uri) -> String {
    let fields = Fields::read(uri.query().unwrap_or_default().as_bytes());
    next(fields.unwrap_or_default().get("next")).to_owned()
}

/// A few words about a browser, for the list of sessions.
pub(crate) fn client(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let first = |words: &[(&str, &'static str)]| {
        let found = words.iter().find(|(mark, _)| agent.contains(mark));
        found.map(|(_, word)| *word)
    };
    let browser = first(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown browser".to_owned(),
    }
}

async fn form(uri: Uri, session: Option<Session>) -> Result<Response, WebError> {
    let next = asked_next(&uri);
    if session.is_some_and(|Session(row)| row.stage == Stage::In) {
        return Ok(Redirect::to(&next).into_response());
    }
    answer::page(&SignInPage::new("", "", &next), NEVER)
}

async fn sent(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    session: Option<Session>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let (address, next) = (fields.get("address"), next(fields.get("next")));
    let hash = site.app().custody.account_hash(address);
    let hash = hash.map_err(who::Error::from)?;
    let limits = site.limits();
    limits.guessers.has(&from, site.now())?;
    limits.accounts.has(&hash, site.now())?;
    let (app, door, client) = (site.app(), site.door(), client(&headers));
    let tried = who::sign_in(app, door, address, fields.whole("password"), &client);
    match tried.await {
        Ok(signed) => {
            leave(&site, session).await?;
            Ok(entered(&site, &signed, next))
        }
        Err(who::Error::Wrong) => {
            // A wrong one costs; nobody is kept out by what others did right.
            let _ = limits.guessers.take(from, site.now());
            let _ = limits.accounts.take(hash, site.now());
            again(&SignInPage::new(WRONG, address, next))
        }
        Err(error) => Err(error.into()),
    }
}

const WRONG: &str = "The address or the password is not right.";

/// A form shown again with what was wrong: 422, and not cached.
pub(crate) fn again(page: &impl Template) -> Result<Response, WebError> {
    let mut response = answer::page(page, NEVER)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response.extensions_mut().insert(Shown);
    Ok(response)
}

/// Ends the session that the browser held before.
pub(crate) async fn leave(site: &Site, session: Option<Session>) -> Result<(), WebError> {
    if let Some(Session(row)) = session {
        session::end(site.app(), &row).await?;
    }
    Ok(())
}

/// Leads somebody who came in to where they wanted, or to where they give a code.
pub(crate) fn entered(site: &Site, signed: &SignedIn, next: &str) -> Response {
    let to = match signed.stage {
        Stage::In => next.to_owned(),
        Stage::Code => {
            let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("/sign-in/code?next={next}")
        }
    };
    with_cookie(site, &signed.token, &to)
}

/// Leads somewhere with a new session.
pub(crate) fn with_cookie(site: &Site, token: &who::Token, to: &str) -> Response {
    let cookie = Cookie::Member.set(site.config(), token);
    let headers = [(header::SET_COOKIE, cookie)];
    (headers, Redirect::to(to)).into_response()
}

async fn out(State(site): State<Site>, session: Option<Session>) -> Result<Response, WebError> {
    leave(&site, session).await?;
    let cookie = Cookie::Member.clear(site.config());
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let html = |fault| {
        let page = SignInPage::new(fault, "ana@school.example", "/desk");
        page.render().expect("renders")
    };
    vec![("sign-in", html("")), ("sign-in-wrong", html(WRONG))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f20_only_paths_of_ours_come_next() {
        for (asked, to) in [
            ("/desk/labs?a=b", "/desk/labs?a=b"),
            ("", "/desk"),
            ("//evil.test", "/desk"),
            ("/\\evil.test", "/desk"),
            ("https://evil.test", "/desk"),
            ("/\t/evil.test", "/desk"),
        ] {
            assert_eq!(next(asked), to, "{asked}");
        }
    }

    #[test]
    fn a_browser_is_named_in_a_few_words() {
        let named = |agent: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, agent.parse().expect("a header"));
            client(&headers)
        };
        let chrome = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile Safari/537.36";
        assert_eq!(named(chrome), "Chrome on Android");
        assert_eq!(named("curl/8"), "Unknown browser");
    }
}
