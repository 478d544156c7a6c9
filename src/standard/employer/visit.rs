//! The employer's side: a link is followed, started with, and answered once.

use serde::{Deserialize, Serialize};

use super::{Details, seal, sign::sign, unseal};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, EndorsementRow, EndorsementState, IssuerRow};
use crate::issue::{Achievement, Error, publish};
use crate::standard::{Texts, unfit};
use crate::who::{Token, Who};

/// The longest comment, in characters.
pub const COMMENT_CHARS: usize = 1_000;

/// What an employer is shown.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Who asks.
    pub issuer: IssuerRow,
    /// About what.
    pub achievement: Achievement,
    /// How far it has come.
    pub state: EndorsementState,
    /// Whether the link went out in a letter.
    pub by_letter: bool,
    /// Until when an answer is taken.
    pub expires_at: Timestamp,
    /// Who they are, as the organisation wrote it, and what they said.
    pub details: Details,
}

/// What an employer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Endorses the edition.
    Endorse,
    /// Says something to the organisation, and endorses nothing.
    Comment,
    /// Would rather not.
    Decline,
}

/// An answer with its words.
#[derive(Clone, PartialEq, Eq)]
pub struct Words {
    /// What is answered.
    pub answer: Answer,
    /// The employer's name, as it is to be published.
    pub organisation: String,
    /// What whoever answers does there.
    pub role: String,
    /// What they say.
    pub comment: String,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words(***)")
    }
}

/// What stands behind a link that was not used yet. Wrong, used, expired and taken back all look
/// the same: there is nothing.
///
/// # Errors
/// [`Error::Db`], [`Error::Custody`].
pub async fn behind(app: &App, token: &str) -> Result<Option<Visit>, Error> {
    let Some(token) = Token::read(token) else {
        return Ok(None);
    };
    let row = app.db.endorsement_by_token(&token.hash()).await?;
    let row = row.filter(|row| row.state == EndorsementState::Invited);
    shown(app, row).await
}

/// Whether this is the secret of a link that there was, whatever became of it: no guess.
///
/// # Errors
/// [`Error::Db`].
pub async fn was_one(app: &App, token: &str) -> Result<bool, Error> {
    let Some(token) = Token::read(token) else {
        return Ok(false);
    };
    Ok(app.db.endorsement_by_token(&token.hash()).await?.is_some())
}

/// Starts with a link, which is used up by it: the secret that the visit goes on with.
///
/// # Errors
/// [`Error::Db`].
pub async fn start(app: &App, token: &str) -> Result<Option<Token>, Error> {
    let now = app.now();
    let Some(token) = Token::read(token) else {
        return Ok(None);
    };
    let row = app.db.endorsement_by_token(&token.hash()).await?;
    let open =
        |row: &EndorsementRow| row.state == EndorsementState::Invited && *row.expires_at > now;
    let Some(row) = row.filter(open) else {
        return Ok(None);
    };
    let visit = Token::random(app.chance.as_ref());
    let next = EndorsementRow {
        state: EndorsementState::Started,
        visit_hash: Some(visit.hash()),
        changed_at: now.into(),
        ..row.clone()
    };
    let started = put(app, EndorsementState::Invited, &next, "employer.start").await?;
    Ok(started.then_some(visit))
}

/// What whoever started with a link is shown; nothing once it has expired or was taken back.
///
/// # Errors
/// [`Error::Db`], [`Error::Custody`].
pub async fn visit(app: &App, secret: &str) -> Result<Option<Visit>, Error> {
    let Some(secret) = Token::read(secret) else {
        return Ok(None);
    };
    let row = app.db.endorsement_by_visit(&secret.hash()).await?;
    let row = row.filter(|row| row.state != EndorsementState::Withdrawn);
    shown(app, row).await
}

async fn shown(app: &App, row: Option<EndorsementRow>) -> Result<Option<Visit>, Error> {
    let now = app.now();
    let Some(row) = row.filter(|row| *row.expires_at > now) else {
        return Ok(None);
    };
    let mut rows = app.db.of(&row.issuer_id);
    let issuer = rows
        .issuer()
        .await?
        .ok_or(Error::NotFound("organisation"))?;
    let achievement = publish::load(&mut rows, &row.achievement_id).await?;
    Ok(Some(Visit {
        issuer,
        achievement,
        state: row.state,
        by_letter: row.by_letter,
        expires_at: *row.expires_at,
        details: unseal(app, &row)?.unwrap_or_default(),
    }))
}

/// Moves an invitation on; `false` if somebody else was first.
async fn put(
    app: &App,
    from: EndorsementState,
    row: &EndorsementRow,
    action: &str,
) -> Result<bool, Error> {
    let now = app.now();
    let id = row.endorsement_id.as_str();
    let who = Who::appointed(row.issuer_id.clone(), id, &[]);
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(&row.issuer_id);
    match rows.move_endorsement(from, row).await {
        Err(db::Error::NoRow) => return Ok(false),
        other => other?,
    }
    rows.log(&[who.did(app, action, id, now)]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes an employer's answer, once. An endorsement is signed here.
///
/// # Errors
/// [`Error::Faults`]; [`Error::NotFound`] if the visit has ended; [`Error::Conflict`] if there is an
/// answer already.
pub async fn answer(app: &App, secret: &str, words: &Words) -> Result<(), Error> {
    let now = app.now();
    let secret = Token::read(secret).ok_or(Error::NotFound("visit"))?;
    let row = app.db.endorsement_by_visit(&secret.hash()).await?;
    let row = row.filter(|row| *row.expires_at > now);
    let row = row.ok_or(Error::NotFound("visit"))?;
    if row.state != EndorsementState::Started {
        return Err(Error::Conflict("you have answered already".to_owned()));
    }
    check_words(words)?;
    let details = Details {
        organisation: words.organisation.trim().to_owned(),
        role: words.role.trim().to_owned(),
        comment: words.comment.trim().to_owned(),
        ..unseal(app, &row)?.unwrap_or_default()
    };
    let (state, action) = match words.answer {
        Answer::Endorse => (EndorsementState::Endorsed, "employer.endorse"),
        Answer::Comment => (EndorsementState::Commented, "employer.comment"),
        Answer::Decline => (EndorsementState::Declined, "employer.decline"),
    };
    let document = match words.answer {
        Answer::Endorse => Some(sign(app, &row, &details, now).await?),
        _ => None,
    };
    let next = EndorsementRow {
        state,
        details_sealed: Some(seal(app, &row.issuer_id, &row.endorsement_id, &details)?),
        document,
        changed_at: now.into(),
        ..row
    };
    if put(app, EndorsementState::Started, &next, action).await? {
        Ok(())
    } else {
        Err(Error::Conflict("you have answered already".to_owned()))
    }
}

fn check_words(words: &Words) -> Result<(), Error> {
    let mut texts = Texts::default();
    for (at, text) in [
        ("/organisation", &words.organisation),
        ("/role", &words.role),
        ("/comment", &words.comment),
    ] {
        if !unfit(text).is_empty() {
            texts.fault(at, "has a character that is not text");
        }
    }
    if words.comment.chars().count() > COMMENT_CHARS {
        texts.fault(
            "/comment",
            format!("is longer than {COMMENT_CHARS} characters"),
        );
    }
    if words.answer != Answer::Decline {
        texts.name("/organisation", &words.organisation, "the employer's name");
        texts.line("/role", &words.role);
    }
    if words.answer == Answer::Comment && words.comment.trim().is_empty() {
        texts.fault("/comment", "is missing: what you would like to say");
    }
    texts.done()
}
