//! Results: what can be reached, the levels of a rubric criterion, and what was reached.

use serde::{Deserialize, Serialize};

use super::{
    Alignment,
    form::{Extra, json_both_ways, many, types, words},
};

/// One thing that is measured: a rubric criterion, a grade, a percentage, a status.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultDescription {
    /// Its URI, unique in the credential.
    pub id: String,
    /// Contains `ResultDescription`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// The name to show; for a rubric, the name of the criterion.
    pub name: String,
    /// What sort of result it is.
    pub result_type: ResultType,
    /// What it is aligned to.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub alignment: Vec<Alignment>,
    /// The values that can be reached, from low to high.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub allowed_value: Vec<String>,
    /// The id of the level that must be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_level: Option<String>,
    /// The value that must be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_value: Option<String>,
    /// The levels, from low to high. Signing does not protect their order: it can be told from
    /// `points`.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub rubric_criterion_level: Vec<RubricCriterionLevel>,
    /// The lowest value, a decimal number as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_min: Option<String>,
    /// The highest value, a decimal number as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_max: Option<String>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ResultDescription {
    /// A description with the members that none may lack.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        result_type: impl Into<ResultType>,
    ) -> ResultDescription {
        ResultDescription {
            id: id.into(),
            types: types(&["ResultDescription"]),
            name: name.into(),
            result_type: result_type.into(),
            ..ResultDescription::default()
        }
    }
}

/// One level of a rubric criterion.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RubricCriterionLevel {
    /// Its URI, unique in the credential.
    pub id: String,
    /// Contains `RubricCriterionLevel`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// The name to show ("Proficient").
    pub name: String,
    /// What work at this level looks like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The level's own code or rank ("3").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Points for this level, a decimal number as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<String>,
    /// What it is aligned to.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub alignment: Vec<Alignment>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RubricCriterionLevel {
    /// A level with the members that none may lack.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> RubricCriterionLevel {
        RubricCriterionLevel {
            id: id.into(),
            types: types(&["RubricCriterionLevel"]),
            name: name.into(),
            ..RubricCriterionLevel::default()
        }
    }
}

/// What was reached.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Result_ {
    /// Contains `Result`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// The id of the [`ResultDescription`] it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_description: Option<String>,
    /// The id of the [`RubricCriterionLevel`] reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub achieved_level: Option<String>,
    /// The status, where that is what is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ResultStatus>,
    /// The value reached, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What it is aligned to.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub alignment: Vec<Alignment>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Result_ {
    /// The level `level` was reached on the criterion `description` (both are ids).
    #[must_use]
    pub fn level(description: impl Into<String>, level: impl Into<String>) -> Result_ {
        Result_ {
            types: types(&["Result"]),
            result_description: Some(description.into()),
            achieved_level: Some(level.into()),
            ..Result_::default()
        }
    }

    /// The value `value` was reached on `description` (an id).
    #[must_use]
    pub fn value(description: impl Into<String>, value: impl Into<String>) -> Result_ {
        Result_ {
            types: types(&["Result"]),
            result_description: Some(description.into()),
            value: Some(value.into()),
            ..Result_::default()
        }
    }
}

words! {
    /// What sort of result is described (`ResultType`).
    ResultType, open: true, [
        "GradePointAverage" "LetterGrade" "Percent" "PerformanceLevel" "PredictedScore"
        "RawScore" "Result" "RubricCriterion" "RubricCriterionLevel" "RubricScore"
        "ScaledScore" "Status"
    ];
    /// How far the recipient is (`ResultStatusType`).
    ResultStatus, open: false, [
        "Completed" "Enrolled" "Failed" "InProgress" "OnHold" "Provisional" "Withdrew"
    ];
}

json_both_ways! {
    ResultDescription, "a result description";
    Result_, "a result";
}
