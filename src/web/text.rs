//! Words from strangers, made safe to show, and times in words.

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};

/// A text that somebody else wrote, without characters that hide or reorder what is read.
///
/// Control characters, bidirectional controls and invisible joiners are dropped (a name such as
/// `\u{202e}gnp.exe` must not read backwards), line ends become spaces, and at most 2,000
/// characters are kept. HTML is escaped by the template, not here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text(String);

/// How many characters of one foreign text a page shows.
const SHOWN: usize = 2_000;

impl Text {
    /// `text`, cleaned.
    #[must_use]
    pub(crate) fn new(text: &str) -> Text {
        Text(clean(text, SHOWN).replace('\n', " ").trim().to_owned())
    }

    /// The text itself.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first letter or figure, for a monogram; a dot when there is none.
    #[must_use]
    pub(crate) fn initial(&self) -> char {
        self.0
            .chars()
            .find(|c| c.is_alphanumeric())
            .map_or('·', |c| c.to_uppercase().next().unwrap_or(c))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::new(text)
    }
}

/// Drops what cannot be seen or changes reading order; keeps line ends; at most `most` characters.
#[must_use]
pub(crate) fn clean(text: &str, most: usize) -> String {
    let mut out: String = text
        .chars()
        .filter(|c| *c == '\n' || !is_hidden(*c))
        .take(most)
        .collect();
    if text.chars().nth(most).is_some() {
        out.push('…');
    }
    out
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
        )
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// An instant as a day and a minute, in UTC: `22 November 2026, 14:02 UTC`.
#[must_use]
pub(crate) fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%-d %B %Y, %H:%M UTC")
        .to_string()
}

/// An instant as a day, in UTC: `22 November 2026`.
#[must_use]
pub(crate) fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%-d %B %Y").to_string()
}

/// An instant as a month, in UTC: `November 2026`. Public pages date an award no finer than this.
#[must_use]
pub(crate) fn month(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%B %Y").to_string()
}

/// How long before `now` something was read: `just now`, `4 minutes ago`, `2 days ago`.
#[must_use]
pub(crate) fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - at.as_second();
    let (count, unit) = match seconds {
        i64::MIN..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// A text with a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    first + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn f15_reordering_characters_are_dropped() {
        assert_eq!(Text::new("\u{202e}gnp.exe").as_str(), "gnp.exe");
        assert_eq!(Text::new("a\u{200b}b\u{2066}c\u{0}d\ne").as_str(), "abcd e");
        assert_eq!(Text::new("Łukasz नमस्ते مرحبا").as_str(), "Łukasz नमस्ते مرحبا");
    }

    #[test]
    fn long_texts_are_cut() {
        let text = Text::new(&"x".repeat(5_000));
        assert_eq!(text.as_str().chars().count(), SHOWN + 1);
    }

    #[test]
    fn times_in_words() {
        let now = at("2026-11-22T14:02:09Z");
        assert_eq!(moment(now), "22 November 2026, 14:02 UTC");
        assert_eq!(day(now), "22 November 2026");
        assert_eq!(month(now), "November 2026");
        for (then, words) in [
            ("2026-11-22T14:02:00Z", "just now"),
            ("2026-11-22T14:03:00Z", "just now"),
            ("2026-11-22T14:01:00Z", "1 minute ago"),
            ("2026-11-22T12:02:00Z", "2 hours ago"),
            ("2026-11-20T14:00:00Z", "2 days ago"),
        ] {
            assert_eq!(age(at(then), now), words);
        }
    }
}
