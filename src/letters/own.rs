//! What an organisation says in its letters instead of our words.

use super::{Error, Fault, KINDS, Kind, words};
use crate::{
    app::App,
    clock::Timestamp,
    db::{self, LetterRow, LetterTextRow, Tenant},
    mail::Reach,
    who::{Scope, Who},
};

/// A letter as an organisation sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnText {
    /// Which.
    pub kind: &'static Kind,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// Since when it is the organisation's own; `None`: it is ours.
    pub changed: Option<Timestamp>,
    /// Whether the organisation sends it.
    pub sent: bool,
    /// Words of its own that are not sent.
    pub unfit: Option<Unfit>,
}

/// An organisation's own words with faults that were none when they were written: ours are sent in
/// their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Their subject.
    pub subject: String,
    /// Their text.
    pub body: String,
    /// What is wrong with them.
    pub faults: Vec<Fault>,
}

impl Unfit {
    fn of(kind: &Kind, row: &LetterTextRow) -> Option<Unfit> {
        let faults = words::faults(kind, &row.subject, &row.body);
        (!faults.is_empty()).then(|| Unfit {
            subject: row.subject.clone(),
            body: row.body.clone(),
            faults,
        })
    }
}

/// The words in force: the organisation's own, if they are as they must be.
pub(super) async fn current(
    rows: &mut Tenant<'_>,
    kind: &'static Kind,
) -> Result<(String, String), Error> {
    let own = rows.letter_texts().await?;
    let own = own.into_iter().find(|row| row.kind == kind.word);
    let fit = own.filter(|row| Unfit::of(kind, row).is_none());
    Ok(match fit {
        Some(row) => (row.subject, row.body),
        None => (kind.subject.to_owned(), kind.body.to_owned()),
    })
}

/// Whether a letter of this kind goes out: it reaches somebody ([`Reach`]), and the organisation
/// sends it. Who writes one that need not be sent asks first.
///
/// # Errors
/// [`Error::Db`].
pub async fn goes_out(
    rows: &mut Tenant<'_>,
    app: &App,
    kind: &'static Kind,
) -> Result<bool, Error> {
    if Reach::of(&app.config) == Reach::Nobody {
        return Ok(false);
    }
    let silent = rows.silent_letters().await?;
    Ok(!silent.iter().any(|word| word == kind.word))
}

/// Sends a letter from now on, or no more. Doing it again changes nothing.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::Needed`] for one that is the only way in.
pub async fn set_sent(app: &App, who: &Who, kind: &'static Kind, sent: bool) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    if !sent && !kind.optional {
        return Err(Error::Needed(kind.title));
    }
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    if !rows.set_letter_silent(kind.word, !sent).await? {
        return Ok(());
    }
    let action = if sent { "letter.start" } else { "letter.stop" };
    rows.log(&[who.did(app, action, kind.word, app.now())])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Every letter as this organisation sends it.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`.
pub async fn texts(app: &App, who: &Who) -> Result<Vec<OwnText>, Error> {
    who.may(Scope::Manage)?;
    let mut rows = app.db.of(who.issuer());
    let (own, silent) = (rows.letter_texts().await?, rows.silent_letters().await?);
    let text = |kind: &&'static Kind| {
        let row = own.iter().find(|row| row.kind == kind.word);
        let unfit = row.and_then(|row| Unfit::of(kind, row));
        let row = row.filter(|_| unfit.is_none());
        OwnText {
            kind,
            unfit,
            subject: row.map_or(kind.subject, |row| &row.subject).to_owned(),
            body: row.map_or(kind.body, |row| &row.body).to_owned(),
            changed: row.map(|row| row.changed_at.into()),
            sent: !silent.iter().any(|word| word == kind.word),
        }
    };
    Ok(KINDS.iter().map(text).collect())
}

/// Says something of the organisation's own in a letter from now on.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::Faults`], all of them.
pub async fn set_text(
    app: &App,
    who: &Who,
    kind: &'static Kind,
    (subject, body): (&str, &str),
) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    let faults = words::faults(kind, subject, body);
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.set_letter_text(&LetterTextRow {
        kind: kind.word.to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
        changed_at: now.into(),
    })
    .await?;
    rows.log(&[who.did(app, "letter.change", kind.word, now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Goes back to our words. Doing it again changes nothing.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`.
pub async fn reset_text(app: &App, who: &Who, kind: &'static Kind) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    match rows.unset_letter_text(kind.word).await {
        Err(db::Error::NoRow) => return Ok(()),
        answer => answer?,
    }
    rows.log(&[who.did(app, "letter.reset", kind.word, app.now())])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// A letter as somebody would get it, with made-up values; nothing is kept or sent.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::Faults`], all of them.
pub async fn preview(
    app: &App,
    who: &Who,
    kind: &'static Kind,
    (subject, body): (&str, &str),
) -> Result<(String, String), Error> {
    who.may(Scope::Manage)?;
    let faults = words::faults(kind, subject, body);
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let issuer = app.db.of(who.issuer()).issuer().await?;
    let issuer = issuer.ok_or(Error::NotFound("organisation"))?;
    let link = app.config.public_url.join("/example");
    let values = [
        ("organisation", issuer.name.as_str()),
        ("achievement", "Reading a Gauge"),
        ("count", "3"),
        ("link", link.as_str()),
    ];
    Ok((words::fill(subject, &values)?, words::fill(body, &values)?))
}

/// The newest letters: which, when, and what became of them; never to whom.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`.
pub async fn log(app: &App, who: &Who, limit: i64) -> Result<Vec<LetterRow>, Error> {
    who.may(Scope::Manage)?;
    Ok(app.db.of(who.issuer()).letters(limit).await?)
}
