//! Is everything that was issued still what was issued (threat H16)? Every stored credential is
//! read again and held against its promise, its key, its status and its own signature. Looking
//! changes nothing, needs no private key, and keeps no more than one page in memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use super::Error;
use super::checkup::{self, ListIs};
use super::recheck::{self, Published, Records};
use crate::app::App;
use crate::config::limits::PUBLISH_WITHIN;
use crate::db::{CredentialRow, IssuerRow, KeyState, StatusEntryRow};
use crate::ids::{CredentialId, StatusListId};
use crate::json;
use crate::status::ListCredential;

/// How many credentials are read at once.
const PAGE: i64 = 500;

/// What the audit tells while it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// An organisation's turn: how many credentials it has.
    Organisation {
        /// How many are stored as issued.
        credentials: u64,
    },
    /// So many credentials more were looked at.
    Looked(u64),
    /// Something is not as it was issued.
    Mismatch(Mismatch),
}

/// Something that is not as it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What it is about.
    pub of: Subject,
    /// In which way; goes on after "it".
    pub sentence: String,
}

/// What a mismatch is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A credential.
    Credential(CredentialId),
    /// A published status list.
    StatusList(StatusListId),
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Organisations.
    pub organisations: u64,
    /// Credentials stored as issued; all of them were looked at.
    pub credentials: u64,
    /// Status lists.
    pub lists: u64,
    /// Promised and not signed.
    pub pending: u64,
    /// Promised, and could not be signed.
    pub failed: u64,
    /// Of the credentials: how many differ in any way.
    pub different: u64,
    /// Every difference, of credentials and lists.
    pub mismatches: u64,
}

/// Looks at everything that `issuers` issued, one organisation after the other.
///
/// # Errors
/// [`Error::Db`], and [`Error::Internal`] if a piece of work panicked.
pub async fn run(
    app: &App,
    issuers: &[IssuerRow],
    told: &mut (dyn FnMut(Told) + Send),
) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    for issuer in issuers {
        organisation(app, issuer, &mut summary, told).await?;
    }
    Ok(summary)
}

async fn organisation(
    app: &App,
    issuer: &IssuerRow,
    summary: &mut Summary,
    told: &mut (dyn FnMut(Told) + Send),
) -> Result<(), Error> {
    let id = &issuer.issuer_id;
    let counts = app.db.of(id).counts().await?;
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    summary.organisations += 1;
    summary.pending += count(counts.pending);
    summary.failed += count(counts.failed);
    told(Told::Organisation {
        credentials: count(counts.issued),
    });
    let mut looked = records(app, issuer).await?;
    if !looked.wrong.is_empty() {
        // Somebody may have revoked or published in between: what is wrong stays wrong.
        looked = records(app, issuer).await?;
    }
    summary.lists += looked.lists;
    for mismatch in looked.wrong {
        summary.mismatches += 1;
        told(Told::Mismatch(mismatch));
    }
    let known = Arc::new(looked.records);
    let mut last = None;
    loop {
        let rows = app.db.of(id).issued_after(last.as_ref(), PAGE).await?;
        let Some(row) = rows.last() else {
            return Ok(());
        };
        last = Some(row.promise.credential_id.clone());
        let looked = rows.len() as u64;
        let entries = app.db.of(id).statuses_of(&ids(&rows)).await?;
        for (credential, sentences) in page(app, issuer, rows, entries, &known).await? {
            summary.different += 1;
            for sentence in sentences {
                summary.mismatches += 1;
                told(Told::Mismatch(Mismatch {
                    of: Subject::Credential(credential.clone()),
                    sentence,
                }));
            }
        }
        summary.credentials += looked;
        told(Told::Looked(looked));
    }
}

fn ids(rows: &[CredentialRow]) -> Vec<CredentialId> {
    rows.iter()
        .map(|row| row.promise.credential_id.clone())
        .collect()
}

/// The credentials of a page that differ, looked at twice: the second time with everything read
/// anew while nothing changed, so that nothing is said of a change that was on its way.
async fn page(
    app: &App,
    issuer: &IssuerRow,
    rows: Vec<CredentialRow>,
    entries: Vec<StatusEntryRow>,
    known: &Arc<Records>,
) -> Result<Vec<Different>, Error> {
    let different = compare(rows, entries, known).await?;
    if different.is_empty() {
        return Ok(different);
    }
    let ids: Vec<CredentialId> = different.into_iter().map(|(id, _)| id).collect();
    let mut different = Vec::new();
    for _ in 0..checkup::TRIES {
        let looked = records(app, issuer).await?;
        let mut of = app.db.of(&issuer.issuer_id);
        let mut rows = of.credentials(&ids).await?;
        rows.sort_by(|a, b| a.promise.credential_id.cmp(&b.promise.credential_id));
        let entries = of.statuses_of(&ids).await?;
        let are_at_rest = at_rest(app, issuer, &looked.records).await?;
        different = compare(rows, entries, &Arc::new(looked.records)).await?;
        if are_at_rest || different.is_empty() {
            break;
        }
    }
    Ok(different)
}

/// Whether the lists know of every change up to this moment.
async fn at_rest(app: &App, issuer: &IssuerRow, records: &Records) -> Result<bool, Error> {
    let rows = app.db.of(&issuer.issuer_id).status_lists().await?;
    Ok(rows.iter().all(|row| {
        let published = records.lists.get(&row.status_list_id);
        published.is_none_or(|published| published.changes == row.changes)
    }))
}

/// What an organisation has, the number of its lists, and those that are not as they should be.
struct Looked {
    records: Records,
    lists: u64,
    wrong: Vec<Mismatch>,
}

async fn records(app: &App, issuer: &IssuerRow) -> Result<Looked, Error> {
    let now = app.now();
    let keys = app.db.of(&issuer.issuer_id).keys().await?;
    let (mut lists, mut wrong) = (BTreeMap::new(), Vec::new());
    let states = checkup::lists(app, &issuer.issuer_id, &keys).await?;
    let count = states.len() as u64;
    let due = now.checked_sub(PUBLISH_WITHIN).unwrap_or(now);
    for state in states {
        let is_behind = matches!(state.is, ListIs::Behind { .. });
        let sentence = match state.is {
            ListIs::Unpublished => Some("it was never published".to_owned()),
            ListIs::Wrong(sentence) => Some(sentence),
            ListIs::Behind { changes, since } if since.is_some_and(|since| since < due) => {
                Some(format!("it lacks {changes} changes that were due"))
            }
            ListIs::Behind { .. } | ListIs::Late(_) | ListIs::Good(_) => None,
        };
        if let Some(sentence) = sentence {
            wrong.push(Mismatch {
                of: Subject::StatusList(state.list.clone()),
                sentence,
            });
        }
        // What a list that is behind does not say yet is no difference.
        if !is_behind
            && let Some(published) = app.db.status_document(&state.list).await?
            && let Ok(document) = json::parse(&published.document)
            && let Ok(said) = ListCredential::read(&document)
        {
            let published = Published {
                list: said.list,
                at: published.published_at,
                changes: published.changes,
            };
            lists.insert(state.list, published);
        }
    }
    let mut signed_with = keys.clone();
    for key in &mut signed_with {
        if key.state == KeyState::Revoked {
            (key.state, key.revoked_at) = (KeyState::Retired, None);
        }
    }
    let records = Records {
        origin: app.config.public_url.clone(),
        keys,
        signed_with,
        lists,
        now,
    };
    Ok(Looked {
        records,
        lists: count,
        wrong,
    })
}

/// A credential, and everything in which it differs.
type Different = (CredentialId, Vec<String>);

/// The credentials of a page that differ, with all their differences: on every core, away from the
/// threads that answer.
async fn compare(
    rows: Vec<CredentialRow>,
    entries: Vec<StatusEntryRow>,
    records: &Arc<Records>,
) -> Result<Vec<Different>, Error> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = rows.len().div_ceil(cores).max(1);
    let (rows, entries) = (Arc::new(rows), Arc::new(entries));
    let parts = (0..rows.len()).step_by(share).map(|from| {
        let (rows, entries) = (Arc::clone(&rows), Arc::clone(&entries));
        let records = Arc::clone(records);
        tokio::task::spawn_blocking(move || {
            let to = rows.len().min(from + share);
            let of: BTreeMap<&CredentialId, &StatusEntryRow> = entries
                .iter()
                .map(|entry| (&entry.credential_id, entry))
                .collect();
            let differ = rows[from..to].iter().filter_map(|row| {
                let id = &row.promise.credential_id;
                let found = recheck::differences(row, of.get(id).copied(), &records);
                (!found.is_empty()).then(|| (id.clone(), found))
            });
            differ.collect::<Vec<_>>()
        })
    });
    let mut different = Vec::new();
    for part in parts.collect::<Vec<_>>() {
        let part = part.await;
        different.extend(part.map_err(|_| Error::Internal("a piece of work panicked".to_owned()))?);
    }
    Ok(different)
}
