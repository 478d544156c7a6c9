//! The form of an achievement: a draft as fields, and back.

use crate::{
    bake::emblem::{COLOURS, ICONS},
    issue::{Fault, Kind},
    standard::{
        draft::{Draft, RubricRef, SkillRef},
        map::Map,
        picture::Picture,
        rubric::Rubric,
        versions::Version,
    },
    web::{
        desk::alignments::{job_line, read_jobs, read_standards, standard_line},
        fields::Fields,
    },
};

/// A rubric that can be chosen.
#[derive(Debug, Clone)]
pub(crate) struct RubricOption {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

impl RubricOption {
    /// The newest version of a rubric.
    pub(crate) fn of(version: &Version<Rubric>) -> RubricOption {
        let lacking = if version.document.check().is_empty() {
            ""
        } else {
            " (not whole yet)"
        };
        RubricOption {
            value: format!("{}|{}", version.id, version.version),
            label: format!(
                "{}, version {}{lacking}",
                version.document.name, version.version
            ),
            chosen: false,
        }
    }
}

/// A skill that can be chosen.
#[derive(Debug, Clone)]
pub(crate) struct SkillOption {
    pub(crate) map: String,
    pub(crate) value: String,
    pub(crate) skill: String,
    pub(crate) chosen: bool,
}

impl SkillOption {
    /// Every skill of the newest version of a map.
    pub(crate) fn all(version: &Version<Map>) -> Vec<SkillOption> {
        let one = |skill: &crate::standard::map::Skill| SkillOption {
            map: version.document.name.clone(),
            value: format!("{}|{}|{}", version.id, version.version, skill.name),
            skill: skill.name.clone(),
            chosen: false,
        };
        version.document.skills.iter().map(one).collect()
    }
}

/// The form, as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) changes: i64,
    pub(crate) name: String,
    pub(crate) meaning: String,
    pub(crate) description: String,
    pub(crate) participation: bool,
    pub(crate) criteria: String,
    pub(crate) task: String,
    pub(crate) evidence_required: String,
    pub(crate) tries: String,
    pub(crate) cool_down_days: String,
    pub(crate) valid_months: String,
    pub(crate) class_unit: String,
    pub(crate) language: String,
    pub(crate) tags: String,
    pub(crate) standards: String,
    pub(crate) jobs: String,
    pub(crate) uploaded: bool,
    pub(crate) colours: Vec<(&'static str, bool)>,
    pub(crate) icons: Vec<(&'static str, bool)>,
    pub(crate) rubrics: Vec<RubricOption>,
    pub(crate) skills: Vec<SkillOption>,
}

impl Form {
    /// The form of a draft. What it chose from older versions can still be chosen.
    pub(crate) fn new(
        draft: &Draft,
        changes: i64,
        mut rubrics: Vec<RubricOption>,
        mut skills: Vec<SkillOption>,
    ) -> Form {
        if let Some(chosen) = &draft.rubric {
            let value = format!("{}|{}", chosen.id, chosen.version);
            if rubrics.iter().all(|option| option.value != value) {
                rubrics.push(RubricOption {
                    label: format!("the one chosen before, version {}", chosen.version),
                    value: value.clone(),
                    chosen: false,
                });
            }
            rubrics
                .iter_mut()
                .for_each(|option| option.chosen |= option.value == value);
        }
        for chosen in &draft.skills {
            let value = format!("{}|{}|{}", chosen.map, chosen.version, chosen.skill);
            if skills.iter().all(|option| option.value != value) {
                skills.push(SkillOption {
                    map: format!("An older map, version {}", chosen.version),
                    value: value.clone(),
                    skill: chosen.skill.clone(),
                    chosen: false,
                });
            }
            skills
                .iter_mut()
                .for_each(|option| option.chosen |= option.value == value);
        }
        let number = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
        let picture = &draft.picture;
        Form {
            changes,
            name: draft.name.clone(),
            meaning: draft.meaning.clone(),
            description: draft.description.clone(),
            participation: draft.kind == Kind::Participation,
            criteria: draft.criteria.clone(),
            task: draft.task.clone(),
            evidence_required: draft.evidence_required.clone(),
            tries: number(draft.tries),
            cool_down_days: number(Some(draft.cool_down_days).filter(|days| *days > 0)),
            valid_months: number(draft.valid_months),
            class_unit: draft.class_unit.clone(),
            language: draft.language.clone(),
            tags: draft.tags.join(", "),
            standards: joined(draft.standards.iter().map(standard_line)),
            jobs: joined(draft.jobs.iter().map(job_line)),
            uploaded: picture.upload.is_some(),
            colours: COLOURS
                .map(|colour| (colour, colour == picture.colour))
                .to_vec(),
            icons: ICONS.map(|(icon, _)| (icon, icon == picture.icon)).to_vec(),
            rubrics,
            skills,
        }
    }

    /// With what cannot be read left just as it was typed.
    pub(crate) fn typed(self, fields: &Fields) -> Form {
        let field = |name: &str| fields.get(name).to_owned();
        Form {
            tries: field("tries"),
            cool_down_days: field("cool_down_days"),
            valid_months: field("valid_months"),
            standards: field("standards"),
            jobs: field("jobs"),
            tags: field("tags"),
            ..self
        }
    }

    /// The draft that the fields say, and what of them cannot be read.
    pub(crate) fn read(fields: &Fields) -> (Draft, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut number = |name: &str| -> Option<u32> {
            let text = fields.get(name);
            if text.is_empty() {
                return None;
            }
            let read = text.parse().ok();
            if read.is_none() {
                faults.push(Fault::new(format!("/{name}"), "is not a whole number"));
            }
            read
        };
        let (tries, cool_down_days) = (number("tries"), number("cool_down_days"));
        let valid_months = number("valid_months");
        let mut skills = Vec::new();
        for value in fields.all("skill") {
            match read_skill(value) {
                Some(skill) => skills.push(skill),
                None => faults.push(Fault::new("/skills", "has one that is not there any more")),
            }
        }
        let tags = fields.get("tags").split(',').map(str::trim);
        let standards = read_standards(fields.get("standards"), "/standards", &mut faults);
        let jobs = read_jobs(fields.get("jobs"), "/jobs", &mut faults);
        let text = |name: &str| fields.get(name).replace("\r\n", "\n");
        let draft = Draft {
            name: text("name"),
            meaning: text("meaning"),
            description: text("description"),
            kind: match fields.get("kind") {
                "participation" => Kind::Participation,
                _ => Kind::Performance,
            },
            criteria: text("criteria"),
            task: text("task"),
            evidence_required: text("evidence_required"),
            rubric: read_rubric(fields.get("rubric")),
            tries,
            cool_down_days: cool_down_days.unwrap_or_default(),
            valid_months,
            picture: Picture {
                colour: text("colour"),
                icon: text("icon"),
                upload: None,
            },
            skills,
            standards,
            jobs,
            class_unit: text("class_unit"),
            language: text("language"),
            tags: tags
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect(),
        };
        if !faults.is_empty() {
            // All of them at once.
            faults.extend(draft.faults());
        }
        (draft, faults)
    }
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

fn read_rubric(value: &str) -> Option<RubricRef> {
    let (id, version) = value.split_once('|')?;
    Some(RubricRef {
        id: id.parse().ok()?,
        version: version.parse().ok()?,
    })
}

fn read_skill(value: &str) -> Option<SkillRef> {
    let mut parts = value.splitn(3, '|');
    Some(SkillRef {
        map: parts.next()?.parse().ok()?,
        version: parts.next()?.parse().ok()?,
        skill: parts.next()?.to_owned(),
    })
}
