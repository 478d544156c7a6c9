//! What can be reached by page and by API: offers, attempts outside a lab, joining, past awards,
//! second readings, and what waits for whom.

use serde_json::json;
use skillmark::{
    program::{By, attempt, evidence, lab, learner, roster, run},
    who::{Role, Scope},
};

use super::world::details;
use crate::support::{
    db::on_both,
    site::{Provider, Site},
};

/// A program with Ana in it and Bo known, and a lab without offers: their ids.
async fn a_lab(provider: &Provider<'_>) -> (String, String, [String; 2]) {
    let (app, who) = (&provider.site.app, &provider.who);
    let said = run::Said {
        name: "Career skills".to_owned(),
        term: "Spring".to_owned(),
        school: "Riverside".to_owned(),
        ..run::Said::default()
    };
    let program = run::make(app, who, &said).await.expect("a program");
    let csv = b"learner,name\nu-1,Ana Canary\n";
    let roster = roster::apply(app, who, &program, csv, false).await;
    roster.expect("a roster");
    let known = details("u-2", "Bo Canary");
    let bo = learner::add(app, who, &known).await;
    let bo = bo.expect("added").to_string();
    let said = lab::Said {
        program: program.clone(),
        name: "Data lab".to_owned(),
        held: "2026-03-02".to_owned(),
        offers: Vec::new(),
    };
    let lab = lab::make(app, who, &said).await.expect("a lab");
    let ana = learner::all(app, who, "Ana").await.expect("all").remove(0);
    (
        program.to_string(),
        lab.to_string(),
        [ana.person.to_string(), bo],
    )
}

on_both! {
    fn what_a_lab_offers_is_said_anew(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (_, lab, _) = a_lab(&provider).await;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let page = format!("/desk/labs/{lab}");
        tutor.get(&page).await.is(200).shows("Nothing is on offer").shows(&format!("{page}/offers"));
        let on = format!("value=\"{}\" checked", provider.achievement);
        tutor.get(&format!("{page}/offers")).await.is(200).hides(&on);
        let chosen = [("offer", provider.achievement.as_str())];
        tutor.form(&format!("{page}/offers"), &chosen).await.leads_to(&page);
        tutor.get(&page).await.is(200).shows("Explain a decision with data");
        tutor.get(&format!("{page}/offers")).await.is(200).shows(&on);
        let twice = [chosen[0], chosen[0]];
        tutor.form(&format!("{page}/offers"), &twice).await.is(422).shows("Offers names an achievement twice.").shows(&on);
        let key = provider.make_key(&[Scope::Propose, Scope::Read]).await;
        let put = |offers: serde_json::Value| {
            let path = format!("/api/v1/labs/{lab}/offers");
            site.ask("PUT", &path).key(&key).json(&json!({ "offers": offers })).send()
        };
        put(json!([])).await.is(204);
        tutor.get(&page).await.is(200).shows("Nothing is on offer");
        put(json!([provider.achievement])).await.is(204);
        put(json!(["Zr4XfLk2Qp8sVb1NwYt6Ag"])).await.is(404);
        let log = temp.number("select count(*) from audit where action = 'lab.offer'").await;
        assert_eq!(log, 3);
    }

    fn a_tutor_begins_an_attempt_outside_a_lab_and_a_learner_a_diagnostic_one(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (program, lab, [ana, bo]) = a_lab(&provider).await;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let coordinator = provider.member("Co Lee", &[Role::Coordinator]).await;
        let page = format!("/desk/learners/{bo}");
        tutor.get(&page).await.is(200).shows("Begin an attempt outside a lab");
        let begin = |kind| [("achievement", provider.achievement.as_str()), ("kind", kind)];
        let path = format!("{page}/attempts");
        let opened = tutor.form(&path, &begin("diagnostic")).await.is(303).header("location").to_owned();
        tutor.get(&opened).await.is(200).shows("diagnostic");
        tutor.form(&path, &begin("diagnostic")).await.leads_to(&opened);
        tutor.form(&path, &begin("nonsense")).await.is(400);

        // Whoever is known joins a program.
        let program = format!("/desk/programs/{program}");
        tutor.get(&program).await.is(200).hides("Known, and not in this program");
        coordinator.get(&program).await.is(200).shows("Bo Canary (u-2)");
        coordinator.form(&format!("{program}/join"), &[("learner", &bo)]).await.leads_to(&program);
        coordinator.get(&program).await.is(200).hides("Known, and not in this program").shows("Bo Canary");

        let offers = [("offer", provider.achievement.as_str())];
        tutor.form(&format!("/desk/labs/{lab}/offers"), &offers).await.is(303);
        let learner = provider.learner(&ana.parse().expect("an id")).await;
        let station = format!("/me/labs/{lab}");
        learner.get(&station).await.is(200).shows("See where I stand");
        let mine = learner.form(&station, &begin("diagnostic")).await.is(303).header("location").to_owned();
        learner.get(&mine).await.is(200).shows("diagnostic");
        let kinds = temp.texts("select kind from attempts").await;
        assert_eq!(kinds, ["diagnostic", "diagnostic"]);
    }

    fn past_awards_of_a_reviewer_are_listed(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (_, _, [ana, _]) = a_lab(&provider).await;
        let boss = provider.member("Bea Boss", &[Role::Administrator]).await;
        let mut readers = Vec::new();
        for name in ["Rae View", "Sec Ond"] {
            let reader = provider.member(name, &[Role::Reviewer]).await;
            let said = [("reviewer", reader.member.as_str()), ("role", "Reviewer"), ("title", "Licence")];
            boss.form("/desk/reviewers", &said).await.is(303);
            readers.push(reader);
        }
        let (app, by) = (&site.app, By::Staff(provider.who.clone()));
        let open = attempt::Open {
            person: ana.parse().expect("an id"),
            achievement: provider.achievement.parse().expect("an id"),
            kind: skillmark::db::AttemptKind::Performance,
            lab: None,
            program: None,
        };
        let id = attempt::open(app, &by, &open).await.expect("opened");
        evidence::add(app, &by, &id, "", evidence::New::Note("Open on Mondays.".to_owned())).await.expect("added");
        attempt::submit(app, &by, &id).await.expect("handed in");
        let page = format!("/desk/reviewers/{}", readers[0].member);
        boss.get(&page).await.is(200).shows("Nothing yet.");
        let levels = [("decision", "approve"), ("level-0", "Advanced"), ("level-1", "Proficient")];
        readers[0].form(&format!("/desk/attempts/{id}/decision"), &levels).await.is(303);
        boss.form(&format!("{page}/suspend"), &[("suspended", "yes")]).await.is(303);
        boss.get("/desk/reviewers").await.is(200).shows(&page);
        let credential = temp.texts("select credential_id from credentials").await.remove(0);
        boss.get(&page).await.is(200).shows("suspended").shows("Ana Canary").shows(&format!("/desk/attempts/{id}")).shows(&format!("/c/{credential}"));
        boss.form(&format!("{page}/again"), &[]).await.leads_to(&page);
        boss.get(&page).await.is(200).shows("read twice, or to be");
        boss.get("/desk/reviewers/nobody").await.is(404);
        readers[1].get("/desk").await.is(200).shows("One decision is to be read again");
        readers[0].get("/desk").await.is(200).hides("to be read again");

        // By API: what waits, how often two agree, what was said.
        let key = provider.make_key(&[Scope::Read, Scope::Review]).await;
        let get = |path: String| site.ask("GET", &path).key(&key).send();
        let listed = get(format!("/api/v1/reviewers/{}/approved", readers[0].member)).await.is(200).json();
        assert_eq!(listed["attempts"][0]["credential"], credential.as_str());
        get("/api/v1/reviewers/nobody/approved".to_owned()).await.is(404);
        let waits = get("/api/v1/second-readings".to_owned()).await.is(200).json();
        assert_eq!(waits["attempts"][0]["id"], id.as_str());
        assert_eq!(waits["agreement"], json!({"days": 180, "readTwice": 0, "criteria": 0, "same": 0, "alike": 0}));
        let before = get(format!("/api/v1/attempts/{id}")).await.is(200).json();
        assert_eq!((before["answers"].is_null(), before["criteria"][0]["decided"].is_null()), (true, true), "blind: {before}");
    }

    fn the_api_tells_what_was_said_about_an_attempt(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (_, _, [ana, _]) = a_lab(&provider).await;
        let (app, by) = (&site.app, By::Staff(provider.who.clone()));
        let open = attempt::Open {
            person: ana.parse().expect("an id"),
            achievement: provider.achievement.parse().expect("an id"),
            kind: skillmark::db::AttemptKind::Performance,
            lab: None,
            program: None,
        };
        let id = attempt::open(app, &by, &open).await.expect("opened");
        evidence::add(app, &by, &id, "", evidence::New::Note("Open on Mondays.".to_owned())).await.expect("added");
        attempt::submit(app, &by, &id).await.expect("handed in");
        let boss = provider.make_key(&[Scope::Manage]).await;
        let keys = [provider.make_key(&[Scope::Read, Scope::Review]).await, provider.make_key(&[Scope::Read, Scope::Review]).await];
        let ids = temp.texts("select api_key_id from api_keys where scopes like '%review%'").await;
        for reviewer in ids {
            let said = json!({"reviewer": reviewer, "role": "Reviewer", "title": "Licence"});
            site.ask("POST", "/api/v1/qualifications").key(&boss).json(&said).send().await.is(201);
        }
        let post = |key: usize, what: &str, body: serde_json::Value| {
            let path = format!("/api/v1/attempts/{id}/{what}");
            site.ask("POST", &path).key(&keys[key]).json(&body).send()
        };
        let levels = json!({"Uses evidence": "Advanced", "Explains clearly": "Proficient"});
        let notes = json!({"Uses evidence": "Two numbers."});
        post(0, "decision", json!({"decision": "approve", "levels": levels, "notes": notes, "feedback": "Well done."})).await.is(200);
        temp.sql("update attempts set second_reading = 'sample'").await.expect("drawn");
        let seen = post(1, "second-reading", json!({"levels": levels, "remark": "The talk was short."})).await.is(200).json();
        assert_eq!(seen["criteria"][0]["note"], "Two numbers.");
        let answers: Vec<_> = seen["answers"].as_array().expect("answers").iter().map(|one| (one["reading"].clone(), one["feedback"].clone())).collect();
        assert_eq!(answers, [(json!("first"), json!("Well done.")), (json!("second"), json!("The talk was short."))]);
    }

    fn today_tells_those_who_may_settle_it(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Skills").await;
        let asks = provider.member("As Ks", &[Role::Coordinator]).await;
        let other = provider.member("Co Lee", &[Role::Coordinator]).await;
        let teacher = provider.member("Tea Cher", &[Role::Teacher]).await;
        let auditor = provider.member("Au Dit", &[Role::Auditor]).await;
        let row = format!(
            "insert into bulk_changes (issuer_id, bulk_id, change, state, asked_by, asked_at) values ('{}', \
             'YYYYfLk2Qp8sVb1NwYt6Ag', 'revoke', 'waiting', '{}', '2026-03-01T12:00:00Z')",
            provider.who.issuer(), asks.member
        );
        temp.sql(&row).await.expect("asked");
        let batch = format!(
            "insert into jobs (issuer_id, job_id, kind, about, details, actor, state, attempts, run_after, total, done, \
             failed, cancelled, repeated, created_at) values ('{}', 'YYYYfLk2Qp8sVb1NwYt6Ag', 'credentials.issue', 'x', \
             '{{\"startedBy\":\"{}\",\"approvedBy\":null}}', 'x', 'paused', 0, '2026-03-01T12:00:00Z', 1, 0, 0, 0, 0, '2026-03-01T12:00:00Z')",
            provider.who.issuer(), asks.member
        );
        temp.sql(&batch).await.expect("started");
        other.get("/desk").await.is(200).shows("One change of many waits for a second person").shows("One batch waits for a second person");
        asks.get("/desk").await.is(200).hides("waits for a second person");
        teacher.get("/desk").await.is(200).hides("second person");
        // Nobody is led to what answers them 403.
        for (who, sees) in [(&teacher, false), (&auditor, false), (&other, true)] {
            let page = who.get("/desk").await.is(200).text();
            for path in ["/desk/labs", "/desk/learners", "/desk/review"] {
                let link = format!("<a href=\"{path}\">");
                assert_eq!(page.contains(&link), sees, "{path}");
            }
        }
        auditor.get("/desk/access").await.is(200).hides("Reads everything").shows("no learner");
    }
}
