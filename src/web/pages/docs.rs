//! `/docs`: the API, readable; written from the OpenAPI document, so that the two cannot differ.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde_json::Value;

use crate::web::{
    Site, answer,
    api,
    error::WebError,
    frame::Frame,
    markdown::{self, Html},
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
            frame: Frame::new("The API", "How programs issue and check credentials.").within("/docs"),
            about: text(&document["info"]["description"]),
            endpoints,
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
        summary: text(&operation["summary"]),
        description: markdown::render(&text(&operation["description"])),
        keyed: operation["security"].as_array().is_some_and(|list| !list.is_empty()),
        parameters: operation["parameters"].as_array().into_iter().flatten().map(parameter).collect(),
        fields: fields(document, schema),
        example: example(body, schema),
        answers: operation["responses"].as_object().into_iter().flatten().map(reply).collect(),
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

fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let required = |name: &str| schema["required"].as_array().is_some_and(|list| list.iter().any(|item| item == name));
    let kind = |value: &Value| {
        let known = resolve(document, value);
        match &known["type"] {
            Value::String(kind) => kind.clone(),
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).filter(|k| *k != "null").collect::<Vec<_>>().join(" or "),
            _ => "object".to_owned(),
        }
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, value)| Field { name: name.clone(), about: text(&value["description"]), place: kind(value), required: required(name) })
        .collect()
}

fn reply((status, value): (&String, &Value)) -> Field {
    Field { name: status.clone(), about: text(&value["description"]), place: String::new(), required: false }
}

fn example(body: &Value, schema: &Value) -> String {
    let example = if body["example"].is_null() { &schema["example"] } else { &body["example"] };
    if example.is_null() { String::new() } else { format!("{example:#}") }
}

/// The schema that a `$ref` points to, or the schema itself.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
    target.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
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
