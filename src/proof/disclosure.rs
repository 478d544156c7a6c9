//! The value of an `ecdsa-sd-2023` proof that a holder derived (vc-di-ecdsa §3.5.7): CBOR behind three
//! bytes that say so.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use minicbor::Decoder;

use crate::keys::PublicKey;

/// How many statements of one document may be signed singly: each costs a verification.
const MAX_STATEMENTS: u64 = 1000;

/// The start of a derived value: the CBOR tag 0x5d01.
const DERIVED: [u8; 3] = [0xd9, 0x5d, 0x01];
/// The start of the value that an issuer hands to the holder alone.
const BASE: [u8; 3] = [0xd9, 0x5d, 0x00];
/// What a P-256 Multikey begins with.
const P256: [u8; 2] = [0x80, 0x24];

/// What a derived proof brings along.
#[derive(Debug)]
pub(super) struct Disclosure {
    /// The issuer's signature over the options, the proof's own key and the mandatory statements.
    pub(super) base_signature: [u8; 64],
    /// The key, made for this one document, that signed each other statement.
    pub(super) key: PublicKey,
    /// That key as it is signed: a Multikey's 35 bytes.
    pub(super) key_bytes: [u8; 35],
    /// One signature for each statement that is not mandatory.
    pub(super) signatures: Vec<[u8; 64]>,
    /// The issuer's labels of blank nodes, by their canonical number here.
    pub(super) labels: BTreeMap<u32, String>,
    /// Which statements are mandatory, counted from 0 in sorted order.
    pub(super) mandatory: BTreeSet<usize>,
}

impl Disclosure {
    /// Reads a `proofValue`.
    ///
    /// # Errors
    /// A sentence.
    pub(super) fn read(text: &str) -> Result<Disclosure, &'static str> {
        let text = text
            .strip_prefix('u')
            .ok_or("expected base64url, beginning with u")?;
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| "not base64url without padding")?;
        match bytes.split_first_chunk::<3>() {
            Some((&DERIVED, cbor)) => decode(cbor).ok_or("not the CBOR of a derived proof"),
            Some((&BASE, _)) => Err(
                "this proof is meant for the holder alone; a proof to be shown is derived from it",
            ),
            _ => Err("not the value of a derived proof"),
        }
    }
}

/// An array of five: nothing is missing, nothing follows, every length is given beforehand.
fn decode(cbor: &[u8]) -> Option<Disclosure> {
    let mut decoder = Decoder::new(cbor);
    if decoder.array().ok()? != Some(5) {
        return None;
    }
    let base_signature = bytes(&mut decoder)?;
    let key_bytes: [u8; 35] = bytes(&mut decoder)?;
    let key = key_bytes.strip_prefix(&P256)?;
    let key = PublicKey::p256(key).ok()?;
    let count = limited(decoder.array().ok()?)?;
    let signatures = (0..count)
        .map(|_| bytes(&mut decoder))
        .collect::<Option<_>>()?;
    let disclosure = Disclosure {
        base_signature,
        key,
        key_bytes,
        signatures,
        labels: labels(&mut decoder)?,
        mandatory: mandatory(&mut decoder)?,
    };
    (decoder.position() == cbor.len()).then_some(disclosure)
}

/// Two nodes with one label would become one node: each number and each label stands once.
fn labels(decoder: &mut Decoder<'_>) -> Option<BTreeMap<u32, String>> {
    let count = limited(decoder.map().ok()?)?;
    let (mut labels, mut seen) = (BTreeMap::new(), BTreeSet::new());
    for _ in 0..count {
        let number = decoder.u32().ok()?;
        let label: [u8; 32] = bytes(decoder)?;
        let text = format!("u{}", URL_SAFE_NO_PAD.encode(label));
        if !seen.insert(label) || labels.insert(number, text).is_some() {
            return None;
        }
    }
    Some(labels)
}

fn mandatory(decoder: &mut Decoder<'_>) -> Option<BTreeSet<usize>> {
    let count = limited(decoder.array().ok()?)?;
    let mut mandatory = BTreeSet::new();
    for _ in 0..count {
        let index = usize::try_from(decoder.u32().ok()?).ok()?;
        if !mandatory.insert(index) {
            return None;
        }
    }
    Some(mandatory)
}

/// A length that is given, and not too large.
fn limited(length: Option<u64>) -> Option<u64> {
    length.filter(|length| *length <= MAX_STATEMENTS)
}

fn bytes<const N: usize>(decoder: &mut Decoder<'_>) -> Option<[u8; N]> {
    decoder.bytes().ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cbor(parts: &[&[u8]]) -> Vec<u8> {
        let key = PublicKey::from_multikey("zDnaeTHfhmSaQKBc7CmdL3K7oYg3D6SC7yowe2eBeVd2DH32r")
            .map(|key| key.to_multikey());
        let key = bs58::decode(&key.expect("a key")[1..]).into_vec();
        let key = key.expect("base58");
        let mut out = vec![0x85, 0x58, 64];
        out.extend([7; 64]);
        out.extend([0x58, 35]);
        out.extend(key);
        out.extend(parts.concat());
        out
    }

    #[test]
    fn only_the_one_form_is_read() {
        let signature = [&[0x58, 64][..], &[9; 64]].concat();
        let label = |byte: u8| [&[0x58, 32][..], &[byte; 32]].concat();
        let one = cbor(&[&[0x81], &signature, &[0xa1, 0], &label(1), &[0x82, 0, 5]]);
        let read = decode(&one).expect("a value");
        assert_eq!(read.signatures, [[9; 64]]);
        assert_eq!(read.labels.len(), 1);
        assert_eq!(read.labels[&0].len(), 44);
        assert_eq!(read.mandatory, BTreeSet::from([0, 5]));
        assert!(decode(&cbor(&[&[0x80], &[0xa0], &[0x80]])).is_some());

        let mut trailing = one.clone();
        trailing.push(0);
        let mut other_key = one.clone();
        other_key[69] = 0x81;
        for (why, bytes) in [
            ("something follows", trailing),
            ("another kind of key", other_key),
            ("cut short", one[..one.len() - 1].to_vec()),
            ("no length", cbor(&[&[0x9f, 0xff], &[0xa0], &[0x80]])),
            (
                "a short signature",
                cbor(&[&[0x81, 0x41, 9], &[0xa0], &[0x80]]),
            ),
            (
                "a number twice",
                cbor(&[&[0x80, 0xa2, 0], &label(1), &[0], &label(2), &[0x80]]),
            ),
            (
                "a label twice",
                cbor(&[&[0x80, 0xa2, 0], &label(1), &[1], &label(1), &[0x80]]),
            ),
            ("an index twice", cbor(&[&[0x80, 0xa0, 0x82, 3, 3]])),
            (
                "a long promise",
                cbor(&[&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]),
            ),
            ("more than is read", cbor(&[&[0x99, 0x03, 0xe9]])),
            ("nothing", Vec::new()),
        ] {
            assert!(decode(&bytes).is_none(), "{why}");
        }
    }

    #[test]
    fn the_holders_own_proof_is_told_apart() {
        let of = |bytes: &[u8]| {
            let text = format!("u{}", URL_SAFE_NO_PAD.encode(bytes));
            Disclosure::read(&text).expect_err("refused")
        };
        assert!(of(&BASE).contains("derived from it"));
        assert_eq!(of(&DERIVED), "not the CBOR of a derived proof");
        assert_eq!(of(&[]), "not the value of a derived proof");
        let refused = |text: &str| Disclosure::read(text).expect_err("refused");
        assert_eq!(refused("z2V0B"), "expected base64url, beginning with u");
        assert_eq!(refused("u2V0B="), "not base64url without padding");
    }
}
