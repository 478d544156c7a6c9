//! Organisations and their keys.

use skillmark::{
    clock::{SystemChance, Timestamp},
    db::{DidMethod, Error, IssuerKeyRow, IssuerRow, KeyState, Ts},
    ids::IssuerId,
};

use crate::support::db::on_both;

pub(super) fn at(text: &str) -> Ts {
    Ts::from(text.parse::<Timestamp>().expect("a time"))
}

pub(super) fn noon() -> Ts {
    at("2026-03-01T12:00:00Z")
}

pub(super) fn an_issuer(name: &str) -> IssuerRow {
    IssuerRow {
        issuer_id: IssuerId::random(&SystemChance),
        name: name.to_owned(),
        web_address: "https://lab.example".to_owned(),
        logo: None,
        contact: Some("office@lab.example".to_owned()),
        did_method: DidMethod::Web,
        did: "did:web:badges.example:issuers:x".to_owned(),
        domain_token: "token".to_owned(),
        domain_proven_at: None,
        name_assessors: false,
        created_at: noon(),
    }
}

pub(super) fn a_key(issuer: &IssuerRow, key_id: &str, state: KeyState) -> IssuerKeyRow {
    let gone = matches!(state, KeyState::Retired | KeyState::Revoked);
    IssuerKeyRow {
        issuer_id: issuer.issuer_id.clone(),
        key_id: key_id.to_owned(),
        did: issuer.did.clone(),
        state,
        seed_sealed: (!gone).then(|| vec![7; 72]),
        kek_id: "kek".to_owned(),
        created_at: noon(),
        activated_at: None,
        retired_at: None,
        revoked_at: None,
    }
}

on_both! {
    fn an_organisation_reads_back(temp) {
        let mut row = an_issuer("Zürich Skills Lab ✓");
        let mut of = temp.db.of(&row.issuer_id);
        assert_eq!(of.issuer().await, Ok(None));
        of.add_issuer(&row).await.expect("added");
        assert_eq!(of.issuer().await, Ok(Some(row.clone())));
        assert!(matches!(of.add_issuer(&row).await, Err(Error::Duplicate(_))));

        of.describe_issuer("Lab", "https://l.example", Some("https://l.example/i.png"), None, true)
            .await
            .expect("described");
        of.set_issuer_did("did:key:z6Mk").await.expect("set");
        of.set_domain_proven(Some(at("2026-04-01T00:00:00.9Z"))).await.expect("set");
        row.name = "Lab".to_owned();
        row.web_address = "https://l.example".to_owned();
        row.logo = Some("https://l.example/i.png".to_owned());
        row.contact = None;
        row.name_assessors = true;
        row.did = "did:key:z6Mk".to_owned();
        row.domain_proven_at = Some(at("2026-04-01T00:00:00Z"));
        assert_eq!(temp.db.issuers().await, Ok(vec![row]));

        let stranger = IssuerId::random(&SystemChance);
        assert_eq!(temp.db.of(&stranger).set_issuer_did("x").await, Err(Error::NoRow));
    }

    fn what_a_transaction_does_not_commit_is_undone(temp) {
        let row = an_issuer("Lab");
        let mut tx = temp.db.begin().await.expect("begun");
        tx.of(&row.issuer_id).add_issuer(&row).await.expect("added");
        assert_eq!(tx.of(&row.issuer_id).issuer().await, Ok(Some(row.clone())));
        tx.rollback().await.expect("undone");
        assert_eq!(temp.db.of(&row.issuer_id).issuer().await, Ok(None));

        let mut tx = temp.db.begin().await.expect("begun");
        tx.of(&row.issuer_id).add_issuer(&row).await.expect("added");
        tx.commit().await.expect("kept");
        assert_eq!(temp.db.of(&row.issuer_id).issuer().await, Ok(Some(row)));
    }

    fn a_key_goes_through_its_life(temp) {
        let issuer = an_issuer("Lab");
        let mut of = temp.db.of(&issuer.issuer_id);
        of.add_issuer(&issuer).await.expect("added");
        let mut first = a_key(&issuer, "z6MkFirst", KeyState::Active);
        let mut second = a_key(&issuer, "z6MkSecond", KeyState::Pending);
        of.add_key(&first).await.expect("added");
        of.add_key(&second).await.expect("added");
        assert_eq!(of.active_key().await, Ok(Some(first.clone())));
        assert!(matches!(of.activate_key("z6MkSecond", noon()).await, Err(Error::Duplicate(_))));

        let later = at("2027-03-01T12:00:00Z");
        of.retire_key("z6MkFirst", later).await.expect("retired");
        of.activate_key("z6MkSecond", later).await.expect("activated");
        (first.state, first.retired_at, first.seed_sealed) = (KeyState::Retired, Some(later), None);
        (second.state, second.activated_at) = (KeyState::Active, Some(later));
        assert_eq!(of.keys().await, Ok(vec![first.clone(), second.clone()]));
        assert_eq!(of.retire_key("z6MkFirst", later).await, Err(Error::NoRow));
        assert_eq!(of.activate_key("z6MkFirst", later).await, Err(Error::NoRow));

        of.revoke_key("z6MkFirst", later).await.expect("revoked");
        (first.state, first.revoked_at) = (KeyState::Revoked, Some(later));
        assert_eq!(of.key("z6MkFirst").await, Ok(Some(first.clone())));
        assert_eq!(of.revoke_key("z6MkFirst", later).await, Err(Error::NoRow));
        assert_eq!(temp.db.keys_of_did(&issuer.did).await, Ok(vec![first, second]));
    }
}
