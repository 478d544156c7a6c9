//! The list credential: what is signed and published, and what an entry finds in it.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{Entry, Kind, List, MIN_ENTRIES, MIN_OLD_ENTRIES, Purpose, StatusError};
use crate::{
    credential::{dates, has_type},
    json::{Members, Value},
};

/// The types that say of a credential that it is a list of who was taken back.
const TYPES: [&str; 5] = [
    "BitstringStatusListCredential",
    "BitstringStatusList",
    "StatusList2021Credential",
    "StatusList2021",
    "1EdTechRevocationList",
];

/// Whether a credential says that it is a status list, by the short name of the type or its whole
/// address.
#[must_use]
pub fn is_list(credential: &Value<'_>) -> bool {
    let types = credential.get("type").or_else(|| credential.get("@type"));
    let types = types.map(Value::one_or_many).unwrap_or_default();
    let mut names = types.iter().filter_map(Value::as_str);
    names.any(|name| TYPES.contains(&name.rsplit(['#', '/', ':']).next().unwrap_or(name)))
}

/// A `BitstringStatusListCredential` (Bitstring Status List §2.2) or a `StatusList2021Credential`,
/// without its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct ListCredential {
    /// Which of them.
    pub kind: Kind,
    /// Its address, which is its id.
    pub url: String,
    /// The id of who says so.
    pub issuer: String,
    /// What the bits are about; usually one purpose.
    pub purposes: Vec<Purpose>,
    /// The bits.
    pub list: List,
    /// From when on it holds.
    pub valid_from: Option<Timestamp>,
    /// Until when it may be relied on.
    pub valid_until: Option<Timestamp>,
    /// For how long a copy may be used before it is fetched again, in milliseconds.
    pub ttl_ms: Option<u64>,
}

/// What an entry finds in its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What it is about.
    pub purpose: Purpose,
    /// The bits, as a number; 0 is unset.
    pub value: u32,
    /// What the number means, where the entry says so.
    pub message: Option<String>,
}

impl ListCredential {
    /// The credential as JSON, to be signed. `encodedList` is made anew: sign it once, and serve
    /// the signed text as it is.
    #[must_use]
    pub fn to_json(&self) -> Value<'static> {
        let member = |name, value: Value<'static>| (Cow::Borrowed(name), value);
        let text = |text: &str| Value::from(text.to_owned());
        let list = |texts: &[&str]| Value::Array(texts.iter().map(|t| text(t)).collect());
        let purposes: Vec<&str> = self.purposes.iter().map(Purpose::name).collect();
        let mut subject: Members<'static> = vec![
            member("id", format!("{}#list", self.url).into()),
            member("type", text("BitstringStatusList")),
            member(
                "statusPurpose",
                match purposes[..] {
                    [one] => text(one),
                    _ => list(&purposes),
                },
            ),
            member("encodedList", self.list.encode().into()),
        ];
        #[expect(
            clippy::cast_precision_loss,
            reason = "a time to live is far below 2^53 ms"
        )]
        if let Some(ttl) = self.ttl_ms {
            subject.push(member("ttl", Value::Number(ttl as f64)));
        }
        let mut members = vec![
            member("@context", list(&["https://www.w3.org/ns/credentials/v2"])),
            member("id", text(&self.url)),
            member(
                "type",
                list(&["VerifiableCredential", "BitstringStatusListCredential"]),
            ),
            member("issuer", text(&self.issuer)),
        ];
        for (name, at) in [
            ("validFrom", self.valid_from),
            ("validUntil", self.valid_until),
        ] {
            members.extend(at.map(|at| member(name, dates::text(at).into())));
        }
        members.push(member("credentialSubject", Value::Object(subject)));
        Value::Object(members)
    }

    /// Reads a list credential; whether it is signed, by whom, and whether it is in date is not
    /// looked at here.
    ///
    /// # Errors
    /// [`StatusError::List`].
    pub fn read(credential: &Value<'_>) -> Result<ListCredential, StatusError> {
        let (kind, subject_type) = if has_type(credential, "BitstringStatusListCredential") {
            (Kind::Bitstring, "BitstringStatusList")
        } else if has_type(credential, "StatusList2021Credential") {
            (Kind::StatusList2021, "StatusList2021")
        } else {
            return Err(StatusError::List("is not a BitstringStatusListCredential"));
        };
        let subject = match credential.get("credentialSubject").map(Value::one_or_many) {
            Some([subject]) if has_type(subject, subject_type) => subject,
            _ => {
                return Err(StatusError::List(
                    "has no subject of type BitstringStatusList",
                ));
            }
        };
        let text = |value: &Value<'_>, name: &str, missing: &'static str| {
            let found = value.get(name).and_then(Value::as_str);
            found.map(str::to_owned).ok_or(StatusError::List(missing))
        };
        let issuer = match credential.get("issuer") {
            Some(profile @ Value::Object(_)) => text(profile, "id", "names no issuer")?,
            _ => text(credential, "issuer", "names no issuer")?,
        };
        let packed = text(subject, "encodedList", "has no encodedList")?;
        Ok(ListCredential {
            kind,
            url: text(credential, "id", "has no id")?,
            issuer,
            purposes: purposes(subject)?,
            list: match kind {
                Kind::Bitstring => List::decode(&packed)?,
                Kind::StatusList2021 => List::decode_bare(&packed)?,
            },
            valid_from: date(credential, ["validFrom", "issuanceDate"])?,
            valid_until: date(credential, ["validUntil", "expirationDate"])?,
            ttl_ms: ttl(subject)?,
        })
    }

    /// Looks an entry up (Bitstring Status List §3.2, steps 3 and 6 to 11).
    ///
    /// # Errors
    /// [`StatusError::List`] for another list or another purpose, [`StatusError::Length`],
    /// [`StatusError::Range`].
    pub fn status(&self, entry: &Entry) -> Result<Status, StatusError> {
        if self.url != entry.list {
            return Err(StatusError::List("is another than the entry names"));
        }
        if self.kind != entry.kind {
            return Err(StatusError::List("is of another kind than the entry"));
        }
        if !self.purposes.contains(&entry.purpose) {
            return Err(StatusError::List("is for another purpose than the entry"));
        }
        let least = match self.kind {
            Kind::Bitstring => MIN_ENTRIES,
            Kind::StatusList2021 => MIN_OLD_ENTRIES,
        };
        let value = self.list.value_among(entry.index, entry.size, least)?;
        let message = entry.messages.iter().find(|(of, _)| *of == value);
        Ok(Status {
            purpose: entry.purpose.clone(),
            value,
            message: message.map(|(_, text)| text.clone()),
        })
    }
}

fn purposes(subject: &Value<'_>) -> Result<Vec<Purpose>, StatusError> {
    let named = subject.get("statusPurpose");
    let named = named.map_or(&[][..], Value::one_or_many).iter();
    let purposes: Option<Vec<Purpose>> = named.map(|p| p.as_str().map(Purpose::of)).collect();
    purposes
        .filter(|purposes| !purposes.is_empty())
        .ok_or(StatusError::List("has no statusPurpose"))
}

/// A date under its name in VCDM 2.0 or 1.1.
fn date(credential: &Value<'_>, names: [&str; 2]) -> Result<Option<Timestamp>, StatusError> {
    let Some(value) = names.iter().find_map(|name| credential.get(name)) else {
        return Ok(None);
    };
    let at = value.as_str().and_then(|text| dates::stamp(text).ok());
    at.map(Some)
        .ok_or(StatusError::List("has a date that cannot be read"))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range was checked"
)]
fn ttl(subject: &Value<'_>) -> Result<Option<u64>, StatusError> {
    match subject.get("ttl") {
        None => Ok(None),
        Some(Value::Number(ttl)) if (0.0..1e15).contains(ttl) => Ok(Some(*ttl as u64)),
        Some(_) => Err(StatusError::List(
            "has a ttl that is no number of milliseconds",
        )),
    }
}
