//! `/desk/labs/{id}/offers`: what can be earned at a lab, said anew.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    ids::{AchievementId, LabId},
    issue::publish,
    program::lab,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        said,
        signed::Signed,
        text::Text,
    },
    who::Scope,
};

/// It stands behind the lab.
pub(crate) const NAV: Option<Nav> = None;

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/offers.html")]
pub(crate) struct OffersPage {
    frame: Frame,
    desk: Desk,
    lab: String,
    name: Text,
    /// Every published achievement: id, words, whether it is on offer.
    achievements: Vec<(String, Text, bool)>,
    faults: Vec<String>,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/desk/labs/{id}/offers", get(shown).post(sent))
}

async fn page(
    site: &Site,
    signed: &Signed,
    id: &LabId,
    chosen: Option<&[AchievementId]>,
) -> Result<OffersPage, WebError> {
    let one = lab::one(site.app(), &signed.who, id).await?;
    let offered: Vec<AchievementId> = one.offers.iter().map(|one| one.id().clone()).collect();
    let chosen = chosen.unwrap_or(&offered);
    let all = publish::list(site.app(), &signed.who).await?;
    let line = |row: crate::db::AchievementRow| {
        let version = if row.version.is_empty() { "" } else { ", " };
        let words = Text::new(&format!("{}{version}{}", row.name, row.version));
        let on = chosen.contains(&row.achievement_id);
        (row.achievement_id.to_string(), words, on)
    };
    Ok(OffersPage {
        frame: Desk::frame("What can be earned"),
        desk: Desk::new(signed, "/desk/labs"),
        lab: id.to_string(),
        name: Text::new(&one.row.name),
        achievements: all.into_iter().rev().map(line).collect(),
        faults: Vec::new(),
    })
}

async fn shown(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    answer::page(&page(&site, &signed, &said::id(&id)?, None).await?, NEVER)
}

async fn sent(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    let lab_id: LabId = said::id(&id)?;
    let chosen: Result<Vec<AchievementId>, _> = fields.all("offer").map(said::id).collect();
    let chosen = chosen?;
    match lab::offer(site.app(), &signed.who, &lab_id, &chosen).await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/labs/{id}")).into_response()),
        Err(error) => {
            let faults = said::sentences(error)?;
            let page = page(&site, &signed, &lab_id, Some(&chosen)).await?;
            again(&OffersPage { faults, ..page })
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = OffersPage {
        frame: Desk::frame("What can be earned"),
        desk: Desk::sample("/desk/labs"),
        lab: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Data lab".into(),
        achievements: vec![(
            "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            "Explain a decision with data".into(),
            true,
        )],
        faults: Vec::new(),
    };
    vec![("desk-offers", page.render().expect("renders"))]
}
