//! Compact JWTs: the signature of a token, and the issuer's key behind it.

use jiff::Timestamp;

use crate::{
    did::{Purpose, split_fragment},
    json::Value,
    proof::jwt::{Claims, JwtError, Token},
};

use super::{
    binding::{self, Controller, NoKey},
    report::{Check, CheckId},
    signature::Signed,
    sources::Sources,
};

/// Checks the signature of a token with a key of the issuer that the credential in it names.
pub(super) async fn check(
    sources: &dyn Sources,
    token: &Token<'_>,
    claims: &Claims<'_>,
    now: Timestamp,
) -> Signed {
    let issuer = binding::issuer_id(&claims.credential).unwrap_or_default();
    let made = Made {
        purpose: Purpose::AssertionMethod,
        at: signed_at(&claims.credential),
        expires: claims.signature_expires,
    };
    check_by(sources, token, issuer, made, now).await
}

/// What a signature was made for, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made {
    pub(super) purpose: Purpose,
    pub(super) at: Option<Timestamp>,
    /// From when on it must not be believed.
    pub(super) expires: Option<Timestamp>,
}

/// Checks the signature of a token with a key of `issuer`.
pub(super) async fn check_by(
    sources: &dyn Sources,
    token: &Token<'_>,
    issuer: &str,
    made: Made,
    now: Timestamp,
) -> Signed {
    let url = match named_key(token, issuer) {
        Ok(url) => url,
        Err(no_key) => return no_key_of(&no_key),
    };
    let controller = match binding::controller(sources, issuer).await {
        Ok(controller) => controller,
        Err(no_key) => return no_key_of(&no_key),
    };
    let checked = with_key(token, &controller, url.as_deref(), made);
    let proof = match checked {
        Err(no_key) => return no_key_of(&no_key),
        Ok(Err(error)) => failed(&error),
        Ok(Ok(())) if made.expires.is_some_and(|at| at < now) => Check::fail(
            CheckId::Proof,
            "proof_expired",
            "The signature has expired.",
        ),
        Ok(Ok(())) => Check::pass(CheckId::Proof, good(token)),
    };
    Signed {
        checks: vec![proof, controller.check()],
        method: Some(controller.method),
    }
}

/// The URL of the key that the header names, under the issuer (threats C5, C6); `None` if the
/// header only brings a key along.
fn named_key(token: &Token<'_>, issuer: &str) -> Result<Option<String>, NoKey> {
    let Some(kid) = token.header.kid.as_deref() else {
        return match token.header.jwk {
            Some(_) => Ok(None),
            None => Err(NoKey::NotNamed),
        };
    };
    if kid.starts_with('#') {
        return Ok(Some(format!("{issuer}{kid}")));
    }
    let is_name = !kid.contains(':');
    if is_name {
        return Ok(Some(format!("{issuer}#{kid}")));
    }
    if split_fragment(kid).0 == issuer {
        Ok(Some(kid.to_owned()))
    } else {
        Err(NoKey::OtherController)
    }
}

/// A key in the header counts only if it is the one that the issuer publishes (threat C3).
fn with_key(
    token: &Token<'_>,
    controller: &Controller,
    url: Option<&str>,
    made: Made,
) -> Result<Result<(), JwtError>, NoKey> {
    let brought = match &token.header.jwk {
        Some(Ok(key)) => Some(key),
        Some(Err(_)) => return Err(NoKey::OtherController),
        None => None,
    };
    let url = match (url, brought) {
        (Some(url), _) => url,
        (None, Some(key)) => controller.url_of(key).ok_or(NoKey::OtherController)?,
        (None, None) => return Err(NoKey::NotNamed),
    };
    let key = controller.key(url, made.purpose, made.at)?;
    if brought.is_some_and(|brought| brought != key) {
        return Err(NoKey::OtherController);
    }
    Ok(token.verify(key))
}

/// A token has no date of its own: the one from which the credential holds stands for it.
fn signed_at(credential: &Value) -> Option<Timestamp> {
    let date = credential
        .get("validFrom")
        .or_else(|| credential.get("issuanceDate"))?;
    crate::credential::dates::stamp(date.as_str()?).ok()
}

fn good(token: &Token<'_>) -> String {
    let ignored = &token.header.ignored;
    let note = if ignored.is_empty() {
        String::new()
    } else {
        format!(
            " Its header points to keys elsewhere ({}); that was ignored.",
            ignored.join(", ")
        )
    };
    let algorithm = token.header.algorithm_name();
    format!("The text is exactly what was signed (token, {algorithm}).{note}")
}

fn no_key_of(no_key: &NoKey) -> Signed {
    let proof = Check::skipped(
        CheckId::Proof,
        "Without the issuer's key the signature says nothing.",
    );
    Signed {
        checks: vec![proof, no_key.check()],
        method: None,
    }
}

/// The check for a token that does not hold.
pub(super) fn failed(error: &JwtError) -> Check {
    let sentence = super::input::sentence(&error.to_string());
    if error.is_unknown() {
        return Check::unknown(CheckId::Proof, "unsupported_proof", sentence);
    }
    let reason = match error {
        JwtError::Signature => "signature_mismatch",
        JwtError::Claim { .. } => "claim_mismatch",
        JwtError::Header { .. } => "token_header",
        _ => "malformed_token",
    };
    Check::fail(CheckId::Proof, reason, sentence).problem(error.problem())
}
