//! What happens at the same moment: publishing, revoking, issuing, changing the key.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use skillmark::{
    app::App,
    clock::SystemChance,
    custody,
    db::{self, KeyState},
    ids::CredentialId,
    issue::{
        Error,
        fulfil::{self, Made},
        keys, list,
        one::{self, Issued},
        revoke::{self, Change},
        sources::Own,
    },
    json,
    status::{Entry, ListCredential, entries},
    verify::{CheckId, Options, Verdict, verify},
};

use super::lab::{Lab, at};
use crate::support::db::{Temp, on_both};

fn entry(issued: &Issued) -> Entry {
    let document = json::parse(&issued.document).expect("json");
    entries(&document).remove(0).expect("an entry")
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

on_both! {
    fn e11_no_published_list_forgets_a_revocation(temp) {
        const PROCESSES: usize = 4;
        let lab = Lab::open(temp).await;
        let mut issued = Vec::new();
        for n in 0..PROCESSES * 5 {
            issued.push(lab.issue(&format!("s-{n}")).await);
        }
        let mut working = tokio::task::JoinSet::new();
        for own in issued.chunks(5) {
            let (app, who, own) = (another(&lab).await, lab.who.clone(), own.to_vec());
            working.spawn(async move {
                for one in own {
                    revoke::change(&app, &who, &one.id, Change::Revoke).await.expect("revoked");
                    list::publish_due(&app).await.expect("published");
                    // Whoever was told that it is published finds it published.
                    let id = entry(&one).list.rsplit('/').next().expect("an end").parse().expect("an id");
                    let document = app.db.status_document(&id).await.expect("read").expect("there").document;
                    let read = ListCredential::read(&json::parse(&document).expect("json")).expect("a list");
                    assert_eq!(read.status(&entry(&one)).expect("in it").value, 1);
                }
                app.db.close().await;
            });
        }
        while let Some(done) = working.join_next().await {
            done.expect("worked");
        }
        assert_eq!(temp.db.stale_status_lists().await, Ok(vec![]));

        let versions = versions(temp).await;
        assert!(versions.len() > 2, "{}", versions.len());
        let mut known = 0;
        let mut set = vec![0; issued.len()];
        for (version, (changes, document)) in versions.iter().enumerate() {
            assert!(*changes >= known, "version {} knows less", version + 1);
            known = *changes;
            let list = ListCredential::read(&json::parse(document).expect("json")).expect("a list");
            for (bit, one) in set.iter_mut().zip(&issued) {
                let now = list.status(&entry(one)).expect("in it").value;
                assert!(now >= *bit, "version {} clears a bit", version + 1);
                *bit = now;
            }
        }
        assert_eq!((known, set), (20, vec![1; issued.len()]));
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
        for issued in [&gone, &other] {
            let report = check(&issued.document).await;
            assert_eq!((report.verdict, report.reason), (Verdict::CannotTell, Some("status_unavailable")));
        }
        // Where the key is, the answer is there at once, and made this moment.
        let told = lab.verify(&gone.document).await;
        assert_eq!(told.reason, Some("revoked"));
        assert_eq!(told.check(CheckId::Status).expect("a check").as_of, Some(app.now()));
    }

    fn i5_what_a_replaced_key_signed_is_not_issued(temp) {
        let lab = Lab::open(temp).await;
        let (app, issuer) = (&lab.app, lab.who.issuer());
        let request = lab.request("s-1", Some("key"));
        let promised = one::promise(app, &lab.who, &request).await.expect("promised");
        let rows = app.db.of(issuer).credentials(&[promised.id().clone()]).await.expect("rows");
        let made = fulfil::sign(app, issuer, rows.clone(), Arc::new(fulfil::plainly)).await.expect("signed");
        let changed = Err(Error::Db(db::Error::NoRow));

        let next = keys::rotate(app, issuer).await.expect("rotated");
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
        keys::revoke(app, issuer, &next.key_id).await.expect("taken back");
        assert_eq!(fulfil::store(app, issuer, &made, app.now()).await, changed);
        let none = one::issue(app, &lab.who, &request).await;
        assert!(none.is_err(), "{none:?}");
        let last = keys::new(app, issuer).await.expect("a key");
        one::issue(app, &lab.who, &request).await.expect("issued");
        assert_eq!(agrees(&lab, promised.id()).await, last.key_id);
    }

    fn i5_a_key_that_changes_during_signing_is_noticed(temp) {
        let lab = Lab::open(temp).await;
        let (app, issuer) = (lab.app.clone(), lab.who.issuer().clone());
        let done = AtomicBool::new(false);
        let here = tokio::runtime::Handle::current();
        let wrap = move |key| {
            if !done.swap(true, Ordering::SeqCst) {
                let rotated = tokio::task::block_in_place(|| here.block_on(keys::rotate(&app, &issuer)));
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
        let mut working = tokio::task::JoinSet::new();
        for n in 0..12 {
            let (app, who) = (lab.app.clone(), lab.who.clone());
            let request = lab.request(&format!("s-{}", n / 2), None);
            working.spawn(async move { Some(one::issue(&app, &who, &request).await.expect("issued")) });
        }
        let (app, issuer) = (lab.app.clone(), lab.who.issuer().clone());
        working.spawn(async move {
            for _ in 0..4 {
                keys::rotate(&app, &issuer).await.expect("rotated");
            }
            None
        });
        let mut issued = Vec::new();
        while let Some(done) = working.join_next().await {
            issued.extend(done.expect("worked"));
        }
        assert_eq!(lab.count("credentials").await, 6);
        for one in &issued {
            agrees(&lab, &one.id).await;
            assert_eq!(lab.stored(&one.id).await, one.document);
        }
        let keys = lab.app.db.of(lab.who.issuer()).keys().await.expect("keys");
        assert_eq!(keys.iter().filter(|key| key.state == KeyState::Active).count(), 1);
    }
}
