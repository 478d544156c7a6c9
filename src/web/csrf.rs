//! No page of another site acts here in a visitor's name (threat G13).
//!
//! Browsers say with every request where it comes from (`Sec-Fetch-Site`, else `Origin`). What
//! changes something and comes from elsewhere is refused; a program, which says neither, is not a
//! browser and carries no cookie of ours. The cookies are `SameSite=Lax` besides. The API is left
//! out: it reads no cookie.

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::{
    config::Config,
    web::{error::WebError, vc_api},
};

/// The layer.
pub(crate) fn layer(config: &Config) -> CsrfLayer<fn(ProtectionError) -> Response> {
    // What stands before us may have changed the `Host`: our own address is always our own.
    let layer = CsrfLayer::new().add_trusted_origin(config.public_url.to_string());
    layer
        .unwrap_or_default()
        .with_insecure_bypass(|_, uri| {
            let path = uri.path();
            path.starts_with("/api/") || vc_api::PATHS.iter().any(|start| path.starts_with(start))
        })
        .with_rejection_response(refused as fn(ProtectionError) -> Response)
}

fn refused(_: ProtectionError) -> Response {
    WebError::new(
        StatusCode::FORBIDDEN,
        "other_site",
        "This was sent by a page of another site. Open the page here and send it from there.",
    )
    .into_response()
}
