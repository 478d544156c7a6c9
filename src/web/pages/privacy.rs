//! `/privacy`: what is kept, what is public and for how long, in plain words.

use askama::Template;
use axum::{Router, response::Response, routing::get};

use crate::{
    config::limits::{
        KEEP_AUDIT_DAYS, KEEP_ENDED_PORTFOLIOS_DAYS, KEEP_REQUESTS_DAYS, KEEP_WORK_DAYS,
    },
    portfolio::{DEFAULT_DAYS, MAX_DAYS, MAX_DAYS_MINOR},
    program::guardian,
    web::{Site, answer, error::WebError, frame::Frame},
};

/// The page about privacy and retention.
#[derive(Debug, Template)]
#[template(path = "pages/privacy.html")]
pub(crate) struct Privacy {
    frame: Frame,
    days: Days,
}

/// The times the page promises, in days: those that the program keeps to.
#[derive(Debug)]
struct Days {
    link: i64,
    link_adult: i64,
    link_minor: i64,
    guardian: i64,
    portfolio: i64,
    request: i64,
    audit: i64,
    /// Batches, letters, messages and guardians' links that ended.
    work: i64,
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
            days: Days {
                link: DEFAULT_DAYS,
                link_adult: MAX_DAYS,
                link_minor: MAX_DAYS_MINOR,
                guardian: guardian::DAYS,
                portfolio: KEEP_ENDED_PORTFOLIOS_DAYS,
                request: KEEP_REQUESTS_DAYS,
                audit: KEEP_AUDIT_DAYS,
                work: KEEP_WORK_DAYS,
            },
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
