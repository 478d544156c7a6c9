//! The two credentials of Open Badges 3.0: an achievement's, and an endorsement's.

use serde::{Deserialize, Serialize};

use super::{
    AchievementSubject, CredentialStatus, DateTime, Evidence, Image, ProfileRef, Proof, Typed,
    form::{Extra, json_both_ways, many, types},
};

/// The contexts that our credentials name, in this order.
pub const CONTEXTS: [&str; 2] = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
];

/// A badge: an issuer says that the subject has the achievement.
///
/// `AchievementCredential` and `OpenBadgeCredential` are two names for this one class.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AchievementCredential {
    /// The vocabularies, in order: [`CONTEXTS`] in what we write.
    #[serde(rename = "@context", deserialize_with = "many")]
    pub context: Vec<serde_json::Value>,
    /// The URI of the credential.
    pub id: String,
    /// Contains `VerifiableCredential` and `OpenBadgeCredential` or `AchievementCredential`.
    #[serde(rename = "type", deserialize_with = "many")]
    pub types: Vec<String>,
    /// The name to show in a wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A short description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// When the achievement was awarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awarded_date: Option<DateTime>,
    /// About whom, and what.
    pub credential_subject: AchievementSubject,
    /// Endorsements of the credential.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub endorsement: Vec<EndorsementCredential>,
    /// Endorsements of the credential as compact JWS.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub endorsement_jwt: Vec<String>,
    /// What shows that it is so.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub evidence: Vec<Evidence>,
    /// Who says so.
    pub issuer: ProfileRef,
    /// From when it holds. A credential of VCDM 1.1 has `issuance_date` in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<DateTime>,
    /// Until when it holds, that instant included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime>,
    /// VCDM 1.1: from when it holds. Never written by us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuance_date: Option<DateTime>,
    /// VCDM 1.1: until when it holds. Never written by us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<DateTime>,
    /// Schemas that it follows.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub credential_schema: Vec<Typed>,
    /// Where it can be seen whether it was taken back. The strict form has one at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_status: Option<CredentialStatus>,
    /// Where a newer one can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_service: Option<Typed>,
    /// Terms of use.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub terms_of_use: Vec<Typed>,
    /// Proofs over all the rest.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub proof: Vec<Proof>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl AchievementCredential {
    /// A credential with the members that none may lack, of VCDM 2.0 and Open Badges 3.0.3.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        issuer: impl Into<ProfileRef>,
        subject: AchievementSubject,
        valid_from: impl Into<DateTime>,
    ) -> AchievementCredential {
        AchievementCredential {
            context: contexts(),
            id: id.into(),
            types: types(&["VerifiableCredential", "OpenBadgeCredential"]),
            credential_subject: subject,
            issuer: issuer.into(),
            valid_from: Some(valid_from.into()),
            ..AchievementCredential::default()
        }
    }

    /// From when it holds, in either version of the data model.
    #[must_use]
    pub fn from(&self) -> Option<&DateTime> {
        self.valid_from.as_ref().or(self.issuance_date.as_ref())
    }

    /// Until when it holds, in either version of the data model.
    #[must_use]
    pub fn until(&self) -> Option<&DateTime> {
        self.valid_until.as_ref().or(self.expiration_date.as_ref())
    }
}

/// Somebody stands behind a credential, an achievement or a profile.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndorsementCredential {
    /// The vocabularies, in order.
    #[serde(rename = "@context", deserialize_with = "many")]
    pub context: Vec<serde_json::Value>,
    /// The URI of the endorsement.
    pub id: String,
    /// Contains `VerifiableCredential` and `EndorsementCredential`.
    #[serde(rename = "type", deserialize_with = "many")]
    pub types: Vec<String>,
    /// The name to show. Every endorsement has one.
    #[serde(default)]
    pub name: String,
    /// A short description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What is endorsed.
    pub credential_subject: EndorsementSubject,
    /// When it was awarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awarded_date: Option<DateTime>,
    /// Who endorses.
    pub issuer: ProfileRef,
    /// From when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<DateTime>,
    /// Until when it holds, that instant included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime>,
    /// Schemas that it follows.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub credential_schema: Vec<Typed>,
    /// Where it can be seen whether it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_status: Option<CredentialStatus>,
    /// Where a newer one can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_service: Option<Typed>,
    /// Terms of use.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub terms_of_use: Vec<Typed>,
    /// Proofs over all the rest.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub proof: Vec<Proof>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl EndorsementCredential {
    /// An endorsement with the members that none may lack.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        issuer: impl Into<ProfileRef>,
        subject: EndorsementSubject,
        valid_from: impl Into<DateTime>,
    ) -> EndorsementCredential {
        EndorsementCredential {
            context: contexts(),
            id: id.into(),
            types: types(&["VerifiableCredential", "EndorsementCredential"]),
            name: name.into(),
            credential_subject: subject,
            issuer: issuer.into(),
            valid_from: Some(valid_from.into()),
            ..EndorsementCredential::default()
        }
    }
}

/// What is endorsed, and what is said about it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndorsementSubject {
    /// The URI of the credential, achievement or profile that is endorsed.
    pub id: String,
    /// Contains `EndorsementSubject`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// What the endorser says, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsement_comment: Option<String>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl EndorsementSubject {
    /// The thing at `id`, with a comment in Markdown.
    #[must_use]
    pub fn new(id: impl Into<String>, comment: Option<String>) -> EndorsementSubject {
        EndorsementSubject {
            id: id.into(),
            types: types(&["EndorsementSubject"]),
            endorsement_comment: comment,
            ..EndorsementSubject::default()
        }
    }
}

fn contexts() -> Vec<serde_json::Value> {
    CONTEXTS.iter().map(|&url| url.into()).collect()
}

json_both_ways! {
    AchievementCredential, "an Open Badges credential";
    EndorsementCredential, "an endorsement credential";
}
