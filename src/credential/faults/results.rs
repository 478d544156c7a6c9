//! Results must agree with what they describe (Open Badges 3.0 §B.2, prose of `Result` and
//! `ResultDescription`).

use crate::json::Value;

use super::{Kind, class::Walk, values::decimal};

/// What a description promises must hang together.
pub(super) fn description(description: &Value, walk: &mut Walk) {
    let levels = level_ids(description);
    let text = |name| description.get(name).and_then(Value::as_str);
    if text("resultType") == Some("RubricCriterionLevel") && levels.is_empty() {
        walk.at("rubricCriterionLevel", |walk| {
            walk.wrong(Kind::Missing, "A rubric criterion must list its levels.");
        });
    }
    if text("requiredLevel").is_some_and(|required| !levels.contains(&required)) {
        walk.at("requiredLevel", |walk| {
            walk.wrong(
                Kind::Rule,
                "`requiredLevel` is not one of this criterion's levels.",
            );
        });
    }
    if let (Some(low), Some(high)) = (
        bound(description, "valueMin"),
        bound(description, "valueMax"),
    ) && low > high
    {
        walk.at("valueMax", |walk| {
            walk.wrong(Kind::Range, "`valueMax` is less than `valueMin`.");
        });
    }
    if let Some(required) = text("requiredValue") {
        walk.at("requiredValue", |walk| {
            value_fits(required, "requiredValue", description, walk);
        });
    }
}

/// Every result of the subject against the description it names.
pub(super) fn check(credential: &Value, walk: &mut Walk) {
    let Some(subject) = credential.get("credentialSubject") else {
        return;
    };
    let Some(results) = subject.get("result") else {
        return;
    };
    let descriptions: Vec<&Value> = subject
        .get("achievement")
        .and_then(|achievement| achievement.get("resultDescription"))
        .map(|list| list.one_or_many().iter().collect())
        .unwrap_or_default();
    walk.at("credentialSubject", |walk| {
        walk.each("result", results, |result, walk| {
            one_result(result, &descriptions, walk);
        });
    });
}

fn one_result(result: &Value, descriptions: &[&Value], walk: &mut Walk) {
    let Some(id) = result.get("resultDescription").and_then(Value::as_str) else {
        if result.get("achievedLevel").is_some() {
            walk.at("resultDescription", |walk| {
                walk.wrong(
                    Kind::Missing,
                    "A result with `achievedLevel` must name its `resultDescription`.",
                );
            });
        }
        return;
    };
    let found = descriptions
        .iter()
        .find(|d| d.get("id").and_then(Value::as_str) == Some(id));
    let Some(description) = found else {
        walk.at("resultDescription", |walk| {
            walk.wrong(
                Kind::Rule,
                "The achievement has no result description with this id.",
            );
        });
        return;
    };
    level_fits(result, description, walk);
    match description.get("resultType").and_then(Value::as_str) {
        Some("Status") => status_fits(result, walk),
        Some("RubricCriterionLevel") if result.get("achievedLevel").is_none() => {
            walk.at("achievedLevel", |walk| {
                walk.wrong(
                    Kind::Missing,
                    "The result of a rubric criterion must name its `achievedLevel`.",
                );
            });
        }
        _ => {}
    }
    if let Some(value) = result.get("value").and_then(Value::as_str) {
        walk.at("value", |walk| {
            value_fits(value, "value", description, walk);
        });
    }
}

fn level_fits(result: &Value, description: &Value, walk: &mut Walk) {
    let Some(level) = result.get("achievedLevel").and_then(Value::as_str) else {
        return;
    };
    if !level_ids(description).contains(&level) {
        walk.at("achievedLevel", |walk| {
            walk.wrong(
                Kind::Rule,
                "`achievedLevel` is not one of the levels of this result's description.",
            );
        });
    }
}

fn status_fits(result: &Value, walk: &mut Walk) {
    if result.get("status").is_none() {
        walk.at("status", |walk| {
            walk.wrong(
                Kind::Missing,
                "A result of the type Status must have a `status`.",
            );
        });
    }
    if result.get("value").is_some() {
        walk.at("value", |walk| {
            walk.wrong(Kind::Rule, "A result of the type Status has no `value`.");
        });
    }
}

fn value_fits(value: &str, name: &str, description: &Value, walk: &mut Walk) {
    let allowed = description
        .get("allowedValue")
        .map(Value::one_or_many)
        .unwrap_or_default();
    if !allowed.is_empty() && !allowed.iter().any(|a| a.as_str() == Some(value)) {
        walk.wrong(
            Kind::Rule,
            format!("`{name}` is not one of the allowed values."),
        );
    }
    let (low, high) = (
        bound(description, "valueMin"),
        bound(description, "valueMax"),
    );
    if low.is_none() && high.is_none() {
        return;
    }
    match decimal(value) {
        None => walk.wrong(
            Kind::Shape,
            format!("`{name}` must be a decimal number written as text."),
        ),
        Some(number)
            if low.is_some_and(|low| number < low) || high.is_some_and(|high| number > high) =>
        {
            walk.wrong(
                Kind::Range,
                format!("`{name}` is outside `valueMin` to `valueMax`."),
            );
        }
        Some(_) => {}
    }
}

fn bound(description: &Value, name: &str) -> Option<f64> {
    decimal(description.get(name)?.as_str()?)
}

fn level_ids<'v>(description: &'v Value) -> Vec<&'v str> {
    description
        .get("rubricCriterionLevel")
        .map(Value::one_or_many)
        .unwrap_or_default()
        .iter()
        .filter_map(|level| level.get("id")?.as_str())
        .collect()
}
