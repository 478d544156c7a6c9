//! A picture's brightness, for reading codes: PNG and JPEG, within limits, header first.

use std::io::Cursor;

use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::{Baker, Fault, MAX_SIDE, png::Png, within_file_limit, within_pixel_limit};

/// A progressive JPEG needs about ten scans; one with thousands is an attack.
const MAX_SCANS: usize = 32;

/// A picture as rows of brightness, 0 black to 255 white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grey {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<u8>,
}

impl Grey {
    /// Takes raw rows, if there are as many bytes as pixels and no more pixels than the limits.
    pub(super) fn new(width: usize, height: usize, pixels: Vec<u8>) -> Result<Grey, Fault> {
        within_pixel_limit(width as u64, height as u64)?;
        if pixels.len() != width * height {
            return Err(Fault::Damaged(format!(
                "{} bytes for {width} × {height} pixels",
                pixels.len()
            )));
        }
        Ok(Grey {
            width,
            height,
            pixels,
        })
    }

    /// Decodes a PNG or JPEG file; nothing is decoded before its header is within the limits.
    pub(super) fn decode(file: &[u8]) -> Result<Grey, Fault> {
        within_file_limit(file)?;
        if Png.recognises(file) {
            png(file)
        } else if file.starts_with(&[0xff, 0xd8, 0xff]) {
            jpeg(file)
        } else {
            Err(Fault::Damaged("it is neither PNG nor JPEG".into()))
        }
    }

    /// The same picture, shrunk by a whole factor so that no side is over `limit`.
    pub(super) fn within(&self, limit: usize) -> Grey {
        let factor = self.width.max(self.height).div_ceil(limit).max(1);
        let (width, height) = ((self.width / factor).max(1), (self.height / factor).max(1));
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                pixels.push(self.mean(x * factor, y * factor, factor));
            }
        }
        Grey {
            width,
            height,
            pixels,
        }
    }

    /// The mean of a square of side `side`, as much of it as lies inside the picture.
    fn mean(&self, left: usize, top: usize, side: usize) -> u8 {
        let (mut sum, mut count) = (0, 0);
        for y in top..(top + side).min(self.height) {
            for x in left..(left + side).min(self.width) {
                sum += usize::from(self.pixels[y * self.width + x]);
                count += 1;
            }
        }
        u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX)
    }
}

/// The first frame of a PNG within our limits, palettes unfolded and eight bits deep.
pub(super) fn png_frame(file: &[u8]) -> Result<(png::OutputInfo, Vec<u8>), Fault> {
    super::png::check(file)?;
    let damaged = |e: png::DecodingError| Fault::Damaged(e.to_string());
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| Fault::TooLarge("its pixels do not fit in memory".into()))?;
    let mut buffer = vec![0; size];
    let info = reader.next_frame(&mut buffer).map_err(damaged)?;
    buffer.truncate(info.buffer_size());
    Ok((info, buffer))
}

fn png(file: &[u8]) -> Result<Grey, Fault> {
    let (info, buffer) = png_frame(file)?;
    let pixels = match info.color_type {
        png::ColorType::Grayscale => buffer,
        png::ColorType::GrayscaleAlpha => buffer
            .chunks_exact(2)
            .map(|p| over_white(p[0], p[1]))
            .collect(),
        png::ColorType::Rgb => buffer.chunks_exact(3).map(luma).collect(),
        png::ColorType::Rgba => buffer
            .chunks_exact(4)
            .map(|p| over_white(luma(p), p[3]))
            .collect(),
        png::ColorType::Indexed => {
            return Err(Fault::Damaged("its palette was not unfolded".into()));
        }
    };
    Grey::new(info.width as usize, info.height as usize, pixels)
}

/// A JPEG within our limits in one colour space: width, height, and its bytes.
pub(super) fn jpeg_frame(
    file: &[u8],
    colours: ColorSpace,
) -> Result<(usize, usize, Vec<u8>), Fault> {
    let side = MAX_SIDE as usize;
    let options = DecoderOptions::default()
        .set_max_width(side)
        .set_max_height(side)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(colours);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    let damaged = |e: zune_jpeg::errors::DecodeErrors| Fault::Damaged(e.to_string());
    decoder.decode_headers().map_err(damaged)?;
    let info = decoder
        .info()
        .ok_or_else(|| Fault::Damaged("it has no header".into()))?;
    within_pixel_limit(u64::from(info.width), u64::from(info.height))?;
    let bytes = decoder.decode().map_err(damaged)?;
    Ok((usize::from(info.width), usize::from(info.height), bytes))
}

fn jpeg(file: &[u8]) -> Result<Grey, Fault> {
    let (width, height, pixels) = jpeg_frame(file, ColorSpace::Luma)?;
    Grey::new(width, height, pixels)
}

/// Rec. 601 brightness of a red, green, blue pixel.
fn luma(pixel: &[u8]) -> u8 {
    let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
    u8::try_from((r * 299 + g * 587 + b * 114) / 1000).unwrap_or(u8::MAX)
}

/// A half-transparent pixel as it looks on white paper.
fn over_white(grey: u8, alpha: u8) -> u8 {
    let (grey, alpha) = (u32::from(grey), u32::from(alpha));
    u8::try_from((grey * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}
