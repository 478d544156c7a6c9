//! What a document says, for people: only terms that Open Badges 3.0 defines, and nothing about the
//! person.

use std::cmp::Ordering;

use serde::Serialize;

use crate::{
    credential::{
        AchievementCredential, EndorsementCredential, Profile, Result_, ResultDescription,
    },
    json::{self, Value},
};

use super::{
    conclude,
    document::{self, Sort},
    receipt::Receipt,
    report::Issuer,
};

/// What a document says.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Claim)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Claim {
    /// Somebody achieved something.
    Achievement(Box<Achieved>),
    /// Somebody stands behind something.
    Endorsement(Endorsed),
    /// Somebody tells what a learner has achieved, with the credentials that say so.
    Record(Recorded),
    /// Somebody shows credentials.
    Presentation(Presented),
    /// A service tells what it found when it checked something: no badge.
    Receipt(Box<Receipt>),
}

impl Claim {
    /// What was achieved, if that is what the document says.
    #[must_use]
    pub fn achieved(&self) -> Option<&Achieved> {
        match self {
            Claim::Achievement(achieved) => Some(achieved),
            Claim::Endorsement(_)
            | Claim::Record(_)
            | Claim::Presentation(_)
            | Claim::Receipt(_) => None,
        }
    }
}

/// An achievement, and what was reached.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Achieved)]
pub struct Achieved {
    /// The URI of the credential.
    pub id: String,
    /// The achievement's name.
    pub name: String,
    /// It, in one line: the achievement's description.
    pub meaning: String,
    /// What sort of achievement it is, a word of the standard or `ext:…`.
    pub achievement_type: Option<String>,
    /// What one has to do, in Markdown.
    pub criteria: Option<String>,
    /// Where that is told at length.
    pub criteria_url: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The rubric: one entry per criterion.
    pub rubric: Vec<Criterion>,
    /// Results that are not levels of a rubric.
    pub scores: Vec<Score>,
    /// What shows it.
    pub evidence: Vec<Shown>,
    /// What the achievement is aligned to.
    pub alignments: Vec<Aligned>,
    /// What was done, in Markdown.
    pub narrative: Option<String>,
    /// Who assessed (`credentialSubject.source`).
    pub assessor: Option<Assessor>,
    /// When it was awarded, as written.
    pub awarded: Option<String>,
    /// From when it holds, as written.
    pub valid_from: Option<String>,
    /// Until when it holds, as written.
    pub valid_until: Option<String>,
    /// The language it is written in.
    pub language: Option<String>,
}

/// One criterion of a rubric.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Criterion)]
pub struct Criterion {
    /// Its name.
    pub name: String,
    /// Its levels, from low to high by their points.
    pub levels: Vec<Level>,
    /// Whether the order of the levels is certain: all of them say their points or rank. Where it
    /// is not, a signature over the meaning does not protect it.
    pub ordered: bool,
}

/// One level of a criterion.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Level)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// What work at this level looks like.
    pub description: Option<String>,
    /// Its points, as written.
    pub points: Option<String>,
    /// Whether it was reached.
    pub reached: bool,
    /// Whether it must be reached.
    pub required: bool,
}

/// A grade, a percentage, a status.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Score)]
pub struct Score {
    /// What is measured; absent if the result does not say.
    pub name: Option<String>,
    /// What sort of result it is.
    pub result_type: Option<String>,
    /// The value reached.
    pub value: Option<String>,
    /// The status reached.
    pub status: Option<String>,
    /// The lowest value.
    pub min: Option<String>,
    /// The highest value.
    pub max: Option<String>,
    /// The value that must be reached.
    pub required: Option<String>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Shown)]
pub struct Shown {
    /// Its name.
    pub name: Option<String>,
    /// A short description.
    pub description: Option<String>,
    /// How it came about, in Markdown.
    pub narrative: Option<String>,
    /// What sort of work it is.
    pub genre: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// The digest that binds its bytes.
    pub digest: Option<String>,
}

/// An item of a framework.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Aligned)]
pub struct Aligned {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Its code.
    pub code: Option<String>,
    /// Its framework.
    pub framework: Option<String>,
    /// What it says.
    pub description: Option<String>,
}

/// Who assessed.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Assessor)]
pub struct Assessor {
    /// The name or role.
    pub name: Option<String>,
    /// Role and qualification.
    pub description: Option<String>,
}

/// An endorsement's words.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Endorsed)]
pub struct Endorsed {
    /// The URI of the endorsement.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The URI of what is endorsed.
    pub about: String,
    /// What is said, in Markdown.
    pub comment: Option<String>,
}

/// A learner record's own words; its credentials speak for themselves.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Recorded)]
pub struct Recorded {
    /// The URI of the record.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it says that it holds only some of the learner's credentials.
    pub partial: bool,
    /// How what it holds belongs together.
    pub associations: Vec<Associated>,
}

/// How two things in a learner record belong together.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Associated)]
pub struct Associated {
    /// How: `isChildOf`, `isPartOf`, `precedes`, ….
    pub kind: String,
    /// The URI of the one.
    pub source: String,
    /// The name of the one, if it stands in the record.
    pub source_name: Option<String>,
    /// The URI of the other.
    pub target: String,
    /// The name of the other, if it stands in the record.
    pub target_name: Option<String>,
}

/// What a presentation says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Presented)]
pub struct Presented {
    /// The URI of the presentation, if it has one.
    pub id: Option<String>,
    /// Who presents, as far as it is said or signed.
    pub holder: Option<String>,
    /// The challenge that it answers.
    pub challenge: Option<String>,
    /// For whom it was made.
    pub domain: Vec<String>,
    /// How many credentials it holds.
    pub credentials: usize,
}

/// What a JSON document says, and whom it names as its issuer, as it stands: nothing is checked.
///
/// For whoever has signed or keeps it, and draws it. What a stranger brings goes through
/// [`verify`](super::verify). `None` if it is no credential of a sort that is read.
#[must_use]
pub fn says(text: &str) -> Option<(Claim, Option<Issuer>)> {
    let document = json::parse(text).ok()?;
    let claim = read(&document, document::sort(&document))?;
    Some((claim, conclude::issuer(&document, None)))
}

/// Reads what a document of a sort says; `None` if it does not have the members it needs.
pub(super) fn read(document: &Value, sort: Sort) -> Option<Claim> {
    match sort {
        Sort::Achievement => AchievementCredential::try_from(document)
            .ok()
            .map(|credential| Claim::Achievement(Box::new(achieved(credential)))),
        Sort::Endorsement => EndorsementCredential::try_from(document)
            .ok()
            .map(|credential| {
                Claim::Endorsement(Endorsed {
                    id: credential.id,
                    name: credential.name,
                    about: credential.credential_subject.id,
                    comment: credential.credential_subject.endorsement_comment,
                })
            }),
        Sort::Record => super::record::claim(document).map(Claim::Record),
        Sort::Presentation | Sort::Other => None,
    }
}

fn achieved(credential: AchievementCredential) -> Achieved {
    let (from, until) = (credential.from().cloned(), credential.until().cloned());
    let subject = credential.credential_subject;
    let achievement = subject.achievement;
    let is_rubric = |d: &&ResultDescription| !d.rubric_criterion_level.is_empty();
    Achieved {
        rubric: achievement
            .result_description
            .iter()
            .filter(is_rubric)
            .map(|description| criterion(description, &subject.result))
            .collect(),
        scores: subject
            .result
            .iter()
            .filter_map(|result| score(result, &achievement.result_description))
            .collect(),
        id: credential.id,
        name: achievement.name,
        meaning: achievement.description,
        achievement_type: achievement.achievement_type.map(|t| t.0),
        criteria: achievement.criteria.narrative,
        criteria_url: achievement.criteria.id,
        tags: achievement.tag,
        evidence: credential.evidence.into_iter().map(shown).collect(),
        alignments: achievement.alignment.into_iter().map(aligned).collect(),
        narrative: subject.narrative,
        assessor: subject.source.map(assessor),
        awarded: credential.awarded_date.map(|date| date.0),
        valid_from: from.map(|date| date.0),
        valid_until: until.map(|date| date.0),
        language: achievement.in_language,
    }
}

fn criterion(description: &ResultDescription, results: &[Result_]) -> Criterion {
    let reached: Vec<&str> = results
        .iter()
        .filter(|result| {
            let about = result.result_description.as_deref();
            about.is_none_or(|id| id == description.id)
        })
        .filter_map(|result| result.achieved_level.as_deref())
        .collect();
    let mut levels: Vec<_> = description.rubric_criterion_level.iter().collect();
    let number = |text: &Option<String>| text.as_deref()?.trim().parse::<f64>().ok();
    let rank: fn(&crate::credential::RubricCriterionLevel) -> &Option<String> =
        if levels.iter().all(|level| number(&level.points).is_some()) {
            |level| &level.points
        } else {
            |level| &level.level
        };
    let ordered = levels.iter().all(|level| number(rank(level)).is_some());
    if ordered {
        levels.sort_by(|a, b| {
            number(rank(a))
                .partial_cmp(&number(rank(b)))
                .unwrap_or(Ordering::Equal)
        });
    }
    Criterion {
        name: description.name.clone(),
        ordered,
        levels: levels
            .into_iter()
            .map(|level| Level {
                name: level.name.clone(),
                description: level.description.clone(),
                points: level.points.clone(),
                reached: reached.contains(&level.id.as_str()),
                required: description.required_level.as_deref() == Some(&level.id),
            })
            .collect(),
    }
}

/// A result that says a value or a status.
fn score(result: &Result_, descriptions: &[ResultDescription]) -> Option<Score> {
    if result.value.is_none() && result.status.is_none() {
        return None;
    }
    let id = result.result_description.as_deref();
    let description = descriptions.iter().find(|d| Some(d.id.as_str()) == id);
    Some(Score {
        name: description.map(|d| d.name.clone()),
        result_type: description.map(|d| d.result_type.0.clone()),
        value: result.value.clone(),
        status: result.status.as_ref().map(|s| s.0.clone()),
        min: description.and_then(|d| d.value_min.clone()),
        max: description.and_then(|d| d.value_max.clone()),
        required: description.and_then(|d| d.required_value.clone()),
    })
}

fn shown(evidence: crate::credential::Evidence) -> Shown {
    Shown {
        name: evidence.name,
        description: evidence.description,
        narrative: evidence.narrative,
        genre: evidence.genre,
        url: evidence.id,
        digest: evidence.digest_multibase,
    }
}

fn aligned(alignment: crate::credential::Alignment) -> Aligned {
    Aligned {
        name: alignment.target_name,
        url: alignment.target_url,
        code: alignment.target_code,
        framework: alignment.target_framework,
        description: alignment.target_description,
    }
}

fn assessor(profile: Profile) -> Assessor {
    Assessor {
        name: profile.name,
        description: profile.description,
    }
}
