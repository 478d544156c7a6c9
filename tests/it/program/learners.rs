//! Rosters, and two records of one learner.

use skillmark::{
    db::AttemptKind,
    issue::people::{self, Details},
    program::{
        By, Error, attempt, lab, learner, qualification,
        roster::{self, Change},
        run,
    },
};

use super::world::{World, details};
use crate::support::db::on_both;

on_both! {
    fn a_roster_is_shown_before_it_is_applied(temp) {
        let world = World::new(temp).await;
        let (app, who) = (&world.app, &world.coordinator);
        let csv = "sourcedId,givenName,familyName,email,role,status\n\
                   u-1,Ana,Canary,ana.new@school.example,student,active\n\
                   u-2,Bo,Canary,bo@school.example,student,tobedeleted\n\
                   u-4,Di,Canary,,student,active\n\
                   t-1,Tu,Tor,,teacher,active\n";
        let plan = roster::plan(app, who, &world.program, csv.as_bytes()).await.expect("a plan");
        let changes: Vec<&Change> = plan.rows.iter().map(|(_, change)| change).collect();
        assert_eq!(changes, [&Change::Changes(vec!["e-mail address"]), &Change::Leaves, &Change::New]);
        assert_eq!(plan.missing.iter().map(learner::Learner::called).collect::<Vec<_>>(), ["Cy Canary"]);
        assert_eq!((plan.others, plan.changes()), (1, 3));
        let before = roster::learners(app, who, &world.program).await.expect("a roster");
        assert_eq!(before.len(), 3, "a plan changes nothing");

        roster::apply(app, who, &world.program, csv.as_bytes(), true).await.expect("applied");
        let after = roster::learners(app, who, &world.program).await.expect("a roster");
        assert_eq!(after.iter().map(learner::Learner::called).collect::<Vec<_>>(), ["Ana Canary", "Di Canary"]);
        let ana = &after[0].details;
        assert_eq!(ana.email.as_deref(), Some("ana.new@school.example"));
        assert_eq!(ana.addresses, ["ana@school.example"], "the old address is kept");
        assert_eq!(ana.guardian.as_deref(), Some("Eva Canary 555-0101"), "what is not said stays");
        let again = roster::plan(app, who, &world.program, csv.as_bytes()).await.expect("a plan");
        assert_eq!(again.changes(), 0);
        // Who comes back is in it again.
        let back = "learner\nu-2\n";
        roster::apply(app, who, &world.program, back.as_bytes(), false).await.expect("applied");
        assert_eq!(roster::learners(app, who, &world.program).await.map(|all| all.len()), Ok(3));
        let refused = roster::apply(app, &world.tutor, &world.program, back.as_bytes(), false).await;
        assert!(matches!(refused, Err(Error::Refused(_))));
    }

    fn a_roster_changes_what_it_shows_and_nothing_else(temp) {
        let world = World::new(temp).await;
        let (app, who, program) = (&world.app, &world.coordinator, &world.program);
        let out = "learner,status\nu-3,tobedeleted\n";
        roster::apply(app, who, program, out.as_bytes(), false).await.expect("applied");
        // Cy comes back with another name; whoever leaves, or was never here, is not described.
        let csv = "learner,name,email,guardian,status\n\
                   u-3,Cyd Canary,cyd@school.example,Lou Canary,active\n\
                   u-2,Bob Other,bob@school.example,Lou Other,tobedeleted\n\
                   u-9,Never Here,never@school.example,,tobedeleted\n";
        let plan = roster::plan(app, who, program, csv.as_bytes()).await.expect("a plan");
        let changes: Vec<Change> = plan.rows.iter().map(|(_, change)| change.clone()).collect();
        assert_eq!(changes, [Change::Joins(vec!["name", "e-mail address", "guardian"]), Change::Leaves, Change::Same]);
        let people = temp.number("select count(*) from people").await;
        let applied = roster::apply(app, who, program, csv.as_bytes(), false).await.expect("applied");
        assert_eq!(applied.rows, plan.rows);
        assert_eq!(temp.number("select count(*) from people").await, people, "nobody new");
        let known = async |at: usize| learner::one(app, who, &world.learners[at]).await.expect("there").details;
        assert_eq!(known(2).await.name.as_deref(), Some("Cyd Canary"));
        let bo = known(1).await;
        assert_eq!((bo.name.as_deref(), bo.email.as_deref(), bo.guardian), (Some("Bo Canary"), Some("bo@school.example"), None));
        let inside = roster::learners(app, who, program).await.expect("a roster");
        assert_eq!(inside.iter().map(learner::Learner::called).collect::<Vec<_>>(), ["Ana Canary", "Cyd Canary"]);
        // Somebody who is out and stays out is not described either.
        let plan = roster::apply(app, who, program, csv.as_bytes(), false).await.expect("applied");
        assert_eq!(plan.changes(), 0);
        assert_eq!(known(1).await.name.as_deref(), Some("Bo Canary"));
    }

    fn whoever_is_in_a_program_stays_in_it_when_records_are_merged(temp) {
        let world = World::new(temp).await;
        let (app, who, program) = (&world.app, &world.coordinator, &world.program);
        let (ana, bo, cy) = (&world.learners[0], &world.learners[1], &world.learners[2]);
        let inside = async || {
            let all = roster::learners(app, who, program).await.expect("a roster");
            all.into_iter().map(|one| one.person).collect::<Vec<_>>()
        };
        // The one that is kept had left, the other one is inside.
        roster::set(app, who, program, ana, false).await.expect("left");
        learner::merge(app, who, bo, ana).await.expect("merged");
        assert_eq!(inside().await, [ana.clone(), cy.clone()]);
        // The other way round, and where both had left.
        roster::set(app, who, program, cy, false).await.expect("left");
        learner::merge(app, who, cy, ana).await.expect("merged");
        assert_eq!(inside().await, std::slice::from_ref(ana));
        let (one, two) = (learner::add(app, who, &details("x-1", "Di")).await.expect("added"), learner::add(app, who, &details("x-2", "Di")).await.expect("added"));
        for person in [&one, &two] {
            roster::set(app, who, program, person, true).await.expect("joined");
            roster::set(app, who, program, person, false).await.expect("left");
        }
        learner::merge(app, who, &one, &two).await.expect("merged");
        assert_eq!(inside().await, std::slice::from_ref(ana));
    }

    fn nothing_begins_in_a_program_that_has_ended(temp) {
        let world = World::new(temp).await;
        let (app, who, program) = (&world.app, &world.coordinator, &world.program);
        let running = world.opened(0).await;
        run::end(app, who, program, true).await.expect("ended");
        let ended = Error::Conflict("this program has ended: open it again first".to_owned());
        let new = learner::add(app, who, &details("x-1", "Di Canary")).await.expect("added");
        let csv = b"learner\nu-9\n";
        assert_eq!(roster::plan(app, who, program, csv).await.expect_err("ended"), ended);
        assert_eq!(roster::apply(app, who, program, csv, true).await.expect_err("ended"), ended);
        assert_eq!(roster::set(app, who, program, &new, true).await.expect_err("ended"), ended);
        let said = lab::Said { program: program.clone(), name: "Late".to_owned(), held: "2026-03-02".to_owned(), offers: vec![world.offer()] };
        assert_eq!(lab::make(app, &world.tutor, &said).await.expect_err("ended"), ended);
        let tutor = By::Staff(world.tutor.clone());
        let open = |at: usize, kind| attempt::Open {
            person: world.learners[at].clone(),
            achievement: world.offer(),
            kind,
            lab: None,
            program: Some(program.clone()),
        };
        let new = attempt::open(app, &tutor, &open(1, AttemptKind::Performance)).await;
        assert_eq!(new.expect_err("ended"), ended);
        // What was begun goes on, and somebody who was there by mistake can leave.
        assert_eq!(attempt::open(app, &tutor, &open(0, AttemptKind::Performance)).await, Ok(running));
        roster::set(app, who, program, &world.learners[2], false).await.expect("left");
        run::end(app, who, program, false).await.expect("taken up again");
        roster::apply(app, who, program, csv, false).await.expect("applied");
        lab::make(app, &world.tutor, &said).await.expect("made");
    }

    fn owners_and_reviewers_work_here(temp) {
        let world = World::new(temp).await;
        let (app, boss, program) = (&world.app, &world.boss, &world.program);
        let before = run::one(app, boss, program).await.expect("there");
        let said = |owner: &str| run::Said {
            name: "Career skills".to_owned(),
            term: "Spring".to_owned(),
            school: "Riverside".to_owned(),
            owner: Some(owner.to_owned()),
            ..run::Said::default()
        };
        let theirs = World::named(temp, "Harbour Skills").await;
        for nobody in ["x", &"x".repeat(100_000), "AAAAAAAAAAAAAAAAAAAAAA", theirs.reviewer.actor()] {
            let refused = run::describe(app, boss, program, &said(nobody)).await.expect_err("nobody");
            assert_eq!(refused.to_string(), "/owner: is nobody who works here");
            let refused = run::make(app, boss, &said(nobody)).await.expect_err("nobody");
            assert_eq!(refused.to_string(), "/owner: is nobody who works here");
            let qualification = qualification::Said { reviewer: nobody.to_owned(), role: "R".to_owned(), title: "T".to_owned(), valid_until: None };
            let refused = qualification::add(app, boss, &qualification).await.expect_err("nobody").to_string();
            assert!(refused.ends_with("/reviewer: is nobody who works here"), "{refused}");
        }
        // Whoever it was stays, and whoever makes it is the owner where nobody is named.
        run::describe(app, boss, program, &said(&before.owner.clone().expect("an owner"))).await.expect("described");
        run::describe(app, boss, program, &said("")).await.expect("described");
        assert_eq!(run::one(app, boss, program).await.expect("there").owner.as_deref(), Some("cli"));
    }

    fn who_is_of_age_stays_so_until_a_roster_says_otherwise(temp) {
        let world = World::new(temp).await;
        let (app, who) = (&world.app, &world.coordinator);
        let ana = &world.learners[0];
        for (csv, changes, adult) in [
            ("learner,adult\nu-1,yes\n", 1, Some(true)),
            ("learner,name\nu-1,Ana Canary\n", 0, Some(true)),
            ("learner,adult\nu-1,\n", 0, Some(true)),
            ("learner,adult\nu-1,no\n", 1, Some(false)),
        ] {
            let plan = roster::apply(app, who, &world.program, csv.as_bytes(), false).await.expect("applied");
            assert_eq!(plan.changes(), changes, "{csv}");
            assert_eq!(learner::one(app, who, ana).await.expect("there").details.adult, adult, "{csv}");
        }
    }

    fn nothing_of_a_learner_is_stored_in_the_open(temp) {
        let world = World::new(temp).await;
        world.submitted(0).await;
        for table in ["people", "programs", "labs", "attempts", "attempt_scores", "attempt_evidence", "attempt_reviews", "audit"] {
            let rows = match temp.url {
                Some(_) => temp.texts(&format!("select cast(t as text) from {table} t")).await,
                None => continue,
            };
            for row in rows {
                assert!(!row.contains("anary") && !row.contains("ondays") && !row.contains("u-1"), "{table}: {row}");
            }
        }
    }

    fn two_records_of_one_learner_become_one(temp) {
        let world = World::new(temp).await;
        let (app, who) = (&world.app, &world.coordinator);
        let attempt = world.submitted(0).await;
        let double = Details { email: Some("ana@home.example".to_owned()), ..details("x-9", "Anna Canary") };
        let double = learner::add(app, who, &double).await.expect("added");
        let (old, new) = (world.learners[0].clone(), double);
        learner::merge(app, who, &old, &new).await.expect("merged");

        let one = learner::one(app, who, &old).await.expect("found");
        assert_eq!(one.person, new);
        assert_eq!(one.details.reference, "x-9");
        assert_eq!(one.details.name.as_deref(), Some("Anna Canary"));
        assert_eq!(one.details.addresses, ["ana@school.example"]);
        assert_eq!(one.details.birth_month.as_deref(), Some("2012-05"));
        let everybody = learner::all(app, who, "").await.expect("all");
        assert_eq!(everybody.len(), 3);
        // What was written under the old record's key is still read, and both references lead there.
        let by = By::Staff(world.tutor.clone());
        let view = attempt::view(app, &by, &attempt).await.expect("there");
        assert_eq!(view.learner.map(|one| one.person), Some(new.clone()));
        assert_eq!(view.evidence[0].text, "The memo says: open on Mondays.");
        let again = learner::add(app, who, &details("u-1", "Ana Canary")).await.expect("met");
        assert_eq!(again, new);

        // Both at the same thing: one of them has to go first.
        let other = world.submitted(1).await;
        let third = world.submitted(2).await;
        let both = learner::merge(app, who, &world.learners[1], &world.learners[2]).await;
        assert!(both.is_err_and(|error| error.to_string().starts_with("both have an attempt")));
        attempt::withdraw(app, &by, &other).await.expect("given up");
        learner::merge(app, who, &world.learners[1], &world.learners[2]).await.expect("merged");
        attempt::view(app, &by, &third).await.expect("there");

        // Erasing by either reference erases both records.
        people::erase(app, &world.boss, "u-1").await.expect("erased");
        assert_eq!(temp.number("select count(*) from people where erased_at is not null").await, 2);
        let view = attempt::view(app, &by, &attempt).await.expect("ids stay");
        assert_eq!((view.learner, view.evidence.len()), (None, 0));
    }
}
