//! `/p/{token}/evidence/{id}`: the record of a piece of evidence, for whoever has the link to a
//! portfolio that shows its credential.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};

use crate::{
    db::EvidenceRow,
    ids::{EvidenceId, PortfolioId},
    portfolio,
    web::{
        Site,
        answer::{self, NEVER},
        error::WebError,
        frame::Frame,
        pages::portfolio::dead,
        text::Text,
    },
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/evidence.html")]
pub(crate) struct EvidencePage {
    frame: Frame,
    token: String,
    credential: String,
    name: Text,
    description: Text,
    digest: Text,
    media_type: Text,
}

impl EvidencePage {
    /// The page about one record, reached through the link with this token.
    #[must_use]
    pub(crate) fn new(token: &str, row: &EvidenceRow) -> EvidencePage {
        let text = |text: &Option<String>| Text::new(text.as_deref().unwrap_or_default());
        EvidencePage {
            frame: Frame::new("Evidence", "What was shown for a credential."),
            token: token.to_owned(),
            credential: row.credential_id.to_string(),
            name: Text::new(&row.name),
            description: text(&row.description),
            digest: text(&row.digest),
            media_type: text(&row.media_type),
        }
    }
}

/// The page's route.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/p/{token}/evidence/{id}", get(shown))
}

/// A wrong link, one that no longer works, and evidence that it does not show all look the same.
async fn shown(
    State(site): State<Site>,
    Path((token, id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let shaped = token.parse::<PortfolioId>().is_ok();
    let found = match id.parse::<EvidenceId>() {
        Ok(id) if shaped => portfolio::evidence(site.app(), &token, &id).await?,
        _ => None,
    };
    let row = found.ok_or_else(dead)?;
    answer::page(&EvidencePage::new(&token, &row), NEVER)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let row = EvidenceRow {
        evidence_id: "Qw3rT5yU7iO9pA1sD3fG5g".parse().expect("an id"),
        credential_id: "Zr4XfLk2Qp8sVb1NwYt6Ag".parse().expect("an id"),
        name: "One-page memo with chart".to_owned(),
        description: Some("Recommends opening the store before first period.".to_owned()),
        digest: Some("uEiAsJrRraP_Gj_mbRTwdMEE0E0ItcGSDv6D5il6IYmbnrg".to_owned()),
        media_type: Some("application/pdf".to_owned()),
        created_at: jiff::Timestamp::UNIX_EPOCH.into(),
    };
    let bare = EvidenceRow {
        description: None,
        digest: None,
        media_type: None,
        ..row.clone()
    };
    let html = |row: &EvidenceRow| EvidencePage::new("dG9rZW4", row).render().expect("renders");
    vec![("evidence", html(&row)), ("evidence-bare", html(&bare))]
}
