//! Text as lines: what can be printed, and where it is broken.

use crate::bake::fit::{BOLD, Face, REGULAR};

/// Stands for a letter that the fonts lack.
const LACKING: char = '□';

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    /// In points.
    pub(super) size: f32,
    pub(super) bold: bool,
    /// Red, green, blue.
    pub(super) ink: [u8; 3],
}

impl Style {
    fn face(self) -> &'static Face {
        if self.bold { &BOLD } else { &REGULAR }
    }

    /// From one baseline to the next, in points.
    pub(super) fn pitch(self) -> f32 {
        self.size * 1.36
    }

    /// How wide `text` is, in points.
    pub(super) fn width(self, text: &str) -> f32 {
        self.face().width(text, self.size)
    }

    /// `text` as it can be printed: on one line, without what hides or turns text, and with a box
    /// for what the fonts lack.
    pub(super) fn printable(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                c if c.is_whitespace() => out.push(' '),
                c if c.is_control() || is_hidden(c) => {}
                c if is_private(c) || !self.face().has(c) => out.push(LACKING),
                c => out.push(c),
            }
        }
        out.split(' ')
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// `text` in lines of at most `width` points; a word that is longer is broken anywhere.
    pub(super) fn wrap(self, text: &str, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in self.printable(text).split(' ') {
            let longer = match line.is_empty() {
                true => word.to_owned(),
                false => format!("{line} {word}"),
            };
            if self.width(&longer) <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line = self.broken(word, width, &mut lines);
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// Puts whole lines of a long word into `lines`; what is left of it.
    fn broken(self, word: &str, width: f32, lines: &mut Vec<String>) -> String {
        let mut rest = String::new();
        for letter in word.chars() {
            rest.push(letter);
            if self.width(&rest) > width && rest.chars().count() > 1 {
                rest.pop();
                lines.push(std::mem::replace(&mut rest, letter.to_string()));
            }
        }
        rest
    }
}

fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e01ef}')
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style {
        size: 10.0,
        bold: false,
        ink: [0; 3],
    };

    #[test]
    fn what_cannot_be_printed_is_a_box_and_nothing_turns_the_text() {
        assert_eq!(STYLE.printable("a\u{202e}b\n c\u{0}"), "ab c");
        assert_eq!(STYLE.printable("漢\u{e000}Łukasz"), "□□Łukasz");
    }

    #[test]
    fn lines_keep_within_their_width_and_lose_nothing() {
        let words = "Signed by Harbour Tutoring; nothing in it was changed. ".repeat(9);
        let text = format!("{words}{}", "x".repeat(300));
        let lines = STYLE.wrap(&text, 120.0);
        assert!(lines.iter().all(|line| STYLE.width(line) <= 120.0));
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(&text));
        assert_eq!(STYLE.wrap("", 9.0), [""; 0]);
    }
}
