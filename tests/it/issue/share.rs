//! Portfolios, confirming a name, and what must never be written anywhere.

use std::io::Write;
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use skillmark::{
    ids::{CredentialId, EvidenceId},
    issue::{
        confirm::Confirmed,
        confirm::{self, Tries},
        people,
        sources::Own,
    },
    portfolio::{self, Error},
    verify::{self, Options, Verdict},
};

use super::lab::Lab;
use crate::support::db::on_both;

on_both! {
    fn a_portfolio_opens_until_it_expires_or_is_taken_back(temp) {
        let lab = Lab::open(temp).await;
        let (first, second) = (lab.issue("s-1").await, lab.issue_of("s-1", "2026-02-27").await);
        let chosen = [second.id.clone(), first.id.clone()];
        let made = portfolio::create(&lab.app, &lab.who, " My work ", &chosen, None).await;
        let (id, token) = made.expect("made");
        assert_eq!(token.reveal().len(), 22);
        assert_eq!(format!("{token:?}"), "Token(***)");

        let open = portfolio::open(&lab.app, token.reveal()).await.expect("an answer").expect("open");
        assert_eq!(open.label, "My work");
        let shown: Vec<CredentialId> = open.credentials.iter().map(|row| row.promise.credential_id.clone()).collect();
        assert_eq!(shown, chosen);

        for wrong in ["", "AAAAAAAAAAAAAAAAAAAAAA", id.as_str()] {
            assert_eq!(portfolio::open(&lab.app, wrong).await, Ok(None), "{wrong}");
        }
        let like = "select count(*) from portfolios where length(token_hash) = 32";
        assert_eq!(temp.number(like).await, 1);

        lab.clock.advance(29 * 24 * 3_600);
        assert!(portfolio::open(&lab.app, token.reveal()).await.expect("an answer").is_some());
        lab.clock.advance(24 * 3_600);
        assert_eq!(portfolio::open(&lab.app, token.reveal()).await, Ok(None), "expired");

        let (id, token) = portfolio::create(&lab.app, &lab.who, "Again", &chosen, None).await.expect("made");
        portfolio::revoke(&lab.app, &lab.who, &id).await.expect("taken back");
        assert_eq!(portfolio::open(&lab.app, token.reveal()).await, Ok(None), "taken back");
        let twice = portfolio::revoke(&lab.app, &lab.who, &id).await;
        assert_eq!(twice, Err(Error::NotFound("portfolio that could be taken back")));
    }

    fn a_portfolio_holds_only_what_was_issued_here(temp) {
        let lab = Lab::open(temp).await;
        let issued = lab.issue("s-1").await;
        let strange = CredentialId::random(lab.app.chance.as_ref());
        let make = async |ids: &[CredentialId], days: Option<i64>| {
            let until = days.map(|days| lab.app.now().checked_add(SignedDuration::from_hours(24 * days)).expect("a time"));
            portfolio::create(&lab.app, &lab.who, "Mine", ids, until).await.map(|_| ())
        };
        assert_eq!(make(&[strange], None).await, Err(Error::NotFound("credential")));
        for (ids, days) in [
            (vec![], None),
            (vec![issued.id.clone(), issued.id.clone()], None),
            (vec![issued.id.clone()], Some(181)),
            (vec![issued.id.clone()], Some(0)),
        ] {
            assert!(matches!(make(&ids, days).await, Err(Error::Invalid(_))), "{ids:?} {days:?}");
        }
        assert_eq!(make(std::slice::from_ref(&issued.id), Some(180)).await, Ok(()));
        let grown = lab.issue_adult("s-2").await.id;
        assert!(matches!(make(std::slice::from_ref(&grown), Some(366)).await, Err(Error::Invalid(_))));
        assert_eq!(make(std::slice::from_ref(&grown), Some(365)).await, Ok(()));
        // Nobody asked for so long: whoever it is, the link ends after a month.
        for id in [&issued.id, &grown] {
            let (made, _) = portfolio::create(&lab.app, &lab.who, "Usual", std::slice::from_ref(id), None).await.expect("made");
            let rows = lab.app.db.of(lab.who.issuer()).portfolios().await.expect("read");
            let row = rows.iter().find(|row| row.portfolio_id == made).expect("there");
            let ends = lab.app.now().checked_add(SignedDuration::from_hours(24 * 30)).expect("a time");
            assert_eq!(row.expires_at, Some(ends.into()));
        }
        let two = make(&[issued.id, grown], None).await;
        assert_eq!(two, Err(Error::Invalid("a portfolio is one learner's: these credentials are of more than one".to_owned())));
    }

    fn evidence_opens_through_a_link_that_shows_its_credential(temp) {
        let lab = Lab::open(temp).await;
        let (mine, other) = (lab.issue("s-1").await, lab.issue("s-2").await);
        let mut of = lab.app.db.of(lab.who.issuer());
        let photo = of.evidence_of(&mine.id).await.expect("read").remove(0);
        let foreign = of.evidence_of(&other.id).await.expect("read").remove(0);
        let chosen = std::slice::from_ref(&mine.id);
        let (id, token) = portfolio::create(&lab.app, &lab.who, "Mine", chosen, None).await.expect("made");
        let ask = async |token: &str, id: &EvidenceId| portfolio::evidence(&lab.app, token, id).await;
        assert_eq!(ask(token.reveal(), &photo.evidence_id).await, Ok(Some(photo.clone())));
        let strange = EvidenceId::random(lab.app.chance.as_ref());
        assert_eq!(ask(token.reveal(), &foreign.evidence_id).await, Ok(None));
        assert_eq!(ask(token.reveal(), &strange).await, Ok(None));
        assert_eq!(ask("AAAAAAAAAAAAAAAAAAAAAA", &photo.evidence_id).await, Ok(None));
        lab.clock.advance(30 * 24 * 3_600);
        assert_eq!(ask(token.reveal(), &photo.evidence_id).await, Ok(None), "expired");
        lab.clock.advance(-3_600);
        portfolio::revoke(&lab.app, &lab.who, &id).await.expect("taken back");
        assert_eq!(ask(token.reveal(), &photo.evidence_id).await, Ok(None), "taken back");
    }

    fn j9_a_name_is_confirmed_and_never_told(temp) {
        let lab = Lab::open(temp).await;
        let issued = lab.issue("s-1").await;
        let tries = Tries::default();
        let from = std::net::IpAddr::from([192, 0, 2, 1]);
        let ask = async |name: &str| confirm::confirm(&lab.app, &tries, &issued.id, from, name).await.expect("an answer");
        assert_eq!(ask("Somebody Else").await, Confirmed::No);
        assert_eq!(ask("zyx canary s 1").await, Confirmed::Yes);
        for _ in 0..3 {
            assert_eq!(ask("Zyx").await, Confirmed::No);
        }
        assert_eq!(ask("Zyx-CANARY-s-1").await, Confirmed::TooOften);
        let strange = CredentialId::random(lab.app.chance.as_ref());
        let answer = confirm::confirm(&lab.app, &tries, &strange, from, "Zyx").await;
        assert_eq!(answer.expect("an answer"), Confirmed::No, "the same as a wrong name");
    }

    fn an_erased_learner_cannot_be_opened_and_the_credential_still_verifies(temp) {
        let lab = Lab::open(temp).await;
        let (issued, other) = (lab.issue("s-1").await, lab.issue("s-2").await);
        let chosen = std::slice::from_ref(&issued.id);
        let (_, token) = portfolio::create(&lab.app, &lab.who, "Mine", chosen, None).await.expect("made");
        let name = async |id: &CredentialId, name: &str| {
            let from = std::net::IpAddr::from([192, 0, 2, 1]);
            confirm::confirm(&lab.app, &Tries::default(), id, from, name).await.expect("an answer")
        };
        assert_eq!(name(&issued.id, "Zyx CANARY s-1").await, Confirmed::Yes);

        let person = people::erase(&lab.app, &lab.who, "s-1").await.expect("erased");
        let row = lab.app.db.of(lab.who.issuer()).person(&person).await.expect("read").expect("a row");
        assert_eq!(people::open(&lab.app, &row).expect("opens"), None);
        assert_eq!(name(&issued.id, "Zyx CANARY s-1").await, Confirmed::No);
        assert_eq!(name(&other.id, "Zyx CANARY s-2").await, Confirmed::Yes, "nobody else is erased");
        assert_eq!(portfolio::open(&lab.app, token.reveal()).await, Ok(None));
        let mut of = lab.app.db.of(lab.who.issuer());
        assert_eq!(of.evidence_of(&issued.id).await, Ok(vec![]), "the words of the learner");
        assert_eq!(of.evidence_of(&other.id).await.map(|rows| rows.len()), Ok(1));
        assert_eq!(of.portfolios().await, Ok(vec![]));
        assert_eq!(people::erase(&lab.app, &lab.who, "s-1").await, Err(skillmark::issue::Error::NotFound("learner")));

        let own = Own::new(&lab.app, lab.app.now());
        let stored = lab.stored(&issued.id).await;
        let report = verify::verify(&own, stored.as_bytes(), &Options::default(), lab.app.now()).await;
        assert_eq!(report.verdict, Verdict::Valid, "{}", report.sentence);
    }

    fn j1_nothing_of_a_learner_is_logged_or_left_readable(temp) {
        let lab = Lab::open(temp).await;
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let issued = lab.issue("s-1").await;
        let mut bad = lab.request("s-2", None);
        bad.row.outcomes[0].level = Some("urn:example:none".to_owned());
        let error = skillmark::issue::one::issue(&lab.app, &lab.who, &bad).await.expect_err("refused");
        tracing::info!("{error} {error:?} {bad:?}");
        drop(guard);
        let text = log.text();
        assert!(text.contains("Learner(***)"), "the log was read");
        for secret in ["CANARY", "canary.example"] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(!issued.document.contains("CANARY"));
        if temp.url.is_none() {
            temp.sql("vacuum").await.expect("vacuumed");
            let file = std::fs::read(temp.folder.path().join("skillmark.sqlite")).expect("the file");
            let text = String::from_utf8_lossy(&file);
            assert!(!text.contains("CANARY") && !text.contains("canary.example"));
        }
    }
}

/// Where log lines go.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("the log")).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
