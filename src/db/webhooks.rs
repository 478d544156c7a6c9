//! Addresses that are told of what happens here, and how telling them went.

use super::{
    Db, Error, Tenant, Ts,
    issuers::one,
    plain::{as_text, words},
};
use crate::ids::{IssuerId, WebhookId};

as_text!(WebhookId);

words! {
    /// Whether an address is told.
    WebhookState, "state of a webhook" {
        /// It is.
        On = "on",
        /// It is not.
        Off = "off",
    }
}

words! {
    /// What became of a message.
    DeliveryState, "state of a delivery" {
        /// To be told, or told again.
        Waiting = "waiting",
        /// The other side said that it has it.
        Delivered = "delivered",
        /// Given up.
        Failed = "failed",
    }
}

/// An address that is told.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct WebhookRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// Its id.
    pub webhook_id: WebhookId,
    /// The address.
    pub url: String,
    /// Which events, with a space between.
    pub events: String,
    /// The secret that signs, sealed.
    pub secret_sealed: Vec<u8>,
    /// Whether it is told.
    pub state: WebhookState,
    /// How often in a row it could not be told.
    pub failures: i64,
    /// Until when it is left alone.
    pub rests_until: Option<Ts>,
    /// Since when it is there.
    pub created_at: Ts,
}

/// A message to one address.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DeliveryRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// The message's id, the same at every try.
    pub delivery_id: String,
    /// To which address.
    pub webhook_id: WebhookId,
    /// What happened.
    pub event: String,
    /// The id of what it happened to.
    pub about: String,
    /// The body, byte for byte.
    pub body: String,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// How the last try was answered.
    pub status: Option<i64>,
    /// Why the last try had no good answer.
    pub problem: Option<String>,
    /// When it happened.
    pub created_at: Ts,
    /// While it waits: not before this.
    pub next_try: Option<Ts>,
    /// While it waits: after this it is given up.
    pub no_later_than: Option<Ts>,
    /// When it was delivered or given up.
    pub finished_at: Option<Ts>,
}

/// How one try went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What became of the message.
    pub state: DeliveryState,
    /// How it was answered.
    pub status: Option<i64>,
    /// Why that is no good answer.
    pub problem: Option<String>,
    /// When.
    pub at: Ts,
    /// Of one that waits still: when it is tried again.
    pub next_try: Option<Ts>,
}

macro_rules! deliveries {
    ($rest:literal) => {
        concat!(
            "select issuer_id, delivery_id, webhook_id, event, about, body, state, attempts, \
             status, problem, next_try, no_later_than, created_at, finished_at from deliveries \
             where issuer_id = $1 ",
            $rest
        )
    };
}

impl Tenant<'_> {
    /// Adds an address.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the id is taken.
    pub async fn add_webhook(&mut self, row: &WebhookRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into webhooks (issuer_id, webhook_id, url, events, secret_sealed, state, \
             created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(row.webhook_id.clone())
        .bind(row.url.clone())
        .bind(row.events.clone())
        .bind(row.secret_sealed.clone())
        .bind(row.state)
        .bind(row.created_at)
        .run()
        .await
        .map(|_| ())
    }

    /// Every address, oldest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn webhooks(&mut self) -> Result<Vec<WebhookRow>, Error> {
        self.read(
            "select issuer_id, webhook_id, url, events, secret_sealed, state, failures, \
             rests_until, created_at from webhooks where issuer_id = $1 \
             order by created_at, webhook_id",
        )
        .all()
        .await
    }

    /// Notes how often in a row an address could not be told by now, and until when it is left alone.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn rest_webhook(
        &mut self,
        id: &WebhookId,
        failures: i64,
        until: Option<Ts>,
    ) -> Result<(), Error> {
        self.write(
            "update webhooks set failures = $3, rests_until = $4 \
             where issuer_id = $1 and webhook_id = $2",
        )
        .bind(id.clone())
        .bind(failures)
        .bind(until)
        .run()
        .await
        .map(|_| ())
    }

    /// Tells an address from now on, or not any more; what was wrong with it is forgotten.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such address.
    pub async fn turn_webhook(&mut self, id: &WebhookId, to: WebhookState) -> Result<(), Error> {
        let rows = self
            .write(
                "update webhooks set state = $3, failures = 0, rests_until = null \
                 where issuer_id = $1 and webhook_id = $2",
            )
            .bind(id.clone())
            .bind(to)
            .run()
            .await?;
        one(rows)
    }

    /// Takes an address away, with everything that it was told. Use a transaction.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such address.
    pub async fn remove_webhook(&mut self, id: &WebhookId) -> Result<(), Error> {
        self.write("delete from deliveries where issuer_id = $1 and webhook_id = $2")
            .bind(id.clone())
            .run()
            .await?;
        let rows = self
            .write("delete from webhooks where issuer_id = $1 and webhook_id = $2")
            .bind(id.clone())
            .run()
            .await?;
        one(rows)
    }

    /// Writes messages down, in the transaction of what they tell of.
    ///
    /// # Errors
    /// [`Error::Missing`] if an address is not this organisation's.
    pub async fn add_deliveries(&mut self, rows: &[DeliveryRow]) -> Result<(), Error> {
        let all = || rows.iter();
        let many = self
            .many("deliveries", rows.len())
            .text("delivery_id", all().map(|r| r.delivery_id.clone()))
            .text("webhook_id", all().map(|r| r.webhook_id.to_string()))
            .text("event", all().map(|r| r.event.clone()))
            .text("about", all().map(|r| r.about.clone()))
            .text("body", all().map(|r| r.body.clone()))
            .text("state", all().map(|r| r.state.to_string()))
            .number("attempts", all().map(|r| r.attempts))
            .time("next_try", all().map(|r| r.next_try))
            .time("no_later_than", all().map(|r| r.no_later_than))
            .time("created_at", all().map(|r| r.created_at));
        self.insert(many).await?;
        Ok(())
    }

    /// One message.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn delivery(&mut self, id: &str) -> Result<Option<DeliveryRow>, Error> {
        self.read(deliveries!("and delivery_id = $2"))
            .bind(id.to_owned())
            .opt()
            .await
    }

    /// The newest messages to an address, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn deliveries(
        &mut self,
        webhook: &WebhookId,
        limit: i64,
    ) -> Result<Vec<DeliveryRow>, Error> {
        self.read(deliveries!(
            "and webhook_id = $2 order by created_at desc, delivery_id desc limit $3"
        ))
        .bind(webhook.clone())
        .bind(limit)
        .all()
        .await
    }

    /// The message to an address that is due first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn due_delivery(
        &mut self,
        webhook: &WebhookId,
        now: Ts,
    ) -> Result<Option<DeliveryRow>, Error> {
        self.read(deliveries!(
            "and webhook_id = $2 and state = 'waiting' and next_try <= $3 \
             order by next_try, created_at, delivery_id limit 1"
        ))
        .bind(webhook.clone())
        .bind(now)
        .opt()
        .await
    }

    /// When the next message to an address is due, if one waits.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn next_delivery(&mut self, webhook: &WebhookId) -> Result<Option<Ts>, Error> {
        let next: Vec<Option<Ts>> = self
            .read(
                "select min(next_try) from deliveries \
                 where issuer_id = $1 and webhook_id = $2 and state = 'waiting'",
            )
            .bind(webhook.clone())
            .scalars()
            .await?;
        Ok(next.into_iter().flatten().next())
    }

    /// Moves the next try of a message from one time to another; `false`: somebody else did.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn move_delivery(
        &mut self,
        id: &str,
        from: Option<Ts>,
        to: Ts,
    ) -> Result<bool, Error> {
        let rows = self
            .write(
                "update deliveries set next_try = $4 where issuer_id = $1 and delivery_id = $2 \
                 and next_try = $3 and state = 'waiting'",
            )
            .bind(id.to_owned())
            .bind(from)
            .bind(to)
            .run()
            .await?;
        Ok(rows == 1)
    }

    /// Lets a message that ended wait again, and be tried as if it never had been.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such message.
    pub async fn wake_delivery(
        &mut self,
        id: &str,
        now: Ts,
        no_later_than: Ts,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update deliveries set state = 'waiting', finished_at = null, attempts = 0, \
                 next_try = $3, no_later_than = $4 where issuer_id = $1 and delivery_id = $2",
            )
            .bind(id.to_owned())
            .bind(now)
            .bind(no_later_than)
            .run()
            .await?;
        one(rows)
    }

    /// Notes how a try went.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such message.
    pub async fn note_delivery(&mut self, id: &str, tried: &Tried) -> Result<(), Error> {
        let ended = tried.state != DeliveryState::Waiting;
        let rows = self
            .write(
                "update deliveries set state = $3, attempts = attempts + 1, status = $4, \
                 problem = $5, next_try = $6, finished_at = $7 \
                 where issuer_id = $1 and delivery_id = $2",
            )
            .bind(id.to_owned())
            .bind(tried.state)
            .bind(tried.status)
            .bind(tried.problem.clone())
            .bind(tried.next_try)
            .bind(ended.then_some(tried.at))
            .run()
            .await?;
        one(rows)
    }

    /// Gives up what waits for an address and was to be told by `then`: how many.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn give_up_deliveries(
        &mut self,
        webhook: &WebhookId,
        problem: &str,
        then: Ts,
        at: Ts,
    ) -> Result<u64, Error> {
        self.write(
            "update deliveries set state = 'failed', problem = $3, next_try = null, \
             finished_at = $5 where issuer_id = $1 and webhook_id = $2 and state = 'waiting' \
             and no_later_than <= $4",
        )
        .bind(webhook.clone())
        .bind(problem.to_owned())
        .bind(then)
        .bind(at)
        .run()
        .await
    }
}

impl Db {
    /// Forgets messages that ended before `then`: how many. Across organisations: for the round
    /// that keeps what the privacy page promises.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_deliveries(&self, then: Ts) -> Result<u64, Error> {
        self.write("delete from deliveries where finished_at < $1")
            .bind(then)
            .run()
            .await
    }
}
