//! Who: profiles of issuers and assessors, addresses, and how a recipient is named.

use serde::{Deserialize, Serialize};

use super::{
    EndorsementCredential, Image,
    form::{Extra, json_both_ways, many, types, words},
};

/// A person or organisation (Open Badges 3.0 `Profile`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The URI of the profile; for an issuer of ours, its DID.
    pub id: String,
    /// Contains `Profile`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The home page, http(s).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A telephone number, as in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// A short description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Endorsements of this profile.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub endorsement: Vec<EndorsementCredential>,
    /// Endorsements of this profile as compact JWS.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub endorsement_jwt: Vec<String>,
    /// A logo or portrait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// An e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Names for this profile in other systems.
    #[serde(
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub other_identifier: Vec<IdentifierEntry>,
    /// Who speaks for the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official: Option<String>,
    /// The organisation this one is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_org: Option<Box<Profile>>,
    /// Family name of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Given name of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Middle name of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_name: Option<String>,
    /// Patronymic of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patronymic_name: Option<String>,
    /// What stands before the name ("Dr").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub honorific_prefix: Option<String>,
    /// What stands after the name ("M.D.").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub honorific_suffix: Option<String>,
    /// What stands before the family name ("de", "van").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name_prefix: Option<String>,
    /// Date of birth, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Profile {
    /// A profile with nothing but its URI.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Profile {
        Profile {
            id: id.into(),
            types: types(&["Profile"]),
            ..Profile::default()
        }
    }
}

/// An issuer: a whole profile, or only its URI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ProfileRef {
    /// Only the URI.
    Uri(String),
    /// The profile.
    Profile(Box<Profile>),
}

impl ProfileRef {
    /// The URI of the issuer, however it is written.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            ProfileRef::Uri(uri) => uri,
            ProfileRef::Profile(profile) => &profile.id,
        }
    }

    /// The profile, if more than the URI is known.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            ProfileRef::Uri(_) => None,
            ProfileRef::Profile(profile) => Some(profile),
        }
    }
}

impl Default for ProfileRef {
    fn default() -> ProfileRef {
        ProfileRef::Uri(String::new())
    }
}

impl From<Profile> for ProfileRef {
    fn from(profile: Profile) -> ProfileRef {
        ProfileRef::Profile(Box::new(profile))
    }
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Contains `Address`.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "many",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<String>,
    /// The country's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_country: Option<String>,
    /// The country's code of two letters (ISO 3166-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_country_code: Option<String>,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_region: Option<String>,
    /// Town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_locality: Option<String>,
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// Post office box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_office_box_number: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geo: Option<GeoCoordinates>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Address {
    /// An empty address.
    #[must_use]
    pub fn new() -> Address {
        Address {
            types: types(&["Address"]),
            ..Address::default()
        }
    }
}

/// A place on Earth, in degrees of WGS 84.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GeoCoordinates {
    /// `GeoCoordinates`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Degrees north, −90 to 90.
    pub latitude: serde_json::Number,
    /// Degrees east, −180 to 180.
    pub longitude: serde_json::Number,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A recipient, named in clear or by a salted hash (a closed class: no further members).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityObject {
    /// `IdentityObject`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether `identity_hash` is a hash, or the identifier itself.
    pub hashed: bool,
    /// `sha256$…` or `md5$…` with lower-case hex; or the identifier in clear.
    pub identity_hash: String,
    /// What sort of identifier it is.
    pub identity_type: IdentifierType,
    /// Text put behind the identifier before hashing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}

/// A name in another system (a closed class: no further members).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentifierEntry {
    /// `IdentifierEntry`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name there.
    pub identifier: String,
    /// What sort of identifier it is.
    pub identifier_type: IdentifierType,
}

words! {
    /// What sort of identifier something is (`IdentifierTypeEnum`).
    IdentifierType, open: true, [
        "name" "sourcedId" "systemId" "productId" "userName" "accountId" "emailAddress"
        "nationalIdentityNumber" "isbn" "issn" "lisSourcedId" "oneRosterSourcedId"
        "sisSourcedId" "ltiContextId" "ltiDeploymentId" "ltiToolId" "ltiPlatformId"
        "ltiUserId" "identifier"
    ];
}

json_both_ways! {
    Profile, "a profile";
}
