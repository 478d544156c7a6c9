//! Dates: the strict `xsd:dateTimeStamp` that every date in a credential must be.
//!
//! RFC 3339 readers disagree about leap seconds, `24:00:00`, missing zones, lower-case letters and
//! years past 9999. Here each of these has one answer, so that a verdict never depends on a reader.

use jiff::{Timestamp, civil, tz::Offset};

/// Why a text is not a date and time that can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not of the form `2026-03-01T10:00:00Z`.
    #[error("not a date and time such as 2026-03-01T10:00:00Z")]
    Form,
    /// No `Z` or offset at the end.
    #[error("has no time zone: it needs a Z or an offset such as +01:00 at the end")]
    NoZone,
    /// The form is right, but there is no such day or time.
    #[error("is not a day and time that exists")]
    NoSuchTime,
}

/// Reads an `xsd:dateTimeStamp` (XML Schema 1.1 part 2 §3.4.28) in the years 0001 to 9999.
///
/// `24:00:00` is the next day's midnight, as XML Schema has it. Fractions of a second are kept to
/// the nanosecond, later digits are cut. Refused: no zone, leap seconds (`:60`), lower-case `t` and
/// `z`, year 0 and years that are negative or past 9999, offsets past 14:00.
///
/// # Errors
/// Which rule the text breaks.
pub fn stamp(text: &str) -> Result<Timestamp, DateError> {
    let bytes = text.as_bytes();
    let (year, month, day) = (
        digits(bytes, 0, 4)?,
        digits(bytes, 5, 2)?,
        digits(bytes, 8, 2)?,
    );
    let (hour, minute, second) = (
        digits(bytes, 11, 2)?,
        digits(bytes, 14, 2)?,
        digits(bytes, 17, 2)?,
    );
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !marks.iter().all(|&(at, mark)| bytes[at] == mark) {
        return Err(DateError::Form);
    }
    let (nanosecond, zone) = fraction(&bytes[19..])?;
    let offset = offset(zone)?;
    let end_of_day = hour == 24 && minute == 0 && second == 0 && nanosecond == 0;
    let hour = if end_of_day { 0 } else { hour };
    if year == 0 {
        return Err(DateError::NoSuchTime);
    }
    let narrow = |n: i32| i8::try_from(n).map_err(|_| DateError::NoSuchTime);
    let at = civil::DateTime::new(
        i16::try_from(year).map_err(|_| DateError::NoSuchTime)?,
        narrow(month)?,
        narrow(day)?,
        narrow(hour)?,
        narrow(minute)?,
        narrow(second)?,
        nanosecond,
    )
    .map_err(|_| DateError::NoSuchTime)?;
    let at = offset.to_timestamp(at).map_err(|_| DateError::NoSuchTime)?;
    let days = if end_of_day { 24 } else { 0 };
    at.checked_add(jiff::SignedDuration::from_hours(days))
        .map_err(|_| DateError::NoSuchTime)
}

/// Whether `text` is a day, `YYYY-MM-DD`, that exists.
#[must_use]
pub fn is_day(text: &str) -> bool {
    text.len() == 10 && stamp(&format!("{text}T00:00:00Z")).is_ok()
}

/// How we write an instant: UTC, to the second.
#[must_use]
pub fn text(at: Timestamp) -> String {
    let at = Offset::UTC.to_datetime(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

fn digits(bytes: &[u8], at: usize, count: usize) -> Result<i32, DateError> {
    let digits = bytes.get(at..at + count).ok_or(DateError::Form)?;
    digits.iter().try_fold(0, |number, byte| match byte {
        b'0'..=b'9' => Ok(number * 10 + i32::from(byte - b'0')),
        _ => Err(DateError::Form),
    })
}

/// The nanoseconds after the seconds, and what follows them.
fn fraction(rest: &[u8]) -> Result<(i32, &[u8]), DateError> {
    let Some(rest) = rest.strip_prefix(b".") else {
        return Ok((0, rest));
    };
    let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    if count == 0 {
        return Err(DateError::Form);
    }
    let nanosecond = (0..9).fold(0, |number, i| {
        let digit = if i < count { rest[i] - b'0' } else { 0 };
        number * 10 + i32::from(digit)
    });
    Ok((nanosecond, &rest[count..]))
}

fn offset(zone: &[u8]) -> Result<Offset, DateError> {
    let sign = match zone {
        b"" => return Err(DateError::NoZone),
        b"Z" => return Ok(Offset::UTC),
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return Err(DateError::Form),
    };
    let minutes = digits(zone, 1, 2)? * 60 + digits(zone, 4, 2)?;
    if digits(zone, 4, 2)? > 59 || minutes > 14 * 60 {
        return Err(DateError::NoSuchTime);
    }
    Offset::from_seconds(sign * minutes * 60).map_err(|_| DateError::NoSuchTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h14_every_odd_date_has_one_answer() {
        use DateError::{Form, NoSuchTime, NoZone};
        let table: [(&str, Result<&str, DateError>); 33] = [
            ("2026-03-01T10:00:00Z", Ok("2026-03-01T10:00:00Z")),
            ("2026-03-01T10:00:00.5Z", Ok("2026-03-01T10:00:00.5Z")),
            (
                "2026-03-01T10:00:00.1234567899Z",
                Ok("2026-03-01T10:00:00.123456789Z"),
            ),
            ("2026-03-01T10:00:00+14:00", Ok("2026-02-28T20:00:00Z")),
            ("2026-03-01T10:00:00-14:00", Ok("2026-03-02T00:00:00Z")),
            ("2026-03-01T10:00:00+00:00", Ok("2026-03-01T10:00:00Z")),
            ("2026-03-01T10:00:00-00:00", Ok("2026-03-01T10:00:00Z")),
            ("2026-02-28T24:00:00Z", Ok("2026-03-01T00:00:00Z")),
            ("2026-02-28T24:00:00.000Z", Ok("2026-03-01T00:00:00Z")),
            ("0001-01-01T00:00:00Z", Ok("0001-01-01T00:00:00Z")),
            ("9999-12-30T21:59:59Z", Ok("9999-12-30T21:59:59Z")),
            ("2024-02-29T00:00:00Z", Ok("2024-02-29T00:00:00Z")),
            ("2026-03-01T10:00:00", Err(NoZone)),
            ("2026-03-01T10:00:00.5", Err(NoZone)),
            ("2016-12-31T23:59:60Z", Err(NoSuchTime)),
            ("2026-02-28T24:00:01Z", Err(NoSuchTime)),
            ("2026-02-28T24:00:00.1Z", Err(NoSuchTime)),
            ("2026-02-29T00:00:00Z", Err(NoSuchTime)),
            ("2026-13-01T00:00:00Z", Err(NoSuchTime)),
            ("2026-03-01T10:00:00+14:01", Err(NoSuchTime)),
            ("2026-03-01T10:00:00+01:60", Err(NoSuchTime)),
            ("0000-01-01T00:00:00Z", Err(NoSuchTime)),
            ("10000-01-01T00:00:00Z", Err(Form)),
            ("-2026-03-01T10:00:00Z", Err(Form)),
            ("2026-03-01t10:00:00Z", Err(Form)),
            ("2026-03-01T10:00:00z", Err(Form)),
            ("2026-03-01 10:00:00Z", Err(Form)),
            ("2026-03-01T10:00Z", Err(Form)),
            ("2026-03-01T10:00:00+0100", Err(Form)),
            ("2026-03-01T10:00:00.Z", Err(Form)),
            ("2026-03-01", Err(Form)),
            (" 2026-03-01T10:00:00Z", Err(Form)),
            ("", Err(Form)),
        ];
        for (input, expected) in table {
            let got = stamp(input).map(|at| at.to_string());
            assert_eq!(got, expected.map(str::to_owned), "{input}");
        }
    }

    #[test]
    fn we_write_utc_to_the_second() {
        let at = stamp("2026-03-01T10:00:00.75+01:00").expect("a date");
        assert_eq!(text(at), "2026-03-01T09:00:00Z");
    }

    #[test]
    fn days_exist_or_not() {
        assert!(is_day("2024-02-29"));
        assert!(!is_day("2023-02-29"));
        assert!(!is_day("2024-2-9"));
    }
}
