//! The organisations that issue.

use super::{Db, Error, Tenant, Ts, plain::words};
use crate::ids::IssuerId;

words! {
    /// Which kind of DID an organisation issues under.
    DidMethod, "DID method" {
        /// `did:key`: the key is the identifier; verifies anywhere, changes with the key.
        Key = "key",
        /// `did:web`: the identifier is an address of this service; outlives its keys.
        Web = "web",
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IssuerRow {
    /// Its id.
    pub issuer_id: IssuerId,
    /// Its name, as pages and credentials show it.
    pub name: String,
    /// Its web address.
    pub web_address: String,
    /// The address of its picture, or a `data:` URL.
    pub logo: Option<String>,
    /// How to reach it.
    pub contact: Option<String>,
    /// The kind of its DID.
    pub did_method: DidMethod,
    /// The DID that new credentials name as their issuer.
    pub did: String,
    /// What must be found at its web address to prove that it is theirs.
    pub domain_token: String,
    /// When that was found; `None`: an unverified organisation.
    pub domain_proven_at: Option<Ts>,
    /// Whether it names its assessors in credentials.
    pub name_assessors: bool,
    /// When it was made.
    pub created_at: Ts,
}

impl Tenant<'_> {
    /// Adds the organisation itself; `row.issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if it is there.
    pub async fn add_issuer(&mut self, row: &IssuerRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into issuers (issuer_id, name, web_address, logo, contact, did_method, did, \
             domain_token, domain_proven_at, name_assessors, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(row.name.clone())
        .bind(row.web_address.clone())
        .bind(row.logo.clone())
        .bind(row.contact.clone())
        .bind(row.did_method)
        .bind(row.did.clone())
        .bind(row.domain_token.clone())
        .bind(row.domain_proven_at)
        .bind(row.name_assessors)
        .bind(row.created_at)
        .run()
        .await?;
        Ok(())
    }

    /// The organisation.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn issuer(&mut self) -> Result<Option<IssuerRow>, Error> {
        self.read(
            "select issuer_id, name, web_address, logo, contact, did_method, did, domain_token, \
             domain_proven_at, name_assessors, created_at from issuers where issuer_id = $1",
        )
        .opt()
        .await
    }

    /// Changes how the organisation presents itself. What is signed already keeps the old words;
    /// another web address has yet to be proven.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such organisation.
    pub async fn describe_issuer(
        &mut self,
        name: &str,
        web_address: &str,
        logo: Option<&str>,
        contact: Option<&str>,
        name_assessors: bool,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update issuers set domain_proven_at = \
                 case when web_address = $3 then domain_proven_at end, name = $2, \
                 web_address = $3, logo = $4, contact = $5, name_assessors = $6, \
                 revision = revision + 1 where issuer_id = $1",
            )
            .bind(name.to_owned())
            .bind(web_address.to_owned())
            .bind(logo.map(str::to_owned))
            .bind(contact.map(str::to_owned))
            .bind(name_assessors)
            .run()
            .await?;
        one(rows)
    }

    /// Sets the DID that new credentials name as their issuer.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such organisation.
    pub async fn set_issuer_did(&mut self, did: &str) -> Result<(), Error> {
        let rows = self
            .write("update issuers set did = $2, revision = revision + 1 where issuer_id = $1")
            .bind(did.to_owned())
            .run()
            .await?;
        one(rows)
    }

    /// Notes when the web address was proven to be the organisation's; `None` takes that back.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such organisation.
    pub async fn set_domain_proven(&mut self, at: Option<Ts>) -> Result<(), Error> {
        let rows = self
            .write("update issuers set domain_proven_at = $2, revision = revision + 1 where issuer_id = $1")
            .bind(at)
            .run()
            .await?;
        one(rows)
    }
}

impl Db {
    /// Every organisation, oldest first. Across organisations: for the operator.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn issuers(&self) -> Result<Vec<IssuerRow>, Error> {
        self.read(
            "select issuer_id, name, web_address, logo, contact, did_method, did, domain_token, \
             domain_proven_at, name_assessors, created_at from issuers \
             order by created_at, issuer_id",
        )
        .all()
        .await
    }
}

/// Exactly one row must have been touched.
pub(super) fn one(rows: u64) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::NoRow) }
}
