//! Signing a credential that somebody else wrote: any verifiable credential, not only a badge.
//!
//! For the VC-API, a face for tests and integration. The way is that of every signature here: what
//! is signed passed [`lint`](mod@super::lint) first, and is verified before it is handed out. What the
//! credential says is not kept; of one that was given places in our status lists, only these.

use sha2::{Digest as _, Sha256};

use super::{Error, Fault, bulk, identity, keys, lint, list, own, revoke, text::random_uuid_urn};
use crate::app::App;
use crate::clock::{Timestamp, random};
use crate::credential;
use crate::db::{self, GivenEntryRow, IssuerKeyRow, KeyState, StatusState};
use crate::ids::{CredentialId, IssuerId, StatusListId, hex};
use crate::json::{self, Value};
use crate::proof::{ProofOptions, Suite};
use crate::rdf::contexts;
use crate::status;
use crate::who::{Scope, Who};

/// How a credential is to be secured.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// With an embedded proof of this suite.
    Proof(&'static dyn Suite),
    /// In an envelope: a VC-JOSE-COSE token.
    Token,
}

/// What a place in a status list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusPurpose {
    /// Taking back for good.
    Revocation,
    /// Taking back for now.
    Suspension,
}

impl StatusPurpose {
    /// The standard's word (Bitstring Status List 1.0 §2.1).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            StatusPurpose::Revocation => "revocation",
            StatusPurpose::Suspension => "suspension",
        }
    }

    /// The purpose of a word, exactly as written.
    #[must_use]
    pub fn of(word: &str) -> Option<StatusPurpose> {
        [StatusPurpose::Revocation, StatusPurpose::Suspension]
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
    }
}

/// What is wanted besides the credential.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// How it is to be secured.
    pub form: Form,
    /// The credential's `id`, if it has none of its own.
    pub id: Option<String>,
    /// The places in status lists that it is to be given: each purpose once.
    pub status: Vec<StatusPurpose>,
}

/// Signs a credential, as the organisation that asks. The answer is the credential with its proof,
/// or the enveloped credential.
///
/// # Errors
/// [`Error::Refused`] without the scope `issue`; [`Error::Faults`] if lint finds any: then nothing
/// is signed and no place given out; [`Error::Conflict`] if a credential of this id has such a
/// place already.
pub async fn issue(
    app: &App,
    who: &Who,
    mut document: Value<'static>,
    wanted: &Wanted,
) -> Result<Value<'static>, Error> {
    who.may(Scope::Issue)?;
    if status::is_list(&document) {
        // Whoever signs a list says who was taken back.
        who.may(Scope::Revoke)?;
    }
    let now = app.now();
    let all = app.db.of(who.issuer()).keys().await?;
    let key = all.iter().find(|key| key.state == KeyState::Active);
    let key = key.ok_or_else(|| Error::Key("the organisation has no key that signs".to_owned()))?;
    prepare(app, &mut document, key, wanted)?;
    not_ours(app, &document).await?;
    if wanted.status.is_empty() {
        let id = hex(&Sha256::digest(json::text(&document)));
        let linted = lint(document, key, wanted.form, now)?;
        let mut tx = app.db.begin().await?;
        let line = who.did(app, "given.issue", &id, now);
        tx.of(who.issuer()).log(&[line]).await?;
        let signed = sign(app, linted, key, &all, now)?;
        tx.commit().await?;
        return Ok(signed);
    }
    let (signed, lists) = with_places(app, who, document, (key, &all), wanted, now).await?;
    for list in lists {
        list::ensure(app, who.issuer(), &list).await?;
    }
    Ok(signed)
}

/// Refuses the name of a credential or a list that this service made itself: two would answer to it.
async fn not_ours(app: &App, document: &Value<'_>) -> Result<(), Error> {
    let Some(id) = document.get("id").and_then(Value::as_str) else {
        return Ok(());
    };
    let is_list = id.starts_with(&app.config.public_url.join("/status/"));
    if is_list || app.db.credential_by_public_id(id).await?.is_some() {
        let sentence = "this service has made something of this id itself";
        return Err(Error::Conflict(sentence.to_owned()));
    }
    Ok(())
}

/// Gives a credential its name and the contexts its proof needs, if it lacks them.
fn prepare(
    app: &App,
    document: &mut Value<'static>,
    key: &IssuerKeyRow,
    wanted: &Wanted,
) -> Result<(), Error> {
    let fault =
        |pointer: &str, sentence: String| Err(Error::Faults(vec![Fault::new(pointer, sentence)]));
    if document.members().is_none() {
        return fault("", "This must be a credential: an object.".to_owned());
    }
    // Nothing is signed with a context written into it.
    if !credential::is_badge(document) {
        let spelled = contexts::spell_out(document).map(std::borrow::Cow::into_owned);
        match spelled {
            Ok(spelled) => *document = spelled,
            Err(refused) => return fault(&refused.pointer, refused.sentence),
        }
    }
    let issuer = match document.get("issuer") {
        Some(Value::String(id)) => Some(id.as_ref()),
        Some(profile) => profile.get("id").and_then(Value::as_str),
        None => None,
    };
    // What is no id at all, lint says in its own words.
    if issuer.is_some_and(|id| id != key.did) {
        let sentence = format!("This organisation signs as {} and as nobody else.", key.did);
        return fault("/issuer", sentence);
    }
    if let Some(id) = &wanted.id {
        match document.get("id").map(Value::as_str) {
            None => document.set("id", Value::from(id.clone())),
            Some(Some(own)) if own == id => {}
            Some(_) => {
                let sentence = "The credential has another `id` than the one asked for.";
                return fault("/id", sentence.to_owned());
            }
        }
    } else if !wanted.status.is_empty() && document.get("id").is_none() {
        let id = random_uuid_urn(random(app.chance.as_ref()));
        document.set("id", Value::from(id));
    }
    if credential::is_version_1(document) {
        if matches!(wanted.form, Form::Proof(_)) {
            add_context(document, contexts::DATA_INTEGRITY_V2);
        }
        if !wanted.status.is_empty() {
            add_context(document, contexts::STATUS_V1);
        }
    }
    Ok(())
}

/// Names a context, if it is not named yet.
fn add_context(document: &mut Value<'static>, url: &'static str) {
    let mut all = document
        .get("@context")
        .map(|contexts| contexts.one_or_many().to_vec())
        .unwrap_or_default();
    if all.iter().all(|context| context.as_str() != Some(url)) {
        all.push(url.into());
        document.set("@context", Value::Array(all));
    }
}

/// What passed lint, in the form that was asked for.
enum Linted {
    Proof(Box<lint::Linted>),
    Token(lint::LintedToken),
}

fn lint(
    document: Value<'static>,
    key: &IssuerKeyRow,
    form: Form,
    now: Timestamp,
) -> Result<Linted, Error> {
    let method = identity::verification_method(&key.did, &key.key_id);
    let options = ProofOptions::new(method, now);
    match form {
        Form::Proof(suite) => {
            lint::given(document, suite, &options).map(|linted| Linted::Proof(Box::new(linted)))
        }
        Form::Token => lint::given_token(document, "EdDSA", &options).map(Linted::Token),
    }
    .map_err(Error::Faults)
}

/// Lints and signs the credential with the places it is given. They are given out only if it was
/// signed.
async fn with_places(
    app: &App,
    who: &Who,
    mut document: Value<'static>,
    (key, all): (&IssuerKeyRow, &[IssuerKeyRow]),
    wanted: &Wanted,
    now: Timestamp,
) -> Result<(Value<'static>, Vec<StatusListId>), Error> {
    if document.get("credentialStatus").is_some() {
        let sentence = "The credential has a status of its own; it cannot be given one.";
        return Err(Error::Faults(vec![Fault::new(
            "/credentialStatus",
            sentence,
        )]));
    }
    let id = document
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let given_hash = hash(id);
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(who.issuer());
    let (mut entries, mut lists, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for purpose in &wanted.status {
        let purpose = purpose.as_str();
        let credential_id = CredentialId::random(app.chance.as_ref());
        let row = GivenEntryRow {
            issuer_id: who.issuer().clone(),
            given_hash: given_hash.clone(),
            purpose: purpose.to_owned(),
            credential_id: credential_id.clone(),
            created_at: now.into(),
        };
        of.add_given_entry(&row)
            .await
            .map_err(|error| match error {
                db::Error::Duplicate(_) => {
                    Error::Conflict("a credential of this id was given a status before".to_owned())
                }
                other => Error::Db(other),
            })?;
        let ids = std::slice::from_ref(&credential_id);
        let chance = app.chance.as_ref();
        for place in of
            .take_status_places_for(purpose, ids, chance, now.into())
            .await?
        {
            let url = list::url(&app.config.public_url, &place.status_list_id);
            entries.push(entry(&url, place.status_index, purpose));
            lists.push(place.status_list_id);
        }
        lines.push(who.did(app, "given.issue", credential_id.as_str(), now));
    }
    let status = match entries.len() {
        1 => entries.remove(0),
        _ => Value::Array(entries),
    };
    document.set("credentialStatus", status);
    let linted = lint(document, key, wanted.form, now)?;
    of.log(&lines).await?;
    let signed = sign(app, linted, key, all, now)?;
    tx.commit().await?;
    Ok((signed, lists))
}

fn hash(id: &str) -> Vec<u8> {
    Sha256::digest(id.as_bytes()).to_vec()
}

/// A status entry (Bitstring Status List 1.0 §2.1).
fn entry(list: &str, index: i64, purpose: &'static str) -> Value<'static> {
    Value::Object(vec![
        ("id".into(), format!("{list}#{index}").into()),
        ("type".into(), "BitstringStatusListEntry".into()),
        ("statusPurpose".into(), purpose.into()),
        ("statusListIndex".into(), index.to_string().into()),
        ("statusListCredential".into(), list.to_owned().into()),
    ])
}

/// Signs, and verifies what was signed as a stranger would.
fn sign(
    app: &App,
    linted: Linted,
    key: &IssuerKeyRow,
    all: &[IssuerKeyRow],
    now: Timestamp,
) -> Result<Value<'static>, Error> {
    let signer = keys::open(app, key)?;
    let (text, signed) = match linted {
        Linted::Proof(linted) => {
            let text = linted.sign(&signer).document;
            let signed = json::parse(&text).map(Value::into_owned);
            let mut signed = signed
                .map_err(|_| Error::Internal("a signed credential cannot be read".to_owned()))?;
            if !credential::is_badge(&signed) {
                alone(&mut signed);
            }
            (json::text(&signed), signed)
        }
        Linted::Token(linted) => {
            let token = linted.sign(&signer);
            let signed = envelope(&token);
            (token, signed)
        }
    };
    own::verify_given(&text, &identity::document_of(&key.did, all), now)
        .map_err(Error::SelfCheck)?;
    Ok(signed)
}

/// Writes the one proof without brackets, as most readers of the data model expect it; only strict
/// Open Badges 3.0 wants a list. No signature covers the difference.
fn alone(signed: &mut Value<'static>) {
    if let Some(Value::Array(mut proofs)) = signed.remove("proof") {
        let proof = match (proofs.pop(), proofs.is_empty()) {
            (Some(one), true) => one,
            (last, _) => {
                proofs.extend(last);
                Value::Array(proofs)
            }
        };
        signed.set("proof", proof);
    }
}

/// A token as an object (VCDM 2.0 §4.13.2).
fn envelope(token: &str) -> Value<'static> {
    Value::Object(vec![
        ("@context".into(), contexts::CREDENTIALS_V2.into()),
        (
            "id".into(),
            format!("data:application/vc+jwt,{token}").into(),
        ),
        ("type".into(), "EnvelopedVerifiableCredential".into()),
    ])
}

/// A change of status that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The credential's own id.
    pub credential_id: String,
    /// Which of its places.
    pub purpose: StatusPurpose,
    /// The place as the entry writes it (list address, index), if the asker says so: it must be the
    /// credential's own.
    pub list: Option<String>,
    /// As [`Update::list`].
    pub index: Option<String>,
    /// Whether it is to be set.
    pub set: bool,
}

/// Sets or clears a status of a credential that this organisation signed, whoever wrote it. Asking
/// again changes nothing.
///
/// # Errors
/// [`Error::Refused`] without the scope `revoke`; [`Error::NotFound`] if it has no such place;
/// [`Error::Conflict`] for clearing a revocation, and for what waits for a second person.
pub async fn update(app: &App, who: &Who, update: &Update) -> Result<StatusState, Error> {
    who.may(Scope::Revoke)?;
    let id = find(app, who.issuer(), update).await?;
    let entry = app.db.of(who.issuer()).status_of(&id).await?;
    let entry = entry.ok_or(Error::NotFound("status"))?;
    let url = list::url(&app.config.public_url, &entry.status_list_id);
    let index = entry.status_index.to_string();
    if update.list.as_ref().is_some_and(|list| *list != url)
        || update.index.as_ref().is_some_and(|named| *named != index)
    {
        return Err(Error::NotFound("status"));
    }
    let change = match (update.purpose, update.set) {
        (StatusPurpose::Revocation, true) => revoke::Change::Revoke,
        (StatusPurpose::Suspension, true) => revoke::Change::Suspend,
        (StatusPurpose::Suspension, false) => revoke::Change::Reinstate,
        // What is suspended stays so: it was not revoked.
        (StatusPurpose::Revocation, false) if entry.state != StatusState::Revoked => {
            return Ok(entry.state);
        }
        (StatusPurpose::Revocation, false) => revoke::Change::Reinstate,
    };
    if who.actor() == "vc-api" {
        return revoke::change(app, who, &id, change).await;
    }
    // Whoever stands behind a key has no more of these changes than of others (threat G17); whoever
    // needs none is at this machine.
    match bulk::ask(app, who, change, std::slice::from_ref(&id), "").await? {
        bulk::Asked::Done(_) => Ok(change.result()),
        bulk::Asked::Waiting(_) => Err(Error::Conflict(
            "more than a hundred changes within a day: this one waits until a second person says yes"
                .to_owned(),
        )),
    }
}

/// The name of a credential's status entry.
async fn find(app: &App, issuer: &IssuerId, update: &Update) -> Result<CredentialId, Error> {
    let mut of = app.db.of(issuer);
    let purpose = update.purpose.as_str();
    if let Some(given) = of
        .given_entry(&hash(&update.credential_id), purpose)
        .await?
    {
        return Ok(given.credential_id);
    }
    // A badge of our own has one entry, for both purposes.
    let row = app
        .db
        .credential_by_public_id(&update.credential_id)
        .await?;
    let row = row.filter(|row| row.issuer_id == *issuer);
    row.map(|row| row.promise.credential_id)
        .ok_or(Error::NotFound("credential with such a status"))
}
