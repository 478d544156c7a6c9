//! Changes of many credentials at once that wait for a second person.

use super::{Error, Tenant, Ts, issuers::one, plain::words};
use crate::ids::{BulkId, CredentialId};

words! {
    /// What is to be done with them.
    BulkChange, "change of many" {
        /// Set the bits for now.
        Suspend = "suspend",
        /// Clear them.
        Reinstate = "reinstate",
        /// Set them for good.
        Revoke = "revoke",
    }
}

words! {
    /// How far it is.
    BulkState, "state of a change of many" {
        /// Asked for.
        Waiting = "waiting",
        /// Done by a second person.
        Done = "done",
        /// Not done.
        Declined = "declined",
    }
}

/// A change of many.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BulkRow {
    /// Its id.
    pub bulk_id: BulkId,
    /// What.
    pub change: BulkChange,
    /// Why, under the organisation's key.
    pub reason_sealed: Option<Vec<u8>>,
    /// How far.
    pub state: BulkState,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Ts,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Ts>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select bulk_id, change, reason_sealed, state, asked_by, asked_at, decided_by, \
             decided_at from bulk_changes where issuer_id = $1 ",
            $rest
        )
    };
}

impl Tenant<'_> {
    /// Adds a change with its credentials. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Missing`] if a credential is not this organisation's; [`Error::Duplicate`] if one is
    /// named twice.
    pub async fn add_bulk_change(
        &mut self,
        row: &BulkRow,
        credentials: &[CredentialId],
    ) -> Result<(), Error> {
        self.write(
            "insert into bulk_changes (issuer_id, bulk_id, change, reason_sealed, state, \
             asked_by, asked_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(row.bulk_id.clone())
        .bind(row.change)
        .bind(row.reason_sealed.clone())
        .bind(row.state)
        .bind(row.asked_by.clone())
        .bind(row.asked_at)
        .run()
        .await?;
        let rows = credentials.len();
        let many = self
            .many("bulk_change_credentials", rows)
            .text("bulk_id", vec![row.bulk_id.to_string(); rows])
            .text(
                "credential_id",
                credentials.iter().map(CredentialId::to_string),
            );
        self.insert(many).await?;
        Ok(())
    }

    /// Holds the organisation until the transaction ends: no two count at once what somebody changed.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such organisation.
    pub async fn hold_changes(&mut self) -> Result<(), Error> {
        self.revise().await
    }

    /// How many statuses somebody changed on their own word after `then`: what they decided as the
    /// second person does not count, and neither does what a correction took back.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn changed_alone(&mut self, principal: &str, then: Ts) -> Result<i64, Error> {
        let counts: Vec<i64> = self
            .read(
                "select cast(count(*) as bigint) from audit a where a.issuer_id = $1 \
                 and a.at > $3 and coalesce(a.on_behalf, a.actor) = $2 and a.action in \
                 ('credential.suspend', 'credential.reinstate', 'credential.revoke') \
                 and not exists (select 1 from bulk_changes b join bulk_change_credentials c \
                 on c.issuer_id = b.issuer_id and c.bulk_id = b.bulk_id \
                 where b.issuer_id = a.issuer_id and c.credential_id = a.subject \
                 and b.state = 'done' and b.decided_by = $2 and b.decided_at = a.at) \
                 and not exists (select 1 from superseded s where s.issuer_id = a.issuer_id \
                 and s.credential_id = a.subject and s.superseded_at = a.at)",
            )
            .bind(principal.to_owned())
            .bind(then)
            .scalars()
            .await?;
        Ok(counts.first().copied().unwrap_or_default())
    }

    /// All of them, the newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn bulk_changes(&mut self) -> Result<Vec<BulkRow>, Error> {
        self.read(select!("order by asked_at desc, bulk_id"))
            .all()
            .await
    }

    /// The one with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn bulk_change(&mut self, id: &BulkId) -> Result<Option<BulkRow>, Error> {
        self.read(select!("and bulk_id = $2"))
            .bind(id.clone())
            .opt()
            .await
    }

    /// The credentials it is about.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn bulk_credentials(&mut self, id: &BulkId) -> Result<Vec<CredentialId>, Error> {
        self.read(
            "select credential_id from bulk_change_credentials \
             where issuer_id = $1 and bulk_id = $2 order by credential_id",
        )
        .bind(id.clone())
        .scalars()
        .await
    }

    /// Writes down what a second person decided.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it was decided before; [`Error::Refused`] if the second person is the
    /// first.
    pub async fn decide_bulk_change(
        &mut self,
        id: &BulkId,
        state: BulkState,
        by: &str,
        at: Ts,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update bulk_changes set state = $3, decided_by = $4, decided_at = $5 \
                 where issuer_id = $1 and bulk_id = $2 and state = 'waiting'",
            )
            .bind(id.clone())
            .bind(state)
            .bind(by.to_owned())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }
}
