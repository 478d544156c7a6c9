//! Pathways looked at: which are there, who has a stack, and what would happen if a version were in
//! force. Nothing is stored.

use super::{
    Found, Pathway,
    decide::Decision,
    reading::{NAMED, Stand, called, everybody, names, steps},
};
use crate::app::App;
use crate::db::{StackAwardRow, StackRow, StackState};
use crate::ids::{PathwayId, PersonId};
use crate::issue::{Error, Fault};
use crate::standard::versions::{self, Version};
use crate::who::{Scope, Who};

/// Somebody and how they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// What the organisation calls them: a name, or its own reference. Whoever does not work with
    /// learners is not told.
    pub called: String,
    /// How they stand.
    pub decision: Decision,
}

/// What would happen if a version of a pathway were in force now. Nothing is stored.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// What stands in the way of activating it.
    pub faults: Vec<Fault>,
    /// The steps, as they were found.
    pub steps: Vec<Option<Found>>,
    /// Who would get the stack now, at most 500.
    pub would: Vec<Candidate>,
    /// How many that would be in all.
    pub would_count: usize,
    /// Who has the stack already.
    pub have: usize,
    /// Who has some of the steps, the nearest first, at most 500.
    pub on_the_way: Vec<Candidate>,
}

/// A pathway and whether it is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The newest version.
    pub newest: Version<Pathway>,
    /// The version that awards, if one does.
    pub in_force: Option<i64>,
    /// How many stacks wait for a decision.
    pub waiting: usize,
    /// How many stacks stand.
    pub held: usize,
}

/// Every pathway, by name.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn list(app: &App, who: &Who) -> Result<Vec<Overview>, Error> {
    let all = versions::list::<Pathway>(app, who).await?;
    let mut rows = app.db.of(who.issuer());
    let stacks = rows.pathway_stacks().await?;
    let mut found = Vec::with_capacity(all.len());
    for newest in all {
        let id = id_of(&newest)?;
        let awards = rows.stack_awards(&id).await?;
        let count = |state| awards.iter().filter(|award| award.state == state).count();
        found.push(Overview {
            in_force: in_force(&stacks, &id).map(|stack| stack.version),
            waiting: count(StackState::Waiting),
            held: count(StackState::Held),
            newest,
        });
    }
    Ok(found)
}

fn id_of(version: &Version<Pathway>) -> Result<PathwayId, Error> {
    let id = version.id.parse();
    id.map_err(|_| Error::Internal("a pathway has no id".to_owned()))
}

pub(super) fn in_force<'s>(stacks: &'s [StackRow], id: &PathwayId) -> Option<&'s StackRow> {
    stacks
        .iter()
        .find(|stack| stack.pathway_id == *id && stack.ended_at.is_none())
}

/// Every version of a pathway that was ever activated, newest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn activations(app: &App, who: &Who, id: &PathwayId) -> Result<Vec<StackRow>, Error> {
    who.may(Scope::Read)?;
    let mut stacks = app.db.of(who.issuer()).pathway_stacks().await?;
    stacks.retain(|stack| stack.pathway_id == *id);
    Ok(stacks)
}

/// What would happen if this version were in force now.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn dry_run(app: &App, who: &Who, id: &PathwayId, version: i64) -> Result<DryRun, Error> {
    who.may(Scope::Read)?;
    let now = app.now();
    let mut rows = app.db.of(who.issuer());
    let read = versions::version_in::<Pathway>(&mut rows, id.as_str(), version).await?;
    let pathway = read.document;
    let found = steps(&mut rows, &pathway).await?;
    let awards = rows.stack_awards(id).await?;
    let decided = everybody(&mut rows, (id, &pathway), &found, now).await?;
    let (mut would, mut on_the_way) = (Vec::new(), Vec::new());
    for (person, stand) in decided {
        match stand {
            Stand::Due(decision) => would.push((person, decision)),
            Stand::Lacks(decision) if decision.counted().next().is_some() => {
                on_the_way.push((person, decision));
            }
            Stand::Lacks(_) | Stand::Settled => {}
        }
    }
    Ok(DryRun {
        faults: pathway.check(&found),
        steps: found,
        would_count: would.len(),
        have: awards
            .iter()
            .filter(|award| award.state != StackState::Ended)
            .count(),
        would: called(app, who, &mut rows, would).await?,
        on_the_way: called(app, who, &mut rows, on_the_way).await?,
    })
}

/// Everybody who was awarded the stack, those who wait first, with what the organisation calls them.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn awarded(
    app: &App,
    who: &Who,
    id: &PathwayId,
) -> Result<Vec<(StackAwardRow, String)>, Error> {
    who.may(Scope::Read)?;
    let mut rows = app.db.of(who.issuer());
    let mut awards = rows.stack_awards(id).await?;
    awards.truncate(NAMED);
    let people = awards.iter().map(|award| award.person_id.clone());
    let names = names(app, who, &mut rows, people).await?;
    let name = |award: &StackAwardRow| names.get(&award.person_id).cloned().unwrap_or_default();
    Ok(awards
        .into_iter()
        .map(|award| (award.clone(), name(&award)))
        .collect())
}
