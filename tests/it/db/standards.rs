//! Drafts and editions, documents in versions, stacks, endorsements, pictures.

use skillmark::{
    clock::SystemChance,
    db::{
        DraftRow, EditionRow, EndorsementRow, EndorsementState, Error, Kept, StackAwardRow,
        StackRow, StackState, VersionRow,
    },
    ids::{AchievementId, DraftId, EndorsementId, PathwayId},
};

use super::{
    issuers::{at, noon},
    people::signed_as,
    world::World,
};
use crate::support::db::on_both;

fn version(world: &World<'_>, id: &str, version: i64, name: &str) -> VersionRow {
    VersionRow {
        issuer_id: world.id().clone(),
        id: id.to_owned(),
        version,
        name: name.to_owned(),
        document: "{}".to_owned(),
        changes: 1,
        changed_at: noon(),
        pinned_at: None,
    }
}

on_both! {
    fn a_draft_is_written_by_whoever_saw_it_last_and_keeps_its_editions(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let mut of = temp.db.of(ours.id());
        let mut draft = DraftRow {
            issuer_id: ours.id().clone(),
            draft_id: DraftId::random(&SystemChance),
            name: "Weld".to_owned(),
            document: "{}".to_owned(),
            changes: 1,
            created_at: noon(),
            changed_at: noon(),
        };
        of.add_draft(&draft).await.expect("added");
        let later = DraftRow { name: "Weld steel".to_owned(), changed_at: at("2026-03-02T00:00:00Z"), ..draft.clone() };
        of.rewrite_draft(&later).await.expect("rewritten");
        assert_eq!(of.rewrite_draft(&later).await, Err(Error::NoRow), "somebody was first");
        draft = DraftRow { changes: 2, ..later };
        assert_eq!(of.draft(&draft.draft_id).await, Ok(Some(draft.clone())));
        assert_eq!(of.drafts().await, Ok(vec![draft.clone()]));
        assert_eq!(temp.db.of(theirs.id()).draft(&draft.draft_id).await, Ok(None));
        assert_eq!(temp.db.of(theirs.id()).discard_draft(&draft.draft_id).await, Err(Error::NoRow));
        let edition = EditionRow {
            issuer_id: ours.id().clone(),
            achievement_id: ours.achievement.achievement_id.clone(),
            draft_id: draft.draft_id.clone(),
            edition: 1,
            draft: "{}".to_owned(),
            tries: Some(3),
            cool_down_days: 7,
            valid_months: None,
            published_at: noon(),
        };
        of.add_edition(&edition).await.expect("added");
        assert!(matches!(of.add_edition(&edition).await, Err(Error::Duplicate(_))));
        assert_eq!(of.edition(&edition.achievement_id).await, Ok(Some(edition.clone())));
        assert_eq!(of.editions().await, Ok(vec![edition.clone()]));
        assert_eq!(of.discard_draft(&draft.draft_id).await, Err(Error::NoRow), "what was published stays");
        let foreign = EditionRow { issuer_id: theirs.id().clone(), ..edition };
        assert_eq!(temp.db.of(theirs.id()).add_edition(&foreign).await, Err(Error::Missing));
        let lone = DraftRow { draft_id: DraftId::random(&SystemChance), ..draft };
        of.add_draft(&lone).await.expect("added");
        of.discard_draft(&lone.draft_id).await.expect("gone");
        assert_eq!(of.draft(&lone.draft_id).await, Ok(None));
    }

    fn a_version_that_is_pinned_never_changes(temp) {
        let world = World::new(&temp.db).await;
        let other = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        for kept in [Kept::Map, Kept::Rubric, Kept::Pathway] {
            let first = version(&world, "v", 1, "Data");
            of.add_version(kept, &first).await.expect("added");
            assert!(matches!(of.add_version(kept, &first).await, Err(Error::Duplicate(_))));
            let named = VersionRow { name: "Data skills".to_owned(), ..first.clone() };
            of.rewrite_version(kept, &named).await.expect("rewritten");
            assert_eq!(of.rewrite_version(kept, &named).await, Err(Error::NoRow), "not what was seen");
            for _ in 0..2 {
                of.pin_version(kept, "v", 1, noon()).await.expect("pinned");
            }
            let pinned = VersionRow { changes: 2, pinned_at: Some(noon()), ..named };
            assert_eq!(of.version(kept, "v", 1).await, Ok(Some(pinned.clone())));
            assert_eq!(of.rewrite_version(kept, &pinned).await, Err(Error::NoRow));
            assert_eq!(of.pin_version(kept, "v", 2, noon()).await, Err(Error::NoRow));
            let second = version(&world, "v", 2, "Data, anew");
            of.add_version(kept, &second).await.expect("added");
            assert_eq!(of.newest_version(kept, "v").await, Ok(Some(second.clone())));
            assert_eq!(of.versions(kept, "v").await, Ok(vec![second.clone(), pinned]));
            assert_eq!(of.newest_versions(kept).await, Ok(vec![second]));
            let mut others = temp.db.of(other.id());
            assert_eq!(others.newest_version(kept, "v").await, Ok(None));
            assert_eq!(others.pin_version(kept, "v", 1, noon()).await, Err(Error::NoRow));
        }
    }

    fn a_stack_is_in_force_once_and_its_awards_move_step_by_step(temp) {
        let world = World::new(&temp.db).await;
        let person = world.person(1).await;
        let mut of = temp.db.of(world.id());
        let pathway = PathwayId::random(&SystemChance);
        let stack = |version: i64| StackRow {
            issuer_id: world.id().clone(),
            pathway_id: pathway.clone(),
            version,
            achievement_id: world.achievement.achievement_id.clone(),
            activated_at: noon(),
            ended_at: None,
        };
        assert_eq!(of.activate_pathway(&stack(1)).await, Err(Error::Missing), "no such version");
        for n in 1..=2 {
            of.add_version(Kept::Pathway, &version(&world, pathway.as_str(), n, "Ready")).await.expect("added");
        }
        of.activate_pathway(&stack(1)).await.expect("in force");
        let later = at("2026-04-01T00:00:00Z");
        of.activate_pathway(&StackRow { activated_at: later, ..stack(2) }).await.expect("in force");
        let all = of.pathway_stacks().await.expect("read");
        let in_force: Vec<i64> = all.iter().filter(|row| row.ended_at.is_none()).map(|row| row.version).collect();
        assert_eq!((all.len(), in_force), (2, vec![2]));
        let mut tx = temp.db.begin().await.expect("begun");
        let again = tx.of(world.id()).activate_pathway(&stack(1)).await;
        assert!(matches!(again, Err(Error::Duplicate(_))), "{again:?}");
        drop(tx);
        of.end_pathway(&pathway, later).await.expect("ended");
        assert_eq!(of.end_pathway(&pathway, later).await, Err(Error::NoRow));

        let mut promise = world.promises(1).await.remove(0);
        (promise.person_id, promise.valid_until) = (Some(person.person_id.clone()), Some(later));
        of.promise(std::slice::from_ref(&promise)).await.expect("written");
        of.store_signed(&signed_as(&promise), noon()).await.expect("stored");
        let held = of.holdings_of(&person.person_id).await.expect("read");
        assert_eq!((held.len(), &held[0].credential_id, held[0].name.as_str()), (1, &promise.credential_id, "Weld"));
        assert_eq!(of.holdings_for(std::slice::from_ref(&world.achievement.achievement_id)).await, Ok(held));
        assert_eq!(of.holdings_for(&[AchievementId::random(&SystemChance)]).await, Ok(vec![]));
        let award = StackAwardRow {
            issuer_id: world.id().clone(),
            pathway_id: pathway.clone(),
            person_id: person.person_id.clone(),
            version: 2,
            credential_id: promise.credential_id.clone(),
            state: StackState::Held,
            reason: None,
            changed_at: noon(),
        };
        of.add_stack_award(&award).await.expect("added");
        assert!(matches!(of.add_stack_award(&award).await, Err(Error::Duplicate(_))));
        let waits = StackAwardRow { state: StackState::Waiting, reason: Some("Lacks one.".to_owned()), ..award };
        of.move_stack_award(StackState::Held, &waits).await.expect("moved");
        assert_eq!(of.move_stack_award(StackState::Held, &waits).await, Err(Error::NoRow));
        assert_eq!(of.stack_awards_of(&person.person_id).await, Ok(vec![waits.clone()]));
        assert_eq!(of.stack_awards(&pathway).await, Ok(vec![waits.clone()]));

        // It expires, and another one takes its place, once.
        let (early, until) = (noon(), later);
        let (before, of_theirs) = (promise.valid_from, person.person_id.clone());
        assert_eq!(of.expired_stacks(&pathway, early).await, Ok(vec![]));
        assert_eq!(of.expired_stacks_of(&of_theirs, early).await, Ok(vec![]));
        assert_eq!(of.expired_stacks(&pathway, until).await, Ok(vec![(of_theirs.clone(), before)]));
        assert_eq!(of.expired_stacks_of(&of_theirs, until).await, Ok(vec![(pathway.clone(), before)]));
        let mut next = world.promises(1).await.remove(0);
        (next.person_id, next.valid_until, next.issue_event) = (Some(of_theirs.clone()), None, "again".to_owned());
        of.promise(std::slice::from_ref(&next)).await.expect("written");
        let renewed = StackAwardRow { version: 1, credential_id: next.credential_id.clone(), state: StackState::Held, reason: None, changed_at: later, ..waits };
        of.renew_stack_award(&promise.credential_id, &renewed).await.expect("renewed");
        assert_eq!(of.renew_stack_award(&promise.credential_id, &renewed).await, Err(Error::NoRow));
        assert_eq!(of.stack_awards(&pathway).await, Ok(vec![renewed]));
        assert_eq!(of.expired_stacks(&pathway, until).await, Ok(vec![]));
    }

    fn an_endorsement_moves_once_and_is_found_by_what_was_handed_over(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let mut of = temp.db.of(ours.id());
        let row = EndorsementRow {
            issuer_id: ours.id().clone(),
            endorsement_id: EndorsementId::random(&SystemChance),
            achievement_id: ours.achievement.achievement_id.clone(),
            state: EndorsementState::Invited,
            token_hash: vec![1; 32],
            visit_hash: None,
            by_letter: true,
            expires_at: at("2026-03-22T12:00:00Z"),
            details_sealed: Some(vec![4; 60]),
            document: None,
            created_at: noon(),
            changed_at: noon(),
        };
        of.add_endorsement(&row).await.expect("added");
        assert_eq!(temp.db.endorsement_by_token(&[1; 32]).await, Ok(Some(row.clone())));
        assert_eq!(temp.db.endorsement_by_token(&[9; 32]).await, Ok(None));
        let started = EndorsementRow { state: EndorsementState::Started, visit_hash: Some(vec![2; 32]), ..row.clone() };
        of.move_endorsement(EndorsementState::Invited, &started).await.expect("moved");
        assert_eq!(of.move_endorsement(EndorsementState::Invited, &started).await, Err(Error::NoRow));
        assert_eq!(temp.db.endorsement_by_visit(&[2; 32]).await, Ok(Some(started.clone())));
        let achievement = &row.achievement_id;
        assert_eq!(of.signed_endorsements(achievement, 9).await, Ok(vec![]));
        assert_eq!(temp.db.public_endorsement(&row.endorsement_id).await, Ok(None), "nothing is signed yet");
        let signed = EndorsementRow { state: EndorsementState::Endorsed, document: Some("{\"a\":1}".to_owned()), ..started };
        of.move_endorsement(EndorsementState::Started, &signed).await.expect("moved");
        assert_eq!(of.signed_endorsements(achievement, 9).await, Ok(vec!["{\"a\":1}".to_owned()]));
        assert_eq!(of.signed_endorsements(achievement, 0).await, Ok(vec![]));
        assert_eq!(of.endorsement(&row.endorsement_id).await, Ok(Some(signed.clone())));
        assert_eq!(of.endorsements_of(achievement).await, Ok(vec![signed.clone()]));
        assert_eq!(of.endorsements().await, Ok(vec![signed.clone()]));
        assert_eq!(temp.db.public_endorsement(&row.endorsement_id).await, Ok(Some(signed)));
        let mut others = temp.db.of(theirs.id());
        assert_eq!(others.endorsement(&row.endorsement_id).await, Ok(None));
        assert_eq!(others.endorsements().await, Ok(vec![]));
    }

    fn a_picture_is_kept_once_and_read_by_its_own_and_by_its_address(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let id = "a".repeat(64);
        for _ in 0..2 {
            temp.db.of(ours.id()).add_picture(&id, &[1, 2, 3], noon()).await.expect("kept");
        }
        assert_eq!(temp.db.of(ours.id()).picture(&id).await, Ok(Some(vec![1, 2, 3])));
        assert_eq!(temp.db.of(theirs.id()).picture(&id).await, Ok(None));
        assert_eq!(temp.db.public_picture(&id).await, Ok(Some(vec![1, 2, 3])));
        assert_eq!(temp.db.public_picture("b").await, Ok(None));
    }
}
