//! Verifying our own work with the code a stranger uses, before anybody gets it (threat H9).

use super::lint::Signed;
use crate::clock::Timestamp;
use crate::did::Document;
use crate::json;
use crate::verify::{self, CheckId, Known, Options, Outcome, Report};

/// Whether a signed document verifies against its issuer's document, in both its forms.
///
/// Everything must be good but the status, which is not asked for: a credential that was taken
/// back before it was signed is still signed right. Nor is that of endorsements inside, each of
/// which was verified when it was signed; one that is wrong is refused.
pub(super) fn verify(signed: &Signed, issuer: &Document, now: Timestamp) -> Result<(), String> {
    let forms = [Some(&signed.document), signed.jwt.as_ref()];
    for text in forms.into_iter().flatten() {
        let apart = [CheckId::Status, CheckId::Endorsements];
        good(&report(text, issuer, now), &apart)?;
    }
    Ok(())
}

/// Whether a signed status list verifies: the same checks, but that it is no badge.
pub(super) fn verify_list(text: &str, issuer: &Document, now: Timestamp) -> Result<(), String> {
    good(
        &report(text, issuer, now),
        &[CheckId::Type, CheckId::Schema],
    )
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
        None => good_signature(&report),
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
    good(&report, &[])
}

fn report(text: &str, issuer: &Document, now: Timestamp) -> Report {
    report_with(text, issuer, &Options::default(), now)
}

fn report_with(text: &str, issuer: &Document, options: &Options, now: Timestamp) -> Report {
    let document = json::text(&issuer.to_json());
    let known = Known::nothing().with_issuer(&issuer.id, document, now);
    verify::verify_known(&known, text.as_bytes(), options, now)
}

fn good(report: &Report, except: &[CheckId]) -> Result<(), String> {
    let wrong = report.checks.iter().find(|check| match check.outcome {
        Outcome::Pass | Outcome::Skipped => false,
        Outcome::Unknown => !except.contains(&check.id),
        Outcome::Fail => true,
    });
    if let Some(check) = wrong {
        return Err(check.sentence.clone());
    }
    good_signature(report)
}

fn good_signature(report: &Report) -> Result<(), String> {
    let passed = |id| {
        let mut checks = report.checks.iter();
        checks.any(|check| check.id == id && check.outcome == Outcome::Pass)
    };
    if passed(CheckId::Proof) && passed(CheckId::KeyBinding) {
        Ok(())
    } else {
        Err("the signature was not checked".to_owned())
    }
}
