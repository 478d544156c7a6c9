//! The fields of a plain form, read strictly: text is UTF-8 without NUL, or the form is refused
//! (threat F16).

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};

use crate::web::{Site, error::WebError};

/// What somebody sent with a form: names and values, as often and in the order they came.
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `a=1&b=2`; `None` if a part of it is no text.
    pub(crate) fn read(body: &[u8]) -> Option<Fields> {
        let pairs = body.split(|byte| *byte == b'&');
        let pairs = pairs.filter(|pair| !pair.is_empty()).map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = pair.split_at(at.unwrap_or(pair.len()));
            Some((text(name)?, text(value.get(1..).unwrap_or_default())?))
        });
        pairs.collect::<Option<Vec<_>>>().map(Fields)
    }

    /// The first value of a field, without spaces around; empty if there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.whole(name).trim()
    }

    /// The first value of a field as it was typed, such as a password; empty if there is none.
    pub(crate) fn whole(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(there, _)| there == name);
        found.map_or("", |(_, value)| value)
    }

    /// Every value of a field, such as the boxes that were ticked.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> + 'f {
        let fields = self.0.iter().filter(move |(there, _)| there == name);
        fields.map(|(_, value)| value.as_str())
    }

    /// Whether a field was sent at all, such as a box that was ticked.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(there, _)| there == name)
    }
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fields(***)")
    }
}

fn text(part: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = part
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let mut bytes = Vec::with_capacity(spaced.len());
    let mut at = 0;
    while let Some(&byte) = spaced.get(at) {
        if byte == b'%' {
            let digits = std::str::from_utf8(spaced.get(at + 1..at + 3)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            bytes.push(byte);
            at += 1;
        }
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
}

/// Whether what a query says is text, as far as its bytes are written with `%`: no NUL, no bytes
/// that are no UTF-8 (threat F16). A `%` that begins nothing stands for itself.
pub(crate) fn is_text(query: &str) -> bool {
    let bytes = query.as_bytes();
    let mut read = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).filter(|_| byte == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let coded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        read.push(coded.unwrap_or(byte));
        at += if coded.is_some() { 3 } else { 1 };
    }
    std::str::from_utf8(&read).is_ok_and(|text| !text.contains('\0'))
}

impl FromRequest<Site> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Site) -> Result<Fields, Response> {
        let body = Bytes::from_request(request, site)
            .await
            .map_err(IntoResponse::into_response)?;
        let fields = Fields::read(&body);
        fields.ok_or_else(|| {
            WebError::unreadable("form", "A field of the form is no text that we read.")
                .into_response()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let fields = Fields::read(b"a=1+2&b=%C3%A9&a=+3&c&d==").expect("fields");
        assert_eq!(fields.get("a"), "1 2");
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1 2", " 3"]);
        assert_eq!(
            (fields.get("b"), fields.get("c"), fields.get("d")),
            ("é", "", "=")
        );
        assert!(fields.has("c") && !fields.has("e"));
        assert_eq!(format!("{fields:?}"), "Fields(***)");
    }

    #[test]
    fn f16_a_query_is_text() {
        for good in ["", "q=caf%C3%A9&a=1", "q=50%", "q=%zz", "q=%4"] {
            assert!(is_text(good), "{good}");
        }
        for odd in ["q=%00", "%00", "q=%ff", "q=%c3%28", "q=%ed%a0%80"] {
            assert!(!is_text(odd), "{odd}");
        }
    }

    #[test]
    fn f16_what_is_no_text_is_refused() {
        for odd in [
            "a=%00",
            "%00=a",
            "a=%ff",
            "a=%c3%28",
            "a=%ed%a0%80",
            "a=%zz",
            "a=%4",
        ] {
            assert!(Fields::read(odd.as_bytes()).is_none(), "{odd}");
        }
    }
}
