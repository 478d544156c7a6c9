//! A key for everybody who signs in. No organisation owns an account, so none is named in it.

use std::fmt;

use zeroize::Zeroizing;

use super::{
    Custody, Fault,
    kek::hmac,
    seal::{open, seal},
};
use crate::{clock::Chance, ids::AccountId};

/// What something of an account is sealed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountPurpose {
    /// The e-mail address.
    Details,
    /// The secret of one-time codes.
    OneTimeCodes,
}

/// The key of one account: opens what is known about whoever signs in with it.
pub struct AccountKey {
    account: AccountId,
    key: Zeroizing<[u8; 32]>,
}

impl AccountKey {
    /// Seals something of the account.
    #[must_use]
    pub fn seal(&self, purpose: AccountPurpose, plain: &[u8], chance: &dyn Chance) -> Vec<u8> {
        seal(&self.key, &self.bound_to(purpose), plain, chance)
    }

    /// Opens what [`AccountKey::seal`] sealed for the same account and purpose.
    ///
    /// # Errors
    /// [`Fault::Tampered`].
    pub fn unseal(
        &self,
        purpose: AccountPurpose,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        open(&self.key, &self.bound_to(purpose), sealed)
    }

    fn bound_to(&self, purpose: AccountPurpose) -> String {
        let word = match purpose {
            AccountPurpose::Details => "account-details",
            AccountPurpose::OneTimeCodes => "account-codes",
        };
        format!("v1|account|{}|{word}", self.account)
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountKey(***)")
    }
}

impl Custody {
    /// Makes a key for an account: the key, and the key sealed for the database.
    ///
    /// # Errors
    /// As [`Custody::ready`].
    pub fn new_account_key(
        &self,
        account: &AccountId,
        chance: &dyn Chance,
    ) -> Result<(AccountKey, Vec<u8>), Fault> {
        let mut key = Zeroizing::new([0; 32]);
        chance.fill(key.as_mut_slice());
        let sealing = &self.kek()?.sealing;
        let sealed = seal(sealing, &bound_key(account), key.as_slice(), chance);
        let account = account.clone();
        Ok((AccountKey { account, key }, sealed))
    }

    /// Opens an account's key.
    ///
    /// # Errors
    /// [`Fault::Tampered`] if it was changed or is another account's; else as [`Custody::ready`].
    pub fn account_key(&self, account: &AccountId, sealed: &[u8]) -> Result<AccountKey, Fault> {
        let opened = open(&self.kek()?.sealing, &bound_key(account), sealed)?;
        let key = <[u8; 32]>::try_from(opened.as_slice()).map_err(|_| Fault::Tampered)?;
        Ok(AccountKey {
            account: account.clone(),
            key: Zeroizing::new(key),
        })
    }

    /// The keyed hash an account is found by (HMAC-SHA-256, 32 bytes), from an e-mail address.
    /// Spaces around and the case of letters do not count. It is no hash that an organisation finds
    /// a learner by, even if the address is the same.
    ///
    /// # Errors
    /// As [`Custody::ready`].
    pub fn account_hash(&self, address: &str) -> Result<Vec<u8>, Fault> {
        let text = Zeroizing::new(address.trim().to_lowercase());
        Ok(hmac(&self.kek()?.lookup, &[b"account|", text.as_bytes()]).to_vec())
    }

    /// A keyed fingerprint of something that goes out and comes back, such as the place in a list
    /// (HMAC-SHA-256, 32 bytes). `label` says what it is for: no two uses share one.
    ///
    /// # Errors
    /// As [`Custody::ready`].
    pub fn fingerprint(&self, label: &str, parts: &[&[u8]]) -> Result<[u8; 32], Fault> {
        let mut all: Vec<&[u8]> = vec![b"fingerprint|", label.as_bytes(), b"|"];
        all.extend(parts);
        let made = hmac(&self.kek()?.lookup, &all);
        Ok(made)
    }
}

/// What an account's key is bound to. No organisation is called `account`: their ids have 22
/// characters.
fn bound_key(account: &AccountId) -> String {
    format!("v1|account|{account}|account-key")
}
