//! The signing keys of the organisations: which they are, and their sealed seeds.

use super::{Db, Error, Tenant, Ts, issuers::one, plain::words};
use crate::ids::IssuerId;

words! {
    /// Where a key is in its life. Only an active one signs; all but revoked ones verify.
    KeyState, "key state" {
        /// Published, not used yet.
        Pending = "pending",
        /// Signs.
        Active = "active",
        /// Its seed is destroyed; what it signed stays good.
        Retired = "retired",
        /// Its seed is destroyed, and nothing it signed is to be believed.
        Revoked = "revoked",
    }
}

/// A signing key of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IssuerKeyRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// The public key in Multikey form (`z6Mk…`), which is its id.
    pub key_id: String,
    /// The DID it signs for.
    pub did: String,
    /// Where it is in its life.
    pub state: KeyState,
    /// The seed under the key-encryption key; `None` once destroyed.
    pub seed_sealed: Option<Vec<u8>>,
    /// Which key-encryption key sealed the seed.
    pub kek_id: String,
    /// When it was made.
    pub created_at: Ts,
    /// When it began to sign.
    pub activated_at: Option<Ts>,
    /// When its seed was destroyed in the course of things.
    pub retired_at: Option<Ts>,
    /// When it was declared not to be believed.
    pub revoked_at: Option<Ts>,
}

impl Tenant<'_> {
    /// Adds a key as it stands in `row`; `row.issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if any organisation has this key, or this one has an active key
    /// already and `row` is active too.
    pub async fn add_key(&mut self, row: &IssuerKeyRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into issuer_keys (issuer_id, key_id, did, state, seed_sealed, kek_id, \
             created_at, activated_at, retired_at, revoked_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(row.key_id.clone())
        .bind(row.did.clone())
        .bind(row.state)
        .bind(row.seed_sealed.clone())
        .bind(row.kek_id.clone())
        .bind(row.created_at)
        .bind(row.activated_at)
        .bind(row.retired_at)
        .bind(row.revoked_at)
        .run()
        .await?;
        self.revise().await
    }

    /// All keys, oldest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn keys(&mut self) -> Result<Vec<IssuerKeyRow>, Error> {
        self.read(
            "select issuer_id, key_id, did, state, seed_sealed, kek_id, created_at, activated_at, \
             retired_at, revoked_at from issuer_keys where issuer_id = $1 \
             order by created_at, key_id",
        )
        .all()
        .await
    }

    /// The key with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn key(&mut self, key_id: &str) -> Result<Option<IssuerKeyRow>, Error> {
        self.read(
            "select issuer_id, key_id, did, state, seed_sealed, kek_id, created_at, activated_at, \
             retired_at, revoked_at from issuer_keys where issuer_id = $1 and key_id = $2",
        )
        .bind(key_id.to_owned())
        .opt()
        .await
    }

    /// The key that signs.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn active_key(&mut self) -> Result<Option<IssuerKeyRow>, Error> {
        self.read(
            "select issuer_id, key_id, did, state, seed_sealed, kek_id, created_at, activated_at, \
             retired_at, revoked_at from issuer_keys where issuer_id = $1 and state = 'active'",
        )
        .opt()
        .await
    }

    /// Makes a pending key the one that signs.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it is not pending; [`Error::Duplicate`] if another is active.
    pub async fn activate_key(&mut self, key_id: &str, at: Ts) -> Result<(), Error> {
        let rows = self
            .write(
                "update issuer_keys set state = 'active', activated_at = $3 \
                 where issuer_id = $1 and key_id = $2 and state = 'pending'",
            )
            .bind(key_id.to_owned())
            .bind(at)
            .run()
            .await?;
        one(rows)?;
        self.revise().await
    }

    /// Retires a pending or active key and destroys its seed; its public half stays for ever.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it is neither.
    pub async fn retire_key(&mut self, key_id: &str, at: Ts) -> Result<(), Error> {
        let rows = self
            .write(
                "update issuer_keys set state = 'retired', retired_at = $3, seed_sealed = null \
                 where issuer_id = $1 and key_id = $2 and state in ('pending', 'active')",
            )
            .bind(key_id.to_owned())
            .bind(at)
            .run()
            .await?;
        one(rows)?;
        self.revise().await
    }

    /// Revokes a key in any other state and destroys its seed.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such key or it is revoked already.
    pub async fn revoke_key(&mut self, key_id: &str, at: Ts) -> Result<(), Error> {
        let rows = self
            .write(
                "update issuer_keys set state = 'revoked', revoked_at = $3, seed_sealed = null \
                 where issuer_id = $1 and key_id = $2 and state <> 'revoked'",
            )
            .bind(key_id.to_owned())
            .bind(at)
            .run()
            .await?;
        one(rows)?;
        self.revise().await
    }
}

impl Db {
    /// The keys that sign or signed for a DID, of whichever organisation it is. Across
    /// organisations: a DID is public, and so is everything here but the sealed seeds.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn keys_of_did(&self, did: &str) -> Result<Vec<IssuerKeyRow>, Error> {
        self.read(
            "select issuer_id, key_id, did, state, seed_sealed, kek_id, created_at, activated_at, \
             retired_at, revoked_at from issuer_keys where did = $1 order by created_at, key_id",
        )
        .bind(did.to_owned())
        .all()
        .await
    }

    /// Every DID that an organisation signs or signed for, and those that a key for receipts is.
    /// Across organisations: they are public.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn dids(&self) -> Result<Vec<String>, Error> {
        self.read(
            "select did from issuer_keys union select 'did:key:' || key_id as did from receipt_keys",
        )
        .scalars()
        .await
    }

    /// The ids of all keys that sign or will. Across organisations: for a look at start-up.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn keys_in_use(&self) -> Result<Vec<String>, Error> {
        self.read("select key_id from issuer_keys where state in ('pending', 'active')")
            .scalars()
            .await
    }
}
