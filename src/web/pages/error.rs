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
    /// What is wrong with what was sent, each in a sentence.
    faults: Vec<String>,
    /// Where to go on, and what that is called.
    on: (&'static str, &'static str),
    request_id: String,
}

/// Where somebody goes on who was at this path: where they work, if they may.
pub(crate) fn on_from(path: &str) -> (&'static str, &'static str) {
    let below = |room: &str| {
        let rest = path.strip_prefix(room);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match path {
        _ if below("/desk") => ("/desk", "Go to the desk"),
        _ if below("/me/attempts") || below("/me/labs") => ("/me", "Go to my attempts"),
        _ => ("/verify", "Check a credential"),
    }
}

impl ErrorPage {
    /// The page for one error.
    #[must_use]
    pub(crate) fn new(
        status: u16,
        title: &'static str,
        (detail, faults): (&str, Vec<String>),
        on: (&'static str, &'static str),
        request_id: &str,
    ) -> ErrorPage {
        ErrorPage {
            frame: Frame::new(title, "This page could not be shown."),
            status,
            title,
            detail: detail.to_owned(),
            faults,
            on,
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
    let html = |status, title, detail, faults| {
        let on = on_from("/desk/labs/x");
        ErrorPage::new(status, title, (detail, faults), on, "q8Zr4XfLk2")
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
                Vec::new(),
            ),
        ),
        (
            "error-429",
            html(
                429,
                "Please wait a little",
                "That was a lot at once. Please wait a little and try again.",
                Vec::new(),
            ),
        ),
        (
            "error-422",
            html(
                422,
                "It has faults",
                "There is a fault in what was sent; nothing was done.",
                vec!["name: is missing".to_owned()],
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_works_here_goes_on_working() {
        for (path, on) in [
            ("/desk", "/desk"),
            ("/desk/labs/x", "/desk"),
            ("/desktop", "/verify"),
            ("/me/attempts/x", "/me"),
            ("/me/in/x", "/verify"),
            ("/c/x", "/verify"),
        ] {
            assert_eq!(on_from(path).0, on, "{path}");
        }
    }
}
