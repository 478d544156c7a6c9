//! What the verifier finds with us: our issuers' keys, our status lists, our credentials. It is
//! read in this process; nothing is ever fetched, also not from our own address (threat D17).

use std::future::Future;

use crate::{
    app::App,
    clock::Timestamp,
    db,
    ids::{CredentialId, IssuerId, StatusListId},
    issue::identity,
    json,
    verify::{Answer, Found, NotFetched, Sources},
};

/// Our own documents as sources.
pub(crate) struct Own {
    app: App,
    now: Timestamp,
}

impl Own {
    /// What `app` holds at `now`.
    pub(crate) fn new(app: &App, now: Timestamp) -> Own {
        Own {
            app: app.clone(),
            now,
        }
    }

    /// The rest of `link` after `start`, if it is an address of ours.
    fn ours<'a>(&self, link: &'a str, start: &str) -> Option<&'a str> {
        link.strip_prefix(self.app.config.public_url.join(start).as_str())
    }

    fn found(&self, text: String) -> Found {
        Found {
            text,
            as_of: self.now,
        }
    }

    async fn issuer_document(&self, id: &str) -> Result<Found, NotFetched> {
        let origin = &self.app.config.public_url;
        let page = self.ours(id, "/issuers/");
        let issuer: IssuerId = match page {
            Some(end) => end.parse().map_err(|_| NotFetched::Missing)?,
            None => self.issuer_of_did(id)?,
        };
        let mut rows = self.app.db.of(&issuer);
        let row = rows
            .issuer()
            .await
            .map_err(unavailable)?
            .ok_or(NotFetched::Missing)?;
        let keys = rows.keys().await.map_err(unavailable)?;
        let text = if page.is_some() {
            json::text(&identity::profile_document(origin, &row, &keys))
        } else {
            let document =
                identity::did_document(origin, &issuer, &keys).map_err(|_| NotFetched::Missing)?;
            json::text(&document.to_json())
        };
        Ok(self.found(text))
    }

    /// Which organisation of ours a `did:web` names.
    fn issuer_of_did(&self, did: &str) -> Result<IssuerId, NotFetched> {
        let end = did.rsplit(':').next().unwrap_or_default();
        let issuer: IssuerId = end.parse().map_err(|_| NotFetched::Elsewhere)?;
        let ours = identity::did_web(&self.app.config.public_url, &issuer);
        if ours.is_ok_and(|ours| ours.as_str() == did) {
            Ok(issuer)
        } else {
            Err(NotFetched::Elsewhere)
        }
    }

    async fn list(&self, url: &str) -> Result<Found, NotFetched> {
        let end = self.ours(url, "/status/").ok_or(NotFetched::Elsewhere)?;
        let id: StatusListId = end.parse().map_err(|_| NotFetched::Missing)?;
        let row = self
            .app
            .db
            .status_document(&id)
            .await
            .map_err(unavailable)?;
        Ok(self.found(row.ok_or(NotFetched::Missing)?.document))
    }

    async fn stored(&self, link: &str) -> Result<Found, NotFetched> {
        let db = &self.app.db;
        let end = self
            .ours(link, "/c/")
            .map(|end| end.split(['.', '?', '#']).next().unwrap_or_default());
        let row = match end.unwrap_or(link).parse::<CredentialId>() {
            Ok(id) => db.credential_anywhere(&id).await,
            Err(_) if end.is_some() => return Err(NotFetched::Missing),
            Err(_) => db.credential_by_public_id(link).await,
        };
        let elsewhere = if end.is_some() {
            NotFetched::Missing
        } else {
            NotFetched::Elsewhere
        };
        let document = row.map_err(unavailable)?.and_then(|row| row.document);
        document.map(|text| self.found(text)).ok_or(elsewhere)
    }
}

fn unavailable(_: db::Error) -> NotFetched {
    NotFetched::Unavailable
}

/// Boxes what waits, for a trait that is used behind `dyn`.
fn boxed<'a>(answer: impl Future<Output = Result<Found, NotFetched>> + Send + 'a) -> Answer<'a> {
    Box::pin(answer)
}

impl Sources for Own {
    fn issuer<'a>(&'a self, id: &'a str) -> Answer<'a> {
        boxed(self.issuer_document(id))
    }

    fn status_list<'a>(&'a self, url: &'a str) -> Answer<'a> {
        boxed(self.list(url))
    }

    fn credential<'a>(&'a self, link: &'a str) -> Answer<'a> {
        boxed(self.stored(link))
    }
}
