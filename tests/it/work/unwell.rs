//! What happens when the clock, the pool or the database is not as it should be.

use std::time::Duration;

use skillmark::{clock::Stopwatch, db::Db, issue::one, verify::Verdict, web};
use sqlx::postgres::PgPoolOptions;

use crate::{
    issue::lab::Lab,
    support::{
        db::{Engine, Temp, on_both},
        site::Site,
    },
};

on_both! {
    fn h13_a_clock_that_jumps_changes_nothing_that_was_promised(temp) {
        let lab = Lab::open(temp).await;
        for jump in [-600, 600, -3_600] {
            let learner = format!("s{jump}");
            let request = lab.request(&learner, Some(&learner));
            let promised = lab.app.now();
            let answer = one::promise(&lab.app, &lab.who, &request).await.expect("promised");
            lab.clock.advance(jump);
            let wrap = std::sync::Arc::new(skillmark::issue::fulfil::plainly);
            let issued = one::complete(&lab.app, &lab.who, &request, &answer, wrap).await.expect("issued");
            // Dated when it was promised, by one clock, in both places.
            for pointer in ["/validFrom", "/proof/0/created"] {
                assert_eq!(crate::issue::lab::at(&issued.document, pointer), promised.to_string());
            }
            // Asked again after the jump, the bytes are the same.
            let again = one::issue(&lab.app, &lab.who, &request).await.expect("issued");
            assert_eq!(again.document, issued.document);
            // Whoever checks by the right clock finds nothing that lies ahead.
            lab.clock.advance(-jump);
            let report = lab.verify(&issued.document).await;
            assert_eq!(report.verdict, Verdict::Valid, "{report:?}");
        }
    }
}

#[tokio::test]
async fn h18_while_every_writer_is_busy_others_read() {
    let temp = Temp::new(Engine::Postgres).await;
    let site = Site::on(&temp).await;
    let provider = site.provider("Riverside Tutoring").await;
    let id = provider.issue("S-1").await;
    let Db::Postgres { write, .. } = &site.app.db else {
        unreachable!("it is Postgres")
    };
    let mut held = Vec::new();
    for _ in 0..write.options().get_max_connections() {
        held.push(write.acquire().await.expect("a connection"));
    }
    let watch = Stopwatch::start();
    for _ in 0..20 {
        site.get(&format!("/c/{id}")).await.is(200);
        let link = format!("/api/v1/credentials/{id}");
        let read = site.ask("GET", &link).key(&provider.key).send().await;
        read.is(200);
    }
    // Far below what anybody would wait for a connection.
    assert!(
        watch.elapsed() < Duration::from_secs(3),
        "{:?}",
        watch.elapsed()
    );
    let refused = provider
        .send("/api/v1/credentials", &provider.order("S-2"))
        .await;
    assert_eq!(refused.is(503).header("retry-after"), "10");
    drop(held);
    provider.issue("S-2").await;
}

#[tokio::test]
async fn h19_a_database_that_only_reads_still_answers() {
    let temp = Temp::new(Engine::Postgres).await;
    let mut site = Site::on(&temp).await;
    let provider = site.provider("Riverside Tutoring").await;
    let (id, key, order) = (
        provider.issue("S-1").await,
        provider.key.clone(),
        provider.order("S-2"),
    );
    // As after a failover: every new connection may only read.
    let pool = PgPoolOptions::new().after_connect(|connection, _| {
        Box::pin(async move {
            let only = "set default_transaction_read_only = on";
            sqlx::query(only).execute(connection).await.map(|_| ())
        })
    });
    let pool = pool.connect(temp.url.as_deref().expect("an address")).await;
    let pool = pool.expect("it opens");
    let db = Db::Postgres {
        read: pool.clone(),
        write: pool,
    };
    site.app.db = db;
    site.router = web::router(web::Site::new(site.app.clone()));
    let ask = site.ask("POST", "/api/v1/credentials").key(&key);
    let refused = ask.json(&order).send().await;
    assert_eq!(refused.is(503).header("retry-after"), "10");
    let credential = site.get(&format!("/c/{id}.json")).await.is(200).json();
    let report = site.ask("POST", "/api/v1/verify").json(&credential).send();
    assert_eq!(report.await.is(200).json()["verdict"], "valid");
    site.get(&format!("/c/{id}")).await.is(200);
}
