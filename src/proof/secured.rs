//! A document and its proofs, apart: how proofs are chained and checked.

use std::borrow::Cow;

use super::{Expected, HashData, Proof, ProofError};
use crate::{
    json::Value,
    keys::{Kind, PublicKey},
};

/// How many proofs of one document are read.
pub const MAX_PROOFS: usize = crate::config::limits::PROOFS;

/// A document and its proofs.
#[derive(Debug, Clone, PartialEq)]
pub struct Secured<'a> {
    document: Value<'a>,
    proofs: Vec<Value<'a>>,
    /// Whether `proof` was written as an array.
    is_array: bool,
}

impl<'a> Secured<'a> {
    /// Takes a document apart. Each proof is read on its own by [`Secured::proof`]: a set may
    /// hold some that are good and some that are not.
    ///
    /// # Errors
    /// [`ProofError::NoProof`] or [`ProofError::TooMany`].
    pub fn read(document: Value<'a>) -> Result<Secured<'a>, ProofError> {
        let secured = Secured::take(document)?;
        match secured.proofs.len() {
            0 => Err(ProofError::NoProof),
            1..=MAX_PROOFS => Ok(secured),
            more => Err(ProofError::TooMany(more)),
        }
    }

    /// [`Secured::read`] of a document that may have no proof yet.
    pub(super) fn take(mut document: Value<'a>) -> Result<Secured<'a>, ProofError> {
        if document.members().is_none() {
            return Err(ProofError::NoProof);
        }
        let (proofs, is_array) = match document.remove("proof") {
            None => (Vec::new(), true),
            Some(Value::Array(proofs)) => (proofs, true),
            Some(Value::Null) => return Err(ProofError::NoProof),
            Some(one) => (vec![one], false),
        };
        Ok(Secured {
            document,
            proofs,
            is_array,
        })
    }

    /// The document without its proofs.
    #[must_use]
    pub fn document(&self) -> &Value<'a> {
        &self.document
    }

    /// The proofs as they were written: 1 to [`MAX_PROOFS`].
    #[must_use]
    pub fn raw_proofs(&self) -> &[Value<'a>] {
        &self.proofs
    }

    pub(super) fn push(&mut self, proof: Value<'a>) {
        self.proofs.push(proof);
        self.is_array = true;
    }

    /// The whole document again, with `proof` as its last member.
    #[must_use]
    pub fn into_value(self) -> Value<'a> {
        let (mut document, mut proofs) = (self.document, self.proofs);
        let proof = match proofs.pop() {
            Some(one) if !self.is_array => one,
            last => {
                proofs.extend(last);
                Value::Array(proofs)
            }
        };
        document.set("proof", proof);
        document
    }

    /// Reads the proof at `index`: everything a proof must have, and a suite we know. Its value is
    /// only decoded when it is checked.
    ///
    /// # Errors
    /// [`ProofError::Malformed`], or [`ProofError::NotSupportedYet`].
    pub fn proof(&self, index: usize) -> Result<Proof<'_>, ProofError> {
        let raw = self.proofs.get(index).ok_or(ProofError::NoProof)?;
        Proof::read(raw, self.is_array.then_some(index))
    }

    /// Checks the proof at `index` alone against a key: what it was made for, and its signature.
    ///
    /// Whose key it is, when the proof was made, and the proofs it builds on
    /// ([`Secured::ancestors`]) are the caller's to check.
    ///
    /// # Errors
    /// The first thing that is wrong: [`ProofError::KeyKind`] for a key that the suite does not go
    /// with, [`ProofError::Signature`] if only the signature is wrong.
    pub fn check(
        &self,
        index: usize,
        key: &PublicKey,
        expected: &Expected<'_>,
    ) -> Result<(), ProofError> {
        self.check_telling(index, key, expected, &mut None)
    }

    /// As [`Secured::check`]; what was hashed on the way is put into `hashed`, also if the signature
    /// then does not fit.
    ///
    /// # Errors
    /// Those of [`Secured::check`].
    pub fn check_telling(
        &self,
        index: usize,
        key: &PublicKey,
        expected: &Expected<'_>,
        hashed: &mut Option<HashData>,
    ) -> Result<(), ProofError> {
        let proof = self.proof(index)?;
        proof.meets(expected)?;
        if !proof.suite.kinds().contains(&key.kind()) {
            return Err(ProofError::KeyKind {
                suite: proof.suite.name(),
                kind: key.kind(),
            });
        }
        let document = self.beneath(&proof.previous_proof)?;
        proof.suite.check(&document, &proof, key, hashed)
    }

    /// The bytes that the proof at `index` signs, if its key is of `kind`.
    ///
    /// # Errors
    /// Those of [`Secured::proof`] and of [`Suite::hash`](super::Suite::hash); [`ProofError::Chain`].
    pub fn hash(&self, index: usize, kind: Kind) -> Result<HashData, ProofError> {
        let proof = self.proof(index)?;
        let document = self.beneath(&proof.previous_proof)?;
        proof.suite.hash(&document, &self.proofs[index], kind)
    }

    /// What a proof that builds on the proofs of these names secures: the document, with those
    /// proofs in it (Data Integrity 1.0 §4.6).
    pub(super) fn beneath<S: AsRef<str>>(
        &self,
        previous: &[S],
    ) -> Result<Cow<'_, Value<'a>>, ProofError> {
        if previous.is_empty() {
            return Ok(Cow::Borrowed(&self.document));
        }
        let found = self.named(previous)?;
        let proofs = found.into_iter().map(|at| self.proofs[at].clone());
        let mut document = self.document.clone();
        document.set("proof", Value::Array(proofs.collect()));
        Ok(Cow::Owned(document))
    }

    /// Where the proofs of these names are, in the order of the document.
    fn named<S: AsRef<str>>(&self, names: &[S]) -> Result<Vec<usize>, ProofError> {
        if names.len() > MAX_PROOFS {
            return Err(ProofError::Chain(
                "previousProof names more proofs than are read",
            ));
        }
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            let id = Some(name.as_ref());
            let mut places = (0..self.proofs.len())
                .filter(|at| self.proofs[*at].get("id").and_then(Value::as_str) == id);
            match (places.next(), places.next()) {
                (Some(at), None) => found.push(at),
                (None, _) => return Err(ProofError::Chain("previousProof names no proof here")),
                _ => return Err(ProofError::Chain("two proofs have the same id")),
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Every proof that the proof at `index` builds on, directly or not, in the order of the
    /// document: each must hold too.
    ///
    /// # Errors
    /// [`ProofError::Chain`] if one is missing or they go round in a circle; the faults of
    /// [`Secured::proof`].
    pub fn ancestors(&self, index: usize) -> Result<Vec<usize>, ProofError> {
        let mut found = Vec::new();
        self.collect(index, &mut vec![index], &mut found)?;
        found.sort_unstable();
        Ok(found)
    }

    fn collect(
        &self,
        index: usize,
        path: &mut Vec<usize>,
        found: &mut Vec<usize>,
    ) -> Result<(), ProofError> {
        for at in self.named(&self.proof(index)?.previous_proof)? {
            if path.contains(&at) {
                return Err(ProofError::Chain(
                    "the proofs build on one another in a circle",
                ));
            }
            if !found.contains(&at) {
                path.push(at);
                self.collect(at, path, found)?;
                path.pop();
                found.push(at);
            }
        }
        Ok(())
    }
}
