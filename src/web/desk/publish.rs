//! `/desk/achievements/{id}/publish`: the badge and the exact credential, before an edition is made.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    standard::achievement::{self, Check, Written},
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, achievements},
        error::WebError,
        frame::Frame,
        signed::Signed,
        told::{self, Told},
    },
};

/// Not in the navigation: an achievement's page leads here.
pub(crate) const NAV: Option<Nav> = None;

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/publish.html")]
pub(crate) struct PublishPage {
    frame: Frame,
    desk: Desk,
    id: String,
    name: String,
    meaning: String,
    policy: String,
    edition: i64,
    ahead: bool,
    told: Vec<Told>,
    faults: Vec<Told>,
    warnings: Vec<Told>,
    credential: String,
}

impl PublishPage {
    fn new(desk: Desk, written: &Written, check: &Check) -> PublishPage {
        let credential = check.credential.as_ref().map(serde_json::Value::from);
        let credential = credential.and_then(|value| serde_json::to_string_pretty(&value).ok());
        PublishPage {
            frame: Desk::frame(format!("Publish {}", written.draft.name)),
            desk,
            id: written.id.to_string(),
            name: written.draft.name.clone(),
            meaning: written.draft.meaning.clone(),
            policy: achievements::policy(&written.draft),
            edition: check.edition,
            ahead: written.is_ahead(),
            told: Vec::new(),
            faults: Told::all(&check.faults),
            warnings: Told::all(&check.warnings),
            credential: credential.unwrap_or_default(),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/desk/achievements/{id}/publish", get(shown).post(publish))
}

async fn page(site: &Site, signed: &Signed, id: &str) -> Result<PublishPage, WebError> {
    let id = achievements::id_of(id)?;
    let written = achievement::open(site.app(), &signed.who, &id).await?;
    let check = achievement::check(site.app(), &signed.who, &id).await?;
    let desk = Desk::new(signed, achievements::PATH);
    Ok(PublishPage::new(desk, &written, &check))
}

async fn shown(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    answer::page(&page(&site, &signed, &id).await?, NEVER)
}

async fn publish(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let published = achievement::publish(site.app(), &signed.who, &achievements::id_of(&id)?).await;
    match published {
        Ok(_) => Ok(Redirect::to(&format!("{}/{id}", achievements::PATH)).into_response()),
        Err(error) => {
            let mut told = Told::of(error)?;
            // The fields stand on another page.
            told.iter_mut().for_each(|one| one.field.clear());
            let page = page(&site, &signed, &id).await?;
            told::again(&PublishPage { told, ..page })
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = |faults: Vec<Told>, credential: &str| PublishPage {
        frame: Desk::frame("Publish"),
        desk: Desk::sample(achievements::PATH),
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Explain a decision with data".to_owned(),
        meaning: "Can turn numbers into a clear recommendation.".to_owned(),
        policy: "3 tries, 7 days apart; good for 24 months.".to_owned(),
        edition: 2,
        ahead: true,
        told: Vec::new(),
        faults,
        warnings: vec![Told {
            place: "Standards".to_owned(),
            sentence: "none is cited: schools ask which one it counts for".to_owned(),
            field: "standards".to_owned(),
        }],
        credential: credential.to_owned(),
    };
    let fault = Told {
        place: "Task".to_owned(),
        sentence: "is missing".to_owned(),
        field: "task".to_owned(),
    };
    vec![
        (
            "desk-publish",
            page(Vec::new(), "{\n  \"type\": []\n}")
                .render()
                .expect("renders"),
        ),
        (
            "desk-publish-faults",
            page(vec![fault], "").render().expect("renders"),
        ),
    ]
}
