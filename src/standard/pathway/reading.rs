//! What a pathway looks at: its steps as they are published, and what everybody holds of them.

use std::collections::HashMap;

use super::{
    Found, Pathway, Step,
    again::{Had, due},
    decide::{Decision, Holding, Standing, Wanted, decide},
    look::Candidate,
};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{
    AchievementKind, EditionRow, HoldingRow, StackAwardRow, StackState, StatusState, Tenant, Ts,
};
use crate::ids::{AchievementId, PathwayId, PersonId};
use crate::issue::{Error, people, promise};
use crate::who::{Scope, Who};

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
    let awarded = promise::awarded_at(&row.issue_event)?;
    let holding = Holding {
        credential: row.credential_id,
        achievement: row.achievement_id,
        name: row.name,
        participation: row.kind == AchievementKind::Participation,
        awarded,
        since: *row.valid_from,
        corrects: promise::corrects(&row.issue_event),
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

/// How somebody stands who holds something of a pathway.
pub(super) enum Stand {
    /// The stack is theirs now.
    Due(Decision),
    /// They have it, or somebody decided against it.
    Settled,
    /// They lack something.
    Lacks(Decision),
}

/// Everybody who holds something of a pathway, and how they stand.
pub(super) async fn everybody(
    rows: &mut Tenant<'_>,
    (id, pathway): (&PathwayId, &Pathway),
    found: &[Option<Found>],
    now: Timestamp,
) -> Result<Vec<(PersonId, Stand)>, Error> {
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
    let awards = rows.stack_awards(id).await?;
    let awards = awards.iter().map(|award| (&award.person_id, award));
    let awards: HashMap<&PersonId, &StackAwardRow> = awards.collect();
    let expired = rows.expired_stacks(id, now.into()).await?;
    let expired: HashMap<PersonId, Ts> = expired.into_iter().collect();
    let needed = pathway.needed as usize;
    let decided = held.into_iter().map(|(person, held)| {
        let award = awards.get(&person).copied();
        let had = had(award, expired.get(&person).copied());
        let decision = decide(&wanted, needed, &held, now);
        let have = decision.counted().count();
        let stand = match due(&wanted, needed, &held, had, now) {
            Some(due) => Stand::Due(due.decision),
            None if award.is_some() || decision.met => Stand::Settled,
            None => Stand::Lacks(decision),
        };
        (have, person, stand)
    });
    let mut decided: Vec<(usize, PersonId, Stand)> = decided.collect();
    decided.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let decided = decided.into_iter();
    Ok(decided.map(|(_, person, stand)| (person, stand)).collect())
}

/// What became of the stack that somebody was awarded; `expired`: since when it was good, if it has
/// expired.
pub(super) fn had(award: Option<&StackAwardRow>, expired: Option<Ts>) -> Had {
    match (award, expired) {
        (None, _) => Had::Nothing,
        (Some(award), _) if award.state == StackState::Ended => Had::Ended(*award.changed_at),
        (Some(_), Some(since)) => Had::Expired(*since),
        (Some(_), None) => Had::Good,
    }
}

/// The same with what the organisation calls each of them, if `who` works with learners.
pub(super) async fn called(
    app: &App,
    who: &Who,
    rows: &mut Tenant<'_>,
    mut decided: Vec<(PersonId, Decision)>,
) -> Result<Vec<Candidate>, Error> {
    decided.truncate(NAMED);
    let people = decided.iter().map(|(person, _)| person.clone());
    let names = names(app, who, rows, people).await?;
    let one = |(person, decision): (PersonId, Decision)| Candidate {
        called: names.get(&person).cloned().unwrap_or_default(),
        person,
        decision,
    };
    Ok(decided.into_iter().map(one).collect())
}

/// What learners are called before whoever neither works with them nor puts pathways in force.
const SOMEBODY: &str = "a learner";

pub(super) async fn names(
    app: &App,
    who: &Who,
    rows: &mut Tenant<'_>,
    people: impl Iterator<Item = PersonId>,
) -> Result<HashMap<PersonId, String>, Error> {
    if who.may_look_at_learners().is_err() && who.may(Scope::Publish).is_err() {
        return Ok(people.map(|id| (id, SOMEBODY.to_owned())).collect());
    }
    let ids: Vec<PersonId> = people.collect();
    let mut names = HashMap::with_capacity(ids.len());
    for row in rows.people(&ids).await? {
        let details = people::open(app, &row)?;
        let name = details.map(|details| details.name.unwrap_or(details.reference));
        names.insert(row.person_id, name.unwrap_or_else(|| "erased".to_owned()));
    }
    Ok(names)
}
