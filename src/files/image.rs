//! Pictures, drawn anew: nothing of the file but its pixels, the right way up.

use std::io::Cursor;

use jpeg_encoder::{ColorType, Encoder};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::{Clean, Refused};

/// The most pixels of a picture.
pub(super) const PIXELS: usize = 50_000_000;
/// The most pixels on a side.
const SIDE: usize = 20_000;
/// A progressive JPEG needs about ten scans; one with thousands is an attack.
const SCANS: usize = 32;
/// Of 100: as good as one sees.
const QUALITY: u8 = 88;

/// Rows of red, green and blue.
struct Pixels {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

/// A JPEG as a JPEG.
pub(super) fn jpeg(bytes: &[u8]) -> Result<Clean, Refused> {
    let options = DecoderOptions::default()
        .set_max_width(SIDE)
        .set_max_height(SIDE)
        .jpeg_set_max_scans(SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| Refused::Damaged)?;
    let info = decoder.info().ok_or(Refused::Damaged)?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    within(width, height)?;
    let turn = decoder.exif().map_or(1, |exif| orientation(exif));
    let rgb = decoder.decode().map_err(|_| Refused::Damaged)?;
    let pixels = Pixels::new(width, height, rgb)?.turned(turn);
    let mut out = Vec::new();
    let (width, height) = (side(pixels.width)?, side(pixels.height)?);
    Encoder::new(&mut out, QUALITY)
        .encode(&pixels.rgb, width, height, ColorType::Rgb)
        .map_err(|_| Refused::Damaged)?;
    Ok(Clean {
        media_type: "image/jpeg",
        bytes: out,
    })
}

/// A PNG as a PNG: its first picture, eight bits a channel.
pub(super) fn png(bytes: &[u8]) -> Result<Clean, Refused> {
    let limits = png::Limits { bytes: PIXELS * 8 };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(|_| Refused::Damaged)?;
    let info = reader.info();
    within(info.width as usize, info.height as usize)?;
    let size = reader.output_buffer_size().ok_or(Refused::Pixels)?;
    let mut pixels = vec![0; size];
    let frame = reader
        .next_frame(&mut pixels)
        .map_err(|_| Refused::Damaged)?;
    pixels.truncate(frame.buffer_size());
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, frame.width, frame.height);
    encoder.set_color(frame.color_type);
    encoder.set_depth(frame.bit_depth);
    let mut writer = encoder.write_header().map_err(|_| Refused::Damaged)?;
    writer
        .write_image_data(&pixels)
        .map_err(|_| Refused::Damaged)?;
    writer.finish().map_err(|_| Refused::Damaged)?;
    Ok(Clean {
        media_type: "image/png",
        bytes: out,
    })
}

fn within(width: usize, height: usize) -> Result<(), Refused> {
    match width.checked_mul(height) {
        Some(0) => Err(Refused::Damaged),
        Some(pixels) if pixels <= PIXELS && width <= SIDE && height <= SIDE => Ok(()),
        _ => Err(Refused::Pixels),
    }
}

fn side(pixels: usize) -> Result<u16, Refused> {
    u16::try_from(pixels).map_err(|_| Refused::Pixels)
}

impl Pixels {
    fn new(width: usize, height: usize, rgb: Vec<u8>) -> Result<Pixels, Refused> {
        if rgb.len() == width * height * 3 {
            Ok(Pixels { width, height, rgb })
        } else {
            Err(Refused::Damaged)
        }
    }

    /// Turned and mirrored so that it is seen as its `orientation` (Exif 2.32, tag 0112) says.
    fn turned(self, orientation: u16) -> Pixels {
        let (width, height) = (self.width, self.height);
        let (wide, high) = match orientation {
            5..=8 => (height, width),
            _ => (width, height),
        };
        if !(2..=8).contains(&orientation) {
            return self;
        }
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..high {
            for x in 0..wide {
                let (from_x, from_y) = match orientation {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, height - 1 - x),
                    7 => (width - 1 - y, height - 1 - x),
                    _ => (width - 1 - y, x),
                };
                let at = (from_y * width + from_x) * 3;
                rgb.extend_from_slice(&self.rgb[at..at + 3]);
            }
        }
        Pixels {
            width: wide,
            height: high,
            rgb,
        }
    }
}

/// The orientation in an Exif block (TIFF 6.0): 1 to 8, 1 where it is not said.
fn orientation(exif: &[u8]) -> u16 {
    read_orientation(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif)).unwrap_or(1)
}

fn read_orientation(tiff: &[u8]) -> Option<u16> {
    let little = match tiff.get(..4)? {
        [b'I', b'I', 42, 0] => true,
        [b'M', b'M', 0, 42] => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = <[u8; 2]>::try_from(tiff.get(at..at.checked_add(2)?)?).ok()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long = |at: usize| -> Option<usize> {
        let bytes = <[u8; 4]>::try_from(tiff.get(at..at.checked_add(4)?)?).ok()?;
        let long = if little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        };
        usize::try_from(long).ok()
    };
    let first = long(4)?;
    for entry in 0..usize::from(short(first)?) {
        let at = first.checked_add(2 + entry * 12)?;
        if short(at)? == 0x0112 {
            return short(at + 8).filter(|turn| (1..=8).contains(turn));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left half red, right half blue; 16 by 8.
    fn halves() -> Vec<u8> {
        let row: Vec<u8> = [[255, 0, 0]; 8]
            .into_iter()
            .chain([[0, 0, 255]; 8])
            .flatten()
            .collect();
        row.repeat(8)
    }

    fn with_exif(orientation: u8) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, 95);
        let mut exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"GPS 52.5N 13.4E canary");
        encoder.add_app_segment(1, exif).expect("fits");
        encoder
            .encode(&halves(), 16, 8, ColorType::Rgb)
            .expect("encodes");
        out
    }

    #[test]
    fn a_photo_keeps_its_pixels_the_right_way_up_and_nothing_else() {
        for (turn, size, top_left_red) in [
            (1, (16, 8), true),
            (3, (16, 8), false),
            (6, (8, 16), true),
            (8, (8, 16), false),
        ] {
            let photo = with_exif(turn);
            assert!(photo.windows(6).any(|bytes| bytes == b"canary"));
            let clean = jpeg(&photo).expect("a photo");
            assert!(!clean.bytes.windows(6).any(|bytes| bytes == b"canary"));
            assert!(!clean.bytes.windows(4).any(|bytes| bytes == b"Exif"));
            let mut decoder = JpegDecoder::new(ZCursor::new(&clean.bytes));
            let pixels = decoder.decode().expect("decodes");
            let info = decoder.info().expect("there");
            assert_eq!(
                (usize::from(info.width), usize::from(info.height)),
                size,
                "{turn}"
            );
            assert_eq!(pixels[0] > 128, top_left_red, "{turn}");
        }
    }

    #[test]
    fn a_png_loses_its_words() {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 16, 8);
        encoder.set_color(png::ColorType::Rgb);
        encoder
            .add_text_chunk("Author".into(), "canary".into())
            .expect("fits");
        let mut writer = encoder.write_header().expect("written");
        writer.write_image_data(&halves()).expect("written");
        writer.finish().expect("written");
        let clean = png(&file).expect("a picture");
        assert!(!clean.bytes.windows(6).any(|bytes| bytes == b"canary"));
        let mut reader = png::Decoder::new(Cursor::new(&clean.bytes))
            .read_info()
            .expect("reads");
        let mut pixels = vec![0; reader.output_buffer_size().expect("known")];
        reader.next_frame(&mut pixels).expect("reads");
        assert_eq!(pixels, halves());
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert_eq!(jpeg(b"\xff\xd8\xff\xe0 no"), Err(Refused::Damaged));
        assert_eq!(png(b"\x89PNG\r\n\x1a\n no"), Err(Refused::Damaged));
        let photo = with_exif(1);
        assert_eq!(jpeg(&photo[..60]), Err(Refused::Damaged));
    }
}
