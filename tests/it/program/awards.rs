//! From the station to the badge: return, partial retake, approval, second reading.

use skillmark::{
    db::{AttemptKind, AttemptState, Decision},
    ids::{AttemptId, CredentialId},
    issue::{
        self, correct,
        revoke::{self, Change},
    },
    program::{
        By, Error, attempt, evidence, lab, learner, link, qualification, review, score, second,
    },
    who::Scope,
};

use super::world::{World, qualify, somebody};
use crate::support::db::on_both;

fn said<T>(answer: Result<T, Error>) -> String {
    answer
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

on_both! {
    fn an_attempt_is_returned_retaken_in_part_and_awarded(temp) {
        let world = World::new(temp).await;
        let (app, reviewer) = (&world.app, &world.reviewer);
        let id = world.submitted(0).await;
        // The station opens the same one, however often it is scanned.
        assert_eq!(world.opened(0).await, id);

        let queue = review::queue(app, reviewer).await.expect("a queue");
        assert_eq!((queue.count, queue.late, queue.waiting[0].learner.as_str()), (1, 0, "Ana Canary"));
        world.clock.advance(8 * 24 * 3_600);
        assert_eq!(review::queue(app, reviewer).await.expect("a queue").late, 1);

        let back = world.judge(Decision::Return, &[(0, "Advanced"), (1, "Developing")], "Say who decides.");
        let done = review::decide(app, reviewer, &id, &back).await.expect("returned");
        assert_eq!((done.credential, done.not_met), (None, vec!["Explains clearly".to_owned()]));
        let view = attempt::view(app, &world.ana(), &id).await.expect("hers");
        assert_eq!((view.row.state, view.row.round), (AttemptState::Returned, 2));
        let asked: Vec<bool> = view.cards.iter().map(|card| card.asked).collect();
        assert_eq!(asked, [false, true]);
        assert_eq!(view.answers[0].feedback, "Say who decides.");

        attempt::submit(app, &world.ana(), &id).await.expect("handed in again");
        assert_eq!(
            said(review::decide(app, reviewer, &id, &world.judge(Decision::Approve, &[], "")).await),
            "/levels/Explains clearly: is missing: the level reached"
        );
        let approve = world.judge(Decision::Approve, &[(1, "Proficient")], "Well argued.");
        let done = review::decide(app, reviewer, &id, &approve).await.expect("approved");
        let credential = done.credential.expect("awarded");
        let row = app.db.of(world.boss.issuer()).credential(&credential).await.expect("read").expect("there");
        let document = row.document.expect("signed");
        for words in ["criterion-1-level-4", "criterion-2-level-3", "Role: Career skills reviewer. Qualification: State teaching licence", "A note"] {
            assert!(document.contains(words), "{words}: {document}");
        }
        // Not the digest of a few words either: they could be guessed from it.
        for words in ["Canary", "My memo", "Mondays", "u-1", "digestMultibase"] {
            assert!(!document.contains(words), "{words}: {document}");
        }
        assert_eq!(said(review::decide(app, reviewer, &id, &approve).await), "this attempt does not wait for a decision");
        assert_eq!(temp.number("select count(*) from credentials").await, 1);

        // Every decision is read again in this program, by somebody else.
        let waiting = second::waiting(app, &world.second).await.expect("a list");
        assert_eq!(waiting.len(), 1);
        let levels = world.levels(&[(0, "Advanced"), (1, "Developing")]);
        assert_eq!(said(second::read(app, reviewer, &id, &levels, "").await), "you decided on it: somebody else reads it again");
        let compared = second::read(app, &world.second, &id, &levels, "I miss who decides.").await.expect("read");
        assert_eq!((compared.same, compared.alike, compared.all), (1, 1, 2));
        assert_eq!(second::waiting(app, &world.second).await, Ok(vec![]));
        let third = somebody(app, &world.boss, &[Scope::Review]).await;
        qualify(app, &world.boss, &third, "2026-12-31").await;
        assert_eq!(said(second::read(app, &third, &id, &levels, "").await), "somebody has read this decision again already");
        let agreement = second::agreement(app, reviewer).await.expect("counted");
        assert_eq!((agreement.read_twice, agreement.percent_same()), (1, Some(50)));
        // The learner sees nothing of it.
        let view = attempt::view(app, &world.ana(), &id).await.expect("hers");
        assert_eq!(view.answers.len(), 2);
        assert!(view.cards.iter().all(|card| card.second.is_none()));
        let view = attempt::view(app, &By::Staff(world.second.clone()), &id).await.expect("theirs");
        assert!(view.cards.iter().all(|card| card.second.is_some()));
    }

    fn nobody_decides_on_their_own_and_only_the_qualified_decide(temp) {
        let world = World::new(temp).await;
        let (app, boss) = (&world.app, &world.boss);
        let id = world.submitted(0).await;
        let approve = world.judge(Decision::Approve, &[(0, "Proficient"), (1, "Proficient")], "");
        assert!(said(review::decide(app, &world.tutor, &id, &approve).await).contains("scope \"review\""));
        let fresh = somebody(app, boss, &[Scope::Review, Scope::Propose]).await;
        assert_eq!(
            said(review::decide(app, &fresh, &id, &approve).await),
            "you have no qualification on record: ask your administrator to write it down first"
        );
        qualify(app, boss, &fresh, "2026-03-01").await;
        assert_eq!(
            said(review::decide(app, &fresh, &id, &approve).await),
            "your qualification has lapsed: ask your administrator to write down the new one"
        );
        qualify(app, boss, &fresh, "2026-03-02").await;
        let mark = score::Mark { criterion: "uses evidence".to_owned(), level: "4".to_owned(), note: "Two sources.".to_owned() };
        score::put(app, &By::Staff(fresh.clone()), &id, &[mark]).await.expect("proposed");
        assert_eq!(
            said(review::decide(app, &fresh, &id, &approve).await),
            "you had a hand in this attempt, so somebody else decides on it"
        );
        // Nor if a colleague writes over every level afterwards, and the piece they added is gone.
        let over = ["Uses evidence", "Explains clearly"].map(|name| score::Mark {
            criterion: name.to_owned(),
            level: "Advanced".to_owned(),
            note: String::new(),
        });
        score::put(app, &By::Staff(world.tutor.clone()), &id, &over).await.expect("proposed");
        assert_eq!(
            said(review::decide(app, &fresh, &id, &approve).await),
            "you had a hand in this attempt, so somebody else decides on it"
        );
        qualification::suspend(app, boss, world.reviewer.actor(), true).await.expect("suspended");
        assert_eq!(
            said(review::decide(app, &world.reviewer, &id, &approve).await),
            "your right to review is suspended: ask your administrator"
        );
        qualification::suspend(app, boss, world.reviewer.actor(), false).await.expect("reinstated");
        review::decide(app, &world.reviewer, &id, &approve).await.expect("approved");

        // What somebody approved is listed, and read again by another.
        let standing = qualification::all(app, boss).await.expect("all");
        let standing = standing.iter().find(|one| one.reviewer == world.reviewer.actor()).expect("there");
        assert_eq!((standing.approved, standing.may_decide), (1, true));
        assert_eq!(qualification::read_again(app, boss, world.reviewer.actor()).await, Ok(1));
        assert_eq!(second::waiting(app, &world.second).await.map(|all| all.len()), Ok(1));
    }

    fn g17_nobody_decides_on_what_they_could_have_done_with_the_learners_link(temp) {
        let world = World::new(temp).await;
        let (app, boss) = (&world.app, &world.boss);
        let both = somebody(app, boss, &[Scope::Propose, Scope::Review]).await;
        qualify(app, boss, &both, "2030-12-31").await;
        let approve = world.judge(Decision::Approve, &[(0, "Proficient"), (1, "Proficient")], "");
        let own = "you were shown this learner's own link, which was good meanwhile, so somebody else decides on it";
        // Handed in before anybody was shown a link: theirs to decide on.
        let before = world.submitted(1).await;
        world.clock.advance(1);
        link::make(app, &both, &world.learners[1]).await.expect("made");
        review::decide(app, &both, &before, &approve).await.expect("approved");

        // The tutor opens the learner's link, tries and hands in as the learner, and would approve.
        link::make(app, &both, &world.learners[0]).await.expect("made");
        let id = world.submitted(0).await;
        assert_eq!(said(review::decide(app, &both, &id, &approve).await), own);
        let view = attempt::view(app, &By::Staff(both.clone()), &id).await.expect("theirs");
        assert_eq!(view.shown, [both.principal()]);
        // Another link, or another record of the same learner, makes no difference.
        link::make(app, &world.tutor, &world.learners[0]).await.expect("made");
        assert_eq!(said(review::decide(app, &both, &id, &approve).await), own);
        learner::merge(app, &world.coordinator, &world.learners[0], &world.learners[2]).await.expect("one");
        assert_eq!(said(review::decide(app, &both, &id, &approve).await), own);
        review::decide(app, &world.reviewer, &id, &approve).await.expect("approved");
        let levels = world.levels(&[(0, "Advanced"), (1, "Advanced")]);
        assert_eq!(said(second::read(app, &both, &id, &levels, "").await), own);

        // What is begun when the link and every session with it have ended is anybody's.
        world.clock.advance(30 * 24 * 3_600 + 12 * 3_600);
        temp.sql("update attempts set state = 'withdrawn', credential_id = null").await.expect("over");
        let id = world.submitted(1).await;
        assert_eq!(said(review::decide(app, &both, &id, &approve).await), "");
    }

    fn tries_pauses_and_ends_are_those_of_the_edition(temp) {
        let world = World::new(temp).await;
        let (app, reviewer) = (&world.app, &world.reviewer);
        let (issuer, memo) = (world.boss.issuer(), world.offer());
        let draft = "AAAAAAAAAAAAAAAAAAAAAA";
        for sql in [
            format!("insert into achievement_drafts (issuer_id, draft_id, name, document, changes, created_at, changed_at) \
                values ('{issuer}', '{draft}', 'Memo', '{{}}', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')"),
            format!("insert into achievement_editions (issuer_id, achievement_id, draft_id, edition, draft, tries, cool_down_days, valid_months, published_at) \
                values ('{issuer}', '{memo}', '{draft}', 1, '{{}}', 3, 7, 12, '2026-01-01T00:00:00Z')"),
        ] {
            temp.sql(&sql).await.expect("an edition");
        }
        let id = world.submitted(0).await;
        let back = world.judge(Decision::Return, &[(0, "Proficient"), (1, "Developing")], "Say who decides.");
        review::decide(app, reviewer, &id, &back).await.expect("returned");
        assert_eq!(
            said(attempt::submit(app, &world.ana(), &id).await),
            "there are 7 days between one try and the next: hand it in from 9 March 2026, 10:00 UTC on"
        );
        world.clock.advance(7 * 24 * 3_600);
        attempt::submit(app, &world.ana(), &id).await.expect("handed in");
        let again = world.judge(Decision::Return, &[(1, "Developing")], "Nearly.");
        review::decide(app, reviewer, &id, &again).await.expect("returned");
        world.clock.advance(7 * 24 * 3_600);
        attempt::submit(app, &world.ana(), &id).await.expect("handed in");
        let approve = world.judge(Decision::Approve, &[(1, "Proficient")], "");
        let done = review::decide(app, reviewer, &id, &approve).await.expect("approved");
        let credential = done.credential.expect("awarded");
        let row = app.db.of(issuer).credential(&credential).await.expect("read").expect("there");
        assert!(row.document.expect("signed").contains("\"validUntil\":\"2027-03-16T10:00:00Z\""));

        // A cell that comes late opens nothing, and what is earned is not earned again while it is good.
        let mark = score::Mark { criterion: "Uses evidence".to_owned(), level: "4".to_owned(), note: String::new() };
        let late = lab::enter(app, &world.tutor, &world.lab, &world.learners[0], &memo, &mark).await;
        assert_eq!(said(late), "this learner has earned it already");
        world.clock.advance(366 * 24 * 3_600);
        let id = world.opened(0).await;
        let note = evidence::New::Note("A new memo.".to_owned());
        evidence::add(app, &world.ana(), &id, "Memo", note).await.expect("added");
        assert_eq!(said(attempt::submit(app, &world.ana(), &id).await), "all 3 tries are used");
        assert_eq!(temp.number("select count(*) from credentials").await, 1);
    }

    fn what_was_corrected_is_earned_and_nobody_corrects_their_own(temp) {
        let world = World::new(temp).await;
        let (app, boss) = (&world.app, &world.boss);
        let scopes = [Scope::Propose, Scope::Issue, Scope::Revoke];
        let (own, other) = (somebody(app, boss, &scopes).await, somebody(app, boss, &scopes).await);
        let id = world.submitted(0).await;
        let mark = score::Mark { criterion: "Uses evidence".to_owned(), level: "Proficient".to_owned(), note: String::new() };
        score::put(app, &By::Staff(own.clone()), &id, &[mark]).await.expect("proposed");
        let approve = world.judge(Decision::Approve, &[(0, "Proficient"), (1, "Proficient")], "");
        let done = review::decide(app, &world.reviewer, &id, &approve).await.expect("approved");
        let credential = done.credential.expect("awarded");

        // Whoever proposed it does not raise it, neither before nor after a colleague has put it right.
        let wrong = correct::read(app, &other, &credential).await.expect("read");
        let mut right = correct::Right {
            awarded: wrong.order.awarded,
            outcomes: wrong.order.outcomes.clone(),
            assessor: wrong.order.assessor.clone(),
            narrative: Some("Opens earlier.".to_owned()),
        };
        let hand = "you had a hand in the attempt that it came of, so somebody else corrects it";
        let told = |answer: Result<CredentialId, issue::Error>| answer.expect_err("refused").to_string();
        assert_eq!(told(correct::correct(app, &own, &credential, &right, "").await), hand);
        let new = correct::correct(app, &other, &credential, &right, "").await.expect("corrected");
        right.narrative = None;
        assert_eq!(told(correct::correct(app, &own, &new, &right, "").await), hand);
        assert_eq!(correct::read(app, &own, &new).await.expect_err("refused").to_string(), hand);

        // The learner has it, as it is now; once that is taken back they may try again.
        let open = attempt::Open {
            person: world.learners[0].clone(),
            achievement: world.offer(),
            kind: AttemptKind::Performance,
            lab: Some(world.lab.clone()),
            program: None,
        };
        let again = async || attempt::open(app, &world.ana(), &open).await;
        assert_eq!(said(again().await), "this learner has earned it already");
        revoke::change(app, boss, &new, Change::Revoke).await.expect("revoked");
        again().await.expect("opened");
    }

    fn evidence_is_sealed_served_to_its_own_and_erased(temp) {
        let world = World::new(temp).await;
        let app = &world.app;
        let id = world.opened(0).await;
        assert_eq!(
            said(attempt::submit(app, &world.ana(), &id).await),
            "add some evidence first: a file, a link or a note about what was done"
        );
        let file = evidence::New::File(b"Canary: I baked the bread.\n".to_vec());
        let piece = evidence::add(app, &world.ana(), &id, "../../x\u{e9} Canary.txt", file).await.expect("added");
        for bad in ["", "ftp://x.example/", "javascript:alert(1)", "nothing"] {
            let bad = evidence::New::Link(bad.to_owned());
            assert_eq!(said(evidence::add(app, &world.ana(), &id, "", bad).await), "/link: is no address on the web: it begins with https://");
        }
        let bad = evidence::New::File(b"MZ\x90\0".to_vec());
        assert_eq!(said(evidence::add(app, &world.ana(), &id, "", bad).await), "this is not a JPEG or PNG picture, a PDF or a plain text");

        let read = evidence::file(app, &world.ana(), &piece).await.expect("hers");
        assert_eq!(read, ("text/plain; charset=utf-8".to_owned(), b"Canary: I baked the bread.\n".to_vec()));
        assert_eq!(said(evidence::file(app, &world.learner(1), &piece).await), "there is no such file");
        assert_eq!(said(attempt::view(app, &world.learner(1), &id).await), "there is no such attempt");
        // F17: kept under a name of its bytes, sealed.
        let names = temp.texts("select file from attempt_evidence").await;
        let name = names[0].rsplit('/').next().expect("a name");
        assert!(name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
        let kept = std::fs::read(temp.folder.path().join("files").join(&names[0])).expect("kept");
        assert!(!kept.windows(6).any(|part| part == b"Canary"));

        attempt::submit(app, &world.ana(), &id).await.expect("handed in");
        assert!(said(evidence::remove(app, &world.ana(), &id, &piece).await).starts_with("this attempt is handed in"));
        issue::people::erase(app, &world.boss, "u-1").await.expect("erased");
        assert_eq!(said(evidence::file(app, &world.ana(), &piece).await), "there is no such file");
        assert_eq!(issue::retention::forget(app).await.expect("forgotten").files, 1);
        assert!(!temp.folder.path().join("files").join(&names[0]).exists());
        let state = temp.texts("select state from attempts").await;
        assert_eq!(state, ["withdrawn"]);
    }

    fn g9_what_belongs_to_another_organisation_is_not_there(temp) {
        let (ours, theirs) = (World::new(temp).await, World::named(temp, "Harbour Skills").await);
        let app = &ours.app;
        let id = theirs.submitted(0).await;
        let approve = ours.judge(Decision::Approve, &[(0, "Proficient"), (1, "Proficient")], "");
        let nowhere = AttemptId::random(app.chance.as_ref());
        for attempt in [&id, &nowhere] {
            assert_eq!(said(review::decide(app, &ours.reviewer, attempt, &approve).await), "there is no such attempt");
            assert_eq!(said(attempt::view(app, &By::Staff(ours.tutor.clone()), attempt).await), "there is no such attempt");
        }
        let open = attempt::Open {
            person: theirs.learners[0].clone(),
            achievement: ours.offer(),
            kind: AttemptKind::Practice,
            lab: None,
            program: None,
        };
        assert_eq!(said(attempt::open(app, &By::Staff(ours.tutor.clone()), &open).await), "there is no such learner");
        let open = attempt::Open { person: ours.learners[0].clone(), lab: Some(theirs.lab.clone()), ..open };
        assert_eq!(said(attempt::open(app, &By::Staff(ours.tutor.clone()), &open).await), "there is no such lab");
        assert_eq!(said(lab::set(app, &ours.tutor, &ours.lab, &theirs.learners[0], true).await), "there is no such learner");
    }

    fn a_cell_sent_twice_is_one_score_of_one_attempt(temp) {
        let world = World::new(temp).await;
        let app = &world.app;
        let mark = |level: &str| score::Mark { criterion: "Uses evidence".to_owned(), level: level.to_owned(), note: String::new() };
        for level in ["Developing", "Developing", "Advanced"] {
            lab::enter(app, &world.tutor, &world.lab, &world.learners[1], &world.offer(), &mark(level)).await.expect("entered");
        }
        assert_eq!(temp.number("select count(*) from attempts").await, 1);
        assert_eq!(temp.number("select count(*) from attempt_scores").await, 1);
        let (_, lines) = lab::grid(app, &world.tutor, &world.lab, &world.offer()).await.expect("a grid");
        let names: Vec<&str> = lines.iter().map(|line| line.learner.called()).collect();
        assert_eq!(names, ["Ana Canary", "Bo Canary", "Cy Canary"]);
        let card = &lines[1].cards[0];
        assert_eq!(card.level(card.proposed.as_ref().expect("given")), "Advanced");
        lab::close(app, &world.tutor, &world.lab, true).await.expect("closed");
        let late = lab::enter(app, &world.tutor, &world.lab, &world.learners[2], &world.offer(), &mark("Advanced")).await;
        assert_eq!(said(late), "this lab is closed");
    }
}
