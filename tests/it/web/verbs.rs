//! What people do on pages, done by programs: each verb, and each answer that it is told of.

use serde_json::{Value, json};
use skillmark::{
    db::ProviderRow,
    issue::issuer,
    who::{Role, Scope, Who},
};

use super::super::support::{
    db::on_both,
    site::{Answer, Provider, Site},
};

const NOBODY: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// A program of an organisation that may do everything.
struct Program<'s> {
    site: &'s Site,
    key: String,
}

impl<'s> Program<'s> {
    async fn of(site: &'s Site, provider: &Provider<'s>) -> Program<'s> {
        let key = provider.make_key(&Scope::ALL).await;
        Program { site, key }
    }

    async fn ask(&self, method: &str, path: &str) -> Answer {
        self.site.ask(method, path).key(&self.key).send().await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).await
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        let ask = self.site.ask(method, path).key(&self.key);
        ask.json(&body).send().await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, body).await
    }

    /// The id of what is made.
    async fn made(&self, path: &str, body: Value) -> String {
        let made = self.post(path, body).await;
        made.is(201).json()["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    }
}

/// The places of all faults.
fn pointers(answer: &Answer) -> Vec<String> {
    let faults = answer.is(422).json()["faults"].clone();
    let faults = faults.as_array().expect("faults");
    let pointer = |fault: &Value| fault["pointer"].as_str().expect("a pointer").to_owned();
    faults.iter().map(pointer).collect()
}

on_both! {
    fn sign_in_providers_and_letters(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let program = Program::of(&site, &provider).await;
        let path = "/api/v1/sign-in-providers";
        let issuer = provider.who.issuer().clone();
        assert_eq!(program.get(path).await.is(200).json(), json!({
            "providers": [],
            "door": format!("http://localhost:8080/sign-in/of/{issuer}"),
            "redirect_uri": "http://localhost:8080/sign-in/with/done",
        }));
        let bad = json!({"name": "", "address": "nowhere", "client_id": ""});
        assert_eq!(pointers(&program.post(path, bad).await), ["/name", "/client_id", "/address"]);
        // This service asks nobody, so nobody answers with a configuration.
        let silent = json!({"name": "School", "address": "https://login.school.example", "client_id": "x", "secret": "hunter2"});
        let refused = program.post(path, silent).await;
        assert_eq!(pointers(&refused), ["/address"]);
        refused.hides("hunter2");
        program.post(path, json!({"name": "School"})).await.is(400);
        let row = ProviderRow {
            issuer_id: issuer.clone(),
            provider_id: "Zr4XfLk2Qp8sVb1NwYt6Ag".parse().expect("an id"),
            name: "School account".to_owned(),
            address: "https://login.school.example".to_owned(),
            client_id: "skillmark".to_owned(),
            secret_sealed: None,
            kek_id: String::new(),
            created_at: site.app.now().into(),
        };
        site.app.db.of(&issuer).add_provider(&row).await.expect("added");
        let there = program.get(path).await.is(200).json();
        assert_eq!(there["providers"][0]["id"], "Zr4XfLk2Qp8sVb1NwYt6Ag");
        let one = format!("{path}/Zr4XfLk2Qp8sVb1NwYt6Ag");
        program.ask("DELETE", &one).await.is(204);
        program.ask("DELETE", &one).await.is(404);

        let letters = program.get("/api/v1/letters").await.is(200).json();
        let letters = letters["letters"].as_array().expect("letters").clone();
        assert_eq!(letters.len(), skillmark::letters::KINDS.len());
        let earned = letters.iter().find(|one| one["kind"] == "earned").expect("there");
        assert_eq!((&earned["subject"], &earned["ownSince"]), (&json!("You earned it"), &Value::Null));
        let bad = json!({"subject": "a\nb", "body": "{grade}"});
        let path = "/api/v1/letters/earned";
        assert_eq!(pointers(&program.send("PUT", path, bad.clone()).await), ["/subject", "/body", "/body"]);
        assert_eq!(pointers(&program.post(&format!("{path}/preview"), bad).await), ["/subject", "/body", "/body"]);
        let good = json!({"subject": "Well done", "body": "From {organisation}:\n\n{link}"});
        let shown = program.post(&format!("{path}/preview"), good.clone()).await.is(200).json();
        assert_eq!(shown, json!({"subject": "Well done", "body": "From Riverside Tutoring:\n\nhttp://localhost:8080/example"}));
        let kept = program.send("PUT", path, good).await.is(200).json();
        assert_eq!((&kept["subject"], &kept["ownSince"]), (&json!("Well done"), &json!("2026-03-01T12:00:00Z")));
        for _ in 0..2 {
            program.ask("DELETE", path).await.is(204);
        }
        assert_eq!(program.get("/api/v1/letters").await.json()["letters"], json!(letters));
        let switch = async |kind: &str, sent: bool| program.post(&format!("/api/v1/letters/{kind}/state"), json!({"sent": sent})).await;
        for sent in [false, true] {
            assert_eq!(switch("earned", sent).await.is(200).json()["sent"], sent);
        }
        switch("invitation", false).await.is(409).shows("always sent");
        switch("nothing", false).await.is(404);
        program.send("PUT", "/api/v1/letters/nothing", json!({})).await.is(404);
        program.ask("DELETE", "/api/v1/letters/nothing").await.is(404);
        program.post("/api/v1/letters/nothing/preview", json!({})).await.is(404);
        program.send("PUT", path, json!({"subject": "x"})).await.is(400);
        assert_eq!(program.get("/api/v1/letters/log").await.is(200).json(), json!({"letters": []}));
    }

    fn learners_and_programs(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let program = Program::of(&site, &provider).await;
        let ana = program.made("/api/v1/learners", json!({"reference": "u-1", "name": "Ana Canary", "email": "ana@school.example"})).await;
        let double = program.made("/api/v1/learners", json!({"reference": "u-2", "name": "Anna Canary", "guardian": "Eva, 555-0101"})).await;
        let found = program.get("/api/v1/learners?q=anna").await.is(200).json();
        assert_eq!(found, json!({"learners": [{"id": double, "reference": "u-2", "name": "Anna Canary"}]}));
        let path = format!("/api/v1/learners/{ana}");
        assert_eq!(program.get(&path).await.is(200).json(), json!({
            "id": ana, "reference": "u-1", "name": "Ana Canary", "email": "ana@school.example",
            "addresses": [], "adult": false, "attempts": [],
        }));
        let said = json!({"name": "Ana Canary", "email": "nowhere", "birthMonth": "May"});
        assert_eq!(pointers(&program.send("PUT", &path, said).await), ["/email", "/birthMonth"]);
        let said = json!({"name": "Ana M. Canary", "birthMonth": "2012-05"});
        let now = program.send("PUT", &path, said).await.is(200).json();
        assert_eq!((&now["name"], &now["birthMonth"], &now["email"]), (&json!("Ana M. Canary"), &json!("2012-05"), &Value::Null));
        program.send("PUT", &path, json!({"reference": "u-3"})).await.is(400);
        program.send("PUT", &format!("/api/v1/learners/{NOBODY}"), json!({})).await.is(404);

        // Two records of one learner become one, and the other id leads there.
        let merge = format!("{path}/merge");
        program.post(&merge, json!({"from": ana})).await.is(409);
        program.post(&merge, json!({"from": NOBODY})).await.is(404);
        let one = program.post(&merge, json!({"from": double})).await.is(200).json();
        assert_eq!((&one["name"], &one["guardian"]), (&json!("Ana M. Canary"), &json!("Eva, 555-0101")));
        let led = program.get(&format!("/api/v1/learners/{double}")).await;
        assert_eq!(led.is(200).json()["id"], json!(ana));
        let link = program.ask("POST", &format!("{path}/link")).await;
        let link = link.is(201).json()["link"].as_str().expect("a link").to_owned();
        site.get(link.strip_prefix("http://localhost:8080").expect("ours")).await.is(200);
        program.ask("POST", &format!("/api/v1/learners/{NOBODY}/link")).await.is(404);

        let said = json!({"name": "Career skills", "term": "Spring", "school": "Riverside", "pathway": NOBODY});
        assert_eq!(pointers(&program.post("/api/v1/programs", said).await), ["/pathway"]);
        let said = json!({"name": "Ready for work", "meaning": "Ready.", "needed": 1, "steps": []});
        let pathway = program.post("/api/v1/pathways", said).await.is(201).json()["id"].as_str().expect("an id").to_owned();
        let said = json!({"name": "Career skills", "term": "Spring", "school": "Riverside", "pathway": pathway});
        let id = program.made("/api/v1/programs", said).await;
        let path = format!("/api/v1/programs/{id}");
        let read = program.get(&path).await.is(200).json();
        assert_eq!((&read["pathway"], &read["pathwayVersion"]), (&json!(pathway), &json!(1)));
        let said = json!({"name": "Career skills", "term": "Spring", "school": "Riverside", "pathway": pathway, "pathwayVersion": 2});
        assert_eq!(pointers(&program.send("PUT", &path, said).await), ["/pathway"]);
        let said = json!({"name": "Career skills", "term": "Autumn", "school": "Riverside"});
        assert_eq!(program.send("PUT", &path, said).await.is(200).json()["pathway"], Value::Null);
        let place = format!("{path}/learners/{ana}");
        for _ in 0..2 {
            program.ask("PUT", &place).await.is(204);
        }
        assert_eq!(program.get(&format!("{path}/learners")).await.json()["learners"][0]["id"], json!(ana));
        program.ask("DELETE", &place).await.is(204);
        assert_eq!(program.get(&format!("{path}/learners")).await.json()["learners"], json!([]));
        program.ask("PUT", &format!("{path}/learners/{NOBODY}")).await.is(404);
        program.ask("DELETE", &format!("{path}/learners/{NOBODY}")).await.is(404);
        program.post(&format!("{path}/state"), json!({"ended": true})).await.is(204);
        assert_eq!(program.get(&path).await.json()["endedAt"], "2026-03-01T12:00:00Z");
        program.post(&format!("{path}/state"), json!({"ended": "yes"})).await.is(400);
        program.post(&format!("/api/v1/programs/{NOBODY}/state"), json!({"ended": true})).await.is(404);
        program.get(&format!("/api/v1/programs/{NOBODY}")).await.is(404);
    }

    fn labs_and_what_is_handed_in(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let program = Program::of(&site, &provider).await;
        let ana = program.made("/api/v1/learners", json!({"reference": "u-1", "name": "Ana Canary"})).await;
        let place = program.made("/api/v1/programs", json!({"name": "x", "term": "x", "school": "x"})).await;
        let said = json!({"program": place, "name": "Data lab", "held": "2026-03-01", "offers": [provider.achievement]});
        let lab = program.made("/api/v1/labs", said).await;
        let path = format!("/api/v1/labs/{lab}");
        let listed = json!({"id": lab, "program": place, "name": "Data lab", "held": "2026-03-01T00:00:00Z", "closed": false});
        assert_eq!(program.get("/api/v1/labs").await.is(200).json(), json!({"labs": [listed]}));
        let expected = format!("{path}/learners/{ana}");
        program.ask("DELETE", &expected).await.is(404);
        program.ask("PUT", &expected).await.is(204);
        let whole = program.get(&path).await.is(200).json();
        assert_eq!((&whole["learners"][0]["id"], &whole["offers"], &whole["attempts"]), (&json!(ana), &json!([provider.achievement]), &json!([])));
        let cell = |level: &str| json!({"learner": ana, "achievement": provider.achievement, "criterion": "Uses evidence", "level": level});
        let scores = format!("{path}/scores");
        assert!(!pointers(&program.post(&scores, cell("Superb")).await).is_empty());
        let entered = program.post(&scores, cell("Advanced")).await.is(200).json();
        assert_eq!(entered["criteria"][0]["proposed"], "Advanced");
        program.post(&scores, json!({"learner": ana})).await.is(400);
        program.ask("DELETE", &expected).await.is(204);
        program.post(&format!("{path}/state"), json!({"closed": true})).await.is(204);
        assert_eq!(program.get(&path).await.json()["closed"], true);
        let bo = program.made("/api/v1/learners", json!({"reference": "u-2"})).await;
        let late = json!({"learner": bo, "achievement": provider.achievement, "criterion": "Uses evidence", "level": "Advanced"});
        program.post(&scores, late).await.is(409);
        program.post(&format!("{path}/state"), json!({})).await.is(400);
        for missing in [format!("/api/v1/labs/{NOBODY}"), "/api/v1/labs/x".to_owned()] {
            program.get(&missing).await.is(404);
            program.post(&format!("{missing}/state"), json!({"closed": true})).await.is(404);
            program.post(&format!("{missing}/scores"), cell("Advanced")).await.is(404);
            program.ask("PUT", &format!("{missing}/learners/{ana}")).await.is(404);
        }

        // What was handed in is listed, saved, and taken away as long as nobody has read it.
        let attempt = entered["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/attempts/{attempt}/evidence");
        let ask = site.ask("POST", &path).key(&program.key);
        let file = ask.body("application/octet-stream", &b"I baked the bread.\n"[..]).send().await;
        let file = file.is(201).json()["id"].as_str().expect("an id").to_owned();
        let note = program.made(&format!("/api/v1/attempts/{attempt}/notes"), json!({"name": "Why", "note": "It rose."})).await;
        let pieces = program.get(&path).await.is(200).json();
        let pieces = pieces["evidence"].as_array().expect("evidence").clone();
        assert_eq!(pieces.len(), 2);
        let of = |id: &str| pieces.iter().find(|piece| piece["id"] == id).expect("there").clone();
        let shown = of(&file);
        assert_eq!((&shown["kind"], &shown["bytes"], &shown["text"]), (&json!("file"), &json!(19), &Value::Null));
        assert_eq!(shown["sha256"], "762c305398d8672171be3e021e49d551641dd177833f5b270c4188b6ec30a59d");
        assert_eq!((&of(&note)["kind"], &of(&note)["text"], &of(&note)["bytes"]), (&json!("note"), &json!("It rose."), &Value::Null));
        let saved = program.get(&format!("{path}/{file}")).await;
        assert_eq!(saved.is(200).body.as_ref(), b"I baked the bread.\n");
        assert_eq!(saved.header("content-disposition"), "attachment; filename=\"evidence.txt\"");
        program.get(&format!("{path}/{note}")).await.is(404);
        program.get(&format!("{path}/{NOBODY}")).await.is(404);
        program.get(&format!("/api/v1/attempts/{NOBODY}/evidence")).await.is(404);
        program.get(&format!("/api/v1/attempts/{NOBODY}/evidence/{file}")).await.is(404);
        program.ask("DELETE", &format!("{path}/{note}")).await.is(204);
        program.ask("DELETE", &format!("{path}/{note}")).await.is(404);
        let other = json!({"criterion": "Explains clearly", "learner": ana, "achievement": provider.achievement, "level": "Advanced"});
        program.post(&format!("/api/v1/labs/{lab}/state"), json!({"closed": false})).await.is(204);
        program.ask("PUT", &expected).await.is(204);
        program.post(&scores, other).await.is(200);
        program.ask("POST", &format!("/api/v1/attempts/{attempt}/submit")).await.is(200);
        program.ask("DELETE", &format!("{path}/{file}")).await.is(409);
    }

    fn a_mistake_is_put_right(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let program = Program::of(&site, &provider).await;
        let old = provider.issue("S-1042").await;
        let path = format!("/api/v1/credentials/{old}/correction");
        let said = program.get(&path).await.is(200).json();
        assert_eq!(said["levels"], json!({"Uses evidence": "Advanced", "Explains clearly": "Proficient"}));
        assert_eq!(said["achievement"], json!(provider.achievement));
        let bad = json!({"awarded": "May", "levels": {"Uses evidence": "Superb", "Sings": "Well"}, "reason": ""});
        assert_eq!(pointers(&program.post(&path, bad).await), ["/awarded", "/levels/Sings", "/levels/Uses evidence"]);
        let low = json!({"levels": {"Uses evidence": "Beginning"}, "reason": ""});
        assert_eq!(pointers(&program.post(&path, low).await), ["/levels/Uses evidence"]);
        program.post(&path, json!({"reason": ""})).await.is(422).shows("nothing is different");
        program.post(&path, json!({"narrative": "x"})).await.is(400);
        let right = json!({"levels": {"Uses evidence": "Proficient"}, "narrative": "Opens earlier.", "reason": "Typed in the wrong line."});
        let new = program.post(&path, right.clone()).await.is(201).json();
        let id = new["id"].as_str().expect("an id");
        assert_eq!(new["page"], format!("http://localhost:8080/c/{id}"));
        site.get(&format!("/c/{old}")).await.leads_to(&format!("/c/{id}"));
        let now = program.get(&format!("/api/v1/credentials/{id}/correction")).await.is(200).json();
        assert_eq!((&now["levels"]["Uses evidence"], &now["narrative"]), (&json!("Proficient"), &json!("Opens earlier.")));
        assert_eq!(now["assessor_role"], said["assessor_role"]);
        program.get(&path).await.is(409);
        program.post(&path, right.clone()).await.is(409);
        let nobody = format!("/api/v1/credentials/{NOBODY}/correction");
        program.get(&nobody).await.is(404);
        program.post(&nobody, right).await.is(404);
    }

    fn many_are_changed_by_two_people(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let program = Program::of(&site, &provider).await;
        let mut all = Vec::new();
        for n in 0..108 {
            all.push(provider.issue(&format!("S-{n}")).await);
        }
        let path = "/api/v1/bulk-changes";
        let few = json!({"change": "suspend", "credentials": all[..3], "reason": "A wrong roster."});
        assert_eq!(program.post(path, few.clone()).await.is(200).json(), json!({"changed": 3}));
        assert_eq!(program.post(path, few).await.is(200).json(), json!({"changed": 0}));
        program.post(path, json!({"change": "forget", "credentials": all, "reason": ""})).await.is(422);
        program.post(path, json!({"change": "revoke", "credentials": [], "reason": ""})).await.is(409);
        program.post(path, json!({"change": "revoke", "credentials": [NOBODY], "reason": ""})).await.is(404);
        program.post(path, json!({"change": "revoke"})).await.is(400);

        // What cannot be changed is named, the first few of many, and then nothing is.
        let with = |strangers: &[String]| {
            let ids = [&all[..9], strangers].concat();
            json!({"change": "revoke", "credentials": ids, "reason": ""})
        };
        let wrong = program.post(path, with(&["x".to_owned(), NOBODY.to_owned(), String::new()])).await;
        assert_eq!(pointers(&wrong), ["/credentials/9", "/credentials/11"]);
        let other = site.provider("Harbour Skills").await;
        let mut strangers = vec![NOBODY.to_owned(), other.issue("S-1").await];
        strangers.sort();
        let wrong = program.post(path, with(&strangers)).await.is(422).json();
        let sentence = format!("names what is no credential of your organisation: {}", strangers.join(", "));
        assert_eq!(wrong["faults"], json!([{"pointer": "/credentials", "detail": sentence}]));
        let gone = json!({"change": "revoke", "credentials": all[94..101], "reason": ""});
        program.post(path, gone).await.is(200);
        let back = json!({"change": "reinstate", "credentials": all[90..101], "reason": ""});
        let mut named = all[94..101].to_vec();
        named.sort();
        let sentence = format!("these are revoked, for good: {} and 2 more.", named[..5].join(", "));
        program.post(path, back).await.is(409).shows(&sentence);
        let desk = provider.member("Ed Ek", &[Role::Administrator]).await;
        let lines = [&all[..2], &strangers[..]].concat().join("\n");
        let fields = [("credentials", lines.as_str()), ("change", "suspend"), ("reason", "")];
        let page = desk.form("/desk/corrections", &fields).await;
        page.is(422).shows(&format!("Credentials names what is no credential of your organisation: {}.", strangers.join(", ")));
        assert_eq!(temp.number("select count(*) from status_entries where state <> 'ok'").await, 10);

        // A member asks with a key of their own, and cannot say yes on the page, nor with another key.
        let ana = provider.member("Ana Lee", &[Role::Administrator]).await;
        let who = Who::member(provider.who.issuer(), &ana.member.parse().expect("an id"), &[Role::Administrator]);
        let key = async || {
            let made = issuer::new_api_key(&site.app, &who, "Ana's", &[Scope::Revoke], None).await;
            Program { site: &site, key: made.expect("a key").1.reveal().to_owned() }
        };
        let (first, second) = (key().await, key().await);
        let many = json!({"change": "revoke", "credentials": all, "reason": "A wrong roster."});
        let id = first.post(path, many).await.is(202).json()["id"].as_str().expect("an id").to_owned();
        let waiting = program.get(path).await.is(200).json();
        let waiting = &waiting["bulkChanges"][0];
        assert_eq!((&waiting["id"], &waiting["reason"], &waiting["askedBy"]), (&json!(id), &json!("A wrong roster."), &json!(ana.member)));
        let decide = format!("{path}/{id}/decision");
        for own in [&first, &second] {
            own.post(&decide, json!({"confirm": true})).await.is(409).shows("somebody else says yes");
        }
        ana.form(&format!("/desk/corrections/{id}"), &[("answer", "yes")]).await.is(422).shows("somebody else says yes");
        program.post(&decide, json!({})).await.is(400);
        // A key that no member made is no second person; a colleague's is theirs.
        program.post(&decide, json!({"confirm": true})).await.is(409).shows("not a program");
        let bo = provider.member("Bo Ek", &[Role::Administrator]).await;
        let bo = Who::member(provider.who.issuer(), &bo.member.parse().expect("an id"), &[Role::Administrator]);
        let made = issuer::new_api_key(&site.app, &bo, "Bo's", &[Scope::Revoke], None).await;
        let colleague = Program { site: &site, key: made.expect("a key").1.reveal().to_owned() };
        assert_eq!(colleague.post(&decide, json!({"confirm": true})).await.is(200).json(), json!({"changed": 101}));
        colleague.post(&decide, json!({"confirm": true})).await.is(409);
        program.post(&format!("{path}/{NOBODY}/decision"), json!({"confirm": true})).await.is(404);
        assert_eq!(program.get(path).await.json(), json!({"bulkChanges": []}));
    }

    fn reviewers_lose_and_regain_the_right_to_decide(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let program = Program::of(&site, &provider).await;
        let bo = provider.member("Bo Ek", &[Role::Reviewer]).await.member;
        let said = json!({"reviewer": bo, "role": "Reviewer", "title": "Licence", "validUntil": "2026-12-31"});
        let qualification = program.made("/api/v1/qualifications", said).await;
        let standing = async || {
            let all = program.get("/api/v1/reviewers").await.is(200).json();
            let one = &all["reviewers"][0];
            assert_eq!(one["id"], json!(bo));
            (one["mayDecide"] == true, one["suspended"] == true, one["qualifications"].as_array().expect("a list").len())
        };
        assert_eq!(standing().await, (true, false, 1));
        let path = format!("/api/v1/reviewers/{bo}");
        program.post(&format!("{path}/state"), json!({"suspended": true})).await.is(204);
        assert_eq!(standing().await, (false, true, 1));
        program.post(&format!("{path}/state"), json!({"suspended": false})).await.is(204);
        assert_eq!(standing().await, (true, false, 1));
        assert_eq!(program.ask("POST", &format!("{path}/again")).await.is(200).json(), json!({"attempts": 0}));
        program.post(&format!("{path}/state"), json!({"suspended": 1})).await.is(400);
        let ended = format!("/api/v1/qualifications/{qualification}");
        program.ask("DELETE", &ended).await.is(204);
        assert!(!standing().await.0);
        program.ask("DELETE", &format!("/api/v1/qualifications/{NOBODY}")).await.is(404);
        program.post(&format!("/api/v1/reviewers/{NOBODY}/state"), json!({"suspended": true})).await.is(404);
        program.ask("POST", &format!("/api/v1/reviewers/{NOBODY}/again")).await.is(404);
    }
}
