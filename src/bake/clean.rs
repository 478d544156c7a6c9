//! Somebody's picture, drawn anew: nothing of the file but its pixels is kept.

use zune_jpeg::zune_core::colorspace::ColorSpace;

use super::{Baker, Fault, image, png::Png, within_file_limit, within_pixel_limit};

/// Pixels on a side of what comes out.
pub const SIDE: usize = 512;

/// Reads a PNG or JPEG of at most 2 MiB and writes it as a square PNG of [`SIDE`] pixels: the
/// picture in the middle, on nothing. Metadata, extra chunks and hidden bytes are gone.
///
/// # Errors
/// [`Fault`] if it is neither, damaged, or past the limits.
pub fn clean(file: &[u8]) -> Result<Vec<u8>, Fault> {
    within_file_limit(file)?;
    let pixels = if Png.recognises(file) {
        png(file)?
    } else if file.starts_with(&[0xff, 0xd8, 0xff]) {
        jpeg(file)?
    } else {
        return Err(Fault::Damaged("it is neither PNG nor JPEG".into()));
    };
    pixels.squared().write()
}

/// Rows of red, green, blue and how solid, 0 to 255.
struct Pixels {
    width: usize,
    height: usize,
    rgba: Vec<[u8; 4]>,
}

impl Pixels {
    fn new(width: usize, height: usize, rgba: Vec<[u8; 4]>) -> Result<Pixels, Fault> {
        within_pixel_limit(width as u64, height as u64)?;
        if width == 0 || height == 0 || rgba.len() != width * height {
            return Err(Fault::Damaged(format!(
                "{} pixels where {width} × {height} belong",
                rgba.len()
            )));
        }
        Ok(Pixels {
            width,
            height,
            rgba,
        })
    }

    /// The picture shrunk or grown to fit, in the middle of a square.
    fn squared(&self) -> Pixels {
        let longest = self.width.max(self.height);
        let (left, top) = ((longest - self.width) / 2, (longest - self.height) / 2);
        let mut rgba = Vec::with_capacity(SIDE * SIDE);
        for y in 0..SIDE {
            let (from_y, to_y) = span(y, longest);
            for x in 0..SIDE {
                let (from_x, to_x) = span(x, longest);
                rgba.push(self.mean((from_x, to_x, left), (from_y, to_y, top)));
            }
        }
        Pixels {
            width: SIDE,
            height: SIDE,
            rgba,
        }
    }

    /// The mean of a field of the square around the picture; what lies outside is nothing.
    fn mean(&self, across: (usize, usize, usize), down: (usize, usize, usize)) -> [u8; 4] {
        let (mut sum, mut solid, mut count) = ([0u64; 3], 0u64, 0u64);
        for y in down.0..down.1 {
            for x in across.0..across.1 {
                count += 1;
                let place = y
                    .checked_sub(down.2)
                    .zip(x.checked_sub(across.2))
                    .filter(|(y, x)| *y < self.height && *x < self.width);
                let Some((y, x)) = place else { continue };
                let [r, g, b, a] = self.rgba[y * self.width + x].map(u64::from);
                for (sum, part) in sum.iter_mut().zip([r, g, b]) {
                    *sum += part * a;
                }
                solid += a;
            }
        }
        let byte = |n: u64| u8::try_from(n).unwrap_or(u8::MAX);
        if solid == 0 {
            return [0; 4];
        }
        let [r, g, b] = sum.map(|sum| byte(sum / solid));
        [r, g, b, byte(solid / count.max(1))]
    }

    fn write(&self) -> Result<Vec<u8>, Fault> {
        let mut file = Vec::new();
        let side = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut file, side(self.width), side(self.height));
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let bytes: Vec<u8> = self.rgba.concat();
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&bytes))
            .map_err(|e| Fault::Unfit(e.to_string()))?;
        Ok(file)
    }
}

/// The pixels of the old picture that make the pixel at `at` of the new one.
fn span(at: usize, longest: usize) -> (usize, usize) {
    let from = at * longest / SIDE;
    let to = ((at + 1) * longest).div_ceil(SIDE);
    (from, to.max(from + 1))
}

fn png(file: &[u8]) -> Result<Pixels, Fault> {
    let (info, buffer) = image::png_frame(file)?;
    let rgba = match info.color_type {
        png::ColorType::Grayscale => buffer.iter().map(|g| [*g, *g, *g, 255]).collect(),
        png::ColorType::GrayscaleAlpha => buffer
            .chunks_exact(2)
            .map(|p| [p[0], p[0], p[0], p[1]])
            .collect(),
        png::ColorType::Rgb => buffer
            .chunks_exact(3)
            .map(|p| [p[0], p[1], p[2], 255])
            .collect(),
        png::ColorType::Rgba => buffer
            .chunks_exact(4)
            .map(|p| [p[0], p[1], p[2], p[3]])
            .collect(),
        png::ColorType::Indexed => {
            return Err(Fault::Damaged("its palette was not unfolded".into()));
        }
    };
    Pixels::new(info.width as usize, info.height as usize, rgba)
}

fn jpeg(file: &[u8]) -> Result<Pixels, Fault> {
    let (width, height, rgb) = image::jpeg_frame(file, ColorSpace::RGB)?;
    let rgba = rgb
        .chunks_exact(3)
        .map(|p| [p[0], p[1], p[2], 255])
        .collect();
    Pixels::new(width, height, rgba)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bake::{emblem::Emblem, extract, picture::Picture};

    #[test]
    fn a_picture_comes_out_square_with_nothing_hidden_in_it() {
        let wide = Picture {
            achievement: "Weld",
            issuer: "Lab",
            month: "",
            level: None,
        };
        let secret = r#"{"secret":"canary"}"#;
        let baked = crate::bake::bake(&wide.png(300).expect("drawn"), secret).expect("baked");
        let clean = clean(&baked).expect("clean");
        assert!(extract(&clean).is_err(), "a credential was left inside");
        let found = png(&clean).expect("a PNG");
        assert_eq!((found.width, found.height), (SIDE, SIDE));
        assert_eq!(
            super::clean(&clean).expect("clean"),
            clean,
            "again changes nothing"
        );
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused() {
        let good = Emblem {
            name: "A",
            colour: "blue",
            icon: "star",
        }
        .png(64)
        .expect("drawn");
        let cut = &good[..good.len() / 2];
        for file in [&b""[..], b"GIF89a", b"<svg/>", b"\xff\xd8\xff\xe0", cut] {
            assert!(clean(file).is_err(), "{} bytes", file.len());
        }
        assert!(clean(&vec![0; 3 * 1024 * 1024]).is_err());
    }

    #[test]
    fn a_flat_colour_stays_that_colour() {
        let flat = Pixels::new(3, 2, vec![[10, 200, 30, 255]; 6]).expect("pixels");
        let square = flat.squared();
        assert_eq!(square.rgba[SIDE * SIDE / 2 + SIDE / 2], [10, 200, 30, 255]);
        assert_eq!(square.rgba[SIDE * SIDE - 1][3], 0, "the corner is outside");
    }
}
