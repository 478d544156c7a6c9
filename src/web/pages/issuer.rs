//! `/issuers/{id}`: who issues, and with which keys. People get a page, programs a Profile.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
    routing::get,
};

use crate::{
    db::{IssuerKeyRow, IssuerRow},
    ids::IssuerId,
    issue::identity,
    json,
    web::{
        Site,
        answer::{self, Document, SHORT},
        error::WebError,
        frame::Frame,
        markdown, negotiate,
        problem::Problem,
        stored,
        text::{self, Text},
    },
};

/// An organisation, as pages show it.
#[derive(Debug, Clone)]
pub(crate) struct IssuerView {
    /// The name it gave itself.
    pub(crate) name: Text,
    /// The host of its web address.
    pub(crate) domain: Text,
    /// Whether it has shown that the domain is its own: the one place that pages ask.
    pub(crate) proven: bool,
    /// Our page about it.
    pub(crate) page: String,
    /// Its web address; empty unless `https:`.
    pub(crate) url: String,
    /// An e-mail address; may be empty.
    pub(crate) email: String,
}

impl IssuerView {
    /// What pages show of `row`.
    #[must_use]
    pub(crate) fn of(row: &IssuerRow) -> IssuerView {
        let contact = row.contact.clone().unwrap_or_default();
        let is_email = contact.contains('@')
            && !contact
                .chars()
                .any(|c| c.is_whitespace() || "<>\"?&".contains(c));
        let address = &row.web_address;
        let host = address
            .split_once("://")
            .map_or(address.as_str(), |(_, rest)| rest);
        IssuerView {
            name: Text::new(&row.name),
            domain: Text::new(host.split(['/', '?', '#']).next().unwrap_or_default()),
            proven: row.domain_proven_at.is_some(),
            page: format!("/issuers/{}", row.issuer_id),
            url: if markdown::is_safe(address) {
                address.clone()
            } else {
                String::new()
            },
            email: if is_email { contact } else { String::new() },
        }
    }

    /// The same organisation, as far as a document shows that nobody has proved to be from it.
    #[must_use]
    pub(crate) fn unproven(self) -> IssuerView {
        IssuerView {
            proven: false,
            ..self
        }
    }

    /// Its name as a page says it: beside it stands that nobody has confirmed it, until the
    /// organisation has shown that its domain is its own (threat G19).
    #[must_use]
    pub(crate) fn named(&self) -> Text {
        if self.proven {
            self.name.clone()
        } else {
            Text::new(&format!("{} (unverified organisation)", self.name))
        }
    }
}

/// A key of an issuer.
#[derive(Debug, Clone)]
pub(crate) struct KeyView {
    /// The public key, which is its name.
    pub(crate) id: String,
    /// The day it was revoked, in words; empty while it is good.
    pub(crate) revoked: String,
}

/// The page about an organisation.
#[derive(Debug, Template)]
#[template(path = "pages/issuer.html")]
pub(crate) struct IssuerPage {
    frame: Frame,
    id: String,
    did: String,
    issuer: IssuerView,
    keys: Vec<KeyView>,
}

impl IssuerPage {
    /// The page about one organisation.
    #[must_use]
    pub(crate) fn new(id: &str, did: &str, issuer: IssuerView, keys: Vec<KeyView>) -> IssuerPage {
        IssuerPage {
            frame: Frame::new(
                issuer.name.as_str(),
                "An organisation that issues credentials, and the keys it signs with.",
            ),
            id: id.to_owned(),
            did: did.to_owned(),
            issuer,
            keys,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/issuers/{id}", get(page))
}

async fn page(
    State(site): State<Site>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let (row, keys) = find(&site, &id).await?;
    if negotiate::prefers_json(&headers) {
        let profile = identity::profile_document(&site.config().public_url, &row, &keys);
        return Ok(Document::new("application/json", json::text(&profile))
            .cached(SHORT)
            .open()
            .varied()
            .answer(&headers));
    }
    let views = keys.iter().map(|key| KeyView {
        id: key.key_id.clone(),
        revoked: key.revoked_at.map(|at| text::day(*at)).unwrap_or_default(),
    });
    let page = IssuerPage::new(
        row.issuer_id.as_str(),
        &row.did,
        IssuerView::of(&row),
        views.collect(),
    );
    let mut response = answer::page(&page, SHORT)?;
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// Read an organisation's keys.
///
/// Its DID document: every key that ever signed for it. Retired keys stay, so that what they signed
/// can be checked; revoked ones are marked.
#[utoipa::path(get, path = "/issuers/{id}/did.json", operation_id = "did_document", tag = "Public documents",
    params(("id" = String, Path, description = "The organisation's id: 22 characters.")),
    responses(
        (status = 200, description = "The DID document.", body = Object, content_type = "application/did+json"),
        (status = 304, description = "You have it already."),
        (status = 404, description = "No such organisation.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn did_document(
    State(site): State<Site>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let (row, keys) = find(&site, &id).await?;
    // Where this service's address can be no did:web, there is no such document.
    let document = identity::did_document(&site.config().public_url, &row.issuer_id, &keys)
        .map_err(|_| WebError::not_found())?;
    Ok(
        Document::new("application/did+json", json::text(&document.to_json()))
            .cached(SHORT)
            .open()
            .answer(&headers),
    )
}

async fn find(site: &Site, id: &str) -> Result<(IssuerRow, Vec<IssuerKeyRow>), WebError> {
    let id: IssuerId = id.parse().map_err(|_| WebError::not_found())?;
    let row = stored::issuer(site, &id).await?;
    let keys = site.app().db.of(&id).keys().await?;
    Ok((row, keys))
}

/// An organisation for the samples of several pages.
#[cfg(test)]
pub(crate) fn riverside(proven: bool) -> IssuerView {
    IssuerView {
        name: "Riverside Tutoring".into(),
        domain: "riverside-tutoring.example".into(),
        proven,
        page: "/issuers/r1".to_owned(),
        url: "https://riverside-tutoring.example".to_owned(),
        email: "badges@riverside-tutoring.example".to_owned(),
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let key = |n: u8, revoked: &str| KeyView {
        id: format!("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do{n}"),
        revoked: revoked.to_owned(),
    };
    let page = IssuerPage::new(
        "r1",
        "did:web:badges.example:issuers:r1",
        riverside(false),
        vec![key(1, ""), key(2, "3 March 2026")],
    );
    vec![("issuer", page.render().expect("renders"))]
}
