//! Dates: when does it hold?
//!
//! Both ends are inclusive: it holds at `validFrom` and at `validUntil`, to the fraction of a
//! second written there. The start may lie up to [`limits::CLOCK_SKEW`] ahead of our clock, because
//! clocks differ and nothing is won by a credential that is a few minutes early; the end is exact,
//! because an hour after it ended nobody should be told otherwise.

use jiff::{SignedDuration, Timestamp};

use crate::{config::limits, credential::dates, json::Value};

use super::report::{Check, CheckId};

const RANGE: &str = "https://www.w3.org/TR/vc-data-model#RANGE_ERROR";
const MALFORMED: &str = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR";

/// From when and until when it holds, in either version of the data model.
pub(super) fn check(document: &Value, now: Timestamp) -> [Check; 2] {
    [from(document, now), until(document, now)]
}

enum Stamp {
    None,
    Unreadable,
    At(Timestamp),
}

fn stamp(document: &Value, names: [&str; 2]) -> Stamp {
    match names.iter().find_map(|name| document.get(name)) {
        None => Stamp::None,
        Some(value) => match value.as_str().map(dates::stamp) {
            Some(Ok(at)) => Stamp::At(at),
            _ => Stamp::Unreadable,
        },
    }
}

fn from(document: &Value, now: Timestamp) -> Check {
    let id = CheckId::ValidFrom;
    let skew = SignedDuration::try_from(limits::CLOCK_SKEW).unwrap_or(SignedDuration::ZERO);
    let latest = now.checked_add(skew).unwrap_or(Timestamp::MAX);
    match stamp(document, ["validFrom", "issuanceDate"]) {
        Stamp::At(at) if at > latest => Check::fail(
            id,
            "not_yet_valid",
            format!("It does not hold yet: it begins on {}.", day(at)),
        )
        .problem(RANGE),
        Stamp::At(at) => Check::pass(id, format!("It holds since {}.", day(at))),
        Stamp::None => Check::skipped(id, "It does not say from when it holds."),
        Stamp::Unreadable => Check::fail(
            id,
            "malformed_date",
            "The date from which it holds cannot be read.",
        )
        .problem(MALFORMED),
    }
}

fn until(document: &Value, now: Timestamp) -> Check {
    let id = CheckId::ValidUntil;
    match stamp(document, ["validUntil", "expirationDate"]) {
        Stamp::At(at) if at < now => Check::fail(
            id,
            "expired",
            format!("It has expired: it held until {}.", day(at)),
        )
        .problem(RANGE),
        Stamp::At(at) => Check::pass(id, format!("It holds until {}.", day(at))),
        Stamp::None => Check::skipped(id, "It has no end date."),
        Stamp::Unreadable => Check::fail(
            id,
            "malformed_date",
            "The date until which it holds cannot be read.",
        )
        .problem(MALFORMED),
    }
}

/// `1 March 2026, 10:00 UTC`.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}
