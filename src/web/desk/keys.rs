//! `/desk/keys`: API keys, with which programs speak for the organisation.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    db::ApiKeyRow,
    issue::{self, issuer},
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        signed::Signed,
        text::{self, Text},
    },
    who::{Scope, Secret},
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk/keys",
    label: "API keys",
    any: &[Scope::Manage],
});

/// A key, without its secret.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    id: String,
    name: Text,
    scopes: String,
    made: String,
    state: String,
    works: bool,
}

impl Key {
    fn of(row: &ApiKeyRow, now: Timestamp) -> Key {
        let (works, state) = match (row.revoked_at, row.expires_at) {
            (Some(at), _) => (false, format!("taken back {}", text::day(*at))),
            (None, Some(at)) if *at <= now => (false, format!("ended {}", text::day(*at))),
            (None, Some(at)) => (true, format!("works until {}", text::day(*at))),
            (None, None) => (true, "works until it is taken back".to_owned()),
        };
        Key {
            id: row.api_key_id.to_string(),
            name: Text::new(&row.name),
            scopes: row.scopes.replace(' ', ", "),
            made: text::day(*row.created_at),
            state,
            works,
        }
    }
}

/// What was typed for a new one.
#[derive(Debug, Clone, Default)]
struct Typed {
    name: String,
    expires: String,
    scopes: Vec<Scope>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/keys.html")]
pub(crate) struct KeysPage {
    frame: Frame,
    desk: Desk,
    keys: Vec<Key>,
    typed: Typed,
    boxes: Vec<(Scope, bool)>,
    faults: Vec<String>,
    made: String,
}

impl KeysPage {
    fn new(desk: Desk, keys: Vec<Key>, mine: &[Scope], typed: Typed) -> KeysPage {
        let offered = Scope::ALL.into_iter().filter(|scope| mine.contains(scope));
        KeysPage {
            frame: Desk::frame("API keys"),
            desk,
            keys,
            boxes: offered
                .map(|scope| (scope, typed.scopes.contains(&scope)))
                .collect(),
            typed,
            faults: Vec::new(),
            made: String::new(),
        }
    }

    async fn read(site: &Site, signed: &Signed, typed: Typed) -> Result<KeysPage, WebError> {
        let rows = issuer::api_keys(site.app(), &signed.who).await?;
        let keys = rows.iter().rev().map(|row| Key::of(row, site.now()));
        let desk = Desk::new(signed, "/desk/keys");
        Ok(KeysPage::new(
            desk,
            keys.collect(),
            signed.who.scopes(),
            typed,
        ))
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk/keys", get(shown).post(made))
        .route("/desk/keys/{id}/revoke", post(revoked))
}

async fn shown(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    answer::page(
        &KeysPage::read(&site, &signed, Typed::default()).await?,
        NEVER,
    )
}

async fn made(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let typed = Typed {
        name: fields.get("name").to_owned(),
        expires: fields.get("expires").to_owned(),
        scopes: fields
            .all("scope")
            .filter_map(|word| word.parse().ok())
            .collect(),
    };
    let faults = match make(&site, &signed, &typed).await {
        Ok(secret) => {
            let page = KeysPage::read(&site, &signed, Typed::default()).await?;
            let made = secret.reveal().to_owned();
            return answer::page(&KeysPage { made, ..page }, NEVER);
        }
        Err(issue::Error::Faults(faults)) => faults.iter().map(in_words).collect(),
        Err(other) => return Err(other.into()),
    };
    let page = KeysPage::read(&site, &signed, typed).await?;
    again(&KeysPage { faults, ..page })
}

async fn make(site: &Site, signed: &Signed, typed: &Typed) -> Result<Secret, issue::Error> {
    let expires = match typed.expires.as_str() {
        "" => None,
        text => Some(end_of(text)?),
    };
    let (app, who) = (site.app(), &signed.who);
    let made = issuer::new_api_key(app, who, &typed.name, &typed.scopes, expires).await?;
    Ok(made.1)
}

/// The last second of a day, UTC.
fn end_of(text: &str) -> Result<Timestamp, issue::Error> {
    let fault = || issue::Error::Faults(vec![issue::Fault::new("/expires", "is no day")]);
    let date: Date = text.parse().map_err(|_| fault())?;
    let next = date
        .tomorrow()
        .and_then(|date| date.to_zoned(TimeZone::UTC));
    Ok(next.map_err(|_| fault())?.timestamp())
}

fn in_words(fault: &issue::Fault) -> String {
    let what = match fault.pointer.as_str() {
        "/name" => "The name",
        "/expires" => "The end",
        _ => "What it may do",
    };
    format!("{what} {}.", fault.sentence)
}

async fn revoked(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Manage)?;
    let id = id.parse().map_err(|_| WebError::no_such("API key"))?;
    issuer::revoke_api_key(site.app(), &signed.who, &id).await?;
    Ok(Redirect::to("/desk/keys").into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let key = |works| Key {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "School system".into(),
        scopes: "issue, read".to_owned(),
        made: "22 November 2026".to_owned(),
        state: "works until it is taken back".to_owned(),
        works,
    };
    let page = |keys| {
        let desk = Desk::sample("/desk/keys");
        KeysPage::new(desk, keys, &Scope::ALL, Typed::default())
    };
    let html = |page: KeysPage| page.render().expect("renders");
    vec![
        ("desk-keys", html(page(vec![key(true), key(false)]))),
        ("desk-keys-empty", html(page(Vec::new()))),
        (
            "desk-keys-made",
            html(KeysPage {
                made: "skm_x".to_owned(),
                faults: vec!["The name is missing.".to_owned()],
                ..page(vec![key(true)])
            }),
        ),
    ]
}
