//! `/verify`: is this credential real? A file, a photo, a scan, a link or a text goes in; one answer comes out.

use askama::Template;
use axum::{
    Extension, Router,
    body::Bytes,
    extract::{Multipart, State, multipart::MultipartRejection},
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
        details::{self, Details},
        error::{Shown, WebError},
        frame::Frame,
        inside::Inside,
        pages::{issuer::IssuerView, many},
        question::{Question, Typed},
        receipts, several,
        site::Asker,
        text::Text,
        trusted::Trusted,
        verdict::{Check, Verdict},
    },
};

/// The form.
#[derive(Debug, Template)]
#[template(path = "pages/verify.html")]
pub(crate) struct VerifyForm {
    frame: Frame,
    fault: String,
    /// The text that was pasted.
    text: String,
    typed: Typed,
    /// The operator's lists, by name.
    lists: Vec<Text>,
}

impl VerifyForm {
    /// The form, with a sentence about what could not be read, or none, and what was typed before.
    #[must_use]
    pub(crate) fn new(site: &Site, fault: &str, typed: Typed) -> VerifyForm {
        let lists = site.trust().iter().map(|list| Text::new(list.name()));
        VerifyForm::of(fault, typed, lists.collect())
    }

    fn of(fault: &str, typed: Typed, lists: Vec<Text>) -> VerifyForm {
        let frame = Frame::new(
            "Check a credential",
            "Check whether a credential is real: paste it, drop a file, or scan its QR code.",
        );
        VerifyForm {
            frame: frame.within("/verify"),
            fault: fault.to_owned(),
            text: String::new(),
            typed,
            lists,
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
    trusted: Trusted,
    details: Vec<Details>,
    /// The visitor's list, to check another with; empty without one.
    list: String,
    /// Whether there is more to show than checks.
    wide: bool,
    /// The receipt as it was signed, to be sent back for a file; empty if none could be signed.
    receipt: String,
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
        trusted: Trusted,
    ) -> ReportPage {
        ReportPage {
            wide: claim.is_some() || !inside.kind.is_empty(),
            frame: Frame::new(verdict.word.as_str(), "The answer to one check.").within("/verify"),
            verdict,
            claim,
            issuer,
            inside,
            checks,
            trusted,
            details: Vec::new(),
            list: String::new(),
            receipt: String::new(),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/verify", get(form).post(answered))
}

async fn form(State(site): State<Site>) -> Result<Response, WebError> {
    answer::page(&VerifyForm::new(&site, "", Typed::default()), "no-cache")
}

async fn answered(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    sent: Result<Multipart, MultipartRejection>,
) -> Result<Response, WebError> {
    let mut asked = match sent {
        Ok(parts) => Question::read(&site, parts).await?,
        Err(_) => Question::default(),
    };
    let typed = asked.typed.clone();
    let text = std::mem::take(&mut asked.pasted);
    let again = |error: &WebError, typed| again(&site, error, text, typed);
    if asked.again {
        return answer::page(&VerifyForm::new(&site, "", typed), NEVER);
    }
    if let Some(error) = &asked.fault {
        return again(error, typed);
    }
    if asked.sent().is_empty() {
        return again(&WebError::unreadable("nothing", NOTHING), typed);
    }
    match several::unpack(&site, std::mem::take(&mut asked.given)).await {
        Ok(given) => asked.given = given,
        Err(error) if error.status().is_client_error() => return again(&error, typed),
        Err(error) => return Err(error),
    }
    if asked.given.len() > 1 {
        several::pay(&site, asker, asked.given.len())?;
        return many::answer(&site, asked, None);
    }
    // Our own page answers no further question.
    if typed.is_empty()
        && let Some(page) = page_of_ours(&site, asked.sent()).await?
    {
        return Ok(Redirect::to(&page).into_response());
    }
    let for_somebody = asked.options.recipient.is_some();
    match check::question(&site, asked).await {
        Ok(answered) => {
            let receipt = receipts::sign(&site, std::slice::from_ref(&answered)).await;
            let report = answered.report;
            let issuer = check::issuer(&site, &report).await?;
            let page = ReportPage {
                list: typed.trust,
                details: details::of(&report),
                // Without a receipt the answer stands all the same.
                receipt: receipt.map(|signed| signed.text()).unwrap_or_default(),
                ..ReportPage::new(
                    check::verdict(&report, issuer.as_ref()),
                    Claim::of(&report),
                    issuer,
                    Inside::of(&report),
                    check::checks(&report),
                    Trusted::of(&report, for_somebody),
                )
            };
            answer::page(&page, NEVER)
        }
        Err(error) if error.status().is_client_error() => again(&error, typed),
        Err(error) => Err(error),
    }
}

const NOTHING: &str =
    "Nothing was sent. Choose a file, or paste a link or the text of a credential.";

/// The form again, with what is wrong and what was typed.
fn again(site: &Site, error: &WebError, text: String, typed: Typed) -> Result<Response, WebError> {
    let form = VerifyForm::new(site, error.detail(), typed);
    let mut response = answer::page(&VerifyForm { text, ..form }, NEVER)?;
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
    use crate::web::{claim, inside, pages::issuer, trusted, verdict::samples as verdicts};
    let report = |verdict, claim, issuer, inside| {
        let trusted = trusted::samples::none();
        let page = ReportPage::new(verdict, claim, issuer, inside, verdicts::checks(), trusted);
        let receipt = "{\"type\":[\"VerificationReceipt\"]}".to_owned();
        let page = ReportPage { receipt, ..page };
        page.render().expect("renders")
    };
    let trusting = ReportPage {
        list: "riverside.example".to_owned(),
        details: details::samples::two(),
        ..ReportPage::new(
            verdicts::good(),
            Some(claim::samples::plain()),
            None,
            Inside::default(),
            verdicts::checks(),
            trusted::samples::listed(),
        )
    };
    let unread = || {
        let (none, inside) = (trusted::samples::none(), Inside::default());
        ReportPage::new(verdicts::unsure(), None, None, inside, Vec::new(), none)
    };
    let form = |fault, typed, lists| {
        VerifyForm::of(fault, typed, lists)
            .render()
            .expect("renders")
    };
    let typed = Typed {
        trust: "riverside.example\ndid:web:college.example # The college".to_owned(),
        recipient: "Ada Lovelace".to_owned(),
        refresh: true,
        ..Typed::default()
    };
    vec![
        ("verify", form("", Typed::default(), Vec::new())),
        (
            "verify-fault",
            form(
                "We found no credential and no QR code in that picture.",
                Typed::default(),
                Vec::new(),
            ),
        ),
        (
            "verify-typed",
            form("", typed, vec!["Regional colleges".into()]),
        ),
        ("report-trusted", trusting.render().expect("renders")),
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
            "report-wrong",
            ReportPage {
                checks: verdicts::wrong_checks(),
                ..unread()
            }
            .render()
            .expect("renders"),
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
