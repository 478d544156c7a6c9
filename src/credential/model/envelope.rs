//! What every credential has around its claim: pictures, proof, status, schema, services.

use serde::{Deserialize, Deserializer, Serialize};

use super::form::Extra;

/// A picture (a closed class: no further members).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// An address, or the picture itself as a `data:` URI.
    pub id: String,
    /// `Image`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What can be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

impl Image {
    /// The picture at `id`.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Image {
        Image {
            id: id.into(),
            kind: "Image".to_owned(),
            caption: None,
        }
    }
}

/// A bare string is the compact form of an image: its `id`.
impl<'de> Deserialize<'de> for Image {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Image, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Uri(String),
            Whole {
                id: String,
                #[serde(rename = "type")]
                kind: String,
                caption: Option<String>,
            },
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::Uri(id) => Image::new(id),
            Form::Whole { id, kind, caption } => Image { id, kind, caption },
        })
    }
}

/// A Data Integrity proof (W3C VC Data Integrity 1.0 §2.1), as it stands in the credential.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// `DataIntegrityProof`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The suite, such as `eddsa-rdfc-2022`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cryptosuite: Option<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<super::DateTime>,
    /// The URL of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_method: Option<String>,
    /// `assertionMethod` for a credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_purpose: Option<String>,
    /// The signature, in Multibase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_value: Option<String>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Where it can be seen whether the credential was taken back.
///
/// The members are those of a `BitstringStatusListEntry` (W3C Bitstring Status List 1.0 §2.1);
/// other types keep theirs in `extra`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialStatus {
    /// Its URI, not the list's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `BitstringStatusListEntry`, or another type.
    #[serde(rename = "type")]
    pub kind: String,
    /// `revocation`, `suspension`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_purpose: Option<String>,
    /// The position in the list: a whole number in decimal digits, as text. Some issuers write a
    /// JSON number; it is kept as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_list_index: Option<serde_json::Value>,
    /// The address of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_list_credential: Option<String>,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A thing with an id and a type: `credentialSchema`, `refreshService`, `termsOfUse`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Typed {
    /// Its URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Members that have no field here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Typed {
    /// The thing at `id`, of the type `kind`.
    #[must_use]
    pub fn new(id: impl Into<String>, kind: impl Into<String>) -> Typed {
        Typed {
            id: Some(id.into()),
            kind: kind.into(),
            ..Typed::default()
        }
    }
}
