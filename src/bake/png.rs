//! Credentials in PNG: one uncompressed `iTXt` chunk, spliced in without touching a pixel.
//!
//! Open Badges 3.0 §5.3.1. The chunks are walked, never decoded: every length is held against the
//! file, every CRC is checked, and what could hide a second reading is refused.

use super::{
    Baked, Baker, Fault, Form, MAX_CREDENTIAL_BYTES, within_file_limit, within_pixel_limit, written,
};

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
/// More frames than a badge has any use for; a decompression bomb has thousands.
const MAX_FRAMES: u32 = 64;
/// More chunks than a sound picture of at most 2 MiB has.
const MAX_CHUNKS: usize = 8192;

/// Portable Network Graphics.
pub(super) struct Png;

impl Baker for Png {
    fn name(&self) -> &'static str {
        "PNG"
    }

    fn media_type(&self) -> &'static str {
        "image/png"
    }

    fn recognises(&self, picture: &[u8]) -> bool {
        picture.starts_with(SIGNATURE)
    }

    fn bake(&self, picture: &[u8], credential: &str) -> Result<Vec<u8>, Fault> {
        written(credential)?;
        match self.extract(picture) {
            Err(Fault::Nothing) => {}
            Ok(_) => {
                return Err(Fault::Unfit(
                    "there is a credential in the picture already".into(),
                ));
            }
            Err(fault) => return Err(fault),
        }
        let mut data = b"iTXtopenbadgecredential\0\0\0\0\0".to_vec();
        data.extend_from_slice(credential.as_bytes());
        let end = picture.len() - 12; // the IEND chunk is last: `extract` made sure
        let mut baked = Vec::with_capacity(picture.len() + data.len() + 8);
        baked.extend_from_slice(&picture[..end]);
        let length = u32::try_from(data.len() - 4).unwrap_or(u32::MAX);
        baked.extend_from_slice(&length.to_be_bytes());
        baked.extend_from_slice(&data);
        baked.extend_from_slice(&crc32(&data).to_be_bytes());
        baked.extend_from_slice(&picture[end..]);
        Ok(baked)
    }

    fn extract(&self, picture: &[u8]) -> Result<Baked, Fault> {
        within_file_limit(picture)?;
        let mut found = None;
        walk(picture, |chunk| {
            let Some(baked) = credential_in(chunk)? else {
                return Ok(());
            };
            match found.replace(baked) {
                None => Ok(()),
                Some(_) => Err(Fault::Ambiguous("it carries more than one badge".into())),
            }
        })?;
        found.ok_or(Fault::Nothing)
    }
}

/// Checks the header of a PNG against the limits, before anyone decodes it.
pub(super) fn check(picture: &[u8]) -> Result<(), Fault> {
    within_file_limit(picture)?;
    walk(picture, |_| Ok(()))
}

struct Chunk<'a> {
    kind: &'a [u8],
    data: &'a [u8],
    /// Where the chunk begins in the file, in bytes.
    at: usize,
}

/// Calls `visit` with each chunk, in order, once its bounds and CRC are known to be right.
fn walk<'a>(
    picture: &'a [u8],
    mut visit: impl FnMut(&Chunk<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut rest = picture
        .strip_prefix(SIGNATURE)
        .ok_or_else(|| Fault::Damaged("it does not begin like a PNG".into()))?;
    for number in 0..MAX_CHUNKS {
        let at = picture.len() - rest.len();
        let (chunk, after) = next(rest, at)?;
        rest = after;
        match (number, chunk.kind) {
            (0, b"IHDR") => check_header(chunk.data)?,
            (0, _) => return Err(Fault::Damaged("IHDR is not the first chunk".into())),
            (_, b"IHDR") => return Err(Fault::Ambiguous("there are two headers".into())),
            (_, b"acTL") => check_frames(chunk.data)?,
            (_, b"IEND") if rest.is_empty() && chunk.data.is_empty() => return visit(&chunk),
            (_, b"IEND") => {
                return Err(Fault::Ambiguous(format!(
                    "{} bytes after its end",
                    rest.len() + chunk.data.len()
                )));
            }
            _ => {}
        }
        visit(&chunk)?;
    }
    Err(Fault::TooLarge(format!("over {MAX_CHUNKS} chunks")))
}

/// Splits the first chunk off `rest`.
fn next(rest: &[u8], at: usize) -> Result<(Chunk<'_>, &[u8]), Fault> {
    let short = || Fault::Damaged(format!("the chunk at byte {at} ends past the file"));
    let (length, body) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let length = u32::from_be_bytes(*length) as usize;
    // Type, data and CRC; a length of 2^32 - 1 cannot overflow a 64-bit sum and fails here.
    let whole = length.checked_add(8).ok_or_else(short)?;
    let (body, after) = body.split_at_checked(whole).ok_or_else(short)?;
    let (covered, crc) = body.split_at(length + 4);
    if crc32(covered).to_be_bytes() != crc {
        return Err(Fault::Damaged(format!(
            "the chunk at byte {at} has a wrong checksum"
        )));
    }
    let (kind, data) = covered.split_at(4);
    Ok((Chunk { kind, data, at }, after))
}

fn check_header(data: &[u8]) -> Result<(), Fault> {
    let (Some((width, rest)), 13) = (data.split_first_chunk::<4>(), data.len()) else {
        return Err(Fault::Damaged("the header is not 13 bytes long".into()));
    };
    let height = rest.first_chunk::<4>().copied().unwrap_or_default();
    within_pixel_limit(
        u64::from(u32::from_be_bytes(*width)),
        u64::from(u32::from_be_bytes(height)),
    )
}

fn check_frames(data: &[u8]) -> Result<(), Fault> {
    let frames = data
        .first_chunk::<4>()
        .map_or(u32::MAX, |n| u32::from_be_bytes(*n));
    if frames > MAX_FRAMES {
        return Err(Fault::TooLarge(format!(
            "{frames} frames, at most {MAX_FRAMES}"
        )));
    }
    Ok(())
}

/// The credential in a text chunk, if its keyword is one of ours.
fn credential_in(chunk: &Chunk<'_>) -> Result<Option<Baked>, Fault> {
    if !matches!(chunk.kind, b"iTXt" | b"tEXt" | b"zTXt") {
        return Ok(None);
    }
    let at = chunk.at;
    let Some(end) = chunk.data.iter().position(|b| *b == 0) else {
        return Err(Fault::Damaged(format!(
            "the text chunk at byte {at} has no keyword"
        )));
    };
    let (keyword, text) = (&chunk.data[..end], &chunk.data[end + 1..]);
    let form = match keyword {
        b"openbadgecredential" => Form::OpenBadges3,
        b"openbadges" => Form::OpenBadges2,
        b"clrcredential" => Form::Clr2,
        _ => return Ok(None),
    };
    if text.len() > MAX_CREDENTIAL_BYTES {
        return Err(Fault::TooLarge(format!(
            "the credential in it is {} bytes, at most {MAX_CREDENTIAL_BYTES}",
            text.len()
        )));
    }
    let text = match chunk.kind {
        b"iTXt" => international(text, at)?,
        b"tEXt" if form == Form::OpenBadges2 => text,
        b"tEXt" => {
            return Err(Fault::Damaged(
                "the credential is in a tEXt chunk, not iTXt".into(),
            ));
        }
        _ => return Err(compressed(at)),
    };
    match std::str::from_utf8(text) {
        Ok(text) => Ok(Some(Baked {
            form,
            text: text.to_owned(),
        })),
        Err(_) => Err(Fault::Damaged(format!(
            "the text chunk at byte {at} is not UTF-8"
        ))),
    }
}

/// The text of an `iTXt` chunk, past its flag, method, language and translated keyword.
fn international(text: &[u8], at: usize) -> Result<&[u8], Fault> {
    let rest = match text {
        [0, 0, rest @ ..] => rest,
        [1, ..] => return Err(compressed(at)),
        _ => {
            return Err(Fault::Damaged(format!(
                "the text chunk at byte {at} has odd flags"
            )));
        }
    };
    let mut parts = rest.splitn(3, |b| *b == 0);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(_), Some(text)) => Ok(text),
        _ => Err(Fault::Damaged(format!(
            "the text chunk at byte {at} is cut short"
        ))),
    }
}

/// Compressed text could unfold to a thousand times its size; the standard forbids it.
fn compressed(at: usize) -> Fault {
    Fault::Damaged(format!("the credential at byte {at} is compressed"))
}

/// CRC-32 as PNG defines it (ISO 3309), over the chunk's type and data.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    !bytes.iter().fold(!0, |crc, byte| {
        TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8)
    })
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (if crc & 1 == 1 { 0xedb8_8320 } else { 0 });
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"name":"Łódź \"x\" ]]>"}"#;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let covered = [kind.as_slice(), data].concat();
        let length = u32::try_from(data.len()).expect("short");
        [
            &length.to_be_bytes()[..],
            &covered,
            &crc32(&covered).to_be_bytes(),
        ]
        .concat()
    }

    fn header(width: u32, height: u32) -> Vec<u8> {
        let mut data = [width.to_be_bytes(), height.to_be_bytes()].concat();
        data.extend_from_slice(&[1, 0, 0, 0, 0]);
        chunk(b"IHDR", &data)
    }

    /// A PNG of these chunks, with a header before and the end after.
    fn picture(chunks: &[Vec<u8>]) -> Vec<u8> {
        [
            SIGNATURE.to_vec(),
            header(8, 8),
            chunks.concat(),
            chunk(b"IEND", b""),
        ]
        .concat()
    }

    fn text(keyword: &str, text: &str) -> Vec<u8> {
        chunk(b"iTXt", format!("{keyword}\0\0\0\0\0{text}").as_bytes())
    }

    #[test]
    fn what_is_baked_comes_out_and_the_rest_stays() {
        let plain = picture(&[chunk(b"tEXt", b"Comment\0hello")]);
        for credential in [JSON, "eyJhbGciOiJFZERTQSJ9.e30.c2ln"] {
            let baked = Png.bake(&plain, credential).expect("baked");
            assert_eq!(
                Png.extract(&baked),
                Ok(Baked {
                    form: Form::OpenBadges3,
                    text: credential.into()
                })
            );
            assert!(baked.starts_with(&plain[..plain.len() - 12]));
            assert!(baked.ends_with(&chunk(b"IEND", b"")));
            assert!(matches!(Png.bake(&baked, credential), Err(Fault::Unfit(_))));
        }
        assert_eq!(Png.extract(&plain), Err(Fault::Nothing));
    }

    #[test]
    fn older_and_wider_badges_are_named() {
        let old = picture(&[chunk(b"tEXt", b"openbadges\0https://example.org/a/1")]);
        assert_eq!(Png.extract(&old).expect("found").form, Form::OpenBadges2);
        let record = picture(&[text("clrcredential", "{}")]);
        assert_eq!(Png.extract(&record).expect("found").form, Form::Clr2);
    }

    #[test]
    fn f4_a_flood_of_pixels_or_frames() {
        for (width, height) in [(30_000, 30_000), (0x7fff_ffff, 1), (4097, 1), (0, 5)] {
            let flood = [
                SIGNATURE.to_vec(),
                header(width, height),
                chunk(b"IEND", b""),
            ]
            .concat();
            assert!(
                matches!(
                    Png.extract(&flood),
                    Err(Fault::TooLarge(_) | Fault::Damaged(_))
                ),
                "{width} × {height}"
            );
            assert!(Png.bake(&flood, JSON).is_err());
        }
        let frames = picture(&[chunk(b"acTL", &[0, 0, 0x27, 0x10, 0, 0, 0, 0])]);
        assert!(matches!(Png.extract(&frames), Err(Fault::TooLarge(_))));
        let long = picture(&[chunk(b"IDAT", &vec![0; super::super::MAX_FILE_BYTES])]);
        assert!(matches!(Png.extract(&long), Err(Fault::TooLarge(_))));
        let many = picture(&vec![chunk(b"tIME", b""); MAX_CHUNKS]);
        assert!(matches!(Png.extract(&many), Err(Fault::TooLarge(_))));
    }

    #[test]
    fn f5_compressed_text_is_never_inflated() {
        let bomb = picture(&[chunk(b"iTXt", b"openbadgecredential\0\x01\0\0\0x\x9c")]);
        assert!(matches!(Png.extract(&bomb), Err(Fault::Damaged(_))));
        let older = picture(&[chunk(b"zTXt", b"openbadges\0\0x\x9c")]);
        assert!(matches!(Png.extract(&older), Err(Fault::Damaged(_))));
        let long = picture(&[text(
            "openbadgecredential",
            &"x".repeat(MAX_CREDENTIAL_BYTES),
        )]);
        assert!(matches!(Png.extract(&long), Err(Fault::TooLarge(_))));
    }

    #[test]
    fn f6_exactly_one_credential_before_the_end() {
        let one = text("openbadgecredential", JSON);
        let twice = picture(&[one.clone(), one.clone()]);
        assert!(matches!(Png.extract(&twice), Err(Fault::Ambiguous(_))));
        let both = picture(&[one.clone(), chunk(b"tEXt", b"openbadges\0{}")]);
        assert!(matches!(Png.extract(&both), Err(Fault::Ambiguous(_))));
        let after = [picture(&[]), one.clone()].concat();
        assert!(matches!(Png.extract(&after), Err(Fault::Ambiguous(_))));

        let mut wrong_sum = picture(&[one]);
        let at = wrong_sum.len() - 13;
        wrong_sum[at] ^= 1;
        assert!(matches!(Png.extract(&wrong_sum), Err(Fault::Damaged(_))));
        let mut endless = picture(&[]);
        endless[33..37].copy_from_slice(&[0xff; 4]);
        assert!(matches!(Png.extract(&endless), Err(Fault::Damaged(_))));
    }

    #[test]
    fn cutting_a_picture_anywhere_is_noticed() {
        let baked = Png.bake(&picture(&[]), JSON).expect("baked");
        for end in 0..baked.len() {
            assert!(Png.extract(&baked[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn flipping_any_bit_is_noticed() {
        let baked = Png.bake(&picture(&[]), JSON).expect("baked");
        for bit in 0..baked.len() * 8 {
            let mut flipped = baked.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Png.extract(&flipped).is_err(), "bit {bit}");
        }
    }
}
