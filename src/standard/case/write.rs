//! A map or a rubric as a package.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::SKILL;
use crate::clock::Timestamp;
use crate::standard::{map::Map, rubric::Rubric};

/// A map as a package; `base`: the address below which its parts are named.
#[must_use]
pub fn write_map(map: &Map, base: &str, changed: Timestamp) -> Value {
    let document = document(&map.name, &map.summary, base, changed);
    let mut items = Vec::new();
    let mut links = Vec::new();
    for (n, skill) in map.skills.iter().enumerate() {
        let uri = format!("{base}/skill-{}", n + 1);
        let item = link(&uri, &skill.name);
        let statement = if skill.statement.is_empty() {
            &skill.name
        } else {
            &skill.statement
        };
        items.push(json!({
            "identifier": identifier(&uri),
            "uri": uri,
            "fullStatement": statement,
            "abbreviatedStatement": skill.name,
            "CFItemType": SKILL,
            "listEnumeration": (n + 1).to_string(),
            "conceptKeywords": [skill.priority.words()],
            "CFDocumentURI": link(base, &map.name),
            "lastChangeDateTime": changed.to_string(),
        }));
        let mut associate = |kind: &str, to: Value, more: Value| {
            let uri = format!("{uri}-{}", links.len() + 1);
            links.push(json!({
                "identifier": identifier(&uri),
                "uri": uri,
                "associationType": kind,
                "sequenceNumber": links.len() + 1,
                "originNodeURI": item,
                "destinationNodeURI": to,
                "CFDocumentURI": link(base, &map.name),
                "lastChangeDateTime": changed.to_string(),
                "extensions": { "skillmark": more },
            }));
        };
        associate("isChildOf", link(base, &map.name), json!({}));
        for standard in &skill.standards {
            let more = json!({"framework": standard.framework, "code": standard.code, "case": standard.case});
            associate("isRelatedTo", link(&standard.url, &standard.name), more);
        }
        for job in &skill.jobs {
            let more = json!({"code": job.code, "task": job.task});
            associate("isRelatedTo", link(&job.url(), &job.title), more);
        }
    }
    json!({ "CFDocument": document, "CFItems": items, "CFAssociations": links })
}

/// A rubric as a package; `base`: as for [`write_map`].
#[must_use]
pub fn write_rubric(rubric: &Rubric, base: &str, changed: Timestamp) -> Value {
    let criteria = rubric.criteria.iter().enumerate().map(|(n, criterion)| {
        let uri = format!("{base}/criterion-{}", n + 1);
        let levels = rubric.levels.iter().enumerate().map(|(m, level)| {
            let level_uri = format!("{uri}-level-{}", m + 1);
            json!({
                "identifier": identifier(&level_uri),
                "uri": level_uri,
                "quality": level.name,
                "description": criterion.descriptors.get(m).cloned().unwrap_or_default(),
                "score": level.points.parse::<f64>().unwrap_or_default(),
                "position": m + 1,
                "rubricCriterionId": identifier(&uri),
                "lastChangeDateTime": changed.to_string(),
            })
        });
        json!({
            "identifier": identifier(&uri),
            "uri": uri,
            "category": criterion.name,
            "description": criterion.description,
            "position": n + 1,
            "rubricId": identifier(base),
            "lastChangeDateTime": changed.to_string(),
            "CFRubricCriterionLevels": levels.collect::<Vec<_>>(),
            "extensions": { "skillmark": { "required": criterion.required } },
        })
    });
    let criteria: Vec<Value> = criteria.collect();
    json!({
        "CFDocument": document(&rubric.name, &rubric.description, base, changed),
        "CFItems": [],
        "CFAssociations": [],
        "CFRubrics": [{
            "identifier": identifier(base),
            "uri": base,
            "title": rubric.name,
            "description": rubric.description,
            "lastChangeDateTime": changed.to_string(),
            "CFRubricCriteria": criteria,
        }],
    })
}

fn document(name: &str, description: &str, base: &str, changed: Timestamp) -> Value {
    json!({
        "identifier": identifier(base),
        "uri": base,
        "creator": "Skillmark",
        "title": name,
        "description": description,
        "adoptionStatus": "Adopted",
        "caseVersion": "1.1",
        "lastChangeDateTime": changed.to_string(),
        "CFPackageURI": link(&format!("{base}.json"), name),
    })
}

fn link(uri: &str, title: &str) -> Value {
    json!({ "title": title, "identifier": identifier(uri), "uri": uri })
}

/// The part of a package that is named by this address, wherever in it it stands.
#[must_use]
pub fn part<'p>(package: &'p Value, uri: &str) -> Option<&'p Value> {
    match package {
        Value::Object(members) => {
            let named = members.get("uri").and_then(Value::as_str) == Some(uri);
            // A link has an address too, and is told by its having no date.
            if named && members.contains_key("lastChangeDateTime") {
                return Some(package);
            }
            members.values().find_map(|inner| part(inner, uri))
        }
        Value::Array(items) => items.iter().find_map(|inner| part(inner, uri)),
        _ => None,
    }
}

/// A UUID that follows from an address (RFC 9562 version 8).
fn identifier(uri: &str) -> String {
    let digest = Sha256::digest(uri.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .to_string()
}
