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
    /// For whom, if not for themselves: the id of a member.
    pub on_behalf: Option<String>,
    /// Why, where somebody had to say so.
    pub reason: Option<String>,
}

/// Which lines of the log are looked for; what is `None` does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who, or for whom.
    pub actor: Option<String>,
    /// What.
    pub action: Option<String>,
    /// From then on.
    pub from: Option<Ts>,
    /// Before then.
    pub until: Option<Ts>,
    /// Only lines older than this one: its time and id.
    pub before: Option<(Ts, AuditId)>,
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
            .text("subject", rows.iter().map(|r| r.subject.clone()))
            .text("on_behalf", rows.iter().map(|r| r.on_behalf.clone()))
            .text("reason", rows.iter().map(|r| r.reason.clone()));
        self.insert(many).await?;
        Ok(())
    }

    /// The last `limit` lines, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn audit(&mut self, limit: i64) -> Result<Vec<AuditRow>, Error> {
        self.read(
            "select audit_id, at, actor, action, subject, on_behalf, reason from audit \
             where issuer_id = $1 order by at desc, audit_id desc limit $2",
        )
        .bind(limit)
        .all()
        .await
    }

    /// At most `limit` lines that fit, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn audit_where(
        &mut self,
        filter: &AuditFilter,
        limit: i64,
    ) -> Result<Vec<AuditRow>, Error> {
        let (at, id) = filter.before.clone().unzip();
        self.read(
            "select audit_id, at, actor, action, subject, on_behalf, reason from audit \
             where issuer_id = $1 \
             and (cast($2 as text) is null or actor = $2 or on_behalf = $2) \
             and (cast($3 as text) is null or action = $3) \
             and (cast($4 as timestamptz) is null or at >= $4) \
             and (cast($5 as timestamptz) is null or at < $5) \
             and (cast($6 as timestamptz) is null or at < $6 or (at = $6 and audit_id < $7)) \
             order by at desc, audit_id desc limit $8",
        )
        .bind(filter.actor.clone())
        .bind(filter.action.clone())
        .bind(filter.from)
        .bind(filter.until)
        .bind(at)
        .bind(id)
        .bind(limit)
        .all()
        .await
    }

    /// Every kind of action in the log, in order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn audit_actions(&mut self) -> Result<Vec<String>, Error> {
        self.read("select distinct action from audit where issuer_id = $1 order by action")
            .scalars()
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
