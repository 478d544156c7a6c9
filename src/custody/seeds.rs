//! The seeds of issuers' signing keys.

use zeroize::Zeroizing;

use super::{Custody, Fault, Purpose};
use crate::{
    clock::Chance,
    ids::IssuerId,
    keys::{PublicKey, SigningKey, known_bad},
};

/// A signing key as it is stored: its public half, which is its id, and its sealed seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// The public key in Multikey form (`z6Mk…`).
    pub key_id: String,
    /// The public key.
    pub public: PublicKey,
    /// The seed under the key-encryption key.
    pub seed_sealed: Vec<u8>,
    /// Which key-encryption key that is.
    pub kek_id: String,
}

impl Custody {
    /// Makes a signing key for an organisation. That no other organisation has it is for the
    /// database to refuse: its index on keys is unique.
    ///
    /// # Errors
    /// As [`Custody::ready`]; [`Fault::ExampleKey`] if chance itself is broken.
    pub fn new_key(&self, issuer: &IssuerId, chance: &dyn Chance) -> Result<NewKey, Fault> {
        let mut seed = Zeroizing::new([0; 32]);
        chance.fill(seed.as_mut_slice());
        self.adopt_key(issuer, &SigningKey::from_seed(&seed), chance)
    }

    /// Seals a signing key that was made elsewhere for an organisation.
    ///
    /// # Errors
    /// [`Fault::ExampleKey`] if it is a published example and the service has a public address;
    /// else as [`Custody::ready`].
    pub fn adopt_key(
        &self,
        issuer: &IssuerId,
        key: &SigningKey,
        chance: &dyn Chance,
    ) -> Result<NewKey, Fault> {
        let public = key.public();
        self.refuse_example(&public)?;
        let key_id = public.to_multikey();
        let seed = key.seed();
        let purpose = Purpose::IssuerSigning;
        let seed_sealed = self.seal(issuer, &key_id, purpose, seed.as_slice(), chance)?;
        let kek_id = self.kek_id()?.to_owned();
        Ok(NewKey {
            key_id,
            public,
            seed_sealed,
            kek_id,
        })
    }

    /// Opens a signing key. Hold it for one signature or one batch and drop it: that wipes it.
    ///
    /// The public half is worked out again and compared with `key_id`, so that a seed that is not
    /// the key's own never signs.
    ///
    /// # Errors
    /// [`Fault::OtherKek`] if `kek_id` is not this key-encryption key, [`Fault::Tampered`] if the
    /// sealed seed was changed or belongs to another row, [`Fault::WrongSeed`],
    /// [`Fault::ExampleKey`]; else as [`Custody::ready`].
    pub fn signing_key(
        &self,
        issuer: &IssuerId,
        key_id: &str,
        seed_sealed: &[u8],
        kek_id: &str,
    ) -> Result<SigningKey, Fault> {
        if self.kek_id()? != kek_id {
            return Err(Fault::OtherKek(kek_id.to_owned()));
        }
        let seed = self.unseal(issuer, key_id, Purpose::IssuerSigning, seed_sealed)?;
        let seed = <&[u8; 32]>::try_from(seed.as_slice())
            .map_err(|_| Fault::WrongSeed(key_id.to_owned()))?;
        let key = SigningKey::from_seed(seed);
        if key.public().to_multikey() != key_id {
            return Err(Fault::WrongSeed(key_id.to_owned()));
        }
        self.refuse_example(&key.public())?;
        Ok(key)
    }

    fn refuse_example(&self, public: &PublicKey) -> Result<(), Fault> {
        match known_bad(public) {
            Some(place) if !self.examples_allowed => Err(Fault::ExampleKey(place)),
            _ => Ok(()),
        }
    }
}
