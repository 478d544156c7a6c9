//! RSA public keys in PEM, as Open Badges 2.0 publishes them (`publicKeyPem`): a
//! `SubjectPublicKeyInfo` (RFC 5280 §4.1) or an `RSAPublicKey` (RFC 8017 §A.1.1).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::keys::PublicKey;

/// rsaEncryption, 1.2.840.113549.1.1.1.
const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// The key in a PEM text; `None` for anything but one strong RSA key.
pub(super) fn key(pem: &str) -> Option<PublicKey> {
    let body = |label: &str| {
        let text = pem
            .trim()
            .strip_prefix(&format!("-----BEGIN {label}-----"))?;
        let text = text.strip_suffix(&format!("-----END {label}-----"))?;
        let packed: String = text.split_ascii_whitespace().collect();
        STANDARD.decode(packed).ok()
    };
    let (n, e) = match body("PUBLIC KEY") {
        Some(der) => numbers(inside_info(&der)?)?,
        None => numbers(&body("RSA PUBLIC KEY")?)?,
    };
    PublicKey::rsa(&n, &e).ok()
}

/// The `RSAPublicKey` in a `SubjectPublicKeyInfo`.
fn inside_info(der: &[u8]) -> Option<&[u8]> {
    let (info, rest) = take(der, SEQUENCE)?;
    let (algorithm, info) = take(info, SEQUENCE)?;
    let (id, _) = take(algorithm, OBJECT_ID)?;
    let (bits, more) = take(info, BIT_STRING)?;
    let (unused, key) = bits.split_first()?;
    (id == RSA && rest.is_empty() && more.is_empty() && *unused == 0).then_some(key)
}

/// Modulus and exponent, without the zero in front that keeps a number positive.
fn numbers(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (key, rest) = take(der, SEQUENCE)?;
    let (n, key) = take(key, INTEGER)?;
    let (e, key) = take(key, INTEGER)?;
    let plain = |number: &[u8]| number.strip_prefix(&[0]).unwrap_or(number).to_vec();
    (rest.is_empty() && key.is_empty()).then(|| (plain(n), plain(e)))
}

/// The content of the element of a kind that `der` begins with, and what follows it.
fn take(der: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    if *found != kind {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..=0x7F => (usize::from(*short), rest),
        long @ 0x81..=0x82 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x0F))?;
            let fold = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
            (bytes.iter().fold(0, fold), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}
