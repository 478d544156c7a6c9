//! Was it taken back? The issuer's register is asked where it is kept here, then every status entry
//! is read; one set bit is enough, and what could not be read is never "not revoked".

use jiff::{SignedDuration, Timestamp};

use crate::{
    config::limits,
    credential,
    json::{self, Value},
    proof::{Secured, jwt},
    status::{self, Entry, Kind, ListCredential, Named, Purpose, RETRIEVAL_PROBLEM, StatusError},
};

use super::{
    binding,
    judge::Ask,
    report::{Check, CheckId, Outcome, Verdict, Warning},
    revocations, signature,
    sources::{NotFetched, Sources, Standing},
    technical::StatusRead,
    token,
};

const VERIFICATION: &str =
    "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR";

/// What was learned beside the answer.
pub(super) struct Heard<'h> {
    pub(super) warnings: &'h mut Vec<Warning>,
    pub(super) read: &'h mut Vec<StatusRead>,
}

/// One entry's answer.
pub(super) enum Told {
    /// The bit is not set. When the list was read.
    Unset(Timestamp),
    /// It says nothing against the credential: a newer one exists, or a message.
    Note(String, Timestamp),
    /// Taken back.
    Set(Purpose, Timestamp),
    /// Wrong, or could not be read.
    Not(Check),
}

/// The status of a document of which `so_far` is known.
///
/// What its issuer's register says against it is said also where something else could not be
/// checked: a revocation stands, whatever became of keys and lists. The lists themselves are asked
/// for only if everything before was good, so that nobody is led to addresses that a forger wrote.
pub(super) async fn check(
    ask: Ask<'_>,
    document: &Value<'_>,
    so_far: Verdict,
    heard: &mut Heard<'_>,
) -> Check {
    let not_asked = || {
        let sentence = "Not looked up, because of what was found before.";
        Check::skipped(CheckId::Status, sentence)
    };
    if so_far == Verdict::Invalid {
        return not_asked();
    }
    let standing = match document.get("id").and_then(Value::as_str) {
        Some(id) => {
            let issuer = binding::issuer_id(document).unwrap_or_default();
            ask.sources.standing(id, issuer).await
        }
        None => Ok(Standing::Unknown),
    };
    match standing {
        Ok(Standing::Revoked) => taken_back(&Purpose::Revocation, ask.now),
        Ok(Standing::Suspended) => taken_back(&Purpose::Suspension, ask.now),
        Ok(Standing::Good | Standing::Unknown) if so_far == Verdict::Valid => {
            listed(ask, document, heard).await
        }
        Ok(Standing::Good | Standing::Unknown) => not_asked(),
        Err(why) => not_fetched(why),
    }
}

fn taken_back(purpose: &Purpose, as_of: Timestamp) -> Check {
    let (reason, sentence) = match purpose {
        Purpose::Suspension => ("suspended", "The issuer has suspended it for now."),
        _ => ("revoked", "The issuer has taken it back."),
    };
    Check::fail(CheckId::Status, reason, sentence).of_age(Some(as_of))
}

/// Reads every status entry of a document that its issuer signed.
async fn listed(ask: Ask<'_>, document: &Value<'_>, heard: &mut Heard<'_>) -> Check {
    let id = CheckId::Status;
    let entries = status::entries(document);
    if entries.is_empty() {
        return Check::skipped(id, "It names no list in which it could be taken back.");
    }
    if entries.len() > limits::FETCHES {
        return Check::unknown(
            id,
            "too_many_statuses",
            "It names more status lists than are read.",
        );
    }
    let issuer = binding::issuer_id(document).unwrap_or_default();
    let mut told = Vec::with_capacity(entries.len());
    for entry in entries {
        told.push(match entry {
            Ok(Named::Place(entry)) => {
                warn_of(&entry, heard.warnings);
                heard.read.push(StatusRead {
                    list: entry.list.clone(),
                    index: Some(entry.index),
                    purpose: entry.purpose.name().to_owned(),
                    value: None,
                    as_of: None,
                });
                look_up(ask, &entry, issuer, heard).await
            }
            Ok(Named::Revocations(list)) => {
                let id = document.get("id").and_then(Value::as_str);
                let told = revocations::look_up(ask.sources, &list, issuer, id).await;
                let (value, as_of) = match &told {
                    Told::Set(_, at) => (Some(1), Some(*at)),
                    Told::Unset(at) => (Some(0), Some(*at)),
                    Told::Note(..) | Told::Not(_) => (None, None),
                };
                heard.read.push(StatusRead {
                    list,
                    index: None,
                    purpose: Purpose::Revocation.name().to_owned(),
                    value,
                    as_of,
                });
                told
            }
            Err(error) => Told::Not(wrong_entry(&error)),
        });
    }
    conclude(told)
}

/// Set bits first, then what is wrong, then what is unknown; only then is it good.
fn conclude(told: Vec<Told>) -> Check {
    let id = CheckId::Status;
    let set = told.iter().find_map(|one| match one {
        Told::Set(purpose, at) => Some((purpose.clone(), *at)),
        _ => None,
    });
    if let Some((purpose, at)) = set {
        return taken_back(&purpose, at);
    }
    let mut unknown = None;
    let mut notes = String::new();
    let mut oldest: Option<Timestamp> = None;
    for one in told {
        match one {
            Told::Not(check) if check.outcome == Outcome::Fail => return check,
            Told::Not(check) => unknown = unknown.or(Some(check)),
            Told::Note(note, at) => {
                notes = format!("{notes} {note}");
                oldest = Some(oldest.map_or(at, |old| old.min(at)));
            }
            Told::Unset(at) => oldest = Some(oldest.map_or(at, |old| old.min(at))),
            Told::Set(..) => {}
        }
    }
    unknown.unwrap_or_else(|| {
        Check::pass(id, format!("The issuer has not taken it back.{notes}")).of_age(oldest)
    })
}

/// What is not as the standard has it, and changes nothing.
fn warn_of(entry: &Entry, warnings: &mut Vec<Warning>) {
    if entry.numeric_index {
        warnings.push(Warning::new(
            "numeric_status_index",
            "`statusListIndex` is a number; the standard has it as text. It was read as that place.",
        ));
    }
    if entry.kind == Kind::StatusList2021 {
        warnings.push(Warning::new(
            "old_status_list",
            "Its status is kept as Status List 2021, the forerunner of Bitstring Status List.",
        ));
    }
}

fn warn_of_length(list: &ListCredential, warnings: &mut Vec<Warning>) {
    if list.kind == Kind::StatusList2021 && list.list.len() < status::MIN_ENTRIES {
        warnings.push(Warning::new(
            "short_status_list",
            format!(
                "Its status list has {} places; one of today has at least {}.",
                list.list.len(),
                status::MIN_ENTRIES
            ),
        ));
    }
}

async fn look_up(ask: Ask<'_>, entry: &Entry, issuer: &str, heard: &mut Heard<'_>) -> Told {
    let found = match ask.sources.status_list(&entry.list).await {
        Ok(found) => found,
        Err(why) => return Told::Not(not_fetched(why)),
    };
    if let Some(read) = heard.read.last_mut() {
        read.as_of = Some(found.as_of);
    }
    let list = match signed_list(ask, &found.text, issuer).await {
        Ok(list) => list,
        Err(sentence) => return Told::Not(bad_list("status_list_not_verified", sentence)),
    };
    if !ask.effort.spend_on_list(list.list.len()) {
        return Told::Not(signature::too_much(CheckId::Status));
    }
    let skew = SignedDuration::try_from(limits::CLOCK_SKEW).unwrap_or(SignedDuration::ZERO);
    let latest = ask.now.checked_add(skew).unwrap_or(Timestamp::MAX);
    if list.valid_from.is_some_and(|from| from > latest) {
        return Told::Not(bad_list(
            "status_stale",
            "The status list does not hold yet.",
        ));
    }
    if list.valid_until.is_some_and(|until| until < ask.now) {
        return Told::Not(bad_list("status_stale", "The status list is out of date."));
    }
    if let Some(from) = list.valid_from {
        match ask.sources.is_newest(&entry.list, from).await {
            Ok(true) => {}
            Ok(false) => {
                return Told::Not(bad_list(
                    "status_stale",
                    "The status list is older than one that was read before.",
                ));
            }
            Err(why) => return Told::Not(not_fetched(why)),
        }
    }
    warn_of_length(&list, heard.warnings);
    let status = list.status(entry);
    if let (Some(read), Ok(status)) = (heard.read.last_mut(), &status) {
        read.value = Some(status.value);
    }
    match status {
        Ok(status) => match status.purpose {
            Purpose::Revocation | Purpose::Suspension if status.value == 0 => {
                Told::Unset(found.as_of)
            }
            Purpose::Refresh if status.value == 0 => Told::Unset(found.as_of),
            Purpose::Revocation | Purpose::Suspension => Told::Set(status.purpose, found.as_of),
            Purpose::Refresh => Told::Note("A newer one exists.".to_owned(), found.as_of),
            Purpose::Message => Told::Note(
                status
                    .message
                    .map_or_else(String::new, |m| format!("The issuer adds: {m}")),
                found.as_of,
            ),
            Purpose::Other(_) => Told::Not(Check::unknown(
                CheckId::Status,
                "unsupported_status",
                "It has a status for a purpose that is not known here.",
            )),
        },
        Err(error) => Told::Not(wrong_entry(&error)),
    }
}

pub(super) fn not_fetched(why: NotFetched) -> Check {
    let sentence = match why {
        NotFetched::Elsewhere => {
            "The status list stands on another server, and was not fetched: it may have been taken back."
        }
        NotFetched::Missing | NotFetched::Gone => {
            "The status list should stand at its address, and does not."
        }
        NotFetched::Unavailable => "The status list could not be read just now.",
        NotFetched::Unreachable => {
            "The address of the status list gave no usable answer: it may have been taken back. Try again later."
        }
    };
    Check::unknown(CheckId::Status, "status_unavailable", sentence).problem(RETRIEVAL_PROBLEM)
}

pub(super) fn bad_list(reason: &'static str, sentence: impl Into<String>) -> Check {
    Check::unknown(CheckId::Status, reason, sentence).problem(VERIFICATION)
}

/// An entry that contradicts the standard or its list is wrong; a kind of status that is not known,
/// and a list that cannot be relied on, leave it open.
fn wrong_entry(error: &StatusError) -> Check {
    let sentence = super::input::sentence(&error.to_string());
    let check = match error {
        StatusError::UnknownType(_) => {
            Check::unknown(CheckId::Status, "unsupported_status", sentence)
        }
        StatusError::Range | StatusError::Entry { .. } => {
            Check::fail(CheckId::Status, "malformed_status", sentence)
        }
        StatusError::Length(_) | StatusError::List(_) => {
            Check::unknown(CheckId::Status, "status_list", sentence)
        }
    };
    check.problem(error.problem())
}

/// The list in a text, if the issuer of the credential has signed it (threat E7).
async fn signed_list(ask: Ask<'_>, text: &str, issuer: &str) -> Result<ListCredential, String> {
    let other = || "The status list was signed by somebody else than the issuer.".to_owned();
    if jwt::looks_like(text) {
        let read = jwt::read(text).map_err(|error| list_error(&error))?;
        let claims = read.claims().map_err(|error| list_error(&error))?;
        if !speaks_for(ask.sources, &claims.credential, issuer).await {
            return Err(other());
        }
        envelope(&claims.credential)?;
        good(&token::check(ask, &read, &claims).await.checks)?;
        return ListCredential::read(&claims.credential).map_err(|error| list_error(&error));
    }
    let value =
        json::parse(text).map_err(|_| "The status list is not readable JSON.".to_owned())?;
    if !speaks_for(ask.sources, &value, issuer).await {
        return Err(other());
    }
    envelope(&value)?;
    let secured = Secured::read(value).map_err(|_| "The status list is not signed.".to_owned())?;
    good(&signature::check(ask, &secured).await.checks)?;
    ListCredential::read(secured.document()).map_err(|error| list_error(&error))
}

/// Whether a list is the issuer's own, or of somebody who may list for the issuer.
async fn speaks_for(sources: &dyn Sources, list: &Value<'_>, issuer: &str) -> bool {
    match binding::issuer_id(list) {
        Some(lister) if lister == issuer => true,
        Some(lister) => sources.may_list_for(lister, issuer).await,
        None => false,
    }
}

fn list_error(error: &dyn std::fmt::Display) -> String {
    super::input::sentence(&format!("the status list cannot be used: {error}"))
}

fn envelope(list: &Value) -> Result<(), String> {
    match credential::envelope_faults(list).first() {
        None => Ok(()),
        Some(fault) => Err(list_error(&format!(
            "{} (at {})",
            fault.sentence.trim_end_matches('.'),
            fault.pointer
        ))),
    }
}

fn good(checks: &[Check]) -> Result<(), String> {
    match checks.iter().find(|check| check.outcome != Outcome::Pass) {
        None => Ok(()),
        Some(check) => Err(list_error(&check.sentence.trim_end_matches('.'))),
    }
}
