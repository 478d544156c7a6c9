//! Who works for an organisation, on the page and by the API.

use serde_json::json;
use skillmark::who::{Role, Scope, TABLE};

use crate::support::{
    db::{Temp, on_both},
    hostile::CORPUS,
    site::{Provider, Site},
};

/// The secret that a page shows once.
#[track_caller]
pub(super) fn secret(page: &str) -> String {
    let (_, rest) = page.split_once("class=\"secret\">").expect("a secret");
    rest.split('<').next().expect("its end").to_owned()
}

fn path(link: &str) -> &str {
    let at = link.find("/invitation/").expect("a link");
    &link[at..]
}

async fn api(
    provider: &Provider<'_>,
    method: &str,
    path: &str,
    body: serde_json::Value,
) -> crate::support::site::Answer {
    let key = provider.make_key(&Scope::ALL).await;
    let ask = provider.site.ask(method, path).key(&key);
    ask.json(&body).send().await
}

on_both! {
    fn an_administrator_invites_changes_suspends_and_removes(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
        let faulty = boss.form("/desk/people", &[("address", "sam"), ("name", "Sam <b>")]).await;
        faulty.is(422).shows("is not an e-mail address").shows("The roles are missing").shows("value=\"sam\"").shows("Sam &#60;b&#62;");
        let fields = [("address", "sam@school.example"), ("name", "Sam"), ("role", "tutor"), ("role", "reviewer")];
        let made = boss.form("/desk/people", &fields).await;
        let link = secret(&made.is(200).text());
        assert!(link.starts_with("http://localhost:8080/invitation/"), "{link}");
        assert_eq!(made.header("cache-control"), "no-store");
        boss.form("/desk/people", &fields).await.is(422).shows("is invited here already");
        boss.get("/desk/people").await.is(200).shows("sam@school.example").shows("invited").hides("/invitation/");
        let sam = site.visitor();
        sam.form(path(&link), &[("name", "Sam Lee"), ("password", "four plain wet words")]).await.leads_to("/desk");
        // A colleague sees names and roles, no addresses, and no way to change anything (G6).
        let seen = sam.get("/desk/people").await;
        seen.is(200).shows("Bo Boss").shows("tutor, reviewer").hides("@").hides("Invite a colleague");
        let id = temp.texts("select member_id from members where name = 'Sam Lee'").await.remove(0);
        let page = format!("/desk/people/{id}");
        sam.get(&page).await.is(403).shows("This is for administrators");
        boss.form(&page, &[("name", "Sam L. Lee"), ("role", "teacher")]).await.leads_to("/desk/people");
        sam.get("/desk/people").await.is(200).shows("Sam L. Lee").shows("teacher").hides("reviewer");
        boss.form(&page, &[("name", "")]).await.is(422).shows("The name is missing").shows("The roles are missing");
        boss.form(&format!("{page}/suspend"), &[]).await.leads_to("/desk/people");
        sam.get("/desk").await.is(303);
        boss.form(&format!("{page}/suspend"), &[]).await.is(422).shows("This person is suspended");
        boss.form(&format!("{page}/unsuspend"), &[]).await.leads_to("/desk/people");
        sam.get("/desk").await.is(200);
        let reset = boss.form(&format!("{page}/link"), &[]).await;
        let link = secret(&reset.is(200).text());
        let other = site.visitor();
        other.get(path(&link)).await.is(200).shows("Choose another password");
        other.form(path(&link), &[("password", "five other dry words")]).await.leads_to("/desk");
        sam.get("/desk").await.is(303);
        boss.form(&format!("{page}/remove"), &[]).await.leads_to("/desk/people");
        other.get("/desk").await.is(303);
        boss.get("/desk/people").await.is(200).shows("No longer here (1)").hides("sam@school.example");
        boss.get(&page).await.is(200);
        assert_eq!(temp.number("select count(*) from accounts").await, 1);
        let actions = temp.texts("select action from audit where action like 'member.%' or action like 'account.%' order by action").await;
        assert_eq!(actions, [
            "account.password", "member.invite", "member.invite", "member.join", "member.name", "member.remove",
            "member.reset", "member.roles", "member.suspend", "member.unsuspend",
        ]);
    }

    fn an_organisation_keeps_somebody_who_looks_after_it(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
        let own = format!("/desk/people/{}", boss.member);
        boss.form(&own, &[("name", "Bo"), ("role", "tutor")]).await.is(422).shows("Nobody would be left");
        for act in ["suspend", "remove"] {
            boss.form(&format!("{own}/{act}"), &[]).await.is(422).shows("Nobody can suspend or remove themselves");
        }
        let second = provider.member("Cy Second", &[Role::Administrator]).await;
        boss.form(&own, &[("name", "Bo"), ("role", "tutor")]).await.leads_to("/desk/people");
        second.get("/desk/people").await.is(200).shows("Invite a colleague");
        boss.get("/desk/people").await.is(200).hides("Invite a colleague");
    }

    fn one_account_works_for_two_organisations_and_belongs_to_neither(temp) {
        let site = Site::on(temp).await;
        let (ours, theirs) = (site.provider("Harbour Tutoring").await, site.provider("Riverside Tutoring").await);
        let invite = json!({"address": "ana@school.example", "name": "Ana", "roles": ["tutor"]});
        let first = api(&ours, "POST", "/api/v1/people", invite.clone()).await.is(201).json();
        let ana = site.visitor();
        let fields = [("name", "Ana"), ("password", "four plain wet words")];
        ana.form(path(first["link"].as_str().expect("a link")), &fields).await.leads_to("/desk");
        let second = api(&theirs, "POST", "/api/v1/people", invite).await.is(201).json();
        let link = path(second["link"].as_str().expect("a link")).to_owned();
        // Somebody else with the link, and without her password, is not let in, and does not take her account over.
        let eve = site.visitor();
        eve.get(&link).await.is(200).shows("The password of your account");
        let guess = [("name", "Ana"), ("own", "five other dry words"), ("password", "six more red words")];
        eve.form(&link, &guess).await.is(422).shows("not the password of your account");
        // Whoever made the first link may have opened it: what lets in from now on is chosen anew.
        ana.get(&link).await.is(200).hides("The password of your account").shows("choose a password that neither gave you");
        ana.form(&link, &[("name", "Ana L.")]).await.is(422).shows("The password is too short");
        ana.form(&link, &[("name", "Ana L."), ("password", "six more red words")]).await.leads_to("/desk");
        ana.get("/desk").await.leads_to("/sign-in/organisation?next=%2Fdesk");
        ana.get("/sign-in/organisation").await.is(200).shows("Harbour Tutoring").shows("Riverside Tutoring");
        let choose = |provider: &Provider<'_>| provider.who.issuer().to_string();
        ana.form("/sign-in/organisation", &[("organisation", &choose(&theirs)), ("next", "/desk/people")]).await.leads_to("/desk/people");
        ana.get("/desk/people").await.is(200).shows("Riverside Tutoring").shows("Ana L.");
        ana.form("/sign-in/organisation", &[("organisation", &choose(&ours))]).await.leads_to("/desk");
        ana.get("/desk/people").await.is(200).shows("Harbour Tutoring").hides("Ana L.");
        // Neither can set her password; and one that lets her go does not end her work for the other.
        let id = second["id"].as_str().expect("an id");
        let boss = theirs.member("Bo Boss", &[Role::Administrator]).await;
        boss.form(&format!("/desk/people/{id}/link"), &[]).await.is(422).shows("can be shown to nobody here");
        boss.form(&format!("/desk/people/{id}/remove"), &[]).await.leads_to("/desk/people");
        ana.get("/desk").await.is(200).shows("Harbour Tutoring");
        let gone = ana.form("/sign-in/organisation", &[("organisation", &choose(&theirs))]).await;
        gone.is(404);
    }

    fn people_are_managed_by_the_api_as_on_the_page(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
        let asked = json!({"address": "ana", "roles": []});
        let faults = api(&provider, "POST", "/api/v1/people", asked).await.is(422).json();
        assert_eq!(faults["faults"], json!([
            {"pointer": "/address", "detail": "is not an e-mail address such as ana@school.example."},
            {"pointer": "/roles", "detail": "are missing: choose at least one."},
        ]));
        let made = api(&provider, "POST", "/api/v1/people", json!({"address": "ana@school.example", "roles": ["tutor"]})).await;
        let id = made.is(201).json()["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/people/{id}");
        let changed = api(&provider, "PUT", &path, json!({"name": "Ana Lee", "roles": ["auditor"]})).await;
        assert_eq!(changed.is(200).json(), json!({
            "id": id, "name": "Ana Lee", "roles": ["auditor"], "state": "invited", "address": "ana@school.example",
        }));
        let list = api(&provider, "GET", "/api/v1/people", json!(null)).await.is(200).json();
        assert_eq!(list["people"][1]["id"], boss.member);
        api(&provider, "POST", &format!("{path}/state"), json!({"change": "promote"})).await.is(400);
        api(&provider, "POST", &format!("{path}/state"), json!({"change": "suspend"})).await.is(409);
        let gone = api(&provider, "POST", &format!("{path}/state"), json!({"change": "remove"})).await;
        assert_eq!(gone.is(200).json()["state"], "removed");
    }
}

/// G5: what is not to be set is not set, and nothing else either.
async fn g5_members_that_are_not_known_are_refused(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
    let path = format!("/api/v1/people/{}", boss.member);
    let before = site
        .ask("GET", "/api/v1/people")
        .key(&provider.key)
        .send()
        .await
        .json();
    for extra in [
        "issuer_id",
        "tenant_id",
        "id",
        "state",
        "issued_at",
        "role",
        "account_id",
    ] {
        let mut body = json!({"name": "Eve", "roles": ["administrator"]});
        body[extra] = json!("x");
        api(&provider, "PUT", &path, body).await.is(400);
        let mut body = json!({"address": "eve@school.example", "roles": ["tutor"]});
        body[extra] = json!("x");
        api(&provider, "POST", "/api/v1/people", body).await.is(400);
        let mut body = json!({"name": "x", "scopes": ["read"]});
        body[extra] = json!("x");
        api(&provider, "POST", "/api/v1/api-keys", body)
            .await
            .is(400);
    }
    let after = site
        .ask("GET", "/api/v1/people")
        .key(&provider.key)
        .send()
        .await
        .json();
    assert_eq!(before, after);
}

/// G6: who may not manage people reads no address, on any way.
async fn g6_a_reader_is_told_no_address(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    provider.member("Bo Boss", &[Role::Administrator]).await;
    let reader = provider.make_key(&[Scope::Read]).await;
    let list = site.ask("GET", "/api/v1/people").key(&reader).send().await;
    let list = list.is(200).json();
    for person in list["people"].as_array().expect("people") {
        let keys: Vec<&String> = person.as_object().expect("a person").keys().collect();
        assert_eq!(keys, ["id", "name", "roles", "state"]);
    }
}

/// The page shows the very table that decides: every cell of it.
async fn the_table_of_who_may_do_what_is_on_a_page(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    let ana = provider.member("Ana Lee", &[Role::Tutor]).await;
    let page = ana.get("/desk/access").await.is(200).text();
    let (_, body) = page.split_once("<tbody>").expect("a table");
    let rows: Vec<&str> = body.split("<tr>").skip(1).collect();
    assert_eq!(rows.len(), Scope::ALL.len());
    for (row, (scope, roles)) in rows.iter().zip(TABLE) {
        assert!(row.contains(scope.sentence()), "{row}");
        let cells: Vec<bool> = row
            .split("<td")
            .skip(1)
            .map(|cell| cell.contains(">yes<"))
            .collect();
        let told: Vec<Role> = Role::ALL
            .into_iter()
            .zip(cells)
            .filter(|(_, yes)| *yes)
            .map(|(role, _)| role)
            .collect();
        let mut meant = roles.to_vec();
        meant.sort();
        assert_eq!(told, meant, "{scope}");
    }
}

/// F12: whatever somebody is called, and whatever they call a key, is a text on every page.
async fn f12_names_at_the_desk_are_texts(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
    let mut active = 0;
    for (n, words) in CORPUS.iter().enumerate() {
        let address = format!("a{n}@school.example");
        let fields = [
            ("address", address.as_str()),
            ("name", words),
            ("role", "tutor"),
        ];
        let invited = boss.form("/desk/people", &fields).await;
        let made = boss
            .form("/desk/keys", &[("name", words), ("scope", "read")])
            .await;
        let typed = boss
            .form("/desk/people", &[("name", words), ("address", words)])
            .await;
        for page in [invited, made, typed, boss.get("/desk/log").await] {
            assert!(page.status == 200 || page.status == 422, "{}", page.status);
            if words.contains('<') {
                page.hides(words);
                active += 1;
            }
            if page.status == 200 {
                page.hides("\u{202e}");
            }
        }
    }
    assert!(active > 40, "{active}");
}

on_both!(
    g5_members_that_are_not_known_are_refused,
    g6_a_reader_is_told_no_address,
    the_table_of_who_may_do_what_is_on_a_page,
    f12_names_at_the_desk_are_texts,
);
