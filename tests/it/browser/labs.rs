//! The pages of a lab that no link leads to, or that the demo has none of: cards, and who took part.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;
use skillmark::{
    issue::{Achievement, publish},
    program::{lab, roster, run},
    who::Role,
};
use thirtyfour::WebDriver;

use super::{VIEWS, axe, examine, follow, hosted, in_browser, look_as, open, states::picture};
use crate::support::site::Provider;

/// A lab with three learners that gives something for taking part: its path.
async fn a_lab(provider: &Provider<'_>) -> String {
    let (app, who) = (&provider.site.app, &provider.who);
    let file = json!({
        "kind": "participation",
        "meaning": "Was there.",
        "name": "Data lab participant",
        "achievementType": "MicroCredential",
        "criteria": {"narrative": "Takes part in a data lab."}
    });
    let badge = Achievement::parse(file.to_string().as_bytes()).expect("an achievement");
    publish::publish(app, who, &badge).await.expect("published");
    let said = run::Said {
        name: "Career skills".to_owned(),
        term: "Spring".to_owned(),
        school: "Riverside".to_owned(),
        ..run::Said::default()
    };
    let program = run::make(app, who, &said).await.expect("a program");
    let csv = b"learner,name\nu-1,Ana Canary\nu-2,Bo Canary\nu-3,Cy Canary\n";
    let roster = roster::apply(app, who, &program, csv, false).await;
    roster.expect("a roster");
    let said = lab::Said {
        program,
        name: "Data lab".to_owned(),
        held: "2026-03-01".to_owned(),
        offers: vec![badge.id().clone()],
    };
    let lab = lab::make(app, who, &said).await.expect("a lab");
    format!("/desk/labs/{lab}")
}

async fn looks(browser: &WebDriver, axe: &str, name: &str, faults: &mut BTreeSet<String>) {
    for (scheme, width, height) in VIEWS {
        look_as(browser, scheme, width, height).await;
        let view = format!("{name}-{scheme}-{width}");
        picture(browser, &view).await;
        examine(browser, axe, &view, faults).await;
    }
}

#[tokio::test]
async fn axe_finds_nothing_on_cards_and_on_who_took_part() {
    let (site, origin) = hosted().await;
    let provider = site.provider("Riverside Tutoring").await;
    let path = a_lab(&provider).await;
    let coordinator = provider.member("Co Lee", &[Role::Coordinator]).await;
    let token = coordinator.cookie("skillmark");
    let axe = axe();
    in_browser(&[], |browser| async move {
        browser
            .set_script_timeout(Duration::from_secs(60))
            .await
            .expect("patience");
        open(&browser, &origin).await;
        let take = "document.cookie = 'skillmark=' + arguments[0] + '; path=/';";
        let taken = browser.execute(take, vec![json!(token)]).await;
        taken.expect("a cookie");
        let mut faults = BTreeSet::new();
        let page = format!("{origin}{path}");
        open(&browser, &page).await;
        looks(&browser, &axe, "lab", &mut faults).await;
        follow(&browser, "form[action$='/cards'] button").await;
        looks(&browser, &axe, "cards", &mut faults).await;
        open(&browser, &page).await;
        follow(&browser, "a[href*='/taking-part/']").await;
        looks(&browser, &axe, "taking-part", &mut faults).await;
        for learner in 1..3 {
            let tick = format!("#learner-{learner}");
            super::click(&browser, &tick).await;
        }
        follow(&browser, "button[value=look]").await;
        looks(&browser, &axe, "taking-part-ready", &mut faults).await;
        follow(&browser, "button[value=award]").await;
        assert!(
            browser
                .current_url()
                .await
                .expect("an address")
                .path()
                .starts_with("/desk/awards/")
        );
        let faults = Vec::from_iter(faults).join("\n");
        assert!(faults.is_empty(), "\n{faults}\n");
    })
    .await;
}
