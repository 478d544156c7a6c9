//! What the data model asks of any credential, whatever it is about (VCDM 2.0 §4 and §5.3).

use crate::json::Value;

use super::{
    Kind,
    class::{Form, Walk},
    values,
};

/// `name` and `description` are text, text in a language, or a list of such (VCDM 2.0 §4.6, §11.1).
pub(super) fn named(object: &Value, walk: &mut Walk) {
    for name in ["name", "description"] {
        if let Some(value) = object.get(name) {
            walk.each(name, value, |text, walk| {
                if !is_text(text) {
                    walk.wrong(
                        Kind::Shape,
                        format!("`{name}` must be text, or an object of `@value`, `@language` and `@direction`."),
                    );
                }
            });
        }
    }
}

fn is_text(value: &Value) -> bool {
    let Some(members) = value.members() else {
        return value.as_str().is_some();
    };
    let known = members.iter().all(|(name, value)| match name.as_ref() {
        "@value" | "@language" => value.as_str().is_some(),
        "@direction" => matches!(value.as_str(), Some("ltr" | "rtl")),
        _ => false,
    });
    known && value.get("@value").is_some()
}

/// One or more subjects, each an object that says something; an `id` is one URL (VCDM 2.0 §4.8).
pub(super) fn subjects(credential: &Value, walk: &mut Walk) {
    let Some(value) = credential.get("credentialSubject") else {
        return;
    };
    if value.one_or_many().is_empty() {
        walk.at("credentialSubject", |walk| {
            walk.wrong(Kind::Missing, "There must be a subject: what is it about?");
        });
    }
    walk.each("credentialSubject", value, |subject, walk| {
        match subject.members() {
            None => walk.wrong(Kind::Shape, "A subject must be an object."),
            Some(members) if members.is_empty() => {
                walk.wrong(Kind::Missing, "A subject must say something.");
            }
            Some(_) => {}
        }
        if let Some(id) = subject.get("id") {
            walk.at("id", |walk| values::check(id, Form::Uri, "id", walk));
        }
    });
}

/// Related resources have an `id` of their own and a digest (VCDM 2.0 §5.3).
pub(super) fn resources(credential: &Value, walk: &mut Walk) {
    let Some(value) = credential.get("relatedResource") else {
        return;
    };
    let mut seen: Vec<String> = Vec::new();
    walk.each("relatedResource", value, |resource, walk| {
        if resource.members().is_none() {
            walk.wrong(Kind::Shape, "A related resource must be an object.");
            return;
        }
        match resource.get("id") {
            None => walk.at("id", |walk| {
                walk.wrong(Kind::Missing, "A related resource must have an `id`.");
            }),
            Some(id) => walk.at("id", |walk| {
                values::check(id, Form::Uri, "id", walk);
                let id = id.as_str().unwrap_or_default();
                if seen.iter().any(|before| before == id) {
                    walk.wrong(Kind::Rule, "Two related resources have the same `id`.");
                }
                seen.push(id.to_owned());
            }),
        }
        let digest = |name| resource.get(name).and_then(Value::as_str).is_some();
        if !digest("digestSRI") && !digest("digestMultibase") {
            walk.wrong(
                Kind::Missing,
                "A related resource must have a `digestSRI` or a `digestMultibase`.",
            );
        }
    });
}

/// Whatever has a type has one or several, in words (VCDM 2.0 §4.5).
pub(super) fn typed(object: &Value, walk: &mut Walk) {
    let types = object.get("type").map(Value::one_or_many);
    if types.is_some_and(|types| {
        types.is_empty()
            || types
                .iter()
                .any(|one| one.as_str().is_none_or(str::is_empty))
    }) {
        walk.at("type", |walk| {
            walk.wrong(Kind::Shape, "`type` must be text, or a list of texts.");
        });
    }
}
