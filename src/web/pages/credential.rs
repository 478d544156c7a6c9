//! `/c/{id}`: the page behind the QR. The answer first, then what the person can do, then who says so.

use askama::Template;
use axum::{
    Extension, Form, Router,
    extract::{Path, State, rejection::FormRejection},
    http::HeaderMap,
    response::Response,
    routing::get,
};

use crate::{
    issue::{confirm, people},
    web::{
        Site,
        answer::{self, NEVER},
        check,
        claim::{Claim, Kind},
        documents,
        error::WebError,
        frame::Frame,
        pages::issuer::IssuerView,
        site::Asker,
        stored::{self, Stored},
        verdict::{Check, Tone, Verdict},
    },
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
            Answer {
                tone: Tone::Good,
                sentence: "Yes, that name matches.",
            }
        } else {
            Answer {
                tone: Tone::Bad,
                sentence: "No, that name does not match.",
            }
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
    pub(crate) fn new(
        id: &str,
        verdict: Verdict,
        claim: Claim,
        issuer: IssuerView,
        checks: Vec<Check>,
        confirm: Confirm,
    ) -> CredentialPage {
        CredentialPage {
            frame: Frame::new(
                claim.name.as_str(),
                "A signed credential: what was shown, at which level, and who says so.",
            ),
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

/// The page's routes: `/c/{id}` is the page, `/c/{id}.json` and the like are files.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/c/{id}", get(shown).post(confirmed))
}

async fn shown(
    State(site): State<Site>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    if let Some((id, suffix)) = id.split_once('.') {
        return documents::form(&site, id, suffix, &headers).await;
    }
    let stored = Stored::find(&site, &id).await?;
    let offered = known_name(&site, &stored).await?.is_some();
    page(
        &site,
        &stored,
        Confirm {
            offered,
            answer: None,
        },
    )
    .await
}

/// What the form sends.
#[derive(serde::Deserialize)]
struct Given {
    name: String,
}

/// Says whether the name given is the name known: yes or no, five times an hour (threat J9).
async fn confirmed(
    State(site): State<Site>,
    Path(id): Path<String>,
    Extension(Asker(address)): Extension<Asker>,
    given: Result<Form<Given>, FormRejection>,
) -> Result<Response, WebError> {
    let stored = Stored::find(&site, &id).await?;
    let Form(given) = given.map_err(|_| {
        WebError::unreadable("form", "The form did not arrive whole. Please try again.")
    })?;
    if !site
        .names()
        .take(&stored.row.promise.credential_id, address, site.now())
    {
        return Err(WebError::too_many(3_600));
    }
    let known = known_name(&site, &stored).await?;
    let matches = confirm::same_name(&given.name, known.as_deref().unwrap_or_default());
    page(
        &site,
        &stored,
        Confirm {
            offered: known.is_some(),
            answer: Some(Answer::of(matches)),
        },
    )
    .await
}

async fn page(site: &Site, stored: &Stored, confirm: Confirm) -> Result<Response, WebError> {
    let issuer = stored::issuer(site, &stored.row.issuer_id).await?;
    let report = check::own(site, stored).await?;
    let claim = Claim::of(&stored.json()?);
    let verdict = check::verdict(&report, true);
    let id = stored.row.promise.credential_id.as_str();
    answer::page(
        &CredentialPage::new(
            id,
            verdict,
            claim,
            IssuerView::of(&issuer),
            check::checks(&report),
            confirm,
        ),
        NEVER,
    )
}

/// The name of whoever the credential is about, if we know it. It is compared, and never shown.
async fn known_name(site: &Site, stored: &Stored) -> Result<Option<String>, WebError> {
    let Some(person) = &stored.row.promise.person_id else {
        return Ok(None);
    };
    let row = site
        .app()
        .db
        .of(&stored.row.issuer_id)
        .person(person)
        .await?;
    let Some(row) = row else { return Ok(None) };
    // Without the key that opens names, the page still shows the credential.
    let details = people::open(site.app(), &row).ok().flatten();
    Ok(details.and_then(|details| details.name))
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    use crate::web::{claim, pages::issuer, verdict::samples as verdicts};
    let html = |verdict, claim, proven, answer| {
        let confirm = Confirm {
            offered: true,
            answer,
        };
        CredentialPage::new(
            "Zr4XfLk2Qp8sVb1NwYt6Ag",
            verdict,
            claim,
            issuer::riverside(proven),
            verdicts::checks(),
            confirm,
        )
        .render()
        .expect("renders")
    };
    vec![
        (
            "credential-good",
            html(verdicts::good(), claim::samples::rich(), true, None),
        ),
        (
            "credential-revoked",
            html(
                verdicts::revoked(),
                claim::samples::rich(),
                false,
                Some(Answer::of(false)),
            ),
        ),
        (
            "credential-match",
            html(
                verdicts::good(),
                claim::samples::rich(),
                false,
                Some(Answer::of(true)),
            ),
        ),
        (
            "credential-participation",
            html(verdicts::good(), claim::samples::plain(), false, None),
        ),
    ]
}
