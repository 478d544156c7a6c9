//! Awards for taking part: whoever was at a lab, many at once, nobody twice.

use serde_json::json;
use skillmark::{
    issue::{Achievement, batch, publish},
    program::{lab, learner, roster, run},
    who::{Role, Scope},
};

use crate::support::{
    db::on_both,
    site::{Provider, Site},
};

/// A lab that was held, with three learners, and what is given there for taking part.
async fn a_lab(provider: &Provider<'_>) -> (String, String) {
    let (app, who) = (&provider.site.app, &provider.who);
    let file = json!({
        "kind": "participation",
        "meaning": "Was there.",
        "name": "Data lab participant",
        "achievementType": "MicroCredential",
        "criteria": {"narrative": "Takes part in a data lab."}
    });
    let badge = Achievement::parse(file.to_string().as_bytes()).expect("an achievement");
    publish::publish(app, who, &badge).await.expect("published");
    let said = run::Said {
        name: "Career skills".to_owned(),
        term: "Spring".to_owned(),
        school: "Riverside".to_owned(),
        ..run::Said::default()
    };
    let program = run::make(app, who, &said).await.expect("a program");
    let csv = b"learner,name\nu-1,Ana Canary\nu-2,Bo Canary\nu-3,Cy Canary\n";
    let roster = roster::apply(app, who, &program, csv, false).await;
    roster.expect("a roster");
    let said = lab::Said {
        program,
        name: "Data lab".to_owned(),
        held: "2026-03-01".to_owned(),
        offers: vec![
            badge.id().clone(),
            provider.achievement.parse().expect("an id"),
        ],
    };
    let lab = lab::make(app, who, &said).await.expect("a lab");
    (lab.to_string(), badge.id().to_string())
}

on_both! {
    fn those_who_took_part_are_awarded_once(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (lab, badge) = a_lab(&provider).await;
        let coordinator = provider.member("Co Lee", &[Role::Coordinator]).await;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let people = learner::all(&site.app, &provider.who, "").await.expect("all");
        let ids: Vec<&str> = people.iter().map(|one| one.person.as_str()).collect();
        let page = format!("/desk/labs/{lab}/taking-part/{badge}");
        tutor.get(&format!("/desk/labs/{lab}")).await.is(200).hides("taking-part").shows("the moment a reviewer approves");
        tutor.get(&page).await.is(403);
        coordinator.get(&format!("/desk/labs/{lab}")).await.is(200).shows(&page);
        // Whoever has an attempt from there is ticked at first.
        let cell = [("learner", ids[1]), ("level-0", "Advanced")];
        coordinator.form(&format!("/desk/labs/{lab}/grid/{}", provider.achievement), &cell).await.is(303);
        let shown = coordinator.get(&page).await;
        shown.is(200).shows(&format!("value=\"{}\" checked", ids[1])).hides(&format!("value=\"{}\" checked", ids[0]));
        coordinator.form(&page, &[("step", "look")]).await.is(422).shows("Say who was there.");
        let chosen = [("learner", ids[0]), ("learner", ids[1])];
        let look = coordinator.form(&page, &[("step", "look"), chosen[0], chosen[1]]).await;
        look.is(200).shows("Nothing is awarded yet").shows("Ana Canary").shows("Award 2").hides("Cy Canary");
        assert_eq!(temp.number("select count(*) from credentials").await, 0);
        let back = coordinator.form(&page, &[("step", "change"), chosen[0]]).await;
        back.is(200).shows("Cy Canary").shows(&format!("value=\"{}\" checked", ids[0]));
        let started = coordinator.form(&page, &[("step", "award"), chosen[0], chosen[1]]).await;
        let to = started.is(303).header("location").to_owned();
        let job = to.strip_prefix("/desk/awards/").expect("a batch").parse().expect("an id");
        batch::work(&site.app, provider.who.issuer(), &job, &mut |_| {}).await.expect("signed");
        coordinator.get(&to).await.is(200).shows("2 of 2");
        assert_eq!(temp.number("select count(*) from credentials where person_id is not null").await, 2);

        // Again with a third: who has it is named, and not given it twice.
        let all = [("step", "look"), chosen[0], chosen[1], ("learner", ids[2])];
        coordinator.form(&page, &all).await.is(200).shows("Award 1").shows("Already given to").shows("Ana Canary");
        coordinator.form(&page, &[("step", "look"), chosen[0]]).await.is(200).shows("nobody is given it twice").hides("Award 1");

        // By API: look, then award.
        let key = provider.make_key(&[Scope::Issue, Scope::Programs]).await;
        let send = |body: serde_json::Value| {
            let path = format!("/api/v1/labs/{lab}/taking-part");
            site.ask("POST", &path).key(&key).json(&body).send()
        };
        let mut body = json!({"achievement": badge, "learners": ids, "check": true});
        let plan = send(body.clone()).await.is(200).json();
        assert_eq!(plan, json!({"new": [ids[2]], "before": [ids[0], ids[1]]}));
        body["check"] = json!(false);
        let batch = send(body.clone()).await.is(202).json();
        assert_eq!((&batch["total"], &batch["repeated"]), (&json!(1), &json!(2)));
        assert_eq!(temp.number("select count(*) from credentials").await, 3);
        body["learners"] = json!([]);
        send(body.clone()).await.is(422);
        // Not for what an attempt earns, not for strangers, not before the day.
        send(json!({"achievement": provider.achievement, "learners": ids})).await.is(409);
        tutor.form(&format!("/desk/labs/{lab}/roster"), &[("learner", ids[2]), ("on", "no")]).await.is(303);
        send(json!({"achievement": badge, "learners": [ids[2]]})).await.is(409);
        temp.sql("update labs set held_at = '2126-03-01T00:00:00Z'").await.expect("later");
        let early = send(json!({"achievement": badge, "learners": [ids[0]]})).await;
        assert_eq!(early.is(409).json()["detail"], "this lab is yet to be held.");
    }
}
