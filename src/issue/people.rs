//! The people credentials are about, sealed: a key per person, destroyed with the person.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Error;
use super::cell::looks_like_email;
use super::plan::{Learner, Wish};
use crate::app::App;
use crate::clock::Timestamp;
use crate::custody::Purpose;
use crate::db::{PersonRow, Tenant};
use crate::ids::{IssuerId, PersonId};
use crate::who::{Scope, Who};

/// What is known about a person, as it is sealed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The organisation's own reference.
    pub reference: String,
    /// The name.
    pub name: Option<String>,
    /// The e-mail address that letters go to.
    pub email: Option<String>,
    /// Whether the organisation says that the person is of age; `None`: it has not said.
    pub adult: Option<bool>,
    /// Further addresses, such as one at a former school.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// How to reach a parent or guardian.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian: Option<String>,
    /// The month of birth, such as `2012-05`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_month: Option<String>,
}

impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Details(***)")
    }
}

impl Details {
    /// What an order says of its learner.
    fn said_by(learner: &Learner) -> Details {
        Details {
            reference: learner.reference.clone(),
            name: learner.name.clone(),
            email: learner.email.clone(),
            adult: learner.adult.then_some(true),
            ..Details::default()
        }
    }

    /// What is known when this is said of somebody who was known before: what is not said stays.
    /// Another address is added, and the old one is kept behind it.
    #[must_use]
    pub fn over(&self, known: &Details) -> Details {
        let mut addresses = known.addresses.clone();
        let said = [self.addresses.as_slice(), known.email.as_slice()].concat();
        addresses.extend(
            said.into_iter()
                .filter(|one| !known.addresses.contains(one)),
        );
        let email = self.email.clone().or_else(|| known.email.clone());
        addresses.retain(|one| Some(one) != email.as_ref());
        Details {
            // The record is found by the reference it was made with.
            reference: known.reference.clone(),
            name: self.name.clone().or_else(|| known.name.clone()),
            email,
            adult: self.adult.or(known.adult),
            addresses,
            guardian: self.guardian.clone().or_else(|| known.guardian.clone()),
            birth_month: (self.birth_month.clone()).or_else(|| known.birth_month.clone()),
        }
    }

    /// Where letters about the learner's work go: to the address that the organisation wrote down as
    /// the learner's own, of age or not, for a letter says only that there is something to look at
    /// (threat J15). A guardian's contact is not written to by itself: it need not be an address, and
    /// whether it may know is the organisation's to say.
    #[must_use]
    pub fn letters_go_to(&self) -> Option<&str> {
        let email = self.email.as_deref().map(str::trim);
        email.filter(|email| looks_like_email(email))
    }

    /// The address of the guardian, where exactly one stands in what is known of them.
    #[must_use]
    pub fn guardian_address(&self) -> Option<&str> {
        let apart = |c: char| c.is_whitespace() || "<>()[],;:\"".contains(c);
        let words = self.guardian.as_deref().unwrap_or_default().split(apart);
        let mut found = words
            .map(|word| word.trim_matches('.'))
            .filter(|word| looks_like_email(word));
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    /// Whether the learner is of age on this day, as far as is known: the organisation says so, or
    /// the month in which they turn 18 is over.
    #[must_use]
    pub fn is_of_age(&self, today: jiff::civil::Date) -> bool {
        let first_day = self.birth_month.as_ref().map(|month| format!("{month}-01"));
        let first_day = first_day.and_then(|day| day.parse::<jiff::civil::Date>().ok());
        let adult = first_day.is_some_and(|day| {
            let months = (today.year(), today.month());
            months > (day.year().saturating_add(18), day.month())
        });
        adult || self.adult == Some(true)
    }

    /// Who an order is for, when the person is known.
    #[must_use]
    pub fn learner(&self) -> Learner {
        Learner {
            reference: self.reference.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            adult: self.adult.unwrap_or_default(),
            wish: Wish::Nothing,
        }
    }
}

/// A person as the services know them: by id and keyed hash.
#[derive(Debug, Clone)]
pub struct Known {
    /// The person.
    pub person: PersonId,
    /// What they are found by.
    pub hash: Vec<u8>,
}

/// Finds or makes the record of each learner, in their order, and keeps names and addresses up to
/// date. Use a transaction.
pub(super) async fn know(
    app: &App,
    rows: &mut Tenant<'_>,
    learners: &[&Learner],
    now: Timestamp,
) -> Result<Vec<Known>, Error> {
    let said: Vec<Details> = learners.iter().map(|one| Details::said_by(one)).collect();
    meet(app, rows, &said, now).await
}

/// Finds or makes the record of everybody of whom this is said, in their order; what is said is
/// known from then on ([`Details::over`]). Whoever was merged is found as who they are now. Use a
/// transaction.
///
/// # Errors
/// [`Error::Custody`] if a record does not open; [`Error::Db`]: `Duplicate` if somebody else made
/// one of them at the same moment.
pub async fn meet(
    app: &App,
    rows: &mut Tenant<'_>,
    said: &[Details],
    now: Timestamp,
) -> Result<Vec<Known>, Error> {
    let issuer = rows.issuer_id().clone();
    let hashes: Vec<Vec<u8>> = said
        .iter()
        .map(|one| app.custody.lookup_hash(&issuer, &one.reference))
        .collect::<Result<_, _>>()?;
    let mut by_hash = found(rows, &hashes).await?;
    let mut new = Vec::new();
    let mut known = Vec::with_capacity(said.len());
    for (one, hash) in said.iter().zip(hashes) {
        let row = match by_hash.get(&hash) {
            Some(row) => {
                refresh(app, rows, row, one).await?;
                row.clone()
            }
            None => {
                let row = make(app, &issuer, one, hash.clone(), now)?;
                new.push(row.clone());
                by_hash.insert(hash.clone(), row.clone());
                row
            }
        };
        known.push(Known {
            hash: row.lookup_hash.unwrap_or(hash),
            person: row.person_id,
        });
    }
    if !new.is_empty() {
        rows.add_people(&new).await?;
    }
    Ok(known)
}

/// Who is known by each of these hashes; who was merged is another.
///
/// # Errors
/// [`Error::Db`].
pub async fn look_up(
    rows: &mut Tenant<'_>,
    hashes: &[Vec<u8>],
) -> Result<HashMap<Vec<u8>, PersonRow>, Error> {
    let there = rows.people_by_lookup(hashes).await?;
    as_they_are_now(rows, there).await
}

/// As [`look_up`], and holds them until the transaction ends.
async fn found(
    rows: &mut Tenant<'_>,
    hashes: &[Vec<u8>],
) -> Result<HashMap<Vec<u8>, PersonRow>, Error> {
    let there = rows.hold_people(hashes).await?;
    as_they_are_now(rows, there).await
}

async fn as_they_are_now(
    rows: &mut Tenant<'_>,
    mut there: Vec<PersonRow>,
) -> Result<HashMap<Vec<u8>, PersonRow>, Error> {
    let ids: Vec<PersonId> = there.iter().map(|row| row.person_id.clone()).collect();
    let merged = rows.merged(&ids).await?;
    let others: Vec<PersonId> = merged.iter().map(|m| m.into_person_id.clone()).collect();
    let others = rows.people(&others).await?;
    let mut by_hash = HashMap::with_capacity(there.len());
    for row in &mut there {
        let Some(hash) = row.lookup_hash.clone() else {
            continue;
        };
        let into = (merged.iter()).find(|merged| merged.person_id == row.person_id);
        let other = into.and_then(|into| {
            let is = |other: &&PersonRow| other.person_id == into.into_person_id;
            others.iter().find(is)
        });
        by_hash.insert(hash, other.unwrap_or(row).clone());
    }
    Ok(by_hash)
}

fn make(
    app: &App,
    issuer: &IssuerId,
    said: &Details,
    hash: Vec<u8>,
    now: Timestamp,
) -> Result<PersonRow, Error> {
    let chance = app.chance.as_ref();
    let person_id = PersonId::random(chance);
    let (key, key_sealed) = app.custody.new_person_key(issuer, &person_id, chance)?;
    let details = text_of(said)?;
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
    said: &Details,
) -> Result<(), Error> {
    let before = open(app, row)?;
    let after = (before.as_ref()).map_or_else(|| said.clone(), |known| said.over(known));
    if before.as_ref() == Some(&after) {
        return Ok(());
    }
    write(app, rows, row, &after).await
}

/// Writes what is known about a person anew, in place of all that was.
///
/// # Errors
/// [`Error::Db`]; nothing happens to who was erased.
pub async fn write(
    app: &App,
    rows: &mut Tenant<'_>,
    row: &PersonRow,
    details: &Details,
) -> Result<(), Error> {
    let Some(key_sealed) = &row.key_sealed else {
        return Ok(());
    };
    let key = app
        .custody
        .person_key(&row.issuer_id, &row.person_id, key_sealed)?;
    let sealed = key.seal(
        row.person_id.as_str(),
        Purpose::PersonDetails,
        &text_of(details)?,
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
    let known = found(&mut rows, &[hash]).await?.into_values().next();
    let person = known.ok_or(Error::NotFound("learner"))?.person_id;
    for merged in rows.merged_into(&person).await? {
        rows.erase_person(&merged, ERASED, now.into()).await?;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guardian_is_written_to_where_one_address_is_known() {
        let address = |text: &str| {
            let details = Details {
                guardian: Some(text.to_owned()),
                ..Details::default()
            };
            details.guardian_address().map(str::to_owned)
        };
        let eva = Some("eva@home.example".to_owned());
        for text in [
            "eva@home.example",
            "Eva Ek <eva@home.example>, 555-0101",
            "Eva Ek: eva@home.example.",
            "eva@home.example (eva@home.example)",
        ] {
            assert_eq!(address(text), eva, "{text}");
        }
        for text in ["", "Eva Ek, 555-0101", "eva@home.example, bo@home.example"] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn somebody_is_of_age_when_that_is_certain() {
        let details = |adult, month: Option<&str>| Details {
            adult,
            birth_month: month.map(str::to_owned),
            ..Details::default()
        };
        let is = |details: Details, day: &str| details.is_of_age(day.parse().expect("a day"));
        assert!(is(details(Some(true), None), "2026-03-02"));
        assert!(!is(details(None, None), "2026-03-02"));
        let may = details(Some(false), Some("2008-05"));
        assert!(!is(may.clone(), "2026-05-31"));
        assert!(is(may, "2026-06-01"));
    }
}
