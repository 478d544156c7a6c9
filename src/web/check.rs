//! Asking the verifier, and laying its report out for a reader.

use axum::body::Bytes;

use crate::{
    clock::Timestamp,
    db::StatusState,
    issue::{list, sources::Own},
    verify::{
        self, Check as Checked, CheckId, Options, Outcome, Report, Unreadable, Verdict as Answer,
    },
    web::{
        Site,
        claim::Claim,
        error::WebError,
        icon,
        stored::Stored,
        text::{self, Text},
        verdict::{Check, Tone, Verdict},
    },
};

/// Checks what somebody sent.
///
/// # Errors
/// 400 or 413 for what cannot be read at all.
pub(crate) async fn bytes(site: &Site, sent: Bytes) -> Result<Report, WebError> {
    let report = ask(site, sent).await?;
    match report.unreadable {
        None => Ok(report),
        Some(Unreadable::TooLarge) => Err(WebError::too_large()),
        Some(kind) => {
            let code = match kind {
                Unreadable::DuplicateKey => "duplicate_key",
                Unreadable::NothingFound => "nothing_found",
                _ => "malformed",
            };
            Err(WebError::unreadable(code, report.sentence))
        }
    }
}

/// Checks a credential of ours, and says what our register knows this moment.
///
/// # Errors
/// If the database could not answer.
pub(crate) async fn own(
    site: &Site,
    stored: &Stored,
) -> Result<(Report, Option<StatusState>), WebError> {
    let document = Bytes::from(stored.document.clone());
    let entry = site
        .app()
        .db
        .of(&stored.row.issuer_id)
        .status_of(&stored.row.promise.credential_id)
        .await?;
    let state = entry.map(|entry| entry.state);
    let report = ask(site, document.clone()).await?;
    let listed = report
        .check(CheckId::Status)
        .is_some_and(|check| check.outcome == Outcome::Fail);
    if state.is_none_or(|state| (state != StatusState::Ok) == listed) {
        return Ok((report, state));
    }
    // The register is ahead of the list: publish it now, so that both tell the same.
    if let Err(cause) = list::publish_due(site.app()).await {
        tracing::warn!(%cause, "a status list could not be published yet");
    }
    Ok((ask(site, document).await?, state))
}

/// Reading pictures and checking signatures is heavy work, away from the threads that answer.
async fn ask(site: &Site, sent: Bytes) -> Result<Report, WebError> {
    let now = site.now();
    let sources = Own::new(site.app(), now);
    let runtime = tokio::runtime::Handle::current();
    site.heavy(move || runtime.block_on(verify::verify(&sources, &sent, &Options::default(), now)))
        .await
}

/// The credential that a report is about, laid out.
pub(crate) fn claim(report: &Report) -> Option<Claim> {
    let document = report.document.as_ref()?;
    report.claim.as_ref()?;
    Some(Claim::of(&serde_json::Value::from(document)))
}

/// The answer. `state` is what our own register says this moment, for a credential of ours: it
/// tells suspended from revoked, and it knows before the list does.
pub(crate) fn verdict(report: &Report, state: Option<StatusState>) -> Verdict {
    let issuer = report
        .issuer
        .as_ref()
        .and_then(|issuer| issuer.name.clone());
    let issuer = issuer.unwrap_or_else(|| "The issuer".to_owned());
    let when = format!("Checked {}", text::moment(report.checked_at));
    let tell = |tone, icon, word: &str, sentence: String| Verdict {
        tone,
        icon,
        word: word.into(),
        sentence: Text::new(&sentence),
        when: when.clone(),
    };
    if report.verdict != Answer::CannotTell {
        match state {
            Some(StatusState::Revoked) => {
                return tell(
                    Tone::Bad,
                    icon::CROSS,
                    "Taken back",
                    format!(
                        "{issuer} signed this credential and later revoked it. Do not rely on it."
                    ),
                );
            }
            Some(StatusState::Suspended) => {
                return tell(
                    Tone::Bad,
                    icon::PAUSE,
                    "Suspended for now",
                    format!(
                        "{issuer} has suspended this credential. Do not rely on it unless it is reinstated."
                    ),
                );
            }
            Some(StatusState::Ok) | None => {}
        }
    }
    match (report.verdict, report.reason.unwrap_or_default()) {
        (Answer::Valid, _) => tell(
            Tone::Good,
            icon::TICK,
            "Real and still good",
            report.sentence.clone(),
        ),
        (Answer::CannotTell, _) => tell(
            Tone::Unsure,
            icon::UNKNOWN,
            "Cannot tell",
            report.sentence.clone(),
        ),
        (Answer::Invalid, reason) => tell(
            Tone::Bad,
            icon::CROSS,
            word(reason),
            report.sentence.clone(),
        ),
    }
}

/// The few words for what is wrong.
fn word(reason: &str) -> &'static str {
    match reason {
        "revoked" => "Taken back",
        "suspended" => "Suspended for now",
        "expired" => "No longer in force",
        "not_yet_valid" => "Not in force yet",
        _ => "Not valid",
    }
}

/// What was checked, line by line.
pub(crate) fn checks(report: &Report) -> Vec<Check> {
    let shown = |check: &&Checked| {
        check.outcome != Outcome::Skipped
            || check.id == CheckId::Endorsements
            || check.id == CheckId::Status
    };
    report
        .checks
        .iter()
        .filter(shown)
        .map(|check| line(check, report.checked_at))
        .collect()
}

fn line(check: &Checked, now: Timestamp) -> Check {
    Check {
        tone: match check.outcome {
            Outcome::Pass => Tone::Good,
            Outcome::Fail => Tone::Bad,
            Outcome::Unknown => Tone::Unsure,
            Outcome::Skipped => Tone::Quiet,
        },
        title: check.id.title().into(),
        sentence: Text::new(&check.sentence),
        age: check
            .as_of
            .map(|at| format!("Read {}", text::age(at, now)))
            .unwrap_or_default(),
    }
}
