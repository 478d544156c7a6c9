//! Telling other programs what happened here (Standard Webhooks 1.0).
//!
//! An organisation names an address and the events it wants to hear of. What happens is written
//! down as a message in the transaction of its cause ([`tell`]) and delivered by a worker
//! ([`deliver`](fn@deliver)): signed with the address's secret, the same bytes and the same
//! `webhook-id` at every try, for more than a day. A message names ids and nothing of a learner:
//! whoever wants to know more asks the API.

mod deliver;
mod error;
mod sign;

pub use deliver::{Next, deliver};
pub use error::Error;
pub use sign::Secret;

use serde_json::json;

use crate::{
    app::App,
    custody::Purpose,
    db::{self, DeliveryRow, DeliveryState, Tenant, WebhookRow, WebhookState},
    ids::{AuditId, WebhookId},
    outbound, queue,
    who::{Scope, Who},
};

/// Everything that can be told, and when.
pub const EVENTS: &[(&str, &str)] = &[
    ("credential.issued", "A credential was signed."),
    ("credential.suspended", "A credential was suspended."),
    (
        "credential.reinstated",
        "A suspended credential holds again.",
    ),
    ("credential.revoked", "A credential was revoked."),
    ("attempt.submitted", "A learner handed an attempt in."),
    ("attempt.decided", "An attempt was approved or returned."),
    ("batch.ended", "Every part of a batch came out in some way."),
];

/// Most addresses of one organisation.
const MOST: usize = 20;

/// Writes down, in the caller's transaction, that `event` happened to each of `ids`: a message to
/// every address that wants to hear of it.
///
/// # Errors
/// [`db::Error`] if the database could not answer.
pub async fn tell(
    rows: &mut Tenant<'_>,
    app: &App,
    event: &'static str,
    ids: &[&str],
) -> Result<(), db::Error> {
    debug_assert!(EVENTS.iter().any(|(known, _)| *known == event), "{event}");
    let hooks = rows.webhooks().await?;
    let wanted = |hook: &&WebhookRow| {
        hook.state == WebhookState::On && hook.events.split(' ').any(|word| word == event)
    };
    let hooks: Vec<&WebhookRow> = hooks.iter().filter(wanted).collect();
    if hooks.is_empty() || ids.is_empty() {
        return Ok(());
    }
    let messages: Vec<DeliveryRow> = hooks
        .iter()
        .flat_map(|hook| ids.iter().map(|id| message(app, hook, event, id)))
        .collect();
    rows.add_deliveries(&messages).await?;
    let hooks: Vec<&str> = hooks.iter().map(|hook| hook.webhook_id.as_str()).collect();
    queue::put_all(rows, app, queue::WEBHOOK, &hooks).await
}

fn message(app: &App, hook: &WebhookRow, event: &str, id: &str) -> DeliveryRow {
    let now = app.now();
    let body = json!({"type": event, "timestamp": now.to_string(), "data": {"id": id}});
    DeliveryRow {
        issuer_id: hook.issuer_id.clone(),
        delivery_id: format!("msg_{}", AuditId::random(app.chance.as_ref())),
        webhook_id: hook.webhook_id.clone(),
        event: event.to_owned(),
        about: id.to_owned(),
        body: body.to_string(),
        state: DeliveryState::Waiting,
        attempts: 0,
        status: None,
        problem: None,
        next_try: Some(now.into()),
        no_later_than: Some(deliver::no_later_than(now).into()),
        created_at: now.into(),
        finished_at: None,
    }
}

/// Names an address that is told from now on: its id, and its secret, which is shown this once.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::Faults`], all of them.
pub async fn add(
    app: &App,
    who: &Who,
    url: &str,
    events: &[&str],
) -> Result<(WebhookId, Secret), Error> {
    who.may(Scope::Manage)?;
    let (url, chance) = (url.trim(), app.chance.as_ref());
    let mut faults = Vec::new();
    if !outbound::may_be_told(url, app.config.is_loopback()) {
        let sentence = "must be an https address of a public host, without a port or a user";
        faults.push(("url", sentence.to_owned()));
    }
    if events.is_empty() {
        faults.push(("events", "name at least one event".to_owned()));
    }
    for event in events {
        if !EVENTS.iter().any(|(known, _)| known == event) {
            faults.push(("events", format!("there is no event \"{event}\"")));
        }
    }
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let (id, secret, now) = (WebhookId::random(chance), Secret::random(chance), app.now());
    let (issuer, purpose) = (who.issuer(), Purpose::WebhookSecret);
    let row = WebhookRow {
        issuer_id: issuer.clone(),
        webhook_id: id.clone(),
        url: url.to_owned(),
        events: events.join(" "),
        secret_sealed: app
            .custody
            .seal(issuer, id.as_str(), purpose, secret.bytes(), chance)?,
        state: WebhookState::On,
        failures: 0,
        rests_until: None,
        created_at: now.into(),
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(issuer);
    if rows.webhooks().await?.len() >= MOST {
        let sentence = format!("there are {MOST} addresses already; take one away first");
        return Err(Error::Faults(vec![("url", sentence)]));
    }
    rows.add_webhook(&row).await?;
    rows.log(&[who.did(app, "webhook.add", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok((id, secret))
}

/// Every address, oldest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`.
pub async fn all(app: &App, who: &Who) -> Result<Vec<WebhookRow>, Error> {
    who.may(Scope::Manage)?;
    Ok(app.db.of(who.issuer()).webhooks().await?)
}

/// Takes an address away, with everything that it was told.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::NotFound`].
pub async fn remove(app: &App, who: &Who, id: &WebhookId) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    match rows.remove_webhook(id).await {
        Err(db::Error::NoRow) => return Err(Error::NotFound("webhook")),
        answer => answer?,
    }
    rows.log(&[who.did(app, "webhook.remove", id.as_str(), app.now())])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Tells an address from now on, or not any more.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::NotFound`].
pub async fn turn(app: &App, who: &Who, id: &WebhookId, to: WebhookState) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    match rows.turn_webhook(id, to).await {
        Err(db::Error::NoRow) => return Err(Error::NotFound("webhook")),
        answer => answer?,
    }
    let action = format!("webhook.{to}");
    rows.log(&[who.did(app, &action, id.as_str(), app.now())])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The newest messages to an address, newest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::NotFound`].
pub async fn log(
    app: &App,
    who: &Who,
    id: &WebhookId,
    limit: i64,
) -> Result<Vec<DeliveryRow>, Error> {
    let all = all(app, who).await?;
    let hook = all.iter().find(|hook| hook.webhook_id == *id);
    hook.ok_or(Error::NotFound("webhook"))?;
    Ok(app.db.of(who.issuer()).deliveries(id, limit).await?)
}

/// Tells a message once more: the same bytes, the same id.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::NotFound`].
pub async fn again(app: &App, who: &Who, id: &str) -> Result<DeliveryRow, Error> {
    who.may(Scope::Manage)?;
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let row = rows.delivery(id).await?.ok_or(Error::NotFound("message"))?;
    if row.state != DeliveryState::Waiting {
        let now = app.now();
        let no_later_than = deliver::no_later_than(now).into();
        rows.wake_delivery(id, now.into(), no_later_than).await?;
        queue::put(&mut rows, app, queue::WEBHOOK, row.webhook_id.as_str()).await?;
        rows.log(&[who.did(app, "webhook.again", id, app.now())])
            .await?;
    }
    let row = rows.delivery(id).await?.ok_or(Error::NotFound("message"))?;
    tx.commit().await?;
    Ok(row)
}
