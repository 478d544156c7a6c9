//! Quick entry at a lab while the network comes and goes: nothing typed is lost, it says so, and it
//! is saved once. Without the script the form saves as well.

use std::{net::SocketAddr, time::Duration};

use serde_json::json;
use skillmark::{
    program::{lab, roster, run},
    web::Server,
    who::Role,
};
use thirtyfour::{By, WebDriver};

use super::{choose, follow, in_browser, open, see, text};
use crate::support::{
    db::{Engine, Temp},
    site::{Provider, Site},
};

const SAVED: &str = "Everything is saved.";
const WAITING: &str = "Not sent yet: kept on this device, and sent when the network is back.";

/// A lab with three learners: the path of its grid.
async fn a_grid(provider: &Provider<'_>) -> String {
    let (app, who) = (&provider.site.app, &provider.who);
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
    let offer = provider.achievement.parse().expect("an id");
    let said = lab::Said {
        program,
        name: "Data lab".to_owned(),
        held: "2026-03-01".to_owned(),
        offers: vec![offer],
    };
    let lab = lab::make(app, who, &said).await.expect("a lab");
    format!("/desk/labs/{lab}/grid/{}", provider.achievement)
}

/// Signs in as whoever has this cookie.
async fn sign_in(browser: &WebDriver, origin: &str, token: &str) {
    open(browser, origin).await;
    let take = "document.cookie = 'skillmark=' + arguments[0] + '; path=/';";
    let taken = browser.execute(take, vec![json!(token)]).await;
    taken.expect("a cookie");
}

/// Takes the network from the browser, or gives it back.
async fn network(browser: &WebDriver, there: bool) {
    let tools = browser.cdp();
    let wish =
        json!({"offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    tools
        .send_raw("Network.enable", json!({}))
        .await
        .expect("it is watched");
    let done = tools
        .send_raw("Network.emulateNetworkConditions", wish)
        .await;
    done.expect("the network changes");
}

/// Waits until the page says this of the entries.
async fn says(browser: &WebDriver, words: &str) {
    for _ in 0..150 {
        if text(browser, "#grid-state").await == words {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let state = text(browser, "#grid-state").await;
    panic!("it says {state:?}, and not {words:?}");
}

/// The list of a learner's criterion, by their places on the page.
fn cell(learner: usize, criterion: usize) -> String {
    format!("li:nth-of-type({learner}) div.cells > div:nth-of-type({criterion}) select")
}

/// Which level every cell shows.
async fn shown(browser: &WebDriver) -> serde_json::Value {
    let read =
        "return [...document.querySelectorAll('.cells select')].map((field) => field.value);";
    let read = browser.execute(read, Vec::new()).await.expect("levels");
    read.json().clone()
}

/// What is stored of every entry: learner, level.
async fn stored(temp: &Temp) -> Vec<String> {
    let levels = "select s.level from attempt_scores s join attempts a on a.attempt_id = s.attempt_id \
                  order by a.person_id, s.criterion";
    temp.texts(levels).await
}

/// Where a service runs with all its connections.
fn apart() -> tokio::runtime::Runtime {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = threads.worker_threads(1).enable_all().build();
    runtime.expect("a runtime")
}

#[tokio::test]
async fn entries_outlive_a_network_that_goes_and_comes() {
    let temp = Temp::new(Engine::Sqlite).await;
    // It runs apart, so that it can be away altogether.
    let apart = apart();
    let bound = {
        let _inside = apart.enter();
        Server::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
    };
    let server = bound.expect("a port");
    let address = server.address().expect("an address");
    let origin = format!("http://localhost:{}", address.port());
    let site = Site::over(&temp, |config| {
        config.public_url = origin.parse().expect("an address");
        config.rate_burst = 10_000;
    })
    .await;
    apart.spawn(server.run(site.router.clone()));
    let provider = site.provider("Riverside Tutoring").await;
    let path = a_grid(&provider).await;
    let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
    let other = provider.member("Ot Her", &[Role::Tutor]).await;
    let (token, others) = (tutor.cookie("skillmark"), other.cookie("skillmark"));
    let (temp, router) = (&temp, site.router.clone());
    in_browser(&[], |browser| async move {
        let browser = &browser;
        let grid = format!("{origin}{path}");
        sign_in(browser, &origin, &token).await;
        open(browser, &grid).await;
        choose(browser, &cell(1, 1), "Advanced").await;
        says(browser, SAVED).await;

        // The network goes: what is chosen waits, through the button of the form too.
        network(browser, false).await;
        choose(browser, &cell(1, 2), "Developing").await;
        choose(browser, &cell(2, 1), "Proficient").await;
        choose(browser, &cell(3, 2), "Beginning").await;
        says(browser, WAITING).await;
        see(browser, "li:nth-of-type(2) button")
            .await
            .click()
            .await
            .expect("Save");
        says(browser, WAITING).await;
        assert_eq!(stored(temp).await.len(), 1, "nothing came through");
        network(browser, true).await;
        says(browser, SAVED).await;
        assert_eq!(stored(temp).await.len(), 4);

        // The service itself is away, and the page is even closed meanwhile.
        apart.shutdown_background();
        tokio::time::sleep(Duration::from_millis(300)).await;
        choose(browser, &cell(3, 1), "Advanced").await;
        choose(browser, &cell(2, 2), "Proficient").await;
        says(browser, WAITING).await;
        open(browser, "about:blank").await;
        let again = Server::bind(address).expect("the same port");
        tokio::spawn(again.run(router));
        // Somebody else at the same device sends nothing in their own name.
        sign_in(browser, &origin, &others).await;
        open(browser, &grid).await;
        assert_eq!(shown(browser).await[5], json!("Beginning"));
        assert_eq!(shown(browser).await[3], json!(""));
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(stored(temp).await.len(), 4);
        sign_in(browser, &origin, &token).await;
        open(browser, &grid).await;
        says(browser, SAVED).await;
        let all = [
            "Advanced",
            "Developing",
            "Proficient",
            "Proficient",
            "Advanced",
            "Beginning",
        ];
        assert_eq!(shown(browser).await, json!(all));
        open(browser, &grid).await;
        assert_eq!(shown(browser).await, json!(all), "as the service has it");

        // Once each: one attempt for a learner, one entry for a cell, one line of the log for each.
        assert_eq!(temp.number("select count(*) from attempts").await, 3);
        assert_eq!(stored(temp).await.len(), 6);
        let lines = "select count(*) from audit where action = 'attempt.score'";
        assert_eq!(temp.number(lines).await, 6);
    })
    .await;
}

#[tokio::test]
async fn what_was_cleared_is_not_sent() {
    let temp = Temp::new(Engine::Sqlite).await;
    let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
    let address = server.address().expect("an address");
    let origin = format!("http://localhost:{}", address.port());
    let site = Site::over(&temp, |config| {
        config.public_url = origin.parse().expect("an address");
        config.rate_burst = 10_000;
    })
    .await;
    tokio::spawn(server.run(site.router.clone()));
    let provider = site.provider("Riverside Tutoring").await;
    let path = a_grid(&provider).await;
    let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
    let token = tutor.cookie("skillmark");
    let temp = &temp;
    in_browser(&[], |browser| async move {
        let browser = &browser;
        let grid = format!("{origin}{path}");
        sign_in(browser, &origin, &token).await;
        open(browser, &grid).await;
        choose(browser, &cell(1, 1), "Advanced").await;
        says(browser, SAVED).await;
        assert_eq!(stored(temp).await.len(), 1);
        // What was saved is taken back, and what still waits is not sent at all; by the button too.
        network(browser, false).await;
        choose(browser, &cell(1, 1), "–").await;
        choose(browser, &cell(2, 1), "Proficient").await;
        choose(browser, &cell(2, 1), "–").await;
        choose(browser, &cell(3, 1), "Beginning").await;
        says(browser, WAITING).await;
        see(browser, "li:nth-of-type(2) button")
            .await
            .click()
            .await
            .expect("Save");
        network(browser, true).await;
        says(browser, SAVED).await;
        assert_eq!(stored(temp).await.len(), 1, "the third learner's alone");
        open(browser, &grid).await;
        let all = ["", "", "", "", "Beginning", ""];
        assert_eq!(shown(browser).await, json!(all));
        assert_eq!(temp.number("select count(*) from attempts").await, 2);
    })
    .await;
}

#[tokio::test]
async fn without_a_script_the_form_saves() {
    let (site, origin) = super::hosted().await;
    let provider = site.provider("Riverside Tutoring").await;
    let path = a_grid(&provider).await;
    let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
    let token = tutor.cookie("skillmark");
    in_browser(&[], |browser| async move {
        let browser = &browser;
        sign_in(browser, &origin, &token).await;
        let tools = browser.cdp();
        let off = tools.send_raw(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": true}),
        );
        off.await.expect("no scripts");
        open(browser, &format!("{origin}{path}")).await;
        assert_eq!(text(browser, "#grid-state").await, "");
        choose(browser, &cell(2, 1), "Advanced").await;
        choose(browser, &cell(2, 2), "Proficient").await;
        follow(browser, "li:nth-of-type(2) button").await;
        for (criterion, level) in [(1, "Advanced"), (2, "Proficient")] {
            let chosen = format!("{} option[selected]", cell(2, criterion));
            assert_eq!(text(browser, &chosen).await, level);
        }
        let tag = browser.find(By::Css("li:nth-of-type(2) .tag")).await;
        assert!(tag.is_ok(), "the attempt is open now");
    })
    .await;
}
