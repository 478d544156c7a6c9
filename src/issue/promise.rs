//! The intent: everything that shapes a credential's bytes, written down before it is signed.
//!
//! One transaction fixes the credential's id, its dates, its place in a status list, the key and
//! the order. From then on a crash can only repeat work: Ed25519 is deterministic, so signing the
//! same promise again gives the same bytes (threats H5, H6).

use std::collections::{HashMap, HashSet};

use super::achievement::Achievement;
use super::order::{Fixed, IssuerProfile, Order, StatusPlace};
use super::people::{self, Known};
use super::plan::{Learner, Row};
use super::{Error, Fault, identity, lint, publish};
use crate::app::App;
use crate::clock::Timestamp;
use crate::custody::Purpose;
use crate::db::{EvidenceRow, IssuerKeyRow, Promise, Promised, StatusPlaceRow, Tenant, Tx};
use crate::ids::{AchievementId, CredentialId, EvidenceId, IssuerId};
use crate::proof::ProofOptions;
use crate::who::Who;

/// The most endorsements that a credential carries: what a verifier reads, with room to spare.
const ENDORSEMENTS: i64 = 3;
/// How many awards are promised with one round of statements.
const AT_ONCE: usize = 500;

/// What sets a correction apart, before the id of the credential whose place it takes.
pub(super) const CORRECTS: &str = "corrects ";

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was promised now.
    New(CredentialId),
    /// The same learner has the same achievement from the same date already (threat H3).
    Before(CredentialId),
}

impl Answer {
    /// The credential, new or old.
    #[must_use]
    pub fn id(&self) -> &CredentialId {
        match self {
            Answer::New(id) | Answer::Before(id) => id,
        }
    }
}

/// What all awards of one promise have in common.
pub(super) struct Terms<'a> {
    pub(super) who: &'a Who,
    pub(super) achievement: &'a Achievement,
    pub(super) valid_until: Option<Timestamp>,
    pub(super) batch: Option<&'a str>,
    /// What sets this occasion apart from another of the same day: a correction.
    pub(super) occasion: Option<&'a str>,
    /// Whether every row was looked at before, with what holds now ([`super::ahead`]).
    pub(super) checked: bool,
    pub(super) now: Timestamp,
}

/// What the awards of one promise take from the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Common {
    issuer: IssuerProfile,
    key: IssuerKeyRow,
    endorsed: Vec<String>,
}

impl Common {
    /// As it is now.
    pub(super) async fn read(
        of: &mut Tenant<'_>,
        achievement: &AchievementId,
    ) -> Result<Common, Error> {
        let issuer = of.issuer().await?.ok_or(Error::NotFound("organisation"))?;
        let key = of.active_key().await?;
        let key =
            key.ok_or_else(|| Error::Key("the organisation has no key that signs".to_owned()))?;
        Ok(Common {
            issuer: identity::profile(&issuer),
            key,
            endorsed: of.signed_endorsements(achievement, ENDORSEMENTS).await?,
        })
    }
}

/// Promises every row, in one transaction: `tx` is the caller's to commit. The answers stand in
/// the order of the rows.
pub(super) async fn write(
    app: &App,
    tx: &mut Tx,
    terms: &Terms<'_>,
    rows: &[Row],
) -> Result<Vec<Answer>, Error> {
    let mut of = tx.of(terms.who.issuer());
    let about = std::slice::from_ref(terms.achievement.id());
    publish::only_by_its_pathway(&mut of, terms.who, about).await?;
    let common = Common::read(&mut of, terms.achievement.id()).await?;
    let mut answers: Vec<Option<Answer>> = vec![None; rows.len()];
    let mut ids = ids(app, rows.len()).into_iter();
    for places in by_learner(app, of.issuer_id(), rows)?.chunks(AT_ONCE) {
        let part: Vec<&Row> = places.iter().map(|place| &rows[*place]).collect();
        let told = write_chunk(app, &mut of, terms, (&common, &mut ids), &part).await?;
        for (place, answer) in places.iter().zip(told) {
            answers[*place] = Some(answer);
        }
    }
    let answers: Option<Vec<Answer>> = answers.into_iter().collect();
    let answers = answers.ok_or_else(|| Error::Internal("a row has no answer".to_owned()))?;
    let new = answers
        .iter()
        .filter(|answer| matches!(answer, Answer::New(_)));
    within_the_day(app, &mut of, terms, new.count()).await?;
    Ok(answers)
}

/// The places of the rows, by what their learners are found by: what is written in the order of an
/// index fills its pages one after the other. Rows of one learner stay in their order.
fn by_learner(app: &App, issuer: &IssuerId, rows: &[Row]) -> Result<Vec<usize>, Error> {
    let hash = |row: &Row| app.custody.lookup_hash(issuer, &row.learner.reference);
    let hashes: Vec<Vec<u8>> = rows.iter().map(hash).collect::<Result<_, _>>()?;
    let mut places: Vec<usize> = (0..rows.len()).collect();
    places.sort_by_key(|place| &hashes[*place]);
    Ok(places)
}

/// So many ids of new credentials, in their order, so that they are signed in the order in which
/// they lie. Given to rows in the order of a secret hash ([`by_learner`]), they say nothing of whose
/// name stood where in a file.
fn ids(app: &App, count: usize) -> Vec<CredentialId> {
    let id = |_| CredentialId::random(app.chance.as_ref());
    let mut ids: Vec<CredentialId> = (0..count).map(id).collect();
    ids.sort_unstable();
    ids
}

/// Counts what was promised now; more than a day's is refused, and then nothing of it is promised
/// (threat G17). The operator at the machine, who sets the limit, has none.
async fn within_the_day(
    app: &App,
    of: &mut Tenant<'_>,
    terms: &Terms<'_>,
    new: usize,
) -> Result<(), Error> {
    if new == 0 || terms.who.is_operator() {
        return Ok(());
    }
    let day = terms.now.strftime("%Y-%m-%d").to_string();
    let more = i64::try_from(new).unwrap_or(i64::MAX);
    let most = i64::from(app.config.issue_quota);
    if of.count_promised(&day, more).await? > most {
        return Err(Error::Quota(most));
    }
    Ok(())
}

async fn write_chunk(
    app: &App,
    of: &mut Tenant<'_>,
    terms: &Terms<'_>,
    (common, ids): (&Common, &mut impl Iterator<Item = CredentialId>),
    rows: &[&Row],
) -> Result<Vec<Answer>, Error> {
    let learners: Vec<&Learner> = rows.iter().map(|row| &row.learner).collect();
    let known = people::know(app, of, &learners, terms.now).await?;
    let mut before = earlier(of, terms.achievement.id(), &known).await?;
    let fresh: Vec<usize> = (0..rows.len())
        .filter(|i| !before.contains_key(&natural(terms, &known[*i], rows[*i])))
        .collect();
    let ids: Vec<CredentialId> = ids.take(fresh.len()).collect();
    let places = of
        .take_status_places(&ids, app.chance.as_ref(), terms.now.into())
        .await?;
    let mut promises = Vec::with_capacity(ids.len());
    let mut orders = HashMap::with_capacity(ids.len());
    for (i, place) in fresh.iter().zip(&places) {
        let order = order(app, terms, common, rows[*i], place);
        if !terms.checked {
            check(&order, terms.achievement, rows[*i].line)?;
        }
        let whose = (&known[*i], rows[*i]);
        promises.push(promise(app, terms, &common.key, whose, place, &order)?);
        orders.insert(place.credential_id.clone(), order);
    }
    let written = if promises.is_empty() {
        Vec::new()
    } else {
        of.promise(&promises).await?
    };
    record(app, of, terms, &written, &orders).await?;
    let mut answers = HashMap::with_capacity(rows.len());
    let in_store: HashSet<&CredentialId> = written.iter().collect();
    for (i, id) in fresh.iter().zip(&ids) {
        if in_store.contains(id) {
            answers.insert(*i, Answer::New(id.clone()));
        }
    }
    if written.len() < ids.len() {
        // Somebody else promised the same at the same moment.
        before = earlier(of, terms.achievement.id(), &known).await?;
    }
    (0..rows.len())
        .map(|i| match answers.remove(&i) {
            Some(new) => Ok(new),
            None => before
                .get(&natural(terms, &known[i], rows[i]))
                .map(|id| Answer::Before(id.clone()))
                .ok_or_else(|| Error::Internal("a promise was neither new nor old".to_owned())),
        })
        .collect()
}

type Natural = (Vec<u8>, String);

/// What makes two rows the same award, besides the achievement.
fn natural(terms: &Terms<'_>, known: &Known, row: &Row) -> Natural {
    (known.hash.clone(), event(terms, row))
}

/// Which occasion an award is.
fn event(terms: &Terms<'_>, row: &Row) -> String {
    match terms.occasion {
        Some(occasion) => format!("{} {occasion}", row.awarded),
        None => by_itself(row),
    }
}

/// The occasion of an award that is no correction.
pub(super) fn by_itself(row: &Row) -> String {
    row.awarded.to_string()
}

/// When the award of an occasion was made: what [`event`] wrote, read back.
#[must_use]
pub(crate) fn awarded_at(event: &str) -> Option<Timestamp> {
    event.split(' ').next()?.parse().ok()
}

/// The credential whose place one of this occasion took.
#[must_use]
pub(crate) fn corrects(event: &str) -> Option<CredentialId> {
    let (_, occasion) = event.split_once(' ')?;
    occasion.strip_prefix(CORRECTS)?.parse().ok()
}

async fn earlier(
    of: &mut Tenant<'_>,
    achievement: &AchievementId,
    known: &[Known],
) -> Result<HashMap<Natural, CredentialId>, Error> {
    let hashes: Vec<Vec<u8>> = known.iter().map(|known| known.hash.clone()).collect();
    let promised: Vec<Promised> = of.promised_to(achievement, &hashes).await?;
    Ok(promised
        .into_iter()
        .map(|promised| {
            (
                (promised.recipient_hash, promised.issue_event),
                promised.credential_id,
            )
        })
        .collect())
}

pub(super) fn order(
    app: &App,
    terms: &Terms<'_>,
    common: &Common,
    row: &Row,
    place: &StatusPlaceRow,
) -> Order {
    let origin = &app.config.public_url;
    let status = StatusPlace {
        list: super::list::url(origin, &place.status_list_id),
        index: u32::try_from(place.status_index).unwrap_or(u32::MAX),
    };
    let fixed = Fixed {
        id: credential_url(app, &place.credential_id),
        issuer: common.issuer.clone(),
        now: terms.now,
        valid_until: terms.valid_until,
        status: Some(status),
        evidence_base: Some(evidence_base(app)),
    };
    let mut order = Order::new(row, fixed, app.chance.as_ref());
    order.endorsements.clone_from(&common.endorsed);
    order
}

/// The address of a credential, which is its `id`.
#[must_use]
pub fn credential_url(app: &App, id: &CredentialId) -> String {
    app.config.public_url.join(&format!("/c/{id}"))
}

fn evidence_base(app: &App) -> String {
    app.config.public_url.join("/evidence/")
}

/// Looks for faults before anything is written, so that a bad order is refused whole (threat H7).
pub(super) fn check(order: &Order, achievement: &Achievement, line: u64) -> Result<(), Error> {
    match lint::look(&order.credential(achievement)) {
        Ok(()) => Ok(()),
        Err(faults) if line == 0 => Err(Error::Faults(faults)),
        Err(faults) => Err(Error::Rows(on_line(faults, line))),
    }
}

/// The options of the proof: its `created` is the moment of the promise.
pub(super) fn proof_options(order: &Order, key_id: &str) -> ProofOptions {
    let method = identity::verification_method(&order.issuer.id, key_id);
    ProofOptions::new(method, order.valid_from)
}

fn promise(
    app: &App,
    terms: &Terms<'_>,
    key: &IssuerKeyRow,
    (known, row): (&Known, &Row),
    place: &StatusPlaceRow,
    order: &Order,
) -> Result<Promise, Error> {
    Ok(Promise {
        credential_id: place.credential_id.clone(),
        public_id: order.id.clone(),
        achievement_id: terms.achievement.id().clone(),
        person_id: Some(known.person.clone()),
        recipient_hash: Some(known.hash.clone()),
        issue_event: event(terms, row),
        batch: terms.batch.map(str::to_owned),
        status_list_id: place.status_list_id.clone(),
        status_index: place.status_index,
        key_id: key.key_id.clone(),
        valid_from: terms.now.into(),
        valid_until: terms.valid_until.map(Into::into),
        proof_created: terms.now.into(),
        order_sealed: Some(seal(app, terms.who.issuer(), &place.credential_id, order)?),
    })
}

pub(super) fn seal(
    app: &App,
    issuer: &IssuerId,
    id: &CredentialId,
    order: &Order,
) -> Result<Vec<u8>, Error> {
    let text = serde_json::to_vec(order)
        .map_err(|_| Error::Internal("an order cannot be written".to_owned()))?;
    let chance = app.chance.as_ref();
    Ok(app
        .custody
        .seal(issuer, id.as_str(), Purpose::Order, &text, chance)?)
}

/// Opens the order of a promise.
pub(super) fn open(app: &App, issuer: &IssuerId, promise: &Promise) -> Result<Order, Error> {
    let sealed = promise.order_sealed.as_ref();
    let sealed = sealed.ok_or_else(|| Error::Conflict("the order was erased".to_owned()))?;
    let text = app.custody.unseal(
        issuer,
        promise.credential_id.as_str(),
        Purpose::Order,
        sealed,
    )?;
    serde_json::from_slice(&text).map_err(|_| Error::Internal("an order cannot be read".to_owned()))
}

/// Writes the evidence records and the audit lines of what was promised.
async fn record(
    app: &App,
    of: &mut Tenant<'_>,
    terms: &Terms<'_>,
    written: &[CredentialId],
    orders: &HashMap<CredentialId, Order>,
) -> Result<(), Error> {
    let mut evidence = Vec::new();
    let mut lines = Vec::new();
    let base = evidence_base(app);
    for id in written {
        let Some(order) = orders.get(id) else {
            continue;
        };
        for (item, url) in order.evidence.iter().zip(&order.evidence_ids) {
            let Some(evidence_id) = url.strip_prefix(&base).and_then(|id| id.parse().ok()) else {
                continue;
            };
            let evidence_id: EvidenceId = evidence_id;
            evidence.push(EvidenceRow {
                evidence_id,
                credential_id: id.clone(),
                name: item.name.clone(),
                description: item.description.clone(),
                digest: item.digest.clone(),
                media_type: None,
                created_at: terms.now.into(),
            });
        }
        lines.push(
            terms
                .who
                .did(app, "credential.issue", id.as_str(), terms.now),
        );
    }
    if !evidence.is_empty() {
        of.add_evidence(&evidence).await?;
    }
    if !lines.is_empty() {
        of.log(&lines).await?;
    }
    Ok(())
}

/// The faults of a row's order, as faults of the row's line.
fn on_line(faults: Vec<Fault>, line: u64) -> Vec<super::plan::Fault> {
    faults
        .into_iter()
        .map(|fault| super::plan::Fault {
            line,
            column: 0,
            name: None,
            sentence: fault.to_string(),
        })
        .collect()
}
