//! Our own JSON as the schema's checker reads it: nothing is copied to be checked.

use std::borrow::Cow;

use jsonschema::{
    JsonType,
    json::{Array, Json, JsonNumber, Node, NodeIdentity, Object},
};

use crate::json::Value;

/// [`Value`], as a representation of JSON.
pub(super) struct Ours;

type Member<'a> = (Cow<'a, str>, Value<'a>);

impl Json for Ours {
    type Node<'a> = &'a Value<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    // Members stand in a list: to go over them once costs no more than to find one.
    const KEYS_PER_LOOKUP: usize = 8;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(
        _buffer: &mut (),
        string: &str,
        f: impl FnOnce(Self::Node<'_>) -> T,
    ) -> T {
        f(&Value::from(string))
    }
}

/// A number: the double that every reader agrees on.
pub(super) struct Double(f64);

/// The doubles below this in size hold every whole number exactly: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Double {
    fn is_whole(&self) -> bool {
        self.0.fract() == 0.0 && self.0.abs() < EXACT
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is whole, and small enough"
)]
impl JsonNumber for Double {
    fn as_u64(&self) -> Option<u64> {
        (self.is_whole() && self.0 >= 0.0).then_some(self.0 as u64)
    }

    fn as_i64(&self) -> Option<i64> {
        self.is_whole().then_some(self.0 as i64)
    }

    fn as_f64(&self) -> Option<f64> {
        Some(self.0)
    }

    fn as_str(&self) -> Cow<'_, str> {
        self.to_number().to_string().into()
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        let number = match self.as_i64() {
            Some(whole) => Some(whole.into()),
            None => serde_json::Number::from_f64(self.0),
        };
        // No text of JSON holds a number that is none.
        Cow::Owned(number.unwrap_or_else(|| 0.into()))
    }

    fn is_integer(&self) -> bool {
        self.0.fract() == 0.0
    }
}

impl<'a> Node<'a, Ours> for &'a Value<'a> {
    type Object = &'a [Member<'a>];
    type Array = &'a [Value<'a>];
    type Number = Double;

    fn as_object(&self) -> Option<Self::Object> {
        self.members().map(Vec::as_slice)
    }

    fn as_array(&self) -> Option<Self::Array> {
        self.items()
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.as_str().map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<Double> {
        Value::as_number(self).map(Double)
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    fn json_type(&self) -> JsonType {
        match self {
            Value::Null => JsonType::Null,
            Value::Bool(_) => JsonType::Boolean,
            Value::Number(_) => JsonType::Number,
            Value::String(_) => JsonType::String,
            Value::Array(_) => JsonType::Array,
            Value::Object(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        match (self, expected) {
            (Value::String(text), serde_json::Value::String(expected)) => text == expected,
            (Value::String(_), _) | (_, serde_json::Value::String(_)) => false,
            _ => jsonschema::json::cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned((*self).into())
    }

    fn identity(&self) -> Option<NodeIdentity> {
        let address = std::ptr::from_ref::<Value<'a>>(*self).addr();
        Some(NodeIdentity::new(address))
    }
}

impl<'a> Object<'a, Ours> for &'a [Member<'a>] {
    type Node = &'a Value<'a>;
    type MemberName = &'a str;
    type MembersIter = Each<'a>;

    fn len(&self) -> usize {
        <[Member<'a>]>::len(self)
    }

    fn get(&self, key: &String) -> Option<&'a Value<'a>> {
        let mut members = self.iter();
        members
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    fn members(&self) -> Each<'a> {
        Each(self.iter())
    }
}

/// The members of an object, one by one.
pub(super) struct Each<'a>(std::slice::Iter<'a, Member<'a>>);

impl<'a> Iterator for Each<'a> {
    type Item = (&'a str, &'a Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (&**name, value))
    }
}

impl<'a> Array<'a, Ours> for &'a [Value<'a>] {
    type Node = &'a Value<'a>;
    type ElementsIter = std::slice::Iter<'a, Value<'a>>;

    fn len(&self) -> usize {
        <[Value<'a>]>::len(self)
    }

    fn elements(&self) -> Self::ElementsIter {
        self.iter()
    }
}
