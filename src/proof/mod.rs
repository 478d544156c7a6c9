//! Ways to secure a credential: Data Integrity proofs (W3C Verifiable Credential Data Integrity
//! 1.0) and compact JWTs.
//!
//! Making a proof has two halves, so that the private key can stay elsewhere: [`prepare`] works
//! out the bytes to sign, [`Prepared::finish`] puts the signature in its place. [`secure`] does
//! both. Reading is [`Secured::read`], and [`Secured::check`] for each proof.

mod eddsa_jcs_2022;
mod eddsa_rdfc_2022;
mod error;
pub mod jwt;
mod options;
mod read;
mod secured;

use std::fmt;

use sha2::{Digest, Sha256};

pub use error::ProofError;
pub use options::ProofOptions;
pub use read::{Expected, Proof};
pub use secured::{MAX_PROOFS, Secured};

use crate::{
    json::Value,
    keys::{self, SignatureBytes, SigningKey},
};

/// Every cryptosuite that is made and read. A new one is a file and a line.
pub const SUITES: &[&dyn Suite] = &[
    &eddsa_rdfc_2022::EddsaRdfc2022,
    &eddsa_jcs_2022::EddsaJcs2022,
];

/// The bytes that are signed: SHA-256 of the proof's options, then SHA-256 of the document.
pub type HashData = [u8; 64];

/// A cryptosuite: how a document and a proof become the bytes that are signed with Ed25519.
pub trait Suite: Sync {
    /// The value of `cryptosuite`.
    fn name(&self) -> &'static str;

    /// The proof as it will stand in the document, but without its `proofValue`.
    fn configure(&self, document: &Value<'_>, options: &ProofOptions) -> Value<'static>;

    /// The bytes to sign. `document` has no `proof`, or only the proofs that this one builds on;
    /// a `proofValue` in `proof` is left out.
    ///
    /// # Errors
    /// [`ProofError::Transformation`] or [`ProofError::Context`]: the document or the proof has
    /// no canonical form that says all it says.
    fn hash(&self, document: &Value<'_>, proof: &Value<'_>) -> Result<HashData, ProofError>;
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
    let proof = suite.configure(secured.document(), options);
    let hash = suite.hash(&*secured.beneath(&options.previous_proof)?, &proof)?;
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

/// Configuration first, as both eddsa suites have it (vc-di-eddsa §3.2.4, §3.3.4).
fn hash_data(configuration: &[u8], document: &[u8]) -> HashData {
    let mut hash = [0; 64];
    hash[..32].copy_from_slice(&Sha256::digest(configuration));
    hash[32..].copy_from_slice(&Sha256::digest(document));
    hash
}
