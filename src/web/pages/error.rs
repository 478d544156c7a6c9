//! The page for everything that goes wrong.

use askama::Template;
use axum::Router;

use crate::web::{Site, frame::Frame};

/// An error, for a person.
#[derive(Debug, Template)]
#[template(path = "pages/error.html")]
pub(crate) struct ErrorPage {
    frame: Frame,
    status: u16,
    title: &'static str,
    detail: String,
    request_id: String,
}

impl ErrorPage {
    /// The page for one error.
    #[must_use]
    pub(crate) fn new(
        status: u16,
        title: &'static str,
        detail: &str,
        request_id: &str,
    ) -> ErrorPage {
        ErrorPage {
            frame: Frame::new(title, "This page could not be shown."),
            status,
            title,
            detail: detail.to_owned(),
            request_id: request_id.to_owned(),
        }
    }
}

/// No route of its own: the outermost layer shows it.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let html = |status, title, detail| {
        ErrorPage::new(status, title, detail, "q8Zr4XfLk2")
            .render()
            .expect("renders")
    };
    vec![
        (
            "error-404",
            html(
                404,
                "Nothing here",
                "There is nothing at this address. It may have been mistyped, or taken away.",
            ),
        ),
        (
            "error-429",
            html(
                429,
                "Please wait a little",
                "That was a lot at once. Please wait a little and try again.",
            ),
        ),
    ]
}
