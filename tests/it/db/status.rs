//! Status places and lists.

use std::collections::HashSet;

use skillmark::{
    clock::{Chance, SystemChance},
    db::{
        Error, LIST_ENTRIES, StatusDocumentRow, StatusEntryRow, StatusListRow, StatusPlaceRow,
        StatusState,
    },
    ids::CredentialId,
};

use super::{
    issuers::{at, noon},
    world::World,
};
use crate::support::{chance::Seeded, db::on_both};

fn ids(count: usize) -> Vec<CredentialId> {
    (0..count)
        .map(|_| CredentialId::random(&SystemChance))
        .collect()
}

/// Chance that counts slowly, so that draws meet what is taken.
struct Slow(std::sync::atomic::AtomicU64);

impl Chance for Slow {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) / 2;
        bytes.fill(0);
        let number = number.to_le_bytes();
        let len = bytes.len().min(8);
        bytes[..len].copy_from_slice(&number[..len]);
    }
}

on_both! {
    fn e12_places_are_random_and_taking_them_changes_no_bit(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let wanted = ids(1000);
        // The same numbers each time: so that the bound can be as narrow as chance allows.
        let chance = Seeded::new("places");
        let first = of.take_status_places(&wanted[..1], &chance, noon()).await.expect("taken");
        let list = &first[0].status_list_id;
        let before = of.status_list(list).await.expect("read").expect("there");
        let mut places = of.take_status_places(&wanted[1..], &chance, noon()).await.expect("taken");
        places.splice(0..0, first.clone());

        let asked: Vec<_> = places.iter().map(|place| &place.credential_id).collect();
        assert_eq!(asked, wanted.iter().collect::<Vec<_>>());
        let distinct: HashSet<i64> = places.iter().map(|place| place.status_index).collect();
        assert_eq!(distinct.len(), 1000);
        assert!(places.iter().all(|p| (0..LIST_ENTRIES).contains(&p.status_index)));
        let correlation = spearman(&places);
        assert!(correlation.abs() < 0.1, "issue order shows in the places: {correlation}");
        let neighbours = places.windows(2)
            .filter(|pair| (pair[0].status_index - pair[1].status_index).abs() == 1)
            .count();
        // Two in a row lie side by side once in 65,000 times.
        assert_eq!(neighbours, 0, "neighbours lie side by side");

        assert_eq!(of.status_bits(list).await, Ok(vec![]));
        let after = of.status_list(list).await.expect("read").expect("there");
        assert_eq!(after, StatusListRow { taken: 1000, ..before });
    }

    fn e13_a_place_is_never_given_out_twice(temp) {
        let world = World::new(&temp.db).await;
        let promise = world.promised().await;
        // Deleting a credential keeps its place; the place itself cannot be deleted before it.
        let count = "select count(*) from status_entries";
        assert!(temp.sql("delete from status_entries").await.is_err());
        temp.sql("delete from credentials").await.expect("deleted");
        assert_eq!(temp.number(count).await, 1);
        let again = temp.sql(&format!(
            "insert into status_entries (issuer_id, status_list_id, status_index, credential_id, \
             state, changed_at) values ('{}', '{}', {}, 'x', 'ok', '2026-03-01T12:00:00Z')",
            world.id(), promise.status_list_id, promise.status_index
        )).await;
        assert!(again.is_err());

        // Draws that hit what is taken are drawn again.
        let mut of = temp.db.of(world.id());
        let slow = Slow(0.into());
        let taken = of.take_status_places(&ids(50), &slow, noon()).await.expect("taken");
        let slow = Slow(0.into());
        let more = of.take_status_places(&ids(50), &slow, noon()).await.expect("taken");
        let distinct: HashSet<i64> = taken.iter().chain(&more).map(|p| p.status_index).collect();
        assert_eq!(distinct.len(), 100);

        let first = std::slice::from_ref(&taken[0].credential_id);
        let twice = of.take_status_places(first, &SystemChance, noon()).await;
        assert!(matches!(twice, Err(Error::Duplicate(_))), "{twice:?}");
    }

    fn i14_a_stuck_random_source_is_found_out(temp) {
        struct Stuck;
        impl Chance for Stuck {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(7);
            }
        }
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let one = of.take_status_places(&ids(1), &Stuck, noon()).await;
        assert!(one.is_ok(), "{one:?}");
        for count in [1, 2] {
            let none = of.take_status_places(&ids(count), &Stuck, noon()).await;
            assert!(matches!(none, Err(Error::Statement(_))), "{none:?}");
        }
    }

    fn h11_many_batches_at_once_get_different_places(temp) {
        let world = World::new(&temp.db).await;
        let mut racing = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (db, issuer) = (temp.db.clone(), world.id().clone());
            racing.spawn(async move {
                let mut tx = db.begin().await.expect("begun");
                let places = tx.of(&issuer).take_status_places(&ids(300), &SystemChance, noon()).await;
                tx.commit().await.expect("kept");
                places.expect("taken")
            });
        }
        let mut places = HashSet::new();
        while let Some(taken) = racing.join_next().await {
            places.extend(taken.expect("ran").into_iter().map(|p| (p.status_list_id, p.status_index)));
        }
        assert_eq!(places.len(), 2400);
    }

    fn a_list_is_used_to_its_half(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let first = of.take_status_places(&ids(1), &SystemChance, noon()).await.expect("taken");
        let half = LIST_ENTRIES / 2;
        temp.sql(&format!("update status_lists set taken = {half} - 2")).await.expect("filled");
        let fits = of.take_status_places(&ids(2), &SystemChance, noon()).await.expect("taken");
        assert_eq!(fits[0].status_list_id, first[0].status_list_id);
        let next = of.take_status_places(&ids(1), &SystemChance, noon()).await.expect("taken");
        assert_ne!(next[0].status_list_id, first[0].status_list_id);
    }

    fn a_change_makes_the_list_due_and_publishing_settles_it(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let promise = world.promised().await;
        let (id, list) = (&promise.credential_id, &promise.status_list_id);
        let row = of.status_list(list).await.expect("read").expect("there");
        assert_eq!(temp.db.stale_status_lists().await, Ok(vec![row.clone()]));
        assert_eq!(temp.db.status_document(list).await, Ok(None));

        let document = |version, changes, published_at| StatusDocumentRow {
            issuer_id: world.id().clone(),
            status_list_id: list.clone(),
            version,
            changes,
            document: format!("{{ \"v\":{version}.0 }}"),
            published_at,
        };
        of.publish_status(&document(1, 0, noon())).await.expect("published");
        assert_eq!(temp.db.stale_status_lists().await, Ok(vec![]));
        let raced = of.publish_status(&document(1, 0, noon())).await;
        assert!(matches!(raced, Err(Error::Duplicate(_))));

        let later = at("2026-03-02T00:00:00Z");
        let entry = |state, changed_at| StatusEntryRow {
            status_list_id: list.clone(),
            status_index: promise.status_index,
            credential_id: id.clone(),
            state,
            changed_at,
        };
        assert_eq!(of.status_of(id).await, Ok(Some(entry(StatusState::Ok, noon()))));
        use StatusState::{Ok as Fine, Revoked, Suspended};
        assert_eq!(of.change_status(id, Suspended, Fine, later).await, Err(Error::NoRow));
        of.change_status(id, Fine, Suspended, later).await.expect("suspended");
        assert_eq!(of.status_of(id).await, Ok(Some(entry(Suspended, later))));
        assert_eq!(temp.db.status_anywhere(&promise.public_id).await, Ok(Some(entry(Suspended, later))));
        assert_eq!(temp.db.status_anywhere("urn:uuid:0").await, Ok(None));
        assert_eq!(of.status_bits(list).await, Ok(vec![promise.status_index]));
        of.change_status(id, Suspended, Fine, later).await.expect("reinstated");
        assert_eq!(of.status_bits(list).await, Ok(vec![]));
        of.change_status(id, Fine, Revoked, later).await.expect("revoked");
        let due = StatusListRow { changes: 3, ..row };
        assert_eq!(temp.db.stale_status_lists().await, Ok(vec![due.clone()]));

        of.publish_status(&document(2, 3, later)).await.expect("published");
        // What knows less, and what leaves a version out, is refused.
        for (version, changes) in [(3, 2), (4, 3), (2, 4)] {
            let refused = of.publish_status(&document(version, changes, later)).await;
            assert!(matches!(refused, Err(Error::Duplicate(_))), "{version} {changes} {refused:?}");
        }
        assert_eq!(temp.db.stale_status_lists().await, Ok(vec![]));
        assert_eq!(temp.db.status_document(list).await, Ok(Some(document(2, 3, later))));
        assert_eq!(temp.db.status_lists_published_before(later).await, Ok(vec![]));
        // Only the newest version counts, whatever an older one knew.
        temp.sql("update status_documents set changes = 9 where version = 1").await.expect("set");
        temp.sql("update status_documents set changes = 2 where version = 2").await.expect("set");
        assert_eq!(temp.db.stale_status_lists().await, Ok(vec![due.clone()]));
        let tomorrow = at("2026-03-03T00:00:00Z");
        assert_eq!(temp.db.status_lists_published_before(tomorrow).await, Ok(vec![due]));
        // That an older version is from a later day, by a clock that was wrong, does not count.
        temp.sql("update status_documents set published_at = '2026-03-05T00:00:00Z' where version = 1").await.expect("set");
        assert_eq!(temp.db.status_lists_published_before(tomorrow).await.map(|due| due.len()), Ok(1));
        let stranger = &ids(1)[0];
        assert_eq!(of.change_status(stranger, Fine, Revoked, later).await, Err(Error::NoRow));
        assert_eq!(of.status_of(stranger).await, Ok(None));
    }
}

/// Rank correlation between the order of issue and the place in the list: 0 means none.
fn spearman(places: &[StatusPlaceRow]) -> f64 {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|n| places[*n].status_index);
    let count = places.len() as f64;
    let squares: f64 = (order.iter().enumerate())
        .map(|(rank, n)| (rank as f64 - *n as f64).powi(2))
        .sum();
    1.0 - 6.0 * squares / (count * (count * count - 1.0))
}
