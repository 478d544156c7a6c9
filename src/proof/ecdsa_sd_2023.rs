//! ecdsa-sd-2023 (vc-di-ecdsa §3.5): the holder shows part of a credential. Derived proofs are read;
//! none are made.
//!
//! The issuer signs what it made mandatory, together with a key made for this one document; that key
//! signs each other statement singly. A holder may leave any of those out, so that what is not there
//! says nothing.

use sha2::{Digest, Sha256};

use super::{
    HashData, Proof, ProofError, Suite,
    disclosure::Disclosure,
    hash::{configuration, in_proof},
};
use crate::{
    json::Value,
    keys::{Kind, PublicKey},
    rdf,
};

pub(super) struct EcdsaSd2023;

impl Suite for EcdsaSd2023 {
    fn name(&self) -> &'static str {
        "ecdsa-sd-2023"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::P256]
    }

    fn is_selective(&self) -> bool {
        true
    }

    /// What the issuer signed: the proof's options, the key made for the document, and the
    /// mandatory statements.
    fn hash(
        &self,
        document: &Value<'_>,
        proof: &Value<'_>,
        _kind: Kind,
    ) -> Result<HashData, ProofError> {
        let value = proof.get("proofValue").and_then(Value::as_str);
        let disclosure = Disclosure::read(value.unwrap_or_default()).map_err(malformed)?;
        let shown = Shown::of(document, &disclosure)?;
        signed(document, proof, &disclosure, &shown)
    }

    fn check(
        &self,
        document: &Value<'_>,
        proof: &Proof<'_>,
        key: &PublicKey,
        hashed: &mut Option<HashData>,
    ) -> Result<(), ProofError> {
        let disclosure = proof.disclosure()?;
        let shown = Shown::of(document, &disclosure)?;
        if shown.others.len() != disclosure.signatures.len() {
            return Err(ProofError::Signature);
        }
        let signed = signed(document, proof.raw(), &disclosure, &shown)?;
        *hashed = Some(signed);
        // The issuer's signature first: nothing else costs time without it.
        key.verify(&signed, &disclosure.base_signature)
            .map_err(|_| ProofError::Signature)?;
        shown
            .others
            .iter()
            .zip(&disclosure.signatures)
            .try_for_each(|(line, signature)| disclosure.key.verify(line.as_bytes(), signature))
            .map_err(|_| ProofError::Signature)
    }
}

/// The statements of a document, under the labels that the issuer gave.
struct Shown {
    mandatory: Vec<String>,
    others: Vec<String>,
}

impl Shown {
    fn of(document: &Value<'_>, disclosure: &Disclosure) -> Result<Shown, ProofError> {
        let lines = rdf::statements(document, |number| disclosure.labels.get(&number).cloned())
            .map_err(ProofError::Transformation)?
            .ok_or(malformed("a node without an id has no label"))?;
        if disclosure
            .mandatory
            .last()
            .is_some_and(|last| *last >= lines.len())
        {
            return Err(malformed("a mandatory statement is not there"));
        }
        let (mut mandatory, mut others) = (Vec::new(), Vec::new());
        for (at, line) in lines.into_iter().enumerate() {
            if disclosure.mandatory.contains(&at) {
                mandatory.push(line);
            } else {
                others.push(line);
            }
        }
        Ok(Shown { mandatory, others })
    }
}

fn signed(
    document: &Value<'_>,
    proof: &Value<'_>,
    disclosure: &Disclosure,
    shown: &Shown,
) -> Result<HashData, ProofError> {
    let configuration = configuration(document, proof);
    let of_proof = rdf::hash_without(&configuration, &[]).map_err(in_proof)?;
    let mut mandatory = Sha256::new();
    for line in &shown.mandatory {
        mandatory.update(line);
    }
    let mandatory = mandatory.finalize();
    Ok(HashData::join(&[
        &of_proof,
        &disclosure.key_bytes,
        &mandatory,
    ]))
}

fn malformed(sentence: &'static str) -> ProofError {
    ProofError::Malformed {
        pointer: "/proof/proofValue".to_owned(),
        sentence,
    }
}
