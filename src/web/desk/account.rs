//! `/desk/account`: one's own way in: password, passkeys, sessions.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    ids::SessionId,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, passkeys, people::told},
        error::WebError,
        fields::Fields,
        frame::Frame,
        guess::Guess,
        pages::sign_in::again,
        signed::Signed,
        text::{self, Text},
    },
    who::{self, Own, passkey, session},
};

/// Under one's own name, at the top of every page.
pub(crate) const NAV: Option<Nav> = None;

/// A sign-in somewhere.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    id: String,
    client: Text,
    since: String,
    seen: String,
    is_this: bool,
}

/// A passkey.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    id: String,
    name: Text,
    since: String,
    used: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/account.html")]
pub(crate) struct AccountPage {
    frame: Frame,
    desk: Desk,
    address: String,
    roles: String,
    has_password: bool,
    two_steps: bool,
    codes_left: i64,
    sessions: Vec<Seen>,
    passkeys: Vec<Key>,
    /// Whether passkeys can be used at our address.
    offered: bool,
    faults: Vec<String>,
    done: &'static str,
}

impl AccountPage {
    fn new(desk: Desk, own: &Own, this: &SessionId, now: jiff::Timestamp) -> AccountPage {
        let seen = own.sessions.iter().map(|row| Seen {
            id: row.session_id.to_string(),
            client: Text::new(&row.client),
            since: text::day(*row.created_at),
            seen: text::age(*row.seen_at, now),
            is_this: row.session_id == *this,
        });
        let keys = own.passkeys.iter().map(|row| Key {
            id: row.passkey_id.clone(),
            name: Text::new(&row.name),
            since: text::day(*row.created_at),
            used: row
                .used_at
                .map_or("never".to_owned(), |at| text::age(*at, now)),
        });
        AccountPage {
            frame: Desk::frame("Your account"),
            desk,
            address: own.address.clone(),
            roles: String::new(),
            has_password: own.has_password,
            two_steps: own.two_steps,
            codes_left: own.codes_left,
            sessions: seen.collect(),
            passkeys: keys.collect(),
            offered: true,
            faults: Vec::new(),
            done: "",
        }
    }

    /// The same with what was wrong.
    pub(crate) fn with(self, faults: Vec<String>) -> AccountPage {
        AccountPage { faults, ..self }
    }

    /// The page of whoever is signed in.
    ///
    /// # Errors
    /// 404 for the operator who looks in, who has no account.
    pub(crate) async fn read(site: &Site, signed: &Signed) -> Result<AccountPage, WebError> {
        let own = who::own(site.app(), signed.account()?).await?;
        let desk = Desk::new(signed, "");
        let roles = who::words_of(signed.who.roles()).replace(' ', ", ");
        let this = &signed.session.session_id;
        let page = AccountPage::new(desk, &own, this, site.now());
        let offered = passkey::offered(site.app());
        Ok(AccountPage {
            roles,
            offered,
            ..page
        })
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk/account", get(shown))
        .route("/desk/account/password", post(password))
        .route("/desk/account/sessions/{id}", post(ended))
        .route("/desk/account/sessions", post(ended_others))
        .merge(passkeys::routes())
}

async fn shown(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    answer::page(&AccountPage::read(&site, &signed).await?, NEVER)
}

async fn password(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let account = signed.account()?;
    let key = account.as_str().as_bytes().to_vec();
    let guess = Guess::count(&site, None, Some(key)).await?;
    let this = &signed.session.session_id;
    let (old, new) = (fields.whole("old"), fields.whole("password"));
    let tried = who::change_password(site.app(), site.door(), account, this, old, new).await;
    guess.ended(&tried).await;
    let faults = match tried {
        Ok(()) => {
            let page = AccountPage::read(&site, &signed).await?;
            let done = "Your password is changed. You are signed out everywhere else.";
            return answer::page(&AccountPage { done, ..page }, NEVER);
        }
        Err(who::Error::Wrong) => vec!["That is not your password of today.".to_owned()],
        Err(error) => told(error)?,
    };
    let page = AccountPage::read(&site, &signed).await?;
    again(&AccountPage { faults, ..page })
}

async fn ended(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id = id.parse().map_err(|_| WebError::no_such("session"))?;
    session::end_other(site.app(), signed.account()?, &id).await?;
    Ok(Redirect::to("/desk/account").into_response())
}

async fn ended_others(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let this = &signed.session.session_id;
    session::end_others(site.app(), signed.account()?, this).await?;
    Ok(Redirect::to("/desk/account").into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let seen = |client: &str, is_this| Seen {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        client: client.into(),
        since: "22 November 2026".to_owned(),
        seen: "just now".to_owned(),
        is_this,
    };
    let key = Key {
        id: "aWQ".to_owned(),
        name: "Phone".into(),
        since: "22 November 2026".to_owned(),
        used: "never".to_owned(),
    };
    let page = |two_steps, faults: &[&str]| AccountPage {
        frame: Desk::frame("Your account"),
        desk: Desk::sample(""),
        address: "ana@harbour.example".to_owned(),
        roles: "tutor, reviewer".to_owned(),
        has_password: true,
        two_steps,
        codes_left: 2,
        sessions: vec![
            seen("Firefox on Linux", true),
            seen("Chrome on Android", false),
        ],
        passkeys: if two_steps {
            vec![key.clone()]
        } else {
            Vec::new()
        },
        offered: true,
        faults: faults.iter().map(|text| (*text).to_owned()).collect(),
        done: if two_steps { "Done." } else { "" },
    };
    let html = |page: AccountPage| page.render().expect("renders");
    vec![
        ("desk-account", html(page(false, &[]))),
        ("desk-account-two", html(page(true, &[]))),
        (
            "desk-account-faults",
            html(page(false, &["That is not your password of today."])),
        ),
    ]
}
