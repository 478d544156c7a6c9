//! `/desk/review`: what waits for a decision, the oldest first; and what is to be read again.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};

use crate::{
    program::{review, second},
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, attempts::Line},
        error::WebError,
        frame::Frame,
        signed::Signed,
    },
    who::Scope,
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk/review",
    label: "Review",
    any: crate::who::WITH_LEARNERS,
});

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/review.html")]
pub(crate) struct ReviewPage {
    frame: Frame,
    desk: Desk,
    attempts: Vec<Line>,
    count: i64,
    late: i64,
    again: Vec<Line>,
    agreement: String,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/desk/review", get(shown))
}

async fn shown(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let (app, who) = (site.app(), &signed.who);
    let queue = review::queue(app, who).await?;
    let again = match who.may(Scope::Review) {
        Ok(()) => second::waiting(app, who).await?,
        Err(_) => Vec::new(),
    };
    let agreement = second::agreement(app, who).await?;
    let words = match (agreement.percent_same(), agreement.percent_alike()) {
        (Some(same), Some(alike)) => format!(
            "In the last {} days {} {} read twice: the same level in {same} of 100 criteria, the same answer (met, not met) in {alike} of 100.",
            second::AGREEMENT_DAYS,
            agreement.read_twice,
            if agreement.read_twice == 1 {
                "attempt was"
            } else {
                "attempts were"
            },
        ),
        _ => String::new(),
    };
    let now = site.now();
    let page = ReviewPage {
        frame: Desk::frame("Review"),
        desk: Desk::new(&signed, "/desk/review"),
        attempts: queue
            .waiting
            .iter()
            .map(|listed| Line::of(listed, now))
            .collect(),
        count: queue.count,
        late: queue.late,
        again: again.iter().map(|listed| Line::of(listed, now)).collect(),
        agreement: words,
    };
    answer::page(&page, NEVER)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = |lines: Vec<Line>| ReviewPage {
        frame: Desk::frame("Review"),
        desk: Desk::sample("/desk/review"),
        count: i64::try_from(lines.len()).unwrap_or(0),
        late: 1,
        again: lines.clone(),
        attempts: lines,
        agreement: "In the last 180 days 1 attempt was read twice.".to_owned(),
    };
    vec![
        (
            "desk-review",
            page(vec![Line::sample()]).render().expect("renders"),
        ),
        (
            "desk-review-empty",
            page(Vec::new()).render().expect("renders"),
        ),
    ]
}
