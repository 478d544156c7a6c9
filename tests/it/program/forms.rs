//! Forms of the loop that are refused come back with what was typed.

use skillmark::{
    db::Decision,
    program::{By, attempt, evidence, learner, review},
    who::Role,
};

use super::world::ROSTER;
use crate::support::{
    db::on_both,
    site::{Provider, Site, Visitor},
};

/// A lab with Ana, Bo and Cy, and an attempt that Ana opened: the lab's id and the attempt's.
async fn prepared(
    provider: &Provider<'_>,
    all: &Visitor<'_>,
) -> (String, skillmark::ids::AttemptId, By) {
    let end = |to: &str| to.rsplit('/').next().expect("an id").to_owned();
    let said = [
        ("name", "Career"),
        ("term", "Spring"),
        ("school", "R"),
        ("second_percent", "100"),
    ];
    let program = end(all
        .form("/desk/programs", &said)
        .await
        .is(303)
        .header("location"));
    let path = format!("/desk/programs/{program}/roster/apply");
    all.form(&path, &[("csv", ROSTER)]).await.is(303);
    let said = [
        ("name", "Data lab"),
        ("held", "2026-03-01"),
        ("program", program.as_str()),
        ("offer", provider.achievement.as_str()),
    ];
    let lab = end(all
        .form("/desk/labs", &said)
        .await
        .is(303)
        .header("location"));
    let app = &provider.site.app;
    let ana = learner::all(app, &provider.who, "Ana")
        .await
        .expect("all")
        .remove(0)
        .person;
    let by = By::Learner(provider.who.issuer().clone(), ana.clone());
    let open = attempt::Open {
        person: ana,
        achievement: provider.achievement.parse().expect("an id"),
        kind: skillmark::db::AttemptKind::Performance,
        lab: Some(lab.parse().expect("an id")),
        program: None,
    };
    (
        lab,
        attempt::open(app, &by, &open).await.expect("opened"),
        by,
    )
}

on_both! {
    fn what_is_handed_in_is_typed_once(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let all = provider.member("Ana Lee", &Role::ALL).await;
        let (_, attempt, _) = prepared(&provider, &all).await;
        let ana = learner::all(&site.app, &provider.who, "Ana").await.expect("all").remove(0).person;
        let learner = provider.learner(&ana).await;
        for (who, path) in [(&learner, format!("/me/attempts/{attempt}")), (&all, format!("/desk/attempts/{attempt}"))] {
            let path = format!("{path}/evidence");
            let wrong: &[(&str, &str, &[u8])] = &[("name", "", b"My \"memo"), ("link", "", b"javascript:x"), ("note", "", b"Open on Mondays.")];
            who.parts(&path, wrong).await.is(422).hides("Error 422")
                .shows("<a href=\"#link\"><strong>A link</strong></a>").shows("id=\"link-fault\"").shows("aria-describedby=\"link-fault\" aria-invalid=\"true\"")
                .shows("value=\"My &#34;memo\"").shows("value=\"javascript:x\"").shows(">Open on Mondays.</textarea>");
            let wrong: &[(&str, &str, &[u8])] = &[("name", "", b"Memo"), ("file", "x.exe", b"MZ\x90\0"), ("note", "", b"Open on Mondays.")];
            who.parts(&path, wrong).await.is(422).shows("value=\"Memo\"").shows("Choose the file once more").shows(">Open on Mondays.</textarea>");
            let large = vec![b'x'; 11 * 1024 * 1024];
            let wrong: &[(&str, &str, &[u8])] = &[("name", "", b"Memo"), ("file", "x.txt", &large), ("note", "", b"Open on Mondays.")];
            who.parts(&path, wrong).await.is(422).hides("Error 4").shows("<a href=\"#file\">The file is larger than 10 MB.</a>").shows("Choose the file once more")
                .shows("value=\"Memo\"").shows(">Open on Mondays.</textarea>");
        }
        // Of two files the last one counts; what is typed has an end too.
        let twice: &[(&str, &str, &[u8])] = &[("name", "", b"Twice"), ("file", "a.txt", &[0xff; 10]), ("file", "b.txt", b"Open.")];
        all.parts(&format!("/desk/attempts/{attempt}/evidence"), twice).await.is(303);
        let endless = vec![b'x'; 70 * 1024];
        all.parts(&format!("/desk/attempts/{attempt}/evidence"), &[("note", "", &endless)]).await.is(413);
        // At the desk it stands behind a fold, which is open then.
        let path = format!("/desk/attempts/{attempt}/evidence");
        all.parts(&path, &[("link", "", b"x")]).await.is(422).shows("<details class=\"card more\" open><summary>Add evidence");
    }

    fn a_learner_and_a_roster_are_typed_once(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let all = provider.member("Ana Lee", &Role::ALL).await;
        let wrong = [("reference", ""), ("name", "Bo Ek"), ("email", "bo at home"), ("birth_month", "May")];
        all.form("/desk/learners", &wrong).await.is(422).shows("3 things are not right yet").shows("value=\"Bo Ek\"").shows("value=\"bo at home\"")
            .shows("<a href=\"#reference\"><strong>Your reference</strong></a>").shows("id=\"email-fault\"")
            .shows("aria-describedby=\"birth-hint birth_month-fault\" aria-invalid=\"true\"").hides("id=\"name-fault\"");
        assert_eq!(temp.number("select count(*) from people").await, 0);
        let fields = [("name", "Career skills"), ("term", "Autumn"), ("school", "Riverside")];
        all.form("/desk/programs", &fields).await.is(303);
        let program = temp.texts("select program_id from programs").await.remove(0);
        let large = vec![b'x'; 6 * 1024 * 1024];
        let sent: &[(&str, &str, &[u8])] = &[("file", "r.csv", &large), ("csv", "", b"learner\ns-1\n")];
        all.parts(&format!("/desk/programs/{program}/roster"), sent).await.is(422).hides("Error 4")
            .shows("<a href=\"#file\">The file is larger than 5 MB: send it in parts.</a>").shows(">learner\ns-1\n</textarea>");
    }

    fn what_is_proposed_read_again_or_entered_is_chosen_once(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (app, who) = (&site.app, &provider.who);
        let all = provider.member("Ana Lee", &Role::ALL).await;
        let (lab, attempt, ana) = prepared(&provider, &all).await;
        let desk = format!("/desk/attempts/{attempt}");
        let long = "x".repeat(4_001);
        let levels = [("level-0", "Advanced"), ("level-1", "Developing")];
        let refused = all.form(&format!("{desk}/scores"), &[levels[0], levels[1], ("note-0", &long), ("note-1", "A number.")]).await;
        refused.is(422).shows("<details class=\"card more\" open><summary>Propose").shows("<option value=\"Advanced\" selected>")
            .shows("<option value=\"Developing\" selected>").shows("value=\"A number.\"");

        // The grid without its script.
        all.form(&format!("/desk/labs/{lab}/close"), &[("closed", "yes")]).await.is(303);
        let grid = format!("/desk/labs/{lab}/grid/{}", provider.achievement);
        let bo = learner::all(app, who, "Bo").await.expect("all").remove(0).person;
        let refused = all.form(&grid, &[("learner", bo.as_str()), levels[0], ("level-1", "no such level")]).await;
        refused.is(422).shows("<option value=\"Advanced\" selected>");

        // A second reading, refused because one level is missing.
        let note = evidence::New::Note("Open on Mondays.".to_owned());
        evidence::add(app, &ana, &attempt, "Memo", note).await.expect("added");
        attempt::submit(app, &ana, &attempt).await.expect("handed in");
        let first = provider.member("First Reader", &[Role::Reviewer]).await;
        let second = provider.member("Second Reader", &[Role::Reviewer]).await;
        for one in [&first, &second] {
            all.form("/desk/reviewers", &[("reviewer", one.member.as_str()), ("role", "Reviewer"), ("title", "Licence")]).await.is(303);
        }
        first.form(&format!("{desk}/decision"), &[("decision", "approve"), ("level-0", "Advanced"), ("level-1", "Proficient")]).await.is(303);
        let refused = second.form(&format!("{desk}/again"), &[levels[0], ("remark", "Seen twice.")]).await;
        refused.is(422).shows("value=\"Advanced\" checked").shows(">Seen twice.</textarea>");
        let view = review::view(app, who, &attempt).await.expect("there");
        assert!(view.answers.iter().all(|one| one.decision == Decision::Approve), "nothing was written twice");
    }
}
