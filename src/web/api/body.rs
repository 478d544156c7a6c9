//! The JSON body of a request, read strictly.

use serde::de::DeserializeOwned;

use crate::{
    config::limits::DOCUMENT_BYTES,
    json::{self, ParseErrorKind, Value},
    web::error::WebError,
};

/// Reads a body as JSON. A name twice in one object is refused: two programs would read two
/// different things (threat A15).
///
/// # Errors
/// 413 for more than is read; 400 `duplicate_key` or `not_json`, with the line and column.
pub(crate) fn strict(body: &[u8]) -> Result<Value<'_>, WebError> {
    if body.len() > DOCUMENT_BYTES {
        return Err(WebError::too_large());
    }
    json::parse_bytes(body).map_err(|error| match error.kind {
        ParseErrorKind::TooLarge => WebError::too_large(),
        ParseErrorKind::DuplicateKey => WebError::unreadable(
            "duplicate_key",
            format!("One object in the body has the same name twice: {error}."),
        ),
        _ => WebError::unreadable(
            "not_json",
            format!("The body is not JSON that we read: {error}."),
        ),
    })
}

/// Reads a body as JSON of one shape.
///
/// # Errors
/// As [`strict`]; 400 `wrong_shape`.
pub(crate) fn shaped<T: DeserializeOwned>(body: &[u8]) -> Result<T, WebError> {
    let value = serde_json::Value::from(&strict(body)?);
    serde_json::from_value(value).map_err(|error| {
        WebError::unreadable(
            "wrong_shape",
            format!("The body has not the right shape: {}.", shape(&error)),
        )
    })
}

/// Serde's words quote what was sent; only those about names of members are passed on.
fn shape(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let safe = text.starts_with("missing field") || text.starts_with("duplicate field");
    if safe {
        text
    } else if text.starts_with("unknown field") {
        "it has a member that is not known".to_owned()
    } else {
        "a member is of the wrong type".to_owned()
    }
}
