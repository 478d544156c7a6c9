//! Addresses: which texts are absolute URIs, and which of those a browser may be sent to.

/// Whether `text` is an absolute URI or IRI (RFC 3986 §4.3, RFC 3987): a scheme, then characters
/// that may stand there, with whole percent escapes.
#[must_use]
pub fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && rest.chars().all(may_stand)
        && escapes_are_whole(rest)
}

/// Whether `text` is an absolute `http` or `https` URI with a host and without a user name.
#[must_use]
pub fn is_web(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
        && !host.is_empty()
        && !host.starts_with(':')
        && !host.contains('@')
        && is_absolute(text)
}

/// Whether `text` is a web address or carries a PNG, JPEG or SVG picture as a `data:` URI.
#[must_use]
pub fn is_picture(text: &str) -> bool {
    const KINDS: [&str; 3] = ["image/png", "image/jpeg", "image/svg+xml"];
    let data = text
        .split_once(':')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("data"))
        .map(|(_, rest)| rest);
    match data {
        Some(rest) => KINDS.iter().any(|kind| {
            rest.strip_prefix(kind)
                .is_some_and(|rest| rest.starts_with([';', ',']) && rest.contains(','))
        }),
        None => is_web(text),
    }
}

fn may_stand(c: char) -> bool {
    !(c <= ' '
        || matches!(
            c,
            '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' | '\u{7f}'..='\u{a0}'
        ))
}

fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        let digits = after.as_bytes();
        digits.len() >= 2 && digits[..2].iter().all(u8::is_ascii_hexdigit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_uris_have_a_scheme_and_clean_characters() {
        for good in [
            "https://a.example/b?c#d",
            "urn:uuid:0c07c1ce-57cb-41af-bef2-1b932b986873",
            "did:web:a.example%3A8080:x",
            "https://ä.example/ü",
            "mailto:a@b.example",
        ] {
            assert!(is_absolute(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "#x",
            "../a",
            "//a.example/b",
            "1a:b",
            ":b",
            "https:",
            "urn:a b",
            "https://a.example/\n",
            "https://a.example/<",
            "urn:%zz",
            "urn:%4",
            "urn:a\\b",
        ] {
            assert!(!is_absolute(bad), "{bad}");
        }
    }

    #[test]
    fn web_addresses_have_a_host_and_no_user() {
        for good in [
            "https://a.example",
            "http://localhost:8080/x",
            "HTTPS://A.example/",
        ] {
            assert!(is_web(good), "{good}");
        }
        for bad in [
            "ftp://a.example",
            "https:/a.example",
            "https://",
            "https://:80/",
            "urn:a",
            "https://victim.test@evil.test/",
            "javascript://a.example/%0aalert(1)",
        ] {
            assert!(!is_web(bad), "{bad}");
        }
    }

    #[test]
    fn pictures_are_addresses_or_known_kinds() {
        assert!(is_picture("data:image/png;base64,AAAA"));
        assert!(is_picture("https://a.example/p.png"));
        for bad in [
            "data:text/html,<b>",
            "data:image/png",
            "data:image/gif;base64,AA",
            "urn:x",
        ] {
            assert!(!is_picture(bad), "{bad}");
        }
    }
}
