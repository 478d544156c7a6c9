//! Portfolios: credentials of one learner shown together with the records of their evidence, behind
//! a link that expires and can be taken back.
//!
//! The link holds 128 random bits, shown once; only their SHA-256 is kept. A link that is wrong,
//! expired or taken back gives one and the same answer: nothing (threat J7).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::clock::{Timestamp, random};
use crate::db::{self, CredentialRow, CredentialState, EvidenceRow, PortfolioRow, Tenant};
use crate::ids::{CredentialId, EvidenceId, PersonId, PortfolioId};
use crate::issue::{self, people};
use crate::who::{Refusal, Scope, Who};

/// For how long a link works when nobody says.
pub const DEFAULT_DAYS: i64 = 30;
/// For how long a link may work when the organisation says that its learner is of age.
pub const MAX_DAYS: i64 = 365;
/// For how long everybody else's may.
pub const MAX_DAYS_MINOR: i64 = 180;
/// The most credentials in one portfolio.
pub const MAX_CREDENTIALS: usize = 100;
/// The most characters of a label.
pub const LABEL_CHARS: usize = 100;

/// Why a portfolio was not made or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Whoever asks may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was asked for cannot be; the sentence says why.
    #[error("{0}")]
    Invalid(String),
    /// There is no such portfolio or credential in this organisation.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Anything else: a fault of ours.
    #[error("{0}")]
    Internal(String),
    /// The database could not do it.
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// The secret end of a portfolio's link, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The text to hand over: the only way to see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// A portfolio, as its visitors see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portfolio {
    /// What its page is headed.
    pub label: String,
    /// When its link stops working.
    pub expires_at: Option<Timestamp>,
    /// The credentials, in the order they were chosen; only issued ones.
    pub credentials: Vec<CredentialRow>,
}

/// Makes a portfolio of one learner's issued credentials; its link works until `expires`
/// ([`DEFAULT_DAYS`] from now if `None`, at most [`MAX_DAYS`], for minors [`MAX_DAYS_MINOR`]).
///
/// The address of its page is `/p/` and the token.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::NotFound`] for a credential that this
/// organisation did not issue; [`Error::Invalid`].
pub async fn create(
    app: &App,
    who: &Who,
    label: &str,
    credentials: &[CredentialId],
    expires: Option<Timestamp>,
) -> Result<(PortfolioId, Token), Error> {
    who.may(Scope::Manage)?;
    let now = app.now();
    let label = check(label, credentials)?;
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(who.issuer());
    let rows = of.credentials(credentials).await?;
    let issued = |id: &CredentialId| {
        rows.iter()
            .any(|row| row.promise.credential_id == *id && row.state == CredentialState::Issued)
    };
    if !credentials.iter().all(issued) {
        return Err(Error::NotFound("credential"));
    }
    let person = one_person(&rows)?;
    let expires = until(
        expires,
        most_days(app, &mut of, person.as_ref()).await?,
        now,
    )?;
    let chance = app.chance.as_ref();
    let token = Token(URL_SAFE_NO_PAD.encode(random::<16>(chance)));
    let row = PortfolioRow {
        issuer_id: who.issuer().clone(),
        portfolio_id: PortfolioId::random(chance),
        person_id: person,
        title: label.to_owned(),
        token_hash: hash(token.reveal()),
        created_at: now.into(),
        expires_at: Some(expires.into()),
        revoked_at: None,
    };
    of.add_portfolio(&row, credentials).await?;
    of.log(&[who.did(app, "portfolio.create", row.portfolio_id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok((row.portfolio_id, token))
}

/// Whose these credentials are. A portfolio is one learner's: two shown together would be tied
/// to each other.
fn one_person(rows: &[CredentialRow]) -> Result<Option<PersonId>, Error> {
    let first = rows.first().and_then(|row| row.promise.person_id.clone());
    let same = rows.iter().all(|row| row.promise.person_id == first);
    if !same || (first.is_none() && rows.len() > 1) {
        let sentence = "a portfolio is one learner's: these credentials are of more than one";
        return Err(Error::Invalid(sentence.to_owned()));
    }
    Ok(first)
}

/// How long a link may work. Whoever is not known to be of age counts as a minor.
async fn most_days(
    app: &App,
    of: &mut Tenant<'_>,
    person: Option<&PersonId>,
) -> Result<i64, Error> {
    let Some(person) = person else {
        return Ok(MAX_DAYS_MINOR);
    };
    let row = of.person(person).await?;
    let details = match row.map(|row| people::open(app, &row)).transpose() {
        Ok(details) => details.flatten(),
        Err(issue::Error::Custody(cause)) => {
            tracing::error!(%person, %cause, "what is known about a learner cannot be opened");
            None
        }
        Err(other) => return Err(Error::Internal(other.to_string())),
    };
    Ok(
        if details.is_some_and(|details| details.adult == Some(true)) {
            MAX_DAYS
        } else {
            MAX_DAYS_MINOR
        },
    )
}

/// The end of a link that may work for `most` days.
fn until(expires: Option<Timestamp>, most: i64, now: Timestamp) -> Result<Timestamp, Error> {
    let days = |days: i64| {
        now.checked_add(SignedDuration::from_hours(24 * days))
            .unwrap_or(now)
    };
    let expires = expires.unwrap_or_else(|| days(DEFAULT_DAYS));
    if expires <= now || expires > days(most) {
        return Err(Error::Invalid(format!(
            "a link works until some time in the next {MAX_DAYS} days, a minor's in the next {MAX_DAYS_MINOR}"
        )));
    }
    Ok(expires)
}

/// Checks the label, which comes back trimmed, and that credentials were chosen, each once.
fn check<'l>(label: &'l str, credentials: &[CredentialId]) -> Result<&'l str, Error> {
    let invalid = |sentence: String| Err(Error::Invalid(sentence));
    let label = label.trim();
    if label.is_empty()
        || label.chars().count() > LABEL_CHARS
        || label.chars().any(char::is_control)
    {
        return invalid(format!("a label has 1 to {LABEL_CHARS} characters"));
    }
    if credentials.is_empty() || credentials.len() > MAX_CREDENTIALS {
        return invalid(format!(
            "a portfolio has 1 to {MAX_CREDENTIALS} credentials"
        ));
    }
    let mut different = credentials.to_vec();
    different.sort();
    different.dedup();
    if different.len() < credentials.len() {
        return invalid("a credential was chosen twice".to_owned());
    }
    Ok(label)
}

/// Opens the portfolio behind a link's token at this moment. `None` for a token that is wrong,
/// expired or taken back: visitors are not told which.
///
/// # Errors
/// If the database could not answer.
pub async fn open(app: &App, token: &str) -> Result<Option<Portfolio>, db::Error> {
    let Some(row) = alive(app, token).await? else {
        return Ok(None);
    };
    let mut of = app.db.of(&row.issuer_id);
    let chosen = of.portfolio_members(&row.portfolio_id).await?;
    let mut credentials = of.credentials(&chosen).await?;
    credentials.retain(|row| row.state == CredentialState::Issued);
    credentials.sort_by_key(|row| {
        chosen
            .iter()
            .position(|id| *id == row.promise.credential_id)
    });
    Ok(Some(Portfolio {
        label: row.title,
        expires_at: row.expires_at.map(Into::into),
        credentials,
    }))
}

/// The record of a piece of evidence, for whoever has the link to a portfolio that shows its
/// credential. `None` for a link that is wrong, expired or taken back, for evidence of something
/// else and for evidence that never was: visitors are not told which.
///
/// # Errors
/// If the database could not answer.
pub async fn evidence(
    app: &App,
    token: &str,
    id: &EvidenceId,
) -> Result<Option<EvidenceRow>, db::Error> {
    let Some(row) = alive(app, token).await? else {
        return Ok(None);
    };
    let mut of = app.db.of(&row.issuer_id);
    let Some(found) = of.evidence(id).await? else {
        return Ok(None);
    };
    let shown = of.portfolio_members(&row.portfolio_id).await?;
    let credential = of.credential(&found.credential_id).await?;
    let issued = credential.is_some_and(|row| row.state == CredentialState::Issued);
    Ok((issued && shown.contains(&found.credential_id)).then_some(found))
}

/// The portfolio behind a token, while its link works.
async fn alive(app: &App, token: &str) -> Result<Option<PortfolioRow>, db::Error> {
    let row = app.db.portfolio_by_token_hash(&hash(token)).await?;
    let now = app.now();
    Ok(row.filter(|row| row.revoked_at.is_none() && row.expires_at.is_none_or(|at| *at > now)))
}

/// Takes a portfolio's link back: it stops working at once.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::NotFound`].
pub async fn revoke(app: &App, who: &Who, id: &PortfolioId) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(who.issuer());
    match of.revoke_portfolio(id, now.into()).await {
        Err(db::Error::NoRow) => return Err(Error::NotFound("portfolio that could be taken back")),
        other => other?,
    }
    of.log(&[who.did(app, "portfolio.revoke", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
