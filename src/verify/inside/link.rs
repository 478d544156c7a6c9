//! Links to credentials, in the bytes of a page.

use crate::ids::CredentialId;

/// Longest link that is looked at, in bytes.
const LONGEST: usize = 512;

/// The links in `bytes` that have the form of a credential's of this program: an address whose path
/// is `/c/` and an id. Each credential once, in the order found, at most `most`.
pub(in super::super) fn find(bytes: &[u8], most: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = bytes;
    while let Some(at) = start(rest) {
        rest = &rest[at..];
        let end = rest
            .iter()
            .take(LONGEST)
            .position(|b| !is_of_a_link(*b))
            .unwrap_or(rest.len().min(LONGEST));
        let link = std::str::from_utf8(&rest[..end]).ok().and_then(credential);
        if let Some(link) = link.filter(|link| !found.contains(link)) {
            found.push(link);
            if found.len() == most {
                break;
            }
        }
        rest = &rest[end.max(1)..];
    }
    found
}

fn start(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(8)
        .position(|w| w.starts_with(b"https://") || w.starts_with(b"http://"))
}

/// What ends a link in HTML, in a PDF and in running text.
fn is_of_a_link(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&*+,;=%".contains(&byte)
}

/// The address of a credential, without what follows its id.
fn credential(link: &str) -> Option<String> {
    let (before, rest) = link.split_once("/c/")?;
    // Nothing but an origin stands before the path, and nobody's name in it.
    if before.matches('/').count() != 2 || before.contains('@') {
        return None;
    }
    let id = rest.get(..22)?;
    let whole = rest[22..].chars().next();
    let ends = whole.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    (ends && id.parse::<CredentialId>().is_ok()).then(|| format!("{before}/c/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_credentials_are_found_and_each_once() {
        let page = br#"<a href="https://a.test/c/AAAAAAAAAAAAAAAAAAAAAA.png">x</a>
            <link href='http://localhost:8080/c/AAAAAAAAAAAAAAAAAAAAAQ'/>
            https://a.test/c/AAAAAAAAAAAAAAAAAAAAAA (again) https://a.test/c/AAAAAAAAAAAAAAAAAAAAAAA
            https://a.test/x/c/AAAAAAAAAAAAAAAAAAAAAA https://a.test/c/short https://a.test/"#;
        assert_eq!(
            find(page, 9),
            [
                "https://a.test/c/AAAAAAAAAAAAAAAAAAAAAA",
                "http://localhost:8080/c/AAAAAAAAAAAAAAAAAAAAAQ"
            ]
        );
        assert_eq!(find(page, 1).len(), 1);
        assert_eq!(find(b"https://", 9), [""; 0]);
    }
}
