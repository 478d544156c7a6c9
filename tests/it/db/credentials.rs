//! Achievements, promises and what became of them, evidence.

use skillmark::{
    clock::SystemChance,
    db::{
        Counts, CredentialRow, CredentialState, Error, EvidenceRow, KeyState, Promise, Promised,
        Signed,
    },
    ids::{AchievementId, CredentialId, EvidenceId, PersonId},
};

use super::{
    issuers::{a_key, at, noon},
    world::World,
};
use crate::support::db::on_both;

fn signed(promise: &Promise, document: &str) -> Signed {
    Signed {
        credential_id: promise.credential_id.clone(),
        key_id: promise.key_id.clone(),
        unsigned_sha256: vec![1; 32],
        document: document.to_owned(),
        document_sha256: vec![2; 32],
        jwt: Some("a.b.c".to_owned()),
    }
}

fn pending(world: &World<'_>, promise: &Promise) -> CredentialRow {
    CredentialRow {
        issuer_id: world.id().clone(),
        promise: promise.clone(),
        unsigned_sha256: None,
        state: CredentialState::Pending,
        problem: None,
        document: None,
        document_sha256: None,
        jwt: None,
        issued_at: None,
    }
}

/// Signs by hand what one promise made of its own.
fn issued(world: &World<'_>, promise: &Promise, document: &str) -> CredentialRow {
    CredentialRow {
        unsigned_sha256: Some(vec![1; 32]),
        state: CredentialState::Issued,
        document: Some(document.to_owned()),
        document_sha256: Some(vec![2; 32]),
        jwt: Some("a.b.c".to_owned()),
        issued_at: Some(noon()),
        ..pending(world, promise)
    }
}

on_both! {
    fn an_achievement_never_changes(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let mut changed = world.achievement.clone();
        changed.document = "{}".to_owned();
        assert_eq!(of.add_achievement(&changed).await, Ok(false));
        let id = &world.achievement.achievement_id;
        assert_eq!(of.achievement(id).await, Ok(Some(world.achievement.clone())));
        assert_eq!(of.achievements().await, Ok(vec![world.achievement.clone()]));
        assert_eq!(of.achievement(&AchievementId::random(&SystemChance)).await, Ok(None));
    }

    fn a_promise_moves_to_the_key_that_signs_until_it_is_kept(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let promise = world.promised().await;
        let (id, old) = (&promise.credential_id, world.key_id.as_str());
        let next = a_key(&world.issuer, "z6MkNext", KeyState::Pending);
        of.add_key(&next).await.expect("added");
        // Neither to no key nor to one that does not sign yet.
        for other in ["z6MkNobody", "z6MkNext"] {
            assert_eq!(of.move_promise(id, old, other, b"").await, Err(Error::NoRow));
        }
        let (early, lent) = (signed(&promise, "{}"), Signed { key_id: "z6MkNext".to_owned(), ..signed(&promise, "{}") });
        assert_eq!(of.store_signed(&lent, noon()).await, Err(Error::NoRow));

        of.retire_key(old, noon()).await.expect("retired");
        // The key was replaced after it signed: nothing is issued under it.
        assert_eq!(of.store_signed(&early, noon()).await, Err(Error::NoRow));
        of.activate_key("z6MkNext", noon()).await.expect("activated");
        assert_eq!(of.store_signed(&early, noon()).await, Err(Error::NoRow));
        assert_eq!(of.store_signed(&lent, noon()).await, Err(Error::NoRow), "not the promise's key");
        assert_eq!(of.credential(id).await, Ok(Some(pending(&world, &promise))));

        assert_eq!(of.move_promise(id, "z6MkNobody", "z6MkNext", b"").await, Err(Error::NoRow));
        for sealed in [b"sealed anew".as_slice(), b"by another worker"] {
            assert_eq!(of.move_promise(id, old, "z6MkNext", sealed).await, Ok(()));
            let row = of.credential(id).await.expect("read").expect("there").promise;
            assert_eq!((row.key_id.as_str(), row.order_sealed.as_deref()), ("z6MkNext", Some(sealed)));
        }
        // The first worker comes late with what the old key signed.
        assert_eq!(of.store_signed(&early, noon()).await, Err(Error::NoRow));
        assert_eq!(of.store_signed(&lent, noon()).await, Ok(true));
        assert_eq!(of.move_promise(id, "z6MkNext", "z6MkNext", b"late").await, Err(Error::NoRow));
        // The same bytes again are no error, whatever became of the key.
        of.revoke_key("z6MkNext", noon()).await.expect("revoked");
        assert_eq!(of.store_signed(&lent, noon()).await, Ok(false));

        let lists = of.status_lists().await.expect("read");
        let ids: Vec<_> = lists.into_iter().map(|list| list.status_list_id).collect();
        assert_eq!(ids, [promise.status_list_id]);
    }

    fn a_promise_becomes_a_credential_once(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let promise = world.promised().await;
        let id = &promise.credential_id;
        assert_eq!(of.credential(id).await, Ok(Some(pending(&world, &promise))));
        assert_eq!(temp.db.issuers_with_pending().await, Ok(vec![world.id().clone()]));

        // Signed bytes come back as they went in, whatever a JSON type would make of them.
        let document = "{ \"b\":1.0,\"a\":\"Zürich \\u00e9 ✓\", \"a2\":1e2 }\n";
        assert_eq!(of.store_signed(&signed(&promise, document), noon()).await, Ok(true));
        let row = issued(&world, &promise, document);
        assert_eq!(of.credential(id).await, Ok(Some(row.clone())));
        assert_eq!(temp.db.credential_anywhere(id).await, Ok(Some(row.clone())));
        assert_eq!(temp.db.credential_by_public_id(&promise.public_id).await, Ok(Some(row)));
        assert_eq!(temp.db.credential_by_public_id("urn:uuid:x").await, Ok(None));
        assert_eq!(temp.db.issuers_with_pending().await, Ok(vec![]));

        // h5: storing the same bytes again is not an error; other bytes are.
        assert_eq!(of.store_signed(&signed(&promise, document), at("2027-01-01T00:00:00Z")).await, Ok(false));
        assert_eq!(of.store_signed(&signed(&promise, "{}"), noon()).await, Err(Error::NoRow));
        assert_eq!(of.give_up(id, "late").await, Err(Error::NoRow));
        let row = of.credential(id).await.expect("read").expect("there");
        assert_eq!((row.document.as_deref(), row.issued_at), (Some(document), Some(noon())));
    }

    fn what_failed_says_why_and_is_not_signed(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let promise = world.promised().await;
        of.give_up(&promise.credential_id, "the schema refuses it").await.expect("given up");
        assert_eq!(of.store_signed(&signed(&promise, "{}"), noon()).await, Err(Error::NoRow));
        let failed = CredentialRow {
            state: CredentialState::Failed,
            problem: Some("the schema refuses it".to_owned()),
            ..pending(&world, &promise)
        };
        assert_eq!(of.credential(&promise.credential_id).await, Ok(Some(failed)));
    }

    fn a_batch_is_counted_and_read(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        // More rows than SQLite binds in one statement (15 columns each).
        let mut promises = world.promises(2500).await;
        for promise in &mut promises {
            promise.batch = Some("b".to_owned());
        }
        assert_eq!(of.promise(&promises).await.map(|ids| ids.len()), Ok(2500));
        world.promised().await;
        for promise in &promises[..3] {
            of.store_signed(&signed(promise, "{}"), noon()).await.expect("stored");
        }
        of.give_up(&promises[3].credential_id, "x").await.expect("given up");
        let count = Counts { pending: 2496, issued: 3, failed: 1 };
        assert_eq!(of.batch_count("b").await, Ok(count));
        let none = Counts { pending: 0, issued: 0, failed: 0 };
        assert_eq!(of.batch_count("other").await, Ok(none));

        let ids: Vec<_> = promises.iter().map(|p| p.credential_id.clone()).collect();
        assert_eq!(of.credentials(&ids).await.map(|rows| rows.len()), Ok(2500));
        assert_eq!(of.pending(Some("b"), 10).await.map(|rows| rows.len()), Ok(10));
        assert_eq!(of.pending(None, 5000).await.map(|rows| rows.len()), Ok(2497));
    }

    fn h3_the_same_promise_is_one_credential(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let mut promises = world.promises(6).await;
        for promise in &mut promises[..5] {
            promise.recipient_hash = Some(vec![1; 32]);
        }
        promises[2].issue_event = "2nd".to_owned();
        // 0 and 1 are the same; 2 is another occasion; 3, 4 repeat them; 5 is nobody we know.
        promises[4].issue_event = "2nd".to_owned();
        let written = of.promise(&promises).await.expect("written");
        let expected = [0, 2, 5].map(|n: usize| promises[n].credential_id.clone());
        let mut sorted = (written.clone(), expected.to_vec());
        sorted.0.sort();
        sorted.1.sort();
        assert_eq!(sorted.0, sorted.1);
        let again = world.promises(1).await.remove(0);
        let again = Promise { recipient_hash: Some(vec![1; 32]), ..again };
        assert_eq!(of.promise(&[again]).await, Ok(vec![]));

        let (about, hashes) = (&world.achievement.achievement_id, [vec![1; 32], vec![2; 32]]);
        let other = AchievementId::random(&SystemChance);
        assert_eq!(of.promised_to(&other, &hashes).await, Ok(vec![]));
        assert_eq!(of.promised_to(about, &[]).await, Ok(vec![]));
        assert_eq!(of.promised_to(about, &hashes[1..]).await, Ok(vec![]));
        let mut there = of.promised_to(about, &hashes).await.expect("read");
        there.sort_by(|a, b| a.issue_event.cmp(&b.issue_event));
        let promised = |n: usize, event: &str| Promised {
            credential_id: promises[n].credential_id.clone(),
            recipient_hash: vec![1; 32],
            issue_event: event.to_owned(),
        };
        let both = [promised(0, ""), promised(2, "2nd")];
        assert_eq!(there, both);
        // One alone, and more than fit into one question, are found as well.
        let mut alone = of.promised_to(about, &hashes[..1]).await.expect("read");
        alone.sort_by(|a, b| a.issue_event.cmp(&b.issue_event));
        assert_eq!(alone, both);
        let mut many: Vec<Vec<u8>> = (0_u32..1001).map(|n| n.to_be_bytes().to_vec()).collect();
        many.push(vec![1; 32]);
        assert_eq!(of.promised_to(about, &many).await.map(|there| there.len()), Ok(2));
    }

    fn h3_two_at_once_make_one(temp) {
        let world = World::new(&temp.db).await;
        let promises = world.promises(8).await;
        let mut racing = tokio::task::JoinSet::new();
        for mut promise in promises {
            let (db, issuer) = (temp.db.clone(), world.id().clone());
            promise.recipient_hash = Some(vec![3; 32]);
            racing.spawn(async move { db.of(&issuer).promise(&[promise]).await });
        }
        let mut written = 0;
        while let Some(one) = racing.join_next().await {
            written += one.expect("ran").expect("answered").len();
        }
        assert_eq!(written, 1);
    }

    fn h6_a_refused_store_leaves_the_promise(temp) {
        let world = World::new(&temp.db).await;
        let promise = world.promised().await;
        // A check that stands for any failure between signing and storing.
        let (make, undo) = if temp.url.is_some() {
            (
                "alter table credentials add constraint broken check (document is null)",
                "alter table credentials drop constraint broken",
            )
        } else {
            (
                "create trigger broken before update on credentials \
                 begin select raise(abort, 'broken'); end",
                "drop trigger broken",
            )
        };
        temp.sql(make).await.expect("broken");
        let mut of = temp.db.of(world.id());
        let signed = signed(&promise, "{}");
        assert!(of.store_signed(&signed, noon()).await.is_err());
        assert_eq!(
            of.credential(&promise.credential_id).await,
            Ok(Some(pending(&world, &promise)))
        );
        temp.sql(undo).await.expect("mended");
        assert_eq!(of.store_signed(&signed, noon()).await, Ok(true));
        assert_eq!(temp.number("select count(*) from credentials").await, 1);
    }

    fn a_promise_names_only_rows_that_are_there(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let ana = world.person(1).await;
        let mut promise = world.promises(1).await.remove(0);
        promise.person_id = Some(ana.person_id.clone());
        of.promise(std::slice::from_ref(&promise)).await.expect("written");
        let row = of.credential(&promise.credential_id).await;
        assert_eq!(row, Ok(Some(pending(&world, &promise))));

        for broken in [
            Promise { person_id: Some(PersonId::random(&SystemChance)), ..world.promises(1).await.remove(0) },
            Promise { key_id: "z6Mk".to_owned(), ..world.promises(1).await.remove(0) },
            Promise { status_index: -1, ..world.promises(1).await.remove(0) },
            Promise { achievement_id: AchievementId::random(&SystemChance), ..world.promises(1).await.remove(0) },
        ] {
            assert_eq!(of.promise(&[broken]).await, Err(Error::Missing));
        }
        let twice = Promise { credential_id: promise.credential_id, ..world.promises(1).await.remove(0) };
        assert!(matches!(of.promise(&[twice]).await, Err(Error::Duplicate(_))));
    }

    fn evidence_reads_back(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let promise = world.promised().await;
        let evidence = |description: Option<&str>, media_type: Option<&str>| EvidenceRow {
            evidence_id: EvidenceId::random(&SystemChance),
            credential_id: promise.credential_id.clone(),
            name: "Photo of the weld".to_owned(),
            description: description.map(str::to_owned),
            digest: Some("uEiAsJrRraP_Gj_mbRTwdMEE0E0ItcGSDv6D5il6IYmbnrg".to_owned()),
            media_type: media_type.map(str::to_owned),
            created_at: noon(),
        };
        let mut rows = vec![evidence(None, Some("image/jpeg")), evidence(Some("Side view"), None)];
        of.add_evidence(&rows).await.expect("added");
        rows.sort_by(|a, b| a.evidence_id.cmp(&b.evidence_id));
        assert_eq!(of.evidence_of(&promise.credential_id).await, Ok(rows.clone()));
        assert_eq!(of.evidence(&rows[0].evidence_id).await, Ok(Some(rows[0].clone())));
        assert_eq!(of.evidence(&EvidenceId::random(&SystemChance)).await, Ok(None));
        let mut stray = evidence(None, None);
        stray.credential_id = CredentialId::random(&SystemChance);
        assert_eq!(of.add_evidence(&[stray]).await, Err(Error::Missing));
    }
}
