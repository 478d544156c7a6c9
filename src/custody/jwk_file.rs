//! Keys in JWK files, for signing and checking on this machine: a JWK, or a verification method with
//! one (Controlled Identifiers §2.2). Private halves are wiped when dropped and never printed.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p521::ecdsa::signature::Signer as _;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair},
};
use zeroize::Zeroizing;

use super::Fault;
use crate::{
    json::{self, Value},
    keys::{Kind, PublicKey, SigningKey},
};

/// A key out of a file.
pub struct JwkFile {
    /// The public key.
    pub public: PublicKey,
    /// Its own name, as a token's `kid` has it: the URL of the method, or else the `kid` of the JWK,
    /// or its thumbprint.
    pub kid: String,
    /// What the JWK itself calls it (`kid`).
    pub key_id: Option<String>,
    /// Who controls it, if the file says so.
    pub controller: Option<String>,
    secret: Option<Secret>,
}

enum Secret {
    Ed25519(Box<SigningKey>),
    Ecdsa(Box<EcdsaKeyPair>),
    P521(Box<p521::ecdsa::SigningKey>),
}

impl fmt::Debug for JwkFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwkFile")
            .field("public", &self.public)
            .field("kid", &self.kid)
            .field("controller", &self.controller)
            .field("secret", &self.secret.as_ref().map(|_| "***"))
            .finish()
    }
}

impl JwkFile {
    /// Reads a key from the text of its file. Ed25519, P-256, P-384 and P-521; RSA for checking
    /// alone.
    ///
    /// # Errors
    /// [`Fault::NotAJwk`]; nothing of a private half is in its sentence.
    pub fn read(text: &[u8]) -> Result<JwkFile, Fault> {
        let file = json::parse_bytes(text).map_err(|_| not("not JSON"))?;
        let text = |value: &Value<'_>, name: &str| {
            value.get(name).and_then(Value::as_str).map(str::to_owned)
        };
        let method = file.get("kty").is_none();
        let secret_jwk = match method {
            true => file.get("secretKeyJwk"),
            false => file.get("d").map(|_| &file),
        };
        let jwk = match method {
            true => file.get("publicKeyJwk").or(secret_jwk),
            false => Some(&file),
        };
        let jwk = jwk.ok_or_else(|| not("there is no publicKeyJwk and no kty"))?;
        let public = public_key(jwk)?;
        let secret = match secret_jwk {
            None => None,
            Some(jwk) => {
                if public_key(jwk)? != public {
                    return Err(not("secretKeyJwk is of another key than publicKeyJwk"));
                }
                Some(secret(jwk, &public)?)
            }
        };
        let named = match method {
            true => text(&file, "id"),
            false => text(&file, "kid"),
        };
        Ok(JwkFile {
            key_id: text(jwk, "kid"),
            kid: named.unwrap_or_else(|| public.thumbprint()),
            controller: text(&file, "controller"),
            public,
            secret,
        })
    }

    /// The algorithm it signs with, as a token's `alg` has it.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        self.public.kind().algorithms()[0]
    }

    /// Signs `message`: 64 bytes, 96 with P-384 or 132 with P-521. Ed25519 and P-521 (RFC 6979)
    /// always give the same ones.
    ///
    /// # Errors
    /// [`Fault::NotAJwk`] if the file has no private half.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        match &self.secret {
            None => Err(not("there is no private half (d) to sign with")),
            Some(Secret::Ed25519(key)) => Ok(key.sign(message).to_vec()),
            Some(Secret::P521(key)) => {
                let signature: p521::ecdsa::Signature = key
                    .try_sign(message)
                    .map_err(|_| not("the key does not sign"))?;
                Ok(signature.to_bytes().to_vec())
            }
            Some(Secret::Ecdsa(key)) => key
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| not("the key does not sign")),
        }
    }
}

fn public_key(jwk: &Value<'_>) -> Result<PublicKey, Fault> {
    let mut public = jwk.clone().into_owned();
    public.remove("d");
    PublicKey::from_jwk(&public).map_err(|error| not(&error.to_string()))
}

fn secret(jwk: &Value<'_>, public: &PublicKey) -> Result<Secret, Fault> {
    let wrong = || not("d is not the private half of the key");
    let d = jwk.get("d").and_then(Value::as_str).ok_or_else(wrong)?;
    let d = Zeroizing::new(URL_SAFE_NO_PAD.decode(d).map_err(|_| wrong())?);
    let algorithm = match public.kind() {
        Kind::Ed25519 => {
            let seed = <&[u8; 32]>::try_from(d.as_slice()).map_err(|_| wrong())?;
            let key = SigningKey::from_seed(seed);
            return match key.public() == *public {
                true => Ok(Secret::Ed25519(Box::new(key))),
                false => Err(wrong()),
            };
        }
        Kind::P521 => {
            let key = p521::ecdsa::SigningKey::from_slice(&d).map_err(|_| wrong())?;
            let point = key.verifying_key().to_sec1_point(false);
            return match point.as_bytes() == public.as_bytes() {
                true => Ok(Secret::P521(Box::new(key))),
                false => Err(wrong()),
            };
        }
        Kind::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
        Kind::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
        Kind::Rsa => return Err(not("RSA keys only check")),
    };
    let random = SystemRandom::new();
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, &d, public.as_bytes(), &random)
        .map(|pair| Secret::Ecdsa(Box::new(pair)))
        .map_err(|_| wrong())
}

fn not(sentence: &str) -> Fault {
    Fault::NotAJwk(sentence.to_owned())
}
