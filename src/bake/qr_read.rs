//! Reading QR codes from pictures and camera frames, with a bound on the work.
//!
//! The finder (`rqrr`) compares every corner mark with every other and copies the picture for
//! each likely trio, so a picture full of marks could keep it busy for hours. The picture is
//! therefore made small and black-and-white here, the marks are counted first by the finder's
//! own rule, and a picture with too many of them is not given to it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rqrr::PreparedImage;

use super::{Fault, image::Grey};

/// Pixels copied at worst for one attempt: marks × (marks / 2)² × pixels.
const MAX_WORK: u64 = 1 << 32;
/// The side pictures are shrunk to for a first look, and for a second one at small codes.
const SIDES: [usize; 2] = [1000, 1600];

/// What every QR code in a PNG or JPEG file says, without doubles.
///
/// # Errors
/// A file that is damaged or over the limits ([`super::MAX_FILE_BYTES`], [`super::MAX_SIDE`],
/// [`super::MAX_PIXELS`]); a picture without codes is not an error but an empty list.
pub fn read(file: &[u8]) -> Result<Vec<String>, Fault> {
    Ok(find(&Grey::decode(file)?))
}

/// What every QR code in a camera frame says: `width` × `height` bytes, 0 black to 255 white.
///
/// # Errors
/// Sizes that do not match, or are over [`super::MAX_SIDE`] or [`super::MAX_PIXELS`].
pub fn read_grey(width: usize, height: usize, frame: &[u8]) -> Result<Vec<String>, Fault> {
    Ok(find(&Grey::new(width, height, frame.to_vec())?))
}

/// Looks in several ways, the likeliest first, and stops at the first that finds something.
fn find(picture: &Grey) -> Vec<String> {
    for (i, side) in SIDES.into_iter().enumerate() {
        if i > 0 && picture.width.max(picture.height) <= SIDES[i - 1] {
            break;
        }
        let small = picture.within(side);
        for ink in [Ink::Overall, Ink::Local, Ink::Inverted] {
            let found = find_in(&Bits::of(&small, ink));
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}

fn find_in(bits: &Bits) -> Vec<String> {
    let marks = bits.marks() as u64;
    let work = marks * (marks / 2).pow(2) * bits.dark.len() as u64;
    if marks < 3 || work > MAX_WORK {
        return Vec::new();
    }
    // The finder may panic on crafted shapes; there is then simply no code in the picture.
    let found = catch_unwind(AssertUnwindSafe(|| {
        let mut prepared = PreparedImage::prepare_from_bitmap(bits.width, bits.height, |x, y| {
            bits.dark[y * bits.width + x]
        });
        let grids = prepared.detect_grids();
        let mut texts: Vec<String> = Vec::new();
        for (_, text) in grids.iter().filter_map(|grid| grid.decode().ok()) {
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }));
    found.unwrap_or_default()
}

/// What counts as dark.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ink {
    /// Darker than one threshold for the whole picture (Otsu): screens, prints, even light.
    Overall,
    /// Darker than the surroundings: photographs with a shadow across them.
    Local,
    /// Lighter than the one threshold: a light code on a dark ground.
    Inverted,
}

/// A black-and-white picture.
struct Bits {
    width: usize,
    height: usize,
    dark: Vec<bool>,
}

impl Bits {
    fn of(picture: &Grey, ink: Ink) -> Bits {
        let threshold = otsu(&picture.pixels);
        let dark = match ink {
            Ink::Overall => picture.pixels.iter().map(|p| *p <= threshold).collect(),
            Ink::Inverted => picture.pixels.iter().map(|p| *p > threshold).collect(),
            Ink::Local => local(picture, threshold),
        };
        Bits {
            width: picture.width,
            height: picture.height,
            dark,
        }
    }

    /// How many corner marks the finder will see: a 1:1:3:1:1 run of dark and light whose outer
    /// parts hang together, apart from the middle, which has 10 to 70 % of their pixels.
    fn marks(&self) -> usize {
        let (region, sizes) = self.regions();
        let mut claimed = vec![false; sizes.len()];
        let mut marks = 0;
        for y in 0..self.height {
            let row = y * self.width;
            for [left, stone, right] in self.candidates(y) {
                let [left, stone, right] = [left, stone, right].map(|x| region[row + x] as usize);
                let ratio = sizes[stone] * 100 / sizes[right].max(1);
                if left == right && stone != right && (11..70).contains(&ratio) && !claimed[right] {
                    claimed[right] = true;
                    marks += 1;
                }
            }
        }
        marks
    }

    /// Where a row goes dark, light, dark, light, dark in about 1:1:3:1:1: a pixel in each of the
    /// three dark runs.
    fn candidates(&self, y: usize) -> Vec<[usize; 3]> {
        let row = &self.dark[y * self.width..(y + 1) * self.width];
        let mut found = Vec::new();
        let mut runs = [0_usize; 5];
        let mut seen = 0;
        let mut start = 0;
        for end in 1..=row.len() {
            if end < row.len() && row[end] == row[start] {
                continue;
            }
            runs.rotate_left(1);
            runs[4] = end - start;
            seen += 1;
            if row[start] && seen >= 5 && is_mark(runs) {
                let left = end - runs.iter().sum::<usize>();
                found.push([left, left + runs[0] + runs[1], start]);
            }
            start = end;
        }
        found
    }

    /// The connected dark regions: for every pixel its region's number, and every region's size.
    /// Region 0 is everything light.
    fn regions(&self) -> (Vec<u32>, Vec<usize>) {
        let mut region = vec![0_u32; self.dark.len()];
        let mut sizes = vec![0];
        let mut stack = Vec::new();
        for first in 0..self.dark.len() {
            if !self.dark[first] || region[first] != 0 {
                continue;
            }
            let number = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
            let mut size = 0;
            region[first] = number;
            stack.push(first);
            while let Some(at) = stack.pop() {
                size += 1;
                for next in self.neighbours(at).into_iter().flatten() {
                    if self.dark[next] && region[next] == 0 {
                        region[next] = number;
                        stack.push(next);
                    }
                }
            }
            sizes.push(size);
        }
        (region, sizes)
    }

    fn neighbours(&self, at: usize) -> [Option<usize>; 4] {
        let x = at % self.width;
        [
            (x > 0).then(|| at - 1),
            (x + 1 < self.width).then(|| at + 1),
            at.checked_sub(self.width),
            Some(at + self.width).filter(|below| *below < self.dark.len()),
        ]
    }
}

/// Whether five runs are in the proportion of a corner mark, with the finder's tolerance.
fn is_mark(runs: [usize; 5]) -> bool {
    let mean = (runs[0] + runs[1] + runs[3] + runs[4]) / 4;
    let slack = mean * 3 / 4;
    runs.iter()
        .zip([1, 1, 3, 1, 1])
        .all(|(run, share)| (share * mean - slack..=share * mean + slack).contains(run))
}

/// Otsu's threshold: the brightness that parts dark from light best.
fn otsu(pixels: &[u8]) -> u8 {
    let mut counts = [0_u64; 256];
    for pixel in pixels {
        counts[usize::from(*pixel)] += 1;
    }
    let total: u64 = pixels.len() as u64;
    let sum: u64 = (0..256).zip(counts).map(|(level, n)| level * n).sum();
    let (mut below, mut sum_below) = (0, 0);
    let (mut best, mut best_spread) = (127, 0.0);
    for (level, n) in (0_u8..=255).zip(counts) {
        below += n;
        sum_below += u64::from(level) * n;
        let above = total - below;
        if below == 0 || above == 0 {
            continue;
        }
        let gap = sum_below as f64 / below as f64 - (sum - sum_below) as f64 / above as f64;
        let spread = below as f64 * above as f64 * gap * gap;
        if spread > best_spread {
            (best, best_spread) = (level, spread);
        }
    }
    best
}

/// Dark where a pixel is darker than the mean around it, or far below the overall threshold.
fn local(picture: &Grey, threshold: u8) -> Vec<bool> {
    let (width, height) = (picture.width, picture.height);
    let reach = (width.max(height) / 16).max(4);
    let stride = width + 1;
    // Sums over everything above and to the left, so that any square's mean is four look-ups.
    let mut sums = vec![0_u64; stride * (height + 1)];
    for y in 0..height {
        let mut row = 0;
        for x in 0..width {
            row += u64::from(picture.pixels[y * width + x]);
            sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
        }
    }
    let mut dark = Vec::with_capacity(width * height);
    for y in 0..height {
        let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(height));
        for x in 0..width {
            let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(width));
            let sum = sums[bottom * stride + right] + sums[top * stride + left]
                - sums[top * stride + right]
                - sums[bottom * stride + left];
            let area = ((bottom - top) * (right - left)) as u64;
            let pixel = u64::from(picture.pixels[y * width + x]);
            dark.push(pixel * area * 100 < sum * 93 || pixel < u64::from(threshold) / 3);
        }
    }
    dark
}

#[cfg(test)]
mod tests {
    use super::super::qr::Qr;
    use super::*;

    const LINK: &str = "https://badges.example.org/c/J8bqZpW3kXoN1dT4vA9sYg";

    /// A `side` × `side` frame: for each pixel the brightness `paint` gives the module under it.
    fn frame(side: usize, code: &Qr, paint: impl Fn(f64, f64, bool) -> f64, turn: f64) -> Grey {
        let modules = code.side() as f64;
        let (sin, cos) = turn.to_radians().sin_cos();
        let mut pixels = Vec::new();
        for y in 0..side {
            for x in 0..side {
                let (u, v) = (x as f64 / side as f64 - 0.5, y as f64 / side as f64 - 0.5);
                let (a, b) = (u * cos - v * sin, u * sin + v * cos);
                // A perspective: the far edge is a fifth shorter.
                let depth = 1.0 + 0.2 * b;
                let at = |c: f64| (c * depth * 1.5 + 0.5) * modules;
                let (m, n) = (at(a), at(b));
                let dark = m >= 0.0 && n >= 0.0 && code.is_dark(m as usize, n as usize);
                pixels.push(paint(u, v, dark).clamp(0.0, 255.0) as u8);
            }
        }
        Grey::new(side, side, pixels).expect("a frame")
    }

    #[test]
    fn codes_are_read_turned_tilted_shaded_noisy_and_inverted() {
        let code = Qr::of(LINK).expect("short");
        for turn in [0.0, 7.0, 45.0, 90.0, 133.0, 180.0, 271.0] {
            let plain = frame(
                400,
                &code,
                |_, _, dark| if dark { 30.0 } else { 220.0 },
                turn,
            );
            assert_eq!(find(&plain), [LINK], "turned by {turn}");
        }
        let noise = |u: f64, v: f64| ((u * 9973.0 + v * 7919.0).sin() * 43758.5).fract() * 40.0;
        let noisy = frame(
            600,
            &code,
            |u, v, dark| noise(u, v) + if dark { 70.0 } else { 180.0 },
            5.0,
        );
        assert_eq!(find(&noisy), [LINK]);
        let shade = |u: f64| if u > 0.1 { 0.35 } else { 1.0 - u * 0.5 };
        let shaded = frame(
            800,
            &code,
            |u, _, dark| shade(u) * if dark { 50.0 } else { 230.0 },
            3.0,
        );
        assert_eq!(find(&shaded), [LINK]);
        let inverted = frame(
            400,
            &code,
            |_, _, dark| if dark { 240.0 } else { 10.0 },
            12.0,
        );
        assert_eq!(find(&inverted), [LINK]);
        let large = frame(
            3000,
            &code,
            |_, _, dark| if dark { 30.0 } else { 220.0 },
            20.0,
        );
        assert_eq!(find(&large), [LINK]);
    }

    #[test]
    fn several_codes_are_all_read_once() {
        let codes = ["first", "second", "first"].map(|t| Qr::of(t).expect("short"));
        let side = codes[0].side() * 6;
        let mut pixels = Vec::new();
        for y in 0..side {
            for x in 0..side * 3 {
                let code = &codes[x / side];
                pixels.push(if code.is_dark(x % side / 6, y / 6) {
                    0
                } else {
                    255
                });
            }
        }
        let mut found = read_grey(side * 3, side, &pixels).expect("a frame");
        found.sort();
        assert_eq!(found, ["first", "second"]);
    }

    #[test]
    fn f4_a_picture_full_of_marks_costs_little() {
        let mark = |x: usize, y: usize| {
            let (x, y) = (x % 9, y % 9);
            let ring = x < 7 && y < 7 && (x == 0 || x == 6 || y == 0 || y == 6);
            ring || ((2..5).contains(&x) && (2..5).contains(&y))
        };
        let side = 999;
        let pixels = (0..side * side).map(|at| u8::from(!mark(at % side, at / side)) * 255);
        let flood = Grey::new(side, side, pixels.collect()).expect("a frame");
        assert_eq!(Bits::of(&flood, Ink::Overall).marks(), 111 * 111);
        assert_eq!(find(&flood), [""; 0]);
    }

    #[test]
    fn f4_pictures_over_the_limits_are_refused_unread() {
        assert!(read_grey(4097, 1, &[0; 4097]).is_err());
        assert!(read_grey(4, 4, &[0; 15]).is_err());
        assert!(read_grey(0, 0, &[]).is_err());
        assert!(read(b"GIF89a").is_err());
        // A JPEG header that claims 65,535 × 65,535 pixels.
        let flood = [
            &[
                0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0xff, 0xff, 0xff, 0xff, 1, 1, 0x11, 0,
            ][..],
            &[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0xff, 0xd9],
        ];
        assert!(read(&flood.concat()).is_err());
    }

    #[test]
    fn blank_and_tiny_pictures_hold_nothing() {
        for (width, height) in [(1, 1), (1, 4096), (640, 480)] {
            for level in [0, 128, 255] {
                let found = read_grey(width, height, &vec![level; width * height]);
                assert_eq!(found.expect("a frame"), [""; 0]);
            }
        }
    }
}
