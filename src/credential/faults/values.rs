//! What single values must be: texts, dates, addresses, numbers, words.

use crate::{
    credential::{dates, uri},
    json::Value,
};

use super::{
    Kind,
    class::{Form, Walk},
};

/// Checks one value that is not an object of a class.
pub(super) fn check(value: &Value, form: Form, name: &str, walk: &mut Walk) {
    match form {
        Form::Number | Form::Between(..) => number(value, form, name, walk),
        Form::Truth => {
            if !matches!(value, Value::Bool(_)) {
                walk.wrong(Kind::Shape, format!("`{name}` must be true or false."));
            }
        }
        Form::Types(groups) => types(value, groups, walk),
        Form::Any | Form::Of(_) => {}
        text_form => match value.as_str() {
            Some(text) => text_value(text, text_form, name, walk),
            None => walk.wrong(Kind::Shape, format!("`{name}` must be text.")),
        },
    }
}

fn number(value: &Value, form: Form, name: &str, walk: &mut Walk) {
    match (value.as_number(), form) {
        (None, _) => walk.wrong(Kind::Shape, format!("`{name}` must be a number.")),
        (Some(number), Form::Between(low, high)) if !(low..=high).contains(&number) => {
            walk.wrong(
                Kind::Range,
                format!("`{name}` must be from {low} to {high}."),
            );
        }
        _ => {}
    }
}

fn text_value(text: &str, form: Form, name: &str, walk: &mut Walk) {
    let fault = match form {
        Form::Words if text.trim().is_empty() => (Kind::Missing, "is empty".to_owned()),
        Form::Uri | Form::UriOr(_) if !uri::is_absolute(text) => {
            (Kind::Address, "must be an absolute URI".to_owned())
        }
        Form::Web if !uri::is_web(text) => (
            Kind::Address,
            "must be a web address that starts with https:// or http://".to_owned(),
        ),
        Form::Picture if !uri::is_picture(text) => (
            Kind::Address,
            "must be a web address, or a PNG, JPEG or SVG picture in a data: URI".to_owned(),
        ),
        Form::Date => match dates::stamp(text) {
            Ok(_) => return,
            Err(error) => (
                Kind::Date,
                format!(
                    "{}{error}",
                    if error == dates::DateError::Form {
                        "is "
                    } else {
                        ""
                    }
                ),
            ),
        },
        Form::Day if !dates::is_day(text) => {
            (Kind::Date, "must be a day such as 2026-03-01".to_owned())
        }
        Form::Language if !is_language(text) => (
            Kind::Shape,
            "must be a language tag such as en or pt-BR".to_owned(),
        ),
        Form::Country if !(text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())) => (
            Kind::Shape,
            "must be a country code of two capital letters".to_owned(),
        ),
        Form::Jws if !is_jws(text) => (Kind::Shape, "must be a compact JWS".to_owned()),
        Form::Decimal if decimal(text).is_none() => (
            Kind::Shape,
            "must be a decimal number written as text".to_owned(),
        ),
        Form::Word(allowed, list) if !allowed(text) => (
            Kind::Shape,
            format!("is not a word from the list of {list}"),
        ),
        _ => return,
    };
    walk.wrong(fault.0, format!("`{name}` {}.", fault.1));
}

fn types(value: &Value, groups: &[&[&str]], walk: &mut Walk) {
    let items = value.one_or_many();
    if items.is_empty()
        || items
            .iter()
            .any(|item| item.as_str().is_none_or(str::is_empty))
    {
        walk.wrong(Kind::Shape, "`type` must be a list of names.");
    }
    for group in groups {
        if !items
            .iter()
            .any(|item| item.as_str().is_some_and(|t| group.contains(&t)))
        {
            walk.wrong(
                Kind::Shape,
                format!("`type` must contain {}.", group.join(" or ")),
            );
        }
    }
}

/// The number that a decimal text means. Exponents, `inf` and `nan` are not decimals.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (all_digits(whole) && all_digits(fraction))
        .then(|| text.parse().ok())
        .flatten()
}

/// `ll`, `ll-Ssss`, `ll-CC`, `ll-Ssss-CC`: the tags that the published schema takes.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-').peekable();
    let is = |part: &str, low: usize, high: usize, of: fn(&u8) -> bool| {
        (low..=high).contains(&part.len()) && part.as_bytes().iter().all(of)
    };
    let is_script = |part: &str| {
        part.len() == 4
            && part.as_bytes()[0].is_ascii_uppercase()
            && part.as_bytes()[1..].iter().all(u8::is_ascii_lowercase)
    };
    let language = parts
        .next()
        .is_some_and(|p| is(p, 2, 4, u8::is_ascii_lowercase));
    parts.next_if(|p| is_script(p));
    let _region =
        parts.next_if(|p| is(p, 2, 2, u8::is_ascii_uppercase) || is(p, 3, 3, u8::is_ascii_digit));
    language && parts.next().is_none()
}

fn is_jws(text: &str) -> bool {
    let url_safe = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3
        && parts.iter().all(|part| url_safe(part))
        && !parts[0].is_empty()
        && !parts[2].is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_the_published_form() {
        for good in ["en", "deu", "en-US", "zh-Hant", "zh-Hant-TW", "es-419"] {
            assert!(is_language(good), "{good}");
        }
        for bad in [
            "",
            "e",
            "EN",
            "en-us",
            "en-US-Hant",
            "english",
            "en-",
            "en-U1",
        ] {
            assert!(!is_language(bad), "{bad}");
        }
    }

    #[test]
    fn decimals_have_digits_on_both_sides() {
        assert_eq!(decimal("-3.50"), Some(-3.5));
        assert_eq!(decimal("92"), Some(92.0));
        for bad in ["", ".5", "5.", "1e3", "inf", "NaN", "1,5", " 1", "--1"] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
    }
}
