//! Sealed records of people.

use skillmark::{
    db::{Error, PersonRow, Promise},
    ids::PersonId,
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
        assert_eq!(of.person(&PersonId::random(&skillmark::clock::SystemChance)).await, Ok(None));
        assert_eq!(of.people_by_lookup(&[vec![2; 32], vec![9; 32]]).await, Ok(vec![bo.clone()]));
        let mut both = of.people(&[ana.person_id.clone(), bo.person_id.clone()]).await.expect("read");
        both.sort_by(|a, b| a.lookup_hash.cmp(&b.lookup_hash));
        assert_eq!(both, [ana.clone(), bo]);

        of.set_person_details(&ana.person_id, &[5; 10]).await.expect("set");
        let changed = PersonRow { details_sealed: Some(vec![5; 10]), ..ana.clone() };
        assert_eq!(of.person(&ana.person_id).await, Ok(Some(changed)));

        let double = PersonRow { person_id: PersonId::random(&skillmark::clock::SystemChance), ..ana };
        assert!(matches!(of.add_people(&[double]).await, Err(Error::Duplicate(_))));
    }

    fn an_erased_person_leaves_only_ids(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let ana = world.person(1).await;
        let promise = world.promises(1).await.remove(0);
        let promise = Promise {
            person_id: Some(ana.person_id.clone()),
            recipient_hash: Some(vec![1; 32]),
            ..promise
        };
        of.promise(std::slice::from_ref(&promise)).await.expect("written");

        let then = at("2026-05-01T00:00:00Z");
        of.erase_person(&ana.person_id, then).await.expect("erased");
        let erased = PersonRow {
            key_sealed: None,
            details_sealed: None,
            lookup_hash: None,
            erased_at: Some(then),
            ..ana.clone()
        };
        assert_eq!(of.person(&ana.person_id).await, Ok(Some(erased)));
        let row = of.credential(&promise.credential_id).await.expect("read").expect("there");
        assert_eq!((row.promise.recipient_hash, row.promise.order_sealed), (None, None));
        assert!(of.status_of(&promise.credential_id).await.expect("read").is_some());
        assert_eq!(of.erase_person(&ana.person_id, noon()).await, Err(Error::NoRow));
        assert_eq!(of.set_person_details(&ana.person_id, b"x").await, Err(Error::NoRow));
        // The same person may be written anew.
        world.person(1).await;
    }
}
