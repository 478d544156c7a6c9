//! `/desk/providers`: where colleagues may sign in from instead of with a password.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, people::told},
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        signed::Signed,
        text::Text,
    },
    who::{
        Scope,
        provider::{self, NewProvider},
    },
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk/providers",
    label: "Signing in",
    any: &[Scope::Manage],
});

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/providers.html")]
pub(crate) struct ProvidersPage {
    frame: Frame,
    desk: Desk,
    /// The page where colleagues find the buttons.
    door: String,
    /// Where a provider sends people back to.
    back: String,
    all: Vec<(String, Text, String)>,
    typed: NewProvider,
    faults: Vec<String>,
}

impl ProvidersPage {
    async fn read(
        site: &Site,
        signed: &Signed,
        typed: NewProvider,
    ) -> Result<ProvidersPage, WebError> {
        let rows = provider::list(site.app(), &signed.who).await?;
        let all = rows.into_iter().map(|row| {
            let name = Text::new(&row.name);
            (row.provider_id.to_string(), name, row.address)
        });
        Ok(ProvidersPage {
            frame: Desk::frame("Signing in"),
            desk: Desk::new(signed, "/desk/providers"),
            door: site.link(&format!("/sign-in/of/{}", signed.who.issuer())),
            back: site.link(provider::RETURN_PATH),
            all: all.collect(),
            typed,
            faults: Vec::new(),
        })
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk/providers", get(shown).post(added))
        .route("/desk/providers/{id}/remove", post(removed))
}

async fn shown(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let page = ProvidersPage::read(&site, &signed, NewProvider::default()).await?;
    answer::page(&page, NEVER)
}

async fn added(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let typed = NewProvider {
        name: fields.get("name").to_owned(),
        address: fields.get("address").to_owned(),
        client_id: fields.get("client_id").to_owned(),
        secret: fields.get("secret").to_owned(),
    };
    match provider::add(site.app(), &signed.who, &typed).await {
        Ok(_) => Ok(Redirect::to("/desk/providers").into_response()),
        Err(error) => {
            let faults = told(error)?;
            let page = ProvidersPage::read(&site, &signed, typed).await?;
            again(&ProvidersPage { faults, ..page })
        }
    }
}

async fn removed(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Manage)?;
    let gone = |_| WebError::no_such("sign-in provider");
    provider::remove(site.app(), &signed.who, &id.parse().map_err(gone)?).await?;
    Ok(Redirect::to("/desk/providers").into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = |all, faults: &[&str]| ProvidersPage {
        frame: Desk::frame("Signing in"),
        desk: Desk::sample("/desk/providers"),
        door: "/sign-in/of/x".to_owned(),
        back: "/sign-in/with/done".to_owned(),
        all,
        typed: NewProvider::default(),
        faults: faults.iter().map(|text| (*text).to_owned()).collect(),
    };
    let one = (
        "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        "School account".into(),
        "https://login.school.example".to_owned(),
    );
    let html = |page: ProvidersPage| page.render().expect("renders");
    vec![
        ("desk-providers", html(page(vec![one], &[]))),
        (
            "desk-providers-empty",
            html(page(Vec::new(), &["The name is missing."])),
        ),
    ]
}
