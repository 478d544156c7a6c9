//! `/privacy`: what is kept, what is public and for how long, in plain words.

use askama::Template;
use axum::{Router, response::Response, routing::get};

use crate::web::{Site, answer, error::WebError, frame::Frame};

/// The page about privacy and retention.
#[derive(Debug, Template)]
#[template(path = "pages/privacy.html")]
pub(crate) struct Privacy {
    frame: Frame,
}

impl Privacy {
    /// The page.
    #[must_use]
    pub(crate) fn new() -> Privacy {
        Privacy {
            frame: Frame::new(
                "Privacy",
                "What is kept, what is public and for how long, in plain words.",
            ),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/privacy", get(privacy))
}

async fn privacy() -> Result<Response, WebError> {
    answer::page(&Privacy::new(), "public, max-age=300")
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    vec![("privacy", Privacy::new().render().expect("renders"))]
}
