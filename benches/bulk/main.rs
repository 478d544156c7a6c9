//! Issuing many: rows a second from the promise to the stored credential, self-verification
//! included, beside the raw batched insert of the same bytes in the same run.
//!
//! ```text
//! cargo bench --bench bulk                                100,000 on both engines
//! cargo bench --bench bulk -- --rows 20000 --engine sqlite
//! cargo bench --bench bulk -- --stored 1000000            … with a million stored before
//! cargo bench --bench bulk -- --letters yes               … and a letter to every learner
//! ```
//!
//! First promising and signing are measured by themselves, with a fifth of the rows; then the whole
//! way, as it goes with two workers: while batches are signed, the next is promised. It is measured in
//! quarters, to show that it neither slows down nor grows.
//!
//! PostgreSQL runs on the same machine, as a server of the bench's own with its usual settings
//! (`fsync` on); so every core that it needs is one that signing has not.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod house;
#[path = "../../tests/faults/postgres.rs"]
#[expect(dead_code, reason = "the bench ends its server in one way only")]
#[expect(
    clippy::disallowed_methods,
    reason = "the server is a process of its own"
)]
mod postgres;
mod raw;

use std::{process::ExitCode, sync::Arc};

use house::{Batch, House};
use postgres::Postgres;
use skillmark::clock::Stopwatch;
use tokio::sync::Mutex;

/// Rows of one batch, as large as a page takes.
const BATCH: usize = 5_000;
/// How many batches are signed at the same time, as a service does it that is left as it is.
const WORKERS: usize = 2;

/// What is asked for.
struct Options {
    rows: usize,
    stored: usize,
    letters: bool,
    engines: Vec<&'static str>,
}

impl Options {
    fn read(args: impl Iterator<Item = String>) -> Option<Options> {
        let mut options = Options {
            rows: 100_000,
            stored: 0,
            letters: false,
            engines: vec!["sqlite", "postgres"],
        };
        let mut args = args.filter(|arg| arg != "--bench");
        while let Some(name) = args.next() {
            let value = args.next()?;
            match name.as_str() {
                "--rows" => options.rows = value.parse().ok()?,
                "--letters" => options.letters = value == "yes",
                "--stored" => options.stored = value.parse().ok()?,
                "--engine" => options.engines.retain(|engine| *engine == value),
                _ => return None,
            }
        }
        (!options.engines.is_empty() && options.rows >= 4).then_some(options)
    }
}

fn main() -> ExitCode {
    let Some(options) = Options::read(std::env::args().skip(1)) else {
        println!("known: --rows N, --stored N, --letters yes, --engine sqlite|postgres");
        return ExitCode::from(64);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("threads");
    println!(
        "| engine | stored before | promise/s | sign, verify, store/s | whole/s | by quarters | raw insert/s | memory MiB |"
    );
    println!("|---|--:|--:|--:|--:|---|--:|---|");
    for engine in &options.engines {
        let postgres = match *engine {
            "postgres" => match Postgres::start() {
                Some(postgres) => Some(postgres),
                None => {
                    println!("| postgres | no server found |");
                    continue;
                }
            },
            _ => None,
        };
        let url = postgres.as_ref().map(Postgres::url);
        runtime.block_on(measure(engine, url, &options));
    }
    ExitCode::SUCCESS
}

async fn measure(engine: &str, url: Option<String>, options: &Options) {
    let house = Arc::new(House::open(url, options.letters).await);
    if options.stored > 0 {
        // Some by the way every one goes, and copies of their rows.
        let first = house.promise(BATCH).await;
        house.sign(&first).await;
        house.fill(options.stored).await;
    }
    let [promised, signed] = apart(&house, options.rows / 5).await;
    let watch = Stopwatch::start();
    let (quarters, memory) = whole(&house, options.rows).await;
    let whole = options.rows as f64 / watch.elapsed().as_secs_f64();
    let raw = raw::insert(&house, options.rows.min(20_000)).await;
    println!(
        "| {engine} | {} | {promised:.0} | {signed:.0} | {whole:.0} | {} | {raw:.0} | {} |",
        options.stored,
        quarters.join(", "),
        memory.join(", "),
    );
    let house = Arc::into_inner(house).expect("nobody else has it");
    house.close().await;
}

/// Rows of each batch.
fn batches(rows: usize) -> impl Iterator<Item = usize> {
    (0..rows)
        .step_by(BATCH)
        .map(move |from| BATCH.min(rows - from))
}

/// Promises so many rows, then signs them: rows a second of each.
async fn apart(house: &House, rows: usize) -> [f64; 2] {
    let promising = Stopwatch::start();
    let mut promised = Vec::new();
    for rows in batches(rows) {
        promised.push(house.promise(rows).await);
    }
    let promising = promising.elapsed().as_secs_f64();
    let signing = Stopwatch::start();
    for batch in &promised {
        house.sign(batch).await;
    }
    let signing = signing.elapsed().as_secs_f64();
    [promising, signing].map(|seconds| rows as f64 / seconds)
}

/// Promises and signs so many rows: rows a second of each quarter, and the memory before it all and
/// after each.
async fn whole(house: &Arc<House>, rows: usize) -> (Vec<String>, Vec<String>) {
    let (give, take) = tokio::sync::mpsc::channel::<Batch>(WORKERS);
    let take = Arc::new(Mutex::new(take));
    let (tell, mut signed) = tokio::sync::mpsc::unbounded_channel();
    let promising = Arc::clone(house);
    let mut tasks = vec![tokio::spawn(async move {
        for rows in batches(rows) {
            let batch = promising.promise(rows).await;
            assert!(give.send(batch).await.is_ok(), "somebody signs");
        }
    })];
    for _ in 0..WORKERS {
        let (house, take, tell) = (Arc::clone(house), Arc::clone(&take), tell.clone());
        tasks.push(tokio::spawn(async move {
            loop {
                let next = take.lock().await.recv().await;
                let Some(batch) = next else { break };
                house.sign(&batch).await;
                tell.send(batch.rows).expect("somebody counts");
            }
        }));
    }
    drop(tell);
    let (mut quarters, mut memory) = (Vec::new(), vec![resident()]);
    let (mut watch, mut done, mut before) = (Stopwatch::start(), 0, 0);
    while let Some(more) = signed.recv().await {
        done += more;
        if done * 4 / rows > before * 4 / rows || done == rows {
            let speed = (done - before) as f64 / watch.elapsed().as_secs_f64();
            quarters.push(format!("{speed:.0}"));
            memory.push(resident());
            (watch, before) = (Stopwatch::start(), done);
        }
    }
    for task in tasks {
        task.await.expect("done");
    }
    (quarters, memory)
}

/// What this process holds of the machine's memory.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kb| (kb / 1024).to_string())
}
