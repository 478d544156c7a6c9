//! Documents: pages stay, what is not seen and what would run goes.

use lopdf::{Dictionary, Document, LoadOptions, Object, Stream};

use super::{Clean, Refused};

/// The most bytes that one compressed part of a document may become.
const PART_BYTES: usize = 64 * 1024 * 1024;

/// Members of dictionaries that say who made it, run something, or carry another file
/// (ISO 32000-2, 7.7.2, 12.6, 7.11.4, 14.3).
const GONE: [&[u8]; 17] = [
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"Info",
    b"OpenAction",
    b"AA",
    b"A",
    b"JS",
    b"JavaScript",
    b"EmbeddedFiles",
    b"EF",
    b"AF",
    b"XFA",
    b"RichMediaContent",
    b"Collection",
    b"URI",
    b"SpiderInfo",
];

/// Members of an annotation that name its writer or say when it was written (12.5.2, 12.5.6).
const REMARK: [&[u8]; 4] = [b"T", b"NM", b"M", b"CreationDate"];

/// A PDF as a PDF.
pub(super) fn clean(bytes: &[u8]) -> Result<Clean, Refused> {
    let options = LoadOptions {
        max_decompressed_size: Some(PART_BYTES),
        ..LoadOptions::default()
    };
    let mut document =
        Document::load_mem_with_options(bytes, options).map_err(|_| Refused::Damaged)?;
    if document.is_encrypted() {
        return Err(Refused::Locked);
    }
    if document.get_pages().is_empty() {
        return Err(Refused::Damaged);
    }
    document.trailer.remove(b"Info");
    document.trailer.remove(b"ID");
    for object in document.objects.values_mut() {
        strip(object);
        if let Object::Stream(stream) = object {
            photo(stream)?;
        }
    }
    document.prune_objects();
    document.renumber_objects();
    let mut out = Vec::new();
    document.save_to(&mut out).map_err(|_| Refused::Damaged)?;
    Ok(Clean {
        media_type: "application/pdf",
        bytes: out,
    })
}

fn strip(object: &mut Object) {
    match object {
        Object::Dictionary(dictionary) => strip_members(dictionary),
        Object::Stream(stream) => strip_members(&mut stream.dict),
        Object::Array(all) => all.iter_mut().for_each(strip),
        _ => {}
    }
}

/// A photo in a page stays the picture it is, without where and by what it was taken: a JPEG carries
/// that in segments of its own (ITU-T T.81, B.1.1).
fn photo(stream: &mut Stream) -> Result<(), Refused> {
    let Ok(filters) = stream.filters() else {
        return Ok(());
    };
    if !filters.contains(&b"DCTDecode".as_slice()) {
        return Ok(());
    }
    if filters.len() > 1 {
        // Nobody needs to compress a JPEG once more, and what is inside cannot be looked at.
        return Err(Refused::Damaged);
    }
    let plain = without_segments(&stream.content).ok_or(Refused::Damaged)?;
    stream.set_content(plain);
    Ok(())
}

/// A JPEG without its comments and applications' segments, but for those that say how its colours are
/// meant: JFIF (APP0) and Adobe (APP14). `None` if it is none.
fn without_segments(jpeg: &[u8]) -> Option<Vec<u8>> {
    let mut rest = jpeg.strip_prefix(&[0xff, 0xd8])?;
    let mut out = vec![0xff, 0xd8];
    loop {
        // Any number of fill bytes may stand before a marker.
        while let [0xff, 0xff, ..] = rest {
            rest = &rest[1..];
        }
        let [0xff, marker, high, low, ..] = *rest else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = rest.get(..2 + length).filter(|_| length >= 2)?;
        if marker == 0xda {
            // The picture itself, to the end of the file: no segment of an application follows.
            out.extend(rest);
            return Some(out);
        }
        let is_hidden = matches!(marker, 0xe1..=0xed | 0xef | 0xfe);
        if !is_hidden {
            out.extend(segment);
        }
        rest = &rest[2 + length..];
    }
}

fn strip_members(dictionary: &mut Dictionary) {
    for name in GONE {
        dictionary.remove(name);
    }
    if dictionary.has(b"Subtype") && dictionary.has(b"Rect") {
        // A remark on a page: who made it, and when.
        for name in REMARK {
            dictionary.remove(name);
        }
    }
    for (_, object) in dictionary.iter_mut() {
        strip(object);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::dictionary;

    fn document() -> Vec<u8> {
        let mut document = Document::with_version("1.7");
        let pages = document.new_object_id();
        let content =
            document.add_object(Stream::new(dictionary! {}, b"BT (The memo) Tj ET".to_vec()));
        let script = document.add_object(dictionary! {"S" => "JavaScript", "JS" => Object::string_literal("app.alert('canary')")});
        let file = document.add_object(Stream::new(
            dictionary! {"Type" => "EmbeddedFile"},
            b"canary file".to_vec(),
        ));
        let link = document.add_object(dictionary! {
            "Type" => "Annot", "Subtype" => "Link", "Rect" => vec![0.into(), 0.into(), 1.into(), 1.into()], "A" => script,
        });
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "Contents" => content, "Annots" => vec![link.into()], "AA" => dictionary! {"O" => script},
            "MediaBox" => vec![0.into(), 0.into(), 200.into(), 200.into()],
        });
        document.objects.insert(
            pages,
            Object::Dictionary(
                dictionary! {"Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1},
            ),
        );
        let metadata = document.add_object(Stream::new(
            dictionary! {"Type" => "Metadata"},
            b"<x:xmpmeta>canary</x:xmpmeta>".to_vec(),
        ));
        let catalog = document.add_object(dictionary! {
            "Type" => "Catalog", "Pages" => pages, "OpenAction" => script, "Metadata" => metadata,
            "Names" => dictionary! {"EmbeddedFiles" => dictionary! {"Names" => vec![Object::string_literal("x"), dictionary!{"EF" => dictionary!{"F" => file}}.into()]}},
        });
        let info =
            document.add_object(dictionary! {"Author" => Object::string_literal("Zyx canary")});
        document.trailer.set("Root", catalog);
        document.trailer.set("Info", info);
        let mut out = Vec::new();
        document.save_to(&mut out).expect("written");
        out
    }

    #[test]
    fn a_document_keeps_its_pages_and_loses_what_hides_in_it() {
        let before = document();
        let has = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
        assert!(has(&before, b"canary"));
        let clean = clean(&before).expect("a document");
        for word in [
            b"canary".as_slice(),
            b"JavaScript",
            b"OpenAction",
            b"EmbeddedFile",
            b"xmpmeta",
            b"Author",
            b"/AA",
        ] {
            assert!(
                !has(&clean.bytes, word),
                "{}",
                String::from_utf8_lossy(word)
            );
        }
        let again = Document::load_mem(&clean.bytes).expect("reads");
        assert_eq!(again.get_pages().len(), 1);
        assert!(has(&clean.bytes, b"The memo"));
    }

    #[test]
    fn a_photo_in_a_document_loses_where_it_was_taken() {
        let picture = [0xff, 0xda, 0, 2, 1, 2, 0xff, 0, 3, 0xff, 0xd9];
        let start = [0xff, 0xd8, 0xff, 0xe0, 0, 4, b'J', b'F'];
        let exif = [&[0xff, 0xe1, 0, 8][..], b"canary"].concat();
        let comment = [&[0xff, 0xff, 0xfe, 0, 8][..], b"canary"].concat();
        let colours = [0xff, 0xee, 0, 3, 9];
        let jpeg = [&start[..], &exif, &colours, &comment, &picture].concat();
        let plain = [&start[..], &colours, &picture].concat();
        assert_eq!(without_segments(&jpeg), Some(plain.clone()));
        assert_eq!(without_segments(&plain), Some(plain.clone()));
        for cut in 0..jpeg.len() - picture.len() + 1 {
            assert_eq!(without_segments(&jpeg[..cut]), None, "{cut}");
        }
        let mut stream = Stream::new(dictionary! {"Filter" => "DCTDecode"}, jpeg);
        photo(&mut stream).expect("a photo");
        assert_eq!(stream.content, plain);
        stream
            .dict
            .set("Filter", vec!["FlateDecode".into(), "DCTDecode".into()]);
        assert_eq!(photo(&mut stream), Err(Refused::Damaged));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        assert_eq!(clean(b"%PDF-1.7\nno"), Err(Refused::Damaged));
        assert_eq!(clean(&document()[..200]), Err(Refused::Damaged));
    }
}
