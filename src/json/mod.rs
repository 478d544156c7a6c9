//! Strict JSON: one tree for signing, verifying and showing.
//!
//! A document that two programs could read differently is refused here, before anything trusts
//! it: duplicate keys, numbers that do not survive as doubles, `\u0000`, lone surrogates, nesting
//! deeper than [`MAX_DEPTH`] (I-JSON, RFC 7493; RFC 8785 §3.1). What is left has one meaning and
//! one canonical form, [`canonical`].

mod canonical;
mod parse;
mod read;

use std::borrow::Cow;

pub use canonical::{canonical, canonical_without, text};
pub use parse::{MAX_BYTES, MAX_DEPTH, ParseError, ParseErrorKind, parse, parse_bytes};

/// The members of an object, in the order they were written; keys are unique.
pub type Members<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// A JSON value that borrows from the text it was read from where it can.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number, as the double that every reader agrees on.
    Number(f64),
    /// Text.
    String(Cow<'a, str>),
    /// A list.
    Array(Vec<Value<'a>>),
    /// An object.
    Object(Members<'a>),
}

impl<'a> Value<'a> {
    /// The member `key` of an object; `None` for another key or for what is not an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.members()?
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The member `key` of an object, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value<'a>> {
        match self {
            Value::Object(members) => members
                .iter_mut()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Takes the member `key` out of an object, keeping the order of the others.
    pub fn remove(&mut self, key: &str) -> Option<Value<'a>> {
        let Value::Object(members) = self else {
            return None;
        };
        let at = members.iter().position(|(name, _)| name == key)?;
        Some(members.remove(at).1)
    }

    /// Sets the member `key` of an object, in place or at the end. Does nothing to other values.
    pub fn set(&mut self, key: impl Into<Cow<'a, str>>, value: Value<'a>) {
        let Value::Object(members) = self else { return };
        let key = key.into();
        match members.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => members.push((key, value)),
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The items of an array.
    #[must_use]
    pub fn items(&self) -> Option<&[Value<'a>]> {
        match self {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The items of an array, or the value itself as the only one: how Open Badges reads a member
    /// that may be given once or many times.
    #[must_use]
    pub fn one_or_many(&self) -> &[Value<'a>] {
        match self {
            Value::Array(items) => items,
            one => std::slice::from_ref(one),
        }
    }

    /// The members of an object.
    #[must_use]
    pub fn members(&self) -> Option<&Members<'a>> {
        match self {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// What stands at an RFC 6901 pointer (`/credentialSubject/result/0`; `""` is the whole).
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&Value<'a>> {
        steps(pointer)?.try_fold(self, |at, step| match at {
            Value::Object(_) => at.get(&step),
            Value::Array(items) => items.get(index(&step)?),
            _ => None,
        })
    }

    /// What stands at an RFC 6901 pointer, to change it.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Value<'a>> {
        steps(pointer)?.try_fold(self, |at, step| match at {
            Value::Object(_) => at.get_mut(&step),
            Value::Array(items) => items.get_mut(index(&step)?),
            _ => None,
        })
    }

    /// Calls `visit` with the pointer and value of this value and of everything inside, outermost
    /// first, in the order written.
    pub fn walk(&self, visit: &mut dyn FnMut(&str, &Value<'a>)) {
        self.walk_from(&mut String::new(), visit);
    }

    fn walk_from(&self, pointer: &mut String, visit: &mut dyn FnMut(&str, &Value<'a>)) {
        visit(pointer, self);
        let here = pointer.len();
        match self {
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    push_index(pointer, i);
                    item.walk_from(pointer, visit);
                    pointer.truncate(here);
                }
            }
            Value::Object(members) => {
                for (key, value) in members {
                    push_step(pointer, key);
                    value.walk_from(pointer, visit);
                    pointer.truncate(here);
                }
            }
            _ => {}
        }
    }

    /// The same value, owning all its text.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Bool(truth) => Value::Bool(truth),
            Value::Number(number) => Value::Number(number),
            Value::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Value::Array(items) => Value::Array(items.into_iter().map(Value::into_owned).collect()),
            Value::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }
}

/// Adds the place in a list to an RFC 6901 pointer.
pub fn push_index(pointer: &mut String, index: usize) {
    use std::fmt::Write as _;
    // Writing to a text does not fail.
    let _ = write!(pointer, "/{index}");
}

/// Adds one step to an RFC 6901 pointer, escaping `~` and `/`.
pub fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    if !step.contains(['~', '/']) {
        return pointer.push_str(step);
    }
    for c in step.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

fn steps(pointer: &str) -> Option<impl Iterator<Item = String>> {
    let rest = if pointer.is_empty() {
        None
    } else {
        Some(pointer.strip_prefix('/')?)
    };
    Some(
        rest.into_iter()
            .flat_map(|r| r.split('/'))
            .map(|step| step.replace("~1", "/").replace("~0", "~")),
    )
}

fn index(step: &str) -> Option<usize> {
    (step == "0" || !step.starts_with(['0', '+']))
        .then(|| step.parse().ok())
        .flatten()
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Value<'a> {
        Value::String(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::String(Cow::Owned(text))
    }
}

impl From<serde_json::Value> for Value<'static> {
    fn from(value: serde_json::Value) -> Value<'static> {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(truth) => Value::Bool(truth),
            serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap_or_default()),
            serde_json::Value::String(text) => Value::from(text),
            serde_json::Value::Array(items) => {
                Value::Array(items.into_iter().map(Value::from).collect())
            }
            serde_json::Value::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key), Value::from(value)))
                    .collect(),
            ),
        }
    }
}

impl From<&Value<'_>> for serde_json::Value {
    fn from(value: &Value<'_>) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(truth) => (*truth).into(),
            Value::Number(number) => plain_number(*number),
            Value::String(text) => text.as_ref().into(),
            Value::Array(items) => items.iter().map(serde_json::Value::from).collect(),
            Value::Object(members) => serde_json::Value::Object(
                members
                    .iter()
                    .map(|(key, value)| (key.to_string(), value.into()))
                    .collect(),
            ),
        }
    }
}

/// Whole numbers stay whole (`36`, not `36.0`), as RFC 8785 writes them.
#[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
fn plain_number(number: f64) -> serde_json::Value {
    if number.fract() == 0.0 && number.abs() <= parse::MAX_INTEGER as f64 {
        (number as i64).into()
    } else {
        number.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_find_what_walk_names() {
        let value = parse(r#"{"a/b":[1,{"~":"x"}],"":null}"#).expect("json");
        let mut seen = Vec::new();
        value.walk(&mut |pointer, found| {
            assert_eq!(value.pointer(pointer), Some(found));
            seen.push(pointer.to_owned());
        });
        assert_eq!(seen, ["", "/a~1b", "/a~1b/0", "/a~1b/1", "/a~1b/1/~0", "/"]);
        assert_eq!(value.pointer("/a~1b/01"), None);
        assert_eq!(value.pointer("a"), None);
    }

    #[test]
    fn members_are_set_in_place_and_removed_in_order() {
        let mut value = parse(r#"{"a":1,"b":2,"c":3}"#).expect("json");
        value.set("b", Value::from("two"));
        value.set("d", Value::Null);
        assert_eq!(value.remove("a"), Some(Value::Number(1.0)));
        assert_eq!(text(&value), r#"{"b":"two","c":3,"d":null}"#);
    }

    #[test]
    fn serde_json_values_go_both_ways() {
        let plain = serde_json::json!({"n": 36, "f": 3.5, "s": "é", "l": [true, null]});
        assert_eq!(serde_json::Value::from(&Value::from(plain.clone())), plain);
    }
}
