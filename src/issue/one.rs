//! Issuing one credential: the whole path, in two transactions.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::fulfil::{self, Wrap};
use super::plan::Row;
use super::promise::{self, Answer, Terms};
use super::{Error, ends, list, publish};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, Claim, CredentialRow};
use crate::ids::{AchievementId, CredentialId, PersonId};
use crate::who::{Scope, Who};

/// How often an award is tried again when two requests for the same learner collide.
const TRIES: usize = 4;

/// One award that somebody asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// What for.
    pub achievement: AchievementId,
    /// To whom, with which results.
    pub row: Row,
    /// The record that the learner must be found as, where the work began with a record: whoever
    /// was erased since is not made anew.
    pub person: Option<PersonId>,
    /// When the credential ends, if it does.
    pub valid_until: Option<Timestamp>,
    /// The `Idempotency-Key` and the bytes of the request it came with.
    pub key: Option<Key>,
}

/// An `Idempotency-Key`, as hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    key: Vec<u8>,
    request: Vec<u8>,
}

impl Key {
    /// The key of a request: `request` is everything that makes it this request (its body).
    #[must_use]
    pub fn new(key: &str, request: &[u8]) -> Key {
        Key {
            key: Sha256::digest(key.as_bytes()).to_vec(),
            request: Sha256::digest(request).to_vec(),
        }
    }
}

/// An issued credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its id, as in `/c/{id}`.
    pub id: CredentialId,
    /// The signed credential, byte for byte: the body of the answer.
    pub document: String,
    /// Whether it was there before this request.
    pub repeated: bool,
}

/// Issues one credential.
///
/// The same request again (by its key, or by learner, achievement and date) gives the same bytes.
///
/// # Errors
/// [`Error::Refused`] without the scope `issue`; [`Error::Faults`] if the credential would have
/// any; [`Error::Conflict`] for an award that is part of a batch that is held; [`Error::KeyReused`]; [`Error::Unfinished`]; [`Error::IssuedOtherwise`] if the learner has this achievement from
/// this date with other results. After any other error, ask again with the same key.
pub async fn issue(app: &App, who: &Who, request: &Request) -> Result<Issued, Error> {
    issue_with(app, who, request, Arc::new(fulfil::plainly)).await
}

/// [`issue`], with what signs given.
///
/// # Errors
/// As [`issue`].
pub async fn issue_with(
    app: &App,
    who: &Who,
    request: &Request,
    wrap: Arc<Wrap>,
) -> Result<Issued, Error> {
    let answer = promise(app, who, request).await?;
    complete(app, who, request, &answer, wrap).await
}

/// The first half: writes the promise down.
///
/// # Errors
/// As [`issue`].
pub async fn promise(app: &App, who: &Who, request: &Request) -> Result<Answer, Error> {
    who.may(Scope::Issue)?;
    let mut tries = 0;
    loop {
        tries += 1;
        match try_promise(app, who, request).await {
            // Two requests met at the same new person; the second time one is there.
            Err(Error::Db(db::Error::Duplicate(_))) if tries < TRIES => {}
            answer => return answer,
        }
    }
}

async fn try_promise(app: &App, who: &Who, request: &Request) -> Result<Answer, Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    if let Some(key) = &request.key {
        let claim = tx
            .of(who.issuer())
            .claim(&key.key, &key.request, now.into())
            .await?;
        if claim == Claim::Reused {
            return Err(Error::KeyReused);
        }
    }
    let mut of = tx.of(who.issuer());
    if let Some(person) = &request.person {
        let reference = &request.row.learner.reference;
        let hash = app.custody.lookup_hash(who.issuer(), reference)?;
        let found = of.hold_people(&[hash]).await?.pop();
        if found.is_none_or(|found| found.person_id != *person) {
            return Err(Error::NotFound("learner"));
        }
    }
    let achievement = publish::load(&mut of, &request.achievement).await?;
    let valid_until = ends::ends(&mut of, achievement.id(), request.valid_until, now).await?;
    let terms = Terms {
        who,
        achievement: &achievement,
        valid_until,
        batch: None,
        occasion: None,
        checked: false,
        now,
    };
    let answers = promise::write(app, &mut tx, &terms, std::slice::from_ref(&request.row)).await?;
    tx.commit().await?;
    let answer = answers.into_iter().next();
    answer.ok_or_else(|| Error::Internal("an award had no answer".to_owned()))
}

/// The second half: signs and stores what was promised.
///
/// # Errors
/// As [`issue`].
pub async fn complete(
    app: &App,
    who: &Who,
    request: &Request,
    answer: &Answer,
    wrap: Arc<Wrap>,
) -> Result<Issued, Error> {
    let issuer = who.issuer();
    if let Answer::Before(id) = answer {
        same_award(app, who, request, id).await?;
    }
    let kept = fulfil::fulfil(app, issuer, std::slice::from_ref(answer.id()), wrap).await;
    kept.map_err(|error| match error {
        Error::Db(cause) => Error::Unfinished(cause),
        other => other,
    })?;
    let row = app.db.of(issuer).credential(answer.id()).await?;
    let row = row.ok_or(Error::NotFound("credential"))?;
    list::ensure(app, issuer, &row.promise.status_list_id).await?;
    let document = document(&row)?;
    let repeated = matches!(answer, Answer::Before(_));
    Ok(Issued {
        id: row.promise.credential_id,
        document,
        repeated,
    })
}

fn document(row: &CredentialRow) -> Result<String, Error> {
    match (&row.document, &row.problem) {
        (Some(document), _) => Ok(document.clone()),
        (None, Some(problem)) => Err(Error::Conflict(problem.clone())),
        (None, None) => Err(Error::Internal(
            "the credential is not signed yet".to_owned(),
        )),
    }
}

/// An earlier award of the same learner, achievement and date must be the same award.
async fn same_award(
    app: &App,
    who: &Who,
    request: &Request,
    id: &CredentialId,
) -> Result<(), Error> {
    let row = app.db.of(who.issuer()).credential(id).await?;
    let row = row.ok_or(Error::NotFound("credential"))?;
    if row.promise.order_sealed.is_none() {
        return Ok(());
    }
    let order = promise::open(app, who.issuer(), &row.promise)?;
    if order.says_the_same(&request.row) {
        Ok(())
    } else {
        Err(Error::IssuedOtherwise(id.clone()))
    }
}
