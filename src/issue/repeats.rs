//! Rows that were issued before: each is named, and none is issued a second time (threat H3).

use std::collections::{HashMap, HashSet, hash_map::Entry};

use super::batch::Started;
use super::plan::Row;
use super::promise::{self, Answer};
use super::{Error, people};
use crate::app::App;
use crate::db::Tenant;
use crate::ids::{AchievementId, CredentialId};
use crate::who::{Scope, Who};

/// A row that was issued before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The line of the file.
    pub line: u64,
    /// The learner's reference, as it stands there.
    pub reference: String,
    /// What it repeats.
    pub before: Before,
    /// Whether the row says something else than that: levels, results, assessor, evidence or words.
    pub differs: bool,
}

/// What a row repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// A credential: of one that was corrected, the one that took its place.
    Credential(CredentialId),
    /// An earlier line of the same file.
    Line(u64),
}

/// The rows of a file that were issued before, in their order; nothing is stored.
///
/// # Errors
/// [`Error::Refused`] without the scope `issue`.
pub async fn among(
    app: &App,
    who: &Who,
    achievement: &AchievementId,
    rows: &[Row],
) -> Result<Vec<Repeat>, Error> {
    who.may(Scope::Issue)?;
    let mut of = app.db.of(who.issuer());
    let hashes = hashes(app, &mut of, rows).await?;
    let promised = of.promised_to(achievement, &different(&hashes)).await?;
    let promised = promised
        .into_iter()
        .map(|one| ((one.recipient_hash, one.issue_event), one.credential_id));
    let promised: HashMap<(Vec<u8>, String), CredentialId> = promised.collect();
    let mut first: HashMap<(Vec<u8>, String), &Row> = HashMap::new();
    let (mut issued, mut repeats) = (Vec::new(), Vec::new());
    for (row, hash) in rows.iter().zip(hashes) {
        let natural = (hash, promise::by_itself(row));
        if let Some(id) = promised.get(&natural) {
            issued.push((row, id.clone()));
            continue;
        }
        match first.entry(natural) {
            Entry::Vacant(place) => {
                place.insert(row);
            }
            Entry::Occupied(first) => repeats.push(Repeat {
                line: row.line,
                reference: row.learner.reference.clone(),
                before: Before::Line(first.get().line),
                differs: !says_the_same(first.get(), row),
            }),
        }
    }
    repeats.extend(named(app, &mut of, issued).await?);
    repeats.sort_by_key(|repeat| repeat.line);
    Ok(repeats)
}

/// The rows of a batch that were issued before it was started, in their order.
///
/// # Errors
/// [`Error::Refused`] without the scope `issue`.
pub async fn of(
    app: &App,
    who: &Who,
    rows: &[Row],
    started: &Started,
) -> Result<Vec<Repeat>, Error> {
    who.may(Scope::Issue)?;
    let answers = rows.iter().zip(&started.rows);
    let issued = answers.filter_map(|(row, (_, answer))| match answer {
        Answer::New(_) => None,
        Answer::Before(id) => Some((row, id.clone())),
    });
    named(app, &mut app.db.of(who.issuer()), issued.collect()).await
}

/// What each row's learner is found by: whoever was merged, by the record that stays.
async fn hashes(app: &App, of: &mut Tenant<'_>, rows: &[Row]) -> Result<Vec<Vec<u8>>, Error> {
    let issuer = of.issuer_id().clone();
    let said = rows.iter();
    let said = said.map(|row| app.custody.lookup_hash(&issuer, &row.learner.reference));
    let said: Vec<Vec<u8>> = said.collect::<Result<_, _>>()?;
    let known = people::look_up(of, &different(&said)).await?;
    let now = |hash: Vec<u8>| {
        let row = known.get(&hash);
        let own = row.and_then(|row| row.lookup_hash.clone());
        own.unwrap_or(hash)
    };
    Ok(said.into_iter().map(now).collect())
}

fn different(hashes: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let all: HashSet<&Vec<u8>> = hashes.iter().collect();
    all.into_iter().cloned().collect()
}

/// Each row with what was issued in its place, and whether that says the same.
async fn named(
    app: &App,
    of: &mut Tenant<'_>,
    mut issued: Vec<(&Row, CredentialId)>,
) -> Result<Vec<Repeat>, Error> {
    follow(of, &mut issued).await?;
    let ids: Vec<CredentialId> = issued.iter().map(|(_, id)| id.clone()).collect();
    let issuer = of.issuer_id().clone();
    let mut orders = HashMap::with_capacity(ids.len());
    for row in of.credentials(&ids).await? {
        // What was erased says nothing any more.
        if row.promise.order_sealed.is_some() {
            let order = promise::open(app, &issuer, &row.promise)?;
            orders.insert(row.promise.credential_id, order);
        }
    }
    let repeat = |(row, id): (&Row, CredentialId)| Repeat {
        line: row.line,
        reference: row.learner.reference.clone(),
        differs: (orders.get(&id)).is_some_and(|order| !order.says_the_same(row)),
        before: Before::Credential(id),
    };
    Ok(issued.into_iter().map(repeat).collect())
}

/// Of what was corrected, what took its place.
async fn follow(of: &mut Tenant<'_>, issued: &mut [(&Row, CredentialId)]) -> Result<(), Error> {
    loop {
        let ids: Vec<CredentialId> = issued.iter().map(|(_, id)| id.clone()).collect();
        let newer = of.superseded_among(&ids).await?;
        if newer.is_empty() {
            return Ok(());
        }
        let newer = newer
            .into_iter()
            .map(|row| (row.credential_id, row.by_credential_id));
        let newer: HashMap<CredentialId, CredentialId> = newer.collect();
        for (_, id) in issued.iter_mut() {
            if let Some(by) = newer.get(id) {
                id.clone_from(by);
            }
        }
    }
}

fn says_the_same(one: &Row, other: &Row) -> bool {
    one.awarded == other.awarded
        && one.outcomes == other.outcomes
        && one.assessor == other.assessor
        && one.evidence == other.evidence
        && one.narrative == other.narrative
}
