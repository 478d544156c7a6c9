//! The strict form of Open Badges 3.0 as JSON Schema: our own files in `schemas/`, never a fetched
//! one.
//!
//! A credential may name the published schema by its address; [`known`] says which of ours stands
//! for it. They accept and refuse the same documents, which a test shows over some thousand mutants. None is ever fetched, and neither is
//! what one refers to (threat F22).

mod instance;

use std::sync::LazyLock;

use instance::Ours;
use jsonschema::{Draft, Validator};

use super::{Fault, Kind, Weight, has_type};
use crate::json::Value;

/// The schemas we have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// `schemas/achievement-credential.schema.json`
    AchievementCredential,
    /// `schemas/endorsement-credential.schema.json`
    EndorsementCredential,
    /// `schemas/clr-credential.schema.json`
    ClrCredential,
}

/// Where the published schemas of Open Badges 3.0 are; what follows tells which.
const PUBLISHED: &str = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_";
/// The published schema of learner records (CLR 2.0).
const PUBLISHED_RECORD: &str =
    "https://purl.imsglobal.org/spec/clr/v2p0/schema/json/clr_v2p0_clrcredential_schema.json";

const ACHIEVEMENT: &str = include_str!("../../../schemas/achievement-credential.schema.json");
const ENDORSEMENT: &str = include_str!("../../../schemas/endorsement-credential.schema.json");

const RECORD: &str = include_str!("../../../schemas/clr-credential.schema.json");

static COMPILED: LazyLock<[Validator<Ours>; 3]> = LazyLock::new(compile);

/// Which of our schemas stands for the published one at `url`; `None` for any other address.
#[must_use]
pub fn known(url: &str) -> Option<Schema> {
    if url == PUBLISHED_RECORD {
        return Some(Schema::ClrCredential);
    }
    match url.strip_prefix(PUBLISHED)? {
        "achievementcredential_schema.json" => Some(Schema::AchievementCredential),
        "endorsementcredential_schema.json" => Some(Schema::EndorsementCredential),
        _ => None,
    }
}

/// Checks a document against the schema of its type: an endorsement's, or else an achievement's.
#[must_use]
pub fn check(credential: &Value) -> Vec<Fault> {
    let endorsement = has_type(credential, "EndorsementCredential");
    check_against(
        credential,
        if endorsement {
            Schema::EndorsementCredential
        } else {
            Schema::AchievementCredential
        },
    )
}

/// Checks a document against one schema; dates must have the form of RFC 3339.
#[must_use]
pub fn check_against(credential: &Value, schema: Schema) -> Vec<Fault> {
    let [achievement, endorsement, record] = &*COMPILED;
    let validator = match schema {
        Schema::AchievementCredential => achievement,
        Schema::EndorsementCredential => endorsement,
        Schema::ClrCredential => record,
    };
    if validator.is_valid(credential) {
        return Vec::new();
    }
    validator
        .iter_errors(credential)
        .map(|error| Fault {
            pointer: error.instance_path().to_string(),
            // Masked: the sentence names the rule and never repeats what stands there.
            sentence: format!("The schema asks for something else: {}.", error.masked()),
            kind: Kind::Shape,
            weight: Weight::Wrong,
        })
        .collect()
}

#[expect(
    clippy::expect_used,
    reason = "the files are part of the program, and a test compiles them"
)]
fn compile() -> [Validator<Ours>; 3] {
    let read = |text: &str| serde_json::from_str(text).expect("a schema is JSON");
    let schemas: [serde_json::Value; 3] = [ACHIEVEMENT, ENDORSEMENT, RECORD].map(read);
    let shared = schemas[0].clone();
    let registry = jsonschema::Registry::new()
        .draft(Draft::Draft202012)
        .add("urn:skillmark:schema:achievement-credential", &shared)
        .and_then(jsonschema::RegistryBuilder::prepare)
        .expect("a schema has an address");
    // Nothing is fetched: what a schema refers to stands in the registry, or nowhere.
    schemas.map(|schema| {
        jsonschema::options_for::<Ours>()
            .with_draft(Draft::Draft202012)
            .with_registry(&registry)
            .should_validate_formats(true)
            .offline()
            .build(&schema)
            .expect("a schema compiles")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_addresses_lead_to_our_files() {
        assert_eq!(
            known(&format!("{PUBLISHED}achievementcredential_schema.json")),
            Some(Schema::AchievementCredential)
        );
        assert_eq!(
            known(&format!("{PUBLISHED}endorsementcredential_schema.json")),
            Some(Schema::EndorsementCredential)
        );
        assert_eq!(known(PUBLISHED_RECORD), Some(Schema::ClrCredential));
        assert_eq!(known("https://evil.test/schema.json"), None);
    }

    #[test]
    fn our_files_compile_and_are_right_schemas() {
        for text in [ACHIEVEMENT, ENDORSEMENT, RECORD] {
            let schema = serde_json::from_str(text).expect("json");
            assert!(jsonschema::draft202012::meta::is_valid(&schema));
        }
        assert_eq!(COMPILED.len(), 3);
    }
}
