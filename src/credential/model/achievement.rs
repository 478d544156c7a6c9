//! What is achieved: the achievement, its criteria, and what it is aligned to.

use serde::{Deserialize, Serialize};

use super::{
    EndorsementCredential, IdentifierEntry, Image, Profile, ResultDescription,
    form::{Extra, json_both_ways, many, types, words},
};

/// What a credential is about: the same for everybody who earns it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Achievement {
    /// The URI of the achievement.
    pub id: String,
    /// Contains `Achievement`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// What sort of achievement it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub achievement_type: Option<AchievementType>,
    /// The name to show.
    pub name: String,
    /// A short description.
    pub description: String,
    /// What one has to do.
    pub criteria: Criteria,
    /// Standards and skills it stands for.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub alignment: Vec<Alignment>,
    /// Who defined it, if not the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<Profile>,
    /// Credit hours and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credits_available: Option<serde_json::Number>,
    /// Endorsements of the achievement.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub endorsement: Vec<EndorsementCredential>,
    /// Endorsements of the achievement as compact JWS.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub endorsement_jwt: Vec<String>,
    /// Field of study.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_of_study: Option<String>,
    /// A code that people use, such as a course number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human_code: Option<String>,
    /// The badge picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// The language it is written in, a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_language: Option<String>,
    /// Names for it in other systems.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub other_identifier: Vec<IdentifierEntry>,
    /// Related achievements.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub related: Vec<Related>,
    /// What results one can reach: one per rubric criterion, grade or percentage.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub result_description: Vec<ResultDescription>,
    /// Specialisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specialization: Option<String>,
    /// Words to find it by.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tag: Vec<String>,
    /// Which version it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Achievement {
    /// An achievement with the members that none may lack.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        description: impl Into<String>,
        criteria: Criteria,
    ) -> Achievement {
        Achievement {
            id: id.into(),
            types: types(&["Achievement"]),
            name: name.into(),
            description: description.into(),
            criteria,
            ..Achievement::default()
        }
    }
}

/// What one has to do; has an `id`, a `narrative`, or both.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Criteria {
    /// A URI where it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// It, told in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A link from an achievement, a result or a level to an item of a public framework.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alignment {
    /// Contains `Alignment`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// The item's code in its framework.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_code: Option<String>,
    /// What the item says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_description: Option<String>,
    /// The item's name.
    pub target_name: String,
    /// The framework's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_framework: Option<String>,
    /// What sort of item it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_type: Option<TargetType>,
    /// The item's address.
    pub target_url: String,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Alignment {
    /// A link to the item `name` at `url`.
    #[must_use]
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Alignment {
        Alignment {
            types: types(&["Alignment"]),
            target_name: name.into(),
            target_url: url.into(),
            ..Alignment::default()
        }
    }
}

/// A related achievement.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Related {
    /// Its URI.
    pub id: String,
    /// Contains `Related`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// The language it is written in, a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_language: Option<String>,
    /// Which version it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

words! {
    /// What sort of achievement it is (`AchievementType`).
    AchievementType, open: true, [
        "Achievement" "ApprenticeshipCertificate" "Assessment" "Assignment" "AssociateDegree"
        "Award" "Badge" "BachelorDegree" "Certificate" "CertificateOfCompletion"
        "Certification" "CommunityService" "Competency" "Course" "CoCurricular" "Degree"
        "Diploma" "DoctoralDegree" "Fieldwork" "GeneralEducationDevelopment"
        "JourneymanCertificate" "LearningProgram" "License" "Membership"
        "ProfessionalDoctorate" "QualityAssuranceCredential" "MasterCertificate"
        "MasterDegree" "MicroCredential" "ResearchDoctorate" "SecondarySchoolDiploma"
    ];
    /// What sort of framework item an alignment points to (`AlignmentTargetType`).
    TargetType, open: true, [
        "ceasn:Competency" "ceterms:Credential" "CFItem" "CFRubric" "CFRubricCriterion"
        "CFRubricCriterionLevel" "CTDL"
    ];
}

json_both_ways! {
    Achievement, "an achievement";
    Alignment, "an alignment";
}
