//! The whole loop in a browser, as five people: map, rubric, achievement, publish check, roster, lab,
//! attempt, return, partial retake, approval, badge. Nothing is made behind the pages but who signs in.
//! Every page on the way is looked at by axe-core, on a phone and on a desk.

use std::collections::BTreeSet;

use serde_json::json;
use skillmark::who::Role;
use thirtyfour::{By, WebDriver, extensions::query::ElementQueryable as _};

use super::{
    axe, choose, click, examine, follow, hosted, in_browser, look_as, open, see, states::picture,
    text, write,
};

/// Somebody at the browser.
pub(super) struct Person<'b> {
    pub(super) browser: &'b WebDriver,
    pub(super) origin: &'b str,
    pub(super) axe: &'b str,
    pub(super) faults: BTreeSet<String>,
}

impl Person<'_> {
    /// From here on somebody else sits here: their cookie, or nobody's.
    pub(super) async fn is(&self, name: &str, token: &str) {
        open(self.browser, self.origin).await;
        let take = "for (const name of ['skillmark', 'skillmark-me']) document.cookie = name + '=; path=/; max-age=0';
            if (arguments[1]) document.cookie = arguments[0] + '=' + arguments[1] + '; path=/';";
        let taken = self
            .browser
            .execute(take, vec![json!(name), json!(token)])
            .await;
        taken.expect("a cookie");
    }

    /// Opens a page and looks at it in both sizes.
    pub(super) async fn opens(&mut self, path: &str) {
        open(self.browser, &format!("{}{path}", self.origin)).await;
        self.looks(path).await;
    }

    pub(super) async fn looks(&mut self, name: &str) {
        for (scheme, width) in [("dark", 360), ("light", 1_280)] {
            look_as(self.browser, scheme, width, 900).await;
            let view = format!("{name} ({scheme}, {width} px)");
            examine(self.browser, self.axe, &view, &mut self.faults).await;
            let file = name.replace('/', "-");
            picture(self.browser, &format!("loop{file}-{scheme}-{width}")).await;
        }
    }

    pub(super) async fn path(&self) -> String {
        let url = self.browser.current_url().await.expect("an address");
        url.path().to_owned()
    }

    /// Clicks on a link by its words, and waits for the page behind it.
    async fn follows(&self, words: &str) {
        let link = self.browser.query(By::LinkText(words)).first().await;
        let link = link.unwrap_or_else(|error| panic!("no link {words}: {error}"));
        let to = link.prop("href").await.expect("a link").expect("a place");
        open(self.browser, &to).await;
    }

    /// Holds the page to saying this.
    async fn reads(&self, words: &str) {
        let page = text(self.browser, "main").await;
        assert!(page.contains(words), "no “{words}” in:\n{page}");
    }

    /// Holds the page to not saying this.
    async fn reads_nothing_of(&self, words: &str) {
        let page = text(self.browser, "main").await;
        assert!(!page.contains(words), "“{words}” in:\n{page}");
    }
}

/// The skills of the map, the first three to be known now.
const SKILLS: [&str; 5] = [
    "Read a chart",
    "Summarize a data set",
    "Defend a decision",
    "Spot a misleading chart",
    "Plan a survey",
];

/// The teacher writes down which skills matter, and why.
async fn a_map(at: &mut Person<'_>) {
    let browser = at.browser;
    at.opens("/desk/maps").await;
    at.follows("New map").await;
    write(browser, "#name", "Decisions with data").await;
    write(browser, "#s0n", SKILLS[0]).await;
    write(browser, "#s0j", "43-9111").await;
    follow(browser, "form[action='/desk/maps'] button").await;
    at.looks("/desk/maps/refused").await;
    at.reads("line 1: write O*NET code | occupation | task")
        .await;
    write(
        browser,
        "#s0j",
        ".00 | Statistical Assistants | Compile statistics",
    )
    .await;
    for (i, skill) in SKILLS.iter().enumerate() {
        if i > 0 {
            write(browser, &format!("#s{i}n"), skill).await;
            write(
                browser,
                &format!("#s{i}j"),
                "43-9111.00 | Statistical Assistants",
            )
            .await;
        }
        write(browser, &format!("#s{i}s"), "Does it alone, and says why.").await;
        let standard = "CCSS.Math | 6.SP.B.5 | Summarize data | https://www.thecorestandards.org/Math/Content/6/SP/B/5/";
        write(browser, &format!("#s{i}t"), standard).await;
        if i > 2 {
            choose(browser, &format!("#s{i}p"), "later").await;
        }
    }
    follow(browser, "form[action='/desk/maps'] button").await;
    at.looks("/desk/map").await;
    at.reads_nothing_of("Worth another look").await;
    at.reads("nice to have later").await;
}

/// The teacher says what is scored.
async fn a_rubric(at: &mut Person<'_>) {
    let browser = at.browser;
    at.opens("/desk/rubrics").await;
    at.follows("New rubric").await;
    at.looks("/desk/rubrics/new").await;
    write(browser, "#name", "Data memo").await;
    write(browser, "#c0n", "Uses evidence").await;
    choose(browser, "#c0r", "Proficient").await;
    let button = "form[action^='/desk/rubrics'] button";
    follow(browser, button).await;
    at.looks("/desk/rubric/half").await;
    at.reads("Before an achievement can use it").await;
    let levels = [
        "Names a number.",
        "Uses a number that fits.",
        "Backs each claim.",
        "Weighs numbers against each other.",
    ];
    write(browser, "#c1n", "Explains clearly").await;
    choose(browser, "#c1r", "Proficient").await;
    for (level, words) in levels.iter().enumerate() {
        for criterion in 0..2 {
            write(browser, &format!("#c{criterion}d{level}"), words).await;
        }
    }
    follow(browser, button).await;
    at.looks("/desk/rubric").await;
    at.reads_nothing_of("Before an achievement can use it")
        .await;
}

/// The teacher writes an achievement, is told what it lacks, and publishes it.
async fn an_achievement(at: &mut Person<'_>) {
    let browser = at.browser;
    at.opens("/desk/achievements").await;
    at.follows("New achievement").await;
    at.looks("/desk/achievements/new").await;
    write(browser, "#name", "Explain a decision with data").await;
    write(
        browser,
        "#meaning",
        "Can turn numbers into a clear recommendation.",
    )
    .await;
    write(
        browser,
        "#criteria",
        "Meets *Proficient* in every criterion.",
    )
    .await;
    follow(browser, "form[action='/desk/achievements'] button").await;
    at.looks("/desk/achievement/draft").await;
    follow(browser, "button[value=publish]").await;
    at.looks("/desk/achievement/check").await;
    at.reads("Not yet.").await;
    at.reads_nothing_of("Publish edition").await;
    at.follows("Go on writing").await;
    write(
        browser,
        "#task",
        "Read a week of sales and defend one change.",
    )
    .await;
    write(browser, "#evidence", "A one-page memo.").await;
    choose(browser, "#rubric", "Data memo").await;
    click(browser, "label[for=k1]").await;
    follow(browser, "button[value=publish]").await;
    at.looks("/desk/achievement/publish").await;
    at.reads_nothing_of("Not yet.").await;
    click(browser, "details.more summary").await;
    assert!(
        text(browser, "details pre")
            .await
            .contains("\"AchievementSubject\"")
    );
    at.looks("/desk/achievement/credential").await;
    follow(browser, "form[action$='/publish'] button").await;
    at.looks("/desk/achievement").await;
    at.reads("Edition 1").await;
}

/// The coordinator says who may decide.
async fn a_qualification(at: &mut Person<'_>) {
    let browser = at.browser;
    at.opens("/desk/reviewers").await;
    choose(browser, "#reviewer", "Rae View").await;
    write(browser, "#role", "Career skills reviewer").await;
    write(browser, "#title", "State teaching licence").await;
    follow(browser, "form[action='/desk/reviewers'] button").await;
    see(browser, ".tag.good").await;
    at.looks("/desk/reviewers/one").await;
}

/// The coordinator makes a program, imports a roster, holds a lab: its station's address.
async fn a_lab(at: &mut Person<'_>) -> String {
    let browser = at.browser;
    at.opens("/desk/programs").await;
    write(browser, "#name", "Career skills").await;
    write(browser, "#term", "Spring 2026").await;
    write(browser, "#school", "Riverside Middle").await;
    follow(browser, "form[action='/desk/programs'] button").await;
    at.looks("/desk/program/new").await;
    write(
        browser,
        "#csv",
        "learner,name\nu-1,Ana Canary\nu-2,Bo Canary",
    )
    .await;
    follow(browser, "form[action$='/roster'] button").await;
    see(browser, "table.kept").await;
    at.looks("/desk/roster").await;
    follow(browser, "form[action$='/apply'] button").await;
    at.looks("/desk/program").await;
    at.reads("Ana Canary").await;
    at.opens("/desk/learners").await;
    at.opens("/desk/labs").await;
    write(browser, "#name", "Data lab").await;
    choose(browser, "#program", "Career skills").await;
    click(browser, "#offer-1").await;
    follow(browser, "form[action='/desk/labs'] button").await;
    see(browser, "img.qr").await;
    at.looks("/desk/lab").await;
    text(browser, "code.path").await
}

/// The tutor lets Ana in: her own link.
async fn a_link(at: &mut Person<'_>) -> String {
    at.opens("/desk").await;
    open(at.browser, &format!("{}/desk/learners", at.origin)).await;
    at.follows("Ana Canary").await;
    at.looks("/desk/learner").await;
    follow(at.browser, "form[action$='/link'] button").await;
    at.looks("/desk/learner/link").await;
    text(at.browser, "code.secret").await
}

/// Ana comes in, scans the code of the lab and hands in: her attempt.
async fn an_attempt(at: &mut Person<'_>, link: &str, station: &str) -> String {
    let browser = at.browser;
    open(browser, link).await;
    at.looks("/me/in").await;
    follow(browser, "main button").await;
    at.opens("/me").await;
    let mine = browser.execute("return document.cookie;", Vec::new()).await;
    let mine = mine.expect("cookies");
    assert_eq!(mine.json(), &json!(""), "no script reads who is signed in");
    open(browser, station).await;
    at.looks("/me/lab").await;
    follow(browser, "button[value=performance]").await;
    see(browser, "#note").await;
    at.looks("/me/attempt/new").await;
    let attempt = at.path().await;
    follow(browser, "button[formaction$='/submit']").await;
    at.looks("/me/attempt/refused").await;
    at.reads("Add some evidence first").await;
    write(browser, "#name", "My memo").await;
    write(browser, "#note", "The memo says: open on Mondays.").await;
    follow(browser, "form[action$='/evidence'] button").await;
    at.looks("/me/attempt").await;
    // What is chosen is handed in as well.
    click(browser, "input[name=level-0][value=Proficient]").await;
    follow(browser, "button[formaction$='/submit']").await;
    at.looks("/me/attempt/waiting").await;
    at.reads("It is with a reviewer now").await;
    attempt
}

/// The tutor enters what they saw; the script saves it.
async fn an_entry(at: &mut Person<'_>) {
    let browser = at.browser;
    open(browser, &format!("{}/desk/labs", at.origin)).await;
    at.follows("Data lab").await;
    follow(browser, "a[href*='/grid/']").await;
    at.looks("/desk/grid").await;
    choose(browser, "form[data-grid] select", "Advanced").await;
    for _ in 0..50 {
        if text(browser, "#grid-state").await == "Everything is saved." {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(text(browser, "#grid-state").await, "Everything is saved.");
}

/// The reviewer says: not yet. The attempt's place at the desk.
async fn a_return(at: &mut Person<'_>) -> String {
    let browser = at.browser;
    at.opens("/desk/review").await;
    follow(browser, ".things a").await;
    see(browser, "#feedback").await;
    at.looks("/desk/attempt").await;
    let desk = at.path().await;
    at.reads("the tutor proposes: Advanced").await;
    at.reads("own view: Proficient").await;
    click(browser, "input[name=level-0][value=Advanced]").await;
    click(browser, "input[name=level-1][value=Developing]").await;
    follow(browser, "button[value=return]").await;
    at.looks("/desk/attempt/refused").await;
    at.reads("Feedback to the learner is missing").await;
    write(browser, "#feedback", "Say who decides.").await;
    follow(browser, "button[value=return]").await;
    at.looks("/desk/attempt/returned").await;
    desk
}

/// Ana reads what is still to do, does that alone and hands in again.
async fn a_retake(at: &mut Person<'_>, attempt: &str) {
    let browser = at.browser;
    at.opens(attempt).await;
    at.reads("Say who decides.").await;
    let asked = browser.find_all(By::Css("fieldset legend")).await;
    assert_eq!(
        asked.expect("fields").len(),
        2,
        "one criterion and the evidence"
    );
    write(browser, "#note", "The owner decides on Fridays.").await;
    follow(browser, "form[action$='/evidence'] button").await;
    follow(browser, "button[formaction$='/submit']").await;
    at.reads("It is with a reviewer now").await;
}

#[tokio::test]
async fn five_people_go_from_a_map_to_a_badge() {
    let (site, origin) = hosted().await;
    let provider = site.beginner("Riverside Tutoring").await;
    let teacher = provider.member("Tia Teach", &[Role::Teacher]).await;
    let roles = [Role::Coordinator, Role::Administrator];
    let coordinator = provider.member("Co Lee", &roles).await;
    let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
    let reviewer = provider.member("Rae View", &[Role::Reviewer]).await;
    let staff = [&teacher, &coordinator, &tutor, &reviewer].map(|one| one.cookie("skillmark"));
    let [teacher, coordinator, tutor, reviewer] = &staff;
    let axe = axe();
    in_browser(&[], |browser| async move {
        let mut at = Person {
            browser: &browser,
            origin: &origin,
            axe: &axe,
            faults: BTreeSet::new(),
        };
        at.is("skillmark", teacher).await;
        at.opens("/desk").await;
        a_map(&mut at).await;
        a_rubric(&mut at).await;
        an_achievement(&mut at).await;
        at.is("skillmark", coordinator).await;
        at.opens("/desk").await;
        a_qualification(&mut at).await;
        let station = a_lab(&mut at).await;
        at.is("skillmark", tutor).await;
        let link = a_link(&mut at).await;
        at.is("", "").await;
        let attempt = an_attempt(&mut at, &link, &station).await;
        let held = browser.get_all_cookies().await.expect("cookies");
        let hers = held.iter().find(|cookie| cookie.name == "skillmark-me");
        let hers = hers.expect("hers").value.clone();
        at.is("skillmark", tutor).await;
        an_entry(&mut at).await;
        at.is("skillmark", reviewer).await;
        at.opens("/desk").await;
        let desk = a_return(&mut at).await;
        at.is("skillmark-me", &hers).await;
        a_retake(&mut at, &attempt).await;
        at.is("skillmark", reviewer).await;
        at.opens(&desk).await;
        at.reads("met before").await;
        click(&browser, "input[name=level-1][value=Proficient]").await;
        follow(&browser, "button[value=approve]").await;
        at.looks("/desk/attempt/approved").await;
        at.is("skillmark-me", &hers).await;
        at.opens("/me").await;
        at.opens(&attempt).await;
        follow(&browser, "a[href^='/c/']").await;
        at.looks("/c").await;
        at.reads("Real and still good").await;
        at.reads("State teaching licence").await;
        at.reads_nothing_of("Canary").await;
        let faults = Vec::from_iter(at.faults);
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    })
    .await;
}
