//! What an answer costs over HTTP: documents, pages and verifications a second, beside the same
//! layers answering the same bytes from memory, and beside the verification alone.
//!
//! ```text
//! cargo bench --bench serving                    a Markdown table
//! cargo bench --bench serving -- --seconds 10    longer (3 seconds a row unless told)
//! ```
//!
//! Server and clients share the machine, so that every row pays for both alike. The rows take turns,
//! a quarter of a second each, so that a busy machine spoils no ratio.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod client;
mod service;

use std::{process::ExitCode, time::Duration};

use skillmark::clock::Stopwatch;

use client::Client;
use service::Service;

/// Connections that ask at the same time: enough that no core ever waits for a question.
const CLIENTS: usize = 32;
/// One row's turn.
const TURN: Duration = Duration::from_millis(250);

/// A row of the table: what is asked, and which row answers the same bytes from memory.
struct Row {
    name: &'static str,
    request: Vec<u8>,
    beside: Option<usize>,
    answered: u64,
    spent: f64,
}

impl Row {
    fn new(name: &'static str, request: Vec<u8>, beside: Option<usize>) -> Row {
        Row {
            name,
            request,
            beside,
            answered: 0,
            spent: 0.0,
        }
    }

    fn rate(&self) -> f64 {
        self.answered as f64 / self.spent
    }
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let seconds = match (args.next().as_deref(), args.next()) {
        (None, _) => Some(3.0),
        (Some("--seconds"), Some(text)) => text.parse::<f64>().ok().filter(|s| *s > 0.0),
        _ => None,
    };
    let Some(seconds) = seconds else {
        println!("--seconds wants a number; nothing else is known here");
        return ExitCode::from(64);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measure(seconds));
    ExitCode::SUCCESS
}

async fn measure(seconds: f64) {
    let service = Service::start().await;
    let page = format!("/c/{}", service.id);
    let file = format!("{page}.json");
    let own = service.document.as_bytes();
    let mut rows = vec![
        Row::new(
            "a document, from memory",
            client::get("/memory/document"),
            None,
        ),
        Row::new("`GET /c/{id}.json`", client::get(&file), Some(0)),
        Row::new("a page, from memory", client::get("/memory/page"), None),
        Row::new("`GET /c/{id}`", client::get(&page), Some(2)),
        Row::new(
            "a report, from memory",
            client::post("/memory/report", own),
            None,
        ),
        Row::new(
            "`POST /api/v1/verify`, a credential of ours",
            client::post("/api/v1/verify", own),
            Some(4),
        ),
        Row::new(
            "`POST /api/v1/verify`, a credential of another issuer",
            client::post("/api/v1/verify", service.foreign.as_bytes()),
            None,
        ),
    ];
    let turns = (seconds / TURN.as_secs_f64()).ceil() as usize;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Client::connect(service.address).await);
    }
    for turn in 0..=turns {
        for row in &mut rows {
            let watch = Stopwatch::start();
            let answered;
            (clients, answered) = ask(clients, &row.request).await;
            // The first turn only warms up.
            if turn > 0 {
                row.answered += answered;
                row.spent += watch.elapsed().as_secs_f64();
            }
        }
    }
    table(&rows, service.kernel_seconds());
    service.stop().await;
}

/// Every client asks the same again and again for one turn; how often it was answered.
async fn ask(clients: Vec<Client>, request: &[u8]) -> (Vec<Client>, u64) {
    let asking = clients.into_iter().map(|mut client| {
        let request = request.to_vec();
        tokio::spawn(async move {
            let (watch, mut answered) = (Stopwatch::start(), 0);
            while watch.elapsed() < TURN {
                client.ask(&request).await;
                answered += 1;
            }
            (client, answered)
        })
    });
    let (mut clients, mut total) = (Vec::new(), 0);
    for asked in asking.collect::<Vec<_>>() {
        let (client, answered) = asked.await.expect("answers");
        clients.push(client);
        total += answered;
    }
    (clients, total)
}

fn table(rows: &[Row], kernel: f64) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let most = cores as f64 / kernel;
    println!("| what is asked | a second | of what is possible |");
    println!("|---|--:|--:|");
    for row in rows {
        let (name, rate) = (row.name, row.rate());
        let possible = match row.beside {
            Some(beside) => format!("{:.0} %", 100.0 * rate / rows[beside].rate()),
            None if name.ends_with("another issuer") => format!("{:.0} %", 100.0 * rate / most),
            None => String::new(),
        };
        println!("| {name} | {rate:.0} | {possible} |");
    }
    println!();
    println!(
        "Verifying the other issuer's credential takes {:.0} µs by itself: at most {most:.0} a second on {cores} cores.",
        kernel * 1e6
    );
}
