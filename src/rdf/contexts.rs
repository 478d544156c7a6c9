//! The pinned contexts, and what a credential may do with contexts and keywords.

mod inline;
mod strict;
mod table;

use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};

use super::source::Library;
use crate::ids::hex;

pub use inline::spell_out;
pub use strict::{Embedded, check, check_with};
pub use table::{EXAMPLES, PINNED};

/// W3C Verifiable Credentials 2.0: the first context of every credential we issue.
pub const CREDENTIALS_V2: &str = "https://www.w3.org/ns/credentials/v2";
/// W3C Verifiable Credentials 1.1: the first context of older credentials.
pub const CREDENTIALS_V1: &str = "https://www.w3.org/2018/credentials/v1";

/// Data Integrity 2: for proofs on documents whose own context knows none.
pub const DATA_INTEGRITY_V2: &str = "https://w3id.org/security/data-integrity/v2";
/// Bitstring Status List 1.0: for entries in documents of the data model 1.1.
pub const STATUS_V1: &str = "https://www.w3.org/ns/credentials/status/v1";

/// A context whose meaning is fixed in this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pinned {
    /// The URL documents name it by, byte for byte.
    pub url: &'static str,
    /// Our text of it: the same meaning as the published one, not the same bytes.
    pub text: &'static str,
    /// SHA-256 of `text`, lower-case hexadecimal.
    pub sha256: &'static str,
    /// SHA-256 of the published bytes, lower-case hexadecimal: what a `relatedResource` digest of
    /// this URL must equal.
    pub published_sha256: &'static str,
}

/// The pinned context with exactly this URL.
#[must_use]
pub fn known(url: &str) -> Option<&'static Pinned> {
    PINNED.iter().find(|pinned| pinned.url == url)
}

/// Whether every context is as it was pinned, and compiles; to be asked once, at start-up (B13).
///
/// # Errors
/// A sentence that names the first context that is not.
pub fn self_check() -> Result<(), String> {
    check_pins(PINNED)?;
    check_pins(EXAMPLES)
}

/// [`self_check`] over another table.
fn check_pins(table: &[Pinned]) -> Result<(), String> {
    let mut library = Library::default();
    for pinned in table {
        if hex(&Sha256::digest(pinned.text)) != pinned.sha256 {
            return Err(format!(
                "the context {} is not the one that was pinned",
                pinned.url
            ));
        }
        library.add(pinned.url, pinned.text)?;
    }
    Ok(())
}

/// The pinned contexts, read once for the whole program. One that cannot be read is missing here,
/// and [`self_check`] says so.
pub(super) fn library() -> Arc<Library> {
    static LIBRARY: LazyLock<Arc<Library>> = LazyLock::new(|| {
        let mut library = Library::default();
        for pinned in PINNED.iter().chain(EXAMPLES) {
            let _ = library.add(pinned.url, pinned.text);
        }
        Arc::new(library)
    });
    Arc::clone(&LIBRARY)
}

pub(super) fn read_pinned() -> Result<Library, String> {
    let mut library = Library::default();
    PINNED
        .iter()
        .chain(EXAMPLES)
        .try_for_each(|pinned| library.add(pinned.url, pinned.text))?;
    Ok(library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b13_one_flipped_byte_is_found() {
        for at in 0..PINNED.len() {
            let mut table = PINNED.to_vec();
            let text = table[at].text.replacen("@context", "@Context", 1);
            table[at].text = text.leak();
            let error = check_pins(&table).expect_err("a flipped byte");
            assert_eq!(
                error,
                format!(
                    "the context {} is not the one that was pinned",
                    table[at].url
                )
            );
        }
    }

    #[test]
    fn urls_are_compared_byte_for_byte() {
        assert!(known(CREDENTIALS_V2).is_some());
        assert_eq!(known("https://www.w3.org/ns/credentials/V2"), None);
    }
}
