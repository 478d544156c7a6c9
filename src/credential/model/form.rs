//! How Open Badges JSON is written: once or many, absent instead of empty, unknown members kept.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};

/// Members of an object that the model has no field for, in the order they were written.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// Reads a member that may be given once or as an array (the compact form); it is always written
/// as an array (the strict form).
pub(super) fn many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let items = match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Array(items) => items,
        serde_json::Value::Null => Vec::new(),
        one => vec![one],
    };
    items
        .into_iter()
        .map(|item| serde_json::from_value(item).map_err(D::Error::custom))
        .collect()
}

/// `types` as the list it is written as.
pub(super) fn types(types: &[&str]) -> Vec<String> {
    types.iter().map(|&name| name.to_owned()).collect()
}

/// Why a JSON document is not the thing it was read as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {what}: {why}")]
pub struct ReadError {
    pub(super) what: &'static str,
    pub(super) why: String,
}

/// A text with a list of known words in the standard, open for others that start with `ext:`.
pub(crate) fn is_extension(text: &str) -> bool {
    text.strip_prefix("ext:").is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    })
}

/// A text from a list that the standard keeps.
///
/// The text is kept as it was read, known or not, so that nothing signed is lost.
pub trait Word: AsRef<str> + fmt::Display {
    /// The words in the standard.
    const KNOWN: &'static [&'static str];
    /// Whether words of one's own, written `ext:…`, may be used.
    const OPEN: bool;

    /// Whether the standard lists this word.
    fn is_known(&self) -> bool {
        Self::KNOWN.contains(&self.as_ref())
    }

    /// Whether this word may be used: it is listed, or is an extension where those may be.
    fn is_allowed(&self) -> bool {
        self.is_known() || (Self::OPEN && is_extension(self.as_ref()))
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident, open: $open:literal, [$($word:literal)*];)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default,
                 serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $crate::credential::Word for $name {
            const KNOWN: &'static [&'static str] = &[$($word),*];
            const OPEN: bool = $open;
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> $name {
                $name(text.to_owned())
            }
        }
    )*};
}
pub(super) use words;

/// Reads and writes a model type as a [`json::Value`](crate::json::Value).
macro_rules! json_both_ways {
    ($($name:ident, $what:literal;)*) => {$(
        impl TryFrom<&$crate::json::Value<'_>> for $name {
            type Error = $crate::credential::ReadError;
            fn try_from(value: &$crate::json::Value<'_>) -> Result<$name, Self::Error> {
                serde::Deserialize::deserialize(value).map_err(|error: serde_json::Error| {
                    $crate::credential::ReadError { what: $what, why: error.to_string() }
                })
            }
        }

        impl From<&$name> for $crate::json::Value<'static> {
            fn from(model: &$name) -> Self {
                // Fields are texts, numbers, lists and maps with text keys: this cannot fail.
                serde_json::to_value(model).unwrap_or_default().into()
            }
        }
    )*};
}
pub(super) use json_both_ways;

#[cfg(test)]
mod tests {
    use super::is_extension;

    #[test]
    fn extensions_are_words_after_ext() {
        for good in ["ext:a", "ext:Lab-2.0_x"] {
            assert!(is_extension(good), "{good}");
        }
        for bad in ["ext:", "ext:a b", "Ext:a", "xext:a", "ext:a|b", "ext:é"] {
            assert!(!is_extension(bad), "{bad}");
        }
    }
}
