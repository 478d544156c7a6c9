//! Programs: made, described, ended.

use super::{Error, sealed::line};
use crate::app::App;
use crate::db::{self, Kept, ProgramRow, Tenant};
use crate::ids::{PathwayId, ProgramId};
use crate::issue::Fault;
use crate::who::{Scope, Who};

/// The most characters of a name.
pub const NAME_CHARS: usize = 200;
/// Days from handing in to an answer, where nobody says.
pub const TURNAROUND_DAYS: i64 = 7;
/// Of a hundred decisions, how many are read again, where nobody says.
pub const SECOND_PERCENT: i64 = 10;

/// What a program says of itself, as somebody typed it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Said {
    /// Its name.
    pub name: String,
    /// Such as `Spring 2026`.
    pub term: String,
    /// The school.
    pub school: String,
    /// Such as `6-8`.
    pub grade_band: String,
    /// The pathway's id.
    pub pathway: Option<String>,
    /// Which version of the pathway; `None`: the newest.
    pub pathway_version: Option<i64>,
    /// Who looks after it: a member's id.
    pub owner: Option<String>,
    /// Which money pays for it.
    pub funding_stream: String,
    /// Days from handing in to an answer: 1 to 90.
    pub turnaround_days: Option<i64>,
    /// Of a hundred decisions, how many are read again: 0 to 100.
    pub second_percent: Option<i64>,
}

const NO_PATHWAY: &str = "there is no such version of a pathway";

/// A version of a pathway.
type VersionOf = (PathwayId, i64);

/// Makes a program.
///
/// # Errors
/// [`Error::Refused`] without the scope `programs`; [`Error::Faults`].
pub async fn make(app: &App, who: &Who, said: &Said) -> Result<ProgramId, Error> {
    who.may(Scope::Programs)?;
    let now = app.now();
    let id = ProgramId::random(app.chance.as_ref());
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let row = row(&mut rows, said, who, &id, (now.into(), None)).await?;
    rows.add_program(&row).await.map_err(no_pathway)?;
    rows.log(&[who.did(app, "program.make", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Describes a program anew.
///
/// # Errors
/// As [`make`], and [`Error::NotFound`].
pub async fn describe(app: &App, who: &Who, id: &ProgramId, said: &Said) -> Result<(), Error> {
    who.may(Scope::Programs)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let before = rows.program(id).await?.ok_or(Error::NotFound("program"))?;
    let after = ProgramRow {
        ended_at: before.ended_at,
        ..row(
            &mut rows,
            said,
            who,
            id,
            (before.created_at, before.owner.as_deref()),
        )
        .await?
    };
    if before == after {
        return Ok(());
    }
    rows.set_program(&after).await.map_err(no_pathway)?;
    rows.log(&[who.did(app, "program.describe", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Ends a program, or takes it up again. What was begun in it goes on; nobody joins, and nothing
/// new is begun in it.
///
/// # Errors
/// [`Error::Refused`] without the scope `programs`; [`Error::NotFound`].
pub async fn end(app: &App, who: &Who, id: &ProgramId, ended: bool) -> Result<(), Error> {
    who.may(Scope::Programs)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let before = rows.program(id).await?.ok_or(Error::NotFound("program"))?;
    if before.ended_at.is_some() == ended {
        return Ok(());
    }
    rows.set_program(&ProgramRow {
        ended_at: ended.then(|| now.into()),
        ..before
    })
    .await?;
    let action = if ended {
        "program.end"
    } else {
        "program.resume"
    };
    rows.log(&[who.did(app, action, id.as_str(), now)]).await?;
    tx.commit().await?;
    Ok(())
}

/// All programs, the newest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn all(app: &App, who: &Who) -> Result<Vec<ProgramRow>, Error> {
    who.may(Scope::Read)?;
    Ok(app.db.of(who.issuer()).programs().await?)
}

/// One program.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn one(app: &App, who: &Who, id: &ProgramId) -> Result<ProgramRow, Error> {
    who.may(Scope::Read)?;
    let found = app.db.of(who.issuer()).program(id).await?;
    found.ok_or(Error::NotFound("program"))
}

/// A program in which something can begin.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] for one that has ended.
pub(super) async fn going(rows: &mut Tenant<'_>, id: &ProgramId) -> Result<ProgramRow, Error> {
    let row = rows.program(id).await?.ok_or(Error::NotFound("program"))?;
    match row.ended_at {
        None => Ok(row),
        Some(_) => Err(Error::conflict(
            "this program has ended: open it again first",
        )),
    }
}

/// What a row names that is not there.
fn no_pathway(error: db::Error) -> Error {
    match error {
        db::Error::Missing => Error::Faults(vec![Fault::new("/pathway", NO_PATHWAY)]),
        other => Error::Db(other),
    }
}

/// Which version of a pathway is followed, if one is; the newest, where nobody says.
async fn followed(
    rows: &mut Tenant<'_>,
    said: &Said,
) -> Result<Result<Option<VersionOf>, Fault>, Error> {
    let id = said.pathway.as_deref().map(str::trim).unwrap_or_default();
    if id.is_empty() {
        return Ok(Ok(None));
    }
    let found = match said.pathway_version {
        Some(version) => rows.version(Kept::Pathway, id, version).await?,
        None => rows.newest_version(Kept::Pathway, id).await?,
    };
    let fault = || Fault::new("/pathway", NO_PATHWAY);
    let named = |row: db::VersionRow| Some((row.id.parse().ok()?, row.version));
    Ok(found.and_then(named).map(Some).ok_or_else(fault))
}

/// Who looks after a program: a colleague, whoever says so, or whoever did `before`.
async fn owner(
    rows: &mut Tenant<'_>,
    said: &Said,
    who: &Who,
    before: Option<&str>,
    faults: &mut Vec<Fault>,
) -> Result<Option<String>, Error> {
    let text = said.owner.as_deref().map(str::trim).unwrap_or_default();
    if text.is_empty() {
        return Ok(Some(who.actor().to_owned()));
    }
    let known = before == Some(text) || who.actor() == text || colleague(rows, text).await?;
    if !known {
        faults.push(Fault::new("/owner", "is nobody who works here"));
    }
    Ok(Some(text.to_owned()))
}

/// Whether this is the id of somebody who works for the organisation.
pub(super) async fn colleague(rows: &mut Tenant<'_>, id: &str) -> Result<bool, Error> {
    let Ok(id) = id.parse() else {
        return Ok(false);
    };
    Ok(rows.member(&id).await?.is_some())
}

async fn row(
    rows: &mut Tenant<'_>,
    said: &Said,
    who: &Who,
    id: &ProgramId,
    (at, owner): (db::Ts, Option<&str>),
) -> Result<ProgramRow, Error> {
    let mut faults = Vec::new();
    let owner = self::owner(rows, said, who, owner, &mut faults).await?;
    let pathway = match followed(rows, said).await? {
        Ok(followed) => followed,
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    let (pathway_id, pathway_version) = pathway.unzip();
    let row = ProgramRow {
        issuer_id: who.issuer().clone(),
        program_id: id.clone(),
        name: line(&mut faults, "name", &said.name, NAME_CHARS, true),
        term: line(&mut faults, "term", &said.term, 100, true),
        school: line(&mut faults, "school", &said.school, NAME_CHARS, true),
        grade_band: line(&mut faults, "gradeBand", &said.grade_band, 50, false),
        pathway_id,
        pathway_version,
        owner,
        funding_stream: line(
            &mut faults,
            "fundingStream",
            &said.funding_stream,
            100,
            false,
        ),
        turnaround_days: said.turnaround_days.unwrap_or(TURNAROUND_DAYS),
        second_percent: said.second_percent.unwrap_or(SECOND_PERCENT),
        created_at: at,
        ended_at: None,
    };
    for (field, number, least, most) in [
        ("turnaroundDays", row.turnaround_days, 1, 90),
        ("secondPercent", row.second_percent, 0, 100),
    ] {
        if !(least..=most).contains(&number) {
            let sentence = format!("is a whole number from {least} to {most}");
            faults.push(Fault::new(format!("/{field}"), sentence));
        }
    }
    if faults.is_empty() {
        Ok(row)
    } else {
        Err(Error::Faults(faults))
    }
}
