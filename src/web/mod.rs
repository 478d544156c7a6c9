//! The HTTP face: pages for people, documents for verifiers, an API for programs.
//!
//! - A page is one file in `pages/` with its template beside it, and one name in `PAGES`.
//! - An API endpoint is one file in `api/` and one line in `ENDPOINTS`; OpenAPI and the readable
//!   page follow by themselves.
//! - The desk (`desk/`) is where providers work: pages for whoever is signed in (`signed`).
//! - `vc_api/` is the face that test suites and integrators call; it is off unless asked for.
//! - Documents are the public files behind links: credentials, lists, keys, pictures.
//!
//! A handler asks a service and shows the answer. It holds no SQL, signs nothing and opens no
//! transaction. What every answer needs stands in layers around all of them: [`router`].

mod answer;
mod api;
mod assets;
mod check;
mod claim;
mod connections;
mod cookie;
mod csrf;
mod cursor;
mod desk;
mod details;
mod documents;
mod elsewhere;
mod error;
mod fields;
mod frame;
mod guess;
mod headers;
mod icon;
mod inside;
mod key;
mod limits;
mod markdown;
mod me;
mod memory;
mod negotiate;
mod pages;
mod pictures;
mod places;
mod problem;
mod question;
mod receipts;
mod said;
mod serve;
mod several;
mod sign_passkey;
mod sign_with;
mod signed;
mod site;
mod stored;
mod streamed;
mod text;
mod told;
mod trusted;
mod vc_api;
mod verdict;
mod workers;

use axum::{
    Router, extract::DefaultBodyLimit, http::StatusCode, middleware, response::IntoResponse,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate as _},
    },
    timeout::TimeoutLayer,
};

pub use memory::{look, watch};
pub use serve::{CONNECTIONS, HEADER_TIMEOUT, Server, stop_signal};
pub use site::Site;

use crate::config::limits::UPLOAD_BYTES;

/// How long one request may take, body and answer together. Past it: 408.
pub const REQUEST_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(20);

/// Every route, inside every layer.
///
/// From the outside in: an id and readable errors, headers, compression, panics become 500,
/// a deadline, the address's bucket, no form of another site, the body's limit.
pub fn router(site: Site) -> Router {
    let mut router = Router::new()
        .merge(assets::routes())
        .merge(documents::routes())
        .merge(receipts::routes())
        .merge(sign_passkey::routes())
        .merge(sign_with::routes())
        .merge(pictures::routes())
        .merge(api::routes())
        .merge(vc_api::routes(site.config()));
    for page in pages::PAGES.iter().chain(desk::DESK).chain(me::ME) {
        router = router.merge((page.routes)());
    }
    let router = router.fallback(|| async { error::WebError::not_found() });
    around(site, router)
}

/// `router` inside the layers that every answer passes: for measuring what they cost.
pub fn around(site: Site, router: Router<Site>) -> Router {
    router
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES))
        .layer(csrf::layer(site.config()))
        .layer(middleware::from_fn_with_state(site.clone(), site::admit))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            REQUEST_TIMEOUT,
        ))
        .layer(CatchPanicLayer::custom(|_| {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(
            CompressionLayer::new()
                .compress_when(DefaultPredicate::new().and(streamed::may_be_compressed)),
        )
        .layer(middleware::from_fn_with_state(site.clone(), error::explain))
        .layer(middleware::from_fn_with_state(
            site.clone(),
            headers::protect,
        ))
        .with_state(site)
}
