//! The picture of a badge that was given none: drawn by rule from what the badge says.
//!
//! A round medal. The ring is a gauge with one part for each level of the rubric, lit up to the
//! level reached; the rosette behind the name is drawn from a hash of issuer and achievement, so
//! that two badges are told apart at a glance and the same badge always looks the same. Nothing
//! about the learner is in it.

use std::{
    fmt::Write,
    sync::{Arc, LazyLock},
};

use quick_xml::escape::escape;
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree, fontdb::Database},
};
use sha2::{Digest, Sha256};

use super::{
    Fault,
    fit::{BOLD, Block, Frame, REGULAR},
};
use crate::clock::Timestamp;

/// The side of the drawing, in its own units; everything below is measured in them.
pub(super) const SIDE: f32 = 640.0;
const CENTRE: f32 = SIDE / 2.0;
/// The radius of the disc the lettering stands in.
const DISC: f32 = 236.0;
/// The radius of the gauge's middle line.
const GAUGE: f32 = 270.0;
/// Where the gauge begins and how far it goes, clockwise from the right, in degrees.
const GAUGE_FROM: f32 = 130.0;
const GAUGE_SWEEP: f32 = 280.0;
/// Characters of a name that are read at all.
const MAX_NAME: usize = 160;
/// Levels that are still told apart on the gauge.
const MAX_LEVELS: usize = 12;

/// What a badge's picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture<'a> {
    /// The achievement's name.
    pub achievement: &'a str,
    /// The issuer's name.
    pub issuer: &'a str,
    /// When, as it should be read: see [`month`]. Empty: nothing is shown.
    pub month: &'a str,
    /// The rubric level reached, if there is a rubric.
    pub level: Option<Level<'a>>,
}

/// A rubric level reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level<'a> {
    /// Its place from the lowest, from 1.
    pub reached: usize,
    /// How many levels there are.
    pub of: usize,
    /// Its name.
    pub name: &'a str,
}

/// A month as badges show it, in UTC: `November 2026`.
#[must_use]
pub fn month(at: Timestamp) -> String {
    at.strftime("%B %Y").to_string()
}

impl Picture<'_> {
    /// The picture as SVG, with real text inside; about 8 kB.
    #[must_use]
    pub fn svg(&self) -> String {
        let name = readable(self.achievement);
        let issuer = readable(self.issuer);
        let seed = Sha256::digest(format!("{issuer}\0{name}"));
        let inks = &PALETTE[usize::from(seed[0]) % PALETTE.len()];
        let mut svg = String::with_capacity(10_000);
        open(&mut svg, inks, &name, &issuer);
        rosette(&mut svg, &seed);
        gauge(&mut svg, self.level);
        lettering(&mut svg, &name, &issuer, &readable(self.month));
        if let Some(level) = self.level {
            pill(&mut svg, inks, level);
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

/// Four shades of one colour: edge, disc below, disc above, light.
pub(super) struct Inks {
    pub(super) edge: &'static str,
    pub(super) deep: &'static str,
    pub(super) bright: &'static str,
    pub(super) light: &'static str,
}

const fn inks(
    edge: &'static str,
    deep: &'static str,
    bright: &'static str,
    light: &'static str,
) -> Inks {
    Inks {
        edge,
        deep,
        bright,
        light,
    }
}

/// White lettering on `deep` and on `bright` keeps a contrast of at least 4.5 to 1.
pub(super) static PALETTE: [Inks; 8] = [
    inks("#0b1f3f", "#12305f", "#1f5fa8", "#9fd0ff"),
    inks("#06302d", "#0b4a45", "#0f766e", "#8ff0dd"),
    inks("#2a1245", "#3f1d66", "#6d3fb0", "#d9bcff"),
    inks("#40101f", "#651a33", "#a83258", "#ffc2d1"),
    inks("#0f2f17", "#194a25", "#2f7a3d", "#b6f2b8"),
    inks("#3a1d06", "#5c300c", "#9a5412", "#ffd9a0"),
    inks("#16233a", "#26385a", "#4a6591", "#cfe0fb"),
    inks("#062c40", "#0b4763", "#0e7490", "#9ae6f7"),
];

/// The disc, its edge, and the gradients everything else uses.
fn open(svg: &mut String, inks: &Inks, name: &str, issuer: &str) {
    let Inks {
        edge,
        deep,
        bright,
        light,
    } = inks;
    let label = escape(format!("{name} — {issuer}")).into_owned();
    let _ = write!(
        svg,
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {s} {s}" role="img" aria-label="{label}">"#,
            r#"<defs><linearGradient id="disc" x1="0" y1="0" x2=".35" y2="1">"#,
            r#"<stop offset="0" stop-color="{bright}"/><stop offset="1" stop-color="{deep}"/></linearGradient>"#,
            r#"<linearGradient id="edge" x1="0" y1="0" x2="0" y2="1">"#,
            r#"<stop offset="0" stop-color="{deep}"/><stop offset="1" stop-color="{edge}"/></linearGradient>"#,
            r##"<linearGradient id="lit" x1="0" y1="1" x2="1" y2="0">"##,
            r##"<stop offset="0" stop-color="{light}"/><stop offset="1" stop-color="#fff"/></linearGradient>"##,
            r#"<clipPath id="inside"><circle cx="{c}" cy="{c}" r="{r}"/></clipPath></defs>"#,
            r#"<circle cx="{c}" cy="{c}" r="316" fill="url(#edge)"/>"#,
            r#"<circle cx="{c}" cy="{c}" r="307" fill="none" stroke="{light}" stroke-opacity=".55" stroke-width="2"/>"#,
            r#"<circle cx="{c}" cy="{c}" r="298" fill="none" stroke="{light}" stroke-opacity=".45" stroke-width="7" stroke-dasharray="1.6 4.9017"/>"#,
            r#"<circle cx="{c}" cy="{c}" r="{r}" fill="url(#disc)"/>"#,
        ),
        s = SIDE,
        c = CENTRE,
        r = DISC,
        label = label,
        bright = bright,
        deep = deep,
        edge = edge,
        light = light,
    );
}

/// Fine ellipses turned about the centre, as on a banknote.
pub(super) fn rosette(svg: &mut String, seed: &[u8]) {
    let petals = 18 + 3 * u32::from(seed[1] % 5);
    let across = 60.0 + 8.0 * f32::from(seed[2] % 12);
    let along = DISC + 10.0;
    let turn = 180.0 / petals as f32;
    let offset = 30.0 + 10.0 * f32::from(seed[3] % 8);
    let _ = write!(
        svg,
        r##"<g clip-path="url(#inside)" fill="none" stroke="#fff" stroke-opacity=".15" stroke-width="1.2">"##
    );
    for petal in 0..petals {
        let _ = write!(
            svg,
            r#"<ellipse cx="{CENTRE}" cy="{y}" rx="{across}" ry="{along}" transform="rotate({angle:.3} {CENTRE} {CENTRE})"/>"#,
            y = CENTRE - offset,
            angle = turn * 2.0 * petal as f32,
        );
    }
    svg.push_str("</g>");
    let _ = write!(
        svg,
        r##"<circle cx="{CENTRE}" cy="{CENTRE}" r="{DISC}" fill="none" stroke="#fff" stroke-opacity=".85" stroke-width="3"/>"##
    );
}

/// The ring: a part for each level, lit up to the one reached; without levels, lit all around.
fn gauge(svg: &mut String, level: Option<Level<'_>>) {
    let Some(level) = level else {
        let _ = write!(
            svg,
            r#"<circle cx="{CENTRE}" cy="{CENTRE}" r="{GAUGE}" fill="none" stroke="url(#lit)" stroke-width="14"/>"#
        );
        return;
    };
    let parts = level.of.clamp(1, MAX_LEVELS);
    let gap = if parts > 1 { 4.5 } else { 0.0 };
    let part = (GAUGE_SWEEP - gap * (parts - 1) as f32) / parts as f32;
    for i in 0..parts {
        let from = GAUGE_FROM + (part + gap) * i as f32;
        let ink = if i < level.reached {
            r#"stroke="url(#lit)""#
        } else {
            r##"stroke="#fff" stroke-opacity=".17""##
        };
        let _ = write!(
            svg,
            r#"<path d="{}" fill="none" {ink} stroke-width="22"/>"#,
            arc(from, from + part)
        );
    }
}

/// A path along the gauge between two angles.
fn arc(from: f32, to: f32) -> String {
    let point = |angle: f32| {
        let (sin, cos) = angle.to_radians().sin_cos();
        format!("{:.2} {:.2}", CENTRE + GAUGE * cos, CENTRE + GAUGE * sin)
    };
    let large = u8::from(to - from > 180.0);
    format!("M{}A{GAUGE} {GAUGE} 0 {large} 1 {}", point(from), point(to))
}

/// The name in the middle, the issuer and the month below.
fn lettering(svg: &mut String, name: &str, issuer: &str, month: &str) {
    let chord = |y: f32| {
        let rise = y - CENTRE;
        2.0 * ((DISC - 26.0).powi(2) - rise * rise).max(0.0).sqrt()
    };
    let name_frame = Frame {
        middle: 268.0,
        height: 226.0,
        most_lines: 4,
        room: &chord,
    };
    let sizes = [
        72.0, 66.0, 60.0, 55.0, 50.0, 46.0, 42.0, 38.0, 34.0, 30.0, 27.0,
    ];
    let block = name_frame.set(&BOLD, name, &sizes);
    write_block(svg, &block, r##"font-weight="700" fill="#fff""##);
    let _ = write!(
        svg,
        r##"<path d="M284 400h72" stroke="#fff" stroke-opacity=".7" stroke-width="3" stroke-linecap="round"/>"##
    );
    let issuer_frame = Frame {
        middle: 441.0,
        height: 62.0,
        most_lines: 2,
        room: &chord,
    };
    let block = issuer_frame.set(&REGULAR, issuer, &[27.0, 25.0, 23.0, 21.0]);
    write_block(svg, &block, r##"fill="#fff""##);
    if !month.is_empty() {
        let month = REGULAR.clip(month, 22.0, chord(497.0));
        let block = Block {
            size: 22.0,
            lines: vec![(505.0, month)],
        };
        write_block(svg, &block, r##"fill="#fff" fill-opacity=".85""##);
    }
}

fn write_block(svg: &mut String, block: &Block, style: &str) {
    for (base, line) in block.lines.iter().filter(|line| !line.1.is_empty()) {
        let _ = write!(
            svg,
            r#"<text x="{CENTRE}" y="{base:.1}" font-family="{FAMILY}" font-size="{size}" text-anchor="middle" {style}>{line}</text>"#,
            size = block.size,
            line = escape(line.as_str()),
        );
    }
}

/// The first two are the face the PNG is drawn with, as browsers and as the font file itself name
/// it; the others are no wider, so the text fits as well.
pub(super) const FAMILY: &str =
    "'DejaVu Sans Condensed','DejaVu Sans','Helvetica Neue',Arial,sans-serif";

/// The level's name on a light label over the gauge's open end.
fn pill(svg: &mut String, inks: &Inks, level: Level<'_>) {
    let count = format!("{} of {}", level.reached, level.of);
    let name = readable(level.name);
    let text = if name.is_empty() {
        format!("Level {count}")
    } else {
        let room = 316.0 - BOLD.width(&count, 24.0);
        format!("{} · {count}", BOLD.clip(&name, 24.0, room))
    };
    let width = BOLD.width(&text, 24.0) + 48.0;
    let _ = write!(
        svg,
        concat!(
            r##"<rect x="{x:.1}" y="548" width="{width:.1}" height="48" rx="24" fill="#fff" stroke="{edge}" stroke-width="5"/>"##,
            r#"<text x="{c}" y="580.5" font-family="{family}" font-size="24" font-weight="700" text-anchor="middle" fill="{deep}">{text}</text>"#,
        ),
        x = CENTRE - width / 2.0,
        width = width,
        c = CENTRE,
        family = FAMILY,
        edge = inks.edge,
        deep = inks.deep,
        text = escape(text.as_str()),
    );
}

/// One line of at most [`MAX_NAME`] characters, without what XML or a reading eye cannot take:
/// control characters, noncharacters, and marks that turn the direction of what follows.
pub(super) fn readable(text: &str) -> String {
    let kept = text.chars().map(|c| match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    });
    let text: String = kept.take(4 * MAX_NAME).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(MAX_NAME).collect()
}

/// The fonts PNGs are drawn with, read once.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(dejavu::sans_condensed::regular().to_vec());
    fonts.load_font_data(dejavu::sans_condensed::bold().to_vec());
    Arc::new(fonts)
});

pub(super) fn render(svg: &str, side: u32) -> Result<Vec<u8>, Fault> {
    let unfit = |what: String| Fault::Unfit(what);
    let options = Options {
        fontdb: Arc::clone(&FONTS),
        font_family: "DejaVu Sans".into(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|e| unfit(e.to_string()))?;
    let mut pixels =
        Pixmap::new(side, side).ok_or_else(|| unfit(format!("no room for {side} pixels")))?;
    let scale = side as f32 / SIDE;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );

    let mut rgba = Vec::with_capacity(pixels.data().len());
    for pixel in pixels.pixels() {
        let c = pixel.demultiply();
        rgba.extend_from_slice(&[c.red(), c.green(), c.blue(), c.alpha()]);
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&rgba))
        .map_err(|e| unfit(e.to_string()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use quick_xml::{Reader, events::Event};

    use super::*;

    const SAMPLE: Picture<'static> = Picture {
        achievement: "Interview Conversation",
        issuer: "Riverside Learning Center",
        month: "November 2026",
        level: Some(Level {
            reached: 3,
            of: 4,
            name: "Proficient",
        }),
    };

    /// The text of every `<text>` element; fails on anything that is not well-formed.
    fn texts(svg: &str) -> Vec<String> {
        let mut reader = Reader::from_str(svg);
        let (mut found, mut inside) = (Vec::new(), false);
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Start(tag) => {
                    assert_ne!(tag.name().0, "script");
                    inside = tag.name().0 == "text";
                    if inside {
                        found.push(String::new());
                    }
                }
                Event::Text(text) if inside => found
                    .last_mut()
                    .expect("text")
                    .push_str(&text.xml10_content()),
                Event::GeneralRef(name) if inside => {
                    let text = quick_xml::escape::resolve_xml_entity(&name.xml10_content());
                    found
                        .last_mut()
                        .expect("text")
                        .push_str(text.expect("known"));
                }
                Event::End(_) => inside = false,
                Event::Eof => return found,
                _ => {}
            }
        }
    }

    #[test]
    fn the_picture_says_what_the_badge_says() {
        assert_eq!(
            texts(&SAMPLE.svg()),
            [
                "Interview",
                "Conversation",
                "Riverside Learning Center",
                "November 2026",
                "Proficient · 3 of 4"
            ]
        );
        let plain = Picture {
            month: "",
            level: None,
            ..SAMPLE
        };
        assert_eq!(texts(&plain.svg()).len(), 3);
        assert_eq!(SAMPLE.svg(), SAMPLE.svg());
    }

    #[test]
    fn f9_names_are_text_and_nothing_else() {
        for name in [
            "</text><script>alert(1)</script>",
            "]]><!-- & \" ' -->",
            "a\u{0}b\u{202e}c\u{ffff}d\u{1b}[31m",
            "&#0;&lol;",
            "",
        ] {
            let level = Some(Level {
                reached: 1,
                of: 2,
                name,
            });
            let picture = Picture {
                achievement: name,
                issuer: name,
                month: name,
                level,
            };
            let shown = texts(&picture.svg()).concat();
            assert!(
                !shown.contains(['\u{0}', '\u{202e}', '\u{ffff}', '\u{1b}']),
                "{shown:?}"
            );
            assert!(picture.png(64).is_ok(), "{name}");
        }
        let script = Picture {
            achievement: "<script>",
            ..SAMPLE
        };
        assert_eq!(texts(&script.svg())[0], "<script>");
    }

    #[test]
    fn any_level_and_any_length_can_be_drawn() {
        let long = "Incomprehensibilities ".repeat(40);
        for (reached, of) in [(0, 0), (0, 3), (3, 3), (9, 3), (1, 1), (500, 1000)] {
            let picture = Picture {
                achievement: &long,
                issuer: &long,
                month: &long,
                level: Some(Level {
                    reached,
                    of,
                    name: &long,
                }),
            };
            assert!(picture.png(32).is_ok());
            assert!(picture.svg().len() < 12_000);
        }
    }

    #[test]
    fn the_png_has_lettering_and_can_be_baked() {
        let with = SAMPLE.png(256).expect("drawn");
        let without = Picture {
            achievement: "",
            ..SAMPLE
        };
        assert_ne!(with, without.png(256).expect("drawn"));
        // White letters where the name stands: the font was found.
        let mut reader = png::Decoder::new(std::io::Cursor::new(&with))
            .read_info()
            .expect("png");
        let mut pixels = vec![0; reader.output_buffer_size().expect("size")];
        reader.next_frame(&mut pixels).expect("pixels");
        let middle = &pixels[256 * 4 * 90..256 * 4 * 125];
        let white = middle.chunks_exact(4).filter(|p| p[..3] == [255, 255, 255]);
        assert!(white.count() > 400);
        for picture in [with, SAMPLE.svg().into_bytes()] {
            let baked = super::super::bake(&picture, r#"{"a":1}"#).expect("baked");
            let found = super::super::extract(&baked).expect("found");
            assert_eq!(found.text, r#"{"a":1}"#);
        }
    }

    #[test]
    fn white_on_every_ink_can_be_read() {
        let channel = |hex: &str| {
            let value = f64::from(u8::from_str_radix(hex, 16).expect("hex")) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        for ink in PALETTE.iter().flat_map(|inks| [inks.deep, inks.bright]) {
            let brightness = 0.2126 * channel(&ink[1..3])
                + 0.7152 * channel(&ink[3..5])
                + 0.0722 * channel(&ink[5..7]);
            let contrast = 1.05 / (brightness + 0.05);
            assert!(contrast >= 4.5, "{ink}: {contrast:.2}");
        }
    }

    #[test]
    fn months_are_named() {
        let at = "2026-11-30T23:59:59Z".parse().expect("a time");
        assert_eq!(month(at), "November 2026");
    }
}
