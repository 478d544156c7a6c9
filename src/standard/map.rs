//! Competency maps: a few skills, what comes first, and why each is worth learning.

use serde::{Deserialize, Serialize};

use super::{
    Texts,
    alignment::{Job, Standard},
    versions::Versioned,
};
use crate::db::Kept;
use crate::issue::Fault;

/// How many skills a map should have at least.
pub const FEW: usize = 5;
/// How many skills a map should have at most.
pub const MANY: usize = 10;
/// The most skills that are kept.
pub const SKILLS: usize = 60;
/// The most standards, and the most jobs, of one skill.
pub const ALIGNMENTS: usize = 12;

/// When a skill is needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Must know now.
    #[default]
    Now,
    /// Nice to have later.
    Later,
}

impl Priority {
    /// The word in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Priority::Now => "now",
            Priority::Later => "later",
        }
    }

    /// The words for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Priority::Now => "must know now",
            Priority::Later => "nice to have later",
        }
    }

    /// The priority that a text names, in any case.
    #[must_use]
    pub fn of(text: &str) -> Option<Priority> {
        let text = text.trim().to_lowercase();
        [Priority::Now, Priority::Later]
            .into_iter()
            .find(|priority| priority.as_str() == text || priority.words() == text)
    }
}

/// A competency map.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({
    "name": "Decisions with data",
    "summary": "What a first job with numbers asks for.",
    "skills": [{
        "name": "Summarize a data set",
        "statement": "Names centre and spread, and says what they mean.",
        "priority": "now",
        "standards": [{"framework": "CCSS.Math", "code": "6.SP.B.5", "name": "Summarize numerical data sets", "url": "https://www.thecorestandards.org/Math/Content/6/SP/B/5/"}],
        "jobs": [{"code": "43-9111.00", "title": "Statistical Assistants", "task": "Compile statistics from source materials"}]
    }]
}))]
pub struct Map {
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub summary: String,
    /// The skills, in the order they are taught.
    pub skills: Vec<Skill>,
}

/// A skill.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Skill {
    /// Its name, different from every other in the map.
    pub name: String,
    /// What somebody who has it can do; may be empty.
    pub statement: String,
    /// Whether it must be known `now`, or is nice to have `later`.
    pub priority: Priority,
    /// The standards it belongs to.
    pub standards: Vec<Standard>,
    /// The jobs, or tasks of jobs, that need it.
    pub jobs: Vec<Job>,
}

impl Versioned for Map {
    const KEPT: Kept = Kept::Map;
    const WORD: &'static str = "competency map";
    const SAVED: &'static str = "map.save";
    fn name(&self) -> &str {
        &self.name
    }

    fn faults(&self) -> Vec<Fault> {
        let mut texts = Texts::default();
        texts.name("/name", &self.name, "a name");
        texts.text("/summary", &self.summary);
        texts.most("/skills", self.skills.len(), SKILLS, "skills");
        for (i, skill) in self.skills.iter().enumerate() {
            let at = format!("/skills/{i}");
            texts.name(&format!("{at}/name"), &skill.name, "the skill's name");
            let same = |other: &Skill| other.name.to_lowercase() == skill.name.to_lowercase();
            if !skill.name.is_empty() && self.skills[..i].iter().any(same) {
                texts.fault(format!("{at}/name"), "is the name of another skill");
            }
            texts.text(&format!("{at}/statement"), &skill.statement);
            let (standards, jobs) = (skill.standards.len(), skill.jobs.len());
            texts.most(
                &format!("{at}/standards"),
                standards,
                ALIGNMENTS,
                "standards",
            );
            texts.most(&format!("{at}/jobs"), jobs, ALIGNMENTS, "jobs");
            for (j, standard) in skill.standards.iter().enumerate() {
                standard.check(&format!("{at}/standards/{j}"), &mut texts);
            }
            for (j, job) in skill.jobs.iter().enumerate() {
                job.check(&format!("{at}/jobs/{j}"), &mut texts);
            }
        }
        texts.0
    }
}

impl Map {
    /// What is worth another look before the map is used. None of it stands in the way.
    #[must_use]
    pub fn warnings(&self) -> Vec<Fault> {
        let mut texts = Texts::default();
        let skills = self.skills.len();
        if !(FEW..=MANY).contains(&skills) {
            let sentence = format!(
                "has {skills} skills: with {FEW} to {MANY} a map is still one that people remember"
            );
            texts.fault("/skills", sentence);
        }
        if skills > 0
            && self
                .skills
                .iter()
                .all(|skill| skill.priority == Priority::Later)
        {
            texts.fault("/skills", "has nothing that must be known now");
        }
        if skills > 1
            && self
                .skills
                .iter()
                .all(|skill| skill.priority == Priority::Now)
        {
            texts.fault(
                "/skills",
                "puts everything first: say what is nice to have later",
            );
        }
        for (i, skill) in self.skills.iter().enumerate() {
            if skill.standards.is_empty() {
                texts.fault(format!("/skills/{i}/standards"), "none is cited");
            }
            if skill.jobs.is_empty() {
                texts.fault(
                    format!("/skills/{i}/jobs"),
                    "no task or occupation is named",
                );
            }
        }
        texts.0
    }

    /// The skill of this name.
    #[must_use]
    pub fn skill(&self, name: &str) -> Option<&Skill> {
        self.skills.iter().find(|skill| skill.name == name)
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// A map of five skills, three of them first.
    pub(crate) fn data() -> Map {
        let skill = |n: usize, name: &str, priority: Priority| Skill {
            name: name.to_owned(),
            statement: format!("{name}, and says why, \"in one line\"; also on paper."),
            priority,
            standards: vec![Standard {
                framework: "CCSS.Math".to_owned(),
                code: format!("6.SP.B.{n}"),
                name: "Summarize numerical data sets".to_owned(),
                url: format!("https://www.thecorestandards.org/Math/Content/6/SP/B/{n}/"),
                case: n == 2,
            }],
            jobs: vec![Job {
                code: "43-9111.00".to_owned(),
                title: "Statistical Assistants".to_owned(),
                task: if n == 1 {
                    "Compile statistics".to_owned()
                } else {
                    String::new()
                },
            }],
        };
        let mut map = Map {
            name: "Decisions with data".to_owned(),
            summary: "What a first job with numbers asks for.".to_owned(),
            skills: vec![
                skill(1, "Read a chart", Priority::Now),
                skill(2, "Summarize a data set", Priority::Now),
                skill(3, "Defend a decision", Priority::Now),
                skill(4, "Spot a misleading chart", Priority::Later),
                skill(5, "Plan a survey", Priority::Later),
            ],
        };
        let another = Standard {
            framework: "State list".to_owned(),
            name: "Argue from evidence".to_owned(),
            url: "https://state.example/ela/7.2".to_owned(),
            ..Standard::default()
        };
        map.skills[2].standards.push(another);
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_map_has_neither_faults_nor_warnings() {
        let map = samples::data();
        assert_eq!(map.faults(), []);
        assert_eq!(map.warnings(), []);
    }

    #[test]
    fn what_a_map_lacks_is_warned_of_and_what_it_cannot_hold_refused() {
        let mut map = samples::data();
        map.skills.truncate(2);
        map.skills[1].name = "read a CHART".to_owned();
        map.skills[1].jobs[0].code = "43-9111".to_owned();
        map.skills[1].standards.clear();
        let said = |faults: Vec<Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            said(map.faults()),
            [
                "/skills/1/name: is the name of another skill",
                "/skills/1/jobs/0/code: is no O*NET-SOC code: write it as 51-4121.00",
            ]
        );
        assert_eq!(
            said(map.warnings()),
            [
                "/skills: has 2 skills: with 5 to 10 a map is still one that people remember",
                "/skills: puts everything first: say what is nice to have later",
                "/skills/1/standards: none is cited",
            ]
        );
    }
}
