//! Who a program speaks for: the API key in its `Authorization` header.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use sha2::{Digest, Sha256};

use crate::{
    web::{Site, error::WebError},
    who::{Refusal, Who},
};

/// Whoever shows a good API key. Taking it as an argument makes a handler ask for one.
pub(crate) struct Keyed(pub(crate) Who);

impl FromRequestParts<Site> for Keyed {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Keyed, WebError> {
        let shown = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let shown = shown
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, key) = shown.ok_or(Refusal::Unknown)?;
        let key = key.trim();
        let who = Who::by_api_key(&site.app().db, key, site.now()).await?;
        site.limits()
            .keys
            .take(Sha256::digest(key.as_bytes()).into(), site.now())?;
        Ok(Keyed(who))
    }
}
