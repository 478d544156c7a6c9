//! The bytes that a proof signs: a digest of the proof's options, then one of the document.

use std::{borrow::Cow, fmt, ops::Deref};

use sha2::{Digest, Sha256, Sha384};

use super::ProofError;
use crate::{
    json::{self, Members, Value},
    keys::Kind,
    rdf,
};

/// Two digests of SHA-256 and, in ecdsa-sd-2023, a public key between them.
const MAX_BYTES: usize = 32 + 35 + 32;

/// The bytes that are signed: 64, or 96 for a P-384 key, or 99 for ecdsa-sd-2023.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HashData {
    bytes: [u8; MAX_BYTES],
    len: usize,
}

impl HashData {
    /// The parts, one behind the other; at most 99 bytes.
    pub(super) fn join(parts: &[&[u8]]) -> HashData {
        let mut data = HashData {
            bytes: [0; MAX_BYTES],
            len: 0,
        };
        for part in parts {
            data.bytes[data.len..][..part.len()].copy_from_slice(part);
            data.len += part.len();
        }
        data
    }

    /// Of what the document and the proof mean: their canonical N-Quads (vc-di-eddsa §3.2,
    /// vc-di-ecdsa §3.2). A P-384 key goes with SHA-384, also within RDFC-1.0; all others with
    /// SHA-256.
    pub(super) fn of_meaning(
        document: &Value<'_>,
        proof: &Value<'_>,
        kind: Kind,
    ) -> Result<HashData, ProofError> {
        let configuration = configuration(document, proof);
        if kind == Kind::P384 {
            let of_proof = rdf::sha384(&configuration).map_err(in_proof)?;
            let of_document = rdf::sha384(document).map_err(ProofError::Transformation)?;
            return Ok(HashData::join(&[&of_proof, &of_document]));
        }
        let of_proof = rdf::hash_without(&configuration, &[]).map_err(in_proof)?;
        let of_document = rdf::hash_without(document, &[]).map_err(ProofError::Transformation)?;
        Ok(HashData::join(&[&of_proof, &of_document]))
    }

    /// Of the JSON itself, in its RFC 8785 form (vc-di-eddsa §3.3, vc-di-ecdsa §3.3).
    pub(super) fn of_json(
        document: &Value<'_>,
        proof: &Value<'_>,
        kind: Kind,
    ) -> Result<HashData, ProofError> {
        let document = as_signed(document, proof.get("@context"))?;
        let of_proof = json::canonical_without(proof, &["proofValue"]);
        let of_document = json::canonical(&document);
        Ok(if kind == Kind::P384 {
            HashData::join(&[&Sha384::digest(of_proof), &Sha384::digest(of_document)])
        } else {
            HashData::join(&[&Sha256::digest(of_proof), &Sha256::digest(of_document)])
        })
    }
}

/// A fault in the proof rather than in the document around it.
pub(super) fn in_proof(mut fault: rdf::Fault) -> ProofError {
    fault.pointer.insert_str(0, "/proof");
    ProofError::Transformation(fault)
}

/// The proof as a document of its own: with the document's contexts, whatever its own are, and
/// without its value.
pub(super) fn configuration<'v>(document: &Value<'v>, proof: &Value<'v>) -> Value<'v> {
    let own = proof.members().map_or(&[][..], Vec::as_slice);
    let mut members: Members<'v> = Vec::with_capacity(own.len() + 1);
    if let Some(context) = document.get("@context") {
        members.push(("@context".into(), context.clone()));
    }
    members.extend(
        own.iter()
            .filter(|(name, _)| name != "proofValue" && name != "@context")
            .cloned(),
    );
    Value::Object(members)
}

/// The document with the contexts it had when it was signed: those in the proof.
fn as_signed<'v, 'a>(
    document: &'v Value<'a>,
    signed: Option<&Value<'_>>,
) -> Result<Cow<'v, Value<'a>>, ProofError> {
    let present = document.get("@context");
    let Some(signed) = signed.filter(|signed| Some(*signed) != present) else {
        return Ok(Cow::Borrowed(document));
    };
    let present = present.map_or(&[][..], Value::one_or_many);
    let first = signed.one_or_many();
    if present.len() < first.len() || &present[..first.len()] != first {
        return Err(ProofError::Context);
    }
    let mut document = document.clone();
    document.set("@context", signed.clone().into_owned());
    Ok(Cow::Owned(document))
}

impl HashData {
    /// What the digests are made with: `sha-256` or `sha-384`.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match self.digest_len() {
            48 => "sha-384",
            _ => "sha-256",
        }
    }

    /// The digest of the proof's options.
    #[must_use]
    pub fn of_options(&self) -> &[u8] {
        &self[..self.digest_len()]
    }

    /// The digest of the document; in ecdsa-sd-2023, of its mandatory statements.
    #[must_use]
    pub fn of_document(&self) -> &[u8] {
        &self[self.len - self.digest_len()..]
    }

    fn digest_len(&self) -> usize {
        if self.len == 96 { 48 } else { 32 }
    }
}

impl Deref for HashData {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl fmt::Debug for HashData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
