//! What a guardian reads, by a link that somebody sends them.

use std::sync::Arc;

use serde_json::json;
use skillmark::{
    config::Config,
    db::Decision,
    issue::people::{self, Details},
    jobs,
    mail::Reach,
    program::{Error, guardian, learner, link, review},
    who::{Role, Scope},
};

use super::{
    reminders::{DAY, secret, written},
    world::World,
};
use crate::{
    support::{
        copy::dump,
        db::{Temp, on_both},
        site::Site,
    },
    work::earned::sent,
};

const EVA: &str = "Eva Canary <eva.canary@home.example>, 555-0101";

impl World {
    /// Writes down anew what is known of a learner.
    async fn describe(&self, at: usize, change: impl FnOnce(&mut Details)) {
        let (app, who) = (&self.app, &self.coordinator);
        let one = learner::one(app, who, &self.learners[at]).await;
        let mut details = one.expect("there").details;
        change(&mut details);
        learner::describe(app, who, &self.learners[at], &details)
            .await
            .expect("described");
    }

    async fn send(&self) -> Result<guardian::Sent, Error> {
        guardian::send(&self.app, &self.coordinator, &self.learners[0]).await
    }

    /// Whether this link shows anything.
    async fn shows(&self, shown: &str) -> bool {
        let kept = guardian::read(&self.app, shown).await.expect("read");
        kept.is_some()
    }
}

/// A world whose Ana has a guardian.
async fn with_eva(temp: &Temp) -> World {
    let world = World::new(temp).await;
    world
        .describe(0, |ana| ana.guardian = Some(EVA.to_owned()))
        .await;
    world
}

fn why(refused: Result<guardian::Sent, Error>) -> String {
    refused.expect_err("refused").to_string()
}

on_both! {
    fn a_guardian_reads_what_is_kept_and_changes_nothing(temp) {
        let world = with_eva(temp).await;
        let (app, ana) = (&world.app, &world.learners[0]);
        let id = world.submitted(0).await;
        let levels = [(0, "Proficient"), (1, "Developing")];
        let back = world.judge(Decision::Return, &levels, "Say who decides.");
        review::decide(app, &world.reviewer, &id, &back).await.expect("returned");
        let own = link::make(app, &world.tutor, ana).await.expect("a link");
        let made = world.send().await.expect("sent");
        assert_eq!(made.reach, Reach::Folder);
        assert!(!String::from_utf8_lossy(&dump(temp)).contains("eva.canary"), "it is sealed");
        jobs::run_due(app).await.expect("sent");
        let letter = written(temp, "guardian").await.remove(0);
        let all = sent(temp.folder.path());
        let text = &all.iter().find(|(name, _)| *name == letter).expect("a letter").1.replace("=\r\n", "");
        assert!(text.contains("To: eva.canary@home.example"), "{text}");
        for word in ["Ana ", "Canary", "Developing", "Say who", "Explain a decision"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        let shown = secret(text, "/guardian/");
        assert_eq!(made.link.expect("a link").reveal(), shown);
        let kept = guardian::read(app, &shown).await.expect("read").expect("there");
        assert_eq!(kept.organisation, "Riverside Tutoring");
        assert_eq!((kept.earned.len(), kept.attempts.len()), (0, 1));
        let (listed, answers) = &kept.attempts[0];
        assert_eq!((&listed.row.attempt_id, answers.len(), answers[0].feedback.as_str()), (&id, 1, "Say who decides."));
        // It is not the learner's link, which goes on working.
        assert_eq!(link::look(app, &shown).await.expect("looked"), None);
        assert!(link::look(app, own.reveal()).await.expect("looked").is_some());
        let lines = temp.texts("select subject from audit where action = 'guardian.link'").await;
        assert_eq!(lines, [ana.to_string()]);
    }

    fn j7_a_guardians_link_ends_in_each_of_its_ways(temp) {
        let world = with_eva(temp).await;
        let (app, who, ana) = (&world.app, &world.coordinator, &world.learners[0]);
        let made = async || world.send().await.expect("sent").link.expect("a link").reveal().to_owned();
        let first = made().await;
        assert!(world.shows(&first).await);
        assert!(!world.shows("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await);
        // Another one takes its place.
        world.clock.advance(3_600);
        let second = made().await;
        assert_eq!((world.shows(&first).await, world.shows(&second).await), (false, true));
        // Its time.
        world.clock.advance(30 * DAY - 1);
        assert!(world.shows(&second).await);
        world.clock.advance(1);
        assert!(!world.shows(&second).await);
        let none = guardian::end(app, who, ana).await;
        assert_eq!(none, Err(Error::NotFound("link of a guardian")));
        // Somebody ends it; that is no way to the next letter.
        let third = made().await;
        guardian::end(app, who, ana).await.expect("ended");
        assert!(!world.shows(&third).await);
        assert!(matches!(world.send().await, Err(Error::TooOften { .. })));
        // The guardian is another one.
        world.clock.advance(3_600);
        let fourth = made().await;
        world.describe(0, |ana| ana.guardian = Some("bo@home.example".to_owned())).await;
        assert!(!world.shows(&fourth).await);
        let standing = guardian::standing(app, who, ana).await.expect("read");
        assert_eq!((standing.why_not, standing.link), (None, None));
        // The learner comes of age.
        world.clock.advance(3_600);
        let fifth = made().await;
        assert!(guardian::standing(app, who, ana).await.expect("read").link.is_some());
        world.describe(0, |ana| ana.adult = Some(true)).await;
        assert!(!world.shows(&fifth).await);
        assert_eq!(why(world.send().await), "this learner is of age: what is kept is theirs to show");
        world.describe(0, |ana| ana.adult = None).await;
        assert!(world.shows(&fifth).await);
        world.describe(0, |ana| ana.birth_month = Some("2008-02".to_owned())).await;
        assert!(!world.shows(&fifth).await);
        world.describe(0, |ana| ana.birth_month = None).await;
        // The learner is erased.
        people::erase(app, &world.boss, "u-1").await.expect("erased");
        assert!(!world.shows(&fifth).await);
        assert_eq!(temp.number("select count(*) from guardian_links").await, 0);
        assert_eq!(world.send().await, Err(Error::NotFound("learner")));
    }

    fn a_guardian_is_not_flooded_and_nobody_else_is_written_to(temp) {
        let world = with_eva(temp).await;
        let (app, learners) = (&world.app, &world.learners);
        let both = tokio::join!(world.send(), world.send());
        let made = [&both.0, &both.1].iter().filter(|sent| sent.is_ok()).count();
        assert_eq!(made, 1, "{both:?}");
        world.clock.advance(3_599);
        assert!(matches!(world.send().await, Err(Error::TooOften { .. })));
        world.clock.advance(1);
        world.send().await.expect("sent");
        assert_eq!(written(temp, "guardian").await.len(), 2);

        let of = async |at: usize| guardian::send(app, &world.coordinator, &learners[at]).await;
        assert_eq!(why(of(1).await), "no guardian is written down for this learner");
        world.describe(1, |bo| bo.guardian = Some("Eva, 555-0101".to_owned())).await;
        assert_eq!(why(of(1).await), "what is written down of the guardian does not hold exactly one e-mail address");
        assert!(matches!(guardian::send(app, &world.tutor, &learners[0]).await, Err(Error::Refused(_))));
        let other = World::named(temp, "Harbour Tutoring").await;
        let theirs = guardian::send(app, &other.boss, &learners[0]).await;
        assert_eq!(theirs, Err(Error::NotFound("learner")));
        assert_eq!(guardian::end(app, &other.boss, &learners[0]).await, Err(Error::NotFound("learner")));
        assert_eq!(written(temp, "guardian").await.len(), 2);
        // So many in a day, and no more.
        let issuer = world.boss.issuer();
        let many = format!("with recursive n (i) as (select 1 union all select i + 1 from n where i < {})", guardian::A_DAY);
        for sql in [
            format!("insert into people (issuer_id, person_id, kek_id, created_at, erased_at) {many} \
                select '{issuer}', 'p' || i, 'x', '2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z' from n"),
            "insert into guardian_links (issuer_id, person_id, token_hash, contact_hash, created_at, expires_at) \
                select issuer_id, person_id, cast(person_id as bytea), cast('x' as bytea), '2026-03-02T11:00:00Z', '2026-04-02T11:00:00Z' \
                from people where kek_id = 'x'".replace("as bytea", if temp.url.is_some() { "as bytea" } else { "as blob" }),
        ] {
            temp.sql(&sql).await.expect("many");
        }
        world.clock.advance(3_600);
        assert!(why(world.send().await).starts_with("so many guardians were sent a link today"));
        world.clock.advance(DAY);
        world.send().await.expect("sent");
    }

    fn without_a_mail_server_the_guardians_link_is_shown(temp) {
        let mut world = with_eva(temp).await;
        world.app.config = Arc::new(Config {
            public_url: "https://badges.example".parse().expect("an address"),
            ..temp.config()
        });
        let sent = world.send().await.expect("made");
        assert_eq!((sent.reach, sent.link.is_some()), (Reach::Nobody, true));
        assert_eq!(written(temp, "guardian").await, Vec::<String>::new());
        world.app.config = Arc::new(Config {
            mail: Some("smtp://localhost:1".parse().expect("an address")),
            ..temp.config()
        });
        world.clock.advance(3_600);
        let sent = world.send().await.expect("sent");
        assert_eq!((sent.reach, sent.link), (Reach::Everybody, None), "it is in the letter alone");
        assert_eq!(written(temp, "guardian").await.len(), 1);
    }

    fn a_coordinator_sends_it_at_the_desk_and_a_program_by_the_api(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let coordinator = provider.member("Co Lee", &[Role::Coordinator]).await;
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let learner = [("reference", "u-1"), ("name", "Ana Canary"), ("guardian", "Eva Canary 555-0101")];
        let made = coordinator.form("/desk/learners", &learner).await;
        let page = made.is(303).header("location").to_owned();
        tutor.get(&page).await.is(200).hides("The guardian");
        coordinator.get(&page).await.is(200).shows("does not hold exactly one e-mail address").hides("Send the link to the guardian");
        let path = format!("{page}/guardian");
        coordinator.form(&path, &[("step", "send")]).await.is(422).shows("does not hold exactly one e-mail address");
        let learner = [("reference", "u-1"), ("name", "Ana Canary"), ("guardian", "eva@home.example")];
        coordinator.form(&page, &learner).await.is(303);
        coordinator.get(&page).await.is(200).shows("Send the link to the guardian");
        tutor.form(&path, &[("step", "send")]).await.is(403);
        let sent = coordinator.form(&path, &[("step", "send")]).await;
        sent.is(200).shows("A letter is on its way to the guardian").shows("End the link");
        let link = secret(&sent.text(), "/guardian/");
        let guardian = format!("/guardian/{link}");
        let read = site.get(&guardian).await;
        read.is(200).shows("What is kept for the learner you look after").hides("Canary");
        assert_eq!(read.header("cache-control"), "no-store");
        assert_eq!(read.header("x-robots-tag"), "noindex, noarchive");
        site.form(&guardian, &[]).await.is(405);
        let never = site.get("/guardian/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
        never.is(404).shows("<h1>This link does not work</h1>").shows("Ask the organisation that sent it to you for a new one.");
        coordinator.form(&path, &[("step", "send")]).await.is(422).shows("within the last hour");
        coordinator.form(&path, &[("step", "end")]).await.is(303);
        site.get(&guardian).await.is(404);

        let key = provider.make_key(&[Scope::Programs]).await;
        let api = format!("/api/v1{}/guardian-link", page.strip_prefix("/desk").expect("a page"));
        let ask = async |method: &'static str| site.ask(method, &api).key(&key).send().await;
        assert_eq!(ask("POST").await.is(429).json()["type"], "/docs#too_often");
        site.clock.advance(3_600);
        let made = ask("POST").await.is(201).json();
        assert_eq!(made["by"], "link");
        let link = made["link"].as_str().expect("a link").strip_prefix("http://localhost:8080").expect("ours").to_owned();
        site.get(&link).await.is(200);
        let standing = ask("GET").await.is(200).json();
        assert_eq!((&standing["until"], &standing["whyNot"]), (&made["until"], &json!(null)));
        ask("DELETE").await.is(204);
        ask("DELETE").await.is(404);
        assert_eq!(ask("GET").await.is(200).json(), json!({}));
        site.get(&link).await.is(404);
    }
}
