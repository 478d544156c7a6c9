//! did:jwk: the identifier is a JSON Web Key, in base64url.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Did, DidError, Document, Resolved, VerificationMethod};
use crate::{json, keys::PublicKey};

/// The DID of a key, over its shortest JWK.
#[must_use]
pub fn did(key: &PublicKey) -> Did {
    let jwk = URL_SAFE_NO_PAD.encode(json::canonical(&key.to_jwk()));
    Did {
        text: format!("did:jwk:{jwk}"),
        id_at: "did:jwk:".len(),
    }
}

/// The document of a did:jwk: one method `#0`. Two spellings of one JWK are two DIDs.
///
/// # Errors
/// [`DidError::Malformed`] if the identifier is no JSON in base64url; [`DidError::Key`] if it is
/// no public signing key that may be used.
pub fn resolve(did: &Did) -> Result<Resolved, DidError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(did.id())
        .map_err(|_| DidError::Malformed("the id of a did:jwk is base64url without padding"))?;
    let jwk = json::parse_bytes(&bytes)
        .map_err(|_| DidError::Malformed("the id of a did:jwk is a JSON Web Key"))?;
    let key = PublicKey::from_jwk(&jwk)?;
    let method = VerificationMethod::json_web_key(format!("{did}#0"), did.as_str(), key);
    let mut document = Document::new(did.as_str());
    document.add_for_signing(method);
    Ok(Resolved::Document(Box::new(document)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        did::Purpose,
        keys::{KeyError, SigningKey},
    };

    fn resolve_jwk(jwk: &str) -> Result<Resolved, DidError> {
        let did = format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(jwk));
        resolve(&Did::parse(&did).expect("a DID"))
    }

    #[test]
    fn a_key_goes_into_its_did_and_back() {
        let key = SigningKey::from_seed(&[7; 32]).public();
        let did = did(&key);
        let Ok(Resolved::Document(document)) = did.resolve() else {
            panic!("no document")
        };
        let method = document.method(&format!("{did}#0"), Purpose::AssertionMethod);
        assert_eq!(method.expect("a method").key, Ok(key));
    }

    #[test]
    fn private_and_malformed_keys_are_refused() {
        let malformed = |why| Err(DidError::Malformed(why));
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        assert_eq!(
            resolve_jwk(&format!(
                r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}","d":"AA"}}"#
            )),
            Err(DidError::Key(KeyError::Private))
        );
        assert_eq!(
            resolve_jwk("no json"),
            malformed("the id of a did:jwk is a JSON Web Key")
        );
        assert_eq!(
            Did::parse("did:jwk:A.B").expect("a DID").resolve(),
            malformed("the id of a did:jwk is base64url without padding")
        );
    }
}
