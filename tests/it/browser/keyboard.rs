//! The loop's critical pages by keys alone: sign in, publish, grid entry, review, approve. Wherever the
//! focus is, it is seen; nothing holds it; and what was refused leads to where it can be set right.

use serde_json::{Value, json};
use skillmark::{
    program::{By, attempt, evidence, lab, learner, qualification, roster, run},
    standard::{
        achievement,
        draft::{Draft, RubricRef},
        rubric::Rubric,
        versions,
    },
    who::{self, Invite, Role},
};
use thirtyfour::{By as Css, Key, TypingData, WebDriver, prelude::ElementWaitable as _};

use super::{hosted, in_browser, open, see, text};
use crate::support::site::{Provider, Site};

const PASSWORD: &str = "four plain wet words";

/// Notes down where the focus goes, and whether it is seen there.
const WATCH: &str = "
    window.visited = new Set();
    window.unseen = [];
    addEventListener('focusin', ({ target }) => {
        visited.add(target);
        const style = getComputedStyle(target);
        const box = target.getBoundingClientRect();
        const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        if (!outlined || !inside) unseen.push(target.outerHTML.slice(0, 120));
    });";

/// What a Tab key should have come to, and did not; and where the focus was not seen.
const ASK: &str = "
    const all = 'a[href], button:enabled, input:enabled:not([type=hidden]):not([type=radio]), select:enabled, textarea:enabled, summary, [tabindex=\"0\"]';
    const reachable = [...document.querySelectorAll(all)].filter((one) => one.checkVisibility({ visibilityProperty: true }));
    const missed = reachable.filter((one) => !visited.has(one)).map((one) => 'not reached: ' + one.outerHTML.slice(0, 120));
    return [...missed, ...unseen.map((one) => 'focus not seen: ' + one)];";

/// Walks over the page that is open with the Tab key; what is wrong.
pub(super) async fn tabs_through(browser: &WebDriver) -> Vec<String> {
    // A date is four stops: month, day, year, calendar.
    let count = "document.activeElement.blur(); return 3 * document.querySelectorAll('[type=date]').length + document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]').length;";
    browser.execute(WATCH, Vec::new()).await.expect("watched");
    let count = browser.execute(count, Vec::new()).await.expect("a count");
    let count = count.json().as_u64().expect("a number");
    let mut keys = browser.action_chain();
    for _ in 0..count + 3 {
        keys = keys.key_down(Key::Tab).key_up(Key::Tab);
    }
    keys.perform().await.expect("keys");
    let told = browser.execute(ASK, Vec::new()).await.expect("told");
    serde_json::from_value(told.json().clone()).expect("sentences")
}

/// Somebody who has a keyboard and nothing else.
struct Keys<'b> {
    browser: &'b WebDriver,
}

impl Keys<'_> {
    async fn press(&self, keys: impl Into<TypingData>) {
        let chain = self.browser.action_chain().send_keys(keys);
        chain.perform().await.expect("a key");
    }

    /// What has the focus, and whether that is seen.
    async fn focus(&self) -> Value {
        let read = "
            const one = document.activeElement;
            const style = getComputedStyle(one);
            const box = one.getBoundingClientRect();
            return {
                what: one.outerHTML.slice(0, 160), text: one.innerText, id: one.id,
                outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
                inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
            };";
        let read = self.browser.execute(read, Vec::new()).await.expect("read");
        read.json().clone()
    }

    async fn is_at(&self, selector: &str) -> bool {
        let ask = "return document.activeElement.matches(arguments[0]);";
        let told = self.browser.execute(ask, vec![json!(selector)]).await;
        told.expect("told").json() == &json!(true)
    }

    /// Presses Tab until this has the focus, which is seen at every stop.
    async fn tab_to(&self, selector: &str) {
        for _ in 0..90 {
            self.press(Key::Tab).await;
            if self.is_at("body").await {
                continue;
            }
            let at = self.focus().await;
            assert!(
                at["outlined"] == true && at["inside"] == true,
                "not seen: {at:#}"
            );
            if self.is_at(selector).await {
                return;
            }
        }
        panic!("no Tab leads to {selector}");
    }

    /// Presses a key that leads to another page.
    async fn leads(&self, key: Key) {
        let here = see(self.browser, "html").await;
        let from = self.focus().await["what"].to_string();
        self.press(key).await;
        let gone = here.wait_until();
        gone.stale().await.expect(&from);
        see(self.browser, "main h1").await;
    }

    /// Goes where a link or button leads.
    async fn follow(&self, selector: &str) {
        self.tab_to(selector).await;
        self.leads(Key::Enter).await;
    }

    /// Over the skip link, past all that stands before the page's content.
    async fn skip(&self) {
        self.press(Key::Tab).await;
        assert!(self.is_at(".skip").await, "{:#}", self.focus().await);
        assert_eq!(self.focus().await["inside"], true);
        self.press(Key::Enter).await;
        assert!(self.is_at("#main").await, "{:#}", self.focus().await);
    }

    /// The focus stands on what was refused.
    async fn is_told(&self, words: &str) {
        assert!(self.is_at("[role=alert]").await, "{:#}", self.focus().await);
        let at = self.focus().await;
        let said = at["text"].as_str().unwrap_or_default();
        assert!(said.contains(words), "{at:#}");
    }

    async fn reads(&self, words: &str) {
        let page = text(self.browser, "main").await;
        assert!(page.contains(words), "no “{words}” in:\n{page}");
    }
}

/// A draft that lacks its task, a lab with two learners, an attempt that waits, and a link for
/// somebody who may do everything.
async fn prepared(site: &Site, provider: &Provider<'_>) -> String {
    let (app, who) = (&site.app, &provider.who);
    let rubric = json!({"name": "Memo", "levels": [{"name": "Beginning", "points": "1"}, {"name": "Proficient", "points": "2"}],
        "criteria": [{"name": "Uses evidence", "required": "Proficient", "descriptors": ["Names a number.", "Backs each claim."]}]});
    let rubric: Rubric = serde_json::from_value(rubric).expect("a rubric");
    let id = "Zr4XfLk2Qp8sVb1NwYt6Ag";
    versions::create(app, who, id, &rubric).await.expect("kept");
    let draft = Draft {
        name: "Write a memo".to_owned(),
        meaning: "Can write a memo.".to_owned(),
        criteria: "Meets it.".to_owned(),
        evidence_required: "A memo.".to_owned(),
        rubric: Some(RubricRef {
            id: id.parse().expect("an id"),
            version: 1,
        }),
        ..Draft::default()
    };
    achievement::create(app, who, &draft).await.expect("kept");
    let said = run::Said {
        name: "Career skills".to_owned(),
        term: "Spring".to_owned(),
        school: "Riverside".to_owned(),
        ..run::Said::default()
    };
    let program = run::make(app, who, &said).await.expect("a program");
    let csv = b"learner,name\nu-1,Ana Canary\nu-2,Bo Canary\n";
    roster::apply(app, who, &program, csv, false)
        .await
        .expect("a roster");
    let offer = provider.achievement.parse().expect("an id");
    let said = lab::Said {
        program,
        name: "Data lab".to_owned(),
        held: "2026-03-01".to_owned(),
        offers: vec![offer],
    };
    let lab = lab::make(app, who, &said).await.expect("a lab");
    let bo = learner::all(app, who, "Bo")
        .await
        .expect("all")
        .remove(0)
        .person;
    let by = By::Learner(who.issuer().clone(), bo.clone());
    let open = attempt::Open {
        person: bo,
        achievement: provider.achievement.parse().expect("an id"),
        kind: skillmark::db::AttemptKind::Performance,
        lab: Some(lab),
        program: None,
    };
    let waiting = attempt::open(app, &by, &open).await.expect("opened");
    let note = evidence::New::Note("Open on Mondays.".to_owned());
    evidence::add(app, &by, &waiting, "Memo", note)
        .await
        .expect("added");
    attempt::submit(app, &by, &waiting)
        .await
        .expect("handed in");
    let asked = Invite {
        address: "kay@school.example".to_owned(),
        name: "Kay Keys".to_owned(),
        roles: Role::ALL.to_vec(),
    };
    let (member, link) = who::invite(app, who, &asked).await.expect("invited");
    let said = qualification::Said {
        reviewer: member.to_string(),
        role: "Reviewer".to_owned(),
        title: "State teaching licence".to_owned(),
        valid_until: None,
    };
    qualification::add(app, who, &said)
        .await
        .expect("qualified");
    link.path()
}

/// Joins, leaves, is refused once and signs in.
async fn signs_in(keys: &Keys<'_>) {
    keys.tab_to("#password").await;
    keys.press(PASSWORD).await;
    keys.leads(Key::Enter).await;
    keys.follow(".whoami form button").await;
    keys.skip().await;
    keys.tab_to("#address").await;
    keys.press("kay@school.example").await;
    keys.tab_to("#password").await;
    keys.press("not this one").await;
    keys.leads(Key::Enter).await;
    keys.is_told("The address or the password is not right")
        .await;
    keys.tab_to("#password").await;
    keys.press(PASSWORD).await;
    keys.leads(Key::Enter).await;
    keys.reads("Good to see you, Kay").await;
}

/// Looks at what is to be published, sets right what is missing, and publishes.
async fn publishes(keys: &Keys<'_>) {
    keys.follow(".desk-nav a[href='/desk/achievements']").await;
    keys.skip().await;
    keys.follow("main h2 a").await;
    keys.follow("main a[href$='/publish']").await;
    keys.reads("Not yet.").await;
    keys.follow("main a[href$='#task']").await;
    assert!(keys.is_at("#task").await, "{:#}", keys.focus().await);
    keys.press("Read a week of sales.").await;
    keys.tab_to("#standards").await;
    keys.press("nowhere").await;
    keys.follow("button[value=publish]").await;
    keys.is_told("One thing is not right yet").await;
    keys.tab_to("[role=alert] a").await;
    keys.press(Key::Enter).await;
    assert!(keys.is_at("#standards").await, "{:#}", keys.focus().await);
    let all = keys
        .browser
        .action_chain()
        .key_down(Key::Control)
        .send_keys("a");
    all.key_up(Key::Control).perform().await.expect("all of it");
    keys.press(Key::Backspace).await;
    keys.follow("button[value=publish]").await;
    keys.tab_to("details summary").await;
    keys.press(" ").await;
    keys.tab_to("details pre").await;
    keys.tab_to("form[action$='/publish'] button").await;
    keys.leads(Key::Space).await;
    keys.reads("Edition 1").await;
}

/// Enters at a lab what was seen.
async fn enters(keys: &Keys<'_>) {
    keys.follow(".desk-nav a[href='/desk/labs']").await;
    keys.skip().await;
    keys.follow("main a[href^='/desk/labs/']").await;
    keys.skip().await;
    keys.follow("a[href*='/grid/']").await;
    keys.skip().await;
    for level in ["Dev", "Pro"] {
        keys.tab_to("select").await;
        keys.press(level).await;
    }
    keys.tab_to("form[data-grid] button").await;
    for _ in 0..100 {
        if text(keys.browser, "#grid-state").await == "Everything is saved." {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    keys.reads("Everything is saved.").await;
}

/// Decides: not yet without a word is refused; then approves.
async fn decides(keys: &Keys<'_>) {
    keys.follow(".desk-nav a[href='/desk/review']").await;
    keys.skip().await;
    keys.follow("main .things a").await;
    keys.skip().await;
    keys.tab_to("input[name=level-0]").await;
    keys.press(" ").await;
    keys.tab_to("input[name=level-1]").await;
    keys.press(" ").await;
    keys.press(Key::Down).await;
    assert!(
        keys.is_at("input[name=level-1][value=Developing]:checked")
            .await
    );
    keys.follow("button[value=return]").await;
    keys.is_told("Feedback to the learner is missing").await;
    for name in ["level-0", "level-1"] {
        keys.tab_to(&format!("input[name={name}]")).await;
        for _ in 0..4 {
            if keys.is_at("input[value=Proficient]").await {
                break;
            }
            keys.press(Key::Down).await;
        }
        assert!(keys.is_at("input[value=Proficient]:checked").await);
    }
    keys.tab_to("#feedback").await;
    keys.press("Clear and short.").await;
    keys.follow("button[value=approve]").await;
    keys.reads("Awarded").await;
    keys.follow("main a[href^='/c/']").await;
    keys.reads("Real and still good").await;
}

#[tokio::test]
async fn the_loop_is_worked_by_keys_alone() {
    let (site, origin) = hosted().await;
    let provider = site.provider("Riverside Tutoring").await;
    let link = prepared(&site, &provider).await;
    in_browser(&[], |browser| async move {
        let keys = Keys { browser: &browser };
        open(&browser, &format!("{origin}{link}")).await;
        signs_in(&keys).await;
        publishes(&keys).await;
        enters(&keys).await;
        decides(&keys).await;
        assert!(browser.find(Css::Css("main")).await.is_ok());
    })
    .await;
}
