//! Threats E: taking back, and the list that strangers fetch.

use std::{collections::HashSet, sync::Arc, time::Duration};

use skillmark::{
    clock::{Stopwatch, Timestamp},
    db::{DidMethod, StatusState},
    did::is_absolute,
    ids::{CredentialId, StatusListId},
    issue::{
        Achievement, Error, identity, issuer, keys, list,
        one::{self, Issued},
        publish,
        revoke::{self, Change},
        rounds,
        sources::Own,
    },
    json,
    status::{Entry, ListCredential, entries},
    verify::{CheckId, Known, Options, Outcome, Report, Verdict, verify, verify_known},
    who::Who,
};

use super::lab::{Lab, WELD, at, csv, welders};
use crate::support::{chance::Seeded, db::on_both};

impl Lab<'_> {
    async fn change(&self, issued: &Issued, change: Change) -> Result<StatusState, Error> {
        revoke::change(&self.app, &self.who, &issued.id, change).await
    }

    /// The one list, as published.
    async fn published(&self, issued: &Issued) -> ListCredential {
        let list = self
            .app
            .db
            .status_document(&list_of(issued))
            .await
            .expect("an answer");
        let document = list.expect("published").document;
        ListCredential::read(&json::parse(&document).expect("json")).expect("a list")
    }

    /// The verdict that somebody here gets.
    pub(crate) async fn verify(&self, text: &str) -> Report {
        let own = Own::new(&self.app, self.app.now());
        verify(&own, text.as_bytes(), &Options::default(), self.app.now()).await
    }
}

fn entry(issued: &Issued) -> Entry {
    let document = json::parse(&issued.document).expect("json");
    match entries(&document).remove(0).expect("an entry") {
        skillmark::status::Named::Place(entry) => entry,
        other => panic!("{other:?}"),
    }
}

fn list_of(issued: &Issued) -> StatusListId {
    let url = entry(issued).list;
    assert!(is_absolute(&url), "{url}");
    url.rsplit('/')
        .next()
        .expect("an end")
        .parse()
        .expect("an id")
}

fn outcome(report: &Report, id: CheckId) -> Option<Outcome> {
    report
        .checks
        .iter()
        .find(|check| check.id == id)
        .map(|check| check.outcome)
}

on_both! {
    fn suspending_can_be_undone_and_revoking_cannot(temp) {
        let lab = Lab::open(temp).await;
        let issued = lab.issue("s-1").await;
        assert_eq!(lab.verify(&issued.document).await.verdict, Verdict::Valid);

        assert_eq!(lab.change(&issued, Change::Suspend).await, Ok(StatusState::Suspended));
        // Nothing is published yet, but who asks here is told at once.
        assert_eq!(lab.published(&issued).await.status(&entry(&issued)).expect("in it").value, 0);
        assert_eq!(lab.verify(&issued.document).await.reason, Some("suspended"));
        assert_eq!(lab.change(&issued, Change::Reinstate).await, Ok(StatusState::Ok));
        assert_eq!(lab.verify(&issued.document).await.verdict, Verdict::Valid);

        assert_eq!(lab.change(&issued, Change::Revoke).await, Ok(StatusState::Revoked));
        assert_eq!(lab.change(&issued, Change::Revoke).await, Ok(StatusState::Revoked));
        let undone = lab.change(&issued, Change::Reinstate).await;
        assert_eq!(undone, Err(Error::Conflict("the credential is revoked, for good".to_owned())));
        assert_eq!(lab.verify(&issued.document).await.verdict, Verdict::Invalid);
    }

    fn e11_e14_the_list_follows_when_it_is_due(temp) {
        let lab = Lab::open(temp).await;
        let (first, second) = (lab.issue("s-1").await, lab.issue("s-2").await);
        assert_eq!(list::publish_due(&lab.app).await, Ok(0));
        lab.change(&first, Change::Revoke).await.expect("revoked");
        assert_eq!(list::publish_due(&lab.app).await, Ok(1));
        assert_eq!(list::publish_due(&lab.app).await, Ok(0));
        let list = lab.published(&first).await;
        assert_eq!(list.status(&entry(&first)).expect("in it").value, 1);
        assert_eq!(list.status(&entry(&second)).expect("in it").value, 0);
        assert_eq!(list.ttl_ms, Some(300_000));
        let now: Timestamp = lab.app.now();
        assert!(list.valid_until.is_some_and(|until| until > now));

        // It is published anew before it runs out, although nothing changed.
        lab.clock.advance(25 * 3_600);
        assert_eq!(list::publish_due(&lab.app).await, Ok(1));
    }

    fn e11_the_server_s_own_rounds_publish_what_changed_in_the_database(temp) {
        let lab = Lab::open(temp).await;
        let (first, second) = (lab.issue("s-1").await, lab.issue("s-2").await);
        let rounds = rounds::start(&lab.app, Duration::from_millis(20));
        // Only rows change, as another process would change them.
        let list = list_of(&first);
        temp.sql(&format!("update status_entries set state = 'revoked' where credential_id = '{}'", first.id)).await.expect("a row");
        temp.sql(&format!("update status_lists set changes = changes + 1 where status_list_id = '{list}'")).await.expect("a row");
        let bit = async |issued: &Issued| lab.published(issued).await.status(&entry(issued)).expect("in it").value;
        let waited = Stopwatch::start();
        while bit(&first).await == 0 {
            assert!(waited.elapsed() < Duration::from_secs(20), "it was never published");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!((bit(&first).await, bit(&second).await), (1, 0));

        // Promises that a crash left behind are kept by the other round.
        let promised = one::promise(&lab.app, &lab.who, &lab.request("s-3", None)).await.expect("promised");
        while lab.app.db.of(lab.who.issuer()).credential(promised.id()).await.expect("a row").expect("there").document.is_none() {
            assert!(waited.elapsed() < Duration::from_secs(40), "it was never signed");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(rounds);
    }

    fn e12_issuing_changes_no_byte_of_the_list_and_places_tell_no_order(temp) {
        // The same numbers each time: so that the bound can be as narrow as chance allows.
        let lab = Lab::open_with(temp, Arc::new(Seeded::new("places"))).await;
        let first = lab.issue("first").await;
        let before = lab.app.db.status_document(&list_of(&first)).await.expect("an answer");
        let started = lab.start(&csv((1..1_000).map(|n| format!("s-{n}")))).await.expect("started");
        let done = lab.work(&started).await.expect("worked");
        assert_eq!((done.issued, done.pending, done.failed), (999, 0, 0));
        list::publish_due(&lab.app).await.expect("nothing is due");
        let after = lab.app.db.status_document(&list_of(&first)).await.expect("an answer");
        assert_eq!(before, after);

        let ids: Vec<CredentialId> = started.rows.iter().map(|(_, answer)| answer.id().clone()).collect();
        let rows = lab.app.db.of(lab.who.issuer()).credentials(&ids).await.expect("rows");
        let place = |id: &CredentialId| {
            let row = rows.iter().find(|row| row.promise.credential_id == *id).expect("a row");
            assert_eq!(row.promise.status_list_id, list_of(&first));
            u64::try_from(row.promise.status_index).expect("a place")
        };
        let mut places = vec![entry(&first).index];
        places.extend(ids.iter().map(place));
        let different: HashSet<u64> = places.iter().copied().collect();
        assert_eq!(different.len(), 1_000);
        let correlation = spearman(&places);
        assert!(correlation.abs() < 0.1, "issue order shows in the places: {correlation}");
        let neighbours = places.windows(2).filter(|two| two[0].abs_diff(two[1]) == 1).count();
        assert_eq!(neighbours, 0, "two in a row lie side by side once in 65,000 times");
    }

    fn e13_a_place_is_never_given_out_twice(temp) {
        let lab = Lab::open(temp).await;
        let issued = lab.issue("s-1").await;
        temp.sql("delete from evidence").await.expect("deleted");
        temp.sql("delete from credentials").await.expect("deleted");
        assert_eq!(lab.count("status_entries").await, 1);
        let entry = entry(&issued);
        let again = format!(
            "insert into status_entries select issuer_id, status_list_id, status_index, 'x', state, \
             changed_at from status_entries where status_index = {}",
            entry.index
        );
        assert!(temp.sql(&again).await.is_err());
    }

    fn e15_changes_close_together_are_one_version(temp) {
        let lab = Lab::open(temp).await;
        let (first, second) = (lab.issue("s-1").await, lab.issue("s-2").await);
        lab.change(&first, Change::Revoke).await.expect("revoked");
        lab.clock.advance(10);
        lab.change(&second, Change::Suspend).await.expect("suspended");
        lab.clock.advance(10);
        list::publish_due(&lab.app).await.expect("published");
        let list = lab.published(&first).await;
        let values = [&first, &second].map(|one| list.status(&entry(one)).expect("in it").value);
        assert_eq!(values, [1, 1]);
        assert_eq!(lab.count("status_documents").await, 2);
    }

    fn e16_no_reason_is_published(temp) {
        let lab = Lab::open(temp).await;
        let issued = lab.issue("s-1").await;
        lab.change(&issued, Change::Revoke).await.expect("revoked");
        list::publish_due(&lab.app).await.expect("published");
        let document = lab.app.db.status_document(&list_of(&issued)).await.expect("an answer");
        let document = document.expect("published").document;
        assert!(!document.to_lowercase().contains("reason"));
        assert!(!document.contains(issued.id.as_str()));
        assert_eq!(at(&document, "/credentialSubject/statusPurpose"), "revocation");
    }

    fn i5_two_hundred_are_good_on_both_sides_of_a_rotation(temp) {
        let lab = Lab::open(temp).await;
        let new = issuer::NewIssuer { did_method: Some(DidMethod::Web), ..welders() };
        let made = issuer::init(&lab.app, &new).await.expect("made").issuer;
        let lab = Lab { who: Who::operator(made.issuer_id.clone()), ..lab };
        let weld = Achievement::parse(WELD.as_bytes()).expect("good");
        publish::publish(&lab.app, &lab.who, &weld).await.expect("published");
        let hundred = async |from: usize| {
            let started = lab.start(&csv((from..from + 100).map(|n| format!("s-{n}")))).await.expect("started");
            assert_eq!(lab.work(&started).await.map(|done| done.issued), Ok(100));
            let ids: Vec<CredentialId> = started.rows.iter().map(|(_, answer)| answer.id().clone()).collect();
            let rows = lab.app.db.of(&made.issuer_id).credentials(&ids).await.expect("rows");
            rows.into_iter().map(|row| (row.promise.key_id, row.document.expect("issued"))).collect::<Vec<_>>()
        };
        let cached = async || {
            let keys = keys::list(&lab.app, &made.issuer_id).await.expect("keys");
            let document = identity::did_document(&lab.app.config.public_url, &made.issuer_id, &keys);
            json::text(&document.expect("a document").to_json())
        };
        let old = hundred(0).await;
        keys::rotate(&lab.app, &lab.who).await.expect("rotated");
        let new = hundred(100).await;
        let mut documents = vec![cached().await];
        for _ in 0..2 {
            lab.clock.advance(86_400);
            keys::rotate(&lab.app, &lab.who).await.expect("rotated");
            documents.push(cached().await);
        }
        let keys: HashSet<&str> = old.iter().chain(&new).map(|(key, _)| key.as_str()).collect();
        assert_eq!((old.len(), new.len(), keys.len()), (100, 100, 2));
        for (_, text) in old.iter().chain(&new) {
            assert_eq!(lab.verify(text).await.verdict, Verdict::Valid);
        }
        // Offline, from the issuer's document as it was kept on any later day, and the list.
        let list = at(&old[0].1, "/credentialStatus/statusListCredential");
        let id = list.rsplit('/').next().expect("an id").parse().expect("an id");
        let signed = lab.app.db.status_document(&id).await.expect("read").expect("published").document;
        let now = lab.app.now();
        for (day, document) in documents.into_iter().enumerate() {
            let known = Known::nothing().with_issuer(&made.did, document, now).with_status_list(&list, signed.clone(), now);
            for (_, text) in &old {
                let report = verify_known(&known, text.as_bytes(), &Options::default(), now);
                for check in [CheckId::Proof, CheckId::KeyBinding] {
                    assert_eq!(outcome(&report, check), Some(Outcome::Pass), "{report:?}");
                }
                // The list is signed by the newest key, which older documents do not know.
                let verdict = if day == 2 { Verdict::Valid } else { Verdict::CannotTell };
                assert_eq!(report.verdict, verdict, "{report:?}");
            }
        }
    }

    fn i5_what_older_keys_signed_stays_good(temp) {
        let lab = Lab::open(temp).await;
        let first = lab.issue("s-1").await;
        keys::rotate(&lab.app, &lab.who).await.expect("rotated");
        let second = lab.issue("s-2").await;
        assert_ne!(at(&first.document, "/issuer/id"), at(&second.document, "/issuer/id"));
        for issued in [&first, &second] {
            let report = lab.verify(&issued.document).await;
            assert_eq!(report.verdict, Verdict::Valid, "{report:?}");
            assert_eq!(outcome(&report, CheckId::Status), Some(Outcome::Pass));
        }
        lab.change(&first, Change::Revoke).await.expect("revoked");
        assert_eq!(lab.verify(&first.document).await.reason, Some("revoked"));
    }

    fn another_organisation_s_credential_is_not_there(temp) {
        let lab = Lab::open(temp).await;
        let issued = lab.issue("s-1").await;
        let other = issuer::init(&lab.app, &welders()).await;
        let other = Who::operator(other.expect("made").issuer.issuer_id);
        let answer = revoke::change(&lab.app, &other, &issued.id, Change::Revoke).await;
        assert_eq!(answer, Err(Error::NotFound("credential")));
    }
}

/// Spearman's rank correlation of an order with the numbers in it.
fn spearman(places: &[u64]) -> f64 {
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    let rank = |place: &u64| sorted.partition_point(|other| other < place) as f64;
    let n = places.len() as f64;
    let squares: f64 = (places.iter().enumerate())
        .map(|(i, place)| (i as f64 - rank(place)).powi(2))
        .sum();
    1.0 - 6.0 * squares / (n * (n * n - 1.0))
}
