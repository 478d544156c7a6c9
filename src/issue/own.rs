//! Verifying our own work with the code a stranger uses, before anybody gets it (threat H9).

use super::lint::Signed;
use crate::clock::Timestamp;
use crate::did::{Document, Purpose};
use crate::json;
use crate::keys::PublicKey;
use crate::proof::{Expected, Secured, jwt};

/// Whether a signed document verifies against its issuer's document, in both its forms.
pub(super) fn verify(signed: &Signed, issuer: &Document, _now: Timestamp) -> Result<(), String> {
    let document = json::parse(&signed.document).map_err(|error| error.to_string())?;
    let secured = Secured::read(document).map_err(|error| error.to_string())?;
    let proof = secured.proof(0).map_err(|error| error.to_string())?;
    let key = key(issuer, proof.verification_method)?;
    secured
        .check(0, key, &Expected::CREDENTIAL)
        .map_err(|error| error.to_string())?;
    if let Some(token) = &signed.jwt {
        let token = jwt::read(token).map_err(|error| error.to_string())?;
        let kid = token.header.kid.as_deref().unwrap_or_default();
        token
            .verify(self::key(issuer, kid)?)
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn key<'d>(issuer: &'d Document, url: &str) -> Result<&'d PublicKey, String> {
    let method = issuer.method(url, Purpose::AssertionMethod);
    let key = method.and_then(|method| method.public_key());
    key.map_err(|error| error.to_string())
}
