//! Signed badges (Open Badges 2.0 §SignedBadge): a token whose payload is the assertion. The key
//! counts only if the issuer's own profile lists it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    json::{self, Value},
    keys::PublicKey,
    proof::jwt,
};

use super::{
    super::{
        judge::Ask,
        report::{Check, CheckId, Form, Report},
        short::{bad_token, short},
        token::failed,
    },
    answer::Answering,
    objects::{self, Read, Told, text},
    pem, revoked, unfit,
};

/// The payload of a token, unchecked.
pub(super) fn payload(token: &str) -> Option<Value<'static>> {
    let part = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    json::parse_bytes(&bytes).ok().map(Value::into_owned)
}

/// A signed badge.
pub(super) async fn token(ask: Ask<'_>, text: &str) -> Report {
    let token = match jwt::read(text) {
        Ok(token) => token,
        Err(error) => return bad_token(&error, ask),
    };
    let assertion = payload(text).unwrap_or(Value::Null);
    if let Some(check) = unfit(&assertion) {
        return short(check, ask);
    }
    let mut answer = Answering::begin(Form::SignedBadge, &assertion);
    let mut told = None;
    let signed_by = match named_key(&assertion) {
        Some(id) => objects::at(ask, id, "key").await,
        // The badge does not name its key: it is the one that its issuer's profile names.
        None => match objects::read(ask, &assertion).await {
            Ok(parts) => {
                let key = own_key(ask, &parts.issuer).await;
                told = Some(parts);
                key
            }
            Err(check) => Err(check),
        },
    };
    let key = match signed_by {
        Ok(key) => key,
        Err(check) => {
            answer.push(check);
            return answer.report(ask, &assertion, None).await;
        }
    };
    answer.technical.suite = Some(format!("JWT {}", token.header.algorithm_name()));
    answer.technical.verification_method = Some(key.id().to_owned());
    answer.push(signature(&token, &key));
    if answer.is_wrong() {
        return answer.report(ask, &assertion, None).await;
    }
    let told = match told {
        Some(told) => told,
        None => match objects::read(ask, &assertion).await {
            Ok(told) => told,
            Err(check) => {
                answer.push(check);
                return answer.report(ask, &assertion, None).await;
            }
        },
    };
    answer.push(binding(&key, &told.issuer));
    answer.parts(&told);
    if !answer.is_wrong() {
        answer.push(status(ask, &assertion, &told).await);
    }
    answer.report(ask, &assertion, Some(&told)).await
}

/// The address of the key that a badge names.
fn named_key<'v>(assertion: &'v Value<'_>) -> Option<&'v str> {
    let creator = assertion.pointer("/verification/creator")?;
    creator.as_str().or_else(|| text(creator, "id"))
}

/// The first key that an issuer's profile names.
async fn own_key(ask: Ask<'_>, issuer: &Read) -> Result<Read, Check> {
    let named = issuer.value.get("publicKey").map(Value::one_or_many);
    match named.unwrap_or_default().first() {
        Some(key) => objects::part(ask, key, "key").await,
        None => Err(Check::fail(
            CheckId::KeyBinding,
            "no_key_named",
            "It does not say which key signed it, and neither does its issuer.",
        )),
    }
}

fn signature(token: &jwt::Token<'_>, key: &Read) -> Check {
    let public: Option<PublicKey> = text(&key.value, "publicKeyPem").and_then(pem::key);
    let Some(public) = public else {
        let sentence = "The key that it names is none that can be trusted: an RSA key of at least 2048 bits in PEM.";
        return Check::fail(CheckId::Proof, "weak_or_malformed_key", sentence);
    };
    match token.verify(&public) {
        Ok(()) => Check::pass(
            CheckId::Proof,
            format!(
                "The text is exactly what was signed (token, {}).",
                token.header.algorithm_name()
            ),
        )
        .of_age(key.as_of),
        Err(error) => failed(&error),
    }
}

/// Whether the key is the issuer's: it says so, and the issuer's profile says so.
fn binding(key: &Read, issuer: &Read) -> Check {
    let id = CheckId::KeyBinding;
    let named = issuer.value.get("publicKey").map(Value::one_or_many);
    let listed = named.unwrap_or_default().iter().any(|named| {
        let named = named.as_str().or_else(|| text(named, "id"));
        named == Some(key.id())
    });
    let owned = text(&key.value, "owner").is_none_or(|owner| owner == issuer.id());
    // A profile that stands only in the badge itself was written by whoever signed it.
    if issuer.as_of.is_some() && listed && owned {
        Check::pass(id, "The issuer's own profile lists the key.").of_age(issuer.as_of)
    } else {
        let sentence =
            "It was signed with a key that belongs to somebody else than the issuer it names.";
        Check::fail(id, "issuer_key_mismatch", sentence)
    }
}

/// Whether the issuer's list of what was taken back names the badge.
async fn status(ask: Ask<'_>, assertion: &Value<'_>, told: &Told) -> Check {
    let id = CheckId::Status;
    let Some(list) = told.issuer.value.get("revocationList") else {
        return Check::skipped(
            id,
            "Its issuer names no list in which it could be taken back.",
        );
    };
    match objects::part(ask, list, "revocation list").await {
        Err(check) => Check::unknown(id, "status_unavailable", check.sentence),
        Ok(list) if is_listed(&list.value, assertion) => revoked(list.as_of),
        Ok(list) => Check::pass(id, "The issuer has not taken it back.").of_age(list.as_of),
    }
}

/// Whether a list names a badge, by its id or by its older `uid`.
fn is_listed(list: &Value, assertion: &Value) -> bool {
    let entries = list.get("revokedAssertions").map(Value::one_or_many);
    let ids = [text(assertion, "id"), text(assertion, "uid")];
    entries.unwrap_or_default().iter().any(|entry| {
        let named = match entry {
            Value::String(named) => Some(named.as_ref()),
            object => text(object, "id").or_else(|| text(object, "uid")),
        };
        named.is_some() && ids.contains(&named)
    })
}
