//! The loop: take what is due, do it, note what came of it.

use std::time::Duration;

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{interval, sleep, timeout},
};

use super::{
    daily,
    kinds::{KINDS, Kind, Lane, Outcome, Task},
};
use crate::{
    app::App,
    clock::{Timestamp, random},
    db::{self, JobRow, JobState, Lease, Ts},
    ids::hex,
};

/// How long work belongs to a worker that is not heard of: seconds.
const LEASE_SECONDS: i64 = 15;
/// How often a worker says that it still lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(4);
/// How long an idle worker waits before it looks again.
const IDLE: Duration = Duration::from_millis(500);
/// How long what could not be done for no fault of its own waits: seconds.
const LATER_SECONDS: i64 = 5;
/// How long workers may take to come to a good place to stop.
const GOODBYE: Duration = Duration::from_secs(8);

/// Workers of one process.
#[derive(Debug)]
pub struct Workers {
    set: JoinSet<()>,
    stop: watch::Sender<bool>,
}

/// Starts `count` workers that sign, and with them those that send letters and tell addresses; none
/// at all for 0.
#[must_use = "they stop when this is dropped"]
pub fn start(app: &App, count: usize) -> Workers {
    let (stop, stopped) = watch::channel(false);
    let mut set = JoinSet::new();
    for lane in Lane::ALL {
        let (workers, share) = lane.places(count);
        for _ in 0..workers {
            set.spawn(work(app.clone(), lane, share, stopped.clone()));
        }
    }
    if count > 0 {
        set.spawn(each_day(app.clone(), stopped));
    }
    Workers { set, stop }
}

impl Workers {
    /// Tells them to stop, and waits until they have: what they are at is laid down at the next
    /// good place. After eight seconds they are cut off; then their leases end by themselves.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        let all = async { while self.set.join_next().await.is_some() {} };
        if timeout(GOODBYE, all).await.is_err() {
            tracing::warn!("work was cut off; it is taken up again");
        }
    }
}

async fn work(app: App, lane: Lane, share: i64, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match step(&app, (lane, share), &stop).await {
            Ok(true) => {}
            Ok(false) => idle(IDLE, &mut stop).await,
            Err(error) => {
                tracing::error!(%error, "work could not be taken or laid down");
                idle(IDLE * 2, &mut stop).await;
            }
        }
    }
}

/// Puts down what is to be done once a day.
async fn each_day(app: App, mut stop: watch::Receiver<bool>) {
    let mut last = None;
    while !*stop.borrow() {
        let day = daily::day_of(app.now());
        if day != last {
            match daily::put_down(&app).await {
                Ok(_) => last = day,
                Err(error) => tracing::error!(%error, "the work of the day could not be put down"),
            }
        }
        idle(daily::LOOK, &mut stop).await;
    }
}

async fn idle(long: Duration, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = sleep(long) => {}
        _ = stop.changed() => {}
    }
}

/// Does all work that is due now, one after the other: how much. For tests, and for whoever has no
/// worker running.
///
/// # Errors
/// [`db::Error`] if the database could not answer.
pub async fn run_due(app: &App) -> Result<usize, db::Error> {
    let (_still, stop) = watch::channel(false);
    let mut count = 0;
    loop {
        let before = count;
        for lane in Lane::ALL {
            while step(app, (lane, i64::MAX), &stop).await? {
                count += 1;
            }
        }
        if count == before {
            return Ok(count);
        }
    }
}

/// Takes one piece of work and does it; `false`: nothing is due. What a newer program put down waits
/// for that one's workers.
async fn step(
    app: &App,
    (lane, share): (Lane, i64),
    stop: &watch::Receiver<bool>,
) -> Result<bool, db::Error> {
    let word = hex(&random::<16>(app.chance.as_ref()));
    let of_lane = KINDS.iter().filter(|kind| kind.lane == lane);
    let kinds: Vec<&str> = of_lane.clone().map(|kind| kind.name).collect();
    let asked = db::Lane {
        kinds: &kinds,
        share,
    };
    let lease = lease(app, &word);
    let job = app.db.claim_job(app.now().into(), &lease, &asked);
    let Some(job) = job.await? else {
        return Ok(false);
    };
    let Some(kind) = of_lane.clone().find(|kind| kind.name == job.kind) else {
        return Ok(false);
    };
    let most = i64::try_from(kind.waits.len()).unwrap_or(i64::MAX) + 1;
    let outcome = if job.attempts > most {
        Outcome::Failed("whoever worked on it was cut off each time".to_owned())
    } else {
        attempt(app, kind, &job, &word, stop).await
    };
    note(app, kind, &job, &word, outcome).await
}

fn lease(app: &App, word: &str) -> Lease {
    Lease {
        word: word.to_owned(),
        until: after(app.now(), LEASE_SECONDS),
    }
}

fn after(now: Timestamp, seconds: i64) -> Ts {
    let then = Timestamp::from_second(now.as_second().saturating_add(seconds));
    then.unwrap_or(now).into()
}

/// Does it, in a task of its own so that a panic ends there, and says meanwhile that somebody does.
async fn attempt(
    app: &App,
    kind: &Kind,
    job: &JobRow,
    word: &str,
    stop: &watch::Receiver<bool>,
) -> Outcome {
    let mut task = JoinSet::new();
    task.spawn((kind.run)(Task {
        app: app.clone(),
        job: job.clone(),
        stop: stop.clone(),
    }));
    let mut signs = interval(SIGN_OF_LIFE);
    signs.tick().await;
    loop {
        tokio::select! {
            done = task.join_next() => return match done {
                Some(Ok(outcome)) => outcome,
                _ => Outcome::Failed("the work panicked".to_owned()),
            },
            _ = signs.tick() => {
                let mut rows = app.db.of(&job.issuer_id);
                let held = rows.hold_job(&job.job_id, &lease(app, word)).await;
                // Without an answer it goes on: work done twice is done once.
                if held == Ok(false) {
                    return Outcome::Stopped;
                }
            }
        }
    }
}

async fn note(
    app: &App,
    kind: &Kind,
    job: &JobRow,
    word: &str,
    outcome: Outcome,
) -> Result<bool, db::Error> {
    match outcome {
        Outcome::Done => {
            let mut rows = app.db.of(&job.issuer_id);
            rows.finish_job(&job.job_id, word, JobState::Done, None, app.now().into())
                .await?;
            Ok(true)
        }
        Outcome::Stopped => lay_down(app, job, word, 0, (false, None)).await,
        Outcome::Again(then) => {
            let mut rows = app.db.of(&job.issuer_id);
            rows.lay_down_job(&job.job_id, word, then.into(), (false, None))
                .await?;
            Ok(true)
        }
        Outcome::Later(why) => {
            tracing::warn!(kind = kind.name, job = %job.job_id, why, "work waits");
            lay_down(app, job, word, LATER_SECONDS, (false, Some(&why))).await
        }
        Outcome::Failed(why) => {
            // Another worker may have come a step further since: then the tries begin anew.
            let tries = usize::try_from(job.attempts).unwrap_or(usize::MAX).max(1);
            match kind.waits.get(tries - 1) {
                Some(seconds) => {
                    tracing::warn!(kind = kind.name, job = %job.job_id, tries, why, "work failed");
                    lay_down(app, job, word, *seconds, (true, Some(&why))).await
                }
                None => {
                    tracing::error!(kind = kind.name, job = %job.job_id, tries, why, "work was given up");
                    let said = format!("given up after {tries} tries: {why}");
                    (kind.give_up)(app.clone(), job.clone(), said.clone()).await;
                    let mut rows = app.db.of(&job.issuer_id);
                    let end = JobState::Failed;
                    rows.finish_job(&job.job_id, word, end, Some(&said), app.now().into())
                        .await?;
                    Ok(true)
                }
            }
        }
    }
}

async fn lay_down(
    app: &App,
    job: &JobRow,
    word: &str,
    seconds: i64,
    how: (bool, Option<&str>),
) -> Result<bool, db::Error> {
    let mut rows = app.db.of(&job.issuer_id);
    rows.lay_down_job(&job.job_id, word, after(app.now(), seconds), how)
        .await?;
    Ok(true)
}
