//! Issuing many: rows a second from the promise to the stored credential, self-verification
//! included, beside the raw batched insert of the same bytes in the same run.
//!
//! ```text
//! cargo bench --bench bulk                                100,000 on both engines
//! cargo bench --bench bulk -- --rows 20000 --engine sqlite
//! cargo bench --bench bulk -- --stored 1000000            … with a million stored before
//! ```
//!
//! PostgreSQL runs on the same machine, as a server of the bench's own with its usual settings
//! (`fsync` on); so every core that it needs is one that signing has not. Signing is measured in
//! quarters, to show that it neither slows down nor grows.

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

use std::process::ExitCode;

use house::House;
use postgres::Postgres;
use skillmark::clock::Stopwatch;

/// Rows of one batch, as large as a page takes.
const BATCH: usize = 5_000;

/// What is asked for.
struct Options {
    rows: usize,
    stored: usize,
    engines: Vec<&'static str>,
}

impl Options {
    fn read(args: impl Iterator<Item = String>) -> Option<Options> {
        let mut options = Options {
            rows: 100_000,
            stored: 0,
            engines: vec!["sqlite", "postgres"],
        };
        let mut args = args.filter(|arg| arg != "--bench");
        while let Some(name) = args.next() {
            let value = args.next()?;
            match name.as_str() {
                "--rows" => options.rows = value.parse().ok()?,
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
        println!("known: --rows N, --stored N, --engine sqlite|postgres");
        return ExitCode::from(64);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("threads");
    println!(
        "| engine | stored before | promise/s | sign, verify, store/s | by quarters | whole/s | raw insert/s | memory MiB |"
    );
    println!("|---|--:|--:|--:|---|--:|--:|---|");
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
    let house = House::open(url).await;
    if options.stored > 0 {
        // Some by the way every one goes, and copies of their rows.
        let first = house.promise(BATCH).await;
        house.sign(&first).await;
        house.fill(options.stored).await;
    }
    let watch = Stopwatch::start();
    let mut batches = Vec::new();
    let mut left = options.rows;
    while left > 0 {
        let rows = left.min(BATCH);
        batches.push(house.promise(rows).await);
        left -= rows;
    }
    let promised = watch.elapsed().as_secs_f64();
    let (mut quarters, mut memory) = (Vec::new(), vec![resident()]);
    let signing = Stopwatch::start();
    for quarter in batches.chunks(batches.len().div_ceil(4)) {
        let watch = Stopwatch::start();
        for batch in quarter {
            house.sign(batch).await;
        }
        let rows: usize = quarter.iter().map(|batch| batch.rows).sum();
        quarters.push(format!(
            "{:.0}",
            rows as f64 / watch.elapsed().as_secs_f64()
        ));
        memory.push(resident());
    }
    let signed = signing.elapsed().as_secs_f64();
    let whole = watch.elapsed().as_secs_f64();
    let raw = raw::insert(&house, options.rows.min(20_000)).await;
    let rows = options.rows as f64;
    println!(
        "| {engine} | {} | {:.0} | {:.0} | {} | {:.0} | {raw:.0} | {} |",
        options.stored,
        rows / promised,
        rows / signed,
        quarters.join(", "),
        rows / whole,
        memory.join(", "),
    );
    house.close().await;
}

/// What this process holds of the machine's memory.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kb| (kb / 1024).to_string())
}
