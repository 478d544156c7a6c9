//! The demo in a real browser: clicked through, scanned with a camera, looked at by axe-core.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the browser's driver"
)]

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use skillmark::{bake::qr::Qr, web::Server};
use tempfile::TempDir;
use thirtyfour::{
    By, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver, WebElement,
    extensions::query::ElementQueryable, prelude::ElementWaitable as _,
};

use crate::{
    cli::{Desk, Serving},
    support::{
        db::Engine,
        hostile::{CORPUS, spoil},
        site::Site,
    },
};

mod desk;
mod every;
mod grid;
mod keyboard;
mod labs;
mod others;
mod people;
mod printed;
mod states;

/// A running demo, and what it told about itself.
struct Demo {
    desk: Desk,
    _serving: Serving,
    /// `http://localhost:…`
    origin: String,
    /// The credential it showed.
    credential: String,
    /// The portfolio it made.
    portfolio: String,
}

impl Demo {
    fn start() -> Demo {
        let desk = Desk::new();
        let mut serving = Serving::start(&desk);
        let credential = format!("http://localhost{}", serving.until("http://localhost"));
        let portfolio = format!("http://localhost{}", serving.until("http://localhost"));
        let place = serving.until("Open ");
        let origin = place.split_whitespace().next().expect("an address");
        Demo {
            desk,
            origin: origin.to_owned(),
            _serving: serving,
            credential,
            portfolio,
        }
    }

    /// Changes the status of the credential from another terminal.
    fn change(&self, command: &str) {
        let port = self.origin.rsplit(':').next().expect("a port");
        let folder = format!("skillmark-data/demo-{port}");
        let origin = &self.origin;
        let arguments = [
            command,
            &self.credential,
            "--data",
            &folder,
            "--public-url",
            origin,
        ];
        self.desk.run(&arguments).is(0);
    }
}

/// The browser's driver, stopped when dropped.
struct Driver {
    child: Child,
    address: String,
}

impl Driver {
    fn start() -> Driver {
        let program = std::env::var("SKILLMARK_TEST_CHROMEDRIVER");
        let program = program.unwrap_or_else(|_| "chromedriver".to_owned());
        let mut child = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} cannot be started ({error}): run tests/run"));
        let out = child.stdout.take().expect("a pipe");
        let port = BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let rest = line.split("successfully on port ").nth(1)?;
                Some(rest.trim_end_matches('.').to_owned())
            });
        Driver {
            child,
            address: format!("http://127.0.0.1:{}", port.expect("a port")),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Does `visit` in a new browser, and quits it whatever happens. At the end nothing may have been
/// refused by the page's own policy (F12).
async fn in_browser<F, Fut>(arguments: &[String], visit: F)
where
    F: FnOnce(WebDriver) -> Fut,
    Fut: Future<Output = ()>,
{
    let _ = rustls::crypto::ring::default_provider().install_default();
    let driver = Driver::start();
    let mut wishes = DesiredCapabilities::chrome();
    let usual = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1280,900",
    ];
    for argument in usual
        .into_iter()
        .chain(arguments.iter().map(String::as_str))
    {
        wishes.add_arg(argument).expect("an argument");
    }
    if let Ok(binary) = std::env::var("SKILLMARK_TEST_CHROMIUM") {
        wishes.set_binary(&binary).expect("a browser");
    }
    let log = json!({ "browser": "ALL" });
    wishes
        .as_mut()
        .set("goog:loggingPrefs".to_owned(), log)
        .expect("a log");
    let browser = WebDriver::new(&driver.address, wishes)
        .await
        .expect("a browser: run tests/run");
    let visited = browser.run_and_quit(|browser| async move {
        visit(browser.clone()).await;
        for entry in browser.browser_log().await.expect("the browser's log") {
            assert!(
                !entry.message.contains("Content Security Policy"),
                "{}",
                entry.message
            );
        }
        Ok::<(), std::convert::Infallible>(())
    });
    visited.await.expect("the browser quits");
}

async fn open(browser: &WebDriver, url: &str) {
    browser.goto(url).await.expect(url);
}

/// The first element that `selector` finds, waited for.
async fn see(browser: &WebDriver, selector: &str) -> WebElement {
    let query = browser.query(By::Css(selector));
    let patient = query.wait(Duration::from_secs(20), Duration::from_millis(100));
    patient
        .first()
        .await
        .unwrap_or_else(|error| panic!("no {selector}: {error}"))
}

/// Opens the page again and again until `selector` finds something on it.
async fn reload_until(browser: &WebDriver, url: &str, selector: &str) {
    for _ in 0..60 {
        open(browser, url).await;
        if browser.find(By::Css(selector)).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("no {selector} on {url}");
}

async fn text(browser: &WebDriver, selector: &str) -> String {
    see(browser, selector).await.text().await.expect("text")
}

async fn click(browser: &WebDriver, selector: &str) {
    see(browser, selector).await.click().await.expect(selector);
}

/// Clicks on what leads to another page, and waits until this one is gone: the next look must not
/// find what stood here.
async fn follow(browser: &WebDriver, selector: &str) {
    let here = see(browser, "html").await;
    click(browser, selector).await;
    let leaving = here.wait_until();
    let leaving = leaving.wait(Duration::from_secs(20), Duration::from_millis(50));
    leaving.stale().await.expect("another page");
}

async fn write(browser: &WebDriver, selector: &str, words: &str) {
    let field = see(browser, selector).await;
    field.send_keys(words).await.expect(selector);
}

/// Chooses in a list the line that holds these words, as one does with a pointer.
async fn choose(browser: &WebDriver, selector: &str, words: &str) {
    let list = see(browser, selector).await;
    for option in list.find_all(By::Tag("option")).await.expect("lines") {
        if option.text().await.expect("words").contains(words) {
            option.click().await.expect(words);
            return;
        }
    }
    panic!("no {words} in {selector}");
}

#[tokio::test]
async fn the_demo_is_clicked_through() {
    let demo = Demo::start();
    in_browser(&[], |browser| async move {
        let browser = &browser;
        open(browser, &demo.origin).await;
        assert!(text(browser, "h1").await.contains("Proof"));

        // A link, pasted on the first page, answers with the credential.
        write(browser, "main input[name=text]", &demo.credential).await;
        follow(browser, "main form button").await;
        see(browser, ".hero .picture").await;
        assert_eq!(text(browser, "h1").await, "Interview Conversation");
        see(browser, ".verdict.is-good").await;

        // The page itself: the levels, the checks, and never whose it is.
        open(browser, &demo.credential).await;
        see(browser, ".verdict.is-good").await;
        let page = text(browser, "main").await;
        for words in [
            "Questions asked back",
            "Level reached",
            "Career Readiness Lab",
            "unverified",
        ] {
            assert!(
                page.to_lowercase().contains(&words.to_lowercase()),
                "no {words} in:\n{page}"
            );
        }
        assert!(!page.contains("Castellanos"));

        // Confirm the name you were given.
        write(browser, "#name", "Somebody Else").await;
        follow(browser, "#confirm form button").await;
        let wrong = text(browser, "#confirm .answer").await;
        write(browser, "#name", "amara castellanos").await;
        follow(browser, "#confirm form button").await;
        let right = text(browser, "#confirm .answer").await;
        assert_ne!(wrong, right);
        assert!(!right.contains("Castellanos"));

        // The portfolio leads to each credential.
        open(browser, &demo.portfolio).await;
        let credentials = browser
            .find_all(By::Css("main li h2 a"))
            .await
            .expect("links");
        assert_eq!(credentials.len(), 4);
        follow(browser, "main li h2 a").await;
        assert_eq!(text(browser, "h1").await, "Professional Email");

        // Taken back in another terminal: the page says so within a second or two.
        for (change, verdict) in [
            ("suspend", ".verdict.is-bad"),
            ("reinstate", ".verdict.is-good"),
            ("revoke", ".verdict.is-bad"),
        ] {
            demo.change(change);
            reload_until(browser, &demo.credential, verdict).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_is_chosen_and_checked() {
    let demo = Demo::start();
    let folder = TempDir::new().expect("a folder");
    let baked = fetch(&format!("{}.png", demo.credential)).await;
    let picture = folder.path().join("credential.png");
    fs::write(&picture, baked).expect("written");
    in_browser(&[], |browser| async move {
        open(&browser, &format!("{}/verify", demo.origin)).await;
        write(&browser, "#file", picture.to_str().expect("a path")).await;
        let here = browser.current_url().await.expect("an address");
        if here.path() == "/verify" && browser.find(By::Css("#submit")).await.is_ok() {
            click(&browser, "#submit").await;
        }
        see(&browser, ".verdict.is-good").await;
        assert_eq!(text(&browser, "h1").await, "Interview Conversation");
    })
    .await;
}

/// Notes down what a page runs that it should not: dialogs, and what its own policy refuses.
const WATCH: &str = "
    window.noted = [];
    for (const dialog of ['alert', 'confirm', 'prompt']) window[dialog] = () => noted.push(dialog);
    addEventListener('securitypolicyviolation', (event) => noted.push(event.violatedDirective));";

/// A service of our own that a browser can reach, and where.
async fn hosted() -> (Site, String) {
    let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
    let origin = format!(
        "http://localhost:{}",
        server.address().expect("an address").port()
    );
    let site = Site::with(Engine::Sqlite, |config| {
        config.public_url = origin.parse().expect("an address");
        config.rate_burst = 10_000;
    })
    .await;
    tokio::spawn(server.run(site.router.clone()));
    (site, origin)
}

#[tokio::test]
async fn f12_no_text_runs_or_is_refused_in_a_browser() {
    let (site, origin) = hosted().await;
    let mut pages = Vec::new();
    for words in CORPUS {
        let words = words.replace('\u{202e}', "");
        let spoilt = spoil(&site, &words).await;
        pages.extend(spoilt.pages.into_iter().map(|path| (path, words.clone())));
    }
    in_browser(&[], |browser| async move {
        let watch = json!({ "source": WATCH });
        let tools = browser.cdp();
        let watching = tools.send_raw("Page.addScriptToEvaluateOnNewDocument", watch);
        watching.await.expect("a script that watches");
        for (path, words) in pages {
            open(&browser, &format!("{origin}{path}")).await;
            let look = "return [document.querySelector('h1').textContent, ...noted]";
            let seen = browser.execute(look, Vec::new()).await.expect("a look");
            assert_eq!(*seen.json(), json!([words]), "{path}");
        }
        // It would have been noted.
        let run = "alert(1); return noted";
        let seen = browser.execute(run, Vec::new()).await.expect("a look");
        assert_eq!(*seen.json(), json!(["alert"]));
    })
    .await;
}

async fn fetch(url: &str) -> Vec<u8> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let answer = reqwest::get(url).await.expect("an answer");
    assert_eq!(answer.status(), 200, "{url}");
    answer.bytes().await.expect("bytes").to_vec()
}

#[tokio::test]
async fn the_camera_reads_a_code_of_ours() {
    let demo = Demo::start();
    let folder = TempDir::new().expect("a folder");
    let film = folder.path().join("code.y4m");
    record(&film, &Qr::of(&demo.credential).expect("a code"));
    let camera = [
        "--use-fake-ui-for-media-stream".to_owned(),
        "--use-fake-device-for-media-stream".to_owned(),
        format!("--use-file-for-fake-video-capture={}", film.display()),
    ];
    in_browser(&camera, |browser| async move {
        open(&browser, &format!("{}/verify", demo.origin)).await;
        click(&browser, "#scan-start").await;
        see(&browser, ".verdict.is-good").await;
        assert_eq!(text(&browser, "h1").await, "Interview Conversation");
    })
    .await;
}

/// A camera that is given and then cannot be shown: its tracks are kept to be looked at.
const BROKEN_CAMERA: &str = "
    const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wish) => (window.given = await give(wish));
    HTMLMediaElement.prototype.play = () => Promise.reject(new Error('no picture'));";

#[tokio::test]
async fn a_camera_that_cannot_be_shown_is_turned_off() {
    let (_site, origin) = hosted().await;
    let camera = [
        "--use-fake-ui-for-media-stream".to_owned(),
        "--use-fake-device-for-media-stream".to_owned(),
    ];
    in_browser(&camera, |browser| async move {
        open(&browser, &format!("{origin}/verify")).await;
        see(&browser, "#scan:not([hidden])").await;
        let broken = browser.execute(BROKEN_CAMERA, Vec::new()).await;
        broken.expect("a broken camera");
        click(&browser, "#scan-start").await;
        see(&browser, "#scan-stop[hidden]").await;
        let wait = "
            const done = arguments[0];
            const look = () => {
                const tracks = window.given?.getTracks() ?? [];
                const off = tracks.length && tracks.every((track) => track.readyState === 'ended');
                if (off) done([document.getElementById('scan-state').textContent, document.getElementById('scan-start').hidden]);
                else setTimeout(look, 50);
            };
            look();";
        let told = browser.execute_async(wait, Vec::new()).await.expect("it goes off");
        let sentence = "We may not use the camera, or there is none. Take a photo of the code instead, below.";
        assert_eq!(*told.json(), json!([sentence, false]));
    })
    .await;
}

/// Writes a film that shows `code`: 640 × 480, ten pictures a second, raw (YUV4MPEG2).
fn record(path: &Path, code: &Qr) {
    const WIDTH: usize = 640;
    const HEIGHT: usize = 480;
    let module = HEIGHT / code.side();
    assert!(module >= 6, "{module} pixels a module are too few");
    let left = (WIDTH - code.side() * module) / 2;
    let top = (HEIGHT - code.side() * module) / 2;
    let mut picture = Vec::with_capacity(WIDTH * HEIGHT * 3 / 2);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let dark =
                x >= left && y >= top && code.is_dark((x - left) / module, (y - top) / module);
            picture.push(if dark { 16 } else { 235 });
        }
    }
    picture.resize(WIDTH * HEIGHT * 3 / 2, 128);
    let mut film = fs::File::create(path).expect("a film");
    writeln!(film, "YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg").expect("written");
    for _ in 0..10 {
        film.write_all(b"FRAME\n").expect("written");
        film.write_all(&picture).expect("written");
    }
}

/// The ways in which every page is looked at.
const VIEWS: [(&str, u32, u32); 4] = [
    ("light", 1280, 900),
    ("dark", 1280, 900),
    ("light", 360, 740),
    ("dark", 360, 740),
];

#[tokio::test]
async fn axe_finds_nothing_on_any_page() {
    let demo = Demo::start();
    let axe = axe();
    in_browser(&[], |browser| async move {
        let mut faults = BTreeSet::new();
        for (scheme, width, height) in VIEWS {
            look_as(&browser, scheme, width, height).await;
            let view = format!("{scheme}, {width} px");
            let issuer = issuer_page(&browser, &demo).await;
            for (name, url) in [
                ("home", format!("{}/", demo.origin)),
                ("verify", format!("{}/verify", demo.origin)),
                ("privacy", format!("{}/privacy", demo.origin)),
                ("docs", format!("{}/docs", demo.origin)),
                ("nowhere", format!("{}/nowhere", demo.origin)),
                ("issuer", issuer),
                ("credential", demo.credential.clone()),
                ("portfolio", demo.portfolio.clone()),
            ] {
                open(&browser, &url).await;
                states::picture(&browser, &format!("public-{name}-{scheme}-{width}")).await;
                examine(&browser, &axe, &format!("{url} ({view})"), &mut faults).await;
            }
            for pasted in [
                "{}",
                "https://badges.example/c/J8bqZpW3kXoN1dT4vA9sYg",
                &demo.credential,
            ] {
                open(&browser, &format!("{}/verify", demo.origin)).await;
                write(&browser, "#text", pasted).await;
                click(&browser, "#submit").await;
                examine(
                    &browser,
                    &axe,
                    &format!("report of {pasted} ({view})"),
                    &mut faults,
                )
                .await;
            }
            open(&browser, &demo.credential).await;
            write(&browser, "#name", "Somebody Else").await;
            click(&browser, "#confirm form button").await;
            see(&browser, "#confirm .answer").await;
            examine(&browser, &axe, &format!("no match ({view})"), &mut faults).await;
        }
        look_as(&browser, "light", 360, 740).await;
        demo.change("revoke");
        for scheme in ["light", "dark"] {
            look_as(&browser, scheme, 360, 740).await;
            open(&browser, &demo.credential).await;
            examine(&browser, &axe, &format!("revoked ({scheme})"), &mut faults).await;
        }
        assert!(
            faults.is_empty(),
            "\n{}\n",
            Vec::from_iter(faults).join("\n")
        );
    })
    .await;
}

fn axe() -> String {
    let path: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "tests/peers/node_modules/axe-core/axe.min.js",
    ]
    .iter()
    .collect();
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run tests/run", path.display()))
}

/// Shows pages from now on in light or dark, on a screen of this size.
async fn look_as(browser: &WebDriver, scheme: &str, width: u32, height: u32) {
    let tools = browser.cdp();
    // Without movement: colours are looked at as they stay, and not on their way.
    let feature = json!({ "features": [
        { "name": "prefers-color-scheme", "value": scheme },
        { "name": "prefers-reduced-motion", "value": "reduce" },
    ] });
    let media = tools.send_raw("Emulation.setEmulatedMedia", feature);
    media.await.expect("the colour scheme");
    let size =
        json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
    let screen = tools.send_raw("Emulation.setDeviceMetricsOverride", size);
    screen.await.expect("the size");
}

async fn issuer_page(browser: &WebDriver, demo: &Demo) -> String {
    open(browser, &demo.credential).await;
    let link = see(browser, "main a[href*='/issuers/']").await;
    link.prop("href")
        .await
        .expect("a link")
        .expect("an address")
}

/// Adds what axe finds, and whether the page is wider than the screen.
async fn examine(browser: &WebDriver, axe: &str, name: &str, faults: &mut BTreeSet<String>) {
    browser.execute(axe, Vec::new()).await.expect("axe");
    let run = "
        const done = arguments[0];
        axe.run(document, { resultTypes: ['violations'] }).then(
            (found) => done({
                rules: found.passes.length,
                violations: found.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' | ')),
                wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            }),
            (error) => done({ violations: [String(error)], wide: 0 }),
        );";
    let found = browser.execute_async(run, Vec::new()).await.expect("axe");
    let found: &Value = found.json();
    assert!(
        found["rules"].as_u64() > Some(8),
        "axe did not look: {found}"
    );
    for violation in found["violations"].as_array().expect("a list") {
        faults.insert(format!(
            "{name}: {}",
            violation.as_str().unwrap_or_default()
        ));
    }
    let wide = found["wide"].as_f64().expect("a number");
    if wide > 0.0 {
        faults.insert(format!("{name}: {wide} pixels wider than the screen"));
    }
}
