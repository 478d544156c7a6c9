//! What a guardian reads: what is kept for a learner who is not of age, by a link of their own.
//!
//! Somebody of the organisation sends the link; nothing goes to a guardian by itself, for whether
//! they may know is the organisation's to say. It is for reading: whoever holds it does nothing as the
//! learner, and the learner's own link goes on working. It ends by itself, when another is made, when
//! it is ended, when what is known of the guardian changes, and when the learner comes of age.

use jiff::{SignedDuration, tz::TimeZone};

use super::{
    By, Error,
    attempt::{self, Answer, Listed},
    learner,
};
use crate::app::App;
use crate::clock::Timestamp;
use crate::custody;
use crate::db::{GuardianLinkRow, HoldingRow, StatusState};
use crate::ids::{IssuerId, PersonId};
use crate::issue::{
    self,
    people::{self, Details},
};
use crate::letters::{self, Letter};
use crate::mail::Reach;
use crate::who::{Scope, Token, Who};

/// For how many days a link works.
pub const DAYS: i64 = 30;
/// How many links of one organisation go out within 24 hours.
pub const A_DAY: i64 = 1_000;
/// From one link to the next of one learner's guardian: seconds.
const PAUSE_SECONDS: i64 = 3_600;
/// How many attempts are shown, the newest first.
const SHOWN: usize = 100;

/// A link that was made, and how it gets to whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Until when it works.
    pub until: Timestamp,
    /// The link's secret, to be handed over; `None` if it is in a letter alone.
    pub link: Option<Token>,
    /// Whom letters reach: why it is to be handed over.
    pub reach: Reach,
}

/// How it stands with the guardian of a learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Why no link can be sent; `None`: one can.
    pub why_not: Option<&'static str>,
    /// Of the link that works: when it was made, and until when it works.
    pub link: Option<(Timestamp, Timestamp)>,
}

/// Sends the guardian of a learner a link; the one before stops working. Where no mail server is set
/// up the link is shown instead. Its page is `/guardian/` and the secret.
///
/// # Errors
/// [`Error::Refused`] without the scope `programs`; [`Error::NotFound`]; [`Error::Conflict`] if the
/// learner is of age, or no address of a guardian is known; [`Error::TooOften`].
pub async fn send(app: &App, who: &Who, person: &PersonId) -> Result<Sent, Error> {
    who.may(Scope::Programs)?;
    let (now, reach) = (app.now(), Reach::of(&app.config));
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let learner = learner::find(app, &mut rows, person).await?;
    if let Some(why) = why_not(&learner.details, reach, now) {
        return Err(Error::conflict(why));
    }
    let yesterday = ago(now, 24 * 3_600);
    if rows.guardian_links_since(yesterday.into()).await? >= A_DAY {
        return Err(Error::TooOften {
            sentence: "so many guardians were sent a link today that no more are: try again tomorrow",
            seconds: 3_600,
        });
    }
    let token = Token::random(app.chance.as_ref());
    let until = now.checked_add(SignedDuration::from_hours(24 * DAYS));
    let until = until.unwrap_or(now);
    let row = GuardianLinkRow {
        issuer_id: who.issuer().clone(),
        person_id: learner.person.clone(),
        token_hash: token.hash(),
        contact_hash: contact_hash(app, who.issuer(), &learner.person, &learner.details)?,
        created_at: now.into(),
        expires_at: until.into(),
    };
    let before = ago(now, PAUSE_SECONDS);
    if !rows.put_guardian_link(&row, before.into()).await? {
        return Err(Error::TooOften {
            sentence: "this guardian was given a link within the last hour: the next one can go when that hour is over",
            seconds: 3_600,
        });
    }
    if reach != Reach::Nobody {
        let path = format!("/guardian/{}", token.reveal());
        let letter = Letter {
            kind: letters::GUARDIAN,
            to: learner.details.guardian_address().unwrap_or_default(),
            person: Some(&learner.person),
            values: &[("link", &app.config.public_url.join(&path))],
            id: None,
        };
        letters::send(&mut rows, app, &letter)
            .await
            .map_err(of_letter)?;
    }
    rows.log(&[who.did(app, "guardian.link", learner.person.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(Sent {
        until,
        link: (reach != Reach::Everybody).then_some(token),
        reach,
    })
}

fn ago(now: Timestamp, seconds: i64) -> Timestamp {
    let then = now.checked_sub(SignedDuration::from_secs(seconds));
    then.unwrap_or(Timestamp::MIN)
}

/// Why the guardian of a learner of whom this is known is sent no link.
fn why_not(details: &Details, reach: Reach, now: Timestamp) -> Option<&'static str> {
    if is_of_age(details, now) {
        Some("this learner is of age: what is kept is theirs to show")
    } else if details.guardian.is_none() {
        Some("no guardian is written down for this learner")
    } else if reach != Reach::Nobody && details.guardian_address().is_none() {
        Some("what is written down of the guardian does not hold exactly one e-mail address")
    } else {
        None
    }
}

fn is_of_age(details: &Details, now: Timestamp) -> bool {
    details.is_of_age(now.to_zoned(TimeZone::UTC).date())
}

/// What is known of the guardian of a learner, as a hash that only this service can make.
fn contact_hash(
    app: &App,
    issuer: &IssuerId,
    person: &PersonId,
    details: &Details,
) -> Result<Vec<u8>, custody::Fault> {
    let contact = details.guardian.as_deref().unwrap_or_default().trim();
    app.custody
        .lookup_hash(issuer, &format!("guardian|{person}|{contact}"))
}

fn of_letter(error: letters::Error) -> Error {
    match error {
        letters::Error::Refused(refusal) => Error::Refused(refusal),
        letters::Error::NotFound(thing) => Error::NotFound(thing),
        letters::Error::Custody(cause) => cause.into(),
        letters::Error::Db(cause) => Error::Db(cause),
        cause => Error::Issue(issue::Error::Internal(cause.to_string())),
    }
}

/// Ends the link of a learner's guardian.
///
/// # Errors
/// [`Error::Refused`] without the scope `programs`; [`Error::NotFound`], also if none works.
pub async fn end(app: &App, who: &Who, person: &PersonId) -> Result<(), Error> {
    who.may(Scope::Programs)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let person = learner::find(app, &mut rows, person).await?.person;
    match rows.end_guardian_link(&person, now.into()).await {
        Err(crate::db::Error::NoRow) => return Err(Error::NotFound("link of a guardian")),
        ended => ended?,
    }
    rows.log(&[who.did(app, "guardian.end", person.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// How it stands with the guardian of a learner.
///
/// # Errors
/// [`Error::Refused`] without the scope `programs`; [`Error::NotFound`].
pub async fn standing(app: &App, who: &Who, person: &PersonId) -> Result<Standing, Error> {
    who.may(Scope::Programs)?;
    let now = app.now();
    let mut rows = app.db.of(who.issuer());
    let learner = learner::find(app, &mut rows, person).await?;
    let row = rows.guardian_link(&learner.person).await?;
    let row = row.filter(|row| works(app, row, &learner.details, now));
    Ok(Standing {
        why_not: why_not(&learner.details, Reach::of(&app.config), now),
        link: row.map(|row| (row.created_at.into(), row.expires_at.into())),
    })
}

fn works(app: &App, row: &GuardianLinkRow, details: &Details, now: Timestamp) -> bool {
    let contact = contact_hash(app, &row.issuer_id, &row.person_id, details);
    let is_theirs = contact.is_ok_and(|hash| hash == row.contact_hash);
    *row.expires_at > now && is_theirs && !is_of_age(details, now)
}

/// What is kept for a learner, as a guardian reads it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The organisation's name.
    pub organisation: String,
    /// How to reach it.
    pub contact: Option<String>,
    /// Until when the link works.
    pub until: Timestamp,
    /// What the learner was given and was not taken back, the oldest first.
    pub earned: Vec<HoldingRow>,
    /// What the learner tried, the newest first, with what was decided and said.
    pub attempts: Vec<(Listed, Vec<Answer>)>,
}

/// What whoever holds a link reads at this moment. `None` for one that is wrong or has ended:
/// visitors are not told which (threat J7).
///
/// # Errors
/// [`Error::Db`] and the like.
pub async fn read(app: &App, shown: &str) -> Result<Option<Kept>, Error> {
    let Some(token) = Token::read(shown) else {
        return Ok(None);
    };
    let Some(row) = app.db.guardian_link_by_hash(&token.hash()).await? else {
        return Ok(None);
    };
    let mut rows = app.db.of(&row.issuer_id);
    let person = rows.person(&row.person_id).await?;
    let details = match &person {
        Some(person) => people::open(app, person)?,
        None => None,
    };
    let works = details.is_some_and(|details| works(app, &row, &details, app.now()));
    let organisation = rows.issuer().await?.filter(|_| works);
    let Some(organisation) = organisation else {
        return Ok(None);
    };
    let mut earned = rows.holdings_of(&row.person_id).await?;
    earned.retain(|one| one.status != StatusState::Revoked);
    let by = By::Learner(row.issuer_id.clone(), row.person_id.clone());
    let mut attempts = Vec::new();
    let listed = attempt::of_learner(app, &by, &row.person_id).await?;
    for one in listed.into_iter().take(SHOWN) {
        let answers = attempt::view(app, &by, &one.row.attempt_id).await?.answers;
        attempts.push((one, answers));
    }
    Ok(Some(Kept {
        organisation: organisation.name,
        contact: organisation.contact,
        until: row.expires_at.into(),
        earned,
        attempts,
    }))
}
