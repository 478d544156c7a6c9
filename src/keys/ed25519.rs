//! Ed25519: a point that was checked, and strict signatures (RFC 8032).

use ed25519_dalek::{Signature, VerifyingKey};

use super::{KeyError, SignatureBytes};

/// Reads the 32 bytes of a compressed point: canonically encoded and not of small order.
pub(super) fn point(bytes: &[u8; 32]) -> Result<VerifyingKey, KeyError> {
    if !is_canonical(bytes) {
        return Err(KeyError::NotAPoint);
    }
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPoint)?;
    if key.is_weak() {
        return Err(KeyError::SmallOrder);
    }
    Ok(key)
}

/// Checks strictly: `S` below the group order, `R` and the key not of small order, no cofactor.
pub(super) fn verify(
    key: &VerifyingKey,
    message: &[u8],
    signature: &SignatureBytes,
) -> Result<(), KeyError> {
    key.verify_strict(message, &Signature::from_bytes(signature))
        .map_err(|_| KeyError::Signature)
}

/// Whether `y` is below the field prime 2^255 − 19. The other encoding with two texts, x = 0 with
/// the sign bit set, only occurs at points of small order.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    bytes[31] & 0x7f != 0x7f || bytes[1..31].iter().any(|byte| *byte != 0xff) || bytes[0] < 0xed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::PublicKey;

    #[test]
    fn a8_small_order_and_non_canonical_keys_are_refused() {
        let mut one = [0; 32];
        one[0] = 1;
        assert_eq!(PublicKey::from_bytes(&one), Err(KeyError::SmallOrder));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(KeyError::SmallOrder));

        let mut minus_one = [0xff; 32];
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        assert_eq!(PublicKey::from_bytes(&minus_one), Err(KeyError::SmallOrder));

        for low in 0xed..=0xff {
            for top in [0x7f, 0xff] {
                let mut above = [0xff; 32];
                (above[0], above[31]) = (low, top);
                assert_eq!(PublicKey::from_bytes(&above), Err(KeyError::NotAPoint));
            }
        }

        let mut negative_zero = one;
        negative_zero[31] = 0x80;
        assert!(PublicKey::from_bytes(&negative_zero).is_err());
    }
}
