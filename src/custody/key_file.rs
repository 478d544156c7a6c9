//! Private keys in files: a Multikey with its secret half, as in `keys-example/`.

use zeroize::Zeroizing;

use super::Fault;
use crate::{
    json::{self, Value},
    keys::{PublicKey, SigningKey},
};

/// Reads a private key from the JSON text of a Multikey: `secretKeyMultibase` (base58btc of
/// `80 26` and the 32 bytes of the seed) and `publicKeyMultibase` (Controlled Identifiers §2.2.2).
///
/// # Errors
/// [`Fault::NotAKey`]; no part of the key is in its sentence.
pub fn read_key_file(text: &[u8]) -> Result<SigningKey, Fault> {
    let document = json::parse_bytes(text).map_err(|_| not("not JSON"))?;
    let member = |name: &str| match document.pointer(&format!("/{name}")) {
        Some(Value::String(text)) => Ok(text.to_string()),
        _ => Err(not(&format!("there is no {name}"))),
    };
    let secret = Zeroizing::new(member("secretKeyMultibase")?);
    let key = SigningKey::from_multikey(&secret)?;
    if PublicKey::from_multikey(&member("publicKeyMultibase")?)? != key.public() {
        return Err(not("publicKeyMultibase is not the public half"));
    }
    Ok(key)
}

fn not(sentence: &str) -> Fault {
    Fault::NotAKey(sentence.to_owned())
}
