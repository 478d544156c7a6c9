//! Ways to secure a credential: Data Integrity proofs (W3C Verifiable Credential Data Integrity
//! 1.0) and compact JWTs.
//!
//! Making a proof has two halves, so that the private key can stay elsewhere: [`prepare`] works
//! out the bytes to sign, [`Prepared::finish`] puts the signature in its place. [`secure`] does
//! both. Reading is [`Secured::read`], and [`Secured::check`] for each proof.

mod disclosure;
mod ecdsa_jcs_2019;
mod ecdsa_rdfc_2019;
mod ecdsa_sd_2023;
mod ed25519_signature_2020;
mod eddsa_2022;
mod eddsa_jcs_2022;
mod eddsa_rdfc_2022;
mod error;
mod hash;
pub mod jwt;
mod options;
mod read;
mod secured;

use std::fmt;

pub use error::ProofError;
pub use hash::HashData;
pub use options::ProofOptions;
pub use read::{Expected, Proof};
pub use secured::{MAX_PROOFS, Secured};

use crate::{
    json::Value,
    keys::{self, Kind, PublicKey, SignatureBytes, SigningKey},
};

/// Every cryptosuite that is read; the first two are made too. A new one is a file and a line.
pub const SUITES: &[&dyn Suite] = &[
    &eddsa_rdfc_2022::EddsaRdfc2022,
    &eddsa_jcs_2022::EddsaJcs2022,
    &ecdsa_rdfc_2019::EcdsaRdfc2019,
    &ecdsa_jcs_2019::EcdsaJcs2019,
    &ecdsa_sd_2023::EcdsaSd2023,
    &eddsa_2022::Eddsa2022,
    &ed25519_signature_2020::Ed25519Signature2020,
];

/// The `type` of proofs that name their suite in `cryptosuite` (Data Integrity 1.0 §3.1).
const DATA_INTEGRITY_PROOF: &str = "DataIntegrityProof";

/// A cryptosuite: how a document and a proof become the bytes that are signed, and with what kinds
/// of key.
pub trait Suite: Sync {
    /// The value of `cryptosuite` or, for a suite older than that member, of `type`.
    fn name(&self) -> &'static str;

    /// The `type` of its proofs.
    fn proof_type(&self) -> &'static str {
        DATA_INTEGRITY_PROOF
    }

    /// The kinds of key it may be used with (threat A9).
    fn kinds(&self) -> &'static [Kind];

    /// Whether a holder may show parts of the document, and leave others out.
    fn is_selective(&self) -> bool {
        false
    }

    /// The bytes that a key of `kind` signs. `document` has no `proof`, or only the proofs that
    /// this one builds on; a `proofValue` in `proof` is left out.
    ///
    /// # Errors
    /// [`ProofError::Transformation`] or [`ProofError::Context`]: the document or the proof has
    /// no canonical form that says all it says.
    fn hash(
        &self,
        document: &Value<'_>,
        proof: &Value<'_>,
        kind: Kind,
    ) -> Result<HashData, ProofError>;

    /// A new proof as it will stand in the document, but without its `proofValue`.
    ///
    /// # Errors
    /// [`ProofError::OnlyRead`] if proofs of this suite are only read.
    fn configure(
        &self,
        _document: &Value<'_>,
        _options: &ProofOptions,
    ) -> Result<Value<'static>, ProofError> {
        Err(ProofError::OnlyRead(self.name()))
    }

    /// Checks a proof with a key of one of its kinds; `document` as for [`Suite::hash`]. What was
    /// hashed on the way is put into `hashed`, also if the signature then does not fit.
    ///
    /// # Errors
    /// [`ProofError::Malformed`] for its value, those of [`Suite::hash`],
    /// [`ProofError::Signature`].
    fn check(
        &self,
        document: &Value<'_>,
        proof: &Proof<'_>,
        key: &PublicKey,
        hashed: &mut Option<HashData>,
    ) -> Result<(), ProofError> {
        let mut hash = || {
            let hash = self.hash(document, proof.raw(), key.kind())?;
            *hashed = Some(hash);
            Ok(hash)
        };
        let verified = if key.kind() == Kind::P384 {
            let signature = proof.long_signature()?;
            key.verify(&hash()?, &signature)
        } else {
            let signature = proof.signature()?;
            key.verify(&hash()?, &signature)
        };
        verified.map_err(|_| ProofError::Signature)
    }
}

impl fmt::Debug for dyn Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The suite of a name, exactly as written.
#[must_use]
pub fn suite(name: &str) -> Option<&'static dyn Suite> {
    SUITES.iter().copied().find(|suite| suite.name() == name)
}

/// A document that only lacks a signature.
#[derive(Debug, Clone)]
pub struct Prepared<'a> {
    secured: Secured<'a>,
    proof: Value<'static>,
    hash: HashData,
}

impl<'a> Prepared<'a> {
    /// The 64 bytes to sign with the key of the verification method (pure Ed25519).
    #[must_use]
    pub fn hash(&self) -> &HashData {
        &self.hash
    }

    /// The document with its new proof behind the proofs it had. `proof` is an array, as strict
    /// Open Badges 3.0 wants it.
    #[must_use]
    pub fn finish(mut self, signature: &SignatureBytes) -> Value<'a> {
        let value = keys::signature_to_multibase(signature);
        self.proof.set("proofValue", Value::from(value));
        self.secured.push(self.proof);
        self.secured.into_value()
    }
}

/// Works out what has to be signed to add a proof to a document.
///
/// # Errors
/// What is wrong with the document, its present proofs or the options.
pub fn prepare<'a>(
    document: Value<'a>,
    suite: &dyn Suite,
    options: &ProofOptions,
) -> Result<Prepared<'a>, ProofError> {
    let secured = Secured::take(document)?;
    let present = secured.raw_proofs().len();
    if present >= MAX_PROOFS {
        return Err(ProofError::TooMany(present + 1));
    }
    let proof = suite.configure(secured.document(), options)?;
    let beneath = secured.beneath(&options.previous_proof)?;
    let hash = suite.hash(&beneath, &proof, Kind::Ed25519)?;
    Ok(Prepared {
        secured,
        proof,
        hash,
    })
}

/// Adds a proof to a document and signs it.
///
/// Ed25519 is deterministic: the same arguments always give the same bytes.
///
/// # Errors
/// Those of [`prepare`].
pub fn secure<'a>(
    document: Value<'a>,
    suite: &dyn Suite,
    options: &ProofOptions,
    key: &SigningKey,
) -> Result<Value<'a>, ProofError> {
    let prepared = prepare(document, suite, options)?;
    let signature = key.sign(prepared.hash());
    Ok(prepared.finish(&signature))
}
