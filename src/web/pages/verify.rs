//! `/verify`: is this credential real? A file, a photo, a scan, a link or a text goes in; one answer comes out.

use askama::Template;
use axum::{Router, response::Response, routing::get};

use crate::web::{
    Site,
    answer,
    claim::Claim,
    error::WebError,
    frame::Frame,
    verdict::{Check, Tone, Verdict},
};

/// The form.
#[derive(Debug, Template)]
#[template(path = "pages/verify.html")]
pub(crate) struct VerifyForm {
    frame: Frame,
    fault: String,
}

impl VerifyForm {
    /// The form, with a sentence about what could not be read, or none.
    #[must_use]
    pub(crate) fn new(fault: &str) -> VerifyForm {
        let frame = Frame::new("Check a credential", "Check whether a credential is real: paste it, drop a file, or scan its QR code.");
        VerifyForm { frame: frame.within("/verify"), fault: fault.to_owned() }
    }
}

/// The answer.
#[derive(Debug, Template)]
#[template(path = "pages/report.html")]
pub(crate) struct ReportPage {
    frame: Frame,
    verdict: Verdict,
    verdict_is_good: bool,
    claim: Option<Claim>,
    checks: Vec<Check>,
}

impl ReportPage {
    /// The answer about what somebody sent.
    #[must_use]
    pub(crate) fn new(verdict: Verdict, claim: Option<Claim>, checks: Vec<Check>) -> ReportPage {
        ReportPage {
            frame: Frame::new(verdict.word.as_str(), "The answer to one check.").within("/verify"),
            verdict_is_good: verdict.tone == Tone::Good,
            verdict,
            claim,
            checks,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/verify", get(form))
}

async fn form() -> Result<Response, WebError> {
    answer::page(&VerifyForm::new(""), "no-cache")
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    use crate::web::{claim, verdict::samples as verdicts};
    let report = |verdict, claim| ReportPage::new(verdict, claim, verdicts::checks()).render().expect("renders");
    vec![
        ("verify", VerifyForm::new("").render().expect("renders")),
        ("verify-fault", VerifyForm::new("We found no credential and no QR code in that picture.").render().expect("renders")),
        ("report-good", report(verdicts::good(), Some(claim::samples::rich()))),
        ("report-unsure", report(verdicts::unsure(), Some(claim::samples::plain()))),
        ("report-unread", report(verdicts::unsure(), None)),
    ]
}
