//! The pages of what is taught and what counts, as a teacher and an employer use them.

use serde_json::{Value, json};
use skillmark::who::{self, Role, Scope};

use crate::support::{
    db::on_both,
    site::{Answer, Provider, Site, Visitor},
};

/// The last part of the place that an answer leads to.
pub(crate) fn led(answer: &Answer) -> String {
    answer.is(303);
    answer
        .header("location")
        .trim_end_matches("/run")
        .rsplit('/')
        .next()
        .expect("an id")
        .to_owned()
}

/// An organisation whose program may do everything.
async fn programmer(site: &Site) -> Provider<'_> {
    let provider = site.provider("Harbour Tutoring").await;
    let (app, chance) = (&site.app, site.app.chance.as_ref());
    let issuer = provider.who.issuer();
    let (row, secret) = who::new_api_key(issuer, "all", &Scope::ALL, None, app.now(), chance);
    app.db.of(issuer).add_api_key(&row).await.expect("added");
    Provider {
        key: secret.reveal().to_owned(),
        ..provider
    }
}

/// Sends a file as the form that reads maps does.
async fn upload(teacher: &Visitor<'_>, file: &[u8]) -> Answer {
    let head = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--x--\r\n"].concat();
    let ask = teacher
        .ask("POST", "/desk/map-import")
        .header("sec-fetch-site", "same-origin");
    teacher
        .send(ask.body("multipart/form-data; boundary=x", body))
        .await
}

pub(crate) async fn a_rubric(teacher: &Visitor<'_>) -> String {
    let fields = [
        ("name", "Data memo"),
        ("l0_name", "Beginning"),
        ("l0_points", "1"),
        ("l2_name", "Proficient"),
        ("l2_points", "2"),
        ("c0_name", "Uses evidence"),
        ("c0_required", "3"),
        ("c0_d0", "Names a number."),
        ("c0_d2", "Backs each claim."),
    ];
    led(&teacher.form("/desk/rubrics", &fields).await)
}

/// An achievement that is published over the pages: its draft.
pub(crate) async fn an_achievement(
    teacher: &Visitor<'_>,
    rubric: &str,
    name: &str,
    skill: Option<&str>,
) -> String {
    let rubric = format!("{rubric}|1");
    let mut fields = vec![
        ("name", name),
        ("meaning", "Can turn numbers into a recommendation."),
        ("kind", "performance"),
        ("criteria", "Meets *Proficient*."),
        ("task", "Read a week of sales."),
        ("evidence_required", "A memo."),
        ("rubric", rubric.as_str()),
        ("tries", "3"),
        ("cool_down_days", "7"),
        ("valid_months", "24"),
        ("class_unit", "Algebra I, unit 4"),
        ("colour", "teal"),
        ("icon", "chart"),
        (
            "standards",
            "CCSS | 6.SP | Summarize data | https://standards.example/6",
        ),
        ("jobs", "43-9111.00 | Statistical Assistants"),
    ];
    fields.extend(skill.map(|skill| ("skill", skill)));
    let id = led(&teacher.form("/desk/achievements", &fields).await);
    let page = format!("/desk/achievements/{id}/publish");
    teacher
        .get(&page)
        .await
        .is(200)
        .shows("The credential a learner would get")
        .shows("Publish edition 1")
        .hides("Not yet.");
    teacher
        .form(&page, &[])
        .await
        .leads_to(&format!("/desk/achievements/{id}"));
    teacher
        .get(&format!("/desk/achievements/{id}"))
        .await
        .is(200)
        .shows("3 tries, 7 days apart; good for 24 months.");
    id
}

/// The published achievement of a draft.
async fn edition(provider: &Provider<'_>, draft: &str) -> String {
    let answer = provider
        .site
        .ask("GET", &format!("/api/v1/drafts/{draft}"))
        .key(&provider.key)
        .send()
        .await;
    answer.is(200).json()["editions"][0]["achievement"]
        .as_str()
        .expect("an id")
        .to_owned()
}

on_both! {
    fn a_teacher_writes_a_rubric_a_map_and_an_achievement(temp) {
        let site = Site::on(temp).await;
        let provider = programmer(&site).await;
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        for (path, start) in [("rubrics", "No rubric yet"), ("maps", "No map yet"), ("achievements", "No achievement yet"), ("pathways", "No pathway yet")] {
            teacher.get(&format!("/desk/{path}")).await.is(200).shows(start);
            teacher.get(&format!("/desk/{path}/new")).await.is(200);
        }
        // What is refused is shown again with what was typed.
        let refused = teacher.form("/desk/maps", &[("name", "Data"), ("s0_name", "Read a chart"), ("s0_jobs", "51-4121 | Welders"), ("s1_standards", "nowhere")]).await;
        refused.is(422).shows("Skill 1, job 1, code").shows("Skill 2, standards").shows("Skill 2, name");
        let refused = teacher.form("/desk/maps", &[("name", "Data"), ("s0_name", "Read a chart"), ("s0_jobs", "51-4121"), ("s1_name", "Other"), ("s1_standards", "nowhere")]).await;
        refused.is(422).shows("line 1: write O*NET code | occupation | task").shows("line 1: write framework | code | name | address")
            .shows("value=\"Read a chart\"").shows(">nowhere</textarea>");
        let map = led(&teacher.form("/desk/maps", &[
            ("name", "Data"), ("s0_name", "Read a chart"), ("s0_priority", "now"), ("s0_jobs", "51-4121.00 | Welders | Read drawings"),
            ("s3_name", "Plan"), ("s3_priority", "later"), ("s3_standards", "State | 7.2 | Argue | https://state.example/7.2"),
        ]).await);
        teacher.get(&format!("/desk/maps/{map}")).await.is(200).shows("must know now").shows("nice to have later")
            .shows("has 2 skills: with 5 to 10").shows("https://www.onetonline.org/link/summary/51-4121.00");
        let csv = teacher.get(&format!("/desk/maps/{map}/map.csv")).await;
        assert_eq!(csv.is(200).header("content-disposition"), "attachment; filename=\"competency-map.csv\"");
        let rubric = a_rubric(&teacher).await;
        teacher.get(&format!("/desk/rubrics/{rubric}")).await.is(200).shows("a pass from “Proficient”").hides("Before an achievement can use it");
        let skill = format!("{map}|1|Read a chart");
        let id = an_achievement(&teacher, &rubric, "Explain", Some(&skill)).await;
        teacher.get("/desk/achievements").await.is(200).shows("published, edition 1");
        let picture = teacher.get(&format!("/desk/achievements/{id}/picture.png")).await;
        assert!(picture.is(200).body.starts_with(b"\x89PNG"));
        // What it rests on is in use from now on.
        teacher.get(&format!("/desk/rubrics/{rubric}")).await.shows("What you change becomes version 2");
        teacher.get(&format!("/desk/maps/{map}")).await.shows("What you change becomes version 2");
        teacher.get("/emblems/teal-chart.svg").await.is(200);
        teacher.get("/emblems/teal-%3Cx%3E.svg").await.is(404);
        // Somebody else wrote meanwhile.
        let late = teacher.form(&format!("/desk/achievements/{id}"), &[("changes", "0"), ("name", "Mine"), ("colour", "teal"), ("icon", "star")]).await;
        late.is(422).shows("somebody changed this achievement since you opened it").shows("value=\"Mine\"");
        // The signed credential names the picture by an address of ours that answers.
        let document: Value = site.ask("GET", &format!("/api/v1/drafts/{id}/check")).key(&provider.key).send().await.is(200).json();
        let url = document["credential"]["credentialSubject"]["achievement"]["image"]["id"].as_str().expect("an address").to_owned();
        let path = url.split_once("8080").expect("ours").1;
        site.get(path).await.is(200);
    }

    fn a_tutor_reads_the_standards_and_changes_nothing(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        let tutor = provider.member("Tom Tutor", &[Role::Tutor]).await;
        let rubric = a_rubric(&teacher).await;
        tutor.get("/desk/rubrics").await.is(200).shows("Data memo").hides("New rubric");
        tutor.get(&format!("/desk/rubrics/{rubric}")).await.is(200).hides("<form class=\"stack\"");
        for path in ["/desk/rubrics", "/desk/maps", "/desk/achievements", "/desk/pathways"] {
            tutor.form(path, &[("name", "x"), ("colour", "blue"), ("icon", "star")]).await.is(403);
            tutor.get(&format!("{path}/new")).await.is(403);
        }
        tutor.form(&format!("/desk/rubrics/{rubric}"), &[("name", "x"), ("version", "1"), ("changes", "1")]).await.is(403);
        let other = site.provider("Other").await;
        let stranger = other.member("Sam", &[Role::Teacher]).await;
        stranger.get(&format!("/desk/rubrics/{rubric}")).await.is(404);
        stranger.form(&format!("/desk/rubrics/{rubric}"), &[("name", "x"), ("version", "1"), ("changes", "1")]).await.is(404);
    }

    fn a_map_is_read_from_a_file_after_it_was_looked_at(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        let csv = b"skill,priority,job_code,job_title\nRead a chart,now,51-4121.00,Welders\nPlan,later,,\n";
        let wrong = b"skill,priority\nRead a chart,soon\n";
        let refused = upload(&teacher, wrong).await;
        refused.is(422).shows("line 2, column 2 (priority): is neither now nor later");
        upload(&teacher, b"").await.is(422).shows("Choose a file first.");
        let looked = upload(&teacher, csv).await;
        looked.is(200).shows("2 skills were read").shows("Read a chart").shows("checked");
        assert_eq!(temp.number("select count(*) from competency_maps").await, 0, "nothing is kept by looking");
        let text = looked.text();
        let value = text.split("name=\"skill\" value=\"").nth(1).expect("a box").split('"').next().expect("its end");
        let value = value.replace("&#34;", "\"").replace("&quot;", "\"").replace("&#38;", "&").replace("&amp;", "&");
        let id = led(&teacher.form("/desk/map-import/keep", &[("name", "From a file"), ("skill", &value)]).await);
        teacher.get(&format!("/desk/maps/{id}")).await.is(200).shows("From a file").shows("Read a chart").hides(">Plan<");
        let nameless = teacher.form("/desk/map-import/keep", &[("name", ""), ("skill", &value)]).await;
        nameless.is(422).shows("is missing: a name").shows("Read a chart");
        let case = teacher.get(&format!("/desk/maps/{id}/case.json")).await;
        let again = upload(&teacher, &case.is(200).body).await;
        again.is(200).shows("1 skills were read").shows("From a file");
    }

    fn a_pathway_is_tried_out_and_put_in_force(temp) {
        let site = Site::on(temp).await;
        let provider = programmer(&site).await;
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        let rubric = a_rubric(&teacher).await;
        let mut steps = Vec::new();
        for name in ["Read", "Explain"] {
            let draft = an_achievement(&teacher, &rubric, name, None).await;
            steps.push(edition(&provider, &draft).await);
        }
        let mut order = provider.order("S-1");
        order["levels"] = json!({"Uses evidence": "Proficient"});
        for step in &steps {
            order["achievement"] = json!(step);
            provider.send("/api/v1/credentials", &order).await.is(201);
        }
        let refused = teacher.form("/desk/pathways", &[("name", ""), ("needed", "two"), ("colour", "blue"), ("icon", "star")]).await;
        refused.is(422).shows("is not a whole number").shows("value=\"two\"");
        let fields = [("name", "Ready for data"), ("meaning", "Is ready."), ("p0", steps[0].as_str()), ("p0_must", "on"), ("p1", steps[1].as_str()), ("needed", "2"), ("colour", "green"), ("icon", "bolt")];
        let id = led(&teacher.form("/desk/pathways", &fields).await);
        let run = format!("/desk/pathways/{id}/run");
        teacher.get(&run).await.is(200).shows("One learner would get it now").shows("Ana María Lee")
            .shows("Has 2 of the 2 steps it takes, with every step that must be earned.").shows("Put version 1 in force and award 1");
        teacher.form(&format!("/desk/pathways/{id}/activate"), &[("version", "1")]).await.leads_to(&run);
        teacher.get(&run).await.is(200).shows("version 1 is in force").shows("Awarded (1)").shows("Nobody would get it now");
        teacher.get("/desk/pathways").await.is(200).shows("1 awarded");
        let dry = site.ask("GET", &format!("/api/v1/pathways/{id}/dry-run")).key(&provider.key).send().await;
        assert_eq!((dry.is(200).json()["have"].as_i64(), dry.json()["would_count"].as_i64()), (Some(1), Some(0)));
        teacher.form(&format!("/desk/pathways/{id}/end"), &[]).await.leads_to(&run);
        teacher.get(&run).await.is(200).shows("not in force");
    }

    fn an_employer_starts_once_and_endorses_on_a_page(temp) {
        let site = Site::over(temp, |config| config.mail = Some("smtp://localhost:1".parse().expect("an address"))).await;
        let provider = programmer(&site).await;
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        let rubric = a_rubric(&teacher).await;
        let draft = an_achievement(&teacher, &rubric, "Explain", None).await;
        let page = format!("/desk/editions/{}", edition(&provider, &draft).await);
        teacher.get(&page).await.is(200).shows("Nobody was asked yet");
        let asked = [("organisation", "Harbour Line"), ("person", "Jo"), ("email", "jo@harbourline.example"), ("days", "21")];
        let refused = teacher.form(&page, &[("organisation", "Harbour Line"), ("email", "jo"), ("days", "x")]).await;
        refused.is(422).shows("is no e-mail address").shows("value=\"Harbour Line\"").shows("value=\"x\"");
        teacher.form(&page, &asked).await.leads_to(&page);
        assert_eq!(temp.number("select count(*) from letters").await, 1, "a letter is on its way");
        let mut by_hand = asked.to_vec();
        by_hand.push(("by_hand", "yes"));
        let shown = teacher.form(&page, &by_hand).await;
        let text = shown.is(200).text();
        let link = text.split("class=\"secret\">").nth(1).expect("the link").split('<').next().expect("its end");
        let path = link.split_once("8080").expect("ours").1.to_owned();
        teacher.get(&page).await.is(200).hides(&path);

        let jo = site.visitor();
        jo.get("/employer").await.is(410);
        jo.get(&path).await.is(200).shows("It takes about five minutes").hides("What is signed");
        jo.get(&path).await.is(200);
        jo.form(&path, &[]).await.leads_to("/employer");
        site.visitor().form(&path, &[]).await.is(410);
        jo.get(&path).await.is(410);
        jo.get("/employer").await.is(200).shows("Backs each claim.").shows("that address was not confirmed by a letter")
            .shows("value=\"Harbour Line\"");
        let empty = jo.form("/employer", &[("organisation", ""), ("answer", "endorse"), ("comment", "<b>We would hire</b>")]).await;
        empty.is(422).shows("is missing: the employer").shows("&#60;b&#62;We would hire&#60;/b&#62;");
        jo.form("/employer", &[("organisation", "Harbour Line"), ("role", "Manager"), ("answer", "endorse"), ("comment", "We would hire.")]).await.leads_to("/employer");
        jo.get("/employer").await.is(200).shows("carry your endorsement").hides("What do you think?</h2>");
        jo.form("/employer", &[("organisation", "Harbour Line"), ("answer", "decline")]).await.is(422).shows("you have answered already");
        teacher.get(&page).await.is(200).shows("endorsed").shows("We would hire.");
        let employer = temp.texts("select endorsement_id from endorsements where state = 'endorsed'").await.remove(0);
        teacher.form(&format!("{page}/withdraw"), &[("employer", &employer)]).await.leads_to(&page);
        teacher.get(&page).await.is(200).shows("taken back").hides("We would hire.");
        jo.get("/employer").await.is(410);
    }

    fn g5_an_api_takes_no_member_that_it_does_not_know(temp) {
        let site = Site::on(temp).await;
        let provider = programmer(&site).await;
        let mut bodies = Vec::new();
        for extra in ["tenant_id", "issuer_id", "id", "status", "pinned_at", "published_at", "edition"] {
            let with = |mut body: Value| { body[extra] = json!("x"); body };
            bodies.push(("/api/v1/drafts", with(json!({"name": "A"}))));
            bodies.push(("/api/v1/maps", with(json!({"name": "A"}))));
            bodies.push(("/api/v1/maps", json!({"name": "A", "skills": [with(json!({"name": "S"}))]})));
            bodies.push(("/api/v1/rubrics", with(json!({"name": "A"}))));
            bodies.push(("/api/v1/pathways", with(json!({"name": "A"}))));
            bodies.push(("/api/v1/pathways/AAAAAAAAAAAAAAAAAAAAAA/activate", with(json!({"version": 1}))));
            bodies.push(("/api/v1/achievements/AAAAAAAAAAAAAAAAAAAAAA/employers", with(json!({"employer": {"organisation": "H", "email": "a@h.example"}}))));
        }
        for (path, body) in bodies {
            provider.send(path, &body).await.is(400).shows("a member that is not known");
        }
        for table in ["achievement_drafts", "competency_maps", "rubrics", "pathways", "endorsements"] {
            assert_eq!(temp.number(&format!("select count(*) from {table}")).await, 0, "{table}");
        }
        // F16: what is no text is refused everywhere.
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        for odd in ["%00", "%ff", "a%00b", "..%2f..", "%ed%a0%80"] {
            for kind in ["maps", "rubrics", "pathways", "achievements", "editions"] {
                let status = teacher.get(&format!("/desk/{kind}/{odd}")).await.status;
                assert!(matches!(status, 400 | 404), "/desk/{kind}/{odd}: {status}");
            }
            for path in ["maps/{}", "maps/{}/case", "maps/{}/csv", "rubrics/{}", "rubrics/{}/case", "pathways/{}", "pathways/{}/dry-run", "drafts/{}", "drafts/{}/check", "achievements/{}/employers"] {
                let path = format!("/api/v1/{}", path.replace("{}", odd));
                let status = site.ask("GET", &path).key(&provider.key).send().await.status;
                assert!(matches!(status, 400 | 404), "{path}: {status}");
            }
            for path in ["/employer/", "/pictures/", "/emblems/"] {
                let status = site.get(&format!("{path}{odd}")).await.status;
                assert!(matches!(status, 400 | 404 | 410), "{path}{odd}: {status}");
            }
        }
        for path in ["/api/v1/drafts", "/api/v1/maps", "/api/v1/rubrics", "/api/v1/pathways"] {
            let body = "{\"name\":\"a\\u0000b\"}";
            let answer = site.ask("POST", path).key(&provider.key).body("application/json", body).send().await;
            answer.is(400);
            let body = b"{\"name\":\"a\xff\"}".to_vec();
            site.ask("POST", path).key(&provider.key).body("application/json", body).send().await.is(400);
        }
    }

    fn f12_f13_what_is_typed_is_shown_as_text(temp) {
        let site = Site::on(temp).await;
        let provider = programmer(&site).await;
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        let payloads = [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg onload=alert(1)>", "</textarea><script>alert(1)</script>",
            "</title><script>alert(1)</script>", "{{7*7}}<iframe src=//evil.test>", "--><script>alert(1)</script><!--", "&#60;script&#62;",
        ];
        let bad = ["<script>alert", "<img src=x", "<svg onload", "<iframe", "</textarea><script", "</title><script"];
        let harmless = |answer: &Answer| {
            let text = answer.text();
            for word in bad {
                assert!(!text.contains(word), "{}: {word}: {text}", answer.path);
            }
        };
        for payload in payloads {
            let line = format!("{payload} | {payload} | {payload} | https://standards.example/x");
            let job = format!("51-4121.00 | {payload} | {payload}");
            let map = led(&teacher.form("/desk/maps", &[("name", payload), ("summary", payload), ("s0_name", payload), ("s0_statement", payload), ("s0_standards", &line), ("s0_jobs", &job)]).await);
            let rubric = led(&teacher.form("/desk/rubrics", &[("name", payload), ("description", payload), ("l0_name", payload), ("l0_points", "1"), ("l1_name", "Top"), ("l1_points", "2"), ("c0_name", payload), ("c0_required", "2"), ("c0_d0", payload), ("c0_d1", payload)]).await);
            let (chosen, skill) = (format!("{rubric}|1"), format!("{map}|1|{payload}"));
            let achievement = led(&teacher.form("/desk/achievements", &[
                ("name", payload), ("meaning", payload), ("description", payload), ("kind", "performance"), ("criteria", payload), ("task", payload),
                ("evidence_required", payload), ("rubric", &chosen), ("skill", &skill), ("class_unit", payload), ("tags", payload), ("colour", "blue"), ("icon", "letters"),
            ]).await);
            let pathway = led(&teacher.form("/desk/pathways", &[("name", payload), ("meaning", payload), ("description", payload), ("colour", "blue"), ("icon", "letters")]).await);
            for path in [
                "/desk/maps".to_owned(), "/desk/rubrics".to_owned(), "/desk/achievements".to_owned(), "/desk/pathways".to_owned(),
                format!("/desk/maps/{map}"), format!("/desk/rubrics/{rubric}"), format!("/desk/achievements/{achievement}"),
                format!("/desk/achievements/{achievement}/publish"), format!("/desk/pathways/{pathway}"), format!("/desk/pathways/{pathway}/run"),
            ] {
                harmless(teacher.get(&path).await.is(200));
            }
            harmless(teacher.form("/desk/maps", &[("name", payload), ("s0_name", payload), ("s0_jobs", payload)]).await.is(422));
        }
        // An employer is shown Markdown, narrowly.
        let rubric = a_rubric(&teacher).await;
        let chosen = format!("{rubric}|1");
        let draft = led(&teacher.form("/desk/achievements", &[
            ("name", "A"), ("meaning", "M"), ("criteria", "[x](javascript:alert(1)) ![](https://evil.test/p.gif) <iframe src=//evil.test>"),
            ("task", "T"), ("evidence_required", "E"), ("rubric", &chosen), ("colour", "blue"), ("icon", "star"),
        ]).await);
        teacher.form(&format!("/desk/achievements/{draft}/publish"), &[]).await.is(303);
        let asked = json!({"employer": {"organisation": "<script>alert(1)</script>", "email": "a@h.example"}, "by_hand": true});
        let path = format!("/api/v1/achievements/{}/employers", edition(&provider, &draft).await);
        let made = provider.send(&path, &asked).await.is(201).json();
        let link = made["link"].as_str().expect("a link").split_once("8080").expect("ours").1.to_owned();
        let jo = site.visitor();
        harmless(jo.get(&link).await.is(200));
        jo.form(&link, &[]).await.is(303);
        let page = jo.get("/employer").await;
        harmless(page.is(200).hides("javascript:alert(1)\"").hides("<img src=\"https://evil.test"));
    }

    fn the_api_writes_what_the_pages_write(temp) {
        let site = Site::on(temp).await;
        let provider = programmer(&site).await;
        let put = async |path: &str, body: &Value| site.ask("PUT", path).key(&provider.key).json(body).send().await;
        let get = async |path: &str| site.ask("GET", path).key(&provider.key).send().await;
        let rubric = json!({"name": "Memo", "levels": [{"name": "Not yet", "points": "0"}, {"name": "Yes", "points": "1"}],
            "criteria": [{"name": "Uses evidence", "required": "Yes", "descriptors": ["No number.", "Numbers."]}]});
        let made = provider.send("/api/v1/rubrics", &rubric).await.is(201).json();
        let rubric_id = made["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/rubrics/{rubric_id}");
        let mut renamed = rubric.clone();
        renamed["name"] = json!("Memo 2");
        put(&path, &json!({"version": 1, "changes": 1, "document": renamed})).await.is(200);
        put(&path, &json!({"version": 1, "changes": 1, "document": rubric})).await.is(409);
        assert_eq!(get(&path).await.is(200).json()["document"]["name"], "Memo 2");
        assert_eq!(get(&format!("{path}/case")).await.is(200).json()["CFRubrics"][0]["title"], "Memo 2");
        let draft = json!({"name": "Explain", "meaning": "Can explain.", "criteria": "Yes.", "task": "Do.", "evidence_required": "A memo.",
            "rubric": {"id": rubric_id, "version": 1}, "valid_months": 12});
        let made = provider.send("/api/v1/drafts", &draft).await.is(201).json();
        let path = format!("/api/v1/drafts/{}", made["id"].as_str().expect("an id"));
        let check = get(&format!("{path}/check")).await.is(200).json();
        assert_eq!((check["faults"].clone(), check["edition"].clone()), (json!([]), json!(1)));
        assert_eq!(check["warnings"][0]["pointer"], "/standards");
        provider.send(&format!("{path}/publish"), &json!({})).await.is(201);
        provider.send(&format!("{path}/publish"), &json!({})).await.is(409);
        assert_eq!(site.ask("DELETE", &path).key(&provider.key).send().await.is(409).status, 409);
        let mut draft = draft;
        draft["task"] = json!("");
        put(&path, &json!({"changes": 1, "draft": draft})).await.is(200);
        let refused = provider.send(&format!("{path}/publish"), &json!({})).await;
        assert_eq!(refused.is(422).json()["faults"][0]["pointer"], "/task");
        assert_eq!(get("/api/v1/drafts").await.is(200).json()["drafts"][0]["unpublished"], true);
        let thrown = provider.send("/api/v1/drafts", &json!({"name": "Thrown"})).await.is(201).json();
        let thrown = format!("/api/v1/drafts/{}", thrown["id"].as_str().expect("an id"));
        site.ask("DELETE", &thrown).key(&provider.key).send().await.is(204);
        get(&thrown).await.is(404);
        let csv = "skill,priority\nRead a chart,now\n";
        let read = site.ask("POST", "/api/v1/maps/from-csv").key(&provider.key).body("text/csv", csv).send().await.is(200).json();
        let mut map = read;
        map["name"] = json!("Data");
        let made = provider.send("/api/v1/maps", &map).await.is(201).json();
        let path = format!("/api/v1/maps/{}", made["id"].as_str().expect("an id"));
        let package = get(&format!("{path}/case")).await.is(200).json();
        let back = provider.send("/api/v1/maps/from-case", &package).await.is(200).json();
        assert_eq!(back["skills"], made["document"]["skills"]);
        get(&format!("{path}/csv")).await.is(200).shows("Read a chart");
        let png = skillmark::bake::emblem::Emblem { name: "A", colour: "blue", icon: "star" }.png(64).expect("drawn");
        let sent = site.ask("POST", "/api/v1/pictures").key(&provider.key).body("image/png", png).send().await.is(201).json();
        let url = sent["url"].as_str().expect("an address").to_owned();
        site.get(url.split_once("8080").expect("ours").1).await.is(200);
        site.ask("POST", "/api/v1/pictures").key(&provider.key).body("image/png", "no").send().await.is(422);
    }
}
