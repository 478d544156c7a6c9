//! `/pictures/{id}.png`: pictures of achievements, as published achievements name them; and
//! `/emblems/{colour}-{icon}.svg`: what can be chosen for one that is drawn.

use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};

use crate::{
    bake::emblem::{COLOURS, Emblem, ICONS},
    standard::picture,
    web::{
        Site,
        answer::{Document, IMMUTABLE},
        error::WebError,
    },
};

/// The routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/pictures/{file}", get(shown))
        .route("/emblems/{file}", get(emblem))
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

/// `/emblems/{colour}-{icon}.svg`: what can be chosen, drawn. Nobody's data is in it.
async fn emblem(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, WebError> {
    let asked = file
        .strip_suffix(".svg")
        .and_then(|file| file.split_once('-'));
    let known = asked.filter(|(colour, icon)| {
        COLOURS.contains(colour) && ICONS.iter().any(|(there, _)| there == icon)
    });
    let (colour, icon) = known.ok_or_else(WebError::not_found)?;
    let svg = Emblem {
        name: "Aa",
        colour,
        icon,
    }
    .svg();
    Ok(Document::new("image/svg+xml", svg)
        .cached("public, max-age=86400")
        .answer(&headers))
}
