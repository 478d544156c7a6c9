//! `/c/{id}`: the page behind the QR. The answer first, then what the person can do, then who says so.

use askama::Template;
use axum::Router;

use crate::web::{
    Site,
    claim::{Claim, Kind},
    frame::Frame,
    pages::issuer::IssuerView,
    verdict::{Check, Tone, Verdict},
};

/// The box for the name that somebody was given.
#[derive(Debug, Clone)]
pub(crate) struct Confirm {
    /// Whether there is a name to compare with.
    pub(crate) offered: bool,
    /// The answer to a try.
    pub(crate) answer: Option<Answer>,
}

/// Match, or no match.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Good or bad.
    pub(crate) tone: Tone,
    /// In one sentence.
    pub(crate) sentence: &'static str,
}

impl Answer {
    /// The two answers there are.
    #[must_use]
    pub(crate) fn of(matches: bool) -> Answer {
        if matches {
            Answer { tone: Tone::Good, sentence: "Yes, that name matches." }
        } else {
            Answer { tone: Tone::Bad, sentence: "No, that name does not match." }
        }
    }
}

/// The page behind the QR.
#[derive(Debug, Template)]
#[template(path = "pages/credential.html")]
pub(crate) struct CredentialPage {
    frame: Frame,
    id: String,
    verdict: Verdict,
    claim: Claim,
    kind: &'static str,
    participation: bool,
    issuer: IssuerView,
    checks: Vec<Check>,
    confirm: Confirm,
}

impl CredentialPage {
    /// The page about one credential.
    #[must_use]
    pub(crate) fn new(id: &str, verdict: Verdict, claim: Claim, issuer: IssuerView, checks: Vec<Check>, confirm: Confirm) -> CredentialPage {
        CredentialPage {
            frame: Frame::new(claim.name.as_str(), "A signed credential: what was shown, at which level, and who says so."),
            id: id.to_owned(),
            kind: match claim.kind {
                Kind::Performance => "Shown by doing",
                Kind::Participation => "For taking part",
                Kind::Unstated => "Credential",
            },
            participation: claim.kind == Kind::Participation,
            verdict,
            claim,
            issuer,
            checks,
            confirm,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    use crate::web::{claim, pages::issuer, verdict::samples as verdicts};
    let html = |verdict, claim, proven, answer| {
        let confirm = Confirm { offered: true, answer };
        CredentialPage::new("Zr4XfLk2Qp8sVb1NwYt6Ag", verdict, claim, issuer::riverside(proven), verdicts::checks(), confirm)
            .render()
            .expect("renders")
    };
    vec![
        ("credential-good", html(verdicts::good(), claim::samples::rich(), true, None)),
        ("credential-revoked", html(verdicts::revoked(), claim::samples::rich(), false, Some(Answer::of(false)))),
        ("credential-match", html(verdicts::good(), claim::samples::rich(), false, Some(Answer::of(true)))),
        ("credential-participation", html(verdicts::good(), claim::samples::plain(), false, None)),
    ]
}
