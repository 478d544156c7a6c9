//! What stands on this service, for the verifier: our issuers' documents, our status lists, our
//! credentials, read in this process (threat D17). Of anybody else's it says: elsewhere.

use std::collections::HashSet;
use std::sync::Arc;

use super::{identity, list};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{CredentialState, IssuerKeyRow, StatusState};
use crate::ids::{CredentialId, IssuerId, StatusListId};
use crate::json;
use crate::receipt;
use crate::verify::{
    Answer, First, Found, NotFetched, ReceiptKey, Soon, Sources, Standing, remote::Remote,
};

/// All there is: our own first, read in this process, then what others keep, unless nothing is
/// to be fetched (`--no-fetch`). For one verification.
#[must_use]
pub fn all(own: Own) -> First {
    let remote = own.app.outbound.as_ref().map(Remote::new);
    let own = First::new().then(own);
    match remote {
        Some(remote) => own.then(remote),
        None => own,
    }
}

/// The identifiers that issuers of this service have or had, for telling without the store that
/// somebody is none of ours. One made since is missing; nothing was signed with it, or said of it,
/// before it was there.
#[derive(Debug, Default)]
pub struct Ours(HashSet<String>);

impl Ours {
    /// Reads them.
    ///
    /// # Errors
    /// If the database could not answer.
    pub async fn read(app: &App) -> Result<Ours, crate::db::Error> {
        Ok(Ours(app.db.dids().await?.into_iter().collect()))
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}

/// The verifier's view of this service at one moment.
#[derive(Clone)]
pub struct Own {
    app: App,
    now: Timestamp,
    ours: Option<Arc<Ours>>,
}

impl Own {
    /// What `app` holds at `now`.
    #[must_use]
    pub fn new(app: &App, now: Timestamp) -> Own {
        Own {
            app: app.clone(),
            now,
            ours: None,
        }
    }

    /// The same, knowing the identifiers of this service: the store is not asked about others.
    #[must_use]
    pub fn knowing(self, ours: Option<Arc<Ours>>) -> Own {
        Own { ours, ..self }
    }

    /// Whether this identifier is known to be none of ours.
    fn is_foreign(&self, id: &str) -> bool {
        let ours = self.ours.as_ref();
        ours.is_some_and(|ours| !ours.has(id))
            && !id.starts_with(&self.app.config.public_url.join("/"))
    }

    fn found(&self, text: String) -> Result<Found, NotFetched> {
        Ok(Found {
            text,
            as_of: self.now,
        })
    }

    async fn find_issuer(&self, id: &str) -> Result<Found, NotFetched> {
        let origin = &self.app.config.public_url;
        if receipt::did(origin).is_ok_and(|did| did.as_str() == id) {
            let keys = self.app.db.receipt_keys().await.map_err(unavailable)?;
            return self.found(json::text(&receipt::document(origin, id, &keys)));
        }
        let page = id
            .strip_prefix(&origin.join("/issuers/"))
            .and_then(|id| id.parse().ok());
        if let Some(issuer) = page {
            let row = self
                .app
                .db
                .of(&issuer)
                .issuer()
                .await
                .map_err(unavailable)?;
            let row = row.ok_or(NotFetched::Missing)?;
            let keys = self.keys(&issuer).await?;
            return self.found(json::text(&identity::profile_document(origin, &row, &keys)));
        }
        let issuer = self.issuer_of_did(id).ok_or(NotFetched::Elsewhere)?;
        let keys = self.keys(&issuer).await?;
        if keys.is_empty() {
            return Err(NotFetched::Missing);
        }
        self.found(json::text(&identity::document_of(id, &keys).to_json()))
    }

    /// Whose `did:web` under our address this is.
    fn issuer_of_did(&self, did: &str) -> Option<IssuerId> {
        let issuer: IssuerId = did.rsplit(':').next()?.parse().ok()?;
        let ours = identity::did_web(&self.app.config.public_url, &issuer).ok()?;
        (ours.as_str() == did).then_some(issuer)
    }

    async fn keys(&self, issuer: &IssuerId) -> Result<Vec<IssuerKeyRow>, NotFetched> {
        self.app.db.of(issuer).keys().await.map_err(unavailable)
    }

    /// Which list of ours stands at an address.
    fn list_at(&self, url: &str) -> Result<StatusListId, NotFetched> {
        let prefix = self.app.config.public_url.join("/status/");
        let id = url.strip_prefix(&prefix).ok_or(NotFetched::Elsewhere)?;
        id.parse().map_err(|_| NotFetched::Missing)
    }

    async fn find_list(&self, url: &str) -> Result<Found, NotFetched> {
        let id = self.list_at(url)?;
        match list::current(&self.app, &id).await {
            Ok(Some(list)) => Ok(Found {
                text: list.document,
                as_of: list.as_of,
            }),
            Ok(None) => Err(NotFetched::Missing),
            Err(_) => Err(NotFetched::Unavailable),
        }
    }

    async fn find_credential(&self, link: &str) -> Result<Found, NotFetched> {
        let link = link.trim();
        let prefix = self.app.config.public_url.join("/c/");
        let row = if let Some(rest) = link.strip_prefix(&prefix) {
            let end = rest.find(['.', '/', '?', '#']).unwrap_or(rest.len());
            let id: CredentialId = rest[..end].parse().map_err(|_| NotFetched::Missing)?;
            self.app.db.credential_anywhere(&id).await
        } else if let Ok(id) = link.parse::<CredentialId>() {
            self.app.db.credential_anywhere(&id).await
        } else if link.starts_with("urn:uuid:") {
            self.app.db.credential_by_public_id(link).await
        } else {
            return Err(NotFetched::Elsewhere);
        };
        let row = row.map_err(unavailable)?.ok_or(NotFetched::Missing)?;
        match row.document {
            Some(document) if row.state == CredentialState::Issued => self.found(document),
            _ => Err(NotFetched::Missing),
        }
    }

    /// What our register says of a credential this moment.
    async fn find_standing(&self, id: &str, issuer: &str) -> Result<Standing, NotFetched> {
        if self.is_foreign(issuer) {
            return Ok(Standing::Unknown);
        }
        let entry = self.app.db.status_anywhere(id).await;
        Ok(match entry.map_err(unavailable)?.map(|entry| entry.state) {
            None => Standing::Unknown,
            Some(StatusState::Ok) => Standing::Good,
            Some(StatusState::Suspended) => Standing::Suspended,
            Some(StatusState::Revoked) => Standing::Revoked,
        })
    }

    /// Whether a list of somebody else's is no older than what was read there before.
    async fn note_list(&self, url: &str, valid_from: Timestamp) -> Result<bool, NotFetched> {
        if self.list_at(url) != Err(NotFetched::Elsewhere) {
            return Ok(true);
        }
        let (db, valid_from) = (&self.app.db, valid_from.into());
        let newest = db.note_list(url, valid_from, self.now.into()).await;
        Ok(newest.map_err(unavailable)? <= valid_from)
    }

    /// When the key of a DID of ours that is its key was revoked.
    async fn find_revocation(&self, did: &str) -> Result<Option<Timestamp>, NotFetched> {
        if self.is_foreign(did) {
            return Ok(None);
        }
        let keys = self.app.db.keys_of_did(did).await.map_err(unavailable)?;
        Ok(keys
            .into_iter()
            .find_map(|key| key.revoked_at)
            .map(Into::into))
    }

    /// The domain that the organisation of ours behind an identifier has proven.
    async fn find_domain(&self, id: &str) -> Option<String> {
        let origin = &self.app.config.public_url;
        let page = id.strip_prefix(&origin.join("/issuers/"));
        let issuer = match page {
            Some(page) => page.parse().ok()?,
            None => match self.issuer_of_did(id) {
                Some(issuer) => issuer,
                None if self.is_foreign(id) => return None,
                None => {
                    let keys = self.app.db.keys_of_did(id).await.ok()?;
                    keys.into_iter().next()?.issuer_id
                }
            },
        };
        let row = self.app.db.of(&issuer).issuer().await.ok()??;
        row.domain_proven_at?;
        Some(identity::domain_proof(&row.web_address, &row.domain_token)?.host)
    }

    /// Our key for receipts that a `did:key` is.
    async fn find_receipt_key(&self, did: &str) -> Result<Option<ReceiptKey>, NotFetched> {
        let Some(key_id) = did.strip_prefix("did:key:") else {
            return Ok(None);
        };
        if self.is_foreign(did) {
            return Ok(None);
        }
        let row = self.app.db.receipt_key(key_id).await.map_err(unavailable)?;
        Ok(row.map(|row| ReceiptKey {
            revoked: row.revoked_at.map(Into::into),
        }))
    }

    /// Whether two DIDs are the same organisation of ours: with `did:key`, one has as many as it
    /// had keys.
    async fn one_organisation(&self, one: &str, other: &str) -> bool {
        let owner = async |did: &str| {
            let keys = self.app.db.keys_of_did(did).await.ok()?;
            keys.into_iter().next().map(|key| key.issuer_id)
        };
        let (one, other) = (owner(one).await, owner(other).await);
        one.is_some() && one == other
    }
}

fn unavailable(_: crate::db::Error) -> NotFetched {
    NotFetched::Unavailable
}

impl Sources for Own {
    fn issuer<'a>(&'a self, id: &'a str) -> Answer<'a> {
        Box::pin(self.find_issuer(id))
    }

    fn status_list<'a>(&'a self, url: &'a str) -> Answer<'a> {
        Box::pin(self.find_list(url))
    }

    fn credential<'a>(&'a self, link: &'a str) -> Answer<'a> {
        Box::pin(self.find_credential(link))
    }

    fn may_list_for<'a>(&'a self, lister: &'a str, issuer: &'a str) -> Soon<'a, bool> {
        Box::pin(self.one_organisation(lister, issuer))
    }

    fn standing<'a>(
        &'a self,
        id: &'a str,
        issuer: &'a str,
    ) -> Soon<'a, Result<Standing, NotFetched>> {
        Box::pin(self.find_standing(id, issuer))
    }

    fn key_revoked<'a>(&'a self, did: &'a str) -> Soon<'a, Result<Option<Timestamp>, NotFetched>> {
        Box::pin(self.find_revocation(did))
    }

    fn proven_domain<'a>(&'a self, issuer: &'a str) -> Soon<'a, Option<String>> {
        Box::pin(self.find_domain(issuer))
    }

    fn receipt_key<'a>(&'a self, did: &'a str) -> Soon<'a, Result<Option<ReceiptKey>, NotFetched>> {
        Box::pin(self.find_receipt_key(did))
    }

    fn is_newest<'a>(
        &'a self,
        list: &'a str,
        valid_from: Timestamp,
    ) -> Soon<'a, Result<bool, NotFetched>> {
        Box::pin(self.note_list(list, valid_from))
    }
}
