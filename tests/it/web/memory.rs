//! Good answers come from memory, and a revocation shows all the same.

use skillmark::{
    db::KeyState,
    issue::{
        keys,
        revoke::{self, Change},
    },
    json, proof, web,
};

use super::super::{
    proof::badge,
    support::{
        db::{Temp, on_both},
        foreign,
        site::Site,
    },
};

/// A site that asks its store whether something has changed whenever the test says.
async fn watched(temp: &Temp) -> (Site, web::Site) {
    let mut site = Site::on(temp).await;
    let served = web::Site::new(site.app.clone());
    site.router = web::router(served.clone());
    (site, served)
}

/// A badge of an issuer elsewhere, with everything that is needed to check it.
fn somebody_elses() -> Vec<u8> {
    let signer = foreign::ed25519();
    let mut badge = badge();
    badge
        .pointer_mut("/issuer")
        .expect("an issuer")
        .set("id", signer.did().into());
    let suite = proof::suite("eddsa-rdfc-2022").expect("a suite");
    json::text(&signer.secure(&badge, suite)).into_bytes()
}

/// Takes the credentials away, and brings them back.
const AWAY: &str = "alter table credentials rename to put_away";
const BACK: &str = "alter table put_away rename to credentials";

on_both! {
    fn a_good_answer_costs_no_question_to_the_store(temp) {
        let (site, served) = watched(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        let page = format!("/c/{id}");
        let file = format!("/c/{id}.json");
        let token = format!("/c/{id}.jwt");
        web::look(&served).await;
        let document = site.get(&file).await.body;
        let verify = || site.ask("POST", "/api/v1/verify").body("application/json", document.clone()).send();
        let first = [site.get(&page).await, site.get(&file).await, site.get(&token).await, verify().await];
        for answer in &first {
            answer.is(200);
        }
        first[0].shows("Real and still good").shows("Checked 1 March 2026, 12:00 UTC");
        first[3].shows("\"verdict\":\"valid\"");

        temp.sql(AWAY).await.expect("put away");
        let again = [site.get(&page).await, site.get(&file).await, site.get(&token).await, verify().await];
        for (first, again) in first.iter().zip(&again) {
            again.is(200);
            assert_eq!(first.body, again.body, "{}", again.path);
            for name in ["content-type", "cache-control", "x-robots-tag", "content-security-policy"] {
                assert_eq!(first.headers.get(name), again.headers.get(name), "{}: {name}", again.path);
            }
        }
        // What is not good, or was not asked before, has to be looked up.
        site.get("/c/AAAAAAAAAAAAAAAAAAAAAA").await.is(500);
        // Nobody has asked the store lately: nothing is recalled.
        site.clock.advance(6);
        site.get(&page).await.is(500);
        web::look(&served).await;
        site.get(&page).await.is(200);
        // Its time is over.
        site.clock.advance(31);
        web::look(&served).await;
        site.get(&page).await.is(500);
        temp.sql(BACK).await.expect("brought back");
        site.get(&page).await.is(200).shows("Checked 1 March 2026, 12:00 UTC");
    }

    fn e14_a_revocation_by_another_process_shows_at_the_next_look(temp) {
        let (site, served) = watched(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        let page = format!("/c/{id}");
        let document = site.get(&format!("/c/{id}.json")).await.body;
        let verify = || site.ask("POST", "/api/v1/verify").body("application/json", document.clone()).send();
        web::look(&served).await;
        site.get(&page).await.is(200).shows("Real and still good");
        verify().await.is(200).shows("\"verdict\":\"valid\"");

        // The command line, say: this site is not told.
        let credential = id.parse().expect("an id");
        revoke::change(&site.app, &provider.who, &credential, Change::Suspend).await.expect("suspended");
        web::look(&served).await;
        site.get(&page).await.is(200).shows("Suspended for now");
        verify().await.is(200).shows("\"verdict\":\"invalid\"");
        revoke::change(&site.app, &provider.who, &credential, Change::Reinstate).await.expect("reinstated");
        web::look(&served).await;
        site.get(&page).await.is(200).shows("Real and still good");

        // A key that is taken back counts as well.
        let rows = site.app.db.of(provider.who.issuer()).keys().await.expect("keys");
        let active = rows.iter().find(|row| row.state == KeyState::Active).expect("a key");
        keys::revoke(&site.app, &provider.who, &active.key_id).await.expect("taken back");
        web::look(&served).await;
        site.get(&page).await.is(200).hides("Real and still good");
    }

    fn checking_what_somebody_else_issued_asks_the_store_nothing(temp) {
        let (site, served) = watched(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let ours = site.get(&format!("/c/{}.json", provider.issue("S-1042").await)).await.body;
        let theirs = somebody_elses();
        let verify = |body: &[u8]| site.ask("POST", "/api/v1/verify").body("application/json", body.to_vec()).send();
        web::look(&served).await;
        let first = verify(&theirs).await;
        first.is(200).shows("\"verdict\":\"valid\"");

        let put = ["credentials", "issuer_keys", "receipt_keys", "issuers"];
        for table in put {
            temp.sql(&format!("alter table {table} rename to away_{table}")).await.expect("put away");
        }
        let again = verify(&theirs).await;
        again.is(200);
        assert_eq!(first.text(), again.text());
        // What is ours is looked up, and so is everything once nobody has asked the store lately.
        verify(&ours).await.is(200).shows("\"verdict\":\"cannot_tell\"");
        site.clock.advance(6);
        verify(&theirs).await.is(200).shows("\"verdict\":\"cannot_tell\"");
        for table in put {
            temp.sql(&format!("alter table away_{table} rename to {table}")).await.expect("brought back");
        }
        verify(&theirs).await.is(200).shows("\"verdict\":\"valid\"");
    }

    fn i6_a_key_that_was_made_after_a_look_is_known_at_the_next(temp) {
        let (site, served) = watched(temp).await;
        web::look(&served).await;
        let provider = site.provider("Riverside Tutoring").await;
        let document = site.get(&format!("/c/{}.json", provider.issue("S-1042").await)).await.body;
        let verify = || site.ask("POST", "/api/v1/verify").body("application/json", document.clone()).send();
        web::look(&served).await;
        verify().await.is(200).shows("\"verdict\":\"valid\"");
        let keys = site.app.db.of(provider.who.issuer()).keys().await.expect("keys");
        keys::revoke(&site.app, &provider.who, &keys[0].key_id).await.expect("taken back");
        web::look(&served).await;
        verify().await.is(200).shows("\"verdict\":\"invalid\"").shows("key_revoked");
    }

    fn a_revocation_through_this_process_shows_at_once(temp) {
        let (site, served) = watched(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1042").await;
        let page = format!("/c/{id}");
        web::look(&served).await;
        site.get(&page).await.is(200).shows("Real and still good");
        site.get(&page).await.is(200).shows("Real and still good");
        provider.change(&id, "revoke").await.is(200);
        site.get(&page).await.is(200).shows("Taken back").hides("Real and still good");
    }
}
