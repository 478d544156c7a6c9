//! Texts with placeholders: checked when they are written, filled when a letter is.
//!
//! Most letters carry a link that lets somebody in, also to what other organisations rely on: an
//! account has one password. An organisation's own words must not take that link elsewhere. In
//! `https://evil.test/?u={link}` one click would hand it over, so `{link}` stands alone on a line of
//! the text, and no other address beside it in the letter.

use super::{EARNED, Error, Fault, Kind, REVIEW_REMINDER};

/// Longest subject and text, in characters.
const SUBJECT_CHARS: usize = 150;
const BODY_CHARS: usize = 10_000;

impl Kind {
    /// Whether its link lets in whoever opens it. That of [`EARNED`] leads to a page that anybody may
    /// read and that names nobody, that of [`REVIEW_REMINDER`] to one for who is signed in.
    #[must_use]
    pub fn lets_in(&self) -> bool {
        ![EARNED.word, REVIEW_REMINDER.word].contains(&self.word)
    }
}

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
    if kind.lets_in() {
        found.extend(astray(subject, body));
    }
    found
}

/// Whatever would take the link of a letter elsewhere, or lead elsewhere in its place.
fn astray(subject: &str, body: &str) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut say = |field, sentence| found.push(Fault { field, sentence });
    if places(subject).contains(&Some("link")) {
        let sentence = "has {link}, which stands in the text alone";
        say("subject", sentence.to_owned());
    }
    if let Some(word) = address(subject) {
        say("subject", format!("has the address {word}: {NO_OTHER}"));
    }
    // As a letter is laid out: see `html`.
    for (n, line) in body.replace('\r', "").split('\n').enumerate() {
        let n = n + 1;
        if places(line).contains(&Some("link")) && line.trim() != "{link}" {
            let sentence = format!(
                "has {{link}} beside something else in line {n}: it stands alone on a line"
            );
            say("body", sentence);
        }
        if let Some(word) = address(line) {
            say(
                "body",
                format!("has the address {word} in line {n}: {NO_OTHER}"),
            );
        }
    }
    found
}

const NO_OTHER: &str = "this letter lets somebody in, so {link} is the only one in it";

/// The first address on the web in a text, as far as it is to be repeated.
fn address(text: &str) -> Option<String> {
    let word = text.split_whitespace().find(|word| is_address(word))?;
    Some(word.chars().take(60).collect())
}

/// Whether programs that show letters would make a link of a word, and one with room for more than
/// a name.
fn is_address(word: &str) -> bool {
    let word = word.to_lowercase().replace(['。', '．', '｡'], ".");
    let marked = ["://", "http:", "https:", "www."];
    marked.iter().any(|mark| word.contains(mark)) || goes_on_behind_a_name(&word)
}

/// Whether something follows the name of a host: `evil.test/`, `evil.test?u=`.
fn goes_on_behind_a_name(word: &str) -> bool {
    let in_a_name = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    word.match_indices(['/', '?', '#', ':']).any(|(at, mark)| {
        let before = &word[..at];
        let name = &before[before.trim_end_matches(in_a_name).len()..];
        let more = word.len() > at + 1 || mark == "/";
        more && is_host(name.strip_suffix('.').unwrap_or(name))
    })
}

fn is_host(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let (Some(last), true) = (labels.last(), labels.len() > 1) else {
        return false;
    };
    let number = |label: &&str| label.chars().all(|c| c.is_ascii_digit());
    let named = last.chars().count() > 1 && !last.starts_with(|c: char| c.is_ascii_digit());
    labels.iter().all(|label| !label.is_empty())
        && (named || (labels.len() == 4 && labels.iter().all(number)))
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
    use crate::letters::{KINDS, RESET};

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

    /// The reset of one organisation lets into every other that the account works for.
    #[test]
    fn g12_no_words_of_an_organisation_take_a_way_in_elsewhere() {
        let said = |subject: &str, body: &str| -> Vec<String> {
            faults(RESET, subject, body)
                .into_iter()
                .map(|fault| format!("{} {}", fault.field, fault.sentence))
                .collect()
        };
        let alone = "has {link} beside something else in line 2: it stands alone on a line";
        assert_eq!(
            said("Sign in", "Hi\nhttps://evil.test/?u={link}"),
            [
                format!("body {alone}"),
                format!("body has the address https://evil.test/?u={{link}} in line 2: {NO_OTHER}"),
            ]
        );
        for beside in [
            "Open {link}",
            "{link}.",
            "{link}{link}",
            "\u{200b}{link}",
            "x\r{link}",
        ] {
            let body = format!("Hi\n{beside}");
            assert_eq!(
                said("Sign in", &body),
                [format!("body {alone}")],
                "{beside}"
            );
        }
        assert_eq!(
            said("Open {link}", "{link}"),
            ["subject has {link}, which stands in the text alone"]
        );
        assert_eq!(
            said("At evil.test/x", "{link}"),
            [format!("subject has the address evil.test/x: {NO_OTHER}")]
        );
        for elsewhere in [
            "HTTPS://evil.test",
            "http:evil.test",
            "(www.evil.test)",
            "evil.test/",
            "Evil.Test/?u=",
            "evil.test:80",
            "evil.test?u",
            "a@evil.test/x",
            "evil。test/x",
            "10.0.0.1/x",
            "ftp://evil.test",
        ] {
            let body = format!("Hi\n\n\t{{link}}  \nor {elsewhere}");
            let wanted = format!("body has the address {elsewhere} in line 4: {NO_OTHER}");
            assert_eq!(said("Sign in", &body), [wanted]);
        }
        for harmless in [
            "Ask help@school.example, or call 555/0101.",
            "Riverside (riverside.example): yes/no? Nr.1/2",
            "e.g./i.e. at 10:30",
            "From {organisation}:",
        ] {
            let body = format!("{harmless}\n\n{{link}}\r\n");
            assert_eq!(said("Sign in", &body), [""; 0], "{harmless}");
        }
        // What leads to a page that anybody may read may stand beside anything.
        let earned = faults(EARNED, "{link}", "https://riverside.example or {link}");
        assert_eq!(earned, []);
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
