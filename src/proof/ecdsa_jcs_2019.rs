//! ecdsa-jcs-2019 (vc-di-ecdsa §3.3): the JSON itself, signed with P-256 and SHA-256 or with P-384 and
//! SHA-384. Read, not made.

use super::{HashData, ProofError, Suite};
use crate::{json::Value, keys::Kind};

pub(super) struct EcdsaJcs2019;

impl Suite for EcdsaJcs2019 {
    fn name(&self) -> &'static str {
        "ecdsa-jcs-2019"
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
        HashData::of_json(document, proof, kind)
    }
}
