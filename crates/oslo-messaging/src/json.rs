//! JSON text, written the way Python's `json.dumps` writes it, and passed on without being parsed again.

use std::borrow::Cow;
use std::fmt;
use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::{CharEscape, Formatter};
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

/// Writes a value in Python's form at the end of `out`.
///
/// # Errors
///
/// [`Error::Unwritable`] where serde has no JSON for the value.
pub fn write_value<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<()> {
    value
        .serialize(&mut serde_json::Serializer::with_formatter(
            out,
            PythonFormatter,
        ))
        .map_err(|error| Error::Unwritable {
            what: "a value".to_owned(),
            reason: error.to_string(),
        })
}

/// Writes `text` as a JSON string in Python's form (`ensure_ascii`), quotes included, at the end of `out`.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    write_escaped(out, text);
    out.push(b'"');
}

/// serde_json's hooks for Python's `json.dumps` defaults: `", "` and `": "`, ASCII only, floats as `repr` prints them.
#[derive(Clone, Copy, Debug, Default)]
pub struct PythonFormatter;

impl Formatter for PythonFormatter {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(python_float(value).as_bytes())
    }

    fn write_f32<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        self.write_f64(writer, f64::from(value))
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let clean = fragment.bytes().all(|b| (0x20..0x7f).contains(&b));
        if clean {
            return writer.write_all(fragment.as_bytes());
        }
        let mut out = Vec::with_capacity(fragment.len() + 16);
        write_escaped(&mut out, fragment);
        writer.write_all(&out)
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        let text: Cow<'_, [u8]> = match escape {
            CharEscape::Quote => b"\\\"".into(),
            CharEscape::ReverseSolidus => b"\\\\".into(),
            CharEscape::Solidus => b"/".into(),
            CharEscape::Backspace => b"\\b".into(),
            CharEscape::FormFeed => b"\\f".into(),
            CharEscape::LineFeed => b"\\n".into(),
            CharEscape::CarriageReturn => b"\\r".into(),
            CharEscape::Tab => b"\\t".into(),
            CharEscape::AsciiControl(byte) => format!("\\u{byte:04x}").into_bytes().into(),
        };
        writer.write_all(&text)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

/// A float as Python's `repr` has it: the shortest digits that read back, an exponent of at least two digits from 1e16
/// up and below 1e-4, and always a point or an exponent.
#[must_use]
pub fn python_float(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) && magnitude.is_finite() {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, power) = match exponent.strip_prefix('-') {
            Some(power) => ('-', power),
            None => ('+', exponent),
        };
        format!("{digits}e{sign}{power:0>2}")
    } else {
        format!("{value:?}")
    }
}

/// Two characters for what has a short escape, one for what needs `\u00XX`, none for what stays as it is.
const ESCAPES: [u8; 128] = {
    let mut table = [0u8; 128];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte += 1;
    }
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table[0x22] = b'"';
    table[0x5c] = b'\\';
    table[0x7f] = b'u';
    table
};

/// The inside of a JSON string, ASCII only.
fn write_escaped(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    fn unit(out: &mut Vec<u8>, unit: u16) {
        out.extend_from_slice(b"\\u");
        for shift in [12, 8, 4, 0] {
            out.push(HEX[usize::from((unit >> shift) & 0xf)]);
        }
    }
    let mut rest = text;
    while let Some(stop) = rest
        .bytes()
        .position(|byte| ESCAPES.get(usize::from(byte)) != Some(&0))
    {
        let (clean, tail) = rest.split_at(stop);
        out.extend_from_slice(clean.as_bytes());
        let mut chars = tail.chars();
        if let Some(char) = chars.next() {
            match ESCAPES.get(char as usize) {
                Some(b'u') | None => {
                    let mut units = [0; 2];
                    for &code in &*char.encode_utf16(&mut units) {
                        unit(out, code);
                    }
                }
                Some(short) => out.extend_from_slice(&[b'\\', *short]),
            }
        }
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
}

/// Checks nesting and the number of values in one pass, before anything is built from the text. Whether it is JSON at all
/// is not checked.
///
/// # Errors
///
/// [`Error::Malformed`] with the limit that was passed.
pub fn check_limits(what: &'static str, text: &[u8], limits: &Limits) -> Result<()> {
    let (mut depth, mut values) = (0usize, 1usize);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
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
            b'{' | b'[' => {
                depth += 1;
                values += 1;
                if depth > limits.depth {
                    return Err(Error::malformed(
                        what,
                        format_args!("it nests deeper than {}", limits.depth),
                    ));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
    }
    if values > limits.values {
        return Err(Error::malformed(
            what,
            format_args!("it holds more than {} values", limits.values),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Json, check_limits, python_float, write_string};
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
    fn floats_are_written_as_repr() {
        for (value, text) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (9999999999999998.0, "9999999999999998.0"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-1.25e-7, "-1.25e-07"),
        ] {
            assert_eq!(python_float(value), text);
        }
    }

    #[test]
    fn strings_read_back() {
        for text in [
            "",
            "plain",
            "\u{0}\u{1f}\u{7f}\u{80}\u{ffff}\u{10ffff}",
            "a\"b\\c/d",
        ] {
            let mut out = Vec::new();
            write_string(&mut out, text);
            assert!(out.iter().all(u8::is_ascii));
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
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
