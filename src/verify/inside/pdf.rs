//! Links in a PDF: those that stand open in it, and those in its compressed object streams (ISO
//! 32000-1 §7.5.7). Pages are not read, so what is only drawn is not found.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::link;

/// Most streams that are unpacked.
const STREAMS: usize = 256;
/// Most bytes that all streams together are unpacked to.
const UNPACKED: u64 = 4 * 1024 * 1024;
/// How far before a stream its dictionary is looked for, in bytes.
const DICTIONARY: usize = 512;

/// Whether bytes begin like a PDF.
pub(in super::super) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

/// The links to credentials in a PDF, each once.
pub(in super::super) fn links(bytes: &[u8], most: usize) -> Vec<String> {
    let mut found = link::find(bytes, most);
    for part in object_streams(bytes) {
        for link in link::find(&part, most) {
            if !found.contains(&link) && found.len() < most {
                found.push(link);
            }
        }
    }
    found
}

/// The files that are attached to a PDF as JSON (ISO 32000-1 §7.11.4), at most `most`.
pub(in super::super) fn attached(bytes: &[u8], most: usize) -> Vec<Vec<u8>> {
    let json = |file: &Vec<u8>| file.trim_ascii_start().first() == Some(&b'{');
    let mut files = unpacked(bytes, b"/EmbeddedFile");
    files.retain(json);
    files.truncate(most);
    files
}

/// The object streams, unpacked.
fn object_streams(bytes: &[u8]) -> Vec<Vec<u8>> {
    unpacked(bytes, b"/ObjStm")
}

/// The streams of a type, unpacked. A damaged one is passed over.
fn unpacked(bytes: &[u8], kind: &[u8]) -> Vec<Vec<u8>> {
    let mut left = UNPACKED;
    let mut found = Vec::new();
    let mut at = 0;
    for _ in 0..STREAMS {
        let Some(start) = position(&bytes[at..], b"stream") else {
            break;
        };
        let start = at + start;
        let before = &bytes[start.saturating_sub(DICTIONARY).max(at)..start];
        let is_one =
            position(before, kind).is_some() && position(before, b"/FlateDecode").is_some();
        let data = start + "stream".len();
        let end = position(&bytes[data..], b"endstream").map_or(bytes.len(), |end| data + end);
        if is_one && left > 0 {
            let packed = bytes[data..end].trim_ascii_start();
            let mut part = Vec::new();
            // Past the limit it is cut off: a link in what is missing is not found.
            let _ = ZlibDecoder::new(packed).take(left).read_to_end(&mut part);
            left -= part.len() as u64;
            found.push(part);
        }
        at = (end + "endstream".len()).min(bytes.len());
    }
    found
}

fn position(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::ZlibEncoder};

    use super::*;

    const LINK: &str = "https://a.test/c/AAAAAAAAAAAAAAAAAAAAAA";

    fn with_stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
        packer.write_all(data).expect("packs");
        let mut pdf = format!("%PDF-1.7\n1 0 obj\n<<{dictionary}>>\nstream\n").into_bytes();
        pdf.extend(packer.finish().expect("packed"));
        pdf.extend(b"\nendstream\nendobj\n");
        pdf
    }

    #[test]
    fn links_open_and_packed_are_found() {
        let open = format!("%PDF-1.4\n<</Type/Annot/A<</S/URI/URI({LINK})>>>>");
        assert_eq!(links(open.as_bytes(), 9), [LINK]);
        let objects = format!("7 0 <</Type/Annot/A<</S/URI/URI({LINK})>>>>");
        let packed = with_stream("/Type/ObjStm/Filter/FlateDecode/N 1", objects.as_bytes());
        assert_eq!(links(&packed, 9), [LINK]);
        let drawn = with_stream("/Filter/FlateDecode", objects.as_bytes());
        assert_eq!(links(&drawn, 9), [""; 0]);
        for cut in 0..packed.len() {
            let _ = links(&packed[..cut], 9);
        }
    }

    #[test]
    fn a_bomb_is_cut_off() {
        let bomb = with_stream("/Type/ObjStm/Filter/FlateDecode", &vec![b' '; 64 << 20]);
        let unpacked: usize = object_streams(&bomb).iter().map(Vec::len).sum();
        assert_eq!(unpacked as u64, UNPACKED);
    }
}
