//! Links that let somebody in: in a letter where letters reach anybody, and never a way for one
//! organisation into another.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use skillmark::{
    jobs,
    mail::Mail,
    web,
    who::{self, Answer, Door, Role, Scope},
};

use super::people::secret;
use crate::{
    support::{
        db::{Temp, on_both},
        site::{Site, Visitor},
    },
    work::earned::sent,
};

const FIRST: &str = "four plain wet words";
const SECOND: &str = "five other dry words";

/// A service with a mail server, whose letters come into the folder where a test reads them.
async fn with_mail(temp: &Temp) -> Site {
    let mut site = Site::over(temp, |config| {
        config.mail = Some("smtp://localhost:1".parse().expect("an address"));
    })
    .await;
    site.app.mail = Arc::new(Mail::Folder(temp.folder.path().join("mail")));
    site.router = web::router(web::Site::new(site.app.clone()));
    site
}

/// The path of the link in the only letter that is on its way to this address; it is read and put
/// away.
async fn letter(temp: &Temp, site: &Site, to: &str) -> String {
    jobs::run_due(&site.app).await.expect("sent");
    let mut links = Vec::new();
    for (name, text) in sent(temp.folder.path()) {
        if text.contains(&format!("To: {to}")) {
            let text = text.replace("=\r\n", "");
            let at = text.find("/invitation/").expect("a link");
            links.push(text[at..at + "/invitation/".len() + 43].to_owned());
            let file = temp.folder.path().join(format!("mail/{name}.eml"));
            std::fs::remove_file(file).expect("put away");
        }
    }
    assert_eq!(links.len(), 1, "letters to {to}");
    links.remove(0)
}

fn path(link: &str) -> &str {
    &link[link.find("/invitation/").expect("a link")..]
}

const ANA: &[(&str, &str)] = &[
    ("address", "ana@school.example"),
    ("name", "Ana"),
    ("role", "tutor"),
];

/// Invites Ana on the page, which shows the link: its path.
async fn shown(boss: &Visitor<'_>) -> String {
    let made = boss.form("/desk/people", ANA).await;
    path(&secret(&made.is(200).text())).to_owned()
}

async fn sign_in<'s>(site: &'s Site, password: &str) -> (Visitor<'s>, u16) {
    let visitor = site.visitor();
    let fields = [("address", "ana@school.example"), ("password", password)];
    let answer = visitor.form("/sign-in", &fields).await;
    (visitor, answer.status)
}

on_both! {
    fn an_invitation_is_a_letter_and_the_link_stands_nowhere_else(temp) {
        let site = with_mail(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
        let made = boss.form("/desk/people", ANA).await;
        made.is(200).shows("A letter is on its way").hides("/invitation/");
        // What is refused writes to nobody.
        boss.form("/desk/people", ANA).await.is(422).shows("invited here already");
        let link = letter(temp, &site, "ana@school.example").await;
        assert_eq!(temp.number("select count(*) from accounts where proven_at is not null").await, 0);
        let ana = site.visitor();
        ana.form(&link, &[("name", "Ana"), ("password", FIRST)]).await.leads_to("/desk");
        ana.form(&link, &[("name", "Ana"), ("password", FIRST)]).await.is(410);
        assert_eq!(temp.number("select count(*) from accounts where proven_at is not null").await, 1);

        // The same by the API, and for somebody who cannot sign in any more.
        let key = provider.make_key(&[Scope::Manage]).await;
        let ask = site.ask("POST", "/api/v1/people").key(&key);
        let invited = ask.json(&json!({"address": "sam@school.example", "roles": ["tutor"]})).send().await;
        let told = invited.is(201).json();
        assert_eq!((&told["by"], &told["link"]), (&json!("letter"), &json!(null)));
        letter(temp, &site, "sam@school.example").await;
        let id = temp.texts("select member_id from members where name = 'Ana'").await.remove(0);
        let ask = site.ask("POST", &format!("/api/v1/people/{id}/link")).key(&key);
        assert_eq!(ask.send().await.is(201).json()["by"], "letter");
        let reset = letter(temp, &site, "ana@school.example").await;
        site.visitor().form(&reset, &[("password", SECOND)]).await.leads_to("/desk");
        ana.get("/desk").await.is(303);
        assert_eq!(sign_in(&site, FIRST).await.1, 422);
        assert_eq!(sign_in(&site, SECOND).await.1, 303);
        let kinds = temp.texts("select kind from letters order by kind").await;
        assert_eq!(kinds, ["invitation", "invitation", "reset"]);
    }

    fn without_a_mail_server_the_link_is_shown_and_why(temp) {
        let site = Site::over(temp, |config| config.public_url = "https://badges.example".parse().expect("an address")).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
        let ask = boss.ask("POST", "/desk/people").header("sec-fetch-site", "same-origin");
        let fields = "address=ana%40school.example&name=Ana&role=tutor";
        let made = ask.body("application/x-www-form-urlencoded", fields).send().await;
        made.is(200).shows("No mail server is set up for this service, so no letter was written");
        assert!(secret(&made.text()).starts_with("https://badges.example/invitation/"));
        assert_eq!(temp.number("select count(*) from letters").await, 0);
        site.get("/sign-in/forgot").await.is(200).shows("This service sends no letters");
        boss.get("/desk/letters").await.is(200).shows("nobody is written to");
    }

    fn g8_whoever_forgot_is_written_to_and_nobody_is_told_who_that_is(temp) {
        let site = with_mail(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
        boss.form("/desk/people", ANA).await.is(200);
        let link = letter(temp, &site, "ana@school.example").await;
        // Who was invited and never came has nothing to reset.
        let forgot = async |address: &str| site.form("/sign-in/forgot", &[("address", address)]).await;
        forgot("ana@school.example").await.leads_to("/sign-in/forgot/sent");
        jobs::run_due(&site.app).await.expect("worked");
        assert_eq!(sent(temp.folder.path()), []);
        let ana = site.visitor();
        ana.form(&link, &[("name", "Ana"), ("password", FIRST)]).await.leads_to("/desk");
        let known = forgot(" ANA@school.example").await;
        let unknown = forgot("eve@school.example").await;
        assert_eq!((known.status, &known.body, known.header("location")), (unknown.status, &unknown.body, unknown.header("location")));
        site.get("/sign-in/forgot/sent").await.is(200).shows("Look into your mailbox");
        let reset = letter(temp, &site, "ana@school.example").await;
        let back = site.visitor();
        back.get(&reset).await.is(200).shows("Choose another password");
        back.form(&reset, &[("password", SECOND)]).await.leads_to("/desk");
        ana.get("/desk").await.is(303);
        assert_eq!((sign_in(&site, FIRST).await.1, sign_in(&site, SECOND).await.1), (422, 303));
        // Three an hour to one address, known or not; another one is asked for all the same.
        for address in ["ana@school.example", "eve@school.example"] {
            let mut last = 303;
            for _ in 0..4 {
                last = forgot(address).await.status;
            }
            assert_eq!(last, 429, "{address}");
        }
        forgot("sam@school.example").await.is(303);
        let log = temp.texts("select action from audit where action like 'account.%' order by at, action").await;
        assert!(log.contains(&"account.forgot".to_owned()), "{log:?}");
    }

    fn a_password_that_one_organisation_knows_opens_no_other(temp) {
        let site = Site::on(temp).await;
        let (evil, good) = (site.provider("Sly Skills").await, site.provider("Harbour Tutoring").await);
        let sly = evil.member("Sly Boss", &[Role::Administrator]).await;
        let boss = good.member("Bo Boss", &[Role::Administrator]).await;
        // Sly invites Ana and opens the link himself.
        let squatter = site.visitor();
        squatter.form(&shown(&sly).await, &[("name", "Ana"), ("password", FIRST)]).await.leads_to("/desk");
        let link = shown(&boss).await;
        squatter.get("/sign-in/organisation").await.hides("Harbour Tutoring");
        // He tells Ana the password; she joins with it, and must choose another.
        let ana = site.visitor();
        ana.get(&link).await.is(200).shows("The password of your account").shows("A new password");
        ana.form(&link, &[("name", "Ana"), ("own", "wrong old dry words"), ("password", SECOND)]).await.is(422).shows("not the password of your account");
        ana.form(&link, &[("name", "Ana"), ("own", FIRST), ("password", "")]).await.is(422).shows("The password");
        ana.form(&link, &[("name", "Ana"), ("own", FIRST), ("password", SECOND)]).await.leads_to("/desk");
        squatter.get("/desk").await.is(303);
        assert_eq!((sign_in(&site, FIRST).await.1, sign_in(&site, SECOND).await.1), (422, 303));
        // And he makes no link to another password any more.
        let id = temp.texts("select m.member_id from members m join issuers i on i.issuer_id = m.issuer_id where m.name = 'Ana' and i.name = 'Sly Skills'").await.remove(0);
        sly.form(&format!("/desk/people/{id}/link"), &[]).await.is(422).shows("can be shown to nobody here").hides("works for another");
    }

    fn g8_an_invitation_of_others_stands_in_nobodys_way(temp) {
        let site = Site::on(temp).await;
        let (evil, good) = (site.provider("Sly Skills").await, site.provider("Harbour Tutoring").await);
        let sly = evil.member("Sly Boss", &[Role::Administrator]).await;
        let boss = good.member("Bo Boss", &[Role::Administrator]).await;
        let ana = site.visitor();
        ana.form(&shown(&boss).await, &[("name", "Ana"), ("password", FIRST)]).await.leads_to("/desk");
        let id = temp.texts("select member_id from members where name = 'Ana'").await.remove(0);
        shown(&sly).await;
        let link = boss.form(&format!("/desk/people/{id}/link"), &[]).await;
        let link = path(&secret(&link.is(200).text())).to_owned();
        site.visitor().form(&link, &[("password", SECOND)]).await.leads_to("/desk");
        assert_eq!((sign_in(&site, FIRST).await.1, sign_in(&site, SECOND).await.1), (422, 303));
    }

    /// Rules 3 to 5 hold for the account as it is when a link is used, not as it was a password's work
    /// before.
    fn g12_what_a_link_asks_for_is_decided_when_it_is_used(temp) {
        let site = Site::on(temp).await;
        let (evil, good) = (site.provider("Sly Skills").await, site.provider("Harbour Tutoring").await);
        let sly = evil.member("Sly Boss", &[Role::Administrator]).await;
        good.member("Bo Boss", &[Role::Administrator]).await;
        let link = shown(&sly).await;
        let token = &link["/invitation/".len()..];
        let member = temp.texts("select member_id from members where name = 'Ana'").await.remove(0);
        let account = temp.texts("select account_id from members where name = 'Ana'").await.remove(0);
        let (member, account) = (member.parse().expect("an id"), account.parse().expect("an id"));
        let answer = Answer { name: "Ana".to_owned(), new: FIRST.to_owned(), ..Answer::default() };
        let door = Door::default();
        let accept = async || who::accept(&site.app, &door, token, &answer, "Test").await;
        // While Sly's password is worked on, Ana gets a way in of her own.
        let mut tx = site.app.db.begin().await.expect("begun");
        tx.set_password(&account, "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA").await.expect("set");
        let meanwhile = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            tx.commit().await.expect("kept");
        };
        let (accepted, ()) = tokio::join!(accept(), meanwhile);
        let said = accepted.expect_err("another account").to_string();
        assert_eq!(said, "something about this account changed a moment ago: open the link again");
        site.get(&link).await.is(200).shows("The password of your account");
        assert_eq!(sign_in(&site, FIRST).await.1, 422);
        // Nor are the roles written back that somebody had a moment ago.
        temp.sql("update accounts set password = null").await.expect("set");
        let mut tx = site.app.db.begin().await.expect("begun");
        let mut rows = tx.of(evil.who.issuer());
        rows.hold_members().await.expect("held");
        rows.set_member(&member, "Ana", "reviewer").await.expect("set");
        let meanwhile = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            tx.commit().await.expect("kept");
        };
        let (accepted, ()) = tokio::join!(accept(), meanwhile);
        accepted.expect("joined");
        let row = temp.texts("select roles || ' ' || state from members where name = 'Ana'").await;
        assert_eq!(row, ["reviewer active"]);
    }

    fn g12_passwords_are_guessed_at_by_links_no_more_than_at_the_page(temp) {
        let site = Site::on(temp).await;
        let (evil, good) = (site.provider("Sly Skills").await, site.provider("Harbour Tutoring").await);
        let sly = evil.member("Sly Boss", &[Role::Administrator]).await;
        let boss = good.member("Bo Boss", &[Role::Administrator]).await;
        let ana = site.visitor();
        ana.form(&shown(&boss).await, &[("name", "Ana"), ("password", FIRST)]).await.leads_to("/desk");
        let link = shown(&sly).await;
        let kind = "application/x-www-form-urlencoded";
        let guess = async |own: &str, from: [u8; 4]| {
            let body = format!("name=Ana&own={own}&password=five+other+dry+words");
            site.ask("POST", &link).from(from).body(kind, body).send().await.status
        };
        // Each from another address.
        for n in 0..10 {
            assert_eq!(guess("wrong+old+dry+words", [198, 51, 100, n]).await, 422);
        }
        assert_eq!(guess("four+plain+wet+words", [198, 51, 100, 77]).await, 429);
        // It is one count with the page to sign in.
        assert_eq!(sign_in(&site, FIRST).await.1, 429);
        site.clock.advance(3_600);
        assert_eq!(guess("four+plain+wet+words", [198, 51, 100, 78]).await, 303);
    }

    fn a_link_to_another_password_from_before_opens_no_other_organisation(temp) {
        let site = Site::on(temp).await;
        let (evil, good) = (site.provider("Sly Skills").await, site.provider("Harbour Tutoring").await);
        let sly = evil.member("Sly Boss", &[Role::Administrator]).await;
        let boss = good.member("Bo Boss", &[Role::Administrator]).await;
        let ana = site.visitor();
        ana.form(&shown(&sly).await, &[("name", "Ana"), ("password", FIRST)]).await.leads_to("/desk");
        let id = temp.texts("select member_id from members where name = 'Ana'").await.remove(0);
        let kept = sly.form(&format!("/desk/people/{id}/link"), &[]).await;
        let kept = path(&secret(&kept.is(200).text())).to_owned();
        ana.form(&shown(&boss).await, &[("name", "Ana"), ("password", SECOND)]).await.leads_to("/desk");
        site.get(&kept).await.is(409).shows("does not let into the account").hides("another organisation");
        site.form(&kept, &[("password", "six more red words")]).await.is(409);
        assert_eq!(sign_in(&site, SECOND).await.1, 303);
    }

    fn whoever_reads_the_mailbox_takes_the_account_from_whoever_squats_it(temp) {
        let site = Site::on(temp).await;
        let (evil, good) = (site.provider("Sly Skills").await, site.provider("Harbour Tutoring").await);
        let sly = evil.member("Sly Boss", &[Role::Administrator]).await;
        let squatter = site.visitor();
        squatter.form(&shown(&sly).await, &[("name", "Ana"), ("password", FIRST)]).await.leads_to("/desk");
        let sql = "insert into passkeys (account_id, passkey_id, name, document, created_at) \
            select account_id, 'sly', 'Sly', '{}', created_at from members where name = 'Ana'";
        temp.sql(sql).await.expect("put in");
        // From now on there is a mail server.
        std::fs::remove_dir_all(temp.folder.path().join("mail")).unwrap_or_default();
        temp.sql("delete from letters").await.expect("gone");
        temp.sql("delete from jobs").await.expect("gone");
        let site = with_mail(temp).await;
        let boss = good.member("Bo Boss", &[Role::Administrator]).await;
        let boss = {
            let there = site.visitor();
            there.keep("skillmark", &boss.cookie("skillmark"));
            there
        };
        boss.form("/desk/people", ANA).await.is(200).shows("A letter is on its way");
        let link = letter(temp, &site, "ana@school.example").await;
        let ana = site.visitor();
        ana.get(&link).await.is(200).hides("The password of your account");
        ana.form(&link, &[("name", "Ana"), ("password", SECOND)]).await.leads_to("/desk");
        squatter.get("/desk").await.is(303);
        assert_eq!(temp.number("select count(*) from passkeys").await, 0);
        assert_eq!((sign_in(&site, FIRST).await.1, sign_in(&site, SECOND).await.1), (422, 303));
        assert_eq!(temp.number("select count(*) from accounts where proven_at is not null").await, 1);
        // A third one's invitation takes the way in that she has, and no new one.
        let third = site.provider("Third Skills").await;
        let theirs = third.member("Cy Boss", &[Role::Administrator]).await;
        theirs.form("/desk/people", ANA).await.is(200);
        let link = letter(temp, &site, "ana@school.example").await;
        site.get(&link).await.is(200).shows("The password of your account").hides("A new password");
        site.visitor().form(&link, &[("name", "Ana"), ("own", SECOND)]).await.leads_to("/desk");
    }

    fn what_a_provider_says_is_no_way_in_of_ones_own(temp) {
        let site = Site::on(temp).await;
        let (evil, good) = (site.provider("Sly Skills").await, site.provider("Harbour Tutoring").await);
        let sly = evil.member("Sly Boss", &[Role::Administrator]).await;
        let boss = good.member("Bo Boss", &[Role::Administrator]).await;
        let ana = site.visitor();
        ana.form(&shown(&sly).await, &[("name", "Ana"), ("password", FIRST)]).await.leads_to("/desk");
        let link = shown(&boss).await;
        ana.get(&link).await.is(200).hides("The password of your account");
        // The same session, begun by Sly's provider.
        temp.sql("update sessions set provider_id = 'Zr4XfLk2Qp8sVb1NwYt6Ag'").await.expect("changed");
        ana.get(&link).await.is(200).shows("The password of your account");
        ana.form(&link, &[("name", "Ana"), ("password", SECOND)]).await.is(422).shows("not the password of your account");
        // Nor does a shown link set the first password of an account that only a provider let in.
        temp.sql("update accounts set password = null where account_id in (select account_id from members where name = 'Ana')").await.expect("changed");
        site.get(&link).await.is(409).shows("does not let into the account");
    }

    fn whoever_is_invited_again_is_the_same_member(temp) {
        let site = Site::on(temp).await;
        let (ours, theirs) = (site.provider("Harbour Tutoring").await, site.provider("Riverside Tutoring").await);
        let boss = ours.member("Bo Boss", &[Role::Administrator]).await;
        let ana = site.visitor();
        ana.form(&shown(&boss).await, &[("name", "Ana"), ("password", FIRST)]).await.leads_to("/desk");
        let id = temp.texts("select member_id from members where name = 'Ana'").await.remove(0);
        let sql = format!("update api_keys set made_by = '{id}' where issuer_id = '{}'", ours.who.issuer());
        temp.sql(&sql).await.expect("hers");
        site.ask("GET", "/api/v1/people").key(&ours.key).send().await.is(200);
        boss.form(&format!("/desk/people/{id}/remove"), &[]).await.leads_to("/desk/people");
        assert_eq!(temp.number("select count(*) from accounts").await, 1);

        // By another organisation she is somebody else.
        let other = theirs.member("Cy Boss", &[Role::Administrator]).await;
        shown(&other).await;
        let all = temp.number("select count(*) from members where name = 'Ana'").await;
        assert_eq!(all, 2);
        let again = [("address", " ANA@school.example"), ("name", "Ana Lee"), ("role", "reviewer")];
        let made = boss.form("/desk/people", &again).await;
        let link = path(&secret(&made.is(200).text())).to_owned();
        boss.form("/desk/people", &again).await.is(422).shows("invited here already");
        let row = temp.texts(&format!("select name || ' ' || roles || ' ' || state from members where member_id = '{id}'")).await;
        assert_eq!(row, ["Ana Lee reviewer invited"]);
        ana.form(&link, &[("name", "Ana Lee"), ("password", SECOND)]).await.leads_to("/desk");
        ana.get("/desk").await.is(200).shows("Ana");
        boss.get("/desk/people").await.is(200).hides("No longer here");
        // The keys that she had made do not come back with her.
        site.ask("GET", "/api/v1/people").key(&ours.key).send().await.is(401);
        // And a second time.
        boss.form(&format!("/desk/people/{id}/remove"), &[]).await.leads_to("/desk/people");
        shown(&boss).await;
        let states = temp.texts(&format!("select state from members where member_id = '{id}'")).await;
        assert_eq!(states, ["invited"]);
    }
}
