//! Reading: `serde_json` does the syntax, this file refuses what has more than one meaning.

use std::{borrow::Cow, cell::Cell, collections::HashSet, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Members, Value};

/// The largest document that is read, in bytes.
pub const MAX_BYTES: usize = crate::config::limits::DOCUMENT_BYTES;
/// How many arrays and objects may stand inside one another.
pub const MAX_DEPTH: usize = crate::config::limits::DOCUMENT_DEPTH;
/// The largest integer every program reads alike: 2^53 − 1 (RFC 7493 §2.2).
pub(super) const MAX_INTEGER: i64 = 9_007_199_254_740_991;

/// Past this many members a hash set looks for duplicates instead of a scan.
const SCAN_KEYS: usize = 24;

/// Why a text was not read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, for a program to tell apart.
    pub kind: ParseErrorKind,
    /// Line of the fault, from 1; 0 where a position has no meaning (size).
    pub line: usize,
    /// Column of the fault in bytes, from 1; 0 where a position has no meaning.
    pub column: usize,
    /// What is wrong, in plain words, without the position.
    pub message: String,
}

/// The kinds of [`ParseError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseErrorKind {
    /// More than [`MAX_BYTES`].
    TooLarge,
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// Not JSON.
    Syntax,
    /// One object names a member twice.
    DuplicateKey,
    /// A number that programs read differently: too large, too precise, or minus zero.
    Number,
    /// A character that must not occur: `\u0000`.
    Character,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}, column {}: {}", self.column, self.message),
        }
    }
}

impl std::error::Error for ParseError {}

/// Reads one JSON document of at most [`MAX_BYTES`]; borrows its strings where nothing was escaped.
///
/// # Errors
/// The first fault, with its line and column.
pub fn parse(text: &str) -> Result<Value<'_>, ParseError> {
    if text.len() > MAX_BYTES {
        let message = format!(
            "the document has {} bytes; at most {MAX_BYTES} are read",
            text.len()
        );
        return Err(ParseError {
            kind: ParseErrorKind::TooLarge,
            line: 0,
            column: 0,
            message,
        });
    }
    let kind = Cell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Seed {
        depth: 0,
        kind: &kind,
    }
    .deserialize(&mut deserializer)
    .and_then(|value| deserializer.end().map(|()| value))
    .map_err(|error| explain(&error, kind.get()))
}

/// [`parse`] for bytes from outside: they must be UTF-8.
///
/// # Errors
/// The first fault, with its line and column.
pub fn parse_bytes(bytes: &[u8]) -> Result<Value<'_>, ParseError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(error) => {
            let good = &bytes[..error.valid_up_to()];
            let line = 1 + good.iter().filter(|b| **b == b'\n').count();
            let column = 1 + good.iter().rev().take_while(|b| **b != b'\n').count();
            let message = "these bytes are not UTF-8 text".to_owned();
            Err(ParseError {
                kind: ParseErrorKind::NotUtf8,
                line,
                column,
                message,
            })
        }
    }
}

fn explain(error: &serde_json::Error, kind: Option<ParseErrorKind>) -> ParseError {
    let whole = error.to_string();
    let message = whole
        .rsplit_once(" at line ")
        .map_or(whole.as_str(), |(message, _)| message)
        .to_owned();
    let kind = kind.unwrap_or(match message.as_str() {
        "number out of range" => ParseErrorKind::Number,
        "recursion limit exceeded" => ParseErrorKind::TooDeep,
        _ => ParseErrorKind::Syntax,
    });
    ParseError {
        kind,
        line: error.line(),
        column: error.column(),
        message,
    }
}

#[derive(Clone, Copy)]
struct Seed<'k> {
    depth: usize,
    kind: &'k Cell<Option<ParseErrorKind>>,
}

impl Seed<'_> {
    fn refuse<E: de::Error>(self, kind: ParseErrorKind, message: impl fmt::Display) -> E {
        self.kind.set(Some(kind));
        E::custom(message)
    }

    fn inner<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(self.refuse(
                ParseErrorKind::TooDeep,
                format_args!("nested deeper than {MAX_DEPTH} levels"),
            ));
        }
        Ok(Seed {
            depth: self.depth + 1,
            kind: self.kind,
        })
    }

    /// A text with an escape in it. Only these can hold a NUL: a raw one is a syntax error.
    fn unescaped<'de, E: de::Error>(self, text: &str) -> Result<Cow<'de, str>, E> {
        if text.as_bytes().contains(&0) {
            return Err(self.refuse(
                ParseErrorKind::Character,
                "the character \\u0000 is not allowed",
            ));
        }
        Ok(Cow::Owned(text.to_owned()))
    }

    /// An integer up to 2^53, or beyond it one that is written as every program writes the number
    /// that it reads (RFC 8785 §3.2.2.3): that is how `1e18` comes back from its canonical form.
    #[expect(clippy::cast_precision_loss, reason = "what is lost is looked at")]
    fn integer<'de, E: de::Error>(self, exact: i128) -> Result<Value<'de>, E> {
        let number = exact as f64;
        let is_small = exact.unsigned_abs() <= u128::from(MAX_INTEGER.unsigned_abs());
        if is_small || ryu_js::Buffer::new().format_finite(number) == exact.to_string() {
            return Ok(Value::Number(number));
        }
        Err(self.refuse(
            ParseErrorKind::Number,
            format_args!("the integer {exact} is beyond 2^53, where programs read different numbers; put it in quotes"),
        ))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value<'de>, E> {
        self.integer(number.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value<'de>, E> {
        self.integer(number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value<'de>, E> {
        if number == 0.0 && number.is_sign_negative() {
            return Err(self.refuse(ParseErrorKind::Number, "minus zero is not allowed; write 0"));
        }
        Ok(Value::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value<'de>, E> {
        self.unescaped(text).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value<'de>, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value<'de>, A::Error> {
        let inner = self.inner()?;
        let mut members: Members<'de> = Vec::with_capacity(8);
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(key) = access.next_key_seed(Key(self))? {
            if members.len() == SCAN_KEYS {
                seen = members.iter().map(|(name, _)| name.to_string()).collect();
            }
            let twice = if members.len() < SCAN_KEYS {
                members.iter().any(|(name, _)| *name == key)
            } else {
                !seen.insert(key.to_string())
            };
            if twice {
                return Err(self.refuse(
                    ParseErrorKind::DuplicateKey,
                    format_args!("the key {key:?} stands twice in one object"),
                ));
            }
            members.push((key, access.next_value_seed(inner)?));
        }
        Ok(Value::Object(members))
    }
}

struct Key<'k>(Seed<'k>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Cow<'de, str>, E> {
        self.0.unescaped(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> (ParseErrorKind, String) {
        let error = parse(text).expect_err(text);
        (error.kind, error.to_string())
    }

    #[test]
    fn what_is_read_is_read_again_from_its_canonical_form() {
        for text in [
            "9007199254740991",
            "-9007199254740991.0",
            "9007199254740992",
            "1e18",
            "-1e18",
            "600000000000218712.6",
            "9.007199254740993e15",
            "1e21",
            "-1.5e300",
            "0.1",
            "5e-324",
        ] {
            let value = parse(text).expect(text);
            assert_eq!(parse(&crate::json::canonical(&value)), Ok(value), "{text}");
        }
        for text in [
            "9007199254740993",
            "-9007199254740993",
            "1000000000000000001",
        ] {
            let refused = parse(text).expect_err(text);
            assert_eq!(refused.kind, ParseErrorKind::Number, "{text}");
        }
    }

    #[test]
    fn strings_are_borrowed_unless_escaped() {
        let value = parse(r#"{"plain":"x","escaped":"\n"}"#).expect("json");
        assert!(matches!(
            value.get("plain"),
            Some(Value::String(Cow::Borrowed("x")))
        ));
        assert!(matches!(
            value.get("escaped"),
            Some(Value::String(Cow::Owned(_)))
        ));
    }

    #[test]
    fn a15_duplicate_keys_are_refused_at_any_depth() {
        for text in [
            r#"{"issuer":"did:web:evil.test","issuer":"did:web:victim.test"}"#,
            r#"{"a":{"issuer":1,"issuer":1}}"#,
            r#"{"a":[{"b":{"issuer":1,"\u0069ssuer":2}}]}"#,
        ] {
            assert_eq!(refusal(text).0, ParseErrorKind::DuplicateKey, "{text}");
        }
        let many: Vec<String> = (0..40).map(|i| format!("\"k{i}\":0")).collect();
        assert!(parse(&format!("{{{}}}", many.join(","))).is_ok());
        for twin in [0, 23, 24, 25, 39] {
            let (kind, message) = refusal(&format!("{{{},\"k{twin}\":1}}", many.join(",")));
            assert_eq!(kind, ParseErrorKind::DuplicateKey);
            assert!(
                message.contains(&format!("the key \"k{twin}\" stands twice in one object")),
                "{message}"
            );
        }
    }

    #[test]
    fn a16_numbers_and_characters_with_two_meanings_are_refused() {
        let table = [
            ("1e400", ParseErrorKind::Number),
            ("-0", ParseErrorKind::Number),
            ("-0.0", ParseErrorKind::Number),
            ("9007199254740993", ParseErrorKind::Number),
            ("-9007199254740993", ParseErrorKind::Number),
            ("18446744073709551615", ParseErrorKind::Number),
            ("NaN", ParseErrorKind::Syntax),
            (r#""\ud800""#, ParseErrorKind::Syntax),
            (r#""\u0000""#, ParseErrorKind::Character),
            (r#"{"\u0000":1}"#, ParseErrorKind::Character),
            ("\"a\0\"", ParseErrorKind::Syntax),
            ("{\"a\0\":1}", ParseErrorKind::Syntax),
            ("\u{feff}{}", ParseErrorKind::Syntax),
            ("{} x", ParseErrorKind::Syntax),
        ];
        for (text, kind) in table {
            assert_eq!(refusal(text).0, kind, "{text}");
        }
        assert_eq!(
            parse("9007199254740991"),
            Ok(Value::Number(9_007_199_254_740_991.0))
        );
    }

    #[test]
    fn b11_deep_nesting_is_refused_before_it_hurts() {
        let nest = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(&nest(64)).is_ok());
        assert_eq!(refusal(&nest(65)).0, ParseErrorKind::TooDeep);
        assert_eq!(refusal(&nest(100_000)).0, ParseErrorKind::TooDeep);
        assert_eq!(
            refusal(&format!("{}1{}", r#"{"a":"#.repeat(65), "}".repeat(65))).0,
            ParseErrorKind::TooDeep
        );
    }

    #[test]
    fn b12_large_documents_are_refused_unread() {
        let text = format!("\"{}\"", "x".repeat(MAX_BYTES));
        assert_eq!(
            refusal(&text),
            (
                ParseErrorKind::TooLarge,
                "the document has 262146 bytes; at most 262144 are read".into()
            )
        );
    }

    #[test]
    fn faults_name_line_and_column() {
        assert_eq!(
            refusal("{\n  \"a\": 1,\n  \"a\": 2\n}").1,
            "line 3, column 5: the key \"a\" stands twice in one object"
        );
        assert_eq!(refusal("{\n \"a\" 1}").1, "line 2, column 6: expected `:`");
        let error = parse_bytes(b"{\n\"\xff\"}").expect_err("not utf-8");
        assert_eq!(
            (error.kind, error.line, error.column),
            (ParseErrorKind::NotUtf8, 2, 2)
        );
    }
}
