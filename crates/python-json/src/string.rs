//! Strings.

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

/// Writes `text` as a JSON string, quotes included, ASCII only (Python's
/// default, `ensure_ascii`).
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    write(out, text, &ASCII_ONLY);
}

/// Writes `text` as a JSON string, quotes included, with characters beyond
/// ASCII as they are.
pub fn write_unicode_string(out: &mut Vec<u8>, text: &str) {
    write(out, text, &UNICODE);
}

fn write(out: &mut Vec<u8>, text: &str, table: &[u8; 256]) {
    out.push(b'"');
    let mut rest = text;
    while let Some(stop) = rest.bytes().position(|byte| table[usize::from(byte)] != 0) {
        // Before `stop` are whole characters: it is at an ASCII byte, or at
        // the first byte of a longer character.
        let (clean, tail) = rest.split_at(stop);
        out.extend_from_slice(clean.as_bytes());
        let mut chars = tail.chars();
        if let Some(c) = chars.next() {
            match u8::try_from(c)
                .ok()
                .filter(u8::is_ascii)
                .map(|byte| table[usize::from(byte)])
            {
                Some(b'u') | None => c
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .for_each(|unit| write_unit(out, *unit)),
                Some(short) => out.extend_from_slice(&[b'\\', short]),
            }
        }
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// `\uXXXX`
fn write_unit(out: &mut Vec<u8>, unit: u16) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        out.push(HEX[usize::from((unit >> shift) & 0xf)]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{write_string, write_unicode_string};

    fn written(write: fn(&mut Vec<u8>, &str), text: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, text);
        String::from_utf8(out).expect("JSON is UTF-8")
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
        fn any_text_reads_back(text in any::<String>()) {
            for write in [write_string, write_unicode_string] {
                prop_assert_eq!(&serde_json::from_str::<String>(&written(write, &text)).expect("JSON"), &text);
            }
            prop_assert!(written(write_string, &text).is_ascii());
        }
    }
}
