//! What is asked for, and what came.

use std::{sync::Arc, time::Duration};

use super::Cause;
use crate::{clock::Timestamp, json, proof::jwt};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Want {
    /// The media types that will do, most wanted first: sent as `Accept`, and held against the
    /// answer's `Content-Type` (without its parameters).
    pub accept: &'static [&'static str],
    /// Most bytes, unpacked. More is an error, never cut off.
    pub max_bytes: usize,
    /// What the content must look like.
    pub shape: Shape,
    /// Whether a redirect may lead to another host. Not where the content speaks for the host that
    /// was asked.
    pub may_leave: bool,
    /// How long an answer is good for everybody who asks for the same.
    pub keep: fn(&Fetched) -> Duration,
}

/// What content must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A JSON object.
    Object,
    /// A JSON object, or a compact JWT.
    ObjectOrToken,
    /// Text in UTF-8.
    Text,
    /// Any bytes.
    Bytes,
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it stood, after redirects.
    pub url: String,
    /// What it is said to be: a media type in lower case, without parameters.
    pub content_type: String,
    /// The content, unpacked.
    pub body: Arc<[u8]>,
    /// When it was read.
    pub at: Timestamp,
}

impl Fetched {
    /// The content as text; empty if it is none.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }
}

impl Want {
    /// The value of `Accept`.
    pub(super) fn accepts(&self) -> String {
        self.accept.join(", ")
    }

    /// Holds content against [`Want::shape`].
    pub(super) fn check(&self, body: &[u8]) -> Result<(), Cause> {
        let text = std::str::from_utf8(body).map_err(|_| Cause::Shape);
        let is_object = |text: &str| json::parse(text).is_ok_and(|value| value.members().is_some());
        let fits = match self.shape {
            Shape::Object => is_object(text?),
            Shape::ObjectOrToken => {
                text.map(|text| is_object(text) || jwt::looks_like(text.trim()))?
            }
            Shape::Text => text.is_ok(),
            Shape::Bytes => true,
        };
        if fits { Ok(()) } else { Err(Cause::Shape) }
    }
}
