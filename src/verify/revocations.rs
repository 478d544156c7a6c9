//! `1EdTechRevocationList`: a list of an issuer that names what was taken back (Open Badges 3.0
//! §B `CredentialStatus`, VCRL 1.0). It is not signed: it is believed because the signed credential
//! names its address, and the list names the same issuer.

use crate::{
    json::{self, Value},
    status::Purpose,
};

use super::{
    sources::Sources,
    status::{Told, bad_list, not_fetched},
};

/// Looks for the credential `id` of `issuer` in the list at `url`.
pub(super) async fn look_up(
    sources: &dyn Sources,
    url: &str,
    issuer: &str,
    id: Option<&str>,
) -> Told {
    let found = match sources.document(url).await {
        Ok(found) => found,
        Err(why) => return Told::Not(not_fetched(why)),
    };
    let refuse = |sentence: &str| Told::Not(bad_list("revocation_list", sentence));
    let list = match json::parse(&found.text) {
        Ok(list) if list.members().is_some() => list,
        _ => return refuse("The revocation list is not readable JSON."),
    };
    if list.get("id").and_then(Value::as_str) != Some(url) {
        return refuse("What stands at the address of the revocation list is another one.");
    }
    let of = match list.get("issuer") {
        Some(Value::String(of)) => Some(of.as_ref()),
        Some(profile) => profile.get("id").and_then(Value::as_str),
        None => None,
    };
    if of != Some(issuer) {
        return refuse("The revocation list is of somebody else than the issuer.");
    }
    // The standard has one name; the field also writes the other.
    let entries = list
        .get("revokedCredential")
        .or_else(|| list.get("revokedCredentials"));
    let Some(Value::Array(entries)) = entries else {
        return refuse("The revocation list has no list of credentials.");
    };
    let names = |entry: &Value<'_>| match entry {
        Value::String(named) => Some(named.as_ref()) == id,
        entry => {
            let not_any_more = entry.get("revoked") == Some(&Value::Bool(false));
            entry.get("id").and_then(Value::as_str) == id && !not_any_more
        }
    };
    if id.is_none() || entries.iter().any(names) {
        Told::Set(Purpose::Revocation, found.as_of)
    } else {
        Told::Unset(found.as_of)
    }
}
