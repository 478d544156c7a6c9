//! Who signs in: no organisation owns an account.

use super::{Db, Error, Tenant, Ts, Tx, issuers::one};
use crate::ids::{AccountId, MemberId};

/// An account. Nothing of its details can be read without the key-encryption key.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AccountRow {
    /// The account's id.
    pub account_id: AccountId,
    /// The account's own key under the key-encryption key.
    pub key_sealed: Vec<u8>,
    /// Which key-encryption key sealed it.
    pub kek_id: String,
    /// Keyed hash of the e-mail address.
    pub lookup_hash: Vec<u8>,
    /// The e-mail address, under the account's key.
    pub details_sealed: Vec<u8>,
    /// The password as an Argon2id PHC string, if one was chosen.
    pub password: Option<String>,
    /// The secret of one-time codes under the account's key, if they are asked for.
    pub totp_sealed: Option<Vec<u8>>,
    /// The last 30 seconds of which a code was taken.
    pub totp_step: i64,
    /// When it was made.
    pub created_at: Ts,
    /// When somebody showed that they read the mailbox of its address, and everything that lets in
    /// was chosen since.
    pub proven_at: Option<Ts>,
}

macro_rules! by_id {
    ($lock:literal) => {
        concat!(
            "select account_id, key_sealed, kek_id, lookup_hash, details_sealed, password, \
             totp_sealed, totp_step, created_at, proven_at from accounts where account_id = $1",
            $lock
        )
    };
}

impl Tenant<'_> {
    /// The account of somebody who has a place here; `None` if they are gone.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn account_of_member(&mut self, id: &MemberId) -> Result<Option<AccountRow>, Error> {
        self.read(
            "select a.account_id, a.key_sealed, a.kek_id, a.lookup_hash, a.details_sealed, \
             a.password, a.totp_sealed, a.totp_step, a.created_at, a.proven_at from members m \
             join accounts a on a.account_id = m.account_id \
             where m.issuer_id = $1 and m.member_id = $2",
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// How many passkeys let in whoever has this place.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn passkeys_of_member(&mut self, id: &MemberId) -> Result<i64, Error> {
        let counts = self
            .read(
                "select cast(count(*) as bigint) from members m \
                 join passkeys p on p.account_id = m.account_id \
                 where m.issuer_id = $1 and m.member_id = $2",
            )
            .bind(id.clone())
            .scalars()
            .await?;
        Ok(counts.first().copied().unwrap_or_default())
    }

    /// Whether another organisation has let in whoever has this place. Across organisations, and it
    /// is not told which.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn works_elsewhere(&mut self, id: &MemberId) -> Result<bool, Error> {
        let counts: Vec<i64> = self
            .read(
                "select cast(count(*) as bigint) from members m \
                 join members e on e.account_id = m.account_id and e.issuer_id <> m.issuer_id \
                 where m.issuer_id = $1 and m.member_id = $2 \
                 and e.state in ('active', 'suspended')",
            )
            .bind(id.clone())
            .scalars()
            .await?;
        Ok(counts.first().is_some_and(|count| *count > 0))
    }
}

impl Db {
    /// The account with this keyed hash of an address. The tenant is nobody: who signs in has not
    /// said yet for whom.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn account_by_lookup(&self, hash: &[u8]) -> Result<Option<AccountRow>, Error> {
        self.read(
            "select account_id, key_sealed, kek_id, lookup_hash, details_sealed, password, \
             totp_sealed, totp_step, created_at, proven_at from accounts where lookup_hash = $1",
        )
        .bind(hash.to_vec())
        .opt()
        .await
    }

    /// The account with this id. The tenant is nobody.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn account(&self, id: &AccountId) -> Result<Option<AccountRow>, Error> {
        self.read(by_id!("")).bind(id.clone()).opt().await
    }

    /// How many recovery codes an account has left.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn recovery_codes_left(&self, id: &AccountId) -> Result<i64, Error> {
        let counts = self
            .read("select cast(count(*) as bigint) from recovery_codes where account_id = $1")
            .bind(id.clone())
            .scalars()
            .await?;
        Ok(counts.first().copied().unwrap_or_default())
    }
}

impl Tx {
    /// The account with this id, held until the transaction ends: nobody changes what lets into it,
    /// or gives it a place, meanwhile.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn hold_account(&mut self, id: &AccountId) -> Result<Option<AccountRow>, Error> {
        // SQLite has one writer: it has neither need nor words for a lock.
        let sql = match self {
            Tx::Postgres(_) => by_id!(" for update"),
            Tx::Sqlite(_) => by_id!(""),
        };
        self.query(sql).bind(id.clone()).opt().await
    }

    /// Adds an account.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if there is one with this address.
    pub async fn add_account(&mut self, row: &AccountRow) -> Result<(), Error> {
        self.query(
            "insert into accounts (account_id, key_sealed, kek_id, lookup_hash, details_sealed, \
             password, totp_sealed, totp_step, created_at, proven_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(row.account_id.clone())
        .bind(row.key_sealed.clone())
        .bind(row.kek_id.clone())
        .bind(row.lookup_hash.clone())
        .bind(row.details_sealed.clone())
        .bind(row.password.clone())
        .bind(row.totp_sealed.clone())
        .bind(row.totp_step)
        .bind(row.created_at)
        .bind(row.proven_at)
        .run()
        .await?;
        Ok(())
    }

    /// Sets an account's password.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such account.
    pub async fn set_password(&mut self, id: &AccountId, phc: &str) -> Result<(), Error> {
        let rows = self
            .query("update accounts set password = $2 where account_id = $1")
            .bind(id.clone())
            .bind(phc.to_owned())
            .run()
            .await?;
        one(rows)
    }

    /// Says since when the mailbox of an account's address is known to be its owner's; `None`: it is
    /// not any more.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such account.
    pub async fn set_proven(&mut self, id: &AccountId, at: Option<Ts>) -> Result<(), Error> {
        let rows = self
            .query("update accounts set proven_at = $2 where account_id = $1")
            .bind(id.clone())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// Sets the secret of an account's one-time codes; `None` asks for none any more.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such account.
    pub async fn set_totp(
        &mut self,
        id: &AccountId,
        sealed: Option<&[u8]>,
        step: i64,
    ) -> Result<(), Error> {
        let rows = self
            .query("update accounts set totp_sealed = $2, totp_step = $3 where account_id = $1")
            .bind(id.clone())
            .bind(sealed.map(<[u8]>::to_vec))
            .bind(step)
            .run()
            .await?;
        one(rows)
    }

    /// Takes the code of a step: no code of that step or an earlier one is taken again.
    ///
    /// # Errors
    /// [`Error::NoRow`] if one was taken before.
    pub async fn take_totp_step(&mut self, id: &AccountId, step: i64) -> Result<(), Error> {
        let rows = self
            .query("update accounts set totp_step = $2 where account_id = $1 and totp_step < $2")
            .bind(id.clone())
            .bind(step)
            .run()
            .await?;
        one(rows)
    }

    /// Puts new recovery codes, as SHA-256, in place of an account's old ones.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn set_recovery_codes(
        &mut self,
        id: &AccountId,
        hashes: &[Vec<u8>],
    ) -> Result<(), Error> {
        self.query("delete from recovery_codes where account_id = $1")
            .bind(id.clone())
            .run()
            .await?;
        for hash in hashes {
            self.query("insert into recovery_codes (account_id, code_hash) values ($1, $2)")
                .bind(id.clone())
                .bind(hash.clone())
                .run()
                .await?;
        }
        Ok(())
    }

    /// Takes a recovery code, which is gone then.
    ///
    /// # Errors
    /// [`Error::NoRow`] if the account has no such code.
    pub async fn take_recovery_code(&mut self, id: &AccountId, hash: &[u8]) -> Result<(), Error> {
        let rows = self
            .query("delete from recovery_codes where account_id = $1 and code_hash = $2")
            .bind(id.clone())
            .bind(hash.to_vec())
            .run()
            .await?;
        one(rows)
    }

    /// Deletes an account that has no place in any organisation, with all that hangs on it: whether
    /// it did.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn delete_lone_account(&mut self, id: &AccountId) -> Result<bool, Error> {
        let places: Vec<i64> = self
            .query("select cast(count(*) as bigint) from members where account_id = $1")
            .bind(id.clone())
            .scalars()
            .await?;
        if places.first().copied().unwrap_or_default() > 0 {
            return Ok(false);
        }
        for statement in WITH_THE_ACCOUNT {
            self.query(statement).bind(id.clone()).run().await?;
        }
        Ok(true)
    }
}

/// What goes with an account, itself last.
const WITH_THE_ACCOUNT: [&str; 4] = [
    "delete from recovery_codes where account_id = $1",
    "delete from passkeys where account_id = $1",
    "delete from sessions where account_id = $1",
    "delete from accounts where account_id = $1",
];
