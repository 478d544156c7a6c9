//! What a pathway looks at: its steps as they are published, and what everybody holds of them.

use std::collections::HashMap;

use super::{
    Found, Pathway, Step,
    decide::{Decision, Holding, Standing, Wanted, decide},
    look::Candidate,
};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{AchievementKind, EditionRow, HoldingRow, StatusState, Tenant};
use crate::ids::{AchievementId, PersonId};
use crate::issue::{Error, people};

/// The most learners that are named.
pub(super) const NAMED: usize = 500;

/// The steps of a pathway as they are published now.
pub(super) async fn steps(
    rows: &mut Tenant<'_>,
    pathway: &Pathway,
) -> Result<Vec<Option<Found>>, Error> {
    let editions = rows.editions().await?;
    let mut found = Vec::with_capacity(pathway.steps.len());
    for step in &pathway.steps {
        let row = rows.achievement(&step.achievement).await?;
        found.push(row.map(|row| Found {
            name: row.name,
            participation: row.kind == AchievementKind::Participation,
            editions: alike(&editions, &step.achievement),
        }));
    }
    Ok(found)
}

/// Every edition of the same achievement, or the achievement alone.
fn alike(editions: &[EditionRow], id: &AchievementId) -> Vec<AchievementId> {
    let own = editions
        .iter()
        .find(|edition| edition.achievement_id == *id);
    match own {
        None => vec![id.clone()],
        Some(own) => editions
            .iter()
            .filter(|edition| edition.draft_id == own.draft_id)
            .map(|edition| edition.achievement_id.clone())
            .collect(),
    }
}

pub(super) fn wanted(pathway: &Pathway, found: &[Option<Found>]) -> Vec<Wanted> {
    let steps = pathway.steps.iter().zip(found);
    let one = |(step, found): (&Step, &Option<Found>)| Wanted {
        name: found
            .as_ref()
            .map_or_else(String::new, |found| found.name.clone()),
        editions: found
            .as_ref()
            .map_or_else(Vec::new, |found| found.editions.clone()),
        must: step.must,
    };
    steps.map(one).collect()
}

pub(super) fn holding(row: HoldingRow) -> Option<(PersonId, Holding)> {
    let awarded: Timestamp = row.issue_event.parse().ok()?;
    let holding = Holding {
        credential: row.credential_id,
        achievement: row.achievement_id,
        name: row.name,
        participation: row.kind == AchievementKind::Participation,
        awarded,
        until: row.valid_until.map(|at| *at),
        standing: match row.status {
            StatusState::Ok => Standing::Good,
            StatusState::Suspended => Standing::Suspended,
            StatusState::Revoked => Standing::Revoked,
        },
        sha256: row.document_sha256,
    };
    Some((row.person_id, holding))
}

/// Everybody who holds something of a pathway, with their decision.
pub(super) async fn everybody(
    rows: &mut Tenant<'_>,
    pathway: &Pathway,
    found: &[Option<Found>],
    now: Timestamp,
) -> Result<Vec<(PersonId, Decision)>, Error> {
    let wanted = wanted(pathway, found);
    let ids: Vec<AchievementId> = wanted
        .iter()
        .flat_map(|step| step.editions.clone())
        .collect();
    let mut held: HashMap<PersonId, Vec<Holding>> = HashMap::new();
    for (person, holding) in rows
        .holdings_for(&ids)
        .await?
        .into_iter()
        .filter_map(holding)
    {
        held.entry(person).or_default().push(holding);
    }
    let needed = pathway.needed as usize;
    let decided = held.into_iter().map(|(person, held)| {
        let decision = decide(&wanted, needed, &held, now);
        (person, decision)
    });
    let mut decided: Vec<(PersonId, Decision)> = decided.collect();
    decided.sort_by(|a, b| {
        let have = |decision: &Decision| decision.counted().count();
        have(&b.1).cmp(&have(&a.1)).then_with(|| a.0.cmp(&b.0))
    });
    Ok(decided)
}

/// The same with what the organisation calls each of them.
pub(super) async fn called(
    app: &App,
    rows: &mut Tenant<'_>,
    mut decided: Vec<(PersonId, Decision)>,
) -> Result<Vec<Candidate>, Error> {
    decided.truncate(NAMED);
    let names = names(app, rows, decided.iter().map(|(person, _)| person.clone())).await?;
    let one = |(person, decision): (PersonId, Decision)| Candidate {
        called: names.get(&person).cloned().unwrap_or_default(),
        person,
        decision,
    };
    Ok(decided.into_iter().map(one).collect())
}

pub(super) async fn names(
    app: &App,
    rows: &mut Tenant<'_>,
    people: impl Iterator<Item = PersonId>,
) -> Result<HashMap<PersonId, String>, Error> {
    let ids: Vec<PersonId> = people.collect();
    let mut names = HashMap::with_capacity(ids.len());
    for row in rows.people(&ids).await? {
        let details = people::open(app, &row)?;
        let name = details.map(|details| details.name.unwrap_or(details.reference));
        names.insert(row.person_id, name.unwrap_or_else(|| "erased".to_owned()));
    }
    Ok(names)
}
