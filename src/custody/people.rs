//! A key for every person, so that destroying 32 bytes erases the person everywhere.

use std::fmt;

use zeroize::Zeroizing;

use super::{
    Custody, Fault, Purpose,
    kek::hmac,
    seal::{bound_to, open, seal},
};
use crate::{
    clock::Chance,
    ids::{IssuerId, PersonId},
};

/// The key of one person: opens what is known about that person and nobody else.
pub struct PersonKey {
    issuer: IssuerId,
    key: Zeroizing<[u8; 32]>,
}

impl PersonKey {
    /// Seals something about the person for one row, named by its id.
    #[must_use]
    pub fn seal(&self, row: &str, purpose: Purpose, plain: &[u8], chance: &dyn Chance) -> Vec<u8> {
        seal(
            &self.key,
            &bound_to(&self.issuer, row, purpose),
            plain,
            chance,
        )
    }

    /// Opens what [`PersonKey::seal`] sealed for the same row and purpose.
    ///
    /// # Errors
    /// [`Fault::Tampered`].
    pub fn unseal(
        &self,
        row: &str,
        purpose: Purpose,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        open(&self.key, &bound_to(&self.issuer, row, purpose), sealed)
    }
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonKey(***)")
    }
}

impl Custody {
    /// Makes a key for a person: the key, and the key sealed for the database.
    ///
    /// # Errors
    /// As [`Custody::ready`].
    pub fn new_person_key(
        &self,
        issuer: &IssuerId,
        person: &PersonId,
        chance: &dyn Chance,
    ) -> Result<(PersonKey, Vec<u8>), Fault> {
        let mut key = Zeroizing::new([0; 32]);
        chance.fill(key.as_mut_slice());
        let row = person.as_str();
        let sealed = self.seal(issuer, row, Purpose::PersonKey, key.as_slice(), chance)?;
        let issuer = issuer.clone();
        Ok((PersonKey { issuer, key }, sealed))
    }

    /// Opens a person's key.
    ///
    /// # Errors
    /// [`Fault::Tampered`] if it was changed or is another person's; else as [`Custody::ready`].
    pub fn person_key(
        &self,
        issuer: &IssuerId,
        person: &PersonId,
        sealed: &[u8],
    ) -> Result<PersonKey, Fault> {
        let opened = self.unseal(issuer, person.as_str(), Purpose::PersonKey, sealed)?;
        let key = <[u8; 32]>::try_from(opened.as_slice()).map_err(|_| Fault::Tampered)?;
        Ok(PersonKey {
            issuer: issuer.clone(),
            key: Zeroizing::new(key),
        })
    }

    /// The keyed hash an organisation finds a person by (HMAC-SHA-256, 32 bytes), from an e-mail
    /// address or a number of its own. Spaces around and the case of letters do not count. Without
    /// the key-encryption key nobody can guess what was hashed; two organisations never share a
    /// hash.
    ///
    /// # Errors
    /// As [`Custody::ready`].
    pub fn lookup_hash(&self, issuer: &IssuerId, text: &str) -> Result<Vec<u8>, Fault> {
        let text = Zeroizing::new(text.trim().to_lowercase());
        let key = &self.kek()?.lookup;
        Ok(hmac(key, &[issuer.as_str().as_bytes(), b"|", text.as_bytes()]).to_vec())
    }
}
