//! `/sign-in/organisation`: whoever works for several says for which one now.

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::Uri,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    db::{MemberState, Stage},
    ids::IssuerId,
    web::{
        Site,
        answer::{self, NEVER},
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::{asked_next, next, with_cookie},
        signed::Session,
        text::Text,
    },
    who::session,
};

/// The choice.
#[derive(Debug, Template)]
#[template(path = "pages/organisation.html")]
pub(crate) struct OrganisationPage {
    frame: Frame,
    next: String,
    all: Vec<(String, Text, String)>,
}

impl OrganisationPage {
    fn new(next: &str, all: Vec<(String, Text, String)>) -> OrganisationPage {
        let frame = Frame::new("Which organisation?", "For people who work for several.");
        OrganisationPage {
            frame: frame.within("/sign-in"),
            next: next.to_owned(),
            all,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/sign-in/organisation", get(form).post(sent))
}

async fn form(
    State(site): State<Site>,
    uri: Uri,
    session: Option<Session>,
) -> Result<Response, WebError> {
    let account = session
        .filter(|Session(row)| row.stage == Stage::In)
        .and_then(|Session(row)| row.account_id);
    let Some(account) = account else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let mut places = site.app().db.memberships(&account).await?;
    places.retain(|place| place.state == MemberState::Active);
    let all = places.into_iter().map(|place| {
        let roles = place.roles.replace(' ', ", ");
        (
            place.issuer_id.to_string(),
            Text::new(&place.organisation),
            roles,
        )
    });
    let page = OrganisationPage::new(&asked_next(&uri), all.collect());
    answer::page(&page, NEVER)
}

async fn sent(
    State(site): State<Site>,
    session: Option<Session>,
    fields: Fields,
) -> Result<Response, WebError> {
    let Some(Session(row)) = session.filter(|Session(row)| row.stage == Stage::In) else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let issuer = fields.get("organisation").parse::<IssuerId>();
    let issuer = issuer.map_err(|_| WebError::not_found())?;
    let token = session::choose(site.app(), &row, &issuer).await?;
    Ok(with_cookie(&site, &token, next(fields.get("next"))))
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let one = |name: &str, roles: &str| {
        (
            "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            name.into(),
            roles.to_owned(),
        )
    };
    let two = vec![
        one("Harbour Tutoring", "tutor"),
        one("Riverside Tutoring", "reviewer, teacher"),
    ];
    let html = |all| {
        OrganisationPage::new("/desk", all)
            .render()
            .expect("renders")
    };
    vec![
        ("organisation", html(two)),
        ("organisation-none", html(Vec::new())),
    ]
}
