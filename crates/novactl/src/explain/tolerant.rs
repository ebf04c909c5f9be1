//! JSON as Python writes and reads it, which is more than JSON: `NaN` and
//! infinities, numbers of any size, halves of characters. And several values one
//! after another, as logs and captures have them.

use serde_json::{Deserializer, Value as Json};
use versionedobjects::{Reader, Value};

/// Reads what was recorded. Several values become a list. Numbers that JSON
/// does not have are given as text.
///
/// # Errors
/// What a strict parser has against it, with the position.
pub fn parse(text: &str) -> serde_json::Result<Json> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let strict = match serde_json::from_str(text) {
        Ok(json) => return Ok(json),
        Err(error) => error,
    };
    let whole: String;
    let text = if text.contains("\\u") {
        whole = with_whole_characters(text);
        &whole
    } else {
        text
    };
    let mut values: Vec<Json> = Vec::new();
    for value in Deserializer::from_str(text).into_iter() {
        match value {
            Ok(value) => values.push(value),
            Err(_) => {
                values.clear();
                break;
            }
        }
    }
    match (values.len(), python(text)) {
        (1, _) => Ok(values.pop().unwrap_or_default()),
        (0, Some(json)) => Ok(json),
        (0, None) => Err(strict),
        _ => Ok(Json::Array(values)),
    }
}

/// A value that Python takes for JSON.
fn python(text: &str) -> Option<Json> {
    let mut reader = Reader::new(text).ok()?;
    let value = reader.value().ok()?;
    reader.finish().ok()?;
    Some(json(value))
}

fn json(value: Value) -> Json {
    match value {
        Value::Bool(value) => value.into(),
        Value::Int(value) => serde_json::Number::from_i128(value)
            .map_or_else(|| value.to_string().into(), Json::Number),
        Value::Float(value) => serde_json::Number::from_f64(value)
            .map_or_else(|| Value::Float(value).python_repr().into(), Json::Number),
        Value::Str(text) => text.into(),
        Value::List(items) => items.into_iter().map(json).collect(),
        Value::Map(items) => Json::Object(
            items
                .into_iter()
                .map(|(key, value)| (key, json(value)))
                .collect(),
        ),
        // Nothing else comes out of a text.
        _ => Json::Null,
    }
}

/// The text with the replacement character for escapes that are half of a
/// character, which Python reads and writes and nobody else does.
fn with_whole_characters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let high = unit(escape).filter(|unit| (0xd800..0xdc00).contains(unit));
        let pair = high.is_some()
            && escape
                .get(6..)
                .and_then(unit)
                .is_some_and(|unit| (0xdc00..0xe000).contains(&unit));
        let half = unit(escape).is_some_and(|unit| (0xd800..0xe000).contains(&unit)) && !pair;
        // What is escaped may be a backslash, which escapes nothing then.
        let length = match (pair, unit(escape)) {
            (true, _) => 12,
            (false, Some(_)) => 6,
            (false, None) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (taken, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        out.push_str(if half { "\\ufffd" } else { taken });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The UTF-16 unit that an escape at the start of the text stands for.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_python_writes_is_read() {
        for (text, expected) in [
            ("{\"a\": 1}", json!({"a": 1})),
            (
                "{\"a\": NaN, \"b\": [-Infinity]}",
                json!({"a": "nan", "b": ["-inf"]}),
            ),
            (
                "[1180591620717411303424, NaN]",
                json!(["1180591620717411303424", "nan"]),
            ),
            ("\"\\ud800x\"", json!("\u{fffd}x")),
            (
                "\"\\udc00\\ud83d\\ude00\\\\ud800\\ud800\"",
                json!("\u{fffd}😀\\ud800\u{fffd}"),
            ),
            ("{\"a\": 1}\n{\"a\": 2}\n", json!([{"a": 1}, {"a": 2}])),
            ("\u{feff}[]", json!([])),
        ] {
            assert_eq!(parse(text).expect(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_the_position() {
        for text in ["", "{\"a\": }", "{} x", "\"\\u12\"", "\"\\ud8", "\\"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
