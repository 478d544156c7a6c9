//! Employers: invited by a link to say what they think of an edition of an achievement, and to
//! endorse it.
//!
//! The link starts once: whoever follows it and presses the button gets a secret of their own, and
//! the link is used up. What they endorse becomes an EndorsementCredential (Open Badges 3.0 §B.3)
//! about that very edition. The employer has no key here, so the organisation signs, as a witness,
//! and the words that are signed say so, and how the employer was reached. Credentials that are
//! issued afterwards carry it.

// The organisation's side: asks, looks, takes back.
mod ask;
// What is signed.
mod sign;
// The employer's side: starts, looks, answers.
mod visit;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::custody::Purpose;
use crate::db::EndorsementRow;
use crate::ids::{EndorsementId, IssuerId};
use crate::issue::Error;
use crate::who::Token;

pub use ask::{Asked, By, DAYS, Invitation, MAX_DAYS, Sent, asked, invite, withdraw};
pub use sign::witness;
pub use visit::{Answer, COMMENT_CHARS, Visit, Words, answer, behind, start, visit, was_one};

/// Who an employer is and what they said, as it is sealed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The employer.
    pub organisation: String,
    /// Who was written to.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they do there, as they said.
    #[serde(default)]
    pub role: String,
    /// What they said.
    #[serde(default)]
    pub comment: String,
}

impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Details(***)")
    }
}

/// The path of a link's page.
#[must_use]
pub fn path(token: &Token) -> String {
    format!("/employer/{}", token.reveal())
}

fn seal(
    app: &App,
    issuer: &IssuerId,
    id: &EndorsementId,
    details: &Details,
) -> Result<Vec<u8>, Error> {
    let text = serde_json::to_vec(details)
        .map_err(|_| Error::Internal("an answer cannot be written".to_owned()))?;
    let chance = app.chance.as_ref();
    Ok(app
        .custody
        .seal(issuer, id.as_str(), Purpose::Endorsement, &text, chance)?)
}

fn unseal(app: &App, row: &EndorsementRow) -> Result<Option<Details>, Error> {
    let Some(sealed) = &row.details_sealed else {
        return Ok(None);
    };
    let (issuer, id) = (&row.issuer_id, row.endorsement_id.as_str());
    let text = app
        .custody
        .unseal(issuer, id, Purpose::Endorsement, sealed)?;
    let details = serde_json::from_slice(&text)
        .map_err(|_| Error::Internal("an answer cannot be read".to_owned()))?;
    Ok(Some(details))
}
