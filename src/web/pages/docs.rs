//! `/docs`: the API, readable; written from the OpenAPI document, so that the two cannot differ.

use std::collections::BTreeMap;

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde_json::Value;

use crate::web::{
    Site, answer, api,
    error::WebError,
    frame::Frame,
    markdown::{self, Html},
    problem::CODES,
};

/// One endpoint.
#[derive(Debug)]
pub(crate) struct Endpoint {
    anchor: String,
    verb: String,
    path: String,
    summary: String,
    description: Html,
    keyed: bool,
    parameters: Vec<Field>,
    fields: Vec<Field>,
    example: String,
    answers: Vec<Field>,
}

/// A named thing with a sentence.
#[derive(Debug)]
pub(crate) struct Field {
    name: String,
    about: String,
    place: String,
    required: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/docs.html")]
pub(crate) struct Docs {
    frame: Frame,
    about: String,
    endpoints: Vec<Endpoint>,
    everywhere: Vec<Field>,
    codes: &'static [(&'static str, &'static str)],
}

impl Docs {
    /// The page for an OpenAPI document.
    #[must_use]
    pub(crate) fn of(document: &Value) -> Docs {
        let mut endpoints = Vec::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for verb in ["get", "post", "put", "delete"] {
                if item[verb].is_object() {
                    endpoints.push(endpoint(document, path, verb, &item[verb]));
                }
            }
        }
        Docs {
            frame: Frame::new("The API", "How programs issue and check credentials.")
                .within("/docs"),
            about: text(&document["info"]["description"]),
            endpoints,
            everywhere: everywhere(document),
            codes: CODES,
        }
    }
}

fn endpoint(document: &Value, path: &str, verb: &str, operation: &Value) -> Endpoint {
    let body = &operation["requestBody"]["content"]["application/json"];
    let schema = resolve(document, &body["schema"]);
    Endpoint {
        anchor: text(&operation["operationId"]),
        verb: verb.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]).trim_end_matches('.').to_owned(),
        description: markdown::render(&text(&operation["description"])),
        keyed: operation["security"]
            .as_array()
            .is_some_and(|list| !list.is_empty()),
        parameters: operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(parameter)
            .collect(),
        fields: fields(document, schema),
        example: example(body, schema),
        answers: operation["responses"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, value)| value["$ref"].is_null())
            .map(reply)
            .collect(),
    }
}

fn parameter(value: &Value) -> Field {
    Field {
        name: text(&value["name"]),
        about: text(&value["description"]),
        place: text(&value["in"]),
        required: value["required"] == true,
    }
}

/// The members of a body; those of its objects follow them, as `learner.name`.
fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    members(document, schema, "", &mut fields);
    fields
}

fn members(document: &Value, schema: &Value, within: &str, fields: &mut Vec<Field>) {
    let required = |name: &str| {
        schema["required"]
            .as_array()
            .is_some_and(|list| list.iter().any(|item| item == name))
    };
    for (name, value) in schema["properties"].as_object().into_iter().flatten() {
        let known = resolve(document, value);
        let said = [
            &value["description"],
            &value["oneOf"][0]["description"],
            &known["description"],
        ];
        fields.push(Field {
            name: format!("{within}{name}"),
            about: said
                .into_iter()
                .map(text)
                .find(|about| !about.is_empty())
                .unwrap_or_default()
                .replace('`', ""),
            place: kind(known),
            required: required(name),
        });
        let (inner, step) = if known["type"] == "array" {
            (resolve(document, &known["items"]), "[].")
        } else {
            (known, ".")
        };
        if within.is_empty() {
            members(document, inner, &format!("{name}{step}"), fields);
        }
    }
}

/// The type of a schema in one word; `null` is said by "required" alone.
fn kind(schema: &Value) -> String {
    match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kinds: Vec<&str> = kinds
                .iter()
                .filter_map(Value::as_str)
                .filter(|kind| *kind != "null")
                .collect();
            kinds.join(" or ")
        }
        _ => "object".to_owned(),
    }
}

/// What any request may be answered: the answers that the endpoints only refer to.
fn everywhere(document: &Value) -> Vec<Field> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.filter_map(|(_, path)| path.as_object()).flatten();
    let answers = operations.filter_map(|(_, operation)| operation["responses"].as_object());
    let mut known = BTreeMap::new();
    for (status, value) in answers.flatten() {
        if !value["$ref"].is_null() {
            known.insert(status, resolve(document, value));
        }
    }
    known.into_iter().map(reply).collect()
}

fn reply((status, value): (&String, &Value)) -> Field {
    Field {
        name: status.clone(),
        about: text(&value["description"]),
        place: String::new(),
        required: false,
    }
}

fn example(body: &Value, schema: &Value) -> String {
    let example = if body["example"].is_null() {
        &schema["example"]
    } else {
        &body["example"]
    };
    if example.is_null() {
        String::new()
    } else {
        format!("{example:#}")
    }
}

/// The schema that a `$ref` points to (also the first of a `oneOf`), or the schema itself.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = if schema["oneOf"].is_array() {
        &schema["oneOf"][0]
    } else {
        schema
    };
    let target = schema["$ref"]
        .as_str()
        .and_then(|target| target.strip_prefix('#'));
    target
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(schema)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/docs", get(docs))
}

async fn docs() -> Result<Response, WebError> {
    answer::page(&Docs::of(api::document()), "public, max-age=300")
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    vec![("docs", Docs::of(api::document()).render().expect("renders"))]
}
