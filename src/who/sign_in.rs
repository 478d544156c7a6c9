//! Signing in with a password, and a code if the account asks for one.

use sha2::{Digest as _, Sha256};

use super::password::{self, Door};
use super::session::{self, Whose};
use super::{Error, Token, Who, account, roles_of, totp};
use crate::app::App;
use crate::custody::AccountPurpose;
use crate::db::{self, AccountRow, MemberState, SessionRow, Stage, Tx};
use crate::ids::{AccountId, SessionId};

/// How far somebody came in, and what their browser is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// What the browser is to hold.
    pub token: Token,
    /// Whether they are in, or have to give a code.
    pub stage: Stage,
}

/// Signs somebody in by address and password. An unknown address takes as long as a wrong password
/// and is answered alike.
///
/// # Errors
/// [`Error::Wrong`]; [`Error::Busy`].
pub async fn sign_in(
    app: &App,
    door: &Door,
    address: &str,
    password: &str,
    client: &str,
) -> Result<SignedIn, Error> {
    let row = account::find(app, address).await?;
    let kept = row.as_ref().and_then(|row| row.password.as_deref());
    let fits = door.fits(password, kept).await?;
    match row {
        Some(row) if fits => proven(app, &row, client).await,
        _ => Err(Error::Wrong),
    }
}

/// Begins a session for somebody whose password was right: they are in, unless the account asks for
/// a code.
pub(super) async fn proven(app: &App, row: &AccountRow, client: &str) -> Result<SignedIn, Error> {
    let stage = match row.totp_sealed {
        Some(_) => Stage::Code,
        None => Stage::In,
    };
    let mut tx = app.db.begin().await?;
    let token = begin(app, &mut tx, &row.account_id, stage, client).await?;
    tx.commit().await?;
    Ok(SignedIn { token, stage })
}

/// Begins a session inside a transaction. Whoever works for one organisation is in it at once; it
/// stands in that organisation's log.
pub(super) async fn begin(
    app: &App,
    tx: &mut Tx,
    account: &AccountId,
    stage: Stage,
    client: &str,
) -> Result<Token, Error> {
    let now = app.now();
    let mut places = tx.memberships(account).await?;
    places.retain(|place| place.state == MemberState::Active);
    let only = match places.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let whose = Whose::Account(account.clone(), only.map(|place| place.issuer_id.clone()));
    let (session, token) = session::new(app, whose, stage, client, now);
    tx.add_session(&session).await?;
    if stage == Stage::In {
        for place in &places {
            let who = Who::member(&place.issuer_id, &place.member_id, &roles_of(&place.roles));
            let line = who.did(app, "session.start", place.member_id.as_str(), now);
            tx.of(&place.issuer_id).log(&[line]).await?;
        }
    }
    Ok(token)
}

/// Takes the one-time code, or a recovery code, of somebody whose password was right: what their
/// browser is to hold from now on.
///
/// # Errors
/// [`Error::Wrong`] for a wrong code, or one that was taken before.
pub async fn give_code(app: &App, row: &SessionRow, code: &str) -> Result<Token, Error> {
    let account = row.account_id.as_ref().ok_or(Error::Wrong)?;
    if row.stage != Stage::Code {
        return Err(Error::Wrong);
    }
    let found = account::get(app, account).await?;
    let mut tx = app.db.begin().await?;
    take_code(app, &mut tx, &found, code).await?;
    tx.end_session(&row.session_id).await?;
    let token = begin(app, &mut tx, account, Stage::In, &row.client).await?;
    tx.commit().await?;
    Ok(token)
}

/// Takes a code inside a transaction.
async fn take_code(app: &App, tx: &mut Tx, row: &AccountRow, code: &str) -> Result<(), Error> {
    let sealed = row.totp_sealed.as_deref().ok_or(Error::Wrong)?;
    let secret = account::key(app, row)?.unseal(AccountPurpose::OneTimeCodes, sealed)?;
    let taken = match totp::step_of(&secret, code, app.now()) {
        Some(step) => tx.take_totp_step(&row.account_id, step).await,
        None => {
            let hash = recovery_hash(&row.account_id, code);
            tx.take_recovery_code(&row.account_id, &hash).await
        }
    };
    taken.map_err(|error| match error {
        db::Error::NoRow => Error::Wrong,
        other => other.into(),
    })
}

/// What is kept of a recovery code; the account goes in, and how it is written does not count.
pub(super) fn recovery_hash(account: &AccountId, code: &str) -> Vec<u8> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let text = format!("{account}|{}", code.to_ascii_uppercase());
    Sha256::digest(text.as_bytes()).to_vec()
}

/// Chooses another password; every other session of the account ends.
///
/// # Errors
/// [`Error::Wrong`] if the old one is not right; [`Error::Faults`]; [`Error::Busy`].
pub async fn change_password(
    app: &App,
    door: &Door,
    account: &AccountId,
    this: &SessionId,
    old: &str,
    new: &str,
) -> Result<(), Error> {
    let row = account::get(app, account).await?;
    if row.password.is_some() && !door.fits(old, row.password.as_deref()).await? {
        return Err(Error::Wrong);
    }
    let address = account::address_of(app, &row)?;
    Error::unless(password::fault(new, &[&address]).into_iter().collect())?;
    let phc = door.keep(new, app.chance.as_ref()).await?;
    let mut tx = app.db.begin().await?;
    let held = tx.hold_account(account).await?;
    if held.is_none_or(|now| now.password != row.password) {
        // Somebody chose another one meanwhile: the old one is not right any more.
        return Err(Error::Wrong);
    }
    tx.set_password(account, &phc).await?;
    tx.end_sessions(account, Some(this)).await?;
    note(app, &mut tx, account, "account.password").await?;
    tx.commit().await?;
    Ok(())
}

/// Writes what somebody did to their own account into the log of every organisation they work for.
pub(super) async fn note(
    app: &App,
    tx: &mut Tx,
    account: &AccountId,
    action: &str,
) -> Result<(), Error> {
    let now = app.now();
    for place in tx.memberships(account).await? {
        if place.state == MemberState::Active {
            let who = Who::member(&place.issuer_id, &place.member_id, &[]);
            let line = who.did(app, action, place.member_id.as_str(), now);
            tx.of(&place.issuer_id).log(&[line]).await?;
        }
    }
    Ok(())
}
