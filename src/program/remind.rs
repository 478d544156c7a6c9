//! Who is reminded of what waits for them: learners of what came back, reviewers of what is late.
//!
//! A worker looks once a day. A letter's id is made of its cause (this attempt, this round, the first
//! time; this reviewer, this day), so that looking twice, or two who look at once, write one letter;
//! what a letter stands on is looked at again in the transaction that writes it.

use jiff::{SignedDuration, tz::TimeZone};

use super::{Error, attempt, learner, link, qualification, retake};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{AttemptRow, AttemptState, MemberState, StatusState, Tenant};
use crate::ids::{AttemptId, IssuerId, LetterId};
use crate::letters::{self, Kind, Letter};
use crate::who::{self, Scope, Who, roles_of, scopes_of};

/// After how many days a learner is reminded who could have gone on: once, and once more.
pub const LEARNER_DAYS: [i64; 2] = [7, 21];
/// For how many days a reminder that could not be written is still worth writing.
const LATE_DAYS: i64 = 7;

/// Reminds everybody of an organisation: how many letters were written.
///
/// # Errors
/// [`Error::Db`] and the like; what was written before stays written, and is not written again.
pub async fn look(app: &App, issuer: &IssuerId) -> Result<usize, Error> {
    let learners = learners(app, issuer).await?;
    let reviewers = reviewers(app, issuer).await?;
    Ok(learners + reviewers)
}

async fn learners(app: &App, issuer: &IssuerId) -> Result<usize, Error> {
    let mut rows = app.db.of(issuer);
    if !goes_out(&mut rows, app, letters::REMINDER).await? {
        return Ok(0);
    }
    let first = app.now() - days(LEARNER_DAYS[0]);
    let (mut count, mut trouble) = (0, None);
    for row in rows.attempts_returned(first.into()).await? {
        if due(&mut rows, &row, app.now()).await?.is_none() {
            continue;
        }
        match learner(app, issuer, &row.attempt_id).await {
            Ok(new) => count += usize::from(new),
            Err(Error::Db(cause)) => return Err(Error::Db(cause)),
            // A record that does not open keeps nobody else from their letter.
            Err(cause) => trouble = Some(cause),
        }
    }
    trouble.map_or(Ok(count), Err)
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// Which reminder of a returned attempt is due now, if one is: none for who cannot go on, has what it
/// is for, or left; none where the program has ended.
async fn due(
    rows: &mut Tenant<'_>,
    row: &AttemptRow,
    now: Timestamp,
) -> Result<Option<usize>, Error> {
    if row.state != AttemptState::Returned {
        return Ok(None);
    }
    let Some(since) = retake::again(rows, row).await? else {
        return Ok(None);
    };
    let Some(time) = time_of(since, now) else {
        return Ok(None);
    };
    if let Some(program) = &row.program_id {
        let ended = rows.program(program).await?;
        let places = rows.programs_of(&row.person_id).await?;
        let left = (places.iter()).any(|one| one.program_id == *program && one.left_at.is_some());
        if left || ended.is_none_or(|program| program.ended_at.is_some()) {
            return Ok(None);
        }
    }
    let has = rows.holdings_of(&row.person_id).await?;
    let has = has.iter().any(|one| {
        one.achievement_id == row.achievement_id
            && one.status != StatusState::Revoked
            && one.valid_until.is_none_or(|until| *until > now)
    });
    Ok((!has).then_some(time))
}

/// Which reminder is due at `now` of what could go on `since` then: 0, 1, or none.
fn time_of(since: Timestamp, now: Timestamp) -> Option<usize> {
    let passed = now.duration_since(since);
    let is_due = |after: &i64| passed >= days(*after) && passed < days(*after + LATE_DAYS);
    LEARNER_DAYS.iter().position(is_due)
}

/// Writes to the learner of an attempt, if it is still as it was; whether that is a new letter.
async fn learner(app: &App, issuer: &IssuerId, id: &AttemptId) -> Result<bool, Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(issuer);
    let row = attempt::hold(&mut rows, id).await?;
    let Some(time) = due(&mut rows, &row, now).await? else {
        return Ok(false);
    };
    let learner = match learner::find(app, &mut rows, &row.person_id).await {
        Err(Error::NotFound(_)) => return Ok(false),
        found => found?,
    };
    let Some(to) = learner.details.letters_go_to() else {
        return Ok(false);
    };
    let names = rows
        .achievement_names(std::slice::from_ref(&row.achievement_id))
        .await?;
    let token = link::make_in(app, &mut rows, &learner.person, now).await?;
    let address = app
        .config
        .public_url
        .join(&format!("/me/in/{}", token.reveal()));
    let achievement = names.first().map_or("", |(_, name)| name.as_str());
    let letter = Letter {
        kind: letters::REMINDER,
        to,
        person: Some(&learner.person),
        values: &[("link", &address), ("achievement", achievement)],
        id: None,
    };
    let cause = format!("attempt|{id}|{}|{time}", row.round);
    // A letter that was written before has a link that is to go on working: nothing is kept then.
    if !sent(&mut rows, app, &letter, &cause).await? {
        tx.rollback().await?;
        return Ok(false);
    }
    let line = Who::service(issuer.clone()).did(app, "attempt.remind", id.as_str(), now);
    rows.log(&[line]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Writes a letter with this cause; whether it is the first.
async fn sent(
    rows: &mut Tenant<'_>,
    app: &App,
    letter: &Letter<'_>,
    cause: &str,
) -> Result<bool, Error> {
    let id = LetterId::derived(cause);
    match letters::send_as(rows, app, letter, &id).await {
        Ok(new) => Ok(new),
        Err(letters::Error::Db(cause)) => Err(Error::Db(cause)),
        Err(letters::Error::Custody(cause)) => Err(cause.into()),
        // One that cannot be written keeps nobody else from theirs.
        Err(cause) => {
            tracing::error!(%cause, "a reminder could not be written");
            Ok(false)
        }
    }
}

async fn goes_out(rows: &mut Tenant<'_>, app: &App, kind: &'static Kind) -> Result<bool, Error> {
    match letters::goes_out(rows, app, kind).await {
        Ok(out) => Ok(out),
        Err(letters::Error::Db(cause)) => Err(Error::Db(cause)),
        Err(cause) => {
            tracing::error!(%cause, "reminders cannot be written");
            Ok(false)
        }
    }
}

/// Writes to everybody who works here, may decide now, and for whom something is late.
async fn reviewers(app: &App, issuer: &IssuerId) -> Result<usize, Error> {
    let now = app.now();
    let mut rows = app.db.of(issuer);
    let (_, late) = rows.attempts_waiting_count(now.into()).await?;
    if late == 0 || !goes_out(&mut rows, app, letters::REVIEW_REMINDER).await? {
        return Ok(0);
    }
    let mut count = 0;
    for member in rows.members().await? {
        let may = scopes_of(&roles_of(&member.roles)).contains(&Scope::Review);
        if member.state != MemberState::Active || !may {
            continue;
        }
        let id = member.member_id.as_str();
        match qualification::to_decide(&mut rows, id, now).await {
            Err(Error::Conflict(_)) => continue,
            right => right?,
        };
        let late = rows.attempts_late_for(id, now.into()).await?;
        let Some(to) = who::contact(app, &member).await.map_err(of_who)? else {
            continue;
        };
        if late > 0 && reviewer(app, issuer, (id, &to), late).await? {
            count += 1;
        }
    }
    Ok(count)
}

async fn reviewer(
    app: &App,
    issuer: &IssuerId,
    (member, to): (&str, &str),
    late: i64,
) -> Result<bool, Error> {
    let day = app.now().to_zoned(TimeZone::UTC).date();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(issuer);
    let (link, late) = (app.config.public_url.join("/desk/review"), late.to_string());
    let letter = Letter {
        kind: letters::REVIEW_REMINDER,
        to,
        person: None,
        values: &[("link", &link), ("count", &late)],
        id: None,
    };
    let new = sent(&mut rows, app, &letter, &format!("late|{member}|{day}")).await?;
    tx.commit().await?;
    Ok(new)
}

fn of_who(error: who::Error) -> Error {
    match error {
        who::Error::Db(cause) => Error::Db(cause),
        who::Error::Custody(cause) => cause.into(),
        _ => Error::NotFound("person"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_learner_is_reminded_in_the_second_and_in_the_fourth_week_alone() {
        let since = Timestamp::from_second(1_772_000_000).expect("a time");
        let at = |hours: i64| time_of(since, since + SignedDuration::from_hours(hours));
        let week = 7 * 24;
        assert_eq!([at(-1), at(0), at(week - 1)], [None; 3]);
        assert_eq!([at(week), at(2 * week - 1)], [Some(0); 2]);
        assert_eq!([at(2 * week), at(3 * week - 1)], [None; 2]);
        assert_eq!([at(3 * week), at(4 * week - 1)], [Some(1); 2]);
        assert_eq!([at(4 * week), at(400 * week)], [None; 2]);
    }
}
