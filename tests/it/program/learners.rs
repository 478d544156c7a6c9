//! Rosters, and two records of one learner.

use skillmark::{
    issue::people::{self, Details},
    program::{
        By, Error, attempt, learner,
        roster::{self, Change},
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
