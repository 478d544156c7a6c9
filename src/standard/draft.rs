//! An achievement as it is being written, and the file it becomes.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    LINE_CHARS, Texts,
    alignment::{JOB_FRAMEWORK, Job, Standard},
    map::{ALIGNMENTS, Map},
    picture::Picture,
    rubric::Rubric,
};
use crate::ids::{MapId, RubricId};
use crate::issue::{Fault, Kind, achievement::MEANING_CHARS};
use crate::json::Value;

/// The longest wait between two tries, in days.
pub const COOL_DOWN_DAYS: u32 = 3_650;
/// The most tries that are counted.
pub const TRIES: u32 = 1_000;
/// The longest time a credential holds, in months.
pub const VALID_MONTHS: u32 = 1_200;
/// The most skills of maps that one achievement is about.
pub const SKILLS: usize = 12;

/// An achievement as it is being written. Everything but its name may be missing until it is
/// published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({
    "name": "Explain a decision with data",
    "meaning": "Can turn numbers into a clear recommendation.",
    "kind": "performance",
    "criteria": "Meets *Proficient* in every criterion.",
    "task": "Read a week of sales and defend one change.",
    "evidence_required": "A one-page memo.",
    "tries": 3,
    "cool_down_days": 7,
    "valid_months": 24,
    "class_unit": "Algebra I, unit 4"
}))]
pub struct Draft {
    /// Its name.
    pub name: String,
    /// One line that a parent, a teacher and an employer understand.
    pub meaning: String,
    /// More about it.
    pub description: String,
    /// Whether a skill was shown, or somebody took part.
    pub kind: Kind,
    /// How it is earned, in Markdown.
    pub criteria: String,
    /// What the learner does.
    pub task: String,
    /// What is handed in.
    pub evidence_required: String,
    /// The rubric that scores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rubric: Option<RubricRef>,
    /// How often a learner may try; missing: as often as they like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries: Option<u32>,
    /// Days between one try and the next.
    pub cool_down_days: u32,
    /// Months after which a credential ends; missing: it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_months: Option<u32>,
    /// How it is pictured.
    pub picture: Picture,
    /// The skills of competency maps that it is about; it is aligned as they are.
    pub skills: Vec<SkillRef>,
    /// Further standards it is aligned to.
    pub standards: Vec<Standard>,
    /// Further jobs it is aligned to.
    pub jobs: Vec<Job>,
    /// The unit of a class it belongs to.
    #[schema(example = "Algebra I, unit 4")]
    pub class_unit: String,
    /// The language of its texts, such as `en`; may be empty.
    pub language: String,
    /// Words to find it by.
    pub tags: Vec<String>,
}

impl Default for Draft {
    fn default() -> Draft {
        Draft {
            name: String::new(),
            meaning: String::new(),
            description: String::new(),
            kind: Kind::Performance,
            criteria: String::new(),
            task: String::new(),
            evidence_required: String::new(),
            rubric: None,
            tries: None,
            cool_down_days: 0,
            valid_months: None,
            picture: Picture::default(),
            skills: Vec::new(),
            standards: Vec::new(),
            jobs: Vec::new(),
            class_unit: String::new(),
            language: String::new(),
            tags: Vec::new(),
        }
    }
}

/// A version of a rubric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RubricRef {
    /// The rubric.
    #[schema(value_type = String)]
    pub id: RubricId,
    /// Its version.
    pub version: u32,
}

/// A skill of a version of a competency map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillRef {
    /// The map.
    #[schema(value_type = String)]
    pub map: MapId,
    /// Its version.
    pub version: u32,
    /// The skill's name.
    pub skill: String,
}

impl Draft {
    /// What keeps it from being saved.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut texts = Texts::default();
        texts.name("/name", &self.name, "a name");
        texts.line("/meaning", &self.meaning);
        debug_assert_eq!(MEANING_CHARS, LINE_CHARS);
        for (at, text) in [
            ("/description", &self.description),
            ("/criteria", &self.criteria),
            ("/task", &self.task),
            ("/evidence_required", &self.evidence_required),
        ] {
            texts.text(at, text);
        }
        texts.line("/class_unit", &self.class_unit);
        if !is_language(&self.language) {
            texts.fault("/language", "is no language code such as en or es-MX");
        }
        if self
            .tries
            .is_some_and(|tries| !(1..=TRIES).contains(&tries))
        {
            texts.fault("/tries", format!("is not from 1 to {TRIES}"));
        }
        if self.cool_down_days > COOL_DOWN_DAYS {
            texts.fault("/cool_down_days", format!("is more than {COOL_DOWN_DAYS}"));
        }
        if self
            .valid_months
            .is_some_and(|months| !(1..=VALID_MONTHS).contains(&months))
        {
            texts.fault("/valid_months", format!("is not from 1 to {VALID_MONTHS}"));
        }
        self.picture.check("/picture", &mut texts);
        texts.most("/skills", self.skills.len(), SKILLS, "skills");
        texts.most("/standards", self.standards.len(), ALIGNMENTS, "standards");
        texts.most("/jobs", self.jobs.len(), ALIGNMENTS, "jobs");
        texts.most("/tags", self.tags.len(), 20, "tags");
        for (i, skill) in self.skills.iter().enumerate() {
            texts.name(
                &format!("/skills/{i}/skill"),
                &skill.skill,
                "the skill's name",
            );
        }
        for (i, standard) in self.standards.iter().enumerate() {
            standard.check(&format!("/standards/{i}"), &mut texts);
        }
        for (i, job) in self.jobs.iter().enumerate() {
            job.check(&format!("/jobs/{i}"), &mut texts);
        }
        for (i, tag) in self.tags.iter().enumerate() {
            texts.name(&format!("/tags/{i}"), tag, "a word");
        }
        texts.0
    }
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    text.is_empty()
        || (first.len() >= 2
            && first.len() <= 3
            && first.bytes().all(|b| b.is_ascii_lowercase())
            && parts.all(|part| {
                (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
            }))
}

/// What a draft refers to, read before its file is made.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// The rubric.
    pub rubric: Option<Rubric>,
    /// The map of each skill, in their order; `None` where there is no such version.
    pub maps: Vec<Option<Map>>,
}

impl Parts {
    /// What the draft refers to that is not there, or not ready.
    #[must_use]
    pub fn faults(&self, draft: &Draft) -> Vec<Fault> {
        let mut faults = Vec::new();
        match (&draft.rubric, &self.rubric) {
            (Some(_), None) => faults.push(Fault::new(
                "/rubric",
                "there is no such version of a rubric",
            )),
            (Some(_), Some(rubric)) => {
                faults.extend(rubric.check().into_iter().map(|fault| {
                    Fault::new("/rubric", format!("the rubric is not whole: {fault}"))
                }));
            }
            _ => {}
        }
        for (i, (skill, map)) in draft.skills.iter().zip(&self.maps).enumerate() {
            let at = format!("/skills/{i}");
            match map {
                None => faults.push(Fault::new(
                    at,
                    "there is no such version of a competency map",
                )),
                Some(map) if map.skill(&skill.skill).is_none() => {
                    faults.push(Fault::new(at, "the competency map has no such skill"));
                }
                Some(_) => {}
            }
        }
        faults
    }

    /// The standards and jobs of the skills, then the draft's own; each once.
    fn aligned(&self, draft: &Draft) -> Vec<serde_json::Value> {
        let mut all: Vec<serde_json::Value> = Vec::new();
        let skills = draft.skills.iter().zip(&self.maps);
        let skills = skills.filter_map(|(skill, map)| map.as_ref()?.skill(&skill.skill));
        for skill in skills {
            all.extend(skill.standards.iter().map(Standard::document));
            all.extend(skill.jobs.iter().map(Job::document));
        }
        all.extend(draft.standards.iter().map(Standard::document));
        all.extend(draft.jobs.iter().map(Job::document));
        let mut once: Vec<serde_json::Value> = Vec::new();
        for alignment in all {
            if !once.contains(&alignment) {
                once.push(alignment);
            }
        }
        once
    }
}

/// The achievement file of an edition, as [`Achievement::read`](crate::issue::Achievement::read)
/// takes it. `uri`: its own id; `picture`: the address of its picture.
#[must_use]
pub fn file(
    draft: &Draft,
    parts: &Parts,
    uri: &str,
    edition: i64,
    picture: &str,
) -> Value<'static> {
    let mut file = json!({
        "id": uri,
        "type": ["Achievement"],
        "name": draft.name,
        "kind": draft.kind.as_str(),
        "meaning": draft.meaning,
        "achievementType": match draft.kind {
            Kind::Performance => "MicroCredential",
            Kind::Participation => "Badge",
        },
        "version": edition.to_string(),
        "criteria": { "narrative": draft.criteria },
        "image": { "id": picture, "type": "Image", "caption": draft.name },
    });
    for (member, text) in [
        ("description", &draft.description),
        ("task", &draft.task),
        ("evidenceRequired", &draft.evidence_required),
        ("fieldOfStudy", &draft.class_unit),
        ("inLanguage", &draft.language),
    ] {
        if !text.trim().is_empty() {
            file[member] = json!(text);
        }
    }
    let aligned = parts.aligned(draft);
    if !aligned.is_empty() {
        file["alignment"] = json!(aligned);
    }
    let mut tags: Vec<&str> = draft.tags.iter().map(String::as_str).collect();
    tags.extend(draft.skills.iter().map(|skill| skill.skill.as_str()));
    if !tags.is_empty() {
        file["tag"] = json!(tags);
    }
    if let Some(rubric) = &parts.rubric {
        file["resultDescription"] = rubric.document();
    }
    Value::from(file)
}

/// What is worth another look before a file is published. None of it stands in the way.
#[must_use]
pub fn warnings(draft: &Draft, file: &Value<'_>) -> Vec<Fault> {
    let mut warnings = Vec::new();
    let alignments = file
        .get("alignment")
        .and_then(Value::items)
        .unwrap_or_default();
    let framework = |alignment: &Value<'_>| {
        alignment
            .get("targetFramework")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let is_job = |alignment: &Value<'_>| framework(alignment).as_deref() == Some(JOB_FRAMEWORK);
    if alignments.iter().all(is_job) {
        warnings.push(Fault::new(
            "/standards",
            "none is cited: schools ask which one it counts for",
        ));
    }
    if !alignments.iter().any(is_job) {
        warnings.push(Fault::new(
            "/jobs",
            "no task or occupation is named: employers ask what it is good for",
        ));
    }
    if draft.kind == Kind::Participation {
        warnings.push(Fault::new(
            "/kind",
            "is taking part: that never counts as a skill, nor in any pathway",
        ));
    }
    if draft.tries == Some(1) {
        warnings.push(Fault::new(
            "/tries",
            "lets nobody try again: a microcredential shows what is learned in the end",
        ));
    }
    warnings
}
