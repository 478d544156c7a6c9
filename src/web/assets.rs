//! The style sheet, the script and the mark: inside the program, served with an ETag.

use axum::{
    Router,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::web::{Site, answer::Document};

/// Every asset: its path, its media type, its bytes.
pub(crate) const ASSETS: &[(&str, &str, &[u8])] = &[
    (
        "/assets/site.css",
        "text/css; charset=utf-8",
        include_bytes!("assets/site.css"),
    ),
    (
        "/assets/scan.js",
        "text/javascript; charset=utf-8",
        include_bytes!("assets/scan.js"),
    ),
    (
        "/assets/progress.js",
        "text/javascript; charset=utf-8",
        include_bytes!("assets/progress.js"),
    ),
    (
        "/assets/passkey.js",
        "text/javascript; charset=utf-8",
        include_bytes!("assets/passkey.js"),
    ),
    (
        "/assets/grid.js",
        "text/javascript; charset=utf-8",
        include_bytes!("assets/grid.js"),
    ),
    (
        "/assets/mark.svg",
        "image/svg+xml",
        include_bytes!("assets/mark.svg"),
    ),
];

/// One route per asset, and the address that browsers ask for unasked.
pub(crate) fn routes() -> Router<Site> {
    let mut router = Router::new().route("/robots.txt", get(robots));
    for &(path, kind, bytes) in ASSETS {
        let serve = move |headers: HeaderMap| async move {
            Document::new(kind, bytes)
                .cached("public, no-cache")
                .answer(&headers)
        };
        router = router.route(path, get(serve));
    }
    router
}

/// Share links are kept out of indexes by their own headers, which a robot must read to see.
async fn robots() -> Response {
    (
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        "User-agent: *\nDisallow: /api/\n",
    )
        .into_response()
}
