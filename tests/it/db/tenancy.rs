//! One organisation's handle reaches no row of another.

use skillmark::db::{Error, Promise, StatusState};

use super::{issuers::noon, world::World};
use crate::support::db::on_both;

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
