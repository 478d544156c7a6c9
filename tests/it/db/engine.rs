//! What every connection is set to, transactions that wait for each other, and many rows at once.

use std::time::Duration;

use skillmark::{
    clock::SystemChance,
    db::{AuditRow, Db, Error, KeyState, Signed, Ts},
    ids::AuditId,
};

use super::{
    issuers::{a_key, an_issuer, at, noon},
    world::World,
};
use crate::support::db::on_both;

/// How long something that has to wait is watched.
const A_WHILE: Duration = Duration::from_millis(300);

async fn setting(db: &Db, question: &'static str) -> Vec<String> {
    match db {
        Db::Postgres { write, .. } => sqlx::query_scalar(question).fetch_all(write).await,
        Db::Sqlite { write, .. } => sqlx::query_scalar(question).fetch_all(write).await,
    }
    .expect("an answer")
}

on_both! {
    fn every_connection_is_set_up(temp) {
        let settings: &[(&str, &str)] = match &temp.db {
            Db::Postgres { .. } => &[
                ("show timezone", "UTC"),
                ("show log_parameter_max_length_on_error", "0"),
            ],
            Db::Sqlite { .. } => &[
                ("select cast(synchronous as text) from pragma_synchronous", "2"),
                ("select cast(foreign_keys as text) from pragma_foreign_keys", "1"),
                ("select cast(secure_delete as text) from pragma_secure_delete", "1"),
                ("select cast(journal_mode as text) from pragma_journal_mode", "wal"),
            ],
        };
        for (question, answer) in settings {
            assert_eq!(setting(&temp.db, question).await, [*answer], "{question}");
        }
        if let Db::Sqlite { read, write } = &temp.db {
            let written = sqlx::query("delete from audit").execute(read).await;
            assert!(written.is_err(), "what reads cannot write");
            assert_eq!(write.options().get_max_connections(), 1);
        }
    }

    fn of_two_programs_on_one_sqlite_file_one_writes_after_the_other(temp) {
        if temp.url.is_some() {
            return; // Postgres has many writers.
        }
        let other = Db::sqlite(&temp.folder.path().join("skillmark.sqlite")).await.expect("opens");
        let first = temp.db.begin().await.expect("begun");
        let second = tokio::spawn(async move { other.begin().await.map(|_| ()) });
        tokio::time::sleep(A_WHILE).await;
        assert!(!second.is_finished(), "a transaction begins by taking the lock");
        first.rollback().await.expect("undone");
        assert_eq!(second.await.expect("ran"), Ok(()));
    }

    fn i5_a_key_stays_until_what_it_signed_is_kept(temp) {
        let world = World::new(&temp.db).await;
        let next = a_key(&world.issuer, "z6MkNext", KeyState::Pending);
        temp.db.of(world.id()).add_key(&next).await.expect("added");
        for moves in [false, true] {
            let promise = world.promised().await;
            let active = temp.db.of(world.id()).active_key().await.expect("read").expect("a key").key_id;
            let mut tx = temp.db.begin().await.expect("begun");
            if moves {
                tx.of(world.id()).move_promise(&promise.credential_id, &promise.key_id, &active, b"x").await.expect("moved");
            } else {
                let signed = Signed {
                    credential_id: promise.credential_id.clone(),
                    key_id: active.clone(),
                    unsigned_sha256: vec![1; 32],
                    document: "{}".to_owned(),
                    document_sha256: vec![2; 32],
                    jwt: None,
                };
                assert_eq!(tx.of(world.id()).store_signed(&signed, noon()).await, Ok(true));
            }
            let (db, issuer) = (temp.db.clone(), world.id().clone());
            let retiring = tokio::spawn(async move {
                db.of(&issuer).retire_key(&active, noon()).await
            });
            tokio::time::sleep(A_WHILE).await;
            assert!(!retiring.is_finished(), "it does not wait");
            tx.commit().await.expect("kept");
            assert_eq!(retiring.await.expect("ran"), Ok(()));
            if !moves {
                temp.db.of(world.id()).activate_key("z6MkNext", noon()).await.expect("activated");
            }
        }
    }

    fn any_number_of_rows_goes_in_and_none_twice(temp) {
        // One more than each engine takes at a time: 10,000 rows; 32,766 values of 6 columns.
        let world = World::new(&temp.db).await;
        for count in [5_461, 5_462, 10_000, 10_001, 20_001] {
            let rows: Vec<AuditRow> = (0..count)
                .map(|n| AuditRow {
                    audit_id: AuditId::random(&SystemChance),
                    at: at("2026-03-01T00:00:00Z"),
                    actor: "cli".to_owned(),
                    action: count.to_string(),
                    subject: n.to_string(),
 on_behalf: None,
 reason: None,
                })
                .collect();
            temp.db.of(world.id()).log(&rows).await.expect("logged");
            let question = format!("select count(distinct subject) from audit where action = '{count}'");
            assert_eq!(temp.number(&question).await, i64::from(count));
        }
    }

    fn j2_a_server_that_would_log_rows_is_found_out(temp) {
        let set = async |setting: &str| {
            if let Some(url) = &temp.url {
                let name = url.rsplit('/').next().expect("a name");
                temp.sql(&format!("alter database {name} set {setting}")).await.expect("set");
            }
        };
        // Settings of the database hold for connections made after them.
        let ask = async || {
            let db = match &temp.url {
                Some(url) => Db::postgres(url).await.expect("opens"),
                None => temp.db.clone(),
            };
            let said = db.talkative().await.expect("an answer");
            said.into_iter().map(|line| line.split(':').next().expect("a name").to_owned()).collect::<Vec<_>>()
        };
        for discreet in ["log_error_verbosity = terse", "log_statement = 'none'", "log_min_duration_statement = -1", "log_min_duration_sample = -1", "log_transaction_sample_rate = 0", "log_parameter_max_length = -1"] {
            set(discreet).await;
        }
        assert_eq!(ask().await, Vec::<String>::new());
        let on_postgres = |names: &[&str]| if temp.url.is_some() { names.iter().map(ToString::to_string).collect() } else { Vec::new() };
        set("log_error_verbosity = 'default'").await;
        assert_eq!(ask().await, on_postgres(&["log_error_verbosity"]));
        set("log_min_duration_statement = 60000").await;
        assert_eq!(ask().await, on_postgres(&["log_error_verbosity", "log_parameter_max_length"]));
        set("log_error_verbosity = terse").await;
        set("log_parameter_max_length = 0").await;
        assert_eq!(ask().await, Vec::<String>::new());
    }

    fn damage_is_found(temp) {
        let world = World::new(&temp.db).await;
        assert_eq!(temp.db.damage().await, Ok(vec![]));
        // A Postgres cluster has tools of its own.
        if temp.url.is_none() {
            temp.db.close().await;
            let file = temp.folder.path().join("skillmark.sqlite");
            let mut bytes = std::fs::read(&file).expect("a file");
            // One letter of one id: in the row or in its index, which then do not agree.
            let id = world.achievement.achievement_id.to_string().into_bytes();
            let at = bytes.windows(id.len()).position(|window| window == id);
            bytes[at.expect("it stands there")] ^= 1;
            std::fs::write(&file, bytes).expect("written");
            let found = Db::sqlite(&file).await.expect("opens").damage().await.expect("looked");
            assert!(found.iter().any(|line| line.contains("index")), "{found:?}");
        }
    }

    fn a_time_is_stored_as_the_time_it_is(temp) {
        let row = an_issuer("Lab");
        temp.db.of(&row.issuer_id).add_issuer(&row).await.expect("added");
        let question = match temp.url {
            Some(_) => "select to_char(created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from issuers",
            None => "select created_at from issuers",
        };
        assert_eq!(setting(&temp.db, question).await, ["2026-03-01T12:00:00Z"]);
        assert_eq!(Ts::from("1999-12-31T23:59:58.9Z".parse::<skillmark::clock::Timestamp>().expect("a time")), at("1999-12-31T23:59:58Z"));
        // What another program wrote with fractions is read as the second it lies in.
        if temp.url.is_some() {
            temp.sql("update issuers set created_at = '1999-12-31 23:59:58.5Z'").await.expect("set");
            let read = temp.db.issuers().await.expect("read");
            assert_eq!(read[0].created_at, at("1999-12-31T23:59:58Z"));
        }
    }

    fn a_broken_check_and_a_broken_key_are_told_apart(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let bad = a_key(&world.issuer, "z6MkBad", KeyState::Pending);
        let bad = skillmark::db::IssuerKeyRow { seed_sealed: None, ..bad };
        assert!(matches!(of.add_key(&bad).await, Err(Error::Refused(_))));
        assert!(matches!(of.add_issuer(&world.issuer).await, Err(Error::Duplicate(_))));
    }
}
