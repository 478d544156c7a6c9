//! What may be issued: the check an achievement passes before it is published.
//!
//! An achievement file is the Open Badges 3.0 `Achievement` (§1.6 of its members, as JSON) with
//! four words of ours where the standard has none:
//!
//! | member | what it says |
//! |---|---|
//! | `kind` | `performance` (a skill was shown) or `participation` (somebody took part) |
//! | `meaning` | one line that a parent, a teacher and an employer understand |
//! | `task` | what the learner was asked to do (performance) |
//! | `evidenceRequired` | what had to be handed in (performance) |
//!
//! Ids and types that are missing are filled in, always the same way, so that publishing the same
//! file twice is publishing it once.

// What a file is refused for.
mod check;
// What a file leaves out.
mod fill;

use serde::{Deserialize, Serialize};

use super::Fault;
use super::rubric::{self, Criterion};
use super::text::check_text;
use crate::ids::AchievementId;
use crate::json::{self, Value};

use check::{by_the_standard, check_members, check_performance, read_kind};
use fill::{fill, row_id};

pub(super) use fill::{default_type, is_uri};

/// The longest `meaning`, in characters: one line.
pub const MEANING_CHARS: usize = 200;
/// The longest of the other single texts, in characters.
pub const TEXT_CHARS: usize = 10_000;

const OURS: &[&str] = &["kind", "meaning", "task", "evidenceRequired"];

/// Whether an achievement says that a skill was shown, or only that somebody took part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Shown in a task, scored with a rubric, backed by evidence.
    Performance,
    /// Given for taking part. It is labelled so, and never counts as a skill.
    Participation,
}

impl Kind {
    /// The word in files, tags and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Performance => "performance",
            Kind::Participation => "participation",
        }
    }
}

/// An achievement that passed the publish check: complete, with every id in place.
#[derive(Debug, Clone, PartialEq)]
pub struct Achievement {
    id: AchievementId,
    kind: Kind,
    meaning: String,
    file: Value<'static>,
    /// As it stands in a credential; made once, since it stands in each of many.
    document: Value<'static>,
    criteria: Vec<Criterion>,
}

impl Achievement {
    /// Checks an achievement file and fills in the ids and types it leaves out.
    ///
    /// # Errors
    /// Every fault at once, each with the JSON pointer of what is wrong or missing. Above all: a
    /// performance achievement without a task, a rubric with a required level, and an evidence
    /// requirement is refused.
    pub fn read(file: &Value<'_>) -> Result<Achievement, Vec<Fault>> {
        let mut faults = Vec::new();
        if file.members().is_none() {
            return Err(vec![Fault::new("", "an achievement file is a JSON object")]);
        }
        let mut file = file.clone().into_owned();
        let kind = read_kind(&file, &mut faults);
        let meaning = check_members(&file, &mut faults);
        if kind == Some(Kind::Performance) {
            check_performance(&file, &mut faults);
        }
        check_text(&file, &mut faults);
        let uri = fill(&mut file, &meaning, &mut faults);
        let criteria = rubric::read(&mut file, &uri, kind, &mut faults);
        let Some(kind) = kind.filter(|_| faults.is_empty()) else {
            return Err(faults);
        };
        let mut achievement = Achievement {
            id: row_id(&uri),
            kind,
            meaning,
            file,
            document: Value::Null,
            criteria,
        };
        achievement.document = achievement.in_a_credential();
        let faults = by_the_standard(&achievement.document);
        if faults.is_empty() {
            Ok(achievement)
        } else {
            Err(faults)
        }
    }

    /// Reads the text of an achievement file and checks it.
    ///
    /// # Errors
    /// What is not strict JSON is one fault; otherwise as [`Achievement::read`].
    pub fn parse(text: &[u8]) -> Result<Achievement, Vec<Fault>> {
        let file =
            json::parse_bytes(text).map_err(|error| vec![Fault::new("", error.to_string())])?;
        Achievement::read(&file)
    }

    /// The id of its row: made from the achievement's own `id`, so the same each time.
    #[must_use]
    pub fn id(&self) -> &AchievementId {
        &self.id
    }

    /// The achievement's own `id`, a URI.
    #[must_use]
    pub fn uri(&self) -> &str {
        self.string("id").unwrap_or_default()
    }

    /// Performance or participation.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.string("name").unwrap_or_default()
    }

    /// The organisation's own name for this edition; empty if it has none.
    #[must_use]
    pub fn version(&self) -> &str {
        self.string("version").unwrap_or_default()
    }

    /// The one line that everybody understands.
    #[must_use]
    pub fn meaning(&self) -> &str {
        &self.meaning
    }

    /// What the learner was asked to do.
    #[must_use]
    pub fn task(&self) -> Option<&str> {
        self.string("task")
    }

    /// What had to be handed in.
    #[must_use]
    pub fn evidence_required(&self) -> Option<&str> {
        self.string("evidenceRequired")
    }

    /// What is scored, in the order of the file: rubric criteria and other results.
    #[must_use]
    pub fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }

    /// The complete file: reading it again gives an equal achievement.
    #[must_use]
    pub fn file(&self) -> &Value<'static> {
        &self.file
    }

    /// The achievement as it stands in a credential: the standard's members only.
    ///
    /// Task and evidence requirement are part of what is signed: they stand at the end of
    /// `criteria.narrative`. The kind is one of the `tag`s, and a participation achievement says
    /// first of all in its narrative that it is one.
    #[must_use]
    pub fn document(&self) -> &Value<'static> {
        &self.document
    }

    fn in_a_credential(&self) -> Value<'static> {
        let mut document = self.file.clone();
        for ours in OURS {
            document.remove(ours);
        }
        document.remove("@context");
        let narrative = self.narrative();
        if let Some(criteria) = document.get_mut("criteria") {
            criteria.set("narrative", Value::from(narrative));
        }
        let mut tags: Vec<Value<'static>> = vec![Value::from(self.kind.as_str().to_owned())];
        if let Some(given) = document.remove("tag") {
            let given = given.one_or_many().to_vec();
            tags.extend(
                given
                    .into_iter()
                    .filter(|tag| *tag != tags_first(self.kind)),
            );
        }
        document.set("tag", Value::Array(tags));
        document
    }

    fn narrative(&self) -> String {
        let given = self
            .file
            .pointer("/criteria/narrative")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mut parts = Vec::new();
        if self.kind == Kind::Participation {
            parts.push("Given for taking part. It does not say that a skill was shown.".to_owned());
        }
        parts.push(given.to_owned());
        if let Some(task) = self.task() {
            parts.push(format!("**Task:** {task}"));
        }
        if let Some(evidence) = self.evidence_required() {
            parts.push(format!("**Evidence required:** {evidence}"));
        }
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n")
    }

    fn string(&self, member: &str) -> Option<&str> {
        self.file.get(member).and_then(Value::as_str)
    }
}

fn tags_first(kind: Kind) -> Value<'static> {
    Value::from(kind.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELD: &str = include_str!("../../../tests/it/issue/weld.json");

    fn faults(edit: impl Fn(&mut Value<'static>)) -> Vec<String> {
        let mut file = json::parse(WELD).expect("json").into_owned();
        edit(&mut file);
        let answer = Achievement::read(&file).err().unwrap_or_default();
        answer.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn ids_are_filled_in_always_the_same_way() {
        let first = Achievement::parse(WELD.as_bytes()).expect("good");
        let again = Achievement::read(first.file()).expect("good");
        assert_eq!(first, again);
        assert!(first.uri().starts_with("urn:uuid:"), "{}", first.uri());
        let level = first
            .file()
            .pointer("/resultDescription/1/rubricCriterionLevel/1/id")
            .and_then(Value::as_str);
        assert_eq!(
            level,
            Some(format!("{}#criterion-2-level-2", first.uri()).as_str())
        );
        assert_eq!(first.criteria()[1].required, Some(1));
    }

    #[test]
    fn a_performance_without_task_rubric_and_evidence_is_refused() {
        let answer = faults(|file| {
            for member in ["task", "evidenceRequired", "resultDescription"] {
                file.remove(member);
            }
        });
        assert_eq!(
            answer,
            [
                "/task: is missing: say what the learner does to show it",
                "/evidenceRequired: is missing: say what the learner hands in",
                "/resultDescription: is missing: a performance achievement has a rubric (resultType RubricCriterionLevel, levels with points, requiredLevel)",
            ]
        );
    }

    #[test]
    fn every_fault_of_a_rubric_is_named_at_once() {
        let answer = faults(|file| {
            let rubric = file.pointer_mut("/resultDescription/0").expect("there");
            rubric.set("requiredLevel", Value::from("Masterly"));
            let levels = rubric.get_mut("rubricCriterionLevel").expect("there");
            let Value::Array(levels) = levels else {
                panic!("a list")
            };
            levels[1].set("points", Value::from("1"));
            levels[2].set("name", Value::from("beginning"));
            levels[2].remove("points");
            file.set("colour", Value::from("blue"));
            file.set("creditsAvailable", Value::Number(1e-7));
        });
        assert_eq!(
            answer,
            [
                "/colour: is no member of an Open Badges 3.0 achievement",
                "/creditsAvailable: is a number below 0.000001: write it as text",
                "/resultDescription/0/rubricCriterionLevel/1/points: is not more than the level before: list levels lowest first",
                "/resultDescription/0/rubricCriterionLevel/2/points: is missing",
                "/resultDescription/0/rubricCriterionLevel/2: has the name or id of another level of this criterion",
                "/resultDescription/0/requiredLevel: names no level of this criterion: give the id or the name of the lowest level that is a pass",
            ]
        );
    }

    #[test]
    fn what_the_standard_refuses_is_refused_at_publishing() {
        let refused = |edit: fn(&mut Value<'static>)| {
            let faults = faults(edit);
            let places: Vec<&str> = faults
                .iter()
                .filter_map(|fault| fault.split(": ").next())
                .collect();
            places.join(" ")
        };
        assert_eq!(
            refused(|file| file.set("achievementType", Value::from("Medal"))),
            "/achievementType"
        );
        assert_eq!(
            refused(|file| {
                let alignment = file.pointer_mut("/alignment/0").expect("there");
                alignment.set("colour", Value::from("blue"));
            }),
            "/alignment/0/colour"
        );
        assert_eq!(
            refused(|file| {
                let alignment = file.pointer_mut("/alignment/0").expect("there");
                alignment.set("targetUrl", Value::from("standards"));
            }),
            "/alignment/0/targetUrl"
        );
    }

    #[test]
    fn a_participation_achievement_is_labelled_so() {
        let file = json::parse(
            r#"{"kind":"participation","meaning":"Came to the lab.","name":"Lab visit",
                "criteria":{"narrative":"Be there."},"tag":["lab","participation"]}"#,
        )
        .expect("json");
        let achievement = Achievement::read(&file).expect("good");
        let document = achievement.document();
        assert_eq!(
            document.pointer("/criteria/narrative"),
            Some(&Value::from(
                "Given for taking part. It does not say that a skill was shown.\n\nBe there."
            ))
        );
        assert_eq!(
            document.get("tag").map(json::text).as_deref(),
            Some(r#"["participation","lab"]"#)
        );
        assert_eq!(document.get("kind"), None);
        assert_eq!(
            faults(|file| file.set("kind", Value::from("participation"))),
            [
                "/resultDescription: is a rubric: an achievement that is scored with a rubric has kind \"performance\""
            ]
        );
    }

    #[test]
    fn task_and_evidence_requirement_are_signed_in_the_narrative() {
        let achievement = Achievement::parse(WELD.as_bytes()).expect("good");
        let document = achievement.document();
        assert_eq!(
            document
                .pointer("/criteria/narrative")
                .and_then(Value::as_str),
            Some(
                "Meets the level *competent* in every criterion.\n\n**Task:** Weld the T-joint on drawing W-2 in one session.\n\n**Evidence required:** A photo of the finished joint and the inspection sheet."
            )
        );
    }
}
