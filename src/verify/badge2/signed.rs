//! Signed badges: a token whose payload is the assertion.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::json::{self, Value};

use super::super::{judge::Ask, report::Report, short::not_yet};

/// The payload of a token, unchecked.
pub(super) fn payload(token: &str) -> Option<Value<'static>> {
    let part = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    json::parse_bytes(&bytes).ok().map(Value::into_owned)
}

/// A signed badge.
pub(super) async fn token(ask: Ask<'_>, text: &str) -> Report {
    let _ = text;
    not_yet("a signed Open Badges 2.0 badge", ask)
}
