//! Pathways: steps that add up to a stack credential.
//!
//! Each step is an achievement; some must be earned, and so many of all. What counts is decided by
//! [`decide`], which is pure; [`award`] reads what learners hold, asks it, and writes what follows.
//! Taking part never counts, and neither does what was taken back, is suspended or has ended.

// For the first time, or again?
pub mod again;
// What follows from a decision: awards, suspensions.
pub mod award;
// Does this person meet it?
pub mod decide;
// In force, and ended.
mod force;
// Pathways looked at.
mod look;
mod reading;
// A stack that waits for somebody.
mod settle;
// The achievement of the stack credential.
mod stack;

use serde::{Deserialize, Serialize};

use super::{Texts, draft::VALID_MONTHS, picture::Picture, versions::Versioned};
use crate::db::Kept;
use crate::ids::{AchievementId, MapId};
use crate::issue::Fault;

/// The most steps.
pub const STEPS: usize = 30;

/// A pathway.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({
    "name": "Ready for work with data",
    "meaning": "Has shown, piece by piece, what a first job with numbers asks for.",
    "steps": [{"achievement": "Zr4XfLk2Qp8sVb1NwYt6Ag", "must": true}, {"achievement": "AAAAAAAAAAAAAAAAAAAAAA"}],
    "needed": 2
}))]
pub struct Pathway {
    /// Its name, and that of the stack credential.
    pub name: String,
    /// One line that a parent, a teacher and an employer understand.
    pub meaning: String,
    /// More about it.
    pub description: String,
    /// The steps, in the order in which they are best taken. Any order counts.
    pub steps: Vec<Step>,
    /// How many of the steps it takes.
    pub needed: u32,
    /// The competency map it teaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<MapRef>,
    /// How the stack credential is pictured.
    pub picture: Picture,
    /// Months after which the stack credential ends; missing: it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_months: Option<u32>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A published achievement. Other editions of the same one count as well.
    #[schema(value_type = String)]
    pub achievement: AchievementId,
    /// Whether nothing replaces it.
    #[serde(default)]
    pub must: bool,
}

/// A version of a competency map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MapRef {
    /// The map.
    #[schema(value_type = String)]
    pub id: MapId,
    /// Its version.
    pub version: u32,
}

impl Versioned for Pathway {
    const KEPT: Kept = Kept::Pathway;
    const WORD: &'static str = "pathway";
    const SAVED: &'static str = "pathway.save";
    fn name(&self) -> &str {
        &self.name
    }

    fn faults(&self) -> Vec<Fault> {
        let mut texts = Texts::default();
        texts.name("/name", &self.name, "a name");
        texts.line("/meaning", &self.meaning);
        texts.text("/description", &self.description);
        texts.most("/steps", self.steps.len(), STEPS, "steps");
        if self
            .valid_months
            .is_some_and(|months| !(1..=VALID_MONTHS).contains(&months))
        {
            texts.fault("/valid_months", format!("is not from 1 to {VALID_MONTHS}"));
        }
        self.picture.check("/picture", &mut texts);
        texts.0
    }
}

/// A step as it was found: what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The achievement's name.
    pub name: String,
    /// Whether it is only for taking part.
    pub participation: bool,
    /// The published achievements that count for it: every edition of the same one.
    pub editions: Vec<AchievementId>,
}

impl Pathway {
    /// What stands in the way of activating it. `found`: each step, or `None` where there is no such
    /// achievement.
    #[must_use]
    pub fn check(&self, found: &[Option<Found>]) -> Vec<Fault> {
        let mut texts = Texts::default();
        if self.meaning.trim().is_empty() {
            let sentence = "is missing: say in one line what it means, so that a parent, a teacher and an employer understand";
            texts.fault("/meaning", sentence);
        }
        if self.steps.len() < 2 {
            texts.fault("/steps", "has fewer than two steps");
        }
        for (i, step) in found.iter().enumerate() {
            let at = format!("/steps/{i}");
            match step {
                None => texts.fault(at, "there is no such published achievement"),
                Some(step) if step.participation => {
                    texts.fault(at, "is for taking part, which never counts in a pathway");
                }
                Some(step) => {
                    let same = |other: &Option<Found>| {
                        let other = other.as_ref();
                        other.is_some_and(|other| other.editions == step.editions)
                    };
                    if found[..i].iter().any(same) {
                        texts.fault(
                            at,
                            "is another edition of an earlier step: it would count twice",
                        );
                    }
                }
            }
        }
        let musts = self.steps.iter().filter(|step| step.must).count();
        let (needed, steps) = (self.needed as usize, self.steps.len());
        if needed < 2 || needed > steps {
            texts.fault(
                "/needed",
                format!("is not from 2 to the number of steps, {steps}"),
            );
        } else if needed < musts {
            let sentence = format!("is less than the {musts} steps that must be earned");
            texts.fault("/needed", sentence);
        }
        texts.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    fn found(name: &str) -> Found {
        Found {
            name: name.to_owned(),
            participation: false,
            editions: vec![AchievementId::random(&SystemChance)],
        }
    }

    fn pathway(steps: usize, musts: usize, needed: u32) -> Pathway {
        let step = |n: usize| Step {
            achievement: AchievementId::random(&SystemChance),
            must: n < musts,
        };
        Pathway {
            name: "Ready".to_owned(),
            meaning: "Is ready.".to_owned(),
            steps: (0..steps).map(step).collect(),
            needed,
            ..Pathway::default()
        }
    }

    fn said(pathway: &Pathway, found: &[Option<Found>]) -> Vec<String> {
        pathway
            .check(found)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_whole_pathway_has_no_fault() {
        let steps = [Some(found("a")), Some(found("b")), Some(found("c"))];
        assert_eq!(said(&pathway(3, 1, 2), &steps), [""; 0]);
        assert_eq!(said(&pathway(3, 3, 3), &steps), [""; 0]);
    }

    #[test]
    fn what_cannot_be_met_or_would_count_wrongly_is_a_fault() {
        let twice = found("a");
        let takes_part = Found {
            participation: true,
            ..found("p")
        };
        let steps = [Some(twice.clone()), Some(twice), Some(takes_part), None];
        assert_eq!(
            said(&pathway(4, 3, 2), &steps),
            [
                "/steps/1: is another edition of an earlier step: it would count twice",
                "/steps/2: is for taking part, which never counts in a pathway",
                "/steps/3: there is no such published achievement",
                "/needed: is less than the 3 steps that must be earned",
            ]
        );
        let steps = [Some(found("a"))];
        assert_eq!(
            said(
                &Pathway {
                    meaning: String::new(),
                    ..pathway(1, 0, 3)
                },
                &steps
            ),
            [
                "/meaning: is missing: say in one line what it means, so that a parent, a teacher and an employer understand",
                "/steps: has fewer than two steps",
                "/needed: is not from 2 to the number of steps, 1",
            ]
        );
    }
}
