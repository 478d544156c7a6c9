//! Compact JWTs: the signature of a token, and the issuer's key behind it.

use jiff::Timestamp;

use crate::{
    did::{DocumentError, Purpose, jwks, split_fragment},
    json::Value,
    keys::PublicKey,
    proof::jwt::{Algorithm, Claims, JwtError, Token},
};

use super::{
    binding::{self, Controller, NoKey},
    judge::Ask,
    report::{Check, CheckId},
    signature::{self, Signed},
    technical::{KeyPath, Technical},
};

/// Checks the signature of a token with a key of the issuer that the credential in it names.
pub(super) async fn check(ask: Ask<'_>, token: &Token<'_>, claims: &Claims<'_>) -> Signed {
    let issuer = binding::issuer_id(&claims.credential).unwrap_or_default();
    let made = Made {
        purpose: Purpose::AssertionMethod,
        at: signed_at(&claims.credential),
        expires: claims.signature_expires,
    };
    check_by(ask, token, issuer, made).await
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
pub(super) async fn check_by(ask: Ask<'_>, token: &Token<'_>, issuer: &str, made: Made) -> Signed {
    if !ask.effort.spend(1) {
        return Signed::not(signature::too_much(CheckId::Proof));
    }
    let named = match named_key(token, issuer) {
        Ok(named) => named,
        Err(no_key) => return no_key_of(token, &no_key),
    };
    let controller = match binding::for_token(ask.sources, issuer).await {
        Ok(controller) => controller,
        Err(no_key) => return no_key_of(token, &no_key),
    };
    let mut path = None;
    let checked = with_key(token, &controller, &named, made, &mut path);
    let mut technical = told_by(token);
    let proof = match checked {
        Err(no_key) => return no_key_of(token, &no_key),
        Ok(Err(error)) => failed(&error),
        Ok(Ok(())) if made.expires.is_some_and(|at| at < ask.now) => Check::fail(
            CheckId::Proof,
            "proof_expired",
            "The signature has expired.",
        ),
        Ok(Ok(())) => Check::pass(CheckId::Proof, good(token)),
    };
    technical.key = path;
    Signed {
        checks: vec![proof, controller.check()],
        method: Some(controller.method),
        proof: None,
        is_selective: false,
        technical,
    }
}

/// What the header of a token says, true or not.
fn told_by(token: &Token<'_>) -> Technical {
    Technical {
        suite: Some(format!("JWT {}", token.header.algorithm_name())),
        verification_method: token.header.kid.as_deref().map(str::to_owned),
        ..Technical::default()
    }
}

/// How many keys of a set are tried, if it calls none of them by the name in the header.
const MAX_TRIED: usize = 8;

/// What the header of a token says about its key.
enum Named<'t> {
    /// A URL under the issuer, and what was written.
    Under(String, &'t str),
    /// Another address on the issuer's site.
    OnSite(&'t str),
    /// The header only brings a key along.
    Brought,
}

/// Which key the header names: one under the issuer, or on its site (threats C5, C6).
fn named_key<'t>(token: &'t Token<'_>, issuer: &str) -> Result<Named<'t>, NoKey> {
    let Some(kid) = token.header.kid.as_deref() else {
        return match token.header.jwk {
            Some(_) => Ok(Named::Brought),
            None => Err(NoKey::NotNamed),
        };
    };
    if let Some(name) = kid.strip_prefix('#') {
        return Ok(Named::Under(format!("{issuer}{kid}"), name));
    }
    if !kid.contains(':') {
        return Ok(Named::Under(format!("{issuer}#{kid}"), kid));
    }
    if split_fragment(kid).0 == issuer {
        Ok(Named::Under(kid.to_owned(), kid))
    } else if jwks::same_site(kid, issuer) {
        Ok(Named::OnSite(kid))
    } else {
        Err(NoKey::OtherController)
    }
}

/// A key in the header counts only if it is the one that the issuer publishes (threat C3).
fn with_key(
    token: &Token<'_>,
    controller: &Controller,
    named: &Named<'_>,
    made: Made,
    path: &mut Option<KeyPath>,
) -> Result<Result<(), JwtError>, NoKey> {
    let is_checked = matches!(token.header.algorithm, Algorithm::Of(_));
    let brought = match (&token.header.jwk, named) {
        (Some(Ok(key)), _) => Some(key),
        // Neither the key nor the algorithm is used here: nothing speaks against them.
        (Some(Err(error)), Named::Brought) if error.is_unknown() && !is_checked => {
            return Err(NoKey::Document(DocumentError::Key(error.clone())));
        }
        (Some(Err(error)), _) if error.is_unknown() && !is_checked => None,
        (Some(Err(_)), _) => return Err(NoKey::OtherController),
        (None, _) => None,
    };
    if let (Algorithm::NotSupportedYet(name), true) = (&token.header.algorithm, controller.is_set) {
        return Ok(Err(JwtError::NotSupportedYet(name.clone())));
    }
    let mut answer = Err(NoKey::Document(DocumentError::NoMethod));
    for url in urls(token, controller, named, brought)? {
        let key = controller.key(&url, made.purpose, made.at)?;
        if brought.is_some_and(|brought| brought != key) {
            return Err(NoKey::OtherController);
        }
        *path = Some(KeyPath::of(controller, &url, key));
        answer = Ok(token.verify(key));
        if let Ok(Ok(())) = answer {
            break;
        }
    }
    answer
}

/// The methods of the issuer that a token may mean: one, or those of a set that names none so.
fn urls(
    token: &Token<'_>,
    controller: &Controller,
    named: &Named<'_>,
    brought: Option<&PublicKey>,
) -> Result<Vec<String>, NoKey> {
    let (url, name) = match (named, brought) {
        (Named::Under(url, name), _) => (Some(url), *name),
        // A document with keys has the last word; only the site's own set may name keys elsewhere.
        (Named::OnSite(kid), _) if controller.is_set => (None, *kid),
        (Named::OnSite(_), _) | (Named::Brought, None) => return Err(NoKey::OtherController),
        (Named::Brought, Some(key)) => {
            let url = controller.url_of(key).ok_or(NoKey::OtherController)?;
            return Ok(vec![url.to_owned()]);
        }
    };
    let methods = controller.document.methods();
    if let Some(url) = url.filter(|url| methods.iter().any(|method| method.id == **url)) {
        return Ok(vec![url.clone()]);
    }
    if let Some(url) = controller.url_called(name) {
        return Ok(vec![url.to_owned()]);
    }
    if !controller.is_set {
        return Ok(url.cloned().into_iter().collect());
    }
    let fits = |key: &PublicKey| token.header.algorithm == Algorithm::Of(key.kind());
    let of_kind = methods
        .iter()
        .filter(|method| method.public_key().is_ok_and(fits));
    Ok(of_kind
        .take(MAX_TRIED)
        .map(|method| method.id.clone())
        .collect())
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

fn no_key_of(token: &Token<'_>, no_key: &NoKey) -> Signed {
    let proof = Check::skipped(
        CheckId::Proof,
        "Without the issuer's key the signature says nothing.",
    );
    Signed {
        checks: vec![proof, no_key.check()],
        method: None,
        proof: None,
        is_selective: false,
        technical: told_by(token),
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
