//! Faults: the service is killed, its workers are killed, its database is killed, restarted and cut
//! off, under load; and afterwards nothing is lost, nothing doubled, and everything good.
//!
//! ```text
//! cargo test --test faults -- --ignored --test-threads 1                       about a minute
//! SKILLMARK_FAULTS=full cargo test --release --test faults -- --ignored --test-threads 1 --nocapture
//! ```
//!
//! The second is the whole of it, half an hour: 60 kills under 200 requests a second, 100,000 rows
//! by four workers of which one is killed every two seconds, twelve kills of the whole database, and
//! so on. Both need a PostgreSQL to start (a server of the test's own, `fsync` on), and Node with
//! `tests/peers` for the second verifier.
//!
//! Each client writes a request's key down before it is sent (intent), and what was answered after
//! (ack), both flushed to the disk. When the faults are over ([`checks`]):
//!
//! - INV-1 every ack is stored, with the acked id and the SHA-256 of the acked bytes;
//! - INV-2 nothing is stored that was not intended;
//! - INV-3 every intent is one credential, and no place in a status list is given twice;
//! - INV-4 whatever had no answer gets one when it is asked again, and then always the same bytes;
//! - INV-5 every credential verifies, with our verifier and with another one;
//! - INV-6 the published bit of every credential is what the database says;
//! - INV-7 every batch ends within a minute, and its parts add up.
//!
//! A killed process keeps what the system had taken for the disk: this shows that nothing is lost
//! when processes are killed, not when the power is.

#![expect(clippy::print_stdout, reason = "a fault run prints its figures")]
#![expect(
    clippy::disallowed_methods,
    reason = "what is killed are processes of its own, and what asks them is no part of the program"
)]

mod bulk;
mod checks;
mod load;
mod postgres;
mod proxy;
mod service;

use std::time::Duration;

use bulk::Bulk;
use load::Load;
use postgres::Postgres;
use proxy::Proxy;
use service::{Place, Service};

/// How long, how often, how many: (about a minute, the whole of it).
fn either<T>(short: T, full: T) -> T {
    match std::env::var("SKILLMARK_FAULTS").as_deref() {
        Ok("full") => full,
        _ => short,
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn database() -> Postgres {
    Postgres::start().expect("a PostgreSQL to start: initdb and pg_ctl")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a fault run: tests/run runs it by itself"]
async fn x1_the_service_is_killed_while_it_issues() {
    let postgres = database();
    let place = Place::make(&postgres.url()).await;
    let mut service = Service::start(&place, &postgres.url(), 2).await;
    let load = Load::start(&place, either(60, 200));
    let mut ready = Vec::new();
    for _ in 0..either(4, 60) {
        tokio::time::sleep(seconds(either(2, 5))).await;
        service.kill();
        service = Service::start(&place, &postgres.url(), 2).await;
        ready.push(service.ready);
    }
    let intents = load.stop().await;
    let quick = ready.iter().filter(|time| **time <= seconds(1)).count();
    println!(
        "X1: {} requests; {quick} of {} starts ready within a second",
        intents.len(),
        ready.len()
    );
    checks::all(&place, &postgres.url(), intents).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a fault run: tests/run runs it by itself"]
async fn x2_workers_are_killed_while_they_sign_batches() {
    let postgres = database();
    let place = Place::make(&postgres.url()).await;
    let service = Service::start(&place, &postgres.url(), 0).await;
    let mut bulk = Bulk::start(&place, &postgres.url(), either((3, 300), (20, 5_000))).await;
    let mut kills = 0;
    while !bulk.ended().await {
        tokio::time::sleep(seconds(either(1, 2))).await;
        bulk.kill_one(kills);
        kills += 1;
        // In the short form some pieces are so small that only so many kills leave any time to work.
        assert!(kills < either(60, 600), "it does not end");
        if kills >= either(8, 400) {
            bulk.wait(seconds(60)).await;
        }
    }
    println!("X2: {kills} kills, {:.0} rows a second", bulk.rate());
    bulk.add_up().await;
    drop(service);
    checks::stored(&place, &postgres.url(), bulk.rows()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a fault run: tests/run runs it by itself"]
async fn x4_the_database_is_killed_while_the_service_issues() {
    let postgres = database();
    let place = Place::make(&postgres.url()).await;
    let service = Service::start(&place, &postgres.url(), 2).await;
    let load = Load::start(&place, either(60, 200));
    for _ in 0..either(2, 12) {
        tokio::time::sleep(seconds(either(3, 15))).await;
        postgres.kill();
        postgres.go_on();
    }
    tokio::time::sleep(seconds(either(2, 10))).await;
    let errors = load.errors();
    let intents = load.stop().await;
    println!("X4: {} requests, {errors:?}", intents.len());
    assert_eq!(errors.get(&500), None, "503, and never 500");
    checks::all(&place, &postgres.url(), intents).await;
    drop(service);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a fault run: tests/run runs it by itself"]
async fn x5_the_database_is_restarted_while_workers_sign_batches() {
    let postgres = database();
    let place = Place::make(&postgres.url()).await;
    let service = Service::start(&place, &postgres.url(), 0).await;
    let mut bulk = Bulk::start(&place, &postgres.url(), either((2, 300), (20, 5_000))).await;
    for mode in ["fast", "immediate"] {
        tokio::time::sleep(seconds(either(1, 5))).await;
        postgres.stop(mode);
        postgres.go_on();
    }
    bulk.wait(seconds(either(60, 600))).await;
    bulk.add_up().await;
    drop(service);
    checks::stored(&place, &postgres.url(), bulk.rows()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a fault run: tests/run runs it by itself"]
async fn x7_nobody_learns_whether_it_was_committed() {
    let postgres = database();
    let proxy = Proxy::start(postgres.port, 25).await;
    let place = Place::make(&postgres.url()).await;
    let service = Service::start(&place, &postgres.url_at(proxy.port), 2).await;
    let load = Load::start(&place, either(40, 100));
    tokio::time::sleep(seconds(either(6, 120))).await;
    let unanswered = load.unanswered();
    let swallowed = proxy.swallowed();
    proxy.behave();
    let intents = load.stop().await;
    println!(
        "X7: {} requests, {swallowed} commits without an answer, {unanswered} of them felt",
        intents.len()
    );
    assert!(swallowed > 0, "the fault happened");
    checks::all(&place, &postgres.url(), intents).await;
    drop(service);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a fault run: tests/run runs it by itself"]
async fn x22_a_service_that_is_told_to_stop_answers_what_it_began() {
    let postgres = database();
    let place = Place::make(&postgres.url()).await;
    let mut service = Service::start(&place, &postgres.url(), 2).await;
    let load = Load::start(&place, either(40, 200));
    let mut slowest = Duration::ZERO;
    for _ in 0..either(3, 15) {
        tokio::time::sleep(seconds(either(2, 20))).await;
        slowest = slowest.max(service.terminate());
        service = Service::start(&place, &postgres.url(), 2).await;
    }
    let errors = load.errors();
    let intents = load.stop().await;
    println!(
        "X22: {} requests, {errors:?}; the slowest end took {slowest:?}",
        intents.len()
    );
    assert!(slowest <= seconds(10), "{slowest:?}");
    // A connection that was made and never read ends with the service, as one that was not made.
    let unread = [load::NOBODY_THERE, load::NO_ANSWER];
    assert!(
        errors.keys().all(|status| unread.contains(status)),
        "{errors:?}"
    );
    checks::answered(&place, &postgres.url(), &intents).await;
    checks::all(&place, &postgres.url(), intents).await;
}
