//! The same letter to many learners, each about something of their own: a few statements for all.

use super::{Error, Kind, compose, own, waiting};
use crate::{
    app::App,
    custody::Purpose,
    db::{LetterRow, PersonRow, Tenant},
    ids::LetterId,
    queue,
};

/// One of many letters.
pub struct About<'a> {
    /// The learner whose address it is, as the record stands: the letter is sealed with their key.
    pub person: &'a PersonRow,
    /// To which address.
    pub to: &'a str,
    /// What the placeholders stand for, but for `organisation`, which is known.
    pub values: Vec<(&'a str, &'a str)>,
    /// Its id: of a letter about a credential, the credential's.
    pub id: LetterId,
}

/// As [`super::send`], for many: how many were written down. One with an id that was used before is
/// not written again, and neither is one to somebody who was erased.
///
/// # Errors
/// As [`super::send`]; then none is written down.
pub async fn send_many(
    rows: &mut Tenant<'_>,
    app: &App,
    kind: &'static Kind,
    letters: &[About<'_>],
) -> Result<usize, Error> {
    if letters.is_empty() {
        return Ok(0);
    }
    let issuer = rows.issuer().await?;
    let issuer = issuer.ok_or(Error::NotFound("organisation"))?;
    let words = own::current(rows, kind).await?;
    let mut all = Vec::with_capacity(letters.len());
    for letter in letters {
        let content = compose(&issuer.name, &words, letter.to, &letter.values)?;
        let text = serde_json::to_vec(&content).map_err(|_| Error::Unreadable)?;
        all.extend(row(rows, app, kind, letter, &text)?);
    }
    let written = rows.add_letters(&all).await?;
    let about: Vec<&str> = written.iter().map(LetterId::as_str).collect();
    queue::put_all(rows, app, queue::LETTER, &about).await?;
    Ok(written.len())
}

fn row(
    rows: &Tenant<'_>,
    app: &App,
    kind: &'static Kind,
    letter: &About<'_>,
    text: &[u8],
) -> Result<Option<LetterRow>, Error> {
    let person = &letter.person.person_id;
    let Some(key) = &letter.person.key_sealed else {
        return Ok(None);
    };
    let key = app.custody.person_key(rows.issuer_id(), person, key)?;
    let sealed = key.seal(
        letter.id.as_str(),
        Purpose::Letter,
        text,
        app.chance.as_ref(),
    );
    let about = (&letter.id, Some(person));
    Ok(Some(waiting(rows, app, kind, about, sealed)))
}
