//! Documents in versions: written freely until something rests on them, then written anew.

use serde::{Serialize, de::DeserializeOwned};

use super::{read, unfit, written};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, Kept, Tenant, VersionRow};
use crate::ids::{IssuerId, MapId};
use crate::issue::{Error, Fault};
use crate::who::{Scope, Who};

/// A document that is kept in versions.
pub trait Versioned: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync {
    /// Which table it is in.
    const KEPT: Kept;
    /// What people call it.
    const WORD: &'static str;
    /// What stands in the audit log when one is written.
    const SAVED: &'static str;
    /// Its name, for lists.
    fn name(&self) -> &str;
    /// What keeps it from being saved: only what cannot be kept or has no name.
    fn faults(&self) -> Vec<Fault>;
}

/// One version of a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version<T> {
    /// The document's id.
    pub id: String,
    /// 1, 2, 3 …
    pub version: i64,
    /// How often this version was written: to be named when it is written again.
    pub changes: i64,
    /// When it was last written.
    pub changed_at: Timestamp,
    /// Since when something rests on it.
    pub pinned_at: Option<Timestamp>,
    /// The document.
    pub document: T,
}

impl<T: Versioned> Version<T> {
    fn of(row: VersionRow) -> Result<Version<T>, Error> {
        Ok(Version {
            id: row.id,
            version: row.version,
            changes: row.changes,
            changed_at: *row.changed_at,
            pinned_at: row.pinned_at.map(|at| *at),
            document: read(&row.document)?,
        })
    }
}

/// Begins a document: its first version.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::Faults`] if it cannot be kept.
pub async fn create<T: Versioned>(
    app: &App,
    who: &Who,
    id: &str,
    document: &T,
) -> Result<Version<T>, Error> {
    who.may(Scope::Standards)?;
    fit(document)?;
    let now = app.now();
    let row = row(who, id, 1, document, now)?;
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.add_version(T::KEPT, &row).await?;
    rows.log(&[who.did(app, T::SAVED, id, now)]).await?;
    tx.commit().await?;
    Version::of(row)
}

/// Writes a document: the newest version anew, or the next one if something rests on it. `seen`:
/// the version and its count of changes that the writer had before them.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::Faults`]; [`Error::NotFound`];
/// [`Error::Conflict`] if somebody else wrote it since.
pub async fn save<T: Versioned>(
    app: &App,
    who: &Who,
    id: &str,
    seen: (i64, i64),
    document: &T,
) -> Result<Version<T>, Error> {
    who.may(Scope::Standards)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let newest = newest_in::<T>(&mut rows, id).await?;
    if (newest.version, newest.changes) != seen {
        return Err(changed_since::<T>());
    }
    fit(document)?;
    if newest.document == *document {
        return Ok(newest);
    }
    if newest.pinned_at.is_some() {
        let next = row(who, id, newest.version + 1, document, now)?;
        match rows.add_version(T::KEPT, &next).await {
            Err(db::Error::Duplicate(_)) => return Err(changed_since::<T>()),
            other => other?,
        }
    } else {
        let mut same = row(who, id, newest.version, document, now)?;
        same.changes = newest.changes;
        match rows.rewrite_version(T::KEPT, &same).await {
            Err(db::Error::NoRow) => return Err(changed_since::<T>()),
            other => other?,
        }
    }
    rows.log(&[who.did(app, T::SAVED, id, now)]).await?;
    let saved = newest_in::<T>(&mut rows, id).await?;
    tx.commit().await?;
    Ok(saved)
}

fn changed_since<T: Versioned>() -> Error {
    Error::Conflict(format!(
        "somebody changed this {} since you opened it: open it again and compare",
        T::WORD
    ))
}

fn fit<T: Versioned>(document: &T) -> Result<(), Error> {
    let mut faults = document.faults();
    faults.extend(unfit(document));
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Faults(faults))
    }
}

fn row<T: Versioned>(
    who: &Who,
    id: &str,
    version: i64,
    document: &T,
    now: Timestamp,
) -> Result<VersionRow, Error> {
    Ok(VersionRow {
        issuer_id: who.issuer().clone(),
        id: id.to_owned(),
        version,
        name: document.name().to_owned(),
        document: written(document)?,
        changes: 1,
        changed_at: now.into(),
        pinned_at: None,
    })
}

/// The newest version of every document of a kind, by name.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn list<T: Versioned>(app: &App, who: &Who) -> Result<Vec<Version<T>>, Error> {
    who.may(Scope::Read)?;
    let rows = app.db.of(who.issuer()).newest_versions(T::KEPT).await?;
    rows.into_iter().map(Version::of).collect()
}

/// The newest version of a document.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn newest<T: Versioned>(app: &App, who: &Who, id: &str) -> Result<Version<T>, Error> {
    who.may(Scope::Read)?;
    newest_in(&mut app.db.of(who.issuer()), id).await
}

/// One version of a document.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn version<T: Versioned>(
    app: &App,
    who: &Who,
    id: &str,
    version: i64,
) -> Result<Version<T>, Error> {
    who.may(Scope::Read)?;
    version_in(&mut app.db.of(who.issuer()), id, version).await
}

/// A version that was asked for by its number, and the number of the newest.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered<T> {
    /// The version.
    pub version: Version<T>,
    /// The number of the newest version.
    pub newest: i64,
}

impl<T> Numbered<T> {
    /// Whether a newer version took its place.
    #[must_use]
    pub fn is_old(&self) -> bool {
        self.version.version < self.newest
    }
}

/// One version of a document, old or not.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn numbered<T: Versioned>(
    app: &App,
    who: &Who,
    id: &str,
    number: i64,
) -> Result<Numbered<T>, Error> {
    who.may(Scope::Read)?;
    let mut rows = app.db.of(who.issuer());
    let version = version_in(&mut rows, id, number).await?;
    let newest = newest_in::<T>(&mut rows, id).await?.version;
    Ok(Numbered { version, newest })
}

/// One version of a document that something rests on, for anybody, and whose it is. The newest is
/// told among those that something rests on: no other is public.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or nothing rests on it: then it may still change.
pub async fn public<T: Versioned>(
    app: &App,
    id: &str,
    number: i64,
) -> Result<(IssuerId, Numbered<T>), Error> {
    shaped::<T>(id)?;
    let found = app.db.public_version(T::KEPT, id, number).await?;
    let row = found.ok_or(Error::NotFound(T::WORD))?;
    let newest = app.db.newest_public_version(T::KEPT, id).await?;
    let newest = newest.map_or(number, |row| row.version);
    let (issuer, version) = (row.issuer_id.clone(), Version::of(row)?);
    Ok((issuer, Numbered { version, newest }))
}

/// Every version of a document, newest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn history<T: Versioned>(
    app: &App,
    who: &Who,
    id: &str,
) -> Result<Vec<Version<T>>, Error> {
    who.may(Scope::Read)?;
    shaped::<T>(id)?;
    let rows = app.db.of(who.issuer()).versions(T::KEPT, id).await?;
    if rows.is_empty() {
        return Err(Error::NotFound(T::WORD));
    }
    rows.into_iter().map(Version::of).collect()
}

/// What is no id names nothing (threat F16: an address may hold anything).
fn shaped<T: Versioned>(id: &str) -> Result<(), Error> {
    let read = id.parse::<MapId>();
    read.map(drop).map_err(|_| Error::NotFound(T::WORD))
}

pub(super) async fn newest_in<T: Versioned>(
    rows: &mut Tenant<'_>,
    id: &str,
) -> Result<Version<T>, Error> {
    shaped::<T>(id)?;
    let found = rows.newest_version(T::KEPT, id).await?;
    Version::of(found.ok_or(Error::NotFound(T::WORD))?)
}

/// Pins a version in the caller's transaction. One that is not there is told of when it is read.
pub(super) async fn pin(
    rows: &mut Tenant<'_>,
    kept: Kept,
    id: &str,
    version: i64,
    now: Timestamp,
) -> Result<(), Error> {
    match rows.pin_version(kept, id, version, now.into()).await {
        Err(db::Error::NoRow) => Ok(()),
        other => Ok(other?),
    }
}

pub(super) async fn version_in<T: Versioned>(
    rows: &mut Tenant<'_>,
    id: &str,
    version: i64,
) -> Result<Version<T>, Error> {
    shaped::<T>(id)?;
    let found = rows.version(T::KEPT, id, version).await?;
    Version::of(found.ok_or(Error::NotFound(T::WORD))?)
}
