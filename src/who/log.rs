//! What was done here: the audit log, with names instead of ids.

use std::collections::HashMap;

use super::{Error, Scope, Who};
use crate::app::App;
use crate::db::{AuditFilter, AuditRow};

/// Lines on one page.
pub const PAGE: usize = 50;

/// Who stands in a log by id, and what they are called.
pub type Names = HashMap<String, String>;

/// A page of the log, newest first; whether there is more; and the names in it.
#[derive(Debug, Clone)]
pub struct Log {
    /// At most [`PAGE`] lines.
    pub lines: Vec<AuditRow>,
    /// Whether there are older ones.
    pub more: bool,
}

/// Reads the log.
///
/// # Errors
/// [`Error::Refused`] without the scope `log`.
pub async fn log(app: &App, who: &Who, filter: &AuditFilter) -> Result<Log, Error> {
    who.may(Scope::Log)?;
    let most = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let mut of = app.db.of(who.issuer());
    let mut lines = of.audit_where(filter, most.saturating_add(1)).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Ok(Log { lines, more })
}

/// Every kind of action that stands in the log.
///
/// # Errors
/// As [`log`].
pub async fn actions(app: &App, who: &Who) -> Result<Vec<String>, Error> {
    who.may(Scope::Log)?;
    Ok(app.db.of(who.issuer()).audit_actions().await?)
}

/// What those are called who can stand in the log: colleagues, API keys, and we ourselves.
///
/// # Errors
/// As [`log`].
pub async fn names(app: &App, who: &Who) -> Result<Names, Error> {
    who.may(Scope::Log)?;
    let mut of = app.db.of(who.issuer());
    let mut names = Names::new();
    for row in of.members().await? {
        names.insert(row.member_id.to_string(), row.name);
    }
    for row in of.api_keys().await? {
        names.insert(
            row.api_key_id.to_string(),
            format!("API key “{}”", row.name),
        );
    }
    for (word, name) in [
        ("cli", "The operator"),
        ("support", "Support"),
        ("vc-api", "The VC-API"),
        ("service", "The service itself"),
    ] {
        names.insert(word.to_owned(), name.to_owned());
    }
    Ok(names)
}
