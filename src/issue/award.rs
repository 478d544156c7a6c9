//! What a decision becomes: a credential, promised in the transaction of the decision and signed
//! after it.

use std::sync::Arc;

use super::fulfil;
use super::plan::Row;
use super::promise::{self, Terms};
use super::{Achievement, Error, ends, list};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::ids::{CredentialId, IssuerId};
use crate::who::{Scope, Who};

/// Promises what a reviewer approved. `tx` is the caller's to commit: either the decision and the
/// promise are there, or neither.
///
/// # Errors
/// [`Error::Refused`] without the scope `review`; [`Error::Faults`] if the credential would have
/// any.
pub async fn promise(
    app: &App,
    tx: &mut Tx,
    who: &Who,
    achievement: &Achievement,
    row: &Row,
    now: Timestamp,
) -> Result<CredentialId, Error> {
    who.may(Scope::Review)?;
    let mut rows = tx.of(who.issuer());
    let valid_until = ends::ends(&mut rows, achievement.id(), None, now).await?;
    let terms = Terms {
        who,
        achievement,
        valid_until,
        batch: None,
        occasion: None,
        checked: false,
        now,
    };
    let answers = promise::write(app, tx, &terms, std::slice::from_ref(row)).await?;
    let answer = answers.into_iter().next();
    let answer = answer.ok_or_else(|| Error::Internal("an award had no answer".to_owned()))?;
    Ok(answer.id().clone())
}

/// Signs what was promised. Whatever is not signed here is signed by the rounds.
///
/// # Errors
/// As [`fulfil::fulfil`]: nothing is lost.
pub async fn sign(app: &App, issuer: &IssuerId, id: &CredentialId) -> Result<(), Error> {
    fulfil::fulfil(
        app,
        issuer,
        std::slice::from_ref(id),
        Arc::new(fulfil::plainly),
    )
    .await?;
    let row = app.db.of(issuer).credential(id).await?;
    let row = row.ok_or(Error::NotFound("credential"))?;
    list::ensure(app, issuer, &row.promise.status_list_id).await
}
