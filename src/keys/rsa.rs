//! RSA keys that are strong enough, and RS256 signatures (RFC 8017 §8.2, PKCS #1 v1.5).

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use super::KeyError;

/// The fewest and the most bits of a modulus (threat C13).
const BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// An RSA public key of 2048 to 8192 bits with an exponent of 65537 or more.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Rsa {
    /// Its `RSAPublicKey` in DER (RFC 8017 §A.1.1).
    der: Vec<u8>,
    n: Vec<u8>,
    e: Vec<u8>,
}

impl Rsa {
    /// Reads a modulus and an exponent: big end first, in as few bytes as they need.
    pub(super) fn new(n: &[u8], e: &[u8]) -> Result<Rsa, KeyError> {
        if n.first().is_none_or(|first| *first == 0) || e.first().is_none_or(|first| *first == 0) {
            return Err(KeyError::Malformed(
                "n and e of an RSA JWK are numbers without leading zeros",
            ));
        }
        if !BITS.contains(&bits(n)) {
            return Err(KeyError::Weak("an RSA key has 2048 to 8192 bits"));
        }
        // The highest that `ring` takes is 2^33 - 1; no one uses more than 2^32.
        let exponent = (e.len() <= 5)
            .then(|| {
                e.iter()
                    .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
            })
            .filter(|exponent| (65_537..1 << 33).contains(exponent) && exponent % 2 == 1);
        if exponent.is_none() || n.last().is_some_and(|last| last % 2 == 0) {
            return Err(KeyError::Weak(
                "the exponent of an RSA key is 65537 or a little more, and its modulus is odd",
            ));
        }
        Ok(Rsa {
            der: der(n, e),
            n: n.to_vec(),
            e: e.to_vec(),
        })
    }

    /// The modulus.
    pub(super) fn n(&self) -> &[u8] {
        &self.n
    }

    /// The exponent.
    pub(super) fn e(&self) -> &[u8] {
        &self.e
    }

    /// The `RSAPublicKey` in DER.
    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.der)
            .verify(message, signature)
            .map_err(|_| KeyError::Signature)
    }
}

fn bits(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |first| first.leading_zeros());
    number.len() * 8 - zeros as usize
}

fn der(n: &[u8], e: &[u8]) -> Vec<u8> {
    let body: Vec<u8> = [n, e].into_iter().flat_map(integer).collect();
    element(0x30, &body)
}

/// A positive integer: a zero stands before it if it would look negative.
fn integer(number: &[u8]) -> Vec<u8> {
    let zero: &[u8] = match number.first() {
        Some(0x80..) => &[0],
        _ => &[],
    };
    element(0x02, &[zero, number].concat())
}

/// A tag, a length and contents of at most 65,535 bytes.
fn element(tag: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes();
    let mut out = vec![tag];
    match (high, low) {
        (0, low @ ..0x80) => out.push(low),
        (0, low) => out.extend([0x81, low]),
        (high, low) => out.extend([0x82, high, low]),
    }
    out.extend(body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c13_weak_keys_are_refused() {
        let weak = |n: &[u8], e: &[u8]| match Rsa::new(n, e) {
            Err(KeyError::Weak(_)) => true,
            Ok(_) => false,
            Err(other) => panic!("{other}"),
        };
        let f4 = [1, 0, 1];
        assert!(!weak(&[0xff; 256], &f4));
        assert!(!weak(&[0xff; 1024], &f4));
        assert!(weak(&[0xff; 128], &f4), "1024 bits");
        assert!(weak(&[0x7f; 256], &f4), "2047 bits");
        assert!(weak(&[0xff; 1025], &f4), "8200 bits");
        assert!(weak(&[0xfe; 256], &f4), "an even modulus");
        for e in [
            &[3][..],
            &[17],
            &[0xff, 0xff],
            &[1, 0, 0],
            &[1, 0, 0, 0, 0, 1],
        ] {
            assert!(weak(&[0xff; 256], e), "{e:?}");
        }
        for (n, e) in [
            (&[0, 0xff][..], &f4[..]),
            (&[0xff; 256], &[0, 1, 0, 1]),
            (&[], &f4),
        ] {
            assert!(matches!(Rsa::new(n, e), Err(KeyError::Malformed(_))));
        }
    }
}
