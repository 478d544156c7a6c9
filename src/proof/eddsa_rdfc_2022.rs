//! eddsa-rdfc-2022 (vc-di-eddsa §3.2): signs what the JSON-LD means, as canonical N-Quads. The
//! suite that Open Badges 3.0 is certified with.

use super::{HashData, ProofError, ProofOptions, Suite};
use crate::{
    json::{Members, Value},
    rdf,
};

pub(super) struct EddsaRdfc2022;

impl Suite for EddsaRdfc2022 {
    fn name(&self) -> &'static str {
        "eddsa-rdfc-2022"
    }

    fn configure(&self, _document: &Value<'_>, options: &ProofOptions) -> Value<'static> {
        Value::Object(options.members(self.name()))
    }

    fn hash(&self, document: &Value<'_>, proof: &Value<'_>) -> Result<HashData, ProofError> {
        let configuration = configuration(document, proof);
        let mut hash = [0; 64];
        let of_proof = rdf::hash_without(&configuration, &[]).map_err(|mut fault| {
            fault.pointer.insert_str(0, "/proof");
            ProofError::Transformation(fault)
        })?;
        hash[..32].copy_from_slice(&of_proof);
        let of_document = rdf::hash_without(document, &[]).map_err(ProofError::Transformation)?;
        hash[32..].copy_from_slice(&of_document);
        Ok(hash)
    }
}

/// The proof as a document of its own: with the document's contexts, whatever its own are, and
/// without its value.
fn configuration<'v>(document: &Value<'v>, proof: &Value<'v>) -> Value<'v> {
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
