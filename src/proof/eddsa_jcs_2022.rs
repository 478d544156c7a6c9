//! eddsa-jcs-2022 (vc-di-eddsa §3.3): signs the JSON itself, in its RFC 8785 form.

use std::borrow::Cow;

use super::{HashData, ProofError, ProofOptions, Suite, hash_data};
use crate::json::{self, Value};

pub(super) struct EddsaJcs2022;

impl Suite for EddsaJcs2022 {
    fn name(&self) -> &'static str {
        "eddsa-jcs-2022"
    }

    /// The contexts stand in the proof too: others may add contexts to the document later.
    fn configure(&self, document: &Value<'_>, options: &ProofOptions) -> Value<'static> {
        let mut members = options.members(self.name());
        if let Some(context) = document.get("@context") {
            members.push(("@context".into(), context.clone().into_owned()));
        }
        Value::Object(members)
    }

    fn hash(&self, document: &Value<'_>, proof: &Value<'_>) -> Result<HashData, ProofError> {
        let document = as_signed(document, proof.get("@context"))?;
        let configuration = json::canonical_without(proof, &["proofValue"]);
        Ok(hash_data(
            configuration.as_bytes(),
            json::canonical(&document).as_bytes(),
        ))
    }
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
