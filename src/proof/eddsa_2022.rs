//! eddsa-2022: the early name of eddsa-rdfc-2022, with the same mathematics. Read, not made.

use super::{HashData, ProofError, Suite};
use crate::{json::Value, keys::Kind};

pub(super) struct Eddsa2022;

impl Suite for Eddsa2022 {
    fn name(&self) -> &'static str {
        "eddsa-2022"
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
