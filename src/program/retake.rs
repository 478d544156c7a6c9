//! How often an achievement may be tried, and when again: what its edition was published with.
//!
//! A try is a performance that was handed in and decided on, in whatever round of whatever attempt,
//! over all editions: publishing a new one gives nobody new tries, and takes none away.

use jiff::SignedDuration;

use super::Error;
use crate::clock::Timestamp;
use crate::db::{AttemptKind, AttemptRow, AttemptState, Reading, StatusState, Tenant};
use crate::ids::{AchievementId, AttemptId, PersonId};
use crate::issue::correct;

/// Whether somebody may begin: not with what they have, as long as it is good.
///
/// # Errors
/// [`Error::Conflict`].
pub(super) async fn may_open(
    rows: &mut Tenant<'_>,
    person: &PersonId,
    achievement: &AchievementId,
    now: Timestamp,
) -> Result<(), Error> {
    for row in rows.attempts_of(person).await? {
        if row.achievement_id != *achievement || row.state != AttemptState::Approved {
            continue;
        }
        let Some(credential) = &row.credential_id else {
            continue;
        };
        // Of one that was corrected, what took its place is what they have.
        let credential = &correct::newest_in(rows, credential).await?;
        let status = rows.status_of(credential).await?;
        let found = rows.credential(credential).await?;
        let has_ended = found.is_none_or(|found| {
            let until = found.promise.valid_until;
            until.is_some_and(|until| *until <= now)
        });
        if !has_ended && status.is_none_or(|status| status.state != StatusState::Revoked) {
            return Err(Error::conflict("this learner has earned it already"));
        }
    }
    Ok(())
}

/// What an achievement's edition allows, and what was used of it.
struct Standing {
    tries: Option<i64>,
    cool_down_days: i64,
    used: i64,
    last: Option<Timestamp>,
}

/// How somebody stands with what they try; `None` where nothing is laid down.
async fn standing(rows: &mut Tenant<'_>, row: &AttemptRow) -> Result<Option<Standing>, Error> {
    if row.kind != AttemptKind::Performance {
        return Ok(None);
    }
    let Some(edition) = rows.edition(&row.achievement_id).await? else {
        return Ok(None);
    };
    let editions = rows.editions().await?;
    let of_one = |id: &AchievementId| {
        let mut same = editions
            .iter()
            .filter(|one| one.draft_id == edition.draft_id);
        same.any(|one| one.achievement_id == *id)
    };
    let attempts: Vec<AttemptId> = (rows.attempts_of(&row.person_id).await?.into_iter())
        .filter(|one| one.kind == AttemptKind::Performance && of_one(&one.achievement_id))
        .map(|one| one.attempt_id)
        .collect();
    let mut decided = rows.reviews(&attempts).await?;
    decided.retain(|review| review.reading == Reading::First);
    Ok(Some(Standing {
        tries: edition.tries,
        cool_down_days: edition.cool_down_days,
        used: i64::try_from(decided.len()).unwrap_or(i64::MAX),
        last: decided.iter().map(|review| *review.decided_at).max(),
    }))
}

/// Whether somebody may hand this performance in now.
///
/// # Errors
/// [`Error::Conflict`] if all tries are used, or the time between two is not over.
pub(super) async fn may_hand_in(
    rows: &mut Tenant<'_>,
    row: &AttemptRow,
    now: Timestamp,
) -> Result<(), Error> {
    match standing(rows, row).await? {
        None => Ok(()),
        Some(is) => check(is.tries, is.cool_down_days, is.used, is.last, now),
    }
}

/// From when on a performance that was returned may be handed in again; `None`: never, for all
/// tries are used.
///
/// # Errors
/// [`Error::Db`].
pub(super) async fn again(
    rows: &mut Tenant<'_>,
    row: &AttemptRow,
) -> Result<Option<Timestamp>, Error> {
    let returned = row.decided_at.map(|at| *at);
    let Some(is) = standing(rows, row).await? else {
        return Ok(returned);
    };
    if is.tries.is_some_and(|tries| is.used >= tries) {
        return Ok(None);
    }
    let pause = SignedDuration::from_hours(24 * is.cool_down_days);
    let paused = is.last.and_then(|last| last.checked_add(pause).ok());
    Ok(returned.max(paused))
}

/// The decision: so many tries there are, so many were used, the last one ended then.
fn check(
    tries: Option<i64>,
    cool_down_days: i64,
    used: i64,
    last: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Error> {
    if let Some(tries) = tries.filter(|tries| used >= *tries) {
        return Err(Error::Conflict(match tries {
            1 => "there is one try, and it is used".to_owned(),
            _ => format!("all {tries} tries are used"),
        }));
    }
    let pause = SignedDuration::from_hours(24 * cool_down_days);
    let again = last.and_then(|last| last.checked_add(pause).ok());
    match again {
        Some(again) if again > now => Err(Error::Conflict(format!(
            "there are {cool_down_days} days between one try and the next: hand it in from {} on",
            again.strftime("%-d %B %Y, %H:%M UTC")
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_772_000_000 + day * 86_400).expect("a time")
    }

    #[test]
    fn tries_and_the_time_between_them_are_kept_to() {
        let said = |tries, pause, used, last: Option<i64>| {
            let answer = check(tries, pause, used, last.map(day), day(10));
            answer.err().map(|error| error.to_string())
        };
        assert_eq!(said(None, 0, 99, Some(10)), None);
        assert_eq!(said(Some(2), 0, 1, Some(10)), None);
        let all = Some("all 2 tries are used".to_owned());
        assert_eq!(said(Some(2), 0, 2, Some(1)), all);
        let one = Some("there is one try, and it is used".to_owned());
        assert_eq!(said(Some(1), 7, 1, Some(1)), one);
        assert_eq!(said(None, 7, 0, None), None);
        assert_eq!(said(None, 7, 1, Some(3)), None);
        let early = said(None, 7, 1, Some(4)).expect("too early");
        assert!(early.contains("hand it in from 8 March 2026, "), "{early}");
    }
}
