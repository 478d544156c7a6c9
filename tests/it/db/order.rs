//! Lists come in the order they promise, whatever the order of the ids.

use skillmark::{
    clock::SystemChance,
    db::{AchievementRow, ApiKeyRow, EvidenceRow, IssuerRow, KeyState, PortfolioRow, Promise, Ts},
    ids::{AchievementId, ApiKeyId, EvidenceId, IssuerId, PortfolioId},
};

use super::{
    issuers::{a_key, an_issuer, at},
    people::signed_as,
    world::World,
};
use crate::support::db::on_both;

/// Three times; ids are made so that the later a row was made, the earlier its id sorts.
fn times() -> [Ts; 3] {
    [1, 2, 3].map(|day| at(&format!("2026-04-0{day}T00:00:00Z")))
}

/// An id that sorts the earlier the later `n` is.
fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(n: usize) -> T {
    let letter = ["c", "b", "a"][n];
    format!("{letter}AAAAAAAAAAAAAAAAAAAAA")
        .parse()
        .expect("an id")
}

on_both! {
    fn the_oldest_comes_first(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let ours = vec![world.id().clone()];
        let mut issuers: Vec<IssuerId> = Vec::new();
        // Written down youngest first, so that neither the table nor the ids have the order.
        for (n, created_at) in times().into_iter().enumerate().rev() {
            let issuer_id: IssuerId = id(n);
            let row = IssuerRow { issuer_id: issuer_id.clone(), created_at, ..an_issuer("Lab") };
            temp.db.of(&issuer_id).add_issuer(&row).await.expect("added");
            issuers.insert(0, issuer_id);
            let row = AchievementRow { achievement_id: id(n), created_at, ..world.achievement.clone() };
            of.add_achievement(&row).await.expect("added");
            let mut key = a_key(&world.issuer, ["z6Mkc", "z6Mkb", "z6Mka"][n], KeyState::Pending);
            key.created_at = created_at;
            of.add_key(&key).await.expect("added");
            let row = ApiKeyRow {
                issuer_id: world.id().clone(),
                api_key_id: id(n),
                name: n.to_string(),
                secret_hash: vec![u8::try_from(n).expect("small"); 32],
                scopes: String::new(),
                created_at,
                expires_at: Some(at("2027-01-01T00:00:00Z")),
                revoked_at: None,
                made_by: None,
                made_with: None,
            };
            of.add_api_key(&row).await.expect("added");
            let row = PortfolioRow {
                issuer_id: world.id().clone(),
                portfolio_id: id(n),
                person_id: None,
                title: n.to_string(),
                token_hash: vec![u8::try_from(n).expect("small"); 32],
                created_at,
                expires_at: None,
                revoked_at: None,
            };
            let mut tx = temp.db.begin().await.expect("begun");
            tx.of(world.id()).add_portfolio(&row, &[]).await.expect("added");
            tx.commit().await.expect("kept");
            temp.sql(&format!(
                "insert into status_lists (issuer_id, status_list_id, purpose, entries, taken, changes, created_at) \
                 values ('{}', '{}AAAAAAAAAAAAAAAAAAAAA', 'revocation', 10, 10, 0, '{created_at}')",
                world.id(), ["c", "b", "a"][n], created_at = *created_at
            )).await.expect("added");
        }
        let expected = [0, 1, 2];
        let all: Vec<IssuerId> = temp.db.issuers().await.expect("read").into_iter().map(|row| row.issuer_id).collect();
        assert_eq!(all, [ours, issuers].concat());
        let achievements = of.achievements().await.expect("read");
        assert_eq!(achievements.iter().skip(1).map(|row| row.achievement_id.clone()).collect::<Vec<_>>(), expected.map(id::<AchievementId>));
        let keys = ["z6Mkc", "z6Mkb", "z6Mka"];
        let found = of.keys().await.expect("read");
        assert_eq!(found.iter().skip(1).map(|row| row.key_id.as_str()).collect::<Vec<_>>(), keys);
        let found = temp.db.keys_of_did(&world.issuer.did).await.expect("read");
        assert_eq!(found.iter().skip(1).map(|row| row.key_id.as_str()).collect::<Vec<_>>(), keys);
        let found = of.api_keys().await.expect("read");
        assert_eq!(found.iter().map(|row| row.api_key_id.clone()).collect::<Vec<_>>(), expected.map(id::<ApiKeyId>));
        assert!(found.iter().all(|row| row.expires_at.is_some() && row.revoked_at.is_none()));
        let found = of.portfolios().await.expect("read");
        assert_eq!(found.iter().map(|row| row.portfolio_id.clone()).collect::<Vec<_>>(), expected.map(id::<PortfolioId>));
        let lists = of.status_lists().await.expect("read");
        assert_eq!(lists.iter().map(|row| row.status_list_id.to_string()[..1].to_owned()).collect::<Vec<_>>(), ["c", "b", "a"]);
        // Of keys that wait or sign, not of those that are gone.
        of.retire_key("z6Mkb", at("2026-05-01T00:00:00Z")).await.expect("retired");
        of.revoke_key("z6Mka", at("2026-05-01T00:00:00Z")).await.expect("revoked");
        let mut used = temp.db.keys_in_use().await.expect("read");
        used.sort();
        let mut those = vec![world.key_id.clone(), "z6Mkc".to_owned()];
        those.sort();
        assert_eq!(used, those);
        // What is revoked signs nothing again, whatever is asked of it.
        assert_eq!(of.activate_key("z6Mka", at("2026-05-01T00:00:00Z")).await, Err(skillmark::db::Error::NoRow));
        assert_eq!(of.retire_key("z6Mka", at("2026-05-01T00:00:00Z")).await, Err(skillmark::db::Error::NoRow));
    }

    fn what_belongs_to_one_thing_comes_in_its_order(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let ana = world.person(1).await;
        let mut promises = world.promises(40).await;
        // Places in the list have an order of their own.
        promises.sort_by_key(|promise| promise.status_index);
        for promise in &mut promises {
            promise.person_id = Some(ana.person_id.clone());
            promise.batch = Some("b".to_owned());
        }
        of.promise(&promises).await.expect("written");
        let mut ids: Vec<_> = promises.iter().map(|promise| promise.credential_id.clone()).collect();
        let chosen = ids.clone();
        ids.sort();
        let named = |rows: Vec<skillmark::db::CredentialRow>| -> Vec<_> { rows.into_iter().map(|row| row.promise.credential_id).collect() };
        assert_eq!(named(of.pending(Some("b"), 100).await.expect("read")), ids);
        assert_eq!(named(of.pending(None, 100).await.expect("read")), ids);

        let mut evidence: Vec<EvidenceId> = (0..5).map(|_| EvidenceId::random(&SystemChance)).collect();
        let rows: Vec<EvidenceRow> = evidence.iter().map(|id| EvidenceRow {
            evidence_id: id.clone(),
            credential_id: ids[0].clone(),
            name: "Photo".to_owned(),
            description: None,
            digest: None,
            media_type: None,
            created_at: at("2026-04-01T00:00:00Z"),
        }).collect();
        of.add_evidence(&rows).await.expect("added");
        evidence.sort();
        let found = of.evidence_of(&ids[0]).await.expect("read");
        assert_eq!(found.into_iter().map(|row| row.evidence_id).collect::<Vec<_>>(), evidence);

        let row = PortfolioRow {
            issuer_id: world.id().clone(),
            portfolio_id: PortfolioId::random(&SystemChance),
            person_id: None,
            title: "Mine".to_owned(),
            token_hash: vec![1; 32],
            created_at: at("2026-04-01T00:00:00Z"),
            expires_at: None,
            revoked_at: None,
        };
        let mut tx = temp.db.begin().await.expect("begun");
        tx.of(world.id()).add_portfolio(&row, &chosen).await.expect("added");
        tx.commit().await.expect("kept");
        assert_eq!(of.portfolio_members(&row.portfolio_id).await, Ok(chosen));

        // What is done is not waiting any more.
        let [done, given_up] = [0, 1].map(|n: usize| &promises[n]);
        of.store_signed(&signed_as(done), at("2026-04-01T00:00:00Z")).await.expect("stored");
        of.give_up(&given_up.credential_id, "x").await.expect("given up");
        for batch in [None, Some("b")] {
            assert_eq!(of.pending(batch, 100).await.map(|rows| rows.len()), Ok(38));
        }
        let other = Promise { batch: Some("c".to_owned()), ..world.promises(1).await.remove(0) };
        of.promise(std::slice::from_ref(&other)).await.expect("written");
        assert_eq!(named(of.pending(Some("c"), 100).await.expect("read")), [other.credential_id]);
        assert_eq!(temp.db.issuers_with_pending().await, Ok(vec![world.id().clone()]));
    }

    fn the_bits_that_are_set_come_ascending(temp) {
        use skillmark::db::StatusState::{Ok as Fine, Revoked, Suspended};
        let world = World::new(&temp.db).await;
        let promises = world.promises(20).await;
        let mut of = temp.db.of(world.id());
        let list = &promises[0].status_list_id;
        let mut set = Vec::new();
        for (n, promise) in promises.iter().enumerate().take(12) {
            let to = if n % 2 == 0 { Revoked } else { Suspended };
            of.change_status(&promise.credential_id, Fine, to, at("2026-04-01T00:00:00Z")).await.expect("changed");
            set.push(promise.status_index);
        }
        set.sort_unstable();
        assert_eq!(of.status_bits(list).await, Ok(set));
        let row = of.status_list(list).await.expect("read").expect("there");
        assert_eq!((row.changes, row.taken), (12, 20));
    }
}
