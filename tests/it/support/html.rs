//! A page taken apart as a browser's tokenizer does it, as far as our pages need it.

/// One piece of a page, in the order of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A start tag: its name, and its attributes with their values read.
    Tag(String, Vec<(String, String)>),
    /// An end tag.
    End(String),
    /// Text between tags, read, white space as a browser shows it; never empty.
    Text(String),
}

/// Takes a page apart.
pub(crate) fn read(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut rest, mut text) = (html, String::new());
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        text += before;
        let inside = &from[1..];
        let is_tag = inside.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        if is_tag {
            push_text(&mut pieces, &std::mem::take(&mut text));
            rest = tag(&mut pieces, inside);
        } else {
            text.push('<');
            rest = inside;
        }
    }
    push_text(&mut pieces, &(text + rest));
    pieces
}

fn push_text(pieces: &mut Vec<Piece>, raw: &str) {
    let text = shown(&unescape(raw));
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
}

/// A text as it is shown: its words with one space between.
pub(crate) fn shown(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads what stands behind a `<`; what stands behind the tag.
fn tag<'h>(pieces: &mut Vec<Piece>, inside: &'h str) -> &'h str {
    let name_end = inside.find(|c: char| c.is_whitespace() || c == '>');
    let (name, mut rest) = inside.split_at(name_end.unwrap_or(inside.len()));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            break;
        }
        let end = rest.find(|c: char| c.is_whitespace() || "=>".contains(c));
        let (attribute, after) = rest.split_at(end.unwrap_or(rest.len()).max(1));
        let (value, after) = match after.strip_prefix('=') {
            Some(value) => value_of(value),
            None => ("", after),
        };
        attributes.push((attribute.to_lowercase(), unescape(value)));
        rest = after;
    }
    let name = name.to_lowercase();
    pieces.push(match name.strip_prefix('/') {
        Some(name) => Piece::End(name.to_owned()),
        None => Piece::Tag(name, attributes),
    });
    rest.strip_prefix('>').unwrap_or(rest)
}

/// An attribute's value, and what stands behind it.
fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    text.split_at(
        text.find(|c: char| c.is_whitespace() || c == '>')
            .unwrap_or(text.len()),
    )
}

/// Reads the character references that our templates write.
fn unescape(text: &str) -> String {
    let mut out = text.to_owned();
    for (reference, c) in [
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&nbsp;", "\u{a0}"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        out = out.replace(reference, c);
    }
    out
}

#[test]
fn pages_are_taken_apart() {
    let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let text = |text: &str| Piece::Text(text.to_owned());
    assert_eq!(
        read("<!doctype html>a  &#60;b&#62; 1 < 2<a HREF='x y' rel=\"&quot;\" on=1 hidden>z</a>"),
        [
            Piece::Tag("!doctype".to_owned(), vec![attribute("html", "")]),
            text("a <b> 1 < 2"),
            Piece::Tag(
                "a".to_owned(),
                vec![
                    attribute("href", "x y"),
                    attribute("rel", "\""),
                    attribute("on", "1"),
                    attribute("hidden", ""),
                ]
            ),
            text("z"),
            Piece::End("a".to_owned()),
        ]
    );
}
