//! The headers that every answer carries, so that no handler can forget one.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::web::Site;

/// For pages: everything from here, nothing inline, no frames.
const PAGE: &str = "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'";
/// For documents that are data: a browser that opens one runs and loads nothing.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";
/// For our own drawings, whose colours stand in their attributes.
const DRAWING: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
/// The pages that search engines may list; everything else asks to be left out.
const LISTED: &[&str] = &["/", "/privacy", "/docs", "/verify", "/verify/many"];
/// The only path that may use the camera.
const CAMERA: &str = "/verify";

/// Adds the headers.
pub(crate) async fn protect(State(site): State<Site>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let fits = policy(response.headers());
    let headers = response.headers_mut();
    set(headers, header::CONTENT_SECURITY_POLICY, fits);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(
        headers,
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        headers,
        HeaderName::from_static("permissions-policy"),
        permissions(&path),
    );
    if !LISTED.contains(&path.as_str()) {
        set(
            headers,
            HeaderName::from_static("x-robots-tag"),
            "noindex, noarchive",
        );
    }
    if site.config().public_url.is_https() {
        set(
            headers,
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=63072000; includeSubDomains",
        );
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        set(headers, header::CACHE_CONTROL, "no-cache");
    }
    response
}

fn policy(headers: &HeaderMap) -> &'static str {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    match kind {
        kind if kind.starts_with("text/html") => PAGE,
        kind if kind.starts_with("image/svg") => DRAWING,
        _ => DATA,
    }
}

fn permissions(path: &str) -> &'static str {
    if path == CAMERA {
        "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"
    } else {
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
