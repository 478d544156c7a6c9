//! A large batch is signed when a second person says yes (threat G17).
//!
//! It is promised and held; what it waits for stands with its work, so that letting it go on is not
//! enough. What one person started on their own word within a day counts together, on pages and by
//! whatever API key they made, so that a large batch cannot be handed in as several small ones. The
//! operator at the machine, who could do anything, is asked for nobody.
//!
//! A key that no member made is nobody's ([`Who::is_person`]). Whoever holds it may be the colleague
//! who would say yes, so it starts nothing that asks for a second person: that takes a member, or a
//! key that one of them made.
//!
//! What is issued one by one is no batch and asks for nobody; it is held to what an organisation may
//! issue in a day (`issue_quota`), with everything else.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::clock::Timestamp;
use crate::db::{JobRow, Tenant};
use crate::queue;
use crate::who::Who;

/// The most credentials of batches that one person has signed alone within [`HOURS`] hours.
pub const ALONE: usize = 1_000;
/// For how long a batch counts: one that was started exactly so long ago does not any more.
pub const HOURS: i64 = 24;

/// What a batch waits for, or waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// The member who started it, themselves or through a key. (Of a batch from before keys of nobody
    /// were refused: the key.)
    pub started_by: String,
    /// The second person who said yes.
    pub approved_by: Option<String>,
}

impl Approval {
    /// What a batch of so many waits for; `None` if for nobody. Use the transaction of the promise,
    /// which counts what the organisation promised: no two batches look at the same moment.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a key that is nobody's, if it would wait for a second person.
    pub(super) async fn of(
        rows: &mut Tenant<'_>,
        who: &Who,
        promised: usize,
        now: Timestamp,
    ) -> Result<Option<Approval>, Error> {
        if promised == 0 || who.is_operator() {
            return Ok(None);
        }
        let since = now.checked_sub(SignedDuration::from_hours(HOURS));
        let since = since.unwrap_or(Timestamp::MIN);
        let alone = rows.parts_alone(queue::ISSUE, who.principal(), since.into());
        let before = usize::try_from(alone.await?).unwrap_or(usize::MAX);
        if before.saturating_add(promised) <= ALONE {
            return Ok(None);
        }
        somebodys(who)?;
        Ok(Some(Approval {
            started_by: who.principal().to_owned(),
            approved_by: None,
        }))
    }

    /// What stands with the work; `None` if it waits for nobody.
    #[must_use]
    pub fn read(row: &JobRow) -> Option<Approval> {
        serde_json::from_str(&row.details).ok()
    }

    /// Whether nobody has said yes yet.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.approved_by.is_none()
    }

    pub(super) fn text(&self) -> Result<String, Error> {
        serde_json::to_string(self)
            .map_err(|_| Error::Internal("a batch cannot be written down".to_owned()))
    }

    /// The yes of a second person.
    ///
    /// # Errors
    /// [`Error::Conflict`] for whoever started it, for a key that no member made, and if such a key
    /// started it.
    pub(super) async fn given(&self, rows: &mut Tenant<'_>, who: &Who) -> Result<Approval, Error> {
        if self.started_by == who.principal() {
            return Err(Error::Conflict(
                "you started this batch, so somebody else says yes".to_owned(),
            ));
        }
        if !who.is_person() {
            return Err(Error::Conflict(
                "a second person says yes, and this key is nobody's: use one that a colleague made"
                    .to_owned(),
            ));
        }
        if is_nobodys(rows, &self.started_by).await? {
            return Err(Error::Conflict(
                "nobody's key started this batch: cancel it, and start it as a member".to_owned(),
            ));
        }
        Ok(Approval {
            approved_by: Some(who.principal().to_owned()),
            ..self.clone()
        })
    }
}

/// Holds to it that what asks for a second person is begun by a first one.
///
/// # Errors
/// [`Error::Conflict`].
pub(super) fn somebodys(who: &Who) -> Result<(), Error> {
    if who.is_person() {
        return Ok(());
    }
    Err(Error::Conflict(
        "so many ask for a second person, and this API key is nobody's: ask with one that a member makes at the desk, under \"API keys\""
            .to_owned(),
    ))
}

/// Whether this is no member but an API key.
pub(super) async fn is_nobodys(rows: &mut Tenant<'_>, principal: &str) -> Result<bool, Error> {
    let keys = rows.api_keys().await?;
    Ok(keys.iter().any(|key| key.api_key_id.as_str() == principal))
}
