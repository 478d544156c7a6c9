//! The organisation, its API keys, its achievements.

use skillmark::{
    db::{self, DidMethod, MemberState},
    did::{Document, Purpose},
    issue::{Achievement, Error, identity, issuer, keys, list, one, publish},
    json,
    who::{self, Invite, Refusal, Role, Scope, Secret, Who},
};

use super::lab::{Lab, WELD, welders};
use crate::support::db::on_both;

on_both! {
    fn g11_an_api_key_works_until_it_is_taken_back(temp) {
        let lab = Lab::open(temp).await;
        let now = lab.app.now();
        let expires = now.checked_add(skillmark_hours(1)).expect("a time");
        let made = issuer::new_api_key(&lab.app, &lab.who, "lms", &[Scope::Issue], Some(expires)).await;
        let (row, secret) = made.expect("a key");
        let by = async |text: &str| Who::by_api_key(&lab.app.db, text, lab.app.now()).await;

        let who = by(secret.reveal()).await.expect("known");
        assert_eq!((who.issuer(), who.actor()), (lab.who.issuer(), row.api_key_id.as_str()));
        assert_eq!(who.may(Scope::Issue), Ok(()));
        assert_eq!(who.may(Scope::Revoke), Err(Refusal::Scope(Scope::Revoke)));
        // A key cannot make a key that may more than itself.
        let more = issuer::new_api_key(&lab.app, &who, "more", &[Scope::Manage], None).await;
        assert_eq!(more.map(|_| ()), Err(Error::Refused(Refusal::Scope(Scope::Manage))));

        for wrong in ["", "skm_", "skm_AAAA", &secret.reveal()[4..], &secret.reveal().to_uppercase()] {
            assert_eq!(by(wrong).await, Err(Refusal::Unknown), "{wrong}");
        }
        lab.clock.advance(3_600);
        assert_eq!(by(secret.reveal()).await, Err(Refusal::Unknown), "expired");

        let (row, secret) = issuer::new_api_key(&lab.app, &lab.who, "other", &Scope::ALL, None).await.expect("a key");
        assert!(by(secret.reveal()).await.is_ok());
        issuer::revoke_api_key(&lab.app, &lab.who, &row.api_key_id).await.expect("taken back");
        assert_eq!(by(secret.reveal()).await, Err(Refusal::Unknown), "taken back");
        let again = issuer::revoke_api_key(&lab.app, &lab.who, &row.api_key_id).await;
        assert_eq!(again, Err(Error::NotFound("API key that could be revoked")));
        // A database that does not answer is not a key that is not there.
        lab.app.db.close().await;
        let down = issuer::revoke_api_key(&lab.app, &lab.who, &row.api_key_id).await;
        assert!(matches!(down, Err(Error::Db(db::Error::Unavailable(_)))), "{down:?}");
    }

    fn g11_a_key_may_no_more_than_its_maker_and_ends_with_the_key_it_was_made_through(temp) {
        let lab = Lab::open(temp).await;
        let (app, issuer) = (&lab.app, lab.who.issuer());
        let member = async |address: &str| {
            let invite = Invite { address: address.to_owned(), roles: vec![Role::Administrator], ..Invite::default() };
            let (id, _) = who::invite(app, &lab.who, &invite).await.expect("invited");
            app.db.of(issuer).set_member_state(&id, MemberState::Invited, MemberState::Active).await.expect("joined");
            id
        };
        let (ana, _) = (member("ana@weld.example").await, member("bo@weld.example").await);
        let scopes = [Scope::Issue, Scope::Read, Scope::Manage];
        let make = async |by: &Who| {
            let (row, secret) = issuer::new_api_key(app, by, "x", &scopes, None).await.expect("a key");
            (row.api_key_id, secret)
        };
        let by = async |secret: &Secret| Who::by_api_key(&app.db, secret.reveal(), app.now()).await;
        let (first, secret) = make(&Who::member(issuer, &ana, &[Role::Administrator])).await;
        for (roles, may) in [
            (&[Role::Administrator][..], &scopes[..]),
            (&[Role::Coordinator], &scopes[..2]),
            (&[Role::Tutor, Role::Reviewer], &[Scope::Read]),
            (&[Role::Administrator], &scopes[..]),
        ] {
            who::change(app, &lab.who, &ana, "Ana", roles).await.expect("changed");
            assert_eq!(by(&secret).await.expect("known").scopes(), may, "{roles:?}");
        }

        // A key, one made through it, one through that; and one that has nothing to do with it.
        let with = by(&secret).await.expect("known");
        let (second, through) = make(&with).await;
        let (third, last) = make(&by(&through).await.expect("known")).await;
        let (_, other) = make(&lab.who).await;
        issuer::revoke_api_key(app, &lab.who, &first).await.expect("taken back");
        for ended in [&secret, &through, &last] {
            assert_eq!(by(ended).await, Err(Refusal::Unknown));
        }
        by(&other).await.expect("good");
        let mut logged = temp.texts("select subject from audit where action = 'api-key.revoke'").await;
        let mut all = [&first, &second, &third].map(ToString::to_string);
        logged.sort();
        all.sort();
        assert_eq!(logged, all);
        // Nor does one come of it that was asked for a moment before.
        let late = issuer::new_api_key(app, &with, "late", &[Scope::Read], None).await;
        assert_eq!(late.err(), Some(Error::Refused(Refusal::Unknown)));
        let again = issuer::revoke_api_key(app, &lab.who, &third).await;
        assert_eq!(again, Err(Error::NotFound("API key that could be revoked")));
    }

    fn a_bad_api_key_has_all_its_faults_named(temp) {
        let lab = Lab::open(temp).await;
        let past = lab.app.now();
        let made = issuer::new_api_key(&lab.app, &lab.who, " \u{202e}", &[], Some(past)).await;
        let Err(Error::Faults(faults)) = made else { panic!("{made:?}") };
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/scopes", "/expires"]);
        let good = issuer::new_api_key(&lab.app, &lab.who, " lms ", &[Scope::Read], None).await;
        let (row, _) = good.expect("a key");
        assert_eq!((row.name.as_str(), row.scopes.as_str()), ("lms", "read"));
        let mut names: Vec<String> = issuer::api_keys(&lab.app, &lab.who).await.expect("keys").into_iter().map(|key| key.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["first", "lms"]);
    }

    fn g19_a_new_organisation_is_unverified_and_learns_how_to_change_that(temp) {
        let lab = Lab::open(temp).await;
        let made = issuer::init(&lab.app, &welders()).await.expect("made");
        assert_eq!(made.issuer.domain_proven_at, None);
        assert_eq!(made.issuer.did_method, DidMethod::Key, "the default on loopback");
        let proof = made.domain_proof.expect("a way to prove it");
        assert_eq!(proof.record_name, "_skillmark.weld.example");
        assert_eq!(proof.record_value, format!("skillmark-domain={}", made.issuer.domain_token));
        let who = Who::by_api_key(&lab.app.db, made.api_key.reveal(), lab.app.now()).await;
        let may = |scope: &Scope| who.as_ref().is_ok_and(|who| who.may(*scope).is_ok());
        let scopes: Vec<Scope> = Scope::ALL.into_iter().filter(may).collect();
        assert_eq!(scopes, issuer::FIRST_SCOPES);
        assert!(!scopes.contains(&Scope::Manage), "managing is for the machine itself");
    }

    fn a_bad_description_has_all_its_faults_named(temp) {
        let lab = Lab::open(temp).await;
        let new = issuer::NewIssuer {
            name: "Harvard\u{202e}".to_owned(),
            web_address: "weld.example".to_owned(),
            logo: Some("file:///etc/passwd".to_owned()),
            contact: Some(" ".to_owned()),
            ..Default::default()
        };
        let Err(Error::Faults(faults)) = issuer::init(&lab.app, &new).await else { panic!("refused") };
        let places: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["/name", "/webAddress", "/logo", "/contact"]);
    }

    fn i7_a_did_web_organisation_keeps_its_name_when_its_key_changes(temp) {
        let lab = Lab::open(temp).await;
        let new = issuer::NewIssuer { did_method: Some(DidMethod::Web), ..welders() };
        let made = issuer::init(&lab.app, &new).await.expect("made").issuer;
        let next = keys::rotate(&lab.app, &Who::operator(made.issuer_id.clone())).await.expect("rotated");
        assert_eq!(next.did, made.did);
        let rows = lab.app.db.of(&made.issuer_id).keys().await.expect("keys");
        let document = identity::did_document(&lab.app.config.public_url, &made.issuer_id, &rows);
        let document = document.expect("a document");
        let document = Document::parse(&document.to_json()).expect("reads back");
        assert_eq!(document.methods().len(), 2);
        for key in &rows {
            let url = identity::verification_method(&made.did, &key.key_id);
            assert!(url.ends_with(&key.key_id) && key.key_id.starts_with("z6Mk"), "{url}");
            assert!(document.method(&url, Purpose::AssertionMethod).is_ok());
        }
    }

    fn an_achievement_is_published_once_and_never_changes(temp) {
        let lab = Lab::open(temp).await;
        let weld = Achievement::parse(WELD.as_bytes()).expect("good");
        publish::publish(&lab.app, &lab.who, &weld).await.expect("the same again");
        let mut file = weld.file().clone();
        file.set("name", json::Value::from("Another name"));
        let other = Achievement::read(&file).expect("good");
        assert_eq!(other.id(), weld.id(), "it names the same id");
        let answer = publish::publish(&lab.app, &lab.who, &other).await;
        assert!(matches!(answer, Err(Error::Conflict(_))), "{answer:?}");
        let found = publish::achievement(&lab.app, &lab.who, weld.id()).await;
        assert_eq!(found, Ok(weld));
        assert_eq!(lab.count("achievements").await, 1);
    }

    fn g9_g10_organisations_do_not_see_each_other(temp) {
        let lab = Lab::open(temp).await;
        let other = issuer::init(&lab.app, &welders()).await.expect("made");
        let other = Who::operator(other.issuer.issuer_id);
        let mut request = lab.request("s-1", Some("key"));
        let mine = one::issue(&lab.app, &lab.who, &request).await.expect("issued");

        // Another organisation's achievement is not there.
        assert_eq!(
            one::issue(&lab.app, &other, &request).await,
            Err(Error::NotFound("achievement"))
        );
        // The same key, learner, achievement and date with another organisation is another award.
        let weld = Achievement::parse(WELD.as_bytes()).expect("good");
        publish::publish(&lab.app, &other, &weld).await.expect("published");
        request.achievement = weld.id().clone();
        let theirs = one::issue(&lab.app, &other, &request).await.expect("issued");
        assert_ne!(mine.id, theirs.id);
        assert!(!theirs.repeated);
        assert_eq!(lab.count("people").await, 2);
    }

    fn i3_without_the_key_encryption_key_nothing_is_signed_and_nothing_is_lost(temp) {
        let lab = Lab::open(temp).await;
        let issued = lab.issue("s-1").await;
        std::fs::remove_file(lab.app.config.kek_path()).expect("removed");
        let app = skillmark::app::App::open_with(
            temp.config(), lab.clock.clone(), std::sync::Arc::new(skillmark::clock::SystemChance),
        ).await.expect("it starts");
        let request = lab.request("s-2", None);
        let answer = one::issue(&app, &lab.who, &request).await;
        assert!(matches!(answer, Err(Error::Custody(_))), "{answer:?}");
        let report = lab.verify(&issued.document).await;
        assert_eq!(report.verdict, skillmark::verify::Verdict::Valid);
        assert_eq!(list::publish_due(&app).await, Ok(0));
    }
}

fn skillmark_hours(hours: i64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_hours(hours)
}
