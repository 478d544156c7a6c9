//! `/desk`: what needs doing today.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};

use crate::{
    db::MemberState,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        frame::Frame,
        signed::Signed,
        text,
    },
    who::{self, Scope},
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk",
    label: "Today",
    scope: Scope::Read,
});

/// Something that waits to be done.
#[derive(Debug, Clone)]
pub(crate) struct ToDo {
    /// What, as a link.
    pub(crate) title: String,
    /// Where it is done.
    pub(crate) path: String,
    /// Why, in a sentence.
    pub(crate) sentence: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/today.html")]
pub(crate) struct TodayPage {
    frame: Frame,
    desk: Desk,
    day: String,
    first_name: String,
    to_do: Vec<ToDo>,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/desk", get(shown))
}

async fn shown(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let page = TodayPage {
        frame: Desk::frame("Today"),
        desk: Desk::new(&signed, "/desk"),
        day: text::day(site.now()),
        first_name: signed.name.split(' ').next().unwrap_or_default().to_owned(),
        to_do: to_do(&site, &signed).await?,
    };
    answer::page(&page, NEVER)
}

/// What waits for whoever asks.
async fn to_do(site: &Site, signed: &Signed) -> Result<Vec<ToDo>, WebError> {
    let mut all = Vec::new();
    let app = site.app();
    let who = &signed.who;
    if who.may(Scope::Manage).is_ok() {
        let issuer = app.db.of(who.issuer()).issuer().await?;
        if issuer.is_some_and(|row| row.domain_proven_at.is_none()) {
            all.push(ToDo {
                title: "Prove your web address".to_owned(),
                path: format!("/issuers/{}", who.issuer()),
                sentence: "Until then every page says “unverified organisation”. Whoever runs the service does it with skillmark organisation verify-domain.".to_owned(),
            });
        }
        let people = who::people(app, who).await?;
        let waiting = people
            .iter()
            .filter(|person| person.row.state == MemberState::Invited);
        let waiting = waiting.count();
        if waiting > 0 {
            all.push(ToDo {
                title: format!("{waiting} invited and not here yet"),
                path: "/desk/people".to_owned(),
                sentence:
                    "An invitation is good for seven days; you can make a new one at any time."
                        .to_owned(),
            });
        }
        if people.len() < 2 {
            all.push(ToDo {
                title: "Invite your colleagues".to_owned(),
                path: "/desk/people".to_owned(),
                sentence: "A tutor proposes and a reviewer decides: nobody approves their own, so it takes two.".to_owned(),
            });
        }
    }
    Ok(all)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let html = |to_do| {
        let page = TodayPage {
            frame: Desk::frame("Today"),
            desk: Desk::sample("/desk"),
            day: "22 November 2026".to_owned(),
            first_name: "Ana".to_owned(),
            to_do,
        };
        page.render().expect("renders")
    };
    let one = ToDo {
        title: "Invite your colleagues".to_owned(),
        path: "/desk/people".to_owned(),
        sentence: "It takes two.".to_owned(),
    };
    vec![
        ("desk-today", html(vec![one])),
        ("desk-today-empty", html(Vec::new())),
    ]
}
