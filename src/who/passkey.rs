//! Passkeys (WebAuthn): signing in with a device that one unlocks, and nothing to remember or to
//! phish.
//!
//! Each registration and each sign-in begins with a challenge of ours. It waits in the database
//! under a token for a few minutes and is gone when it is answered: none is answered twice, and
//! whichever server asked, another one may take the answer.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;
use uuid::Uuid;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{
        DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
        RegisterPublicKeyCredential,
    },
};

use super::sign_in::{self, SignedIn, note};
use super::{Error, Fault, Token, account, session::later};
use crate::app::App;
use crate::db::{PasskeyRow, SignInTry, Stage};
use crate::ids::AccountId;

/// How long a challenge waits to be answered.
const TRY_SECONDS: i64 = 5 * 60;
/// Most characters of a passkey's name.
const NAME: usize = 60;
/// Most passkeys of one account.
const MOST: usize = 20;

/// A challenge on its way to a browser.
#[derive(Clone)]
pub struct Challenge {
    /// What the answer is to come with.
    pub token: Token,
    /// `publicKey`, as `navigator.credentials` takes it in JSON.
    pub options: Value,
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Challenge(***)")
    }
}

/// Whether passkeys can be used here: browsers want a name, not the number of a machine.
#[must_use]
pub fn offered(app: &App) -> bool {
    webauthn(app).is_ok()
}

fn webauthn(app: &App) -> Result<Webauthn, Error> {
    let origin = &app.config.public_url;
    let impossible =
        |_| Error::Conflict("passkeys need an address with a name, such as localhost".to_owned());
    let url = Url::parse(&origin.to_string())
        .map_err(|_| Error::Internal("our own address is none".to_owned()))?;
    WebauthnBuilder::new(origin.host(), &url)
        .map_err(impossible)?
        .rp_name("Skillmark")
        .build()
        .map_err(impossible)
}

/// Begins to add a passkey to an account.
///
/// # Errors
/// [`Error::Conflict`] where none can be used, or if the account has very many.
pub async fn begin_adding(app: &App, id: &AccountId) -> Result<Challenge, Error> {
    let row = account::get(app, id).await?;
    let address = account::address_of(app, &row)?;
    let there = app.db.passkeys(id).await?;
    if there.len() >= MOST {
        return Err(Error::Conflict(format!(
            "an account has {MOST} passkeys at most"
        )));
    }
    let known = there
        .iter()
        .filter_map(|row| read::<Passkey>(&row.document));
    let known = known.map(|passkey| passkey.cred_id().clone()).collect();
    let (challenge, state) = webauthn(app)?
        .start_passkey_registration(user(id)?, &address, &address, Some(known))
        .map_err(broken)?;
    let mut options = json(&challenge.public_key)?;
    // So that it can be found without an address (a discoverable credential).
    options["authenticatorSelection"]["residentKey"] = "required".into();
    options["authenticatorSelection"]["requireResidentKey"] = true.into();
    put(app, Some(id), &state, options).await
}

/// Adds the passkey that a browser made.
///
/// # Errors
/// [`Error::Faults`] for an answer that does not fit, or a name that is none.
pub async fn finish_adding(
    app: &App,
    id: &AccountId,
    token: &str,
    name: &str,
    answer: &str,
) -> Result<(), Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        let sentence = format!("has 1 to {NAME} characters");
        return Err(Error::Faults(vec![Fault::new("passkey-name", sentence)]));
    }
    let taken = take(app, token).await?.ok_or_else(unfit)?;
    if taken.account_id.as_ref() != Some(id) {
        return Err(unfit());
    }
    let state: PasskeyRegistration = read(&taken.state).ok_or_else(unfit)?;
    let answer: RegisterPublicKeyCredential = read(answer).ok_or_else(unfit)?;
    let made = webauthn(app)?
        .finish_passkey_registration(&answer, &state)
        .map_err(|_| unfit())?;
    let row = PasskeyRow {
        account_id: id.clone(),
        passkey_id: URL_SAFE_NO_PAD.encode(made.cred_id().as_ref() as &[u8]),
        name: name.to_owned(),
        document: text(&made)?,
        created_at: app.now().into(),
        used_at: None,
    };
    let mut tx = app.db.begin().await?;
    tx.add_passkey(&row).await.map_err(|_| unfit())?;
    note(app, &mut tx, id, "account.passkey").await?;
    tx.commit().await?;
    Ok(())
}

/// Removes a passkey.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] if nothing else would let its owner in.
pub async fn remove(app: &App, id: &AccountId, passkey: &str) -> Result<(), Error> {
    let row = account::get(app, id).await?;
    let there = app.db.passkeys(id).await?;
    if !there.iter().any(|row| row.passkey_id == passkey) {
        return Err(Error::NotFound("passkey"));
    }
    if row.password.is_none() && there.len() == 1 {
        let sentence = "nothing else lets you in: choose a password first";
        return Err(Error::Conflict(sentence.to_owned()));
    }
    let mut tx = app.db.begin().await?;
    tx.remove_passkey(id, passkey).await?;
    note(app, &mut tx, id, "account.passkey-removed").await?;
    tx.commit().await?;
    Ok(())
}

/// Begins to sign somebody in, whoever it is.
///
/// # Errors
/// [`Error::Conflict`] where no passkey can be used.
pub async fn begin_sign_in(app: &App) -> Result<Challenge, Error> {
    let started = webauthn(app)?.start_discoverable_authentication();
    let (challenge, state) = started.map_err(broken)?;
    let options = json(&challenge.public_key)?;
    put(app, None, &state, options).await
}

/// Signs in whoever holds the passkey. The device was unlocked for it, so no code is asked for.
///
/// # Errors
/// [`Error::Wrong`] for an unknown passkey, or an answer that does not fit.
pub async fn finish_sign_in(
    app: &App,
    token: &str,
    answer: &str,
    client: &str,
) -> Result<SignedIn, Error> {
    let taken = take(app, token).await?.ok_or(Error::Wrong)?;
    let state: DiscoverableAuthentication = read(&taken.state).ok_or(Error::Wrong)?;
    let answer: PublicKeyCredential = read(answer).ok_or(Error::Wrong)?;
    let webauthn = webauthn(app)?;
    let (_, shown) = webauthn
        .identify_discoverable_authentication(&answer)
        .map_err(|_| Error::Wrong)?;
    let row = app.db.passkey(&URL_SAFE_NO_PAD.encode(shown)).await?;
    let row = row.ok_or(Error::Wrong)?;
    let mut passkey: Passkey = read(&row.document)
        .ok_or_else(|| Error::Internal("a stored passkey cannot be read".to_owned()))?;
    let owner = webauthn.identify_discoverable_authentication(&answer);
    if owner.ok().map(|(user, _)| user) != Some(user(&row.account_id)?) {
        return Err(Error::Wrong);
    }
    let done = webauthn
        .finish_discoverable_authentication_v2(&answer, state, &passkey)
        .map_err(|_| Error::Wrong)?;
    passkey.update_credential(&done);
    let mut tx = app.db.begin().await?;
    let (id, document) = (&row.account_id, text(&passkey)?);
    tx.use_passkey(id, &row.passkey_id, &document, app.now().into())
        .await?;
    let token = sign_in::begin(app, &mut tx, id, Stage::In, client).await?;
    tx.commit().await?;
    let stage = Stage::In;
    Ok(SignedIn { token, stage })
}

/// An account as authenticators know it: the 16 bytes of its id.
fn user(id: &AccountId) -> Result<Uuid, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(id.as_str()).unwrap_or_default();
    Uuid::from_slice(&bytes).map_err(|_| Error::Internal("an account's id is none".to_owned()))
}

async fn put(
    app: &App,
    account: Option<&AccountId>,
    state: &impl Serialize,
    options: Value,
) -> Result<Challenge, Error> {
    let now = app.now();
    let token = Token::random(app.chance.as_ref());
    let row = SignInTry {
        token_hash: token.hash(),
        account_id: account.cloned(),
        state: text(state)?,
        expires_at: later(now, TRY_SECONDS).into(),
    };
    let mut tx = app.db.begin().await?;
    tx.forget_sign_in_tries(now.into()).await?;
    tx.add_sign_in_try(&row).await?;
    tx.commit().await?;
    Ok(Challenge { token, options })
}

async fn take(app: &App, token: &str) -> Result<Option<SignInTry>, Error> {
    let Some(token) = Token::read(token) else {
        return Ok(None);
    };
    let mut tx = app.db.begin().await?;
    let found = tx.take_sign_in_try(&token.hash()).await?;
    tx.commit().await?;
    Ok(found.filter(|row| *row.expires_at > app.now()))
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn text(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| unwritten())
}

fn json(value: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(|_| unwritten())
}

fn unwritten() -> Error {
    Error::Internal("something of a passkey cannot be written".to_owned())
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a passkey could not be asked for: {error}"))
}

fn unfit() -> Error {
    let sentence = "could not be added: try once more";
    Error::Faults(vec![Fault::new("passkey", sentence)])
}
