//! Pages in states that the demo has none of, looked at by axe-core.

use std::{collections::BTreeSet, fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};
use thirtyfour::{By, WebDriver};

use super::{VIEWS, axe, click, examine, hosted, in_browser, look_as, open, see, text};
use crate::support::site::{Site, memo};

#[tokio::test]
async fn axe_finds_nothing_on_a_page_in_any_state() {
    let (site, origin) = hosted().await;
    let states = States::make(&site).await;
    let axe = axe();
    in_browser(&[], |browser| async move {
        let mut faults = BTreeSet::new();
        for (scheme, width, height) in VIEWS {
            look_as(&browser, scheme, width, height).await;
            for (name, path) in &states.pages {
                open(&browser, &format!("{origin}{path}")).await;
                let view = format!("{name} ({scheme}, {width} px)");
                picture(&browser, &format!("{name}-{scheme}-{width}")).await;
                examine(&browser, &axe, &view, &mut faults).await;
            }
            for (name, pasted) in &states.pasted {
                open(&browser, &format!("{origin}/verify")).await;
                paste(&browser, pasted).await;
                see(&browser, ".answer, .verdict").await;
                let view = format!("{name} ({scheme}, {width} px)");
                picture(&browser, &format!("{name}-{scheme}-{width}")).await;
                examine(&browser, &axe, &view, &mut faults).await;
            }
        }
        let faults = Vec::from_iter(faults);
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn many_are_checked_and_their_receipt_is_taken_along() {
    let (site, origin) = hosted().await;
    let states = States::make(&site).await;
    let (_, links) = states
        .pasted
        .iter()
        .find(|(name, _)| *name == "many")
        .expect("links");
    let folder = tempfile::tempdir().expect("a folder");
    in_browser(&[], |browser| async move {
        let allow = json!({"behavior": "allow", "downloadPath": folder.path()});
        let tools = browser.cdp();
        let allowed = tools.send_raw("Browser.setDownloadBehavior", allow);
        allowed.await.expect("allowed");
        open(&browser, &format!("{origin}/verify")).await;
        paste(&browser, links).await;
        see(&browser, ".answers").await;
        assert_eq!(
            text(&browser, "h1").await,
            "3 documents, each checked by itself"
        );
        assert_eq!(
            text(&browser, ".verdict .word").await,
            "1 of 3 real and still good"
        );
        // How far it was is out of sight once the answers are there.
        let working = browser.find(By::Css(".working")).await.expect("the steps");
        assert!(!working.is_displayed().await.expect("told"));
        click(&browser, ".many tbody tr:nth-child(2) summary").await;
        let fold = text(&browser, ".many tbody tr:nth-child(2) .checks").await;
        assert!(fold.contains("Signature: checked and good"), "{fold}");
        for end in ["pdf", "json", "csv"] {
            click(&browser, &format!("button[name=as][value={end}]")).await;
            let file = downloaded(folder.path(), end).await;
            let start: &[u8] = match end {
                "pdf" => b"%PDF-1.7",
                "json" => b"{\"@context\"",
                _ => b"\xEF\xBB\xBFnumber",
            };
            assert!(file.starts_with(start), "{end}");
            if end == "csv" {
                continue;
            }
            let report = site
                .ask("POST", "/api/v1/verify")
                .body("application/octet-stream", file);
            let report = report.send().await.is(200).json();
            assert_eq!(report["claim"]["kind"], "receipt");
            assert_eq!(report["verdict"], "valid", "{report:#}");
        }
    })
    .await;
}

/// The file of a kind that was downloaded into a folder, once it is whole.
async fn downloaded(folder: &Path, end: &str) -> Vec<u8> {
    for _ in 0..100 {
        let files = fs::read_dir(folder).expect("a folder");
        let mut paths = files.map(|file| file.expect("a file").path());
        if let Some(path) = paths.find(|path| path.extension().is_some_and(|e| e == end)) {
            return fs::read(path).expect("a file");
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no {end} came");
}

/// Sends a text through the form, whatever its length: typing it would take long.
async fn paste(browser: &WebDriver, text: &str) {
    let send = "document.getElementById('text').value = arguments[0];
        document.getElementById('submit').click();";
    let sent = browser.execute(send, vec![json!(text)]).await;
    sent.expect("sent");
}

/// Keeps a picture of the whole page, if a folder for pictures is named.
pub(super) async fn picture(browser: &WebDriver, name: &str) {
    let Some(folder) = std::env::var_os("SKILLMARK_TEST_PICTURES") else {
        return;
    };
    let tools = browser.cdp();
    let size = tools.send_raw("Page.getLayoutMetrics", json!({}));
    let size = &size.await.expect("a size")["cssContentSize"];
    let clip =
        json!({ "x": 0, "y": 0, "scale": 1, "width": size["width"], "height": size["height"] });
    let whole = json!({ "captureBeyondViewport": true, "clip": clip });
    let taken = tools.send_raw("Page.captureScreenshot", whole);
    let taken = taken.await.expect("a picture");
    let data = taken["data"].as_str().expect("its bytes");
    let bytes = BASE64.decode(data).expect("base64");
    fs::write(Path::new(&folder).join(format!("{name}.png")), bytes).expect("written");
}

/// Pages in states that the demo has none of.
struct States {
    pages: Vec<(&'static str, String)>,
    pasted: Vec<(&'static str, String)>,
}

impl States {
    async fn make(site: &Site) -> States {
        let mut provider = site.provider("Riverside Tutoring").await;
        let suspended = provider.issue("S-1").await;
        provider.change(&suspended, "suspend").await.is(200);
        let shown = provider.issue("S-2").await;
        let portfolio = provider.portfolio("For summer jobs", &[&shown]).await;
        let mut rows = site.app.db.of(provider.who.issuer());
        let rows = rows.evidence_of(&shown.parse().expect("an id")).await;
        let evidence = rows.expect("read")[0].evidence_id.clone();
        let signed = site.get(&format!("/c/{shown}.json")).await;

        let mut file = memo();
        file["inLanguage"] = json!("ar");
        file["name"] = json!("شرح قرار بالأرقام");
        file["meaning"] = json!("يستطيع تحويل جدول صغير من الأرقام إلى توصية واضحة.");
        let level = |n: usize| json!({"name": format!("الدرجة {n}"), "points": n.to_string(), "description": "يدعم كل قول برقم."});
        let levels: Vec<_> = (1..=8).map(level).collect();
        file["resultDescription"][0]["requiredLevel"] = json!("الدرجة 5");
        file["resultDescription"][0]["rubricCriterionLevel"] = json!(levels);
        provider.publish(&file).await;
        let mut order = provider.order("S-3");
        order["levels"]["Uses evidence"] = json!("الدرجة 8");
        let eight = provider.send("/api/v1/credentials", &order).await;
        let eight = eight
            .is(201)
            .header("location")
            .rsplit('/')
            .next()
            .map(str::to_owned);

        provider.publish(&fair()).await;
        let mut order = provider.order("S-4");
        for name in ["levels", "assessor", "evidence"] {
            order.as_object_mut().expect("an object").remove(name);
        }
        let took_part = provider.send("/api/v1/credentials", &order).await;
        let took_part = took_part
            .is(201)
            .header("location")
            .rsplit('/')
            .next()
            .map(str::to_owned);
        let receipt = site.ask("POST", "/api/v1/verify?receipt=true");
        let receipt = receipt.body("application/json", signed.body.clone());
        let receipt = receipt.send().await.is(200).json();
        let link = |id: &str| site.app.config.public_url.join(&format!("/c/{id}"));
        let links = [&suspended, &shown, "AAAAAAAAAAAAAAAAAAAAAA"].map(link);
        let links = links.join("\n");
        let mut unsigned = signed.json();
        unsigned.as_object_mut().expect("an object").remove("proof");
        States {
            pages: vec![
                ("many-form", "/verify/many".to_owned()),
                ("suspended", format!("/c/{suspended}")),
                ("evidence", format!("{portfolio}/evidence/{evidence}")),
                ("portfolio", portfolio),
                ("eight-levels", format!("/c/{}", eight.expect("an id"))),
                ("participation", format!("/c/{}", took_part.expect("an id"))),
            ],
            pasted: vec![
                ("fault", "no credential at all".to_owned()),
                ("unsigned", unsigned.to_string()),
                ("own-file", signed.text()),
                ("receipt", receipt["receipt"].to_string()),
                ("many", links),
            ],
        }
    }
}

/// An achievement for taking part.
fn fair() -> Value {
    json!({
        "kind": "participation",
        "name": "Spring career fair",
        "meaning": "Took part in the spring career fair.",
        "criteria": {"narrative": "Be there."},
        "tag": ["Careers"]
    })
}
