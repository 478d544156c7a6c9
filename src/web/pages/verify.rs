//! `/verify`: is this credential real? A file, a photo, a scan, a link or a text goes in; one answer comes out.

use askama::Template;
use axum::{
    Router,
    body::Bytes,
    extract::{
        Multipart, State,
        multipart::{MultipartError, MultipartRejection},
    },
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    ids::{CredentialId, PortfolioId},
    verify::{self, Input},
    web::{
        Site,
        answer::{self, NEVER},
        check,
        claim::Claim,
        error::{Shown, WebError},
        frame::Frame,
        inside::Inside,
        pages::issuer::IssuerView,
        verdict::{Check, Verdict},
    },
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
        let frame = Frame::new(
            "Check a credential",
            "Check whether a credential is real: paste it, drop a file, or scan its QR code.",
        );
        VerifyForm {
            frame: frame.within("/verify"),
            fault: fault.to_owned(),
        }
    }
}

/// The answer.
#[derive(Debug, Template)]
#[template(path = "pages/report.html")]
pub(crate) struct ReportPage {
    frame: Frame,
    verdict: Verdict,
    claim: Option<Claim>,
    issuer: Option<IssuerView>,
    inside: Inside,
    checks: Vec<Check>,
    /// Whether there is more to show than checks.
    wide: bool,
}

impl ReportPage {
    /// The answer about what somebody sent; `issuer`: the organisation of ours that it names.
    #[must_use]
    pub(crate) fn new(
        verdict: Verdict,
        claim: Option<Claim>,
        issuer: Option<IssuerView>,
        inside: Inside,
        checks: Vec<Check>,
    ) -> ReportPage {
        ReportPage {
            wide: claim.is_some() || !inside.kind.is_empty(),
            frame: Frame::new(verdict.word.as_str(), "The answer to one check.").within("/verify"),
            verdict,
            claim,
            issuer,
            inside,
            checks,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/verify", get(form).post(answered))
}

async fn form() -> Result<Response, WebError> {
    answer::page(&VerifyForm::new(""), "no-cache")
}

async fn answered(
    State(site): State<Site>,
    sent: Result<Multipart, MultipartRejection>,
) -> Result<Response, WebError> {
    let sent = match sent {
        Ok(parts) => read(parts).await?,
        Err(_) => return again(&WebError::unreadable("nothing", NOTHING)),
    };
    if sent.is_empty() {
        return again(&WebError::unreadable("nothing", NOTHING));
    }
    if let Some(page) = page_of_ours(&site, sent.clone()).await? {
        return Ok(Redirect::to(&page).into_response());
    }
    match check::bytes(&site, sent).await {
        Ok(report) => {
            let issuer = check::issuer(&site, &report).await?;
            let page = ReportPage::new(
                check::verdict(&report, issuer.as_ref()),
                Claim::of(&report),
                issuer,
                Inside::of(&report),
                check::checks(&report),
            );
            answer::page(&page, NEVER)
        }
        Err(error) if error.status().is_client_error() => again(&error),
        Err(error) => Err(error),
    }
}

const NOTHING: &str =
    "Nothing was sent. Choose a file, or paste a link or the text of a credential.";

/// The file if there is one, else the text.
async fn read(mut parts: Multipart) -> Result<Bytes, WebError> {
    let (mut file, mut text) = (Bytes::new(), Bytes::new());
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|error| unreadable(&error))?
    {
        match part.name() {
            Some("file") => file = part.bytes().await.map_err(|error| unreadable(&error))?,
            Some("text") => text = part.bytes().await.map_err(|error| unreadable(&error))?,
            _ => {}
        }
    }
    Ok(if file.is_empty() { text } else { file })
}

fn unreadable(error: &MultipartError) -> WebError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => WebError::too_large(),
        _ => WebError::unreadable("form", "The form did not arrive whole. Please try again."),
    }
}

/// The form again, with what is wrong.
fn again(error: &WebError) -> Result<Response, WebError> {
    let mut response = answer::page(&VerifyForm::new(error.detail()), NEVER)?;
    *response.status_mut() = error.status();
    response.extensions_mut().insert(Shown);
    Ok(response)
}

/// The page that a link of ours leads to, so that nobody sees the same thing in two ways. The path
/// is made here from the id alone: what was sent never becomes an address.
async fn page_of_ours(site: &Site, sent: Bytes) -> Result<Option<String>, WebError> {
    let input = site.heavy(move || verify::read(&sent)).await?;
    let Ok(Input::Link(link)) = input else {
        return Ok(None);
    };
    let end = |start: &str| {
        let rest = link.strip_prefix(site.link(start).as_str())?;
        rest.split(['.', '?', '#', '/']).next()
    };
    if let Some(id) = end("/c/").and_then(|id| id.parse::<CredentialId>().ok()) {
        return Ok(Some(format!("/c/{id}")));
    }
    let token = end("/p/").and_then(|token| token.parse::<PortfolioId>().ok());
    Ok(token.map(|token| format!("/p/{token}")))
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    use crate::web::{claim, inside, pages::issuer, verdict::samples as verdicts};
    let report = |verdict, claim, issuer, inside| {
        ReportPage::new(verdict, claim, issuer, inside, verdicts::checks())
            .render()
            .expect("renders")
    };
    vec![
        ("verify", VerifyForm::new("").render().expect("renders")),
        (
            "verify-fault",
            VerifyForm::new("We found no credential and no QR code in that picture.")
                .render()
                .expect("renders"),
        ),
        (
            "report-good",
            report(
                verdicts::good(),
                Some(claim::samples::rich()),
                Some(issuer::riverside(false)),
                inside::samples::warned(),
            ),
        ),
        (
            "report-unsure",
            report(
                verdicts::unsure(),
                Some(claim::samples::plain()),
                None,
                Inside::default(),
            ),
        ),
        (
            "report-record",
            report(verdicts::revoked(), None, None, inside::samples::record()),
        ),
        (
            "report-unread",
            report(verdicts::unsure(), None, None, Inside::default()),
        ),
    ]
}
