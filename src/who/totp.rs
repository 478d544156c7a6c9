//! One-time codes from an app (RFC 6238): six digits, 30 seconds each, SHA-1 as every app has it.

use ring::hmac;

use crate::clock::{Chance, Timestamp, random};

/// How long one code is shown.
const STEP_SECONDS: i64 = 30;
/// Bytes in a secret: as many as SHA-1 gives (RFC 4226 §4, R6).
const SECRET_BYTES: usize = 20;

/// A new secret.
pub(super) fn secret(chance: &dyn Chance) -> Vec<u8> {
    random::<SECRET_BYTES>(chance).to_vec()
}

/// The step that shows `code` at `now`: this one, or its neighbours for clocks that differ.
pub(super) fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let this = now.as_second().div_euclid(STEP_SECONDS);
    [this, this - 1, this + 1]
        .into_iter()
        .find(|step| same(&at(secret, *step), &digits))
}

/// The code of one step (RFC 4226 §5.3).
pub(super) fn at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let from = usize::from(tag[19] & 15);
    let cut = [tag[from] & 127, tag[from + 1], tag[from + 2], tag[from + 3]];
    format!("{:06}", u32::from_be_bytes(cut) % 1_000_000)
}

/// Compares without telling where they differ.
fn same(a: &str, b: &str) -> bool {
    let differ = a
        .bytes()
        .zip(b.bytes())
        .fold(0, |all, (a, b)| all | (a ^ b));
    a.len() == b.len() && differ == 0
}

/// A secret as apps take it by hand: base32 (RFC 4648 §6) without padding.
pub(super) fn base32(secret: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in secret {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(LETTERS[(bits >> held & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(char::from(LETTERS[(bits << (5 - held) & 31) as usize]));
    }
    text
}

/// Reads what [`base32`] wrote.
pub(super) fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for c in text.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 255).ok()?);
        }
        bits &= (1 << held) - 1;
    }
    Some(bytes)
}

/// The address that a QR code hands to an app.
pub(super) fn address(secret: &[u8], account: &str) -> String {
    let account: String = url::form_urlencoded::byte_serialize(account.as_bytes()).collect();
    format!(
        "otpauth://totp/Skillmark:{account}?secret={}&issuer=Skillmark",
        base32(secret)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn the_codes_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp::from_second(seconds).expect("a time");
            assert_eq!(at(secret, seconds / 30), code);
            assert_eq!(step_of(secret, code, now), Some(seconds / 30));
        }
    }

    #[test]
    fn a_clock_may_differ_by_one_step_and_no_more() {
        let secret = secret(&SystemChance);
        let now = Timestamp::from_second(3_000_000).expect("a time");
        let step = 100_000;
        for near in [step - 1, step, step + 1] {
            assert_eq!(step_of(&secret, &at(&secret, near), now), Some(near));
        }
        for far in [step - 2, step + 2] {
            assert_ne!(step_of(&secret, &at(&secret, far), now), Some(far));
        }
        let spaced = format!("{} {}", &at(&secret, step)[..3], &at(&secret, step)[3..]);
        assert_eq!(step_of(&secret, &spaced, now), Some(step));
        assert_eq!(step_of(&secret, "", now), None);
    }

    /// RFC 4648, section 10.
    #[test]
    fn base32_is_written_and_read_back() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), text);
            assert_eq!(from_base32(text).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(from_base32("M1"), None);
    }
}
