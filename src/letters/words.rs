//! Texts with placeholders: checked when they are written, filled when a letter is.

use super::{Error, Fault, Kind};

/// Longest subject and text, in characters.
const SUBJECT_CHARS: usize = 150;
const BODY_CHARS: usize = 10_000;

/// Everything that is wrong with an organisation's own words for a letter.
pub(super) fn faults(kind: &Kind, subject: &str, body: &str) -> Vec<Fault> {
    let mut found = Vec::new();
    for (field, text, most) in [
        ("subject", subject, SUBJECT_CHARS),
        ("body", body, BODY_CHARS),
    ] {
        let mut say = |sentence: String| found.push(Fault { field, sentence });
        if text.trim().is_empty() {
            say("is empty".to_owned());
        }
        if text.chars().count() > most {
            say(format!("has more than {most} characters"));
        }
        if field == "subject" && text.contains(['\n', '\r']) {
            say("has more than one line".to_owned());
        }
        for name in places(text) {
            match name {
                None => say("has a { without its }".to_owned()),
                Some(name) if !kind.places.iter().any(|(known, _)| *known == name) => {
                    let known: Vec<String> = (kind.places.iter())
                        .map(|(known, _)| format!("{{{known}}}"))
                        .collect();
                    say(format!(
                        "has {{{name}}}, which this letter does not know; it knows {}",
                        known.join(", ")
                    ));
                }
                Some(_) => {}
            }
        }
    }
    let (needed, what) = kind.places[0];
    if !places(body).contains(&Some(needed)) {
        found.push(Fault {
            field: "body",
            sentence: format!("does not say {{{needed}}}: {what}"),
        });
    }
    found
}

/// The names between braces; `None` for a brace that is not closed.
fn places(text: &str) -> Vec<Option<&str>> {
    let pieces = text.split('{').skip(1);
    pieces
        .map(|piece| piece.split_once('}').map(|(name, _)| name))
        .collect()
}

/// The text with every placeholder filled. What is filled in is not looked through again.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> Result<String, Error> {
    let mut pieces = text.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let value = piece.split_once('}').and_then(|(name, rest)| {
            let value = values.iter().find(|(known, _)| *known == name)?;
            Some((value.1, rest))
        });
        let (value, rest) = value.ok_or_else(|| {
            let name = piece.split('}').next().unwrap_or_default();
            let sentence = format!("nothing was given for {{{name}}}");
            Error::Faults(vec![Fault {
                field: "values",
                sentence,
            }])
        })?;
        filled.push_str(value);
        filled.push_str(rest);
    }
    Ok(filled)
}

/// A text as a plain page: paragraphs, and links that stand on a line of their own.
pub(super) fn html(text: &str) -> String {
    let paragraphs: Vec<String> = text
        .replace('\r', "")
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
        .map(|paragraph| {
            let lines: Vec<String> = paragraph.trim().split('\n').map(line).collect();
            format!("<p>{}</p>", lines.join("<br>"))
        })
        .collect();
    format!(
        "<!doctype html><html lang=\"en\"><body style=\"font:16px/1.5 sans-serif;max-width:36em\">{}</body></html>",
        paragraphs.concat()
    )
}

fn line(text: &str) -> String {
    let (text, safe) = (text.trim(), escaped(text.trim()));
    let is_link = text.starts_with("https://") || text.starts_with("http://");
    if is_link && !text.contains(char::is_whitespace) {
        format!("<a href=\"{safe}\">{safe}</a>")
    } else {
        safe
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letters::{EARNED, KINDS};

    #[test]
    fn our_own_words_have_no_fault() {
        for kind in KINDS {
            assert_eq!(faults(kind, kind.subject, kind.body), [], "{}", kind.word);
        }
    }

    #[test]
    fn every_fault_is_named() {
        let said = |subject: &str, body: &str| -> Vec<String> {
            faults(EARNED, subject, body)
                .into_iter()
                .map(|fault| format!("{} {}", fault.field, fault.sentence))
                .collect()
        };
        assert_eq!(
            said("a\nb", "{grade} {oh"),
            [
                "subject has more than one line",
                "body has {grade}, which this letter does not know; it knows {link}, {organisation}, {achievement}",
                "body has a { without its }",
                "body does not say {link}: the address to open",
            ]
        );
        assert_eq!(said("", "{link}"), ["subject is empty"]);
    }

    #[test]
    fn what_is_filled_in_stays_text() {
        let values = [
            ("link", "https://x.example/{link}"),
            ("organisation", "<b>A&B</b>"),
        ];
        let text = fill("{organisation}:\n\n{link}", &values).expect("filled");
        assert_eq!(text, "<b>A&B</b>:\n\nhttps://x.example/{link}");
        let page = html(&text);
        assert!(
            page.contains("<p>&lt;b&gt;A&amp;B&lt;/b&gt;:</p>"),
            "{page}"
        );
        assert!(
            page.contains("<a href=\"https://x.example/{link}\">"),
            "{page}"
        );
        assert!(fill("{missing}", &values).is_err());
    }
}
