//! On paper: black on white whatever the device shows, nothing there to be clicked, nothing cut off,
//! and codes large enough to be read from a wall.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};
use thirtyfour::WebDriver;

use super::{every::sign_in, in_browser, open, see};
use crate::cli::{Desk, Serving};

/// How wide A4 is between margins of 14 mm, in pixels of CSS.
const PAPER: u32 = 688;

/// What is wrong with the page as it would be printed.
const ASK: &str = "
    const wrong = [];
    for (const one of document.querySelectorAll('nav, footer, .skip, form, button, .button, .no-print'))
        if (one.checkVisibility()) wrong.push('still there: ' + one.outerHTML.slice(0, 100));
    const light = (colour) => {
        const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number);
        return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
    };
    if (light(getComputedStyle(document.body).backgroundColor) < 0.999) wrong.push('the paper is not white');
    for (const one of document.querySelectorAll('main :is(h1, h2, h3, p, li, td, th, dt, dd)'))
        if (one.checkVisibility() && light(getComputedStyle(one).color) > 0.35) wrong.push('too pale: ' + one.outerHTML.slice(0, 100));
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (over > 0) wrong.push(over + ' pixels wider than the paper');
    for (const one of document.querySelectorAll('main *'))
        if (one.checkVisibility() && ['auto', 'scroll', 'hidden'].includes(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth + 1 && !one.matches('.hide, .rubric'))
            wrong.push('cut off: ' + one.outerHTML.slice(0, 100));
    const codes = [...document.querySelectorAll('img.qr')].map((one) => Math.floor(one.getBoundingClientRect().width));
    return { wrong, codes };";

/// Looks at the page that is open as at one on paper, on a device that is dark; keeps it as a file
/// if a folder for pictures is named. How wide its codes are.
async fn on_paper(browser: &WebDriver, name: &str, faults: &mut Vec<String>) -> Vec<u64> {
    let tools = browser.cdp();
    let dark = json!([{ "name": "prefers-color-scheme", "value": "dark" }]);
    let media = json!({ "media": "print", "features": dark });
    let media = tools.send_raw("Emulation.setEmulatedMedia", media);
    media.await.expect("paper");
    let size = json!({ "width": PAPER, "height": 1000, "deviceScaleFactor": 1, "mobile": false });
    let size = tools.send_raw("Emulation.setDeviceMetricsOverride", size);
    size.await.expect("a size");
    let told = browser.execute(ASK, Vec::new()).await.expect("told");
    let told: Value = told.json().clone();
    let wrong = told["wrong"].as_array().expect("a list");
    faults.extend(wrong.iter().map(|one| format!("{name}: {one}")));
    if let Some(folder) = std::env::var_os("SKILLMARK_TEST_PICTURES") {
        let paper = json!({ "preferCSSPageSize": true, "paperWidth": 8.27, "paperHeight": 11.69 });
        let printed = tools.send_raw("Page.printToPDF", paper);
        let printed = printed.await.expect("a PDF");
        let bytes = BASE64.decode(printed["data"].as_str().expect("its bytes"));
        let path = Path::new(&folder).join(format!("printed-{name}.pdf"));
        fs::write(path, bytes.expect("base64")).expect("written");
    }
    let codes = told["codes"].as_array().expect("a list");
    codes.iter().filter_map(Value::as_u64).collect()
}

/// The first address on a page that begins like this.
async fn link(browser: &WebDriver, origin: &str, page: &str, start: &str) -> String {
    open(browser, &format!("{origin}{page}")).await;
    let link = see(
        browser,
        &format!("main a[href^='{start}']:not([href$='/new'])"),
    )
    .await;
    link.prop("href").await.expect("a link").expect("a place")
}

#[tokio::test]
async fn what_is_printed_is_whole_and_black_on_white() {
    let desk = Desk::new();
    let mut serving = Serving::start(&desk);
    let credential = format!("http://localhost{}", serving.until("http://localhost"));
    let address = serving.until("everything").trim().to_owned();
    let password = serving.until("password").trim().to_owned();
    let portfolio = format!("http://localhost{}", serving.until("http://localhost"));
    let origin = serving.until("Open ");
    let origin = origin.split_whitespace().next().expect("an address");
    in_browser(&[], |browser| async move {
        let browser = &browser;
        sign_in(browser, origin, &address, &password).await;
        let map = link(browser, origin, "/desk/maps", "/desk/maps/").await;
        let rubric = link(browser, origin, "/desk/rubrics", "/desk/rubrics/").await;
        let lab = link(browser, origin, "/desk/labs", "/desk/labs/").await;
        let program = link(browser, origin, "/desk/programs", "/desk/programs/").await;
        let pathway = link(browser, origin, "/desk/pathways", "/desk/pathways/").await;
        let attempt = link(browser, origin, "/desk/review", "/desk/attempts/").await;
        let station = format!("{lab}/station");
        let issuer = link(browser, "", &credential, "/issuers/").await;
        let mut faults = Vec::new();
        for (name, page, code) in [
            ("credential", &credential, 150),
            ("portfolio", &portfolio, 150),
            ("issuer", &issuer, 0),
            ("rubric", &rubric, 0),
            (
                "public-rubric",
                &format!("{}/1", rubric.replace("/desk", "")),
                0,
            ),
            ("map", &map, 0),
            ("lab", &lab, 150),
            ("station", &station, 370),
            ("program", &program, 0),
            ("pathway", &pathway, 0),
            ("attempt", &attempt, 0),
            ("roles", &format!("{origin}/desk/access"), 0),
            ("log", &format!("{origin}/desk/log"), 0),
            ("privacy", &format!("{origin}/privacy"), 0),
        ] {
            open(browser, page).await;
            let codes = on_paper(browser, name, &mut faults).await;
            let large = codes.iter().all(|width| *width >= code) && codes.is_empty() == (code == 0);
            assert!(large, "{name}: {codes:?}");
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    })
    .await;
}
