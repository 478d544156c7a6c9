//! Who did what, when.

use super::{Db, Error, Tenant, Ts};
use crate::ids::AuditId;

/// One line of the audit log. Nothing in it is about a learner: subjects are ids.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    /// The line's id.
    pub audit_id: AuditId,
    /// When.
    pub at: Ts,
    /// Who: an API key's id, or `cli` for whoever is at the machine itself.
    pub actor: String,
    /// What: such as `credential.issue` or `key.rotate`.
    pub action: String,
    /// To what: an id.
    pub subject: String,
}

impl Tenant<'_> {
    /// Adds lines to the log, in the transaction of what they tell of.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn log(&mut self, rows: &[AuditRow]) -> Result<(), Error> {
        let many = self
            .many("audit", rows.len())
            .text("audit_id", rows.iter().map(|r| r.audit_id.to_string()))
            .time("at", rows.iter().map(|r| r.at))
            .text("actor", rows.iter().map(|r| r.actor.clone()))
            .text("action", rows.iter().map(|r| r.action.clone()))
            .text("subject", rows.iter().map(|r| r.subject.clone()));
        self.insert(many).await?;
        Ok(())
    }

    /// The last `limit` lines, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn audit(&mut self, limit: i64) -> Result<Vec<AuditRow>, Error> {
        self.read(
            "select audit_id, at, actor, action, subject from audit where issuer_id = $1 \
             order by at desc, audit_id desc limit $2",
        )
        .bind(limit)
        .all()
        .await
    }
}

impl Db {
    /// Forgets the lines from before `then`: how many. Across organisations: for the round that
    /// keeps what the privacy page promises.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_audit(&self, then: Ts) -> Result<u64, Error> {
        self.write("delete from audit where at < $1")
            .bind(then)
            .run()
            .await
    }
}
