//! eddsa-rdfc-2022 (vc-di-eddsa §3.2): signs what the JSON-LD means, as canonical N-Quads. The
//! suite that Open Badges 3.0 is certified with.

use super::{HashData, ProofError, ProofOptions, Suite};
use crate::{json::Value, keys::Kind};

pub(super) struct EddsaRdfc2022;

impl Suite for EddsaRdfc2022 {
    fn name(&self) -> &'static str {
        "eddsa-rdfc-2022"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Ed25519]
    }

    fn configure(
        &self,
        _document: &Value<'_>,
        options: &ProofOptions,
    ) -> Result<Value<'static>, ProofError> {
        Ok(Value::Object(options.members(self.name())))
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
