//! Many at once.

use skillmark::{
    clock::Timestamp,
    db::Counts,
    issue::{
        Error,
        batch::{self, Started},
        issuer, one,
        plan::{self, Limits},
        promise::Answer,
        publish,
    },
    who::Who,
};

use super::lab::{Lab, csv, line, welders};
use crate::support::db::on_both;

impl Lab<'_> {
    pub(crate) async fn start(&self, csv: &str) -> Result<Started, Error> {
        let (app, who) = (&self.app, &self.who);
        let achievement = publish::achievement(app, who, &self.achievement).await?;
        let rows = plan::read(csv.as_bytes(), &achievement, Limits::PAGE, app.now());
        let rows = rows.map_err(Error::Rows)?;
        batch::start(app, who, &self.achievement, &rows, None).await
    }

    pub(crate) async fn work(&self, started: &Started) -> Result<Counts, Error> {
        batch::work(&self.app, self.who.issuer(), &started.batch, &mut |_| {}).await
    }
}

fn learners(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("s-{n}")).collect()
}

on_both! {
    fn a_file_becomes_credentials_with_progress(temp) {
        let lab = Lab::open(temp).await;
        let started = lab.start(&csv(learners(620))).await.expect("started");
        assert_eq!((started.promised(), started.repeated()), (620, 0));
        let mut told = Vec::new();
        let mut progress = |count: Counts| told.push((count.pending, count.issued));
        let issuer = lab.who.issuer();
        let done = batch::work(&lab.app, issuer, &started.batch, &mut progress).await;
        assert_eq!(done, Ok(Counts { pending: 0, issued: 620, failed: 0 }));
        assert_eq!(told.len(), 2);
        // The two parts are signed beside each other; what is told is what is stored by then.
        assert!(told.iter().all(|(pending, issued)| pending + issued == 620), "{told:?}");
        assert_eq!(told.last(), Some(&(0, 620)));
        let ids: std::collections::HashSet<_> = started.rows.iter().map(|(_, row)| row.id()).collect();
        assert_eq!(ids.len(), 620);
        assert_eq!(lab.count("people").await, 620);
    }

    fn f11_nothing_is_stored_of_a_file_with_a_fault(temp) {
        let lab = Lab::open(temp).await;
        let bad = format!("{}\n{}", csv(learners(3)), line("s-9").replace("2026-03-01", "2027-03-01"));
        let Err(Error::Rows(faults)) = lab.start(&bad).await else { panic!("refused") };
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].to_string(), "line 6, column 2 (date): is in the future");
        for table in ["credentials", "people", "status_entries", "evidence"] {
            assert_eq!(lab.count(table).await, 0, "{table}");
        }
    }

    fn h3_a_file_sent_twice_is_issued_once(temp) {
        let lab = Lab::open(temp).await;
        let first = lab.start(&csv(learners(5))).await.expect("started");
        lab.work(&first).await.expect("issued");
        lab.clock.advance(60);
        let second = lab.start(&csv(learners(7))).await.expect("started");
        assert_eq!((second.promised(), second.repeated()), (2, 5));
        for ((line, old), (same_line, again)) in first.rows.iter().zip(&second.rows) {
            assert_eq!(line, same_line);
            assert_eq!(again, &Answer::Before(old.id().clone()));
        }
        lab.work(&second).await.expect("issued");
        assert_eq!(lab.count("credentials").await, 7);
    }

    fn h6_a_row_that_cannot_be_stored_waits_and_holds_nobody_up(temp) {
        let lab = Lab::open(temp).await;
        let started = lab.start(&csv(learners(5))).await.expect("started");
        let stuck = started.rows[2].1.id().clone();
        refuse_storing(temp, stuck.as_str()).await;
        assert!(lab.work(&started).await.is_err());
        let batch = started.batch.to_string();
        let count = lab.app.db.of(lab.who.issuer()).batch_count(&batch).await;
        assert_eq!(count, Ok(Counts { pending: 1, issued: 4, failed: 0 }));

        allow_storing(temp).await;
        // Whoever started it has it for a while; then a worker takes it up.
        assert_eq!(batch::resume(&lab.app).await, Ok(0));
        assert_eq!(skillmark::jobs::run_due(&lab.app).await, Ok(0));
        lab.clock.advance(batch::HOLD_SECONDS);
        assert_eq!(skillmark::jobs::run_due(&lab.app).await, Ok(1));
        assert_eq!(lab.work(&started).await, Ok(Counts { pending: 0, issued: 5, failed: 0 }));
        assert_eq!(lab.count("credentials").await, 5);
    }

    fn h6_one_organisations_key_holds_no_other_organisation_up(temp) {
        let lab = Lab::open(temp).await;
        let weld = publish::achievement(&lab.app, &lab.who, &lab.achievement).await.expect("published");
        let other = issuer::init(&lab.app, &issuer::NewIssuer { name: "Harbour Skills".to_owned(), ..welders() }).await;
        let other = Who::operator(other.expect("an organisation").issuer.issuer_id);
        publish::publish(&lab.app, &other, &weld).await.expect("published");
        for who in [&lab.who, &other] {
            one::promise(&lab.app, who, &lab.request("s-1", None)).await.expect("promised");
        }
        let spoil = if temp.url.is_some() { "decode('00', 'hex')" } else { "x'00'" };
        let of = async |who: &Who, state: &str| {
            temp.number(&format!("select count(*) from credentials where issuer_id = '{}' and state = '{state}'", who.issuer())).await
        };
        temp.sql(&format!("update issuer_keys set seed_sealed = {spoil} where issuer_id = '{}'", lab.who.issuer())).await.expect("spoiled");
        assert_eq!(batch::resume(&lab.app).await, Ok(1));
        assert_eq!((of(&lab.who, "pending").await, of(&other, "issued").await), (1, 1), "it waits, and is not lost");
        // Whichever of the two comes first.
        one::promise(&lab.app, &other, &lab.request("s-2", None)).await.expect("promised");
        temp.sql(&format!("update issuer_keys set seed_sealed = {spoil} where issuer_id = '{}'", other.issuer())).await.expect("spoiled");
        assert_eq!(batch::resume(&lab.app).await, Ok(0));
        assert_eq!((of(&lab.who, "pending").await, of(&other, "pending").await), (1, 1));
    }

    fn h11_workers_on_one_batch_do_not_double_anything(temp) {
        let lab = Lab::open(temp).await;
        let started = lab.start(&csv(learners(40))).await.expect("started");
        let works = (0..4).map(|_| {
            let (app, issuer) = (lab.app.clone(), lab.who.issuer().clone());
            let batch = started.batch.clone();
            tokio::spawn(async move { batch::work(&app, &issuer, &batch, &mut |_| {}).await })
        });
        for work in works.collect::<Vec<_>>() {
            work.await.expect("runs").expect("worked");
        }
        assert_eq!(temp.number("select count(*) from credentials where state = 'issued'").await, 40);
        assert_eq!(temp.number("select count(distinct document_sha256) from credentials").await, 40);
    }

    fn h17_totals_add_up(temp) {
        let lab = Lab::open(temp).await;
        lab.issue("s-0").await;
        let started = lab.start(&csv(learners(10))).await.expect("started");
        let done = lab.work(&started).await.expect("worked");
        let repeated = i64::try_from(started.repeated()).expect("few");
        assert_eq!(repeated, 1);
        assert_eq!(done.issued + done.failed + done.pending + repeated, 10);
    }

    fn a_batch_needs_the_scope_to_issue(temp) {
        let lab = Lab::open(temp).await;
        let (_, secret) = issuer::new_api_key(
            &lab.app, &lab.who, "reader", &[skillmark::who::Scope::Read], None,
        ).await.expect("a key");
        let now: Timestamp = lab.app.now();
        let reader = Who::by_api_key(&lab.app.db, secret.reveal(), now).await;
        let reader = reader.expect("known");
        let answer = batch::start(&lab.app, &reader, &lab.achievement, &[], None).await;
        let refusal = skillmark::who::Refusal::Scope(skillmark::who::Scope::Issue);
        assert_eq!(answer, Err(Error::Refused(refusal)));
    }

    fn ids_say_nothing_of_the_order_of_a_file(temp) {
        let lab = Lab::open(temp).await;
        let started = lab.start(&csv(learners(300))).await.expect("started");
        let ids: Vec<&str> = started.rows.iter().map(|(_, answer)| answer.id().as_str()).collect();
        // As often up as down, as it is by chance; and each line is told its own.
        let up = ids.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((100..200).contains(&up), "{up} of 299");
        lab.work(&started).await.expect("signed");
        let lines: Vec<u64> = started.rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, (2..302).collect::<Vec<u64>>());
        let again = lab.start(&csv(learners(300))).await.expect("started");
        let before: Vec<&str> = again.rows.iter().map(|(_, answer)| answer.id().as_str()).collect();
        assert_eq!(before, ids);
    }

    fn whoever_signs_a_batch_draws_its_lease_out_when_a_quarter_has_passed(temp) {
        let lab = Lab::open(temp).await;
        let started = lab.start(&csv(learners(1_600))).await.expect("started");
        let held_until = async || {
            let row = lab.app.db.of(lab.who.issuer()).job(&started.batch).await.expect("read").expect("there");
            row.leased_until.expect("held").as_second()
        };
        let begun = held_until().await;
        let quarter = batch::HOLD_SECONDS / 4;
        // One part each time: the other lanes are told to stop.
        for (later, until) in [(quarter, 0), (1, quarter + 1), (1, quarter + 1)] {
            lab.clock.advance(later);
            let first = std::sync::atomic::AtomicBool::new(true);
            let going = || first.swap(false, std::sync::atomic::Ordering::SeqCst);
            batch::work_while(&lab.app, lab.who.issuer(), &started.batch, &going).await.expect("signed");
            assert_eq!(held_until().await, begun + until);
        }
    }
}

/// Makes the database refuse to store this one credential.
async fn refuse_storing(temp: &crate::support::db::Temp, id: &str) {
    if temp.url.is_some() {
        temp.sql(
            "create function stop() returns trigger language plpgsql as \
             $$ begin raise exception 'no room'; end $$",
        )
        .await
        .expect("a function");
        temp.sql(&format!(
            "create trigger stop before update on credentials for each row \
             when (new.credential_id = '{id}' and new.document is not null) execute function stop()"
        ))
        .await
        .expect("a trigger");
    } else {
        temp.sql(&format!(
            "create trigger stop before update on credentials for each row \
             when new.credential_id = '{id}' and new.document is not null \
             begin select raise(abort, 'no room'); end"
        ))
        .await
        .expect("a trigger");
    }
}

async fn allow_storing(temp: &crate::support::db::Temp) {
    let drop = if temp.url.is_some() {
        "drop trigger stop on credentials"
    } else {
        "drop trigger stop"
    };
    temp.sql(drop).await.expect("dropped");
}
