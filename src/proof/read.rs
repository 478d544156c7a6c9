//! One proof: everything it must have, and what a reader may expect of it.

use jiff::Timestamp;

use super::{DATA_INTEGRITY_PROOF, ProofError, SUITES, Suite, disclosure::Disclosure, suite};
use crate::{
    credential::dates,
    did::Purpose,
    json::Value,
    keys::{self, KeyError, SignatureBytes},
};

/// Kinds of proof that exist, but are not read by this version.
const NOT_YET: &[&str] = &[
    "bbs-2023",
    "mldsa44-jcs-2024",
    "mldsa44-rdfc-2024",
    "BbsBlsSignature2020",
    "BbsBlsSignatureProof2020",
    "EcdsaSecp256k1Signature2019",
    "EcdsaSecp256r1Signature2019",
    "JsonWebSignature2020",
];

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
    reader: Reader<'v>,
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

impl<'v> Proof<'v> {
    /// Reads a proof; `index` is its place, if `proof` is an array.
    pub(super) fn read(raw: &'v Value<'v>, index: Option<usize>) -> Result<Proof<'v>, ProofError> {
        let reader = Reader { raw, index };
        let suite = reader.suite()?;
        reader.text("proofValue")?;
        Ok(Proof {
            suite,
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
            reader,
        })
    }

    /// The proof as it was written.
    pub(super) fn raw(&self) -> &'v Value<'v> {
        self.reader.raw
    }

    /// The 96 bytes of its `proofValue`, if it was made with a P-384 key.
    pub(super) fn long_signature(&self) -> Result<[u8; 96], ProofError> {
        let text = self.reader.text("proofValue")?;
        keys::long_signature_from_multibase(text).map_err(|error| self.reader.bad_value(&error))
    }

    /// What its `proofValue` discloses, if a holder derived it (ecdsa-sd-2023).
    pub(super) fn disclosure(&self) -> Result<Disclosure, ProofError> {
        Disclosure::read(self.reader.text("proofValue")?)
            .map_err(|sentence| self.reader.fault("proofValue", sentence))
    }

    /// The 64 bytes of its `proofValue`.
    ///
    /// # Errors
    /// [`ProofError::Malformed`].
    pub fn signature(&self) -> Result<SignatureBytes, ProofError> {
        self.reader.signature()
    }

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
#[derive(Debug, Clone, Copy)]
struct Reader<'v> {
    raw: &'v Value<'v>,
    /// Its place, if `proof` is an array.
    index: Option<usize>,
}

impl<'v> Reader<'v> {
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
        if kind == DATA_INTEGRITY_PROOF {
            let name = self.text("cryptosuite")?;
            return suite(name)
                .filter(|suite| suite.proof_type() == kind)
                .ok_or_else(|| self.unknown("cryptosuite", name));
        }
        let mut older = SUITES.iter().filter(|suite| suite.proof_type() == kind);
        let older = older.next().ok_or_else(|| self.unknown("type", kind))?;
        match self.raw.get("cryptosuite") {
            None => Ok(*older),
            Some(_) => Err(self.fault("cryptosuite", "does not belong in a proof of this type")),
        }
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
        keys::signature_from_multibase(text).map_err(|error| self.bad_value(&error))
    }

    fn bad_value(&self, error: &KeyError) -> ProofError {
        match error {
            KeyError::Malformed(sentence) => self.fault("proofValue", sentence),
            _ => self.fault("proofValue", "not a signature"),
        }
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
