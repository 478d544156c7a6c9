//! Pages that no link of the desk leads to: for strangers, for employers, for who cannot come in, and
//! those that say what went wrong. Looked at by axe-core in every view, and walked with the Tab key.

use std::collections::BTreeSet;

use serde_json::json;
use skillmark::{
    standard::employer::{self, By, Invitation},
    who::Role,
};
use thirtyfour::WebDriver;

use super::{VIEWS, axe, examine, hosted, in_browser, keyboard, look_as, open, states::picture};
use crate::{
    desk::standards::{a_rubric, an_achievement, led},
    support::site::Provider,
};

/// The link of an employer who is asked about what is published.
async fn asked(provider: &Provider<'_>) -> String {
    let invitation = Invitation {
        organisation: "Harbour Line Welding".to_owned(),
        name: String::new(),
        email: "jo@harbourline.example".to_owned(),
        days: 21,
    };
    let offer = provider.achievement.parse().expect("an id");
    let (app, who) = (&provider.site.app, &provider.who);
    let asked = employer::invite(app, who, &offer, &invitation, By::Hand).await;
    format!("/employer/{}", asked.expect("asked").token.reveal())
}

async fn sign(browser: &WebDriver, origin: &str, token: &str) {
    open(browser, origin).await;
    let take = "document.cookie = 'skillmark=' + arguments[0] + '; path=/';";
    let taken = browser.execute(take, vec![json!(token)]).await;
    taken.expect("a cookie");
}

#[tokio::test]
async fn axe_finds_nothing_on_pages_for_others_and_of_errors() {
    let (site, origin) = hosted().await;
    let provider = site.provider("Harbour Tutoring").await;
    let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
    let map = [
        ("name", "Decisions with data"),
        ("s0_name", "Read a chart"),
        ("s0_priority", "now"),
        ("s0_jobs", "43-9111.00 | Statistical Assistants"),
    ];
    let map = led(&teacher.form("/desk/maps", &map).await);
    let rubric = a_rubric(&teacher).await;
    let skill = format!("{map}|1|Read a chart");
    an_achievement(
        &teacher,
        &rubric,
        "Explain a decision with data",
        Some(&skill),
    )
    .await;
    let employer = asked(&provider).await;
    let started = site.visitor();
    let begun = asked(&provider).await;
    started.form(&begun, &[]).await.is(303);
    let issuer = format!("/issuers/{}", provider.who.issuer());
    let token = teacher.cookie("skillmark");
    let axe = axe();
    in_browser(&[], |browser| async move {
        let mut faults = BTreeSet::new();
        let mut seen = async |pages: &[(&str, &str)]| {
            for (name, path) in pages {
                for (scheme, width, height) in VIEWS {
                    look_as(&browser, scheme, width, height).await;
                    open(&browser, &format!("{origin}{path}")).await;
                    picture(&browser, &format!("others-{name}-{scheme}-{width}")).await;
                    let view = format!("{name} ({scheme}, {width} px)");
                    examine(&browser, &axe, &view, &mut faults).await;
                }
                let lost = keyboard::tabs_through(&browser).await;
                faults.extend(lost.into_iter().map(|one| format!("{name}: {one}")));
            }
        };
        seen(&[
            ("map", &format!("/maps/{map}/1")),
            ("rubric", &format!("/rubrics/{rubric}/1")),
            ("issuer", &issuer),
            ("employer-asked", &employer),
            ("forgot", "/sign-in/forgot"),
            ("not-found", "/nowhere"),
            ("no-credential", "/c/AAAAAAAAAAAAAAAAAAAAAA"),
            (
                "no-portfolio",
                "/p/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
            (
                "no-link",
                "/me/in/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
            ("not-in", "/me"),
            (
                "no-invitation",
                "/invitation/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
        ])
        .await;
        // Somebody at the desk who may not do everything.
        sign(&browser, &origin, &token).await;
        seen(&[
            ("not-allowed", "/desk/keys"),
            ("not-there", "/desk/rubrics/AAAAAAAAAAAAAAAAAAAAAA"),
            ("organisations", "/sign-in/organisation"),
        ])
        .await;
        let faults = Vec::from_iter(faults);
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    })
    .await;
}
