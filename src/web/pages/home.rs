//! `/`: what Skillmark is for, for whom, and a box to check a credential.

use askama::Template;
use axum::{Router, response::Response, routing::get};

use crate::web::{Site, answer, error::WebError, frame::Frame};

/// The front page.
#[derive(Debug, Template)]
#[template(path = "pages/home.html")]
pub(crate) struct Home {
    frame: Frame,
}

impl Home {
    /// The front page.
    #[must_use]
    pub(crate) fn new() -> Home {
        Home {
            frame: Frame::new(
                "Proof of what someone can do",
                "Check a credential, or learn what a signed, rubric-scored credential is.",
            )
            .within("/"),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/", get(home))
}

async fn home() -> Result<Response, WebError> {
    answer::page(&Home::new(), "public, max-age=300")
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    vec![("home", Home::new().render().expect("renders"))]
}
