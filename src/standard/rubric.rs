//! Rubrics: criteria and levels, with a descriptor where they meet and a level that is a pass.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Texts, versions::Versioned};
use crate::db::Kept;
use crate::issue::Fault;

/// The most levels.
pub const LEVELS: usize = 8;
/// The most criteria.
pub const CRITERIA: usize = 12;

/// A rubric: every criterion is scored with the same levels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({
    "name": "Data memo",
    "levels": [{"name": "Beginning", "points": "1"}, {"name": "Proficient", "points": "2"}],
    "criteria": [{"name": "Uses evidence", "required": "Proficient", "descriptors": ["Names a number.", "Backs each claim with a number."]}]
}))]
pub struct Rubric {
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The levels, lowest first.
    pub levels: Vec<RubricLevel>,
    /// What is scored.
    pub criteria: Vec<RubricCriterion>,
}

/// A level.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RubricLevel {
    /// Its name.
    pub name: String,
    /// Its points: more than the level below has.
    pub points: String,
}

/// Something that is scored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RubricCriterion {
    /// Its name.
    pub name: String,
    /// More about it; may be empty.
    pub description: String,
    /// The name of the lowest level that is a pass.
    pub required: String,
    /// What work at each level looks like, in the order of the levels.
    pub descriptors: Vec<String>,
}

impl Versioned for Rubric {
    const KEPT: Kept = Kept::Rubric;
    const WORD: &'static str = "rubric";
    const SAVED: &'static str = "rubric.save";
    fn name(&self) -> &str {
        &self.name
    }

    /// A rubric may be saved half written; [`check`](Rubric::check) says what it still lacks.
    fn faults(&self) -> Vec<Fault> {
        let mut texts = Texts::default();
        texts.name("/name", &self.name, "a name");
        texts.text("/description", &self.description);
        texts.most("/levels", self.levels.len(), LEVELS, "levels");
        texts.most("/criteria", self.criteria.len(), CRITERIA, "criteria");
        for (i, level) in self.levels.iter().enumerate() {
            texts.line(&format!("/levels/{i}/name"), &level.name);
            texts.line(&format!("/levels/{i}/points"), &level.points);
        }
        for (i, criterion) in self.criteria.iter().enumerate() {
            texts.line(&format!("/criteria/{i}/name"), &criterion.name);
            texts.text(
                &format!("/criteria/{i}/description"),
                &criterion.description,
            );
            let descriptors = criterion.descriptors.len();
            texts.most(
                &format!("/criteria/{i}/descriptors"),
                descriptors,
                LEVELS,
                "descriptors",
            );
            for (j, text) in criterion.descriptors.iter().enumerate() {
                texts.text(&format!("/criteria/{i}/descriptors/{j}"), text);
            }
        }
        texts.0
    }
}

impl Rubric {
    /// What stands in the way of scoring with it, all of it.
    #[must_use]
    pub fn check(&self) -> Vec<Fault> {
        let mut texts = Texts::default();
        if self.levels.len() < 2 {
            texts.fault("/levels", "has fewer than two levels");
        }
        let mut before: Option<f64> = None;
        for (i, level) in self.levels.iter().enumerate() {
            texts.name(&format!("/levels/{i}/name"), &level.name, "a name");
            let same = |other: &RubricLevel| other.name.to_lowercase() == level.name.to_lowercase();
            if !level.name.is_empty() && self.levels[..i].iter().any(same) {
                texts.fault(format!("/levels/{i}/name"), "is the name of another level");
            }
            let at = format!("/levels/{i}/points");
            match points(&level.points) {
                None => texts.fault(at, "is not a decimal number such as 3 or 2.5"),
                Some(points) if before.is_some_and(|before| before >= points) => {
                    texts.fault(
                        at,
                        "is not more than the level before: list levels lowest first",
                    );
                }
                points => before = points,
            }
        }
        if self.criteria.is_empty() {
            texts.fault("/criteria", "is missing: what is scored");
        }
        for (i, criterion) in self.criteria.iter().enumerate() {
            self.check_criterion(i, criterion, &mut texts);
        }
        texts.0
    }

    fn check_criterion(&self, i: usize, criterion: &RubricCriterion, texts: &mut Texts) {
        let at = format!("/criteria/{i}");
        texts.name(&format!("{at}/name"), &criterion.name, "a name");
        let same =
            |other: &RubricCriterion| other.name.to_lowercase() == criterion.name.to_lowercase();
        if !criterion.name.is_empty() && self.criteria[..i].iter().any(same) {
            texts.fault(format!("{at}/name"), "is the name of another criterion");
        }
        if !self
            .levels
            .iter()
            .any(|level| level.name == criterion.required)
        {
            let sentence = "names no level: say which level is the lowest that is a pass";
            texts.fault(format!("{at}/required"), sentence);
        }
        for (j, level) in self.levels.iter().enumerate() {
            let text = criterion.descriptors.get(j).map_or("", String::as_str);
            if text.trim().is_empty() {
                let sentence = format!("is missing: what work at “{}” looks like", level.name);
                texts.fault(format!("{at}/descriptors/{j}"), sentence);
            }
        }
        if criterion.descriptors.len() > self.levels.len() {
            texts.fault(
                format!("{at}/descriptors"),
                "has more descriptors than there are levels",
            );
        }
    }

    /// The result descriptions of Open Badges 3.0, without ids.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        let one = |criterion: &RubricCriterion| {
            let levels = self.levels.iter().enumerate().map(|(j, level)| {
                let mut document = json!({
                    "name": level.name,
                    "level": level.name,
                    "points": level.points,
                });
                if let Some(text) = criterion.descriptors.get(j).filter(|text| !text.is_empty()) {
                    document["description"] = json!(text);
                }
                document
            });
            json!({
                "name": criterion.name,
                "resultType": "RubricCriterionLevel",
                "requiredLevel": criterion.required,
                "rubricCriterionLevel": levels.collect::<Vec<_>>(),
            })
        };
        self.criteria.iter().map(one).collect()
    }
}

/// A plain decimal number.
fn points(text: &str) -> Option<f64> {
    let plain = !text.is_empty()
        && text.chars().all(|c| c.is_ascii_digit() || c == '.')
        && text.chars().any(|c| c.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// A rubric of two criteria and three levels.
    pub(crate) fn memo() -> Rubric {
        let level = |name: &str, points: &str| RubricLevel {
            name: name.to_owned(),
            points: points.to_owned(),
        };
        let criterion = |name: &str, descriptors: [&str; 3]| RubricCriterion {
            name: name.to_owned(),
            required: "Proficient".to_owned(),
            descriptors: descriptors.map(str::to_owned).to_vec(),
            ..RubricCriterion::default()
        };
        Rubric {
            name: "Data memo".to_owned(),
            description: "For one-page memos that defend a decision.".to_owned(),
            levels: vec![
                level("Beginning", "1"),
                level("Proficient", "2"),
                level("Advanced", "3"),
            ],
            criteria: vec![
                criterion(
                    "Uses evidence",
                    [
                        "Names a number.",
                        "Backs each claim with a number.",
                        "Weighs numbers against each other.",
                    ],
                ),
                criterion(
                    "Explains clearly",
                    [
                        "Says what was done.",
                        "A stranger understands it.",
                        "A stranger could repeat it.",
                    ],
                ),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_rubric_has_no_fault_and_becomes_result_descriptions() {
        let rubric = samples::memo();
        assert_eq!(rubric.check(), []);
        let document = rubric.document();
        assert_eq!(document[1]["name"], "Explains clearly");
        assert_eq!(document[1]["rubricCriterionLevel"][2]["points"], "3");
        assert_eq!(
            document[1]["rubricCriterionLevel"][2]["description"],
            "A stranger could repeat it."
        );
    }

    #[test]
    fn everything_a_rubric_lacks_is_said_at_once() {
        let mut rubric = samples::memo();
        rubric.levels[1].points = "1".to_owned();
        rubric.levels[2].name = "beginning".to_owned();
        rubric.criteria[0].required = "Masterly".to_owned();
        rubric.criteria[0].descriptors.pop();
        rubric.criteria[1].name = "Uses Evidence".to_owned();
        let faults: Vec<String> = rubric.check().iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "/levels/1/points: is not more than the level before: list levels lowest first",
                "/levels/2/name: is the name of another level",
                "/criteria/0/required: names no level: say which level is the lowest that is a pass",
                "/criteria/0/descriptors/2: is missing: what work at “beginning” looks like",
                "/criteria/1/name: is the name of another criterion",
            ]
        );
        assert!(!Rubric::default().check().is_empty());
        assert_eq!(
            Rubric {
                name: "x".to_owned(),
                ..Rubric::default()
            }
            .faults(),
            []
        );
    }
}
