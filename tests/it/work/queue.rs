//! How work is put down, taken, held, laid down and ended.

use skillmark::{
    clock::{SystemChance, Timestamp},
    db::{Db, JobRow, JobState, Lane, Lease, Ts},
    ids::{IssuerId, JobId},
    issue::issuer,
    queue::Work,
};

use crate::{
    issue::lab::{Lab, welders},
    support::db::{Temp, on_both},
};

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("a time")
}

fn later(seconds: i64) -> Ts {
    Timestamp::from_second(noon().as_second() + seconds)
        .expect("a time")
        .into()
}

fn lease(word: &str, seconds: i64) -> Lease {
    Lease {
        word: word.to_owned(),
        until: later(seconds),
    }
}

const LETTERS: &Lane<'static> = &Lane {
    kinds: &["letter.send"],
    share: i64::MAX,
};

async fn put(db: &Db, issuer: &IssuerId, about: &str, after: i64) -> JobId {
    let id = JobId::random(&SystemChance);
    let work = Work {
        after: later(after).into(),
        ..Work::new("letter.send", about, noon())
    };
    let mut rows = db.of(issuer);
    let row = work.row(&rows, id.clone(), noon());
    rows.add_job(&row).await.expect("put down");
    id
}

async fn job(temp: &Temp, issuer: &IssuerId, id: &JobId) -> JobRow {
    let row = temp.db.of(issuer).job(id).await;
    row.expect("read").expect("there")
}

on_both! {
    fn what_is_due_is_taken_once_and_in_order(temp) {
        let lab = Lab::open(temp).await;
        let issuer = lab.who.issuer();
        let second = put(&temp.db, issuer, "b", 0).await;
        let first = put(&temp.db, issuer, "a", -10).await;
        put(&temp.db, issuer, "c", 60).await;
        let mut taken = Vec::new();
        while let Some(job) = temp.db.claim_job(later(0), &lease("w", 15), LETTERS).await.expect("taken") {
            assert_eq!((job.attempts, job.lease.as_deref()), (1, Some("w")));
            taken.push(job.job_id);
        }
        assert_eq!(taken, [first.clone(), second.clone()]);
        // A worker that is heard of keeps its work; one that is not loses it.
        let mut rows = temp.db.of(issuer);
        assert_eq!(rows.hold_job(&first, &lease("w", 30)).await, Ok(true));
        assert_eq!(rows.hold_job(&first, &lease("other", 30)).await, Ok(false));
        let again = temp.db.claim_job(later(15), &lease("v", 60), LETTERS).await.expect("taken");
        assert_eq!(again.map(|job| (job.job_id, job.attempts)), Some((second.clone(), 2)));
        assert_eq!(temp.db.claim_job(later(15), &lease("u", 60), LETTERS).await, Ok(None));
        assert_eq!(rows.finish_job(&second, "w", JobState::Done, None, later(16)).await, Ok(false));
        assert_eq!(rows.finish_job(&second, "v", JobState::Done, None, later(16)).await, Ok(true));
        assert_eq!(rows.finish_job(&second, "v", JobState::Done, None, later(16)).await, Ok(false));
        // Laid down, it waits; a try that was no fault of its own does not count.
        assert_eq!(rows.lay_down_job(&first, "w", later(20), (false, Some("why"))).await, Ok(true));
        let down = job(temp, issuer, &first).await;
        assert_eq!((down.attempts, down.lease, down.problem.as_deref()), (0, None, Some("why")));
        assert_eq!(temp.db.claim_job(later(19), &lease("t", 60), LETTERS).await, Ok(None));
        assert!(temp.db.claim_job(later(20), &lease("t", 60), LETTERS).await.expect("taken").is_some());
        assert_eq!(temp.db.forget_jobs(later(100)).await, Ok(1));
        assert_eq!(rows.job(&second).await, Ok(None));
    }

    fn one_organisation_does_not_have_all_the_places_of_a_lane(temp) {
        let lab = Lab::open(temp).await;
        let made = issuer::init(&lab.app, &welders()).await.expect("another");
        let (ours, theirs) = (lab.who.issuer().clone(), made.issuer.issuer_id);
        for n in 0..5 {
            put(&temp.db, &ours, &n.to_string(), -60).await;
        }
        let last = put(&temp.db, &theirs, "x", 0).await;
        let other = Work::new("webhook.deliver", "y", noon());
        let mut rows = temp.db.of(&ours);
        let other = other.row(&rows, JobId::random(&SystemChance), noon());
        rows.add_job(&other).await.expect("put down");
        let lane = Lane { share: 2, ..*LETTERS };
        let mut taken = Vec::new();
        while let Some(job) = temp.db.claim_job(later(0), &lease("w", 15), &lane).await.expect("taken") {
            taken.push((job.issuer_id, job.about));
        }
        let told = |who: &IssuerId, about: &str| (who.clone(), about.to_owned());
        assert_eq!(taken.len(), 3, "{taken:?}");
        assert_eq!(taken[2], told(&theirs, "x"));
        assert!(taken[..2].iter().all(|(who, _)| *who == ours));
        // A place is free again when the work is laid down, done, or its worker not heard of.
        let mut rows = temp.db.of(&theirs);
        assert_eq!(rows.finish_job(&last, "w", JobState::Done, None, later(1)).await, Ok(true));
        assert_eq!(temp.db.claim_job(later(1), &lease("w", 15), &lane).await, Ok(None));
        assert!(temp.db.claim_job(later(15), &lease("v", 30), &lane).await.expect("taken").is_some());
        let messages = Lane { kinds: &["webhook.deliver", "x"], share: 1 };
        let job = temp.db.claim_job(later(0), &lease("w", 15), &messages).await.expect("taken");
        assert_eq!(job.map(|job| job.job_id), Some(other.job_id), "another lane has places of its own");
    }

    fn h11_eight_workers_take_each_work_once(temp) {
        let lab = Lab::open(temp).await;
        for n in 0..1_000 {
            put(&temp.db, lab.who.issuer(), &n.to_string(), 0).await;
        }
        let workers = (0..8).map(|n| {
            let db = temp.db.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(job) = db.claim_job(later(0), &lease(&n.to_string(), 60), LETTERS).await.expect("taken") {
                    mine.push(job.job_id);
                }
                mine
            })
        });
        let mut all = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            all.extend(worker.await.expect("runs"));
        }
        assert_eq!(all.len(), 1_000);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 1_000);
    }

    fn held_work_is_not_taken_and_ended_work_not_turned(temp) {
        let lab = Lab::open(temp).await;
        let issuer = lab.who.issuer();
        let id = put(&temp.db, issuer, "a", 0).await;
        temp.db.claim_job(later(0), &lease("w", 15), LETTERS).await.expect("taken");
        let mut rows = temp.db.of(issuer);
        rows.turn_job(&id, JobState::Waiting, JobState::Paused, later(1)).await.expect("held");
        assert_eq!(rows.hold_job(&id, &lease("w", 30)).await, Ok(false));
        assert_eq!(rows.keep_job(&id, later(30)).await, Ok(false));
        assert_eq!(temp.db.claim_job(later(60), &lease("v", 90), LETTERS).await, Ok(None));
        rows.turn_job(&id, JobState::Paused, JobState::Waiting, later(60)).await.expect("goes on");
        assert!(temp.db.claim_job(later(60), &lease("v", 90), LETTERS).await.expect("taken").is_some());
        rows.end_job(&id, JobState::Cancelled, (3, None), later(61)).await.expect("ended");
        let row = job(temp, issuer, &id).await;
        assert_eq!((row.state, row.cancelled, row.finished_at), (JobState::Cancelled, 3, Some(later(61))));
        let turned = rows.turn_job(&id, JobState::Paused, JobState::Waiting, later(62)).await;
        assert_eq!(turned, Err(skillmark::db::Error::NoRow));
        let ended = rows.end_job(&id, JobState::Done, (0, None), later(62)).await;
        assert_eq!(ended, Err(skillmark::db::Error::NoRow));
    }

    fn g8_the_work_of_another_organisation_is_as_unknown_as_any(temp) {
        let lab = Lab::open(temp).await;
        let id = put(&temp.db, lab.who.issuer(), "a", 0).await;
        let made = issuer::init(&lab.app, &welders()).await;
        let theirs = made.expect("another").issuer.issuer_id;
        let mut rows = temp.db.of(&theirs);
        assert_eq!(rows.job(&id).await, Ok(None));
        assert_eq!(rows.jobs("letter.send", 9).await, Ok(vec![]));
        assert_eq!(rows.job_waits("letter.send", "a").await, Ok(false));
        assert_eq!(rows.hold_job(&id, &lease("w", 9)).await, Ok(false));
        let none = Err(skillmark::db::Error::NoRow);
        assert_eq!(rows.turn_job(&id, JobState::Waiting, JobState::Paused, later(1)).await, none);
        assert_eq!(rows.end_job(&id, JobState::Done, (0, None), later(1)).await, none);
        rows.count_job(id.as_str(), 5, 5).await.expect("nothing");
        let row = job(temp, lab.who.issuer(), &id).await;
        assert_eq!((row.state, row.done, row.failed), (JobState::Waiting, 0, 0));
        assert_eq!(temp.db.of(lab.who.issuer()).job_waits("letter.send", "a").await, Ok(true));
    }
}
