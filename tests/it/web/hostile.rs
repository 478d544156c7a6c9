//! Words that want to be more than words.

use serde_json::{Value, json};

use super::super::support::{
    db::{Temp, on_both},
    hostile::{CORPUS, spoil},
    html::{self, Piece},
    site::{Site, memo},
};

/// The page's pieces outside of what is written in Markdown, and inside.
pub(crate) fn split(html: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (mut plain, mut prose) = (Vec::new(), Vec::new());
    let mut depth = 0;
    for piece in html::read(html) {
        match &piece {
            Piece::Tag(name, _) if name == "div" && depth > 0 => depth += 1,
            Piece::End(name) if name == "div" && depth > 0 => depth -= 1,
            _ => {}
        }
        if depth > 0 {
            prose.push(piece);
        } else {
            let is_prose = matches!(&piece, Piece::Tag(_, attributes)
                if attributes.iter().any(|(name, value)| name == "class" && value == "prose"));
            depth = usize::from(is_prose);
            plain.push(piece);
        }
    }
    (plain, prose)
}

/// A piece as it must be with `words` in place of [`PLAIN`]; `None`: it says something else, such
/// as an id, and may differ.
fn expected(text: &str, words: &str) -> Option<String> {
    if !text.contains(PLAIN) {
        return None;
    }
    let words = match serde_json::from_str::<Value>(text) {
        // A signed document holds ids of its own.
        Ok(document) if document.get("@context").is_some() => return None,
        // Inside of data, words are written as data has it.
        Ok(Value::Object(_)) => {
            let quoted = json!(words).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        _ => words.to_owned(),
    };
    Some(html::shown(&text.replace(PLAIN, &words)))
}

/// A word that nobody escapes.
pub(crate) const PLAIN: &str = "Zebrawood";

/// Holds `page` to being `reference` with other words: the same elements with the same attributes,
/// and in every text and attribute that held [`PLAIN`] exactly `words`.
#[track_caller]
pub(crate) fn is_the_same_but_for(name: &str, words: &str, reference: &[Piece], page: &[Piece]) {
    let mut texts = 0;
    for (plain, piece) in reference.iter().zip(page) {
        match (plain, piece) {
            (Piece::Text(plain), Piece::Text(found)) => {
                if let Some(expected) = expected(plain, words) {
                    assert_eq!(*found, expected, "{name}");
                    texts += 1;
                }
            }
            (Piece::Tag(plain, given), Piece::Tag(tag, attributes)) => {
                assert_eq!(tag, plain, "{name}: another element");
                assert_eq!(given.len(), attributes.len(), "{name}: {attributes:?}");
                for ((plain, value), (attribute, found)) in given.iter().zip(attributes) {
                    assert_eq!(attribute, plain, "{name}: another attribute");
                    if let Some(expected) = expected(value, words) {
                        assert_eq!(html::shown(found), expected, "{name}");
                    }
                }
            }
            (plain, piece) => assert_eq!(piece, plain, "{name}"),
        }
    }
    assert_eq!(
        reference.len(),
        page.len(),
        "{name}: more or less than before"
    );
    assert!(texts > 0, "{name}: nowhere shown");
}

/// Holds what was written in Markdown to text, emphasis, lists and links that a person may follow.
#[track_caller]
pub(crate) fn is_prose(words: &str, prose: &[Piece]) {
    const MARKS: &[&str] = &[
        "p",
        "em",
        "strong",
        "ul",
        "ol",
        "li",
        "blockquote",
        "code",
        "pre",
        "br",
        "hr",
        "a",
    ];
    for piece in prose {
        let Piece::Tag(name, attributes) = piece else {
            continue;
        };
        assert!(MARKS.contains(&name.as_str()), "{words}: {piece:?}");
        for (attribute, value) in attributes {
            let link = name == "a"
                && (attribute == "rel" && value == "nofollow noreferrer noopener"
                    || attribute == "href"
                        && ["https://", "mailto:"]
                            .iter()
                            .any(|start| value.starts_with(start)));
            assert!(link, "{words}: {piece:?}");
        }
    }
}

/// A page without the signed receipt that it carries, which is another one every time. It ends where
/// its attribute ends: had a word in it broken out, the rest would be seen.
fn without_receipt(page: &str) -> String {
    const START: &str = "name=\"receipt\" value=\"";
    let Some((before, rest)) = page.split_once(START) else {
        return page.to_owned();
    };
    let (_, after) = rest.split_once('"').expect("its end");
    format!("{before}{START}\"{after}")
}

async fn f12_every_text_is_shown_as_it_is_and_runs_nothing(temp: &Temp) {
    let site = Site::on(temp).await;
    let pages = async |words: &str| {
        let spoilt = spoil(&site, words).await;
        let mut pages = vec![site.upload("/verify", "text", &spoilt.document).await];
        for path in &spoilt.pages {
            pages.push(site.get(path).await);
        }
        let read = pages
            .iter()
            .map(|page| split(&without_receipt(&page.is(200).text())));
        read.collect::<Vec<_>>()
    };
    let references = pages(PLAIN).await;
    assert!(references.iter().any(|(_, prose)| !prose.is_empty()));
    assert_eq!(CORPUS.len(), 30);
    for words in CORPUS {
        // Characters that turn the direction are refused where they are written (F15).
        let words = words.replace('\u{202e}', "");
        for ((reference, _), (page, prose)) in references.iter().zip(pages(&words).await) {
            is_the_same_but_for(&words, &words, reference, &page);
            is_prose(&words, &prose);
        }
    }
}

async fn f14_nothing_breaks_out_of_the_head_or_of_data_in_a_page(temp: &Temp) {
    let site = Site::on(temp).await;
    for name in [
        "</script><script>alert(1)</script>",
        "\" onload=\"x",
        "</title><script>alert(1)</script>",
        "<!--<script>",
    ] {
        let spoilt = spoil(&site, name).await;
        let mut pages = vec![site.upload("/verify", "text", &spoilt.document).await];
        for path in &spoilt.pages {
            pages.push(site.get(path).await);
        }
        let mut titles = 0;
        for page in pages {
            let html = page.is(200).text();
            let pieces = html::read(&html);
            let end = pieces
                .iter()
                .position(|piece| *piece == Piece::End("head".to_owned()));
            let head = &pieces[..end.expect("a head")];
            titles += usize::from(head.contains(&Piece::Text(format!("{name} · Skillmark"))));
            for piece in &pieces {
                let Piece::Tag(tag, attributes) = piece else {
                    continue;
                };
                assert_ne!(tag, "!--<script", "{}: {name}", page.path);
                // Data for programs inside a page would be a script of another type: none of its
                // bytes may end it.
                assert_ne!(tag, "script", "{}: {name}", page.path);
                assert_ne!(tag, "style", "{}: {name}", page.path);
                for (attribute, _) in attributes {
                    assert!(!attribute.starts_with("on"), "{}: {attribute}", page.path);
                }
            }
            // A link preview says the same of every credential.
            let card = |property: &str| {
                let mut metas = head.iter().filter_map(|piece| match piece {
                    Piece::Tag(tag, attributes) if tag == "meta" => Some(attributes),
                    _ => None,
                });
                let meta = metas.find(|meta| meta[0].1 == property);
                meta.expect(property)[1].1.clone()
            };
            assert_eq!(card("og:title"), "Skillmark");
            assert_eq!(
                card("og:description"),
                "Proof of what someone can do, that anyone can check."
            );
        }
        assert_eq!(titles, 2, "the name stands in the titles, whole");
    }
}

async fn f9_words_stay_words_in_pictures(temp: &Temp) {
    let site = Site::on(temp).await;
    let mut provider = site.provider("</text><script>alert(1)</script>").await;
    let mut file = memo();
    file["name"] = json!("</text><script>alert(1)</script> ]]> \"x");
    provider.publish(&file).await;
    let id = provider.issue("S-1042").await;
    let json = site.get(&format!("/c/{id}.json")).await;
    for path in [format!("/c/{id}/picture.svg"), format!("/c/{id}.svg")] {
        let svg = site.get(&path).await;
        let outside = svg.is(200).text();
        let outside = match (outside.find("<![CDATA["), outside.rfind("]]>")) {
            (Some(from), Some(to)) => format!("{}{}", &outside[..from], &outside[to..]),
            _ => outside,
        };
        assert!(!outside.contains("<script"), "{outside}");
        assert!(svg.header("content-security-policy").contains("sandbox"));
        assert!(!svg.header("content-security-policy").contains("script"));
    }
    let baked = site.get(&format!("/c/{id}.svg")).await;
    let inside = skillmark::bake::extract(&baked.body)
        .expect("a credential")
        .text;
    let (inside, signed): (Value, Value) =
        (serde_json::from_str(&inside).expect("json"), json.json());
    assert_eq!(inside, signed);
}

async fn j4_no_page_asks_anything_of_anybody_else(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Riverside Tutoring").await;
    let id = provider.issue("S-1042").await;
    let mut todo = vec![
        "/".to_owned(),
        format!("/c/{id}"),
        provider.portfolio("Mine", &[&id]).await,
    ];
    let mut seen = Vec::new();
    while let Some(path) = todo.pop() {
        if seen.contains(&path) {
            continue;
        }
        let page = site.get(&path).await;
        seen.push(path.clone());
        if page.status == 303 {
            assert!(page.header("location").starts_with("/sign-in"), "{path}");
            continue;
        }
        page.is(200);
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        assert!(
            page.header("content-security-policy")
                .starts_with("default-src 'self'"),
            "{path}"
        );
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        let html = page.text();
        for attribute in ["src=\"", "href=\"", "action=\""] {
            for (at, _) in html.match_indices(attribute) {
                let value = html[at + attribute.len()..]
                    .split('"')
                    .next()
                    .expect("a value");
                let before = html[..at].rsplit('<').next().expect("a tag");
                let is_link = before.starts_with("a ");
                if value.starts_with('/') {
                    let path = value
                        .split(['#', '?'])
                        .next()
                        .expect("a path")
                        .replace("&amp;", "&");
                    todo.push(path);
                } else if !value.starts_with('#') {
                    assert!(is_link, "{path} asks for {value}");
                    assert!(
                        value.starts_with("mailto:")
                            || html[at..]
                                .split('>')
                                .next()
                                .expect("a tag")
                                .contains("noreferrer"),
                        "{path}: {value}"
                    );
                }
            }
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
}

on_both!(
    f12_every_text_is_shown_as_it_is_and_runs_nothing,
    f14_nothing_breaks_out_of_the_head_or_of_data_in_a_page,
    f9_words_stay_words_in_pictures,
    j4_no_page_asks_anything_of_anybody_else,
);
