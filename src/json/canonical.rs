//! Writing: the canonical form of RFC 8785, and plain compact text.

use super::Value;

/// The canonical form (RFC 8785, JCS): keys in UTF-16 order, ECMAScript numbers, least escapes.
#[must_use]
pub fn canonical(value: &Value<'_>) -> String {
    canonical_without(value, &[])
}

/// [`canonical`], leaving out the members of the outermost object named in `skip`: a proof is made
/// over the document without it.
#[must_use]
pub fn canonical_without(value: &Value<'_>, skip: &[&str]) -> String {
    let mut out = String::with_capacity(1024);
    match value {
        Value::Object(members) => object(
            members
                .iter()
                .filter(|(key, _)| !skip.contains(&key.as_ref())),
            Order::Canonical,
            &mut out,
        ),
        other => write(other, Order::Canonical, &mut out),
    }
    out
}

/// Compact JSON text with members in the order they have in `value`.
#[must_use]
pub fn text(value: &Value<'_>) -> String {
    let mut out = String::with_capacity(8 * 1024);
    write(value, Order::AsWritten, &mut out);
    out
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    Canonical,
    AsWritten,
}

fn write(value: &Value<'_>, order: Order, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        // A tree only holds finite numbers: `parse` refuses the others.
        Value::Number(number) => out.push_str(ryu_js::Buffer::new().format_finite(*number)),
        Value::String(text) => string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, order, out);
            }
            out.push(']');
        }
        Value::Object(members) => object(members.iter(), order, out),
    }
}

type Member<'v, 'a> = &'v (std::borrow::Cow<'a, str>, Value<'a>);

fn object<'v, 'a: 'v>(
    members: impl Iterator<Item = Member<'v, 'a>>,
    order: Order,
    out: &mut String,
) {
    if order == Order::AsWritten {
        return in_braces(members, order, out);
    }
    let mut members: Vec<Member<'v, 'a>> = members.collect();
    // UTF-16 order is byte order unless a key holds a character from U+E000 up.
    if members.iter().all(|(key, _)| key.bytes().all(|b| b < 0xEE)) {
        members.sort_unstable_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    } else {
        members.sort_unstable_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
    }
    in_braces(members.into_iter(), order, out);
}

fn in_braces<'v, 'a: 'v>(
    members: impl Iterator<Item = Member<'v, 'a>>,
    order: Order,
    out: &mut String,
) {
    out.push('{');
    for (i, (key, value)) in members.enumerate() {
        if i > 0 {
            out.push(',');
        }
        string(key, out);
        out.push(':');
        write(value, order, out);
    }
    out.push('}');
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    // Without a branch in it, the scan takes many bytes a step; few texts have an escape.
    if text.bytes().fold(false, |found, b| found | is_escaped(b)) {
        escape(text, out);
    } else {
        out.push_str(text);
    }
    out.push('"');
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn escape(text: &str, out: &mut String) {
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
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.push_str("\\u00");
                out.push(char::from(HEX[usize::from(control >> 4)]));
                out.push(char::from(HEX[usize::from(control & 15)]));
            }
        }
    }
    out.push_str(&text[clean_from..]);
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn keys_sort_by_utf16_and_members_can_be_left_out() {
        let value = parse(r#"{"\ufb33":1,"\ud83d\ude00":2,"z":{"proof":0},"proof":3,"\u20ac":4}"#)
            .expect("json");
        assert_eq!(
            canonical_without(&value, &["proof"]),
            "{\"z\":{\"proof\":0},\"\u{20ac}\":4,\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }

    #[test]
    fn strings_are_escaped_no_more_than_needed() {
        let value = Value::from("\u{8}\t\n\u{c}\r\"\\/\u{1f}\u{7f}é");
        assert_eq!(
            canonical(&value),
            "\"\\b\\t\\n\\f\\r\\\"\\\\/\\u001f\u{7f}é\""
        );
    }
}
