//! What one cell of a sheet says: a date, an address, an identifier.

use crate::clock::{Timestamp, whole_seconds};
use crate::credential::dates;

/// A day, taken as its first second in UTC, or an `xsd:dateTimeStamp`.
#[must_use]
pub fn parse_date(text: &str) -> Option<Timestamp> {
    let at = if dates::is_day(text) {
        dates::stamp(&format!("{text}T00:00:00Z"))
    } else {
        dates::stamp(text)
    };
    at.ok().map(whole_seconds)
}

/// An address as it is hashed and looked up: trimmed, the domain in lower case.
pub(crate) fn normal_email(text: &str) -> String {
    match text.trim().rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => text.trim().to_owned(),
    }
}

/// Whether somebody could be written to at this address, as far as its text tells.
pub(crate) fn looks_like_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !text.contains(char::is_whitespace)
    })
}

/// Whether `text` has the form of a DID, of whatever method.
pub(crate) fn looks_like_did(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    parts.next() == Some("did")
        && parts.next().is_some_and(|method| !method.is_empty())
        && parts.next().is_some_and(|id| !id.is_empty())
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, '#' | '?' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h14_dates_are_strict() {
        for (text, expected) in [
            ("2026-03-01", Some("2026-03-01T00:00:00Z")),
            ("2026-03-01T14:30:00+14:00", Some("2026-03-01T00:30:00Z")),
            ("2026-03-01T14:30:00.5Z", Some("2026-03-01T14:30:00Z")),
            ("2026-03-01T14:30:00", None),
            ("2026-03-01t14:30:00z", None),
            ("2026-02-30", None),
            ("10000-01-01", None),
            ("01/03/2026", None),
            ("2026-03-01T14:30:00Z[UTC]", None),
            ("2026-03-01 14:30:00Z", None),
        ] {
            assert_eq!(
                parse_date(text).map(|at| at.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }
}
