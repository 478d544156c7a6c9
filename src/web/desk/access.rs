//! `/desk/access`: who may do what. The page shows the very table that decides.

use askama::Template;
use axum::{Router, response::Response, routing::get};

use crate::{
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        frame::Frame,
        signed::Signed,
    },
    who::{Role, Scope, TABLE},
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk/access",
    label: "Who may do what",
    any: &[Scope::Read],
});

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/access.html")]
pub(crate) struct AccessPage {
    frame: Frame,
    desk: Desk,
    roles: &'static [Role],
    lines: Vec<(Scope, Vec<bool>)>,
}

impl AccessPage {
    fn new(desk: Desk) -> AccessPage {
        let line = |scope: Scope| (scope, Role::ALL.map(|role| role.may(scope)).to_vec());
        AccessPage {
            frame: Desk::frame("Who may do what"),
            desk,
            roles: &Role::ALL,
            lines: TABLE.iter().map(|(scope, _)| line(*scope)).collect(),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/desk/access", get(shown))
}

async fn shown(signed: Signed) -> Result<Response, WebError> {
    let desk = Desk::new(&signed, "/desk/access");
    answer::page(&AccessPage::new(desk), NEVER)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = AccessPage::new(Desk::sample("/desk/access"));
    vec![("desk-access", page.render().expect("renders"))]
}
