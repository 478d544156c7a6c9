//! A date and time as it stands in a credential.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::credential::dates;

/// An instant, kept as it was written so that nothing signed changes.
///
/// Written by us it is UTC to the second: `2026-03-01T10:00:00Z`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(pub String);

impl DateTime {
    /// The instant meant, if the text is an `xsd:dateTimeStamp` that [`dates::stamp`] reads.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        dates::stamp(&self.0).ok()
    }
}

impl From<Timestamp> for DateTime {
    fn from(at: Timestamp) -> DateTime {
        DateTime(dates::text(at))
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
