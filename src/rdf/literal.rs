//! Literals as canonical N-Quads write them: escapes, and the text of numbers.

use std::fmt::Write as _;

/// Appends `text` with the escapes of RDFC-1.0 §5 (canonical N-Quads), without the quotes.
pub(super) fn escape(text: &str, out: &mut String) {
    // Without a branch in it, the scan takes many bytes a step; few texts have an escape.
    if !text.bytes().fold(false, |found, b| found | is_escaped(b)) {
        return out.push_str(text);
    }
    let mut clean_from = 0;
    for (i, byte) in text.bytes().enumerate() {
        if !is_escaped(byte) {
            continue;
        }
        out.push_str(&text[clean_from..i]);
        clean_from = i + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x08 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            0x0C => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            control => {
                let _ = write!(out, "\\u{control:04X}");
            }
        }
    }
    out.push_str(&text[clean_from..]);
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7F)
}

/// Whether a JSON number becomes an `xsd:double` when nothing else is said (JSON-LD 1.1 API §8.6.1):
/// it has a fraction, or is too large for an integer.
pub(super) fn is_double(number: f64) -> bool {
    number.fract() != 0.0 || number.abs() >= 1e21
}

/// A whole number as `xsd:integer` text. `number` is whole and below 10^21.
#[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
pub(super) fn integer(number: f64) -> String {
    if number.abs() < 9e15 {
        (number as i64).to_string()
    } else {
        format!("{number:.0}")
    }
}

/// A number as canonical `xsd:double` text: `d.dE±x`, at most 15 digits after the point, exact ties
/// rounded away from zero as ECMAScript's `toExponential` does.
pub(super) fn double(number: f64) -> String {
    let shown = format!("{number:.16e}");
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let mut exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if number < 0.0 { "-" } else { "" };
    let digits = if mantissa.ends_with('5') && is_tie(number) {
        let kept: u64 = mantissa
            .bytes()
            .filter(u8::is_ascii_digit)
            .take(16)
            .fold(0, |n, b| n * 10 + u64::from(b - b'0'));
        let up = kept + 1;
        if up == 10_u64.pow(16) {
            exponent += 1;
            up / 10
        } else {
            up
        }
        .to_string()
    } else {
        let shown = format!("{number:.15e}");
        let (mantissa, power) = shown.split_once('e').unwrap_or((&shown, "0"));
        exponent = power.parse().unwrap_or(0);
        mantissa.chars().filter(char::is_ascii_digit).collect()
    };
    let (first, rest) = digits.split_at(1);
    let rest = match rest.trim_end_matches('0') {
        "" => "0",
        rest => rest,
    };
    format!("{sign}{first}.{rest}E{exponent}")
}

/// Whether the number lies exactly between two decimals of 16 digits, the 17th being a five.
fn is_tie(number: f64) -> bool {
    let exact = |places: usize| {
        let shown = format!("{number:.places$e}");
        let digits: Vec<u8> = shown
            .split('e')
            .next()
            .unwrap_or_default()
            .bytes()
            .filter(u8::is_ascii_digit)
            .collect();
        digits[17..].iter().all(|digit| *digit == b'0')
    };
    // No double has more than 767 significant digits.
    exact(40) && exact(780)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_ecmascript_does() {
        for (number, text) in [
            (3.5, "3.5E0"),
            (-0.1, "-1.0E-1"),
            (1e21, "1.0E21"),
            (1.5e-6, "1.5E-6"),
            (f64::MAX, "1.797693134862316E308"),
            (0.3, "3.0E-1"),
            (36.0, "3.6E1"),
            (0.0, "0.0E0"),
            // Ties: away from zero, where Rust's own formatting rounds to even.
            (2_251_799_813_685_248.5, "2.251799813685249E15"),
            (-2_251_799_813_685_248.5, "-2.251799813685249E15"),
            (2_251_799_813_685_249.5, "2.25179981368525E15"),
            (2_251_799_813_685_249.0 / 4.0, "5.629499534213123E14"),
            (1_125_899_906_842_624.5, "1.125899906842625E15"),
        ] {
            assert_eq!(double(number), text);
        }
    }

    #[test]
    fn integers_have_no_exponent() {
        assert_eq!(integer(-36.0), "-36");
        assert_eq!(integer(1e20), "100000000000000000000");
        assert_eq!(integer(0.0), "0");
    }

    #[test]
    fn controls_and_del_are_escaped() {
        let mut out = String::new();
        escape(
            "\u{0}\u{8}\t\n\u{b}\u{c}\r\"\\\u{1f}\u{7f}é\u{85}",
            &mut out,
        );
        assert_eq!(
            out,
            "\\u0000\\b\\t\\n\\u000B\\f\\r\\\"\\\\\\u001F\\u007Fé\u{85}"
        );
    }
}
