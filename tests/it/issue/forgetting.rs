//! Erasing a person at any moment, and forgetting what is past its time (threats J10, J16).

use std::{sync::Arc, time::Duration};

use skillmark::{
    db::{self, CredentialState},
    ids::CredentialId,
    issue::{
        Error, batch, fulfil, one,
        people::{self, ERASED},
        plan::Row,
        retention::{self, Forgotten},
        rounds,
    },
    portfolio,
};

use super::lab::{Lab, row};
use crate::support::{between::Between, db::on_both};

const DAY: i64 = 24 * 3_600;

impl Lab<'_> {
    /// A credential's state, and why it failed.
    async fn state(&self, id: &CredentialId) -> (CredentialState, Option<String>) {
        let row = self.app.db.of(self.who.issuer()).credential(id).await;
        let row = row.expect("read").expect("there");
        (row.state, row.problem)
    }

    /// What is left of people who were erased, besides their ids.
    async fn leftovers(&self) -> i64 {
        let of_the_erased = "in (select c.credential_id from credentials c join people p \
             on p.issuer_id = c.issuer_id and p.person_id = c.person_id where p.erased_at is not null)";
        let credentials = format!(
            "select count(*) from credentials where credential_id {of_the_erased} and \
             (order_sealed is not null or recipient_hash is not null or state = 'pending')"
        );
        let evidence = format!("select count(*) from evidence where credential_id {of_the_erased}");
        let people = "select count(*) from people where erased_at is not null and \
             (key_sealed is not null or details_sealed is not null or lookup_hash is not null)";
        self.temp.number(&credentials).await
            + self.temp.number(&evidence).await
            + self.temp.number(people).await
    }
}

on_both! {
    fn j10_an_unsigned_promise_of_an_erased_learner_is_given_up(temp) {
        let lab = Lab::open(temp).await;
        let rows: Vec<Row> = (1..=3).map(|n| Row { line: n, ..row(&format!("s-{n}")) }).collect();
        let started = batch::start(&lab.app, &lab.who, &lab.achievement, &rows, None).await.expect("started");
        let ids: Vec<CredentialId> = started.rows.iter().map(|(_, answer)| answer.id().clone()).collect();
        people::erase(&lab.app, &lab.who, "s-1").await.expect("erased");
        // What an earlier version left behind: no order, and still promised.
        let stuck = format!("update credentials set order_sealed = null where credential_id = '{}'", ids[1]);
        temp.sql(&stuck).await.expect("stuck");

        let count = batch::work(&lab.app, lab.who.issuer(), &started.batch, &mut |_| {}).await.expect("done");
        assert_eq!((count.issued, count.failed, count.pending), (1, 2, 0));
        for id in &ids[..2] {
            assert_eq!(lab.state(id).await, (CredentialState::Failed, Some(ERASED.to_owned())));
        }
        assert_eq!(lab.state(&ids[2]).await, (CredentialState::Issued, None));
        assert_eq!(temp.db.issuers_with_pending().await, Ok(vec![]));
        assert_eq!(batch::resume(&lab.app).await, Ok(0));
        assert_eq!(lab.leftovers().await, 0);
        // The place in the status list stays taken: it is never given out again.
        assert_eq!(lab.count("status_entries").await, 3);
    }

    fn j10_who_waits_for_a_credential_is_told_that_the_learner_was_erased(temp) {
        let lab = Lab::open(temp).await;
        let request = lab.request("s-1", Some("key"));
        let promised = one::promise(&lab.app, &lab.who, &request).await.expect("promised");
        let rows = lab.app.db.of(lab.who.issuer()).credentials(&[promised.id().clone()]).await.expect("rows");
        let made = fulfil::sign(&lab.app, lab.who.issuer(), rows, Arc::new(fulfil::plainly)).await.expect("signed");
        people::erase(&lab.app, &lab.who, "s-1").await.expect("erased");
        // Signed at the same moment, and too late to be stored.
        let late = fulfil::store(&lab.app, lab.who.issuer(), &made, lab.app.now()).await;
        assert_eq!(late, Err(Error::Db(db::Error::NoRow)));
        let told = one::complete(&lab.app, &lab.who, &request, &promised, Arc::new(fulfil::plainly)).await;
        assert_eq!(told, Err(Error::Conflict(ERASED.to_owned())));
        assert_eq!(lab.leftovers().await, 0);
    }

    fn j10_nothing_is_left_at_whatever_moment_a_learner_is_erased(temp) {
        let lab = Lab::open(temp).await;
        let (mut nth, mut given_up) = (0, 0);
        loop {
            let learner = format!("s-{nth}");
            lab.issue_of(&learner, "2026-02-01").await;
            let (app, who, reference) = (lab.app.clone(), lab.who.clone(), learner.clone());
            let between = Between::new(temp, &lab.app, nth, move || {
                let (app, who, reference) = (app.clone(), who.clone(), reference.clone());
                Box::pin(async move {
                    people::erase(&app, &who, &reference).await.expect("erased");
                })
            });
            let between = between.await;
            let request = lab.request(&learner, Some(&learner));
            match one::issue(&between.app, &lab.who, &request).await {
                Ok(issued) => assert_eq!(lab.stored(&issued.id).await, issued.document),
                Err(error) => {
                    assert_eq!(error, Error::Conflict(ERASED.to_owned()), "{nth}");
                    given_up += 1;
                }
            }
            if !between.came() {
                break;
            }
            assert_eq!(lab.leftovers().await, 0, "erased before statement {nth}");
            nth += 1;
        }
        assert!(nth > 5 && given_up > 2, "{nth} {given_up}");
    }

    fn an_erased_learner_is_not_made_anew_by_work_that_began_before(temp) {
        let lab = Lab::open(temp).await;
        let request = lab.request("s-1", None);
        one::issue(&lab.app, &lab.who, &request).await.expect("issued");
        let hash = lab.app.custody.lookup_hash(lab.who.issuer(), "s-1").expect("a hash");
        let person = lab.app.db.of(lab.who.issuer()).people_by_lookup(&[hash]).await.expect("read").remove(0).person_id;
        let meant = one::Request { person: Some(person), ..request };
        assert!(one::issue(&lab.app, &lab.who, &meant).await.expect("the same").repeated);
        people::erase(&lab.app, &lab.who, "s-1").await.expect("erased");
        assert_eq!(one::issue(&lab.app, &lab.who, &meant).await, Err(Error::NotFound("learner")));
        assert_eq!((lab.count("people").await, lab.count("credentials").await), (1, 1));
    }

    fn j16_what_is_past_its_time_is_deleted_and_nothing_before(temp) {
        let lab = Lab::open(temp).await;
        let request = lab.request("s-1", Some("key"));
        let issued = one::issue(&lab.app, &lab.who, &request).await.expect("issued");
        let chosen = std::slice::from_ref(&issued.id);
        let make = async |label: &str| portfolio::create(&lab.app, &lab.who, label, chosen, None).await.expect("made").0;
        let (ends, back) = (make("ends in 30 days").await, make("taken back").await);
        portfolio::revoke(&lab.app, &lab.who, &back).await.expect("taken back");
        let lines = lab.count("audit").await;
        let forget = async || retention::forget(&lab.app).await.expect("forgotten");
        let none = Forgotten::default();
        assert_eq!(forget().await, none);

        lab.clock.advance(30 * DAY);
        assert_eq!(forget().await, none, "to the last second");
        lab.clock.advance(1);
        assert_eq!(forget().await, Forgotten { requests: 1, portfolios: 1, ..none });
        let left = lab.app.db.of(lab.who.issuer()).portfolios().await.expect("read");
        assert_eq!(left.iter().map(|row| &row.portfolio_id).collect::<Vec<_>>(), [&ends]);
        assert_eq!(lab.count("portfolio_members").await, 1);
        // The same request again still gives the same bytes.
        let again = one::issue(&lab.app, &lab.who, &request).await.expect("issued");
        assert_eq!((again.document, again.repeated), (issued.document, true));
        assert_eq!(lab.count("credentials").await, 1);

        lab.clock.advance(30 * DAY - 1);
        assert_eq!(forget().await, none);
        lab.clock.advance(1);
        assert_eq!(forget().await, Forgotten { portfolios: 1, ..none });
        assert_eq!(lab.count("portfolio_members").await, 0);
        // The key that came again was new on that day.
        lab.clock.advance(1);
        assert_eq!(forget().await, Forgotten { requests: 1, ..none });

        lab.clock.advance(670 * DAY - 2);
        assert_eq!(forget().await, none);
        lab.clock.advance(1);
        let old = u64::try_from(lines).expect("a number");
        assert_eq!(forget().await, Forgotten { lines: old, ..none });
        assert_eq!((lab.count("audit").await, lab.count("people").await), (0, 1));
    }

    fn j16_a_running_service_forgets_by_itself(temp) {
        let lab = Lab::open(temp).await;
        one::issue(&lab.app, &lab.who, &lab.request("s-1", Some("key"))).await.expect("issued");
        lab.clock.advance(31 * DAY);
        let rounds = rounds::start(&lab.app, Duration::from_millis(20));
        for _ in 0..1_000 {
            if lab.count("idempotency").await == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(lab.count("idempotency").await, 0, "it was never forgotten");
        drop(rounds);
    }
}
