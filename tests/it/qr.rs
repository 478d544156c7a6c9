//! Our QR codes, read by a program that shares nothing with ours: `zbarimg` (threat F18).
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the other reader"
)]

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

use skillmark::{
    bake::qr::Qr,
    issue::{
        batch,
        plan::{self, Limits},
        publish,
    },
};
use tempfile::TempDir;

use super::support::{
    db::Engine,
    site::{Answer, Provider, Site},
};

const ORIGIN: &str = "https://badges.example";
/// Pixels of a module in the PNG codes of the service, and modules of the quiet zone.
const SCALE: usize = 10;
const QUIET: usize = 4;

/// What `zbarimg` reads in these pictures: a line for each code it finds, in their order.
fn zbar(pictures: &[PathBuf]) -> Vec<String> {
    let mut read = Vec::new();
    // Short command lines, whatever the system allows.
    for some in pictures.chunks(250) {
        let output = Command::new("zbarimg")
            .args(["--quiet", "--raw", "--nodbus"])
            // Among a thousand there is one in which it also sees the lines of a bar code.
            .args(["-Sdisable", "-Sqrcode.enable"])
            .args(some)
            .output();
        let output = output.unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => panic!(
                "zbarimg is missing: run tests/run, which installs it, or install zbar-tools"
            ),
            _ => panic!("zbarimg cannot be started: {error}"),
        });
        let text = String::from_utf8(output.stdout).expect("zbarimg prints text");
        read.extend(text.lines().map(str::to_owned));
    }
    read
}

/// Holds every picture to saying its link, the whole link and nothing else.
#[track_caller]
fn are_read(pictures: &[PathBuf], links: &[String]) {
    let read = zbar(pictures);
    for ((read, link), picture) in read.iter().zip(links).zip(pictures) {
        assert_eq!(read, link, "{}", picture.display());
    }
    assert_eq!(read.len(), links.len());
}

/// A public service whose one address may ask for as much as these tests do.
async fn public_site() -> Site {
    Site::with(Engine::Sqlite, |config| {
        config.public_url = ORIGIN.parse().expect("an address");
        config.rate_burst = 10_000;
    })
    .await
}

/// Issues to this many learners, all with names: the credentials' ids.
async fn issue(provider: &Provider<'_>, learners: usize) -> Vec<String> {
    let mut csv = "learner,name,email,date,level: Uses evidence,level: Explains clearly,assessor_role,evidence\n".to_owned();
    for n in 0..learners {
        csv += &format!(
            "L-{n},Canary {n},canary.{n}@school.example,2026-02-27,Advanced,Proficient,Reviewer,Memo\n"
        );
    }
    let (app, achievement) = (&provider.site.app, provider.achievement.parse());
    let achievement = achievement.expect("an id");
    let found = publish::achievement(app, &provider.who, &achievement).await;
    let found = found.expect("published");
    let rows = plan::read(csv.as_bytes(), &found, Limits::PAGE, app.now()).expect("rows");
    let started = batch::start(app, &provider.who, &achievement, &rows, None).await;
    let started = started.expect("promised");
    let done = batch::work(app, provider.who.issuer(), &started.batch, &mut |_| {}).await;
    assert_eq!(done.expect("signed").issued, learners as i64);
    let ids = started.rows.iter().map(|(_, row)| row.id().to_string());
    ids.collect()
}

/// Asks for a code as somebody would who wants it to lead elsewhere.
async fn code(site: &Site, path: &str) -> Answer {
    let asked = site.ask("GET", &format!("{path}?name=Canary&to=https://evil.test"));
    let answer = asked
        .header("host", "evil.test")
        .header("x-forwarded-host", "evil.test")
        .send()
        .await;
    answer.is(200);
    answer
}

fn save(folder: &Path, name: &str, picture: &[u8]) -> PathBuf {
    let path = folder.join(format!("{name}.png"));
    fs::write(&path, picture).expect("a picture is written");
    path
}

/// A PNG of the service as its modules, row by row, without the quiet zone; `true` is dark.
fn modules(png: &[u8]) -> Vec<Vec<bool>> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .expect("a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("pixels");
    let (side, line) = (info.width as usize / SCALE, info.line_size);
    let inside = || (QUIET..side - QUIET).map(|n| n * SCALE + SCALE / 2);
    let dark = |x: usize, y: usize| bytes[y * line + x / 8] >> (7 - x % 8) & 1 == 0;
    inside()
        .map(|y| inside().map(|x| dark(x, y)).collect())
        .collect()
}

/// The error correction level, as both copies of the format information say it (ISO/IEC 18004,
/// 7.9): its first two bits, with the mask that lies over them taken away.
fn level(modules: &[Vec<bool>]) -> char {
    let bottom = modules.len() - 1;
    let bits = (modules[8][0], modules[8][1]);
    assert_eq!(
        bits,
        (modules[bottom][8], modules[bottom - 1][8]),
        "two copies that differ"
    );
    match (!bits.0, bits.1) {
        (false, true) => 'L',
        (false, false) => 'M',
        (true, true) => 'Q',
        (true, false) => 'H',
    }
}

/// Black and white pixels as a PNG.
fn picture(side: usize, dark: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    let pixels: Vec<u8> = (0..side * side)
        .map(|at| if dark(at % side, at / side) { 0 } else { 255 })
        .collect();
    let mut file = Vec::new();
    let side = u32::try_from(side).expect("a small picture");
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&pixels).expect("pixels");
    writer.finish().expect("an end");
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f18_another_reader_finds_the_very_link_in_a_thousand_codes() {
    let site = public_site().await;
    let provider = site.provider("Riverside Tutoring").await;
    let folder = TempDir::new().expect("a folder");
    let (mut links, mut pictures) = (Vec::new(), Vec::new());
    for id in issue(&provider, 1_000).await {
        let png = code(&site, &format!("/c/{id}/qr.png")).await.body;
        assert_eq!(level(&modules(&png)), 'M');
        pictures.push(save(folder.path(), &links.len().to_string(), &png));
        links.push(format!("{ORIGIN}/c/{id}"));
    }
    are_read(&pictures, &links);
}

#[tokio::test]
async fn f18_every_drawing_is_read_by_another_reader() {
    let site = public_site().await;
    let provider = site.provider("Riverside Tutoring").await;
    let ids = issue(&provider, 20).await;
    let portfolio = provider.portfolio("For summer jobs", &[&ids[0]]).await;
    let folder = TempDir::new().expect("a folder");
    let (mut links, mut pictures) = (Vec::new(), Vec::new());
    let mut add = |link: String, drawing: &str, picture: &[u8]| {
        let name = format!("{:03}-{drawing}", links.len());
        pictures.push(save(folder.path(), &name, picture));
        links.push(link);
    };
    let shared = code(&site, &format!("{portfolio}/qr.png")).await.body;
    add(format!("{ORIGIN}{portfolio}"), "portfolio", &shared);
    for id in &ids {
        let link = format!("{ORIGIN}/c/{id}");
        let svg = code(&site, &format!("/c/{id}/qr.svg")).await.text();
        add(link.clone(), "svg", &rasterised(&svg, 300));
        let text = Qr::of(&link).expect("a code").terminal(false);
        add(link.clone(), "terminal", &typed(&text));
        // Level M: a scratch and a blot, a tenth of the code, take nothing away.
        let png = code(&site, &format!("/c/{id}/qr.png")).await.body;
        add(link, "spoilt", &spoilt(&modules(&png)));
    }
    are_read(&pictures, &links);
}

/// An SVG as a browser would show it, this many pixels wide, on a black page.
fn rasterised(svg: &str, side: u32) -> Vec<u8> {
    use resvg::{tiny_skia, usvg};
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).expect("an SVG");
    let mut pixels = tiny_skia::Pixmap::new(side, side).expect("a size");
    pixels.fill(tiny_skia::Color::BLACK);
    let scale = side as f32 / tree.size().width();
    let scaled = tiny_skia::Transform::from_scale(scale, scale);
    resvg::render(&tree, scaled, &mut pixels.as_mut());
    pixels.encode_png().expect("a PNG")
}

/// Text on a dark terminal: a character is two modules high, and its ink is light.
fn typed(text: &str) -> Vec<u8> {
    let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let side = lines[0].len() * 8;
    picture(side, |x, y| {
        let lit = match lines.get(y / 16).and_then(|line| line.get(x / 8)) {
            Some('█') => true,
            Some('▀') => y % 16 < 8,
            Some('▄') => y % 16 >= 8,
            _ => false,
        };
        !lit
    })
}

/// A code with a blot among its data and a scratch across it.
fn spoilt(modules: &[Vec<bool>]) -> Vec<u8> {
    let around = modules.len() + 2 * QUIET;
    picture(around * 6, |x, y| {
        let (Some(x), Some(y)) = ((x / 6).checked_sub(QUIET), (y / 6).checked_sub(QUIET)) else {
            return false;
        };
        let blot = (12..19).contains(&x) && (12..19).contains(&y);
        let scratch = x == 9 && y > 9;
        let dark = modules.get(y).and_then(|row| row.get(x));
        blot || (!scratch && dark == Some(&true))
    })
}
