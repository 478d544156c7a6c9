//! Coming in: by a link that works once, by a password, and not by anything else.

use skillmark::who::{self, Invite, Refusal, Role, Who};

use crate::support::{
    db::{Temp, on_both},
    site::{Provider, Site},
};

const PASSWORD: &str = "four plain wet words";

/// A link for a new colleague: its path.
async fn invited(provider: &Provider<'_>, address: &str, roles: &[Role]) -> String {
    let asked = Invite {
        address: address.to_owned(),
        name: String::new(),
        roles: roles.to_vec(),
    };
    let made = who::invite(&provider.site.app, &provider.who, &asked).await;
    made.expect("invited").1.path()
}

on_both! {
    fn somebody_is_invited_joins_leaves_and_comes_back(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let link = invited(&provider, "Ana@School.example", &[Role::Tutor]).await;
        let ana = site.visitor();
        ana.get(&link).await.is(200).shows("Join Harbour Tutoring").shows("value=\"Ana\"");
        let short = ana.form(&link, &[("name", "Ana Lee"), ("password", "short")]).await;
        short.is(422).shows("The password is too short").shows("value=\"Ana Lee\"").hides("short\"");
        let joined = ana.form(&link, &[("name", "Ana Lee"), ("password", PASSWORD)]).await;
        joined.leads_to("/desk");
        ana.get("/desk").await.is(200).shows("Good to see you, Ana").shows("Harbour Tutoring");
        ana.form("/sign-out", &[]).await.leads_to("/sign-in");
        ana.get("/desk/access?a=b").await.leads_to("/sign-in?next=%2Fdesk%2Faccess%3Fa%3Db");
        let wrong = ana.form("/sign-in", &[("address", "ana@school.example"), ("password", "four plain wet word")]).await;
        wrong.is(422).shows("not right").shows("value=\"ana@school.example\"").hides("wet word");
        let nobody = ana.form("/sign-in", &[("address", "eve@school.example"), ("password", PASSWORD)]).await;
        nobody.is(422).shows("The address or the password is not right.");
        let right = [("address", " ANA@school.example"), ("password", PASSWORD), ("next", "/desk/access")];
        ana.form("/sign-in", &right).await.leads_to("/desk/access");
        ana.get("/desk/access").await.is(200).shows("Who may do what");
        ana.get("/sign-in").await.leads_to("/desk");
        // What they hold is nowhere in the database, and neither is their address.
        let token = ana.cookie("skillmark");
        assert_eq!(token.len(), 43);
        let sealed = temp.number("select count(*) from accounts where password like '$argon2id$v=19$m=19456,t=2,p=1$%'").await;
        assert_eq!(sealed, 1);
    }

    fn g13_a_session_changes_when_somebody_comes_in_and_ends_when_they_leave(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let link = invited(&provider, "ana@school.example", &[Role::Tutor]).await;
        let ana = site.visitor();
        ana.form(&link, &[("name", "Ana"), ("password", PASSWORD)]).await.is(303);
        let first = ana.cookie("skillmark");
        let again = [("address", "ana@school.example"), ("password", PASSWORD)];
        ana.form("/sign-in", &again).await.leads_to("/desk");
        assert_ne!(ana.cookie("skillmark"), first);
        assert_eq!(temp.number("select count(*) from sessions").await, 1, "the old one is over");
        let old = site.visitor();
        old.keep("skillmark", &first);
        old.get("/desk").await.is(303);
        // It ends by itself: without use, and at last in any case.
        site.clock.advance(11 * 3_600);
        ana.get("/desk").await.is(200);
        site.clock.advance(11 * 3_600);
        ana.get("/desk").await.is(200);
        site.clock.advance(12 * 3_600);
        ana.get("/desk").await.is(303);
        ana.form("/sign-in", &again).await.is(303);
        for _ in 0..16 {
            site.clock.advance(10 * 3_600);
            ana.get("/desk").await.is(200);
        }
        site.clock.advance(10 * 3_600);
        ana.get("/desk").await.is(303);
    }

    fn whoever_is_suspended_is_out_at_once(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
        let ana = provider.member("Ana Lee", &[Role::Tutor]).await;
        ana.get("/desk").await.is(200);
        let id = ana.member.parse().expect("an id");
        who::suspend(&site.app, &provider.who, &id).await.expect("suspended");
        ana.get("/desk").await.leads_to("/sign-in/organisation?next=%2Fdesk");
        ana.get("/sign-in/organisation").await.is(200).shows("does not work for any organisation");
        who::unsuspend(&site.app, &provider.who, &id).await.expect("in again");
        ana.get("/desk").await.is(200);
        who::remove(&site.app, &provider.who, &id).await.expect("removed");
        ana.get("/desk").await.leads_to("/sign-in?next=%2Fdesk");
        boss.get("/desk").await.is(200);
        assert_eq!(temp.number("select count(*) from accounts").await, 1, "an account for nobody is deleted");

        // And so is every key they made.
        let al = provider.member("Al Admin", &[Role::Administrator]).await;
        let made = al.form("/desk/keys", &[("name", "school"), ("scope", "read")]).await.is(200).text();
        let is_whole = |at: &usize| made[*at + 4..].chars().take(43).all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        let at = made.match_indices("skm_").map(|(at, _)| at).find(is_whole).expect("a key");
        let key = &made[at..at + 47];
        let lets_in = async || Who::by_api_key(&site.app.db, key, site.app.now()).await;
        lets_in().await.expect("a good key");
        let id = al.member.parse().expect("an id");
        who::suspend(&site.app, &provider.who, &id).await.expect("suspended");
        assert_eq!(lets_in().await, Err(Refusal::Unknown));
        who::unsuspend(&site.app, &provider.who, &id).await.expect("in again");
        lets_in().await.expect("good again");
    }
}

async fn g12_a_link_works_once_and_guessing_ends(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    let link = invited(&provider, "ana@school.example", &[Role::Tutor]).await;
    let ana = site.visitor();
    let fields = [("name", "Ana"), ("password", PASSWORD)];
    ana.form(&link, &fields).await.is(303);
    ana.get(&link).await.is(410).shows("used, or is too old");
    site.visitor().form(&link, &fields).await.is(410);
    let late = invited(&provider, "bo@school.example", &[Role::Tutor]).await;
    site.clock.advance(7 * 24 * 3_600);
    ana.get(&late).await.is(410);
    let mut answers = std::collections::BTreeMap::<u16, usize>::new();
    for n in 0..10_000_u32 {
        use base64::Engine as _;
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        let guess = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let ask = site
            .ask("GET", &format!("/invitation/{guess}"))
            .from([198, 51, 100, 7]);
        *answers.entry(ask.send().await.status).or_default() += 1;
    }
    assert_eq!(answers, [(404, 20), (429, 9_980)].into());
    // Nobody else is kept out by that.
    let other = invited(&provider, "cy@school.example", &[Role::Tutor]).await;
    site.get(&other).await.is(200);
}

/// The links of employers and learners, as those of members; one that ended costs nobody.
async fn g12_guessing_at_links_of_employers_and_learners_ends(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    provider.issue("S-1").await;
    let person = temp.texts("select person_id from people").await.remove(0);
    let person = person.parse().expect("an id");
    let made = skillmark::program::link::make(&site.app, &provider.who, &person).await;
    let link = format!("/me/in/{}", made.expect("made").reveal());
    let from = |path: &str, last: u8| site.ask("GET", path).from([198, 51, 100, last]).send();
    for (last, path, wrong) in [(7, "/me/in/", 404), (8, "/employer/", 410)] {
        let mut answers = std::collections::BTreeMap::<u16, usize>::new();
        for n in 0..1_000_u32 {
            use base64::Engine as _;
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&n.to_be_bytes());
            let guess = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
            let status = from(&format!("{path}{guess}"), last).await.status;
            *answers.entry(status).or_default() += 1;
        }
        assert_eq!(answers, [(wrong, 20), (429, 980)].into(), "{path}");
        from(&link, last).await.is(429);
    }
    // A class whose links ended is not kept out.
    from(&link, 9).await.is(200);
    site.clock.advance(31 * 24 * 3_600);
    for _ in 0..60 {
        from(&link, 9).await.is(404);
    }
}

async fn g13_a_form_of_another_site_is_refused(temp: &Temp) {
    let site = Site::over(temp, |config| {
        config.public_url = "https://badges.example".parse().expect("an address");
    })
    .await;
    let provider = site.provider("Harbour Tutoring").await;
    let ana = provider.member("Ana Lee", &[Role::Administrator]).await;
    assert_ne!(ana.cookie("__Host-skillmark"), "");
    let kind = "application/x-www-form-urlencoded";
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.test"),
        ("origin", "null"),
    ] {
        let ask = ana.ask("POST", "/sign-out").header(name, value);
        let answer = ask.body(kind, "").send().await;
        answer.is(403).shows("another site");
        assert_eq!(answer.header("set-cookie"), "");
    }
    ana.get("/desk").await.is(200);
    let ask = ana
        .ask("POST", "/sign-out")
        .header("origin", "https://badges.example");
    let answer = ask
        .header("host", "10.0.0.7:8080")
        .body(kind, "")
        .send()
        .await;
    answer.leads_to("/sign-in");
    assert_eq!(
        answer.header("set-cookie"),
        "__Host-skillmark=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"
    );
}

async fn wrong_passwords_end_for_their_address_and_for_the_account(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    let link = invited(&provider, "ana@school.example", &[Role::Tutor]).await;
    site.visitor()
        .form(&link, &[("name", "Ana"), ("password", PASSWORD)])
        .await
        .is(303);
    let kind = "application/x-www-form-urlencoded";
    let attempt = async |password: &str, from: [u8; 4]| {
        let body = format!("address=ana%40school.example&password={password}");
        site.ask("POST", "/sign-in")
            .from(from)
            .body(kind, body)
            .send()
            .await
            .status
    };
    for n in 0..10 {
        assert_eq!(attempt("wrong", [198, 51, 100, n]).await, 422);
    }
    assert_eq!(
        attempt("four+plain+wet+words", [198, 51, 100, 77]).await,
        429
    );
    site.clock.advance(600);
    assert_eq!(
        attempt("four+plain+wet+words", [198, 51, 100, 77]).await,
        303
    );
}

async fn of_many_guesses_at_once_and_elsewhere_no_more_are_looked_at(temp: &Temp) {
    let site = std::sync::Arc::new(Site::on(temp).await);
    let provider = site.provider("Harbour Tutoring").await;
    let link = invited(&provider, "ana@school.example", &[Role::Tutor]).await;
    let fields = [("name", "Ana"), ("password", PASSWORD)];
    site.visitor().form(&link, &fields).await.is(303);
    let attempt = async |site: std::sync::Arc<Site>, password: &str, from: [u8; 4]| {
        let body = format!("address=ana%40school.example&password={password}");
        let ask = site.ask("POST", "/sign-in").from(from);
        let kind = "application/x-www-form-urlencoded";
        ask.body(kind, body).send().await.status
    };
    // What is right costs nothing.
    for _ in 0..12 {
        let right = attempt(site.clone(), "four+plain+wet+words", [198, 51, 100, 1]);
        assert_eq!(right.await, 303);
    }
    let mut all = tokio::task::JoinSet::new();
    for n in 0..30_u8 {
        all.spawn(attempt(site.clone(), "wrong", [198, 51, 100, n]));
    }
    let mut told = std::collections::BTreeMap::<u16, usize>::new();
    while let Some(answer) = all.join_next().await {
        *told.entry(answer.expect("answered")).or_default() += 1;
    }
    assert_eq!(told, [(422, 10), (429, 20)].into());
    // Another process of the same service knows of them.
    let other = std::sync::Arc::new(Site::on(temp).await);
    let right = attempt(other, "four+plain+wet+words", [198, 51, 100, 99]);
    assert_eq!(right.await, 429);
    assert_eq!(temp.number("select count(*) from guesses").await, 1);
    site.clock.advance(24 * 3_600);
    skillmark::issue::retention::forget(&site.app)
        .await
        .expect("forgotten");
    assert_eq!(temp.number("select count(*) from guesses").await, 0);
}

/// K4: however many sign in at once, other pages are answered, and the excess is told to come again.
async fn k4_two_hundred_who_sign_in_keep_no_page_waiting(temp: &Temp) {
    let site = std::sync::Arc::new(Site::on(temp).await);
    let mut all = tokio::task::JoinSet::new();
    for n in 0..200_u8 {
        let site = site.clone();
        all.spawn(async move {
            let kind = "application/x-www-form-urlencoded";
            let body = format!("address=a{n}%40school.example&password=x");
            let ask = site.ask("POST", "/sign-in").from([10, 2, 0, n]);
            let answer = ask.body(kind, body).send().await;
            (answer.status, answer.header("retry-after").to_owned())
        });
    }
    let first = all.join_next().await.expect("one").expect("answered");
    site.get("/sign-in").await.is(200);
    let waiting = all.len();
    let mut told = std::collections::BTreeMap::<(u16, String), usize>::new();
    *told.entry(first).or_default() += 1;
    while let Some(answer) = all.join_next().await {
        *told.entry(answer.expect("answered")).or_default() += 1;
    }
    assert!(waiting > 0, "the page came after all of them");
    let excess = told
        .get(&(503, "5".to_owned()))
        .copied()
        .unwrap_or_default();
    let wrong = told.get(&(422, String::new())).copied().unwrap_or_default();
    assert_eq!(excess + wrong, 200, "{told:?}");
    assert!(excess > 0 && wrong >= 26, "{told:?}");
}

/// J2: what the database refuses is told without what was in the row.
async fn j2_somebody_who_is_there_already_is_not_named_by_a_refusal(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    invited(&provider, "zyx-canary@school.example", &[Role::Tutor]).await;
    let asked = Invite {
        address: "zyx-canary@school.example".to_owned(),
        name: "Zyx-CANARY".to_owned(),
        roles: vec![Role::Tutor],
    };
    let refused = who::invite(&site.app, &provider.who, &asked)
        .await
        .expect_err("refused");
    let said = format!("{refused} {refused:?}").to_lowercase();
    assert!(!said.contains("canary"), "{said}");
}

on_both!(
    g12_a_link_works_once_and_guessing_ends,
    g12_guessing_at_links_of_employers_and_learners_ends,
    g13_a_form_of_another_site_is_refused,
    wrong_passwords_end_for_their_address_and_for_the_account,
    of_many_guesses_at_once_and_elsewhere_no_more_are_looked_at,
    k4_two_hundred_who_sign_in_keep_no_page_waiting,
    j2_somebody_who_is_there_already_is_not_named_by_a_refusal,
);
