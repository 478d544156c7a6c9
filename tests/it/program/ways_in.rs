//! How learners come in and go out: links, stations, devices that others use next.

use skillmark::{
    program::{lab, learner, link, roster, run},
    who::{Role, Scope},
};

use super::world::World;
use crate::support::{
    db::on_both,
    site::{Provider, Site, Visitor},
};

/// A lab with two learners: its path for them, and who they are.
async fn a_station(provider: &Provider<'_>) -> (String, String) {
    let (app, who) = (&provider.site.app, &provider.who);
    let said = run::Said {
        name: "Career skills".to_owned(),
        term: "Spring".to_owned(),
        school: "Riverside".to_owned(),
        ..run::Said::default()
    };
    let program = run::make(app, who, &said).await.expect("a program");
    let csv = b"learner,name\nu-1,Ana Canary\nu-2,\n";
    let roster = roster::apply(app, who, &program, csv, false).await;
    roster.expect("a roster");
    let said = lab::Said {
        program,
        name: "Data lab".to_owned(),
        held: "2026-03-02".to_owned(),
        offers: vec![provider.achievement.parse().expect("an id")],
    };
    let lab = lab::make(app, who, &said).await.expect("a lab");
    let ana = learner::all(app, who, "Ana")
        .await
        .expect("all")
        .remove(0)
        .person;
    (lab.to_string(), ana.to_string())
}

/// A link of a learner: what stands behind `/me/in/`.
async fn link_by(tutor: &Visitor<'_>, person: &str) -> String {
    let path = format!("/desk/learners/{person}/link");
    let text = tutor.form(&path, &[]).await.is(200).text();
    let after = text.split("/me/in/").nth(1).expect("a link");
    after.split('<').next().expect("a link").to_owned()
}

async fn provider_learners(provider: &Provider<'_>) -> Vec<String> {
    let all = learner::all(&provider.site.app, &provider.who, "").await;
    let all = all.expect("all").into_iter();
    all.map(|one| one.person.to_string()).collect()
}

on_both! {
    fn a_learner_signs_out_and_sees_whose_page_it_is(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (lab, ana) = a_station(&provider).await;
        let bo = learner::all(&site.app, &provider.who, "u-2").await.expect("all").remove(0).person;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let [hers, his] = [link_by(&tutor, &ana).await, link_by(&tutor, bo.as_str()).await];
        let device = site.visitor();
        let came = device.form(&format!("/me/in/{hers}"), &[]).await;
        let cookies: Vec<_> = came.headers.get_all("set-cookie").iter().map(|line| line.to_str().expect("a cookie")).collect();
        let held = cookies.iter().find(|line| line.starts_with("skillmark-me=")).expect("a session");
        assert!(!held.contains("Max-Age") && !held.contains("Expires"), "gone with the browser: {held}");
        let station = format!("/me/labs/{lab}");
        let begin = [("achievement", provider.achievement.as_str()), ("kind", "practice")];
        let attempt = device.form(&station, &begin).await.is(303).header("location").to_owned();
        for page in ["/me", &station, &attempt] {
            device.get(page).await.is(200).shows("Ana Canary").shows("action=\"/me/out\"");
        }
        let old = device.cookie("skillmark-me");
        device.form("/me/out", &[]).await.leads_to("/me/out");
        device.get("/me/out").await.is(200).shows("You are signed out").hides("Canary");
        assert_eq!(device.cookie("skillmark-me"), "");
        device.get("/me").await.is(403);
        // It is over, not only forgotten.
        device.keep("skillmark-me", &old);
        device.get("/me").await.is(403);
        device.form("/me/out", &[]).await.leads_to("/me/out");

        // Who comes in next sends home who was in before.
        device.form(&format!("/me/in/{hers}"), &[]).await.is(303);
        let before = device.cookie("skillmark-me");
        device.form(&format!("/me/in/{his}"), &[]).await.is(303);
        device.get("/me").await.is(200).shows("u-2").hides("Canary");
        device.keep("skillmark-me", &before);
        device.get("/me").await.is(403);
    }

    fn whoever_scans_the_station_first_comes_back_to_it(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (lab, ana) = a_station(&provider).await;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let link = link_by(&tutor, &ana).await;
        let station = format!("/me/labs/{lab}");
        let device = site.visitor();
        device.get(&station).await.is(403).shows("you come back here then");
        device.form(&format!("/me/in/{link}"), &[]).await.leads_to(&station);
        device.get(&station).await.is(200).shows("Data lab");
        // Once; and never anywhere else.
        device.form("/me/out", &[]).await.is(303);
        device.form(&format!("/me/in/{link}"), &[]).await.leads_to("/me");
        for elsewhere in ["https://evil.example/", "//evil.example", "/desk", "/me/labs/../../desk"] {
            device.keep("skillmark-place", elsewhere);
            device.form(&format!("/me/in/{link}"), &[]).await.leads_to("/me");
        }
    }

    fn cards_let_a_whole_roster_in(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (lab, ana) = a_station(&provider).await;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let reviewer = provider.member("Rae View", &[Role::Reviewer]).await;
        let before = link_by(&tutor, &ana).await;
        let path = format!("/desk/labs/{lab}/cards");
        reviewer.get(&format!("/desk/labs/{lab}")).await.is(200).hides("/cards");
        reviewer.form(&path, &[]).await.is(403).hides("Canary");
        tutor.get(&format!("/desk/labs/{lab}")).await.is(200).shows("/cards");
        let page = tutor.form(&path, &[]).await;
        page.is(200).shows("Ana Canary").shows("u-2").shows("QR code that lets u-2 in");
        assert_eq!(page.header("cache-control"), "no-store");
        let pictures = page.text().matches("shape-rendering=\"crispEdges\"").count();
        assert_eq!(pictures, 2, "one for each learner");
        site.visitor().get(&format!("/me/in/{before}")).await.is(200);
        let log = temp.texts("select action from audit where action in ('lab.cards', 'learner.link') order by action").await;
        assert_eq!(log, ["lab.cards", "learner.link", "learner.link", "learner.link"]);

        // By API: what stands behind the codes. It leads to the station.
        let key = provider.make_key(&[Scope::Propose]).await;
        let made = site.ask("POST", &format!("/api/v1/labs/{lab}/links")).key(&key).send().await;
        let made = made.is(201).json();
        assert_eq!(made["links"].as_array().map(Vec::len), Some(2));
        let hers = made["links"].as_array().expect("links").iter().find(|one| one["learner"] == ana.as_str()).expect("hers");
        assert_eq!(hers["reference"], "u-1");
        let link = hers["link"].as_str().expect("a link");
        let (_, path) = link.split_once("/me/in/").expect("a path");
        let (token, to) = path.split_once("?to=").expect("where to");
        assert_eq!(to, format!("/me/labs/{lab}"));
        let device = site.visitor();
        device.get(&format!("/me/in/{path}")).await.is(200).shows(&format!("name=\"to\" value=\"{to}\""));
        device.get(&format!("/me/in/{token}?to=//evil.example")).await.is(200).hides("evil");
        device.form(&format!("/me/in/{token}"), &[("to", to)]).await.leads_to(to);
        device.get(to).await.is(200).shows("Ana Canary");
        device.form(&format!("/me/in/{token}"), &[("to", "https://evil.example/")]).await.leads_to("/me");

        // A card without anybody on it is none.
        for learner in provider_learners(&provider).await {
            tutor.form(&format!("/desk/labs/{lab}/roster"), &[("learner", &learner), ("on", "no")]).await.is(303);
        }
        tutor.get(&format!("/desk/labs/{lab}")).await.is(200).hides("/cards");
        site.ask("POST", &format!("/api/v1/labs/{lab}/links")).key(&key).send().await.is(409);
    }

    fn several_links_of_a_learner_work_until_somebody_ends_them(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (_, ana) = a_station(&provider).await;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let page = format!("/desk/learners/{ana}");
        tutor.get(&page).await.is(200).hides("links/end");
        let links = [link_by(&tutor, &ana).await, link_by(&tutor, &ana).await];
        let device = site.visitor();
        for link in &links {
            device.form(&format!("/me/in/{link}"), &[]).await.is(303);
        }
        tutor.get(&page).await.is(200).shows("2 links work now");
        tutor.form(&format!("{page}/links/end"), &[]).await.leads_to(&page);
        for link in &links {
            site.visitor().get(&format!("/me/in/{link}")).await.is(404);
        }
        device.get("/me").await.is(403);
        let ended = temp.texts("select subject from audit where action = 'learner.links_end'").await;
        assert_eq!(ended, [ana.as_str()]);
        let key = provider.make_key(&[Scope::Propose]).await;
        let path = format!("/api/v1/learners/{ana}/links");
        site.ask("DELETE", &path).key(&key).send().await.is(204);
    }

    fn a_return_leaves_the_links_before_it_alone(temp) {
        let world = World::new(temp).await;
        let (app, ana) = (&world.app, &world.learners[0]);
        let first = link::make(app, &world.tutor, ana).await.expect("a link");
        let id = world.submitted(0).await;
        let judged = world.judge(skillmark::db::Decision::Return, &[(0, "Advanced"), (1, "Developing")], "Say who decides.");
        skillmark::program::review::decide(app, &world.reviewer, &id, &judged).await.expect("returned");
        let found = link::look(app, first.reveal()).await.expect("read");
        assert_eq!(found.map(|(_, person)| person), Some(ana.clone()));
        assert_eq!(link::all(app, &world.tutor, ana).await.expect("read").len(), 2);
        // There is an end to how many.
        for _ in 0..link::MOST {
            world.clock.advance(1);
            link::make(app, &world.tutor, ana).await.expect("a link");
        }
        let most = usize::try_from(link::MOST).expect("a few");
        assert_eq!(link::all(app, &world.tutor, ana).await.expect("read").len(), most);
        assert_eq!(link::look(app, first.reveal()).await.expect("read"), None);
    }
}
