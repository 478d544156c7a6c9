//! Pages, PDFs, archives, lists of links, and files that are nothing at all.

use std::io::Write as _;

use flate2::{
    Compression, Crc,
    write::{DeflateEncoder, ZlibEncoder},
};
use skillmark::json;

use super::make::*;

const LINK: &str = "https://victim.test/c/AAAAAAAAAAAAAAAAAAAAAA";

pub(crate) fn add(cases: &mut Cases) {
    nothing(cases);
    pages(cases);
    papers(cases);
    archives(cases);
}

fn nothing(cases: &mut Cases) {
    cases.bytes("f16-empty.txt", b"".to_vec());
    cases.bytes("f16-nul.txt", vec![0; 4096]);
    cases.bytes("f16-spaces.txt", " \n".repeat(1000));
    cases.bytes("f16-noise.bin", noise(8000));
    cases.bytes("f16-noise-1-mib.bin", noise(1 << 20));
    cases.bytes("f16-bad-utf8.txt", b"{\"a\":\"\xc3\x28\"}".to_vec());
    cases.bytes("f16-nul-in-link.txt", b"https://victim.test/c/\0".to_vec());
    cases.bytes("f16-mark-alone.txt", "\u{feff}".to_owned());
    cases.bytes("f15-turned-around.txt", "\u{202e}gnp.exe".to_owned());
    cases.bytes("f16-3-mib.txt", "x".repeat(3 << 20));
    cases.bytes(
        "f19-link-with-words.txt",
        format!("{LINK}?name=Alice&status=valid"),
    );
    let links: String = (0..51)
        .map(|n| format!("https://evil{n}.test/\n"))
        .collect();
    cases.bytes("d15-51-links.txt", links);
    cases.bytes(
        "d15-two-links.txt",
        "http://169.254.169.254/\nhttps://[::1]/\n".to_owned(),
    );
}

fn pages(cases: &mut Cases) {
    let page = |inside: &str| format!("<!DOCTYPE html><html><body>{inside}</body></html>");
    for (name, inside) in [
        ("one-link", format!("<a href=\"{LINK}\">x</a>")),
        ("no-link", "<script>alert(1)</script>".to_owned()),
        (
            "two-links",
            format!(
                "<a href=\"{LINK}\">x</a><a href=\"{}Q\">y</a>",
                &LINK[..LINK.len() - 1]
            ),
        ),
        (
            "hidden-json",
            format!(
                "<script type=\"application/ld+json\">{}</script>",
                json::text(&good())
            ),
        ),
        (
            "inside-address",
            "<a href=\"http://169.254.169.254/c/AAAAAAAAAAAAAAAAAAAAAA\">x</a>".to_owned(),
        ),
        (
            "user",
            "<a href=\"https://victim.test@evil.test/c/AAAAAAAAAAAAAAAAAAAAAA\">x</a>".to_owned(),
        ),
        (
            "script-link",
            "<a href=\"javascript:https://a.test/c/AAAAAAAAAAAAAAAAAAAAAA\">x</a>".to_owned(),
        ),
    ] {
        cases.bytes(&format!("f07-page-{name}.html"), page(&inside));
    }
    cases.bytes("f07-page-starts.html", page(&"https://".repeat(200_000)));
    cases.bytes("f07-page-3-mib.html", page(&" ".repeat(3 << 20)));
    let links: String = (0..20_000)
        .map(|n| format!("<a href=\"https://a.test/c/{n:022}\">"))
        .collect();
    cases.bytes("f07-page-20000-links.html", page(&links));
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(data).expect("packs");
    let head = format!("1 0 obj\n<<{dictionary}>>\nstream\n").into_bytes();
    [
        head,
        packer.finish().expect("packed"),
        b"\nendstream\nendobj\n".to_vec(),
    ]
    .concat()
}

fn papers(cases: &mut Cases) {
    const OBJECTS: &str = "/Type/ObjStm/Filter/FlateDecode/N 1";
    let pdf = |inside: &[u8]| [b"%PDF-1.7\n".as_slice(), inside].concat();
    let link = |at: &str| format!("<</Type/Annot/A<</S/URI/URI({at})>>>>").into_bytes();
    cases.bytes("f07-paper-one-link.pdf", pdf(&link(LINK)));
    cases.bytes(
        "f07-paper-no-link.pdf",
        pdf(b"<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"),
    );
    cases.bytes("f07-paper-launch.pdf", pdf(b"<</S/Launch/F(cmd.exe)>>"));
    let two = [
        link(LINK),
        link("https://evil.test/c/AAAAAAAAAAAAAAAAAAAAAQ"),
    ]
    .concat();
    cases.bytes("f07-paper-two-links.pdf", pdf(&two));
    cases.bytes(
        "f07-paper-hidden-second.pdf",
        pdf(&[
            link(LINK),
            stream(OBJECTS, &link("https://evil.test/c/AAAAAAAAAAAAAAAAAAAAAQ")),
        ]
        .concat()),
    );
    cases.bytes(
        "f05-paper-bomb.pdf",
        pdf(&stream(OBJECTS, &vec![b' '; 256 << 20])),
    );
    let hex: String = LINK.bytes().map(|byte| format!("{byte:02x}")).collect();
    cases.bytes(
        "f07-paper-hex-link.pdf",
        pdf(format!("<</S/URI/URI<{hex}>>>").as_bytes()),
    );
    cases.bytes(
        "f05-paper-hex-whole.pdf",
        pdf(&b"<68747470733a2f2f>".repeat(110_000)),
    );
    let bomb = stream(OBJECTS, &vec![b' '; 4 << 20]);
    cases.bytes("f05-paper-hundred-bombs.pdf", pdf(&bomb.repeat(100)));
    cases.bytes("f05-paper-streams.pdf", pdf(&b"stream".repeat(200_000)));
    cases.bytes(
        "f05-paper-ends.pdf",
        pdf(&b"stream endstream ".repeat(100_000)),
    );
    cases.bytes(
        "f05-paper-hex.pdf",
        pdf(&b"/URI<68747470733a2f2f".repeat(90_000)),
    );
    cases.bytes(
        "f05-paper-damaged-stream.pdf",
        pdf(&[format!("<<{OBJECTS}>>stream\n").into_bytes(), noise(20_000)].concat()),
    );
    cases.bytes("f05-paper-3-mib.pdf", pdf(&vec![b' '; 3 << 20]));
}

/// One file of an archive: its name, how it says it is packed, what it says of its size, its bytes.
struct Packed<'p> {
    name: &'p str,
    method: u16,
    flags: u16,
    claims: u32,
    sum: u32,
    data: Vec<u8>,
}

fn stored<'p>(name: &'p str, data: &[u8]) -> Packed<'p> {
    let mut sum = Crc::new();
    sum.update(data);
    let claims = u32::try_from(data.len()).expect("short");
    Packed {
        name,
        method: 0,
        flags: 0,
        claims,
        sum: sum.sum(),
        data: data.to_vec(),
    }
}

fn deflated<'p>(name: &'p str, data: &[u8]) -> Packed<'p> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    packer.write_all(data).expect("packs");
    Packed {
        method: 8,
        data: packer.finish().expect("packed"),
        ..stored(name, data)
    }
}

fn zip(files: &[Packed]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let offset = u32::try_from(out.len()).expect("short");
        let size = u32::try_from(file.data.len()).expect("short");
        let name = file.name.as_bytes();
        let mut common = Vec::new();
        for number in [20, file.flags, file.method, 0, 0x21] {
            common.extend(number.to_le_bytes());
        }
        for number in [file.sum, size, file.claims] {
            common.extend(number.to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).expect("short").to_le_bytes());
        common.extend([0; 2]);
        out.extend([b"PK\x03\x04".as_slice(), &common, name, &file.data].concat());
        directory.extend(
            [
                b"PK\x01\x02\x14\0".as_slice(),
                &common,
                &[0; 10],
                &offset.to_le_bytes(),
                name,
            ]
            .concat(),
        );
    }
    let count = u16::try_from(files.len()).expect("few").to_le_bytes();
    let (at, size) = (out.len() as u32, directory.len() as u32);
    out.extend(directory);
    out.extend(
        [
            b"PK\x05\x06\0\0\0\0".as_slice(),
            &count,
            &count,
            &size.to_le_bytes(),
            &at.to_le_bytes(),
            &[0; 2],
        ]
        .concat(),
    );
    out
}

fn archives(cases: &mut Cases) {
    let badge = json::text(&good()).into_bytes();
    cases.bytes(
        "f11-two-badges.zip",
        zip(&[stored("a.json", &badge), deflated("b.json", b"{}")]),
    );
    cases.bytes(
        "f17-names-that-climb.zip",
        zip(&[
            stored("../../etc/passwd", &badge),
            stored("C:\\x\r\nSet-Cookie: x", b"{}"),
        ]),
    );
    cases.bytes(
        "f11-bomb.zip",
        zip(&[deflated("a.json", &vec![b' '; 256 << 20])]),
    );
    let part = vec![b' '; 2 << 20];
    let parts: Vec<String> = (0..50).map(|n| format!("{n}.json")).collect();
    let parts: Vec<Packed> = parts.iter().map(|name| deflated(name, &part)).collect();
    cases.bytes("f11-fifty-bombs.zip", zip(&parts));
    cases.bytes(
        "f11-archive-in-archive.zip",
        zip(&[stored("a.zip", &zip(&[stored("b.json", &badge)]))]),
    );
    let names: Vec<String> = (0..51).map(|n| format!("{n}.json")).collect();
    let many: Vec<Packed> = names.iter().map(|name| stored(name, b"{}")).collect();
    cases.bytes("f11-51-files.zip", zip(&many));
    cases.bytes(
        "f11-locked.zip",
        zip(&[Packed {
            flags: 1,
            ..stored("a.json", &badge)
        }]),
    );
    cases.bytes(
        "f11-packed-oddly.zip",
        zip(&[Packed {
            method: 99,
            ..stored("a.json", &badge)
        }]),
    );
    cases.bytes(
        "f11-wrong-sum.zip",
        zip(&[Packed {
            sum: 7,
            ..stored("a.json", &badge)
        }]),
    );
    cases.bytes(
        "f11-claims-less.zip",
        zip(&[Packed {
            claims: 1,
            ..deflated("a.json", &badge)
        }]),
    );
    cases.bytes(
        "f11-claims-4-gib.zip",
        zip(&[Packed {
            claims: u32::MAX,
            ..deflated("a.json", &badge)
        }]),
    );
    cases.bytes("f11-empty.zip", zip(&[]));
    let whole = zip(&[stored("a.json", &badge)]);
    cases.bytes("f11-no-directory.zip", &whole[..whole.len() - 30]);
    cases.bytes(
        "f11-noise.zip",
        [b"PK\x03\x04".as_slice(), &noise(4000)].concat(),
    );
    let mut shared = whole.clone();
    let at = shared.len() - 6;
    shared[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    cases.bytes("f11-directory-past-the-end.zip", shared);
}
