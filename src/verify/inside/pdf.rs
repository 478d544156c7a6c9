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
    let mut found = Vec::new();
    add(&mut found, bytes, most);
    for part in object_streams(bytes) {
        add(&mut found, &part, most);
    }
    found
}

/// Adds the links that stand in `part`, as text or as strings in hex digits.
fn add(found: &mut Vec<String>, part: &[u8], most: usize) {
    for link in link::find(part, most)
        .into_iter()
        .chain(link::find(&hex_strings(part), most))
    {
        if !found.contains(&link) && found.len() < most {
            found.push(link);
        }
    }
}

/// The bytes of every string in hex digits (ISO 32000-1 §7.3.4.3), a space behind each. A dictionary
/// (`<<`) and what has anything else in it is none.
fn hex_strings(bytes: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[at + 1..];
        let is_part = |byte: &u8| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace();
        let end = rest.iter().position(|byte| !is_part(byte));
        let (string, after) = rest.split_at(end.unwrap_or(rest.len()));
        if after.first() == Some(&b'>') && !string.is_empty() {
            let digits = string
                .iter()
                .filter_map(|byte| char::from(*byte).to_digit(16));
            let digits: Vec<u8> = digits.map(|digit| digit as u8).collect();
            // A last digit without a second counts as if a zero followed.
            let byte = |two: &[u8]| two[0] << 4 | two.get(1).copied().unwrap_or_default();
            found.extend(digits.chunks(2).map(byte));
            found.push(b' ');
        }
        rest = after;
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
    fn links_in_hex_digits_are_found() {
        let hex = |text: &str| -> String { text.bytes().map(|b| format!("{b:02X}")).collect() };
        let annotation = |uri: &str| format!("<</Type/Annot/A<</S/URI/URI {uri}>>>>");
        let digits = hex(LINK);
        let open = format!("%PDF-1.4\n{}", annotation(&format!("<{digits}>")));
        assert_eq!(links(open.as_bytes(), 9), [LINK]);
        let (one, two) = digits.split_at(31);
        let broken = format!("%PDF-1.4\n{}", annotation(&format!("<{one}\r\n {two}>")));
        assert_eq!(links(broken.as_bytes(), 9), [LINK]);
        let low = annotation(&format!("<{}>", digits.to_lowercase()));
        let packed = with_stream("/Type/ObjStm/Filter/FlateDecode/N 1", low.as_bytes());
        assert_eq!(links(&packed, 9), [LINK]);
        // The same link in both ways is one; two different ones are two.
        let both = format!("%PDF-1.4\n({LINK}){}", annotation(&format!("<{digits}>")));
        assert_eq!(links(both.as_bytes(), 9), [LINK]);
        let other = LINK.replace("AAAA", "AAAQ");
        let two = format!("%PDF-1.4\n({other}){}", annotation(&format!("<{digits}>")));
        assert_eq!(links(two.as_bytes(), 9).len(), 2);
        for none in [
            format!("<{digits}"),
            format!("<{digits}z>"),
            "<>".into(),
            "<<>>".into(),
        ] {
            assert_eq!(links(none.as_bytes(), 9), [""; 0], "{none}");
        }
        assert_eq!(hex_strings(b"<4>"), b"@ ");
    }

    #[test]
    fn a_bomb_is_cut_off() {
        let bomb = with_stream("/Type/ObjStm/Filter/FlateDecode", &vec![b' '; 64 << 20]);
        let unpacked: usize = object_streams(&bomb).iter().map(Vec::len).sum();
        assert_eq!(unpacked as u64, UNPACKED);
    }
}
