//! `/sign-in` and `/sign-out`: for whoever works for an organisation.

use askama::Template;
use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    db::Stage,
    ids::IssuerId,
    web::{
        Site,
        answer::{self, NEVER},
        cookie::Cookie,
        error::{Shown, WebError},
        fields::Fields,
        frame::Frame,
        guess::Guess,
        signed::Session,
        site::Asker,
        text::Text,
    },
    who::{self, SignedIn, passkey, session},
};

/// The form.
#[derive(Debug, Template)]
#[template(path = "pages/sign_in.html")]
pub(crate) struct SignInPage {
    frame: Frame,
    fault: String,
    address: String,
    next: String,
    /// Whether passkeys can be used at our address.
    passkeys: bool,
    /// Where else they can sign in: path and what the button says.
    providers: Vec<(String, Text)>,
}

impl SignInPage {
    /// The form, with what was wrong and what was typed.
    #[must_use]
    pub(crate) fn new(site: &Site, fault: &str, address: &str, next: &str) -> SignInPage {
        SignInPage {
            passkeys: passkey::offered(site.app()),
            ..SignInPage::of(fault, address, next)
        }
    }

    fn of(fault: &str, address: &str, next: &str) -> SignInPage {
        let frame = Frame::new("Sign in", "For people who work for an organisation.");
        SignInPage {
            frame: frame.within("/sign-in"),
            fault: fault.to_owned(),
            address: address.to_owned(),
            next: next.to_owned(),
            passkeys: true,
            providers: Vec::new(),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/sign-in", get(form).post(sent))
        .route("/sign-in/of/{id}", get(form_of))
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

async fn form(
    State(site): State<Site>,
    uri: Uri,
    session: Option<Session>,
) -> Result<Response, WebError> {
    let next = asked_next(&uri);
    if session.is_some_and(|Session(row)| row.stage == Stage::In) {
        return Ok(Redirect::to(&next).into_response());
    }
    answer::page(&SignInPage::new(&site, "", "", &next), NEVER)
}

/// The form of one organisation, with its providers.
async fn form_of(
    State(site): State<Site>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, WebError> {
    let id: IssuerId = id.parse().map_err(|_| WebError::not_found())?;
    let next = asked_next(&uri);
    let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let rows = site.app().db.of(&id).providers().await?;
    let providers = rows.into_iter().map(|row| {
        let path = format!("/sign-in/with/{id}/{}?next={query}", row.provider_id);
        (path, Text::new(&row.name))
    });
    let page = SignInPage {
        providers: providers.collect(),
        ..SignInPage::new(&site, "", "", &next)
    };
    answer::page(&page, NEVER)
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
    // A wrong one costs; nobody is kept out by what others did right.
    let guess = Guess::count(&site, Some(from), Some(hash)).await?;
    let (app, door, client) = (site.app(), site.door(), client(&headers));
    let tried = who::sign_in(app, door, address, fields.whole("password"), &client).await;
    guess.ended(&tried).await;
    match tried {
        Ok(signed) => {
            leave(&site, session).await?;
            Ok(entered(&site, &signed, next))
        }
        Err(who::Error::Wrong) => again(&SignInPage::new(&site, WRONG, address, next)),
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
        let page = SignInPage::of(fault, "ana@school.example", "/desk");
        page.render().expect("renders")
    };
    let mut with = SignInPage::of("", "", "/desk");
    with.providers = vec![("/sign-in/with/a/b".to_owned(), "School account".into())];
    vec![
        ("sign-in-with", with.render().expect("renders")),
        ("sign-in", html("")),
        ("sign-in-wrong", html(WRONG)),
    ]
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
