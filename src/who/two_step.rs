//! One-time codes as a second step, and what gets somebody in who lost the device that shows them.

use super::password::Door;
use super::sign_in::{note, recovery_hash};
use super::{Error, Fault, account, totp};
use crate::app::App;
use crate::clock::random;
use crate::custody::AccountPurpose;
use crate::db::{AccountRow, PasskeyRow, SessionRow};
use crate::ids::{AccountId, SessionId};

/// How many recovery codes somebody is given.
const CODES: usize = 10;
/// Random bytes in one: 80 bits.
const CODE_BYTES: usize = 10;

/// A secret that is not in force yet: to be shown, and proven with a first code.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// The secret as it is typed into an app by hand.
    pub secret: String,
    /// The address in the QR code.
    pub address: String,
}

impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Offer(***)")
    }
}

/// What is known of an account, for whoever signs in with it.
#[derive(Clone)]
pub struct Own {
    /// Their address.
    pub address: String,
    /// Whether they chose a password.
    pub has_password: bool,
    /// Whether one-time codes are asked for.
    pub two_steps: bool,
    /// How many recovery codes are left.
    pub codes_left: i64,
    /// Where they are signed in, the last seen first.
    pub sessions: Vec<SessionRow>,
    /// Their passkeys, oldest first.
    pub passkeys: Vec<PasskeyRow>,
}

impl std::fmt::Debug for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Own(***)")
    }
}

/// What is known of an account, for whoever signs in with it.
///
/// # Errors
/// [`Error::Db`]; [`Error::Custody`].
pub async fn own(app: &App, id: &AccountId) -> Result<Own, Error> {
    let row = account::get(app, id).await?;
    let now = app.now();
    let mut sessions = app.db.sessions_of(id).await?;
    sessions.retain(|row| !super::session::is_over(row, now));
    Ok(Own {
        address: account::address_of(app, &row)?,
        has_password: row.password.is_some(),
        two_steps: row.totp_sealed.is_some(),
        codes_left: app.db.recovery_codes_left(id).await?,
        sessions,
        passkeys: app.db.passkeys(id).await?,
    })
}

/// Offers a secret for one-time codes; nothing is kept before [`begin_two_steps`].
///
/// # Errors
/// [`Error::Custody`]; [`Error::Db`].
pub async fn offer(app: &App, id: &AccountId) -> Result<Offer, Error> {
    let row = account::get(app, id).await?;
    let secret = totp::secret(app.chance.as_ref());
    offered(app, &row, &secret)
}

/// The same offer once more, from what the form sent back.
///
/// # Errors
/// As [`offer`]; [`Error::Faults`] for what is no secret.
pub async fn offer_again(app: &App, id: &AccountId, secret: &str) -> Result<Offer, Error> {
    let row = account::get(app, id).await?;
    offered(app, &row, &read_secret(secret)?)
}

fn offered(app: &App, row: &AccountRow, secret: &[u8]) -> Result<Offer, Error> {
    Ok(Offer {
        secret: totp::base32(secret),
        address: totp::address(secret, &account::address_of(app, row)?),
    })
}

fn read_secret(text: &str) -> Result<Vec<u8>, Error> {
    let secret = totp::from_base32(text).filter(|secret| secret.len() == 20);
    secret.ok_or_else(|| {
        Error::Faults(vec![Fault::new(
            "secret",
            "is not the one that was offered",
        )])
    })
}

/// Asks for one-time codes from now on: the recovery codes, shown this once. Every other session
/// of the account ends.
///
/// # Errors
/// [`Error::Faults`] if the code is not one of the secret's.
pub async fn begin_two_steps(
    app: &App,
    id: &AccountId,
    this: &SessionId,
    secret: &str,
    code: &str,
) -> Result<Vec<String>, Error> {
    let secret = read_secret(secret)?;
    let now = app.now();
    let wrong = || {
        Error::Faults(vec![Fault::new(
            "code",
            "is not the one that the app shows now",
        )])
    };
    let step = totp::step_of(&secret, code, now).ok_or_else(wrong)?;
    let row = account::get(app, id).await?;
    let key = account::key(app, &row)?;
    let sealed = key.seal(AccountPurpose::OneTimeCodes, &secret, app.chance.as_ref());
    let (codes, hashes) = recovery_codes(app, id);
    let mut tx = app.db.begin().await?;
    tx.set_totp(id, Some(&sealed), step).await?;
    tx.set_recovery_codes(id, &hashes).await?;
    tx.end_sessions(id, Some(this)).await?;
    note(app, &mut tx, id, "account.two-steps").await?;
    tx.commit().await?;
    Ok(codes)
}

/// Asks for no one-time codes any more.
///
/// # Errors
/// [`Error::Wrong`] if the password is not right.
pub async fn end_two_steps(
    app: &App,
    door: &Door,
    id: &AccountId,
    password: &str,
) -> Result<(), Error> {
    let row = account::get(app, id).await?;
    if row.password.is_some() && !door.fits(password, row.password.as_deref()).await? {
        return Err(Error::Wrong);
    }
    let mut tx = app.db.begin().await?;
    tx.set_totp(id, None, 0).await?;
    tx.set_recovery_codes(id, &[]).await?;
    note(app, &mut tx, id, "account.one-step").await?;
    tx.commit().await?;
    Ok(())
}

/// New recovery codes, as they are written down and as they are kept.
fn recovery_codes(app: &App, id: &AccountId) -> (Vec<String>, Vec<Vec<u8>>) {
    let code = || {
        let text = totp::base32(&random::<CODE_BYTES>(app.chance.as_ref()));
        let parts: Vec<&str> = [0..4, 4..8, 8..12, 12..16]
            .into_iter()
            .filter_map(|part| text.get(part))
            .collect();
        parts.join("-")
    };
    let codes: Vec<String> = (0..CODES).map(|_| code()).collect();
    let hashes = codes.iter().map(|code| recovery_hash(id, code)).collect();
    (codes, hashes)
}
