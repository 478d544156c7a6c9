//! The operator looks into an organisation to help: for an hour, reading only, with a reason, and
//! everything they open stands in that organisation's own log (threat G18).

use serde::{Deserialize, Serialize};

use super::session::{self, Whose, later};
use super::sign_in::SignedIn;
use super::{Error, Fault, Token, Who};
use crate::app::App;
use crate::db::{SignInTry, Stage};
use crate::ids::IssuerId;

/// How long the link to look in is good for.
const LINK_SECONDS: i64 = 10 * 60;
/// Most characters of a reason.
const REASON: usize = 200;

#[derive(Serialize, Deserialize)]
struct Waiting {
    issuer: IssuerId,
    reason: String,
}

/// A link with which the operator looks in, once: its path.
///
/// # Errors
/// [`Error::Faults`] without a reason.
pub async fn open(app: &App, operator: &Who, reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    let length = reason.chars().count();
    if length == 0 || length > REASON || reason.chars().any(char::is_control) {
        let fault = Fault::new("reason", format!("has 1 to {REASON} characters"));
        return Err(Error::Faults(vec![fault]));
    }
    let (now, issuer) = (app.now(), operator.issuer());
    let waiting = Waiting {
        issuer: issuer.clone(),
        reason: reason.to_owned(),
    };
    let token = Token::random(app.chance.as_ref());
    let row = SignInTry {
        token_hash: token.hash(),
        account_id: None,
        state: serde_json::to_string(&waiting)
            .map_err(|_| Error::Internal("a reason cannot be written".to_owned()))?,
        expires_at: later(now, LINK_SECONDS).into(),
    };
    let line = Who::helper(issuer.clone(), reason).did(app, "support.open", issuer.as_str(), now);
    let mut tx = app.db.begin().await?;
    tx.forget_sign_in_tries(now.into()).await?;
    tx.add_sign_in_try(&row).await?;
    tx.of(issuer).log(&[line]).await?;
    tx.commit().await?;
    Ok(format!("/sign-in/support/{}", token.reveal()))
}

/// Uses such a link up: what the operator's browser is to hold.
///
/// # Errors
/// [`Error::NotFound`] for a link that is none, or none any more.
pub async fn enter(app: &App, shown: &str, client: &str) -> Result<SignedIn, Error> {
    let gone = || Error::NotFound("link");
    let token = Token::read(shown).ok_or_else(gone)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let taken = tx.take_sign_in_try(&token.hash()).await?;
    let taken = taken.filter(|row| *row.expires_at > now).ok_or_else(gone)?;
    let waiting: Waiting = serde_json::from_str(&taken.state).map_err(|_| gone())?;
    let whose = Whose::Helper(waiting.issuer, waiting.reason);
    let (row, token) = session::new(app, whose, Stage::In, client, now);
    tx.add_session(&row).await?;
    tx.commit().await?;
    let stage = Stage::In;
    Ok(SignedIn { token, stage })
}

/// Writes down that the operator opened something, in the log of the organisation that it is of.
///
/// # Errors
/// [`Error::Db`]: what cannot be written down is not shown.
pub async fn note(app: &App, helper: &Who, place: &str) -> Result<(), Error> {
    let line = helper.did(app, "support.read", place, app.now());
    app.db.of(helper.issuer()).log(&[line]).await?;
    Ok(())
}
