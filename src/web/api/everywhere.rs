//! What any request may be answered, whatever it asks: said once in the OpenAPI document, and
//! referred to from every endpoint that has no words of its own for it.

use serde_json::{Value, json};

/// Status, name and meaning of each.
const ANSWERS: &[(&str, &str, &str)] = &[
    (
        "400",
        "Unreadable",
        "The request cannot be read, or has an API key in its address.",
    ),
    (
        "408",
        "TooSlow",
        "The request did not arrive whole, or was not done, within 20 seconds.",
    ),
    ("413", "TooLarge", "More than is read."),
    (
        "429",
        "TooMany",
        "Too many requests from this address or with this key; `Retry-After` says how many seconds to wait.",
    ),
    (
        "500",
        "Internal",
        "A fault of ours. It has been written down; `request_id` finds it.",
    ),
    (
        "503",
        "Unavailable",
        "The service is busy, the database does not answer, or what is stored is damaged.",
    ),
];

/// Adds them to every endpoint.
pub(crate) fn add(document: &mut Value) {
    let problem =
        json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    for (_, name, meaning) in ANSWERS {
        document["components"]["responses"][*name] =
            json!({"description": meaning, "content": problem});
    }
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.filter_map(|(_, path)| path.as_object_mut()).flatten();
    for (_, operation) in operations {
        let Some(answers) = operation["responses"].as_object_mut() else {
            continue;
        };
        for (status, name, _) in ANSWERS {
            let reference = json!({"$ref": format!("#/components/responses/{name}")});
            answers.entry(*status).or_insert(reference);
        }
        answers.sort_keys();
    }
}
