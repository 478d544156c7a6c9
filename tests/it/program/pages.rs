//! The loop as five people see it on their pages.

use skillmark::{program::learner, who::Role};

use super::world::ROSTER;
use crate::support::{
    db::on_both,
    site::{Answer, Provider, Site, Visitor},
};

/// The end of the address a form led to.
fn end(answer: &Answer) -> String {
    let to = answer.is(303).header("location");
    let to = to.split('#').next().expect("an address");
    to.rsplit('/').next().expect("an id").to_owned()
}

pub(super) async fn upload(who: &Visitor<'_>, path: &str, parts: &[(&str, &str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = if file.is_empty() {
            String::new()
        } else {
            format!("; filename=\"{file}\"")
        };
        let head = format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    let ask = who
        .ask("POST", path)
        .header("sec-fetch-site", "same-origin");
    who.send(ask.body("multipart/form-data; boundary=x", body))
        .await
}

/// A program with a roster and a lab: the lab's id.
async fn lab(provider: &Provider<'_>, coordinator: &Visitor<'_>) -> String {
    coordinator
        .get("/desk/programs")
        .await
        .is(200)
        .shows("No program yet");
    let wrong = [("name", "Career skills"), ("turnaround_days", "900")];
    coordinator
        .form("/desk/programs", &wrong)
        .await
        .is(422)
        .shows("<a href=\"#term\"><strong>Term</strong></a> is missing")
        .shows("<strong>Days until a learner gets an answer</strong>")
        .shows("aria-describedby=\"term-fault\" aria-invalid=\"true\"")
        .shows("<p class=\"fault\" id=\"turnaround_days-fault\">")
        .shows("is a whole number from 1 to 90")
        .shows("value=\"Career skills\"");
    let said = [
        ("name", "Career skills"),
        ("term", "Spring"),
        ("school", "Riverside"),
        ("second_percent", "100"),
    ];
    let program = end(&coordinator.form("/desk/programs", &said).await);
    let page = format!("/desk/programs/{program}");
    let csv = "learner,email\nu-1,nobody\n";
    upload(
        coordinator,
        &format!("{page}/roster"),
        &[("csv", "", csv.as_bytes())],
    )
    .await
    .is(422)
    .shows("line 2, column 2 (email): is no e-mail address")
    .shows("u-1,nobody");
    let preview = upload(
        coordinator,
        &format!("{page}/roster"),
        &[("file", "r.csv", ROSTER.as_bytes())],
    )
    .await;
    preview
        .is(200)
        .shows("Nothing has changed yet.")
        .shows("Ana Canary")
        .shows("new");
    coordinator.get(&page).await.is(200).hides("Ana Canary");
    coordinator
        .form(&format!("{page}/roster/apply"), &[("csv", ROSTER)])
        .await
        .is(303);
    coordinator.get(&page).await.is(200).shows("Ana Canary");
    let said = [
        ("name", "Data lab"),
        ("held", "2026-03-01"),
        ("program", program.as_str()),
        ("offer", provider.achievement.as_str()),
    ];
    end(&coordinator.form("/desk/labs", &said).await)
}

on_both! {
    fn five_people_work_the_loop_on_their_pages(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let boss = provider.member("Bea Boss", &[Role::Administrator]).await;
        let coordinator = provider.member("Co Lee", &[Role::Coordinator]).await;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let reviewer = provider.member("Rae View", &[Role::Reviewer]).await;
        let lab = lab(&provider, &coordinator).await;
        let qualification = [("reviewer", reviewer.member.as_str()), ("role", "Reviewer"), ("title", "Licence")];
        boss.form("/desk/reviewers", &qualification).await.is(303);
        boss.get("/desk/reviewers").await.is(200).shows("Rae View").shows("may decide");

        // The tutor lets Ana in, and she scans the code.
        let ana = learner::all(&site.app, &provider.who, "Ana").await.expect("all").remove(0).person;
        let page = tutor.form(&format!("/desk/learners/{ana}/link"), &[]).await;
        let text = page.is(200).text();
        let link = text.split("/me/in/").nth(1).expect("a link").split('<').next().expect("a link").to_owned();
        let learner = site.visitor();
        learner.get(&format!("/me/labs/{lab}")).await.is(403);
        let never = learner.get("/me/in/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
        never.is(404).shows("<h1>This link does not work</h1>").shows("Ask your tutor for a new one: what you did is still there.");
        learner.get(&format!("/me/in/{link}")).await.is(200).hides("Canary");
        learner.form(&format!("/me/in/{link}"), &[]).await.leads_to(&format!("/me/labs/{lab}"));
        learner.get("/me").await.is(200).shows("Data lab");
        let station = format!("/me/labs/{lab}");
        learner.get(&station).await.is(200).shows("Explain a decision with data");
        let begin = [("achievement", provider.achievement.as_str()), ("kind", "performance")];
        let attempt = end(&learner.form(&station, &begin).await);
        assert_eq!(end(&learner.form(&station, &begin).await), attempt, "one, however often");
        let mine = format!("/me/attempts/{attempt}");
        learner.form(&format!("{mine}/submit"), &[]).await.is(422).shows("Add some evidence first");
        upload(&learner, &format!("{mine}/evidence"), &[("name", "", b"Memo"), ("file", "../../x.exe", b"MZ\x90\0")]).await
            .is(422).shows("This is not a JPEG or PNG picture, a PDF or a plain text.");
        upload(&learner, &format!("{mine}/evidence"), &[("name", "", b"Memo"), ("file", "a\"\r\nx: y.txt", b"Open on Mondays.")]).await.is(303);
        learner.form(&format!("{mine}/own"), &[("level-0", "Proficient"), ("level-1", "Advanced")]).await.is(303);

        // The tutor's grid; what it saves is a proposal.
        let grid = format!("/desk/labs/{lab}/grid/{}", provider.achievement);
        tutor.get(&grid).await.is(200).shows("Ana Canary").shows("Cy Canary").shows("grid.js");
        let cell = [("learner", ana.as_str()), ("level-0", "Advanced"), ("level-1", "Developing")];
        tutor.form(&grid, &cell).await.is(303);
        tutor.get(&grid).await.is(200).shows("<option value=\"Developing\" selected>");
        learner.form(&format!("{mine}/submit"), &[]).await.is(303);
        learner.get(&mine).await.is(200).shows("It is with a reviewer now.").hides("Developing</dd>");

        // The reviewer: once not yet, then for the rest alone.
        reviewer.get("/desk/review").await.is(200).shows("Ana Canary").shows("1 attempt waits");
        let desk = format!("/desk/attempts/{attempt}");
        let page = reviewer.get(&desk).await;
        page.is(200).shows("own view: <span dir=\"auto\">Advanced").shows("the tutor proposes: <span dir=\"auto\">Developing");
        let file = page.text().split("/desk/files/").nth(1).expect("a file").split('"').next().expect("an id").to_owned();
        let saved = reviewer.get(&format!("/desk/files/{file}")).await;
        assert_eq!(saved.is(200).header("content-disposition"), "attachment; filename=\"evidence.txt\"");
        assert_eq!((saved.header("x-content-type-options"), saved.header("cache-control")), ("nosniff", "no-store"));
        assert_eq!(saved.text(), "Open on Mondays.");
        learner.get(&format!("/me/files/{file}")).await.is(200);
        site.visitor().get(&format!("/me/files/{file}")).await.is(403);
        let decision = format!("{desk}/decision");
        let levels = [("level-0", "Advanced"), ("level-1", "Developing")];
        reviewer.form(&decision, &[("decision", "return"), levels[0], levels[1]]).await
            .is(422).shows("<a href=\"#feedback\"><strong>Feedback to the learner</strong></a> is missing: say what is still to do").shows("id=\"feedback-fault\"").shows("value=\"Developing\" checked");
        tutor.form(&decision, &[("decision", "approve"), levels[0], levels[1]]).await.is(403);
        reviewer.form(&decision, &[("decision", "return"), levels[0], levels[1], ("feedback", "Say who decides.")]).await.is(303);
        let letters = temp.texts("select kind from letters").await;
        assert_eq!(letters, ["not-yet"]);
        learner.get(&mine).await.is(200).shows("Say who decides.").shows("only what is missing is asked for again");
        learner.form(&format!("{mine}/own"), &[("level-0", "Advanced")]).await.is(422).shows("was met before");
        learner.form(&format!("{mine}/submit"), &[]).await.is(303);
        reviewer.get(&desk).await.is(200).shows("met before").hides("name=\"level-0\"");
        reviewer.form(&decision, &[("decision", "approve"), ("level-1", "Proficient")]).await.is(303);
        let page = learner.get(&mine).await.is(200).text();
        let badge = page.split("href=\"/c/").nth(1).expect("a badge").split('"').next().expect("an id").to_owned();
        site.visitor().get(&format!("/c/{badge}")).await.is(200).shows("Real and still good").shows("Licence").hides("Canary");

        // A second reader, who has not seen what the first one gave.
        let second = provider.member("Sec Ond", &[Role::Reviewer]).await;
        let qualification = [("reviewer", second.member.as_str()), ("role", "Reviewer"), ("title", "Licence")];
        boss.form("/desk/reviewers", &qualification).await.is(303);
        second.get("/desk/review").await.is(200).shows("To be read again");
        second.get(&desk).await.is(200).shows("Second reading").hides("Say who decides.");
        second.form(&format!("{desk}/again"), &[("level-0", "Advanced"), ("level-1", "Proficient")]).await
            .is(200).shows("2 of 2 criteria got the same level twice.");
        reviewer.get("/desk/review").await.is(200).shows("1 attempt was read twice");
    }

    fn g1_a_learner_is_no_colleague_and_a_colleague_no_learner(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let coordinator = provider.member("Co Lee", &[Role::Coordinator]).await;
        let auditor = provider.member("Au Dit", &[Role::Auditor]).await;
        let lab = lab(&provider, &coordinator).await;
        let ana = learner::all(&site.app, &provider.who, "Ana").await.expect("all").remove(0).person;
        let learner = provider.learner(&ana).await;
        for path in ["/desk", "/desk/learners", "/desk/review", &format!("/desk/labs/{lab}"), &format!("/desk/learners/{ana}")] {
            assert!(learner.get(path).await.is(303).header("location").starts_with("/sign-in"), "{path}");
        }
        for path in ["/me", &format!("/me/labs/{lab}")] {
            coordinator.get(path).await.is(403);
        }
        // An auditor reads what was done, not who the learners are.
        auditor.get("/desk/programs").await.is(200).shows("Career skills");
        for path in ["/desk/learners", "/desk/review", &format!("/desk/labs/{lab}")] {
            auditor.get(path).await.is(403).hides("Canary");
        }
        // Another organisation's things are not there (G8).
        let other = site.provider("Harbour Skills").await;
        let theirs = other.member("Har Bour", &[Role::Coordinator]).await;
        for path in [format!("/desk/labs/{lab}"), format!("/desk/learners/{ana}"), format!("/desk/labs/{lab}/qr.svg")] {
            theirs.get(&path).await.is(404).hides("Canary");
        }
    }
}
