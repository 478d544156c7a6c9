//! Asking the verifier, and laying its report out for a reader.

use axum::body::Bytes;

use crate::{
    clock::Timestamp,
    credential::dates,
    issue::sources,
    verify::{
        self, Answered, Check as Checked, CheckId, Claim, Claimed, First, Given, Options, Outcome,
        Report, Unreadable, Verdict as Answer,
    },
    web::{
        Site,
        claim::since,
        error::WebError,
        icon,
        pages::issuer::IssuerView,
        question::Question,
        stored::{self, Stored},
        text::{self, Text},
        verdict::{Check, Tone, Verdict},
    },
};

/// Checks what somebody sent, and notes what was read.
///
/// # Errors
/// 400 or 413 for what cannot be read at all.
pub(crate) async fn question(site: &Site, question: Question) -> Result<Answered, WebError> {
    let nothing = || Given {
        name: String::new(),
        bytes: Vec::new(),
    };
    if question.given.len() > 1 {
        return Err(WebError::unreadable(
            "several",
            "Here one credential is checked. Send several to /api/v1/verify/many.",
        ));
    }
    let given = question.given.into_iter().next().unwrap_or_else(nothing);
    let answered = any(site, given, question.options, question.no_fetch).await?;
    readable(&answered.report).map(|()| answered)
}

/// Whether there was something to check.
///
/// # Errors
/// 400 or 413 if what was sent could not be read at all.
fn readable(report: &Report) -> Result<(), WebError> {
    match report.unreadable {
        None => Ok(()),
        Some(Unreadable::TooLarge) => Err(WebError::too_large()),
        Some(kind) => {
            let code = match kind {
                Unreadable::DuplicateKey => "duplicate_key",
                Unreadable::NothingFound => "nothing_found",
                _ => "malformed",
            };
            Err(WebError::unreadable(code, report.sentence.clone()))
        }
    }
}

/// What is written of a report, and until when it may be kept ([`holds_still`]).
pub(crate) type Written = (Bytes, Option<Option<Timestamp>>);

/// Checks what somebody sent, without anything asked beside it, and writes the report with `write`: all
/// of it where heavy work is done.
///
/// # Errors
/// As [`question`].
pub(crate) async fn plain(
    site: &Site,
    sent: Bytes,
    write: fn(&Report) -> Result<Bytes, WebError>,
) -> Result<Written, WebError> {
    let now = site.now();
    let options = Options {
        trust: site.trust().to_vec(),
        ..Options::default()
    };
    let here = site.clone();
    let work = async move {
        let sources = sources::all(here.own());
        let report = verify::verify(&sources, &sent, &options, now).await;
        readable(&report)?;
        Ok((write(&report)?, holds_still(&here, &report).await?))
    };
    site.heavy_at_times(work).await?
}

/// As [`question`], about one of several, with a report also about what cannot be read.
///
/// # Errors
/// If the work panicked.
pub(crate) async fn any(
    site: &Site,
    given: Given,
    options: Options,
    no_fetch: bool,
) -> Result<Answered, WebError> {
    let now = site.now();
    let sources = match no_fetch {
        true => First::new().then(site.own()),
        false => sources::all(site.own()),
    };
    site.heavy_at_times(async move { verify::one(&sources, &given, &options, now).await })
        .await
}

/// Whether a report may be kept for a while: it is good, and about a badge of ours, so that
/// [`Memory`](crate::web::memory::Memory) learns of every change. Then also when the badge ends.
///
/// # Errors
/// If the database could not answer.
async fn holds_still(site: &Site, report: &Report) -> Result<Option<Option<Timestamp>>, WebError> {
    let verified = report.claim.as_ref().and_then(Claimed::verified);
    let achieved = verified.and_then(|claim| claim.get().achieved());
    let (Some(achieved), Some(issuer)) = (achieved, &report.issuer) else {
        return Ok(None);
    };
    let ours = site.memory().ours(site.now());
    if ours.is_some_and(|ours| !ours.has(&issuer.id))
        || stored::issuer_known_by(site, &issuer.id).await?.is_none()
    {
        return Ok(None);
    }
    Ok(match achieved.valid_until.as_deref().map(dates::stamp) {
        None => Some(None),
        Some(Ok(end)) => Some(Some(end)),
        Some(Err(_)) => None,
    })
}

/// Checks a credential of ours. The verifier asks our own register, so that this is the truth of
/// this moment whatever became of lists and keys.
///
/// # Errors
/// If the work panicked.
pub(crate) async fn own(site: &Site, stored: &Stored) -> Result<Report, WebError> {
    // Whoever reads a page of ours makes us ask nobody else.
    let own = First::new().then(site.own());
    let sent = Bytes::from(stored.document.clone());
    ask(site, own, sent, Options::default()).await
}

/// The organisation of ours that a report names as the issuer. Without a good signature anybody
/// may have named it: then it is shown as one that nobody has confirmed.
///
/// # Errors
/// If the database could not answer.
pub(crate) async fn issuer(site: &Site, report: &Report) -> Result<Option<IssuerView>, WebError> {
    let Some(named) = &report.issuer else {
        return Ok(None);
    };
    let row = stored::issuer_known_by(site, &named.id).await?;
    let passed = |id| {
        let check = report.check(id);
        check.is_some_and(|check| check.outcome == Outcome::Pass)
    };
    let signed = passed(CheckId::Proof) && passed(CheckId::KeyBinding);
    Ok(row.as_ref().map(IssuerView::of).map(|view| match signed {
        true => view,
        false => view.unproven(),
    }))
}

/// Reading pictures and checking signatures is heavy work, away from the threads that answer.
async fn ask(
    site: &Site,
    sources: First,
    sent: Bytes,
    options: Options,
) -> Result<Report, WebError> {
    let now = site.now();
    site.heavy_at_times(async move { verify::verify(&sources, &sent, &options, now).await })
        .await
}

/// The answer. `ours`: the organisation on this service whose credential it is.
pub(crate) fn verdict(report: &Report, ours: Option<&IssuerView>) -> Verdict {
    // Of somebody elsewhere a name is only what the document says.
    let name = ours.map_or_else(|| "The issuer".into(), IssuerView::named);
    let is_receipt = matches!(
        report.claim.as_ref().map(Claimed::claim),
        Some(Claim::Receipt(_))
    );
    let (tone, icon, word, sentence) = match (report.verdict, report.reason.unwrap_or_default()) {
        // What it tells of may have been good or bad then; so it is never green.
        (Answer::Valid, _) if is_receipt => (
            Tone::Quiet,
            icon::RECEIPT,
            "A genuine receipt, not a badge",
            report.sentence.clone(),
        ),
        (Answer::Valid, _) => (
            Tone::Good,
            icon::TICK,
            "Real and still good",
            good(report, ours),
        ),
        (Answer::CannotTell, _) => (
            Tone::Unsure,
            icon::UNKNOWN,
            "Cannot tell",
            report.sentence.clone(),
        ),
        (Answer::Invalid, "revoked") => (
            Tone::Bad,
            icon::CROSS,
            "Taken back",
            format!("{name} has revoked this credential. Do not rely on it."),
        ),
        (Answer::Invalid, "suspended") => (
            Tone::Bad,
            icon::PAUSE,
            "Suspended for now",
            format!(
                "{name} has suspended this credential. Do not rely on it unless it is reinstated."
            ),
        ),
        (Answer::Invalid, reason) => (
            Tone::Bad,
            icon::CROSS,
            word(reason),
            report.sentence.clone(),
        ),
    };
    Verdict {
        tone,
        icon,
        word: word.into(),
        sentence: Text::new(&sentence),
        when: format!("Checked {}", text::moment(report.checked_at)),
        next: next(report),
    }
}

/// What to do about what decided; without what the sentence before it has said already.
fn next(report: &Report) -> &'static str {
    let words = report.reason.and_then(verify::explain);
    let next = words.map_or("", |words| words.next);
    match report.verdict {
        Answer::Valid => "",
        Answer::Invalid => next.strip_prefix("Do not rely on it. ").unwrap_or(next),
        Answer::CannotTell => next,
    }
}

/// The few words for what is wrong.
fn word(reason: &str) -> &'static str {
    match reason {
        "no_proof" => "Not verifiable",
        "expired" => "No longer in force",
        "not_yet_valid" => "Not in force yet",
        _ => "Not valid",
    }
}

/// The sentence of a good answer. A name that nobody has confirmed is said to be one, and an
/// identifier that no person can read is left to the lines below.
fn good(report: &Report, ours: Option<&IssuerView>) -> String {
    if let Some(Claim::Presentation(_)) = report.claim.as_ref().map(Claimed::claim) {
        return report.sentence.clone();
    }
    // The last semicolon: those before it stand in the name.
    let Some((_, rest)) = report.sentence.rsplit_once("; ") else {
        return report.sentence.clone();
    };
    // A presentation is told by its verifier's own words, without a name that somebody chose.
    let how = ["Signed by", "Published by"]
        .into_iter()
        .find(|how| report.sentence.starts_with(how));
    let Some(how) = how else {
        return report.sentence.clone();
    };
    let issuer = report.issuer.as_ref();
    let name = issuer
        .and_then(|issuer| issuer.name.as_deref())
        .unwrap_or("its issuer");
    if let Some(ours) = ours {
        return format!("{how} {}; {rest}", ours.named());
    }
    match issuer.and_then(|issuer| issuer.domain.as_deref()) {
        Some(domain) => format!("{how} {domain}, under the name {name}; {rest}"),
        None => format!("{how} somebody under the name {name}; {rest}"),
    }
}

/// The checks whose outcome a reader asks for first; the rest are about the form of the document.
const ASKED: &[CheckId] = &[
    CheckId::Proof,
    CheckId::KeyBinding,
    CheckId::Status,
    CheckId::ValidFrom,
    CheckId::ValidUntil,
    CheckId::Credentials,
    CheckId::HolderBinding,
    CheckId::Recipient,
    CheckId::Endorsements,
    CheckId::Refresh,
];

/// The checks of a good credential that are told of also when there was nothing to check.
const SAID: &[CheckId] = &[CheckId::Endorsements, CheckId::Status, CheckId::ValidUntil];
/// The checks whose own sentence says more to a reader than the words for its reason: a date, a number.
const TELLING: &[CheckId] = &[
    CheckId::Status,
    CheckId::ValidFrom,
    CheckId::ValidUntil,
    CheckId::Credentials,
    CheckId::HolderBinding,
    CheckId::Recipient,
    CheckId::Endorsements,
    CheckId::Refresh,
];
/// What all checks of the form say together.
const FORMED: &str =
    "It has the form that Open Badges 3.0 asks for, and every word in it has one known meaning.";

/// What was checked, line by line: what went wrong first, then what a reader asks for, then the
/// form of the document, in one line when all of it is good.
pub(crate) fn checks(report: &Report) -> Vec<Check> {
    let claim = report.claim.as_ref().map(Claimed::claim);
    let month = claim.and_then(Claim::achieved).map(since);
    let month = month.unwrap_or_default();
    let bad = |check: &&Checked| matches!(check.outcome, Outcome::Fail | Outcome::Unknown);
    let told = |check: &Checked| {
        check.outcome == Outcome::Pass || report.is_valid() && SAID.contains(&check.id)
    };
    let (wrong, fine): (Vec<&Checked>, Vec<&Checked>) = report.checks.iter().partition(bad);
    let asked = |id: &CheckId| {
        fine.iter()
            .find(|check| check.id == *id && told(check))
            .copied()
    };
    let mut lines: Vec<Check> = wrong
        .iter()
        .copied()
        .chain(ASKED.iter().filter_map(asked))
        .map(|check| line(check, report, &month))
        .collect();
    let form: Vec<&Checked> = fine
        .iter()
        .filter(|check| check.outcome == Outcome::Pass && !ASKED.contains(&check.id))
        .copied()
        .collect();
    let words: Vec<&str> = form.iter().map(|check| check.sentence.as_str()).collect();
    let whole = form.iter().any(|check| check.id == CheckId::Schema)
        && form.iter().any(|check| check.id == CheckId::JsonldSafe);
    if !form.is_empty() {
        let sentence = if whole {
            FORMED.into()
        } else {
            Text::new(&words.join(" "))
        };
        lines.push(Check {
            tone: Tone::Good,
            title: "Document".into(),
            sentence,
            age: String::new(),
            next: "",
        });
    }
    lines
}

fn line(check: &Checked, report: &Report, month: &str) -> Check {
    let now = report.checked_at;
    let is_wrong = matches!(check.outcome, Outcome::Fail | Outcome::Unknown);
    let words = check.reason.filter(|_| is_wrong).and_then(verify::explain);
    // A page dates an award no finer than its month: the day may tell who was there.
    let since =
        check.id == CheckId::ValidFrom && check.outcome == Outcome::Pass && !month.is_empty();
    // What is wrong with the form of a document, only engineers read in its own words: below.
    let plain = words.filter(|_| !TELLING.contains(&check.id));
    let sentence = match plain {
        _ if since => Text::new(&format!("In force since {month}.")),
        Some(words) => words.means.into(),
        None => Text::new(&check.sentence),
    };
    Check {
        tone: match check.outcome {
            Outcome::Pass => Tone::Good,
            Outcome::Fail => Tone::Bad,
            Outcome::Unknown => Tone::Unsure,
            Outcome::Skipped => Tone::Quiet,
        },
        title: check.id.title().into(),
        sentence,
        age: check
            .as_of
            .map(|at| format!("Read {}", text::age(at, now)))
            .unwrap_or_default(),
        // What decided is told of at the top.
        next: words
            .filter(|_| check.reason != report.reason)
            .map_or("", |words| words.next),
    }
}
