//! The people credentials are about, sealed: a key per person, destroyed with the person.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Error;
use super::plan::Learner;
use crate::app::App;
use crate::clock::Timestamp;
use crate::custody::Purpose;
use crate::db::{PersonRow, Tenant};
use crate::ids::{IssuerId, PersonId};
use crate::who::{Scope, Who};

/// What is known about a person, as it is sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The organisation's own reference.
    pub reference: String,
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the organisation says that the person is of age.
    pub adult: bool,
}

impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Details(***)")
    }
}

impl Details {
    fn of(learner: &Learner, known: Option<Details>) -> Details {
        let (name, email) = known.map_or((None, None), |known| (known.name, known.email));
        Details {
            reference: learner.reference.clone(),
            name: learner.name.clone().or(name),
            email: learner.email.clone().or(email),
            adult: learner.adult,
        }
    }
}

/// A person as the issuing services know them: by id and keyed hash.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) person: PersonId,
    pub(super) hash: Vec<u8>,
}

/// Finds or makes the record of each learner, in their order, and keeps names and addresses up to
/// date. Use a transaction.
pub(super) async fn know(
    app: &App,
    rows: &mut Tenant<'_>,
    learners: &[&Learner],
    now: Timestamp,
) -> Result<Vec<Known>, Error> {
    let issuer = rows.issuer_id().clone();
    let hashes: Vec<Vec<u8>> = learners
        .iter()
        .map(|learner| app.custody.lookup_hash(&issuer, &learner.reference))
        .collect::<Result<_, _>>()?;
    let there = rows.hold_people(&hashes).await?;
    let mut by_hash: HashMap<Vec<u8>, PersonRow> = there
        .into_iter()
        .filter_map(|row| Some((row.lookup_hash.clone()?, row)))
        .collect();
    let mut new = Vec::new();
    let mut known = Vec::with_capacity(learners.len());
    for (learner, hash) in learners.iter().zip(hashes) {
        let person = match by_hash.get(&hash) {
            Some(row) => {
                refresh(app, rows, row, learner).await?;
                row.person_id.clone()
            }
            None => {
                let row = make(app, &issuer, learner, hash.clone(), now)?;
                let person = row.person_id.clone();
                new.push(row.clone());
                by_hash.insert(hash.clone(), row);
                person
            }
        };
        known.push(Known { person, hash });
    }
    if !new.is_empty() {
        rows.add_people(&new).await?;
    }
    Ok(known)
}

fn make(
    app: &App,
    issuer: &IssuerId,
    learner: &Learner,
    hash: Vec<u8>,
    now: Timestamp,
) -> Result<PersonRow, Error> {
    let chance = app.chance.as_ref();
    let person_id = PersonId::random(chance);
    let (key, key_sealed) = app.custody.new_person_key(issuer, &person_id, chance)?;
    let details = text_of(&Details::of(learner, None))?;
    Ok(PersonRow {
        issuer_id: issuer.clone(),
        details_sealed: Some(key.seal(
            person_id.as_str(),
            Purpose::PersonDetails,
            &details,
            chance,
        )),
        person_id,
        key_sealed: Some(key_sealed),
        kek_id: app.custody.kek_id()?.to_owned(),
        lookup_hash: Some(hash),
        created_at: now.into(),
        erased_at: None,
    })
}

async fn refresh(
    app: &App,
    rows: &mut Tenant<'_>,
    row: &PersonRow,
    learner: &Learner,
) -> Result<(), Error> {
    let before = open(app, row)?;
    let after = Details::of(learner, before.clone());
    if before.as_ref() == Some(&after) {
        return Ok(());
    }
    let Some(key_sealed) = &row.key_sealed else {
        return Ok(());
    };
    let key = app
        .custody
        .person_key(&row.issuer_id, &row.person_id, key_sealed)?;
    let sealed = key.seal(
        row.person_id.as_str(),
        Purpose::PersonDetails,
        &text_of(&after)?,
        app.chance.as_ref(),
    );
    rows.set_person_details(&row.person_id, &sealed).await?;
    Ok(())
}

/// What a promise says that was not signed before its learner was erased.
pub const ERASED: &str = "the learner was erased before it was signed";

/// Erases the learner whom the organisation knows by this reference: the person's key, sealed
/// details and hash, the sealed orders, the records of evidence, and the portfolios. What was
/// promised and is not signed yet is given up ([`ERASED`]).
///
/// The signed credentials, which never held the person, stay and still verify. A backup made
/// before still holds the person's key, sealed by the key-encryption key.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::NotFound`] for a reference that is not
/// known, or not any more.
pub async fn erase(app: &App, who: &Who, reference: &str) -> Result<PersonId, Error> {
    who.may(Scope::Manage)?;
    let now = app.now();
    let hash = app.custody.lookup_hash(who.issuer(), reference)?;
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let found = rows.hold_people(&[hash]).await?.pop();
    let person = found.ok_or(Error::NotFound("learner"))?.person_id;
    rows.erase_person(&person, ERASED, now.into()).await?;
    let line = who.did(app, "person.erase", person.as_str(), now);
    rows.log(&[line]).await?;
    tx.commit().await?;
    Ok(person)
}

/// Opens what is known about a person; `None` once erased.
///
/// # Errors
/// [`Error::Custody`] if it does not open.
pub fn open(app: &App, row: &PersonRow) -> Result<Option<Details>, Error> {
    let (Some(key_sealed), Some(sealed)) = (&row.key_sealed, &row.details_sealed) else {
        return Ok(None);
    };
    let key = app
        .custody
        .person_key(&row.issuer_id, &row.person_id, key_sealed)?;
    let text = key.unseal(row.person_id.as_str(), Purpose::PersonDetails, sealed)?;
    let details = serde_json::from_slice(&text)
        .map_err(|_| Error::Internal("the details of a person cannot be read".to_owned()))?;
    Ok(Some(details))
}

fn text_of(details: &Details) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(details)
        .map_err(|_| Error::Internal("the details of a person cannot be written".to_owned()))
}
