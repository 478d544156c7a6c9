//! A stack that waits: somebody decides.

use super::award::{kept, move_award};
use crate::app::App;
use crate::db::{StackAwardRow, StackState};
use crate::ids::{PathwayId, PersonId};
use crate::issue::{
    Error,
    revoke::{self, Change},
};
use crate::who::{Scope, Who};

/// What somebody decides about a stack that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// It stands: the suspension is undone, and the same parts are not asked about again.
    Keep,
    /// It is revoked, for good.
    End,
}

/// Decides about a stack that was suspended because a part of it was taken back.
///
/// # Errors
/// [`Error::Refused`] without the scope `revoke`; [`Error::NotFound`] if nothing waits.
pub async fn settle(
    app: &App,
    who: &Who,
    id: &PathwayId,
    person: &PersonId,
    settle: Settle,
) -> Result<(), Error> {
    who.may(Scope::Revoke)?;
    let awards = app.db.of(who.issuer()).stack_awards(id).await?;
    let waits =
        |award: &&StackAwardRow| award.person_id == *person && award.state == StackState::Waiting;
    let award = awards
        .iter()
        .find(waits)
        .ok_or(Error::NotFound("stack that waits"))?;
    let credential = &award.credential_id;
    let reason = award.reason.clone().unwrap_or_default();
    match settle {
        Settle::Keep => {
            revoke::change(app, who, credential, Change::Reinstate).await?;
            let reason = Some(kept(&reason));
            move_award(app, who, award, StackState::Held, reason, "pathway.keep").await
        }
        Settle::End => {
            revoke::change(app, who, credential, Change::Revoke).await?;
            let reason = Some(format!("Ended by decision. {reason}"));
            move_award(
                app,
                who,
                award,
                StackState::Ended,
                reason,
                "pathway.end_stack",
            )
            .await
        }
    }
}
