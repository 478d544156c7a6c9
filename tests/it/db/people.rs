//! Sealed records of people.

use skillmark::{
    clock::SystemChance,
    db::{CredentialState, Error, EvidenceRow, PersonRow, PortfolioRow, Promise, Signed},
    ids::{EvidenceId, PersonId, PortfolioId},
};

use super::{
    issuers::{at, noon},
    world::World,
};
use crate::support::db::on_both;

on_both! {
    fn people_are_found_by_id_and_by_hash(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let (ana, bo) = (world.person(1).await, world.person(2).await);
        assert_eq!(of.person(&ana.person_id).await, Ok(Some(ana.clone())));
        assert_eq!(of.person(&PersonId::random(&SystemChance)).await, Ok(None));
        assert_eq!(of.people_by_lookup(&[vec![2; 32], vec![9; 32]]).await, Ok(vec![bo.clone()]));
        let mut both = of.people(&[ana.person_id.clone(), bo.person_id.clone()]).await.expect("read");
        both.sort_by(|a, b| a.lookup_hash.cmp(&b.lookup_hash));
        assert_eq!(both, [ana.clone(), bo]);

        of.set_person_details(&ana.person_id, &[5; 10]).await.expect("set");
        let changed = PersonRow { details_sealed: Some(vec![5; 10]), ..ana.clone() };
        assert_eq!(of.person(&ana.person_id).await, Ok(Some(changed)));

        let double = PersonRow { person_id: PersonId::random(&SystemChance), ..ana };
        assert!(matches!(of.add_people(&[double]).await, Err(Error::Duplicate(_))));
    }

    fn an_erased_person_leaves_only_ids(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let (ana, bo) = (world.person(1).await, world.person(2).await);
        // A signed credential and a promise of each, one of nobody known, evidence of all.
        let mut promises = world.promises(5).await;
        for (promise, owner) in promises.iter_mut().zip([Some(&ana), Some(&ana), Some(&bo), Some(&bo)]) {
            promise.person_id = owner.map(|owner| owner.person_id.clone());
            promise.recipient_hash = owner.and_then(|owner| owner.lookup_hash.clone());
            promise.issue_event.clone_from(&promise.public_id);
        }
        of.promise(&promises).await.expect("written");
        let signed = [&promises[0], &promises[2]];
        for promise in signed {
            of.store_signed(&signed_as(promise), noon()).await.expect("stored");
        }
        let evidence: Vec<EvidenceRow> = promises.iter().map(evidence).collect();
        of.add_evidence(&evidence).await.expect("added");
        let (mine, theirs) = (portfolio(&ana, 1), portfolio(&bo, 2));
        let nobodys = PortfolioRow { person_id: None, ..portfolio(&ana, 3) };
        for row in [&mine, &theirs, &nobodys] {
            let mut tx = temp.db.begin().await.expect("begun");
            tx.of(world.id()).add_portfolio(row, &[promises[0].credential_id.clone()]).await.expect("added");
            tx.commit().await.expect("kept");
        }
        let bos: Vec<_> = promises[2..].iter().map(|promise| promise.credential_id.clone()).collect();
        let read = async || {
            let mut rows = temp.db.of(world.id()).credentials(&bos).await.expect("read");
            rows.sort_by(|a, b| a.promise.credential_id.cmp(&b.promise.credential_id));
            rows
        };
        let before = read().await;

        let then = at("2026-05-01T00:00:00Z");
        of.erase_person(&ana.person_id, "erased", then).await.expect("erased");
        let erased = PersonRow {
            key_sealed: None,
            details_sealed: None,
            lookup_hash: None,
            erased_at: Some(then),
            ..ana.clone()
        };
        assert_eq!(of.person(&ana.person_id).await, Ok(Some(erased)));
        assert_eq!(of.people_by_lookup(&[vec![1; 32]]).await, Ok(vec![]));
        for (promise, state) in promises.iter().zip([CredentialState::Issued, CredentialState::Failed]) {
            let row = of.credential(&promise.credential_id).await.expect("read").expect("there");
            assert_eq!((&row.promise.recipient_hash, &row.promise.order_sealed, row.state), (&None, &None, state));
            let problem = (state == CredentialState::Failed).then_some("erased");
            assert_eq!(row.problem.as_deref(), problem);
            assert!(of.status_of(&promise.credential_id).await.expect("read").is_some());
            assert_eq!(of.evidence_of(&promise.credential_id).await, Ok(vec![]));
        }
        // Nobody else is touched.
        assert_eq!(read().await, before);
        assert_eq!(of.person(&bo.person_id).await, Ok(Some(bo)));
        for (promise, evidence) in promises.iter().zip(evidence).skip(2) {
            assert_eq!(of.evidence_of(&promise.credential_id).await, Ok(vec![evidence]));
        }
        let left = of.portfolios().await.expect("read");
        assert_eq!(left.len(), 2);
        assert!(left.contains(&theirs) && left.contains(&nobodys));
        assert_eq!(of.portfolio_members(&mine.portfolio_id).await, Ok(vec![]));
        assert_eq!(of.portfolio_members(&theirs.portfolio_id).await.map(|all| all.len()), Ok(1));
        let nobody = of.credential(&promises[4].credential_id).await.expect("read").expect("there");
        assert!(nobody.promise.order_sealed.is_some());

        assert_eq!(of.erase_person(&ana.person_id, "again", noon()).await, Err(Error::NoRow));
        assert_eq!(of.set_person_details(&ana.person_id, b"x").await, Err(Error::NoRow));
        // The same person may be written anew.
        world.person(1).await;
    }

    fn nobody_is_erased_while_something_is_promised_to_them(temp) {
        let world = World::new(&temp.db).await;
        let ana = world.person(1).await;
        let mut promise = world.promises(1).await.remove(0);
        promise.person_id = Some(ana.person_id.clone());
        let mut promising = temp.db.begin().await.expect("begun");
        let held = promising.of(world.id()).hold_people(&[vec![1; 32], vec![9; 32]]).await;
        assert_eq!(held, Ok(vec![ana.clone()]));
        let (db, issuer, person) = (temp.db.clone(), world.id().clone(), ana.person_id.clone());
        let erasing = tokio::spawn(async move {
            let mut tx = db.begin().await.expect("begun");
            tx.of(&issuer).erase_person(&person, "erased", noon()).await.expect("erased");
            tx.commit().await.expect("kept");
        });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(!erasing.is_finished(), "it does not wait");
        promising.of(world.id()).promise(std::slice::from_ref(&promise)).await.expect("promised");
        promising.commit().await.expect("kept");
        erasing.await.expect("erased");
        let row = temp.db.of(world.id()).credential(&promise.credential_id).await.expect("read").expect("there");
        assert_eq!((row.state, row.promise.order_sealed), (CredentialState::Failed, None));
    }
}

pub(super) fn signed_as(promise: &Promise) -> Signed {
    Signed {
        credential_id: promise.credential_id.clone(),
        key_id: promise.key_id.clone(),
        unsigned_sha256: vec![1; 32],
        document: "{}".to_owned(),
        document_sha256: vec![2; 32],
        jwt: None,
    }
}

pub(super) fn evidence(promise: &Promise) -> EvidenceRow {
    EvidenceRow {
        evidence_id: EvidenceId::random(&SystemChance),
        credential_id: promise.credential_id.clone(),
        name: "Photo of the weld".to_owned(),
        description: Some("I held the torch too long, then it worked.".to_owned()),
        digest: None,
        media_type: None,
        created_at: noon(),
    }
}

pub(super) fn portfolio(person: &PersonRow, token: u8) -> PortfolioRow {
    PortfolioRow {
        issuer_id: person.issuer_id.clone(),
        portfolio_id: PortfolioId::random(&SystemChance),
        person_id: Some(person.person_id.clone()),
        title: "My work".to_owned(),
        token_hash: vec![token; 32],
        created_at: noon(),
        expires_at: None,
        revoked_at: None,
    }
}
