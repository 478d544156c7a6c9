//! Threats F in pictures: PNG, SVG, JPEG, and pictures of QR codes.

use std::io::Write as _;

use flate2::{Compression, Crc, write::ZlibEncoder};
use skillmark::{
    bake::{self, qr::Qr},
    json,
};

use super::make::*;

pub(crate) fn add(cases: &mut Cases) {
    sizes(cases);
    texts(cases);
    ambiguous(cases);
    damaged(cases);
    drawings(cases);
    codes(cases);
    photographs(cases);
}

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = Crc::new();
    sum.update(kind);
    sum.update(data);
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    [&length[..], kind, data, &sum.sum().to_be_bytes()].concat()
}

fn header(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[&sides[..], &[depth, colour, 0, 0, 0]].concat())
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(data).expect("packs");
    packer.finish().expect("packed")
}

/// A picture of one grey pixel with these chunks before its pixels, and these after.
fn png(before: &[Vec<u8>], after: &[Vec<u8>]) -> Vec<u8> {
    let mut out = SIGNATURE.to_vec();
    out.extend(header(1, 1, 8, 0));
    out.extend(before.concat());
    out.extend(chunk(b"IDAT", &zlib(&[0, 0x80])));
    out.extend(after.concat());
    out.extend(chunk(b"IEND", &[]));
    out
}

/// An `iTXt` chunk: its keyword, whether it says that it is packed, and its text.
fn itxt(keyword: &str, packed: u8, text: &[u8]) -> Vec<u8> {
    let head = [keyword.as_bytes(), &[0, packed, 0, 0, 0]].concat();
    chunk(b"iTXt", &[&head[..], text].concat())
}

fn credential() -> Vec<u8> {
    json::text(&good()).into_bytes()
}

fn ours() -> Vec<u8> {
    itxt("openbadgecredential", 0, &credential())
}

fn sizes(cases: &mut Cases) {
    let flood = |width, height| {
        let mut out = SIGNATURE.to_vec();
        out.extend(header(width, height, 1, 0));
        let row = vec![0; width as usize / 8 + 1];
        let rows: Vec<u8> = (0..height.min(2000)).flat_map(|_| row.clone()).collect();
        out.extend(chunk(b"IDAT", &zlib(&rows)));
        out.extend(chunk(b"IEND", &[]));
        out
    };
    cases.bytes("f04-30000-by-30000.png", flood(30_000, 30_000));
    cases.bytes("f04-4097-wide.png", flood(4097, 1));
    cases.bytes("f04-largest-one-bit.png", flood(4096, 4096));
    let mut claim = SIGNATURE.to_vec();
    claim.extend(header(0x7fff_ffff, 0x7fff_ffff, 8, 6));
    cases.bytes("f04-claims-2-to-the-31.png", claim);
    let mut none = SIGNATURE.to_vec();
    none.extend(header(0, 0, 8, 6));
    none.extend(chunk(b"IEND", &[]));
    cases.bytes("f04-no-pixels.png", none);
    let frame = chunk(b"fcTL", &[0; 26]);
    let frames = vec![frame; 10_000];
    cases.bytes(
        "f04-10000-frames.png",
        png(
            &[
                vec![chunk(b"acTL", &[0, 0, 0x27, 0x10, 0, 0, 0, 0])],
                frames,
            ]
            .concat(),
            &[],
        ),
    );
    cases.bytes(
        "f04-3-mib.png",
        png(&[chunk(b"juNk", &vec![0; 3 << 20])], &[]),
    );
    let many = vec![chunk(b"juNk", &[]); 100_000];
    cases.bytes("f04-100000-chunks.png", png(&many, &[]));
    let mut bomb = SIGNATURE.to_vec();
    bomb.extend(header(2000, 2000, 8, 2));
    bomb.extend(chunk(b"IDAT", &zlib(&vec![0; 32 << 20])));
    bomb.extend(chunk(b"IEND", &[]));
    cases.bytes("f04-more-pixels-than-said.png", bomb);
}

fn texts(cases: &mut Cases) {
    cases.bytes("f05-good.png", png(&[ours()], &[]));
    let bomb = zlib(&vec![b' '; 64 << 20]);
    cases.bytes(
        "f05-packed-bomb.png",
        png(&[itxt("openbadgecredential", 1, &bomb)], &[]),
    );
    cases.bytes(
        "f05-packed.png",
        png(&[itxt("openbadgecredential", 1, &zlib(&credential()))], &[]),
    );
    let ztxt = [b"openbadgecredential\0\0".as_slice(), &bomb].concat();
    cases.bytes("f05-ztxt-bomb.png", png(&[chunk(b"zTXt", &ztxt)], &[]));
    let text = [b"openbadgecredential\0".as_slice(), &credential()].concat();
    cases.bytes("f05-text-chunk.png", png(&[chunk(b"tEXt", &text)], &[]));
    let long = vec![b'x'; 300 * 1024];
    cases.bytes(
        "f05-257-kib.png",
        png(&[itxt("openbadgecredential", 0, &long)], &[]),
    );
    cases.bytes(
        "f05-bad-utf8.png",
        png(&[itxt("openbadgecredential", 0, b"{\"a\":\"\xff\"}")], &[]),
    );
    cases.bytes(
        "f05-nothing-in-it.png",
        png(&[itxt("openbadgecredential", 0, b"")], &[]),
    );
    cases.bytes(
        "f05-script.png",
        png(
            &[itxt("openbadgecredential", 0, b"<script>alert(1)</script>")],
            &[],
        ),
    );
    cases.bytes(
        "f05-link-to-metadata.png",
        png(&[itxt("openbadges", 0, b"http://169.254.169.254/")], &[]),
    );
    cases.bytes(
        "f05-keyword-in-capitals.png",
        png(&[itxt("OpenBadgeCredential", 0, &credential())], &[]),
    );
    cases.bytes(
        "f05-no-text-parts.png",
        png(&[chunk(b"iTXt", b"openbadgecredential")], &[]),
    );
}

fn ambiguous(cases: &mut Cases) {
    cases.bytes("f06-two-credentials.png", png(&[ours(), ours()], &[]));
    cases.bytes(
        "f06-both-keywords.png",
        png(&[ours(), itxt("openbadges", 0, b"https://a.test/x")], &[]),
    );
    cases.bytes("f06-good-after-the-pixels.png", png(&[], &[ours()]));
    let behind = [png(&[], &[]), ours()].concat();
    cases.bytes("f06-behind-the-end.png", behind);
    let mut wrong = png(&[ours()], &[]);
    let at = wrong
        .windows(7)
        .position(|w| w == b"Bowline")
        .expect("a name");
    wrong[at] = b'R';
    cases.bytes("f06-wrong-sum.png", wrong);
    let mut huge = png(&[ours()], &[]);
    let at = huge.windows(4).position(|w| w == b"iTXt").expect("a chunk");
    huge[at - 4..at].copy_from_slice(&[0xff; 4]);
    cases.bytes("f06-length-ffffffff.png", huge);
    cases.bytes(
        "f07-html-tail.png",
        [
            png(&[], &[]),
            b"<html><script>alert(1)</script></html>".to_vec(),
        ]
        .concat(),
    );
    cases.bytes(
        "f07-zip-tail.png",
        [png(&[], &[]), b"PK\x03\x04".to_vec(), noise(200)].concat(),
    );
    cases.bytes(
        "f08-good-gps.png",
        png(&[chunk(b"eXIf", b"MM\0*\0\0\0\x08GPS"), ours()], &[]),
    );
}

fn damaged(cases: &mut Cases) {
    let good = png(&[ours()], &[]);
    cases.bytes("f06-cut-in-the-credential.png", &good[..200]);
    cases.bytes("f06-only-a-signature.png", SIGNATURE);
    cases.bytes("f06-no-end.png", &good[..good.len() - 12]);
    cases.bytes(
        "f06-noise-behind-a-signature.png",
        [SIGNATURE, &noise(4000)].concat(),
    );
    cases.bytes("f07-gif.png", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec());
}

fn svg(inside: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\">{inside}</svg>")
}

/// A drawing that holds a token which nobody signed, and this.
fn with_token(inside: &str) -> String {
    svg(&format!(
        "<ob:credential xmlns:ob=\"https://purl.imsglobal.org/ob/v3p0\" verify=\"eyJhbGciOiJub25lIn0.e30.\"/>{inside}"
    ))
}

fn drawings(cases: &mut Cases) {
    let baked =
        bake::bake(svg("<path d=\"M0 0\"/>").as_bytes(), &json::text(&good())).expect("baked");
    cases.bytes("f01-good.svg", baked.clone());
    let text = String::from_utf8(baked).expect("text");
    let with = |inside: &str| text.replacen("<path", &format!("{inside}<path"), 1);
    for (name, inside) in [
        ("script", "<script>alert(1)</script>"),
        (
            "handler",
            "<rect onload=\"alert(1)\" onmouseover=\"alert(1)\"/>",
        ),
        (
            "set",
            "<set attributeName=\"onmouseover\" to=\"alert(1)\"/>",
        ),
        (
            "foreign",
            "<foreignObject><iframe src=\"https://evil.test/\"/></foreignObject>",
        ),
        ("use", "<use href=\"data:image/svg+xml,x\"/>"),
        ("import", "<style>@import url(//evil.test/x.css);</style>"),
        ("image", "<image href=\"https://evil.test/p.png\"/>"),
    ] {
        // The credential in it is good, and what is around it is neither run nor shown.
        cases.bytes(&format!("f01-good-beside-{name}.svg"), with(inside));
    }
    let sheet = format!("<?xml-stylesheet href=\"https://evil.test/x.css\"?>{text}");
    cases.bytes("f01-good-style-sheet.svg", sheet);
    let laughs: String = (0..9)
        .map(|n| format!("<!ENTITY l{} \"{}\">", n + 1, format!("&l{n};").repeat(10)))
        .collect();
    for (name, doctype) in [
        (
            "file",
            "<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>".to_owned(),
        ),
        (
            "laughs",
            format!("<!DOCTYPE svg [<!ENTITY l0 \"lol\">{laughs}]>"),
        ),
        (
            "external",
            "<!DOCTYPE svg SYSTEM \"https://evil.test/x.dtd\">".to_owned(),
        ),
        (
            "parameter",
            "<!DOCTYPE svg [<!ENTITY % p SYSTEM \"https://evil.test/\">%p;]>".to_owned(),
        ),
    ] {
        cases.bytes(
            &format!("f02-doctype-{name}.svg"),
            format!("{doctype}{text}"),
        );
    }
    cases.bytes("f02-entity-unknown.svg", with_token("<text>&x;</text>"));
    cases.bytes("f06-two-credentials.svg", with_token(&with_token("")));
    cases.bytes("f06-unsigned-token.svg", with_token(""));
    cases.bytes("f06-not-closed.svg", &text[..text.len() - 6]);
    cases.bytes(
        "f06-prefix-unknown.svg",
        svg("<ob:credential verify=\"a.b.c\"/>"),
    );
    cases.bytes(
        "f06-deep.svg",
        svg(&format!(
            "{}{}",
            "<g>".repeat(100_000),
            "</g>".repeat(100_000)
        )),
    );
    let attributes: String = (0..20_000).map(|n| format!(" a{n}=\"\"")).collect();
    cases.bytes("f06-attributes.svg", svg(&format!("<g{attributes}/>")));
    let prefixes: String = (0..2000)
        .map(|n| format!("<g xmlns:p{n}=\"urn:{n}\">"))
        .collect();
    cases.bytes("f06-prefixes.svg", svg(&prefixes));
    cases.bytes("f06-3-mib.svg", svg(&" ".repeat(3 << 20)));
    cases.bytes("f09-cdata-end.svg", svg("<ob:credential xmlns:ob=\"https://purl.imsglobal.org/ob/v3p0\"><![CDATA[{\"a\":\"]]]]><![CDATA[>\"}]]></ob:credential>"));
    cases.bytes(
        "f09-link-script.svg",
        svg("<ob:assertion xmlns:ob=\"http://openbadges.org\" verify=\"javascript:alert(1)\"/>"),
    );
}

/// Grey pixels as a PNG.
fn grey(width: u32, height: u32, at: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let pixels: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| at(x, y))
        .collect();
    let mut writer = encoder.write_header().expect("begun");
    writer.write_image_data(&pixels).expect("written");
    writer.finish().expect("written");
    out
}

fn codes(cases: &mut Cases) {
    for (name, text) in [
        ("script", "javascript:alert(1)"),
        ("metadata", "http://169.254.169.254/"),
        ("words", "Valid! Issued by Harvard."),
        ("empty-token", "eyJhbGciOiJub25lIn0.e30."),
        (
            "offer",
            "openid-credential-offer://?credential_offer_uri=https://evil.test",
        ),
        ("json", "{\"a\":1,\"a\":2}"),
    ] {
        let code = Qr::of(text).expect("fits");
        cases.bytes(&format!("f18-code-{name}.png"), code.png(4));
    }
    let one = Qr::of("https://a.test/c/AAAAAAAAAAAAAAAAAAAAAA").expect("fits");
    let other = Qr::of("https://b.test/c/AAAAAAAAAAAAAAAAAAAAAA").expect("fits");
    let side = one.side() + 8;
    let two = grey(2 * side as u32 * 4, side as u32 * 4, |x, y| {
        let code = if (x as usize) < 4 * side {
            &one
        } else {
            &other
        };
        let (x, y) = (x as usize / 4 % side, y as usize / 4);
        let inside = (4..side - 4).contains(&x) && (4..side - 4).contains(&y);
        if inside && code.is_dark(x - 4, y - 4) {
            0
        } else {
            255
        }
    });
    cases.bytes("f18-two-codes.png", two);
    let dots = noise(2000 * 2000);
    cases.bytes(
        "f18-noise.png",
        grey(500, 500, |x, y| dots[(y * 500 + x) as usize]),
    );
    // Everywhere the corner of a code, and nowhere a code.
    let corner = |x: u32, y: u32| {
        let (x, y) = (x % 9, y % 9);
        let ring = x.min(8 - x).min(y).min(8 - y);
        if x < 7 && y < 7 && (x.min(6 - x).min(y).min(6 - y) != 1) {
            0
        } else {
            255 - u8::from(ring > 9)
        }
    };
    cases.bytes("f18-all-corners.png", grey(900, 900, corner));
    cases.bytes(
        "f18-stripes.png",
        grey(2000, 2000, |x, _| if x % 2 == 0 { 0 } else { 255 }),
    );
    cases.bytes("f18-largest-corners.png", grey(4096, 4095, corner));
}

fn photographs(cases: &mut Cases) {
    let head = |width: u16, height: u16| {
        let mut out = vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8];
        out.extend(height.to_be_bytes());
        out.extend(width.to_be_bytes());
        out.extend([1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
        out
    };
    cases.bytes("f04-65535-by-65535.jpg", head(65_535, 65_535));
    cases.bytes("f04-4000-by-4000-without-pixels.jpg", head(4000, 4000));
    cases.bytes("f04-no-pixels.jpg", head(0, 0));
    cases.bytes("f06-only-a-start.jpg", vec![0xff, 0xd8]);
    cases.bytes(
        "f06-noise.jpg",
        [&[0xff, 0xd8, 0xff][..], &noise(100_000)].concat(),
    );
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>GPS</x:xmpmeta>";
    let length = u16::try_from(xmp.len() + 2).expect("short").to_be_bytes();
    cases.bytes(
        "f08-xmp.jpg",
        [&[0xff, 0xd8, 0xff, 0xe1][..], &length, xmp, &[0xff, 0xd9]].concat(),
    );
    cases.bytes(
        "f07-page.jpg",
        [&[0xff, 0xd8][..], b"<html><script>alert(1)</script>"].concat(),
    );
    cases.bytes(
        "f04-3-mib.jpg",
        [&[0xff, 0xd8, 0xff, 0xfe, 0xff, 0xff][..], &vec![0; 3 << 20]].concat(),
    );
}
