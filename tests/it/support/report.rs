//! The report's schema, as the OpenAPI document has it, held against the reports that tests get.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};
use skillmark::verify::Report;
use utoipa::{PartialSchema as _, ToSchema as _};

/// What a claim's kinds share their object with: the only ones that are not closed.
const OPEN: [&str; 5] = ["Achieved", "Endorsed", "Recorded", "Presented", "Receipt"];

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = whole();
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .offline()
        .build(&schema)
        .expect("a schema")
});

/// The schema of a report with all it is made of, where nothing undescribed may stand.
pub(crate) fn whole() -> Value {
    let mut parts = Vec::new();
    Report::schemas(&mut parts);
    let mut components = json!({});
    for (name, part) in parts {
        let mut part = serde_json::to_value(part).expect("json");
        let last = name.rsplit('.').next().unwrap_or_default();
        if part["properties"].is_object() && !OPEN.contains(&last) {
            part["additionalProperties"] = json!(false);
        }
        components[name] = part;
    }
    let mut schema = serde_json::to_value(Report::schema()).expect("json");
    schema["additionalProperties"] = json!(false);
    components["report.Report"] = schema;
    json!({"$ref": "#/components/schemas/report.Report", "components": {"schemas": components}})
}

/// Holds a report to its schema.
#[track_caller]
pub(crate) fn holds(report: &Report) {
    let json = serde_json::to_value(report).expect("json");
    held(&json);
}

/// Holds a report, written as JSON, to its schema.
#[track_caller]
pub(crate) fn held(json: &Value) {
    let faults: Vec<String> = SCHEMA
        .iter_errors(json)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?} in {json:#}");
}
