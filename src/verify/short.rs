//! Short answers: a report with one check that says why there are no others.

use jiff::Timestamp;

use crate::proof::jwt;

use super::{
    Options, conclude,
    effort::Effort,
    input,
    input::Refused,
    judge::Ask,
    report::{Check, CheckId, Outcome, Report, Unreadable, Verdict},
    sources::{Known, NotFetched},
    technical::Technical,
    token, trust,
};

/// A report with one check that says why there are no others.
pub(super) fn short(check: Check, ask: Ask<'_>) -> Report {
    let verdict = match check.outcome {
        Outcome::Fail => Verdict::Invalid,
        _ => Verdict::CannotTell,
    };
    Report {
        verdict,
        reason: check.reason,
        sentence: conclude::sentence(verdict, Some(&check), &[], None),
        trust: trust::nobody(ask),
        checks: vec![check],
        faults: Vec::new(),
        form: None,
        issuer: None,
        claim: None,
        endorsements: Vec::new(),
        children: Vec::new(),
        warnings: Vec::new(),
        technical: Technical::default(),
        checked_at: ask.now,
        unreadable: None,
        document: None,
    }
}

/// The answer about something for which there was no time.
pub(super) fn out_of_time(now: Timestamp) -> Report {
    let ask = Ask {
        sources: &Known::nothing(),
        options: &Options::default(),
        now,
        effort: &Effort::whole(),
    };
    let sentence = "There was no time left to check this one. Check it again by itself.";
    short(Check::unknown(CheckId::Parse, "out_of_time", sentence), ask)
}

const PARSING: &str = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR";

pub(super) fn unreadable(refused: &Refused, ask: Ask<'_>) -> Report {
    let reason = match refused.kind {
        Unreadable::TooLarge => "too_large",
        Unreadable::Malformed => "unreadable",
        Unreadable::DuplicateKey => "duplicate_key",
        Unreadable::NothingFound => "nothing_found",
    };
    let check = Check::fail(CheckId::Parse, reason, refused.sentence.clone()).problem(PARSING);
    Report {
        unreadable: Some(refused.kind),
        ..short(check, ask)
    }
}

pub(super) fn bad_token(error: &jwt::JwtError, ask: Ask<'_>) -> Report {
    let kind = match error {
        jwt::JwtError::TooLarge(_) => Unreadable::TooLarge,
        jwt::JwtError::Form(_) => Unreadable::Malformed,
        jwt::JwtError::Json { error, .. } => input::json_fault(error).kind,
        _ => {
            let check = token::failed(error);
            return short(check, ask);
        }
    };
    let sentence = input::sentence(&error.to_string());
    unreadable(&Refused { kind, sentence }, ask)
}

pub(super) fn not_yet(what: &'static str, ask: Ask<'_>) -> Report {
    let sentence =
        format!("This is {what}. Skillmark does not read that yet, so it was not checked.");
    short(
        Check::unknown(CheckId::Format, "not_read_yet", sentence),
        ask,
    )
}

pub(super) fn not_followed(why: NotFetched, ask: Ask<'_>) -> Report {
    let (reason, sentence) = match why {
        NotFetched::Elsewhere => (
            "link_not_fetched",
            "This is a link to another place, and nothing is fetched from there. Open it, save the credential, and check the file.",
        ),
        NotFetched::Missing => (
            "not_found",
            "There is no credential with this address here.",
        ),
        NotFetched::Gone => (
            "gone",
            "There was a credential with this address, and it was taken away.",
        ),
        NotFetched::Unreachable => (
            "link_unreachable",
            "This link led to no credential that can be read here. Open it, save the credential, and check the file.",
        ),
        NotFetched::Unavailable => (
            "link_unavailable",
            "The credential could not be read just now.",
        ),
    };
    short(Check::unknown(CheckId::Parse, reason, sentence), ask)
}
