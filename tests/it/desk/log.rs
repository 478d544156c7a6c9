//! The audit log, and API keys: who did what, on behalf of whom.

use serde_json::json;
use skillmark::who::{Role, Scope};

use super::people::secret;
use crate::support::{
    db::{Temp, on_both},
    site::Site,
};

on_both! {
    fn the_log_tells_for_whom_a_key_acts(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
        let fields = [("name", "School <system>"), ("scope", "issue"), ("scope", "log")];
        let made = boss.form("/desk/keys", &fields).await;
        let key = secret(&made.is(200).text());
        assert!(key.starts_with("skm_"), "{key}");
        boss.get("/desk/keys").await.is(200).shows("School &#60;system&#62;").hides("skm_x").hides(&key);
        let issued = site.ask("POST", "/api/v1/credentials").key(&key).json(&provider.order("S-1042")).send().await;
        issued.is(201);
        let page = boss.get("/desk/log?action=credential.issue").await;
        page.is(200).shows("API key “School &#60;system&#62;”").shows("for <bdi>Bo Boss</bdi>").hides("Ana María").hides("S-1042");
        let path = format!("/api/v1/log?person={}&from=2026-03-01&until=2026-03-01", boss.member);
        let log = site.ask("GET", &path).key(&key).send().await.is(200).json();
        let mut actions: Vec<&str> = log["lines"].as_array().expect("lines").iter().map(|line| line["action"].as_str().expect("a word")).collect();
        actions.sort_unstable();
        assert_eq!(actions, ["api-key.new", "credential.issue"]);
        let none = site.ask("GET", "/api/v1/log?until=2026-02-28").key(&key).send().await;
        assert_eq!(none.is(200).json(), json!({"lines": []}));
        boss.get("/desk/log?from=2027-01-01").await.is(200).shows("Nothing that fits");
        // A key works no more from the moment it is taken back (G11).
        let id = temp.texts("select api_key_id from api_keys where made_by is not null").await.remove(0);
        boss.form(&format!("/desk/keys/{id}/revoke"), &[]).await.leads_to("/desk/keys");
        site.ask("GET", "/api/v1/log").key(&key).send().await.is(401);
        boss.form(&format!("/desk/keys/{id}/revoke"), &[]).await.is(404);
        boss.form("/desk/keys", &[("name", "x"), ("scope", "read"), ("expires", "2026-02-01")]).await.is(422).shows("is a time that has passed");
        // Nobody hands on what they may not do themselves.
        boss.form("/desk/keys", &[("name", "x"), ("scope", "review")]).await.is(403);
    }

    fn a_line_speaks_in_words_and_leads_to_what_it_is_about(temp) {
        let site = Site::on(temp).await;
        let ours = site.provider("Harbour Tutoring").await;
        let credential = ours.issue("S-1").await;
        ours.change(&credential, "revoke").await.is(200);
        let boss = ours.member("Ana Lee", &Role::ALL).await;
        boss.form("/desk/learners", &[("reference", "S-2")]).await.is(303);
        let learner = temp.texts("select subject from audit where action = 'learner.add'").await.remove(0);
        let log = boss.get("/desk/log").await;
        log.is(200).shows("<td>Issued a credential</td>").shows("<td>Revoked a credential</td>").shows(&format!("<a href=\"/c/{credential}\">"))
            .shows("<td>Added a learner</td>").shows(&format!("<a href=\"/desk/learners/{learner}\">"))
            .hides("credential.issue</td>").hides("learner.add</td>");
        let text = log.text();
        let table = text.split_once("<tbody>").expect("a table").1;
        let links: Vec<&str> = table.split("<a href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(links.len() >= 2, "{links:?}");
        for link in links.iter().filter(|link| !link.starts_with("/desk/log")) {
            boss.get(link).await.is(200);
        }
        // Who does not work with learners is led to none.
        let reader = ours.member("Rae Reader", &[Role::Auditor]).await;
        reader.get("/desk/log").await.is(200).shows("Added a learner").shows(&learner).hides(&format!("/desk/learners/{learner}"))
            .shows(&format!("<a href=\"/c/{credential}\">"));
    }

    fn g15_a_cursor_is_ours_and_of_one_organisation(temp) {
        let site = Site::on(temp).await;
        let (ours, theirs) = (site.provider("Harbour Tutoring").await, site.provider("Riverside Tutoring").await);
        for n in 0..60 {
            ours.make_key(&[Scope::Read]).await;
            if n < 55 {
                theirs.make_key(&[Scope::Read]).await;
            }
        }
        let (our_key, their_key) = (ours.make_key(&[Scope::Log]).await, theirs.make_key(&[Scope::Log]).await);
        let read = async |key: &str, query: &str| {
            site.ask("GET", &format!("/api/v1/log{query}")).key(key).send().await
        };
        let first = read(&our_key, "").await.is(200).json();
        assert_eq!(first["lines"].as_array().expect("lines").len(), 50);
        let next = first["next"].as_str().expect("a cursor").to_owned();
        let second = read(&our_key, &format!("?cursor={next}")).await.is(200).json();
        assert!(second["next"].is_null());
        let all: std::collections::BTreeSet<&str> = [&first, &second].into_iter()
            .flat_map(|page| page["lines"].as_array().expect("lines"))
            .map(|line| line["id"].as_str().expect("an id")).collect();
        assert_eq!(i64::try_from(all.len()), Ok(temp.number(&format!("select count(*) from audit where issuer_id = '{}'", ours.who.issuer())).await));
        read(&their_key, &format!("?cursor={next}")).await.is(400);
        for at in 0..next.len() {
            let mut changed = next.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("text");
            read(&our_key, &format!("?cursor={changed}")).await.is(400);
        }
    }
}

/// G14: whatever is looked for is looked for as a text.
async fn g14_a_filter_is_never_a_statement(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    let key = provider.make_key(&[Scope::Log]).await;
    for odd in [
        "name;drop table audit",
        "' or 1=1 --",
        "\" or \"\"=\"",
        "$1",
        "{\"$ne\":1}",
        "%",
        "x' union select 1 --",
    ] {
        let odd = crate::support::site::percent(odd);
        for field in ["person", "action", "sort"] {
            let path = format!("/api/v1/log?{field}={odd}");
            let answer = site.ask("GET", &path).key(&key).send().await;
            let lines = answer.is(200).json()["lines"]
                .as_array()
                .expect("lines")
                .len();
            assert_eq!(lines > 0, field == "sort", "{path}");
        }
        for field in ["from", "until", "cursor"] {
            let path = format!("/api/v1/log?{field}={odd}");
            site.ask("GET", &path).key(&key).send().await.is(400);
        }
    }
}

/// G18: whoever helps reads, says why, and is seen.
async fn g18_help_is_seen_by_whom_it_is_for(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harbour Tutoring").await;
    let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
    let none = skillmark::who::support::open(&site.app, &provider.who, " ").await;
    assert!(none.is_err());
    let link = skillmark::who::support::open(&site.app, &provider.who, "Ticket 12").await;
    let link = link.expect("a link");
    let helper = site.visitor();
    helper.get(&link).await.leads_to("/desk");
    site.visitor()
        .get(&link)
        .await
        .is(404)
        .shows("Whoever looks after the service can make a new one.");
    helper
        .get("/desk/people")
        .await
        .is(200)
        .shows("You look in to help")
        .shows("Ticket 12")
        .hides("@");
    helper
        .form(
            "/desk/people",
            &[("address", "eve@school.example"), ("role", "tutor")],
        )
        .await
        .is(403);
    helper.get("/desk/keys").await.is(403);
    helper.get("/desk/account").await.is(404);
    let page = boss.get("/desk/log?person=support").await;
    page.is(200)
        .shows("support.open")
        .shows("support.read")
        .shows("/desk/people")
        .shows("because: <bdi>Ticket 12</bdi>");
    site.clock.advance(3_600);
    helper.get("/desk").await.is(303);
}

on_both!(
    g14_a_filter_is_never_a_statement,
    g18_help_is_seen_by_whom_it_is_for,
);
