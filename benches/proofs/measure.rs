//! Taking turns, medians, and the table.

use skillmark::clock::Stopwatch;
use std::collections::BTreeMap;

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Issue,
    Verify,
}

/// One figure of the table: a document, a suite, and the work.
pub(crate) struct Row {
    document: &'static str,
    suite: &'static str,
    work: Work,
    run: Box<dyn FnMut()>,
}

impl Row {
    pub(crate) fn new(
        document: &'static str,
        suite: &'static str,
        work: Work,
        run: impl FnMut() + 'static,
    ) -> Row {
        Row {
            document,
            suite,
            work,
            run: Box::new(run),
        }
    }
}

/// How long a row's work takes, in microseconds.
pub(crate) struct Figure {
    document: &'static str,
    suite: &'static str,
    work: Work,
    us: f64,
}

/// npm's figures: by document and suite, issue and verify in microseconds.
pub(crate) type Peers = BTreeMap<(String, String), (f64, f64)>;

/// The arguments behind `--`.
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) peer: bool,
}

impl Options {
    pub(crate) fn read(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options {
            rounds: 200,
            peer: false,
        };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--bench" => {}
                "--peer" => options.peer = true,
                "--rounds" => {
                    let rounds = args.next().and_then(|text| text.parse().ok());
                    options.rounds = rounds.ok_or("--rounds wants a number")?;
                }
                other => {
                    return Err(format!(
                        "{other} is not known; see the head of benches/proofs/main.rs"
                    ));
                }
            }
        }
        Ok(options)
    }
}

/// How often a row's work is done in one block.
const BLOCK: u32 = 8;

/// The median time of each row: `rounds` blocks each, the rows taking turns.
pub(crate) fn medians(mut rows: Vec<Row>, rounds: usize) -> Vec<Figure> {
    let mut times = vec![Vec::with_capacity(rounds); rows.len()];
    for round in 0..rounds + rounds / 4 {
        for (row, times) in rows.iter_mut().zip(&mut times) {
            let start = Stopwatch::start();
            for _ in 0..BLOCK {
                (row.run)();
            }
            // The first rounds only warm up.
            if round >= rounds / 4 {
                times.push(start.elapsed().as_secs_f64() * 1e6 / f64::from(BLOCK));
            }
        }
    }
    rows.iter()
        .zip(times)
        .map(|(row, mut times)| {
            times.sort_by(f64::total_cmp);
            let us = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
            Figure {
                document: row.document,
                suite: row.suite,
                work: row.work,
                us,
            }
        })
        .collect()
}

/// Prints the Markdown table: each figure, how many bare signatures (or checks) it costs, and how
/// many times faster it is than npm.
pub(crate) fn table(figures: &[Figure], peers: &Peers) {
    let bare = |work| {
        let own = |figure: &&Figure| figure.suite == "Ed25519" && figure.work == work;
        figures
            .iter()
            .find(own)
            .map_or(f64::NAN, |figure| figure.us)
    };
    println!("| document | suite | work | µs | × Ed25519 | npm µs | npm ÷ ours |");
    println!("|---|---|---|--:|--:|--:|--:|");
    for Figure {
        document,
        suite,
        work,
        us,
    } in figures
    {
        let name = match (work, *suite) {
            (Work::Issue, "Ed25519") => "sign 64 bytes",
            (Work::Verify, "Ed25519") => "verify, strict, with the key's decompression",
            (_, "SHA-256") => "hash the text",
            (Work::Issue, _) => "issue",
            (Work::Verify, _) => "verify",
        };
        let peer = peers
            .get(&((*document).to_owned(), (*suite).to_owned()))
            .map(|(issue, verify)| match work {
                Work::Issue => *issue,
                Work::Verify => *verify,
            });
        let theirs = peer.map_or_else(String::new, |peer| format!("{peer:.0}"));
        let times = peer.map_or_else(String::new, |peer| format!("{:.0}", peer / us));
        let bare = us / bare(*work);
        println!("| {document} | {suite} | {name} | {us:.1} | {bare:.2} | {theirs} | {times} |");
    }
}
