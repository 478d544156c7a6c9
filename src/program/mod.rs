//! The loop: programs, rosters, labs, attempts with evidence, reviews, and what is decided.
//!
//! A tutor opens attempts and proposes; a reviewer decides; nobody decides on what they had a hand
//! in. A return names the criteria that are not met, and the next round asks for those alone.
//! What is decided is pure ([`card`], [`decide`]); each verb reads all, decides, and writes once.
//!
//! Everything that is written about a learner is sealed with the learner's key.

// Opening, handing in, giving up.
pub mod attempt;
// How each criterion stands.
pub mod card;
// What a reviewer may decide, and what follows.
pub mod decide;
mod error;
// What is handed in.
pub mod evidence;
// What a guardian reads, by a link of their own.
pub mod guardian;
// Sessions: who comes, what can be earned, the grid.
pub mod lab;
// The people it is all about.
pub mod learner;
// What lets a learner in.
pub mod link;
// With what right somebody reviews.
pub mod qualification;
// Who is reminded of what waits for them.
pub mod remind;
// The queue, the decision, the award.
pub mod review;
// How often, and when again.
mod retake;
// A list of learners, and what it would change.
pub mod roster;
// Programs themselves.
pub mod run;
// Reading a decision again.
pub mod second;
// The levels somebody gives.
pub mod score;
mod sealed;
// Awards to whoever was at a lab.
pub mod taking_part;

pub use error::Error;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::AuditRow;
use crate::ids::{IssuerId, PersonId};
use crate::who::{Scope, Who};

/// What learners are called in the audit log, all alike.
pub const LEARNER: &str = "learner";

/// Who does something with an attempt: somebody of the organisation, or the learner whose it is.
#[derive(Debug, Clone)]
pub enum By {
    /// Somebody of the organisation.
    Staff(Who),
    /// The learner.
    Learner(IssuerId, PersonId),
}

impl By {
    /// The organisation.
    #[must_use]
    pub fn issuer(&self) -> &IssuerId {
        match self {
            By::Staff(who) => who.issuer(),
            By::Learner(issuer, _) => issuer,
        }
    }

    /// Who they are in the audit log.
    #[must_use]
    pub fn actor(&self) -> &str {
        match self {
            By::Staff(who) => who.actor(),
            By::Learner(..) => LEARNER,
        }
    }

    /// Whoever of the organisation has a hand in it with this; learners have none but their own.
    fn hand(&self) -> Option<&str> {
        match self {
            By::Staff(who) => Some(who.principal()),
            By::Learner(..) => None,
        }
    }

    /// Whether they may do this with the attempts of this learner: staff by their scope, learners
    /// with their own. Somebody else's attempt is answered like one that never was.
    fn may(&self, scope: Scope, person: &PersonId) -> Result<(), Error> {
        match self {
            By::Staff(who) => Ok(who.may(scope)?),
            By::Learner(_, own) if own == person => Ok(()),
            By::Learner(..) => Err(Error::NotFound("attempt")),
        }
    }

    fn did(&self, app: &App, action: &str, subject: &str, now: Timestamp) -> AuditRow {
        match self {
            By::Staff(who) => who.did(app, action, subject, now),
            By::Learner(issuer, _) => AuditRow {
                actor: LEARNER.to_owned(),
                ..Who::service(issuer.clone()).did(app, action, subject, now)
            },
        }
    }
}

/// Whether somebody may look at learners and what they do: whoever works with them.
///
/// # Errors
/// [`Error::Refused`] without any of the scopes `programs`, `propose` and `review`.
pub fn may_look(who: &Who) -> Result<(), Error> {
    Ok(who.may_look_at_learners()?)
}
