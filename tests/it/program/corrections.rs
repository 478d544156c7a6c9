//! Mistakes put right, and many taken back by two people.

use skillmark::{
    ids::CredentialId,
    issue::{
        bulk::{self, Asked},
        correct::{self, Right},
        issuer, reasons,
        revoke::{self, Change},
    },
    who::{Role, Scope, Who},
};

use serde_json::json;

use crate::support::{copy::dump, db::on_both, site::Site};

on_both! {
    fn a_mistake_is_put_right_under_the_same_link(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (app, who) = (&site.app, &provider.who);
        let old = provider.issue("S-1042").await;
        let shared = provider.portfolio("Mine", &[&old]).await;
        let id: CredentialId = old.parse().expect("an id");
        let wrong = correct::read(app, who, &id).await.expect("read");
        let mut right = Right {
            awarded: wrong.order.awarded,
            outcomes: wrong.order.outcomes.clone(),
            assessor: wrong.order.assessor.clone(),
            narrative: None,
        };
        let same = correct::correct(app, who, &id, &right, "").await.expect_err("nothing to do");
        assert_eq!(same.to_string(), "nothing is different");
        let criterion = &wrong.achievement.criteria()[0];
        right.outcomes[0].level = Some(criterion.levels[1].id.clone());
        let low = correct::correct(app, who, &id, &right, "").await.expect_err("no pass");
        assert!(low.to_string().contains("below the required level"), "{low}");
        right.outcomes[0].level = Some(criterion.levels[2].id.clone());
        let new = correct::correct(app, who, &id, &right, "Ana's level was mistyped.").await.expect("corrected");

        // The old link shows the new one; the old document says that it is revoked.
        site.get(&format!("/c/{old}")).await.leads_to(&format!("/c/{new}"));
        site.get(&format!("/c/{new}")).await.is(200).shows("Real and still good").shows("Proficient");
        let document = site.get(&format!("/c/{old}.json")).await;
        let report = site.ask("POST", "/api/v1/verify").body("application/json", document.is(200).body.clone()).send().await;
        assert_eq!(report.json()["reason"], "revoked");
        site.get(&shared).await.is(200).shows(&format!("/c/{new}")).hides(&format!("/c/{old}"));
        let again = correct::correct(app, who, &id, &right, "").await.expect_err("once");
        assert!(again.to_string().starts_with("the credential is revoked"), "{again}");
        // The reason is theirs alone.
        let kept = reasons::of(app, who, &id).await.expect("reasons");
        assert_eq!(kept[0].reason, "Ana's level was mistyped.");
        skillmark::issue::people::erase(app, who, "S-1042").await.expect("erased");
        assert_eq!(reasons::of(app, who, &id).await.expect("reasons")[0].reason, "");
    }

    fn what_is_suspended_is_reinstated_before_it_is_corrected(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let boss = provider.member("Ana Lee", &[Role::Administrator, Role::Coordinator]).await;
        let id = provider.issue("S-1042").await;
        let api = format!("/api/v1/credentials/{id}/correction");
        let page = format!("/desk/credentials/{id}");
        let right = json!({"narrative": "Opens earlier.", "reason": ""});
        let fields = [("narrative", "Opens earlier."), ("awarded", "2026-03-01")];
        provider.change(&id, "suspend").await.is(200);
        let said = "suspended: reinstate it first, then correct it";
        provider.send(&api, &right).await.is(409).shows(said);
        boss.get(&page).await.is(200).shows(said).hides("Fix a mistake").shows("Reinstate")
            .shows("<p class=\"lead\" dir=\"auto\">Ana María Lee</p>").shows("<span class=\"tag unsure\">suspended</span>");
        boss.form(&page, &fields).await.is(409).shows(said);
        let state = revoke::status(&site.app, &provider.who, &id.parse().expect("an id")).await.expect("a status").state;
        assert_eq!(state, skillmark::db::StatusState::Suspended);
        assert_eq!(temp.number("select count(*) from credentials").await, 1);
        provider.change(&id, "reinstate").await.is(200);
        boss.get(&page).await.is(200).shows("Fix a mistake").hides(said).shows("<span class=\"tag good\">in force</span>");
        provider.send(&api, &right).await.is(201);
    }

    fn above_a_hundred_a_second_person_says_yes(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let app = &site.app;
        let first = provider.member("Ana Lee", &[Role::Administrator]).await;
        let second = provider.member("Bo Ek", &[Role::Administrator]).await;
        let mut all = Vec::new();
        for n in 0..101 {
            all.push(provider.issue(&format!("S-{n}")).await);
        }
        let ids: Vec<CredentialId> = all.iter().map(|id| id.parse().expect("an id")).collect();
        let some = bulk::ask(app, &provider.who, Change::Suspend, &ids[..100], "A wrong roster.").await;
        assert_eq!(some, Ok(Asked::Done(100)));
        let lines = all.join("\n");
        let fields = [("credentials", lines.as_str()), ("change", "revoke"), ("reason", "A wrong roster.")];
        first.form("/desk/corrections", &fields).await.is(200).shows("a second person says yes first");
        let id = revoke::status(app, &provider.who, &ids[100]).await.expect("a status").state;
        assert_eq!(id, skillmark::db::StatusState::Ok);
        let waiting = bulk::waiting(app, &provider.who).await.expect("a list").remove(0);
        let page = format!("/desk/corrections/{}", waiting.row.bulk_id);
        first.form(&page, &[("answer", "yes")]).await.is(422).shows("somebody else says yes");
        second.get("/desk/corrections").await.is(200).shows("A wrong roster.").shows("revoke 101 credentials");
        second.form(&page, &[("answer", "yes")]).await.leads_to("/desk/corrections");
        second.form(&page, &[("answer", "yes")]).await.is(422).shows("decided before");
        assert_eq!(temp.number("select count(*) from status_entries where state = 'revoked'").await, 101);
        // One of another organisation: none is changed.
        let other = site.provider("Harbour Skills").await;
        let theirs: CredentialId = other.issue("S-1").await.parse().expect("an id");
        let mixed = bulk::ask(app, &provider.who, Change::Revoke, &[theirs], "").await;
        assert!(mixed.is_err_and(|error| error.to_string() == "there is no such credential"));
    }

    fn g17_small_changes_add_up_to_a_hundred_within_a_day(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let app = &site.app;
        let first = provider.member("Ana Lee", &[Role::Administrator]).await;
        let second = provider.member("Bo Ek", &[Role::Administrator]).await;
        let ana = Who::member(provider.who.issuer(), &first.member.parse().expect("an id"), &[Role::Administrator]);
        let bo = Who::member(provider.who.issuer(), &second.member.parse().expect("an id"), &[Role::Administrator]);
        let mut all = Vec::new();
        for n in 0..104 {
            let id: CredentialId = provider.issue(&format!("S-{n}")).await.parse().expect("an id");
            all.push(id);
        }
        let ask = async |who: &Who, change, ids: &[CredentialId]| bulk::ask(app, who, change, ids, "").await;
        // Sixty, then thirty-nine one by one: ninety-nine.
        assert_eq!(ask(&ana, Change::Suspend, &all[..60]).await, Ok(Asked::Done(60)));
        site.clock.advance(3_600);
        for id in &all[60..99] {
            assert_eq!(ask(&ana, Change::Suspend, std::slice::from_ref(id)).await, Ok(Asked::Done(1)));
        }
        // What is so already counts nothing; two more are one too many, and the hundredth is not.
        assert_eq!(ask(&ana, Change::Suspend, &all[..99]).await, Ok(Asked::Done(0)));
        let two = ask(&ana, Change::Suspend, &all[99..101]).await.expect("asked");
        assert!(matches!(two, Asked::Waiting(_)), "{two:?}");
        assert_eq!(ask(&ana, Change::Suspend, &all[99..100]).await, Ok(Asked::Done(1)));
        let more = ask(&ana, Change::Suspend, &all[100..101]).await.expect("asked");
        assert!(matches!(more, Asked::Waiting(_)), "{more:?}");
        // Neither on the page nor by a key of hers; a colleague has a hundred of their own.
        let page = format!("/desk/credentials/{}/status", all[101]);
        first.form(&page, &[("change", "suspend")]).await.leads_to("/desk/corrections");
        let sql = format!("update api_keys set made_by = '{}'", first.member);
        temp.sql(&sql).await.expect("hers");
        let waits = provider.change(all[102].as_str(), "suspend").await;
        let told = waits.is(202).json();
        assert_eq!((&told["status"], told["waits"].is_string()), (&json!("ok"), true));
        assert_eq!(ask(&bo, Change::Suspend, &all[103..104]).await, Ok(Asked::Done(1)));
        // What somebody confirms as the second person is not counted as theirs.
        let Asked::Waiting(id) = two else { panic!("it waits") };
        assert_eq!(bulk::decide(app, &bo, &id, true).await, Ok(1));
        assert_eq!(ask(&bo, Change::Reinstate, &all[..99]).await, Ok(Asked::Done(99)));
        let over = ask(&bo, Change::Reinstate, &all[99..100]).await.expect("asked");
        assert!(matches!(over, Asked::Waiting(_)), "{over:?}");
        // A day after the first sixty these do not count any more; a second before they do.
        site.clock.advance(23 * 3_600 - 1);
        let early = ask(&ana, Change::Suspend, &all[..1]).await.expect("asked");
        assert!(matches!(early, Asked::Waiting(_)), "{early:?}");
        site.clock.advance(1);
        assert_eq!(ask(&ana, Change::Suspend, &all[..60]).await, Ok(Asked::Done(60)));
        let early = ask(&ana, Change::Suspend, &all[60..61]).await.expect("asked");
        assert!(matches!(early, Asked::Waiting(_)), "{early:?}");
        // A key that no member made asks for nothing that a second person would say yes to.
        let made = issuer::new_api_key(app, &provider.who, "x", &[Scope::Revoke], None).await.expect("a key");
        let nobodys = Who::by_api_key(&app.db, made.1.reveal(), app.now()).await.expect("known");
        let refused = ask(&nobodys, Change::Revoke, &all).await.expect_err("nobody's").to_string();
        assert!(refused.starts_with("so many ask for a second person, and this API key is nobody's"), "{refused}");
        let Asked::Waiting(id) = early else { panic!("it waits") };
        let sql = format!("update bulk_changes set asked_by = '{}' where bulk_id = '{id}'", nobodys.actor());
        temp.sql(&sql).await.expect("from before");
        let refused = bulk::decide(app, &bo, &id, true).await.expect_err("nobody's").to_string();
        assert_eq!(refused, "nobody's key asked for it: say no, and ask for it as a member");
        assert_eq!(bulk::decide(app, &bo, &id, false).await, Ok(0));
        // The operator at the machine is not counted.
        assert_eq!(ask(&provider.who, Change::Revoke, &all).await, Ok(Asked::Done(104)));
    }

    fn the_api_takes_a_reason_that_stays_with_the_organisation(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1").await;
        let path = format!("/api/v1/credentials/{id}/status");
        let send = async |body: serde_json::Value| provider.send(&path, &body).await;
        let done = send(json!({"change": "suspend", "reason": " Ana's zyx was mixed up. "})).await;
        assert_eq!(done.is(200).json(), json!({"status": "suspended"}));
        send(json!({"change": "reinstate", "reason": "It was hers."})).await.is(200);
        send(json!({"change": "revoke"})).await.is(200);
        assert_eq!(send(json!({"change": "revoke", "reason": "x"})).await.is(200).json(), json!({"status": "revoked"}));
        send(json!({"change": "suspend", "reason": "x"})).await.is(409);
        send(json!({"change": "revoke", "reason": "x".repeat(1_001)})).await.is(422);
        send(json!({"change": "revoke", "reason": 1})).await.is(400);
        send(json!({"change": "revoke", "reasons": "x"})).await.is(400);
        let kept = reasons::of(&site.app, &provider.who, &id.parse().expect("an id")).await.expect("read");
        let mut kept: Vec<(&str, &str)> = kept.iter().map(|one| (one.change.as_str(), one.reason.as_str())).collect();
        kept.sort_unstable();
        assert_eq!(kept, [("reinstate", "It was hers."), ("suspend", "Ana's zyx was mixed up.")]);
        // Nothing public says it, and it is sealed (threat E16).
        site.get(&format!("/c/{id}")).await.hides("mixed up");
        assert!(!String::from_utf8_lossy(&dump(temp)).contains("mixed up"));
    }
}
