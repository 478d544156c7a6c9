//! What can be wrong with a proof, and the standard's names for it.

use crate::{keys::Kind, rdf};

/// Why a document cannot be secured, or why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not a JSON object with at least one proof.
    #[error("the document has no proof")]
    NoProof,
    /// More proofs than are read.
    #[error("the document has {0} proofs; at most 8 are read")]
    TooMany(usize),
    /// A proof lacks something, or has it in a wrong form.
    #[error("{pointer}: {sentence}")]
    Malformed {
        /// Where, as an RFC 6901 pointer into the document.
        pointer: String,
        /// What is wrong.
        sentence: &'static str,
    },
    /// A known kind of proof that this version does not read: neither good nor bad.
    #[error("proofs of kind {0} are not supported yet")]
    NotSupportedYet(String),
    /// Proofs of this suite are read here, and not made.
    #[error("proofs of kind {0} are read here, and not made")]
    OnlyRead(&'static str),
    /// The issuer's key is of a kind that the suite does not sign with (threat A9).
    #[error("a proof of kind {suite} cannot be made with a key of kind {}", .kind.name())]
    KeyKind {
        /// The suite.
        suite: &'static str,
        /// The kind of the key.
        kind: Kind,
    },
    /// Made for something else, such as signing in.
    #[error("the proof was made for the purpose {0:?}")]
    Purpose(String),
    /// Made for another audience.
    #[error("the proof was made for another domain")]
    Domain,
    /// Made for another question.
    #[error("the proof answers another challenge")]
    Challenge,
    /// The proofs that this one builds on are not there, or go round in a circle.
    #[error("{0}")]
    Chain(&'static str),
    /// The document does not begin with the contexts that were signed.
    #[error("the document's @context does not begin with that of the proof")]
    Context,
    /// The document or the proof (behind `/proof`) has no canonical form that says all it says.
    #[error("{0}")]
    Transformation(rdf::Fault),
    /// The signature does not fit the document and the key.
    #[error("the signature does not fit: the document was changed, or signed with another key")]
    Signature,
}

impl ProofError {
    /// The problem type of RFC 9457: the one table of what standard name each fault has
    /// (VCDM 2.0 §7.2, Data Integrity 1.0 §4.8).
    #[must_use]
    pub fn problem(&self) -> &'static str {
        match self {
            ProofError::NoProof | ProofError::TooMany(_) => {
                "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"
            }
            ProofError::OnlyRead(_) => "https://w3id.org/security#PROOF_GENERATION_ERROR",
            ProofError::Domain => "https://w3id.org/security#INVALID_DOMAIN_ERROR",
            ProofError::Challenge => "https://w3id.org/security#INVALID_CHALLENGE_ERROR",
            ProofError::Transformation(fault) => match fault.kind.code() {
                "DATA_LOSS_DETECTION_ERROR" => {
                    "https://w3id.org/security#DATA_LOSS_DETECTION_ERROR"
                }
                _ => "https://w3id.org/security#PROOF_TRANSFORMATION_ERROR",
            },
            ProofError::Malformed { .. }
            | ProofError::NotSupportedYet(_)
            | ProofError::KeyKind { .. }
            | ProofError::Purpose(_)
            | ProofError::Chain(_)
            | ProofError::Context
            | ProofError::Signature => "https://w3id.org/security#PROOF_VERIFICATION_ERROR",
        }
    }

    /// Whether this says nothing about the proof: it could not be checked, because its kind or a
    /// context of the document is not known here.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            ProofError::NotSupportedYet(_) => true,
            ProofError::Transformation(fault) => fault.kind == rdf::Kind::UnknownContext,
            _ => false,
        }
    }
}
