//! Multikey and multibase texts: `z`, then base58btc (Controlled Identifiers 1.0 §2.2.2, §2.4).
//!
//! Decoding base58 takes time that grows with the square of the length, so every text is measured
//! before it is read.

use std::ops::RangeInclusive;

use zeroize::Zeroizing;

use super::{Inner, KeyError, PublicKey, SignatureBytes, SigningKey, nist};

const ED25519_PUBLIC: [u8; 2] = [0xed, 0x01];
const ED25519_SECRET: [u8; 2] = [0x80, 0x26];
const P256_PUBLIC: [u8; 2] = [0x80, 0x24];
const P384_PUBLIC: [u8; 2] = [0x81, 0x24];
const P521_PUBLIC: [u8; 2] = [0x82, 0x24];
const RSA_PUBLIC: [u8; 2] = [0x85, 0x24];

/// A kind of public key that we know and do not use: its prefix, its name, and how many bytes its
/// keys have.
struct Other([u8; 2], &'static str, RangeInclusive<usize>);

const OTHER_KINDS: &[Other] = &[
    Other([0x83, 0x24], "Ed448", 57..=57),
    Other([0xe7, 0x01], "secp256k1", 33..=33),
    Other([0xec, 0x01], "X25519", 32..=32),
    Other([0xea, 0x01], "BLS12-381 G1", 48..=48),
    Other([0xeb, 0x01], "BLS12-381 G2", 96..=96),
    Other([0x90, 0x24], "ML-DSA-44", 1312..=1312),
    // The DER of 2048 to 8192 bits (RFC 8017 §A.1.1); fewer are weak.
    Other(RSA_PUBLIC, "RSA", MIN_RSA..=1040),
];

/// The bytes of the shortest RSA key that is not weak: a modulus of 2048 bits, and what is around it.
const MIN_RSA: usize = 268;
/// Most letters of a Multikey: an ML-DSA-44 key has some 1,800.
const MAX_LETTERS: usize = 1900;

impl PublicKey {
    /// Reads `publicKeyMultibase` of a Multikey: two bytes for the kind, then the key.
    ///
    /// | kind | begins | bytes |
    /// |---|---|---|
    /// | Ed25519 | `z6Mk` | `ed 01` and 32 |
    /// | P-256 | `zDna` | `80 24` and 33, compressed |
    /// | P-384 | `z82` | `81 24` and 49, compressed |
    /// | P-521 | `z2J9` | `82 24` and 67, compressed |
    ///
    /// # Errors
    /// [`KeyError::Malformed`], [`KeyError::OtherKind`] for another known kind of key (RSA too: it
    /// is only read as a JWK), or the faults of [`PublicKey::from_bytes`] and its like.
    pub fn from_multikey(text: &str) -> Result<PublicKey, KeyError> {
        if text.len() > LONGEST_USED {
            return Err(not_used(&long(text)?));
        }
        let (buffer, len) = decode::<69>(text)?;
        let Some((prefix, key)) = buffer[..len].split_first_chunk::<2>() else {
            return Err(KeyError::Malformed("a Multikey is longer"));
        };
        let bytes = |wanted, sentence| match key.len() {
            len if len == wanted => Ok(key),
            _ => Err(KeyError::Malformed(sentence)),
        };
        match *prefix {
            ED25519_PUBLIC => key
                .try_into()
                .map_err(|_| KeyError::Malformed("an Ed25519 Multikey has 34 bytes"))
                .and_then(PublicKey::from_bytes),
            P256_PUBLIC => PublicKey::p256(bytes(33, "a P-256 Multikey has 35 bytes")?),
            P384_PUBLIC => PublicKey::p384(bytes(49, "a P-384 Multikey has 51 bytes")?),
            P521_PUBLIC => PublicKey::p521(bytes(67, "a P-521 Multikey has 69 bytes")?),
            _ => Err(not_used(&buffer[..len])),
        }
    }

    /// The Multikey text: `z6Mk…` with 48 characters for Ed25519. An RSA key is written as
    /// did:key has it, `85 24` and its DER.
    #[must_use]
    pub fn to_multikey(&self) -> String {
        let (prefix, key) = match &self.0 {
            Inner::Ed25519(key) => {
                let mut bytes = [0; 34];
                bytes[..2].copy_from_slice(&ED25519_PUBLIC);
                bytes[2..].copy_from_slice(key.as_bytes());
                return encode(&bytes);
            }
            Inner::P256(point) => (P256_PUBLIC, nist::compressed(point)),
            Inner::P384(point) => (P384_PUBLIC, nist::compressed(point)),
            Inner::P521(point) => (P521_PUBLIC, nist::compressed(point)),
            Inner::Rsa(key) => (RSA_PUBLIC, key.der().to_vec()),
        };
        let text = bs58::encode([&prefix[..], &key].concat()).into_string();
        format!("z{text}")
    }
}

impl SigningKey {
    /// Reads a secret Multikey: `80 26` and the 32-byte seed (`z3u2…`), or the longer form some
    /// tools print, `80 26`, seed and public key (`zrv2…`, 66 bytes).
    ///
    /// # Errors
    /// [`KeyError::Malformed`], or [`KeyError::Mismatch`] if the printed public key is another.
    pub fn from_multikey(text: &str) -> Result<SigningKey, KeyError> {
        let (buffer, len) = decode::<66>(text)?;
        let buffer = Zeroizing::new(buffer);
        let Some(body) = buffer[..len].strip_prefix(&ED25519_SECRET) else {
            return Err(KeyError::Malformed("not an Ed25519 secret Multikey"));
        };
        let Some((seed, public)) = body.split_first_chunk::<32>() else {
            return Err(KeyError::Malformed("a secret Multikey has 34 bytes"));
        };
        let key = SigningKey::from_seed(seed);
        match public {
            [] => Ok(key),
            public if public.len() != 32 => {
                Err(KeyError::Malformed("a secret Multikey has 34 or 66 bytes"))
            }
            public if public == key.public().as_bytes() => Ok(key),
            _ => Err(KeyError::Mismatch),
        }
    }

    /// The secret Multikey text, `z3u2…`; wiped from memory when dropped.
    #[must_use]
    pub fn to_multikey(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; 34]);
        bytes[..2].copy_from_slice(&ED25519_SECRET);
        bytes[2..].copy_from_slice(&*self.seed());
        Zeroizing::new(encode(&*bytes))
    }
}

/// The longest Multikey text that may hold a key that is used: 69 bytes fill 95 letters.
const LONGEST_USED: usize = 96;

/// Why the key in `bytes` is not used: its kind, or that it is none.
fn not_used(bytes: &[u8]) -> KeyError {
    let unknown = KeyError::Malformed("not a known Multikey");
    let Some((prefix, key)) = bytes.split_first_chunk::<2>() else {
        return unknown;
    };
    match OTHER_KINDS.iter().find(|other| other.0 == *prefix) {
        Some(other) if other.2.contains(&key.len()) => KeyError::OtherKind(other.1),
        Some(_) if *prefix == RSA_PUBLIC && key.len() < MIN_RSA => {
            KeyError::Weak("an RSA key has 2048 to 8192 bits")
        }
        Some(_) => KeyError::Malformed("the Multikey is not as long as keys of its kind"),
        None => unknown,
    }
}

/// The bytes of a Multikey that is longer than those that are used, in base-2^32 steps: some tens
/// of thousands for the longest.
fn long(text: &str) -> Result<Vec<u8>, KeyError> {
    let body = text
        .strip_prefix('z')
        .ok_or(KeyError::Malformed("expected base58btc, beginning with z"))?;
    if body.len() > MAX_LETTERS {
        return Err(KeyError::Malformed("the base58btc text is too long"));
    }
    if body.starts_with('1') {
        return Err(KeyError::Malformed("not a known Multikey"));
    }
    // The lowest limb first.
    let mut limbs: Vec<u64> = Vec::with_capacity(body.len() / 5);
    for five in body.as_bytes().chunks(5) {
        let (mut carry, mut step) = (0, 1);
        for letter in five {
            carry = carry * 58 + value(*letter)?;
            step *= 58;
        }
        for limb in &mut limbs {
            let number = *limb * step + carry;
            *limb = number & 0xffff_ffff;
            carry = number >> 32;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let bytes = limbs
        .iter()
        .rev()
        .flat_map(|limb| (*limb as u32).to_be_bytes());
    Ok(bytes.skip_while(|byte| *byte == 0).collect())
}

/// Reads a `proofValue` of a P-384 key: `z` and the base58btc of exactly 96 bytes (threat A7).
///
/// # Errors
/// [`KeyError::Malformed`].
pub fn long_signature_from_multibase(text: &str) -> Result<[u8; 96], KeyError> {
    let body = text
        .strip_prefix('z')
        .ok_or(KeyError::Malformed("expected base58btc, beginning with z"))?;
    let mut bytes = [0; 96];
    // 132 letters hold 96 bytes.
    let length = (body.len() <= 132)
        .then(|| bs58::decode(body).onto(&mut bytes).ok())
        .flatten();
    match length {
        Some(96) => Ok(bytes),
        _ => Err(KeyError::Malformed(
            "a P-384 signature is 96 bytes in base58btc",
        )),
    }
}

/// Reads a `proofValue`: `z` and the base58btc of exactly 64 bytes (threat A7).
///
/// # Errors
/// [`KeyError::Malformed`].
pub fn signature_from_multibase(text: &str) -> Result<SignatureBytes, KeyError> {
    match decode::<64>(text)? {
        (bytes, 64) => Ok(bytes),
        _ => Err(KeyError::Malformed("the signature has 64 bytes")),
    }
}

/// The `proofValue` of a signature: `z` and at most 88 characters.
#[must_use]
pub fn signature_to_multibase(signature: &SignatureBytes) -> String {
    let zeros = signature.iter().take_while(|byte| **byte == 0).count();
    let digits = digits(signature);
    let leading = digits.iter().take_while(|digit| **digit == 0).count();
    let mut text = String::with_capacity(1 + 90);
    text.push('z');
    text.extend(std::iter::repeat_n('1', zeros));
    let letters = digits[leading..]
        .iter()
        .map(|digit| BASE58[usize::from(*digit)]);
    text.extend(letters.map(char::from));
    text
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The base-58 digits of 64 bytes, five a step: every signature is written, so it pays.
fn digits(bytes: &[u8; 64]) -> [u8; 90] {
    const STEP: u64 = 58 * 58 * 58 * 58 * 58;
    let mut limbs = [0_u64; 16];
    for (limb, four) in limbs.iter_mut().zip(bytes.chunks_exact(4)) {
        *limb = four
            .iter()
            .fold(0, |limb, byte| limb << 8 | u64::from(*byte));
    }
    let mut digits = [0; 90];
    for five in digits.rchunks_exact_mut(5) {
        let mut rest = 0;
        for limb in &mut limbs {
            let number = rest << 32 | *limb;
            *limb = number / STEP;
            rest = number % STEP;
        }
        for digit in five.iter_mut().rev() {
            *digit = (rest % 58) as u8;
            rest /= 58;
        }
    }
    digits
}

/// At most 66 bytes, the longest key here; what is wiped is wiped for secrets' sake.
fn encode(bytes: &[u8]) -> String {
    let mut buffer = Zeroizing::new([0_u8; 112]);
    let len = bs58::encode(bytes)
        .onto(&mut buffer[..])
        .unwrap_or_default();
    let mut text = String::with_capacity(len + 1);
    text.push('z');
    text.extend(buffer[..len].iter().map(|byte| char::from(*byte)));
    text
}

/// The bytes of `text` and how many there are; at most `N`.
fn decode<const N: usize>(text: &str) -> Result<([u8; N], usize), KeyError> {
    const { assert!(N <= 69) };
    let body = text
        .strip_prefix('z')
        .ok_or(KeyError::Malformed("expected base58btc, beginning with z"))?;
    // 138 characters hold 100 bytes, rounded up.
    if body.len() > N * 138 / 100 + 1 {
        return Err(KeyError::Malformed("the base58btc text is too long"));
    }
    let zeros = body.bytes().take_while(|letter| *letter == b'1').count();
    let number = number(body)?;
    let used = number.iter().skip_while(|byte| **byte == 0).count();
    let len = zeros + used;
    let mut bytes = [0; N];
    bytes
        .get_mut(zeros..len)
        .ok_or(KeyError::Malformed("the base58btc text is too long"))?
        .copy_from_slice(&number[number.len() - used..]);
    Ok((bytes, len))
}

/// The number that base-58 letters write, big end first, five letters a step. The longest text
/// that [`decode`] lets through, 96 letters, fills 71 bytes.
fn number(letters: &str) -> Result<Zeroizing<[u8; 72]>, KeyError> {
    let mut limbs = Zeroizing::new([0_u64; 18]);
    for five in letters.as_bytes().chunks(5) {
        let (mut carry, mut step) = (0, 1);
        for letter in five {
            carry = carry * 58 + value(*letter)?;
            step *= 58;
        }
        for limb in limbs.iter_mut().rev() {
            let number = *limb * step + carry;
            *limb = number & 0xffff_ffff;
            carry = number >> 32;
        }
    }
    let mut bytes = Zeroizing::new([0; 72]);
    for (four, limb) in bytes.chunks_exact_mut(4).zip(limbs.iter()) {
        four.copy_from_slice(&(*limb as u32).to_be_bytes());
    }
    Ok(bytes)
}

fn value(letter: u8) -> Result<u64, KeyError> {
    const VALUES: [u8; 256] = {
        let mut values = [u8::MAX; 256];
        let mut at = 0;
        while at < BASE58.len() {
            values[BASE58[at] as usize] = at as u8;
            at += 1;
        }
        values
    };
    match VALUES[usize::from(letter)] {
        u8::MAX => Err(KeyError::Malformed(
            "not base58btc: the digits are 1-9, A-Z, a-z without 0, O, I, l",
        )),
        value => Ok(u64::from(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn texts_are_read_as_bs58_reads_them(
            ones in 0..=70_usize, letters in "[1-9A-HJ-NP-Za-km-z]{0,96}",
        ) {
            let body = format!("{}{letters}", "1".repeat(ones));
            let read = decode::<69>(&format!("z{body}")).map(|(bytes, len)| bytes[..len].to_vec());
            match bs58::decode(&body).into_vec() {
                Ok(bytes) if bytes.len() <= 69 && body.len() <= 96 => {
                    proptest::prop_assert_eq!(read, Ok(bytes));
                }
                _ => proptest::prop_assert!(read.is_err()),
            }
        }

        #[test]
        fn signatures_are_written_as_bs58_writes_them(
            zeros in 0..=64_usize, bytes in proptest::array::uniform::<_, 64>(proptest::num::u8::ANY),
        ) {
            let mut bytes = bytes;
            bytes[..zeros].fill(0);
            proptest::prop_assert_eq!(signature_to_multibase(&bytes), encode(&bytes));
        }
    }

    #[test]
    fn a7_only_64_bytes_in_base58btc_are_a_signature() {
        let good = signature_to_multibase(&[7; 64]);
        assert_eq!(signature_from_multibase(&good), Ok([7; 64]));

        let of = |len: usize| format!("z{}", bs58::encode(vec![7_u8; len]).into_string());
        let short = "the signature has 64 bytes";
        let long = "the base58btc text is too long";
        let digits = "not base58btc: the digits are 1-9, A-Z, a-z without 0, O, I, l";
        let prefix = "expected base58btc, beginning with z";
        let bad_digit = |c: char| format!("z{c}{}", &good[2..]);
        for (text, why) in [
            (of(63), short),
            (of(65), long),
            (format!("z{}", "2".repeat(100_000)), long),
            (String::new(), prefix),
            ("z".into(), short),
            (format!("u{}", "A".repeat(86)), prefix),
            (bad_digit('0'), digits),
            (bad_digit('O'), digits),
            (bad_digit('I'), digits),
            (bad_digit('l'), digits),
            (format!("{good} "), digits),
            (format!("z1{}", &good[1..]), long),
        ] {
            assert_eq!(
                signature_from_multibase(&text),
                Err(KeyError::Malformed(why)),
                "{text:.90}"
            );
        }
        assert_eq!(
            signature_from_multibase(&signature_to_multibase(&[0; 64])),
            Ok([0; 64])
        );
        assert_eq!(
            signature_from_multibase(&signature_to_multibase(&[0xff; 64])),
            Ok([0xff; 64])
        );
    }

    #[test]
    fn other_kinds_of_key_are_named() {
        for (text, kind) in [
            (
                "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
                "secp256k1",
            ),
            ("z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F", "X25519"),
        ] {
            assert_eq!(
                PublicKey::from_multikey(text),
                Err(KeyError::OtherKind(kind))
            );
        }
    }

    #[test]
    fn other_kinds_are_told_from_keys_that_are_none() {
        let of = |prefix: [u8; 2], len: usize| {
            let mut bytes = vec![0xff; len + 2];
            bytes[..2].copy_from_slice(&prefix);
            let text = format!("z{}", bs58::encode(bytes).into_string());
            PublicKey::from_multikey(&text)
        };
        for Other(prefix, kind, lens) in OTHER_KINDS {
            for len in [*lens.start(), *lens.end()] {
                assert_eq!(of(*prefix, len), Err(KeyError::OtherKind(kind)));
            }
            let longer = KeyError::Malformed("the Multikey is not as long as keys of its kind");
            assert_eq!(of(*prefix, lens.end() + 1), Err(longer), "{kind}");
        }
        let weak = KeyError::Weak("an RSA key has 2048 to 8192 bits");
        assert_eq!(of(RSA_PUBLIC, 140), Err(weak.clone()), "1024 bits");
        assert_eq!(of(RSA_PUBLIC, 20), Err(weak));
        let unknown = KeyError::Malformed("not a known Multikey");
        for len in [20, 32, 100, 1200] {
            assert_eq!(of([0x77, 0x01], len), Err(unknown.clone()), "{len}");
            assert_eq!(of([0, 0], len), Err(unknown.clone()), "{len}");
        }
        let too_long = KeyError::Malformed("the base58btc text is too long");
        assert_eq!(of([0x90, 0x24], 1500), Err(too_long));
        assert!(PublicKey::from_multikey(&"u".repeat(200)).is_err());
        assert!(PublicKey::from_multikey(&format!("z{}", "0".repeat(200))).is_err());
    }

    #[test]
    fn both_secret_forms_are_read() {
        // The short form is the W3C's example key, the long one 1EdTech's.
        let short = SigningKey::from_multikey("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")
            .expect("a key");
        assert_eq!(
            short.public().to_multikey(),
            "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
        );
        assert_eq!(
            *short.to_multikey(),
            "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
        );
        let long = SigningKey::from_multikey(
            "zrv2bqTbNwCTsRrHFcJCPjVAduh4Ezcnoq1A3ZxH1GWTNkxipLVuaAoMFmze2gFN9oNXfJjufxSHWVZzsJiUsMHFMcx",
        )
        .expect("a key");
        assert_eq!(
            long.public().to_multikey(),
            "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
        );

        let mut wrong = vec![0x80, 0x26];
        wrong.extend([7; 64]);
        assert_eq!(
            SigningKey::from_multikey(&encode(&wrong)).map(|_| ()),
            Err(KeyError::Mismatch)
        );
        assert_eq!(
            SigningKey::from_multikey(&encode(&wrong[..50])).map(|_| ()),
            Err(KeyError::Malformed("a secret Multikey has 34 or 66 bytes"))
        );
    }
}
