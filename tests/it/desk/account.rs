//! One's own way in: another password, a second step, sessions.

use ring::hmac;
use skillmark::who::Role;

use super::people::secret;
use crate::support::{
    db::on_both,
    site::{Provider, Site, Visitor},
};

const PASSWORD: &str = "four plain wet words";

/// Somebody with a password, signed in by it.
async fn ana<'s>(site: &'s Site, provider: &Provider<'_>) -> Visitor<'s> {
    let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
    let fields = [("address", "ana@school.example"), ("role", "tutor")];
    let link = secret(&boss.form("/desk/people", &fields).await.is(200).text());
    let ana = site.visitor();
    let (_, path) = link.split_once("8080").expect("an address");
    ana.form(path, &[("name", "Ana"), ("password", PASSWORD)])
        .await
        .is(303);
    ana
}

async fn sign_in<'s>(site: &'s Site, password: &str) -> (Visitor<'s>, String) {
    let visitor = site.visitor();
    let fields = [("address", "ana@school.example"), ("password", password)];
    let answer = visitor.form("/sign-in", &fields).await;
    let to = answer.header("location").to_owned();
    (visitor, to)
}

/// The six digits an app would show.
fn code(secret: &str, site: &Site) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secret
        .chars()
        .map(|c| format!("{:05b}", letters.find(c).expect("base32")))
        .collect();
    let bytes: Vec<u8> = (0..20)
        .map(|n| u8::from_str_radix(&bits[n * 8..n * 8 + 8], 2).expect("bits"))
        .collect();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let step = site.app.now().as_second() / 30;
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let cut = [tag[at] & 127, tag[at + 1], tag[at + 2], tag[at + 3]];
    format!("{:06}", u32::from_be_bytes(cut) % 1_000_000)
}

on_both! {
    fn a_password_is_changed_and_everybody_else_is_signed_out(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let ana = ana(&site, &provider).await;
        let (other, _) = sign_in(&site, PASSWORD).await;
        other.get("/desk").await.is(200);
        let wrong = [("old", "five other dry words"), ("password", "six more red words")];
        ana.form("/desk/account/password", &wrong).await.is(422).shows("not your password of today").hides("red words");
        let easy = [("old", PASSWORD), ("password", "schoolschool")];
        ana.form("/desk/account/password", &easy).await.is(422).shows("too easy to guess");
        let good = [("old", PASSWORD), ("password", "six more red words")];
        ana.form("/desk/account/password", &good).await.is(200).shows("Your password is changed");
        ana.get("/desk").await.is(200);
        other.get("/desk").await.is(303);
        let (_, to) = sign_in(&site, PASSWORD).await;
        assert_eq!(to, "");
        let (_, to) = sign_in(&site, "six more red words").await;
        assert_eq!(to, "/desk");
    }

    fn a_second_step_is_asked_for_and_no_code_works_twice(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let ana = ana(&site, &provider).await;
        let offer = ana.get("/desk/account/codes").await;
        let secret = secret(&offer.is(200).shows("<svg").text());
        let wrong = ana.form("/desk/account/codes", &[("secret", &secret), ("code", "000000")]).await;
        wrong.is(422).shows("not the one that the app shows").shows(&secret);
        let on = ana.form("/desk/account/codes", &[("secret", &secret), ("code", &code(&secret, &site))]).await;
        let page = on.is(200).shows("Write these down").text();
        let recovery: Vec<&str> = page.split("<code>").skip(1).map(|rest| rest.split('<').next().expect("an end")).collect();
        assert_eq!(recovery.len(), 10);
        assert_eq!(recovery[0].len(), 19);
        ana.get("/desk/account").await.is(200).shows("You have 10 recovery codes left");
        // The password alone leads no further than to the code.
        let (half, to) = sign_in(&site, PASSWORD).await;
        assert_eq!(to, "/sign-in/code?next=%2Fdesk");
        half.get("/desk").await.leads_to("/sign-in/code?next=%2Fdesk");
        half.get("/sign-in/organisation").await.leads_to("/sign-in");
        half.form("/desk/account/sessions", &[]).await.is(403);
        let used = half.form("/sign-in/code", &[("code", &code(&secret, &site))]).await;
        used.is(422).shows("was used before");
        site.clock.advance(30);
        let before = half.cookie("skillmark");
        half.form("/sign-in/code", &[("code", &code(&secret, &site)), ("next", "/desk/people")]).await.leads_to("/desk/people");
        assert_ne!(half.cookie("skillmark"), before);
        half.get("/desk").await.is(200);
        // A recovery code, however it is typed, once.
        let typed = recovery[3].to_lowercase().replace('-', " ");
        let (lost, _) = sign_in(&site, PASSWORD).await;
        lost.form("/sign-in/code", &[("code", &typed)]).await.leads_to("/desk");
        let (again, _) = sign_in(&site, PASSWORD).await;
        again.form("/sign-in/code", &[("code", &typed)]).await.is(422);
        // It is turned off with the password only.
        ana.form("/desk/account/codes/stop", &[("password", "five other dry words")]).await.is(403);
        ana.form("/desk/account/codes/stop", &[("password", PASSWORD)]).await.leads_to("/desk/account");
        let (_, to) = sign_in(&site, PASSWORD).await;
        assert_eq!(to, "/desk");
        assert_eq!(temp.number("select count(*) from recovery_codes").await, 0);
    }

    fn sessions_are_listed_and_ended(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let ana = ana(&site, &provider).await;
        let (phone, _) = sign_in(&site, PASSWORD).await;
        let (desk, _) = sign_in(&site, PASSWORD).await;
        let page = ana.get("/desk/account").await.is(200).text();
        let ends: Vec<&str> = page.split("action=\"/desk/account/sessions/").skip(1).map(|rest| rest.split('"').next().expect("an end")).collect();
        assert_eq!(ends.len(), 2);
        // Another's session is no session of mine.
        let boss = provider.member("Cy Boss", &[Role::Administrator]).await;
        boss.form(&format!("/desk/account/sessions/{}", ends[0]), &[]).await.is(404);
        ana.form(&format!("/desk/account/sessions/{}", ends[0]), &[]).await.leads_to("/desk/account");
        let in_still = [phone.get("/desk").await.status, desk.get("/desk").await.status];
        assert!(in_still.contains(&200) && in_still.contains(&303), "{in_still:?}");
        ana.form("/desk/account/sessions", &[]).await.leads_to("/desk/account");
        for visitor in [&phone, &desk] {
            visitor.get("/desk").await.is(303);
        }
        ana.get("/desk").await.is(200);
    }
}
