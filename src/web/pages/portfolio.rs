//! `/p/{token}`: credentials of one learner shown together, behind a secret link.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};

use crate::{
    ids::PortfolioId,
    portfolio::{self, Portfolio},
    web::{
        Site,
        answer::{self, NEVER},
        check,
        claim::{Claim, Criterion},
        documents,
        error::WebError,
        frame::Frame,
        pages::issuer::IssuerView,
        stored::{self, Stored},
        text::{self, Text},
        verdict::Verdict,
    },
};

/// One credential in a portfolio.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The credential's id.
    pub(crate) id: String,
    /// Its answer, from just now.
    pub(crate) verdict: Verdict,
    /// What it says.
    pub(crate) claim: Claim,
    /// Who issued it.
    pub(crate) issuer: IssuerView,
    /// Each criterion with the level reached.
    pub(crate) levels: Vec<(Text, Text)>,
}

impl Entry {
    /// The criteria of `claim` with the level reached in each.
    #[must_use]
    pub(crate) fn levels(claim: &Claim) -> Vec<(Text, Text)> {
        let reached = |criterion: &Criterion| {
            let level = criterion.reached().map(|level| level.name.clone());
            let level = level.unwrap_or_else(|| "no level stated".into());
            (criterion.name.clone(), level)
        };
        claim.rubric.iter().map(reached).collect()
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/portfolio.html")]
pub(crate) struct PortfolioPage {
    frame: Frame,
    token: String,
    label: Text,
    ends: String,
    entries: Vec<Entry>,
}

impl PortfolioPage {
    /// A portfolio; `ends` is a sentence.
    #[must_use]
    pub(crate) fn new(
        token: &str,
        label: Text,
        ends: String,
        entries: Vec<Entry>,
    ) -> PortfolioPage {
        PortfolioPage {
            frame: Frame::new("Portfolio", "Credentials of one learner, shown together."),
            token: token.to_owned(),
            label,
            ends,
            entries,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/p/{token}", get(shown))
        .route("/p/{token}/{file}", get(qr))
}

async fn shown(State(site): State<Site>, Path(token): Path<String>) -> Result<Response, WebError> {
    let portfolio = find(&site, &token).await?;
    let mut entries = Vec::with_capacity(portfolio.credentials.len());
    for row in &portfolio.credentials {
        entries.push(entry(&site, row.promise.credential_id.as_str()).await?);
    }
    let ends = portfolio
        .expires_at
        .map(|at| format!("This link works until {}.", text::day(at)))
        .unwrap_or_default();
    answer::page(
        &PortfolioPage::new(&token, Text::new(&portfolio.label), ends, entries),
        NEVER,
    )
}

async fn qr(
    State(site): State<Site>,
    Path((token, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    find(&site, &token).await?;
    Ok(documents::qr(&site.link(&format!("/p/{token}")), &file)?.answer(&headers))
}

/// A link into a portfolio that leads nowhere.
pub(crate) fn dead() -> WebError {
    WebError::dead_link("Ask whoever shared the portfolio with you for a new one.")
}

/// Wrong, expired and taken back all look the same.
async fn find(site: &Site, token: &str) -> Result<Portfolio, WebError> {
    let shaped = token.parse::<PortfolioId>().is_ok();
    let found = if shaped {
        portfolio::open(site.app(), token).await?
    } else {
        None
    };
    found.ok_or_else(dead)
}

async fn entry(site: &Site, id: &str) -> Result<Entry, WebError> {
    let stored = Stored::find(site, id).await?;
    let issuer = IssuerView::of(&stored::issuer(site, &stored.row.issuer_id).await?);
    let report = check::own(site, &stored).await?;
    let claim = Claim::of(&report).ok_or_else(WebError::damaged)?;
    Ok(Entry {
        id: id.to_owned(),
        verdict: check::verdict(&report, Some(&issuer)),
        issuer,
        levels: Entry::levels(&claim),
        claim,
    })
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    use crate::web::{claim, pages::issuer, verdict::samples as verdicts};
    let entry = |verdict, claim: Claim, proven| Entry {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        verdict,
        issuer: issuer::riverside(proven),
        levels: Entry::levels(&claim),
        claim,
    };
    let entries = vec![
        entry(verdicts::good(), claim::samples::rich(), true),
        entry(verdicts::good(), claim::samples::plain(), false),
        entry(verdicts::revoked(), claim::samples::plain(), false),
    ];
    let ends = || "This link works until 22 December 2026.".to_owned();
    let html = |name: &str, entries| {
        PortfolioPage::new("dG9rZW4", name.into(), ends(), entries)
            .render()
            .expect("renders")
    };
    vec![
        ("portfolio", html("For summer jobs", entries)),
        ("portfolio-empty", html("Nothing yet", Vec::new())),
    ]
}
