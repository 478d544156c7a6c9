//! `/desk/editions/{id}`: what employers say of a published edition, and asking another one.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    db::EndorsementState,
    ids::AchievementId,
    issue::{Error, publish},
    mail::Reach,
    standard::employer::{self, Asked, By, DAYS, Invitation},
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, achievements},
        error::WebError,
        fields::Fields,
        frame::Frame,
        signed::Signed,
        text,
        told::{self, Told},
    },
};

/// Not in the navigation: an achievement's page leads here.
pub(crate) const NAV: Option<Nav> = None;

/// An employer in a line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    id: String,
    organisation: String,
    person: String,
    said: String,
    state: &'static str,
    good: bool,
    open: bool,
    changed: String,
}

impl Line {
    fn of(asked: &Asked, now: jiff::Timestamp) -> Line {
        let details = asked.details.clone().unwrap_or_default();
        let ended = asked.expires_at <= now;
        let waiting = matches!(
            asked.state,
            EndorsementState::Invited | EndorsementState::Started
        );
        Line {
            id: asked.id.to_string(),
            organisation: match details.organisation.as_str() {
                "" => "Forgotten".to_owned(),
                name => name.to_owned(),
            },
            person: [details.name, details.email].join(" ").trim().to_owned(),
            said: details.comment,
            state: match asked.state {
                _ if waiting && ended => "link has ended",
                EndorsementState::Invited => "asked",
                EndorsementState::Started => "opened the link",
                EndorsementState::Commented => "commented",
                EndorsementState::Endorsed => "endorsed",
                EndorsementState::Declined => "would rather not",
                EndorsementState::Withdrawn => "taken back",
            },
            good: asked.state == EndorsementState::Endorsed,
            open: asked.state != EndorsementState::Withdrawn,
            changed: text::day(asked.changed_at),
        }
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/edition.html")]
pub(crate) struct EditionPage {
    frame: Frame,
    desk: Desk,
    id: String,
    name: String,
    version: String,
    meaning: String,
    told: Vec<Told>,
    link: String,
    lines: Vec<Line>,
    /// Whether letters reach anybody.
    letters: bool,
    organisation: String,
    person: String,
    email: String,
    days: String,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk/editions/{id}", get(shown).post(invite))
        .route("/desk/editions/{id}/withdraw", post(withdraw))
}

async fn page(site: &Site, signed: &Signed, id: &AchievementId) -> Result<EditionPage, WebError> {
    let app = site.app();
    let published = publish::achievement(app, &signed.who, id).await?;
    let asked = employer::asked(app, &signed.who, id).await?;
    Ok(EditionPage {
        frame: Desk::frame(format!("What employers say of {}", published.name())),
        desk: Desk::new(signed, achievements::PATH),
        id: id.to_string(),
        name: published.name().to_owned(),
        version: published.version().to_owned(),
        meaning: published.meaning().to_owned(),
        told: Vec::new(),
        link: String::new(),
        lines: asked
            .iter()
            .map(|asked| Line::of(asked, site.now()))
            .collect(),
        letters: Reach::of(site.config()) == Reach::Everybody,
        organisation: String::new(),
        person: String::new(),
        email: String::new(),
        days: DAYS.to_string(),
    })
}

fn id_of(text: &str) -> Result<AchievementId, WebError> {
    Ok(text.parse().map_err(|_| Error::NotFound("achievement"))?)
}

async fn shown(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    answer::page(&page(&site, &signed, &id_of(&id)?).await?, NEVER)
}

async fn invite(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let id = id_of(&id)?;
    let asked = Invitation {
        organisation: fields.get("organisation").to_owned(),
        name: fields.get("person").to_owned(),
        email: fields.get("email").to_owned(),
        days: fields.get("days").parse().unwrap_or_default(),
    };
    let by = match fields.has("by_hand") {
        true => By::Hand,
        false => By::Letter,
    };
    match employer::invite(site.app(), &signed.who, &id, &asked, by).await {
        Ok(sent) if sent.by == By::Letter => {
            Ok(Redirect::to(&format!("/desk/editions/{id}")).into_response())
        }
        Ok(sent) => {
            let link = site.link(&employer::path(&sent.token));
            let page = page(&site, &signed, &id).await?;
            answer::page(&EditionPage { link, ..page }, NEVER)
        }
        Err(error) => {
            let told = Told::of(error)?;
            let page = EditionPage {
                told,
                organisation: asked.organisation,
                person: asked.name,
                email: asked.email,
                days: fields.get("days").to_owned(),
                ..page(&site, &signed, &id).await?
            };
            told::again(&page)
        }
    }
}

async fn withdraw(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let which = fields.get("employer").parse();
    let which = which.map_err(|_| Error::NotFound("invitation"))?;
    employer::withdraw(site.app(), &signed.who, &which).await?;
    Ok(Redirect::to(&format!("/desk/editions/{}", id_of(&id)?)).into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let line = |state, good, open| Line {
        id: "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        organisation: "Harbour Line Welding".to_owned(),
        person: "Jo Doe jo@harbourline.example".to_owned(),
        said: "We would hire for this.".to_owned(),
        state,
        good,
        open,
        changed: "1 March 2026".to_owned(),
    };
    let page = |told, link: &str, lines| EditionPage {
        frame: Desk::frame("What employers say"),
        desk: Desk::sample(achievements::PATH),
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Explain a decision with data".to_owned(),
        version: "2".to_owned(),
        meaning: "Can turn numbers into a clear recommendation.".to_owned(),
        told,
        link: link.to_owned(),
        lines,
        letters: link.is_empty(),
        organisation: String::new(),
        person: String::new(),
        email: String::new(),
        days: "21".to_owned(),
    };
    let lines = vec![
        line("endorsed", true, true),
        line("taken back", false, false),
    ];
    let told = vec![Told {
        place: "Email".to_owned(),
        sentence: "is no e-mail address".to_owned(),
        field: "email".to_owned(),
    }];
    vec![
        (
            "desk-edition",
            page(Vec::new(), "", lines.clone())
                .render()
                .expect("renders"),
        ),
        (
            "desk-edition-link",
            page(Vec::new(), "/employer/abc", lines)
                .render()
                .expect("renders"),
        ),
        (
            "desk-edition-empty",
            page(told, "", Vec::new()).render().expect("renders"),
        ),
    ]
}
