//! "You earned it": the learner is told of a credential, in the transaction that issues it.
//!
//! The letter's id, and so its Message-ID, is the credential's: however often signing is tried
//! again, there is one letter, and it is the same letter (threat H12). It leads to the credential's
//! own page, which names nobody: no link that lets somebody in is sent unasked.
//!
//! A credential that takes another one's place is not told of. The link that the learner has leads
//! to the new one; "you earned it" a second time would be news of something that did not happen.

use std::collections::{HashMap, HashSet};

use super::{Error, people, promise};
use crate::app::App;
use crate::db::{PersonRow, Stored, Tenant};
use crate::ids::{AchievementId, CredentialId, LetterId, PersonId};
use crate::letters::{self, About};

/// Writes to every learner among these who has an address, if the organisation sends the letter. Two
/// statements where nobody has one, a few more for any number of letters.
///
/// # Errors
/// [`Error::Db`]. A letter that cannot be written holds no credential up.
pub(super) async fn tell(app: &App, rows: &mut Tenant<'_>, stored: &[Stored]) -> Result<(), Error> {
    match try_tell(app, rows, stored).await {
        Err(Error::Db(cause)) => Err(Error::Db(cause)),
        Err(cause) => {
            tracing::error!(%cause, "letters about credentials could not be written");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

async fn try_tell(app: &App, rows: &mut Tenant<'_>, stored: &[Stored]) -> Result<(), Error> {
    let ids: HashSet<&PersonId> = stored.iter().filter_map(|s| s.person_id.as_ref()).collect();
    if ids.is_empty() || !letters::goes_out(rows, app, letters::EARNED).await? {
        return Ok(());
    }
    let ids: Vec<PersonId> = ids.into_iter().cloned().collect();
    let reached = reached(app, rows.people(&ids).await?)?;
    let mut about: Vec<&Stored> = stored.iter().collect();
    about.retain(|one| (one.person_id.as_ref()).is_some_and(|id| reached.contains_key(id)));
    if about.is_empty() {
        return Ok(());
    }
    let credentials: Vec<CredentialId> = about.iter().map(|s| s.credential_id.clone()).collect();
    let corrections = rows.superseding(&credentials).await?;
    about.retain(|one| {
        let is_new = |row: &crate::db::SupersededRow| row.by_credential_id == one.credential_id;
        !corrections.iter().any(is_new)
    });
    let names = names(rows, &about).await?;
    let links: Vec<String> = about
        .iter()
        .map(|one| promise::credential_url(app, &one.credential_id))
        .collect();
    let all = about.iter().zip(&links).filter_map(|(one, link)| {
        let (person, to) = reached.get(one.person_id.as_ref()?)?;
        let name = names.get(&one.achievement_id)?;
        Some(About {
            person,
            to,
            values: vec![("link", link), ("achievement", name)],
            id: one.credential_id.as_str().parse::<LetterId>().ok()?,
        })
    });
    letters::send_many(rows, app, letters::EARNED, &all.collect::<Vec<_>>()).await?;
    Ok(())
}

/// Those of these people who have an address.
fn reached(
    app: &App,
    people: Vec<PersonRow>,
) -> Result<HashMap<PersonId, (PersonRow, String)>, Error> {
    let mut reached = HashMap::new();
    for row in people {
        let details = people::open(app, &row)?;
        if let Some(to) = details.as_ref().and_then(|one| one.letters_go_to()) {
            reached.insert(row.person_id.clone(), (row, to.to_owned()));
        }
    }
    Ok(reached)
}

async fn names(
    rows: &mut Tenant<'_>,
    about: &[&Stored],
) -> Result<HashMap<AchievementId, String>, Error> {
    let ids: HashSet<&AchievementId> = about.iter().map(|one| &one.achievement_id).collect();
    let ids: Vec<AchievementId> = ids.into_iter().cloned().collect();
    Ok(rows.achievement_names(&ids).await?.into_iter().collect())
}
