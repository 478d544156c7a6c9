//! A form of the desk that is refused comes back with what was typed, and says what is wrong beside
//! the field or above the form: never a bare page of an error.

use skillmark::who::Role;

use super::standards::{a_rubric, an_achievement};
use crate::support::{
    db::on_both,
    site::{Answer, Site},
};

/// Holds an answer to being a page with the form that was sent.
fn again<'a>(answer: &'a Answer, typed: &[&str]) -> &'a Answer {
    answer.is(422).hides("Error 422");
    for text in typed {
        answer.shows(text);
    }
    answer
}

on_both! {
    fn an_address_that_cannot_be_told_is_said_beside_its_field(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bea Boss", &[Role::Administrator]).await;
        let path = "/desk/webhooks";
        let faulty = boss.form(path, &[("url", "http://10.0.0.1/\"hook"), ("event", "credential.issued")]).await;
        again(&faulty, &[
            "value=\"http://10.0.0.1/&#34;hook\"", "id=\"url-fault\"", "aria-invalid=\"true\"", "<a href=\"#url\">",
            "must be an https address of a public host", "value=\"credential.issued\" checked",
        ]).hides("id=\"events-fault\"");
        let none = boss.form(path, &[("url", "https://lms.school.example/hook")]).await;
        again(&none, &["value=\"https://lms.school.example/hook\"", "id=\"events-fault\"", "name at least one event"])
            .hides("id=\"url-fault\"");
        let both = boss.form(path, &[("url", "lms")]).await;
        again(&both, &["value=\"lms\"", "2 things are not right yet", "id=\"url-fault\"", "id=\"events-fault\""]);
        assert_eq!(temp.number("select count(*) from webhooks").await, 0);
        boss.form(path, &[("url", "https://lms.school.example/hook"), ("event", "credential.issued")]).await.is(200)
            .shows("The secret of https://lms.school.example/hook").hides("is not right yet");
    }

    fn a_correction_that_is_refused_loses_nothing(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bea Boss", &[Role::Administrator]).await;
        let credential = provider.issue("S-1").await;
        let path = format!("/desk/credentials/{credential}");
        let typed = [
            ("awarded", "the first of March"), ("role", "Mentor"), ("qualification", "None yet"),
            ("narrative", "Spoke to the class."), ("reason", "The date was a slip."), ("level-0", "Advanced"),
        ];
        again(&boss.form(&path, &typed).await, &[
            "The day of the award is no date", "value=\"the first of March\"", "value=\"Mentor\"", "value=\"None yet\"",
            ">Spoke to the class.</textarea>", ">The date was a slip.</textarea>", "<option value=\"Advanced\" selected>",
        ]);
        let long = "x".repeat(1_001);
        let refused = boss.form(&format!("{path}/status"), &[("change", "suspend"), ("reason", &long)]).await;
        again(&refused, &[&format!(">{long}</textarea>")]);
        let lines = format!("{credential}\nnothing");
        let refused = boss.form("/desk/corrections", &[("credentials", &lines), ("change", "revoke"), ("reason", "A mistake.")]).await;
        again(&refused, &["Line 2 is no id or link", &credential, "value=\"revoke\" selected", ">A mistake.</textarea>"]);
    }

    fn what_cannot_be_awarded_comes_back_with_its_rows(temp) {
        let site = Site::over(temp, |config| config.issue_quota = 1).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bea Boss", &[Role::Administrator]).await;
        let offer = provider.achievement.as_bytes();
        let path = "/desk/awards/new";
        let latin = b"learner,date\nu-\xe9,2026-03-01\n";
        let refused = boss.parts(path, &[("achievement", "", offer), ("file", "r.csv", latin), ("rows", "", b"learner\nu-1\n"), ("step", "", b"check")]).await;
        again(&refused, &["The file is not UTF-8 text", "learner\nu-1\n", "selected"]);
        let rows = "learner,date,level: Uses evidence,level: Explains clearly,assessor_role,evidence\n\
                    u-1,2026-02-01,Advanced,Advanced,Reviewer,Memo\nu-2,2026-02-01,Advanced,Advanced,Reviewer,Memo\n";
        let refused = boss.parts(path, &[("achievement", "", offer), ("rows", "", rows.as_bytes()), ("step", "", b"issue")]).await;
        again(&refused, &["may issue 1 credentials a day", "u-2,2026-02-01,Advanced"]);
    }

    fn a_batch_names_its_learners_to_who_works_with_them(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let boss = provider.member("Bea Boss", &[Role::Administrator]).await;
        let offer = provider.achievement.as_bytes();
        let rows = "learner,date,level: Uses evidence,level: Explains clearly,assessor_role,evidence,name\n\
                    u-1,2026-02-01,Advanced,Advanced,Reviewer,Memo,Ana María Lee\nu-2,2026-02-01,Advanced,Advanced,Reviewer,Memo,\n";
        let sent = boss.parts("/desk/awards/new", &[("achievement", "", offer), ("rows", "", rows.as_bytes()), ("step", "", b"issue")]).await;
        let page = sent.is(303).header("location").to_owned();
        skillmark::jobs::run_due(&site.app).await.expect("signed");
        let names = [">Ana María Lee</a>", ">u-2</a>"];
        let told = boss.get(&page).await;
        told.is(200).shows("<h2>The credentials</h2>").shows(names[0]).shows(names[1]);
        let reader = provider.member("Rae Reader", &[Role::Auditor]).await;
        let hidden = reader.get(&page).await;
        hidden.is(200).shows("<h2>The credentials</h2>").hides(names[0]).hides(names[1]);
        for id in temp.texts("select credential_id from credentials").await {
            told.shows(&format!("href=\"/c/{id}\""));
            hidden.shows(&format!(">{id}</a>"));
        }
    }

    fn a_file_of_standards_keeps_its_rubrics_past_a_refusal(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        let nameless = r#"{"name":"","levels":[],"criteria":[{"name":"Uses evidence"}]}"#;
        let skill = r#"{"name":"Read a chart","priority":"now"}"#;
        let refused = teacher.form("/desk/map-import/keep", &[("name", "Data"), ("skill", skill), ("rubric", nameless)]).await;
        again(&refused, &["value=\"Data\"", "Read a chart", "name=\"rubric\"", "Uses evidence"]);
        assert_eq!(temp.number("select count(*) from rubrics").await + temp.number("select count(*) from competency_maps").await, 0);
        // One that is kept already is not offered, nor kept, a second time.
        let whole = r#"{"name":"Memo","levels":[],"criteria":[]}"#;
        let refused = teacher.form("/desk/map-import/keep", &[("name", ""), ("skill", skill), ("rubric", whole)]).await;
        again(&refused, &["Read a chart"]).hides("name=\"rubric\"");
        assert_eq!(temp.number("select count(*) from rubrics").await, 1);
    }

    fn every_other_form_comes_back_as_well(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let all = provider.member("Ana Lee", &Role::ALL).await;
        let rubric = a_rubric(&all).await;
        an_achievement(&all, &rubric, "Explain", None).await;
        let long = "x".repeat(400);
        for (path, fields, typed) in [
            ("/desk/programs", vec![("name", "Career \"skills"), ("term", "Spring"), ("turnaround_days", "900")], vec!["value=\"Career &#34;skills\"", "value=\"Spring\"", "value=\"900\""]),
            ("/desk/learners", vec![("reference", "u-1"), ("name", "Bo"), ("email", "nobody"), ("birth_month", "May"), ("adult", "on")], vec!["value=\"u-1\"", "value=\"nobody\"", "value=\"May\"", "name=\"adult\" checked"]),
            ("/desk/people", vec![("address", "nobody"), ("name", "Bo"), ("role", "tutor")], vec!["value=\"nobody\"", "value=\"Bo\"", "value=\"tutor\" checked"]),
            ("/desk/keys", vec![("name", long.as_str()), ("scope", "read"), ("expires", "soon")], vec!["value=\"xxxx", "value=\"read\" checked", "value=\"soon\""]),
            ("/desk/providers", vec![("name", "District"), ("address", "ftp://x"), ("client_id", "us")], vec!["value=\"District\"", "value=\"ftp://x\"", "value=\"us\""]),
            ("/desk/reviewers", vec![("reviewer", ""), ("role", "Reviewer"), ("title", "Licence"), ("valid_until", "soon")], vec!["value=\"Reviewer\"", "value=\"Licence\"", "value=\"soon\""]),
            ("/desk/letters/invitation", vec![("step", "keep"), ("subject", "Come"), ("body", "No link.")], vec!["value=\"Come\"", "No link.</textarea>"]),
            ("/desk/maps", vec![("name", ""), ("s0_name", "Read a chart"), ("s0_jobs", "x")], vec!["value=\"Read a chart\"", ">x</textarea>"]),
            ("/desk/rubrics", vec![("name", ""), ("l0_name", "Low"), ("c0_name", "Clear"), ("c0_d0", "Hard to read.")], vec!["value=\"Low\"", "value=\"Clear\"", ">Hard to read.</textarea>"]),
            ("/desk/pathways", vec![("name", ""), ("meaning", "Adds up."), ("needed", "two"), ("colour", "blue"), ("icon", "star")], vec!["value=\"Adds up.\"", "value=\"two\""]),
            ("/desk/achievements", vec![("name", ""), ("meaning", "Can explain."), ("tries", "many"), ("colour", "blue"), ("icon", "star")], vec!["value=\"Can explain.\"", "value=\"many\""]),
        ] {
            again(&all.form(path, &fields).await, &typed);
        }
        // A double of a learner that was not chosen is a word above the form, which stands open.
        let learner = all.form("/desk/learners", &[("reference", "u-1"), ("name", "Bo Ek")]).await;
        all.form("/desk/learners", &[("reference", "u-2"), ("name", "Bo E.")]).await.is(303);
        let path = learner.is(303).header("location").to_owned();
        again(&all.form(&format!("{path}/merge"), &[("double", "")]).await, &["Choose the other record.", "<details class=\"card more\" open>"]);
        // So does what is said about a program.
        let program = all.form("/desk/programs", &[("name", "Career"), ("term", "Spring"), ("school", "R")]).await;
        let path = program.is(303).header("location").to_owned();
        let lab = all.form("/desk/labs", &[("name", "Data lab"), ("held", "2026-03-09")]).await;
        again(&lab, &["value=\"Data lab\"", "value=\"2026-03-09\"", "Choose the program."]);
        let refused = all.form(&path, &[("name", "Careers"), ("term", ""), ("school", "R")]).await;
        again(&refused, &["value=\"Careers\"", "<details class=\"card more\" open><summary>About the program"]);
    }
}
