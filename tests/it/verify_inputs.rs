//! What a credential comes in: a link, a page, a PDF, an archive, several at once; and what is
//! refused, with a word on what to do.

use std::io::Write as _;

use flate2::{Compression, write::DeflateEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use skillmark::{
    json,
    verify::{self, Given, Known, Options, Report, Unreadable, Verdict},
};

use crate::{
    credential::sample,
    verify::{at, lists, now, signed},
};

const LINK: &str = "https://skillmark.example/c/Zx4LkQ8sRkKc0bV1nT2yUw";

fn badge() -> String {
    json::text(&signed(&sample("percent"), "eddsa-rdfc-2022"))
}

fn known() -> Known {
    lists(&[]).with_credential(LINK, badge(), at("2026-04-01T11:59:00Z"))
}

fn ask(bytes: &[u8]) -> Report {
    verify::verify_known(&known(), bytes, &Options::default(), now())
}

#[test]
fn a_link_a_page_and_a_pdf_lead_to_the_credential() {
    assert_eq!(ask(LINK.as_bytes()).verdict, Verdict::Valid);
    let page = format!(
        "<!doctype html><html><head><link rel=alternate href=\"{LINK}.json\"></head>\
         <body><a href=\"{LINK}\">A badge</a></body></html>"
    );
    assert_eq!(ask(page.as_bytes()).verdict, Verdict::Valid);
    let pdf = format!("%PDF-1.7\n<</Type/Annot/Subtype/Link/A<</S/URI/URI({LINK})>>>>");
    assert_eq!(ask(pdf.as_bytes()).verdict, Verdict::Valid);
    let other = LINK.replace("Zx4", "Zx5");
    let two = format!("%PDF-1.7\n({LINK}) ({other})");
    let report = ask(two.as_bytes());
    assert_eq!(report.unreadable, Some(Unreadable::NothingFound));
    assert!(report.sentence.contains("links to several credentials"));
    let none = ask(b"<html><script>alert(1)</script></html>");
    assert_eq!(none.unreadable, Some(Unreadable::NothingFound));
    let large = [b"%PDF-1.7".as_slice(), &vec![b' '; 3 << 20]].concat();
    assert_eq!(ask(&large).unreadable, Some(Unreadable::TooLarge));
}

/// An archive with these files, every other one deflated.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut out);
    for (index, (name, data)) in files.iter().enumerate() {
        let deflate = index % 2 == 0;
        let method = if deflate {
            CompressionMethod::DEFLATE
        } else {
            CompressionMethod::STORE
        };
        let builder = archive.new_file(name).compression_method(method);
        let (mut entry, config) = builder.start().expect("starts");
        let descriptor = if deflate {
            let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::best()));
            writer.write_all(data).expect("packs");
            let (encoder, descriptor) = writer.finish().expect("packed");
            encoder.finish().expect("packed");
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(data).expect("stores");
            writer.finish().expect("stored").1
        };
        entry.finish(descriptor).expect("written");
    }
    archive.finish().expect("written");
    out
}

fn given(name: &str, bytes: Vec<u8>) -> Given {
    Given {
        name: name.to_owned(),
        bytes,
    }
}

fn refused(bytes: Vec<u8>) -> Unreadable {
    verify::unpack(given("a.zip", bytes))
        .expect_err("refused")
        .kind
}

/// Runs what known sources answer at once.
fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("known sources are always ready"),
    }
}

#[test]
fn an_archive_gives_one_report_each() {
    let badge = badge();
    let changed = badge.replacen("Harbour", "Harbor", 1);
    let files: [(&str, &[u8]); 3] = [
        ("good.json", badge.as_bytes()),
        ("folder/changed.json", changed.as_bytes()),
        ("hello.txt", b"hello there"),
    ];
    let found = verify::unpack(given("a.zip", zip(&files))).expect("opens");
    let names: Vec<_> = found.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["good.json", "folder/changed.json", "hello.txt"]);
    let sources = || -> Box<dyn verify::Sources> { Box::new(known()) };
    let options = Options::default();
    let answers = now_or_never(verify::many(&sources, &found, &options, now())).expect("answers");
    let verdicts: Vec<_> = answers.iter().map(|one| one.report.verdict).collect();
    assert_eq!(
        verdicts,
        [Verdict::Valid, Verdict::Invalid, Verdict::Invalid]
    );
    assert_eq!(answers[2].report.unreadable, Some(Unreadable::Malformed));
    // Alone it is refused, with a word on what to do.
    let alone = ask(&zip(&files));
    assert_eq!(alone.unreadable, Some(Unreadable::Malformed));
    assert!(alone.sentence.contains("check them together"));
}

#[test]
fn links_on_lines_are_several() {
    let text = format!("{LINK}\n\n  https://other.example/c/x  \n");
    let found = verify::unpack(given("links.txt", text.into_bytes())).expect("opens");
    let names: Vec<_> = found.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, [LINK, "https://other.example/c/x"]);
    let one = verify::unpack(given("badge.json", badge().into_bytes())).expect("opens");
    assert_eq!(one.len(), 1);
    let many = format!("{LINK}\n").repeat(51);
    assert_eq!(refused(many.into_bytes()), Unreadable::TooLarge);
}

#[test]
fn f5_archives_are_opened_within_limits() {
    let small: Vec<(String, Vec<u8>)> = (0..51).map(|i| (format!("{i}.txt"), vec![b'x'])).collect();
    let files: Vec<(&str, &[u8])> = small
        .iter()
        .map(|(n, b)| (n.as_str(), b.as_slice()))
        .collect();
    assert_eq!(refused(zip(&files)), Unreadable::TooLarge);
    assert!(verify::unpack(given("a.zip", zip(&files[..50]))).is_ok());
    let bomb = vec![0; 64 << 20];
    assert_eq!(refused(zip(&[("bomb", &bomb)])), Unreadable::TooLarge);
    let part = vec![0; 2 << 20];
    let nine: Vec<(&str, &[u8])> = vec![("part", part.as_slice()); 9];
    assert_eq!(refused(zip(&nine)), Unreadable::TooLarge);
    let inner = zip(&[("a", b"a")]);
    assert_eq!(
        refused(zip(&[("inner.zip", &inner)])),
        Unreadable::Malformed
    );
    let good = zip(&[("a", b"abcabcabc"), ("b", b"abc")]);
    for cut in 4..good.len() {
        assert_eq!(
            refused(good[..cut].to_vec()),
            Unreadable::Malformed,
            "{cut}"
        );
    }
    for at in 4..good.len() {
        let mut flipped = good.clone();
        flipped[at] ^= 0x41;
        // Whatever it is, it never panics, and never gives more than there was.
        if let Ok(found) = verify::unpack(given("a.zip", flipped)) {
            assert!(found.len() <= 2);
        }
    }
}
