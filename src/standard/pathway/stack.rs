//! The achievement of a stack credential: drawn up from the pathway, so that what is signed says
//! which parts it took.

use serde_json::json;

use super::{Pathway, again::Due};
use crate::ids::{IssuerId, PathwayId};
use crate::issue::{
    Achievement, Fault,
    order::{Assessor, Evidence, Outcome, digest_multibase},
    plan::{Learner, Row},
};
use crate::json::Value;
use crate::standard::decided_uri;

/// The level that a stack is awarded at.
const WHOLE: &str = "Complete";

/// The achievement of a version of a pathway. `names`: those of the steps, in their order.
pub(super) fn achievement(
    pathway: &Pathway,
    names: &[String],
    uri: &str,
    picture: &str,
    version: i64,
) -> Result<Achievement, Vec<Fault>> {
    let must = |must: bool| -> Vec<&str> {
        let all = pathway.steps.iter().zip(names);
        all.filter(|(step, _)| step.must == must)
            .map(|(_, name)| name.as_str())
            .collect()
    };
    let lines =
        |names: Vec<&str>| -> String { names.iter().map(|name| format!("- {name}\n")).collect() };
    let (musts, others) = (must(true), must(false));
    let left = (pathway.needed as usize).saturating_sub(musts.len());
    let mut parts = Vec::new();
    if !musts.is_empty() {
        parts.push(format!("Each of these must be earned:\n\n{}", lines(musts)));
    }
    if left > 0 {
        parts.push(format!(
            "{left} of these must be earned:\n\n{}",
            lines(others)
        ));
    } else if !others.is_empty() {
        parts.push(format!(
            "These belong to it and need not be earned:\n\n{}",
            lines(others)
        ));
    }
    let narrative = format!(
        "Earned piece by piece: {} of {} achievements, each with a task, a rubric and evidence of its own.\n\n{}",
        pathway.needed,
        pathway.steps.len(),
        parts.join("\n")
    );
    let mut file = json!({
        "id": uri,
        "type": ["Achievement"],
        "name": pathway.name,
        "kind": "performance",
        "meaning": pathway.meaning,
        "achievementType": "Certificate",
        "version": version.to_string(),
        "criteria": { "narrative": narrative.trim_end() },
        "task": "Earn the parts. No further work is asked for.",
        "evidenceRequired": "The signed credentials of the parts.",
        "image": { "id": picture, "type": "Image", "caption": pathway.name },
        "tag": ["stack"],
        "resultDescription": [{
            "name": "Parts earned",
            "resultType": "RubricCriterionLevel",
            "requiredLevel": WHOLE,
            "rubricCriterionLevel": [
                { "name": "On the way", "level": "On the way", "points": "0", "description": "Some of the parts." },
                { "name": WHOLE, "level": WHOLE, "points": "1", "description": "As many parts as it takes, with every one that must be earned." },
            ],
        }],
    });
    if !pathway.description.trim().is_empty() {
        file["description"] = json!(pathway.description);
    }
    Achievement::read(&Value::from(file))
}

/// The id of that achievement: it follows from organisation, pathway and version.
pub(super) fn uri(issuer: &IssuerId, pathway: &PathwayId, version: i64) -> String {
    decided_uri(&format!("{issuer}|{pathway}|{version}|stack"))
}

/// What is issued to somebody who met the pathway.
pub(super) fn row(achievement: &Achievement, learner: Learner, due: &Due) -> Row {
    let outcomes = achievement.criteria().iter().filter_map(|criterion| {
        let level = criterion.levels.get(criterion.required?)?;
        Some(Outcome {
            description: criterion.id.clone(),
            level: Some(level.id.clone()),
            value: None,
        })
    });
    // The digest binds the stack to the very credentials it was decided on, and names nobody.
    let evidence = due.decision.counted().map(|holding| Evidence {
        name: holding.name.clone(),
        description: Some("A credential of the same learner, by its SHA-256.".to_owned()),
        digest: holding
            .sha256
            .as_ref()
            .and_then(|hash| digest_multibase(&crate::ids::hex(hash))),
    });
    Row {
        line: 0,
        learner,
        awarded: due.awarded,
        outcomes: outcomes.collect(),
        assessor: Some(Assessor {
            role: "Decided by rule from the parts, each of which was assessed on its own"
                .to_owned(),
            qualification: None,
            name: None,
        }),
        evidence: evidence.collect(),
        narrative: None,
    }
}
