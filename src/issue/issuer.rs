//! The organisation: made, described, given keys.

use super::identity::{self, DomainProof};
use super::{Error, Fault, keys};
use crate::app::App;
use crate::clock::{Timestamp, random};
use crate::db::{self, ApiKeyRow, DidMethod, IssuerRow};
use crate::ids::{ApiKeyId, IssuerId, hex};
use crate::keys::SigningKey;
use crate::who::{self, Scope, Secret, Who};

use super::text::is_plain;

/// The most characters of the name of an organisation or of an API key.
pub const NAME_CHARS: usize = 200;

/// What the first API key may do: all that a program asks for day by day. Keys and people are
/// managed at the machine itself, or with a key made for that.
pub const FIRST_SCOPES: &[Scope] = &[Scope::Issue, Scope::Revoke, Scope::Read, Scope::Publish];

/// An organisation to be made.
#[derive(Debug, Default)]
pub struct NewIssuer {
    /// Its name, as pages and credentials show it.
    pub name: String,
    /// Its web address: `https://…`.
    pub web_address: String,
    /// The address of its picture.
    pub logo: Option<String>,
    /// How to reach it: an e-mail address or a page.
    pub contact: Option<String>,
    /// Whether the names of assessors are signed.
    pub name_assessors: bool,
    /// The kind of its DID; `None`: `did:key` on loopback, else `did:web`.
    pub did_method: Option<DidMethod>,
    /// A signing key made elsewhere; `None`: a new one.
    pub key: Option<SigningKey>,
}

/// A new organisation, and what is shown once.
#[derive(Debug)]
pub struct Made {
    /// The organisation.
    pub issuer: IssuerRow,
    /// Its first API key: it may do what a program needs, and not [`Scope::Manage`].
    pub api_key: Secret,
    /// How to prove its web address; `None` if it has none that can be proven.
    pub domain_proof: Option<DomainProof>,
}

/// Makes an organisation with its DID, its first signing key and its first API key. Until its web
/// address is proven, every page says "unverified organisation" (threat G19). Names are reserved by
/// whoever runs the service: an organisation is made, and so named, at the machine alone, and no page
/// and no call of the API names one.
///
/// # Errors
/// [`Error::Faults`] if the description has faults; [`Error::Custody`] if there is no
/// key-encryption key, or for an example key on a public address (threat I13).
pub async fn init(app: &App, new: &NewIssuer) -> Result<Made, Error> {
    check(new)?;
    let now = app.now();
    let chance = app.chance.as_ref();
    let origin = &app.config.public_url;
    let mut row = IssuerRow {
        issuer_id: IssuerId::random(chance),
        name: new.name.trim().to_owned(),
        web_address: new.web_address.trim().to_owned(),
        logo: new.logo.clone(),
        contact: new.contact.clone(),
        did_method: new
            .did_method
            .unwrap_or_else(|| identity::default_method(origin)),
        did: String::new(),
        domain_token: hex(&random::<16>(chance)),
        domain_proven_at: None,
        name_assessors: new.name_assessors,
        created_at: now.into(),
    };
    let key = match &new.key {
        Some(key) => keys::first_adopted(app, &mut row, key)?,
        None => keys::first(app, &mut row)?,
    };
    let issuer_id = row.issuer_id.clone();
    let (api_row, api_key) = who::new_api_key(&issuer_id, "first", FIRST_SCOPES, None, now, chance);
    let who = Who::operator(issuer_id.clone());
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(&issuer_id);
    of.add_issuer(&row).await?;
    of.add_key(&key).await?;
    of.add_api_key(&api_row).await?;
    of.log(&[who.did(app, "issuer.init", issuer_id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(Made {
        domain_proof: identity::domain_proof(&row.web_address, &row.domain_token),
        issuer: row,
        api_key,
    })
}

fn name_fault(name: &str) -> Option<Fault> {
    let name = name.trim();
    let good = !name.is_empty()
        && name.chars().count() <= NAME_CHARS
        && name.chars().all(|c| is_plain(c) && !c.is_control());
    (!good).then(|| {
        let sentence = format!("is 1 to {NAME_CHARS} characters of plain text");
        Fault::new("/name", sentence)
    })
}

fn check_api_key(
    name: &str,
    scopes: &[Scope],
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut faults: Vec<Fault> = name_fault(name).into_iter().collect();
    if scopes.is_empty() {
        faults.push(Fault::new("/scopes", "names at least one scope"));
    }
    if expires.is_some_and(|at| at <= now) {
        faults.push(Fault::new("/expires", "is a time that has passed"));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Faults(faults))
    }
}

fn check(new: &NewIssuer) -> Result<(), Error> {
    let mut faults = Vec::new();
    faults.extend(name_fault(&new.name));
    let web = |text: &str| {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        rest.is_some_and(|rest| !rest.is_empty()) && super::achievement::is_uri(text)
    };
    if !web(new.web_address.trim()) {
        faults.push(Fault::new(
            "/webAddress",
            "is an address such as https://example.org",
        ));
    }
    if new
        .logo
        .as_ref()
        .is_some_and(|logo| !web(logo) && !logo.starts_with("data:image/"))
    {
        faults.push(Fault::new("/logo", "is an https address or a data: image"));
    }
    if new
        .contact
        .as_ref()
        .is_some_and(|text| text.trim().is_empty() || !text.chars().all(is_plain))
    {
        faults.push(Fault::new("/contact", "is an e-mail address or a page"));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Faults(faults))
    }
}

/// The organisation's API keys, oldest first, with those that ended; without their secrets, which
/// nobody has.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`.
pub async fn api_keys(app: &App, who: &Who) -> Result<Vec<ApiKeyRow>, Error> {
    who.may(Scope::Manage)?;
    Ok(app.db.of(who.issuer()).api_keys().await?)
}

/// Makes an API key. Its secret is shown once. It belongs to whoever makes it; one that the operator
/// makes, or that is made through such a key, is nobody's, and starts nothing that asks for a second
/// person (threat G17).
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`, and for a scope that the asker does not have;
/// [`Error::Faults`] for a name that is no plain text, no scope at all, or an end that has passed.
pub async fn new_api_key(
    app: &App,
    who: &Who,
    name: &str,
    scopes: &[Scope],
    expires: Option<Timestamp>,
) -> Result<(ApiKeyRow, Secret), Error> {
    who.may(Scope::Manage)?;
    for scope in scopes {
        who.may(*scope)?;
    }
    let now = app.now();
    check_api_key(name, scopes, expires, now)?;
    let (mut row, secret) = who::new_api_key(
        who.issuer(),
        name.trim(),
        scopes,
        expires,
        now,
        app.chance.as_ref(),
    );
    // What the key does is done for whoever made it.
    row.made_by = Some(who.principal().to_owned()).filter(|actor| actor != "cli");
    row.made_with = Some(who.actor())
        .filter(|_| who.is_key())
        .and_then(|id| id.parse().ok());
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(who.issuer());
    of.hold_members().await?;
    if let Some(with) = &row.made_with {
        // It may have been taken back since it was shown.
        let all = of.api_keys().await?;
        let good = |key: &ApiKeyRow| key.api_key_id == *with && key.revoked_at.is_none();
        if !all.iter().any(good) {
            return Err(Error::Refused(who::Refusal::Unknown));
        }
    }
    of.add_api_key(&row).await?;
    of.log(&[who.did(app, "api-key.new", row.api_key_id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok((row, secret))
}

/// Takes an API key back: it stops working at once, and so do the keys that were made through it
/// (threat G11).
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::NotFound`] for one of somebody else or
/// one that was taken back before; [`Error::Db`].
pub async fn revoke_api_key(app: &App, who: &Who, id: &ApiKeyId) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(who.issuer());
    of.hold_members().await?;
    match of.revoke_api_key(id, now.into()).await {
        Err(db::Error::NoRow) => return Err(Error::NotFound("API key that could be revoked")),
        other => other?,
    }
    let mut lines = vec![who.did(app, "api-key.revoke", id.as_str(), now)];
    for key in made_through(&of.api_keys().await?, id) {
        match of.revoke_api_key(&key, now.into()).await {
            Ok(()) => lines.push(who.did(app, "api-key.revoke", key.as_str(), now)),
            // It ended before.
            Err(db::Error::NoRow) => {}
            Err(cause) => return Err(cause.into()),
        }
    }
    of.log(&lines).await?;
    tx.commit().await?;
    Ok(())
}

/// The keys that were made through this one, those that were made through them, and so on.
fn made_through(all: &[ApiKeyRow], id: &ApiKeyId) -> Vec<ApiKeyId> {
    let mut found = vec![id.clone()];
    let mut at = 0;
    while let Some(with) = found.get(at).cloned() {
        let next = all
            .iter()
            .filter(|key| key.made_with.as_ref() == Some(&with));
        let next: Vec<ApiKeyId> = next.map(|key| key.api_key_id.clone()).collect();
        found.extend(next);
        at += 1;
    }
    found.split_off(1)
}
