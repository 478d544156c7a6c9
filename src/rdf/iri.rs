//! Which texts are absolute IRIs, keywords, or only look like keywords.

/// A JSON-LD keyword, as far as documents and pinned contexts use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Context,
    Id,
    Type,
    Value,
    Language,
    Direction,
    List,
    Set,
    /// Any other keyword, and what has the form of one: refused in documents.
    Other,
}

/// The keyword that `text` is, or has the form of (`@` and ASCII letters).
pub(super) fn keyword(text: &str) -> Option<Keyword> {
    let letters = text.strip_prefix('@')?;
    Some(match letters {
        "context" => Keyword::Context,
        "id" => Keyword::Id,
        "type" => Keyword::Type,
        "value" => Keyword::Value,
        "language" => Keyword::Language,
        "direction" => Keyword::Direction,
        "list" => Keyword::List,
        "set" => Keyword::Set,
        _ if !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_alphabetic()) => {
            Keyword::Other
        }
        _ => return None,
    })
}

/// Whether `text` has a scheme and holds no character that an IRI cannot (RFC 3987 §2.2; the
/// N-Quads IRIREF rule): such a text can stand between `<` and `>` as it is.
pub(super) fn is_absolute(text: &str) -> bool {
    let Some(colon) = text.find(':') else {
        return false;
    };
    let (scheme, rest) = text.as_bytes().split_at(colon);
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && rest.iter().all(|b| is_iri_byte(*b))
        && (text.is_ascii() || !text.chars().any(is_blank))
}

fn is_iri_byte(byte: u8) -> bool {
    byte > 0x20
        && byte != 0x7F
        && !matches!(
            byte,
            b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`' | b'\\'
        )
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{feff}'
}

/// Whether `text` is a well-formed language tag as RFC 5646 §2.1 spells them: letters, then parts
/// of letters and digits, each of one to eight characters.
pub(super) fn is_language(text: &str) -> bool {
    text.split('-').enumerate().all(|(i, part)| {
        (1..=8).contains(&part.len())
            && part
                .bytes()
                .all(|b| b.is_ascii_alphabetic() || (i > 0 && b.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_iris_have_a_scheme_and_no_forbidden_character() {
        for good in ["urn:x", "https://é.example/a?b#c", "did:key:z6Mk", "x:"] {
            assert!(is_absolute(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "#x",
            "../a",
            "//h/p",
            ":x",
            "1a:b",
            "a b:c",
            "urn:a b",
            "urn:<",
            "urn:\u{7f}",
            "urn:\u{a0}",
            "urn:\u{feff}",
            "_:b",
            "urn:a\\b",
            "a,b:c",
        ] {
            assert!(!is_absolute(bad), "{bad}");
        }
    }

    #[test]
    fn language_tags_have_parts_of_one_to_eight() {
        for good in ["en", "EN-us", "de-DE-1996", "x", "zh-Hans"] {
            assert!(is_language(good), "{good}");
        }
        for bad in ["", "en_US", "-en", "en-", "abcdefghi", "1en", "é"] {
            assert!(!is_language(bad), "{bad}");
        }
    }

    #[test]
    fn keywords_are_at_and_letters() {
        assert_eq!(keyword("@id"), Some(Keyword::Id));
        assert_eq!(keyword("@foo"), Some(Keyword::Other));
        assert_eq!(keyword("@"), None);
        assert_eq!(keyword("@1"), None);
        assert_eq!(keyword("id"), None);
    }
}
