//! P-256, P-384 and P-521: points that were checked, and ECDSA signatures of fixed length.
//!
//! `ring` verifies; it wants points uncompressed, so `p256` and `p384` read the compressed ones and
//! say whether a point lies on its curve. P-521, which `ring` does not know, is verified by `p521`,
//! of the same makers. Nothing secret is ever computed here.

use p256::elliptic_curve::sec1::ToSec1Point;
use p521::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
use ring::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};

use super::KeyError;

/// An uncompressed point of P-256: `04`, x and y (SEC 1 §2.3.3).
pub(super) type P256 = [u8; 65];
/// An uncompressed point of P-384.
pub(super) type P384 = [u8; 97];
/// An uncompressed point of P-521.
pub(super) type P521 = [u8; 133];

/// Reads a point of P-256, compressed (33 bytes) or not (65).
pub(super) fn p256(bytes: &[u8]) -> Result<P256, KeyError> {
    let key = matches!(
        (bytes.first(), bytes.len()),
        (Some(2 | 3), 33) | (Some(4), 65)
    )
    .then(|| p256::PublicKey::from_sec1_bytes(bytes).ok())
    .flatten()
    .ok_or(KeyError::OffCurve("P-256"))?;
    let point = key.to_sec1_point(false);
    point
        .as_bytes()
        .try_into()
        .map_err(|_| KeyError::OffCurve("P-256"))
}

/// Reads a point of P-384, compressed (49 bytes) or not (97).
pub(super) fn p384(bytes: &[u8]) -> Result<P384, KeyError> {
    let key = matches!(
        (bytes.first(), bytes.len()),
        (Some(2 | 3), 49) | (Some(4), 97)
    )
    .then(|| p384::PublicKey::from_sec1_bytes(bytes).ok())
    .flatten()
    .ok_or(KeyError::OffCurve("P-384"))?;
    let point = key.to_sec1_point(false);
    point
        .as_bytes()
        .try_into()
        .map_err(|_| KeyError::OffCurve("P-384"))
}

/// Reads a point of P-521, compressed (67 bytes) or not (133).
pub(super) fn p521(bytes: &[u8]) -> Result<P521, KeyError> {
    let key = matches!(
        (bytes.first(), bytes.len()),
        (Some(2 | 3), 67) | (Some(4), 133)
    )
    .then(|| p521::PublicKey::from_sec1_bytes(bytes).ok())
    .flatten()
    .ok_or(KeyError::OffCurve("P-521"))?;
    let point = key.to_sec1_point(false);
    point
        .as_bytes()
        .try_into()
        .map_err(|_| KeyError::OffCurve("P-521"))
}

/// Checks `r` and `s`, 32 bytes each, over the SHA-256 of the message. Both must lie between 1 and
/// the group order (threat C7).
pub(super) fn verify_p256(point: &P256, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(message, signature)
        .map_err(|_| KeyError::Signature)
}

/// Checks `r` and `s`, 48 bytes each, over the SHA-384 of the message.
pub(super) fn verify_p384(point: &P384, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point)
        .verify(message, signature)
        .map_err(|_| KeyError::Signature)
}

/// Checks `r` and `s`, 66 bytes each, over the SHA-512 of the message.
pub(super) fn verify_p521(point: &P521, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyError::Signature)?;
    // Reading it refuses any other length, and an r or s of zero or past the group order.
    let signature = Signature::from_slice(signature).map_err(|_| KeyError::Signature)?;
    key.verify(message, &signature)
        .map_err(|_| KeyError::Signature)
}

/// The x and y of an uncompressed point.
pub(super) fn coordinates(point: &[u8]) -> (&[u8], &[u8]) {
    point[1..].split_at((point.len() - 1) / 2)
}

/// The compressed form: whether y is odd, and x.
pub(super) fn compressed(point: &[u8]) -> Vec<u8> {
    let (x, y) = coordinates(point);
    let sign = 2 + (y.last().copied().unwrap_or_default() & 1);
    std::iter::once(sign).chain(x.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a8_only_points_of_the_curve_are_keys() {
        let off = |bytes: &[u8]| assert_eq!(p256(bytes), Err(KeyError::OffCurve("P-256")));
        // The point at infinity, a compact point, a hybrid one, and lengths that do not fit.
        off(&[]);
        off(&[0]);
        off(&[5; 33]);
        off(&[6; 65]);
        off(&[2; 34]);
        off(&[4; 33]);
        off(&[2; 65]);
        // x = 5 lies on P-256, x = 1 and every x above the field prime do not.
        let at = |x: u8| {
            let mut bytes = [0; 33];
            (bytes[0], bytes[32]) = (2, x);
            bytes
        };
        off(&at(1));
        let mut above = [0xff; 33];
        above[0] = 2;
        off(&above);
        let point = p256(&at(5)).expect("a point");
        assert_eq!(compressed(&point), at(5));
        assert_eq!(p256(&point), Ok(point));
        let mut moved = point;
        moved[64] ^= 1;
        off(&moved);

        assert_eq!(p384(&point), Err(KeyError::OffCurve("P-384")));
        let mut moved = [0; 97];
        moved[0] = 4;
        assert_eq!(p384(&moved), Err(KeyError::OffCurve("P-384")));

        assert_eq!(p521(&moved), Err(KeyError::OffCurve("P-521")));
        let mut moved = [0; 133];
        moved[0] = 4;
        assert_eq!(p521(&moved), Err(KeyError::OffCurve("P-521")));
    }
}
