//! `/pictures/{id}.png`: pictures of achievements, as published achievements name them.

use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};

use crate::{
    standard::picture,
    web::{
        Site,
        answer::{Document, IMMUTABLE},
        error::WebError,
    },
};

/// The route.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/pictures/{file}", get(shown))
}

/// The id is the SHA-256 of the bytes, so they never change.
async fn shown(
    State(site): State<Site>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let id = file.strip_suffix(".png").ok_or_else(WebError::not_found)?;
    let found = picture::public(site.app(), id).await?;
    let png = found.ok_or_else(WebError::not_found)?;
    Ok(Document::new("image/png", png)
        .named("achievement.png")
        .cached(IMMUTABLE)
        .open()
        .answer(&headers))
}
