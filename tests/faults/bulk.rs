//! Batches that four processes sign, each of which may be killed at any moment.

use std::{process::Child, time::Duration};

use serde_json::Value;
use skillmark::{
    clock::Stopwatch,
    ids::JobId,
    issue::batches::{self, Turn},
};

use super::{load::client, service::Place};

/// How many processes work.
const WORKERS: usize = 4;

/// The batches and those who work on them.
pub(crate) struct Bulk<'p> {
    place: &'p Place,
    url: String,
    workers: Vec<Child>,
    batches: Vec<String>,
    rows: usize,
    watch: Stopwatch,
    ended: Option<Duration>,
}

impl<'p> Bulk<'p> {
    /// Sends so many files of so many rows, has the operator say yes to what is too much for one,
    /// and starts the workers.
    pub(crate) async fn start(
        place: &'p Place,
        url: &str,
        (files, rows): (usize, usize),
    ) -> Bulk<'p> {
        let mut bulk = Bulk {
            place,
            url: url.to_owned(),
            workers: Vec::new(),
            batches: Vec::new(),
            rows: files * rows,
            watch: Stopwatch::start(),
            ended: None,
        };
        for file in 0..files {
            let key = &place.keys[file % place.keys.len()];
            let mut csv = String::from(
                "learner,date,level: Uses evidence,level: Explains clearly,assessor_role,evidence\n",
            );
            for row in 0..rows {
                csv += &format!("B-{file}-{row},2026-03-01,Advanced,Proficient,Reviewer,Memo\n");
            }
            let path = format!("/api/v1/batches?achievement={}", place.achievement);
            let sent = client().post(place.link(&path)).bearer_auth(key);
            let answer = sent
                .header("content-type", "text/csv")
                .body(csv)
                .send()
                .await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status().as_u16(), 202);
            let batch: Value = answer.json().await.expect("a batch");
            bulk.batches
                .push(batch["id"].as_str().expect("an id").to_owned());
        }
        let app = place.app(url).await;
        for batch in &bulk.batches {
            let id: JobId = batch.parse().expect("an id");
            let yes = batches::turn(&app, &place.who, &id, Turn::Approve).await;
            yes.expect("the operator says yes");
        }
        app.db.close().await;
        bulk.watch = Stopwatch::start();
        for _ in 0..WORKERS {
            let worker = bulk.worker();
            bulk.workers.push(worker);
        }
        bulk
    }

    fn worker(&self) -> Child {
        let mut command = self.place.command(&self.url, 1);
        command.arg("work").spawn().expect("a worker")
    }

    /// Kills one of the workers and starts another in its place.
    pub(crate) fn kill_one(&mut self, nth: usize) {
        // Any order will do, as long as it is not the same each round.
        let one = nth * 7 % 5 % WORKERS;
        self.workers[one].kill().expect("killed");
        self.workers[one].wait().expect("gone");
        self.workers[one] = self.worker();
    }

    async fn read(&self, batch: &str) -> Option<Value> {
        let link = self.place.link(&format!("/api/v1/batches/{batch}"));
        let answer = client()
            .get(link)
            .bearer_auth(&self.place.keys[0])
            .send()
            .await;
        let answer = answer.ok().filter(|answer| answer.status().is_success())?;
        answer.json().await.ok()
    }

    /// Whether every batch has ended.
    pub(crate) async fn ended(&mut self) -> bool {
        for batch in &self.batches {
            let state = self.read(batch).await.map(|batch| batch["state"].clone());
            if state != Some("done".into()) {
                return false;
            }
        }
        self.ended.get_or_insert(self.watch.elapsed());
        true
    }

    /// Waits until every batch has ended.
    pub(crate) async fn wait(&mut self, most: Duration) {
        let watch = Stopwatch::start();
        while !self.ended().await {
            assert!(watch.elapsed() <= most, "INV-7: a batch does not end");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Rows a second, from the first worker on.
    pub(crate) fn rate(&self) -> f64 {
        self.rows as f64
            / self
                .ended
                .unwrap_or_else(|| self.watch.elapsed())
                .as_secs_f64()
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// INV-7: every batch ended, and its parts add up.
    pub(crate) async fn add_up(&self) {
        for batch in &self.batches {
            let batch = self.read(batch).await.expect("a batch");
            let number = |name: &str| batch[name].as_i64().expect("a number");
            let came_out = number("issued") + number("failed") + number("cancelled");
            assert_eq!(came_out, number("total"), "INV-7: {batch}");
            assert_eq!(number("issued"), number("total"), "{batch}");
        }
    }
}

impl Drop for Bulk<'_> {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            let _ = worker.kill();
            let _ = worker.wait();
        }
    }
}
