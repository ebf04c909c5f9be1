//! A value of any type, as it is before a field has had its say.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use indexmap::IndexMap;

use crate::VersionedObject;
use crate::fields::DateTime;

/// A dynamic value: what a field is given before it coerces it, and what
/// access by name returns.
///
/// It distinguishes what Python distinguishes (a set is not a list, an
/// integer is not a float), because oslo's coercions do.
#[derive(Debug)]
pub enum Value {
    /// `None`
    Null,
    /// `True`, `False`
    Bool(bool),
    /// An integer; larger ones than 128 bits do not occur.
    Int(i128),
    /// A floating point number, NaN and infinities included.
    Float(f64),
    /// Text.
    Str(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// A list or tuple.
    List(Vec<Self>),
    /// A set; the order carries no meaning.
    Set(Vec<Self>),
    /// A dictionary with text keys.
    Map(IndexMap<String, Self>),
    /// A dictionary with a key that is no text, which every field refuses.
    OddMap(Vec<(Self, Self)>),
    /// A date and time.
    DateTime(DateTime),
    /// An object.
    Object(Box<dyn VersionedObject>),
}

impl Value {
    /// The name of Python's type for it, as error messages use it.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Map(_) | Self::OddMap(_) => "dict",
            Self::DateTime(_) => "datetime.datetime",
            Self::Object(_) => "object",
        }
    }

    /// Whether Python counts it as true.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Str(value) => !value.is_empty(),
            Self::Bytes(value) => !value.is_empty(),
            Self::List(items) | Self::Set(items) => !items.is_empty(),
            Self::Map(items) => !items.is_empty(),
            Self::OddMap(items) => !items.is_empty(),
            Self::DateTime(_) | Self::Object(_) => true,
        }
    }

    /// Python's `repr()`: the text that fingerprints and error messages are made of.
    #[must_use]
    pub fn python_repr(&self) -> String {
        let mut out = String::new();
        self.write_repr(&mut out);
        out
    }

    /// Python's `str()`: what oslo's text fields make of a value.
    #[must_use]
    pub fn python_str(&self) -> String {
        match self {
            Self::Str(text) => text.clone(),
            Self::DateTime(value) => value.python_str(),
            other => other.python_repr(),
        }
    }

    fn write_repr(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("None"),
            Self::Bool(true) => out.push_str("True"),
            Self::Bool(false) => out.push_str("False"),
            Self::Int(value) => {
                let _ = write!(out, "{value}");
            }
            Self::Float(value) => out.push_str(&python_json::float_repr(*value)),
            Self::Str(text) => write_str_repr(out, text),
            Self::Bytes(bytes) => {
                out.push('b');
                let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
                write_str_repr(out, &text);
            }
            Self::List(items) => write_items(out, "[", items, "]"),
            Self::Set(items) if items.is_empty() => out.push_str("set()"),
            Self::Set(items) => write_items(out, "{", items, "}"),
            Self::Map(items) => {
                out.push('{');
                for (index, (key, value)) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    write_str_repr(out, key);
                    out.push_str(": ");
                    value.write_repr(out);
                }
                out.push('}');
            }
            Self::OddMap(items) => {
                out.push('{');
                for (index, (key, value)) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    key.write_repr(out);
                    out.push_str(": ");
                    value.write_repr(out);
                }
                out.push('}');
            }
            Self::DateTime(value) => out.push_str(&value.python_str()),
            Self::Object(object) => {
                let _ = write!(out, "{object:?}");
            }
        }
    }
}

fn write_items(out: &mut String, open: &str, items: &[Value], close: &str) {
    out.push_str(open);
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        item.write_repr(out);
    }
    out.push_str(close);
}

fn write_str_repr(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

impl Clone for Value {
    fn clone(&self) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Bool(value) => Self::Bool(*value),
            Self::Int(value) => Self::Int(*value),
            Self::Float(value) => Self::Float(*value),
            Self::Str(value) => Self::Str(value.clone()),
            Self::Bytes(value) => Self::Bytes(value.clone()),
            Self::List(value) => Self::List(value.clone()),
            Self::Set(value) => Self::Set(value.clone()),
            Self::Map(value) => Self::Map(value.clone()),
            Self::OddMap(value) => Self::OddMap(value.clone()),
            Self::DateTime(value) => Self::DateTime(*value),
            Self::Object(value) => Self::Object(value.clone_box()),
        }
    }
}

impl PartialEq for Value {
    /// Equality of content. Objects are equal when their data is; sets when
    /// they hold the same items; an integer equals a float of the same value,
    /// as in Python.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            #[expect(
                clippy::cast_precision_loss,
                reason = "Python compares int and float by value; no field keeps integers this large"
            )]
            (Self::Int(a), Self::Float(b)) | (Self::Float(b), Self::Int(a)) => *a as f64 == *b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Set(a), Self::Set(b)) => {
                a.len() == b.len() && a.iter().all(|item| b.contains(item))
            }
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::OddMap(a), Self::OddMap(b)) => a == b,
            (Self::DateTime(a), Self::DateTime(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => crate::object::eq_data(&**a, &**b),
            _ => false,
        }
    }
}

macro_rules! value_from {
    ($($source:ty => |$value:ident| $make:expr;)*) => {
        $(impl From<$source> for Value {
            fn from($value: $source) -> Self {
                $make
            }
        })*
    };
}

value_from! {
    () => |_value| Self::Null;
    bool => |value| Self::Bool(value);
    i32 => |value| Self::Int(value.into());
    i64 => |value| Self::Int(value.into());
    u32 => |value| Self::Int(value.into());
    u64 => |value| Self::Int(value.into());
    i128 => |value| Self::Int(value);
    f64 => |value| Self::Float(value);
    &str => |value| Self::Str(value.to_owned());
    String => |value| Self::Str(value);
    DateTime => |value| Self::DateTime(value);
    Vec<Value> => |value| Self::List(value);
    IndexMap<String, Value> => |value| Self::Map(value);
    BTreeMap<String, Value> => |value| Self::Map(value.into_iter().collect());
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => number
                .as_i128()
                .map(Self::Int)
                .or_else(|| number.as_f64().map(Self::Float))
                .unwrap_or(Self::Null),
            Json::String(text) => Self::Str(text),
            Json::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Json::Object(items) => {
                Self::Map(items.into_iter().map(|(k, v)| (k, Self::from(v))).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_is_python_s() {
        let map: IndexMap<String, Value> = [("a".to_owned(), Value::from(1))].into_iter().collect();
        for (value, text) in [
            (Value::Null, "None"),
            (Value::from(true), "True"),
            (Value::from("it's"), "\"it's\""),
            (Value::from("a\n"), "'a\\n'"),
            (Value::List(vec![1.into(), "x".into()]), "[1, 'x']"),
            (Value::Set(vec![]), "set()"),
            (Value::Set(vec!["a".into()]), "{'a'}"),
            (Value::Map(map), "{'a': 1}"),
            (Value::Bytes(b"x".to_vec()), "b'x'"),
        ] {
            assert_eq!(value.python_repr(), text);
        }
    }
}
