//! eddsa-jcs-2022 (vc-di-eddsa §3.3): signs the JSON itself, in its RFC 8785 form.

use super::{HashData, ProofError, ProofOptions, Suite};
use crate::{json::Value, keys::Kind};

pub(super) struct EddsaJcs2022;

impl Suite for EddsaJcs2022 {
    fn name(&self) -> &'static str {
        "eddsa-jcs-2022"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Ed25519]
    }

    /// The contexts stand in the proof too: others may add contexts to the document later.
    fn configure(
        &self,
        document: &Value<'_>,
        options: &ProofOptions,
    ) -> Result<Value<'static>, ProofError> {
        let mut members = options.members(self.name());
        if let Some(context) = document.get("@context") {
            members.push(("@context".into(), context.clone().into_owned()));
        }
        Ok(Value::Object(members))
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
