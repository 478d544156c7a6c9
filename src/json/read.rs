//! Reading a tree into a type of one's own (`serde`), without a copy of the tree in between.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{
        IntoDeserializer, Visitor,
        value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};

use super::{Value, plain_number};

type Error = serde_json::Error;

/// A member's name on its way into a type.
struct Name<'de>(&'de Cow<'de, str>);

impl<'de> IntoDeserializer<'de, Error> for Name<'de> {
    type Deserializer = BorrowedStrDeserializer<'de, Error>;

    fn into_deserializer(self) -> Self::Deserializer {
        BorrowedStrDeserializer::new(self.0)
    }
}

impl<'de> IntoDeserializer<'de, Error> for &'de Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for &'de Value<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Value::Null => visitor.visit_unit(),
            Value::Bool(truth) => visitor.visit_bool(*truth),
            Value::Number(number) => plain_number(*number).deserialize_any(visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.iter());
                let read = visitor.visit_seq(&mut items)?;
                items.end().map(|()| read)
            }
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| (Name(name), value));
                let mut members = MapDeserializer::new(members);
                let read = visitor.visit_map(&mut members)?;
                members.end().map(|()| read)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Value::String(text) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            other => serde_json::Value::from(other).deserialize_enum(name, variants, visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use crate::json;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum Shape {
        Round,
        Sided(u8),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Read {
        text: String,
        whole: u32,
        part: f64,
        truth: Option<bool>,
        nothing: Option<String>,
        shapes: Vec<Shape>,
        #[serde(default)]
        named: BTreeMap<String, (u8, u8)>,
    }

    #[test]
    fn what_serde_json_reads_is_read_alike_and_so_is_what_it_refuses() {
        let whole = r#"{"text":"é","whole":36,"part":3.5,"truth":true,"nothing":null,
            "shapes":["round",{"sided":4}],"named":{"a":[1,2]}}"#;
        for text in [
            whole,
            &whole.replace("36", "-1"),
            &whole.replace("36", "\"36\""),
            &whole.replace("\"é\"", "null"),
            &whole.replace("round", "square"),
            &whole.replace("true", "1"),
            &whole.replace("\"named\"", "\"other\""),
            &whole.replace("\"part\":3.5,", ""),
            "[]",
            "7",
        ] {
            let value = json::parse(text).expect("json");
            let ours = Read::deserialize(&value).map_err(|error| error.to_string());
            let plain = serde_json::Value::from(&value);
            let theirs = serde_json::from_value(plain).map_err(|error| error.to_string());
            assert_eq!(ours, theirs, "{text}");
        }
        assert!(Read::deserialize(&json::parse(whole).expect("json")).is_ok());
        let longer = whole.replace("[1,2]", "[1,2,3]");
        assert!(Read::deserialize(&json::parse(&longer).expect("json")).is_err());
    }
}
