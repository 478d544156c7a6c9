//! `/c/{id}`: the page behind the QR. The answer first, then what the person can do, then who says so.

use askama::Template;
use axum::Router;

use crate::web::{
    Site,
    claim::{Claim, Kind},
    frame::Frame,
    text::Text,
    verdict::{Check, Tone, Verdict},
};

/// An organisation, as pages show it.
#[derive(Debug, Clone)]
pub struct IssuerView {
    /// The name it gave itself.
    pub name: Text,
    /// The host that its web address or identifier names.
    pub domain: Text,
    /// Whether it has shown that the domain is its own.
    pub proven: bool,
    /// Our page about it; empty for a stranger's.
    pub page: String,
    /// Its web address; empty unless `https:`.
    pub url: String,
    /// How to reach it; may be empty.
    pub email: String,
    /// What it says about itself.
    pub description: Text,
}

/// The box for the name that somebody was given.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Whether there is a name to compare with.
    pub offered: bool,
    /// The answer to a try.
    pub answer: Option<Answer>,
}

/// Match, or no match.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Good or bad.
    pub tone: Tone,
    /// In one sentence.
    pub sentence: &'static str,
}

impl Answer {
    /// The two answers there are.
    #[must_use]
    pub fn of(matches: bool) -> Answer {
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
pub struct CredentialPage {
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
    pub fn new(id: &str, verdict: Verdict, claim: Claim, issuer: IssuerView, checks: Vec<Check>, confirm: Confirm) -> CredentialPage {
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
pub(crate) fn riverside(proven: bool) -> IssuerView {
    IssuerView {
        name: "Riverside Tutoring".into(),
        domain: "riverside-tutoring.example".into(),
        proven,
        page: "/issuers/r1".to_owned(),
        url: "https://riverside-tutoring.example".to_owned(),
        email: "badges@riverside-tutoring.example".to_owned(),
        description: "Career labs and tutoring with four schools on the east side.".into(),
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    use crate::web::{claim, verdict::samples as verdicts};
    let html = |verdict, claim, proven, answer| {
        let confirm = Confirm { offered: true, answer };
        CredentialPage::new("Zr4XfLk2Qp8sVb1NwYt6Ag", verdict, claim, riverside(proven), verdicts::checks(), confirm)
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
