//! The service's own keys for verification receipts, and their sealed seeds. Across organisations:
//! they are nobody's.

use super::{Db, Error, Ts, Tx, issuers::one, plain::words};

words! {
    /// Where a key for receipts is in its life. All but revoked ones verify.
    ReceiptKeyState, "receipt key state" {
        /// Signs.
        Active = "active",
        /// Its seed is destroyed; what it signed stays good.
        Retired = "retired",
        /// Its seed is destroyed, and nothing it signed is to be believed.
        Revoked = "revoked",
    }
}

/// A key for receipts.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReceiptKeyRow {
    /// The public key in Multikey form (`z6Mk…`), which is its id.
    pub key_id: String,
    /// Where it is in its life.
    pub state: ReceiptKeyState,
    /// The seed under the key-encryption key; `None` once destroyed.
    pub seed_sealed: Option<Vec<u8>>,
    /// Which key-encryption key sealed the seed.
    pub kek_id: String,
    /// When it was made.
    pub created_at: Ts,
    /// When its seed was destroyed in the course of things.
    pub retired_at: Option<Ts>,
    /// When it was declared not to be believed.
    pub revoked_at: Option<Ts>,
}

impl Db {
    /// All keys for receipts, oldest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn receipt_keys(&self) -> Result<Vec<ReceiptKeyRow>, Error> {
        self.read(
            "select key_id, state, seed_sealed, kek_id, created_at, retired_at, revoked_at \
             from receipt_keys order by created_at, key_id",
        )
        .all()
        .await
    }

    /// The key for receipts with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn receipt_key(&self, key_id: &str) -> Result<Option<ReceiptKeyRow>, Error> {
        self.read(
            "select key_id, state, seed_sealed, kek_id, created_at, retired_at, revoked_at \
             from receipt_keys where key_id = $1",
        )
        .bind(key_id.to_owned())
        .opt()
        .await
    }

    /// The key that signs receipts.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn active_receipt_key(&self) -> Result<Option<ReceiptKeyRow>, Error> {
        self.read(
            "select key_id, state, seed_sealed, kek_id, created_at, retired_at, revoked_at \
             from receipt_keys where state = 'active'",
        )
        .opt()
        .await
    }
}

impl Tx {
    /// Adds a key for receipts as it stands in `row`.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if there is one like it, or another that signs.
    pub async fn add_receipt_key(&mut self, row: &ReceiptKeyRow) -> Result<(), Error> {
        self.query(
            "insert into receipt_keys (key_id, state, seed_sealed, kek_id, created_at, retired_at, \
             revoked_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(row.key_id.clone())
        .bind(row.state)
        .bind(row.seed_sealed.clone())
        .bind(row.kek_id.clone())
        .bind(row.created_at)
        .bind(row.retired_at)
        .bind(row.revoked_at)
        .run()
        .await?;
        Ok(())
    }

    /// Destroys the seed of the key that signs receipts, if there is one; what it signed stays good.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn retire_receipt_key(&mut self, at: Ts) -> Result<(), Error> {
        self.query(
            "update receipt_keys set state = 'retired', seed_sealed = null, retired_at = $1 \
             where state = 'active'",
        )
        .bind(at)
        .run()
        .await?;
        Ok(())
    }

    /// Declares that nothing a key signed is to be believed, and destroys its seed.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such key, or it was revoked before.
    pub async fn revoke_receipt_key(&mut self, key_id: &str, at: Ts) -> Result<(), Error> {
        let rows = self
            .query(
                "update receipt_keys set state = 'revoked', seed_sealed = null, revoked_at = $2 \
                 where key_id = $1 and state <> 'revoked'",
            )
            .bind(key_id.to_owned())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }
}
