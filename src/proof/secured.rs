//! A document and its proofs, apart: how proofs are read, chained and checked.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{HashData, ProofError, Suite, suite};
use crate::{
    credential::dates,
    did::Purpose,
    json::Value,
    keys::{self, KeyError, PublicKey, SignatureBytes},
};

/// How many proofs of one document are read.
pub const MAX_PROOFS: usize = 8;

/// Kinds of proof that exist, but are not read by this version.
const NOT_YET: &[&str] = &[
    "Ed25519Signature2020",
    "bbs-2023",
    "ecdsa-jcs-2019",
    "ecdsa-rdfc-2019",
    "ecdsa-sd-2023",
    "eddsa-2022",
];

/// A document and its proofs.
#[derive(Debug, Clone, PartialEq)]
pub struct Secured<'a> {
    document: Value<'a>,
    proofs: Vec<Value<'a>>,
    /// Whether `proof` was written as an array.
    is_array: bool,
}

/// One proof, read but not checked.
#[derive(Debug, Clone)]
pub struct Proof<'v> {
    /// Its cryptosuite.
    pub suite: &'static dyn Suite,
    /// The URL of the key it claims; nothing is proven by its text.
    pub verification_method: &'v str,
    /// What it was made for.
    pub purpose: &'v str,
    /// When it says it was made.
    pub created: Timestamp,
    /// From when on it must not be believed.
    pub expires: Option<Timestamp>,
    /// Its own name.
    pub id: Option<&'v str>,
    /// The names of the proofs it builds on.
    pub previous_proof: Vec<&'v str>,
    /// Whom it was made for.
    pub domain: Vec<&'v str>,
    /// What question it answers.
    pub challenge: Option<&'v str>,
    /// The 64 bytes of its `proofValue`.
    pub signature: SignatureBytes,
}

/// What the reader of a proof expects of it (Data Integrity 1.0 §4.4, steps 3 to 5).
#[derive(Debug, Clone, Copy)]
pub struct Expected<'e> {
    /// The purpose it must have.
    pub purpose: Purpose,
    /// The domains it must name, all and no other; `None`: any.
    pub domain: Option<&'e [&'e str]>,
    /// The challenge it must answer; `None`: any.
    pub challenge: Option<&'e str>,
}

impl Expected<'_> {
    /// What a credential's proof must be: made to assert something.
    pub const CREDENTIAL: Expected<'static> = Expected {
        purpose: Purpose::AssertionMethod,
        domain: None,
        challenge: None,
    };
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

    /// Reads the proof at `index`: everything a proof must have, and a suite we know.
    ///
    /// # Errors
    /// [`ProofError::Malformed`], or [`ProofError::NotSupportedYet`].
    pub fn proof(&self, index: usize) -> Result<Proof<'_>, ProofError> {
        let raw = self.proofs.get(index).ok_or(ProofError::NoProof)?;
        let reader = Reader {
            raw,
            index: self.is_array.then_some(index),
        };
        Ok(Proof {
            suite: reader.suite()?,
            verification_method: reader.text("verificationMethod")?,
            purpose: reader.text("proofPurpose")?,
            created: reader
                .date("created")?
                .ok_or_else(|| reader.missing("created"))?,
            expires: reader.date("expires")?,
            id: reader.optional_text("id")?,
            previous_proof: reader.texts("previousProof")?,
            domain: reader.texts("domain")?,
            challenge: reader.optional_text("challenge")?,
            signature: reader.signature()?,
        })
    }

    /// Checks the proof at `index` alone against a key: what it was made for, and its signature.
    ///
    /// Whose key it is, when the proof was made, and the proofs it builds on
    /// ([`Secured::ancestors`]) are the caller's to check.
    ///
    /// # Errors
    /// The first thing that is wrong; [`ProofError::Signature`] if only the signature is.
    pub fn check(
        &self,
        index: usize,
        key: &PublicKey,
        expected: &Expected<'_>,
    ) -> Result<(), ProofError> {
        let proof = self.proof(index)?;
        proof.meets(expected)?;
        key.verify_strict(&self.hash_of(index, &proof)?, &proof.signature)
            .map_err(|_| ProofError::Signature)
    }

    /// The 64 bytes that the proof at `index` signs.
    ///
    /// # Errors
    /// Those of [`Secured::proof`] and of [`Suite::hash`]; [`ProofError::Chain`].
    pub fn hash(&self, index: usize) -> Result<HashData, ProofError> {
        self.hash_of(index, &self.proof(index)?)
    }

    fn hash_of(&self, index: usize, proof: &Proof<'_>) -> Result<HashData, ProofError> {
        let document = self.beneath(&proof.previous_proof)?;
        proof.suite.hash(&document, &self.proofs[index])
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

impl Proof<'_> {
    /// Whether the proof was made for what the reader expects.
    ///
    /// # Errors
    /// [`ProofError::Purpose`], [`ProofError::Domain`] or [`ProofError::Challenge`].
    pub fn meets(&self, expected: &Expected<'_>) -> Result<(), ProofError> {
        if self.purpose != expected.purpose.name() {
            return Err(ProofError::Purpose(self.purpose.to_owned()));
        }
        if let Some(domain) = expected.domain {
            let all = domain.iter().all(|name| self.domain.contains(name));
            let only = self.domain.iter().all(|name| domain.contains(name));
            if !(all && only) {
                return Err(ProofError::Domain);
            }
        }
        if expected.challenge.is_some() && self.challenge != expected.challenge {
            return Err(ProofError::Challenge);
        }
        Ok(())
    }
}

/// Reads the members of one proof and says where a fault is.
struct Reader<'v, 'a> {
    raw: &'v Value<'a>,
    /// Its place, if `proof` is an array.
    index: Option<usize>,
}

impl<'v> Reader<'v, '_> {
    fn fault(&self, member: &str, sentence: &'static str) -> ProofError {
        let mut pointer = match self.index {
            Some(index) => format!("/proof/{index}"),
            None => String::from("/proof"),
        };
        if !member.is_empty() {
            pointer.push('/');
            pointer.push_str(member);
        }
        ProofError::Malformed { pointer, sentence }
    }

    fn missing(&self, member: &str) -> ProofError {
        self.fault(member, "a proof must have this")
    }

    /// The suite that the exact pair of `type` and `cryptosuite` names (threat A9).
    fn suite(&self) -> Result<&'static dyn Suite, ProofError> {
        if self.raw.members().is_none() {
            return Err(self.fault("", "a proof is a JSON object"));
        }
        let kind = self.text("type")?;
        if kind != "DataIntegrityProof" {
            return Err(self.unknown("type", kind));
        }
        let name = self.text("cryptosuite")?;
        suite(name).ok_or_else(|| self.unknown("cryptosuite", name))
    }

    fn unknown(&self, member: &str, name: &str) -> ProofError {
        if NOT_YET.contains(&name) {
            ProofError::NotSupportedYet(name.to_owned())
        } else {
            self.fault(member, "not a kind of proof that is trusted")
        }
    }

    fn signature(&self) -> Result<SignatureBytes, ProofError> {
        let text = self.text("proofValue")?;
        keys::signature_from_multibase(text).map_err(|error| match error {
            KeyError::Malformed(sentence) => self.fault("proofValue", sentence),
            _ => self.fault("proofValue", "not a signature"),
        })
    }

    fn text(&self, member: &str) -> Result<&'v str, ProofError> {
        self.optional_text(member)?
            .ok_or_else(|| self.missing(member))
    }

    fn optional_text(&self, member: &str) -> Result<Option<&'v str>, ProofError> {
        match self.raw.get(member) {
            None => Ok(None),
            Some(value) => match value.as_str() {
                Some(text) => Ok(Some(text)),
                None => Err(self.fault(member, "must be text")),
            },
        }
    }

    fn texts(&self, member: &str) -> Result<Vec<&'v str>, ProofError> {
        let items = self.raw.get(member).map_or(&[][..], Value::one_or_many);
        let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
        texts.ok_or_else(|| self.fault(member, "must be text, or a list of texts"))
    }

    fn date(&self, member: &str) -> Result<Option<Timestamp>, ProofError> {
        self.optional_text(member)?
            .map(dates::stamp)
            .transpose()
            .map_err(|_| {
                self.fault(
                    member,
                    "must be a date and time such as 2026-03-01T10:00:00Z",
                )
            })
    }
}
