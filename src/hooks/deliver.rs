//! Telling an address what waits for it.
//!
//! One piece of work tells one address, a while at a time. An address that cannot be reached is left
//! alone for longer each time, with everything that waits for it, so that it costs the others no
//! more than a try now and then; a message that is answered, but not taken, waits by itself.

use std::time::Duration;

use jiff::SignedDuration;

use super::{Error, Secret};
use crate::{
    app::App,
    clock::{Stopwatch, Timestamp},
    custody::Purpose,
    db::{self, DeliveryRow, DeliveryState, Tenant, Tried, WebhookRow, WebhookState},
    ids::{IssuerId, WebhookId},
    outbound::{self, Cause, Post},
};

/// Seconds to wait after each try, of a message or of an address; a message has one try more.
const WAITS: &[i64] = &[5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
/// How long a message is tried at all: as long as all of [`WAITS`], and somewhat more.
const HOURS: i64 = 30;
/// How long a message belongs to whoever tries it: seconds, and more than a try takes.
const HELD_SECONDS: i64 = 30;
/// How long it waits when we ask its host too often already: seconds.
const BUSY_SECONDS: i64 = 10;
/// How long one address is told before it is the next one's turn.
const TURN: Duration = Duration::from_secs(5);

/// What is left to do for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: whatever comes brings work of its own.
    Nothing,
    /// To go on then.
    At(Timestamp),
}

/// Until when a message of `now` is tried.
pub(super) fn no_later_than(now: Timestamp) -> Timestamp {
    let then = now.checked_add(SignedDuration::from_hours(HOURS));
    then.unwrap_or(now)
}

fn after(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(now.as_second().saturating_add(seconds)).unwrap_or(now)
}

/// The wait after so many tries.
fn wait(tries: i64) -> Option<i64> {
    let nth = usize::try_from(tries - 1).ok()?;
    WAITS.get(nth).copied()
}

/// Tells an address what is due for it, for a few seconds and as long as `going` says so.
///
/// # Errors
/// [`Error`] if a message could not be read, or not be noted: nothing is lost, call again.
pub async fn deliver(
    app: &App,
    issuer: &IssuerId,
    id: &WebhookId,
    going: &(dyn Fn() -> bool + Send + Sync),
) -> Result<Next, Error> {
    let mut rows = app.db.of(issuer);
    let hooks = rows.webhooks().await?;
    let Some(hook) = hooks.into_iter().find(|hook| hook.webhook_id == *id) else {
        return Ok(Next::Nothing);
    };
    let now = app.now();
    if hook.state == WebhookState::Off {
        let why = "the address is not told any more";
        rows.give_up_deliveries(id, why, Timestamp::MAX.into(), now.into())
            .await?;
        return Ok(Next::Nothing);
    }
    if let Some(until) = hook.rests_until.filter(|until| *until > now.into()) {
        return Ok(Next::At(until.into()));
    }
    let why = "given up: it could not be told for more than a day";
    rows.give_up_deliveries(id, why, now.into(), now.into())
        .await?;
    let (watch, mut failures) = (Stopwatch::start(), hook.failures);
    while going() && watch.elapsed() < TURN {
        let now = app.now();
        let Some(row) = rows.due_delivery(id, now.into()).await? else {
            break;
        };
        let held = after(now, HELD_SECONDS).into();
        let theirs = !rows
            .move_delivery(&row.delivery_id, row.next_try, held)
            .await?;
        if theirs {
            continue;
        }
        let row = DeliveryRow {
            next_try: Some(held),
            ..row
        };
        match say(app, &mut rows, &hook, &row, failures).await? {
            Said::Heard if failures > 0 => {
                rows.rest_webhook(id, 0, None).await?;
                failures = 0;
            }
            Said::Heard | Said::Refused => {}
            Said::Rest(until) => return Ok(Next::At(until)),
            Said::Never => return Ok(Next::Nothing),
        }
    }
    let next = rows.next_delivery(id).await?;
    Ok(next.map_or(Next::Nothing, |at| Next::At(Timestamp::from(at).max(now))))
}

/// What an address said.
enum Said {
    /// It has the message.
    Heard,
    /// It answers, and does not take this message.
    Refused,
    /// It is to be left alone until then.
    Rest(Timestamp),
    /// It wants to hear nothing more.
    Never,
}

/// Tries one message, and notes how that went.
async fn say(
    app: &App,
    rows: &mut Tenant<'_>,
    hook: &WebhookRow,
    row: &DeliveryRow,
    failures: i64,
) -> Result<Said, Error> {
    let told = post(app, &message_of(app, hook, row)?).await;
    let (id, now) = (row.delivery_id.as_str(), app.now());
    let (status, why) = match told {
        Ok(status) if (200..300).contains(&status) => {
            let tried = Tried {
                state: DeliveryState::Delivered,
                status: Some(i64::from(status)),
                problem: None,
                at: now.into(),
                next_try: None,
            };
            return noted(rows.note_delivery(id, &tried).await, Said::Heard);
        }
        Ok(410) => {
            // The standard's word for "stop telling me".
            let why = "it answered 410: it is not told any more";
            rows.turn_webhook(&hook.webhook_id, WebhookState::Off)
                .await?;
            rows.give_up_deliveries(&hook.webhook_id, why, Timestamp::MAX.into(), now.into())
                .await?;
            return Ok(Said::Never);
        }
        Ok(status) => (Some(i64::from(status)), format!("it answered {status}")),
        Err(Cause::Busy) => {
            // We ask its host too often, which says nothing about it: the try does not count.
            let later = after(now, BUSY_SECONDS);
            rows.move_delivery(id, row.next_try, later.into()).await?;
            return Ok(Said::Rest(later));
        }
        Err(_) => (None, "it could not be reached".to_owned()),
    };
    refused(rows, (hook, failures), row, (status, why), now).await
}

/// Notes that a message was not taken, and for how long it waits, or the address with it.
async fn refused(
    rows: &mut Tenant<'_>,
    (hook, failures): (&WebhookRow, i64),
    row: &DeliveryRow,
    (status, why): (Option<i64>, String),
    now: Timestamp,
) -> Result<Said, Error> {
    let tries = row.attempts + 1;
    let next_try = wait(tries).map(|seconds| after(now, seconds).into());
    let (state, problem) = match next_try {
        Some(_) => (DeliveryState::Waiting, why),
        None => {
            let why = format!("given up after {tries} tries: {why}");
            (DeliveryState::Failed, why)
        }
    };
    let tried = Tried {
        state,
        status,
        problem: Some(problem),
        at: now.into(),
        next_try,
    };
    let said = noted(
        rows.note_delivery(&row.delivery_id, &tried).await,
        Said::Refused,
    )?;
    // Who cannot be reached, or says that it is all too much, is left alone.
    if !matches!(status, None | Some(429 | 502..=504)) {
        return Ok(said);
    }
    let failures = failures + 1;
    let seconds = wait(failures).or(WAITS.last().copied());
    let until = after(now, seconds.unwrap_or_default());
    rows.rest_webhook(&hook.webhook_id, failures, Some(until.into()))
        .await?;
    Ok(Said::Rest(until))
}

/// A message that was taken away meanwhile, with its address, needs no note.
fn noted(answer: Result<(), db::Error>, said: Said) -> Result<Said, Error> {
    match answer {
        Ok(()) | Err(db::Error::NoRow) => Ok(said),
        Err(error) => Err(error.into()),
    }
}

fn message_of(app: &App, hook: &WebhookRow, row: &DeliveryRow) -> Result<Post, Error> {
    let (issuer, name) = (&hook.issuer_id, hook.webhook_id.as_str());
    let opened = app
        .custody
        .unseal(issuer, name, Purpose::WebhookSecret, &hook.secret_sealed)?;
    let now = app.now();
    let signature = Secret::of(&opened).sign(&row.delivery_id, now, &row.body);
    Ok(Post {
        url: hook.url.clone(),
        content_type: "application/json",
        headers: vec![
            ("webhook-id", row.delivery_id.clone()),
            ("webhook-timestamp", now.as_second().to_string()),
            ("webhook-signature", signature),
        ],
        body: row.body.clone().into_bytes(),
    })
}

async fn post(app: &App, post: &Post) -> Result<u16, Cause> {
    let cause = |unreachable: outbound::Unreachable| unreachable.cause();
    if app.config.is_loopback() && outbound::is_here(&post.url) {
        return outbound::tell_here(post).await.map_err(cause);
    }
    match &app.outbound {
        Some(fetcher) => fetcher.tell(post).await.map_err(cause),
        // This service asks no other server.
        None => Err(Cause::Connect),
    }
}
