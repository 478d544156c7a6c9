//! Every page of the desk and of learners, empty and with something on it, as it is reached by
//! clicking: looked at by axe-core on a phone and on a desk, light and dark, and walked through with
//! the Tab key. Which pages there are is read out of the routes: one that no link leads to fails.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use serde_json::{Value, json};
use skillmark::who::Role;
use thirtyfour::WebDriver;

use super::{
    VIEWS, axe, choose, examine, follow, hosted, in_browser, keyboard, look_as, open, see,
    states::picture, write,
};
use crate::{
    cli::{Desk, Serving},
    support::pages::{pages, template},
};

/// How many pages of one kind are looked at; of attempts more, for each state looks different.
fn most(template: &str) -> usize {
    match template {
        "/desk/attempts/{id}" | "/me/attempts/{id}" => 5,
        "/desk/letters/{kind}" => 1,
        _ => 2,
    }
}

/// A walk over all pages that links lead to.
struct Walk<'b> {
    browser: &'b WebDriver,
    origin: &'b str,
    axe: &'b str,
    name: &'static str,
    pages: BTreeSet<String>,
    seen: BTreeMap<String, usize>,
    faults: BTreeSet<String>,
}

impl Walk<'_> {
    /// Looks at the page behind `start`, and at all that it leads to.
    async fn from(&mut self, start: &str) {
        let mut known = BTreeSet::from([start.to_owned()]);
        let mut next = VecDeque::from([start.to_owned()]);
        while let Some(path) = next.pop_front() {
            let Some(page) = template(&self.pages, &path).map(str::to_owned) else {
                continue;
            };
            let times = self.seen.entry(page.clone()).or_default();
            if *times >= most(&page) {
                continue;
            }
            *times += 1;
            let first = *times == 1;
            open(self.browser, &format!("{}{path}", self.origin)).await;
            self.looks(&path, first).await;
            for link in self.links().await {
                if known.insert(link.clone()) {
                    next.push_back(link);
                }
            }
        }
    }

    async fn looks(&mut self, path: &str, first: bool) {
        let at = path
            .split('/')
            .map(|step| if step.len() > 16 { "x" } else { step });
        let at = at.collect::<Vec<_>>().join("-");
        // A desk in light and a phone in dark; whoever looks at the pictures sees all four.
        let pictures = std::env::var_os("SKILLMARK_TEST_PICTURES").is_some();
        let views = VIEWS.iter().enumerate().filter(|(n, _)| match (first, n) {
            (_, 3) => true,
            (first, n) => first && (*n == 0 || pictures),
        });
        for (_, (scheme, width, height)) in views {
            look_as(self.browser, scheme, *width, *height).await;
            let view = format!("{path} ({}, {scheme}, {width} px)", self.name);
            let number = self.seen.values().sum::<usize>();
            let file = format!("{}{at}-{number}-{scheme}-{width}", self.name);
            picture(self.browser, &file).await;
            examine(self.browser, self.axe, &view, &mut self.faults).await;
        }
        if first {
            let lost = keyboard::tabs_through(self.browser).await;
            self.faults.extend(
                lost.into_iter()
                    .map(|one| format!("{path} ({}): {one}", self.name)),
            );
        }
    }

    /// The paths of this site that the page's links lead to; files are not opened.
    async fn links(&self) -> Vec<String> {
        let read = "return [...document.querySelectorAll('a[href]:not([download])')]
            .filter((link) => link.origin === location.origin)
            .map((link) => link.pathname)
            .filter((path) => !/\\.(csv|json|png|svg)$/.test(path));";
        let read = self.browser.execute(read, Vec::new()).await.expect("links");
        let paths: Vec<String> = serde_json::from_value(read.json().clone()).expect("paths");
        paths
    }

    /// Every page but these was seen, and nothing is wrong with any.
    fn saw_all_but(self, not: &[&str]) {
        let seen: BTreeSet<&str> = self.seen.keys().map(String::as_str).collect();
        let missing: Vec<&str> = self
            .pages
            .iter()
            .map(String::as_str)
            .filter(|page| !seen.contains(page) && !not.contains(page))
            .collect();
        let faults = Vec::from_iter(self.faults).join("\n");
        assert!(faults.is_empty(), "\n{faults}\n");
        assert!(missing.is_empty(), "no link leads to {missing:#?}");
    }
}

/// Signs in on the page.
pub(super) async fn sign_in(browser: &WebDriver, origin: &str, address: &str, password: &str) {
    open(browser, &format!("{origin}/sign-in")).await;
    write(browser, "#address", address).await;
    write(browser, "#password", password).await;
    follow(browser, "main form button").await;
}

/// Sends a form of the desk from the page that is open; the status of the page behind it.
async fn send(browser: &WebDriver, path: &str, fields: Value) -> i64 {
    let send = "
        const [path, fields, done] = arguments;
        const body = new URLSearchParams(fields);
        fetch(path, { method: 'POST', body }).then((answer) => done(answer.status), (error) => done(String(error)));";
    let told = browser.execute_async(send, vec![json!(path), fields]).await;
    let told = told.expect("an answer");
    told.json()
        .as_i64()
        .unwrap_or_else(|| panic!("{path}: {:?}", told.json()))
}

/// What the demo has none of, written on the pages.
async fn more(browser: &WebDriver, origin: &str) {
    let link = async |page: &str, start: &str| {
        open(browser, &format!("{origin}{page}")).await;
        let link = see(browser, &format!("main a[href^='{start}']")).await;
        link.attr("href").await.expect("a link").expect("a path")
    };
    let credential = {
        open(browser, &format!("{origin}/desk/learners?q=CRL-01")).await;
        follow(browser, "main a[href^='/desk/learners/']").await;
        follow(browser, "main a[href^='/desk/attempts/']").await;
        let badge = see(browser, "main a[href^='/c/']").await;
        badge.attr("href").await.expect("a link").expect("a path")
    };
    for (path, fields) in [
        (
            "/desk/people",
            json!([
                ["address", "eve@career-lab.example"],
                ["name", "Eve"],
                ["role", "auditor"]
            ]),
        ),
        (
            "/desk/keys",
            json!([["name", "School system"], ["scope", "read"]]),
        ),
        (
            "/desk/webhooks",
            json!([
                ["url", "https://lms.school.example/hook"],
                ["event", "credential.issued"]
            ]),
        ),
        (
            "/desk/corrections",
            json!([
                ["credentials", credential],
                ["change", "suspend"],
                ["reason", "A mistake"]
            ]),
        ),
        (
            "/desk/corrections",
            json!([["credentials", credential], ["change", "reinstate"]]),
        ),
    ] {
        let status = send(browser, path, fields).await;
        assert!(status < 400, "{path}: {status}");
    }
    // An award of many, from a file.
    open(browser, &format!("{origin}/desk/awards/new")).await;
    choose(browser, "#achievement", "Professional Email").await;
    let rows = "learner,date,level: Purpose,level: Tone,level: Correctness,assessor_role,evidence\n\
                CRL-99,2026-03-02,Proficient,Proficient,Exemplary,Teacher,Three emails\n";
    write(browser, "#rows", rows).await;
    follow(browser, "button[value=check]").await;
    follow(browser, "button[value=issue]").await;
    // The next versions of a map and a rubric.
    for (list, start) in [
        ("/desk/maps", "/desk/maps/"),
        ("/desk/rubrics", "/desk/rubrics/"),
    ] {
        let mut path = link(list, start).await;
        if path.ends_with("/new") {
            let other = format!("main h2 a[href^='{start}']");
            path = see(browser, &other)
                .await
                .attr("href")
                .await
                .expect("a link")
                .expect("a path");
        }
        open(browser, &format!("{origin}{path}")).await;
        write(browser, "#name", ", again").await;
        follow(browser, "form.stack button").await;
    }
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_with_something_on_it() {
    let desk = Desk::new();
    let mut serving = Serving::start(&desk);
    let address = serving.until("everything").trim().to_owned();
    let password = serving.until("password").trim().to_owned();
    let learner = serving.until("a learner").trim().to_owned();
    let origin = serving.until("Open ");
    let origin = origin
        .split_whitespace()
        .next()
        .expect("an address")
        .to_owned();
    let own = learner
        .split_whitespace()
        .next()
        .expect("a link")
        .to_owned();
    let axe = axe();
    in_browser(&[], |browser| async move {
        browser
            .set_script_timeout(Duration::from_secs(60))
            .await
            .expect("patience");
        sign_in(&browser, &origin, &address, &password).await;
        more(&browser, &origin).await;
        let mut walk = Walk {
            browser: &browser,
            origin: &origin,
            axe: &axe,
            name: "full",
            pages: pages(),
            seen: BTreeMap::new(),
            faults: BTreeSet::new(),
        };
        walk.from("/desk").await;
        let token = own
            .strip_prefix(&origin)
            .expect("a link of ours")
            .to_owned();
        walk.from(&token).await;
        follow(&browser, "main button").await;
        walk.from("/me").await;
        open(&browser, &format!("{origin}/me")).await;
        follow(&browser, ".top form button").await;
        walk.from("/me/out").await;
        // The demo gives nothing for taking part: `labs` looks at that page.
        walk.saw_all_but(&["/desk/labs/{id}/taking-part/{achievement}"]);
    })
    .await;
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_with_nothing_on_it() {
    let (site, origin) = hosted().await;
    let provider = site.beginner("Harbour Tutoring").await;
    let somebody = provider.member("Ana Lee", &Role::ALL).await;
    let token = somebody.cookie("skillmark");
    let axe = axe();
    in_browser(&[], |browser| async move {
        browser
            .set_script_timeout(Duration::from_secs(60))
            .await
            .expect("patience");
        open(&browser, &origin).await;
        let take = "document.cookie = 'skillmark=' + arguments[0] + '; path=/';";
        browser
            .execute(take, vec![json!(token)])
            .await
            .expect("a cookie");
        let mut walk = Walk {
            browser: &browser,
            origin: &origin,
            axe: &axe,
            name: "empty",
            pages: pages(),
            seen: BTreeMap::new(),
            faults: BTreeSet::new(),
        };
        walk.from("/desk").await;
        let not: Vec<String> = pages()
            .into_iter()
            .filter(|page| page.contains('{') || page.starts_with("/me"))
            .collect();
        let not: Vec<&str> = not.iter().map(String::as_str).collect();
        walk.saw_all_but(&not);
    })
    .await;
}
