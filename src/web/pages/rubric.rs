//! `/rubrics/{id}/{version}`: a rubric that something rests on, for anybody, as [`super::map`] does it.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use serde_json::Value;

use crate::{
    standard::{
        case,
        rubric::Rubric,
        versions::{self, Numbered},
    },
    web::{
        Site,
        error::WebError,
        frame::Frame,
        negotiate,
        pages::{
            issuer::IssuerView,
            map::{beside_data, data, piece, version_of},
        },
        stored,
    },
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/rubric.html")]
pub(crate) struct PublicRubricPage {
    frame: Frame,
    path: String,
    version: i64,
    /// The number of the newest version that anybody can read, and where that is.
    newest: i64,
    newest_path: String,
    issuer: IssuerView,
    rubric: Rubric,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/rubrics/{id}/{version}", get(shown))
        .route("/rubrics/{id}/{version}/{part}", get(part))
}

async fn found(
    site: &Site,
    id: &str,
    version: i64,
) -> Result<(IssuerView, Numbered<Rubric>, Value), WebError> {
    let (issuer, found) = versions::public::<Rubric>(site.app(), id, version).await?;
    let issuer = IssuerView::of(&stored::issuer(site, &issuer).await?);
    let base = site.link(&format!("/rubrics/{id}/{version}"));
    let package = case::write_rubric(&found.version.document, &base, found.version.changed_at);
    Ok((issuer, found, package))
}

async fn shown(
    State(site): State<Site>,
    Path((id, version)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let (version, json) = version_of(&version)?;
    let (issuer, found, package) = found(&site, &id, version).await?;
    if json || negotiate::prefers_json(&headers) {
        return Ok(data(&package, &headers));
    }
    beside_data(&PublicRubricPage::new(issuer, found))
}

async fn part(
    State(site): State<Site>,
    Path((id, version, part)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let number = version.parse().map_err(|_| WebError::not_found())?;
    let (_, _, package) = found(&site, &id, number).await?;
    let path = format!("/rubrics/{id}/{number}");
    piece(&package, (&path, &site.link(&path)), &part, &headers)
}

impl PublicRubricPage {
    fn new(issuer: IssuerView, found: Numbered<Rubric>) -> PublicRubricPage {
        let (newest, found) = (found.newest, found.version);
        PublicRubricPage {
            frame: Frame::new(
                &found.document.name,
                "A rubric: what is scored, the levels, and the level that is a pass.",
            ),
            path: format!("/rubrics/{}/{}", found.id, found.version),
            version: found.version,
            newest,
            newest_path: format!("/rubrics/{}/{newest}", found.id),
            issuer,
            rubric: found.document,
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let kept = |newest| Numbered {
        newest,
        version: versions::Version {
            id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            version: 2,
            changes: 3,
            changed_at: crate::clock::Timestamp::UNIX_EPOCH,
            pinned_at: Some(crate::clock::Timestamp::UNIX_EPOCH),
            document: crate::standard::rubric::samples::memo(),
        },
    };
    let page = |newest| {
        let page = PublicRubricPage::new(super::issuer::riverside(false), kept(newest));
        page.render().expect("renders")
    };
    vec![("public-rubric", page(2)), ("public-rubric-old", page(3))]
}
