//! Verifying our own work with the code a stranger uses, before anybody gets it (threat H9).

use super::lint::Signed;
use crate::clock::Timestamp;
use crate::did::Document;
use crate::json;
use crate::verify::{self, Check, CheckId, Known, Options, Outcome, Report};

/// What a verifier has to know of an issuer to look at what it signed: its document, as of `now`.
pub(super) fn known(issuer: &Document, now: Timestamp) -> Known {
    Known::nothing().with_issuer(&issuer.id, json::text(&issuer.to_json()), now)
}

/// Whether a signed document verifies with what is `known` of its issuer, in both its forms.
///
/// Everything must be good but the status, which is not asked for: a credential that was taken
/// back before it was signed is still signed right. Nor is that of endorsements inside, each of
/// which was verified when it was signed; one that is wrong is refused.
pub(super) fn verify(signed: &Signed, known: &Known, now: Timestamp) -> Result<(), String> {
    let apart = [CheckId::Status, CheckId::Endorsements];
    let Some(token) = &signed.jwt else {
        let options = Options::default();
        let report = verify::verify_known(known, signed.document.as_bytes(), &options, now);
        return good(&report.checks, &apart);
    };
    for checks in verify::both_forms(known, &signed.document, token, now) {
        good(&checks, &apart)?;
    }
    Ok(())
}

/// Whether a signed status list verifies: the same checks, but that it is no badge.
pub(super) fn verify_list(text: &str, issuer: &Document, now: Timestamp) -> Result<(), String> {
    let report = report(text, issuer, now);
    good(&report.checks, &[CheckId::Type, CheckId::Schema])
}

/// Whether a credential of any kind that we signed verifies. Its dates are whoever wrote it's: one
/// that holds no longer is still signed right.
pub(super) fn verify_given(text: &str, issuer: &Document, now: Timestamp) -> Result<(), String> {
    let options = Options {
        any_credential: true,
        ..Options::default()
    };
    let report = report_with(text, issuer, &options, now);
    let apart = [
        CheckId::Schema,
        CheckId::Status,
        CheckId::ValidFrom,
        CheckId::ValidUntil,
        CheckId::Credentials,
    ];
    let wrong = report.checks.iter().find(|check| {
        matches!(check.outcome, Outcome::Fail | Outcome::Unknown) && !apart.contains(&check.id)
    });
    match wrong {
        Some(check) => Err(check.sentence.clone()),
        None => good_signature(&report.checks),
    }
}

/// Whether a signed document or token has the issuer's good signature and a form that verifiers
/// read, whatever became of it since: dates and status are not asked for.
pub(super) fn verify_signed(text: &str, issuer: &Document, now: Timestamp) -> Result<(), String> {
    let of_its_time = [
        CheckId::Status,
        CheckId::ValidFrom,
        CheckId::ValidUntil,
        CheckId::Endorsements,
    ];
    let mut report = report(text, issuer, now);
    report
        .checks
        .retain(|check| !of_its_time.contains(&check.id));
    good(&report.checks, &[])
}

fn report(text: &str, issuer: &Document, now: Timestamp) -> Report {
    report_with(text, issuer, &Options::default(), now)
}

fn report_with(text: &str, issuer: &Document, options: &Options, now: Timestamp) -> Report {
    verify::verify_known(&known(issuer, now), text.as_bytes(), options, now)
}

fn good(checks: &[Check], except: &[CheckId]) -> Result<(), String> {
    let wrong = checks.iter().find(|check| match check.outcome {
        Outcome::Pass | Outcome::Skipped => false,
        Outcome::Unknown => !except.contains(&check.id),
        Outcome::Fail => true,
    });
    if let Some(check) = wrong {
        return Err(check.sentence.clone());
    }
    good_signature(checks)
}

fn good_signature(checks: &[Check]) -> Result<(), String> {
    let passed = |id| {
        let mut checks = checks.iter();
        checks.any(|check| check.id == id && check.outcome == Outcome::Pass)
    };
    if passed(CheckId::Proof) && passed(CheckId::KeyBinding) {
        Ok(())
    } else {
        Err("the signature was not checked".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;
    use crate::issue::{
        Achievement,
        offline::Issuer,
        plan::{self, Limits},
    };
    use crate::keys::SigningKey;

    #[test]
    fn h9_both_forms_must_hold_and_say_the_same() {
        let weld =
            Achievement::parse(include_bytes!("../../tests/it/issue/weld.json")).expect("good");
        let csv = "learner,date,level: weld quality,level: safety,assessor_role,evidence\n\
                   s-1,2026-03-01,3,1.5,Instructor,Photo\n";
        let now: Timestamp = "2026-03-02T10:00:00Z".parse().expect("a time");
        let rows = plan::read(csv.as_bytes(), &weld, Limits::NONE, now).expect("a row");
        let made = |seed: u8| {
            let issuer = Issuer::new("Weld Lab", None, SigningKey::from_seed(&[seed; 32]));
            let signed = issuer.issue(&weld, &rows[0], None, now, &SystemChance);
            signed.expect("signed")
        };
        let (good, other) = (made(1), made(1));
        let told = |document: &str, jwt: Option<&str>| {
            let signed = Signed {
                document: document.to_owned(),
                jwt: jwt.map(str::to_owned),
            };
            verify(&signed, &Known::nothing(), now)
        };
        let token = good.jwt.as_deref().expect("a token");
        assert_eq!(told(&good.document, Some(token)), Ok(()));
        assert_eq!(told(&good.document, None), Ok(()));
        let differs = "The token says something else than the document.";
        assert_eq!(
            told(&good.document, other.jwt.as_deref()),
            Err(differs.to_owned())
        );
        let (signed, _) = token.rsplit_once('.').expect("a signature");
        let (_, foreign) = other
            .jwt
            .as_deref()
            .expect("one")
            .rsplit_once('.')
            .expect("one");
        let wrong =
            "The signature does not fit: the token was changed, or signed with another key.";
        let forged = format!("{signed}.{foreign}");
        assert_eq!(told(&good.document, Some(&forged)), Err(wrong.to_owned()));
        let changed = good.document.replace("Weld Lab", "Wild Lab");
        assert!(told(&changed, Some(token)).is_err());
        assert!(told("{", Some(token)).is_err());
        assert!(told(&good.document, Some("a.b")).is_err());
    }
}
