//! Accounts and how they are opened, members, what waits while somebody signs in, guesses.

use skillmark::{
    clock::SystemChance,
    db::{
        AccountRow, Error, GuardianLinkRow, GuessRate, InvitationKind, InvitationRow,
        LearnerLinkRow, LinkWay, MemberRow, MemberState, PasskeyRow, PersonRow, ProviderRow,
        SessionRow, SignInTry, Stage,
    },
    ids::{AccountId, InvitationId, MemberId, ProviderId, SessionId},
};

use super::{
    issuers::{at, noon},
    world::World,
};
use crate::support::db::on_both;

fn account(hash: u8) -> AccountRow {
    AccountRow {
        account_id: AccountId::random(&SystemChance),
        key_sealed: vec![1; 72],
        kek_id: "kek".to_owned(),
        lookup_hash: vec![hash; 32],
        details_sealed: vec![2; 40],
        password: None,
        totp_sealed: None,
        totp_step: 0,
        created_at: noon(),
        proven_at: None,
    }
}

fn member(world: &World<'_>, account: &AccountRow, name: &str) -> MemberRow {
    MemberRow {
        issuer_id: world.id().clone(),
        member_id: MemberId::random(&SystemChance),
        account_id: Some(account.account_id.clone()),
        name: name.to_owned(),
        roles: "tutor".to_owned(),
        state: MemberState::Active,
        created_at: noon(),
    }
}

fn session(account: &AccountRow, hash: u8) -> SessionRow {
    SessionRow {
        token_hash: vec![hash; 32],
        session_id: SessionId::random(&SystemChance),
        account_id: Some(account.account_id.clone()),
        issuer_id: None,
        person_id: None,
        stage: Stage::In,
        client: "Firefox".to_owned(),
        reason: None,
        provider_id: None,
        created_at: noon(),
        seen_at: noon(),
        expires_at: at("2026-03-08T12:00:00Z"),
    }
}

on_both! {
    fn an_account_reads_back_and_its_codes_are_taken_once(temp) {
        let mut row = account(1);
        let id = row.account_id.clone();
        let mut tx = temp.db.begin().await.expect("begun");
        tx.add_account(&row).await.expect("added");
        tx.set_password(&id, "$argon2id$…").await.expect("set");
        tx.set_totp(&id, Some(&[7; 40]), 5).await.expect("set");
        tx.set_recovery_codes(&id, &[vec![1; 32], vec![2; 32]]).await.expect("set");
        tx.commit().await.expect("kept");
        row.password = Some("$argon2id$…".to_owned());
        (row.totp_sealed, row.totp_step) = (Some(vec![7; 40]), 5);
        assert_eq!(temp.db.account(&id).await, Ok(Some(row.clone())));
        assert_eq!(temp.db.account_by_lookup(&[1; 32]).await, Ok(Some(row.clone())));
        assert_eq!(temp.db.account_by_lookup(&[9; 32]).await, Ok(None));
        assert_eq!(temp.db.recovery_codes_left(&id).await, Ok(2));
        let mut tx = temp.db.begin().await.expect("begun");
        assert_eq!(tx.take_totp_step(&id, 5).await, Err(Error::NoRow), "used before");
        tx.take_totp_step(&id, 6).await.expect("a later one");
        tx.take_recovery_code(&id, &[1; 32]).await.expect("there");
        assert_eq!(tx.take_recovery_code(&id, &[1; 32]).await, Err(Error::NoRow));
        tx.commit().await.expect("kept");
        assert_eq!(temp.db.recovery_codes_left(&id).await, Ok(1));
        let mut tx = temp.db.begin().await.expect("begun");
        assert!(matches!(tx.add_account(&account(1)).await, Err(Error::Duplicate(_))));
        drop(tx);
        // One that works somewhere stays; one that does not can go, with what is its own.
        let world = World::new(&temp.db).await;
        let place = member(&world, &row, "Ana");
        temp.db.of(world.id()).add_member(&place).await.expect("added");
        let mut tx = temp.db.begin().await.expect("begun");
        assert_eq!(tx.delete_lone_account(&id).await, Ok(false));
        let lone = account(2);
        tx.add_account(&lone).await.expect("added");
        tx.add_session(&session(&lone, 3)).await.expect("added");
        assert_eq!(tx.delete_lone_account(&lone.account_id).await, Ok(true));
        tx.commit().await.expect("kept");
        assert_eq!(temp.db.account(&lone.account_id).await, Ok(None));
    }

    fn members_belong_to_one_organisation_and_change_step_by_step(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let (row, other) = (account(1), account(2));
        let mut tx = temp.db.begin().await.expect("begun");
        tx.add_account(&row).await.expect("added");
        tx.add_account(&other).await.expect("added");
        tx.commit().await.expect("kept");
        let mut ana = member(&ours, &row, "Ana");
        let bo = member(&ours, &other, "bo");
        let mut of = temp.db.of(ours.id());
        of.add_member(&bo).await.expect("added");
        of.add_member(&ana).await.expect("added");
        assert_eq!(of.members().await, Ok(vec![ana.clone(), bo.clone()]));
        assert_eq!(of.member_of_account(&row.account_id).await, Ok(Some(ana.clone())));
        of.set_member(&ana.member_id, "Ana Lee", "reviewer").await.expect("set");
        let moved = of.set_member_state(&ana.member_id, MemberState::Active, MemberState::Suspended);
        moved.await.expect("moved");
        let again = of.set_member_state(&ana.member_id, MemberState::Active, MemberState::Removed);
        assert_eq!(again.await, Err(Error::NoRow));
        (ana.name, ana.roles, ana.state) = ("Ana Lee".to_owned(), "reviewer".to_owned(), MemberState::Suspended);
        assert_eq!(of.member(&ana.member_id).await, Ok(Some(ana.clone())));
        let mut tx = temp.db.begin().await.expect("begun");
        tx.of(ours.id()).hold_members().await.expect("held");
        let places = tx.memberships(&row.account_id).await.expect("read");
        tx.commit().await.expect("kept");
        assert_eq!(Ok(places.clone()), temp.db.memberships(&row.account_id).await);
        assert_eq!((places.len(), &places[0].member_id, places[0].organisation.as_str()), (1, &ana.member_id, "Lab"));
        let mut others = temp.db.of(theirs.id());
        assert_eq!(others.member(&ana.member_id).await, Ok(None));
        assert_eq!(others.member_of_account(&row.account_id).await, Ok(None));
        assert_eq!(others.set_member(&ana.member_id, "x", "x").await, Err(Error::NoRow));
    }

    fn sessions_are_seen_end_and_are_forgotten(temp) {
        let row = account(1);
        let (first, second) = (session(&row, 1), session(&row, 2));
        let mut tx = temp.db.begin().await.expect("begun");
        tx.add_account(&row).await.expect("added");
        tx.add_session(&first).await.expect("added");
        tx.add_session(&second).await.expect("added");
        tx.commit().await.expect("kept");
        let later = at("2026-03-01T13:00:00Z");
        temp.db.touch_session(&second.session_id, later).await.expect("seen");
        let second = SessionRow { seen_at: later, ..second };
        assert_eq!(temp.db.session_by_hash(&[1; 32]).await, Ok(Some(first.clone())));
        assert_eq!(temp.db.sessions_of(&row.account_id).await, Ok(vec![second.clone(), first.clone()]));
        let mut tx = temp.db.begin().await.expect("begun");
        assert_eq!(tx.end_sessions(&row.account_id, Some(&first.session_id)).await, Ok(1));
        tx.end_session(&first.session_id).await.expect("ended");
        assert_eq!(tx.end_session(&first.session_id).await, Err(Error::NoRow));
        tx.add_session(&second).await.expect("added again");
        tx.commit().await.expect("kept");
        assert_eq!(temp.db.forget_sessions(later, noon()).await, Ok(0));
        assert_eq!(temp.db.forget_sessions(noon(), later).await, Ok(1), "not seen since");
        assert_eq!(temp.db.session_by_hash(&[2; 32]).await, Ok(None));
    }

    fn passkeys_belong_to_an_account(temp) {
        let (row, other) = (account(1), account(2));
        let mut key = PasskeyRow {
            account_id: row.account_id.clone(),
            passkey_id: "AAEC".to_owned(),
            name: "Phone".to_owned(),
            document: "{}".to_owned(),
            created_at: noon(),
            used_at: None,
        };
        let mut tx = temp.db.begin().await.expect("begun");
        tx.add_account(&row).await.expect("added");
        tx.add_account(&other).await.expect("added");
        tx.add_passkey(&key).await.expect("added");
        tx.use_passkey(&row.account_id, "AAEC", r#"{"n":1}"#, noon()).await.expect("used");
        assert_eq!(tx.use_passkey(&other.account_id, "AAEC", "{}", noon()).await, Err(Error::NoRow));
        tx.commit().await.expect("kept");
        (key.document, key.used_at) = (r#"{"n":1}"#.to_owned(), Some(noon()));
        assert_eq!(temp.db.passkey("AAEC").await, Ok(Some(key.clone())));
        assert_eq!(temp.db.passkeys(&row.account_id).await, Ok(vec![key]));
        assert_eq!(temp.db.passkeys(&other.account_id).await, Ok(vec![]));
        let mut tx = temp.db.begin().await.expect("begun");
        assert_eq!(tx.remove_passkey(&other.account_id, "AAEC").await, Err(Error::NoRow));
        tx.remove_passkey(&row.account_id, "AAEC").await.expect("removed");
        tx.commit().await.expect("kept");
        assert_eq!(temp.db.passkey("AAEC").await, Ok(None));
    }

    fn a_link_is_used_once_and_a_newer_one_ends_it(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let row = account(1);
        let mut tx = temp.db.begin().await.expect("begun");
        tx.add_account(&row).await.expect("added");
        tx.commit().await.expect("kept");
        let ana = member(&world, &row, "Ana");
        of.add_member(&ana).await.expect("added");
        let link = |hash: u8| InvitationRow {
            issuer_id: world.id().clone(),
            invitation_id: InvitationId::random(&SystemChance),
            member_id: ana.member_id.clone(),
            kind: InvitationKind::Join,
            way: LinkWay::Letter,
            token_hash: vec![hash; 32],
            created_at: noon(),
            expires_at: at("2026-03-08T12:00:00Z"),
            used_at: None,
        };
        let (old, new) = (link(1), link(2));
        of.add_invitation(&old).await.expect("added");
        of.add_invitation(&new).await.expect("added");
        assert_eq!(of.use_invitation(&old.invitation_id, noon()).await, Err(Error::NoRow));
        assert_eq!(temp.db.invitation_by_hash(&[2; 32]).await, Ok(Some(new.clone())));
        of.use_invitation(&new.invitation_id, noon()).await.expect("used");
        assert_eq!(of.use_invitation(&new.invitation_id, noon()).await, Err(Error::NoRow));
        let third = link(3);
        of.add_invitation(&third).await.expect("added");
        // Who is removed is known by the hash if they are taken back, here and nowhere else.
        assert_eq!(of.former_member(&[7; 32]).await, Ok(None));
        assert_eq!(of.note_former_member(&ana.member_id, &[7; 32]).await, Err(Error::NoRow));
        assert_eq!(of.take_member_back(&ana).await, Err(Error::NoRow));
        of.set_member_state(&ana.member_id, ana.state, MemberState::Removed).await.expect("removed");
        of.note_former_member(&ana.member_id, &[7; 32]).await.expect("noted");
        let former = of.former_member(&[7; 32]).await.expect("read").expect("there");
        assert_eq!((former.member_id, former.account_id), (ana.member_id.clone(), None));
        of.take_member_back(&ana).await.expect("back");
        assert_eq!(of.member(&ana.member_id).await, Ok(Some(ana.clone())));
        assert_eq!(of.former_member(&[7; 32]).await, Ok(None));
        of.void_invitations(&ana.member_id, noon()).await.expect("void");
        let void = temp.db.invitation_by_hash(&[3; 32]).await.expect("read").expect("there");
        assert_eq!(void.used_at, Some(noon()));
        assert_eq!(temp.db.invitation_by_hash(&[9; 32]).await, Ok(None));
    }

    fn a_learner_has_several_links_and_not_too_many(temp) {
        let world = World::new(&temp.db).await;
        let (person, other) = (world.person(1).await, world.person(2).await);
        let of_whom = |hash: u8, whose: &PersonRow, made: &str| LearnerLinkRow {
            issuer_id: world.id().clone(),
            person_id: whose.person_id.clone(),
            token_hash: vec![hash; 32],
            created_at: at(made),
            expires_at: at("2026-03-31T12:00:00Z"),
        };
        let link = |hash: u8| of_whom(hash, &person, &format!("2026-03-01T12:00:0{hash}Z"));
        let mut of = temp.db.of(world.id());
        let theirs = of_whom(9, &other, "2026-01-01T12:00:00Z");
        of.add_learner_link(&theirs, 2).await.expect("added");
        for hash in 1..4 {
            of.add_learner_link(&link(hash), 2).await.expect("added");
        }
        assert_eq!(temp.db.learner_link_by_hash(&[1; 32]).await, Ok(None), "the oldest of three");
        for row in [link(2), link(3), theirs.clone()] {
            let found = temp.db.learner_link_by_hash(&row.token_hash).await;
            assert_eq!(found, Ok(Some(row)));
        }
        let ends = at("2026-03-31T12:00:00Z");
        assert_eq!(of.learner_links(&person.person_id, noon()).await, Ok(vec![ends, ends]));
        assert_eq!(of.learner_links(&person.person_id, ends).await, Ok(vec![]));
        // Those that have ended make room for nothing and go.
        let late = LearnerLinkRow { expires_at: at("2026-05-31T12:00:00Z"), ..of_whom(4, &person, "2026-05-01T12:00:00Z") };
        of.add_learner_link(&late, 2).await.expect("added");
        assert_eq!(temp.db.learner_link_by_hash(&[3; 32]).await, Ok(None));
        assert_eq!(of.end_learner_links(&person.person_id).await, Ok(1));
        assert_eq!(of.end_learner_links(&person.person_id).await, Ok(0));
        assert_eq!(temp.db.learner_link_by_hash(&[9; 32]).await, Ok(Some(theirs)));
    }

    fn a_guardians_link_is_made_after_a_pause_and_belongs_to_one_organisation(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let person = ours.person(1).await;
        let link = |hash: u8, made: &str| GuardianLinkRow {
            issuer_id: ours.id().clone(),
            person_id: person.person_id.clone(),
            token_hash: vec![hash; 32],
            contact_hash: vec![9; 32],
            created_at: at(made),
            expires_at: at("2026-03-31T12:00:00Z"),
        };
        let (first, second) = (link(1, "2026-03-01T12:00:00Z"), link(2, "2026-03-01T13:00:00Z"));
        let mut of = temp.db.of(ours.id());
        assert_eq!(of.put_guardian_link(&first, at("2026-03-01T11:00:00Z")).await, Ok(true));
        assert_eq!(of.put_guardian_link(&second, at("2026-03-01T11:59:59Z")).await, Ok(false));
        assert_eq!(of.guardian_link(&person.person_id).await, Ok(Some(first)));
        assert_eq!(of.put_guardian_link(&second, noon()).await, Ok(true));
        assert_eq!(temp.db.guardian_link_by_hash(&[1; 32]).await, Ok(None));
        assert_eq!(temp.db.guardian_link_by_hash(&[2; 32]).await, Ok(Some(second.clone())));
        assert_eq!(of.guardian_links_since(noon()).await, Ok(1));
        assert_eq!(of.guardian_links_since(second.created_at).await, Ok(0));
        // Another organisation's handle reaches none of it.
        let mut others = temp.db.of(theirs.id());
        assert_eq!(others.guardian_link(&person.person_id).await, Ok(None));
        assert_eq!(others.guardian_links_since(noon()).await, Ok(0));
        assert_eq!(others.end_guardian_link(&person.person_id, noon()).await, Err(Error::NoRow));
        let stray = GuardianLinkRow { issuer_id: theirs.id().clone(), token_hash: vec![3; 32], ..second };
        assert_eq!(others.put_guardian_link(&stray, noon()).await, Err(Error::Missing));
        of.end_guardian_link(&person.person_id, noon()).await.expect("ended");
        assert_eq!(of.end_guardian_link(&person.person_id, noon()).await, Err(Error::NoRow));
        assert_eq!(temp.db.forget_guardian_links(noon()).await, Ok(0));
        assert_eq!(temp.db.forget_guardian_links(at("2026-03-01T12:00:01Z")).await, Ok(1));
    }

    fn a_link_beside_an_invitation_ends_with_it(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let account = account(1);
        let mut tx = temp.db.begin().await.expect("begun");
        tx.add_account(&account).await.expect("added");
        tx.commit().await.expect("kept");
        let ana = MemberRow { state: MemberState::Invited, ..member(&ours, &account, "Ana") };
        let mut of = temp.db.of(ours.id());
        of.add_member(&ana).await.expect("added");
        let link = |hash: u8, made: &str| InvitationRow {
            issuer_id: ours.id().clone(),
            invitation_id: InvitationId::random(&SystemChance),
            member_id: ana.member_id.clone(),
            kind: InvitationKind::Join,
            way: LinkWay::Letter,
            token_hash: vec![hash; 32],
            created_at: at(made),
            expires_at: at("2026-03-08T12:00:00Z"),
            used_at: None,
        };
        let (first, second) = (link(1, "2026-03-01T12:00:00Z"), link(2, "2026-03-06T13:00:00Z"));
        of.add_invitation(&first).await.expect("added");
        let end = first.expires_at;
        assert_eq!(of.invitations_ending(noon(), at("2026-03-08T11:59:59Z")).await, Ok(vec![]));
        assert_eq!(of.invitations_ending(end, end).await, Ok(vec![]), "it has ended");
        assert_eq!(of.invitations_ending(noon(), end).await, Ok(vec![first.clone()]));
        assert_eq!(temp.db.of(theirs.id()).invitations_ending(noon(), end).await, Ok(vec![]));
        // It ends with the first, whatever it says itself.
        let longer = InvitationRow { expires_at: at("2027-01-01T00:00:00Z"), ..second.clone() };
        of.add_invitation_beside(&first.invitation_id, &longer).await.expect("added");
        assert_eq!(temp.db.invitation_by_hash(&[1; 32]).await, Ok(Some(first.clone())));
        assert_eq!(temp.db.invitation_by_hash(&[2; 32]).await, Ok(Some(second.clone())));
        assert_eq!(of.invitations_ending(noon(), end).await, Ok(vec![second.clone()]), "one for each member");
        let third = link(3, "2026-03-06T14:00:00Z");
        let stray = InvitationRow { issuer_id: theirs.id().clone(), ..third.clone() };
        let mut others = temp.db.of(theirs.id());
        assert_eq!(others.add_invitation_beside(&first.invitation_id, &stray).await, Err(Error::NoRow));
        of.set_member_state(&ana.member_id, MemberState::Invited, MemberState::Active).await.expect("joined");
        assert_eq!(of.invitations_ending(noon(), end).await, Ok(vec![]));
        assert_eq!(of.add_invitation_beside(&first.invitation_id, &third).await, Err(Error::NoRow));
    }

    fn sign_in_providers_go_with_whom_they_let_in(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let row = ProviderRow {
            issuer_id: ours.id().clone(),
            provider_id: ProviderId::random(&SystemChance),
            name: "School".to_owned(),
            address: "https://login.school.example".to_owned(),
            client_id: "x".to_owned(),
            secret_sealed: Some(vec![3; 40]),
            kek_id: "kek".to_owned(),
            created_at: noon(),
        };
        let ana = account(1);
        let mut tx = temp.db.begin().await.expect("begun");
        tx.add_account(&ana).await.expect("added");
        let let_in = SessionRow {
            issuer_id: Some(ours.id().clone()),
            provider_id: Some(row.provider_id.clone()),
            ..session(&ana, 1)
        };
        tx.add_session(&let_in).await.expect("added");
        tx.of(ours.id()).add_provider(&row).await.expect("added");
        tx.commit().await.expect("kept");
        assert_eq!(temp.db.of(ours.id()).providers().await, Ok(vec![row.clone()]));
        assert_eq!(temp.db.of(ours.id()).provider(&row.provider_id).await, Ok(Some(row.clone())));
        assert_eq!(temp.db.of(theirs.id()).provider(&row.provider_id).await, Ok(None));
        assert_eq!(temp.db.of(theirs.id()).remove_provider(&row.provider_id).await, Err(Error::NoRow));
        let mut tx = temp.db.begin().await.expect("begun");
        tx.of(ours.id()).remove_provider(&row.provider_id).await.expect("removed");
        tx.commit().await.expect("kept");
        assert_eq!(temp.db.session_by_hash(&[1; 32]).await, Ok(None), "who it let in is out");
    }

    fn what_waits_while_somebody_signs_in_is_answered_once(temp) {
        let row = |hash: u8, until: &str| SignInTry {
            token_hash: vec![hash; 32],
            account_id: None,
            state: "{}".to_owned(),
            expires_at: at(until),
        };
        let (soon, late) = (row(1, "2026-03-01T12:05:00Z"), row(2, "2026-03-01T12:10:00Z"));
        let mut tx = temp.db.begin().await.expect("begun");
        tx.add_sign_in_try(&soon).await.expect("added");
        tx.add_sign_in_try(&late).await.expect("added");
        assert_eq!(tx.forget_sign_in_tries(at("2026-03-01T12:05:00Z")).await, Ok(1));
        assert_eq!(tx.take_sign_in_try(&[1; 32]).await, Ok(None));
        assert_eq!(tx.take_sign_in_try(&[2; 32]).await, Ok(Some(late)));
        assert_eq!(tx.take_sign_in_try(&[2; 32]).await, Ok(None));
        tx.commit().await.expect("kept");
    }

    fn of_guesses_no_more_than_there_are_are_taken_however_many_come(temp) {
        const RATE: GuessRate = GuessRate { burst: 3, every: 60 };
        let mut racing = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let db = temp.db.clone();
            racing.spawn(async move { db.take_guess(b"ana", RATE, 1_000).await.expect("answered") });
        }
        let mut taken = 0;
        while let Some(answer) = racing.join_next().await {
            match answer.expect("ran") {
                Ok(()) => taken += 1,
                Err(seconds) => assert_eq!(seconds, 60),
            }
        }
        assert_eq!(taken, 3);
        let db = &temp.db;
        assert_eq!(db.take_guess(b"bo", RATE, 1_000).await, Ok(Ok(())), "others have their own");
        assert_eq!(db.take_guess(b"ana", RATE, 1_030).await, Ok(Err(30)));
        assert_eq!(db.take_guess(b"ana", RATE, 1_060).await, Ok(Ok(())));
        assert_eq!(db.take_guess(b"ana", RATE, 1_060).await, Ok(Err(60)));
        db.give_guess_back(b"ana", RATE).await.expect("given back");
        assert_eq!(db.take_guess(b"ana", RATE, 1_060).await, Ok(Ok(())));
        // A clock that goes back gives nothing away.
        assert_eq!(db.take_guess(b"ana", RATE, 10).await, Ok(Err(1_110)));
        assert_eq!(db.forget_guesses(1_100).await, Ok(1));
        assert_eq!(db.forget_guesses(2_000).await, Ok(1));
    }
}
