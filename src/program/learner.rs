//! The people it is all about: known by our own id, found by the organisation's reference.

use std::collections::HashMap;

use super::{By, Error, may_look, sealed::line};
use crate::app::App;
use crate::db::{self, PersonRow, Tenant};
use crate::ids::{CredentialId, PersonId};
use crate::issue::{
    Fault,
    cell::looks_like_email,
    people::{self, Details},
};
use crate::queue;
use crate::who::{Scope, Who};

/// A learner and what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learner {
    /// Our own id.
    pub person: PersonId,
    /// What is known.
    pub details: Details,
}

impl Learner {
    /// What to call them: the name, or the organisation's reference.
    #[must_use]
    pub fn called(&self) -> &str {
        self.details
            .name
            .as_deref()
            .unwrap_or(&self.details.reference)
    }
}

/// Everybody, by name; with `search`, those whose name, reference or address holds these letters.
///
/// # Errors
/// [`Error::Refused`] for who does not work with learners.
pub async fn all(app: &App, who: &Who, search: &str) -> Result<Vec<Learner>, Error> {
    may_look(who)?;
    let rows = app.db.of(who.issuer()).everybody().await?;
    let mut all = open_all(app, &rows)?;
    let wanted = search.trim().to_lowercase();
    if !wanted.is_empty() {
        all.retain(|one| is_like(&one.details, &wanted));
    }
    Ok(all)
}

fn is_like(details: &Details, wanted: &str) -> bool {
    let texts = [
        Some(&details.reference),
        details.name.as_ref(),
        details.email.as_ref(),
    ];
    let mut texts = texts.into_iter().flatten().chain(&details.addresses);
    texts.any(|text| text.to_lowercase().contains(wanted))
}

/// One learner.
///
/// # Errors
/// As [`all`]; [`Error::NotFound`], also for who was erased.
pub async fn one(app: &App, who: &Who, person: &PersonId) -> Result<Learner, Error> {
    may_look(who)?;
    find(app, &mut app.db.of(who.issuer()), person).await
}

/// The learner with this id, whatever record it came from.
pub(super) async fn find(
    app: &App,
    rows: &mut Tenant<'_>,
    person: &PersonId,
) -> Result<Learner, Error> {
    let person = now_known_as(rows, person).await?;
    let row = rows.person(&person).await?;
    let opened = open_all(app, row.as_slice())?.pop();
    opened.ok_or(Error::NotFound("learner"))
}

/// What to call the learner whose page it is.
///
/// # Errors
/// [`Error::NotFound`] for who was erased, and for everybody else.
pub async fn called(app: &App, by: &By, person: &PersonId) -> Result<String, Error> {
    by.may(Scope::Propose, person)?;
    let found = find(app, &mut app.db.of(by.issuer()), person).await?;
    Ok(found.called().to_owned())
}

/// What to call the learners of these credentials: nothing of who was erased, and nothing at all to
/// who does not work with learners.
///
/// # Errors
/// [`Error::Db`], [`Error::Issue`].
pub async fn of_credentials(
    app: &App,
    who: &Who,
    ids: &[CredentialId],
) -> Result<HashMap<CredentialId, String>, Error> {
    if may_look(who).is_err() {
        return Ok(HashMap::new());
    }
    let mut of = app.db.of(who.issuer());
    let mut whose = HashMap::with_capacity(ids.len());
    for row in of.credentials(ids).await? {
        if let Some(person) = row.promise.person_id {
            whose.insert(row.promise.credential_id, person);
        }
    }
    let people: Vec<PersonId> = whose.values().cloned().collect();
    let known = these(app, &mut of, &people).await?;
    let called = |person: &PersonId| {
        let one = known.iter().find(|one| one.person == *person)?;
        Some(one.called().to_owned())
    };
    Ok(whose
        .into_iter()
        .filter_map(|(id, person)| Some((id, called(&person)?)))
        .collect())
}

/// The record that a merged one is found as.
pub async fn now_known_as(rows: &mut Tenant<'_>, person: &PersonId) -> Result<PersonId, Error> {
    let merged = rows.merged(std::slice::from_ref(person)).await?.pop();
    Ok(merged.map_or_else(|| person.clone(), |merged| merged.into_person_id))
}

/// These learners, by name; who was erased is left out.
pub(super) async fn these(
    app: &App,
    rows: &mut Tenant<'_>,
    people: &[PersonId],
) -> Result<Vec<Learner>, Error> {
    let rows = rows.people(people).await?;
    open_all(app, &rows)
}

fn open_all(app: &App, rows: &[PersonRow]) -> Result<Vec<Learner>, Error> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(details) = people::open(app, row)? {
            let person = row.person_id.clone();
            all.push(Learner { person, details });
        }
    }
    all.sort_by_cached_key(|one| (one.called().to_lowercase(), one.person.clone()));
    Ok(all)
}

/// Writes a learner down, or anew if the reference is known.
///
/// # Errors
/// [`Error::Refused`] without the scope `programs`; [`Error::Faults`].
pub async fn add(app: &App, who: &Who, said: &Details) -> Result<PersonId, Error> {
    who.may(Scope::Programs)?;
    let said = checked(said)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let known = people::meet(app, &mut rows, std::slice::from_ref(&said), now).await?;
    let known = known.into_iter().next().ok_or(Error::NotFound("learner"))?;
    rows.log(&[who.did(app, "learner.add", known.person.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(known.person)
}

/// Writes what is known anew; the reference stays.
///
/// # Errors
/// As [`add`], and [`Error::NotFound`].
pub async fn describe(
    app: &App,
    who: &Who,
    person: &PersonId,
    said: &Details,
) -> Result<(), Error> {
    who.may(Scope::Programs)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let before = find(app, &mut rows, person).await?;
    let said = checked(&Details {
        reference: before.details.reference.clone(),
        ..said.clone()
    })?;
    if said == before.details {
        return Ok(());
    }
    let row = rows.person(&before.person).await?;
    let row = row.ok_or(Error::NotFound("learner"))?;
    people::write(app, &mut rows, &row, &said).await?;
    rows.log(&[who.did(app, "learner.describe", before.person.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Makes two records one: everything of `from` becomes `into`'s, and `from`'s reference leads to
/// `into` from then on.
///
/// # Errors
/// [`Error::Refused`] without the scope `programs`; [`Error::NotFound`]; [`Error::Conflict`] if both
/// are at the same thing.
pub async fn merge(app: &App, who: &Who, from: &PersonId, into: &PersonId) -> Result<(), Error> {
    who.may(Scope::Programs)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let (from, into) = (
        find(app, &mut rows, from).await?,
        find(app, &mut rows, into).await?,
    );
    if from.person == into.person {
        return Err(Error::conflict("these are one record already"));
    }
    let hash = |one: &Learner| {
        app.custody
            .lookup_hash(who.issuer(), &one.details.reference)
    };
    let (from_hash, into_hash) = (hash(&from)?, hash(&into)?);
    let merged = rows
        .merge_people(
            (&from.person, &from_hash),
            (&into.person, &into_hash),
            now.into(),
        )
        .await;
    match merged {
        Err(db::Error::Duplicate(_)) => {
            return Err(Error::conflict(
                "both have an attempt at the same achievement under way: finish or give up one of the two first",
            ));
        }
        other => other?,
    }
    let row = rows.person(&into.person).await?;
    let row = row.ok_or(Error::NotFound("learner"))?;
    // What was known of the one that stays counts; what only the other one knew is added.
    let mut both = into.details.over(&from.details);
    both.reference.clone_from(&into.details.reference);
    people::write(app, &mut rows, &row, &both).await?;
    rows.log(&[who.did(app, "learner.merge", from.person.as_str(), now)])
        .await?;
    // Two halves of a pathway may add up now.
    if !rows.pathway_stacks().await?.is_empty() {
        queue::put_once(&mut rows, app, queue::RECONSIDER, into.person.as_str()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Checks what somebody says of a learner: trimmed, every fault at once.
pub(super) fn checked(said: &Details) -> Result<Details, Error> {
    let mut faults = Vec::new();
    let optional = |text: String| (!text.is_empty()).then_some(text);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let clean = Details {
        reference: line(&mut faults, "reference", &said.reference, 200, true),
        name: optional(line(&mut faults, "name", &text(&said.name), 200, false)),
        email: optional(line(&mut faults, "email", &text(&said.email), 254, false)),
        adult: said.adult,
        addresses: (said.addresses.iter())
            .map(|one| line(&mut faults, "addresses", one, 254, false))
            .filter(|one| !one.is_empty())
            .collect(),
        guardian: optional(line(
            &mut faults,
            "guardian",
            &text(&said.guardian),
            300,
            false,
        )),
        birth_month: optional(text(&said.birth_month).trim().to_owned()),
    };
    let mut fault = |field: &str, sentence: &str| {
        faults.push(Fault::new(format!("/{field}"), sentence));
    };
    if clean
        .email
        .as_ref()
        .is_some_and(|one| !looks_like_email(one))
    {
        fault("email", "is no e-mail address");
    }
    if clean.addresses.iter().any(|one| !looks_like_email(one)) {
        fault("addresses", "has one that is no e-mail address");
    }
    if clean.birth_month.as_ref().is_some_and(|one| !is_month(one)) {
        fault("birthMonth", "is no month: write 2012-05");
    }
    if faults.is_empty() {
        Ok(clean)
    } else {
        Err(Error::Faults(faults))
    }
}

/// `2012-05`.
pub(super) fn is_month(text: &str) -> bool {
    let shaped = text.len() == 7 && text.is_char_boundary(4);
    shaped
        && format!("{text}-01")
            .parse::<jiff::civil::Date>()
            .is_ok_and(|day| day.year() >= 1900)
}
