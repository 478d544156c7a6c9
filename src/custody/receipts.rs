//! The service's own keys for verification receipts: no issuer has them, and they sign nothing else.

use zeroize::Zeroizing;

use super::{
    Custody, Fault, NewKey,
    seal::{self, bound_to_service},
};
use crate::{
    clock::Chance,
    json::Value,
    keys::{PublicKey, SigningKey},
    proof::{self, ProofError, ProofOptions, Suite},
};

/// The types of the only documents that a [`ReceiptKey`] signs.
const TYPES: [&str; 2] = ["VerifiableCredential", "VerificationReceipt"];

/// An opened key for receipts. It is no key that anything else could be signed with:
///
/// ```compile_fail,E0277
/// # fn f(linted: skillmark::issue::lint::Linted, key: &skillmark::custody::ReceiptKey) {
/// linted.sign(key);
/// # }
/// ```
#[derive(Debug)]
pub struct ReceiptKey(SigningKey);

impl ReceiptKey {
    /// The public key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.0.public()
    }

    /// Signs a receipt.
    ///
    /// # Errors
    /// [`ProofError::NoProof`] for anything that is no receipt, or is something else besides; those
    /// of [`proof::secure`].
    pub fn sign(
        &self,
        receipt: Value<'static>,
        suite: &dyn Suite,
        options: &ProofOptions,
    ) -> Result<Value<'static>, ProofError> {
        let types = receipt.get("type").and_then(Value::items);
        let is_receipt = types.is_some_and(|types| {
            types.len() == TYPES.len()
                && types.iter().zip(TYPES).all(|(t, n)| t.as_str() == Some(n))
        });
        if !is_receipt {
            return Err(ProofError::NoProof);
        }
        proof::secure(receipt, suite, options, &self.0)
    }
}

impl Custody {
    /// Makes a key for receipts.
    ///
    /// # Errors
    /// As [`Custody::ready`].
    pub fn new_receipt_key(&self, chance: &dyn Chance) -> Result<NewKey, Fault> {
        let mut seed = Zeroizing::new([0; 32]);
        chance.fill(seed.as_mut_slice());
        let public = SigningKey::from_seed(&seed).public();
        let key_id = public.to_multikey();
        let bound = bound_to_service(&key_id);
        Ok(NewKey {
            seed_sealed: seal::seal(&self.kek()?.sealing, &bound, seed.as_slice(), chance),
            kek_id: self.kek_id()?.to_owned(),
            key_id,
            public,
        })
    }

    /// Opens a key for receipts. Hold it for one signature and drop it: that wipes it.
    ///
    /// # Errors
    /// As [`Custody::signing_key`]. The seed of an issuer's key does not open here, nor one of these
    /// there.
    pub fn receipt_key(
        &self,
        key_id: &str,
        seed_sealed: &[u8],
        kek_id: &str,
    ) -> Result<ReceiptKey, Fault> {
        if self.kek_id()? != kek_id {
            return Err(Fault::OtherKek(kek_id.to_owned()));
        }
        let bound = bound_to_service(key_id);
        let seed = seal::open(&self.kek()?.sealing, &bound, seed_sealed)?;
        let seed = <&[u8; 32]>::try_from(seed.as_slice())
            .map_err(|_| Fault::WrongSeed(key_id.to_owned()))?;
        let key = SigningKey::from_seed(seed);
        if key.public().to_multikey() != key_id {
            return Err(Fault::WrongSeed(key_id.to_owned()));
        }
        Ok(ReceiptKey(key))
    }
}
