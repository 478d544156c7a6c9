//! Threats H: nothing is issued twice, nothing wrong is issued, nothing is lost.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use skillmark::{
    issue::{
        self, Error,
        fulfil::{self, Made},
        keys,
        lint::Signer,
        one,
    },
    keys::{SignatureBytes, SigningKey},
    verify::Verdict,
};

use super::lab::{Lab, at};
use crate::support::db::on_both;

/// Signs, and counts.
struct Counting(SigningKey, Arc<AtomicUsize>);

impl Signer for Counting {
    fn sign(&self, message: &[u8]) -> SignatureBytes {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.sign(message)
    }
}

/// Signs something else.
struct Wrong(SigningKey);

impl Signer for Wrong {
    fn sign(&self, message: &[u8]) -> SignatureBytes {
        self.0.sign(&[message, b"!"].concat())
    }
}

on_both! {
    fn one_credential_goes_the_whole_path(temp) {
        let lab = Lab::open(temp).await;
        let issued = lab.issue("s-1").await;
        assert!(!issued.repeated);
        assert_eq!(at(&issued.document, "/id"), format!("http://localhost:8080/c/{}", issued.id));
        assert_eq!(at(&issued.document, "/proof/0/cryptosuite"), "eddsa-rdfc-2022");
        assert_eq!(at(&issued.document, "/validFrom"), "2026-03-02T10:00:00Z");
        assert!(at(&issued.document, "/credentialSubject/id").starts_with("urn:uuid:"));
        assert!(!issued.document.contains("CANARY") && !issued.document.contains("canary"));
        assert!(!issued.document.contains("s-1"));
        assert_eq!(lab.stored(&issued.id).await, issued.document);
    }

    fn h1_fifty_requests_at_once_are_one_credential(temp) {
        let lab = Lab::open(temp).await;
        let mut tasks = Vec::new();
        for _ in 0..50 {
            let (app, who) = (lab.app.clone(), lab.who.clone());
            let request = lab.request("s-1", Some("key"));
            tasks.push(tokio::spawn(async move { one::issue(&app, &who, &request).await }));
        }
        let mut bodies = HashSet::new();
        for task in tasks {
            bodies.insert(task.await.expect("runs").expect("issued").document);
        }
        assert_eq!(bodies.len(), 1);
        assert_eq!(lab.count("credentials").await, 1);
    }

    fn h2_a_key_with_another_request_is_refused(temp) {
        let lab = Lab::open(temp).await;
        let first = lab.request("s-1", Some("key"));
        let second = lab.request("s-2", Some("key"));
        one::issue(&lab.app, &lab.who, &first).await.expect("issued");
        assert_eq!(one::issue(&lab.app, &lab.who, &second).await, Err(Error::KeyReused));
        assert_eq!(lab.count("credentials").await, 1);
    }

    fn h3_the_same_learner_and_date_is_one_credential(temp) {
        let lab = Lab::open(temp).await;
        let first = lab.issue("s-1").await;
        let again = lab.issue("s-1").await;
        assert_eq!((again.id.clone(), again.document, again.repeated), (first.id, first.document, true));

        let mut other = lab.request("s-1", None);
        other.row.outcomes.remove(0);
        assert_eq!(
            one::issue(&lab.app, &lab.who, &other).await,
            Err(Error::IssuedOtherwise(again.id))
        );
    }

    fn h5_a_crash_at_any_step_changes_no_byte(temp) {
        let lab = Lab::open(temp).await;
        let request = lab.request("s-1", Some("key"));
        let plainly = || Arc::new(fulfil::plainly);

        // A crash after the promise: nothing is signed yet.
        let promised = one::promise(&lab.app, &lab.who, &request).await.expect("promised");
        lab.clock.advance(3_600);
        let rows = lab.app.db.of(lab.who.issuer()).credentials(&[promised.id().clone()]).await;
        let rows = rows.expect("rows");
        assert_eq!(rows[0].document, None);

        // A crash after signing, before storing.
        let made = fulfil::sign(&lab.app, lab.who.issuer(), rows, plainly()).await.expect("signed");
        let [Made::Signed(lost)] = &made[..] else { panic!("one signed") };
        lab.clock.advance(3_600);

        // The request comes again, hours later.
        let issued = one::issue(&lab.app, &lab.who, &request).await.expect("issued");
        assert_eq!(issued.id, *promised.id());
        assert_eq!(issued.document, lost.document);
        assert_eq!(at(&issued.document, "/proof/0/created"), "2026-03-02T10:00:00Z");

        // A crash after storing, before the answer was kept.
        let stored = fulfil::store(&lab.app, lab.who.issuer(), &made, lab.app.now()).await;
        assert_eq!(stored.expect("the same bytes").issued, 1);
        assert_eq!(lab.stored(&issued.id).await, lost.document);
        assert_eq!(lab.count("credentials").await, 1);
    }

    fn a_key_that_changes_takes_promises_with_it(temp) {
        let lab = Lab::open(temp).await;
        let request = lab.request("s-1", Some("key"));
        let promised = one::promise(&lab.app, &lab.who, &request).await.expect("promised");
        let next = keys::rotate(&lab.app, &lab.who).await.expect("rotated");
        let issued = one::issue(&lab.app, &lab.who, &request).await.expect("issued");
        assert_eq!(issued.id, *promised.id());
        assert_eq!(at(&issued.document, "/issuer/id"), next.did);
        assert_eq!(lab.verify(&issued.document).await.verdict, Verdict::Valid);
    }

    fn both_forms_verify_and_say_the_same(temp) {
        let lab = Lab::open(temp).await;
        let issued = lab.issue("s-1").await;
        let row = lab.app.db.of(lab.who.issuer()).credential(&issued.id).await.expect("a row");
        let row = row.expect("there");
        // Only what the document does not say is kept of the token.
        assert!(row.jwt.as_ref().expect("a token").len() < 300);
        let token = issue::token(&row).expect("whole").expect("a token");
        let (json, jwt) = (lab.verify(&issued.document).await, lab.verify(&token).await);
        assert_eq!((json.verdict, jwt.verdict), (Verdict::Valid, Verdict::Valid));
        let claims = [&json, &jwt].map(|report| report.claim.as_ref().map(|claim| claim.claim().clone()));
        assert_eq!(claims[0], claims[1]);
        // By its link, too.
        let link = format!("http://localhost:8080/c/{}", issued.id);
        assert_eq!(lab.verify(&link).await.verdict, Verdict::Valid);
    }

    fn h15_the_end_is_inclusive(temp) {
        let lab = Lab::open(temp).await;
        let until = lab.app.now().checked_add(jiff::SignedDuration::from_secs(10)).expect("a time");
        let mut request = lab.request("s-1", None);
        request.valid_until = Some(until);
        let issued = one::issue(&lab.app, &lab.who, &request).await.expect("issued");
        lab.clock.advance(10);
        assert_eq!(lab.verify(&issued.document).await.verdict, Verdict::Valid);
        lab.clock.advance(1);
        assert_eq!(lab.verify(&issued.document).await.reason, Some("expired"));
    }

    fn an_end_before_the_beginning_is_refused(temp) {
        let lab = Lab::open(temp).await;
        let mut request = lab.request("s-1", None);
        request.valid_until = lab.app.now().checked_sub(jiff::SignedDuration::from_secs(1)).ok();
        let answer = one::issue(&lab.app, &lab.who, &request).await;
        assert!(matches!(answer, Err(Error::Faults(_))), "{answer:?}");
    }

    fn h7_a_faulty_order_is_never_signed(temp) {
        let lab = Lab::open(temp).await;
        let signatures = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&signatures);
        let wrap = Arc::new(move |key| -> Box<dyn Signer> {
            Box::new(Counting(key, Arc::clone(&counter)))
        });
        let mut request = lab.request("s-1", None);
        request.row.outcomes[0].level = Some("urn:example:no-such-level".to_owned());
        let answer = one::issue_with(&lab.app, &lab.who, &request, wrap.clone()).await;
        let Err(Error::Faults(faults)) = answer else { panic!("{answer:?}") };
        assert_eq!(faults[0].pointer, "/credentialSubject/result/0/achievedLevel");
        assert_eq!(signatures.load(Ordering::SeqCst), 0);
        assert_eq!(lab.count("credentials").await, 0);

        let good = lab.request("s-1", None);
        one::issue_with(&lab.app, &lab.who, &good, wrap).await.expect("issued");
        assert_eq!(signatures.load(Ordering::SeqCst), 2, "the proof and the token");
    }

    fn h9_what_does_not_verify_is_not_issued(temp) {
        let lab = Lab::open(temp).await;
        let request = lab.request("s-1", Some("key"));
        let wrong = Arc::new(|key| -> Box<dyn Signer> { Box::new(Wrong(key)) });
        let answer = one::issue_with(&lab.app, &lab.who, &request, wrong).await;
        assert!(matches!(answer, Err(Error::SelfCheck(_))), "{answer:?}");
        assert_eq!(temp.number("select count(*) from credentials where state = 'issued'").await, 0);
        one::issue(&lab.app, &lab.who, &request).await.expect("the next time it is signed right");
    }
}
