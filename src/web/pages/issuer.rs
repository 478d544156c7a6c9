//! `/issuers/{id}`: who issues, and with which keys. People get a page, programs a Profile.

use askama::Template;
use axum::Router;

use crate::web::{Site, frame::Frame, pages::credential::IssuerView};

/// A key of an issuer.
#[derive(Debug, Clone)]
pub struct KeyView {
    /// The key's full identifier.
    pub id: String,
    /// The day it was revoked, in words; empty while it is good.
    pub revoked: String,
}

/// The page about an organisation.
#[derive(Debug, Template)]
#[template(path = "pages/issuer.html")]
pub struct IssuerPage {
    frame: Frame,
    id: String,
    did: String,
    issuer: IssuerView,
    keys: Vec<KeyView>,
}

impl IssuerPage {
    /// The page about one organisation.
    #[must_use]
    pub fn new(id: &str, did: &str, issuer: IssuerView, keys: Vec<KeyView>) -> IssuerPage {
        IssuerPage {
            frame: Frame::new(issuer.name.as_str(), "An organisation that issues credentials, and the keys it signs with."),
            id: id.to_owned(),
            did: did.to_owned(),
            issuer,
            keys,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let key = |n: u8, revoked: &str| KeyView {
        id: format!("did:web:badges.example:issuers:r1#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do{n}"),
        revoked: revoked.to_owned(),
    };
    let issuer = crate::web::pages::credential::riverside(false);
    let page = IssuerPage::new("r1", "did:web:badges.example:issuers:r1", issuer, vec![key(1, ""), key(2, "3 March 2026")]);
    vec![("issuer", page.render().expect("renders"))]
}
