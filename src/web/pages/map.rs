//! `/maps/{id}/{version}`: a competency map that something rests on, for anybody. People get a page,
//! programs a CASE package, and each part of the package answers at the address that it names.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde_json::Value;

use crate::{
    standard::{
        case,
        map::Map,
        versions::{self, Numbered},
    },
    web::{
        Site,
        answer::{self, DAY, Document, SHORT},
        error::WebError,
        frame::Frame,
        negotiate,
        pages::issuer::IssuerView,
        stored,
    },
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/map.html")]
pub(crate) struct PublicMapPage {
    frame: Frame,
    path: String,
    version: i64,
    /// The number of the newest version that anybody can read, and where that is.
    newest: i64,
    newest_path: String,
    issuer: IssuerView,
    map: Map,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/maps/{id}/{version}", get(shown))
        .route("/maps/{id}/{version}/{part}", get(part))
}

/// A version as an address names it, and whether the package alone is wanted: `2`, `2.json`.
pub(super) fn version_of(text: &str) -> Result<(i64, bool), WebError> {
    let (number, json) = match text.strip_suffix(".json") {
        Some(number) => (number, true),
        None => (text, false),
    };
    let number = number.parse().map_err(|_| WebError::not_found())?;
    Ok((number, json))
}

/// A package, or a part of it, for programs of every site.
pub(super) fn data(package: &Value, headers: &HeaderMap) -> Response {
    Document::new("application/json", package.to_string())
        .cached(DAY)
        .open()
        .varied()
        .answer(headers)
}

/// A page that has another form at its address.
pub(super) fn beside_data(page: &impl Template) -> Result<Response, WebError> {
    let mut response = answer::page(page, SHORT)?;
    let vary = HeaderValue::from_static("accept");
    response.headers_mut().insert(header::VARY, vary);
    Ok(response)
}

/// The part of a package that stands at `base/part`: for programs its data, for people its place on
/// the page.
pub(super) fn piece(
    package: &Value,
    (path, base): (&str, &str),
    part: &str,
    headers: &HeaderMap,
) -> Result<Response, WebError> {
    let found = case::part(package, &format!("{base}/{part}")).ok_or_else(WebError::not_found)?;
    if negotiate::prefers_json(headers) {
        return Ok(data(found, headers));
    }
    // `skill-2-1` is a link of the second skill.
    let place: Vec<&str> = part.split('-').take(2).collect();
    let vary = [(header::VARY, "accept")];
    let there = Redirect::to(&format!("{path}#{}", place.join("-")));
    Ok((vary, there).into_response())
}

async fn found(
    site: &Site,
    id: &str,
    version: i64,
) -> Result<(IssuerView, Numbered<Map>, Value), WebError> {
    let (issuer, found) = versions::public::<Map>(site.app(), id, version).await?;
    let issuer = IssuerView::of(&stored::issuer(site, &issuer).await?);
    let base = site.link(&format!("/maps/{id}/{version}"));
    let package = case::write_map(&found.version.document, &base, found.version.changed_at);
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
    beside_data(&PublicMapPage::new(issuer, found))
}

async fn part(
    State(site): State<Site>,
    Path((id, version, part)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let number = version.parse().map_err(|_| WebError::not_found())?;
    let (_, _, package) = found(&site, &id, number).await?;
    let path = format!("/maps/{id}/{number}");
    piece(&package, (&path, &site.link(&path)), &part, &headers)
}

impl PublicMapPage {
    fn new(issuer: IssuerView, found: Numbered<Map>) -> PublicMapPage {
        let (newest, found) = (found.newest, found.version);
        PublicMapPage {
            frame: Frame::new(
                &found.document.name,
                "A competency map: which skills, why, and when.",
            ),
            path: format!("/maps/{}/{}", found.id, found.version),
            version: found.version,
            newest,
            newest_path: format!("/maps/{}/{newest}", found.id),
            issuer,
            map: found.document,
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
            document: crate::standard::map::samples::data(),
        },
    };
    let page = |newest| {
        let page = PublicMapPage::new(super::issuer::riverside(false), kept(newest));
        page.render().expect("renders")
    };
    vec![("public-map", page(2)), ("public-map-old", page(3))]
}
