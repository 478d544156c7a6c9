//! QR codes (ISO/IEC 18004): drawn as SVG, PNG and terminal text, and read from pictures.
//!
//! A code of ours holds exactly the text it was given: nothing is upper-cased to save space,
//! because only the scheme and host of a link are without case, and a reader cannot tell which
//! part it may lower again. Runs of digits and capitals use the shorter modes by themselves.
//! Error correction level M; a quiet zone of four modules on every side.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

use super::Fault;
pub use super::qr_read::{read, read_grey};

/// The quiet zone the standard asks for, in modules.
const QUIET: usize = 4;

/// A QR code, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Qr {
    text: String,
    /// Modules per side with the quiet zone.
    side: usize,
    /// Row by row with the quiet zone; `true` is dark.
    dark: Vec<bool>,
}

impl Qr {
    /// The code that says `text`.
    ///
    /// # Errors
    /// [`Fault::Unfit`] for an empty text or one over about 2,300 bytes.
    ///
    /// ```
    /// let code = skillmark::bake::qr::Qr::of("https://example.org/c/1").expect("short");
    /// let picture = code.png(4);
    /// let read = skillmark::bake::qr::read(&picture).expect("a picture");
    /// assert_eq!(read, ["https://example.org/c/1"]);
    /// ```
    pub fn of(text: &str) -> Result<Qr, Fault> {
        if text.is_empty() {
            return Err(Fault::Unfit("an empty text makes no code".into()));
        }
        let code = QrCode::with_error_correction_level(text, EcLevel::M)
            .map_err(|_| Fault::Unfit(format!("{} bytes are too many for a code", text.len())))?;
        let inner = code.width();
        let side = inner + 2 * QUIET;
        let mut dark = vec![false; side * side];
        for (i, colour) in code.to_colors().into_iter().enumerate() {
            let (x, y) = (i % inner + QUIET, i / inner + QUIET);
            dark[y * side + x] = colour == Color::Dark;
        }
        Ok(Qr {
            text: text.to_owned(),
            side,
            dark,
        })
    }

    /// What the code says.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Modules per side, the quiet zone included.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// Whether the module at column `x`, row `y` is dark; outside the code none is.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.side && self.dark.get(y * self.side + x) == Some(&true)
    }

    /// An SVG picture: black on white whatever stands behind it, one path, no text inside.
    #[must_use]
    pub fn svg(&self) -> String {
        let mut path = String::new();
        for y in 0..self.side {
            let mut x = 0;
            while x < self.side {
                let run = (x..self.side).take_while(|x| self.is_dark(*x, y)).count();
                if run > 0 {
                    let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
                }
                x += run.max(1);
            }
        }
        format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" "#,
                r#"role="img" aria-label="QR code" shape-rendering="crispEdges">"#,
                r##"<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>"##
            ),
            side = self.side,
            path = path
        )
    }

    /// As [`Qr::svg`], to stand inside a page, where it needs no namespace.
    #[must_use]
    pub fn inline(&self) -> String {
        self.svg()
            .replace(" xmlns=\"http://www.w3.org/2000/svg\"", "")
    }

    /// A black and white PNG picture with `scale` pixels per module (1 to 64).
    #[must_use]
    pub fn png(&self, scale: usize) -> Vec<u8> {
        let scale = scale.clamp(1, 64);
        let side = self.side * scale;
        let mut rows = vec![0_u8; side.div_ceil(8) * side];
        for (y, row) in rows.chunks_mut(side.div_ceil(8)).enumerate() {
            for x in 0..side {
                if !self.is_dark(x / scale, y / scale) {
                    row[x / 8] |= 0x80 >> (x % 8);
                }
            }
        }
        let mut file = Vec::new();
        let side = u32::try_from(side).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let done = encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&rows));
        // Writing to memory with the right number of bytes cannot fail.
        debug_assert!(done.is_ok());
        file
    }

    /// Text for a terminal, two modules a character high.
    ///
    /// With `colour`, every line says black on white in 256-colour escapes, so that it can be
    /// scanned from a dark or a light terminal; without, it is drawn for a dark one.
    #[must_use]
    pub fn terminal(&self, colour: bool) -> String {
        let mut text = String::new();
        for y in (0..self.side).step_by(2) {
            if colour {
                text += "\u{1b}[38;5;16;48;5;231m";
            }
            for x in 0..self.side {
                // Past the last row everything is as light as the quiet zone.
                let (upper, lower) = (self.is_dark(x, y), self.is_dark(x, y + 1));
                let ink = if colour {
                    (upper, lower)
                } else {
                    (!upper, !lower)
                };
                text.push(match ink {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            if colour {
                text += "\u{1b}[0m";
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    #[test]
    fn f18_a_code_says_exactly_its_link() {
        for i in 0..1000_u32 {
            let id = crate::ids::CredentialId::random(&SystemChance);
            let text = format!("https://badges.school{i}.example.org/c/{id}");
            let code = Qr::of(&text).expect("short");
            let frame: Vec<u8> = (0..code.side * code.side * 4)
                .map(|at| {
                    let (x, y) = (at % (code.side * 2), at / (code.side * 2));
                    if code.is_dark(x / 2, y / 2) { 16 } else { 235 }
                })
                .collect();
            let side = code.side * 2;
            assert_eq!(read_grey(side, side, &frame).expect("a frame"), [text]);
        }
    }

    #[test]
    fn capitals_and_digits_take_less_room() {
        let small = Qr::of("HTTPS://EXAMPLE.ORG/C/0123456789012345").expect("short");
        let large = Qr::of("https://example.org/c/0123456789abcdef").expect("short");
        assert!(small.side() < large.side());
        assert_eq!(small.text(), "HTTPS://EXAMPLE.ORG/C/0123456789012345");
    }

    #[test]
    fn every_drawing_is_the_same_code() {
        let code = Qr::of("https://example.org/c/J8bq").expect("short");
        assert_eq!(read(&code.png(3)).expect("a picture"), [code.text()]);

        let svg = code.svg();
        let runs = svg.matches('M').count() - 1;
        assert!(svg.contains("aria-label") && runs > 50, "{runs}");
        let tree = resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default());
        assert_eq!(
            tree.expect("well-formed").size().width(),
            code.side() as f32
        );

        for (colour, dark) in [(true, ['█', '▀', '▄']), (false, [' ', '▄', '▀'])] {
            let text = code.terminal(colour);
            for (y, line) in text.lines().enumerate() {
                let line = line.trim_start_matches("\u{1b}[38;5;16;48;5;231m");
                let line = line.trim_end_matches("\u{1b}[0m");
                for (x, c) in line.chars().enumerate() {
                    let upper = c == dark[0] || c == dark[1];
                    let lower = c == dark[0] || c == dark[2];
                    assert_eq!(upper, code.is_dark(x, 2 * y), "{x} {y}");
                    assert_eq!(lower, code.is_dark(x, 2 * y + 1), "{x} {y}");
                }
            }
        }
    }

    #[test]
    fn the_quiet_zone_is_four_modules_wide() {
        let code = Qr::of("x").expect("short");
        for i in 0..code.side() {
            for edge in (0..QUIET).chain(code.side() - QUIET..code.side()) {
                assert!(!code.is_dark(i, edge) && !code.is_dark(edge, i));
            }
        }
        assert!(code.is_dark(QUIET, QUIET));
    }

    #[test]
    fn too_much_or_nothing_makes_no_code() {
        assert!(matches!(Qr::of(""), Err(Fault::Unfit(_))));
        assert!(matches!(Qr::of(&"é".repeat(2000)), Err(Fault::Unfit(_))));
    }
}
