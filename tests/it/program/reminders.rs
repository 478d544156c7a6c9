//! Reminders: exactly when they are due, exactly once, and to nobody who is not to be reminded.

use skillmark::{
    db::{AttemptKind, Decision, MemberState},
    ids::{AttemptId, LetterId, MemberId},
    issue::people::{self, Details},
    jobs, letters,
    mail::Reach,
    program::{
        attempt, decide::Judgement, evidence, learner, link, qualification, remind, review, roster,
        run,
    },
    who::{self, Invite, Role, Who},
};

use super::world::{World, details};
use crate::{
    support::db::{Temp, on_both},
    work::earned::sent,
};

pub(crate) const DAY: i64 = 24 * 3_600;

impl World {
    /// As [`World::submitted`], and returned by the reviewer.
    pub(crate) async fn returned(&self, at: usize) -> AttemptId {
        let id = self.submitted(at).await;
        review::decide(&self.app, &self.reviewer, &id, &self.not_yet())
            .await
            .expect("returned");
        id
    }

    fn not_yet(&self) -> Judgement {
        let levels = [(0, "Proficient"), (1, "Developing")];
        self.judge(Decision::Return, &levels, "Say who decides.")
    }

    /// How many letters a look writes.
    pub(crate) async fn look(&self) -> usize {
        remind::look(&self.app, self.boss.issuer())
            .await
            .expect("looked")
    }

    /// Somebody who works here, and is at work.
    async fn colleague(&self, name: &str, roles: &[Role]) -> MemberId {
        let asked = Invite {
            address: format!("{name}@staff.example"),
            name: name.to_owned(),
            roles: roles.to_vec(),
        };
        let (id, _) = who::invite(&self.app, &self.boss, &asked)
            .await
            .expect("invited");
        let mut rows = self.app.db.of(self.boss.issuer());
        rows.set_member_state(&id, MemberState::Invited, MemberState::Active)
            .await
            .expect("joined");
        id
    }

    async fn qualified(&self, member: &MemberId, until: &str) {
        let said = qualification::Said {
            reviewer: member.to_string(),
            role: "Reviewer".to_owned(),
            title: "Licence".to_owned(),
            valid_until: Some(until.to_owned()),
        };
        qualification::add(&self.app, &self.boss, &said)
            .await
            .expect("qualified");
    }
}

/// The letters of a kind, as ids, in the order in which they were written.
pub(crate) async fn written(temp: &Temp, kind: &str) -> Vec<String> {
    let sql = format!(
        "select letter_id from letters where kind = '{kind}' order by created_at, letter_id"
    );
    temp.texts(&sql).await
}

/// What went out as this letter.
fn text_of(temp: &Temp, id: &str) -> String {
    let all = sent(temp.folder.path());
    let found = all.into_iter().find(|(name, _)| name == id);
    found.expect("a letter").1.replace("=\r\n", "")
}

/// The secret of the link in a letter, behind these words.
pub(crate) fn secret(text: &str, before: &str) -> String {
    let at = text.find(before).expect("a link") + before.len();
    text[at..at + 43].to_owned()
}

on_both! {
    fn h12_a_learner_is_reminded_after_a_week_and_once_more_and_never_again(temp) {
        let world = World::new(temp).await;
        let id = world.returned(0).await;
        world.clock.advance(7 * DAY - 1);
        assert_eq!(world.look().await, 0);
        world.clock.advance(1);
        assert_eq!(world.look().await, 1);
        jobs::run_due(&world.app).await.expect("sent");
        let first = LetterId::derived(&format!("attempt|{id}|2|0"));
        assert_eq!(written(temp, "reminder").await, [first.as_str()]);
        let text = text_of(temp, first.as_str());
        assert!(text.contains(&format!("Message-ID: <{first}@localhost>")), "{text}");
        assert!(text.contains("To: ana@school.example"), "{text}");
        // Neither a name, nor a level, nor what was said (threat J15).
        for word in ["Canary", "Ana ", "Developing", "Proficient", "Say who", "Explain a decision"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        // Looking again, also on the next days, writes nothing and leaves the link as it is.
        for _ in 0..3 {
            assert_eq!(world.look().await, 0);
            world.clock.advance(DAY);
        }
        let shown = secret(&text, "/me/in/");
        let found = link::look(&world.app, &shown).await.expect("looked");
        assert_eq!(found.map(|(_, person)| person), Some(world.learners[0].clone()));

        world.clock.advance(11 * DAY - 1);
        assert_eq!(world.look().await, 0);
        world.clock.advance(1);
        // Two who look at once write one letter.
        let (one, other) = (world.app.clone(), world.app.clone());
        let issuer = world.boss.issuer();
        let both = tokio::join!(remind::look(&one, issuer), remind::look(&other, issuer));
        assert_eq!(both.0.expect("looked") + both.1.expect("looked"), 1);
        for _ in 0..60 {
            world.clock.advance(DAY);
            assert_eq!(world.look().await, 0);
        }
        assert_eq!(written(temp, "reminder").await.len(), 2);
        let lines = temp.texts("select actor || ' ' || subject from audit where action = 'attempt.remind'").await;
        assert_eq!(lines, [format!("service {id}"), format!("service {id}")]);
    }

    fn nobody_is_reminded_of_what_is_done_or_over(temp) {
        let world = World::new(temp).await;
        let (app, ana) = (&world.app, world.ana());
        // Handed in again, and returned again: the week begins anew.
        let id = world.returned(0).await;
        world.clock.advance(6 * DAY);
        let note = evidence::New::Note("Ms Ruiz decides.".to_owned());
        evidence::add(app, &ana, &id, "", note).await.expect("added");
        attempt::submit(app, &ana, &id).await.expect("handed in");
        world.clock.advance(2 * DAY);
        assert_eq!(world.look().await, 0);
        let again = world.judge(Decision::Return, &[(1, "Developing")], "Nearly.");
        review::decide(app, &world.reviewer, &id, &again).await.expect("returned");
        world.clock.advance(6 * DAY);
        assert_eq!(world.look().await, 0);
        world.clock.advance(DAY);
        assert_eq!(world.look().await, 1);
        world.clock.advance(14 * DAY);
        attempt::withdraw(app, &ana, &id).await.expect("given up");
        assert_eq!(world.look().await, 0);

        // Practice leads to nothing that one could miss.
        let open = attempt::Open {
            person: world.learners[1].clone(),
            achievement: world.offer(),
            kind: AttemptKind::Practice,
            lab: Some(world.lab.clone()),
            program: None,
        };
        let practice = attempt::open(app, &world.learner(1), &open).await.expect("opened");
        attempt::submit(app, &world.learner(1), &practice).await.expect("handed in");
        let not_yet = world.judge(Decision::Return, &[(0, "Developing"), (1, "Developing")], "Try again.");
        review::decide(app, &world.reviewer, &practice, &not_yet).await.expect("returned");
        world.clock.advance(8 * DAY);
        assert_eq!(world.look().await, 0);
    }

    fn nobody_is_reminded_who_cannot_go_on_or_left(temp) {
        let world = World::new(temp).await;
        let (app, coordinator) = (&world.app, &world.coordinator);
        world.returned(0).await;
        world.returned(1).await;
        // Cy has no address.
        world.returned(2).await;
        world.clock.advance(7 * DAY);
        run::end(app, coordinator, &world.program, true).await.expect("ended");
        assert_eq!(world.look().await, 0);
        run::end(app, coordinator, &world.program, false).await.expect("resumed");
        roster::set(app, coordinator, &world.program, &world.learners[1], false).await.expect("left");
        letters::set_sent(app, &world.boss, letters::REMINDER, false).await.expect("stopped");
        assert_eq!(world.look().await, 0);
        letters::set_sent(app, &world.boss, letters::REMINDER, true).await.expect("started");

        // So long as there is a pause between tries, there is nothing to do; with no try left, never.
        edition(temp, &world, Some(1), 0).await;
        assert_eq!(world.look().await, 0);
        edition(temp, &world, None, 3).await;
        assert_eq!(world.look().await, 0);
        world.clock.advance(3 * DAY - 1);
        assert_eq!(world.look().await, 0);
        world.clock.advance(1);
        assert_eq!(world.look().await, 1, "Ana, and nobody else");
        assert_eq!(written(temp, "reminder").await.len(), 1);
    }

    fn an_erased_learner_is_not_reminded_and_a_merged_one_once(temp) {
        let world = World::new(temp).await;
        let (app, who) = (&world.app, &world.coordinator);
        world.returned(0).await;
        world.returned(1).await;
        let double = Details { email: Some("ana@home.example".to_owned()), ..details("x-9", "Ana C.") };
        let double = learner::add(app, who, &double).await.expect("added");
        learner::merge(app, who, &world.learners[0], &double).await.expect("merged");
        people::erase(app, &world.boss, "u-2").await.expect("erased");
        world.clock.advance(8 * DAY);
        assert_eq!(world.look().await, 1);
        jobs::run_due(app).await.expect("sent");
        let id = written(temp, "reminder").await.remove(0);
        let text = text_of(temp, &id);
        assert!(text.contains("To: ana@home.example"), "{text}");
        let found = link::look(app, &secret(&text, "/me/in/")).await.expect("looked");
        assert_eq!(found.map(|(_, person)| person), Some(double));
        // Written, not sent yet, and erased: then it is not sent.
        world.clock.advance(13 * DAY);
        assert_eq!(world.look().await, 1);
        people::erase(app, &world.boss, "u-1").await.expect("erased");
        jobs::run_due(app).await.expect("worked");
        assert_eq!(sent(temp.folder.path()).iter().filter(|(name, _)| *name != id).filter(|(_, text)| text.contains("waiting for you")).count(), 0);
    }

    fn reviewers_are_told_once_a_day_how_much_is_late_for_them(temp) {
        let world = World::new(temp).await;
        let app = &world.app;
        world.colleague("ada", &[Role::Administrator]).await;
        let rae = world.colleague("rae", &[Role::Reviewer]).await;
        let tom = world.colleague("tom", &[Role::Tutor, Role::Reviewer]).await;
        let sue = world.colleague("sue", &[Role::Reviewer]).await;
        let lap = world.colleague("lap", &[Role::Reviewer]).await;
        let out = world.colleague("out", &[Role::Reviewer]).await;
        let gone = world.colleague("gone", &[Role::Coordinator]).await;
        for member in [&rae, &tom, &sue, &out, &gone] {
            world.qualified(member, "2026-12-31").await;
        }
        world.qualified(&lap, "2026-03-05").await;
        qualification::suspend(app, &world.boss, sue.as_str(), true).await.expect("suspended");
        who::suspend(app, &world.boss, &out).await.expect("kept out");
        let first = world.submitted(0).await;
        world.submitted(1).await;
        // Tom had a hand in the first.
        app.db.of(world.boss.issuer()).add_hand(&first, tom.as_str()).await.expect("noted");
        world.clock.advance(7 * DAY);
        assert_eq!(world.look().await, 0, "promised until now");
        world.clock.advance(1);
        let (one, other) = (app.clone(), app.clone());
        let issuer = world.boss.issuer();
        let both = tokio::join!(remind::look(&one, issuer), remind::look(&other, issuer));
        assert_eq!(both.0.expect("looked") + both.1.expect("looked"), 2);
        jobs::run_due(app).await.expect("sent");
        for (member, address, count) in [(&rae, "rae", 2), (&tom, "tom", 1)] {
            let id = LetterId::derived(&format!("late|{member}|2026-03-09"));
            let text = text_of(temp, id.as_str());
            assert!(text.contains(&format!("To: {address}@staff.example")), "{text}");
            assert!(text.contains(&format!("decide on: {count}.")), "{text}");
            assert!(text.contains("http://localhost:8080/desk/review"), "{text}");
            assert!(!text.contains("Canary") && !text.contains("Explain a decision"), "{text}");
        }
        assert_eq!(world.look().await, 0);
        // The next day again; not what was decided.
        let approve = world.judge(Decision::Approve, &[(0, "Proficient"), (1, "Proficient")], "Clear.");
        let by_rae = Who::member(issuer, &rae, &[Role::Reviewer]);
        review::decide(app, &by_rae, &first, &approve).await.expect("approved");
        world.clock.advance(DAY);
        assert_eq!(world.look().await, 2);
        jobs::run_due(app).await.expect("sent");
        let id = LetterId::derived(&format!("late|{rae}|2026-03-10"));
        assert!(text_of(temp, id.as_str()).contains("decide on: 1."));
        letters::set_sent(app, &world.boss, letters::REVIEW_REMINDER, false).await.expect("stopped");
        world.clock.advance(DAY);
        assert_eq!(world.look().await, 0);
    }

    fn an_invitation_is_reminded_of_once_before_it_ends(temp) {
        let world = World::new(temp).await;
        let (app, issuer) = (&world.app, world.boss.issuer());
        let asked = |address: &str| Invite { address: address.to_owned(), name: "Sam".to_owned(), roles: vec![Role::Tutor] };
        let way = letters::invite(app, &world.boss, &asked("sam@staff.example")).await.expect("invited");
        assert_eq!(way.reach, Reach::Folder);
        let first = way.link.expect("a link").token;
        world.colleague("ada", &[Role::Administrator]).await;
        let remind = || letters::remind_invited(app, issuer);
        world.clock.advance(5 * DAY - 1);
        assert_eq!(remind().await.expect("looked"), 0);
        world.clock.advance(1);
        letters::set_sent(app, &world.boss, letters::INVITATION_REMINDER, false).await.expect("stopped");
        assert_eq!(remind().await.expect("looked"), 0);
        letters::set_sent(app, &world.boss, letters::INVITATION_REMINDER, true).await.expect("started");
        let both = tokio::join!(remind(), remind());
        assert_eq!(both.0.expect("looked") + both.1.expect("looked"), 1);
        world.clock.advance(DAY);
        assert_eq!(remind().await.expect("looked"), 0);
        jobs::run_due(app).await.expect("sent");
        let id = written(temp, "invitation-reminder").await;
        assert_eq!(id.len(), 1);
        let text = text_of(temp, &id[0]);
        let second = secret(&text, "/invitation/");
        assert_ne!(second, first.reveal());
        // Either link works, and both end together.
        for shown in [first.reveal(), &second] {
            who::look_at(app, shown).await.expect("it works");
        }
        assert_eq!(temp.number("select count(distinct expires_at) from invitations").await, 1);
        world.clock.advance(DAY);
        for shown in [first.reveal(), &second] {
            assert_eq!(who::look_at(app, shown).await.map(|_| ()), Err(who::Error::Gone));
        }
        assert_eq!(remind().await.expect("looked"), 0, "it has ended");

        // Whoever was let in anew is reminded anew; whoever joined, or was removed, is not.
        let member = way.member;
        letters::let_in(app, &world.boss, &member).await.expect("invited again");
        let (eve, ida) = (asked("eve@staff.example"), asked("ida@staff.example"));
        let eve = letters::invite(app, &world.boss, &eve).await.expect("invited").member;
        let ida = letters::invite(app, &world.boss, &ida).await.expect("invited").member;
        let mut rows = app.db.of(issuer);
        rows.set_member_state(&ida, MemberState::Invited, MemberState::Active).await.expect("joined");
        who::remove(app, &world.boss, &eve).await.expect("removed");
        world.clock.advance(6 * DAY);
        assert_eq!(remind().await.expect("looked"), 1);
        let lines = temp.texts("select subject from audit where action = 'member.remind'").await;
        assert_eq!(lines, [member.to_string(), member.to_string()]);
    }

    fn the_look_is_put_down_once_a_day_and_done_by_whichever_worker(temp) {
        let world = World::new(temp).await;
        world.returned(0).await;
        jobs::run_due(&world.app).await.expect("worked");
        // Ten in the morning, seven days later: its hour has not come.
        world.clock.advance(7 * DAY);
        assert_eq!(jobs::put_down(&world.app).await, Ok(0));
        world.clock.advance(3 * 3_600);
        let (one, other) = (world.app.clone(), world.app.clone());
        let both = tokio::join!(jobs::put_down(&one), jobs::put_down(&other));
        assert_eq!(both.0.expect("put down") + both.1.expect("put down"), 1);
        let both = tokio::join!(jobs::run_due(&one), jobs::run_due(&other));
        assert_eq!(both.0.expect("worked") + both.1.expect("worked"), 2, "the look, and the letter");
        assert_eq!(written(temp, "reminder").await.len(), 1);
        world.clock.advance(3_600);
        assert_eq!(jobs::put_down(&world.app).await, Ok(0));
        world.clock.advance(DAY);
        assert_eq!(jobs::put_down(&world.app).await, Ok(1));
        assert_eq!(jobs::run_due(&world.app).await, Ok(1), "nobody is reminded");
        assert_eq!(temp.texts("select about from jobs where kind = 'reminders.look' order by about").await, ["2026-03-09", "2026-03-10"]);
    }

    fn g8_reminders_of_one_organisation_are_nothing_to_another(temp) {
        let (world, other) = (World::new(temp).await, World::named(temp, "Harbour Tutoring").await);
        world.returned(0).await;
        other.clock.advance(8 * DAY);
        world.clock.advance(8 * DAY);
        assert_eq!(other.look().await, 0);
        letters::set_sent(&other.app, &other.boss, letters::REMINDER, false).await.expect("stopped");
        assert_eq!(world.look().await, 1);
        let of = temp.texts("select issuer_id from letters where kind = 'reminder'").await;
        assert_eq!(of, [world.boss.issuer().as_str()]);
    }
}

/// Lays down how often the memo may be tried, and how long between two.
async fn edition(temp: &Temp, world: &World, tries: Option<i64>, cool_down_days: i64) {
    let (issuer, memo) = (world.boss.issuer(), world.offer());
    let draft = "AAAAAAAAAAAAAAAAAAAAAA";
    let tries = tries.map_or("null".to_owned(), |tries| tries.to_string());
    for sql in [
        "delete from achievement_editions".to_owned(),
        "delete from achievement_drafts".to_owned(),
        format!(
            "insert into achievement_drafts (issuer_id, draft_id, name, document, changes, created_at, changed_at) \
             values ('{issuer}', '{draft}', 'Memo', '{{}}', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')"
        ),
        format!(
            "insert into achievement_editions (issuer_id, achievement_id, draft_id, edition, draft, tries, cool_down_days, published_at) \
             values ('{issuer}', '{memo}', '{draft}', 1, '{{}}', {tries}, {cool_down_days}, '2026-01-01T00:00:00Z')"
        ),
    ] {
        temp.sql(&sql).await.expect("an edition");
    }
}
