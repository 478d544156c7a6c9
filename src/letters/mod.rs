//! Letters: which there are, what they say, and that each is sent.
//!
//! A letter is written down in the transaction of its cause ([`send`]), sealed, with work to send
//! it; a worker hands it to [`crate::mail`] ([`deliver`]). It is sent at least once, and always with
//! the same Message-ID (threat H12). A letter says that there is something to look at, and where:
//! never a result, a level, a piece of feedback or evidence, and no name but the organisation's
//! (threat J15).
//!
//! To add a letter: one line in [`KINDS`].

mod error;
mod kinds;
mod many;
mod own;
mod ways_in;
mod words;

pub use error::{Error, Fault};
pub use kinds::{
    EARNED, EMPLOYER, GUARDIAN, INVITATION, INVITATION_REMINDER, KINDS, Kind, NOT_YET, REMINDER,
    RESET, REVIEW_REMINDER, kind,
};
pub use many::{About, send_many};
pub use own::{OwnText, Unfit, goes_out, log, preview, reset_text, set_sent, set_text, texts};
use serde::{Deserialize, Serialize};
pub use ways_in::{WayIn, forgotten, invite, let_in, remind_invited};

use crate::{
    app::App,
    clock::Timestamp,
    custody::Purpose,
    db::{self, LetterRow, LetterState, PersonRow, Tenant},
    ids::{IssuerId, LetterId, PersonId},
    mail::{Refusal, Sheet},
    queue,
};

/// A letter to be written.
#[derive(Clone)]
pub struct Letter<'a> {
    /// Which: one of [`KINDS`].
    pub kind: &'static Kind,
    /// To which address.
    pub to: &'a str,
    /// The learner whose address it is: the letter is then sealed with that person's key.
    pub person: Option<&'a PersonId>,
    /// What the placeholders stand for, but for `organisation`, which is known.
    pub values: &'a [(&'a str, &'a str)],
    /// Its id, where the same cause must not make two letters; of one about a credential, the
    /// credential's.
    pub id: Option<LetterId>,
}

/// What is sealed: where it goes and what it says, with every placeholder filled.
#[derive(Serialize, Deserialize)]
struct Content {
    to: String,
    from: String,
    subject: String,
    text: String,
}

/// Writes a letter down in the caller's transaction, to be sent after it; the letter's id. One with
/// an id that was used before is not written again.
///
/// # Errors
/// [`Error::Faults`] if a placeholder of the letter has no value; [`Error::NotFound`] if there is
/// no such organisation or person, or the person was erased.
pub async fn send(
    rows: &mut Tenant<'_>,
    app: &App,
    letter: &Letter<'_>,
) -> Result<LetterId, Error> {
    let random = || LetterId::random(app.chance.as_ref());
    let id = letter.id.clone().unwrap_or_else(random);
    send_as(rows, app, letter, &id).await?;
    Ok(id)
}

/// As [`send`], with this id, whatever the letter says; whether it was not written before.
///
/// # Errors
/// As [`send`].
pub async fn send_as(
    rows: &mut Tenant<'_>,
    app: &App,
    letter: &Letter<'_>,
    id: &LetterId,
) -> Result<bool, Error> {
    let issuer = rows.issuer().await?;
    let issuer = issuer.ok_or(Error::NotFound("organisation"))?;
    let words = own::current(rows, letter.kind).await?;
    let content = compose(&issuer.name, &words, letter.to, letter.values)?;
    let sealed = seal(rows, app, letter.person, id, &content).await?;
    let row = waiting(rows, app, letter.kind, (id, letter.person), sealed);
    let written = rows.add_letters(&[row]).await?;
    for id in &written {
        // Somebody's way in does not wait behind a thousand that tell of a badge.
        if letter.kind.optional {
            queue::put(rows, app, queue::LETTER, id.as_str()).await?;
        } else {
            queue::put_first(rows, app, queue::LETTER, id.as_str()).await?;
        }
    }
    Ok(!written.is_empty())
}

/// What a letter of the organisation of this name says.
fn compose(
    organisation: &str,
    (subject, body): &(String, String),
    to: &str,
    own: &[(&str, &str)],
) -> Result<Content, Error> {
    let mut values = vec![("organisation", organisation)];
    values.extend_from_slice(own);
    Ok(Content {
        to: to.trim().to_owned(),
        from: organisation.to_owned(),
        subject: words::fill(subject, &values)?,
        text: words::fill(body, &values)?,
    })
}

/// The row of a letter that is to be sent.
fn waiting(
    rows: &Tenant<'_>,
    app: &App,
    kind: &'static Kind,
    (id, person): (&LetterId, Option<&PersonId>),
    sealed: Vec<u8>,
) -> LetterRow {
    LetterRow {
        issuer_id: rows.issuer_id().clone(),
        letter_id: id.clone(),
        kind: kind.word.to_owned(),
        person_id: person.cloned(),
        letter_sealed: Some(sealed),
        state: LetterState::Waiting,
        problem: None,
        created_at: app.now().into(),
        finished_at: None,
    }
}

async fn seal(
    rows: &mut Tenant<'_>,
    app: &App,
    person: Option<&PersonId>,
    id: &LetterId,
    content: &Content,
) -> Result<Vec<u8>, Error> {
    let text = serde_json::to_vec(content).map_err(|_| Error::Unreadable)?;
    let (issuer, chance) = (rows.issuer_id().clone(), app.chance.as_ref());
    let Some(person) = person else {
        let sealed = app
            .custody
            .seal(&issuer, id.as_str(), Purpose::Letter, &text, chance);
        return Ok(sealed?);
    };
    let row = rows.person(person).await?;
    let key = row.as_ref().and_then(|row| row.key_sealed.as_deref());
    let key = key.ok_or(Error::NotFound("learner"))?;
    let key = app.custody.person_key(&issuer, person, key)?;
    Ok(key.seal(id.as_str(), Purpose::Letter, &text, chance))
}

/// What became of handing a letter on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is out, or nothing is left to do.
    Ended,
    /// It was not taken; perhaps later.
    Later(String),
}

/// Sends a letter that waits. One that is cut off between sending and noting it is sent again,
/// with the same Message-ID.
///
/// # Errors
/// [`Error`] if it could not be read, or not be noted that it was sent.
pub async fn deliver(app: &App, issuer: &IssuerId, id: &LetterId) -> Result<Outcome, Error> {
    let mut rows = app.db.of(issuer);
    let Some(row) = rows.letter(id).await? else {
        return Ok(Outcome::Ended);
    };
    let person = match &row.person_id {
        Some(person) => rows.person(person).await?,
        None => None,
    };
    let Some(content) = open(app, &row, person.as_ref())? else {
        return Ok(Outcome::Ended);
    };
    let sheet = sheet(id, &content, row.created_at.into());
    let now = app.now().into();
    let (end, problem) = match app.mail.send(&app.config, &sheet).await {
        Ok(()) => (LetterState::Sent, None),
        Err(Refusal::Never(why)) => (LetterState::Failed, Some(why)),
        Err(Refusal::Later(why)) => return Ok(Outcome::Later(why)),
    };
    match rows.end_letter(id, end, problem.as_deref(), now).await {
        // Another worker sent it too, or the learner was erased meanwhile.
        Ok(()) | Err(db::Error::NoRow) => Ok(Outcome::Ended),
        Err(error) => Err(error.into()),
    }
}

/// Gives a letter up that could not be sent for too long.
///
/// # Errors
/// [`Error::Db`].
pub async fn give_up(app: &App, issuer: &IssuerId, id: &LetterId, why: &str) -> Result<(), Error> {
    let mut rows = app.db.of(issuer);
    let ended = rows.end_letter(id, LetterState::Failed, Some(why), app.now().into());
    match ended.await {
        Ok(()) | Err(db::Error::NoRow) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn open(app: &App, row: &LetterRow, person: Option<&PersonRow>) -> Result<Option<Content>, Error> {
    let Some(sealed) = &row.letter_sealed else {
        return Ok(None);
    };
    let (issuer, id) = (&row.issuer_id, row.letter_id.as_str());
    let text = match (&row.person_id, person.and_then(|p| p.key_sealed.as_deref())) {
        (None, _) => app.custody.unseal(issuer, id, Purpose::Letter, sealed)?,
        (Some(person), Some(key)) => {
            let key = app.custody.person_key(issuer, person, key)?;
            key.unseal(id, Purpose::Letter, sealed)?
        }
        // Erased meanwhile.
        (Some(_), None) => return Ok(None),
    };
    let content = serde_json::from_slice(&text).map_err(|_| Error::Unreadable)?;
    Ok(Some(content))
}

fn sheet(id: &LetterId, content: &Content, at: Timestamp) -> Sheet {
    Sheet {
        id: id.to_string(),
        from: content.from.clone(),
        to: content.to.clone(),
        subject: content.subject.clone(),
        text: content.text.clone(),
        html: words::html(&content.text),
        at,
    }
}
