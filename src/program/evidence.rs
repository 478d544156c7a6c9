//! What is handed in with an attempt: links, notes and files.
//!
//! Files are written anew without what is not seen ([`files::clean`]), sealed with the learner's key
//! and kept under a name made of the sealed bytes: erasing the learner makes every copy unreadable.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{By, Error, attempt, may_look, sealed};
use crate::app::App;
use crate::clock::Timestamp;
use crate::custody::{PersonKey, Purpose};
use crate::db::{AttemptEvidenceRow, AttemptState, EvidenceKind, Tenant};
use crate::files::{self, Clean};
use crate::ids::{AttemptId, EvidenceId, IssuerId};
use crate::issue::Error as IssueError;
use crate::who::Scope;

/// The most pieces of evidence of one attempt.
pub const PIECES: usize = 20;
/// The most characters of a piece's name.
pub const NAME_CHARS: usize = 120;
/// The most characters of a link.
pub const LINK_CHARS: usize = 2_000;

/// A piece of evidence, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its id.
    pub id: EvidenceId,
    /// What it is.
    pub kind: EvidenceKind,
    /// Its name, as the learner gave it.
    pub name: String,
    /// The link or the note; empty for a file.
    pub text: String,
    /// What kind of file.
    pub media_type: Option<String>,
    /// How many bytes can be downloaded.
    pub bytes: i64,
    /// The SHA-256 of what can be downloaded.
    pub sha256: Option<Vec<u8>>,
    /// In which round it was added.
    pub round: i64,
    /// Who added it.
    pub added_by: String,
    /// When.
    pub added_at: Timestamp,
}

/// What is sealed of a piece.
#[derive(Serialize, Deserialize)]
struct Body {
    name: String,
    text: String,
}

/// What is to be added.
#[derive(Clone, PartialEq, Eq)]
pub enum New {
    /// An address on the web.
    Link(String),
    /// A text.
    Note(String),
    /// A file, as it arrived.
    File(Vec<u8>),
}

impl std::fmt::Debug for New {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("New(***)")
    }
}

/// How long a file may be on its way until something refers to it.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_hours(24);

/// Adds a piece of evidence to an attempt that is open or was returned.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`]; [`Error::Faults`];
/// [`Error::File`]; [`Error::Conflict`] if it is handed in or has too many pieces.
pub async fn add(
    app: &App,
    by: &By,
    id: &AttemptId,
    name: &str,
    new: New,
) -> Result<EvidenceId, Error> {
    let now = app.now();
    let mut rows = app.db.of(by.issuer());
    let row = attempt::find(&mut rows, id).await?;
    by.may(Scope::Propose, &row.person_id)?;
    is_open(row.state)?;
    has_room(&mut rows, id).await?;
    let mut faults = Vec::new();
    let name = sealed::line(&mut faults, "name", name, NAME_CHARS, false);
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let (kind, text, clean) = read(new).await?;
    let key = sealed::key_to_write(app, &mut rows, &row.sealed_for).await?;
    let evidence_id = EvidenceId::random(app.chance.as_ref());
    let body = serde_json::to_string(&Body { name, text })
        .map_err(|_| IssueError::Internal("evidence cannot be written".to_owned()))?;
    let chance = app.chance.as_ref();
    let file = match &clean {
        None => None,
        Some(clean) => {
            let sealed = key.seal(evidence_id.as_str(), Purpose::File, &clean.bytes, chance);
            Some(put(app, by.issuer(), sealed, now).await?)
        }
    };
    let piece = AttemptEvidenceRow {
        body_sealed: sealed::seal(app, &key, evidence_id.as_str(), &body),
        evidence_id,
        attempt_id: id.clone(),
        round: row.round,
        kind,
        file,
        media_type: clean.as_ref().map(|clean| clean.media_type.to_owned()),
        bytes: clean
            .as_ref()
            .and_then(|clean| i64::try_from(clean.bytes.len()).ok()),
        sha256: clean.as_ref().map(Clean::sha256),
        added_by: by.actor().to_owned(),
        added_at: now.into(),
    };
    match keep(app, by, &piece).await {
        Ok(()) => Ok(piece.evidence_id),
        Err(error) => {
            // Nothing refers to it, and nothing will: it need not wait for its day.
            if let Some(file) = &piece.file
                && let Err(cause) = app.files.delete(file).await
            {
                tracing::error!(%cause, "a file that was refused is deleted later");
            }
            Err(error)
        }
    }
}

/// Keeps a sealed file: where. It is noted first, as one that nothing refers to, so that a crash at
/// any moment leaves no file behind that nobody would ever delete.
async fn put(
    app: &App,
    issuer: &IssuerId,
    sealed: Vec<u8>,
    now: Timestamp,
) -> Result<String, Error> {
    let name = files::name_of(issuer, &sealed);
    let until = now.checked_add(ON_ITS_WAY).unwrap_or(Timestamp::MAX);
    let mut tx = app.db.begin().await?;
    tx.of(issuer).file_is_coming(&name, until.into()).await?;
    tx.commit().await?;
    app.files.put(&name, sealed).await?;
    Ok(name)
}

async fn keep(app: &App, by: &By, piece: &AttemptEvidenceRow) -> Result<(), Error> {
    let (id, now) = (&piece.attempt_id, *piece.added_at);
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(by.issuer());
    let row = attempt::hold(&mut rows, id).await?;
    is_open(row.state)?;
    has_room(&mut rows, id).await?;
    // Whoever hands it in at this moment notices.
    attempt::change(&mut rows, &row).await?;
    rows.add_attempt_evidence(piece).await?;
    if let Some(file) = &piece.file {
        rows.file_has_come(file).await?;
    }
    attempt::touched(&mut rows, by, id).await?;
    rows.log(&[by.did(app, "evidence.add", piece.evidence_id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn has_room(rows: &mut Tenant<'_>, id: &AttemptId) -> Result<(), Error> {
    if rows.evidence_of_attempt(id).await?.len() >= PIECES {
        let sentence = format!("an attempt has at most {PIECES} pieces of evidence");
        return Err(Error::Conflict(sentence));
    }
    Ok(())
}

/// Reads what is to be added. Files take a while, away from the threads that answer.
async fn read(new: New) -> Result<(EvidenceKind, String, Option<Clean>), Error> {
    match new {
        New::Link(link) => {
            let link = link.trim().to_owned();
            let good = url::Url::parse(&link)
                .is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.host().is_some());
            if !good || link.chars().count() > LINK_CHARS {
                let sentence = "is no address on the web: it begins with https://";
                return Err(Error::field("link", sentence));
            }
            Ok((EvidenceKind::Link, link, None))
        }
        New::Note(note) => {
            let note = sealed::note("note", &note)?;
            if note.is_empty() {
                return Err(Error::field("note", "is missing: say what was done"));
            }
            Ok((EvidenceKind::Note, note, None))
        }
        New::File(bytes) => {
            let read = files::in_turn(move || files::clean(&bytes)).await;
            let clean = read.ok_or(files::Refused::Damaged)??;
            Ok((EvidenceKind::File, String::new(), Some(clean)))
        }
    }
}

fn is_open(state: AttemptState) -> Result<(), Error> {
    match state {
        AttemptState::Open | AttemptState::Returned => Ok(()),
        AttemptState::Submitted => Err(Error::conflict(
            "this attempt is handed in: evidence is added before that, or after a return",
        )),
        AttemptState::Approved | AttemptState::Withdrawn => {
            Err(Error::conflict("this attempt is over"))
        }
    }
}

/// Takes a piece of evidence away, of the round that is under way: what a reviewer has read stays.
///
/// # Errors
/// [`Error::Refused`] without the scope `propose`; [`Error::NotFound`]; [`Error::Conflict`].
pub async fn remove(app: &App, by: &By, id: &AttemptId, piece: &EvidenceId) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(by.issuer());
    let row = attempt::find(&mut rows, id).await?;
    by.may(Scope::Propose, &row.person_id)?;
    is_open(row.state)?;
    let found = rows.attempt_evidence(piece).await?;
    let found = found.filter(|found| found.attempt_id == *id);
    let found = found.ok_or(Error::NotFound("piece of evidence"))?;
    if found.round < row.round {
        return Err(Error::conflict("a reviewer has read this piece: it stays"));
    }
    attempt::change(&mut rows, &row).await?;
    rows.remove_attempt_evidence(piece).await?;
    attempt::touched(&mut rows, by, id).await?;
    rows.log(&[by.did(app, "evidence.remove", piece.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// A file that was handed in, for its learner or whoever works with learners.
///
/// # Errors
/// [`Error::Refused`]; [`Error::NotFound`], also for another organisation's and for who was erased.
pub async fn file(app: &App, by: &By, id: &EvidenceId) -> Result<(String, Vec<u8>), Error> {
    let nothing = || Error::NotFound("file");
    let mut rows = app.db.of(by.issuer());
    let found = rows.attempt_evidence(id).await?.ok_or_else(nothing)?;
    let row = attempt::find(&mut rows, &found.attempt_id).await?;
    match by {
        By::Staff(who) => may_look(who)?,
        By::Learner(_, own) if *own == row.person_id => {}
        By::Learner(..) => return Err(nothing()),
    }
    let (Some(file), Some(media_type)) = (found.file, found.media_type) else {
        return Err(nothing());
    };
    let key = sealed::key(app, &mut rows, &row.sealed_for).await?;
    let key = key.ok_or_else(nothing)?;
    let kept = app.files.get(&file).await?;
    let bytes = key.unseal(id.as_str(), Purpose::File, &kept)?;
    Ok((media_type, bytes.to_vec()))
}

pub(super) fn open_all(
    key: Option<&PersonKey>,
    rows: Vec<AttemptEvidenceRow>,
) -> Result<Vec<Piece>, Error> {
    rows.into_iter().map(|row| open(key, row)).collect()
}

fn open(key: Option<&PersonKey>, row: AttemptEvidenceRow) -> Result<Piece, Error> {
    let text = sealed::open(key, row.evidence_id.as_str(), Some(&row.body_sealed))?;
    let body: Body = serde_json::from_str(&text).unwrap_or(Body {
        name: String::new(),
        text: String::new(),
    });
    Ok(Piece {
        id: row.evidence_id,
        kind: row.kind,
        name: body.name,
        text: body.text,
        media_type: row.media_type,
        bytes: row.bytes.unwrap_or_default(),
        sha256: row.sha256,
        round: row.round,
        added_by: row.added_by,
        added_at: row.added_at.into(),
    })
}
