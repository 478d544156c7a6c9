//! Ids and types that a file leaves out, filled in always the same way.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::ids::AchievementId;
use crate::issue::{Fault, text::uuid_urn};
use crate::json::{self, Value};

/// Fills in what the standard wants and the file left out; answers the achievement's `id`.
pub(super) fn fill(file: &mut Value<'static>, meaning: &str, faults: &mut Vec<Fault>) -> String {
    let uri = match file.get("id") {
        None => {
            let digest = Sha256::digest(json::canonical(file).as_bytes());
            uuid_urn(first_16(&digest))
        }
        Some(Value::String(uri)) if is_uri(uri) => uri.clone().into_owned(),
        Some(_) => {
            faults.push(Fault::new(
                "/id",
                "is not an absolute URI (https://… or urn:…)",
            ));
            String::new()
        }
    };
    let mut members = vec![
        ("id".into(), Value::from(uri.clone())),
        (
            "type".into(),
            Value::Array(vec![Value::from("Achievement")]),
        ),
    ];
    if let Some(given) = file.get("type") {
        let names: Vec<_> = given.one_or_many().to_vec();
        if !names.contains(&Value::from("Achievement")) {
            faults.push(Fault::new("/type", "does not contain Achievement"));
        }
        members[1].1 = Value::Array(names);
    }
    file.remove("id");
    file.remove("type");
    if file.get("description").is_none() {
        file.set("description", Value::from(meaning.to_owned()));
    }
    if let Some(Value::Array(alignments)) = file.get_mut("alignment") {
        for alignment in alignments {
            default_type(alignment, "Alignment");
        }
    }
    if let Value::Object(rest) = file {
        members.append(rest);
        *rest = members;
    }
    uri
}

/// Gives an object its `type` if it has none.
pub(in crate::issue) fn default_type(object: &mut Value<'static>, name: &'static str) {
    if object.get("type").is_none() {
        object.set("type", Value::Array(vec![Value::from(name)]));
    }
}

/// Whether `text` looks like an absolute URI: a scheme, a colon, something behind it, no spaces.
pub(in crate::issue) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        && !rest.is_empty()
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && !text.contains(['<', '>', '"', '{', '}', '|', '\\', '^', '`'])
}

pub(super) fn row_id(uri: &str) -> AchievementId {
    let digest = Sha256::digest(uri.as_bytes());
    let text = URL_SAFE_NO_PAD.encode(first_16(&digest));
    AchievementId::try_from(text).unwrap_or_else(|_| unreachable!("16 bytes make an id"))
}

pub(super) fn first_16(digest: &[u8]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes
}
