//! JSON text, written the way Python's `json.dumps` writes it, and passed on without being parsed again.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::options::Limits;

/// One JSON value as text: a result, an argument. It is copied into messages as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Json(String);

impl Json {
    /// Text that is known to be one JSON value, because a JSON writer made it. It is not looked at: text that is not JSON
    /// makes a message its receiver rejects.
    #[must_use]
    pub fn from_written(text: String) -> Self {
        Self(text)
    }

    /// Writes a value in Python's form.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`] where serde has no JSON for the value.
    pub fn from_value<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let mut text = Vec::with_capacity(128);
        write_value(&mut text, value)?;
        Self::from_utf8(text)
    }

    /// Takes text from elsewhere after checking that it is one JSON value.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is not.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str::<&RawValue>(text)
            .map(|raw| Self(raw.get().to_owned()))
            .map_err(|error| Error::malformed("a JSON value", error))
    }

    /// `null`.
    #[must_use]
    pub fn null() -> Self {
        Self("null".to_owned())
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0 == "null"
    }

    /// The text.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }

    /// The text, without a copy.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// Reads it as a type of yours.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is something else.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.0).map_err(|error| Error::malformed("a JSON value", error))
    }

    fn from_utf8(text: Vec<u8>) -> Result<Self> {
        String::from_utf8(text)
            .map(Self)
            .map_err(|error| Error::malformed("written JSON", error))
    }
}

impl From<Box<RawValue>> for Json {
    fn from(raw: Box<RawValue>) -> Self {
        Self(String::from(Box::<str>::from(raw)))
    }
}

impl From<&RawValue> for Json {
    fn from(raw: &RawValue) -> Self {
        Self(raw.get().to_owned())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Json {
    /// Shows the size only: results may hold secrets, and end up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.0.len())
    }
}

pub use python_json::write_string;

/// Writes a value in Python's form at the end of `out`.
///
/// # Errors
///
/// [`Error::Unwritable`] where serde has no JSON for the value.
pub fn write_value<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<()> {
    python_json::write_value(out, value).map_err(|error| Error::Unwritable {
        what: "a value".to_owned(),
        reason: error.to_string(),
    })
}

/// Checks nesting and the number of values in one pass, before anything is built from the text. Whether it is JSON at all
/// is not checked.
///
/// # Errors
///
/// [`Error::Malformed`] with the limit that was passed.
pub fn check_limits(what: &'static str, text: &[u8], limits: &Limits) -> Result<()> {
    let mut extent = Extent::default();
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        if *byte != b'"' {
            extent.see(*byte, what, limits)?;
            continue;
        }
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' => {
                    bytes.next();
                }
                b'"' => break,
                _ => {}
            }
        }
    }
    extent.check(what, limits)
}

/// How deep a text nests and how many values it holds, as far as it was seen.
#[derive(Default)]
pub(crate) struct Extent {
    depth: usize,
    /// Those after the first.
    values: usize,
}

impl Extent {
    /// Sees the next byte that is outside strings.
    #[inline]
    pub(crate) fn see(&mut self, byte: u8, what: &'static str, limits: &Limits) -> Result<()> {
        match byte {
            b'{' | b'[' => {
                self.depth += 1;
                self.values += 1;
                if self.depth > limits.depth {
                    return Err(Error::malformed(
                        what,
                        format_args!("it nests deeper than {}", limits.depth),
                    ));
                }
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b',' => self.values += 1,
            _ => {}
        }
        Ok(())
    }

    /// Checks the number of values when all was seen.
    pub(crate) fn check(&self, what: &'static str, limits: &Limits) -> Result<()> {
        if self.values >= limits.values {
            return Err(Error::malformed(
                what,
                format_args!("it holds more than {} values", limits.values),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Json, check_limits};
    use crate::options::Limits;

    #[test]
    fn values_are_written_as_python_writes_them() {
        for (value, text) in [
            (
                json!({"a": [1, 2.0, null, true], "b": {}}),
                r#"{"a": [1, 2.0, null, true], "b": {}}"#,
            ),
            (json!([]), "[]"),
            (
                json!("h\u{e9}\u{1F600}\u{7f}\u{1}\n\"\\/"),
                r#""h\u00e9\ud83d\ude00\u007f\u0001\n\"\\/""#,
            ),
            (json!({"k\u{e9}": 1}), r#"{"k\u00e9": 1}"#),
            (json!(1e20), "1e+20"),
        ] {
            assert_eq!(Json::from_value(&value).unwrap().get(), text);
        }
    }

    #[test]
    fn depth_and_counts_are_limited_outside_strings_only() {
        let limits = Limits {
            depth: 2,
            values: 6,
            ..Limits::default()
        };
        let check = |text: &str| check_limits("it", text.as_bytes(), &limits).is_ok();
        assert!(check("[[1],[2]]"));
        assert!(!check("[[[1]]]"));
        assert!(check(r#"["[[[[{{{{", "\"[[["]"#));
        assert!(!check("[1,2,3,4,5,6]"));
        assert!(check(r#"[1,"2,3,4,5,6,7"]"#));
        assert!(check(r#"]]]]["#));
    }
}
