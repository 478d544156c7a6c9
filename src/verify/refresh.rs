//! A newer version of a credential (Open Badges 3.0 §8.1, VCCR 1.0): asked for once, after the proof
//! was found good, and believed only if it is the same credential of the same issuer, and newer
//! (threat A18).

use crate::json::Value;

use super::{
    Options,
    judge::{self, Ask, Place},
    report::{Check, CheckId, Outcome, Report},
};

/// The report about the newer version, or else the one that was there, with a word on why.
pub(super) async fn once(ask: Ask<'_>, mut report: Report) -> Report {
    if !ask.options.refresh || !is_signed(&report) {
        return report;
    }
    let Some(address) = address(&report) else {
        return report;
    };
    let check = match ask.sources.credential(&address).await {
        Err(_) => Check::unknown(
            CheckId::Refresh,
            "refresh_unavailable",
            "A newer version was asked for, and could not be read; this one is what was checked.",
        ),
        Ok(found) => {
            let options = Options {
                refresh: false,
                ..ask.options.clone()
            };
            let again = Ask {
                options: &options,
                ..ask
            };
            let mut newer = Box::pin(judge::text(again, &found.text, Place::Alone)).await;
            match supersedes(&newer, &report) {
                Ok(()) => {
                    let sentence =
                        "A newer version was found where it says, and is what was checked.";
                    let check = Check::pass(CheckId::Refresh, sentence);
                    put(&mut newer, check.of_age(Some(found.as_of)));
                    return newer;
                }
                Err(sentence) => Check::fail(CheckId::Refresh, "not_a_newer_version", sentence),
            }
        }
    };
    put(&mut report, check);
    report
}

/// Whether the signature is good and the issuer's, whatever else was found.
fn is_signed(report: &Report) -> bool {
    [CheckId::Proof, CheckId::KeyBinding].into_iter().all(|id| {
        report
            .check(id)
            .is_some_and(|check| check.outcome == Outcome::Pass)
    })
}

/// Where a newer version can be asked for, in the one way that is known here.
fn address(report: &Report) -> Option<String> {
    let services = report.document.as_ref()?.get("refreshService")?;
    let service = services.one_or_many().iter().find(|service| {
        let kinds = service.get("type").map(Value::one_or_many);
        let mut kinds = kinds.unwrap_or_default().iter();
        kinds.any(|kind| kind.as_str() == Some("1EdTechCredentialRefresh"))
    })?;
    let id = service.get("id")?.as_str()?;
    id.starts_with("https://").then(|| id.to_owned())
}

/// Whether `newer` is the credential that `old` is, and newer; why not, in a sentence.
fn supersedes(newer: &Report, old: &Report) -> Result<(), &'static str> {
    let issuer = |report: &Report| report.issuer.as_ref().map(|issuer| issuer.id.clone());
    let text = |report: &Report, name| {
        let value = report.document.as_ref()?.get(name)?;
        value.as_str().map(|text| text.trim().to_owned())
    };
    if !is_signed(newer) {
        return Err(
            "What was found where a newer version should be is not signed by its issuer; this one is what was checked.",
        );
    }
    if issuer(newer) != issuer(old) {
        return Err(
            "What was found where a newer version should be is of another issuer; this one is what was checked.",
        );
    }
    if text(newer, "id").is_none() || text(newer, "id") != text(old, "id") {
        return Err(
            "What was found where a newer version should be is another credential; this one is what was checked.",
        );
    }
    let from = |report: &Report| {
        let date = text(report, "validFrom").or_else(|| text(report, "issuanceDate"))?;
        crate::credential::dates::stamp(&date).ok()
    };
    match (from(newer), from(old)) {
        (Some(newer), Some(old)) if newer > old => Ok(()),
        _ => Err(
            "What was found where a newer version should be is no newer; this one is what was checked.",
        ),
    }
}

fn put(report: &mut Report, check: Check) {
    report.checks.retain(|old| old.id != check.id);
    report.checks.push(check);
    report.checks.sort_by_key(|check| check.id);
}
