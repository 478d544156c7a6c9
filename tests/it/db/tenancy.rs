//! One organisation's handle reaches no row of another.

use skillmark::{
    clock::SystemChance,
    db::{
        ApiKeyRow, AuditRow, Claim, Error, EvidenceRow, KeyState, PersonRow, PortfolioRow, Promise,
        Signed, StatusDocumentRow, StatusState,
    },
    ids::{ApiKeyId, AuditId},
};

use super::{
    issuers::{a_key, at, noon},
    people::{evidence, portfolio, signed_as},
    world::World,
};
use crate::support::db::on_both;

/// An organisation with a row in every table.
struct House<'d> {
    world: World<'d>,
    person: PersonRow,
    /// One signed, one to be signed, one for nobody known.
    promises: Vec<Promise>,
    evidence: Vec<EvidenceRow>,
    portfolio: PortfolioRow,
    api_key: ApiKeyRow,
    waiting_key: String,
}

impl<'d> House<'d> {
    /// Built alike, whichever it is: the same batch, hashes and keys of requests as every other.
    async fn build(db: &'d skillmark::db::Db, token: u8) -> House<'d> {
        let world = World::new(db).await;
        let mut of = db.of(world.id());
        let person = world.person(1).await;
        let mut promises = world.promises(3).await;
        for (n, promise) in promises.iter_mut().enumerate() {
            promise.batch = Some("b".to_owned());
            promise.issue_event = n.to_string();
            if n < 2 {
                promise.person_id = Some(person.person_id.clone());
                promise.recipient_hash = Some(vec![1; 32]);
            }
        }
        of.promise(&promises).await.expect("written");
        of.store_signed(&signed_as(&promises[0]), noon())
            .await
            .expect("stored");
        let evidence: Vec<EvidenceRow> = promises.iter().map(evidence).collect();
        of.add_evidence(&evidence).await.expect("added");
        let portfolio = portfolio(&person, token);
        let mut tx = db.begin().await.expect("begun");
        let chosen = [promises[0].credential_id.clone()];
        tx.of(world.id())
            .add_portfolio(&portfolio, &chosen)
            .await
            .expect("added");
        tx.commit().await.expect("kept");
        let api_key = ApiKeyRow {
            issuer_id: world.id().clone(),
            api_key_id: ApiKeyId::random(&SystemChance),
            name: "CSV".to_owned(),
            secret_hash: vec![token; 32],
            scopes: "issue".to_owned(),
            created_at: noon(),
            expires_at: None,
            revoked_at: None,
            made_by: None,
            made_with: None,
        };
        of.add_api_key(&api_key).await.expect("added");
        let waiting_key = format!("z6MkWaiting{}", world.id());
        of.add_key(&a_key(&world.issuer, &waiting_key, KeyState::Pending))
            .await
            .expect("added");
        let line = AuditRow {
            audit_id: AuditId::random(&SystemChance),
            at: noon(),
            actor: "cli".to_owned(),
            action: "key.new".to_owned(),
            subject: waiting_key.clone(),
            on_behalf: None,
            reason: None,
        };
        of.log(&[line]).await.expect("logged");
        assert_eq!(of.claim(&[9; 32], &[8; 32], noon()).await, Ok(Claim::New));
        let id = &promises[0].credential_id;
        of.change_status(id, StatusState::Ok, StatusState::Suspended, noon())
            .await
            .expect("changed");
        of.publish_status(&document(&world, &promises[0], 1))
            .await
            .expect("published");
        House {
            world,
            person,
            promises,
            evidence,
            portfolio,
            api_key,
            waiting_key,
        }
    }

    /// Everything it has, as its own handle reads it.
    async fn all(&self) -> String {
        let mut of = self.world.db.of(self.world.id());
        let list = &self.promises[0].status_list_id;
        let mut all = vec![
            format!("{:?}", of.issuer().await),
            format!("{:?}", of.keys().await),
            format!("{:?}", of.active_key().await),
            format!("{:?}", of.achievements().await),
            format!("{:?}", of.api_keys().await),
            format!("{:?}", of.audit(100).await),
            format!("{:?}", of.person(&self.person.person_id).await),
            format!("{:?}", of.people_by_lookup(&[vec![1; 32]]).await),
            format!("{:?}", of.hold_people(&[vec![1; 32]]).await),
            format!("{:?}", of.batch_count("b").await),
            format!("{:?}", of.pending(None, 100).await),
            format!("{:?}", of.pending(Some("b"), 100).await),
            format!("{:?}", of.portfolios().await),
            format!(
                "{:?}",
                of.portfolio_members(&self.portfolio.portfolio_id).await
            ),
            format!("{:?}", of.status_lists().await),
            format!("{:?}", of.status_bits(list).await),
            format!("{:?}", self.world.db.status_document(list).await),
        ];
        let mut promised = of
            .promised_to(&self.world.achievement.achievement_id, &[vec![1; 32]])
            .await
            .expect("read");
        promised.sort_by(|a, b| a.issue_event.cmp(&b.issue_event));
        all.push(format!("{promised:?}"));
        for promise in &self.promises {
            all.push(format!(
                "{:?}",
                of.evidence_of(&promise.credential_id).await
            ));
            all.push(format!("{:?}", of.status_of(&promise.credential_id).await));
        }
        let claim = of.claim(&[9; 32], &[8; 32], noon()).await;
        all.push(format!("{claim:?}"));
        all.join("\n")
    }
}

fn document(world: &World<'_>, promise: &Promise, version: i64) -> StatusDocumentRow {
    StatusDocumentRow {
        issuer_id: world.id().clone(),
        status_list_id: promise.status_list_id.clone(),
        version,
        changes: version,
        document: format!("{{ \"v\": {version} }}"),
        published_at: noon(),
    }
}

on_both! {
    fn g9_what_belongs_to_another_organisation_cannot_be_referred_to(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let mut of = temp.db.of(ours.id());
        let foreign = theirs.promised().await;
        let ours_to_be = || ours.promises(1);
        for broken in [
            Promise { achievement_id: foreign.achievement_id.clone(), ..ours_to_be().await.remove(0) },
            Promise { key_id: foreign.key_id.clone(), ..ours_to_be().await.remove(0) },
            Promise { person_id: Some(theirs.person(1).await.person_id), ..ours_to_be().await.remove(0) },
            Promise {
                status_list_id: foreign.status_list_id.clone(),
                status_index: foreign.status_index,
                ..ours_to_be().await.remove(0)
            },
        ] {
            assert_eq!(of.promise(&[broken]).await, Err(Error::Missing));
        }
    }

    fn g8_a_foreign_id_is_as_unknown_as_any(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let foreign = theirs.promised().await;
        let person = theirs.person(1).await;
        let mut of = temp.db.of(ours.id());
        let id = &foreign.credential_id;
        assert_eq!(of.credential(id).await, Ok(None));
        assert_eq!(of.status_of(id).await, Ok(None));
        assert_eq!(of.achievement(&foreign.achievement_id).await, Ok(None));
        assert_eq!(of.key(&foreign.key_id).await, Ok(None));
        assert_eq!(of.person(&person.person_id).await, Ok(None));
        assert_eq!(of.people_by_lookup(&[vec![1; 32]]).await, Ok(vec![]));
        assert_eq!(of.status_list(&foreign.status_list_id).await, Ok(None));
        let change = of.change_status(id, StatusState::Ok, StatusState::Revoked, noon()).await;
        assert_eq!(change, Err(Error::NoRow));
        assert_eq!(of.give_up(id, "x").await, Err(Error::NoRow));
        assert_eq!(of.revoke_key(&foreign.key_id, noon()).await, Err(Error::NoRow));
        assert_eq!(of.erase_person(&person.person_id, "x", noon()).await, Err(Error::NoRow));
    }

    fn g1_whatever_one_organisation_does_another_is_neither_read_nor_changed(temp) {
        let theirs = House::build(&temp.db, 1).await;
        let alone = theirs.all().await;
        let ours = House::build(&temp.db, 2).await;
        assert_eq!(theirs.all().await, alone, "a second organisation changes what the first one reads");
        let before = ours.all().await;
        for word in [theirs.world.id().as_str(), theirs.person.person_id.as_str(), theirs.promises[0].credential_id.as_str()] {
            assert!(!before.contains(word), "{before}");
        }

        // Everything that can be asked for by an id of theirs.
        let mut of = temp.db.of(ours.world.id());
        let (later, promise) = (at("2027-01-01T00:00:00Z"), &theirs.promises[1]);
        let id = &promise.credential_id;
        assert_eq!(of.evidence_of(id).await, Ok(vec![]));
        assert_eq!(of.evidence(&theirs.evidence[0].evidence_id).await, Ok(None));
        assert_eq!(of.portfolio_members(&theirs.portfolio.portfolio_id).await, Ok(vec![]));
        assert_eq!(of.status_bits(&promise.status_list_id).await, Ok(vec![]));
        // Everything that can be changed by one.
        let none = Err(Error::NoRow);
        assert_eq!(of.revoke_api_key(&theirs.api_key.api_key_id, later).await, none);
        assert_eq!(of.activate_key(&theirs.waiting_key, later).await, none);
        assert_eq!(of.retire_key(&theirs.waiting_key, later).await, none);
        assert_eq!(of.revoke_key(&theirs.waiting_key, later).await, none);
        assert_eq!(of.give_up(id, "x").await, Err(Error::NoRow));
        for key_id in [&ours.world.key_id, &theirs.world.key_id] {
            let signed = Signed { key_id: key_id.clone(), ..signed_as(promise) };
            assert_eq!(of.store_signed(&signed, later).await, Err(Error::NoRow));
            assert_eq!(of.move_promise(id, &theirs.world.key_id, key_id, b"x").await, none);
        }
        assert_eq!(of.set_person_details(&theirs.person.person_id, b"x").await, none);
        assert_eq!(of.erase_person(&theirs.person.person_id, "x", later).await, none);
        assert_eq!(of.revoke_portfolio(&theirs.portfolio.portfolio_id, later).await, none);
        assert_eq!(of.change_status(id, StatusState::Ok, StatusState::Revoked, later).await, none);
        let stray = StatusDocumentRow { issuer_id: ours.world.id().clone(), ..document(&theirs.world, promise, 1) };
        assert_eq!(of.publish_status(&stray).await, Err(Error::Missing));
        assert_eq!(of.add_evidence(&[evidence(promise)]).await, Err(Error::Missing));
        assert_eq!((theirs.all().await, ours.all().await), (alone.clone(), before));

        // And everything that an organisation does with what both have alike, or have no id for.
        assert_eq!(of.claim(&[7; 32], &[8; 32], later).await, Ok(Claim::New));
        assert_eq!(of.claim(&[9; 32], &[1; 32], later).await, Ok(Claim::Reused));
        of.describe_issuer("Ours", "https://ours.example", Some("https://ours.example/i.png"), Some("us"), true).await.expect("described");
        of.set_issuer_did("did:key:z6MkOurs").await.expect("set");
        of.set_domain_proven(Some(later)).await.expect("set");
        let own = of.issuer().await.expect("read").expect("there");
        assert_eq!((own.logo.as_deref(), own.contact.as_deref()), (Some("https://ours.example/i.png"), Some("us")));
        ours.world.promises(5).await;
        let taken = of.status_list(&ours.promises[0].status_list_id).await.expect("read").expect("there").taken;
        assert_eq!(taken, 8, "all from the list that had room");
        of.change_status(&ours.promises[1].credential_id, StatusState::Ok, StatusState::Revoked, later).await.expect("changed");
        of.publish_status(&document(&ours.world, &ours.promises[0], 2)).await.expect("published");
        of.erase_person(&ours.person.person_id, "x", later).await.expect("erased");
        assert_eq!(theirs.all().await, alone);
        // A second list of ours is not counted as changed with the first.
        temp.sql("update status_lists set taken = entries").await.expect("filled");
        let next = ours.world.promises(1).await.remove(0);
        assert_ne!(next.status_list_id, ours.promises[0].status_list_id);
        of.change_status(&next.credential_id, StatusState::Ok, StatusState::Revoked, later).await.expect("changed");
        let lists = of.status_lists().await.expect("read");
        let mut changes: Vec<i64> = lists.iter().map(|list| list.changes).collect();
        changes.sort_unstable();
        assert_eq!(changes, [1, 2]);
        // Its first version is its first, whatever the other list has.
        of.publish_status(&document(&ours.world, &next, 1)).await.expect("published");
    }

    fn g1_the_same_id_in_two_organisations_is_two_people(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let ana = ours.person(1).await;
        let mut rows = Vec::new();
        for (token, world) in [&ours, &theirs].into_iter().enumerate() {
            let mut of = temp.db.of(world.id());
            let person = PersonRow { issuer_id: world.id().clone(), ..ana.clone() };
            if world.id() != ours.id() {
                of.add_people(std::slice::from_ref(&person)).await.expect("added");
            }
            let mut promise = world.promises(1).await.remove(0);
            promise.person_id = Some(person.person_id.clone());
            promise.recipient_hash = Some(vec![1; 32]);
            of.promise(std::slice::from_ref(&promise)).await.expect("written");
            let record = evidence(&promise);
            of.add_evidence(std::slice::from_ref(&record)).await.expect("added");
            let mut row = portfolio(&person, u8::try_from(token).expect("small"));
            row.portfolio_id = "AAAAAAAAAAAAAAAAAAAAAA".parse().expect("an id");
            row.expires_at = Some(if token == 0 { noon() } else { at("2028-01-01T00:00:00Z") });
            let mut tx = temp.db.begin().await.expect("begun");
            tx.of(world.id()).add_portfolio(&row, std::slice::from_ref(&promise.credential_id)).await.expect("added");
            tx.commit().await.expect("kept");
            rows.push((person, promise, record, row));
        }
        let (person, promise, record, row) = rows.remove(1);
        let untouched = async || {
            let mut of = temp.db.of(theirs.id());
            assert_eq!(of.person(&person.person_id).await, Ok(Some(person.clone())));
            let found = of.credential(&promise.credential_id).await.expect("read").expect("there");
            assert_eq!((&found.promise, found.problem), (&promise, None));
            assert_eq!(of.evidence_of(&promise.credential_id).await, Ok(vec![record.clone()]));
            assert_eq!(of.portfolios().await, Ok(vec![row.clone()]));
            assert_eq!(of.portfolio_members(&row.portfolio_id).await, Ok(vec![promise.credential_id.clone()]));
        };
        assert_eq!(temp.db.forget_portfolios(at("2027-01-01T00:00:00Z")).await, Ok(1));
        untouched().await;
        temp.db.of(ours.id()).erase_person(&ana.person_id, "x", noon()).await.expect("erased");
        untouched().await;
        assert_eq!(temp.db.of(ours.id()).portfolios().await, Ok(vec![]));
    }

    fn j2_a_refusal_says_nothing_of_the_row(temp) {
        let world = World::new(&temp.db).await;
        let mut row = world.issuer.clone();
        row.contact = Some("zyx-canary@school.example".to_owned());
        row.name = "Zyx-CANARY".to_owned();
        let refused = temp.db.of(world.id()).add_issuer(&row).await.expect_err("refused");
        for said in [format!("{refused}"), format!("{refused:?}")] {
            assert!(!said.to_lowercase().contains("canary"), "{said}");
            assert!(!said.contains(world.id().as_str()), "{said}");
        }
    }
}
