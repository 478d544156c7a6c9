//! A learner's own link: what lets them in without an account, and ends by itself.
//!
//! Whoever of the organisation is shown one could do in the learner's place what only learners do. It
//! is noted, and they do not decide on what is worked on while they could be in with it: as if they
//! had proposed it.

use jiff::SignedDuration;

use super::{Error, learner};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{LearnerLinkRow, Tenant};
use crate::ids::{IssuerId, PersonId};
use crate::who::{Scope, Token, Who, session, session::LEARNER_MOST_SECONDS};

/// For how many days a link works.
pub const DAYS: i64 = 30;

/// Makes a learner's link, to be shown to whoever asks for it; the one before stops working. The secret
/// is shown once; the page is `/me/in/` and the secret.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`].
pub async fn make(app: &App, who: &Who, person: &PersonId) -> Result<Token, Error> {
    who.may(Scope::Propose)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let person = learner::find(app, &mut rows, person).await?.person;
    let token = make_in(app, &mut rows, &person, now).await?;
    // The last session that it lets begin ends after it.
    let last =
        SignedDuration::from_hours(24 * DAYS) + SignedDuration::from_secs(LEARNER_MOST_SECONDS);
    let until = now.checked_add(last).unwrap_or(Timestamp::MAX);
    rows.add_link_hand(&person, who.principal(), (now.into(), until.into()))
        .await?;
    rows.log(&[who.did(app, "learner.link", person.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(token)
}

/// As [`make`], in the caller's transaction, for whatever reason the caller has, and to be shown to
/// nobody of the organisation.
pub(super) async fn make_in(
    app: &App,
    rows: &mut Tenant<'_>,
    person: &PersonId,
    now: Timestamp,
) -> Result<Token, Error> {
    let token = Token::random(app.chance.as_ref());
    let until = now.checked_add(SignedDuration::from_hours(24 * DAYS));
    rows.put_learner_link(&LearnerLinkRow {
        issuer_id: rows.issuer_id().clone(),
        person_id: person.clone(),
        token_hash: token.hash(),
        created_at: now.into(),
        expires_at: until.unwrap_or(now).into(),
    })
    .await?;
    Ok(token)
}

/// Whom a link lets in at this moment. `None` for one that is wrong or has ended: visitors are not
/// told which (threat J7).
///
/// # Errors
/// [`Error::Db`].
pub async fn look(app: &App, shown: &str) -> Result<Option<(IssuerId, PersonId)>, Error> {
    let Some(token) = Token::read(shown) else {
        return Ok(None);
    };
    let found = app.db.learner_link_by_hash(&token.hash()).await?;
    let now = app.now();
    let Some(row) = found.filter(|row| *row.expires_at > now) else {
        return Ok(None);
    };
    let person = learner::now_known_as(&mut app.db.of(&row.issuer_id), &row.person_id).await?;
    Ok(Some((row.issuer_id, person)))
}

/// Whether this is the secret of a learner's link, or of one that ended by itself: no guess.
///
/// # Errors
/// [`Error::Db`].
pub async fn was_one(app: &App, shown: &str) -> Result<bool, Error> {
    let Some(token) = Token::read(shown) else {
        return Ok(false);
    };
    Ok(app.db.learner_link_by_hash(&token.hash()).await?.is_some())
}

/// Lets whoever holds a link in: what their browser is to hold.
///
/// # Errors
/// [`Error::NotFound`] for one that is wrong or has ended.
pub async fn enter(app: &App, shown: &str, client: &str) -> Result<Token, Error> {
    let (issuer, person) = look(app, shown).await?.ok_or(Error::NotFound("link"))?;
    let session = session::start_learner(app, &issuer, &person, client).await;
    session.map_err(|error| match error {
        crate::who::Error::Db(cause) => Error::Db(cause),
        _ => Error::NotFound("link"),
    })
}
