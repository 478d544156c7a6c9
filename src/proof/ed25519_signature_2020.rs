//! Ed25519Signature2020 (vc-di-eddsa appendix C): the suite before Data Integrity. Its name is the
//! type of the proof, and the document needs a context that knows that type. Read, not made.

use super::{HashData, ProofError, Suite};
use crate::{json::Value, keys::Kind};

pub(super) struct Ed25519Signature2020;

impl Suite for Ed25519Signature2020 {
    fn name(&self) -> &'static str {
        "Ed25519Signature2020"
    }

    fn proof_type(&self) -> &'static str {
        self.name()
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Ed25519]
    }

    fn hash(
        &self,
        document: &Value<'_>,
        proof: &Value<'_>,
        kind: Kind,
    ) -> Result<HashData, ProofError> {
        HashData::of_meaning(document, proof, kind)
    }
}
