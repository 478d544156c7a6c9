//! From promise to credential: build, lint, sign, verify, store.
//!
//! Building and signing are pure and happen off the async threads; storing is one transaction for
//! many. Nothing here draws chance or reads a clock: what is signed follows from the promise alone.

use std::collections::{HashMap, HashSet, hash_map::Entry};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::achievement::Achievement;
use super::approval::Approval;
use super::lint::{self, Signer};
use super::order::Order;
use super::people::ERASED;
use super::{Error, Fault, earned, identity, keys, own, promise, publish};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{
    self, CredentialRow, CredentialState, IssuerKeyRow, JobState, KeyState, Signed, Stored, Tenant,
};
use crate::hooks;
use crate::ids::{AchievementId, CredentialId, IssuerId, PersonId};
use crate::keys::SigningKey;
use crate::proof::jwt;
use crate::queue;
use crate::verify::Known;

/// How many credentials are signed and stored in one go.
pub const AT_ONCE: usize = 500;

/// Turns an opened key into what signs. The real one changes nothing; tests count, or sign wrong.
pub type Wrap = dyn Fn(SigningKey) -> Box<dyn Signer> + Send + Sync;

/// Signs with the keys themselves.
#[must_use]
pub fn plainly(key: SigningKey) -> Box<dyn Signer> {
    Box::new(key)
}

/// What became of one promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// Signed and verified; not stored yet.
    Signed(Signed),
    /// It can never be signed as promised; the sentences say nothing of a person.
    Failed(CredentialId, Vec<Fault>),
}

/// How many promises were kept and how many given up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Signed and stored.
    pub issued: usize,
    /// Given up.
    pub failed: usize,
}

/// Keeps these promises; those that are kept already are left alone.
///
/// # Errors
/// [`Error::Conflict`] if one is part of a batch that is held (threat G17).
/// [`Error::SelfCheck`] if something signed does not verify: then nothing of this call is stored.
/// [`Error::Custody`] or [`Error::Db`]: nothing is lost, the promises stand.
pub async fn fulfil(
    app: &App,
    issuer: &IssuerId,
    ids: &[CredentialId],
    wrap: Arc<Wrap>,
) -> Result<Count, Error> {
    let mut count = Count::default();
    for chunk in ids.chunks(AT_ONCE) {
        let rows = app.db.of(issuer).credentials(chunk).await?;
        none_is_held(app, issuer, &rows).await?;
        let kept = keep(app, issuer, rows, Arc::clone(&wrap)).await?;
        count.issued += kept.issued;
        count.failed += kept.failed;
    }
    Ok(count)
}

/// Holds to it that what stands in a batch is signed with that, and not before by asking for it alone.
async fn none_is_held(app: &App, issuer: &IssuerId, rows: &[CredentialRow]) -> Result<(), Error> {
    let pending = rows
        .iter()
        .filter(|row| row.state == CredentialState::Pending);
    let batches: HashSet<&str> = pending
        .filter_map(|row| row.promise.batch.as_deref())
        .collect();
    for batch in batches {
        let Ok(batch) = batch.parse() else { continue };
        let job = app.db.of(issuer).job(&batch).await?;
        let Some(job) = job.filter(|job| job.state == JobState::Paused) else {
            continue;
        };
        let why = match Approval::read(&job).filter(Approval::waits) {
            Some(_) => "waits until a second person says yes",
            None => "is held",
        };
        return Err(Error::Conflict(format!(
            "this award is part of a batch that {why}: it is signed with that"
        )));
    }
    Ok(())
}

/// How often what another worker or a change of the key took away is signed again.
const TRIES: usize = 8;

/// Signs and stores the pending ones among `rows`. What cannot be stored because the key changed
/// meanwhile, or because another worker was first, is read again; what is left is signed again.
pub(super) async fn keep(
    app: &App,
    issuer: &IssuerId,
    mut rows: Vec<CredentialRow>,
    wrap: Arc<Wrap>,
) -> Result<Count, Error> {
    let ids: Vec<CredentialId> = rows
        .iter()
        .map(|row| row.promise.credential_id.clone())
        .collect();
    for _ in 1..TRIES {
        match try_keep(app, issuer, rows, Arc::clone(&wrap)).await {
            Err(Error::Db(db::Error::NoRow)) => {}
            answer => return answer,
        }
        rows = app.db.of(issuer).credentials(&ids).await?;
    }
    try_keep(app, issuer, rows, wrap).await
}

async fn try_keep(
    app: &App,
    issuer: &IssuerId,
    rows: Vec<CredentialRow>,
    wrap: Arc<Wrap>,
) -> Result<Count, Error> {
    let made = sign(app, issuer, rows, wrap).await?;
    store(app, issuer, &made, app.now()).await
}

/// Builds, lints, signs and verifies the pending ones among `rows`, and stores nothing.
///
/// # Errors
/// As [`fulfil`].
pub async fn sign(
    app: &App,
    issuer: &IssuerId,
    rows: Vec<CredentialRow>,
    wrap: Arc<Wrap>,
) -> Result<Vec<Made>, Error> {
    let pending = rows
        .into_iter()
        .filter(|row| row.state == CredentialState::Pending);
    let (pending, erased): (Vec<_>, Vec<_>) =
        pending.partition(|row| row.promise.order_sealed.is_some());
    let work = load(app, issuer, pending).await?;
    let keys = open_keys(app, &work, wrap.as_ref())?;
    let now = app.now();
    let all = tokio::task::spawn_blocking(move || {
        let one = |item: &Item| make(item, &work, &keys, now);
        work.items
            .iter()
            .map(one)
            .collect::<Result<Vec<Made>, Error>>()
    });
    let mut made = all
        .await
        .map_err(|_| Error::Internal("signing was cut off".to_owned()))??;
    // Without its order nothing can be signed, now or ever: it holds nobody else up.
    let gone =
        |row: CredentialRow| Made::Failed(row.promise.credential_id, vec![Fault::new("", ERASED)]);
    made.extend(erased.into_iter().map(gone));
    Ok(made)
}

/// Everything that signing needs, read before it starts.
struct Work {
    items: Vec<Item>,
    achievements: HashMap<AchievementId, Achievement>,
    keys: Vec<IssuerKeyRow>,
    /// What a verifier knows of each identifier that the issuer has here.
    issuers: HashMap<String, Known>,
}

struct Item {
    row: CredentialRow,
    order: Order,
}

type Signers = HashMap<String, Box<dyn Signer>>;

async fn load(app: &App, issuer: &IssuerId, rows: Vec<CredentialRow>) -> Result<Work, Error> {
    let mut of = app.db.of(issuer);
    let keys = of.keys().await?;
    let active = keys.iter().find(|key| key.state == KeyState::Active);
    let mut work = Work {
        items: Vec::new(),
        achievements: HashMap::new(),
        keys: keys.clone(),
        issuers: HashMap::new(),
    };
    for mut row in rows {
        let id = row.promise.achievement_id.clone();
        if let Entry::Vacant(place) = work.achievements.entry(id.clone()) {
            place.insert(publish::load(&mut of, &id).await?);
        }
        let mut order = promise::open(app, issuer, &row.promise)?;
        let gone = active.filter(|key| key.key_id != row.promise.key_id);
        if let Some(key) = gone {
            // The key was changed after the promise; nothing was signed with it, so the promise
            // moves to the new key.
            order.issuer.id.clone_from(&key.did);
            let sealed = promise::seal(app, issuer, &row.promise.credential_id, &order)?;
            let (id, from) = (&row.promise.credential_id, &row.promise.key_id);
            of.move_promise(id, from, &key.key_id, &sealed).await?;
            row.promise.key_id.clone_from(&key.key_id);
        }
        let did = &order.issuer.id;
        if !work.issuers.contains_key(did) {
            let known = own::known(&identity::document_of(did, &keys), app.now());
            work.issuers.insert(did.clone(), known);
        }
        work.items.push(Item { row, order });
    }
    Ok(work)
}

fn open_keys(app: &App, work: &Work, wrap: &Wrap) -> Result<Signers, Error> {
    let mut signers: Signers = HashMap::new();
    for item in &work.items {
        let key_id = &item.row.promise.key_id;
        if !signers.contains_key(key_id) {
            let row = work.keys.iter().find(|key| key.key_id == *key_id);
            let row = row.ok_or(Error::NotFound("signing key"))?;
            signers.insert(key_id.clone(), wrap(keys::open(app, row)?));
        }
    }
    Ok(signers)
}

/// Makes one credential: pure.
fn make(item: &Item, work: &Work, signers: &Signers, now: Timestamp) -> Result<Made, Error> {
    let promise = &item.row.promise;
    let id = &promise.credential_id;
    let achievement = work
        .achievements
        .get(&promise.achievement_id)
        .ok_or(Error::NotFound("achievement"))?;
    let signer = signers
        .get(&promise.key_id)
        .ok_or(Error::NotFound("signing key"))?;
    let options = promise::proof_options(&item.order, &promise.key_id);
    let unsigned = item.order.credential(achievement);
    let linted = match lint::credential(unsigned, &options) {
        Ok(linted) => linted,
        Err(faults) => return Ok(Made::Failed(id.clone(), faults)),
    };
    let unsigned_sha256 = linted.sha256().to_vec();
    let mut signed = linted.sign(signer.as_ref());
    if let Some(token) = &mut signed.jwt {
        *token = kept(token)?;
    }
    let known = work
        .issuers
        .get(&item.order.issuer.id)
        .ok_or(Error::NotFound("organisation"))?;
    // A clock that was set back since the promise does not make it one of the future (H13).
    let now = now.max(promise.proof_created.into());
    own::verify(&signed, known, now).map_err(|sentence| {
        tracing::error!(credential = %id, "a signed credential did not verify; nothing is stored");
        Error::SelfCheck(sentence)
    })?;
    Ok(Made::Signed(Signed {
        credential_id: id.clone(),
        key_id: promise.key_id.clone(),
        unsigned_sha256,
        document_sha256: Sha256::digest(signed.document.as_bytes()).to_vec(),
        document: signed.document,
        jwt: signed.jwt,
    }))
}

/// What is kept of a token: the payload is left to the document.
fn kept(token: &str) -> Result<String, Error> {
    jwt::detach(token).map_err(|error| Error::Internal(error.to_string()))
}

/// Stores what was made. If one of them stands in the way of all, each is stored by itself.
///
/// # Errors
/// [`Error::Db`] if the database is not available; what was promised stays promised.
/// [`db::Error::NoRow`] if a key changed since, or another worker was first: read the rows again.
pub async fn store(
    app: &App,
    issuer: &IssuerId,
    made: &[Made],
    now: Timestamp,
) -> Result<Count, Error> {
    match store_together(app, issuer, made, now).await {
        Err(Error::Db(why @ (db::Error::Unavailable(_) | db::Error::NoRow))) => Err(Error::Db(why)),
        Err(_) if made.len() > 1 => {
            let mut count = Count::default();
            let mut first_error = None;
            for one in made {
                match store_together(app, issuer, std::slice::from_ref(one), now).await {
                    Ok(stored) => {
                        count.issued += stored.issued;
                        count.failed += stored.failed;
                    }
                    Err(error) => first_error = first_error.or(Some(error)),
                }
            }
            first_error.map_or(Ok(count), Err)
        }
        answer => answer,
    }
}

async fn store_together(
    app: &App,
    issuer: &IssuerId,
    made: &[Made],
    now: Timestamp,
) -> Result<Count, Error> {
    let mut count = Count::default();
    let mut signed = Vec::with_capacity(made.len());
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(issuer);
    let mut batches: HashMap<String, (i64, i64)> = HashMap::new();
    for one in made {
        match one {
            Made::Signed(one) => signed.push(one.clone()),
            Made::Failed(id, faults) => {
                let problem: Vec<String> = faults.iter().map(ToString::to_string).collect();
                if let Some(batch) = rows.give_up(id, &problem.join("\n")).await? {
                    batches.entry(batch).or_default().1 += 1;
                }
                count.failed += 1;
            }
        }
    }
    if !signed.is_empty() {
        let stored = rows.store_many(&signed, now.into()).await?;
        for batch in stored.iter().filter_map(|one| one.batch.clone()) {
            batches.entry(batch).or_default().0 += 1;
        }
        follow(app, &mut rows, &stored).await?;
        count.issued = signed.len();
    }
    for (batch, (done, failed)) in batches {
        rows.count_job(&batch, done, failed).await?;
    }
    tx.commit().await?;
    Ok(count)
}

/// What follows from having issued, in the same transaction: others are told, learners are written to,
/// and where there are pathways, each learner's are looked at again.
async fn follow(app: &App, rows: &mut Tenant<'_>, stored: &[Stored]) -> Result<(), Error> {
    let ids: Vec<&str> = stored
        .iter()
        .map(|one| one.credential_id.as_str())
        .collect();
    hooks::tell(rows, app, "credential.issued", &ids).await?;
    earned::tell(app, rows, stored).await?;
    if !rows.pathway_stacks().await?.is_empty() {
        let people: HashSet<&str> = stored
            .iter()
            .filter_map(|one| one.person_id.as_ref())
            .map(PersonId::as_str)
            .collect();
        let people: Vec<&str> = people.into_iter().collect();
        queue::put_all(rows, app, queue::RECONSIDER, &people).await?;
    }
    Ok(())
}
