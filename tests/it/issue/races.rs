//! What happens at the same moment: publishing, revoking, issuing, changing the key.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Mutex, Notify};

use skillmark::{
    app::App,
    clock::SystemChance,
    custody,
    db::{self, KeyState, StatusState},
    ids::CredentialId,
    issue::{
        Error,
        batch::{self, Hands},
        fulfil::{self, Made},
        keys, list,
        one::{self, Issued},
        plan::{self, Limits},
        publish,
        revoke::{self, Change},
        sources::Own,
    },
    json,
    status::{Entry, ListCredential, entries},
    verify::{CheckId, Options, Verdict, verify},
};

use super::lab::{Lab, at, csv};
use crate::support::{
    between::Between,
    db::{Temp, on_both},
};

fn entry(issued: &Issued) -> Entry {
    let document = json::parse(&issued.document).expect("json");
    match entries(&document).remove(0).expect("an entry") {
        skillmark::status::Named::Place(entry) => entry,
        other => panic!("{other:?}"),
    }
}

/// Every version of the one list, the first one first: the changes it knows, and its document.
async fn versions(temp: &Temp) -> Vec<(u64, String)> {
    let column =
        |name: &str| format!("select cast({name} as text) from status_documents order by version");
    let changes = temp.texts(&column("changes")).await;
    let changes = changes.iter().map(|text| text.parse().expect("a number"));
    changes.zip(temp.texts(&column("document")).await).collect()
}

/// The program as another process opens it, on the same database.
async fn another(lab: &Lab<'_>) -> App {
    App::open_with(lab.temp.config(), lab.clock.clone(), Arc::new(SystemChance))
        .await
        .expect("it starts")
}

/// The row of a credential must name the key that its proof names.
async fn agrees(lab: &Lab<'_>, id: &CredentialId) -> String {
    let row = lab.app.db.of(lab.who.issuer()).credential(id).await;
    let row = row.expect("a row").expect("there");
    let document = row.document.expect("issued");
    let method = at(&document, "/proof/0/verificationMethod");
    assert!(
        method.ends_with(&format!("#{}", row.promise.key_id)),
        "{method}"
    );
    assert!(method.starts_with(&at(&document, "/issuer/id")), "{method}");
    assert_eq!(lab.verify(&document).await.verdict, Verdict::Valid);
    row.promise.key_id
}

/// The bit of a credential in the list as it is published.
async fn bit(lab: &Lab<'_>, one: &Issued) -> u64 {
    let id = entry(one).list.rsplit('/').next().map(str::parse);
    let id = id.expect("an end").expect("an id");
    let document = lab.app.db.status_document(&id).await.expect("read");
    let document =
        json::parse(&document.expect("there").document).map(|d| ListCredential::read(&d));
    let list = document.expect("json").expect("a list");
    u64::from(list.status(&entry(one)).expect("in it").value)
}

on_both! {
    fn e11_no_published_list_forgets_a_revocation(temp) {
        let lab = Lab::open(temp).await;
        let other = another(&lab).await;
        let mut issued = Vec::new();
        // Before every statement of a publication, another process revokes, and publishes or not.
        for publishes in [false, true] {
            let mut nth = 0;
            loop {
                let mine = lab.issue(&format!("mine-{publishes}-{nth}")).await;
                let theirs = lab.issue(&format!("theirs-{publishes}-{nth}")).await;
                revoke::change(&lab.app, &lab.who, &mine.id, Change::Revoke).await.expect("revoked");
                let (app, who, id) = (other.clone(), lab.who.clone(), theirs.id.clone());
                let between = Between::new(temp, &lab.app, nth, move || {
                    let (app, who, id) = (app.clone(), who.clone(), id.clone());
                    Box::pin(async move {
                        revoke::change(&app, &who, &id, Change::Revoke).await.expect("revoked");
                        if publishes {
                            list::publish_due(&app).await.expect("published");
                        }
                    })
                });
                let between = between.await;
                list::publish_due(&between.app).await.expect("published");
                // Whoever was told that it is published finds it published.
                assert_eq!(bit(&lab, &mine).await, 1, "{nth}");
                if !between.came() {
                    break;
                }
                let due = !temp.db.stale_status_lists().await.expect("read").is_empty();
                assert!(!(publishes && due), "{nth}");
                assert!(due || bit(&lab, &theirs).await == 1, "forgotten before statement {nth}");
                list::publish_due(&lab.app).await.expect("published");
                assert_eq!(bit(&lab, &theirs).await, 1, "{nth}");
                issued.extend([mine, theirs]);
                nth += 1;
            }
            assert!(nth > 5, "{nth}");
        }
        assert_eq!(temp.db.stale_status_lists().await, Ok(vec![]));

        let mut known = 0;
        let mut set = vec![0; issued.len()];
        for (version, (changes, document)) in versions(temp).await.iter().enumerate() {
            assert!(*changes >= known, "version {} knows less", version + 1);
            known = *changes;
            let list = ListCredential::read(&json::parse(document).expect("json")).expect("a list");
            for (bit, one) in set.iter_mut().zip(&issued) {
                let now = list.status(&entry(one)).expect("in it").value;
                assert!(now >= *bit, "version {} clears a bit", version + 1);
                *bit = now;
            }
        }
        assert_eq!(set, vec![1; issued.len()]);
    }

    fn e11_who_publishes_late_and_knows_more_publishes_again(temp) {
        let lab = Lab::open(temp).await;
        let (slow, quick) = (another(&lab).await, another(&lab).await);
        for nth in 0.. {
            let first = lab.issue(&format!("first-{nth}")).await;
            let second = lab.issue(&format!("second-{nth}")).await;
            revoke::change(&lab.app, &lab.who, &first.id, Change::Revoke).await.expect("revoked");
            // One process stops in the middle of a list that does not know the second revocation …
            let (here, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (stopped, going) = (Arc::clone(&here), Arc::clone(&go_on));
            let between = Between::new(temp, &slow, nth, move || {
                let (stopped, going) = (Arc::clone(&stopped), Arc::clone(&going));
                Box::pin(async move {
                    stopped.notify_one();
                    going.notified().await;
                })
            });
            let between = between.await;
            let app = between.app.clone();
            let publishing = tokio::spawn(async move { list::publish_due(&app).await.map(|_| ()) });
            tokio::select! {
                () = here.notified() => {}
                () = async { while !publishing.is_finished() { tokio::time::sleep(Duration::from_millis(5)).await } } => {}
            }
            let over = publishing.is_finished();
            revoke::change(&lab.app, &lab.who, &second.id, Change::Revoke).await.expect("revoked");
            // … and stores it just before another stores one that does.
            let done = Arc::new(Mutex::new(Some(publishing)));
            let rest = Between::new(temp, &quick, nth, move || {
                let (go_on, done) = (Arc::clone(&go_on), Arc::clone(&done));
                Box::pin(async move {
                    go_on.notify_one();
                    let publishing = done.lock().await.take().expect("once");
                    publishing.await.expect("ran").expect("published");
                })
            });
            let rest = rest.await;
            list::publish_due(&rest.app).await.expect("published");
            assert_eq!((bit(&lab, &first).await, bit(&lab, &second).await), (1, 1), "{nth}");
            if over || !rest.came() {
                assert!(nth > 5, "{nth}");
                break;
            }
        }
    }

    fn j10_something_is_promised_only_while_the_learner_is_held(temp) {
        let lab = Lab::open(temp).await;
        lab.issue("s-1").await;
        let hash = lab.app.custody.lookup_hash(lab.who.issuer(), "s-1").expect("a hash");
        let (app, who) = (another(&lab).await, lab.who.clone());
        // As an erasure holds the learner.
        let mut tx = lab.app.db.begin().await.expect("begun");
        let held = tx.of(lab.who.issuer()).hold_people(&[hash]).await.expect("read");
        assert_eq!(held.len(), 1);
        let mut request = lab.request("s-1", None);
        request.row.awarded = "2026-02-01T00:00:00Z".parse().expect("a date");
        let promising = tokio::spawn(async move { one::promise(&app, &who, &request).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!promising.is_finished(), "it does not wait");
        tx.rollback().await.expect("let go");
        promising.await.expect("ran").expect("promised");
    }

    fn i3_without_the_key_encryption_key_nothing_taken_back_is_called_good(temp) {
        let lab = Lab::open(temp).await;
        let (gone, other) = (lab.issue("s-1").await, lab.issue("s-2").await);
        std::fs::remove_file(lab.app.config.kek_path()).expect("removed");
        let app = another(&lab).await;
        let published_at = lab.app.now();
        lab.clock.advance(60);
        let check = async |document: &str| {
            let own = Own::new(&app, app.now());
            verify(&own, document.as_bytes(), &Options::default(), app.now()).await
        };
        // The list is not behind: it is used, and it says how old it is.
        let good = check(&gone.document).await;
        assert_eq!(good.verdict, Verdict::Valid);
        assert_eq!(good.check(CheckId::Status).expect("a check").as_of, Some(published_at));

        revoke::change(&app, &lab.who, &gone.id, Change::Revoke).await.expect("revoked");
        assert!(matches!(list::publish_due(&app).await, Err(Error::Custody(custody::Fault::NoKek(_)))));
        // The register needs no key to say so; what it does not hold against, the list must tell.
        let report = check(&gone.document).await;
        assert_eq!((report.verdict, report.reason), (Verdict::Invalid, Some("revoked")));
        let report = check(&other.document).await;
        assert_eq!((report.verdict, report.reason), (Verdict::CannotTell, Some("status_unavailable")));
        // Where the key is, the answer is there at once, and made this moment.
        let told = lab.verify(&gone.document).await;
        assert_eq!(told.reason, Some("revoked"));
        assert_eq!(told.check(CheckId::Status).expect("a check").as_of, Some(app.now()));
    }

    fn those_who_revoke_at_once_are_all_told_that_it_is_revoked(temp) {
        let lab = Lab::open(temp).await;
        let issued = one::issue(&lab.app, &lab.who, &lab.request("s-1", None)).await.expect("issued");
        for (round, (wish, state)) in [(Change::Suspend, StatusState::Suspended), (Change::Revoke, StatusState::Revoked)].into_iter().enumerate() {
            let mut asking = tokio::task::JoinSet::new();
            for _ in 0..12 {
                let (app, who, id) = (lab.app.clone(), lab.who.clone(), issued.id.clone());
                asking.spawn(async move { revoke::change(&app, &who, &id, wish).await });
            }
            while let Some(answer) = asking.join_next().await {
                assert_eq!(answer.expect("no panic"), Ok(state));
            }
            let changes = temp.number("select changes from status_lists").await;
            assert_eq!(usize::try_from(changes), Ok(round + 1), "each was done once");
        }
        let lines = "select count(*) from audit where action in ('credential.suspend', 'credential.revoke')";
        assert_eq!(temp.number(lines).await, 2);
    }

    fn i5_what_a_replaced_key_signed_is_not_issued(temp) {
        let lab = Lab::open(temp).await;
        let (app, issuer) = (&lab.app, lab.who.issuer());
        let request = lab.request("s-1", Some("key"));
        let promised = one::promise(app, &lab.who, &request).await.expect("promised");
        let rows = app.db.of(issuer).credentials(&[promised.id().clone()]).await.expect("rows");
        let made = fulfil::sign(app, issuer, rows.clone(), Arc::new(fulfil::plainly)).await.expect("signed");
        let changed = Err(Error::Db(db::Error::NoRow));

        let next = keys::rotate(app, &lab.who).await.expect("rotated");
        assert_eq!(fulfil::store(app, issuer, &made, app.now()).await, changed);
        let again = one::complete(app, &lab.who, &request, &promised, Arc::new(fulfil::plainly)).await;
        assert_eq!(at(&again.expect("issued").document, "/issuer/id"), next.did);
        assert_eq!(agrees(&lab, promised.id()).await, next.key_id);
        // The slow worker comes back: its bytes are others.
        assert_eq!(fulfil::store(app, issuer, &made, app.now()).await, changed);

        // The same with a key that is taken back.
        let request = lab.request("s-2", Some("other"));
        let promised = one::promise(app, &lab.who, &request).await.expect("promised");
        let rows = app.db.of(issuer).credentials(&[promised.id().clone()]).await.expect("rows");
        let made = fulfil::sign(app, issuer, rows, Arc::new(fulfil::plainly)).await.expect("signed");
        assert!(matches!(made[..], [Made::Signed(_)]));
        keys::revoke(app, &lab.who, &next.key_id).await.expect("taken back");
        assert_eq!(fulfil::store(app, issuer, &made, app.now()).await, changed);
        let none = one::issue(app, &lab.who, &request).await;
        assert!(none.is_err(), "{none:?}");
        let last = keys::new(app, &lab.who).await.expect("a key");
        one::issue(app, &lab.who, &request).await.expect("issued");
        assert_eq!(agrees(&lab, promised.id()).await, last.key_id);
    }

    fn i5_a_key_that_changes_during_signing_is_noticed(temp) {
        let lab = Lab::open(temp).await;
        let (app, who) = (lab.app.clone(), lab.who.clone());
        let done = AtomicBool::new(false);
        let here = tokio::runtime::Handle::current();
        let wrap = move |key| {
            if !done.swap(true, Ordering::SeqCst) {
                let rotated = tokio::task::block_in_place(|| here.block_on(keys::rotate(&app, &who)));
                rotated.expect("rotated");
            }
            fulfil::plainly(key)
        };
        let request = lab.request("s-1", None);
        let issued = one::issue_with(&lab.app, &lab.who, &request, Arc::new(wrap)).await.expect("issued");
        let active = lab.app.db.of(lab.who.issuer()).active_key().await.expect("read").expect("a key");
        assert_eq!(agrees(&lab, &issued.id).await, active.key_id);
    }

    fn i5_rows_and_proofs_agree_however_the_key_changes(temp) {
        let lab = Lab::open(temp).await;
        let other = another(&lab).await;
        // Before every statement of an issue, another process changes the key; and in the second
        // round it also takes up what is promised, and is gone before it stores anything.
        for takes_up in [false, true] {
            let mut nth = 0;
            loop {
                let (app, who) = (other.clone(), lab.who.clone());
                let between = Between::new(temp, &lab.app, nth, move || {
                    let (app, who) = (app.clone(), who.clone());
                    Box::pin(async move {
                        let issuer = who.issuer();
                        keys::rotate(&app, &who).await.expect("rotated");
                        if takes_up {
                            let rows = app.db.of(issuer).pending(None, 10).await.expect("rows");
                            fulfil::sign(&app, issuer, rows, Arc::new(fulfil::plainly)).await.expect("signed");
                        }
                    })
                });
                let between = between.await;
                let request = lab.request(&format!("s-{takes_up}-{nth}"), Some(&format!("{takes_up}-{nth}")));
                let issued = one::issue(&between.app, &lab.who, &request).await.expect("issued");
                agrees(&lab, &issued.id).await;
                assert_eq!(lab.stored(&issued.id).await, issued.document);
                let keys = lab.app.db.of(lab.who.issuer()).keys().await.expect("keys");
                assert_eq!(keys.iter().filter(|key| key.state == KeyState::Active).count(), 1);
                if !between.came() {
                    break;
                }
                nth += 1;
            }
            assert!(nth > 5, "{nth}");
        }
    }

    fn rows_are_looked_at_again_if_the_organisation_changed_since(temp) {
        let lab = Lab::open(temp).await;
        let mut refused = 0;
        for nth in 0.. {
            // What no credential can be signed with.
            let beside = temp.beside();
            let between = Between::new(temp, &lab.app, nth, move || {
                let beside = beside.clone();
                Box::pin(async move {
                    let spoil = "update issuers set web_address = 'https://no address'";
                    beside.sql(spoil).await.expect("changed");
                })
            });
            let between = between.await;
            let achievement = publish::achievement(&lab.app, &lab.who, &lab.achievement).await.expect("published");
            let rows = plan::read(csv([format!("s-{nth}")]).as_bytes(), &achievement, Limits::PAGE, lab.app.now()).expect("no fault");
            let started = batch::start_for(&between.app, &lab.who, &lab.achievement, &rows, None, Hands::Workers).await;
            temp.sql("update issuers set web_address = 'https://welders.example'").await.expect("put back");
            match started {
                Err(error) => {
                    let told = error.to_string();
                    assert!(told.contains("/issuer/url"), "{nth}: {told}");
                    refused += 1;
                }
                // The transaction begins with the last connection that is asked for.
                Ok(_) => {
                    assert!(!between.came(), "{nth}: promised with what was looked at before");
                    break;
                }
            }
        }
        assert!(refused > 3, "{refused}");
        assert_eq!(lab.count("credentials").await, 1, "only what was looked at is promised");
    }
}
