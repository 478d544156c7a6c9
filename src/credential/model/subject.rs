//! About whom: the subject, and the evidence of what was done.

use serde::{Deserialize, Serialize};

use super::{
    Achievement, DateTime, IdentityObject, Image, Profile, Result_,
    form::{Extra, many, types},
};

/// The recipient and what the recipient achieved; has an `id`, an `identifier`, or both.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AchievementSubject {
    /// A URI for the recipient; for a minor a random `urn:uuid:` that is never used again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Contains `AchievementSubject`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// When the activity began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_start_date: Option<DateTime>,
    /// When the activity ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_end_date: Option<DateTime>,
    /// Credits earned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credits_earned: Option<serde_json::Number>,
    /// What was achieved.
    pub achievement: Achievement,
    /// Other names for the recipient, hashed or in clear.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub identifier: Vec<IdentityObject>,
    /// A picture about this award.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// A licence number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_number: Option<String>,
    /// What was done, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
    /// What was reached.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub result: Vec<Result_>,
    /// The recipient's role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Who assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Profile>,
    /// The academic term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl AchievementSubject {
    /// The subject named by the URI `id`, who achieved `achievement`.
    #[must_use]
    pub fn new(id: impl Into<String>, achievement: Achievement) -> AchievementSubject {
        AchievementSubject {
            id: Some(id.into()),
            types: types(&["AchievementSubject"]),
            achievement,
            ..AchievementSubject::default()
        }
    }
}

/// Something that shows what was done.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Contains `Evidence`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// What it shows and how it came about, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A short description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What sort of work it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre: Option<String>,
    /// Whom it was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// A Multihash in Multibase over the bytes of the evidence: binds them to this credential
    /// (VCDM 2.0 §5.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest_multibase: Option<String>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Evidence {
    /// Evidence with the name to show.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Evidence {
        Evidence {
            types: types(&["Evidence"]),
            name: Some(name.into()),
            ..Evidence::default()
        }
    }
}
