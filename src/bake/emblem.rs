//! The picture of an achievement: drawn from a name, a colour and an icon, bold enough to be told
//! apart at 64 pixels.
//!
//! What a learner's badge looks like is [`picture`](super::picture)'s; this is the achievement
//! itself, before anybody earned it: a medal with one thing on it.

use std::fmt::Write;

use quick_xml::escape::escape;
use sha2::{Digest, Sha256};

use super::{
    Fault,
    fit::{BOLD, Frame},
    picture::{FAMILY, Inks, PALETTE, SIDE, readable, render, rosette},
};

const CENTRE: f32 = SIDE / 2.0;

/// The colours there are, each with the shades of the palette at the same place.
pub const COLOURS: [&str; 8] = [
    "blue", "teal", "violet", "rose", "green", "amber", "slate", "cyan",
];

/// The icons there are, as strokes on a square of 24; `letters` draws the first letters of the name.
pub const ICONS: [(&str, &str); 16] = [
    ("letters", ""),
    (
        "star",
        "M12 3l2.7 5.8 6.3.7-4.7 4.3 1.3 6.2-5.6-3.1L6.4 20l1.3-6.2L3 9.5l6.3-.7z",
    ),
    (
        "book",
        "M12 6.5C9.5 4.6 6.5 4.4 3.5 5v13c3-.6 6-.4 8.5 1.5 2.5-1.9 5.5-2.1 8.5-1.5V5c-3-.6-6-.4-8.5 1.5zM12 6.5v13",
    ),
    (
        "tool",
        "M15.5 4.2a4.8 4.8 0 0 0-4.9 6.4l-6.2 6.2a2 2 0 0 0 2.8 2.8l6.2-6.2a4.8 4.8 0 0 0 6.4-4.9l-2.9 2.9-3.4-.9-.9-3.4z",
    ),
    ("talk", "M4 5h16v11h-8.5L7 20v-4H4zM8 9h8M8 12h5"),
    ("chart", "M4 4v16h16M8.5 16v-4M13 16V8M17.5 16v-6"),
    ("code", "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14"),
    (
        "globe",
        "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18zM3 12h18M12 3c3.4 3.4 3.4 14.600 0 18M12 3c-3.4 3.4-3.4 14.6 0 18",
    ),
    (
        "heart",
        "M12 20C5.500 15.500 3 12.500 3 9.200A4.600 4.600 0 0 1 12 7.400a4.600 4.600 0 0 1 9 1.800c0 3.300-2.500 6.300-9 10.800z",
    ),
    (
        "leaf",
        "M6 18C3.500 9.500 9 4 20 4c0 11-5.500 16.500-14 14zM4 20.500C7 15.500 10 12.500 14.500 9.500",
    ),
    (
        "flask",
        "M9.500 3h5M10.500 3v6.500L5.200 18.600A1.600 1.600 0 0 0 6.600 21h10.800a1.600 1.600 0 0 0 1.400-2.400L13.500 9.500V3M8 15h8",
    ),
    (
        "pen",
        "M4 20l1-4.500L16 4.500l3.500 3.500L8.500 19zM13.500 7l3.500 3.500",
    ),
    (
        "people",
        "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3 20c0-3.800 2.700-6 6-6s6 2.200 6 6M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.500c1.900.900 3 2.700 3 5.500",
    ),
    ("tick", "M4 12.500l5 5.500L20 6.500"),
    ("bolt", "M13 2.500L5 14h6l-1 7.500L19 10h-6z"),
    (
        "numbers",
        "M6 3h12v18H6zM9 7h6M9.500 12h.010M14.500 12h.010M9.500 16.500h.010M14.500 16.500h.010",
    ),
];

/// What an achievement's picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emblem<'a> {
    /// The achievement's name.
    pub name: &'a str,
    /// One of [`COLOURS`]; any other is drawn as the first.
    pub colour: &'a str,
    /// One of the names of [`ICONS`]; any other is drawn as letters.
    pub icon: &'a str,
}

impl Emblem<'_> {
    /// The picture as SVG.
    #[must_use]
    pub fn svg(&self) -> String {
        let name = readable(self.name);
        let seed = Sha256::digest(name.as_bytes());
        let place = COLOURS.iter().position(|colour| *colour == self.colour);
        let inks = &PALETTE[place.unwrap_or(0)];
        let mut svg = String::with_capacity(6_000);
        open(&mut svg, inks, &name);
        rosette(&mut svg, &seed);
        let strokes = ICONS.iter().find(|(word, _)| *word == self.icon);
        match strokes {
            Some((_, path)) if !path.is_empty() => icon(&mut svg, path),
            _ => letters(&mut svg, &name),
        }
        svg.push_str("</svg>");
        svg
    }

    /// The picture as PNG, `side` pixels wide and high (16 to 2,048), on nothing.
    ///
    /// # Errors
    /// [`Fault::Unfit`] if it cannot be drawn, which no text should bring about.
    pub fn png(&self, side: u32) -> Result<Vec<u8>, Fault> {
        render(&self.svg(), side.clamp(16, 2048))
    }
}

/// A medal with a broad, light rim: what is left of it at 64 pixels is a disc of one colour.
fn open(svg: &mut String, inks: &Inks, name: &str) {
    let Inks {
        edge,
        deep,
        bright,
        light,
    } = inks;
    let label = escape(name).into_owned();
    let _ = write!(
        svg,
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {s} {s}" role="img" aria-label="{label}">"#,
            r#"<defs><linearGradient id="disc" x1="0" y1="0" x2=".35" y2="1">"#,
            r#"<stop offset="0" stop-color="{bright}"/><stop offset="1" stop-color="{deep}"/></linearGradient>"#,
            r#"<clipPath id="inside"><circle cx="{c}" cy="{c}" r="236"/></clipPath></defs>"#,
            r#"<circle cx="{c}" cy="{c}" r="316" fill="{edge}"/>"#,
            r#"<circle cx="{c}" cy="{c}" r="270" fill="none" stroke="{light}" stroke-width="34"/>"#,
            r#"<circle cx="{c}" cy="{c}" r="236" fill="url(#disc)"/>"#,
        ),
        s = SIDE,
        c = CENTRE,
        label = label,
        bright = bright,
        deep = deep,
        edge = edge,
        light = light,
    );
}

fn icon(svg: &mut String, path: &str) {
    let _ = write!(
        svg,
        r##"<path d="{path}" transform="translate(182 182) scale(11.5)" fill="none" stroke="#fff" stroke-width="2.1" stroke-linecap="round" stroke-linejoin="round"/>"##
    );
}

/// The first letters of the first three words that begin with a letter or digit.
fn letters(svg: &mut String, name: &str) {
    let firsts = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 3 || name.split_whitespace().count() < 3)
        .filter_map(|word| word.chars().next());
    let text: String = firsts.take(3).flat_map(char::to_uppercase).collect();
    let frame = Frame {
        middle: CENTRE,
        height: 280.0,
        most_lines: 1,
        room: &|_| 380.0,
    };
    let block = frame.set(&BOLD, &text, &[230.0, 200.0, 170.0, 140.0]);
    for (base, line) in block.lines.iter().filter(|line| !line.1.is_empty()) {
        let _ = write!(
            svg,
            r##"<text x="{CENTRE}" y="{base:.1}" font-family="{FAMILY}" font-size="{size}" font-weight="700" text-anchor="middle" fill="#fff">{line}</text>"##,
            size = block.size,
            line = escape(line.as_str()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_and_icon_is_drawn_and_told_apart() {
        let mut seen = std::collections::HashSet::new();
        for colour in COLOURS {
            for (icon, _) in ICONS {
                let name = "Explain a decision with data";
                let emblem = Emblem { name, colour, icon };
                let png = emblem.png(64).expect("drawn");
                assert!(png.starts_with(b"\x89PNG"), "{colour} {icon}");
                assert!(seen.insert(png), "{colour} {icon} looks like another");
                if let Some(folder) = std::env::var_os("EMBLEMS") {
                    let file = std::path::Path::new(&folder).join(format!("{colour}-{icon}.png"));
                    std::fs::write(file, emblem.png(64).expect("drawn")).expect("written");
                }
            }
        }
    }

    #[test]
    fn any_name_is_drawn() {
        for name in [
            "",
            "x",
            "<script>&\"'",
            "数学の基礎",
            "\u{202e}evil",
            "a\0b",
        ] {
            let emblem = Emblem {
                name,
                colour: "no",
                icon: "letters",
            };
            emblem.png(64).expect("drawn");
            assert!(!emblem.svg().contains("<script"));
        }
        let svg = Emblem {
            name: "Explain a decision with data",
            colour: "teal",
            icon: "letters",
        }
        .svg();
        assert!(svg.contains(">EDW<"), "{svg}");
    }
}
