//! ecdsa-rdfc-2019 (vc-di-ecdsa §3.2): what the JSON-LD means, signed with P-256 and SHA-256 or with
//! P-384 and SHA-384. Read, not made.

use super::{HashData, ProofError, Suite};
use crate::{json::Value, keys::Kind};

pub(super) struct EcdsaRdfc2019;

impl Suite for EcdsaRdfc2019 {
    fn name(&self) -> &'static str {
        "ecdsa-rdfc-2019"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::P256, Kind::P384]
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
