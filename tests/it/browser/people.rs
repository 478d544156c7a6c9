//! The whole loop in a browser, as five people: roster, lab, attempt, return, partial retake,
//! approval, badge. Every page on the way is looked at by axe-core, on a phone and on a desk.

use std::collections::BTreeSet;

use serde_json::json;
use skillmark::{program::learner, who::Role};
use thirtyfour::{By, WebDriver};

use super::{axe, click, examine, hosted, in_browser, look_as, open, see, text, write};

/// Somebody at the browser.
struct Person<'b> {
    browser: &'b WebDriver,
    origin: &'b str,
    axe: &'b str,
    faults: BTreeSet<String>,
}

impl Person<'_> {
    /// From here on somebody else sits here: their cookie, or nobody's.
    async fn is(&self, name: &str, token: &str) {
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
    async fn opens(&mut self, path: &str) {
        open(self.browser, &format!("{}{path}", self.origin)).await;
        self.looks(path).await;
    }

    async fn looks(&mut self, name: &str) {
        for (scheme, width) in [("dark", 360), ("light", 1_280)] {
            look_as(self.browser, scheme, width, 900).await;
            let view = format!("{name} ({scheme}, {width} px)");
            examine(self.browser, self.axe, &view, &mut self.faults).await;
            if let Some(folder) = std::env::var_os("SKILLMARK_TEST_PICTURES") {
                let file = name.replace('/', "-").chars().take(24).collect::<String>();
                let path = std::path::Path::new(&folder).join(format!("loop{file}-{width}.png"));
                self.browser.screenshot(&path).await.expect("a picture");
            }
        }
    }

    async fn path(&self) -> String {
        let url = self.browser.current_url().await.expect("an address");
        url.path().to_owned()
    }
}

#[tokio::test]
async fn five_people_go_from_a_roster_to_a_badge() {
    let (site, origin) = hosted().await;
    let provider = site.provider("Riverside Tutoring").await;
    let boss = provider.member("Bea Boss", &[Role::Administrator]).await;
    let coordinator = provider.member("Co Lee", &[Role::Coordinator]).await;
    let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
    let reviewer = provider.member("Rae View", &[Role::Reviewer]).await;
    let token = |one: &crate::support::site::Visitor<'_>| one.cookie("skillmark");
    let tokens = [&boss, &coordinator, &tutor, &reviewer].map(token);
    let (app, who, offer) = (&site.app, &provider.who, &provider.achievement);
    let member = reviewer.member.as_str();
    let axe = axe();
    in_browser(&[], |browser| async move {
        let mut at = Person {
            browser: &browser,
            origin: &origin,
            axe: &axe,
            faults: BTreeSet::new(),
        };

        // The administrator says who may decide.
        at.is("skillmark", &tokens[0]).await;
        at.opens("/desk/reviewers").await;
        let choose = "document.getElementById('reviewer').value = arguments[0];";
        browser
            .execute(choose, vec![json!(member)])
            .await
            .expect("chosen");
        write(&browser, "#role", "Career skills reviewer").await;
        write(&browser, "#title", "State teaching licence").await;
        click(&browser, "form[action='/desk/reviewers'] button").await;
        see(&browser, ".tag.good").await;

        // The coordinator makes a program, imports a roster, holds a lab.
        at.is("skillmark", &tokens[1]).await;
        at.opens("/desk/programs").await;
        write(&browser, "#name", "Career skills").await;
        write(&browser, "#term", "Spring 2026").await;
        write(&browser, "#school", "Riverside Middle").await;
        click(&browser, "form[action='/desk/programs'] button").await;
        see(&browser, "#csv").await;
        at.looks("/desk/program").await;
        write(
            &browser,
            "#csv",
            "learner,name\nu-1,Ana Canary\nu-2,Bo Canary",
        )
        .await;
        click(&browser, "form[action$='/roster'] button").await;
        see(&browser, "table.kept").await;
        at.looks("/desk/roster").await;
        click(&browser, "form[action$='/apply'] button").await;
        see(&browser, ".things").await;
        at.opens("/desk/learners").await;
        at.opens("/desk/labs").await;
        write(&browser, "#name", "Data lab").await;
        let choose = "document.querySelector('#program option:nth-child(2)').selected = true;
            document.getElementById('offer-1').checked = true;";
        browser.execute(choose, Vec::new()).await.expect("chosen");
        click(&browser, "form[action='/desk/labs'] button").await;
        see(&browser, "img.qr").await;
        at.looks("/desk/lab").await;
        let lab = at.path().await;

        // The tutor lets Ana in.
        let ana = learner::all(app, who, "Ana")
            .await
            .expect("all")
            .remove(0)
            .person;
        at.is("skillmark", &tokens[2]).await;
        at.opens(&format!("/desk/learners/{ana}")).await;
        click(&browser, "form[action$='/link'] button").await;
        see(&browser, "code.secret").await;
        let link = text(&browser, "code.secret").await;

        // Ana scans the code of the lab and hands in.
        at.is("", "").await;
        open(&browser, &link).await;
        at.looks("/me/in").await;
        click(&browser, "main button").await;
        see(&browser, "main h1").await;
        at.opens("/me").await;
        let mine = browser
            .execute("return document.cookie;", Vec::new())
            .await
            .expect("cookies");
        assert_eq!(mine.json(), &json!(""), "no script reads who is signed in");
        at.opens(&lab.replace("/desk/", "/me/")).await;
        click(&browser, "button[value=performance]").await;
        see(&browser, "#note").await;
        let attempt = at.path().await;
        write(&browser, "#note", "The memo says: open on Mondays.").await;
        click(&browser, "form[action$='/evidence'] button").await;
        see(&browser, "form[action$='/remove']").await;
        at.looks("/me/attempt").await;
        click(&browser, "form[action$='/submit'] button").await;
        see(&browser, ".tag.accent").await;
        let held = browser.get_all_cookies().await.expect("cookies");
        let held = held
            .iter()
            .find(|cookie| cookie.name == "skillmark-me")
            .expect("hers")
            .value
            .clone();

        // The tutor enters what they saw; the script saves it.
        at.is("skillmark", &tokens[2]).await;
        at.opens(&format!("{lab}/grid/{}", offer)).await;
        let pick = "const field = document.querySelector('#learner-' + arguments[0] + ' select');
            field.value = 'Advanced'; field.dispatchEvent(new Event('change', { bubbles: true }));";
        browser
            .execute(pick, vec![json!(ana.as_str())])
            .await
            .expect("picked");
        for _ in 0..50 {
            if text(&browser, "#grid-state").await == "Everything is saved." {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(text(&browser, "#grid-state").await, "Everything is saved.");

        // The reviewer: once not yet, then the rest.
        at.is("skillmark", &tokens[3]).await;
        at.opens("/desk/review").await;
        click(&browser, ".things a").await;
        see(&browser, "#feedback").await;
        at.looks("/desk/attempt").await;
        let desk = at.path().await;
        click(&browser, "input[name=level-0][value=Advanced]").await;
        click(&browser, "input[name=level-1][value=Developing]").await;
        write(&browser, "#feedback", "Say who decides.").await;
        click(&browser, "button[value=return]").await;
        see(&browser, ".tag").await;
        at.is("skillmark-me", &held).await;
        at.opens(&attempt).await;
        let page = text(&browser, "main").await;
        assert!(page.contains("Say who decides."), "{page}");
        let asked = browser
            .find_all(By::Css("fieldset legend"))
            .await
            .expect("fields");
        assert_eq!(asked.len(), 2, "one criterion and the evidence");
        click(&browser, "form[action$='/submit'] button").await;
        see(&browser, ".tag.accent").await;
        at.is("skillmark", &tokens[3]).await;
        open(&browser, &format!("{origin}{desk}")).await;
        click(&browser, "input[name=level-1][value=Proficient]").await;
        click(&browser, "button[value=approve]").await;
        see(&browser, ".tag.good").await;
        at.is("skillmark-me", &held).await;
        at.opens(&attempt).await;
        click(&browser, "a[href^='/c/']").await;
        see(&browser, ".verdict").await;
        let page = text(&browser, "main").await;
        assert!(
            page.contains("Real and still good") && page.contains("State teaching licence"),
            "{page}"
        );
        let faults = Vec::from_iter(at.faults);
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    })
    .await;
}
