//! `/p/{token}`: credentials that a learner chose to show together, behind a secret link.

use askama::Template;
use axum::Router;

use crate::web::{Site, claim::Claim, frame::Frame, text::Text, verdict::Verdict};

/// One credential in a portfolio.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The credential's id.
    pub(crate) id: String,
    /// Its answer, from just now.
    pub(crate) verdict: Verdict,
    /// What it says.
    pub(crate) claim: Claim,
    /// Who issued it, and whether its domain is proven.
    pub(crate) issuer: Text,
    /// Whether the issuer's domain is proven.
    pub(crate) proven: bool,
    /// Each criterion with the level reached.
    pub(crate) levels: Vec<(Text, Text)>,
}

impl Entry {
    /// The criteria of `claim` with the level reached in each.
    #[must_use]
    pub(crate) fn levels(claim: &Claim) -> Vec<(Text, Text)> {
        let reached = |c: &crate::web::claim::Criterion| {
            c.levels.iter().find(|level| level.reached).map(|level| (c.name.clone(), level.name.clone()))
        };
        claim.rubric.iter().filter_map(reached).collect()
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/portfolio.html")]
pub(crate) struct PortfolioPage {
    frame: Frame,
    token: String,
    name: Text,
    label: Text,
    ends: String,
    entries: Vec<Entry>,
}

impl PortfolioPage {
    /// A portfolio: `name` is empty unless its owner chose to show it; `ends` is a sentence.
    #[must_use]
    pub(crate) fn new(token: &str, name: Text, label: Text, ends: String, entries: Vec<Entry>) -> PortfolioPage {
        PortfolioPage {
            frame: Frame::new("Portfolio", "Credentials that their owner chose to show."),
            token: token.to_owned(),
            name,
            label,
            ends,
            entries,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    use crate::web::{claim, verdict::samples as verdicts};
    let entry = |verdict, claim: Claim, proven| Entry {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        verdict,
        issuer: "Riverside Tutoring".into(),
        proven,
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
        PortfolioPage::new("dG9rZW4", name.into(), "Summer job applications".into(), ends(), entries).render().expect("renders")
    };
    vec![("portfolio", html("Ana M.", entries)), ("portfolio-empty", html("", Vec::new()))]
}
