//! Mistakes put right, and many taken back by two people.

use skillmark::{
    ids::CredentialId,
    issue::{
        bulk::{self, Asked},
        correct::{self, Right},
        reasons,
        revoke::{self, Change},
    },
    who::Role,
};

use crate::support::{db::on_both, site::Site};

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
}
