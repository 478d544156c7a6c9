//! `/guardian/{token}`: what is kept for a learner, as their guardian reads it. It changes nothing, so
//! that whatever looks at the links in a letter does no harm.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};

use crate::{
    db::{HoldingRow, StatusState},
    program::{
        attempt::{Answer, Listed},
        guardian,
    },
    web::{
        Site,
        answer::{self, NEVER},
        desk::attempts::Line,
        error::WebError,
        frame::Frame,
        me::show::Said,
        text::{self, Text},
    },
};

/// Something that the learner earned.
#[derive(Debug, Clone)]
pub(crate) struct Earned {
    id: String,
    name: Text,
    suspended: bool,
    ended: bool,
}

impl Earned {
    fn of(row: &HoldingRow, now: jiff::Timestamp) -> Earned {
        Earned {
            id: row.credential_id.to_string(),
            name: Text::new(&row.name),
            suspended: row.status == StatusState::Suspended,
            ended: row.valid_until.is_some_and(|until| *until <= now),
        }
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/guardian.html")]
pub(crate) struct GuardianPage {
    frame: Frame,
    organisation: Text,
    contact: Text,
    until: String,
    earned: Vec<Earned>,
    attempts: Vec<(Line, Vec<Said>)>,
}

impl GuardianPage {
    fn frame() -> Frame {
        Frame::new(
            "For a parent or guardian",
            "What is kept for a learner, for their parent or guardian to read.",
        )
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/guardian/{token}", get(shown))
}

/// Wrong and ended look the same (threat J7).
async fn shown(State(site): State<Site>, Path(token): Path<String>) -> Result<Response, WebError> {
    let kept = guardian::read(site.app(), &token).await?;
    let kept = kept.ok_or_else(|| {
        WebError::dead_link("Ask the organisation that sent it to you for a new one.")
    })?;
    let now = site.now();
    let attempt = |(listed, answers): &(Listed, Vec<Answer>)| {
        let said = answers.iter().map(|one| Said::of(one, ""));
        (Line::of(listed, now), said.collect())
    };
    let page = GuardianPage {
        frame: GuardianPage::frame(),
        organisation: Text::new(&kept.organisation),
        contact: Text::new(kept.contact.as_deref().unwrap_or_default()),
        until: text::day(kept.until),
        earned: (kept.earned.iter())
            .map(|row| Earned::of(row, now))
            .collect(),
        attempts: kept.attempts.iter().map(attempt).collect(),
    };
    answer::page(&page, NEVER)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = |earned, attempts| GuardianPage {
        frame: GuardianPage::frame(),
        organisation: "Riverside Tutoring".into(),
        contact: "hello@riverside.example".into(),
        until: "22 December 2026".to_owned(),
        earned,
        attempts,
    };
    let earned = |suspended, ended| Earned {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Professional Email".into(),
        suspended,
        ended,
    };
    let said = Said {
        what: "Not yet",
        round: 1,
        who: Text::default(),
        when: "22 November 2026, 14:02 UTC".to_owned(),
        feedback: "Your two figures fit the claim.\n\nNow say who changes what.".to_owned(),
    };
    let full = page(
        vec![earned(false, false), earned(true, true)],
        vec![(Line::sample(), vec![said]), (Line::sample(), Vec::new())],
    );
    let empty = page(Vec::new(), Vec::new());
    vec![
        ("guardian", full.render().expect("renders")),
        ("guardian-empty", empty.render().expect("renders")),
    ]
}
