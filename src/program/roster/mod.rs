//! Who is in a program, and what a list of learners would change: shown before it is applied.

// A list of learners as CSV.
mod file;

use super::learner::{self, Learner};
use super::{Error, run};
use crate::app::App;
use crate::db::Tenant;
use crate::ids::{PersonId, ProgramId};
use crate::issue::{
    people::{self, Details},
    plan::Limits,
};
use crate::who::{Scope, Who};

pub use file::{Roster, Row, read};

/// What one row would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nobody is known by this reference: a new learner.
    New,
    /// A known learner joins the program; these details change as well.
    Joins(Vec<&'static str>),
    /// Is in the program; these details change.
    Changes(Vec<&'static str>),
    /// Nothing.
    Same,
    /// Leaves the program. What else stands in the line is left alone.
    Leaves,
}

/// What a file would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Each row and what it would change.
    pub rows: Vec<(Row, Change)>,
    /// Who is in the program and not in the file.
    pub missing: Vec<Learner>,
    /// Columns that say nothing to us.
    pub ignored: Vec<String>,
    /// How many lines were about somebody who is no student.
    pub others: usize,
}

impl Plan {
    /// How many rows change something.
    #[must_use]
    pub fn changes(&self) -> usize {
        let same = |row: &&(Row, Change)| row.1 != Change::Same;
        self.rows.iter().filter(same).count()
    }
}

/// What a file would change in a program; nothing is changed.
///
/// # Errors
/// [`Error::Refused`] without the scope `programs`; [`Error::NotFound`]; [`Error::Rows`];
/// [`Error::Conflict`] for a program that has ended.
pub async fn plan(app: &App, who: &Who, id: &ProgramId, csv: &[u8]) -> Result<Plan, Error> {
    who.may(Scope::Programs)?;
    let roster = read(csv, Limits::PAGE).map_err(Error::Rows)?;
    let (plan, _) = compare(app, &mut app.db.of(who.issuer()), id, roster).await?;
    Ok(plan)
}

/// Applies a file: who is new is written down, who is named joins, what is said is known from then
/// on; of whoever leaves nothing is written down. With `leave`, whoever is in the program and not in
/// the file leaves it.
///
/// # Errors
/// As [`plan`]; then nothing was changed.
pub async fn apply(
    app: &App,
    who: &Who,
    id: &ProgramId,
    csv: &[u8],
    leave: bool,
) -> Result<Plan, Error> {
    who.may(Scope::Programs)?;
    let roster = read(csv, Limits::PAGE).map_err(Error::Rows)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let (plan, mut gone) = compare(app, &mut rows, id, roster).await?;
    let (mut said, mut joins): (Vec<Details>, Vec<bool>) = (Vec::new(), Vec::new());
    for (row, change) in plan.rows.iter().filter(|(row, _)| !row.leaves) {
        said.push(row.details.clone());
        joins.push(matches!(change, Change::New | Change::Joins(_)));
    }
    let known = people::meet(app, &mut rows, &said, now).await?;
    let joining = known.into_iter().zip(joins).filter(|(_, joins)| *joins);
    let mut join: Vec<PersonId> = joining.map(|(known, _)| known.person).collect();
    if leave {
        gone.extend(plan.missing.iter().map(|one| one.person.clone()));
    }
    join.sort();
    join.dedup();
    if !join.is_empty() {
        rows.join_program(id, &join, now.into()).await?;
    }
    let inside = inside(&mut rows, id).await?;
    for person in gone {
        if inside.contains(&person) {
            rows.leave_program(id, &person, now.into()).await?;
        }
    }
    rows.log(&[who.did(app, "roster.apply", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(plan)
}

/// Who is in a program now, by name.
///
/// # Errors
/// [`Error::Refused`] for who does not work with learners; [`Error::NotFound`].
pub async fn learners(app: &App, who: &Who, id: &ProgramId) -> Result<Vec<Learner>, Error> {
    super::may_look(who)?;
    let mut rows = app.db.of(who.issuer());
    rows.program(id).await?.ok_or(Error::NotFound("program"))?;
    let inside = inside(&mut rows, id).await?;
    learner::these(app, &mut rows, &inside).await
}

/// One learner joins a program, or leaves it.
///
/// # Errors
/// [`Error::Refused`] without the scope `programs`; [`Error::NotFound`]; [`Error::Conflict`] for
/// joining a program that has ended.
pub async fn set(
    app: &App,
    who: &Who,
    id: &ProgramId,
    person: &PersonId,
    inside: bool,
) -> Result<(), Error> {
    who.may(Scope::Programs)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    if inside {
        run::going(&mut rows, id).await?;
    } else {
        rows.program(id).await?.ok_or(Error::NotFound("program"))?;
    }
    let person = learner::find(app, &mut rows, person).await?.person;
    if inside {
        rows.join_program(id, std::slice::from_ref(&person), now.into())
            .await?;
    } else {
        match rows.leave_program(id, &person, now.into()).await {
            Err(crate::db::Error::NoRow) => return Err(Error::NotFound("learner in this program")),
            other => other?,
        }
    }
    let action = if inside {
        "roster.join"
    } else {
        "roster.leave"
    };
    rows.log(&[who.did(app, action, person.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn inside(rows: &mut Tenant<'_>, id: &ProgramId) -> Result<Vec<PersonId>, Error> {
    let all = rows.program_learners(id).await?;
    let inside = all.into_iter().filter(|row| row.left_at.is_none());
    Ok(inside.map(|row| row.person_id).collect())
}

/// What a file would change, and who leaves by it.
async fn compare(
    app: &App,
    rows: &mut Tenant<'_>,
    id: &ProgramId,
    roster: Roster,
) -> Result<(Plan, Vec<PersonId>), Error> {
    run::going(rows, id).await?;
    let issuer = rows.issuer_id().clone();
    let inside = inside(rows, id).await?;
    let mut hashes = Vec::with_capacity(roster.rows.len());
    for row in &roster.rows {
        hashes.push(app.custody.lookup_hash(&issuer, &row.details.reference)?);
    }
    let found = people::look_up(rows, &hashes).await?;
    let (mut named, mut gone) = (Vec::new(), Vec::new());
    let mut planned = Vec::with_capacity(roster.rows.len());
    for (row, hash) in roster.rows.into_iter().zip(hashes) {
        let change = match found.get(&hash) {
            None if row.leaves => Change::Same,
            None => Change::New,
            Some(known) => {
                named.push(known.person_id.clone());
                let before = people::open(app, known)?.unwrap_or_default();
                let is_inside = inside.contains(&known.person_id);
                let fields = changed(&before, &row.details.over(&before));
                match (row.leaves, is_inside) {
                    (true, true) => {
                        gone.push(known.person_id.clone());
                        Change::Leaves
                    }
                    (true, false) => Change::Same,
                    (false, false) => Change::Joins(fields),
                    (false, true) if fields.is_empty() => Change::Same,
                    (false, true) => Change::Changes(fields),
                }
            }
        };
        planned.push((row, change));
    }
    let missing: Vec<PersonId> = inside
        .into_iter()
        .filter(|person| !named.contains(person))
        .collect();
    let plan = Plan {
        rows: planned,
        missing: learner::these(app, rows, &missing).await?,
        ignored: roster.ignored,
        others: roster.others,
    };
    Ok((plan, gone))
}

fn changed(before: &Details, after: &Details) -> Vec<&'static str> {
    let all = [
        ("name", before.name != after.name),
        ("e-mail address", before.email != after.email),
        ("guardian", before.guardian != after.guardian),
        ("month of birth", before.birth_month != after.birth_month),
        (
            "of age",
            before.adult.unwrap_or_default() != after.adult.unwrap_or_default(),
        ),
    ];
    all.into_iter()
        .filter(|(_, changes)| *changes)
        .map(|(name, _)| name)
        .collect()
}
