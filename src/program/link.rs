//! A learner's own link: what lets them in without an account, and ends by itself.
//!
//! Whoever of the organisation is shown one could do in the learner's place what only learners do. It
//! is noted, and they do not decide on what is worked on while they could be in with it: as if they
//! had proposed it.

use jiff::SignedDuration;

use super::{Error, learner, learner::Learner};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{LearnerLinkRow, Tenant};
use crate::ids::{IssuerId, LabId, PersonId};
use crate::who::{Scope, Token, Who, session, session::LEARNER_MOST_SECONDS};

/// For how many days a link works.
pub const DAYS: i64 = 30;
/// How many links of one learner work at once; a further one ends the oldest.
pub const MOST: i64 = 12;

/// Makes a link for a learner, to be shown to whoever asks for it; those before it go on working. The
/// secret is shown once; the page is `/me/in/` and the secret.
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
    is_shown(&mut rows, who, &person, now).await?;
    rows.log(&[who.did(app, "learner.link", person.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(token)
}

/// Notes that whoever asks is shown a link of a learner.
async fn is_shown(
    rows: &mut Tenant<'_>,
    who: &Who,
    person: &PersonId,
    now: Timestamp,
) -> Result<(), Error> {
    // The last session that it lets begin ends after it.
    let last =
        SignedDuration::from_hours(24 * DAYS) + SignedDuration::from_secs(LEARNER_MOST_SECONDS);
    let until = now.checked_add(last).unwrap_or(Timestamp::MAX);
    let times = (now.into(), until.into());
    rows.add_link_hand(person, who.principal(), times).await?;
    Ok(())
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
    let row = LearnerLinkRow {
        issuer_id: rows.issuer_id().clone(),
        person_id: person.clone(),
        token_hash: token.hash(),
        created_at: now.into(),
        expires_at: until.unwrap_or(now).into(),
    };
    rows.add_learner_link(&row, MOST).await?;
    Ok(token)
}

/// Makes a link for each learner who is expected at a lab, by name; those before it go on working.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`]; [`Error::Conflict`] if nobody
/// is expected.
pub async fn make_for_lab(
    app: &App,
    who: &Who,
    lab: &LabId,
) -> Result<Vec<(Learner, Token)>, Error> {
    who.may(Scope::Propose)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.lab(lab).await?.ok_or(Error::NotFound("lab"))?;
    let expected = rows.lab_learners(lab).await?;
    let learners = learner::these(app, &mut rows, &expected).await?;
    if learners.is_empty() {
        return Err(Error::conflict("nobody is expected at this lab"));
    }
    let mut made = Vec::with_capacity(learners.len());
    let mut lines = vec![who.did(app, "lab.cards", lab.as_str(), now)];
    for learner in learners {
        let token = make_in(app, &mut rows, &learner.person, now).await?;
        is_shown(&mut rows, who, &learner.person, now).await?;
        lines.push(who.did(app, "learner.link", learner.person.as_str(), now));
        made.push((learner, token));
    }
    rows.log(&lines).await?;
    tx.commit().await?;
    Ok(made)
}

/// When each link of a learner that works now ends, the last first.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`].
pub async fn all(app: &App, who: &Who, person: &PersonId) -> Result<Vec<Timestamp>, Error> {
    who.may(Scope::Propose)?;
    let mut rows = app.db.of(who.issuer());
    let person = learner::find(app, &mut rows, person).await?.person;
    let ends = rows.learner_links(&person, app.now().into()).await?;
    Ok(ends.into_iter().map(Into::into).collect())
}

/// Ends all links of a learner, and signs out whoever came in by one: how many there were. Doing it
/// again changes nothing.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`].
pub async fn end_all(app: &App, who: &Who, person: &PersonId) -> Result<u64, Error> {
    who.may(Scope::Propose)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let person = learner::find(app, &mut rows, person).await?.person;
    let ended = rows.end_learner_links(&person).await?;
    rows.log(&[who.did(app, "learner.links_end", person.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(ended)
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
