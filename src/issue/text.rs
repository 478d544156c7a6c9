//! Small rules about texts and numbers that go into signed documents.

use sha2::{Digest as _, Sha256};

use super::Fault;
use crate::ids::hex;
use crate::json::Value;

/// Numbers nearer to zero than this are not covered by every signature: the JSON-LD library that
/// most verifiers use canonicalises 1e-7 and below to the integer 0.
const SMALLEST_NUMBER: f64 = 1e-6;

/// Collects a fault for every text and number that cannot be signed safely: noncharacters and
/// control characters (verifiers treat them differently), and numbers that some verifiers round
/// to zero.
pub(crate) fn check_text(document: &Value<'_>, faults: &mut Vec<Fault>) {
    document.walk(&mut |pointer, value| match value {
        Value::String(text) => {
            if let Some(c) = text.chars().find(|c| !is_plain(*c)) {
                faults.push(Fault::new(
                    pointer,
                    format!(
                        "has the character U+{:04X}, which is not text",
                        u32::from(c)
                    ),
                ));
            }
        }
        Value::Number(number) if *number != 0.0 && number.abs() < SMALLEST_NUMBER => {
            faults.push(Fault::new(
                pointer,
                "is a number below 0.000001: write it as text",
            ));
        }
        _ => {}
    });
}

/// Whether `c` may stand in a signed text: no noncharacter, no control character but tab and line
/// ends, and none of the characters that turn the direction of what follows (they can make a name
/// read as another).
pub(crate) fn is_plain(c: char) -> bool {
    if matches!(c, ' '..='~') {
        return true;
    }
    let code = u32::from(c);
    let noncharacter = code & 0xFFFE == 0xFFFE || (0xFDD0..=0xFDEF).contains(&code);
    let control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    let turning = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    !(noncharacter || control || turning)
}

/// `bytes` as a `urn:uuid:` of version 8 (RFC 9562 §5.8: bits of the maker's choice).
pub(crate) fn uuid_urn(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0F) | 0x80;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    uuid::Uuid::from_bytes(bytes).urn().to_string()
}

/// Random `bytes` as a `urn:uuid:` of version 4.
pub(crate) fn random_uuid_urn(bytes: [u8; 16]) -> String {
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .urn()
        .to_string()
}

/// The Open Badges 3.0 `identityHash` of an identifier: `sha256$` and the lower-case hex digest of
/// the identifier followed by the salt.
pub(crate) fn identity_hash(identifier: &str, salt: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(identifier.as_bytes());
    hash.update(salt.as_bytes());
    format!("sha256${}", hex(&hash.finalize()))
}

/// Bytes from hexadecimal of either case; `None` for what is not.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect();
    let digits = digits?;
    (digits.len() % 2 == 0).then(|| {
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_hash_is_the_published_one() {
        assert_eq!(
            identity_hash("a@example.com", "Kosher"),
            "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
        );
    }

    #[test]
    fn texts_and_numbers_that_verifiers_read_differently_are_faults() {
        let document = crate::json::parse(
            "{\"a\":\"ok\\ttext\",\"b\":\"x\u{FFFE}\",\"c\":[1e-7,0,0.5],\"d\":\"\u{202e}gnp\"}",
        )
        .expect("json");
        let mut faults = Vec::new();
        check_text(&document, &mut faults);
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "/b: has the character U+FFFE, which is not text",
                "/c/0: is a number below 0.000001: write it as text",
                "/d: has the character U+202E, which is not text",
            ]
        );
    }

    #[test]
    fn hex_reads_back() {
        assert_eq!(unhex(&hex(&[0, 255, 16])), Some(vec![0, 255, 16]));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("zz"), None);
    }
}
