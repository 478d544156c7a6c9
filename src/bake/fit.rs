//! Lettering that fits: how wide a text is, and how to break it into a round badge.

use std::sync::LazyLock;

use skrifa::{
    FontRef, MetadataProvider,
    instance::{LocationRef, Size},
};

/// The bold face, for what must be read first.
pub(crate) static BOLD: LazyLock<Face> =
    LazyLock::new(|| Face::new(dejavu::sans_condensed::bold()));
/// The regular face.
pub(crate) static REGULAR: LazyLock<Face> =
    LazyLock::new(|| Face::new(dejavu::sans_condensed::regular()));

/// A font's widths.
pub(crate) struct Face {
    font: Option<FontRef<'static>>,
}

impl Face {
    fn new(data: &'static [u8]) -> Face {
        Face {
            font: FontRef::new(data).ok(),
        }
    }

    /// The width of `text` at `size`, in the same unit; a letter the font lacks counts as square.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        let Some(font) = &self.font else {
            return text.chars().count() as f32 * size;
        };
        let letters = font.charmap();
        let metrics = font.glyph_metrics(Size::new(size), LocationRef::default());
        text.chars()
            .map(|c| {
                let glyph = letters.map(c).filter(|glyph| glyph.to_u32() != 0);
                glyph.and_then(|g| metrics.advance_width(g)).unwrap_or(size)
            })
            .sum()
    }

    /// Whether the font can draw this letter.
    pub(crate) fn has(&self, letter: char) -> bool {
        let found = self
            .font
            .as_ref()
            .and_then(|font| font.charmap().map(letter));
        found.is_some_and(|glyph| glyph.to_u32() != 0)
    }

    /// `text` cut to `width` at `size`, with an ellipsis where something is missing.
    pub(super) fn clip(&self, text: &str, size: f32, width: f32) -> String {
        if self.width(text, size) <= width {
            return text.to_owned();
        }
        let mut short = text.to_owned();
        while short.pop().is_some() {
            let clipped = format!("{}…", short.trim_end());
            if self.width(&clipped, size) <= width {
                return clipped;
            }
        }
        String::new()
    }
}

/// Lines of one size, from top to bottom.
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    pub(super) size: f32,
    /// Each line with the height of its baseline.
    pub(super) lines: Vec<(f32, String)>,
}

/// Where a block may stand: centred at `middle`, between 1 and `most_lines` lines, each no wider
/// than `room` says for the height of its middle.
pub(super) struct Frame<'a> {
    pub(super) middle: f32,
    pub(super) height: f32,
    pub(super) most_lines: usize,
    pub(super) room: &'a dyn Fn(f32) -> f32,
}

impl Frame<'_> {
    /// `text` in the largest of `sizes` (falling) in which it fits; in the smallest it is cut.
    pub(super) fn set(&self, face: &Face, text: &str, sizes: &[f32]) -> Block {
        let words: Vec<&str> = text.split_whitespace().collect();
        for size in sizes {
            for count in 1..=self.most_lines.min(words.len()) {
                let lines = balanced(face, &words, count);
                if let Some(block) = self.place(face, lines, *size) {
                    return block;
                }
            }
        }
        self.cut(face, &words, sizes.last().copied().unwrap_or(12.0))
    }

    /// The lines at their heights, if they all fit.
    fn place(&self, face: &Face, lines: Vec<String>, size: f32) -> Option<Block> {
        let pitch = size * 1.16;
        if pitch * lines.len() as f32 > self.height {
            return None;
        }
        let block = self.stack(lines, size);
        let fits = block
            .lines
            .iter()
            .all(|(base, line)| face.width(line, size) <= (self.room)(base - size * 0.36));
        fits.then_some(block)
    }

    fn stack(&self, lines: Vec<String>, size: f32) -> Block {
        let pitch = size * 1.16;
        let first = self.middle - pitch * (lines.len() as f32 - 1.0) / 2.0 + size * 0.36;
        let lines = lines
            .into_iter()
            .enumerate()
            .map(|(i, line)| (first + pitch * i as f32, line))
            .collect();
        Block { size, lines }
    }

    /// As many full lines as there is room for, the last one with an ellipsis.
    fn cut(&self, face: &Face, words: &[&str], size: f32) -> Block {
        let empty = vec![String::new(); self.most_lines];
        let mut block = self.stack(empty, size);
        let mut rest = words.iter().peekable();
        let last = block.lines.len() - 1;
        for (i, (base, line)) in block.lines.iter_mut().enumerate() {
            let room = (self.room)(*base - size * 0.36);
            while let Some(word) = rest.peek() {
                let longer = format!("{line}{}{word}", if line.is_empty() { "" } else { " " });
                let fits = face.width(&longer, size) <= room;
                if !fits && !line.is_empty() && i < last {
                    break;
                }
                *line = longer;
                rest.next();
                if !fits {
                    break;
                }
            }
            *line = face.clip(line, size, room);
        }
        let used = block.lines.into_iter().map(|(_, line)| line);
        self.stack(used.filter(|line| !line.is_empty()).collect(), size)
    }
}

/// The words in `count` lines, the widest of which is as narrow as can be.
fn balanced(face: &Face, words: &[&str], count: usize) -> Vec<String> {
    let width = |from: usize, to: usize| face.width(&words[from..to].join(" "), 1.0);
    // best[n][end]: the narrowest widest line for the first `end` words in n + 1 lines, and where
    // the last of those lines begins.
    let mut best: Vec<Vec<(f32, usize)>> =
        vec![(0..=words.len()).map(|end| (width(0, end), 0)).collect()];
    for n in 1..count {
        let row = (0..=words.len())
            .map(|end| {
                (n.min(end)..end.max(n.min(end) + 1))
                    .map(|from| (best[n - 1][from].0.max(width(from, end)), from))
                    .min_by(|a, b| a.0.total_cmp(&b.0))
                    .unwrap_or((f32::MAX, 0))
            })
            .collect();
        best.push(row);
    }
    let mut end = words.len();
    let mut lines = Vec::new();
    for row in best.iter().rev() {
        let from = row[end].1;
        lines.push(words[from..end].join(" "));
        end = from;
    }
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bold_is_wider_and_width_grows_with_size() {
        let text = "Łódź Ωμέγα";
        assert!(BOLD.width(text, 20.0) > REGULAR.width(text, 20.0));
        let ratio = BOLD.width(text, 40.0) / BOLD.width(text, 20.0);
        assert!((ratio - 2.0).abs() < 0.01);
        assert!((REGULAR.width("\u{4e2d}", 10.0) - 10.0).abs() < f32::EPSILON);
    }

    #[test]
    fn lines_are_balanced_and_none_is_lost() {
        let words = ["Reading", "a", "Technical", "Drawing"];
        assert_eq!(balanced(&BOLD, &words, 1), ["Reading a Technical Drawing"]);
        assert_eq!(
            balanced(&BOLD, &words, 2),
            ["Reading a", "Technical Drawing"]
        );
        assert_eq!(balanced(&BOLD, &words, 4), words);
    }

    #[test]
    fn what_does_not_fit_is_cut_with_an_ellipsis() {
        let frame = Frame {
            middle: 0.0,
            height: 100.0,
            most_lines: 2,
            room: &|_| 100.0,
        };
        for text in [
            "Incomprehensibilities",
            "one two three four five six seven",
            "",
            "a b",
        ] {
            let block = frame.set(&BOLD, text, &[30.0, 20.0]);
            for (_, line) in &block.lines {
                assert!(BOLD.width(line, block.size) <= 100.0, "{line}");
            }
            let whole = block.lines.iter().map(|l| l.1.as_str()).collect::<Vec<_>>();
            let shown = whole.join(" ");
            assert!(shown.trim() == text || shown.contains('…'), "{shown}");
        }
    }
}
