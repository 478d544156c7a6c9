//! Batches that workers sign: progress, hold, go on, cancel, and what stands in the way.

use skillmark::{
    db::{Counts, JobRow, JobState, MemberState},
    issue::{
        Error,
        approval::Approval,
        batch::{self, Hands, Started},
        batches::{self, CANCELLED, Turn},
        correct, issuer,
        one::{self, Request},
        plan::{self, Limits},
        publish,
        repeats::{self, Before, Repeat},
    },
    jobs,
    who::{self, Invite, Role, Scope, Who},
};

use crate::{
    issue::lab::{HEADER, Lab, csv, line},
    support::db::on_both,
};

pub(crate) fn learners(count: usize) -> String {
    csv((0..count).map(|n| format!("s-{n}")))
}

/// A batch for the workers.
pub(crate) async fn start(lab: &Lab<'_>, csv: &str) -> Started {
    let achievement = publish::achievement(&lab.app, &lab.who, &lab.achievement).await;
    let achievement = achievement.expect("published");
    let rows = plan::read(csv.as_bytes(), &achievement, Limits::PAGE, lab.app.now());
    let rows = rows.expect("no fault");
    let id = &lab.achievement;
    batch::start_for(&lab.app, &lab.who, id, &rows, None, Hands::Workers)
        .await
        .expect("started")
}

pub(crate) async fn seen(lab: &Lab<'_>, started: &Started) -> JobRow {
    let row = batches::one(&lab.app, &lab.who, &started.batch).await;
    row.expect("there")
}

/// Whatever came of it, the parts add up (threat H17).
async fn adds_up(lab: &Lab<'_>, started: &Started) -> (JobState, i64, i64, i64, i64) {
    let row = seen(lab, started).await;
    let batch = started.batch.to_string();
    let stored = lab.app.db.of(lab.who.issuer()).batch_count(&batch).await;
    let Counts {
        pending,
        issued,
        failed,
    } = stored.expect("counted");
    assert_eq!(
        (row.done, row.failed + row.cancelled),
        (issued, failed),
        "{row:?}"
    );
    assert_eq!(
        row.done + row.failed + row.cancelled + pending,
        row.total,
        "{row:?}"
    );
    let rows = i64::try_from(started.rows.len()).expect("few");
    assert_eq!(row.total + row.repeated, rows);
    (row.state, row.done, row.failed, row.cancelled, row.repeated)
}

on_both! {
    fn h17_a_worker_signs_a_batch_and_every_row_is_counted_once(temp) {
        let lab = Lab::open(temp).await;
        lab.issue("s-0").await;
        let started = start(&lab, &learners(620)).await;
        assert_eq!(adds_up(&lab, &started).await, (JobState::Waiting, 0, 0, 0, 1));
        assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
        assert_eq!(adds_up(&lab, &started).await, (JobState::Done, 619, 0, 0, 1));
        assert_eq!(jobs::run_due(&lab.app).await, Ok(0));
        // Working on it again changes nothing.
        let again = batch::work(&lab.app, lab.who.issuer(), &started.batch, &mut |_| {}).await;
        assert_eq!(again, Ok(Counts { pending: 0, issued: 619, failed: 0 }));
    }

    fn h3_rows_that_were_issued_before_are_named_and_not_doubled(temp) {
        let lab = Lab::open(temp).await;
        let (app, who, id) = (&lab.app, &lab.who, &lab.achievement);
        let achievement = publish::achievement(app, who, id).await.expect("published");
        let rows = |lines: &[String]| {
            let file = format!("{HEADER}\n{}\n", lines.join("\n"));
            plan::read(file.as_bytes(), &achievement, Limits::PAGE, app.now()).expect("no fault")
        };
        let first = lab.issue("s-0").await.id;
        let second = lab.issue("s-1").await.id;
        let mistaken = lab.issue("s-2").await.id;
        let other_words = line("s-1").replace("Certified inspector", "Apprentice");
        let wrong = correct::read(app, who, &mistaken).await.expect("read");
        let right = correct::Right {
            awarded: wrong.order.awarded,
            outcomes: wrong.order.outcomes.clone(),
            assessor: wrong.order.assessor.clone(),
            narrative: Some("Put right.".to_owned()),
        };
        let corrected = correct::correct(app, who, &mistaken, &right, "").await.expect("corrected");
        // As before, with other words, what was corrected since, and a new one.
        let rows_of = rows;
        let rows = rows_of(&[line("s-0"), other_words, line("s-2"), line("s-3")]);
        let repeat = |line: u64, reference: &str, before: Before, differs| Repeat { line, reference: reference.to_owned(), before, differs };
        let told = vec![
            repeat(2, "s-0", Before::Credential(first), false),
            repeat(3, "s-1", Before::Credential(second), true),
            repeat(4, "s-2", Before::Credential(corrected), true),
        ];
        assert_eq!(repeats::among(app, who, id, &rows).await, Ok(told.clone()));
        assert_eq!(temp.number("select count(*) from people").await, 3, "nothing is stored by looking");
        let started = batch::start_for(app, who, id, &rows, None, Hands::Workers).await.expect("started");
        assert_eq!((started.promised(), started.repeated()), (1, 3));
        assert_eq!(repeats::of(app, who, &rows, &started).await, Ok(told.clone()));
        // From then on all of them were issued before.
        let mut all = told;
        all.push(repeat(5, "s-3", Before::Credential(started.rows[3].1.id().clone()), false));
        assert_eq!(repeats::among(app, who, id, &rows).await, Ok(all));
        // Whoever was merged is who they are now; who was erased is nobody.
        let known = async |reference: &str| {
            let hash = app.custody.lookup_hash(who.issuer(), reference).expect("a hash");
            app.db.of(who.issuer()).people_by_lookup(&[hash]).await.expect("read").remove(0).person_id
        };
        skillmark::program::learner::merge(app, who, &known("s-0").await, &known("s-1").await).await.expect("merged");
        let merged = repeats::among(app, who, id, &rows[..1]).await.expect("looked");
        assert_eq!((merged.len(), merged[0].differs), (1, false));
        let day = |one: &str, words: &str| line(one).replace("2026-03-01", "2026-02-27").replace("expert", words);
        let both = rows_of(&[day("s-0", "expert"), day("s-1", "expert")]);
        let twice = vec![repeat(3, "s-1", Before::Line(2), false)];
        assert_eq!(repeats::among(app, who, id, &both).await, Ok(twice));
        let both = rows_of(&[day("s-0", "expert"), day("s-1", "competent")]);
        let twice = vec![repeat(3, "s-1", Before::Line(2), true)];
        assert_eq!(repeats::among(app, who, id, &both).await, Ok(twice));
        skillmark::issue::people::erase(app, who, "s-1").await.expect("erased");
        assert_eq!(repeats::among(app, who, id, &rows[..2]).await, Ok(vec![]));
    }

    fn a_held_batch_waits_and_goes_on(temp) {
        let lab = Lab::open(temp).await;
        // More parts than are worked on at the same time on any machine.
        let started = start(&lab, &learners(3_600)).await;
        let turn = async |to| batches::turn(&lab.app, &lab.who, &started.batch, to).await;
        // Held while somebody is at it, after the first part.
        let (app, who, id) = (lab.app.clone(), lab.who.clone(), started.batch.clone());
        let (told, mut tell) = tokio::sync::mpsc::unbounded_channel();
        let holding = tokio::spawn(async move {
            tell.recv().await.expect("told");
            batches::turn(&app, &who, &id, Turn::Pause).await
        });
        let mut progress = |_| {
            let _ = told.send(());
            std::thread::sleep(std::time::Duration::from_millis(300));
        };
        let done = batch::work(&lab.app, lab.who.issuer(), &started.batch, &mut progress).await;
        holding.await.expect("runs").expect("held");
        let done = done.expect("worked");
        assert!(done.issued >= 500 && done.pending > 0, "{done:?}");
        assert_eq!(jobs::run_due(&lab.app).await, Ok(0));
        let (state, signed, ..) = adds_up(&lab, &started).await;
        assert_eq!((state, signed), (JobState::Paused, done.issued));
        assert_eq!(batch::resume(&lab.app).await, Ok(0), "nor does a round sign it");
        turn(Turn::Pause).await.expect("again");
        turn(Turn::Resume).await.expect("goes on");
        assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
        assert_eq!(adds_up(&lab, &started).await, (JobState::Done, 3_600, 0, 0, 0));
        for to in [Turn::Pause, Turn::Resume, Turn::Cancel] {
            let ended = Error::Conflict("the batch has ended".to_owned());
            assert_eq!(turn(to).await, Err(ended));
        }
    }

    fn a_cancelled_batch_keeps_what_is_signed_and_frees_the_rest(temp) {
        let lab = Lab::open(temp).await;
        let started = start(&lab, &learners(5)).await;
        // One of them was signed meanwhile.
        let id = started.rows[0].1.id().clone();
        let wrap = std::sync::Arc::new(skillmark::issue::fulfil::plainly);
        let ids = std::slice::from_ref(&id);
        skillmark::issue::fulfil::fulfil(&lab.app, lab.who.issuer(), ids, wrap).await.expect("signed");
        batches::turn(&lab.app, &lab.who, &started.batch, Turn::Cancel).await.expect("cancelled");
        assert_eq!(adds_up(&lab, &started).await, (JobState::Cancelled, 1, 0, 4, 0));
        assert_eq!(jobs::run_due(&lab.app).await, Ok(0));
        let problem = "select count(*) from credentials where problem = ";
        assert_eq!(temp.number(&format!("{problem}'{CANCELLED}'")).await, 4);
        // The same file again: the one that was signed is there, the others are promised anew.
        let again = start(&lab, &learners(5)).await;
        assert_eq!((again.promised(), again.repeated()), (4, 1));
        assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
        assert_eq!(adds_up(&lab, &again).await, (JobState::Done, 4, 0, 0, 1));
    }

    fn g17_above_a_thousand_a_second_person_says_yes_first(temp) {
        let lab = Lab::open(temp).await;
        let member = |id: &str| Who::member(lab.who.issuer(), &id.parse().expect("an id"), &[Role::Administrator]);
        let (ana, bo) = (member("AAAAAAAAAAAAAAAAAAAAAA"), member("BBBBBBBBBBBBBBBBBBBBBA"));
        let achievement = publish::achievement(&lab.app, &lab.who, &lab.achievement).await.expect("published");
        let rows = plan::read(learners(2_004).as_bytes(), &achievement, Limits::PAGE, lab.app.now()).expect("no fault");
        let start = async |who: &Who, rows: &[plan::Row]| {
            batch::start_for(&lab.app, who, &lab.achievement, rows, None, Hands::Workers).await.expect("started")
        };
        let turn = async |who: &Who, started: &Started, turn| batches::turn(&lab.app, who, &started.batch, turn).await;
        // A thousand are signed on one word. One more is not; those that were there before do not count.
        let thousand = start(&ana, &rows[..1_000]).await;
        assert_eq!(seen(&lab, &thousand).await.state, JobState::Waiting);
        assert_eq!(Approval::read(&seen(&lab, &thousand).await), None);
        let again = start(&ana, &rows[..1_000]).await;
        assert_eq!((again.promised(), seen(&lab, &again).await.state), (0, JobState::Waiting));
        let large = start(&ana, &rows[1_001..2_002]).await;
        assert_eq!((large.promised(), seen(&lab, &large).await.state), (1_001, JobState::Paused));
        jobs::run_due(&lab.app).await.expect("worked");
        batch::resume(&lab.app).await.expect("looked after");
        assert_eq!(adds_up(&lab, &large).await, (JobState::Paused, 0, 0, 0, 0));
        assert_eq!(adds_up(&lab, &thousand).await, (JobState::Done, 1_000, 0, 0, 0));

        // Neither by letting it go on, nor by whoever started it, nor by a program that is nobody's.
        let said = |answer: Result<JobRow, Error>| answer.expect_err("refused").to_string();
        assert_eq!(said(turn(&bo, &large, Turn::Resume).await), "this batch waits until a second person says yes");
        assert_eq!(said(turn(&ana, &large, Turn::Approve).await), "you started this batch, so somebody else says yes");
        let program = Who::vc_api(lab.who.issuer().clone());
        assert!(said(turn(&program, &large, Turn::Approve).await).starts_with("a second person says yes, and this key is nobody's"));
        turn(&bo, &large, Turn::Pause).await.expect("it is held already");
        assert_eq!(turn(&bo, &large, Turn::Approve).await.expect("approved").state, JobState::Waiting);
        turn(&bo, &large, Turn::Approve).await.expect("asking again changes nothing");
        let approval = Approval::read(&seen(&lab, &large).await).expect("kept");
        assert_eq!((approval.started_by.as_str(), approval.approved_by.as_deref()), (ana.actor(), Some(bo.actor())));
        turn(&ana, &large, Turn::Pause).await.expect("held");
        turn(&ana, &large, Turn::Resume).await.expect("it was approved: whoever started it lets it go on");
        jobs::run_due(&lab.app).await.expect("worked");
        assert_eq!(adds_up(&lab, &large).await, (JobState::Done, 1_001, 0, 0, 0));
        assert_eq!(said(turn(&bo, &large, Turn::Approve).await), "the batch has ended");
        let log = temp.texts("select actor from audit where action = 'batch.approve'").await;
        assert_eq!(log, [bo.actor()]);
        // The operator at the machine is asked for nobody.
        let operator = start(&lab.who, &plan::read(csv((0..1_001).map(|n| format!("o-{n}"))).as_bytes(), &achievement, Limits::PAGE, lab.app.now()).expect("no fault")).await;
        assert_eq!(seen(&lab, &operator).await.state, JobState::Waiting);
        turn(&lab.who, &operator, Turn::Cancel).await.expect("cancelled");
    }

    fn g17_several_small_batches_are_one_large_one(temp) {
        let lab = Lab::open(temp).await;
        let member = |id: &str| Who::member(lab.who.issuer(), &id.parse().expect("an id"), &[Role::Coordinator]);
        let (ana, bo) = (member("AAAAAAAAAAAAAAAAAAAAAA"), member("BBBBBBBBBBBBBBBBBBBBBA"));
        let achievement = publish::achievement(&lab.app, &lab.who, &lab.achievement).await.expect("published");
        let rows = plan::read(learners(3_004).as_bytes(), &achievement, Limits::PAGE, lab.app.now()).expect("no fault");
        let state = async |who: &Who, rows: &[plan::Row]| {
            let started = batch::start_for(&lab.app, who, &lab.achievement, rows, None, Hands::Workers).await.expect("started");
            (seen(&lab, &started).await.state, started)
        };
        let turn = async |who: &Who, started: &Started, turn| batches::turn(&lab.app, who, &started.batch, turn).await.expect("turned");
        let (waits, held) = (JobState::Waiting, JobState::Paused);
        assert_eq!(state(&ana, &rows[..600]).await.0, waits);
        // 600 and 401 are more than a thousand; what waits for somebody else does not count, 400 fit.
        let (paused, one_more) = state(&ana, &rows[600..1_001]).await;
        assert_eq!(paused, held);
        let (rest, given_up) = state(&ana, &rows[1_001..1_401]).await;
        assert_eq!(rest, waits);
        assert_eq!(state(&ana, &rows[1_401..1_402]).await.0, held);
        // Somebody else has a thousand of their own, and one batch that they say yes to costs nothing.
        assert_eq!(turn(&bo, &one_more, Turn::Approve).await.state, waits);
        assert_eq!(state(&bo, &rows[1_402..2_402]).await.0, waits);
        assert_eq!(state(&bo, &rows[2_402..2_403]).await.0, held);
        // What was cancelled was not signed.
        turn(&ana, &given_up, Turn::Cancel).await;
        assert_eq!(state(&ana, &rows[2_403..2_803]).await.0, waits);
        assert_eq!(state(&ana, &rows[2_803..2_804]).await.0, held);
        // A day later it begins anew.
        lab.clock.advance(24 * 3600 - 1);
        assert_eq!(state(&ana, &rows[2_804..2_805]).await.0, held);
        lab.clock.advance(1);
        assert_eq!(state(&ana, &rows[2_805..2_806]).await.0, waits);
    }

    fn g17_one_human_is_never_two_people(temp) {
        let lab = Lab::open(temp).await;
        let (app, issuer) = (&lab.app, lab.who.issuer());
        let member = async |address: &str| {
            let invite = Invite { address: address.to_owned(), roles: vec![Role::Administrator], ..Invite::default() };
            let (id, _) = who::invite(app, &lab.who, &invite).await.expect("invited");
            app.db.of(issuer).set_member_state(&id, MemberState::Invited, MemberState::Active).await.expect("joined");
            Who::member(issuer, &id, &[Role::Administrator])
        };
        let key = async |by: &Who| {
            let made = issuer::new_api_key(app, by, "x", &[Scope::Manage, Scope::Issue, Scope::Read], None).await;
            Who::by_api_key(&app.db, made.expect("a key").1.reveal(), app.now()).await.expect("known")
        };
        let (ana, bo) = (member("ana@weld.example").await, member("bo@weld.example").await);
        // One that nobody made, one that was made through it, and the same of a member.
        let nobodys = key(&lab.who).await;
        let through = key(&nobodys).await;
        let anas = key(&ana).await;
        let anas_too = key(&anas).await;
        let known: Vec<bool> = [&nobodys, &through, &anas, &anas_too].iter().map(|who| who.is_person()).collect();
        assert_eq!(known, [false, false, true, true]);
        assert_eq!((through.principal(), anas_too.principal()), (nobodys.actor(), ana.actor()));

        let achievement = publish::achievement(app, &lab.who, &lab.achievement).await.expect("published");
        let rows = plan::read(learners(2_001).as_bytes(), &achievement, Limits::PAGE, app.now()).expect("no fault");
        let start = async |who: &Who, rows: &[plan::Row]| {
            batch::start_for(app, who, &lab.achievement, rows, None, Hands::Workers).await
        };
        let nobody = "so many ask for a second person, and this API key is nobody's";
        let refused = |answer: Result<Started, Error>| answer.expect_err("refused").to_string();
        for who in [&nobodys, &through] {
            let said = refused(start(who, &rows[..1_001]).await);
            assert!(said.starts_with(nobody), "{said}");
        }
        // What is made with both adds up, and none was promised of what was refused.
        let small = start(&nobodys, &rows[..600]).await.expect("few");
        assert_eq!((small.promised(), seen(&lab, &small).await.state), (600, JobState::Waiting));
        assert!(refused(start(&through, &rows[600..1_001]).await).starts_with(nobody));
        start(&through, &rows[600..1_000]).await.expect("few");

        let large = start(&anas_too, &rows[1_000..]).await.expect("held");
        assert_eq!(seen(&lab, &large).await.state, JobState::Paused);
        let yes = async |who: &Who| batches::turn(app, who, &large.batch, Turn::Approve).await.map(|row| row.state);
        let said = |answer: Result<JobState, Error>| answer.expect_err("refused").to_string();
        for same in [&ana, &anas, &anas_too] {
            assert_eq!(said(yes(same).await), "you started this batch, so somebody else says yes");
        }
        for program in [&nobodys, &through] {
            assert!(said(yes(program).await).starts_with("a second person says yes, and this key is nobody's"));
        }
        // One that such a key started when it still could.
        let swap = async |from: &Who, to: &Who| {
            let sql = format!("update jobs set details = replace(details, '{}', '{}')", from.principal(), to.principal());
            temp.sql(&sql).await.expect("changed");
        };
        swap(&ana, &nobodys).await;
        assert_eq!(said(yes(&bo).await), "nobody's key started this batch: cancel it, and start it as a member");
        swap(&nobodys, &ana).await;
        assert_eq!(yes(&bo).await, Ok(JobState::Waiting));
    }

    fn g17_asking_for_one_of_a_held_batch_signs_nothing(temp) {
        let lab = Lab::open(temp).await;
        let member = |id: &str| Who::member(lab.who.issuer(), &id.parse().expect("an id"), &[Role::Coordinator]);
        let (ana, bo) = (member("AAAAAAAAAAAAAAAAAAAAAA"), member("BBBBBBBBBBBBBBBBBBBBBA"));
        let achievement = publish::achievement(&lab.app, &lab.who, &lab.achievement).await.expect("published");
        let rows = plan::read(learners(1_001).as_bytes(), &achievement, Limits::PAGE, lab.app.now()).expect("no fault");
        let started = batch::start_for(&lab.app, &ana, &lab.achievement, &rows, None, Hands::Workers).await.expect("held");
        let alone = async |at: usize| {
            let request = Request { row: rows[at].clone(), ..lab.request("x", None) };
            one::issue(&lab.app, &ana, &request).await.map(|issued| issued.repeated)
        };
        let said = |why: &str| Err(Error::Conflict(format!("this award is part of a batch that {why}: it is signed with that")));
        assert_eq!(alone(0).await, said("waits until a second person says yes"));
        assert_eq!(adds_up(&lab, &started).await, (JobState::Paused, 0, 0, 0, 0));
        let turn = async |who: &Who, to| batches::turn(&lab.app, who, &started.batch, to).await.expect("turned");
        turn(&bo, Turn::Approve).await;
        assert_eq!(alone(0).await, Ok(true));
        turn(&ana, Turn::Pause).await;
        assert_eq!(alone(1).await, said("is held"));
        assert_eq!(alone(0).await, Ok(true), "it is signed");
        assert_eq!(adds_up(&lab, &started).await, (JobState::Paused, 1, 0, 0, 0));
    }

    fn h10_a_poisoned_row_is_given_up_and_holds_nobody_up(temp) {
        let lab = Lab::open(temp).await;
        let started = start(&lab, &learners(30)).await;
        let poison = started.rows[7].1.id().clone();
        // Its order cannot be opened: whoever tries fails, every time.
        let spoil = if temp.url.is_some() { "decode('00', 'hex')" } else { "x'00'" };
        temp.sql(&format!("update credentials set order_sealed = {spoil} where credential_id = '{poison}'"))
            .await.expect("spoiled");
        let mut seconds = 0;
        while seen(&lab, &started).await.state == JobState::Waiting {
            jobs::run_due(&lab.app).await.expect("worked");
            lab.clock.advance(1);
            seconds += 1;
            assert!(seconds <= 60, "it ends within a minute");
        }
        assert_eq!(adds_up(&lab, &started).await, (JobState::Failed, 29, 1, 0, 0));
        let said = seen(&lab, &started).await.problem.expect("a reason");
        assert!(said.starts_with("given up after 5 tries: "), "{said}");
        let row = lab.app.db.of(lab.who.issuer()).credential(&poison).await.expect("read").expect("there");
        assert_eq!(row.problem, Some(said));
    }

    fn an_erased_learner_is_counted_as_failed(temp) {
        let lab = Lab::open(temp).await;
        let started = start(&lab, &learners(3)).await;
        skillmark::issue::people::erase(&lab.app, &lab.who, "s-1").await.expect("erased");
        assert_eq!(adds_up(&lab, &started).await, (JobState::Waiting, 0, 1, 0, 0));
        jobs::run_due(&lab.app).await.expect("worked");
        assert_eq!(adds_up(&lab, &started).await, (JobState::Done, 2, 1, 0, 0));
    }
}
