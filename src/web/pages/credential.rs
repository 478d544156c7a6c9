//! `/c/{id}`: the page behind the QR. The answer first, then what the person can do, then who says so.

use askama::Template;
use axum::{
    Extension, Form, Router,
    body::Bytes,
    extract::{Path, State, rejection::FormRejection},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};

use crate::{
    custody::Fault,
    ids::CredentialId,
    issue::{
        self,
        confirm::{self, Confirmed},
        correct,
    },
    verify,
    web::{
        Site,
        answer::{self, NEVER},
        check,
        claim::{Claim, Kind},
        documents,
        error::WebError,
        frame::Frame,
        inside::{self, Line},
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
    endorsements: Vec<Line>,
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
            endorsements: Vec::new(),
        }
    }

    /// The same page, with what others say of it.
    #[must_use]
    fn endorsed(self, endorsements: Vec<Line>) -> CredentialPage {
        CredentialPage {
            endorsements,
            ..self
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
    let now = site.now();
    let key = format!("/c/{id}");
    let moment = site.memory().moment(now);
    if let Some(known) = moment.and_then(|moment| site.memory().recall(moment, &key, now)) {
        return Ok(answer::html(known, NEVER));
    }
    let stored = Stored::find(&site, &id).await?;
    let promise = &stored.row.promise;
    let newest = correct::newest(site.app(), &stored.row.issuer_id, &promise.credential_id).await;
    let newest = newest?;
    if newest != promise.credential_id {
        let cache = [(header::CACHE_CONTROL, NEVER)];
        return Ok((cache, Redirect::to(&format!("/c/{newest}"))).into_response());
    }
    let offered = offered(&site, &stored.row.promise.credential_id).await?;
    let unasked = Confirm {
        offered,
        answer: None,
    };
    let (html, is_good) = page(&site, &stored, unasked).await?;
    if let Some(moment) = moment
        && is_good
    {
        let end = stored.row.promise.valid_until.map(Into::into);
        site.memory().keep(moment, key, html.clone(), now, end);
    }
    Ok(answer::html(html, NEVER))
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
    let id = &stored.row.promise.credential_id;
    let matches = match confirm::confirm(site.app(), site.names(), id, address, &given.name).await {
        Ok(Confirmed::Yes) => true,
        Ok(Confirmed::No) => false,
        Ok(Confirmed::TooOften) => return Err(WebError::too_many(3_600)),
        Err(issue::Error::Custody(cause)) => {
            tracing::error!(credential = %id, %cause, "a name could not be compared");
            return Err(WebError::later(
                60,
                "busy",
                "Names cannot be compared at the moment. Please try again later.",
            ));
        }
        Err(error) => return Err(error.into()),
    };
    let asked = Confirm {
        offered: offered(&site, id).await?,
        answer: Some(Answer::of(matches)),
    };
    let (html, _) = page(&site, &stored, asked).await?;
    Ok(answer::html(html, NEVER))
}

/// The page, and whether its verdict is good.
async fn page(site: &Site, stored: &Stored, confirm: Confirm) -> Result<(Bytes, bool), WebError> {
    let issuer = stored::issuer(site, &stored.row.issuer_id).await?;
    let report = check::own(site, stored).await?;
    let claim = Claim::of(&report).ok_or_else(WebError::damaged)?;
    let issuer = IssuerView::of(&issuer);
    let verdict = check::verdict(&report, Some(&issuer));
    let id = stored.row.promise.credential_id.as_str();
    let page = CredentialPage::new(id, verdict, claim, issuer, check::checks(&report), confirm)
        .endorsed(inside::endorsements(&report));
    Ok((
        answer::render(&page)?,
        report.verdict == verify::Verdict::Valid,
    ))
}

/// Whether there is a name to compare with. Without the key that opens names, the page still shows
/// the credential; what cannot be opened though the key is there is written down.
async fn offered(site: &Site, id: &CredentialId) -> Result<bool, WebError> {
    match confirm::offered(site.app(), id).await {
        Err(issue::Error::Custody(cause)) => {
            if !matches!(cause, Fault::NoKek(_)) {
                tracing::error!(credential = %id, %cause, "the name behind a credential cannot be opened");
            }
            Ok(false)
        }
        answer => Ok(answer?),
    }
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
        .endorsed(inside::samples::record().endorsements)
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
