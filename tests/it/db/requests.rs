//! Repeated requests, API keys, portfolios, the audit log.

use skillmark::{
    clock::{SystemChance, random},
    db::{ApiKeyRow, AuditRow, Claim, Error, PortfolioRow},
    ids::{ApiKeyId, AuditId, CredentialId, PortfolioId},
};

use super::{
    issuers::{at, noon},
    world::World,
};
use crate::support::db::on_both;

on_both! {
    fn h1_fifty_at_once_do_the_work_once(temp) {
        let world = World::new(&temp.db).await;
        let mut racing = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (db, issuer) = (temp.db.clone(), world.id().clone());
            racing.spawn(async move {
                let mut tx = db.begin().await.expect("begun");
                let claim = tx.of(&issuer).claim(&[1; 32], &[2; 32], noon()).await;
                if claim == Ok(Claim::New) {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                tx.commit().await.expect("kept");
                claim.expect("answered")
            });
        }
        let mut new = 0;
        while let Some(claim) = racing.join_next().await {
            match claim.expect("ran") {
                Claim::New => new += 1,
                claim => assert_eq!(claim, Claim::Again),
            }
        }
        assert_eq!(new, 1);
    }

    fn h2_a_key_with_another_request_is_told_apart(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let mut of = temp.db.of(ours.id());
        assert_eq!(of.claim(&[1; 32], &[2; 32], noon()).await, Ok(Claim::New));
        assert_eq!(of.claim(&[1; 32], &[2; 32], noon()).await, Ok(Claim::Again));
        assert_eq!(of.claim(&[1; 32], &[3; 32], noon()).await, Ok(Claim::Reused));
        assert_eq!(of.claim(&[1; 32], &[2; 32], noon()).await, Ok(Claim::Again));
        // A claim that was not committed was never made.
        let mut tx = temp.db.begin().await.expect("begun");
        assert_eq!(tx.of(ours.id()).claim(&[7; 32], &[2; 32], noon()).await, Ok(Claim::New));
        drop(tx);
        assert_eq!(of.claim(&[7; 32], &[3; 32], noon()).await, Ok(Claim::New));
        // g10: another organisation's key is another key.
        let mut others = temp.db.of(theirs.id());
        assert_eq!(others.claim(&[1; 32], &[5; 32], noon()).await, Ok(Claim::New));
        assert_eq!(others.claim(&[1; 32], &[5; 32], noon()).await, Ok(Claim::Again));
        assert_eq!(of.claim(&[1; 32], &[2; 32], noon()).await, Ok(Claim::Again));
    }

    fn g11_an_api_key_is_kept_as_a_hash_and_can_be_taken_back(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let hash: [u8; 32] = random(&SystemChance);
        let mut row = ApiKeyRow {
            issuer_id: world.id().clone(),
            api_key_id: ApiKeyId::random(&SystemChance),
            name: "CSV upload".to_owned(),
            secret_hash: hash.to_vec(),
            scopes: "issue read".to_owned(),
            created_at: noon(),
            expires_at: Some(at("2027-03-01T12:00:00Z")),
            revoked_at: None,
            made_by: None,
            made_with: None,
        };
        of.add_api_key(&row).await.expect("added");
        assert_eq!(temp.db.api_key_by_hash(&hash).await, Ok(Some(row.clone())));
        assert_eq!(temp.db.api_key_by_hash(&[0; 32]).await, Ok(None));
        let copy = ApiKeyRow { api_key_id: ApiKeyId::random(&SystemChance), ..row.clone() };
        assert!(matches!(of.add_api_key(&copy).await, Err(Error::Duplicate(_))));
        of.revoke_api_key(&row.api_key_id, noon()).await.expect("revoked");
        row.revoked_at = Some(noon());
        assert_eq!(temp.db.api_key_by_hash(&hash).await, Ok(Some(row.clone())));
        assert_eq!(of.revoke_api_key(&row.api_key_id, noon()).await, Err(Error::NoRow));
        assert_eq!(of.api_keys().await, Ok(vec![row]));
    }

    fn j7_a_portfolio_is_found_by_the_hash_of_its_token(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let ana = world.person(1).await;
        let members = [world.promised().await.credential_id, world.promised().await.credential_id];
        let token: [u8; 32] = random(&SystemChance);
        let mut row = PortfolioRow {
            issuer_id: world.id().clone(),
            portfolio_id: PortfolioId::random(&SystemChance),
            person_id: Some(ana.person_id),
            title: "Six weeks".to_owned(),
            token_hash: token.to_vec(),
            created_at: noon(),
            expires_at: None,
            revoked_at: None,
        };
        of.add_portfolio(&row, &members).await.expect("added");
        assert_eq!(temp.number("select max(length(token_hash)) from portfolios").await, 32);
        assert_eq!(temp.db.portfolio_by_token_hash(&token).await, Ok(Some(row.clone())));
        assert_eq!(temp.db.portfolio_by_token_hash(&[0; 32]).await, Ok(None));
        assert_eq!(of.portfolio_members(&row.portfolio_id).await, Ok(members.to_vec()));
        of.revoke_portfolio(&row.portfolio_id, noon()).await.expect("revoked");
        row.revoked_at = Some(noon());
        assert_eq!(of.portfolios().await, Ok(vec![row.clone()]));
        assert_eq!(temp.db.portfolio_by_token_hash(&token).await, Ok(Some(row.clone())));
        assert_eq!(of.revoke_portfolio(&row.portfolio_id, noon()).await, Err(Error::NoRow));

        let other = PortfolioRow {
            portfolio_id: PortfolioId::random(&SystemChance),
            token_hash: vec![1; 32],
            ..row
        };
        let stray = CredentialId::random(&SystemChance);
        let mut tx = temp.db.begin().await.expect("begun");
        let added = tx.of(world.id()).add_portfolio(&other, &[stray]).await;
        assert_eq!(added, Err(Error::Missing));
        drop(tx);
        assert_eq!(of.portfolios().await.map(|all| all.len()), Ok(1));
    }

    fn the_log_is_read_newest_first(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let line = |when: &str| AuditRow {
            audit_id: AuditId::random(&SystemChance),
            at: at(when),
            actor: "cli".to_owned(),
            action: "key.rotate".to_owned(),
            subject: "z6Mk".to_owned(),
 on_behalf: None,
 reason: None,
        };
        let (a, b) = (line("2026-03-01T00:00:00Z"), line("2026-03-02T00:00:00Z"));
        let c = line("2026-03-01T12:00:00Z");
        of.log(&[a, b.clone(), c.clone()]).await.expect("logged");
        assert_eq!(of.audit(2).await, Ok(vec![b, c]));
        of.log(&[]).await.expect("nothing to do");
    }
}
