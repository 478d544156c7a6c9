//! Who is signed in where.
//!
//! A browser holds a [`Token`] in a cookie; we hold its SHA-256. A session ends when it is not used
//! for some hours, after some days whatever happens, or when somebody ends it. Whenever somebody
//! comes further in (a password, a code, another organisation), the token changes.

use super::{Error, Token, Who, roles_of};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{MemberState, Membership, SessionRow, Stage};
use crate::ids::{AccountId, IssuerId, PersonId, SessionId};

/// How long a session of a member lasts without use.
pub const IDLE_SECONDS: i64 = 12 * 3_600;
/// How long a session of a member lasts at most.
pub const MOST_SECONDS: i64 = 7 * 24 * 3_600;
/// How long a learner's session lasts without use: devices in a classroom pass from hand to hand.
pub const LEARNER_IDLE_SECONDS: i64 = 2 * 3_600;
/// How long a learner's session lasts at most.
pub const LEARNER_MOST_SECONDS: i64 = 12 * 3_600;
/// How long somebody has to give a one-time code after the password.
pub const CODE_SECONDS: i64 = 10 * 60;
/// How long the operator may look in.
pub const HELP_SECONDS: i64 = 3_600;
/// How exactly it is noted when a session was last used.
const SEEN_SECONDS: i64 = 300;

/// Whose session is to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Somebody with an account, in one of their organisations or in none yet.
    Account(AccountId, Option<IssuerId>),
    /// A learner of an organisation.
    Learner(IssuerId, PersonId),
    /// The operator, who looks into an organisation for this reason.
    Helper(IssuerId, String),
}

/// A new session, and what the browser is to hold.
#[must_use]
pub fn new(
    app: &App,
    whose: Whose,
    stage: Stage,
    client: &str,
    now: Timestamp,
) -> (SessionRow, Token) {
    let token = Token::random(app.chance.as_ref());
    let (account_id, issuer_id, person_id, reason) = match whose {
        Whose::Account(account, issuer) => (Some(account), issuer, None, None),
        Whose::Learner(issuer, person) => (None, Some(issuer), Some(person), None),
        Whose::Helper(issuer, reason) => (None, Some(issuer), None, Some(reason)),
    };
    let seconds = match (stage, &person_id, &reason) {
        (Stage::Code, ..) => CODE_SECONDS,
        (_, Some(_), _) => LEARNER_MOST_SECONDS,
        (_, _, Some(_)) => HELP_SECONDS,
        _ => MOST_SECONDS,
    };
    let row = SessionRow {
        token_hash: token.hash(),
        session_id: SessionId::random(app.chance.as_ref()),
        account_id,
        issuer_id,
        person_id,
        stage,
        client: client.chars().take(80).collect(),
        reason,
        provider_id: None,
        created_at: now.into(),
        seen_at: now.into(),
        expires_at: later(now, seconds).into(),
    };
    (row, token)
}

/// Signs a learner in: what their browser is to hold.
///
/// # Errors
/// [`Error::Db`], also if the organisation has no such learner.
pub async fn start_learner(
    app: &App,
    issuer: &IssuerId,
    person: &PersonId,
    client: &str,
) -> Result<Token, Error> {
    let whose = Whose::Learner(issuer.clone(), person.clone());
    let (row, token) = new(app, whose, Stage::In, client, app.now());
    let mut tx = app.db.begin().await?;
    tx.add_session(&row).await?;
    tx.commit().await?;
    Ok(token)
}

/// The session of whoever shows this; `None` if it is over, or was never one.
///
/// # Errors
/// [`Error::Db`].
pub async fn look_up(app: &App, shown: &str) -> Result<Option<SessionRow>, Error> {
    let Some(token) = Token::read(shown) else {
        return Ok(None);
    };
    let now = app.now();
    let found = app.db.session_by_hash(&token.hash()).await?;
    let Some(row) = found.filter(|row| !is_over(row, now)) else {
        return Ok(None);
    };
    if now.as_second() - row.seen_at.as_second() >= SEEN_SECONDS {
        app.db.touch_session(&row.session_id, now.into()).await?;
    }
    Ok(Some(row))
}

/// Whether a session has ended by itself.
#[must_use]
pub fn is_over(row: &SessionRow, now: Timestamp) -> bool {
    let idle = if row.person_id.is_some() {
        LEARNER_IDLE_SECONDS
    } else {
        IDLE_SECONDS
    };
    *row.expires_at <= now || now.as_second() - row.seen_at.as_second() >= idle
}

/// Where somebody who is signed in stands.
#[derive(Debug, Clone)]
pub enum Standing {
    /// In an organisation, as somebody.
    In(Box<Place>),
    /// They belong to several organisations, and have to say which one; or to none any more.
    Choose(Vec<Membership>),
}

/// Somebody in an organisation.
#[derive(Debug, Clone)]
pub struct Place {
    /// Who they are there.
    pub who: Who,
    /// The name that colleagues know them by.
    pub name: String,
    /// The organisation's name.
    pub organisation: String,
    /// Every organisation they may work in.
    pub all: Vec<Membership>,
}

/// Where the account or the operator of a session stands now: roles are read anew each time, so that
/// whoever is suspended is out at once.
///
/// # Errors
/// [`Error::Db`].
pub async fn standing(app: &App, row: &SessionRow) -> Result<Standing, Error> {
    if let (Some(issuer), Some(reason)) = (&row.issuer_id, &row.reason) {
        return helper(app, issuer, reason).await;
    }
    let Some(account) = &row.account_id else {
        return Ok(Standing::Choose(Vec::new()));
    };
    let mut all = app.db.memberships(account).await?;
    all.retain(|place| place.state == MemberState::Active);
    if row.provider_id.is_some() {
        // What a provider says counts where it was named, and nowhere else.
        all.retain(|place| Some(&place.issuer_id) == row.issuer_id.as_ref());
    }
    let here = all
        .iter()
        .find(|place| Some(&place.issuer_id) == row.issuer_id.as_ref());
    Ok(match here.cloned() {
        Some(place) => Standing::In(Box::new(Place {
            who: Who::member(&place.issuer_id, &place.member_id, &roles_of(&place.roles)),
            name: place.name,
            organisation: place.organisation,
            all,
        })),
        None => Standing::Choose(all),
    })
}

async fn helper(app: &App, issuer: &IssuerId, reason: &str) -> Result<Standing, Error> {
    let row = app.db.of(issuer).issuer().await?;
    let row = row.ok_or(Error::NotFound("organisation"))?;
    Ok(Standing::In(Box::new(Place {
        who: Who::helper(issuer.clone(), reason),
        name: "Support".to_owned(),
        organisation: row.name,
        all: Vec::new(),
    })))
}

/// Puts a new session in place of an old one: what the browser is to hold from now on.
///
/// # Errors
/// [`Error::Db`].
pub(super) async fn replace(
    app: &App,
    old: &SessionRow,
    whose: Whose,
    stage: Stage,
) -> Result<Token, Error> {
    let (mut row, token) = new(app, whose, stage, &old.client, app.now());
    if old.stage == stage {
        // Nobody came further in: it ends when it would have ended.
        row.created_at = old.created_at;
        row.expires_at = row.expires_at.min(old.expires_at);
    }
    let mut tx = app.db.begin().await?;
    tx.end_session(&old.session_id).await?;
    tx.add_session(&row).await?;
    tx.commit().await?;
    Ok(token)
}

/// Changes to another organisation: what the browser is to hold from now on.
///
/// # Errors
/// [`Error::NotFound`] for one they do not work in.
pub async fn choose(app: &App, row: &SessionRow, issuer: &IssuerId) -> Result<Token, Error> {
    let account = row.account_id.clone().ok_or(Error::NotFound("account"))?;
    if row.provider_id.is_some() {
        return Err(Error::NotFound("organisation"));
    }
    let places = app.db.memberships(&account).await?;
    let place = places
        .iter()
        .find(|place| &place.issuer_id == issuer && place.state == MemberState::Active)
        .ok_or(Error::NotFound("organisation"))?;
    let whose = Whose::Account(account, Some(place.issuer_id.clone()));
    replace(app, row, whose, row.stage).await
}

/// Signs out. Doing it again changes nothing.
///
/// # Errors
/// [`Error::Db`].
pub async fn end(app: &App, row: &SessionRow) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    match tx.end_session(&row.session_id).await {
        Ok(()) | Err(crate::db::Error::NoRow) => Ok(tx.commit().await?),
        Err(error) => Err(error.into()),
    }
}

/// Ends another session of the same account.
///
/// # Errors
/// [`Error::NotFound`] if the account has no such session.
pub async fn end_other(app: &App, account: &AccountId, id: &SessionId) -> Result<(), Error> {
    let all = app.db.sessions_of(account).await?;
    let other = all.iter().find(|row| &row.session_id == id);
    end(app, other.ok_or(Error::NotFound("session"))?).await
}

/// Ends every session of an account but this one.
///
/// # Errors
/// [`Error::Db`].
pub async fn end_others(app: &App, account: &AccountId, this: &SessionId) -> Result<u64, Error> {
    let mut tx = app.db.begin().await?;
    let ended = tx.end_sessions(account, Some(this)).await?;
    tx.commit().await?;
    Ok(ended)
}

/// `now` and so many seconds; never past the last instant there is.
pub(super) fn later(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(now.as_second().saturating_add(seconds)).unwrap_or(Timestamp::MAX)
}
