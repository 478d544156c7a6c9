//! With what right somebody reviews: a qualification in force, and rights not suspended.

use super::attempt::{self, Listed};
use super::{Error, may_look, run, sealed::line};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{QualificationRow, SecondReading, Tenant};
use crate::ids::QualificationId;
use crate::issue::Fault;
use crate::who::{Scope, Who};

/// A qualification, as somebody typed it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Said {
    /// Whose: a member's id, or an API key's.
    pub reviewer: String,
    /// In which role they assess: it is signed into credentials.
    pub role: String,
    /// What the qualification is called: it is signed into credentials.
    pub title: String,
    /// The last day it holds, such as `2027-06-30`.
    #[serde(default)]
    pub valid_until: Option<String>,
}

/// A reviewer and where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// A member's id, or an API key's.
    pub reviewer: String,
    /// Their qualifications, the newest first.
    pub qualifications: Vec<QualificationRow>,
    /// Whether their rights are suspended.
    pub suspended: bool,
    /// Whether they may decide now.
    pub may_decide: bool,
    /// How many attempts they approved.
    pub approved: usize,
}

/// Writes a qualification down.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::Faults`].
pub async fn add(app: &App, who: &Who, said: &Said) -> Result<QualificationId, Error> {
    who.may(Scope::Manage)?;
    let now = app.now();
    let mut faults = Vec::new();
    let until = said
        .valid_until
        .as_deref()
        .map(str::trim)
        .unwrap_or_default();
    let day = until.parse::<jiff::civil::Date>().ok();
    if !until.is_empty() && day.is_none() {
        faults.push(Fault::new("/validUntil", "is no day: write 2027-06-30"));
    }
    // The last day counts: it lapses when that day is over everywhere.
    let end = day.and_then(|day| day.tomorrow().ok()?.in_tz("UTC").ok());
    let row = QualificationRow {
        qualification_id: QualificationId::random(app.chance.as_ref()),
        reviewer: line(&mut faults, "reviewer", &said.reviewer, 60, true),
        role: line(&mut faults, "role", &said.role, 200, true),
        title: line(&mut faults, "title", &said.title, 200, true),
        valid_until: end.map(|end| end.timestamp().into()),
        created_at: now.into(),
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    if !row.reviewer.is_empty() && !decides(&mut rows, &row.reviewer).await? {
        faults.push(Fault::new("/reviewer", "is nobody who works here"));
    }
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    rows.add_qualification(&row).await?;
    let id = row.qualification_id;
    rows.log(&[who.did(app, "qualification.add", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Whether decisions can be made under this name: a colleague's, or that of an API key of the
/// organisation.
async fn decides(rows: &mut Tenant<'_>, id: &str) -> Result<bool, Error> {
    if run::colleague(rows, id).await? {
        return Ok(true);
    }
    let keys = rows.api_keys().await?;
    Ok(keys.iter().any(|key| key.api_key_id.as_str() == id))
}

/// Ends a qualification now. Its record stays.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::NotFound`].
pub async fn end(app: &App, who: &Who, id: &QualificationId) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    match rows.end_qualification(id, Some(now.into())).await {
        Err(crate::db::Error::NoRow) => return Err(Error::NotFound("qualification")),
        other => other?,
    }
    rows.log(&[who.did(app, "qualification.end", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Suspends somebody's right to decide, or gives it back. With `again`, somebody else reads all they
/// approved again.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::NotFound`] if it was not suspended.
pub async fn suspend(app: &App, who: &Who, reviewer: &str, suspended: bool) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    if suspended {
        let known = rows.qualifications().await?;
        if !known.iter().any(|row| row.reviewer == reviewer) {
            return Err(Error::NotFound("reviewer"));
        }
        rows.suspend_reviewer(reviewer, who.actor(), now.into())
            .await?;
    } else {
        match rows.reinstate_reviewer(reviewer).await {
            Err(crate::db::Error::NoRow) => return Err(Error::NotFound("suspended reviewer")),
            other => other?,
        }
    }
    let action = if suspended {
        "reviewer.suspend"
    } else {
        "reviewer.reinstate"
    };
    rows.log(&[who.did(app, action, reviewer, now)]).await?;
    tx.commit().await?;
    Ok(())
}

/// What somebody approved, the newest first.
///
/// # Errors
/// [`Error::Refused`] for who does not work with learners; [`Error::NotFound`] for who never was a
/// reviewer.
pub async fn approved(app: &App, who: &Who, reviewer: &str) -> Result<Vec<Listed>, Error> {
    may_look(who)?;
    let mut rows = app.db.of(who.issuer());
    let known = rows.qualifications().await?;
    if !known.iter().any(|row| row.reviewer == reviewer) {
        return Err(Error::NotFound("reviewer"));
    }
    let all = rows.attempts_approved_by(reviewer).await?;
    attempt::listed(app, &mut rows, all).await
}

/// Puts everything somebody approved, and nobody has read again since, into the list of second
/// readings: how many.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`.
pub async fn read_again(app: &App, who: &Who, reviewer: &str) -> Result<usize, Error> {
    who.may(Scope::Manage)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let known = rows.qualifications().await?;
    if !known.iter().any(|row| row.reviewer == reviewer) {
        return Err(Error::NotFound("reviewer"));
    }
    let mut again = 0;
    for mut row in rows.attempts_approved_by(reviewer).await? {
        if row.second_reading == Some(SecondReading::Again) {
            continue;
        }
        row.second_reading = Some(SecondReading::Again);
        attempt::change(&mut rows, &row).await?;
        again += 1;
    }
    rows.log(&[who.did(app, "reviewer.reread", reviewer, now)])
        .await?;
    tx.commit().await?;
    Ok(again)
}

/// Every reviewer who ever had a qualification, and where they stand.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn all(app: &App, who: &Who) -> Result<Vec<Standing>, Error> {
    who.may(Scope::Read)?;
    let now = app.now();
    let mut rows = app.db.of(who.issuer());
    let suspended = rows.suspended_reviewers().await?;
    let mut standings: Vec<Standing> = Vec::new();
    for row in rows.qualifications().await? {
        match standings
            .iter_mut()
            .find(|one| one.reviewer == row.reviewer)
        {
            Some(one) => one.qualifications.push(row),
            None => standings.push(Standing {
                suspended: suspended.contains(&row.reviewer),
                reviewer: row.reviewer.clone(),
                qualifications: vec![row],
                may_decide: false,
                approved: 0,
            }),
        }
    }
    for one in &mut standings {
        one.may_decide = !one.suspended && one.qualifications.iter().any(|row| in_force(row, now));
        one.approved = rows.attempts_approved_by(&one.reviewer).await?.len();
    }
    Ok(standings)
}

/// The qualification somebody decides with now: the newest in force.
///
/// # Errors
/// [`Error::Conflict`] if they have none, or may not decide for now.
pub(super) async fn to_decide(
    rows: &mut Tenant<'_>,
    reviewer: &str,
    now: Timestamp,
) -> Result<QualificationRow, Error> {
    let suspended = rows.suspended_reviewers().await?;
    if suspended.iter().any(|one| one == reviewer) {
        return Err(Error::conflict(
            "your right to review is suspended: ask your administrator",
        ));
    }
    let all = rows.qualifications().await?;
    let mine: Vec<QualificationRow> = all
        .into_iter()
        .filter(|row| row.reviewer == reviewer)
        .collect();
    let lapsed = !mine.is_empty();
    let found = mine.into_iter().find(|row| in_force(row, now));
    found.ok_or_else(|| {
        Error::conflict(if lapsed {
            "your qualification has lapsed: ask your administrator to write down the new one"
        } else {
            "you have no qualification on record: ask your administrator to write it down first"
        })
    })
}

fn in_force(row: &QualificationRow, now: Timestamp) -> bool {
    row.valid_until.is_none_or(|until| *until > now)
}
