//! A lab of several sessions: what began at one goes on at the next, and what was cleared is gone.

use serde_json::json;
use skillmark::{
    program::{By, lab, learner, roster, run, score},
    who::{Role, Scope},
};

use super::world::World;
use crate::support::{
    db::on_both,
    site::{Provider, Site},
};

/// Two sessions of one lab with the same learners: the paths of their grids.
async fn two_sessions(provider: &Provider<'_>) -> [String; 2] {
    let (app, who) = (&provider.site.app, &provider.who);
    let said = run::Said {
        name: "Career skills".to_owned(),
        term: "Spring".to_owned(),
        school: "Riverside".to_owned(),
        ..run::Said::default()
    };
    let program = run::make(app, who, &said).await.expect("a program");
    let csv = b"learner,name\nu-1,Ana Canary\nu-2,Bo Canary\n";
    let roster = roster::apply(app, who, &program, csv, false).await;
    roster.expect("a roster");
    let mut paths = Vec::new();
    for (name, held) in [("Week one", "2026-03-02"), ("Week two", "2026-03-09")] {
        let said = lab::Said {
            program: program.clone(),
            name: name.to_owned(),
            held: held.to_owned(),
            offers: vec![provider.achievement.parse().expect("an id")],
        };
        let lab = lab::make(app, who, &said).await.expect("a lab");
        paths.push(format!("/desk/labs/{lab}/grid/{}", provider.achievement));
    }
    paths.try_into().expect("two")
}

fn lab_of(grid: &str) -> &str {
    grid.split('/').nth(3).expect("a lab")
}

on_both! {
    fn the_next_session_shows_what_the_one_before_began(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let [first, second] = two_sessions(&provider).await;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let ana = learner::all(&site.app, &provider.who, "Ana").await.expect("all").remove(0).person;
        let cell = [("learner", ana.as_str()), ("level-0", "Advanced")];
        tutor.form(&first, &cell).await.is(303);
        let chosen = "<option value=\"Advanced\" selected>";
        tutor.get(&second).await.is(200).shows(chosen).shows("under way");
        // What is entered there stays, in the same attempt.
        tutor.form(&second, &[("learner", ana.as_str()), ("level-1", "Developing")]).await.is(303);
        let page = tutor.get(&second).await;
        page.is(200).shows(chosen).shows("<option value=\"Developing\" selected>");
        assert_eq!(temp.number("select count(*) from attempts").await, 1);
        tutor.get(&format!("/desk/labs/{}", lab_of(&second))).await.is(200).shows("/desk/attempts/");

        // Through the API too; whoever is not expected is not there.
        let key = provider.make_key(&[Scope::Read, Scope::Propose]).await;
        let path = format!("/api/v1/labs/{}", lab_of(&second));
        let attempts = || async { site.ask("GET", &path).key(&key).send().await.is(200).json()["attempts"].as_array().expect("a list").len() };
        assert_eq!(attempts().await, 1);
        let excused = site.ask("DELETE", &format!("{path}/learners/{ana}")).key(&key).send().await;
        excused.is(204);
        assert_eq!(attempts().await, 0);
    }

    fn what_was_cleared_is_taken_back(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let [grid, _] = two_sessions(&provider).await;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let ana = learner::all(&site.app, &provider.who, "Ana").await.expect("all").remove(0).person;
        let stored = || async { temp.texts("select level from attempt_scores order by criterion").await.len() };
        let ana = ("learner", ana.as_str());

        // To take back what was never there begins nothing.
        tutor.form(&grid, &[ana, ("level-0", "")]).await.is(303);
        assert_eq!(temp.number("select count(*) from attempts").await, 0);
        tutor.form(&grid, &[ana, ("level-0", "Advanced"), ("level-1", "Developing")]).await.is(303);
        tutor.get(&grid).await.is(200).shows("name=\"was-0\" value=\"Advanced\"");
        // A page from before that shows nothing takes nothing back.
        tutor.form(&grid, &[ana, ("level-0", ""), ("was-0", "")]).await.is(303);
        assert_eq!(stored().await, 2);
        for _ in 0..2 {
            tutor.form(&grid, &[ana, ("level-0", ""), ("was-0", "Advanced")]).await.is(303);
            assert_eq!(stored().await, 1);
        }
        tutor.get(&grid).await.is(200).hides("<option value=\"Advanced\" selected>").shows("<option value=\"Developing\" selected>");
        let log = temp.texts("select action from audit where action like 'attempt.%score' order by at, action").await;
        assert_eq!(log.iter().filter(|action| *action == "attempt.unscore").count(), 1, "{log:?}");

        // On the attempt's own page, and by API.
        let attempt = temp.texts("select attempt_id from attempts").await.remove(0);
        let page = format!("/desk/attempts/{attempt}");
        tutor.get(&page).await.is(200).shows("name=\"was-1\" value=\"Developing\"");
        tutor.form(&format!("{page}/scores"), &[("level-1", ""), ("was-1", "Developing")]).await.is(303);
        assert_eq!(stored().await, 0);
        let key = provider.make_key(&[Scope::Read, Scope::Propose]).await;
        let send = |learner: &str, level: &str| {
            let cell = json!({"learner": learner, "achievement": provider.achievement, "criterion": "Uses evidence", "level": level});
            let path = format!("/api/v1/labs/{}/scores", lab_of(&grid));
            site.ask("POST", &path).key(&key).json(&cell).send()
        };
        send(ana.1, "Advanced").await.is(200);
        assert_eq!(stored().await, 1);
        send(ana.1, "").await.is(200);
        send(ana.1, "").await.is(200);
        assert_eq!(stored().await, 0);
        let bo = learner::all(&site.app, &provider.who, "Bo").await.expect("all").remove(0).person;
        send(bo.as_str(), "").await.is(404);
        assert_eq!(temp.number("select count(*) from attempts").await, 1);
    }

    fn a_learner_takes_their_own_view_back(temp) {
        let world = World::new(temp).await;
        let id = world.opened(0).await;
        let mark = |level: &str| [score::Mark { criterion: "Uses evidence".to_owned(), level: level.to_owned(), note: String::new() }];
        let tutor = By::Staff(world.tutor.clone());
        score::put(&world.app, &tutor, &id, &mark("Advanced")).await.expect("proposed");
        score::put(&world.app, &world.ana(), &id, &mark("Advanced")).await.expect("seen");
        score::put(&world.app, &world.ana(), &id, &mark("")).await.expect("taken back");
        // The tutor's stays: everybody takes back their own.
        assert_eq!(temp.texts("select voice from attempt_scores").await, ["proposed"]);
    }
}
