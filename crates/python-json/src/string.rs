//! Strings.

use crate::word;

/// What a byte becomes inside a JSON string: 0 for itself, `u` for `\u00XX` or
/// the start of a longer character, otherwise the letter of its short escape.
static ASCII_ONLY: [u8; 256] = escapes(true);

/// The same, where characters beyond ASCII stay as they are.
static UNICODE: [u8; 256] = escapes(false);

const fn escapes(ascii_only: bool) -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte {
            0x08 => b'b',
            0x09 => b't',
            0x0a => b'n',
            0x0c => b'f',
            0x0d => b'r',
            0x22 => b'"',
            0x5c => b'\\',
            0x00..=0x1f | 0x7f => b'u',
            0x80.. if ascii_only => b'u',
            _ => 0,
        };
        byte += 1;
    }
    table
}

/// Where text is appended: to text, or to bytes that something else may have
/// begun.
pub trait Sink {
    /// Appends `text`.
    fn append(&mut self, text: &str);
}

impl Sink for String {
    #[inline]
    fn append(&mut self, text: &str) {
        self.push_str(text);
    }
}

impl Sink for Vec<u8> {
    #[inline]
    fn append(&mut self, text: &str) {
        self.extend_from_slice(text.as_bytes());
    }
}

/// Writes `text` as a JSON string, quotes included, ASCII only (Python's
/// default, `ensure_ascii`).
pub fn write_string(out: &mut impl Sink, text: &str) {
    write(out, text, &ASCII_ONLY, word::beyond_ascii);
}

/// Writes `text` as a JSON string, quotes included, with characters beyond
/// ASCII as they are.
pub fn write_unicode_string(out: &mut impl Sink, text: &str) {
    write(out, text, &UNICODE, |_| 0);
}

/// `table` has every byte that is to be escaped; `beyond_ascii` marks those
/// of them that are not ASCII.
#[inline]
fn write(
    out: &mut impl Sink,
    text: &str,
    table: &[u8; 256],
    beyond_ascii: impl Fn(u64) -> u64 + Copy,
) {
    out.append("\"");
    let mut rest = text;
    while let Some(stop) = special(rest.as_bytes(), table, beyond_ascii) {
        // Before `stop` are whole characters: it is at an ASCII byte, or at
        // the first byte of a longer character.
        let (clean, tail) = rest.split_at(stop);
        out.append(clean);
        let mut chars = tail.chars();
        if let Some(c) = chars.next() {
            let short = u8::try_from(c).ok().filter(u8::is_ascii);
            match short.map(|byte| table[usize::from(byte)]) {
                Some(b'"') => out.append("\\\""),
                Some(b'\\') => out.append("\\\\"),
                Some(b'b') => out.append("\\b"),
                Some(b't') => out.append("\\t"),
                Some(b'n') => out.append("\\n"),
                Some(b'f') => out.append("\\f"),
                Some(b'r') => out.append("\\r"),
                _ => c
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .for_each(|unit| write_unit(out, *unit)),
            }
        }
        rest = chars.as_str();
    }
    out.append(rest);
    out.append("\"");
}

/// Where the first byte is that is to be escaped.
#[inline]
fn special(text: &[u8], table: &[u8; 256], beyond_ascii: impl Fn(u64) -> u64) -> Option<usize> {
    let mut rest = text;
    while let Some((bytes, tail)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*bytes);
        let found = word::control(word)
            | word::equal(word, 0x7f)
            | word::equal(word, b'"')
            | word::equal(word, b'\\')
            | beyond_ascii(word);
        if let Some(clean) = word::first(found) {
            return Some(text.len() - rest.len() + clean);
        }
        rest = tail;
    }
    let stop = rest
        .iter()
        .position(|byte| table[usize::from(*byte)] != 0)?;
    Some(text.len() - rest.len() + stop)
}

/// `\uXXXX`
fn write_unit(out: &mut impl Sink, unit: u16) {
    const HEX: &str = "0123456789abcdef";
    out.append("\\u");
    for shift in [12, 8, 4, 0] {
        let digit = usize::from((unit >> shift) & 0xf);
        out.append(HEX.get(digit..=digit).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{write_string, write_unicode_string};

    fn written(write: fn(&mut String, &str), text: &str) -> String {
        let mut out = String::new();
        write(&mut out, text);
        out
    }

    #[test]
    fn text_is_escaped_as_python_escapes_it() {
        for (text, ascii, unicode) in [
            ("plain", r#""plain""#, r#""plain""#),
            ("a\"b\\c/", r#""a\"b\\c/""#, r#""a\"b\\c/""#),
            (
                "\n\r\t\u{8}\u{c}\u{1}",
                r#""\n\r\t\b\f\u0001""#,
                r#""\n\r\t\b\f\u0001""#,
            ),
            ("\u{7f}", r#""\u007f""#, r#""\u007f""#),
            ("é😀", r#""\u00e9\ud83d\ude00""#, "\"é😀\""),
        ] {
            assert_eq!(written(write_string, text), ascii);
            assert_eq!(written(write_unicode_string, text), unicode);
        }
    }

    proptest! {
        #[test]
        fn any_text_reads_back(text in "([ -~]{0,9}|.|[\\x00-\\x1f\\x7f\"\\\\]){0,9}") {
            for write in [write_string, write_unicode_string] {
                prop_assert_eq!(&serde_json::from_str::<String>(&written(write, &text)).expect("JSON"), &text);
            }
            prop_assert!(written(write_string, &text).is_ascii());
        }
    }
}
